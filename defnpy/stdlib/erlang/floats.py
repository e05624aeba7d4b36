"""Floats as text with a chosen number of digits: ``:erlang.float_to_binary/2`` and the ``~f`` and ``~e`` of ``:io_lib``."""

from __future__ import annotations

import math
from typing import Any

from defnpy.stdlib.util import badarg
from defnpy.terms.atom import Atom
from defnpy.terms.float_text import float_to_string

MOST_DECIMALS, MOST_SCIENTIFIC, BUFFER = 253, 249, 256
_COMPACT, _SHORT, _DECIMALS, _SCIENTIFIC = Atom("compact"), Atom("short"), Atom("decimals"), Atom("scientific")
_EXACT = 2.0**53
_FAST = 19  # from that many decimals on, and for larger numbers, the exact value is rounded


def float_text(x: float, options: Any) -> str:
    """The text by *options*; the last one that chooses a notation counts."""
    chosen, digits, compact = _SCIENTIFIC, 20, False
    for option in options:
        if option is _COMPACT:
            compact = True
        elif option is _SHORT:
            chosen = _SHORT
        else:
            chosen, digits = _notation(option)
    if chosen is _SHORT:
        return float_to_string(x)
    return decimal(x, digits, compact) if chosen is _DECIMALS else scientific(x, digits)


def _notation(option: Any) -> tuple[Atom, int]:
    if option.__class__ is tuple and len(option) == 2 and option[1].__class__ is int:
        name, digits = option
        if name is _DECIMALS and 0 <= digits <= MOST_DECIMALS:
            return name, digits
        if name is _SCIENTIFIC and digits <= MOST_SCIENTIFIC:
            return name, digits if digits >= 0 else 6
    raise badarg((2, "invalid option in list"))


def scientific(x: float, digits: int = 20) -> str:
    """``1.25e+00``: *digits* after the point, the exponent with at least two."""
    mantissa, exponent = f"{x:.{digits}e}".split("e")
    return f"{mantissa}e{int(exponent):+03d}"


def decimal(x: float, decimals: int, compact: bool = False) -> str:
    """*decimals* digits after the point, the half rounded up; *compact* drops zeros at the end."""
    size = abs(x)
    if size > _EXACT or decimals >= _FAST:
        text = f"{size:.{decimals}f}"
        if len(text) >= BUFFER - (x < 0):
            raise badarg((2, "invalid option in list"))
    else:
        text = _rounded(size, decimals)
    if compact and (decimals or size > _EXACT):
        text = text.rstrip("0")
        text += "0" if text.endswith(".") else ""
    return "-" + text if math.copysign(1.0, x) < 0 else text


def _rounded(size: float, decimals: int) -> str:
    """The part after the point is scaled as a float, so its own rounding shows: 1.45 gives 1.5."""
    whole = int(size)
    scale = 10.0**decimals
    part = (size - whole) * scale
    fraction = math.floor(part) + (part - math.floor(part) >= 0.5)
    if fraction >= scale:
        whole, fraction = whole + 1, fraction - int(scale)
    return f"{whole}.{fraction:0{decimals}d}" if decimals else str(whole)


_DIGITS = 21


def _written(x: float) -> tuple[str, int, int]:
    """Sign, the first 21 digits as an integer, and the exponent of the first of them."""
    mantissa, exponent = f"{x:.{_DIGITS - 1}e}".split("e")
    sign = "-" if mantissa[0] == "-" else ""
    return sign, int(mantissa.lstrip("-").replace(".", "")), int(exponent)


def _half_up(digits: int, places: int) -> int:
    """*digits* without its last *places*; with zeros behind it where they are negative."""
    return digits * 10**-places if places <= 0 else (2 * digits + 10**places) // (2 * 10**places)


def format_fixed(x: float, precision: int) -> str:
    """``~.NUMBERf``: the 21 digits that are written are rounded, the half up."""
    sign, digits, exponent = _written(x)
    text = str(_half_up(digits, _DIGITS - 1 - exponent - precision)).rjust(precision + 1, "0")
    return f"{sign}{text[: len(text) - precision]}.{text[len(text) - precision :]}"


def format_scientific(x: float, precision: int) -> str:
    """``~.NUMBERe``: *precision* digits in all."""
    sign, digits, exponent = _written(x)
    text = str(_half_up(digits, _DIGITS - precision)).ljust(precision, "0")
    if len(text) > precision:
        exponent += 1
    return f"{sign}{text[0]}.{text[1:precision]}e{exponent:+d}"
