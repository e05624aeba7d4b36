"""Short names for the tests of the standard library."""

from __future__ import annotations

from typing import Any

from defnpy.host.setup import ensure_runtime
from defnpy.terms.inspect import inspect


def run(code: str) -> Any:
    """The value of a program."""
    return ensure_runtime().evaluator.run_text(code, "case.exs")


def shown(code: str) -> str:
    """The value of a program as its inspected text on one line."""
    return inspect(run(code))
