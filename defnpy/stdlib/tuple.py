"""Tuple."""

from __future__ import annotations

from typing import Any

from defnpy.stdlib import enum, kernel
from defnpy.stdlib.util import badarg
from defnpy.terms.module import ex, native_module


def _tuple(term: Any, place: int = 1) -> tuple[Any, ...]:
    if term.__class__ is not tuple:
        raise badarg((place, "not a tuple"))
    return term


def _place(t: Any, index: Any, more: int) -> int:
    """*index*, which may be up to *more* behind the last element."""
    if t.__class__ is not tuple or index.__class__ is not int or not 0 <= index < len(t) + more:
        raise kernel.place_error(t, index)
    return index


@ex("append/2")
def append(t: Any, value: Any) -> tuple[Any, ...]:
    return (*_tuple(t), value)


@ex("insert_at/3")
def insert_at(t: Any, index: Any, value: Any) -> tuple[Any, ...]:
    place = _place(t, index, 1)
    return (*t[:place], value, *t[place:])


@ex("delete_at/2")
def delete_at(t: Any, index: Any) -> tuple[Any, ...]:
    place = _place(t, index, 0)
    return t[:place] + t[place + 1 :]


@ex("duplicate/2")
def duplicate(value: Any, size: Any) -> tuple[Any, ...]:
    if size.__class__ is not int or size < 0:
        raise badarg((1, "out of range"))
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
