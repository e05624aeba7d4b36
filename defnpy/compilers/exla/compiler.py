"""The compiler EXLA: a graph under one ``jax.jit``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import nullcontext
from typing import Any

import numpy as np

from defnpy.compilers.contract import Compiler, Graph
from defnpy.compilers.evaluator.compiler import builder
from defnpy.nx.expr import Expr, Fun
from defnpy.nx.tensor import Tensor
from defnpy.terms.atom import Atom, alias
from defnpy.terms.errors import ArgumentError
from defnpy.terms.process import current

_CLIENTS = (Atom("host"), Atom("cuda"), Atom("rocm"), Atom("tpu"))
_ndarray = np.ndarray


class Exla(Compiler):
    """Compiles with XLA. Results stay on the device."""

    name = alias("EXLA")

    def check(self, options: dict[str, Any]) -> None:
        client = options.get("client")
        if client is not None and client not in _CLIENTS:
            from defnpy.nx.show import text

            raise ArgumentError(f"could not find EXLA client named {text(client)}")

    def compile(self, graph: Graph, options: dict[str, Any]) -> Callable[[list[Tensor]], Any]:
        import jax

        from defnpy.compilers.exla.data import JaxData
        from defnpy.compilers.exla.lower import Host, lower

        host = Host(options.get("hooks"))
        wide = any(bits > 32 for bits in widths(graph))
        compiled = jax.jit(lower(graph, host))
        finish = builder(graph.result)

        def call(tensors: list[Tensor]) -> Any:
            arrays = []
            for t in tensors:
                data = t.data
                if data.__class__ is JaxData:
                    arrays.append(data.array)
                else:
                    arrays.append(data if data.__class__ is _ndarray else t.numpy())
            made = compiled(*arrays)
            return finish([JaxData(a) for a in made])

        def guarded(tensors: list[Tensor]) -> Any:
            with jax.enable_x64(True) if wide else nullcontext():
                host.process, host.error = current(), None
                made = call(tensors)
                if host.used:
                    jax.effects_barrier()
                    if host.error is not None:
                        raise host.error
                return made

        def first(tensors: list[Tensor]) -> Any:
            made = guarded(tensors)
            run.steady = call if not wide and not host.used else guarded  # type: ignore[attr-defined]
            return made

        def run(tensors: list[Tensor]) -> Any:
            return run.steady(tensors)  # type: ignore[attr-defined]

        run.steady = first  # type: ignore[attr-defined]
        run.compiled = compiled  # type: ignore[attr-defined]
        return run


def widths(graph: Any) -> Iterable[int]:
    """The widths of the numbers of a graph and its sub-graphs (a complex number counts half)."""
    seen: set[Expr] = set()
    stack = [t.data for t in (*graph.params, *graph.outputs)]
    while stack:
        e = stack.pop()
        if e in seen:
            continue
        seen.add(e)
        for t in e.out if e.out.__class__ is tuple else (e.out,):
            yield t.type.bits // 2 if t.type.is_complex else t.type.bits
        stack.extend(t.data for t in e.operands)
        for fun in _inner(e):
            stack.extend(t.data for t in (*fun.params, *fun.outputs))


def _inner(e: Expr) -> list[Fun]:
    from defnpy.nx import expr as nodes

    if e.op is nodes.WHILE:
        return list(e.params)
    if e.op is nodes.BLOCK:
        from defnpy.compilers.exla.kernels import BLOCKS

        known = hasattr(e.params.tag, "module") and e.params.tag.module.name in BLOCKS
        return [] if known else [e.params.body]
    fun = e.params.get("fun") if e.params.__class__ is dict else None
    return [fun] if fun.__class__ is Fun else []


EXLA = Exla()
