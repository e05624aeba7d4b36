"""Bitwise."""

from __future__ import annotations

from typing import Any

from defnpy.stdlib.util import shift_left
from defnpy.terms.errors import bad_arithmetic
from defnpy.terms.module import ex, native_module


def _ints(name: str, *values: Any) -> None:
    for value in values:
        if value.__class__ is not int:
            raise bad_arithmetic(name, *values)


@ex("band/2", "&&&/2")
def band(a: Any, b: Any) -> int:
    _ints("band", a, b)
    return a & b


@ex("bor/2", "|||/2")
def bor(a: Any, b: Any) -> int:
    _ints("bor", a, b)
    return a | b


@ex("bxor/2", "^^^/2")
def bxor(a: Any, b: Any) -> int:
    _ints("bxor", a, b)
    return a ^ b


@ex("bnot/1", "~~~/1")
def bnot(a: Any) -> int:
    _ints("bnot", a)
    return ~a


@ex("bsl/2", "<<</2")
def bsl(a: Any, b: Any) -> int:
    _ints("bsl", a, b)
    return shift_left(a, b)


@ex("bsr/2", ">>>/2")
def bsr(a: Any, b: Any) -> int:
    _ints("bsr", a, b)
    return shift_left(a, -b)


MODULE = native_module("Bitwise", globals())
