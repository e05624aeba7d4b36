"""JSON, and the protocol JSON.Encoder."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from defnpy.base.integers import decimal_text
from defnpy.stdlib.calls import fun2
from defnpy.stdlib.json_reader import Problem, Reader, loads
from defnpy.stdlib.reflection import reflecting
from defnpy.stdlib.util import ERROR, OK, is_binary, need, option
from defnpy.terms import map as maps
from defnpy.terms.atom import Atom, alias, atom_name, is_atom
from defnpy.terms.binary import make_binary, octets
from defnpy.terms.errors import ArgumentError, ErlangError, ProtocolUndefinedError, make
from defnpy.terms.float_text import float_to_string
from defnpy.terms.inspect import inspect
from defnpy.terms.list import ImproperList
from defnpy.terms.module import Module, ex, native_module
from defnpy.terms.protocol import find_impl
from defnpy.terms.runtime import runtime
from defnpy.terms.struct import STRUCT_KEY, Struct
from defnpy.terms.text import iodata_bytes, to_string

_ENCODER = "JSON.Encoder"
_UNDEFINED = (
    "the protocol must be explicitly implemented.\n\n"
    "If you have a struct, you can derive the implementation specifying which fields should be encoded to JSON:\n\n"
    "    @derive {JSON.Encoder, only: [....]}\n    defstruct ...\n\n"
    "It is also possible to encode all fields, although this should be used carefully to avoid accidentally leaking private "
    "information when new fields are added:\n\n"
    "    @derive JSON.Encoder\n    defstruct ...\n\n"
    "Finally, if you don't own the struct you want to encode to JSON, you may use Protocol.derive/3 placed outside of any module:\n\n"
    "    Protocol.derive(JSON.Encoder, NameOfTheStruct, only: [...])\n    Protocol.derive(JSON.Encoder, NameOfTheStruct)"
)
_DATES = frozenset(f"Elixir.{n}" for n in ("Date", "Time", "NaiveDateTime", "DateTime", "Duration"))
_CODE = re.compile(r"\\u00[01][a-f]")
_quoted: Callable[[str], str] = json.encoder.encode_basestring


# -- encoding ------------------------------------------------------------------------------------------------------------


def _text(term: Any) -> str:
    """A binary as a JSON string."""
    if term.__class__ is not str:
        raise _bad_octet(term)
    out = _quoted(term)
    return _CODE.sub(lambda m: m[0][:2] + m[0][2:].upper(), out) if "\\u00" in out else out


def _bad_octet(data: bytes) -> ErlangError:
    try:
        octets(data).decode("utf-8")
    except UnicodeDecodeError as bad:
        if bad.reason == "unexpected end of data":
            return ErlangError(Atom("unexpected_end"))
        return ErlangError((Atom("invalid_byte"), data[bad.start]))
    return ErlangError((Atom("unsupported_type"), data))


def _name(key: Any) -> str:
    return _text(atom_name(key) if is_atom(key) else key if is_binary(key) else to_string(key))


def _write(term: Any, out: list[str]) -> None:
    """Encode as :func:`protocol_encode` with itself as the encoder, in one go."""
    kind = term.__class__
    if kind is str:
        out.append(_text(term))
    elif kind is int:
        out.append(decimal_text(term))
    elif kind is float:
        out.append(float_to_string(term))
    elif kind is list:
        before = "["
        for item in term:
            out.append(before)
            _write(item, out)
            before = ","
        out.append("]" if term else "[]")
    elif kind is dict and STRUCT_KEY not in term:
        before = "{"
        for k, v in maps.items(term):
            out.append(f"{before}{_text(k.name) if k.__class__ is Atom else _name(k)}:")
            _write(v, out)
            before = ","
        out.append("}" if term else "{}")
    else:
        out.append(iodata_bytes(protocol_encode(term, protocol_encode)).decode())


@ex("encode!/1", "encode!/2")
def encode_bang(term: Any, encoder: Any = None) -> Any:
    if encoder is None or encoder is protocol_encode:
        out: list[str] = []
        _write(term, out)
        return "".join(out)
    return make_binary(iodata_bytes(encode_to_iodata_bang(term, encoder)))


@ex("encode_to_iodata!/1", "encode_to_iodata!/2")
def encode_to_iodata_bang(term: Any, encoder: Any = None) -> Any:
    chosen = protocol_encode if encoder is None else encoder
    return fun2(chosen)(term, chosen)


@ex("protocol_encode/2")
def protocol_encode(term: Any, encoder: Any) -> Any:
    """A term as iodata; *encoder* is called for what is inside."""
    kind = term.__class__
    if term is None:
        return "null"
    if kind is bool:
        return "true" if term else "false"
    if kind is Atom:
        return fun2(encoder)(term.name, encoder)
    if is_binary(term):
        return [ord('"'), _text(term)[1:-1], ord('"')]
    if kind is int:
        return decimal_text(term)
    if kind is float:
        return float_to_string(term)
    if kind is list:
        return _list_data(term, encoder)
    if kind is dict and STRUCT_KEY not in term:
        return _map_data(term, encoder)
    return protocol_dispatch(term, encoder)


def _list_data(items: list[Any], encoder: Any) -> Any:
    f = fun2(encoder)
    parts: list[Any] = []
    for item in items:
        parts += [ord(",") if parts else ord("["), f(item, encoder)]
    return [*parts, ord("]")] if parts else "[]"


def _map_data(term: dict[Any, Any], encoder: Any) -> Any:
    f = fun2(encoder)
    parts: list[Any] = []
    for k, v in maps.items(term):
        name = atom_name(k) if is_atom(k) else k if is_binary(k) else to_string(k)
        parts += [ord(",") if parts else ord("{"), f(name, encoder), ord(":"), f(v, encoder)]
    return ImproperList(parts, "}") if parts else "{}"


# -- JSON.Encoder --------------------------------------------------------------------------------------------------------


def protocol_dispatch(term: Any, encoder: Any) -> Any:
    """``JSON.Encoder.encode/2``."""
    impl = find_impl(_ENCODER, term)
    if impl is not None:
        return impl.functions["encode/2"](term, encoder)
    if isinstance(term, Struct) and term.module.name in _DATES:
        shown = runtime().module(term.module).functions["to_iso8601/1"](term)
        return [ord('"'), shown, ord('"')]
    if isinstance(term, Struct) or term.__class__ not in (int, float, str, bytes, list, dict) and not is_atom(term):
        raise ProtocolUndefinedError(alias(_ENCODER), term, _UNDEFINED)
    return protocol_encode(term, encoder)


def _chosen(fields: list[Any], opts: Any) -> list[Any]:
    """The fields that ``only:`` or ``except:`` leave."""
    for name in ("only", "except"):
        given = option(opts, name)
        if given is None or given is False:
            continue
        unknown = [f for f in given if f not in fields]
        if unknown:
            raise ArgumentError(
                f"unknown struct fields {inspect(unknown)} specified in :{name}. Expected one of: {inspect(fields)}")
        return list(given) if name == "only" else [f for f in fields if f not in given]
    return fields


def _names(module: Atom) -> list[Any]:
    return [k for k, _ in runtime().module(module).info["struct"]]


def _derived(term: Struct, encoder: Any) -> Any:
    """What ``@derive JSON.Encoder`` writes for a struct."""
    derived = runtime().module(term.module).info.get("derive", ())
    opts = next((o for p, o in derived if p is alias(_ENCODER)), None)
    if opts is None:
        raise ProtocolUndefinedError(alias(_ENCODER), term, _UNDEFINED)
    f = fun2(encoder)
    parts: list[Any] = []
    for field in _chosen(_names(term.module), opts):
        parts += [f"{',' if parts else '{'}{_text(atom_name(field))}:", f(term.fields[field], encoder)]
    return [*parts, ord("}")] if parts else "{}"


def _deriving(env: Any, module: Any, struct: Any, opts: Any) -> None:
    """``__deriving__``: the options are kept with the struct's module; here they are only checked."""
    _chosen(list(struct.fields), opts)


