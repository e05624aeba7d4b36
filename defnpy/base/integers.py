"""Integers of any length to and from decimal text: Python's own conversions stop at 4300 digits."""

from __future__ import annotations

# Beyond this many bits (or digits) the conversion goes through decimal, which has no limit.
_SHORT = 4000


def decimal_text(n: int) -> str:
    """The decimal digits of *n*, with its sign."""
    if n.bit_length() < _SHORT:
        return str(n)
    from decimal import Decimal

    return format(Decimal(n), "f")


def decimal_value(digits: str) -> int:
    """The integer that *digits* (perhaps with a sign) write."""
    if len(digits) < _SHORT:
        return int(digits)
    from decimal import Decimal

    return int(Decimal(digits))
