"""The external term format (``term_to_binary`` and back), without functions, pids and ports.

Reading makes data only: every size is checked against the input first, and nesting costs no stack.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from typing import Any

from defnpy.stdlib.util import badarg
from defnpy.terms import map as maps
from defnpy.terms.atom import Atom, atom_name, is_atom, to_atom
from defnpy.terms.binary import Bits, make_binary, octets
from defnpy.terms.errors import ArgumentError, ElixirError
from defnpy.terms.list import ImproperList
from defnpy.terms.runtime import runtime
from defnpy.terms.struct import STRUCT_KEY, Struct, map_of

# No deflate stream grows by more than this factor.
_MOST_GROWTH = 1032


def encode(term: Any, level: int = 0) -> bytes:
    """The octets of *term*, version byte included; a *level* above 0 compresses when that is shorter."""
    out = bytearray()
    _encode(term, out)
    if level:
        packed = zlib.compress(bytes(out), level)
        if len(packed) + 5 < len(out):
            return b"\x83P" + struct.pack(">I", len(out)) + packed
    return b"\x83" + bytes(out)


_OTHER_OPTIONS = (Atom("deterministic"), Atom("local"), *[(Atom("minor_version"), n) for n in range(3)])


def level_of(options: Any) -> int:
    """The compression level that ``term_to_binary/2`` options ask for."""
    level = 0
    for one in options:
        if one is Atom("compressed"):
            level = 6
        elif one.__class__ is tuple and len(one) == 2 and one[0] is Atom("compressed") and one[1] in range(10):
            level = int(one[1])
        elif one not in _OTHER_OPTIONS:
            raise badarg((2, "invalid option in list"))
    return level


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


def decode(data: bytes, options: Any = ()) -> tuple[Any, int]:
    """The term in *data* and how many octets it takes; with ``:safe`` no atom is made."""
    safe = any(o is Atom("safe") for o in options)
    try:
        if data[:1] != b"\x83":
            raise _Bad
        if data[1:2] == b"P":
            body, used = _inflated(data)
            return _Decoder(body, safe).term(), used
        decoder = _Decoder(data, safe, 1)
        return decoder.term(), decoder.place
    except (_Bad, struct.error, UnicodeDecodeError):
        unsafe = " or unsafe" if safe else ""
        raise badarg((1, f"invalid{unsafe} external representation of a term")) from None


class _Bad(Exception):
    """The input is not what it claims to be."""


def _inflated(data: bytes) -> tuple[bytes, int]:
    size = struct.unpack_from(">I", data, 2)[0]
    if size > _MOST_GROWTH * len(data):
        raise _Bad
    expand = zlib.decompressobj()
    try:
        body = expand.decompress(data[6:], size) if size else b""
        # The end of the stream may stand behind the last octet.
        body += expand.decompress(expand.unconsumed_tail, 1) if not expand.eof else b""
    except zlib.error:
        raise _Bad from None
    if len(body) != size or not expand.eof:
        raise _Bad
    return body, len(data) - len(expand.unused_data)


class _Frame:
    """A compound term whose parts are still being read."""

    __slots__ = ("build", "missing", "parts")

    def __init__(self, build: Callable[[list[Any]], Any], missing: int) -> None:
        self.build = build
        self.missing = missing
        self.parts: list[Any] = []


class _Decoder:
    def __init__(self, data: bytes, safe: bool, place: int = 0) -> None:
        self.data = data
        self.safe = safe
        self.place = place

    def take(self, count: int) -> bytes:
        part = self.data[self.place : self.place + count]
        if len(part) != count:
            raise _Bad
        self.place += count
        return part

    def number(self, layout: str) -> Any:
        return struct.unpack(">" + layout, self.take(struct.calcsize(layout)))[0]

    def term(self) -> Any:
        """The next term."""
        open_frames: list[_Frame] = []
        while True:
            value = self.start()
            if value.__class__ is _Frame and value.missing:
                open_frames.append(value)
                continue
            if value.__class__ is _Frame:
                value = value.build([])
            while open_frames:
                frame = open_frames[-1]
                frame.parts.append(value)
                frame.missing -= 1
                if frame.missing:
                    break
                value = open_frames.pop().build(frame.parts)
            else:
                return value

    def start(self) -> Any:
        """A term without parts, or the frame of one that has some."""
        read = _READERS.get(self.take(1))
        if read is None:
            raise _Bad
        return read(self)

    def frame(self, build: Callable[[list[Any]], Any], count: int) -> _Frame:
        """Every part takes an octet at least."""
        if count > len(self.data) - self.place:
            raise _Bad
        return _Frame(build, count)

    def atom(self, layout: str, encoding: str) -> Any:
        name = self.take(self.number(layout)).decode(encoding)
        if len(name) > 255 or (self.safe and name not in Atom._interned and name not in ("true", "false", "nil")):
            raise _Bad
        return to_atom(name)

    def double(self) -> Any:
        value = self.number("d")
        if value - value != 0:
            raise _Bad
        return value

    def old_float(self) -> Any:
        try:
            return float(self.take(31).rstrip(b"\0"))
        except ValueError:
            raise _Bad from None

    def big(self, layout: str) -> int:
        size, sign = self.number(layout), self.number("B")
        value = int.from_bytes(self.take(size), "little")
        return -value if sign else value

    def bits(self) -> Any:
        size, last = self.number("I"), self.number("B")
        if not size or not 1 <= last <= 8:
            raise _Bad
        data = self.take(size)
        return make_binary(data) if last == 8 else Bits(int.from_bytes(data, "big") >> (8 - last), (size - 1) * 8 + last)


def _list(parts: list[Any]) -> Any:
    tail = parts.pop()
    if tail.__class__ is list:
        return parts + tail if tail else parts
    return ImproperList([*parts, *tail.head], tail.improper_tail) if tail.__class__ is ImproperList else ImproperList(parts, tail)


def _map(parts: list[Any]) -> Any:
    made = maps.from_pairs(list(zip(parts[::2], parts[1::2], strict=True)))
    if len(made) * 2 != len(parts):
        raise _Bad
    module = made.get(STRUCT_KEY)
    if module is None or not is_atom(module):
        return made
    fields = {k: v for k, v in made.items() if k is not STRUCT_KEY}
    found = runtime().modules.get(module) if module.__class__ is Atom else None
    if found is None or not found.native:
        return Struct(module, fields)
    from defnpy.stdlib.kernel import struct as make_struct

    try:
        # Ranges, tensors and other structs of ours are objects of their own.
        return make_struct(module, [(maps.unkey(k), v) for k, v in fields.items()])
    except ElixirError:
        return Struct(module, fields)


_READERS: dict[bytes, Callable[[_Decoder], Any]] = {
    b"a": lambda d: d.number("B"),
    b"b": lambda d: d.number("i"),
    b"F": _Decoder.double,
    b"c": _Decoder.old_float,
    b"d": lambda d: d.atom("H", "latin-1"),
    b"s": lambda d: d.atom("B", "latin-1"),
    b"v": lambda d: d.atom("H", "utf-8"),
    b"w": lambda d: d.atom("B", "utf-8"),
    b"m": lambda d: make_binary(d.take(d.number("I"))),
    b"M": _Decoder.bits,
    b"h": lambda d: d.frame(tuple, d.number("B")),
    b"i": lambda d: d.frame(tuple, d.number("I")),
    b"j": lambda d: [],
    b"k": lambda d: list(d.take(d.number("H"))),
    b"l": lambda d: d.frame(_list, d.number("I") + 1),
    b"t": lambda d: d.frame(_map, 2 * d.number("I")),
    b"n": lambda d: d.big("B"),
    b"o": lambda d: d.big("I"),
}
