"""``erlang:phash2``, the portable hash of terms, and the one by which tables of ``:ets`` keep them (Jenkins' mixing of 32-bit words)."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

from defnpy.terms import map as maps
from defnpy.terms.atom import atom_name, is_atom
from defnpy.terms.binary import octets
from defnpy.terms.errors import ArgumentError
from defnpy.terms.list import ImproperList
from defnpy.terms.struct import Struct, map_of

_M32 = 0xFFFFFFFF
_GOLDEN = 0x9E3779B9

# Constants that keep kinds of terms apart: small integers, atoms, lists, tuples ...
_CONST = [
    0x9E3779B9, 0x3C6EF372, 0xDAA66D2B, 0x78DDE6E4, 0x1715609D, 0xB54CDA56, 0x5384540F, 0xF1BBCDC8,
    0x8FF34781, 0x2E2AC13A, 0xCC623AF3, 0x6A99B4AC, 0x08D12E65, 0xA708A81E, 0x454021D7, 0xE3779B90,
    0x81AF1549, 0x1FE68F02, 0xBE1E08BB,
]  # fmt: skip


def _mix(a: int, b: int, c: int) -> tuple[int, int, int]:
    a = ((a - b - c) ^ (c >> 13)) & _M32
    b = ((b - c - a) ^ (a << 8)) & _M32
    c = ((c - a - b) ^ (b >> 13)) & _M32
    a = ((a - b - c) ^ (c >> 12)) & _M32
    b = ((b - c - a) ^ (a << 16)) & _M32
    c = ((c - a - b) ^ (b >> 5)) & _M32
    a = ((a - b - c) ^ (c >> 3)) & _M32
    b = ((b - c - a) ^ (a << 10)) & _M32
    c = ((c - a - b) ^ (b >> 15)) & _M32
    return a, b, c


def _block(data: bytes, start: int) -> int:
    a = b = _GOLDEN
    c = start
    size = len(data)
    place = 0
    while size - place >= 12:
        x, y, z = struct.unpack_from("<III", data, place)
        a, b, c = _mix((a + x) & _M32, (b + y) & _M32, (c + z) & _M32)
        place += 12
    rest = data[place:].ljust(12, b"\0")
    c = (c + size) & _M32
    x, y = struct.unpack_from("<II", rest)
    tail = rest[8] << 8 | rest[9] << 16 | rest[10] << 24
    return _mix((a + x) & _M32, (b + y) & _M32, (c + tail) & _M32)[2]


def _two(first: int, second: int, const: int, value: int) -> int:
    return _mix((const + first) & _M32, (const + second) & _M32, value)[2]


def _one(word: int, const: int, value: int) -> int:
    return _mix((const + word) & _M32, const, value)[2]


def _atom_word(name: str) -> int:
    """The PJW hash that atoms carry."""
    value = 0
    for byte in b"".join(char.encode("latin-1" if char < "\u0100" else "utf-8") for char in name):
        value = ((value << 4) + byte) & _M32
        high = value & 0xF0000000
        if high:
            value ^= high >> 24
            value ^= high
    return value


def phash2(term: Any) -> int:
    """The 32-bit hash before it is cut to its range."""
    if is_atom(term):
        return _atom_word(atom_name(term))
    return _hash(term, 0)


def _hash_octets(term: Any, value: int) -> int:
    data, seed = octets(term), (_CONST[12] + value) & _M32
    return _block(data, seed) if data else seed


def _hash_tuple(items: tuple[Any, ...], value: int, inner: Callable[[Any, int], int]) -> int:
    value = _one(len(items), _CONST[8], value)
    for item in items:
        value = inner(item, value)
    return value


def _hash(term: Any, value: int) -> int:
    kind = term.__class__
    if is_atom(term):
        word = _atom_word(atom_name(term))
        return word if value == 0 else _one(word, _CONST[2], value)
    if kind is int:
        return _hash_int(term, value)
    if kind is float:
        low, high = struct.unpack("<II", struct.pack("<d", term + 0.0 if term else 0.0))
        return _two(high, low, _CONST[11], value)
    if kind is str or kind is bytes:
        return _hash_octets(term, value)
    if kind is tuple:
        return _hash_tuple(term, value, _hash)
    if kind is list or kind is ImproperList:
        return _hash_list(term, value)
    if kind is dict or isinstance(term, Struct):
        return _hash_map(map_of(term), value)
    serial = getattr(term, "ex_serial", None)
    if serial is not None:  # processes and references: any number that stays the same
        return _hash_int(serial, value)
    raise ArgumentError("argument error")


def _hash_int(term: int, value: int) -> int:
    if -(1 << 27) <= term < 1 << 27:
        # What is negative is mixed twice.
        return _one(term & _M32, _CONST[0], _one(-term, _CONST[0], value) if term < 0 else value)
    return _hash_words(term, value)


def _hash_words(term: int, value: int) -> int:
    """An integer as words of 64 bits, from the lowest on."""
    const, size = _CONST[9] if term < 0 else _CONST[10], abs(term)
    while size:
        value = _two(size & _M32, size >> 32 & _M32, const, value)
        size >>= 64
    return value


def _hash_list(term: Any, value: int) -> int:
    items, tail = (term, []) if term.__class__ is list else (term.head, term.improper_tail)
    place = 0
    while place < len(items):
        word = count = 0
        while place < len(items) and items[place].__class__ is int and 0 <= items[place] < 256:
            word, count, place = (word << 8 | items[place]) & _M32, count + 1, place + 1
            if count == 4:
                value = _one(word, _CONST[3], value)
                word = count = 0
        if count:
            value = _one(word, _CONST[3], value)
        if place < len(items):
            value = _hash(items[place], value)
            place += 1
    if tail == []:
        return _one(2, _CONST[1], value) if value else 3468870702
    return _hash(tail, value)


def _hash_map(found: Any, value: int) -> int:
    value = _one(len(found), _CONST[15], value)
    if not found:
        return value
    total = 0
    for k, v in maps.items(found):
        total ^= _hash(v, _hash(k, 0))
    return _one(total, _CONST[18], value)


# ------------------------------------------------------------------------------------------------------ inside tables

_SALT, _NIL = 3432918353, 0x3B


def table_hash(term: Any) -> int:
    """The hash that places a key in a table. An atom inside another term counts by its name: its number is the machine's own affair."""
    return _atom_word(atom_name(term)) if is_atom(term) else _inner(term, _SALT)


