"""IO.ANSI escape sequences by name."""

from __future__ import annotations

from typing import Any

from defnpy.terms.atom import Atom

_COLORS = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
_CODES: dict[str, str] = {
    "reset": "0", "bright": "1", "faint": "2", "italic": "3", "underline": "4", "blink_slow": "5", "blink_rapid": "6",
    "inverse": "7", "reverse": "7", "conceal": "8", "crossed_out": "9", "primary_font": "10", "normal": "22",
    "not_italic": "23", "no_underline": "24", "blink_off": "25", "inverse_off": "27", "reverse_off": "27",
    "framed": "51", "encircled": "52", "overlined": "53", "not_framed_encircled": "54", "not_overlined": "55",
    "default_color": "39", "default_background": "49",
    **{f"font_{n}": str(10 + n) for n in range(1, 10)},
    **{c: str(30 + n) for n, c in enumerate(_COLORS)},
    **{f"light_{c}": str(90 + n) for n, c in enumerate(_COLORS)},
    **{f"{c}_background": str(40 + n) for n, c in enumerate(_COLORS)},
    **{f"light_{c}_background": str(100 + n) for n, c in enumerate(_COLORS)},
}  # fmt: skip
_OTHER = {"home": "\x1b[H", "clear": "\x1b[2J", "clear_line": "\x1b[2K"}


def names() -> list[str]:
    """All names that :func:`sequence` knows."""
    return [*_CODES, *_OTHER]


def sequence(name: Any) -> str:
    """The escape sequence of an atom, a string, or a list of them."""
    if name.__class__ is str:
        return name
    if name.__class__ is list:
        return "".join(map(sequence, name))
    if name.__class__ is Atom:
        if name.name in _CODES:
            return f"\x1b[{_CODES[name.name]}m"
        if name.name in _OTHER:
            return _OTHER[name.name]
    from defnpy.terms.errors import ArgumentError
    from defnpy.terms.inspect import inspect

    raise ArgumentError(f"invalid ANSI sequence specification: {inspect(name)}")
