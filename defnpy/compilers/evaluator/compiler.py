"""The Evaluator: graphs as generated Python on NumPy arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from defnpy.compilers.contract import Compiler, Graph
from defnpy.nx.containers import container_map
from defnpy.nx.tensor import Tensor
from defnpy.terms.atom import alias

_ndarray = np.ndarray


class Evaluator(Compiler):
    """Compiles for arrays of the host; other inputs are run operation by operation on their backend."""

    name = alias("Nx.Defn.Evaluator")

    def compile(self, graph: Graph, options: dict[str, Any]) -> Callable[[list[Tensor]], Any]:
        from defnpy.compilers.evaluator.program import compile_graph

        hooks = options.get("hooks")
        main = compile_graph(graph.params, graph.outputs, hooks)
        finish = builder(graph.result)

        def run(tensors: list[Tensor]) -> Any:
            arrays = []
            for t in tensors:
                data = t.data
                if data.__class__ is not _ndarray:
                    return _interpreted(graph, tensors, hooks)
                arrays.append(data)
            if _elsewhere():
                return _interpreted(graph, tensors, hooks)
            return finish(main(*arrays))

        run.main = main  # type: ignore[attr-defined]
        run.finish = finish  # type: ignore[attr-defined]
        run.result = graph.result  # type: ignore[attr-defined]
        return run


def _elsewhere() -> bool:
    from defnpy.nx import backend as backends
    from defnpy.terms.process import current
    from defnpy.terms.runtime import runtime

    own = current().state.get("nx_backend") or runtime().options.get("nx_backend")
    return own is not None and own[0] is not backends.BINARY


def _interpreted(graph: Graph, tensors: list[Tensor], hooks: Any) -> Any:
    from defnpy.compilers.evaluator.interpret import interpret

    made = iter(interpret(graph, tensors, hooks))
    return container_map(graph.result, lambda t: t.like(data=next(made).data, donatable=False))


def builder(result: Any) -> Callable[[Any], Any]:
    """A function from the arrays of the outputs to the result."""
    if result.__class__ is Tensor:
        kind, shape, names, axes = result.type, result.shape, result.names, result.vectorized_axes
        return lambda arrays: Tensor(kind, shape, names, arrays[0], axes)
    if result.__class__ is tuple and all(t.__class__ is Tensor for t in result):
        heads = [(t.type, t.shape, t.names, t.vectorized_axes) for t in result]
        return lambda arrays: tuple([Tensor(k, s, n, a, x) for (k, s, n, x), a in zip(heads, arrays)])  # noqa: B905
    if not _plain(result):
        def finish(arrays: Any) -> Any:
            rest = iter(arrays)
            return container_map(result, lambda t: t.like(data=next(rest), donatable=False))

        return finish
    counter = [0]
    build = _part(result, counter)
    return build


def _plain(term: Any) -> bool:
    if term.__class__ is Tensor:
        return True
    if term.__class__ is tuple:
        return all(map(_plain, term))
    return term.__class__ is dict and all(map(_plain, term.values()))


def _part(term: Any, counter: list[int]) -> Callable[[Any], Any]:
    from defnpy.terms.map import sorted_keys

    if term.__class__ is Tensor:
        i = counter[0]
        counter[0] += 1
        kind, shape, names, axes = term.type, term.shape, term.names, term.vectorized_axes
        return lambda arrays: Tensor(kind, shape, names, arrays[i], axes)
    if term.__class__ is tuple:
        parts = [_part(t, counter) for t in term]
        return lambda arrays: tuple([p(arrays) for p in parts])
    pairs = [(k, _part(term[k], counter)) for k in sorted_keys(term)]
    return lambda arrays: {k: p(arrays) for k, p in pairs}


EVALUATOR = Evaluator()
