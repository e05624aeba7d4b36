"""Axon.Loop.State and the struct of a loop."""

from __future__ import annotations

from typing import Any

from defnpy.axon.base import Atom
from defnpy.terms.module import native_module

EVENTS = (
    "started", "epoch_started", "iteration_started", "iteration_completed", "epoch_completed", "epoch_halted", "halted", "completed",
)  # fmt: skip
ITERATION = (Atom("iteration_started"), Atom("iteration_completed"))
EPOCH_ENDS = (Atom("epoch_completed"), Atom("epoch_halted"))


def no_counts() -> dict[Any, Any]:
    """The counts of events before a loop runs."""
    none = {Atom("total"): 0, Atom("epoch"): 0}
    return {Atom(e): dict(none) if Atom(e) in ITERATION else 0 for e in EVENTS}


MODULE = native_module(
    "Axon.Loop.State",
    {},
    info={
        "struct": [
            (Atom("step_state"), None), (Atom("status"), None), (Atom("handler_metadata"), {}), (Atom("epoch"), 0),
            (Atom("max_epoch"), 1), (Atom("iteration"), 0), (Atom("max_iteration"), -1), (Atom("metrics"), {}),
            (Atom("times"), {}), (Atom("event_counts"), no_counts()),
        ]
    },
)  # fmt: skip
