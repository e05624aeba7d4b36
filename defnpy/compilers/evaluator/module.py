"""Nx.Defn.Evaluator."""

from __future__ import annotations

from typing import Any

from defnpy.compilers.evaluator.compiler import EVALUATOR
from defnpy.nx import defn
from defnpy.terms.atom import Atom
from defnpy.terms.module import ex, native_module


@ex("__jit__/5")
def jit(key: Any, given: Any, fun: Any, args: Any, opts: Any) -> Any:
    """Trace and run: called by compilers written in Elixir."""
    return defn.callback_jit(EVALUATOR, given, fun, args, opts)


@ex("__compile__/4")
def compile_(key: Any, given: Any, fun: Any, opts: Any) -> Any:
    """Trace; the answer takes lists of arguments."""
    return defn.callback_compile(EVALUATOR, given, fun, opts)


@ex("__partitions_options__/1")
def partitions_options(opts: Any) -> Any:
    """The options once for each partition."""
    count = dict((k.name, v) for k, v in opts).get("max_concurrency", 1)
    return [opts] * count


@ex("__to_backend__/1")
def to_backend(opts: Any) -> Any:
    """The backend in force."""
    from defnpy.nx import backend as backends

    return backends.default_term()


@ex("__shard_jit__/6")
def shard_jit(key: Any, mesh: Any, given: Any, fun: Any, args: Any, opts: Any) -> Any:
    """Not supported."""
    from defnpy.terms.errors import RuntimeError_

    raise RuntimeError_("sharding is not supported by Nx.Defn.Evaluator")


MODULE = native_module("Nx.Defn.Evaluator", globals(), info={"compiler": EVALUATOR, "behaviour": [Atom("Elixir.Nx.Defn.Compiler")]})
