"""Lazy enumerables: each starts a fresh Python iterator when it is walked.

Steps on another enumerable (map, filter, take) are a :class:`Stream`; sources (cycle, unfold, resource) are functions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from defnpy.stdlib.enumerable import reduce_iterator
from defnpy.terms.algebra import concat_all
from defnpy.terms.atom import Atom, alias
from defnpy.terms.function import Closure
from defnpy.terms.inspect import to_doc
from defnpy.terms.struct import Struct


class Stream(Struct):
    """``%Stream{}``; *start* gives a new iterator, *source* and *step* say what of."""

    __slots__ = ("source", "start", "step")
    module = alias("Stream")

    def __init__(self, start: Callable[[], Iterator[Any]], source: Any = None, step: str = "") -> None:
        self.start = start
        self.source = source
        self.step = step

    @property
    def fields(self) -> dict[Any, Any]:  # type: ignore[override]
        source, steps = self._steps()
        return {Atom("accs"): [], Atom("done"): None, Atom("enum"): source, Atom("funs"): steps}

    def _steps(self) -> tuple[Any, list[Any]]:
        """The enumerable that the steps start from and their functions, the last one first."""
        made, at = [], self
        while True:
            if at.step:
                made.append(Closure(1, _reducer, "Stream." + at.step))
            if at.source.__class__ is not Stream:
                return [] if at.source is None else at.source, made
            at = at.source

    def ex_iterate(self) -> Iterator[Any]:
        return self.start()

    def ex_inspect(self, opts: Any) -> Any:
        source, steps = self._steps()
        return concat_all(["#Stream<", to_doc([(Atom("enum"), source), (Atom("funs"), steps[::-1])], opts), ">"])

    def ex_equal(self, other: Any, same: Any) -> bool:
        return self is other


def _reducer(reducer: Any) -> Any:
    """A step as a function from reducer to reducer: it stands in a stream's fields, and nobody calls it."""
    return reducer


def generated(label: str, start: Callable[[], Iterator[Any]]) -> Closure:
    """A source as a function of an accumulator and a reducer; *label* is the function that it shows as its maker."""
    def reduce(acc: Any, fun: Any) -> Any:
        return reduce_iterator(start(), acc, fun)

    return Closure(2, reduce, label, start)
