"""Nx.Defn.Debug: the compiler behind ``debug_expr``."""

from __future__ import annotations

from typing import Any

from defnpy.terms.errors import RuntimeError_
from defnpy.terms.module import ex, native_module


@ex("__jit__/5")
def jit(key: Any, given: Any, fun: Any, args: Any, opts: Any) -> Any:
    """The expressions themselves."""
    return [fun(given)]


@ex("__compile__/4")
def compile_(key: Any, given: Any, fun: Any, opts: Any) -> Any:
    """Not a real compiler."""
    raise RuntimeError_("not implemented")


@ex("__to_backend__/1")
def to_backend(opts: Any) -> Any:
    """Not a real compiler."""
    raise RuntimeError_("not implemented")


@ex("__partitions_options__/1")
def partitions_options(opts: Any) -> Any:
    """Not a real compiler."""
    raise RuntimeError_("not implemented")


MODULE = native_module("Nx.Defn.Debug", globals())
