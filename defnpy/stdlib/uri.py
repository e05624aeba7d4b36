"""URI."""

from __future__ import annotations

import urllib.parse
from typing import Any

from defnpy.stdlib.enumerable import iterate
from defnpy.stdlib.util import OK
from defnpy.terms import text as txt
from defnpy.terms.atom import Atom, alias
from defnpy.terms.binary import make_binary, octets
from defnpy.terms.module import Module, ex, native_module
from defnpy.terms.struct import Struct

_NAMES = ("scheme", "authority", "userinfo", "host", "port", "path", "query", "fragment")
_ATOMS = {n: Atom(n) for n in _NAMES}
_PORTS = {"http": 80, "https": 443, "ftp": 21, "ldap": 389, "sftp": 22, "tftp": 69, "ws": 80, "wss": 443}


def _parse(text: str) -> Struct:
    parts = urllib.parse.urlsplit(text)
    scheme = parts.scheme or None
    authority = parts.netloc if "//" in text else None
    port = parts.port if parts.netloc else None
    user = parts.netloc.rpartition("@")[0] or None
    values = {
        "scheme": scheme, "authority": authority, "userinfo": user, "host": parts.hostname,
        "port": port if port is not None else _PORTS.get(scheme or ""), "path": parts.path or None,
        "query": parts.query if "?" in text else None, "fragment": parts.fragment if "#" in text else None,
    }  # fmt: skip
    return Struct(alias("URI"), {_ATOMS[n]: values[n] for n in _NAMES})


@ex("parse/1")
def parse(text: Any) -> Any:
    return text if isinstance(text, Struct) else _parse(text)


@ex("new/1")
def new(text: Any) -> Any:
    return (OK, parse(text))


@ex("new!/1")
def new_bang(text: Any) -> Any:
    return parse(text)


@ex("to_string/1")
def to_string(uri: Any) -> str:
    f = {n: uri.fields.get(_ATOMS[n]) for n in _NAMES}
    authority = ""
    if f["host"] is not None:
        port = f["port"]
        shown = f":{port}" if port is not None and _PORTS.get(f["scheme"] or "") != port else ""
        user = f"{f['userinfo']}@" if f["userinfo"] else ""
        authority = f"//{user}{f['host']}{shown}"
    out = (f"{f['scheme']}:" if f["scheme"] else "") + authority + (f["path"] or "")
    out += f"?{f['query']}" if f["query"] is not None else ""
    return out + (f"#{f['fragment']}" if f["fragment"] is not None else "")


@ex("merge/2")
def merge(base: Any, relative: Any) -> Any:
    first, second = (u if u.__class__ is str else to_string(u) for u in (base, relative))
    return _parse(urllib.parse.urljoin(first, second))


@ex("encode/1", "encode/2")
def encode(text: Any, test: Any = None) -> str:
    return urllib.parse.quote(octets(text), safe="!#$&'()*+,/:;=?@[]~-._")


@ex("encode_www_form/1")
def encode_www_form(text: Any) -> str:
    return urllib.parse.quote_plus(octets(text), safe="")


@ex("decode/1")
def decode(text: Any) -> Any:
    return make_binary(urllib.parse.unquote_to_bytes(text))


@ex("decode_www_form/1")
def decode_www_form(text: Any) -> Any:
    return make_binary(urllib.parse.unquote_to_bytes(text.replace("+", " ")))


@ex("encode_query/1", "encode_query/2")
def encode_query(items: Any, encoding: Any = None) -> str:
    pairs = [(txt.to_string(k), txt.to_string(v)) for k, v in iterate(items)]
    return "&".join(f"{encode_www_form(k)}={encode_www_form(v)}" for k, v in pairs)


@ex("decode_query/1", "decode_query/2")
def decode_query(text: Any, into: Any = ()) -> Any:
    made = dict(into)
    for part in text.split("&"):
        if part:
            k, _, v = part.partition("=")
            made[decode_www_form(k)] = decode_www_form(v)
    return made


@ex("default_port/1")
def default_port(scheme: Any) -> Any:
    return _PORTS.get(scheme)


@ex("append_path/2")
def append_path(uri: Any, path: Any) -> Any:
    base = (uri.fields[_ATOMS["path"]] or "").rstrip("/")
    return uri.replace({_ATOMS["path"]: base + "/" + path.lstrip("/")})


@ex("append_query/2")
def append_query(uri: Any, query: Any) -> Any:
    now = uri.fields[_ATOMS["query"]]
    return uri.replace({_ATOMS["query"]: query if not now else f"{now.rstrip('&')}&{query}"})


def _chars() -> Module:
    made = native_module("String.Chars.URI", {})
    made.functions["to_string/1"] = to_string
    return made


MODULE = native_module("URI", globals(), info={"struct": [(a, None) for a in _ATOMS.values()]})
MODULES_BY_NAME = {"Elixir.URI": MODULE, "Elixir.String.Chars.URI": _chars()}
