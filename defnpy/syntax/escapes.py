"""Escape sequences of strings, charlists and quoted atoms."""

from __future__ import annotations

import re

SIMPLE = {
    "0": b"\0", "a": b"\a", "b": b"\b", "d": b"\x7f", "e": b"\x1b", "f": b"\f", "n": b"\n", "r": b"\r",
    "s": b" ",
    "t": b"\t", "v": b"\v", "\n": b"",
}  # fmt: skip
ESCAPE = re.compile(
    r"\\(?:x(?P<byte>[0-9a-fA-F]{2})|[ux]\{(?P<long>[0-9a-fA-F]{1,6})\}|u(?P<short>[0-9a-fA-F]{4})|\r?\n|(?P<char>[\s\S]))"
)
HEX_ERROR = (
    "invalid hex escape character, expected \\xHH where H is a hexadecimal digit. Syntax error after: \\x"
)
UNICODE_ERROR = (
    "invalid Unicode escape character, expected \\uHHHH or \\u{H*} where H is a hexadecimal digit. "
    "Syntax error after: \\u"
)


def unescape(raw: str) -> str | bytes:
    """*raw* with its escapes replaced: bytes when the result is not UTF-8.

    Raises ValueError(description, offset) for an escape that is none.
    """
    pieces: list[bytes] = []
    offset = 0
    for found in ESCAPE.finditer(raw):
        pieces.append(raw[offset : found.start()].encode("utf-8", "surrogatepass"))
        pieces.append(_escaped(found))
        offset = found.end()
    pieces.append(raw[offset:].encode("utf-8", "surrogatepass"))
    joined = b"".join(pieces)
    try:
        return joined.decode("utf-8")
    except UnicodeDecodeError:
        return joined


def _escaped(found: re.Match[str]) -> bytes:
    byte, long, short, char = found.group("byte", "long", "short", "char")
    if byte:
        return bytes([int(byte, 16)])
    if long or short:
        point = int(long or short, 16)
        if point > 0x10FFFF or 0xD800 <= point <= 0xDFFF:
            written = f"{{{long}}}" if long else short
            raise ValueError(f"invalid or reserved Unicode code point \\u{written}. Syntax error after: \\u")
        return chr(point).encode()
    if not char:
        return b""
    if char == "x":
        raise ValueError(HEX_ERROR)
    if char == "u":
        raise ValueError(UNICODE_ERROR)
    return SIMPLE.get(char) or char.encode("utf-8", "surrogatepass") if char != "\n" else b""
