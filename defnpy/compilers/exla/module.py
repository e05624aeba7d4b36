"""The module EXLA."""

from __future__ import annotations

from typing import Any

from defnpy.compilers.exla.compiler import EXLA
from defnpy.nx import backend as backends
from defnpy.nx import defn
from defnpy.terms.atom import Atom, alias
from defnpy.terms.errors import RuntimeError_
from defnpy.terms.module import ex, native_module

_COMPILER = (Atom("compiler"), alias("EXLA"))


@ex("jit/1", "jit/2")
def jit(fun: Any, opts: Any = ()) -> Any:
    """``Nx.Defn.jit/2`` with EXLA."""
    return defn.jit(fun, [*opts, _COMPILER])


@ex("jit_apply/2", "jit_apply/3")
def jit_apply(fun: Any, args: Any, opts: Any = ()) -> Any:
    """``Nx.Defn.jit_apply/3`` with EXLA."""
    return defn.jit_apply(fun, args, [*opts, _COMPILER])


@ex("compile/2", "compile/3")
def compile_(fun: Any, args: Any, opts: Any = ()) -> Any:
    """``Nx.Defn.compile/3`` with EXLA."""
    return defn.compile_(fun, args, [*opts, _COMPILER])


@ex("set_as_nx_default/1", "set_as_nx_default/2")
def set_as_nx_default(clients: Any, opts: Any = ()) -> Any:
    """EXLA for all programs and tensors, on the first client that there is."""
    from defnpy.compilers.exla.client import default_name

    found = default_name()
    name = next((c for c in clients if c is found or c is Atom("host")), None)
    if name is None:
        return None
    defn.global_default_options([_COMPILER, (Atom("client"), name)])
    backends.set_global((alias("EXLA.Backend"), [(Atom("client"), name)]))
    return name


@ex("to_mlir_module/2", "to_mlir_module/3")
def to_mlir_module(fun: Any, args: Any, opts: Any = ()) -> Any:
    """The StableHLO text of a program."""
    import jax

    from defnpy.compilers.exla.lower import lower

    graph = defn.trace(fun, args, alias("EXLA"))
    shapes = [jax.ShapeDtypeStruct(t.full_shape, t.type.numpy) for t in graph.params]
    shown = jax.jit(lower(graph)).lower(*shapes).as_text()
    return {Atom("mlir_module"): shown, Atom("used_inputs"): list(range(len(shapes)))}


@ex("__jit__/5")
def jit_callback(key: Any, given: Any, fun: Any, args: Any, opts: Any) -> Any:
    """Trace and run: called by compilers written in Elixir."""
    return defn.callback_jit(EXLA, given, fun, args, opts)


@ex("__compile__/4")
def compile_callback(key: Any, given: Any, fun: Any, opts: Any) -> Any:
    """Trace; the answer takes lists of arguments."""
    return defn.callback_compile(EXLA, given, fun, opts)


@ex("__partitions_options__/1")
def partitions_options(opts: Any) -> Any:
    """The options once for each partition."""
    count = dict((k.name, v) for k, v in opts).get("max_concurrency", 1)
    return [[*opts, (Atom("device_id"), i)] for i in range(count)]


@ex("__to_backend__/1")
def to_backend(opts: Any) -> Any:
    """EXLA.Backend on the client of the options."""
    kept = [p for p in opts if p[0] in (Atom("client"), Atom("device_id"))]
    return (alias("EXLA.Backend"), kept or [(Atom("client"), Atom("host"))])


@ex("__shard_jit__/6")
def shard_jit(key: Any, mesh: Any, given: Any, fun: Any, args: Any, opts: Any) -> Any:
    """Not supported."""
    raise RuntimeError_("sharding is not supported by EXLA")


MODULE = native_module("EXLA", globals(), info={"compiler": EXLA})
