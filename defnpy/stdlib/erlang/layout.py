"""Terms in Erlang's notation on several lines, as ``~p`` writes those that are too long for one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.stdlib.erlang.notation import erlang_text, printable
from defnpy.terms import map as maps
from defnpy.terms.atom import is_atom
from defnpy.terms.struct import Struct, map_of

_TAG_INDENT = _VALUE_INDENT = 4
Part = tuple[str, bool, Callable[[int, int], str]]
"""An element: its text on one line, whether it shares lines with others, and how it is laid out."""


def pretty_text(term: Any, wide: bool, column: int, width: int) -> str:
    """*term* from *column* on, in lines of fewer than *width* characters where it can be broken."""
    return _Layout(wide, width - 2).broken(term, column, 0)


class _Layout:
    def __init__(self, wide: bool, most: int) -> None:
        self.wide = wide
        self.most = most

    def flat(self, term: Any) -> str:
        return erlang_text(term, True, self.wide)

    def broken(self, term: Any, column: int, closing: int) -> str:
        """*term* at *column*, with *closing* characters behind it on its last line."""
        flat = self.flat(term)
        if column + len(flat) + closing <= self.most:
            return flat
        kind = term.__class__
        if kind is list and flat[0] == "[" and term:
            return f"[{self.filled(list(map(self.part, term)), column + 1, closing + 1)}]"
        if kind is tuple and term:
            return self.tuple(term, column, closing + 1)
        if kind is dict or isinstance(term, Struct):
            pairs = [self.pair(k, v) for k, v in maps.items(map_of(term))]
            return f"#{{{self.filled(pairs, column + 2, closing + 1)}}}" if pairs else flat
        if kind is bytes and flat[2:3].isdigit() and not all(map(printable, term)):
            return f"<<{self.filled(list(map(self.part, term)), column + 2, closing + 2)}>>"
        return flat

    def tuple(self, term: tuple[Any, ...], column: int, closing: int) -> str:
        parts = list(map(self.part, term))
        if not is_atom(term[0]) or len(term) == 1:
            return f"{{{self.filled(parts, column + 1, closing)}}}"
        tag = parts[0][0]
        made = f"{{{tag},{self.filled(parts[1:], column + len(tag) + 2, closing)}}}"
        *lines, last = f"{' ' * column}{made}".split("\n")
        # The comma behind a line may stand one further.
        if len(tag) + 2 <= _TAG_INDENT or (max(map(len, lines), default=0) <= self.most + 1 and len(last) <= self.most):
            return made
        indent = column + _TAG_INDENT
        return f"{{{tag},\n{' ' * indent}{self.filled(parts[1:], indent, closing)}}}"

    def part(self, term: Any) -> Part:
        flat = self.flat(term)
        return flat, flat[0] not in "[{#" or flat in ("[]", "{}", "#{}"), lambda column, closing: self.broken(term, column, closing)

    def pair(self, key: Any, value: Any) -> Part:
        """A pair of a map: its value begins a line when the pair does not fit on one."""
        name, (flat, alone, layout) = self.flat(key), self.part(value)
        text = f"{name} => {flat}"

        def laid(column: int, closing: int) -> str:
            if column + len(text) + closing <= self.most:
                return text
            indent = column + _VALUE_INDENT
            return f"{name} =>\n{' ' * indent}{layout(indent, closing)}"

        return text, alone, laid

    def filled(self, parts: list[Part], column: int, closing: int) -> str:
        """Parts with commas between them: numbers, atoms and texts share lines, others begin one and end it."""
        out, at, open_line = "", column, False
        for index, (flat, shares, layout) in enumerate(parts):
            after = closing if index == len(parts) - 1 else 0
            # A comma counts only where another part shares its line.
            if index and shares and open_line and at + 1 + len(flat) + (after or 1) <= self.most:
                out += "," + flat
                at += 1 + len(flat)
                continue
            made = layout(column, after)
            out += (",\n" + " " * column if index else "") + made
            at, open_line = column + len(made), shares
        return out
