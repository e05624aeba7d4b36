"""``:binary`` and ``:crypto``."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from typing import Any

from defnpy.stdlib import string
from defnpy.stdlib.util import badarg, is_binary, option
from defnpy.terms import text as txt
from defnpy.terms.atom import Atom
from defnpy.terms.binary import make_binary, octets
from defnpy.terms.errors import ArgumentError
from defnpy.terms.module import Module, ex, native_module

NOMATCH, LITTLE, GLOBAL = Atom("nomatch"), Atom("little"), Atom("global")


def _data(s: Any) -> bytes:
    if not is_binary(s):
        raise badarg((1, "not a binary"))
    return octets(s)


@ex("copy/1", "copy/2")
def copy(s: Any, count: int = 1) -> Any:
    return make_binary(_data(s) * count)


@ex("part/2", "part/3")
def part(s: Any, start: Any, size: Any = None) -> Any:
    from defnpy.stdlib.kernel import binary_part

    if size is None:
        start, size = start
    return binary_part(s, start, size)


@ex("at/2")
def at(s: Any, index: int) -> int:
    data = _data(s)
    if not 0 <= index < len(data):
        raise ArgumentError("argument error")
    return data[index]


@ex("first/1")
def first(s: Any) -> int:
    return _data(s)[0] if s else _empty()


def _empty() -> int:
    raise badarg((1, "a zero-sized binary is not allowed"))


@ex("last/1")
def last(s: Any) -> int:
    return _data(s)[-1] if s else _empty()


@ex("bin_to_list/1", "bin_to_list/2", "bin_to_list/3")
def bin_to_list(s: Any, start: Any = 0, size: Any = None) -> list[int]:
    if start.__class__ is tuple:
        start, size = start
    data = _data(s)
    return list(data[start:] if size is None else data[start : start + size])


@ex("list_to_bin/1")
def list_to_bin(items: Any) -> Any:
    return make_binary(txt.iodata_bytes(items))


@ex("decode_unsigned/1", "decode_unsigned/2")
def decode_unsigned(s: Any, endian: Any = None) -> int:
    return int.from_bytes(_data(s), "little" if endian is LITTLE else "big")


@ex("encode_unsigned/1", "encode_unsigned/2")
def encode_unsigned(n: int, endian: Any = None) -> Any:
    if n.__class__ is not int or n < 0:
        raise badarg((1, "out of range" if n.__class__ is int else "not an integer"))
    size = max((n.bit_length() + 7) // 8, 1)
    return make_binary(n.to_bytes(size, "little" if endian is LITTLE else "big"))


def _patterns(pattern: Any) -> list[bytes]:
    given = pattern if pattern.__class__ is list else [pattern]
    if not given or not all((p.__class__ is str or p.__class__ is bytes) and p for p in given):
        raise badarg((2, "not a valid pattern"))
    return [octets(p) for p in given]


def _scope(data: bytes, options: Any) -> tuple[int, int]:
    found = option(options, "scope")
    return (0, len(data)) if found is None else (found[0], found[0] + found[1])


def _find(data: bytes, patterns: list[bytes], start: int, end: int) -> tuple[int, int] | None:
    spots = [(data.find(p, start, end), -len(p)) for p in patterns]
    spots = [s for s in spots if s[0] >= 0]
    if not spots:
        return None
    place, size = min(spots)
    return place, -size


@ex("match/2", "match/3")
def match(s: Any, pattern: Any, options: Any = ()) -> Any:
    data = _data(s)
    found = _find(data, _patterns(pattern), *_scope(data, options))
    return NOMATCH if found is None else found


@ex("matches/2", "matches/3")
def matches(s: Any, pattern: Any, options: Any = ()) -> list[Any]:
    data = _data(s)
    start, end = _scope(data, options)
    out: list[Any] = []
    while (found := _find(data, _patterns(pattern), start, end)) is not None:
        out.append(found)
        start = found[0] + found[1]
    return out


@ex("compile_pattern/1")
def compile_pattern(pattern: Any) -> Any:
    return pattern


@ex("split/2", "split/3")
def split(s: Any, pattern: Any, options: Any = ()) -> list[Any]:
    limit = None if GLOBAL in options else 2
    parts = string.split_octets(_data(s), _patterns(pattern), limit, False)
    if Atom("trim_all") in options:
        parts = [p for p in parts if p]
    elif Atom("trim") in options:
        while parts and not parts[-1]:
            parts.pop()
    return [make_binary(p) for p in parts]


@ex("replace/3", "replace/4")
def replace(s: Any, pattern: Any, new: Any, options: Any = ()) -> Any:
    everywhere = GLOBAL in options
    return string.replace(s, pattern, new, [(Atom("global"), everywhere)])


@ex("encode_hex/1")
def encode_hex(s: Any) -> str:
    return _data(s).hex().upper()


@ex("decode_hex/1")
def decode_hex(s: Any) -> Any:
    data = _data(s)
    if len(data) % 2:
        raise badarg((1, "must contain an even number of bytes"))
    try:
        return make_binary(bytes.fromhex(data.decode("ascii")))
    except ValueError:
        raise badarg((1, "must only contain hex digits 0-9, A-F, and a-f")) from None


@ex("longest_common_prefix/1")
def longest_common_prefix(items: Any) -> int:
    return len(os.path.commonprefix([octets(i) for i in items]))


@ex("longest_common_suffix/1")
def longest_common_suffix(items: Any) -> int:
    return len(os.path.commonprefix([octets(i)[::-1] for i in items]))


_HASHES = {"sha": "sha1", "md5": "md5", "sha224": "sha224", "sha256": "sha256", "sha384": "sha384", "sha512": "sha512",
           "sha3_256": "sha3_256", "sha3_512": "sha3_512", "blake2b": "blake2b", "blake2s": "blake2s"}  # fmt: skip


def _hash(kind: Any, data: Any) -> Any:
    return make_binary(hashlib.new(_HASHES[kind.name], txt.iodata_bytes(data), usedforsecurity=False).digest())


def _mac(kind: Any, sub: Any, key: Any, data: Any) -> Any:
    return make_binary(hmac.new(octets(key), txt.iodata_bytes(data), _HASHES[sub.name]).digest())


def _number(term: Any) -> int:
    """A number, or the octets of one."""
    return term if term.__class__ is int else int.from_bytes(octets(term), "big")


def _mod_pow(base: Any, exponent: Any, modulus: Any) -> Any:
    made = pow(_number(base), _number(exponent), _number(modulus))
    return make_binary(made.to_bytes((made.bit_length() + 7) // 8, "big"))


def _exor(a: Any, b: Any) -> Any:
    left, right = txt.iodata_bytes(a), txt.iodata_bytes(b)
    if len(left) != len(right):
        raise ArgumentError("argument error")
    return make_binary(bytes(x ^ y for x, y in zip(left, right, strict=True)))


def _crypto() -> Module:
    made = native_module("crypto", {}, erlang=True)
    made.functions.update({
        "hash/2": _hash, "mac/4": _mac, "strong_rand_bytes/1": lambda n: make_binary(secrets.token_bytes(n)),
        "mod_pow/3": _mod_pow, "exor/2": _exor,
        "rand_uniform/2": lambda low, high: low + secrets.randbelow(high - low),
    })  # fmt: skip
    return made


MODULE = native_module("binary", globals(), erlang=True)
MODULES_BY_NAME = {
    "binary": MODULE,
    "crypto": _crypto(),
}
