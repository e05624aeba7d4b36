"""Lazy enumerables: a :class:`Stream` starts a fresh Python iterator each time it is walked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from defnpy.terms.atom import Atom, alias
from defnpy.terms.struct import Struct


class Stream(Struct):
    """``%Stream{}``; *start* gives a new iterator."""

    __slots__ = ("start",)
    module = alias("Stream")

    def __init__(self, start: Callable[[], Iterator[Any]]) -> None:
        self.start = start

    @property
    def fields(self) -> dict[Any, Any]:  # type: ignore[override]
        return {Atom("accs"): [], Atom("done"): None, Atom("enum"): [], Atom("funs"): []}

    def ex_iterate(self) -> Iterator[Any]:
        return self.start()

    def ex_inspect(self, opts: Any) -> Any:
        return f"#Stream<{id(self.start) & 0xFFFFFF}>"

    def ex_equal(self, other: Any, same: Any) -> bool:
        return self is other
