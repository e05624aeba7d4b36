"""Logger and :logger: events with a level and metadata, written by formatters or given to handlers."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

from defnpy.stdlib import io
from defnpy.stdlib import logger_formatter as formatter
from defnpy.stdlib.calls import fun0
from defnpy.stdlib.kernel import apply
from defnpy.stdlib.logger_formatter import LEVEL, META, MSG, REPORT, STRING, TIME
from defnpy.stdlib.util import OK, UNSET, option
from defnpy.terms import map as maps
from defnpy.terms import text as txt
from defnpy.terms.atom import Atom, atom_name, is_atom
from defnpy.terms.errors import ArgumentError
from defnpy.terms.function import call as call_term
from defnpy.terms.function import is_function
from defnpy.terms.inspect import inspect
from defnpy.terms.module import Module, ex, native_module
from defnpy.terms.process import current
from defnpy.terms.runtime import runtime
from defnpy.terms.struct import is_map

LEVELS = ("debug", "info", "notice", "warning", "error", "critical", "alert", "emergency")
_LEVEL, _MODULES, _CAPTURES, _METADATA, _OWN_LEVEL = "logger_level", "logger_modules", "logger_captures", "logger_metadata", "logger_level"
_FORMATTER, _HANDLERS, _DEFAULT_LEVEL, _FILTERS = "logger_formatter", "logger_handlers", "logger_default_level", "logger_filters"
DEBUG, DEFAULT, DOMAIN, ELIXIR = Atom("debug"), Atom("default"), Atom("domain"), Atom("elixir")
ERROR, NOT_FOUND = Atom("error"), Atom("not_found")


class Capture:
    """The messages of at least one level that are logged while it is open; *options* are those of the formatter."""

    def __init__(self, level: Any = None, options: Any = ()) -> None:
        self.lowest = -1 if level is None else place(level)
        self.parts: list[str] = []
        self.formatter = default_formatter([*options, (Atom("colors"), [(Atom("enabled"), False)])])

    def __enter__(self) -> Capture:
        runtime().options.setdefault(_CAPTURES, []).append(self)
        return self

    def __exit__(self, *raised: Any) -> None:
        runtime().options[_CAPTURES].remove(self)

    @property
    def text(self) -> str:
        return "".join(self.parts)


# -- levels --------------------------------------------------------------------------------------------------------------


def place(level: Any) -> int:
    """The rank of a level; ``:all`` is below and ``:none`` above every other."""
    name = atom_name(level)
    if name in ("none", "all"):
        return len(LEVELS) if name == "none" else -1
    if name == "warn":
        name = "warning"
    if name not in LEVELS:
        raise ArgumentError(f"invalid level: {inspect(level)}")
    return LEVELS.index(name)


def _allowed(level_: Any, module: Any = None) -> bool:
    """Whether a message is logged: the level of the process decides, then that of the module, then the general one."""
    own = current().state.get(_OWN_LEVEL)
    if own is None:
        own = runtime().options.get(_MODULES, {}).get(module)
    return place(level_) >= place(own if own is not None else level())


@ex("__should_log__/2")
def should_log(level_: Any, module: Any) -> Any:
    """The level under which a message is logged, or nil."""
    return (Atom("warning") if level_ is Atom("warn") else level_) if _allowed(level_, module) else None


# -- events --------------------------------------------------------------------------------------------------------------


@ex("__do_log__/4")
def do_log(level_: Any, message: Any, location: Any, metadata: Any) -> Any:
    """Log a message for which ``__should_log__/2`` gave *level_*."""
    meta = {**location, **own_metadata(), **_pairs(metadata)}
    if is_function(message, 0):
        message = fun0(message)()
        if message.__class__ is tuple and len(message) == 2:
            message, more = message
            meta.update(_pairs(more))
    if message.__class__ not in (str, bytes, list) and not is_map(message):
        io.warn(
            f"passing {inspect(message)} to Logger is deprecated, expected a map, a keyword list, a string, a list of strings, "
            "or a zero-arity anonymous function"
        )
        message = txt.to_string(message)
    domain = meta.get(DOMAIN)
    meta[DOMAIN] = [ELIXIR, *(domain if domain.__class__ is list else ())]
    publish(level_, _as_message(message), meta)
    return OK


def _pairs(metadata: Any) -> dict[Any, Any]:
    return dict(metadata) if metadata.__class__ is dict else {maps.key(k): v for k, v in metadata}


def _as_message(message: Any) -> Any:
    """``{:report, data}`` of maps and keyword lists, ``{:string, chardata}`` of the rest."""
    is_report = message.__class__ is list and bool(message) and all(
        pair.__class__ is tuple and len(pair) == 2 and is_atom(pair[0]) for pair in message)
    return (REPORT if is_report or is_map(message) else STRING, message)


def publish(level_: Any, message: Any, metadata: dict[Any, Any]) -> None:
    """Give an event to whoever captures the log and to the handlers."""
    me = current()
    meta = {Atom("pid"): me.pid, Atom("gl"): me.group.pid, TIME: time.time_ns() // 1000, **metadata}
    event = _filtered({LEVEL: Atom("warning") if level_ is Atom("warn") else level_, MSG: message, META: meta}, None)
    if event is None:
        return
    rank, captures = place(level_), runtime().options.get(_CAPTURES)
    for capture in captures or ():
        if rank >= capture.lowest:
            capture.parts.append(_text(event, capture.formatter))
    if not captures and rank >= place(runtime().options.get(_DEFAULT_LEVEL, Atom("all"))):
        own = _filtered(event, DEFAULT)
        if own is not None:
            _write(_text(own, runtime().options.get(_FORMATTER) or default_formatter()))
    for name, (module, config) in list(runtime().options.get(_HANDLERS, {}).items()):
        own = _filtered(event, name) if rank >= place(config.get(LEVEL, Atom("all"))) else None
        if own is not None:
            apply(module, Atom("log"), [own, {**config, Atom("id"): maps.unkey(name), Atom("module"): module}])


def _filters(handler: Any) -> dict[Any, Any]:
    """The filters of a handler, or of all events for None, by their ids."""
    found: dict[Any, Any] = runtime().options.setdefault(_FILTERS, {}).setdefault(handler, {})
    return found


def _filtered(event: Any, handler: Any) -> Any:
    """What the filters make of an event; None when one stops it."""
    for fun, extra in _filters(handler).values():
        answer = call_term(fun, [event, extra])
        if answer is Atom("stop"):
            return None
        event = event if answer is Atom("ignore") else answer
    return event


def _write(text: str) -> None:
    user = runtime().options.get(io.USER_CAPTURES)
    (user[-1].append if user else sys.stderr.write)(text)


def _text(event: Any, chosen: Any) -> str:
    module, config = chosen
    made = formatter.format_(event, config) if module is formatter.FORMATTER else apply(module, Atom("format"), [event, config])
    shown = io.chardata_to_string(formatter.prune(made))
    return shown if shown.__class__ is str else shown.decode("utf-8", "replace")


def emit(level_: Any, text: str) -> None:
    """Log a report of the runtime itself, already formatted as text."""
    if place(level_) >= place(level()):
        publish(level_, (STRING, text), {DOMAIN: [Atom("otp"), ELIXIR]})


@ex("log/2", "log/3", "bare_log/2", "bare_log/3")
def log(level_: Any, message: Any, metadata: Any = ()) -> Any:
    if _allowed(level_):
        do_log(Atom("warning") if level_ is Atom("warn") else level_, message, {}, metadata)
    return OK


# -- configuration -------------------------------------------------------------------------------------------------------


@ex("default_formatter/0", "default_formatter/1")
def default_formatter(overrides: Any = ()) -> Any:
    base = formatter.setting("default_formatter", [])
    names = {pair[0] for pair in overrides}
    return formatter.new([*(pair for pair in base if pair[0] not in names), *overrides])


@ex("level/0")
def level() -> Any:
    found = runtime().options.get(_LEVEL)
    return found if found is not None else formatter.setting("level", DEBUG)


@ex("configure/1")
def configure(options: Any) -> Any:
    for key, value in options:
        if key is LEVEL:
            place(value)
            runtime().options[_LEVEL] = Atom("warning") if value is Atom("warn") else value
        else:
            _put(key, value)
    return OK


def _put(key: Any, value: Any) -> None:
    runtime().options.setdefault("app_env", {}).setdefault(Atom("logger"), {})[key] = value


@ex("configure_backend/2")
def configure_backend(backend: Any, options: Any) -> Any:
    """The old way to configure what is written: options of the formatter and a level."""
    names = {pair[0] for pair in options}
    kept = [pair for pair in formatter.setting("default_formatter", []) if pair[0] not in names]
    _put(Atom("default_formatter"), [*kept, *(pair for pair in options if pair[0] is not LEVEL)])
    if LEVEL in names:
        runtime().options[_DEFAULT_LEVEL] = option(options, "level")
    return OK


@ex("metadata/0", "metadata/1")
def metadata(given: Any = UNSET) -> Any:
    state = current().state
    if given is UNSET:
        return list(maps.items(own_metadata()))
    merged = {**own_metadata(), **_pairs(given)}
    state[_METADATA] = {k: v for k, v in merged.items() if v is not None}
    return OK


def own_metadata() -> dict[Any, Any]:
    """The metadata of the process."""
    found: dict[Any, Any] = current().state.get(_METADATA, {})
    return found


@ex("reset_metadata/0", "reset_metadata/1")
def reset_metadata(given: Any = ()) -> Any:
    current().state[_METADATA] = {k: v for k, v in _pairs(given).items() if v is not None}
    return OK


@ex("enabled?/1")
def enabled_q(pid: Any) -> bool:
    return bool(pid.process.state.get(_OWN_LEVEL) is not Atom("none"))


@ex("flush/0")
def flush() -> Any:
    return OK


@ex("compare_levels/2")
def compare_levels(a: Any, b: Any) -> Any:
    x, y = place(a), place(b)
    return Atom("lt" if x < y else "gt" if x > y else "eq")


@ex("put_module_level/2")
def put_module_level(module: Any, level_: Any) -> Any:
    place(level_)
    table = runtime().options.setdefault(_MODULES, {})
    for one in module if module.__class__ is list else [module]:
        table[one] = level_
    return OK


@ex("get_module_level/1")
def get_module_level(module: Any) -> Any:
    table = runtime().options.get(_MODULES, {})
    return [(one, table[one]) for one in (module if module.__class__ is list else [module]) if one in table]


@ex("delete_module_level/1")
def delete_module_level(module: Any) -> Any:
    for one in module if module.__class__ is list else [module]:
        runtime().options.get(_MODULES, {}).pop(one, None)
    return OK


@ex("delete_all_module_levels/0")
def delete_all_module_levels() -> Any:
    runtime().options.pop(_MODULES, None)
    return OK


@ex("put_process_level/2")
def put_process_level(pid: Any, level_: Any) -> Any:
    place(level_)
    pid.process.state[_OWN_LEVEL] = level_
    return OK


@ex("get_process_level/1")
def get_process_level(pid: Any) -> Any:
    return pid.process.state.get(_OWN_LEVEL)


@ex("disable/1")
def disable(pid: Any) -> Any:
    return put_process_level(pid, Atom("none"))


@ex("enable/1", "delete_process_level/1")
def enable(pid: Any) -> Any:
    pid.process.state.pop(_OWN_LEVEL, None)
    return OK


@ex("levels/0")
def levels() -> list[Any]:
    return [Atom(n) for n in reversed(LEVELS)]


# -- :logger -------------------------------------------------------------------------------------------------------------


def _erlang_log(level_: Any, *args: Any) -> Any:
    """``:logger.log(level, string or report, metadata?)`` and ``(level, format, args, metadata?)``."""
    if not _allowed(level_):
        return OK
    given = args[-1] if len(args) > 1 and args[-1].__class__ is dict else {}
    rest = args[:-1] if len(args) > 1 and args[-1].__class__ is dict else args
    if len(rest) == 2 and not is_function(rest[0]):
        message: Any = (rest[0], rest[1])
    else:
        made = rest[0](rest[1]) if len(rest) == 2 else rest[0]
        message = made if made.__class__ is tuple else _as_message(made)
    publish(level_, message, {**own_metadata(), **given})
    return OK


def _of_level(name: str) -> Callable[..., Any]:
    return lambda *args: _erlang_log(Atom(name), *args)


def _add_handler(name: Any, module: Any, config: Any) -> Any:
    listed = runtime().options.setdefault(_HANDLERS, {})
    if maps.key(name) in listed:
        return (ERROR, (Atom("already_exist"), name))
    listed[maps.key(name)] = (module, config)
    return OK


def _remove_handler(name: Any) -> Any:
    if name is DEFAULT:
        runtime().options[_DEFAULT_LEVEL] = Atom("none")
        return OK
    found = runtime().options.get(_HANDLERS, {}).pop(maps.key(name), None)
    return OK if found is not None else (ERROR, (NOT_FOUND, name))


def _handler_config(name: Any) -> Any:
    if name is DEFAULT:
        chosen = runtime().options.get(_FORMATTER) or default_formatter()
        return (OK, {Atom("id"): DEFAULT, Atom("module"): Atom("logger_std_h"), Atom("formatter"): chosen,
                     LEVEL: runtime().options.get(_DEFAULT_LEVEL, Atom("all"))})
    found = runtime().options.get(_HANDLERS, {}).get(maps.key(name))
    return (OK, {**found[1], Atom("id"): name, Atom("module"): found[0]}) if found is not None else (ERROR, (NOT_FOUND, name))


def _update_handler(name: Any, key: Any, value: Any) -> Any:
    if name is DEFAULT:
        if key is LEVEL or key is Atom("formatter"):
            runtime().options[_DEFAULT_LEVEL if key is LEVEL else _FORMATTER] = value
        return OK
    found = runtime().options.get(_HANDLERS, {}).get(maps.key(name))
    if found is None:
        return (ERROR, (NOT_FOUND, name))
    runtime().options[_HANDLERS][maps.key(name)] = (found[0], {**found[1], maps.key(key): value})
    return OK


def _update_handler_all(name: Any, config: Any) -> Any:
    answers = [_update_handler(name, maps.unkey(key), value) for key, value in config.items()]
    return next((answer for answer in answers if answer is not OK), OK)


def _set_primary(key: Any, value: Any) -> Any:
    return configure([(LEVEL, value)]) if key is LEVEL else OK


def _add_filter(handler: Any, name: Any, filter_: Any) -> Any:
    listed = _filters(handler)
    if maps.key(name) in listed:
        return (ERROR, (Atom("already_exist"), name))
    listed[maps.key(name)] = filter_
    return OK


def _remove_filter(handler: Any, name: Any) -> Any:
    return OK if _filters(handler).pop(maps.key(name), None) is not None else (ERROR, (NOT_FOUND, name))


def _process_metadata() -> Any:
    return dict(own_metadata()) or Atom("undefined")


def _erlang() -> Module:
    made = native_module("logger", {}, erlang=True)
    table = made.functions
    for name in LEVELS:
        table.update({f"{name}/{arity}": _of_level(name) for arity in (1, 2, 3)})
    table.update({f"log/{arity}": _erlang_log for arity in (2, 3, 4)})
    table.update({
        "add_handler/3": _add_handler, "remove_handler/1": _remove_handler, "get_handler_config/1": _handler_config,
        "get_handler_ids/0": lambda: [DEFAULT, *(maps.unkey(k) for k in runtime().options.get(_HANDLERS, {}))],
        "update_handler_config/3": _update_handler, "update_handler_config/2": _update_handler_all,
        "set_handler_config/3": _update_handler, "set_handler_config/2": _update_handler_all,
        "set_primary_config/2": _set_primary, "update_primary_config/1": lambda config: _set_primary(LEVEL, config.get(LEVEL, level())),
        "set_primary_config/1": lambda config: _set_primary(LEVEL, config.get(LEVEL, level())),
        "get_primary_config/0": lambda: {LEVEL: level(), Atom("filter_default"): Atom("log"), Atom("filters"): [], Atom("metadata"): {}},
        "add_primary_filter/2": lambda name, filter_: _add_filter(None, name, filter_),
        "remove_primary_filter/1": lambda name: _remove_filter(None, name),
        "add_handler_filter/3": lambda handler, name, filter_: _add_filter(maps.key(handler), name, filter_),
        "remove_handler_filter/2": lambda handler, name: _remove_filter(maps.key(handler), name),
        "set_process_metadata/1": reset_metadata, "update_process_metadata/1": metadata, "get_process_metadata/0": _process_metadata,
        "unset_process_metadata/0": reset_metadata, "compare_levels/2": compare_levels, "allow/2": _allowed,
        "set_module_level/2": put_module_level, "get_module_level/1": get_module_level, "unset_module_level/1": delete_module_level,
        "unset_module_level/0": delete_all_module_levels,
    })  # fmt: skip
    return made


MODULE = native_module("Logger", globals())
for _name in (*LEVELS, "warn"):
    _function = (lambda made: lambda message, metadata=(): log(made, message, metadata))(Atom("warning" if _name == "warn" else _name))
    MODULE.functions.update({f"{_name}/1": _function, f"{_name}/2": _function})
MODULES_BY_NAME = {"Elixir.Logger": MODULE, "logger": _erlang()}
