"""Logger.Formatter: log events as text."""

from __future__ import annotations

import re
import time
from typing import Any

from defnpy.stdlib import ansi, io
from defnpy.stdlib.kernel import apply
from defnpy.stdlib.util import INFINITY, need_map, option
from defnpy.terms import map as maps
from defnpy.terms.atom import Atom, alias, atom_name, is_atom
from defnpy.terms.errors import ArgumentError, ElixirError, RuntimeError_
from defnpy.terms.exception import format_mfa
from defnpy.terms.function import call as call_term
from defnpy.terms.function import is_function
from defnpy.terms.inspect import inspect, opts_from
from defnpy.terms.list import ImproperList
from defnpy.terms.module import ex, native_module
from defnpy.terms.process import Pid, Reference
from defnpy.terms.runtime import runtime
from defnpy.terms.struct import Struct, is_map

FORMATTER = alias("Logger.Formatter")
DEFAULT = "\n$time $metadata[$level] $message\n"
MSG, META, LEVEL, TIME = Atom("msg"), Atom("meta"), Atom("level"), Atom("time")
STRING, REPORT, REPORT_CB = Atom("string"), Atom("report"), Atom("report_cb")
_PATTERNS = ("metadata", "level", "node", "date", "time", "message", "levelpad")
_UNKNOWN = "\N{REPLACEMENT CHARACTER}"
_MOST = 8192


def setting(name: str, default: Any) -> Any:
    """What the application environment says of the logger."""
    return runtime().options.get("app_env", {}).get(Atom("logger"), {}).get(Atom(name), default)


@ex("new/0", "new/1")
def new(options: Any = ()) -> Any:
    fields = {
        "template": compile_(option(options, "format")),
        "truncate": option(options, "truncate") or setting("truncate", _MOST),
        "metadata": option(options, "metadata") or [],
        "colors": _colors(option(options, "colors") or []),
        "utc_log?": option(options, "utc_log", setting("utc_log", False)),
    }
    return (FORMATTER, Struct(FORMATTER, {Atom(k): v for k, v in fields.items()}))


def _colors(given: Any) -> dict[Any, Any]:
    error, info = option(given, "error", Atom("red")), option(given, "info", Atom("normal"))
    warning = option(given, "warning", option(given, "warn") or Atom("yellow"))
    made = {"emergency": error, "alert": error, "critical": error, "error": error, "warning": warning, "notice": info, "info": info,
            "debug": option(given, "debug", Atom("cyan")), "enabled": option(given, "enabled", False)}
    return {Atom(k): v for k, v in made.items()}


# -- patterns ------------------------------------------------------------------------------------------------------------


@ex("compile/1")
def compile_(pattern: Any) -> Any:
    if pattern is None:
        pattern = DEFAULT
    if pattern.__class__ is tuple:
        return pattern
    return [_placeholder(part[1:]) if re.fullmatch(r"\$[a-z]+", part) else part for part in re.split(r"(\$[a-z]+)", pattern) if part]


def _placeholder(name: str) -> Any:
    if name not in _PATTERNS:
        raise ArgumentError(f"${name} is an invalid format pattern")
    return Atom(name)


@ex("format/5")
def format_pattern(pattern: Any, level: Any, message: Any, timestamp: Any, metadata: Any) -> Any:
    if pattern.__class__ is tuple:
        return apply(pattern[0], pattern[1], [level, message, timestamp, metadata])
    return [_output(part, level, message, timestamp, metadata) for part in pattern]


def _output(part: Any, level: Any, message: Any, timestamp: Any, metadata: Any) -> Any:
    name = part.name if part.__class__ is Atom else None
    if name == "message":
        return message
    if name == "date":
        return format_date(timestamp[0])
    if name == "time":
        return format_time(timestamp[1])
    if name == "level":
        return atom_name(level)
    if name == "node":
        return "nonode@nohost"
    if name == "metadata":
        return _metadata(metadata) if metadata else ""
    if name == "levelpad":
        return " " if atom_name(level) in ("info", "warn") else ""
    return part


