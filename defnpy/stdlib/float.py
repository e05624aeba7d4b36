"""Float."""

from __future__ import annotations

import math
import sys
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from typing import Any

from defnpy.stdlib import parsing
from defnpy.stdlib.util import ERROR, badarg, finite, is_int, is_number, need, to_float
from defnpy.terms.errors import ArgumentError, ArithmeticError_
from defnpy.terms.float_text import float_to_string
from defnpy.terms.module import ex, native_module

_EXACT = Context(prec=1100)


def _is_float(x: Any) -> bool:
    return x.__class__ is float


def _precision(places: Any) -> None:
    if not 0 <= places <= 15:
        raise ArgumentError(f"precision {places} is out of valid range of 0..15")


def _rounded(x: Any, places: Any, how: str, name: str) -> float:
    """Rounds the exact binary value, not its shortest text."""
    need(_is_float(x) and is_int(places), "Float", name, 2)
    _precision(places)
    if x == 0.0 or abs(x) >= 2.0**52:
        return x
    if how is ROUND_HALF_UP and not (x * 2.0 ** (places + 1)).is_integer():
        return round(x, places)  # no tie: Python rounds the exact value too
    step = Decimal(1).scaleb(-places)
    return float(Decimal(x).quantize(step, rounding=how, context=_EXACT))


@ex("round/1", "round/2")
def round_(x: Any, places: Any = 0) -> float:
    return _rounded(x, places, ROUND_HALF_UP, "round")


@ex("ceil/1", "ceil/2")
def ceil(x: Any, places: Any = 0) -> float:
    return _rounded(x, places, ROUND_CEILING, "ceil")


@ex("floor/1", "floor/2")
def floor(x: Any, places: Any = 0) -> float:
    return _rounded(x, places, ROUND_FLOOR, "floor")


@ex("parse/1")
def parse(s: Any) -> Any:
    need(s.__class__ in (str, bytes), "Float", "parse", 1)
    found = parsing.float_prefix(parsing.need_text(s))
    return ERROR if found is None else found


@ex("ratio/1")
def ratio(x: Any) -> tuple[int, int]:
    need(_is_float(x), "Float", "ratio", 1)
    found = Fraction(x)
    return (found.numerator, found.denominator)


@ex("pow/2")
def pow_(x: Any, y: Any) -> float:
    need(_is_float(x) and is_number(y), "Float", "pow", 2)
    try:
        return finite(math.pow(to_float(x), to_float(y)))
    except (ValueError, OverflowError):
        raise ArithmeticError_() from None


@ex("to_string/1")
def to_string(x: Any) -> str:
    if not _is_float(x):
        raise badarg((1, "not a float"))
    return float_to_string(x)


@ex("to_charlist/1")
def to_charlist(x: Any) -> list[int]:
    return [ord(c) for c in to_string(x)]


@ex("max_finite/0")
def max_finite() -> float:
    return sys.float_info.max


@ex("min_finite/0")
def min_finite() -> float:
    return -sys.float_info.max


MODULE = native_module("Float", globals())
