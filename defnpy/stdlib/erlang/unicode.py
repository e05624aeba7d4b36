"""``:unicode``: characters between encodings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from defnpy.stdlib import string
from defnpy.stdlib.erlang.strings import text_of
from defnpy.stdlib.util import badarg
from defnpy.terms.atom import Atom
from defnpy.terms.binary import make_binary, octets
from defnpy.terms.module import Module, native_module

_UTF8 = Atom("utf8")
_CODECS = {"latin1": "latin-1", "unicode": "utf-8", "utf8": "utf-8", "utf16": "utf-16", "utf32": "utf-32"}
_BOMS = {"utf-8": b"\xef\xbb\xbf", "utf-16-be": b"\xfe\xff", "utf-16-le": b"\xff\xfe", "utf-32-be": b"\0\0\xfe\xff", "utf-32-le": b"\xff\xfe\0\0"}
_ENCODINGS = {
    "utf-8": _UTF8, "utf-32-be": (Atom("utf32"), Atom("big")), "utf-32-le": (Atom("utf32"), Atom("little")),
    "utf-16-be": (Atom("utf16"), Atom("big")), "utf-16-le": (Atom("utf16"), Atom("little")),
}  # fmt: skip


def _codec(encoding: Any, place: int) -> str:
    """Python's name of an encoding."""
    kind, order = encoding if encoding.__class__ is tuple and len(encoding) == 2 else (encoding, Atom("big"))
    name = _CODECS.get(getattr(kind, "name", None))  # type: ignore[arg-type]
    if name is None or order not in (Atom("big"), Atom("little")) or (encoding.__class__ is tuple and name[:5] not in ("utf-1", "utf-3")):
        raise badarg((place, "not a valid encoding"))
    return name + ("-le" if order is Atom("little") else "-be") if name[:5] in ("utf-1", "utf-3") else name


def _pieces(data: Any) -> Iterator[Any]:
    """The code points and octets of character data; octets that stand together are one piece."""
    stack, run = [data], b""
    while stack:
        item = stack.pop()
        if item.__class__ is list:
            stack.extend(reversed(item))
        elif item.__class__ is str or item.__class__ is bytes:
            run += octets(item)
        elif hasattr(item, "improper_tail"):
            stack.extend([item.improper_tail, *reversed(item.head)])
        elif item.__class__ is int:
            if run:
                yield run
                run = b""
            yield item
        else:
            raise badarg((1, "not valid character data (an iodata term)"))
    if run:
        yield run


def _prefix(piece: bytes, codec: str) -> tuple[str, str | None]:
    """What can be decoded, and the kind of the fault behind it."""
    try:
        return piece.decode(codec), None
    except UnicodeDecodeError as error:
        short = "end of data" in error.reason or ("truncated" in error.reason and codec[:6] == "utf-16")
        return piece[: error.start].decode(codec), "incomplete" if short else "error"


def _encodable(text: str, codec: str) -> int:
    """How many characters of *text* an encoding has."""
    try:
        text.encode(codec)
    except UnicodeEncodeError as error:
        return error.start
    return len(text)


def _decoded(data: Any, codec: str, out: str) -> tuple[str, Any]:
    """The text up to the first fault; the fault is None, or its kind and what is left."""
    done: list[str] = []
    pieces = list(_pieces(data))

    def fault(kind: str, piece: Any, place: int) -> tuple[str, Any]:
        left = [piece, *(make_binary(p) if p.__class__ is bytes else p for p in pieces[place + 1 :])]
        return "".join(done), (Atom(kind), left if data.__class__ is list else left[0])

    for place, piece in enumerate(pieces):
        kind = None
        if piece.__class__ is int:
            if not 0 <= piece <= 0x10FFFF or 0xD800 <= piece <= 0xDFFF or (codec == "latin-1" and piece > 255):
                return fault("error", piece, place)
            text = chr(piece)
        else:
            text, kind = _prefix(piece, codec)
        good = _encodable(text, out)
        done.append(text[:good])
        if piece.__class__ is int and good == 0:
            return fault("error", piece, place)
        if kind is not None or good < len(text):
            return fault("error" if good < len(text) else str(kind), make_binary(piece[len(text[:good].encode(codec)) :]), place)
    return "".join(done), None


def characters_to_binary(data: Any, encoding: Any = _UTF8, out: Any = _UTF8) -> Any:
    """``:unicode.characters_to_binary``."""
    target = _codec(out, 3)
    text, fault = _decoded(data, _codec(encoding, 2), target)
    made = make_binary(text.encode(target))
    return made if fault is None else (fault[0], made, fault[1])


def characters_to_list(data: Any, encoding: Any = _UTF8) -> Any:
    """``:unicode.characters_to_list``."""
    text, fault = _decoded(data, _codec(encoding, 2), "utf-8")
    made = [ord(c) for c in text]
    return made if fault is None else (fault[0], made, fault[1])


def encoding_to_bom(encoding: Any) -> Any:
    return make_binary(_BOMS.get(_codec(encoding, 1), b""))


def bom_to_encoding(data: Any) -> Any:
    """The encoding that a byte order mark says, and the size of the mark."""
    given = octets(data)
    for codec, encoding in _ENCODINGS.items():
        if given.startswith(_BOMS[codec]):
            return (encoding, len(_BOMS[codec]))
    return (Atom("latin1"), 0)


def _normalizer(form: str, kind: str) -> Callable[[Any], Any]:
    def normalized(data: Any) -> Any:
        made = string.normalize(text_of(data), Atom(form))
        return made if kind == "binary" else [ord(c) for c in made]

    return normalized


def _unicode() -> Module:
    made = native_module("unicode", {}, erlang=True)
    made.functions.update({f"characters_to_binary/{n}": characters_to_binary for n in (1, 2, 3)})
    made.functions.update({
        **{f"characters_to_list/{n}": characters_to_list for n in (1, 2)},
        "encoding_to_bom/1": encoding_to_bom, "bom_to_encoding/1": bom_to_encoding,
        **{f"characters_to_{form}_{kind}/1": _normalizer(form, kind) for form in ("nfc", "nfd", "nfkc", "nfkd") for kind in ("binary", "list")},
    })  # fmt: skip
    return made


MODULE = _unicode()