def _inner(term: Any, value: int) -> int:
    kind = term.__class__
    if kind is int:
        return _inner_int(term, value)
    if kind is float:
        low, high = struct.unpack("<II", struct.pack("<d", term + 0.0 if term else 0.0))
        return _two(low, high, _CONST[11], value)
    if kind is str or kind is bytes:
        return _hash_octets(term, value)
    if kind is tuple:
        return _hash_tuple(term, value, _inner)
    if kind is list or kind is ImproperList:
        return _inner_list(term, value) if term != [] else _two(_NIL, 0, _GOLDEN, value)
    return _two(phash2(term), 0, _GOLDEN, value)


def _inner_int(term: int, value: int) -> int:
    if -(1 << 59) <= term < 1 << 59:
        word = term << 4 | 0xF
        return _two(word & _M32, word >> 32 & _M32, _GOLDEN, value)
    return _hash_words(term, value)


_STRING_END = _GOLDEN * 22 & _M32
_ITEM, _TAIL = _GOLDEN * 17 & _M32, _GOLDEN * 18 & _M32


def _stamped(value: int, const: int) -> int:
    value ^= const
    return (value << 17 | value >> 15) & _M32


def _inner_list(term: Any, value: int) -> int:
    items, tail = (term, []) if term.__class__ is list else (term.head, term.improper_tail)
    place = 0
    while place < len(items):
        word = count = 0
        while place < len(items) and items[place].__class__ is int and 0 <= items[place] < 256:
            word, count, place = (word << 8 | items[place]) & _M32, count + 1, place + 1
            if count == 4:
                value = _one(word, _CONST[3], value)
                word = count = 0
        if count:
            value = _two(word, count, _STRING_END, value)
        if place < len(items):
            value = _inner(items[place], _stamped(value, _ITEM))
            place += 1
            if place == len(items):
                value = _stamped(value, _TAIL)
    return _inner(tail, value)
