"""Kernel's operators on values: arithmetic, comparison, booleans."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NoReturn

from defnpy.stdlib.util import badarg, need, to_float
from defnpy.stdlib.util import power as int_power
from defnpy.terms.atom import Atom
from defnpy.terms.errors import ArgumentError, ArithmeticError_, BadBooleanError, bad_arithmetic
from defnpy.terms.module import ex
from defnpy.terms.order import compare, equal, strict_equal

# Integers up to here are floats exactly.
_EXACT = 2**53


def _finite(x: float) -> float:
    if x - x != 0.0:
        raise ArithmeticError_()
    return x


def _is_number(a: Any) -> bool:
    return a.__class__ is int or a.__class__ is float


@ex("+/2")
def add(a: Any, b: Any) -> Any:
    left, right = a.__class__, b.__class__
    if left is int and right is int:
        return a + b
    if (left is float or left is int) and (right is float or right is int):
        try:
            value = a + b
            if value - value == 0.0:  # nan for infinities only
                return value
            raise ArithmeticError_()
        except OverflowError:
            pass
    raise bad_arithmetic("+", a, b)


@ex("-/2")
def subtract(a: Any, b: Any) -> Any:
    left, right = a.__class__, b.__class__
    if left is int and right is int:
        return a - b
    if (left is float or left is int) and (right is float or right is int):
        try:
            value = a - b
            if value - value == 0.0:  # nan for infinities only
                return value
            raise ArithmeticError_()
        except OverflowError:
            pass
    raise bad_arithmetic("-", a, b)


@ex("*/2")
def multiply(a: Any, b: Any) -> Any:
    left, right = a.__class__, b.__class__
    if left is int and right is int:
        return a * b
    if (left is float or left is int) and (right is float or right is int):
        try:
            value = a * b
            if value - value == 0.0:  # nan for infinities only
                return value
            raise ArithmeticError_()
        except OverflowError:
            pass
    raise bad_arithmetic("*", a, b)


@ex("//2")
def divide(a: Any, b: Any) -> float:
    left, right = a.__class__, b.__class__
    if (left is float or left is int) and (right is float or right is int) and b != 0:
        # Python divides large integers more exactly than their floats.
        value = a / b if -_EXACT <= a <= _EXACT and -_EXACT <= b <= _EXACT else to_float(a) / to_float(b)
        if value - value == 0.0:
            return value
        raise ArithmeticError_()
    raise bad_arithmetic("/", a, b)


@ex("+/1")
def plus(a: Any) -> Any:
    if _is_number(a):
        return a
    raise bad_arithmetic("+", a)


@ex("-/1")
def negate(a: Any) -> Any:
    if _is_number(a):
        return -a
    raise bad_arithmetic("-", a)


@ex("div/2")
def div(a: Any, b: Any) -> int:
    if a.__class__ is int and b.__class__ is int and b:
        q = abs(a) // abs(b)
        return q if (a < 0) == (b < 0) else -q
    raise bad_arithmetic("div", a, b)


@ex("rem/2")
def rem(a: Any, b: Any) -> int:
    if a.__class__ is int and b.__class__ is int and b:
        r = abs(a) % abs(b)
        return -r if a < 0 else r
    raise bad_arithmetic("rem", a, b)


@ex("**/2")
def power(a: Any, b: Any) -> Any:
    """``a ** b``: an integer for an integer base and a non-negative integer exponent, else a float."""
    if a.__class__ is int and b.__class__ is int and b >= 0:
        return int_power(a, b)
    need(_is_number(a) and _is_number(b), "Kernel", "**", 2)
    try:
        result = math.pow(to_float(a), to_float(b))
    except (ValueError, OverflowError):
        raise ArithmeticError_() from None
    return _finite(result)


@ex("abs/1")
def abs_(a: Any) -> Any:
    if _is_number(a):
        return a if a >= 0 else -a  # that of -0.0 is -0.0
    raise badarg((1, "not a number"))


def _rounding(a: Any, how: Callable[[float], int]) -> int:
    if a.__class__ is int:
        return a
    if a.__class__ is float:
        return how(a)
    raise badarg((1, "not a number"))


def _half_away(a: float) -> int:
    size = abs(a)
    whole = math.floor(size)
    if size - whole >= 0.5:
        whole += 1
    return -whole if a < 0 else whole


@ex("round/1")
def round_(a: Any) -> int:
    return _rounding(a, _half_away)


@ex("trunc/1")
def trunc(a: Any) -> int:
    return _rounding(a, math.trunc)


@ex("floor/1")
def floor(a: Any) -> int:
    return _rounding(a, math.floor)


@ex("ceil/1")
def ceil(a: Any) -> int:
    return _rounding(a, math.ceil)


@ex("==/2")
def eq(a: Any, b: Any) -> bool:
    return equal(a, b)


@ex("!=/2")
def ne(a: Any, b: Any) -> bool:
    return not equal(a, b)


@ex("===/2")
def strict_eq(a: Any, b: Any) -> bool:
    return strict_equal(a, b)


@ex("!==/2")
def strict_ne(a: Any, b: Any) -> bool:
    return not strict_equal(a, b)


@ex("</2")
def lt(a: Any, b: Any) -> bool:
    if _is_number(a) and _is_number(b):
        return bool(a < b)
    return compare(a, b) < 0


@ex(">/2")
def gt(a: Any, b: Any) -> bool:
    if _is_number(a) and _is_number(b):
        return bool(a > b)
    return compare(a, b) > 0


@ex("<=/2")
def le(a: Any, b: Any) -> bool:
    if _is_number(a) and _is_number(b):
        return bool(a <= b)
    return compare(a, b) <= 0


@ex(">=/2")
def ge(a: Any, b: Any) -> bool:
    if _is_number(a) and _is_number(b):
        return bool(a >= b)
    return compare(a, b) >= 0


@ex("max/2")
def max_(a: Any, b: Any) -> Any:
    return b if compare(a, b) < 0 else a


@ex("min/2")
def min_(a: Any, b: Any) -> Any:
    return b if compare(a, b) > 0 else a


@ex("not/1")
def not_(a: Any) -> bool:
    if a is True:
        return False
    if a is False:
        return True
    raise ArgumentError("argument error")


def bad_boolean(operator: str, term: Any) -> NoReturn:
    """The left side of ``and`` or ``or`` was no boolean."""
    raise BadBooleanError(term, Atom(operator))


def and_(a: Any, b: Any) -> Any:
    """``a and b`` on values."""
    if a is True:
        return b
    if a is False:
        return False
    bad_boolean("and", a)


def or_(a: Any, b: Any) -> Any:
    """``a or b`` on values."""
    if a is True:
        return True
    if a is False:
        return b
    bad_boolean("or", a)


def xor(a: Any, b: Any) -> bool:
    for side in (a, b):
        if side is not True and side is not False:
            raise badarg((1 if side is a else 2, "not a boolean"))
    return a is not b
