"""A window of a loop: a step that runs over several batches as one program, where the compiler can."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from defnpy.nx.defn import Graph, check_inputs, parameters_in, settings, signature
from defnpy.nx.structure import same_structure
from defnpy.nx.tensor import Tensor
from defnpy.nx.trace import parameters, run_traced


class Window:
    """*count* steps ``step(batch, i, *carried)``, each with what the one before gave, in one call."""

    __slots__ = ("count", "key", "run")

    def __init__(self, run: Callable[..., Any], key: Any, count: int) -> None:
        self.run, self.key, self.count = run, key, count

    def __call__(self, batches: Sequence[Any], first: int, carried: Sequence[Any]) -> Any:
        """What the last step gave, or None for batches or a state of another form than those of the program."""
        state: list[Tensor] = []
        keys = [None, _keys(carried, state)]
        fed: list[list[Tensor]] = []
        for batch in batches:
            leaves: list[Tensor] = []
            keys[0] = signature(batch, leaves)
            fed.append(leaves)
            if keys != self.key:
                return None
        return self.run(fed, first, state)


def _keys(terms: Sequence[Any], leaves: list[Tensor]) -> Any:
    return [signature(t, leaves) for t in terms]


def window(step: Any, batch: Any, first: int, carried: Sequence[Any], opts: Any, count: int) -> Window | None:
    """The window of *step* for terms like these; None where the compiler has no windows or a step changes the form of its state."""
    how = settings(list(opts))
    repeat = getattr(how.native, "repeat", None)
    if repeat is None:
        return None
    leaves: list[Tensor] = []
    fed: list[Tensor] = []
    key = [signature(batch, fed), _keys(carried, leaves)]
    if not all(t.__class__ is Tensor for t in (*fed, *leaves)):
        return None
    check_inputs([*fed, *leaves])
    made, _ = parameters([batch, first, *carried])
    graph = Graph(parameters_in(made), run_traced(step, made, how.module))
    kept = graph.params[len(fed) + 1 :]
    if len(kept) != len(leaves) or not same_structure(tuple(carried), graph.result) or not _same_forms(kept, graph.outputs):
        return None
    run = repeat(graph, len(fed), count, how.options())
    return None if run is None else Window(run, key, count)


def _same_forms(kept: Sequence[Tensor], outputs: Sequence[Tensor]) -> bool:
    return len(kept) == len(outputs) and all(
        a.type is b.type and a.full_shape == b.full_shape and a.names == b.names and not a.donatable
        for a, b in zip(kept, outputs, strict=True)
    )