def _protocol() -> Module:
    made = native_module(_ENCODER, {}, info={"protocol": True})
    made.functions["encode/2"] = protocol_dispatch
    dates = " ".join(n.removeprefix("Elixir.") for n in _DATES)
    return reflecting(made, f"Atom BitString Float Integer List Map {dates}", description=_UNDEFINED)


def _any() -> Module:
    made = native_module("JSON.Encoder.Any", {})
    made.functions["encode/2"] = _derived
    made.macros["__deriving__/3"] = _deriving
    return made


# -- decoding ------------------------------------------------------------------------------------------------------------


@ex("decode/1")
def decode_all(binary: Any) -> Any:
    need(is_binary(binary), "JSON", "decode", 1)
    data = octets(binary)
    try:
        return (OK, loads(data))
    except ValueError:
        pass  # The slow reader knows what is wrong, and where.
    reader = Reader(data, {})
    try:
        value, _ = reader.read(OK)
        if reader.place < len(data):
            end = _end(reader)
            raise Problem("invalid_byte", end, data[end])
    except Problem as bad:
        return (ERROR, bad.term)
    return (OK, value)


def _end(reader: Reader) -> int:
    """Where the value that was read ends: spaces behind it belong to what follows."""
    return len(reader.data[: reader.place].rstrip(b" \t\n\r"))


@ex("decode/3")
def decode_with(binary: Any, acc: Any, decoders: Any) -> Any:
    need(is_binary(binary) and decoders.__class__ is list, "JSON", "decode", 3)
    reader = Reader(octets(binary), {k.name: v for k, v in reversed(decoders)})
    try:
        value, acc = reader.read(acc)
    except Problem as bad:
        return (ERROR, bad.term)
    if reader.place < len(reader.data):
        return (value, acc, make_binary(reader.data[_end(reader) :]))
    return (value, acc, "")


@ex("decode!/1")
def decode_bang(binary: Any) -> Any:
    need(is_binary(binary), "JSON", "decode!", 1)
    answer = decode_all(binary)
    if answer[0] is OK:
        return answer[1]
    kind, offset, *what = answer[1]
    where = f"at position (byte offset) {offset}"
    if kind.name == "unexpected_end":
        text = f"unexpected end of JSON binary {where}"
    elif kind.name == "invalid_byte":
        text = f"invalid byte {what[0]} {where}"
    else:
        text = f"unexpected sequence {inspect(what[0])} {where}"
    raise make("JSON.DecodeError", text, offset=offset, data=binary)


MODULE = native_module("JSON", globals())
MODULES_BY_NAME = {"Elixir.JSON": MODULE, "Elixir.JSON.Encoder": _protocol(), "Elixir.JSON.Encoder.Any": _any()}
