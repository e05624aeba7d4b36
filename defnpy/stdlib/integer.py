"""Integer."""

from __future__ import annotations

import math
from typing import Any

from defnpy.base.integers import decimal_text
from defnpy.stdlib import parsing
from defnpy.stdlib.util import ERROR, badarg, is_int, need, power
from defnpy.terms.binary import octets
from defnpy.terms.errors import ArgumentError, ArithmeticError_
from defnpy.terms.module import ex, native_module

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@ex("is_even/1")
def is_even(n: Any) -> bool:
    return is_int(n) and not n & 1


@ex("is_odd/1")
def is_odd(n: Any) -> bool:
    return is_int(n) and bool(n & 1)


def _ints(a: Any, b: Any) -> None:
    if not (is_int(a) and is_int(b)):
        raise ArithmeticError_()


@ex("floor_div/2")
def floor_div(a: Any, b: Any) -> int:
    _ints(a, b)
    if b == 0:
        raise ArithmeticError_()
    return a // b


@ex("ceil_div/2")
def ceil_div(a: Any, b: Any) -> int:
    _ints(a, b)
    if b == 0:
        raise ArithmeticError_()
    return -(-a // b)


@ex("mod/2")
def mod(a: Any, b: Any) -> int:
    _ints(a, b)
    if b == 0:
        raise ArithmeticError_()
    return a % b


@ex("pow/2")
def pow_(a: Any, b: Any) -> int:
    need(is_int(a) and is_int(b), "Integer", "pow", 2)
    if b < 0:
        raise ArithmeticError_()
    return power(a, b)


@ex("gcd/2")
def gcd(a: Any, b: Any) -> int:
    need(is_int(a) and is_int(b), "Integer", "gcd", 2)
    return math.gcd(a, b)


@ex("extended_gcd/2")
def extended_gcd(a: Any, b: Any) -> tuple[int, int, int]:
    need(is_int(a) and is_int(b), "Integer", "extended_gcd", 2)
    x0, x1, y0, y1 = 1, 0, 0, 1
    while b:
        q = a // b
        a, b = b, a - q * b
        x0, x1 = x1, x0 - q * x1
        y0, y1 = y1, y0 - q * y1
    if a == 0:
        return (0, 0, 0)
    return (a, x0, y0) if a > 0 else (-a, -x0, -y0)


def in_base(n: int, base: int) -> str:
    """The digits of *n* in a base from 2 to 36."""
    if base == 10:
        return decimal_text(n)
    size, out = abs(n), ""
    while True:
        size, digit = divmod(size, base)
        out = _DIGITS[digit] + out
        if not size:
            return "-" + out if n < 0 else out


def _base(base: Any) -> bool:
    return is_int(base) and 2 <= base <= 36


@ex("to_string/1", "to_string/2")
def to_string(n: Any, base: Any = 10) -> str:
    if not is_int(n):
        raise badarg((1, "not an integer"))
    if not _base(base):
        raise badarg((2, "not an integer in the range 2 through 36"))
    return in_base(n, base)


@ex("to_charlist/1", "to_charlist/2")
def to_charlist(n: Any, base: Any = 10) -> list[int]:
    return [ord(c) for c in to_string(n, base)]


@ex("parse/1", "parse/2")
def parse(s: Any, base: Any = 10) -> Any:
    if not _base(base):
        raise ArgumentError(f"invalid base {_shown(base)}")
    need(s.__class__ in (str, bytes), "Integer", "parse", 2)
    found = parsing.integer_prefix(parsing.need_text(s), base)
    return ERROR if found is None else found


def _shown(term: Any) -> str:
    from defnpy.terms.inspect import inspect

    return inspect(term)


@ex("digits/1", "digits/2")
def digits(n: Any, base: Any = 10) -> list[int]:
    need(is_int(n) and is_int(base) and base >= 2, "Integer", "digits", 2)
    sign, size, out = (-1 if n < 0 else 1), abs(n), []
    while True:
        size, digit = divmod(size, base)
        out.append(sign * digit)
        if not size:
            return out[::-1]


@ex("undigits/1", "undigits/2")
def undigits(found: Any, base: Any = 10) -> int:
    need(found.__class__ is list and is_int(base) and base >= 2, "Integer", "undigits", 2)
    total = 0
    for digit in found:
        if digit >= base:
            raise ArgumentError(f"invalid digit {digit} in base {base}")
        total = total * base + digit
    return total


def of_octets(binary: Any) -> int:
    """The big-endian unsigned number in a binary."""
    return int.from_bytes(octets(binary), "big")


MODULE = native_module("Integer", globals())
