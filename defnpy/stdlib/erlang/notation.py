"""Erlang's own notation of terms."""

from __future__ import annotations

import re
from typing import Any

from defnpy.base.integers import decimal_text
from defnpy.terms import map as maps
from defnpy.terms.atom import atom_name, is_atom
from defnpy.terms.binary import Bits, octets
from defnpy.terms.float_text import float_to_string
from defnpy.terms.list import ImproperList
from defnpy.terms.struct import Struct, map_of

_PLAIN_ATOM = re.compile(r"[a-zß-öø-ÿ][A-Za-z0-9_@À-ÖØ-öø-ÿ]*\Z")
_RESERVED = frozenset(
    "after and andalso band begin bnot bor bsl bsr bxor case catch cond div end fun if let not of or orelse receive rem try "
    "when xor maybe else".split()
)
_ESCAPES = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\v": "\\v", "\b": "\\b", "\f": "\\f", "\x1b": "\\e", "\\": "\\\\"}
_CONTROLS = frozenset(map(ord, "\n\t\r\v\b\f\x1b"))


def erlang_text(term: Any, pretty: bool = False, wide: bool = False, depth: int = -1) -> str:
    """A term in Erlang's notation: ``~w``, with *pretty* ``~p`` on one line, with *wide* ``~tw`` and ``~tp``.

    From *depth* levels or elements on, dots stand for the rest; a negative depth has no end.
    """
    return _Writer(pretty, wide).text(term, depth)


def printable(c: Any) -> bool:
    """Whether a code point is a character of Latin-1 that strings show."""
    return c.__class__ is int and (32 <= c < 127 or 160 <= c < 256 or c in _CONTROLS)


def quoted(text: str, mark: str = '"', wide: bool = True) -> str:
    """*text* between marks, with escapes; code points above Latin-1 are escaped too unless *wide*."""
    shown = (_ESCAPES.get(c) or ("\\" + c if c == mark else c if wide or ord(c) < 256 else f"\\x{{{ord(c):X}}}") for c in text)
    return mark + "".join(shown) + mark


class _Writer:
    def __init__(self, pretty: bool, wide: bool) -> None:
        self.pretty = pretty
        self.wide = wide

    def text(self, term: Any, depth: int) -> str:
        if depth == 0:
            return "..."
        kind = term.__class__
        if is_atom(term):
            name = atom_name(term)
            return name if _PLAIN_ATOM.match(name) and name not in _RESERVED else quoted(name, "'", self.wide)
        if kind is int:
            return decimal_text(term)
        if kind is float:
            return float_to_string(term)
        if kind is str or kind is bytes:
            return self.binary(octets(term), depth)
        if kind is Bits:
            whole, rest = divmod(term.size, 8)
            head = [str(b) for b in (term.value >> rest).to_bytes(whole, "big")]
            return f"<<{','.join([*head, f'{term.value & ((1 << rest) - 1)}:{rest}'])}>>"
        if kind is tuple:
            return "{" + self.several([(t,) for t in term], depth, ",") + "}"
        if kind is list:
            return quoted("".join(map(chr, term))) if self.pretty and term and all(map(printable, term)) else self.list(term, None, depth)
        if kind is ImproperList:
            return self.list(term.head, term, depth)
        if kind is dict or isinstance(term, Struct):
            return "#{" + self.several(maps.items(map_of(term)), depth, ",") + "}"
        from defnpy.terms.inspect import inspect

        return inspect(term)

    def several(self, items: Any, depth: int, comma: str) -> str:
        """Elements of a tuple, or the pairs of a map."""
        out: list[str] = []
        for item in items:
            depth -= 1
            if depth == 0:
                out.append("...")
                break
            out.append(" => ".join(self.text(part, depth) for part in item))
        return comma.join(out)

    def list(self, items: list[Any], improper: ImproperList | None, depth: int) -> str:
        out = "["
        for index, item in enumerate(items):
            depth -= 1
            if depth == 0:
                return out + ("|...]" if index else "...]")
            out += ("," if index else "") + self.text(item, depth)
        if improper is not None:
            out += "|" + self.text(improper.improper_tail, depth - 1)
        return out + "]"

    def binary(self, data: bytes, depth: int) -> str:
        if self.pretty and data:
            text, mark = self.characters(data)
            if text is not None:
                most = len(text) if depth < 0 else 4 * (depth - 1)
                return f"<<{quoted(text[:most])}{mark}{'...' if most < len(text) else ''}>>"
        head = [str(b) for b in (data if depth < 0 else data[: depth - 1])]
        return f"<<{','.join([*head, '...'] if len(head) < len(data) else head)}>>"

    def characters(self, data: bytes) -> tuple[str | None, str]:
        """The text that a binary is shown as, if it is one, and the mark behind it."""
        if self.wide and not data.isascii():
            text = data.decode("utf-8", "replace")
            if all(printable(ord(c)) for c in text):
                return text, "/utf8"
        return (data.decode("latin-1"), "") if all(map(printable, data)) else (None, "")
