"""Nx.Defn.Evaluator."""

from __future__ import annotations

from typing import Any

from defnpy.compilers.contract import callbacks, refuse_sharding
from defnpy.compilers.evaluator.compiler import EVALUATOR
from defnpy.terms.atom import Atom
from defnpy.terms.module import ex, native_module

jit, compile_ = callbacks(EVALUATOR)
shard_jit = refuse_sharding("sharding is not supported by Nx.Defn.Evaluator")


@ex("__partitions_options__/1")
def partitions_options(opts: Any) -> Any:
    """The options once for each partition."""
    count = {k.name: v for k, v in opts}.get("max_concurrency", 1)
    return [opts] * count


@ex("__to_backend__/1")
def to_backend(opts: Any) -> Any:
    """The backend in force."""
    from defnpy.nx import backend as backends

    return backends.default_term()


MODULE = native_module("Nx.Defn.Evaluator", globals(), info={"compiler": EVALUATOR, "behaviour": [Atom("Elixir.Nx.Defn.Compiler")]})
