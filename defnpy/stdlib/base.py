"""Base."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any

from defnpy.stdlib.util import ERROR, OK, option
from defnpy.terms.atom import Atom
from defnpy.terms.binary import make_binary, octets
from defnpy.terms.errors import ArgumentError
from defnpy.terms.inspect import AS_STRINGS, inspect
from defnpy.terms.module import ex, native_module

LOWER, UPPER, WHITESPACE = Atom("lower"), Atom("upper"), Atom("whitespace")


def _cased(made: str, options: Any) -> str:
    return made.lower() if option(options, "case", UPPER) is LOWER else made


def _padded(made: str, options: Any) -> str:
    return made if option(options, "padding", True) is not False else made.rstrip("=")


@ex("encode16/1", "encode16/2")
def encode16(data: Any, options: Any = ()) -> str:
    return _cased(octets(data).hex().upper(), options)


@ex("encode64/1", "encode64/2")
def encode64(data: Any, options: Any = ()) -> str:
    return _padded(base64.b64encode(octets(data)).decode(), options)


@ex("url_encode64/1", "url_encode64/2")
def url_encode64(data: Any, options: Any = ()) -> str:
    return _padded(base64.urlsafe_b64encode(octets(data)).decode(), options)


@ex("encode32/1", "encode32/2")
def encode32(data: Any, options: Any = ()) -> str:
    return _cased(_padded(base64.b32encode(octets(data)).decode(), options), options)


@ex("hex_encode32/1", "hex_encode32/2")
def hex_encode32(data: Any, options: Any = ()) -> str:
    return _cased(_padded(base64.b32hexencode(octets(data)).decode(), options), options)


def _prepared(s: Any, options: Any, size: int) -> str:
    made = str(s)
    if option(options, "ignore") is WHITESPACE:
        made = "".join(made.split())
    if option(options, "padding", True) is False:
        made += "=" * (-len(made) % size)
    return made


def _case16(s: Any, options: Any) -> str:
    case, made = option(options, "case", UPPER), str(s)
    for c in made:
        wrong = c not in "0123456789abcdefABCDEF"
        wrong = wrong or (case is UPPER and c in "abcdef") or (case is LOWER and c in "ABCDEF")
        if wrong:
            raise _bad_digit(c)
    return made


def _bad_digit(c: str) -> ArgumentError:
    return ArgumentError(f"non-alphabet character found: {inspect(c, binaries=AS_STRINGS)} (byte {ord(c)})")


@ex("decode16!/1", "decode16!/2")
def decode16_bang(s: Any, options: Any = ()) -> Any:
    made = _case16(s, options)
    if len(made) % 2:
        raise ArgumentError(
            "string given to decode has wrong length. An even number of bytes was expected, "
            f"got: {len(made)}. Double check your string for unwanted characters or pad it accordingly"
        )
    return make_binary(bytes.fromhex(made))


def _decode(s: Any, options: Any, size: int, decode: Callable[[bytes], bytes], letters: str) -> Any:
    made = _prepared(s, options, size)
    for c in made:
        if c not in letters and c != "=":
            raise _bad_digit(c)
    try:
        return make_binary(decode(made.encode()))
    except (binascii.Error, ValueError):
        raise ArgumentError("incorrect padding") from None


def _upper(s: Any, options: Any) -> str:
    """Base 32 text in capitals; letters of the wrong case raise."""
    case, made = option(options, "case", UPPER), str(s)
    for c in made:
        if (case is UPPER and c.islower()) or (case is LOWER and c.isupper()):
            raise _bad_digit(c)
    return made.upper()


_UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ALNUM = _UPPER + _UPPER.lower() + "0123456789"


@ex("decode64!/1", "decode64!/2")
def decode64_bang(s: Any, options: Any = ()) -> Any:
    return _decode(s, options, 4, base64.b64decode, _ALNUM + "+/")


@ex("url_decode64!/1", "url_decode64!/2")
def url_decode64_bang(s: Any, options: Any = ()) -> Any:
    return _decode(s, options, 4, base64.urlsafe_b64decode, _ALNUM + "-_")


@ex("decode32!/1", "decode32!/2")
def decode32_bang(s: Any, options: Any = ()) -> Any:
    return _decode(_upper(s, options), options, 8, base64.b32decode, _UPPER + "234567")


@ex("hex_decode32!/1", "hex_decode32!/2")
def hex_decode32_bang(s: Any, options: Any = ()) -> Any:
    return _decode(_upper(s, options), options, 8, base64.b32hexdecode, _UPPER + "0123456789")


def _tried(decode: Callable[..., Any], name: str) -> Callable[..., Any]:
    def function(s: Any, options: Any = ()) -> Any:
        try:
            return (OK, decode(s, options))
        except ArgumentError:
            return ERROR

    return ex(f"{name}/1", f"{name}/2")(function)


decode16 = _tried(decode16_bang, "decode16")
decode64 = _tried(decode64_bang, "decode64")
url_decode64 = _tried(url_decode64_bang, "url_decode64")
decode32 = _tried(decode32_bang, "decode32")
hex_decode32 = _tried(hex_decode32_bang, "hex_decode32")


def _valid(decode: Callable[..., Any], name: str) -> Callable[..., Any]:
    def function(s: Any, options: Any = ()) -> bool:
        return decode(s, options) is not ERROR

    return ex(f"{name}/1", f"{name}/2")(function)


valid16_q = _valid(decode16, "valid16?")
valid64_q = _valid(decode64, "valid64?")
url_valid64_q = _valid(url_decode64, "url_valid64?")
valid32_q = _valid(decode32, "valid32?")
hex_valid32_q = _valid(hex_decode32, "hex_valid32?")


MODULE = native_module("Base", globals())