def _metadata(pairs: list[Any]) -> list[Any]:
    out: list[Any] = []
    for key, value in pairs:
        shown = _value(atom_name(key), value)
        if shown is not None and shown is not False:
            out.extend([atom_name(key).removeprefix("Elixir."), ord("="), shown, ord(" ")])
    return out


def _value(key: str, value: Any) -> Any:
    """The text of a metadata value; None for those that are not shown."""
    if key in ("time", "gl", "report_cb") or value is None:
        return None
    if value.__class__ in (str, bytes):
        return value
    if value.__class__ in (int, float):
        return inspect(value)
    if is_atom(value):
        return atom_name(value).removeprefix("Elixir.")
    if value.__class__ is Pid:
        return inspect(value).removeprefix("#PID")
    if value.__class__ is Reference:
        return inspect(value).removeprefix("#Reference")
    if value.__class__ is list:
        if key == "domain" and value and is_atom(value[0]):
            return ".".join(atom_name(part) for part in value)
        return value if key in ("function", "file") else None
    if key in ("mfa", "initial_call") and value.__class__ is tuple and len(value) == 3:
        return format_mfa(*value)
    try:
        return runtime().module(alias("String.Chars")).functions["to_string/1"](value)
    except ElixirError:
        return None


# -- events --------------------------------------------------------------------------------------------------------------


@ex("format/2")
def format_(event: Any, config: Any) -> Any:
    if not isinstance(config, Struct) or config.module is not FORMATTER:
        raise RuntimeError_("invalid configuration for Logger.Formatter. Use Logger.Formatter.new/1 to define a formatter")
    fields = {k.name: v for k, v in config.fields.items()}
    level, meta = event[LEVEL], event[META]
    at = meta.get(TIME)
    at = at if at.__class__ is int and at >= 0 else time.time_ns() // 1000
    if fields["metadata"] is Atom("all"):
        chosen = list(maps.items(meta))
    else:
        found = ((key, _computed(key, meta)) for key in fields["metadata"])
        chosen = [(key, value) for key, value in found if value is not None and value is not False]
    stamp = system_time_to_date_time_ms(at, fields["utc_log?"])
    made = format_pattern(fields["template"], level, format_event(event, fields["truncate"]), stamp, chosen)
    colors = fields["colors"]
    if colors[Atom("enabled")] is not True:
        return made
    colour = meta.get(Atom("ansi_color")) or colors[level]
    return [ansi.format_fragment(colour, True), made, "\x1b[0m"]


def _computed(key: Any, meta: dict[Any, Any]) -> Any:
    called = meta.get(Atom("mfa"))
    if called.__class__ is tuple and len(called) == 3:
        if key is Atom("module"):
            return called[0]
        if key is Atom("function"):
            return [atom_name(called[1]), "/", str(called[2])]
    return meta.get(maps.key(key))


@ex("format_event/2")
def format_event(event: Any, most: Any) -> Any:
    return _message(event[MSG], event[META], most)


def _message(message: Any, meta: dict[Any, Any], most: Any) -> Any:
    kind, data = message
    if kind is STRING:
        return _cut(data, most)
    if kind is not REPORT:
        return _cut(formatted(kind, data), most)
    callback = meta.get(REPORT_CB)
    if is_function(callback, 1):
        return _message(call_term(callback, [data]), meta, most)
    if is_function(callback, 2):
        limits = {Atom("depth"): Atom("unlimited"), Atom("chars_limit"): most, Atom("single_line"): False}
        return call_term(callback, [data, limits])
    listed = list(maps.items(need_map(data))) if is_map(data) else data
    return _cut(inspect(listed, opts=opts_from(setting("translator_inspect_opts", []))), most)


_DIRECTIVE = re.compile(r"~[-\d.*]*[tlkK]*([~a-zA-Z])")


