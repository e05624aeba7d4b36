"""The module ``Axon.Layers``: every layer as a function, activations with options included."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.axon import activations
from defnpy.axon.activations import ACTIVATIONS
from defnpy.axon.base import Atom, Opts, numeric, numeric_module
from defnpy.axon.layers import conv, dropout, linear, norm, pool, recurrent, shape


def _activation(name: str) -> Callable[..., Any]:
    function = getattr(activations, name)
    takes_options = any(s.endswith("/2") for s in function.__defn__)

    @numeric(f"{name}/1", f"{name}/2")
    def layer(x: Any, opts: Opts = ()) -> Any:
        rest = [p for p in opts if p[0] is not Atom("mode")]
        return function(x, rest) if takes_options and rest else function(x)

    return layer


_ACTIVATIONS = {f"layer_{name}": _activation(name) for name in ACTIVATIONS}
MODULE = numeric_module(
    "Axon.Layers", _ACTIVATIONS, *[vars(m) for m in (linear, conv, pool, norm, dropout, shape, recurrent)]
)
