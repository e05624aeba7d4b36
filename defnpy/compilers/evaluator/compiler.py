"""The Evaluator: graphs as generated Python on NumPy arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from defnpy.compilers.contract import Compiler, Graph, builder
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


EVALUATOR = Evaluator()
