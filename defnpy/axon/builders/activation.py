"""Axon.activation and a function for each activation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.axon.activations import ACTIVATIONS
from defnpy.axon.base import Atom, Opts, no_clause, option
from defnpy.axon.model import add_layer, is_model
from defnpy.terms.function import is_function
from defnpy.terms.module import ex


@ex("activation/2", "activation/3")
def activation(x: Any, which: Any, opts: Opts = ()) -> Any:
    """An activation by name or a function of the input and options."""
    if not is_model(x) or not (which.__class__ is Atom or is_function(which)):
        raise no_clause("activation", 3)
    rest = [p for p in opts if p[0].name not in ("name", "meta", "op_name")]
    op_name = option(opts, "op_name") or (which if which.__class__ is Atom else None)
    return add_layer(which, [x], rest, name=option(opts, "name"), meta=option(opts, "meta"), op_name=op_name)


def activated(x: Any, which: Any) -> Any:
    """*x* with the activation of an ``:activation`` option, if any."""
    return x if which is None else activation(x, which)


def _by_name(name: str) -> Callable[..., Any]:
    @ex(f"{name}/1", f"{name}/2")
    def add(x: Any, opts: Opts = ()) -> Any:
        if not is_model(x):
            raise no_clause(name, 2)
        return activation(x, Atom(name), opts)

    return add


globals().update({f"add_{name}": _by_name(name) for name in ACTIVATIONS})
