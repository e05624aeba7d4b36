"""Logger: messages with a level, written to standard error or to whoever captures them."""

from __future__ import annotations

import sys
import time
from typing import Any

from defnpy.stdlib.calls import fun0
from defnpy.stdlib.util import OK, UNSET, option
from defnpy.terms import text as txt
from defnpy.terms.atom import Atom, atom_name
from defnpy.terms.errors import ArgumentError
from defnpy.terms.function import is_function
from defnpy.terms.inspect import inspect, is_keyword
from defnpy.terms.module import ex, native_module
from defnpy.terms.process import current
from defnpy.terms.runtime import runtime
from defnpy.terms.struct import is_map

LEVELS = ("debug", "info", "notice", "warning", "error", "critical", "alert", "emergency")
_LEVEL, _MODULES, _CAPTURES, _METADATA, _OWN_LEVEL = "logger_level", "logger_modules", "logger_captures", "logger_metadata", "logger_level"
DEBUG = Atom("debug")


class Capture:
    """The messages of at least one level that are logged while it is open."""

    def __init__(self, level: Any = None) -> None:
        self.lowest = -1 if level is None else place(level)
        self.parts: list[str] = []

    def __enter__(self) -> Capture:
        runtime().options.setdefault(_CAPTURES, []).append(self)
        return self

    def __exit__(self, *raised: Any) -> None:
        runtime().options[_CAPTURES].remove(self)

    @property
    def text(self) -> str:
        return "".join(self.parts)


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


def _least() -> int:
    own = current().state.get(_OWN_LEVEL)
    return place(own if own is not None else level())


def emit(level_: Any, text: str) -> None:
    """Write one message, already formatted as text, in Logger's default format."""
    now = time.time()
    at = time.localtime(now)
    stamp = f"{at.tm_hour:02}:{at.tm_min:02}:{at.tm_sec:02}.{int(now * 1000) % 1000:03}"
    line = f"\n{stamp} [{'warning' if level_.name == 'warn' else level_.name}] {text}\n"
    captures = runtime().options.get(_CAPTURES)
    if not captures:
        sys.stderr.write(line)
        return
    for capture in captures:
        if place(level_) >= capture.lowest:
            capture.parts.append(line)


def _text(message: Any) -> str:
    if is_map(message) or (message.__class__ is list and message and is_keyword(message)):
        return inspect(message)
    made = txt.to_string(message)
    return made if made.__class__ is str else made.decode("utf-8", "replace")


@ex("__log__/2", "__log__/3", "log/2", "log/3", "bare_log/2", "bare_log/3")
def log(level_: Any, message: Any, metadata: Any = ()) -> Any:
    if place(level_) < _least():
        return OK
    if is_function(message, 0):
        message = fun0(message)()
        message = message[0] if message.__class__ is tuple else message
    emit(level_, _text(message))
    return OK


@ex("level/0")
def level() -> Any:
    return runtime().options.get(_LEVEL, DEBUG)


@ex("configure/1")
def configure(options: Any) -> Any:
    chosen = option(options, "level")
    if chosen is not None:
        place(chosen)
        runtime().options[_LEVEL] = chosen
    return OK


@ex("metadata/0", "metadata/1")
def metadata(given: Any = UNSET) -> Any:
    state = current().state
    if given is UNSET:
        return state.get(_METADATA, [])
    merged = dict(state.get(_METADATA, []))
    merged.update(given)
    state[_METADATA] = [(k, v) for k, v in merged.items() if v is not None]
    return OK


@ex("reset_metadata/0", "reset_metadata/1")
def reset_metadata(given: Any = ()) -> Any:
    current().state[_METADATA] = list(given)
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


MODULE = native_module("Logger", globals())
for _name in (*LEVELS, "warn"):
    _function = (lambda made: lambda message, metadata=(): log(made, message, metadata))(Atom("warning" if _name == "warn" else _name))
    MODULE.functions.update({f"{_name}/1": _function, f"{_name}/2": _function})
