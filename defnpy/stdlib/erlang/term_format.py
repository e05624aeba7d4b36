"""The external term format (``term_to_binary`` and back), without functions, pids and ports."""

from __future__ import annotations

import struct
import zlib
from typing import Any

from defnpy.terms import map as maps
from defnpy.terms.atom import atom_name, is_atom, to_atom
from defnpy.terms.binary import Bits, make_binary, octets
from defnpy.terms.errors import ArgumentError
from defnpy.terms.list import ImproperList
from defnpy.terms.struct import STRUCT_KEY, Struct, map_of


def encode(term: Any, compressed: bool = False) -> bytes:
    """The octets of *term*, version byte included."""
    out = bytearray()
    _encode(term, out)
    if compressed:
        packed = zlib.compress(bytes(out))
        if len(packed) + 5 < len(out):
            return b"\x83P" + struct.pack(">I", len(out)) + packed
    return b"\x83" + bytes(out)


def _encode(term: Any, out: bytearray) -> None:
    kind = term.__class__
    if is_atom(term):
        _encode_atom(atom_name(term), out)
    elif kind is int:
        _encode_int(term, out)
    elif kind is float:
        out += b"F" + struct.pack(">d", term)
    elif kind is str or kind is bytes:
        data = octets(term)
        out += b"m" + struct.pack(">I", len(data)) + data
    elif kind is Bits:
        data = bytes(term)
        out += b"M" + struct.pack(">IB", len(data), term.size % 8) + data
    elif kind is tuple:
        out += b"h" + bytes([len(term)]) if len(term) < 256 else b"i" + struct.pack(">I", len(term))
        for item in term:
            _encode(item, out)
    elif kind is list:
        _encode_list(term, [], out)
    elif kind is ImproperList:
        _encode_list(term.head, term.improper_tail, out)
    elif kind is dict or isinstance(term, Struct):
        found = map_of(term)
        out += b"t" + struct.pack(">I", len(found))
        for k, v in maps.items(found):
            _encode(k, out)
            _encode(v, out)
    else:
        raise ArgumentError("argument error")


def _encode_atom(name: str, out: bytearray) -> None:
    if all(ord(c) < 256 for c in name):
        data = name.encode("latin-1")
        out += b"d" + struct.pack(">H", len(data)) + data
    else:
        data = name.encode()
        out += b"w" + bytes([len(data)]) + data if len(data) < 256 else b"v" + struct.pack(">H", len(data)) + data


def _encode_int(term: int, out: bytearray) -> None:
    if 0 <= term < 256:
        out += b"a" + bytes([term])
    elif -(1 << 31) <= term < 1 << 31:
        out += b"b" + struct.pack(">i", term)
    else:
        size = (abs(term).bit_length() + 7) // 8
        head = b"n" + bytes([size]) if size < 256 else b"o" + struct.pack(">I", size)
        out += head + bytes([1 if term < 0 else 0]) + abs(term).to_bytes(size, "little")


def _encode_list(head: list[Any], tail: Any, out: bytearray) -> None:
    if not head:
        out += b"j"
        return
    if tail == [] and len(head) < 65536 and all(c.__class__ is int and 0 <= c < 256 for c in head):
        out += b"k" + struct.pack(">H", len(head)) + bytes(head)
        return
    out += b"l" + struct.pack(">I", len(head))
    for item in head:
        _encode(item, out)
    if tail == []:
        out += b"j"
    else:
        _encode(tail, out)


def decode(data: bytes) -> Any:
    """The term in *data*."""
    if data[:1] != b"\x83":
        raise ArgumentError("argument error")
    body = zlib.decompress(data[6:]) if data[1:2] == b"P" else data[1:]
    try:
        return _Decoder(body).term()
    except (IndexError, struct.error):
        raise ArgumentError("argument error") from None


class _Decoder:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.place = 0

    def take(self, count: int) -> bytes:
        part = self.data[self.place : self.place + count]
        if len(part) != count:
            raise IndexError(count)
        self.place += count
        return part

    def number(self, layout: str) -> Any:
        return struct.unpack(">" + layout, self.take(struct.calcsize(layout)))[0]

    def term(self) -> Any:
        tag = chr(self.number("B"))
        if tag == "a":
            return self.number("B")
        if tag == "b":
            return self.number("i")
        if tag == "F":
            return self.number("d")
        if tag in "dvsw":
            size = self.number("H" if tag in "dv" else "B")
            return to_atom(self.take(size).decode("latin-1" if tag in "ds" else "utf-8"))
        if tag == "m":
            return make_binary(self.take(self.number("I")))
        if tag == "M":
            return self.bits()
        if tag in "hi":
            return tuple(self.term() for _ in range(self.number("B" if tag == "h" else "I")))
        if tag == "j":
            return []
        if tag == "k":
            return list(self.take(self.number("H")))
        if tag == "l":
            return self.list()
        if tag == "t":
            return self.map()
        if tag in "no":
            size = self.number("B" if tag == "n" else "I")
            sign = self.number("B")
            value = int.from_bytes(self.take(size), "little")
            return -value if sign else value
        raise ArgumentError("argument error")

    def bits(self) -> Any:
        size, last = self.number("I"), self.number("B")
        value = int.from_bytes(self.take(size), "big") >> (8 - last)
        return Bits(value, (size - 1) * 8 + last)

    def list(self) -> Any:
        head = [self.term() for _ in range(self.number("I"))]
        tail = self.term()
        return head if tail == [] else ImproperList(head, tail)

    def map(self) -> Any:
        made = maps.from_pairs([(self.term(), self.term()) for _ in range(self.number("I"))])
        module = made.get(STRUCT_KEY)
        if module is None:
            return made
        from defnpy.stdlib.kernel import struct as make_struct

        fields = [(maps.unkey(k), v) for k, v in made.items() if k is not STRUCT_KEY]
        try:
            return make_struct(module, fields)
        except Exception:
            return Struct(module, {k: v for k, v in made.items() if k is not STRUCT_KEY})
