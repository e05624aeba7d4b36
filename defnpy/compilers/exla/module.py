"""EXLA."""

from __future__ import annotations

from typing import Any

from defnpy.compilers.contract import callbacks, refuse_sharding
from defnpy.compilers.exla.compiler import COMPILER
from defnpy.nx import defn
from defnpy.terms.atom import Atom, alias
from defnpy.terms.module import ex, native_module

EXLA = alias("EXLA")
_COMPILER = Atom("compiler")


def _options(opts: Any) -> Any:
    return [(_COMPILER, EXLA), *[p for p in opts if p[0] is not _COMPILER]]


@ex("jit/1", "jit/2")
def jit(fun: Any, opts: Any = ()) -> Any:
    """A function that runs *fun* through EXLA."""
    return defn.jit(fun, _options(opts))


@ex("jit_apply/2", "jit_apply/3")
def jit_apply(fun: Any, args: Any, opts: Any = ()) -> Any:
    """Run *fun* through EXLA."""
    return defn.jit_apply(fun, args, _options(opts))


@ex("compile/2", "compile/3")
def compile_now(fun: Any, args: Any, opts: Any = ()) -> Any:
    """Compile *fun* for arguments like *args*, once."""
    return defn.compile_(fun, args, _options(opts))


@ex("shard_jit/2", "shard_jit/3")
def shard_jit_of(fun: Any, mesh: Any, opts: Any = ()) -> Any:
    """A function that runs *fun* on a mesh of devices."""
    return defn.shard_jit(fun, mesh, _options(opts))


@ex("to_mlir_module/2", "to_mlir_module/3")
def to_mlir_module(fun: Any, args: Any, opts: Any = ()) -> Any:
    """The program as StableHLO text."""
    import jax

    from defnpy.compilers.exla.lower import lower, needs_x64
    from defnpy.compilers.exla.types import x64

    graph = defn.trace(fun, args, EXLA)
    shapes = [jax.ShapeDtypeStruct(p.full_shape, p.type.numpy) for p in graph.params]
    if needs_x64(graph):
        with x64():
            lowered = jax.jit(lower(graph)).lower(*shapes)
    else:
        lowered = jax.jit(lower(graph)).lower(*shapes)
    return {Atom("mlir_module"): lowered.as_text(), Atom("used_inputs"): None, Atom("output_container"): graph.result}


jit_callback, compile_callback = callbacks(COMPILER)
shard_jit_callback = refuse_sharding("sharding is not supported by EXLA here: programs run on one device")


@ex("__partitions_options__/1")
def partitions_options(opts: Any) -> Any:
    """The options for each device of the client."""
    from defnpy.compilers.exla.client import default_name, fetch

    given = {k.name: v for k, v in reversed(opts)}
    devices = fetch(given.get("client") or default_name())
    rest = [p for p in opts if p[0].name != "device_id"]
    return [[(Atom("device_id"), i), *rest] for i in range(len(devices))]


@ex("__to_backend__/1")
def to_backend(opts: Any) -> Any:
    """EXLA.Backend with the client and device of the options."""
    from defnpy.compilers.exla.client import default_name, fetch

    given = {k.name: v for k, v in reversed(opts)}
    name = given.get("client") or default_name()
    fetch(name)
    number = given.get("device_id") or 0
    return (alias("EXLA.Backend"), [(Atom("client"), name), (Atom("device_id"), number)])


MODULE = native_module("EXLA", globals(), info={"compiler": COMPILER, "behaviour": [Atom("Elixir.Nx.Defn.Compiler")]})
