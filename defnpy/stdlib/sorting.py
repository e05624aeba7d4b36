"""Sorting and extremes in Elixir's term order, with fast paths for numbers, strings and atoms."""

from __future__ import annotations

from collections.abc import Callable
from functools import cmp_to_key
from operator import attrgetter
from typing import Any

from defnpy.stdlib.calls import fun2
from defnpy.stdlib.util import need
from defnpy.terms.atom import Atom, is_atom
from defnpy.terms.errors import UndefinedFunctionError
from defnpy.terms.function import is_function
from defnpy.terms.order import compare, term_order
from defnpy.terms.runtime import runtime

ASC, DESC = Atom("asc"), Atom("desc")
LT, GT = Atom("lt"), Atom("gt")
_NUMBERS = ({int}, {float}, {int, float})
_name = attrgetter("name")


def order_key(items: list[Any]) -> Callable[[Any], Any] | None:
    """A sort key for *items*; None when Python's own order is Elixir's."""
    kinds = set(map(type, items))
    if kinds in _NUMBERS or kinds == {str}:
        return None
    if kinds == {Atom}:
        return _name
    return _tuple_key(items) if kinds == {tuple} else term_order


def _tuple_key(items: list[tuple[Any, ...]]) -> Callable[[Any], Any] | None:
    """As :func:`order_key` for tuples: plain when each column holds only numbers or only strings."""
    size = len(items[0])
    if not 0 < size < 5 or any(len(t) != size for t in items):
        return term_order
    atoms: list[int] = []
    for column in range(size):
        kinds = {t[column].__class__ for t in items}
        if kinds == {Atom}:
            atoms.append(column)
        elif kinds not in _NUMBERS and kinds != {str}:
            return term_order
    if not atoms:
        return None
    return lambda t: tuple(x.name if x.__class__ is Atom else x for x in t)


def sort(items: list[Any]) -> list[Any]:
    """A new list in term order."""
    return sorted(items, key=order_key(items))


class _ByFun:
    """Wraps a two-argument sorter: Python asks only whether a later element goes before an earlier one."""

    __slots__ = ("fun", "item")

    def __init__(self, item: Any, fun: Callable[[Any, Any], Any]) -> None:
        self.item = item
        self.fun = fun

    def __lt__(self, earlier: _ByFun) -> bool:
        first = self.fun(earlier.item, self.item)
        return first is None or first is False


def compare_of(module: Any) -> Callable[[Any, Any], Any]:
    """``module.compare/2``."""
    found = runtime().find(module)
    function = found.functions.get("compare/2") if found is not None else None
    if function is None:
        raise UndefinedFunctionError(module, Atom("compare"), 2)
    return function


def _sign(answer: Any) -> int:
    return -1 if answer is LT else 1 if answer is GT else 0


def sort_with(items: list[Any], keys: list[Any], sorter: Any) -> list[Any]:
    """*items* sorted by their *keys*; *sorter* is ``:asc``, ``:desc``, a module, ``{order, module}`` or a function."""
    order = range(len(items))
    if sorter is ASC or sorter is DESC:
        key = order_key(keys)
        by = keys.__getitem__ if key is None else (lambda i: key(keys[i]))
        return [items[i] for i in sorted(order, key=by, reverse=sorter is DESC)]
    if is_function(sorter):
        fun = fun2(sorter, ("Enum", "to_sort_fun", 1))
        return [items[i] for i in sorted(order, key=lambda i: _ByFun(keys[i], fun))]
    direction, module = sorter if sorter.__class__ is tuple and len(sorter) == 2 else (ASC, sorter)
    need((direction is ASC or direction is DESC) and is_atom(module), "Enum", "to_sort_fun", 1)
    ask = compare_of(module)
    by_module = cmp_to_key(lambda a, b: _sign(ask(a, b)))
    return [items[i] for i in sorted(order, key=lambda i: by_module(keys[i]), reverse=direction is DESC)]


def keeps(sorter: Any, largest: bool) -> Callable[[Any, Any], bool]:
    """Whether the best so far stays before a new candidate: ``keeps(...)(best, new)``."""
    if sorter is None:
        return (lambda a, b: compare(a, b) >= 0) if largest else (lambda a, b: compare(a, b) <= 0)
    if is_function(sorter):
        fun = fun2(sorter)
        return lambda a, b: fun(a, b) not in (None, False)
    ask = compare_of(sorter)
    unwanted = LT if largest else GT
    return lambda a, b: ask(a, b) is not unwanted


def best(items: list[Any], keys: list[Any], sorter: Any, largest: bool) -> int:
    """The index of the first extreme element of a non-empty list."""
    if sorter is None and order_key(keys) is None:
        wanted = max(keys) if largest else min(keys)
        return keys.index(wanted)
    stays = keeps(sorter, largest)
    found = 0
    for index in range(1, len(items)):
        if not stays(keys[found], keys[index]):
            found = index
    return found
