"""Terms as text: String.Chars, List.Chars, escapes, iodata, and graphemes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.base.integers import decimal_text
from defnpy.terms.atom import Atom, alias, atom_name, is_atom
from defnpy.terms.binary import Bits, make_binary, octets
from defnpy.terms.errors import ArgumentError, ProtocolUndefinedError
from defnpy.terms.float_text import float_to_string
from defnpy.terms.list import ImproperList
from defnpy.terms.struct import Struct

_SPECIAL = {7: "a", 8: "b", 9: "t", 10: "n", 11: "v", 12: "f", 13: "r", 27: "e", 127: "d", 92: "\\"}
_INVISIBLE = frozenset(
    [
        0x00A0, 0x034F, 0x061C, *range(0x2000, 0x2010), *range(0x2028, 0x202F), *range(0x205F, 0x2065), *range(0x2066, 0x206A), 0xFEFF,
        *range(0xFFF9, 0xFFFD),
    ]  # fmt: skip
)


def to_string(term: Any) -> Any:
    """``to_string(term)``: the String.Chars protocol."""
    kind = term.__class__
    if kind is str or kind is bytes:
        return term
    if kind is int:
        return decimal_text(term)
    if kind is float:
        return float_to_string(term)
    if term is None:
        return ""
    if kind is Atom or kind is bool:
        return atom_name(term)
    if kind is list or kind is ImproperList:
        return list_to_string(term)
    return _by_protocol(term)


def _by_protocol(term: Any) -> Any:
    from defnpy.terms.protocol import find_impl

    if isinstance(term, Struct):
        hook = getattr(term, "ex_to_string", None)
        if hook is not None:
            return hook()
    impl = find_impl("String.Chars", term)
    if impl is not None:
        return impl.functions["to_string/1"](term)
    why = "cannot convert a bitstring to a string" if term.__class__ is Bits else ""
    raise ProtocolUndefinedError(alias("String.Chars"), term, why)


def to_charlist(term: Any) -> Any:
    """``to_charlist(term)``: the List.Chars protocol."""
    kind = term.__class__
    if kind is list:
        return term
    if term is None:
        return []
    if kind is bytes:
        raise _unicode_error(term)
    if kind in (str, int, float, bool) or is_atom(term):
        return [ord(c) for c in to_string(term)]
    from defnpy.terms.protocol import find_impl

    impl = find_impl("List.Chars", term)
    if impl is not None:
        return impl.functions["to_charlist/1"](term)
    raise ProtocolUndefinedError(alias("List.Chars"), term)


def list_to_string(chars: Any) -> Any:
    """``List.to_string(chars)``: nested lists of code points and strings as one string."""
    out: list[str] = []
    try:
        _collect_chars(chars, out)
    except _NotChardata as bad:
        raise _chardata_error(bad.term, chars) from None
    return "".join(out)


class _NotChardata(Exception):
    def __init__(self, term: Any) -> None:
        super().__init__()
        self.term = term


def _collect_chars(chars: Any, out: list[str]) -> None:
    if chars.__class__ is ImproperList:
        _collect_chars(chars.head, out)
        if chars.improper_tail.__class__ is not str:
            raise _NotChardata(chars.improper_tail)
        out.append(chars.improper_tail)
        return
    for item in chars:
        kind = item.__class__
        if kind is int:
            if not 0 <= item <= 0x10FFFF or 0xD800 <= item <= 0xDFFF:
                raise _NotChardata(item)
            out.append(chr(item))
        elif kind is str:
            out.append(item)
        elif kind is list or kind is ImproperList:
            _collect_chars(item, out)
        else:
            raise _NotChardata(item)


def _chardata_error(bad: Any, chars: Any) -> Exception:
    from defnpy.terms.errors import make
    from defnpy.terms.inspect import inspect

    if bad.__class__ is int:
        return make("UnicodeConversionError", f"invalid code point {bad}", encoded="")
    if bad.__class__ is bytes:
        return _unicode_error(bad)
    return ArgumentError(
        "cannot convert the given list to a string.\n\n"
        "To be converted to a string, a list must either be empty or only\n"
        "contain the following elements:\n\n"
        "  * strings\n"
        "  * integers representing Unicode code points\n"
        "  * a list containing one of these three elements\n\n"
        "Please check the given list or call inspect/1 to get the list representation, got:\n\n"
        f"{inspect(chars)}\n"
    )


def _unicode_error(term: bytes) -> Exception:
    from defnpy.terms.errors import make
    from defnpy.terms.inspect import inspect

    try:
        term.decode("utf-8")
        start, kind = 0, "invalid"
    except UnicodeDecodeError as bad:
        start, kind = bad.start, "incomplete" if bad.reason == "unexpected end of data" else "invalid"
    shown = inspect(make_binary(term[start:]))
    return make("UnicodeConversionError", f"{kind} encoding starting at {shown}", encoded=make_binary(term[:start]))


def iodata_bytes(data: Any) -> bytes:
    """The octets of iodata: binaries, lists of octets and iodata (an improper tail may be a binary)."""
    if data.__class__ is str or data.__class__ is bytes:
        return octets(data)
    if data.__class__ is not list and data.__class__ is not ImproperList:
        raise _bad_iodata()
    out: list[bytes] = []
    _collect_octets(data, out)
    return b"".join(out)


def _collect_octets(data: Any, out: list[bytes]) -> None:
    tail = None
    if data.__class__ is ImproperList:
        tail = data.improper_tail
        data = data.head
    for item in data:
        kind = item.__class__
        if kind is str:
            out.append(item.encode())
        elif kind is bytes:
            out.append(item)
        elif kind is int and 0 <= item < 256:
            out.append(bytes((item,)))
        elif kind is list or kind is ImproperList:
            _collect_octets(item, out)
        else:
            raise _bad_iodata()
    if tail is not None:
        if tail.__class__ is not str and tail.__class__ is not bytes:
            raise _bad_iodata()
        out.append(octets(tail))


def _bad_iodata() -> ArgumentError:
    return ArgumentError("errors were found at the given arguments:\n\n  * 1st argument: not an iodata term\n")


def graphemes(text: Any) -> list[Any]:
    """The user-perceived characters of a string; invalid octets stand alone."""
    if text.__class__ is str:
        if text.isascii() and "\r" not in text:
            return list(text)
        import regex

        return regex.findall(r"\X", text)
    out: list[Any] = []
    while text:
        valid = text.decode("utf-8", "surrogateescape")
        cut = next((i for i, c in enumerate(valid) if "\udc80" <= c <= "\udcff"), len(valid))
        good = valid[:cut]
        if good:
            out.extend(graphemes(good))
            text = text[len(good.encode()) :]
        if text:
            out.append(text[:1])
            text = text[1:]
    return out


def length(text: Any) -> int:
    """The number of graphemes."""
    if text.__class__ is str and text.isascii() and "\r" not in text:
        return len(text)
    return len(graphemes(text))


def is_printable_char(code: int) -> bool:
    """Whether a code point is printable in Elixir's sense."""
    if 0x20 <= code <= 0x7E or code in _SPECIAL:
        return True
    return 0xA0 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF


