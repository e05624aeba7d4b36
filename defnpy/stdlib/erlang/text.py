"""Erlang's own notation of terms, and ``io_lib:format``."""

from __future__ import annotations

import re
from typing import Any

from defnpy.base.integers import decimal_text
from defnpy.stdlib.integer import in_base
from defnpy.terms import map as maps
from defnpy.terms import text as txt
from defnpy.terms.atom import Atom, atom_name, is_atom
from defnpy.terms.binary import Bits, octets
from defnpy.terms.errors import ArgumentError
from defnpy.terms.float_text import float_to_string
from defnpy.terms.list import ImproperList
from defnpy.terms.struct import Struct, map_of

_PLAIN_ATOM = re.compile(r"[a-z][A-Za-z0-9_@]*\Z")
_RESERVED = frozenset(
    "after and andalso band begin bnot bor bsl bsr bxor case catch cond div end fun if let not of or orelse receive rem try "
    "when xor maybe else".split()
)
_DIRECTIVE = re.compile(r"~([-]?\d+|\*)?(?:\.(\d+|\*)?(?:\.(.))?)?([tl]*)([a-zA-Z~#+])", re.S)


def erlang_text(term: Any, pretty: bool = False) -> str:
    """A term in Erlang's notation (``~w``, with *pretty* ``~p`` on one line)."""
    kind = term.__class__
    if is_atom(term):
        name = atom_name(term)
        return name if _PLAIN_ATOM.match(name) and name not in _RESERVED else "'" + name.replace("'", "\\'") + "'"
    if kind is int:
        return decimal_text(term)
    if kind is float:
        return float_to_string(term)
    if kind is str or kind is bytes:
        return _binary_text(octets(term), pretty)
    if kind is Bits:
        whole, rest = divmod(term.size, 8)
        head = [str(b) for b in (term.value >> rest).to_bytes(whole, "big")]
        return f"<<{','.join([*head, f'{term.value & ((1 << rest) - 1)}:{rest}'])}>>"
    if kind is tuple:
        return "{" + ",".join(erlang_text(t, pretty) for t in term) + "}"
    if kind is list:
        if pretty and term and all(c.__class__ is int and (32 <= c < 127 or c in (9, 10, 13)) for c in term):
            return _string_text("".join(map(chr, term)))
        return "[" + ",".join(erlang_text(t, pretty) for t in term) + "]"
    if kind is ImproperList:
        head = [erlang_text(t, pretty) for t in term.head]
        return f"[{','.join(head)}|{erlang_text(term.improper_tail, pretty)}]"
    if kind is dict or isinstance(term, Struct):
        items = maps.items(map_of(term))
        return "#{" + ",".join(f"{erlang_text(k, pretty)} => {erlang_text(v, pretty)}" for k, v in items) + "}"
    from defnpy.terms.inspect import inspect

    return inspect(term)


def _string_text(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t") + '"'


def _binary_text(data: bytes, pretty: bool) -> str:
    if pretty and data and all(32 <= b < 127 or b in (9, 10, 13) for b in data):
        return f"<<{_string_text(data.decode())}>>"
    return f"<<{','.join(map(str, data))}>>"


def format_text(pattern: Any, args: list[Any]) -> str:
    """``io_lib:format(Pattern, Args)`` as text."""
    source = pattern if pattern.__class__ is str else txt.list_to_string(pattern)
    out: list[str] = []
    rest = list(args)
    place = 0
    for found in _DIRECTIVE.finditer(source):
        out.append(source[place : found.start()])
        out.append(_directive(found, rest))
        place = found.end()
    out.append(source[place:])
    if rest:
        raise ArgumentError("argument error")
    return "".join(out)


def _take(rest: list[Any]) -> Any:
    if not rest:
        raise ArgumentError("argument error")
    return rest.pop(0)


def _directive(found: re.Match[str], rest: list[Any]) -> str:
    width_text, precision_text, padding, _, letter = found.groups()
    if letter == "n":
        return "\n"
    if letter == "~":
        return "~"
    width = int(_take(rest) if width_text == "*" else width_text) if width_text else None
    precision = int(_take(rest) if precision_text == "*" else precision_text) if precision_text else None
    value = _take(rest)
    if letter == "i":
        return ""
    text = _converted(letter, value, width, precision, rest)
    if width is None:
        return text
    pad = padding or " "
    size = abs(width)
    if len(text) > size:
        return text[:size] if letter == "s" else "*" * size
    return text.ljust(size, pad) if width < 0 else text.rjust(size, pad)


def _converted(letter: str, value: Any, width: int | None, precision: int | None, rest: list[Any]) -> str:
    if letter in "wp":
        return erlang_text(value, letter == "p")
    if letter in "WP":
        _take(rest)
        return erlang_text(value, letter == "P")
    if letter == "s":
        text = atom_name(value) if is_atom(value) else txt.to_string(value)
        return str(text) if precision is None else str(text)[:precision]
    if letter == "c":
        return chr(value) * (precision or 1)
    if letter in "bBxX+#":
        made = in_base(value, precision or 10)
        return made.lower() if letter == "b" else made
    if letter in "feg":
        return _float(letter, value, 6 if precision is None else precision)
    raise ArgumentError("argument error")


def _float(letter: str, value: Any, precision: int) -> str:
    if value.__class__ not in (int, float):
        raise ArgumentError("argument error")
    x = float(value)
    if letter == "f":
        return f"{x:.{precision}f}"
    if letter == "e":
        mantissa, exponent = f"{x:.{precision - 1}e}".split("e")
        return f"{mantissa}e{int(exponent):+d}"
    if 0.1 <= abs(x) < 10000.0:
        digits = len(str(int(abs(x)))) if abs(x) >= 1 else 0
        return f"{x:.{max(precision - max(digits, 1) + (0 if digits else 0), 0)}f}"
    return _float("e", x, precision)


def nested_format(pattern: Any, args: list[Any]) -> list[int]:
    """The same as a list of code points."""
    return [ord(c) for c in format_text(pattern, args)]


NOMATCH = Atom("nomatch")
