"""``first..last//step``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from defnpy.terms.atom import Atom, alias
from defnpy.terms.struct import Struct

RANGE = alias("Range")
_FIRST, _LAST, _STEP = Atom("first"), Atom("last"), Atom("step")


class Range(Struct):
    """An integer range, ends included."""

    __slots__ = ("first", "last", "step")
    module = RANGE

    def __init__(self, first: int, last: int, step: int) -> None:
        self.first = first
        self.last = last
        self.step = step

    @property
    def fields(self) -> dict[Any, Any]:  # type: ignore[override]
        return {_FIRST: self.first, _LAST: self.last, _STEP: self.step}

    def replace(self, changes: dict[Any, Any]) -> Struct:
        merged = {**self.fields, **changes}
        return Range(merged[_FIRST], merged[_LAST], merged[_STEP])

    def python(self) -> range:
        """The same numbers as a Python range."""
        return range(self.first, self.last + (1 if self.step > 0 else -1), self.step)

    def __iter__(self) -> Iterator[int]:
        return iter(self.python())

    def __len__(self) -> int:
        return len(self.python())