def is_printable(text: Any, limit: int | None = None) -> bool:
    """``String.printable?/2``."""
    if text.__class__ is not str:
        return False
    if limit is not None:
        text = text[:limit]
    if text.isascii() and text.isprintable():
        return True
    return all(is_printable_char(ord(c)) for c in text)


def escape(text: str, quote: str = '"') -> str:
    """*text* as it stands between *quote* characters in source code."""
    if text.isascii() and text.isprintable() and not ("\\" in text or quote in text or "#{" in text):
        return text
    out: list[str] = []
    for index, c in enumerate(text):
        code = ord(c)
        if c == quote:
            out.append("\\" + c)
        elif code in _SPECIAL:
            out.append("\\" + _SPECIAL[code])
        elif c == "#" and text[index + 1 : index + 2] == "{":
            out.append("\\#")
        elif code == 0:
            out.append("\\0")
        elif is_printable_char(code) and code not in _INVISIBLE:
            out.append(c)
        else:
            out.append(_hex_escape(code))
    return "".join(out)


def _hex_escape(code: int) -> str:
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02X}"
    if code < 0x100 and code not in _INVISIBLE:
        return f"\\x{code:02X}"
    return f"\\u{code:04X}" if code < 0x10000 else f"\\u{{{code:X}}}"


def escape_octets(text: bytes, quote: str = '"') -> str:
    """As :func:`escape` for a binary that is not valid UTF-8; stray octets become ``\\xNN``."""
    return escape(text.decode("utf-8", "surrogateescape"), quote)


def is_binary(term: Any) -> bool:
    """Whether *term* is a binary."""
    return term.__class__ is str or term.__class__ is bytes


def is_bitstring(term: Any) -> bool:
    """Whether *term* is a bitstring."""
    return term.__class__ is str or term.__class__ is bytes or term.__class__ is Bits


def join(parts: list[Any], separator: Any = "") -> Any:
    """Binaries joined by *separator*; falls back to octets when one of them is not UTF-8."""
    if separator.__class__ is str:
        try:
            return separator.join(parts)
        except TypeError:
            pass
    return make_binary(octets(separator).join(map(octets, parts)))


ToText = Callable[[Any], Any]
