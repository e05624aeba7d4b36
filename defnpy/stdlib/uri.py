"""URI: RFC 3986 references, percent encoding and query strings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from defnpy.stdlib import io
from defnpy.stdlib.calls import fun1
from defnpy.stdlib.enumerable import iterate
from defnpy.stdlib.lazy import Stream
from defnpy.stdlib.util import ERROR, OK, is_binary, need, truthy
from defnpy.terms import map as maps
from defnpy.terms import text as txt
from defnpy.terms.atom import Atom, alias
from defnpy.terms.binary import make_binary, octets
from defnpy.terms.errors import EXCEPTION, ArgumentError, from_struct
from defnpy.terms.inspect import inspect
from defnpy.terms.module import Module, ex, native_module
from defnpy.terms.runtime import runtime
from defnpy.terms.struct import Struct

_ATOMS = [Atom(n) for n in ("scheme", "authority", "userinfo", "host", "port", "path", "query", "fragment")]
SCHEME, AUTHORITY, USERINFO, HOST, PORT, PATH, QUERY, FRAGMENT = _ATOMS
WWW_FORM, RFC3986 = Atom("www_form"), Atom("rfc3986")
_PORTS = {"http": 80, "https": 443, "ftp": 21, "ldap": 389, "sftp": 22, "tftp": 69, "ws": 80, "wss": 443}
_UNRESERVED = frozenset(b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ~_-.")
_RESERVED = frozenset(b":/?#[]@!$&'()*+,;=")
_PARTS = re.compile(r"(([a-z][a-z0-9+\-.]*):)?(//([^/?#]*))?([^?#]*)(\?([^#]*))?(#(.*))?", re.IGNORECASE)
_AUTHORITY = re.compile(r"((.*)@)?(\[[a-zA-Z0-9:.]*\]|[^:]*)(:(\d*))?")


def _made(values: dict[Atom, Any]) -> Struct:
    return Struct(alias("URI"), {a: values.get(a) for a in _ATOMS})


# -- parsing -------------------------------------------------------------------------------------------------------------


def _parse(text: str) -> Struct:
    found = _PARTS.match(text)
    assert found is not None
    scheme = found[2].lower() if found[2] else None
    values: dict[Atom, Any] = {SCHEME: scheme, PATH: found[5] or None, QUERY: found[7], FRAGMENT: found[9]}
    if found[3] == "//":
        values.update({AUTHORITY: "", HOST: ""})
    elif found[3]:
        inner = _AUTHORITY.match(found[4])
        assert inner is not None
        host = inner[3].lstrip("[").rstrip("]") if inner[3] else None
        values.update({AUTHORITY: found[4], USERINFO: inner[2] or None, HOST: host, PORT: int(inner[5]) if inner[5] else None})
    if values.get(PORT) is None and scheme:
        values[PORT] = default_port(scheme)
    return _made(values)


class _Invalid(Exception):
    """The part of a text at which it stops being a URI."""


_PCHAR = r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})*"
_SEGMENTS = rf"{_PCHAR}(?:/{_PCHAR})*"
_NO_COLON = r"(?:[A-Za-z0-9\-._~!$&'()*+,;=@]|%[0-9A-Fa-f]{2})*"
_QUERY_TEXT = re.compile(r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?]|%[0-9A-Fa-f]{2})*")
_USER_TEXT = re.compile(r"((?:[A-Za-z0-9\-._~!$&'()*+,;=:]|%[0-9A-Fa-f]{2})*)@")
_HOST_TEXT = re.compile(r"\[([0-9A-Fa-f:.]*)\]|(?:[A-Za-z0-9\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})*")
_SCHEME_TEXT = re.compile(r"([A-Za-z][A-Za-z0-9+\-.]*):")


def _strict(text: str) -> dict[Atom, Any]:
    """The parts of a valid URI reference; what cannot be one with a scheme is taken as a relative one."""
    found = _SCHEME_TEXT.match(text)
    if found is not None:
        try:
            return {SCHEME: found[1].lower(), **_hierarchy(text, found.end(), _PCHAR)}
        except _Invalid:
            pass
    return _hierarchy(text, 0, _NO_COLON)


def _hierarchy(text: str, place: int, first_segment: str) -> dict[Atom, Any]:
    values: dict[Atom, Any] = {}
    if text.startswith("//", place):
        place = _strict_authority(text, place + 2, values)
        pattern = rf"(?:/{_SEGMENTS})?"
    else:
        pattern = rf"/{_SEGMENTS}|{first_segment}(?:/{_PCHAR})*"
    found = re.compile(pattern).match(text, place)
    assert found is not None
    values[PATH], place = found[0] or None, found.end()
    for mark, key in (("?", QUERY), ("#", FRAGMENT)):
        if text.startswith(mark, place):
            more = _QUERY_TEXT.match(text, place + 1)
            assert more is not None
            values[key], place = more[0], more.end()
    if place < len(text):
        raise _Invalid(text[place])
    return values


def _strict_authority(text: str, place: int, values: dict[Atom, Any]) -> int:
    user = _USER_TEXT.match(text, place)
    if user is not None:
        values[USERINFO], place = user[1], user.end()
    host = _HOST_TEXT.match(text, place)
    assert host is not None
    values[HOST], place = host[0] if host[1] is None else host[1], host.end()
    if text.startswith(":", place):
        digits = re.compile(r"[0-9]*").match(text, place + 1)
        assert digits is not None
        values[PORT], place = int(digits[0]) if digits[0] else None, digits.end()
    return place


def _strictly(text: Any) -> Struct:
    values = _strict(octets(text).decode("latin-1"))
    if SCHEME in values and values.get(PORT) is None:
        values[PORT] = default_port(values[SCHEME])
    return _made(values)


@ex("parse/1")
def parse(text: Any) -> Any:
    if _is_uri(text):
        return text
    need(text.__class__ is str, "URI", "parse", 1)
    return _parse(text)


def _is_uri(term: Any) -> bool:
    return isinstance(term, Struct) and term.module is MODULE.name


@ex("new/1")
def new(text: Any) -> Any:
    if _is_uri(text):
        return (OK, text)
    need(is_binary(text), "URI", "new", 1)
    try:
        return (OK, _strictly(text))
    except _Invalid as bad:
        return (ERROR, str(bad))


@ex("new!/1")
def new_bang(text: Any) -> Any:
    if _is_uri(text):
        return text
    need(is_binary(text), "URI", "new!", 1)
    try:
        return _strictly(text)
    except _Invalid as bad:
        fields = {EXCEPTION: True, Atom("action"): Atom("parse"), Atom("reason"): Atom("invalid_uri"), Atom("part"): str(bad)}
        raise from_struct(Struct(alias("URI.Error"), fields)) from None


@ex("to_string/1")
def to_string(uri: Any) -> Any:
    f = {a: uri.fields.get(a) for a in _ATOMS}
    host, path, scheme = f[HOST], f[PATH], f[SCHEME]
    if host is not None and path and not path.startswith("/"):
        raise ArgumentError(f":path in URI must be empty or an absolute path if URL has a :host, got: {inspect(uri)}")
    port = None if scheme is not None and default_port(scheme) == f[PORT] else f[PORT]
    authority = f[AUTHORITY]
    if host is not None:
        shown = f"[{host}]" if ":" in host else host
        authority = (f"{f[USERINFO]}@" if f[USERINFO] is not None else "") + shown + (f":{port}" if port is not None else "")
    out = f"{scheme}:" if scheme is not None else ""
    out += (f"//{authority}" if authority is not None else "") + (path or "")
    out += f"?{f[QUERY]}" if f[QUERY] is not None else ""
    return out + (f"#{f[FRAGMENT]}" if f[FRAGMENT] is not None else "")


@ex("default_port/1", "default_port/2")
def default_port(scheme: Any, port: Any = None) -> Any:
    need(is_binary(scheme), "URI", "default_port", 1 if port is None else 2)
    own = runtime().options.setdefault("uri_ports", {})
    if port is None:
        return own.get(scheme, _PORTS.get(scheme))
    need(port.__class__ is int and port >= 0, "URI", "default_port", 2)
    own[scheme] = port
    return OK


# -- paths ---------------------------------------------------------------------------------------------------------------


def _without_dots(path: Any) -> Any:
    """*path* with its ``.`` and ``..`` segments carried out."""
    if path is None:
        return None
    absolute = path.startswith("/")
    segments = path[1:].split("/") if absolute else path.split("/")
    out: list[str] = []
    for segment in segments:
        if segment == "..":
            del out[-1:]
        elif segment != ".":
            out.append(segment)
    if segments[-1] in (".", ".."):
        out.append("")
    return ("/" if absolute else "") + "/".join(out)


@ex("merge/2")
def merge(base: Any, relative: Any) -> Any:
    base, rel = parse(base), parse(relative)
    b, r = base.fields, rel.fields
    if b[HOST] is None:
        raise ArgumentError("you must merge onto an absolute URI")
    if r[SCHEME] is not None:
        return rel.replace({PATH: _without_dots(r[PATH])})
    if r[HOST] is not None:
        return rel.replace({SCHEME: b[SCHEME], PATH: _without_dots(r[PATH])})
    if r[PATH] is None:
        return base.replace({QUERY: r[QUERY] if r[QUERY] is not None else b[QUERY], FRAGMENT: r[FRAGMENT]})
    folder = (b[PATH] or "/").rpartition("/")
    path = r[PATH] if r[PATH].startswith("/") else folder[0] + folder[1] + r[PATH]
    return base.replace({PATH: _without_dots(path), QUERY: r[QUERY], FRAGMENT: r[FRAGMENT]})


@ex("append_path/2")
def append_path(uri: Any, path: Any) -> Any:
    need(_is_uri(uri) and is_binary(path), "URI", "append_path", 2)
    if path.startswith("//"):
        raise ArgumentError(f'path cannot start with "//", got: {inspect(path)}')
    if not path.startswith("/"):
        raise ArgumentError(f'path must start with "/", got: {inspect(path)}')
    now = uri.fields[PATH] or ""
    return uri.replace({PATH: now.removesuffix("/") + path})


@ex("append_query/2")
def append_query(uri: Any, query: Any) -> Any:
    need(_is_uri(uri) and is_binary(query), "URI", "append_query", 2)
    now = uri.fields[QUERY]
    return uri.replace({QUERY: query if not now else now.removesuffix("&") + "&" + query})


# -- percent encoding ----------------------------------------------------------------------------------------------------


@ex("char_reserved?/1")
def char_reserved_q(char: Any) -> bool:
    return char.__class__ is int and char in _RESERVED


@ex("char_unreserved?/1")
def char_unreserved_q(char: Any) -> bool:
    return char.__class__ is int and char in _UNRESERVED


@ex("char_unescaped?/1")
def char_unescaped_q(char: Any) -> bool:
    return char.__class__ is int and (char in _RESERVED or char in _UNRESERVED)


def _percent(data: bytes, kept: frozenset[int]) -> str:
    return "".join(chr(b) if b in kept else f"%{b:02X}" for b in data)


@ex("encode/1", "encode/2")
def encode(text: Any, test: Any = None) -> Any:
    need(is_binary(text), "URI", "encode", 2)
    if test is None:
        return _percent(octets(text), _RESERVED | _UNRESERVED)
    f = fun1(test, ("URI", "encode", 2))
    return make_binary(b"".join(bytes([b]) if truthy(f(b)) else b"%%%02X" % b for b in octets(text)))


@ex("encode_www_form/1")
def encode_www_form(text: Any) -> str:
    need(is_binary(text), "URI", "encode_www_form", 1)
    return _percent(octets(text), _UNRESERVED).replace("%20", "+")


def _unpercent(data: bytes) -> Any:
    return make_binary(re.sub(rb"%([0-9A-Fa-f]{2})", lambda m: bytes([int(m[1], 16)]), data))


@ex("decode/1")
def decode(text: Any) -> Any:
    need(is_binary(text), "URI", "unpercent", 3)
    return _unpercent(octets(text))


@ex("decode_www_form/1")
def decode_www_form(text: Any) -> Any:
    need(is_binary(text), "URI", "decode_www_form", 1)
    return _unpercent(octets(text).replace(b"+", b" "))


# -- queries -------------------------------------------------------------------------------------------------------------


@ex("encode_query/1", "encode_query/2")
def encode_query(items: Any, encoding: Any = WWW_FORM) -> str:
    return "&".join(_encoded_pair(key, value, encoding) for key, value in iterate(items))


def _encoded_pair(key: Any, value: Any, encoding: Any) -> str:
    for part, what in ((key, "keys"), (value, "values")):
        if part.__class__ is list:
            raise ArgumentError(f"encode_query/2 {what} cannot be lists, got: {inspect(part)}")
    need(encoding is WWW_FORM or encoding is RFC3986, "URI", "encode_kv_pair", 2)
    if encoding is WWW_FORM:
        return f"{encode_www_form(txt.to_string(key))}={encode_www_form(txt.to_string(value))}"
    return f"{_percent(octets(txt.to_string(key)), _UNRESERVED)}={_percent(octets(txt.to_string(value)), _UNRESERVED)}"


def _pairs(text: Any, encoding: Any) -> Iterator[tuple[Any, Any]]:
    read = decode if encoding is RFC3986 else decode_www_form
    while text:
        part, _, text = text.partition("&")
        key, _, value = part.partition("=")
        yield read(key), read(value)


@ex("decode_query/1", "decode_query/2", "decode_query/3")
def decode_query(text: Any, into: Any = None, encoding: Any = WWW_FORM) -> Any:
    need(text.__class__ is str, "URI", "decode_query", 3)
    if into is not None and into.__class__ is not dict:
        io.warn("URI.decode_query/3 expects the second argument to be a map, other usage is deprecated")
    made = dict(into or {})
    for key, value in _pairs(text, encoding):
        made[maps.key(key)] = value
    return made


@ex("query_decoder/1", "query_decoder/2")
def query_decoder(text: Any, encoding: Any = WWW_FORM) -> Stream:
    need(text.__class__ is str, "URI", "query_decoder", 2)
    return Stream(lambda: _pairs(text, encoding))


def _chars() -> Module:
    made = native_module("String.Chars.URI", {})
    made.functions["to_string/1"] = to_string
    return made


MODULE = native_module("URI", globals(), info={
    "struct": [(a, None) for a in _ATOMS], "derive": [(alias("Inspect"), [(Atom("optional"), [AUTHORITY])])],
})  # fmt: skip
MODULES_BY_NAME = {"Elixir.URI": MODULE, "Elixir.String.Chars.URI": _chars()}
