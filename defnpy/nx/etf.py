"""Erlang's external term format: what ``:erlang.term_to_binary/1`` writes, for plain data.

Reading is safe: only data is made, sizes are checked against the input, functions and references are refused.
"""

from __future__ import annotations

import struct
import zlib
from typing import Any

from defnpy.terms import map as maps
from defnpy.terms.atom import atom_name, is_atom, to_atom
from defnpy.terms.errors import ArgumentError
from defnpy.terms.struct import Struct, map_of

MAGIC = 131
_MOST = 1 << 28


def encode(term: Any, level: int = 0) -> bytes:
    """*term* with the magic byte; *level* above 0 compresses."""
    body = bytearray()
    _write(body, term)
    if level:
        packed = zlib.compress(bytes(body), level)
        if len(packed) + 5 < len(body):
            return bytes([MAGIC, 80]) + struct.pack(">I", len(body)) + packed
    return bytes([MAGIC]) + bytes(body)


def _write(out: bytearray, term: Any) -> None:
    kind = term.__class__
    if is_atom(term):
        name = atom_name(term).encode()
        out += bytes([119, len(name)]) + name if len(name) < 256 else b"v" + struct.pack(">H", len(name)) + name
    elif kind is int:
        _write_int(out, term)
    elif kind is float:
        out += b"F" + struct.pack(">d", term)
    elif kind is tuple:
        out += bytes([104, len(term)]) if len(term) < 256 else b"i" + struct.pack(">I", len(term))
        for part in term:
            _write(out, part)
    elif kind is list:
        _write_list(out, term)
    elif kind is str or kind is bytes:
        data = term.encode("utf-8", "surrogatepass") if kind is str else term
        out += b"m" + struct.pack(">I", len(data)) + data
    elif kind is dict or isinstance(term, Struct):
        pairs = list(maps.items(map_of(term)))
        out += b"t" + struct.pack(">I", len(pairs))
        for k, v in pairs:
            _write(out, k)
            _write(out, v)
    else:
        raise ArgumentError("cannot serialize a term that is not plain data")


def _write_list(out: bytearray, term: list[Any]) -> None:
    if term:
        out += b"l" + struct.pack(">I", len(term))
        for part in term:
            _write(out, part)
    out += b"j"


def _write_int(out: bytearray, n: int) -> None:
    if 0 <= n < 256:
        out += bytes([97, n])
    elif -(1 << 31) <= n < 1 << 31:
        out += b"b" + struct.pack(">i", n)
    else:
        data = abs(n).to_bytes((abs(n).bit_length() + 7) // 8, "little")
        sign = 1 if n < 0 else 0
        out += bytes([110, len(data), sign]) if len(data) < 256 else b"o" + struct.pack(">IB", len(data), sign)
        out += data


def decode(data: bytes) -> tuple[Any, int]:
    """The term at the start of *data* and how many bytes it takes."""
    if len(data) < 2 or data[0] != MAGIC:
        raise _bad()
    if data[1] == 80:
        size = struct.unpack_from(">I", data, 2)[0]
        if size > _MOST:
            raise _bad()
        expand = zlib.decompressobj()
        body = expand.decompress(data[6:], size)
        if len(body) != size:
            raise _bad()
        reader = _Reader(body)
        return reader.term(0), len(data) - len(expand.unused_data)
    reader = _Reader(data)
    reader.at = 1
    return reader.term(0), reader.at


def _bad() -> ArgumentError:
    return ArgumentError("errors were found at the given arguments:\n\n  * 1st argument: invalid external representation of a term\n")


class _Reader:
    """Reads one term after the other; nested no deeper than 512."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, n: int) -> bytes:
        made = self.data[self.at : self.at + n]
        if len(made) != n:
            raise _bad()
        self.at += n
        return made

    def number(self, n: int) -> int:
        return int.from_bytes(self.take(n), "big")

    def count(self, n: int) -> int:
        found = self.number(n)
        if found > len(self.data) - self.at:
            raise _bad()
        return found

    def term(self, depth: int) -> Any:
        if depth > 512:
            raise _bad()
        tag = self.number(1)
        read = _READERS.get(tag)
        if read is None:
            raise _bad()
        return read(self, depth + 1)

    def many(self, n: int, depth: int) -> list[Any]:
        return [self.term(depth) for _ in range(n)]

    def atom(self, n: int) -> Any:
        return to_atom(self.take(n).decode())

    def text(self, n: int) -> Any:
        data = self.take(n)
        try:
            return data.decode()
        except UnicodeDecodeError:
            return data

    def big(self, n: int) -> int:
        sign = self.number(1)
        value = int.from_bytes(self.take(n), "little")
        return -value if sign else value

    def list(self, depth: int) -> Any:
        made = self.many(self.count(4), depth)
        tail = self.term(depth)
        if tail.__class__ is list and not tail:
            return made
        from defnpy.terms.list import cons

        return cons(made, tail)

    def map(self, depth: int) -> Any:
        pairs = [(self.term(depth), self.term(depth)) for _ in range(self.count(4))]
        return maps.from_pairs(pairs)


_READERS: dict[int, Any] = {
    97: lambda r, d: r.number(1),
    98: lambda r, d: struct.unpack(">i", r.take(4))[0],
    70: lambda r, d: struct.unpack(">d", r.take(8))[0],
    110: lambda r, d: r.big(r.number(1)),
    111: lambda r, d: r.big(r.count(4)),
    119: lambda r, d: r.atom(r.number(1)),
    118: lambda r, d: r.atom(r.count(2)),
    115: lambda r, d: r.atom(r.number(1)),
    100: lambda r, d: r.atom(r.count(2)),
    104: lambda r, d: tuple(r.many(r.number(1), d)),
    105: lambda r, d: tuple(r.many(r.count(4), d)),
    106: lambda r, d: [],
    107: lambda r, d: list(r.take(r.count(2))),
    108: lambda r, d: r.list(d),
    109: lambda r, d: r.text(r.count(4)),
    116: lambda r, d: r.map(d),
}
