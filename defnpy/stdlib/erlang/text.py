"""``io_lib:format``: texts from patterns with directives."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from defnpy.stdlib.erlang.floats import format_fixed, format_scientific
from defnpy.stdlib.erlang.layout import pretty_text
from defnpy.stdlib.erlang.notation import erlang_text
from defnpy.stdlib.integer import in_base
from defnpy.terms import text as txt
from defnpy.terms.atom import atom_name, is_atom
from defnpy.terms.binary import octets
from defnpy.terms.errors import ArgumentError
from defnpy.terms.list import ImproperList

_DIRECTIVE = re.compile(r"~(\*|-?\d*)(?:\.(\*|\d*)(?:\.(.))?)?([tl]*)(.)", re.S)


def format_text(pattern: Any, args: list[Any]) -> str:
    """``io_lib:format(Pattern, Args)`` as text."""
    return "".join(text for text, _ in _formatted(pattern, args))


def nested_format(pattern: Any, args: list[Any]) -> list[Any]:
    """The same as a list of code points, in which strings and terms are lists of their own."""
    out: list[Any] = []
    for text, nested in _formatted(pattern, args):
        points = [ord(c) for c in text]
        out += [points] if nested else points
    return out


def _bad() -> ArgumentError:
    return ArgumentError("argument error")


def _formatted(pattern: Any, args: Any) -> Iterator[tuple[str, bool]]:
    """The parts of the text, each with whether it is a string or a term that was given."""
    source = pattern if pattern.__class__ is str else atom_name(pattern) if is_atom(pattern) else txt.list_to_string(pattern)
    if args.__class__ is not list:
        raise _bad()
    rest = list(args)
    place = column = 0
    while (tilde := source.find("~", place)) >= 0:
        yield source[place:tilde], False
        column = _column(source[place:tilde], column)
        found = _DIRECTIVE.match(source, tilde)
        if found is None:
            raise _bad()
        made, nested = _Directive(found, rest, column).text()
        yield made, nested
        column = _column(made, column)
        place = found.end()
    yield source[place:], False
    if rest:
        raise _bad()


def _column(text: str, column: int) -> int:
    """Where a line stands behind *text*."""
    behind = text.rpartition("\n")
    return len(behind[2]) + (0 if behind[1] else column)


class _Directive:
    """``~F.P.PadModC`` with its arguments taken from *rest*."""

    def __init__(self, found: re.Match[str], rest: list[Any], column: int) -> None:
        self.column = column
        width, precision, pad, modifiers, self.letter = found.groups()
        self.rest = rest
        self.width = self.number(width)
        self.precision = self.number(precision)
        # A star in the place of the padding takes a character.
        self.pad = chr(self.integer()) if pad == "*" else pad or " "
        self.left = self.width is not None and self.width < 0
        self.width = None if self.width is None else abs(self.width)
        self.wide = "t" in modifiers

    def take(self) -> Any:
        if not self.rest:
            raise _bad()
        return self.rest.pop(0)

    def integer(self) -> int:
        value = self.take()
        if value.__class__ is not int:
            raise _bad()
        return int(value)

    def number(self, text: str | None) -> int | None:
        return self.integer() if text == "*" else int(text) if text and text != "-" else None

    def text(self) -> tuple[str, bool]:
        convert = _CONVERSIONS.get(self.letter)
        if convert is None:
            raise _bad()
        return convert(self), self.letter in "wWpPs"

    def adjusted(self, text: str, size: int) -> str:
        return text.ljust(size, self.pad) if self.left else text.rjust(size, self.pad)

    def field(self, text: str) -> str:
        """A number or term in its field; stars where it is too long."""
        width = self.precision if self.width is None else self.width
        if width is None:
            return text
        most = min(len(text), width if self.precision is None else min(self.precision, width))
        return self.adjusted("*" * most if len(text) > most else text, width)

    def number_field(self, text: str) -> str:
        self.precision = None
        return self.field(text)

    def repeated(self, c: str) -> str:
        count = self.precision if self.precision is not None else self.width if self.width is not None else 1
        if self.width is None:
            return c * count
        if count > self.width:
            raise _bad()
        return self.adjusted(c * count, self.width)

    # -- conversions --

    def string(self) -> str:
        value = self.take()
        if value.__class__ is int:
            raise _bad()
        text = atom_name(value) if is_atom(value) else _characters(value, self.wide)
        if not self.wide and any(ord(c) > 255 for c in text):
            raise _bad()
        if self.width is None:
            return text if self.precision is None else text[: self.precision].ljust(self.precision, self.pad)
        if self.precision is None:
            return self.adjusted(text[: self.width], self.width)
        if self.precision > self.width:
            raise _bad()
        inner = text[: self.precision]
        return self.adjusted(inner if self.precision == self.width else inner.ljust(self.precision, self.pad), self.width)

    def term(self) -> str:
        return self.field(erlang_text(self.take(), wide=self.wide))

    def limited(self) -> str:
        value = self.take()
        return self.field(erlang_text(value, wide=self.wide, depth=self.integer()))

    def pretty(self) -> str:
        value = self.take()
        depth = self.integer() if self.letter == "P" else -1
        if self.left:
            raise _bad()
        if depth >= 0:
            return erlang_text(value, True, self.wide, depth)
        column = self.column if self.precision is None else self.precision - 1
        return pretty_text(value, self.wide, column, 80 if self.width is None else self.width)

    def character(self) -> str:
        value = self.integer()
        return self.repeated(chr(value if self.wide else value & 255))

    def digits(self, upper: bool) -> tuple[str, str]:
        """Sign and digits of an integer in the base that the precision gives."""
        value, base = self.integer(), 10 if self.precision is None else self.precision
        if not 2 <= base <= 36:
            raise _bad()
        made = in_base(abs(value), base)
        return "-" if value < 0 else "", made if upper else made.lower()

    def in_base(self) -> str:
        return self.number_field("".join(self.digits(self.letter == "B")))

    def prefixed(self) -> str:
        sign, made = self.digits(self.letter == "X")
        prefix = self.take()
        if prefix.__class__ is not list and not is_atom(prefix):
            raise _bad()
        return self.number_field(sign + (atom_name(prefix) if is_atom(prefix) else _characters(prefix, True)) + made)

    def with_base(self) -> str:
        sign, made = self.digits(self.letter == "#")
        return self.number_field(f"{sign}{self.precision or 10}#{made}")

    def float(self) -> str:
        value = self.take()
        precision = 6 if self.precision is None else self.precision
        if value.__class__ is not float or precision < (2 if self.letter == "e" else 1):
            raise _bad()
        made = _general(value, precision) if self.letter == "g" else _FLOATS[self.letter](value, precision)
        return self.number_field(made)

    def newline(self) -> str:
        return "\n" * (1 if self.width is None else self.width)

    def ignored(self) -> str:
        self.take()
        return ""


_CONVERSIONS: dict[str, Callable[[_Directive], str]] = {
    "s": _Directive.string, "w": _Directive.term, "W": _Directive.limited, "p": _Directive.pretty, "P": _Directive.pretty,
    "c": _Directive.character, "b": _Directive.in_base, "B": _Directive.in_base, "x": _Directive.prefixed, "X": _Directive.prefixed,
    "#": _Directive.with_base, "+": _Directive.with_base, "f": _Directive.float, "e": _Directive.float, "g": _Directive.float,
    "n": _Directive.newline, "~": lambda d: d.repeated("~"), "i": _Directive.ignored,
}  # fmt: skip


def _characters(data: Any, wide: bool) -> str:
    """The text of a list of characters and binaries; without *wide*, octets are characters."""
    kind = data.__class__
    if kind is str or kind is bytes:
        return data if kind is str and (wide or data.isascii()) else octets(data).decode("utf-8" if wide else "latin-1", "replace")
    if kind is int and 0 <= data < 0x110000:
        return chr(data)
    if kind is list:
        return "".join(_characters(item, wide) for item in data)
    if kind is ImproperList:
        return "".join(_characters(item, wide) for item in (*data.head, data.improper_tail))
    raise _bad()


_FLOATS: dict[str, Callable[[float, int], str]] = {"f": format_fixed, "e": format_scientific}


def _general(x: float, precision: int) -> str:
    """``~g``: fixed from 0.1 up to 10000 where the digits suffice, otherwise scientific."""
    size = abs(x)
    exponent = -2 if size < 0.1 else next((e for e in range(-1, 4) if size < 10.0 ** (e + 1)), precision)
    if (precision <= 1 and exponent == -1) or (precision - 1 > exponent >= -1):
        return format_fixed(x, max(precision - 1 - exponent, 1))
    return format_scientific(x, max(precision, 2))