def formatted(template: Any, args: Any) -> str:
    """Erlang's format string with *args*; terms are shown as Elixir shows them."""
    text = template if template.__class__ is str else "".join(map(chr, template))
    left = list(args)
    out: list[Any] = []

    def directive(found: re.Match[str]) -> str:
        kind = found[1]
        if kind in "~n":
            return found[0]
        value = left.pop(0)
        if kind not in "pPwW":
            out.append(value)
            return found[0]
        if kind in "PW":
            left.pop(0)
        out.append(inspect(value))
        return "~ts"

    rewritten = _DIRECTIVE.sub(directive, text)
    made = runtime().module(Atom("io_lib")).functions["format/2"](rewritten, out)
    return str(io.chardata_to_string(made))


# -- texts ---------------------------------------------------------------------------------------------------------------


def _cut(data: Any, most: Any) -> Any:
    try:
        return truncate(data, most)
    except ArgumentError as error:
        return str(error)


@ex("truncate/2")
def truncate(data: Any, most: Any) -> Any:
    """Chardata of at most *most* bytes, without cutting code points."""
    if most is INFINITY:
        return data
    kept, left = _taken(data, most)
    return kept if left >= 0 else [kept, " (truncated)"]


def _taken(data: Any, left: int) -> tuple[Any, int]:
    """What fits into *left* bytes, and the bytes that are left: below zero when something did not fit."""
    if left < 0:
        return "" if data.__class__ in (str, bytes) else [], left
    if data.__class__ is str:
        raw = data.encode()
        return data if len(raw) <= left else raw[:left].decode("utf-8", "ignore"), left - len(raw)
    if data.__class__ is bytes:
        return data[:left], left - len(data)
    if data.__class__ is int:
        return data, left - len(chr(data).encode())
    if data.__class__ is ImproperList:
        items, tail = list(data.head), data.improper_tail
    elif data.__class__ is list:
        items, tail = data, None
    else:
        raise ArgumentError(f"cannot truncate chardata because it contains something that is not valid chardata: {inspect(data)}")
    kept: list[Any] = []
    for item in items:
        part, left = _taken(item, left)
        kept.append(part)
        if left < 0:
            return kept, left
    if tail is not None:
        part, left = _taken(tail, left)
        kept.append(part)
    return kept, left


@ex("prune/1")
def prune(data: Any) -> Any:
    if data.__class__ is str:
        return data
    if data.__class__ is bytes:
        return "".join(_UNKNOWN if "\udc80" <= char <= "\udcff" else char for char in data.decode("utf-8", "surrogateescape"))
    if data.__class__ is ImproperList:
        return ImproperList([item if item.__class__ is int else prune(item) for item in data.head], prune(data.improper_tail))
    if data.__class__ is list:
        return [item if item.__class__ is int and 0 <= item <= 0x10FFFF else prune(item) for item in data]
    return _UNKNOWN


def _two(number: int) -> Any:
    return [ord("0"), str(number)] if number < 10 else str(number)


@ex("format_time/1")
def format_time(given: Any) -> list[Any]:
    hour, minute, second, milli = given
    last: Any = [ord("0"), *_two(milli)] if milli < 10 else [ord("0"), str(milli)] if milli < 100 else str(milli)
    return [_two(hour), ord(":"), _two(minute), ord(":"), _two(second), ord("."), last]


@ex("format_date/1")
def format_date(given: Any) -> list[Any]:
    year, month, day = given
    return [str(year), ord("-"), _two(month), ord("-"), _two(day)]


@ex("system_time_to_date_time_ms/1", "system_time_to_date_time_ms/2")
def system_time_to_date_time_ms(micros: Any, utc: Any = False) -> Any:
    at = (time.gmtime if utc is True else time.localtime)(micros // 1_000_000)
    return ((at.tm_year, at.tm_mon, at.tm_mday), (at.tm_hour, at.tm_min, at.tm_sec, micros % 1_000_000 // 1000))


_FIELDS = ("template", "truncate", "metadata", "colors", "utc_log?")
MODULE = native_module("Logger.Formatter", globals(), info={"struct": [(Atom(name), None) for name in _FIELDS]})
