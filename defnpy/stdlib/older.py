"""Functions that the reference only keeps for old programs: a call of one is warned of when it is compiled.

A module's are made when something asks for one (``OLDER`` of the floor names them), so nothing is spent on them otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.terms.atom import Atom, alias
from defnpy.terms.module import Module
from defnpy.terms.runtime import runtime


def _calls(module: str, signature: str, change: Callable[..., tuple[Any, ...]] = lambda *args: args) -> Callable[..., Any]:
    """A function that is another one's by now; *change* gives it its arguments."""

    def called(*args: Any) -> Any:
        return runtime().module(alias(module)).functions[signature](*change(*args))

    return called


def _with_text(subject: Any, char: Any, *rest: Any) -> tuple[Any, ...]:
    """A character that is a number, as text."""
    return (subject, *rest, chr(char))


def _padded(subject: Any, length: Any, pad: Any = 32) -> tuple[Any, ...]:
    return (subject, length, chr(pad))


def _chunked(items: Any, count: Any, step: Any = None, padding: Any = None) -> tuple[Any, ...]:
    return (items, count, count if step is None else step, Atom("discard") if padding is None else padding)


def _filtered(module: str) -> Callable[..., Any]:
    def filter_map(items: Any, test: Any, fun: Any) -> Any:
        functions = runtime().module(alias(module)).functions
        return functions["map/2"](functions["filter/2"](items, test), fun)

    return filter_map


def _float_text(signature: str) -> Callable[..., Any]:
    def text(number: Any, options: Any) -> Any:
        return runtime().module(Atom("erlang")).functions[signature](number, options)

    return text


TABLE: dict[str, dict[str, Callable[..., Any]]] = {
    "String": {
        "strip/1": _calls("String", "trim/1"),
        "strip/2": _calls("String", "trim/2", _with_text),
        "lstrip/1": _calls("String", "trim_leading/1"),
        "lstrip/2": _calls("String", "trim_leading/2", _with_text),
        "rstrip/1": _calls("String", "trim_trailing/1"),
        "rstrip/2": _calls("String", "trim_trailing/2", _with_text),
        "ljust/2": _calls("String", "pad_trailing/2"),
        "ljust/3": _calls("String", "pad_trailing/3", _padded),
        "rjust/2": _calls("String", "pad_leading/2"),
        "rjust/3": _calls("String", "pad_leading/3", _padded),
        "to_char_list/1": _calls("String", "to_charlist/1"),
        "valid_character?/1": lambda text: text.__class__ is str and len(text) == 1,
    },
    "Enum": {
        "filter_map/3": _filtered("Enum"),
        "partition/2": _calls("Enum", "split_with/2"),
    },
    "Stream": {
        "chunk/2": _calls("Stream", "chunk_every/4", _chunked),
        "chunk/3": _calls("Stream", "chunk_every/4", _chunked),
        "chunk/4": _calls("Stream", "chunk_every/4", _chunked),
        "filter_map/3": _filtered("Stream"),
    },
    "Integer": {
        "to_char_list/1": _calls("Integer", "to_charlist/1"),
        "to_char_list/2": _calls("Integer", "to_charlist/2"),
    },
    "Float": {
        "to_char_list/1": _calls("Float", "to_charlist/1"),
        "to_char_list/2": _float_text("float_to_list/2"),
        "to_string/2": _float_text("float_to_binary/2"),
    },
    "Atom": {"to_char_list/1": _calls("Atom", "to_charlist/1")},
    "Keyword": {
        "size/1": _calls("Kernel", "length/1"),
    },
    "Map": {
        "size/1": _calls("Kernel", "map_size/1"),
    },
    "System": {
        "get_pid/0": _calls("System", "pid/0"),
        "stacktrace/0": list,
    },
    "Calendar.ISO": {
        "day_of_week/3": lambda *day: runtime().module(alias("Calendar.ISO")).functions["day_of_week/4"](*day, Atom("default"))[0],
    },
    "Range": {"range?/1": lambda term: term.__class__.__name__ == "Range"},
}  # fmt: skip


def provide(module: Module, signature: str) -> Callable[..., Any] | None:
    """Add the old functions of a native module to it; gives the one that was asked for."""
    for name, function in TABLE.get(module.name.name.removeprefix("Elixir."), {}).items():
        module.functions.setdefault(name, function)
    return module.functions.get(signature)
