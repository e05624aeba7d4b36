"""Windows of a loop: iterations that no handler looks at run as one program, where the compiler can."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from defnpy.axon.base import Atom, Struct, Tensor, field
from defnpy.axon.loop.state import ITERATION

COUNT = 16
"""Iterations of a window."""
_FIRST = 200
"""Single iterations before a window is compiled: short runs do without a second program. A count, not a time: runs repeat exactly."""
_BYTES = 1 << 26
"""The most memory that the batches of a window may take."""


class Ahead:
    """The batches of an epoch; some may be taken before their turn and put back."""

    def __init__(self, batches: Iterable[Any]) -> None:
        self.source = iter(batches)
        self.waiting: deque[Any] = deque()

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        return self.waiting.popleft() if self.waiting else next(self.source)

    def take(self, count: int) -> list[Any] | None:
        """The next *count* batches, or None if there are fewer."""
        self.waiting.extend(islice(self.source, count - len(self.waiting)))
        if len(self.waiting) < count:
            return None
        return [self.waiting.popleft() for _ in range(count)]

    def put_back(self, batches: Sequence[Any]) -> None:
        """Batches that were taken but not used."""
        self.waiting.extendleft(reversed(batches))


class Windows:
    """What a run knows about its windows."""

    def __init__(self, step: Any, handlers: dict[Any, Any], opts: Any) -> None:
        self.step, self.opts = step, opts
        self.filters = {event: [getattr(accepts, "call", accepts) for _, accepts in handlers[event]] for event in ITERATION}
        self.singles = 0
        self.program: Any = None
        # A filter that is a function of the state has to see every state.
        self.possible = all(hasattr(f, "accepts") for filters in self.filters.values() for f in filters)

    def advance(self, ahead: Ahead, state: Struct, most: int) -> Struct:
        """The state after as many whole windows as can be run now."""
        self.singles += 1
        while self.possible and self.singles >= _FIRST and self._quiet(state, most):
            batches = ahead.take(COUNT)
            if batches is None:
                break
            made = self._run(batches, state)
            if made is None:
                ahead.put_back(batches)
                break
            state = _after(state, *made)
        return state

    def _quiet(self, state: Struct, most: int) -> bool:
        """Whether no handler wants to see one of the next iterations, and the last iteration is not among them."""
        if most > 0 and field(state, "iteration") + COUNT >= most:
            return False
        counts = field(state, "event_counts")
        return not any(
            accepts.accepts(_later(counts[event], k)) for event, filters in self.filters.items() for accepts in filters for k in range(1, COUNT + 1)
        )

    def _run(self, batches: list[Any], state: Struct) -> Any:
        from defnpy.nx.window import window

        carried = field(state, "step_state"), field(state, "metrics")
        first = field(state, "iteration")
        if self.program is None:
            self.program = window(self.step, batches[0], first, carried, self.opts, COUNT) if _small(batches[0]) else None
            self.possible = self.program is not None
        return None if self.program is None else self.program(batches, first, carried)


def _small(batch: Any) -> bool:
    from defnpy.nx.defn import signature
    from defnpy.nx.memory import size

    leaves: list[Any] = []
    signature(batch, leaves)
    return all(t.__class__ is Tensor for t in leaves) and sum(map(size, leaves)) * COUNT <= _BYTES


def _later(counts: dict[Any, Any], more: int) -> dict[Any, Any]:
    return {k: v + more for k, v in counts.items()}


def _after(state: Struct, step_state: Any, metrics: Any) -> Struct:
    counts = field(state, "event_counts")
    return state.replace({
        Atom("step_state"): step_state, Atom("metrics"): metrics, Atom("iteration"): field(state, "iteration") + COUNT,
        Atom("event_counts"): {**counts, **{e: _later(counts[e], COUNT) for e in ITERATION}},
    })  # fmt: skip
