"""Nx.Defn.Compiler: the behaviour of compilers."""

from __future__ import annotations

from typing import Any

from defnpy.nx.trace import tracing
from defnpy.terms.atom import Atom
from defnpy.terms.module import ex, native_module


@ex("current/0")
def compiler_now() -> Any:
    """The compiler that a trace is under way for, or nil."""
    return tracing()


_CALLBACKS = [(Atom(n), a) for n, a in (("__compile__", 4), ("__jit__", 5), ("__partitions_options__", 1), ("__to_backend__", 1), ("__shard_jit__", 6))]

MODULE = native_module(
    "Nx.Defn.Compiler", globals(), info={"callbacks": _CALLBACKS, "optional_callbacks": [(Atom("__shard_jit__"), 6)]}
)
