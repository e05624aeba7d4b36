"""Reading JSON: Python's own reader where the text is valid, one that knows decoders and errors for the rest."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import Any

from defnpy.base.integers import decimal_value
from defnpy.stdlib.parsing import float_exact
from defnpy.terms import map as maps
from defnpy.terms.atom import Atom
from defnpy.terms.binary import make_binary
from defnpy.terms.errors import ElixirError
from defnpy.terms.function import call

_SPACE = re.compile(rb"[ \t\r\n]*")
_NUMBER = re.compile(rb"(-?(?:0|[1-9][0-9]*))(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_PLAIN = re.compile(rb'[^"\\\x00-\x1f]*')
_HEX = re.compile(rb"[0-9A-Fa-f]{4}\Z")
_ESCAPES = {ord(k): v for k, v in zip('bfnrt"\\/', b'\b\f\n\r\t"\\/', strict=True)}


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _float(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise ValueError(text)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[Any, Any]:
    made = dict(pairs)
    return made if len(made) == len(pairs) else dict(reversed(pairs))  # The first value of a name counts.


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_float=_float, parse_constant=_no_constant)


def loads(data: bytes) -> Any:
    """The value of a JSON text; ValueError for anything that :class:`Reader` should look at."""
    if b"\\ud" in data or b"\\uD" in data:
        raise ValueError("surrogates")
    text = data.decode("utf-8")
    try:
        value, end = _DECODER.raw_decode(text, _SPACE.match(data).end())  # type: ignore[union-attr]
    except RecursionError:
        raise ValueError("deep") from None
    if text[end:].strip(" \t\r\n"):
        raise ValueError("more text")
    return value


class Problem(Exception):
    """An invalid text: ``{:invalid_byte, offset, byte}`` and its like."""

    def __init__(self, kind: str, place: int, *what: Any) -> None:
        super().__init__(kind)
        self.term = (Atom(kind), place, *what)


class _Container:
    """Arrays or objects: what a container is while it is read, and what it becomes. Without decoders that is a list in reading order."""

    def __init__(self, decoders: dict[str, Any], name: str) -> None:
        self.start, self.pushing, self.finish = (decoders.get(f"{name}_{step}") for step in ("start", "push", "finish"))

    def begin(self, outer: Any) -> Any:
        inner = call(self.start, [outer]) if self.start is not None else []
        return inner if self.pushing is not None else inner[::-1]

    def push(self, inner: Any, *item: Any) -> Any:
        if self.pushing is not None:
            return call(self.pushing, [*item, inner])
        inner.append(item[0] if len(item) == 1 else item)
        return inner

    def end(self, inner: Any, outer: Any) -> tuple[Any, Any]:
        """The value, and the accumulator outside of it."""
        newest_first = inner if self.pushing is not None else inner[::-1]
        if self.finish is not None:
            value, acc = call(self.finish, [newest_first, outer])
            return value, acc
        return self.value(newest_first), outer

    def value(self, newest_first: Any) -> Any:
        return newest_first[::-1]


class _Object(_Container):
    def value(self, newest_first: Any) -> Any:
        return maps.from_pairs(newest_first)


class Reader:
    """Reads one value from the front of *data*; *decoders* are functions by name (``array_push`` ...) and ``null``."""

    def __init__(self, data: bytes, decoders: dict[str, Any]) -> None:
        self.data = data
        self.place = 0
        self.decoders = decoders
        self.array, self.object = _Container(decoders, "array"), _Object(decoders, "object")

    def read(self, acc: Any) -> tuple[Any, Any]:
        """The value and the accumulator; space behind the value is read too. Nesting is kept on a list, not on Python's stack."""
        stack: list[Any] = []
        while True:
            self.space()
            c = self.peek()
            if c == ord("[") or c == ord("{"):
                kind = self.array if c == ord("[") else self.object
                self.place += 1
                self.space()
                inner = kind.begin(acc)
                if self.peek() != c + 2:  # the closing bracket
                    stack.append((kind, acc, None if kind is self.array else self.key()))
                    acc = inner
                    continue
                self.place += 1
                value, acc = kind.end(inner, acc)
            else:
                value = self.scalar(c)
            self.space()
            while stack:
                closed, value, acc = self.store(value, acc, stack)
                if not closed:
                    break
                self.space()
            else:
                return value, acc

    def store(self, value: Any, acc: Any, stack: list[Any]) -> tuple[bool, Any, Any]:
        """Put *value* into the innermost container; whether that closed it."""
        kind, outer, key = stack[-1]
        c = self.peek()
        if c != ord(",") and c != ord("]" if kind is self.array else "}"):
            raise self.unexpected(self.place)
        self.place += 1
        acc = kind.push(acc, value) if kind is self.array else kind.push(acc, key, value)
        if c != ord(","):
            stack.pop()
            return (True, *kind.end(acc, outer))
        if kind is self.object:
            self.space()
            stack[-1] = (kind, outer, self.key())
        return False, None, acc

    def key(self) -> Any:
        """The name of a member and its colon."""
        if self.peek() != ord('"'):
            raise self.unexpected(self.place)
        name = self.text()
        self.space()
        if self.peek() != ord(":"):
            raise self.unexpected(self.place)
        self.place += 1
        return name

    # -- pieces

    def space(self) -> None:
        self.place = _SPACE.match(self.data, self.place).end()  # type: ignore[union-attr]

    def peek(self) -> int:
        return self.data[self.place] if self.place < len(self.data) else -1

    def unexpected(self, place: int, missing: int = 0) -> Problem:
        """The text ends before *missing* more octets after *place*, or it goes on wrongly at *place*."""
        if len(self.data) <= place + missing:
            return Problem("unexpected_end", len(self.data))
        return Problem("invalid_byte", place, self.data[place])

    def sequence(self, start: int, end: int) -> Problem:
        return Problem("unexpected_sequence", start, make_binary(self.data[start:end]))

    def scalar(self, c: int) -> Any:
        for word, value in ((b"true", True), (b"false", False), (b"null", self.decoders.get("null"))):
            if c == word[0]:
                if not self.data.startswith(word, self.place):
                    raise self.unexpected(self.place + 1, len(word) - 1)
                self.place += len(word)
                return value
        if c == ord('"'):
            return self.text()
        if c == ord("-") or ord("0") <= c <= ord("9"):
            return self.number()
        raise self.unexpected(self.place)

    def number(self) -> Any:
        found = _NUMBER.match(self.data, self.place)
        if found is None:
            raise self.unexpected(self.place + 1)
        end = found.end()
        rest = self.data[end : end + 1]
        if found[2] is None and rest == b"." or found[3] is None and rest in (b"e", b"E"):
            signed = rest != b"." and self.data[end + 1 : end + 2] in (b"+", b"-")
            raise self.unexpected(end + 1 + signed)
        start, self.place = self.place, end
        token = found[0].decode()
        if found[2] is None and found[3] is None:
            return self.convert("integer", token, decimal_value)
        if found[2] is None:
            token = f"{found[1].decode()}.0e{found[3][1:].decode()}"
        try:
            return self.convert("float", token, float_exact)
        except ElixirError:
            if end == len(self.data):
                raise Problem("unexpected_end", end) from None
            raise Problem("unexpected_sequence", start, token) from None

    def convert(self, name: str, token: Any, default: Callable[[Any], Any]) -> Any:
        own = self.decoders.get(name)
        return default(token) if own is None else call(own, [token])

    def text(self) -> Any:
        self.place += 1
        out: list[bytes] = []
        while True:
            found = _PLAIN.match(self.data, self.place)
            assert found is not None
            self.octets(found[0])
            out.append(found[0])
            self.place = found.end()
            c = self.peek()
            if c == ord('"'):
                self.place += 1
                return self.convert("string", make_binary(b"".join(out)), lambda text: text)
            if c != ord("\\"):
                raise self.unexpected(self.place)
            out.append(self.escape())

    def octets(self, part: bytes) -> None:
        """Raise where *part*, which begins here, is no UTF-8."""
        try:
            part.decode("utf-8")
        except UnicodeDecodeError as bad:
            cut = bad.reason == "unexpected end of data"
            raise self.unexpected(self.place + (len(part) if cut else bad.end if bad.end > bad.start + 1 else bad.start))

    def escape(self) -> bytes:
        start = self.place
        c = self.data[start + 1 : start + 2]
        if c != b"u":
            if not c or c[0] not in _ESCAPES:
                raise self.unexpected(start + 1)
            self.place += 2
            return bytes([_ESCAPES[c[0]]])
        if len(self.data) < start + 6:
            raise self.unexpected(start + 2, 4)
        high = self.code(start, start + 6)
        self.place += 6
        if 0xD800 <= high <= 0xDBFF:
            if self.data[start + 6 : start + 8] != b"\\u" or len(self.data) < start + 12:
                raise self.unexpected(start + 6, 5)
            low = self.code(start + 6, start + 12, start)
            if not 0xDC00 <= low <= 0xDFFF:
                raise self.sequence(start, start + 12)
            self.place += 6
            high = 0x10000 + ((high & 0x3FF) << 10) + (low & 0x3FF)
        elif 0xDC00 <= high <= 0xDFFF:
            raise self.sequence(start, start + 6)
        return chr(high).encode()

    def code(self, at: int, end: int, start: int | None = None) -> int:
        digits = self.data[at + 2 : end]
        if _HEX.match(digits) is None:
            raise self.sequence(at if start is None else start, end)
        return int(digits, 16)
