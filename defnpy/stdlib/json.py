"""JSON, and ExUnit.CaptureIO."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from defnpy.base.integers import decimal_text
from defnpy.stdlib.util import ERROR, OK
from defnpy.terms import map as maps
from defnpy.terms.atom import Atom, alias, atom_name, is_atom
from defnpy.terms.binary import octets
from defnpy.terms.errors import ProtocolUndefinedError, make
from defnpy.terms.float_text import float_to_string
from defnpy.terms.module import ex, native_module
from defnpy.terms.protocol import find_impl
from defnpy.terms.struct import Struct

_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?")


@ex("encode!/1", "encode!/2")
def encode_bang(term: Any, encoder: Any = None) -> str:
    out: list[str] = []
    _encode(term, out)
    return "".join(out)


@ex("encode_to_iodata!/1", "encode_to_iodata!/2")
def encode_to_iodata_bang(term: Any, encoder: Any = None) -> list[str]:
    return [encode_bang(term)]


def _encode(term: Any, out: list[str]) -> None:
    kind = term.__class__
    if term is None:
        out.append("null")
    elif kind is str or is_atom(term):
        text = term if kind is str else atom_name(term)
        out.append(text if kind is bool else json.dumps(text, ensure_ascii=False))
    elif kind is int:
        out.append(decimal_text(term))
    elif kind is float:
        out.append(float_to_string(term))
    elif kind is list:
        _encode_all("[", term, "]", _encode, out)
    elif kind is dict:
        _encode_all("{", list(maps.items(term)), "}", _encode_pair, out)
    else:
        _encode_struct(term, out)


def _encode_all(left: str, items: list[Any], right: str, each: Callable[[Any, list[str]], None], out: list[str]) -> None:
    out.append(left)
    for index, item in enumerate(items):
        if index:
            out.append(",")
        each(item, out)
    out.append(right)


def _encode_pair(pair: Any, out: list[str]) -> None:
    from defnpy.terms.text import to_string

    out.append(json.dumps(to_string(pair[0]), ensure_ascii=False) + ":")
    _encode(pair[1], out)


_DATES = frozenset({"Elixir.Date", "Elixir.Time", "Elixir.NaiveDateTime", "Elixir.DateTime"})


def _encode_struct(term: Any, out: list[str]) -> None:
    from defnpy.stdlib.kernel import find_function
    from defnpy.terms.inspect import struct_fields
    from defnpy.terms.text import iodata_bytes

    impl = find_impl("JSON.Encoder", term)
    if impl is not None:
        out.append(iodata_bytes(impl.functions["encode/2"](term, None)).decode())
    elif isinstance(term, Struct) and term.module.name in _DATES:
        _encode(find_function(term.module, Atom("to_iso8601"), 1)(term), out)
    elif isinstance(term, Struct) and _derived(term):
        fields = [(k, term.fields[k]) for k, _ in struct_fields(term.module) or []]
        _encode_all("{", fields, "}", _encode_pair, out)
    else:
        raise ProtocolUndefinedError(alias("JSON.Encoder"), term)


def _derived(term: Struct) -> bool:
    from defnpy.terms.protocol import derives

    return derives("JSON.Encoder", term)


class _Invalid(Exception):
    def __init__(self, place: int) -> None:
        super().__init__(place)
        self.place = place


class _Parser:
    """A JSON text read from the front; places are byte offsets in error messages."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0

    def space(self) -> None:
        while self.place < len(self.text) and self.text[self.place] in " \t\r\n":
            self.place += 1

    def value(self) -> Any:
        self.space()
        c = self.text[self.place : self.place + 1]
        if c == "{":
            return self.object()
        if c == "[":
            return self.list()
        if c == '"':
            return self.string()
        for word, value in (("true", True), ("false", False), ("null", None)):
            if self.text.startswith(word, self.place):
                self.place += len(word)
                return value
        found = _NUMBER.match(self.text, self.place)
        if found is None:
            raise _Invalid(self.place)
        self.place = found.end()
        return float(found[0]) if found[2] or found[3] else int(found[0])

    def string(self) -> str:
        try:
            value, self.place = json.decoder.scanstring(self.text, self.place + 1, True)  # type: ignore[attr-defined]
        except json.JSONDecodeError as bad:
            raise _Invalid(len(self.text) if "Unterminated" in bad.msg else bad.pos) from None
        return value

    def expect(self, wanted: str) -> str:
        self.space()
        c = self.text[self.place : self.place + 1]
        if not c or c not in wanted:
            raise _Invalid(self.place)
        self.place += 1
        return c

    def list(self) -> list[Any]:
        self.place += 1
        self.space()
        out: list[Any] = []
        if self.text.startswith("]", self.place):
            self.place += 1
            return out
        while True:
            out.append(self.value())
            if self.expect(",]") == "]":
                return out

    def object(self) -> dict[Any, Any]:
        self.place += 1
        self.space()
        out: dict[Any, Any] = {}
        if self.text.startswith("}", self.place):
            self.place += 1
            return out
        while True:
            self.space()
            if not self.text.startswith('"', self.place):
                raise _Invalid(self.place)
            name = self.string()
            self.expect(":")
            out[name] = self.value()
            if self.expect(",}") == "}":
                return out


def _parse(text: str) -> Any:
    parser = _Parser(text)
    value = parser.value()
    parser.space()
    if parser.place < len(text):
        raise _Invalid(parser.place)
    return value


@ex("decode/1")
def decode(binary: Any) -> Any:
    try:
        return (OK, _parse(octets(binary).decode("utf-8", "replace")))
    except _Invalid as bad:
        if bad.place >= len(binary):
            return (ERROR, (Atom("unexpected_end"), len(octets(binary))))
        place = len(binary[: bad.place].encode())
        return (ERROR, (Atom("invalid_byte"), place, octets(binary)[place]))


@ex("decode!/1")
def decode_bang(binary: Any) -> Any:
    answer = decode(binary)
    if answer[0] is OK:
        return answer[1]
    reason = answer[1]
    if reason[0].name == "unexpected_end":
        text = f"unexpected end of JSON binary at position (byte offset) {reason[1]}"
    else:
        text = f"invalid byte {reason[2]} at position (byte offset) {reason[1]}"
    raise make("JSON.DecodeError", text, offset=reason[1], data=binary)


MODULE = native_module("JSON", globals())
