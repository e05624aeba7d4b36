"""``:filename`` and ``:base64``: binaries stay binaries, and lists of characters lists."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from defnpy.stdlib import base, path
from defnpy.stdlib.erlang.strings import text_of
from defnpy.stdlib.util import is_binary, no_clause
from defnpy.terms import text as txt
from defnpy.terms.binary import make_binary, octets
from defnpy.terms.errors import ArithmeticError_
from defnpy.terms.list import ImproperList
from defnpy.terms.module import Module, native_module


def _like(given: Any, made: Any) -> Any:
    """*made* in the kind of the name that was *given*."""
    if made.__class__ is list:
        return [_like(given, part) for part in made]
    return [ord(c) for c in made] if given.__class__ in (list, ImproperList) else made


def _of_name(change: Callable[..., Any]) -> Callable[..., Any]:
    """A function of one name (and an extension), made of one that takes texts."""
    return lambda name, *more: _like(name, change(text_of(name), *map(text_of, more)))


def _normal(name: str) -> str:
    made = re.sub("/+", "/", name)
    return made[:-1] if len(made) > 1 and made.endswith("/") else made


def _basename(name: str, extension: str = "") -> str:
    last = _normal(name).rpartition("/")[2]
    return last.removesuffix(extension) if extension and last != extension else last


def _dirname(name: str) -> str:
    head, slash, _ = name.rpartition("/")
    return (_normal(head) or "/") if slash else "."


def _extension(name: str) -> str:
    last = name.rpartition("/")[2]
    dot = last.rfind(".")
    return last[dot:] if dot > 0 else ""


def _rootname(name: str, extension: str | None = None) -> str:
    found = _extension(name) if extension is None else extension
    return name.removesuffix(found) if found else name


def _join(first: Any, second: Any = None) -> Any:
    parts = first if second is None else [first, second]
    made = ""
    for part in map(text_of, parts):
        made = part if part.startswith("/") or not made else f"{made}/{part}"
    return make_binary(_normal(made).encode()) if any(map(is_binary, parts)) else [ord(c) for c in _normal(made)]


def _split(name: str) -> list[str]:
    return (["/"] if name.startswith("/") else []) + [part for part in name.split("/") if part]


def _absname(name: Any, root: Any = None) -> Any:
    text = text_of(name)
    return _like(name, _normal(re.sub(r"/(?:\./)+", "/", path.absname(text, root if root is None else text_of(root)))))


def _filename() -> Module:
    made = native_module("filename", {}, erlang=True)
    made.functions.update({
        "basename/1": _of_name(_basename), "basename/2": _of_name(_basename), "dirname/1": _of_name(_dirname),
        "extension/1": _of_name(_extension), "rootname/1": _of_name(_rootname), "rootname/2": _of_name(_rootname), "join/1": _join,
        "join/2": _join, "split/1": _of_name(_split), "nativename/1": _of_name(_normal), "flatten/1": _of_name(lambda name: name),
        "absname/1": _absname, "absname/2": _absname, "pathtype/1": lambda name: path.type_(text_of(name)),
    })  # fmt: skip
    return made


def _base64() -> Module:
    made = native_module("base64", {}, erlang=True)

    def encode(data: Any) -> Any:
        return base.encode64(make_binary(txt.iodata_bytes(data)))

    def decode(data: Any) -> Any:
        text = re.sub(r"[ \t\r\n]", "", text_of(data))
        if re.search("[^A-Za-z0-9+/=]", text):
            raise ArithmeticError_()
        if not re.fullmatch("(?:....)*(?:..==|...=)?", text) or "=" in text[:-2]:
            raise no_clause(":base64", f"decode_{'binary' if is_binary(data) else 'list'}", 4)
        return base.decode64_bang(text)

    def characters(function: Callable[[Any], Any]) -> Callable[[Any], list[int]]:
        return lambda data: list(octets(function(data)))

    def lenient(data: Any) -> Any:
        text = re.sub("[^A-Za-z0-9+/]", "", text_of(data))
        return base.decode64_bang(text + "=" * (-len(text) % 4))

    made.functions.update({
        "encode/1": encode, "decode/1": decode, "mime_decode/1": lenient, "encode_to_string/1": characters(encode),
        "decode_to_string/1": characters(decode), "mime_decode_to_string/1": characters(lenient),
    })  # fmt: skip
    return made


MODULES_BY_NAME = {"filename": _filename(), "base64": _base64()}
