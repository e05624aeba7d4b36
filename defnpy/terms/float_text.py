"""The text of floats: the shortest digits that read back as the same number."""

from __future__ import annotations

_EXACT = 2.0**53


def float_to_string(x: float) -> str:
    """``to_string(x)``: decimal or scientific notation, whichever is shorter (``1.0e5``, ``100.0``, ``0.0001``)."""
    sign, digits, place = _digits(x)
    return sign + _layout(digits, place, abs(x))


def float_inspect(x: float) -> str:
    """``inspect(x)``: as :func:`float_to_string`, but whole numbers below 1.0e16 stay decimal (``100000.0``)."""
    if 1.0 <= abs(x) < 1.0e16 and x == int(x):
        return f"{int(x)}.0"
    return float_to_string(x)


def _digits(x: float) -> tuple[str, str, int]:
    """Sign, significant digits and decimal place: the number is ``0.DIGITS * 10 ** place``."""
    text = repr(x)
    sign = "-" if text[0] == "-" else ""
    mantissa, _, exponent = text.lstrip("-").partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = whole + fraction
    place = len(whole) + int(exponent or 0)
    stripped = digits.lstrip("0")
    place -= len(digits) - len(stripped)
    stripped = stripped.rstrip("0")
    return (sign, stripped, place) if stripped else (sign, "0", 1)


def _layout(digits: str, place: int, size: float) -> str:
    count = len(digits)
    if size >= _EXACT:
        return _scientific(digits, place - 1)
    if place == 0:
        return "0." + digits
    if 0 < place < count:
        return f"{digits[:place]}.{digits[place:]}"
    cost = len(str(place - 1)) + 1 + (2 if count == 1 else 1)
    if place < 0:
        return "0." + "0" * -place + digits if 2 - place <= cost else _scientific(digits, place - 1)
    if place - count + 2 <= cost:
        return digits + "0" * (place - count) + ".0"
    return _scientific(digits, place - 1)


def _scientific(digits: str, exponent: int) -> str:
    return f"{digits[0]}.{digits[1:] or '0'}e{exponent}"
