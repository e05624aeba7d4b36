"""MapSet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from defnpy.stdlib.calls import fun1
from defnpy.stdlib.enumerable import iterate
from defnpy.stdlib.util import need, truthy
from defnpy.terms import map as maps
from defnpy.terms import versions
from defnpy.terms.algebra import concat
from defnpy.terms.atom import Atom, alias
from defnpy.terms.inspect import AS_LISTS, to_doc
from defnpy.terms.map import key
from defnpy.terms.module import ex, native_module
from defnpy.terms.struct import Struct

_MAP = Atom("map")


class MapSet(Struct):
    """``%MapSet{}``: *items* has the members as map keys."""

    __slots__ = ("items",)
    module = alias("MapSet")

    def __init__(self, items: dict[Any, Any]) -> None:
        self.items = items

    @property
    def fields(self) -> dict[Any, Any]:  # type: ignore[override]
        return {_MAP: self.items}

    def replace(self, changes: dict[Any, Any]) -> Struct:
        return MapSet(changes.get(_MAP, self.items))

    def ex_iterate(self) -> Iterator[Any]:
        return iter(maps.keys(self.items))

    def ex_count(self) -> int:
        return len(self.items)

    def ex_member(self, term: Any) -> bool:
        return key(term) in self.items

    def ex_inspect(self, opts: Any) -> Any:
        inner = opts.changed(charlists=AS_LISTS)
        return concat(["MapSet.new(", to_doc(maps.keys(self.items), inner), ")"])

    def ex_collector(self) -> Any:
        items = dict(self.items)

        def add(term: Any) -> None:
            items[key(term)] = []

        return add, lambda: MapSet(items)


def _set(term: Any, name: str, arity: int) -> MapSet:
    need(isinstance(term, MapSet), "MapSet", name, arity)
    return term


def of(items: Any) -> MapSet:
    """The set of Python iterable *items*."""
    return MapSet({key(x): [] for x in items})


@ex("new/0", "new/1", "new/2")
def new(items: Any = (), fun: Any = None) -> MapSet:
    if isinstance(items, MapSet) and fun is None:
        return items
    f = None if fun is None else fun1(fun, ("MapSet", "new", 2))
    source = iter(()) if items.__class__ is tuple and not items else iterate(items)
    return of(source if f is None else map(f, source))


@ex("put/2")
def put(s: Any, x: Any) -> MapSet:
    return MapSet(versions.put(_set(s, "put", 2).items, key(x), []))


@ex("delete/2")
def delete(s: Any, x: Any) -> MapSet:
    return MapSet(versions.without(_set(s, "delete", 2).items, key(x)))


@ex("member?/2")
def member_q(s: Any, x: Any) -> bool:
    return key(x) in _set(s, "member?", 2).items


@ex("size/1")
def size(s: Any) -> int:
    return len(_set(s, "size", 1).items)


@ex("to_list/1")
def to_list(s: Any) -> list[Any]:
    return maps.keys(_set(s, "to_list", 1).items)


@ex("union/2")
def union(a: Any, b: Any) -> MapSet:
    return MapSet({**_set(a, "union", 2).items, **_set(b, "union", 2).items})


@ex("intersection/2")
def intersection(a: Any, b: Any) -> MapSet:
    other = _set(b, "intersection", 2).items
    return MapSet({k: v for k, v in _set(a, "intersection", 2).items.items() if k in other})


@ex("difference/2")
def difference(a: Any, b: Any) -> MapSet:
    other = _set(b, "difference", 2).items
    return MapSet({k: v for k, v in _set(a, "difference", 2).items.items() if k not in other})


@ex("symmetric_difference/2")
def symmetric_difference(a: Any, b: Any) -> MapSet:
    left, right = _set(a, "symmetric_difference", 2), _set(b, "symmetric_difference", 2)
    return union(difference(left, right), difference(right, left))


@ex("subset?/2")
def subset_q(a: Any, b: Any) -> bool:
    return _set(a, "subset?", 2).items.keys() <= _set(b, "subset?", 2).items.keys()


@ex("disjoint?/2")
def disjoint_q(a: Any, b: Any) -> bool:
    return _set(a, "disjoint?", 2).items.keys().isdisjoint(_set(b, "disjoint?", 2).items.keys())


@ex("equal?/2")
def equal_q(a: Any, b: Any) -> bool:
    return _set(a, "equal?", 2).items.keys() == _set(b, "equal?", 2).items.keys()


@ex("filter/2")
def filter_(s: Any, fun: Any) -> MapSet:
    f = fun1(fun)
    return of(x for x in _set(s, "filter", 2).ex_iterate() if truthy(f(x)))


@ex("reject/2")
def reject(s: Any, fun: Any) -> MapSet:
    f = fun1(fun)
    return of(x for x in _set(s, "reject", 2).ex_iterate() if not truthy(f(x)))


@ex("split_with/2")
def split_with(s: Any, fun: Any) -> tuple[MapSet, MapSet]:
    f = fun1(fun, ("MapSet", "split_with", 2))
    of_set = _set(s, "split_with", 2)
    yes: dict[Any, Any] = {}
    no: dict[Any, Any] = {}
    for k in of_set.items:
        (yes if truthy(f(maps.unkey(k))) else no)[k] = []
    return (MapSet(yes), MapSet(no))


@ex("__struct__/0")
def blank() -> MapSet:
    """The empty set, for ``struct/2`` and terms read from binaries."""
    return MapSet({})


MODULE = native_module("MapSet", globals(), info={"struct": [(_MAP, {})]})
