"""Tuple."""

from __future__ import annotations

from typing import Any

from defnpy.stdlib import enum
from defnpy.stdlib.util import badarg
from defnpy.terms.module import ex, native_module


def _tuple(term: Any, place: int = 1) -> tuple[Any, ...]:
    if term.__class__ is not tuple:
        raise badarg((place, "not a tuple"))
    return term


def _index(index: Any, most: int) -> int:
    if index.__class__ is not int:
        raise badarg((1, "not an integer"))
    if not 0 <= index <= most:
        raise badarg((1, "out of range"))
    return index


@ex("append/2")
def append(t: Any, value: Any) -> tuple[Any, ...]:
    return (*_tuple(t), value)


@ex("insert_at/3")
def insert_at(t: Any, index: Any, value: Any) -> tuple[Any, ...]:
    t = _tuple(t, 2)
    place = _index(index, len(t))
    return (*t[:place], value, *t[place:])


@ex("delete_at/2")
def delete_at(t: Any, index: Any) -> tuple[Any, ...]:
    t = _tuple(t, 2)
    place = _index(index, len(t) - 1)
    return t[:place] + t[place + 1 :]


@ex("duplicate/2")
def duplicate(value: Any, size: Any) -> tuple[Any, ...]:
    if size.__class__ is not int or size < 0:
        raise badarg((1, "out of range" if size.__class__ is int else "not an integer"))
    return (value,) * size


@ex("to_list/1")
def to_list(t: Any) -> list[Any]:
    return list(_tuple(t))


@ex("sum/1")
def sum_(t: Any) -> Any:
    return enum.add_up(list(_tuple(t)))


@ex("product/1")
def product(t: Any) -> Any:
    return enum.product(list(_tuple(t)))


MODULE = native_module("Tuple", globals())
