"""Numbers from text, with the exact rules and errors of the BEAM."""

from __future__ import annotations

import math
import re
from typing import Any

from defnpy.base.integers import decimal_value
from defnpy.stdlib.util import badarg

_FLOAT = re.compile(r"[+-]?[0-9]+\.[0-9]+([eE][+-]?[0-9]+)?\Z")
# Python refuses numbers of thousands of digits.
_SHORT = 4000
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def _digit_class(base: int) -> str:
    digits = _DIGITS[:base]
    return "".join(dict.fromkeys(digits + digits.upper()))


def _value(text: str, base: int) -> int:
    return decimal_value(text) if base == 10 else int(text, base)


def integer_exact(text: str, base: int = 10) -> int:
    """``String.to_integer/2``."""
    if base == 10 and len(text) < _SHORT and text.isascii() and text.isdigit():
        return int(text)
    if base.__class__ is not int or not 2 <= base <= 36:
        raise badarg((2, "not an integer in the range 2 through 36"))
    if not re.match(rf"[+-]?[{_digit_class(base)}]+\Z", text):
        raise badarg((1, "not a textual representation of an integer"))
    return _value(text, base)


def float_exact(text: str) -> float:
    """``String.to_float/1``."""
    if not _FLOAT.match(text):
        raise badarg((1, "not a textual representation of a float"))
    value = float(text)
    if math.isinf(value):
        raise badarg((1, "not a textual representation of a float"))
    return value


def integer_prefix(text: str, base: int = 10) -> tuple[int, str] | None:
    """``Integer.parse/2``: the number and the rest."""
    found = re.match(rf"[+-]?[{_digit_class(base)}]+", text)
    if found is None:
        return None
    return _value(found[0], base), text[found.end() :]


def float_prefix(text: str) -> tuple[float, str] | None:
    """``Float.parse/1``: the number and the rest."""
    found = re.match(r"[+-]?[0-9]+(\.[0-9]+([eE][+-]?[0-9]+)?|[eE][+-]?[0-9]+)?", text)
    if found is None:
        return None
    value = float(found[0])
    if math.isinf(value):
        return None
    return value, text[found.end() :]


def need_text(term: Any) -> str:
    """*term* as text for parsing."""
    if term.__class__ is str:
        return term
    if term.__class__ is bytes:
        return term.decode("latin-1")
    raise badarg((1, "not a binary"))
