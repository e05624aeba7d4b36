"""Binaries and bitstrings: construction, matching, conversion.

A binary is a ``str`` when its octets are valid UTF-8 and ``bytes`` otherwise; a bitstring whose size is no multiple of
eight is a :class:`Bits`.
"""

from __future__ import annotations

import math
import struct
import sys
from typing import Any

from defnpy.terms.errors import ArgumentError

_Int = int  # Reader has a method of that name


class Bits:
    """A bitstring of *size* bits (no multiple of 8) with the big-endian value *value*."""

    __slots__ = ("size", "value")

    def __init__(self, value: int, size: int) -> None:
        self.value = value
        self.size = size

    @property
    def bit_length_total(self) -> int:
        """The number of bits; marks the class as a bitstring for :mod:`defnpy.terms.order`."""
        return self.size

    def __bytes__(self) -> bytes:
        count = -(-self.size // 8)
        return (self.value << (count * 8 - self.size)).to_bytes(count, "big")

    def __eq__(self, other: object) -> bool:
        return other.__class__ is Bits and (self.value, self.size) == (other.value, other.size)

    def __hash__(self) -> int:
        return hash((Bits, self.value, self.size))

    def __repr__(self) -> str:
        return f"Bits({self.value}, {self.size})"


class _NoMatch:
    __slots__ = ()

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "NOMATCH"


NOMATCH: Any = _NoMatch()
"""What a failing part of a pattern gives; no term equals it."""


def make_binary(data: bytes) -> str | bytes:
    """The binary of *data*: text when it is valid UTF-8."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return bytes(data)


def octets(term: Any) -> bytes:
    """The octets of a binary."""
    return term.encode("utf-8", "surrogatepass") if term.__class__ is str else bytes(term)


def bit_size(term: Any) -> int:
    """The number of bits of a bitstring."""
    if term.__class__ is Bits:
        return int(term.size)
    return len(octets(term)) * 8


def byte_size(term: Any) -> int:
    """The number of octets that hold a bitstring."""
    if term.__class__ is str and term.isascii():
        return len(term)
    return len(octets(term))


def from_int(value: int, size: int) -> Any:
    """The bitstring of the low *size* bits of *value*."""
    value &= (1 << size) - 1
    if size % 8:
        return Bits(value, size)
    return make_binary(value.to_bytes(size // 8, "big"))


def is_bits(term: Any) -> bool:
    """Whether *term* is a bitstring of any size."""
    return term.__class__ is str or term.__class__ is bytes or term.__class__ is Bits


def _little(endian: str) -> bool:
    return endian == "little" or (endian == "native" and sys.byteorder == "little")


def _swap(value: int, size: int) -> int:
    """The big-endian reading of *value* written as *size* little-endian bits (a partial octet comes last)."""
    whole, rest = divmod(size, 8)
    data = value.to_bytes(whole + (1 if rest else 0), "little")
    if not rest:
        return int.from_bytes(data, "big")
    return (int.from_bytes(data[:whole], "big") << rest) | data[whole]


def _unswap(value: int, size: int) -> int:
    whole, rest = divmod(size, 8)
    if not rest:
        return int.from_bytes(value.to_bytes(whole, "big"), "little")
    low = (value >> rest).to_bytes(whole, "big")
    return int.from_bytes(low, "little") | ((value & ((1 << rest) - 1)) << (whole * 8))


_FLOATS = {16: "e", 32: "f", 64: "d"}

# ------------------------------------------------------------------------------------------------ construction


def build(segments: Any) -> Any:
    """``<<...>>``: *segments* are ``(kind, value, size, unit, endian)``.

    ``kind`` is ``integer``, ``float``, ``binary``, ``bits``, ``utf8``, ``utf16`` or ``utf32``; ``size`` is None for the
    default, ``unit`` None for the default of the kind, ``endian`` one of ``big``, ``little``, ``native``.
    """
    text = _text_of(segments)
    if text is not None:
        return text
    writer = _Writer()
    for number, segment in enumerate(segments, 1):
        writer.add(number, *segment)
    return writer.done()


def _text_of(segments: Any) -> str | None:
    """The binary when all *segments* are whole text and code points; None for others."""
    parts = []
    for kind, value, size, _, _ in segments:
        if kind == "binary" and size is None and value.__class__ is str:
            parts.append(value)
        elif kind == "utf8" and value.__class__ is int and (0 <= value < 0xD800 or 0xDFFF < value < 0x110000):
            parts.append(chr(value))
        else:
            return None
    return "".join(parts)


class _Writer:
    """Octets so far, and a pending group of fewer than eight bits."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.pending = 0
        self.count = 0

    def done(self) -> Any:
        if self.count:
            total = len(self.data) * 8 + self.count
            return Bits((int.from_bytes(self.data, "big") << self.count) | self.pending, total)
        return make_binary(bytes(self.data))

    def octets(self, data: bytes) -> None:
        if self.count:
            self.bits(int.from_bytes(data, "big"), len(data) * 8)
        else:
            self.data += data

    def bits(self, value: int, size: int) -> None:
        value |= self.pending << size
        size += self.count
        whole, self.count = divmod(size, 8)
        self.pending = value & ((1 << self.count) - 1)
        self.data += (value >> self.count).to_bytes(whole, "big")

    def add(self, number: int, kind: str, value: Any, size: Any, unit: Any, endian: str) -> None:
        if kind == "integer":
            self.integer(number, value, _segment_size(number, kind, size, unit, 8), endian)
        elif kind == "binary" or kind == "bits":
            self.binary(number, kind, value, size, unit)
        elif kind == "float":
            self.float(number, value, _segment_size(number, kind, size, unit, 64), endian)
        else:
            self.codepoint(number, kind, value, endian)

    def integer(self, number: int, value: Any, size: int, endian: str) -> None:
        if value.__class__ is not int:
            raise segment_error(number, "integer", "expected an integer but got: ", value)
        if size == 8 and not self.count:
            self.data.append(value & 0xFF)
            return
        value &= (1 << size) - 1
        self.bits(_swap(value, size) if _little(endian) else value, size)

    def float(self, number: int, value: Any, size: int, endian: str) -> None:
        if value.__class__ is not float and value.__class__ is not int:
            raise segment_error(number, "float", "expected a float or an integer but got: ", value)
        if size not in _FLOATS:
            raise segment_error(number, "float", "expected one of the supported sizes 16, 32, or 64 but got: ", size)
        order = "<" if _little(endian) else ">"
        try:
            self.octets(struct.pack(order + _FLOATS[size], value))
        except (OverflowError, struct.error):
            text = "the value {} is outside the range expressible as a float"
            raise segment_error(number, "float", text, value) from None

    def binary(self, number: int, kind: str, value: Any, size: Any, unit: Any) -> None:
        if not is_bits(value) or (kind == "binary" and value.__class__ is Bits and size is None and unit is None):
            if value.__class__ is Bits:
                raise segment_error(number, "binary", "the size of the value {} is not a multiple of 8 for the segment", value)
            if size is None:
                raise ArgumentError("errors were found at the given arguments:\n\n  * 1st argument: not a bitstring\n")
            raise segment_error(number, "binary", "expected a binary but got: ", value)
        if size is None:
            if value.__class__ is Bits:
                self.bits(value.value, value.size)
            else:
                self.octets(octets(value))
            return
        wanted = _segment_size(number, "binary", size, unit or (8 if kind == "binary" else 1), 0)
        total = bit_size(value)
        if wanted > total:
            raise segment_error(number, "binary", "the value {} is shorter than the size of the segment", value)
        if wanted % 8 == 0 and value.__class__ is not Bits:
            self.octets(octets(value)[: wanted // 8])
            return
        whole = value.value if value.__class__ is Bits else int.from_bytes(octets(value), "big")
        self.bits(whole >> (total - wanted), wanted)

    def codepoint(self, number: int, kind: str, value: Any, endian: str) -> None:
        if value.__class__ is str:
            self.octets(_encode(kind, value, endian))
            return
        if value.__class__ is not int or not 0 <= value <= 0x10FFFF or 0xD800 <= value <= 0xDFFF:
            raise segment_error(number, kind, f"expected a non-negative integer encodable as {kind} but got: ", value)
        self.octets(_encode(kind, chr(value), endian))


def _encode(kind: str, text: str, endian: str) -> bytes:
    if kind == "utf8":
        return text.encode()
    return text.encode(("utf-16" if kind == "utf16" else "utf-32") + ("-le" if _little(endian) else "-be"))


def _segment_size(number: int, kind: str, size: Any, unit: Any, default: int) -> int:
    if size is None:
        return default
    if size.__class__ is not int or size < 0:
        raise segment_error(number, kind, "expected a non-negative integer as size but got: ", size)
    return size * (unit or 1)


def segment_error(number: int, kind: str, text: str, value: Any) -> ArgumentError:
    """The error of ``<<...>>`` whose segment *number* has a value that does not fit."""
    from defnpy.terms.inspect import inspect

    shown = inspect(value)
    text = text.replace("{}", shown) if "{}" in text else text + shown
    return ArgumentError(f"construction of binary failed: segment {number} of type '{kind}': {text}")


# ---------------------------------------------------------------------------------------------------- matching


def reader(term: Any, place: int = 0) -> Any:
    """A :class:`Reader` of a bitstring, or NOMATCH for any other term."""
    return Reader(term, place) if is_bits(term) else NOMATCH


def first_octet(term: Any) -> Any:
    """The first octet of a bitstring, NOMATCH where there is none."""
    if term.__class__ is str:
        if term == "":
            return NOMATCH
        point = ord(term[0])
        return point if point < 0x80 else term[0].encode()[0]
    return Reader(term).int(8) if is_bits(term) else NOMATCH


def after_octet(term: Any, whole: bool) -> Any:
    """What comes after the first octet: a binary if it must be *whole*."""
    if term.__class__ is str and term[0] < "\x80":
        return term[1:]
    left = Reader(term)
    left.int(8)
    return left.rest_binary() if whole else left.rest_bits()


def first_character(term: Any) -> Any:
    """The first code point of a bitstring in UTF-8, NOMATCH where there is none."""
    if term.__class__ is str:
        return ord(term[0]) if term else NOMATCH
    return Reader(term).utf8() if is_bits(term) else NOMATCH


def after_character(term: Any, whole: bool) -> Any:
    """What comes after the first code point."""
    if term.__class__ is str:
        return term[1:]
    left = Reader(term)
    left.utf8()
    return left.rest_binary() if whole else left.rest_bits()


def after_text(term: Any, text: str, whole: bool) -> Any:
    """What comes after *text* in a bitstring that is no text."""
    if not is_bits(term):
        return NOMATCH
    left = Reader(term)
    if not left.literal(text):
        return NOMATCH
    return left.rest_binary() if whole else left.rest_bits()


class Reader:
    """Takes segments from the front of a bitstring; each method gives NOMATCH when the segment does not match.

    Text is read by characters (``at`` counts them) for as long as the segments are characters, so its octets are not needed. Reading
    begins at a place: a number of characters of text, of octets of other binaries; :meth:`leave` tells the place of what is left.
    """

    __slots__ = ("_base", "_data", "_end", "at", "place", "pos", "source", "term")

    def __init__(self, term: Any, place: int = 0) -> None:
        self.term = term
        self._base = place
        self._end = -1
        if term.__class__ is str:
            self.at, self.pos = place, 0
            self._data: bytes | None = None
        else:
            self.at, self.pos = -1, place * 8
            self._data = term if term.__class__ is bytes else None

    def start(self) -> bool:
        """Read from the beginning again."""
        if self.term.__class__ is str:
            self.at, self.pos = self._base if self._data is None else -1, 0
        else:
            self.pos = self._base * 8
        return True

    def leave(self) -> bool:
        """Whether a whole number of octets is left; ``source`` and ``place`` are then where it stands."""
        if self.at >= 0:
            self.source, self.place = self.term, self.at
            return True
        left = self.end - self.pos
        if left & 7:
            return False
        if self.pos & 7:
            self.source, self.place = self._take(left), 0
        elif self.pos:
            self.source, self.place = self.data, self.pos >> 3
        else:
            self.source, self.place = self.term, self._base
        return True

    def _convert(self) -> bytes:
        """The octets, from where reading begins in text."""
        if self._data is None:
            if self._base:
                self.term = self.term[self._base :]
                self.at -= self._base if self.at >= 0 else 0
                self._base = 0
            self._data = octets(self.term)
        return self._data

    @property
    def data(self) -> bytes:
        """The octets; from now on these are read."""
        found = self._convert()
        self.at = -1
        return found

    @property
    def end(self) -> _Int:
        """The size in bits."""
        if self._end < 0:
            self._end = self.term.size if self.term.__class__ is Bits else len(self._convert()) * 8
        return self._end

    def at_end(self) -> bool:
        """Whether everything was taken."""
        return self.at == len(self.term) if self.at >= 0 else self.pos == self.end

    def _character(self) -> _Int:
        """Take one character of the text; its code point."""
        point = ord(self.term[self.at])
        self.at += 1
        self.pos += 8 if point < 0x80 else 16 if point < 0x800 else 24 if point < 0x10000 else 32
        return point

    def _raw(self, size: _Int) -> _Int:
        start, stop = self.pos, self.pos + size
        first, last = start >> 3, (stop + 7) >> 3
        value = int.from_bytes(self.data[first:last], "big") >> (last * 8 - stop)
        self.pos = stop
        return value & ((1 << size) - 1)

    def _wanted(self, size: Any, unit: _Int) -> _Int:
        if size.__class__ is not int or size < 0:
            return -1
        wanted = size * unit
        return wanted if self.pos + wanted <= self.end else -1

    def int(self, size: Any, unit: _Int = 1, signed: bool = False, endian: str = "big") -> Any:
        """An integer of ``size * unit`` bits."""
        if self.at >= 0 and size == 8 and unit == 1 and not signed:
            if self.at == len(self.term):
                return NOMATCH
            if self.term[self.at] < "\x80":
                return self._character()
        wanted = self._wanted(size, unit)
        if wanted < 0:
            return NOMATCH
        if wanted == 8 and not self.pos & 7:
            value = self.data[self.pos >> 3]
            self.pos += 8
        else:
            value = self._raw(wanted)
            if endian != "big" and _little(endian):
                value = _unswap(value, wanted)
        if signed and wanted and value >> (wanted - 1):
            value -= 1 << wanted
        return value

    def float(self, size: Any, unit: _Int = 1, endian: str = "big") -> Any:
        """A float of 16, 32 or 64 bits; infinities and NaN do not match."""
        wanted = self._wanted(size, unit)
        if wanted not in _FLOATS:
            return NOMATCH
        start = self.pos
        if start & 7:
            data = self._raw(wanted).to_bytes(wanted >> 3, "big")
        else:
            data = self.data[start >> 3 : (start + wanted) >> 3]
            self.pos = start + wanted
        order = "<" if endian != "big" and _little(endian) else ">"
        value = struct.unpack(order + _FLOATS[wanted], data)[0]
        if not math.isfinite(value):
            self.pos = start
            return NOMATCH
        return value

    def binary(self, size: Any, unit: _Int = 8) -> Any:
        """A binary of ``size * unit`` bits."""
        wanted = self._wanted(size, unit)
        return NOMATCH if wanted < 0 else self._take(wanted)

    def bits(self, size: Any, unit: _Int = 1) -> Any:
        """A bitstring of ``size * unit`` bits."""
        return self.binary(size, unit)

    def _take(self, wanted: _Int) -> Any:
        if not self.pos & 7 and not wanted & 7:
            start = self.pos >> 3
            self.pos += wanted
            return make_binary(self.data[start : start + (wanted >> 3)])
        return from_int(self._raw(wanted), wanted)

    def rest_binary(self, unit: _Int = 8) -> Any:
        """Everything that is left, if its size is a multiple of *unit*."""
        if self.at >= 0 and unit == 8:
            return self.rest_bits()
        left = self.end - self.pos
        return NOMATCH if left % unit else self._take(left)

    def rest_bits(self) -> Any:
        """Everything that is left."""
        if self.at >= 0:
            rest = self.term[self.at :]
            self.at = len(self.term)
            return rest
        return self._take(self.end - self.pos)

    def literal(self, text: Any) -> bool:
        """Whether the literal binary *text* comes next; takes it."""
        if self.at >= 0 and text.__class__ is str:
            if not self.term.startswith(text, self.at):
                return False
            self.at += len(text)
            self.pos += len(octets(text)) * 8
            return True
        wanted = octets(text)
        if self.pos & 7:
            size = len(wanted) * 8
            return self.pos + size <= self.end and self._raw(size) == int.from_bytes(wanted, "big")
        start = self.pos >> 3
        if self.pos + len(wanted) * 8 <= self.end and self.data[start : start + len(wanted)] == wanted:
            self.pos += len(wanted) * 8
            return True
        return False

    def utf8(self) -> Any:
        """A code point in UTF-8."""
        if self.at >= 0:
            return self._character() if self.at < len(self.term) else NOMATCH
        if self.pos >= self.end:
            return NOMATCH
        start = self.pos
        lead = self.int(8)
        if lead is NOMATCH:
            return NOMATCH
        count = 1 if lead < 0x80 else 2 if 0xC2 <= lead < 0xE0 else 3 if 0xE0 <= lead < 0xF0 else 4
        if (0x80 <= lead < 0xC2) or lead > 0xF4 or start + count * 8 > self.end:
            self.pos = start
            return NOMATCH
        self.pos = start
        data = self._raw(count * 8).to_bytes(count, "big")
        return self._decoded(data, "utf-8", start)

    def utf16(self, endian: str = "big") -> Any:
        """A code point in UTF-16."""
        start = self.pos
        first = self.int(16, 1, False, endian)
        if first is NOMATCH:
            return NOMATCH
        if not 0xD800 <= first <= 0xDFFF:
            return first
        second = self.int(16, 1, False, endian)
        if first >= 0xDC00 or second is NOMATCH or not 0xDC00 <= second <= 0xDFFF:
            self.pos = start
            return NOMATCH
        return 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)

    def utf32(self, endian: str = "big") -> Any:
        """A code point in UTF-32."""
        start = self.pos
        value = self.int(32, 1, False, endian)
        if value is NOMATCH or value > 0x10FFFF or 0xD800 <= value <= 0xDFFF:
            self.pos = start
            return NOMATCH
        return value

    def _decoded(self, data: bytes, coding: str, start: _Int) -> Any:
        try:
            return ord(data.decode(coding))
        except (UnicodeDecodeError, TypeError):
            self.pos = start
            return NOMATCH
