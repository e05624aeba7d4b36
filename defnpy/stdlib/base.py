"""Base."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any, NamedTuple

from defnpy.stdlib.util import ERROR, OK, is_binary, need, option
from defnpy.terms.atom import Atom
from defnpy.terms.binary import make_binary, octets
from defnpy.terms.errors import ArgumentError, CaseClauseError
from defnpy.terms.inspect import AS_STRINGS, inspect
from defnpy.terms.module import ex, native_module

LOWER, UPPER, MIXED, WHITESPACE = Atom("lower"), Atom("upper"), Atom("mixed"), Atom("whitespace")


def _given(data: Any, name: str) -> Any:
    need(is_binary(data), "Base", name, 2)
    return data


def _case(options: Any, allowed: tuple[Atom, ...]) -> Atom:
    case = option(options, "case", UPPER)
    if case not in allowed:
        raise CaseClauseError(case)
    return case


def _cased(made: str, options: Any) -> str:
    return made.lower() if _case(options, (UPPER, LOWER)) is LOWER else made


def _padded(made: str, options: Any) -> str:
    return made if option(options, "padding", True) is not False else made.rstrip("=")


@ex("encode16/1", "encode16/2")
def encode16(data: Any, options: Any = ()) -> str:
    return _cased(octets(_given(data, "encode16")).hex().upper(), options)


@ex("encode64/1", "encode64/2")
def encode64(data: Any, options: Any = ()) -> str:
    return _padded(base64.b64encode(octets(_given(data, "encode64"))).decode(), options)


@ex("url_encode64/1", "url_encode64/2")
def url_encode64(data: Any, options: Any = ()) -> str:
    return _padded(base64.urlsafe_b64encode(octets(_given(data, "url_encode64"))).decode(), options)


@ex("encode32/1", "encode32/2")
def encode32(data: Any, options: Any = ()) -> str:
    return _cased(_padded(base64.b32encode(octets(_given(data, "encode32"))).decode(), options), options)


@ex("hex_encode32/1", "hex_encode32/2")
def hex_encode32(data: Any, options: Any = ()) -> str:
    return _cased(_padded(base64.b32hexencode(octets(_given(data, "hex_encode32"))).decode(), options), options)


def _letters(s: Any, name: str) -> str:
    """The octets of encoded text as characters."""
    return octets(_given(s, name)).decode("latin-1")


def _case16(made: str, options: Any) -> str:
    case = _case(options, (UPPER, LOWER, MIXED))
    for c in made:
        wrong = c not in "0123456789abcdefABCDEF"
        wrong = wrong or (case is UPPER and c in "abcdef") or (case is LOWER and c in "ABCDEF")
        if wrong:
            raise _bad_digit(c)
    return made


def _bad_digit(c: str) -> ArgumentError:
    shown = inspect(make_binary(c.encode("latin-1")), binaries=AS_STRINGS)
    return ArgumentError(f"non-alphabet character found: {shown} (byte {ord(c)})")


@ex("decode16!/1", "decode16!/2")
def decode16_bang(s: Any, options: Any = ()) -> Any:
    text = _letters(s, "decode16!")
    if len(text) % 2:
        raise ArgumentError(
            "string given to decode has wrong length. An even number of bytes was expected, "
            f"got: {len(text)}. Double check your string for unwanted characters or pad it accordingly"
        )
    return make_binary(bytes.fromhex(_case16(text, options)))


def _decode(s: Any, options: Any, name: str, alphabet: _Alphabet) -> Any:
    text, size = _letters(s, name), alphabet.size
    if option(options, "ignore") is WHITESPACE:
        text = "".join(text.split())
    if len(text) % size and option(options, "padding", True) is not False:
        raise ArgumentError("incorrect padding")
    body = text.rstrip("=")
    if len(body) % size not in alphabet.short or len(text) % size:
        body = text  # what stands there pads nothing
    letters = alphabet.letters(options)
    for c in body:
        if c not in letters:
            raise _bad_digit(c)
    if len(body) % size not in (0, *alphabet.short):
        raise ArgumentError("incorrect padding")
    if alphabet.cased:
        body = body.upper()
    return make_binary(alphabet.decode((body + "=" * (-len(body) % size)).encode()))


class _Alphabet(NamedTuple):
    """How a text is read: *short* has the lengths that a last group may have without its padding."""

    size: int
    short: tuple[int, ...]
    digits: str
    cased: bool
    decode: Callable[[bytes], bytes]

    def letters(self, options: Any) -> str:
        if not self.cased:
            return self.digits
        case = _case(options, (UPPER, LOWER, MIXED))
        return self.digits if case is UPPER else self.digits.lower() if case is LOWER else self.digits + self.digits.lower()


_UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ALNUM = _UPPER + _UPPER.lower() + "0123456789"
_BASE64 = _Alphabet(4, (2, 3), _ALNUM + "+/", False, base64.b64decode)
_URL64 = _Alphabet(4, (2, 3), _ALNUM + "-_", False, base64.urlsafe_b64decode)
_BASE32 = _Alphabet(8, (2, 4, 5, 7), _UPPER + "234567", True, base64.b32decode)
_HEX32 = _Alphabet(8, (2, 4, 5, 7), "0123456789" + _UPPER[:22], True, base64.b32hexdecode)


@ex("decode64!/1", "decode64!/2")
def decode64_bang(s: Any, options: Any = ()) -> Any:
    return _decode(s, options, "decode64!", _BASE64)


@ex("url_decode64!/1", "url_decode64!/2")
def url_decode64_bang(s: Any, options: Any = ()) -> Any:
    return _decode(s, options, "url_decode64!", _URL64)


@ex("decode32!/1", "decode32!/2")
def decode32_bang(s: Any, options: Any = ()) -> Any:
    return _decode(s, options, "decode32!", _BASE32)


@ex("hex_decode32!/1", "hex_decode32!/2")
def hex_decode32_bang(s: Any, options: Any = ()) -> Any:
    return _decode(s, options, "hex_decode32!", _HEX32)


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
