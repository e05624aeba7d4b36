"""IO.ANSI: escape sequences, and text with names of sequences in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.stdlib.util import UNSET, need
from defnpy.terms import ansi
from defnpy.terms.atom import Atom, is_atom
from defnpy.terms.list import ImproperList
from defnpy.terms.module import Module, ex, native_module
from defnpy.terms.runtime import runtime


@ex("enabled?/0")
def enabled_q() -> bool:
    return bool(runtime().options.get("ansi_enabled", False))


def _built(data: Any, acc: Any, on: bool) -> tuple[Any, bool]:
    """*acc* with the parts of *data* around it, and whether a sequence was among them."""
    if data.__class__ is ImproperList:
        acc, first = _built(data.head, acc, on)
        acc, second = _built(data.improper_tail, acc, on)
        return acc, first or second
    if data.__class__ is list:
        found = False
        for part in data:
            acc, one = _built(part, acc, on)
            found = found or one
        return acc, found
    if is_atom(data):
        made = ansi.sequence(data)
        return (ImproperList([acc], made) if on else acc), True
    return [acc, data], False


@ex("format/1", "format/2")
def format_(data: Any, on: Any = UNSET) -> Any:
    emit = enabled_q() if on is UNSET else on is True
    made, found = _built(data, [], emit)
    return ImproperList([made], "\x1b[0m") if found and emit else made


@ex("format_fragment/1", "format_fragment/2")
def format_fragment(data: Any, on: Any = UNSET) -> Any:
    return _built(data, [], enabled_q() if on is UNSET else on is True)[0]


@ex("syntax_colors/0")
def syntax_colors() -> list[Any]:
    """The colours of ``inspect`` in the interactive session."""
    colors = (("atom", "cyan"), ("boolean", "magenta"), ("charlist", "yellow"), ("nil", "magenta"), ("number", "yellow"),
              ("string", "green"), ("reset", "yellow"))
    return [(Atom(name), Atom(color)) for name, color in colors]


def _number(value: Any, low: int, high: int | None, name: str, arity: int) -> int:
    need(value.__class__ is int and value >= low and (high is None or value <= high), "IO.ANSI", name, arity)
    return int(value)


def _color(layer: str, name: str) -> Callable[..., str]:
    def color(*codes: Any) -> str:
        if len(codes) == 1:
            return f"\x1b[{layer};5;{_number(codes[0], 0, 255, name, 1)}m"
        red, green, blue = (_number(c, 0, 5, name, 3) for c in codes)
        return f"\x1b[{layer};5;{16 + 36 * red + 6 * green + blue}m"

    return color


def _moving(name: str, letter: str) -> Callable[..., str]:
    return lambda count=1: f"\x1b[{_number(count, 1, None, name, 1)}{letter}"


@ex("cursor/2")
def cursor(line: Any, column: Any) -> str:
    return f"\x1b[{_number(line, 0, None, 'cursor', 2)};{_number(column, 0, None, 'cursor', 2)}H"


def _module() -> Module:
    made = native_module("IO.ANSI", globals())
    for name in ansi.names():
        made.functions[f"{name}/0"] = lambda name=name: ansi.sequence(Atom(name))
    for name, layer in (("color", "38"), ("color_background", "48")):
        made.functions.update({f"{name}/1": _color(layer, name), f"{name}/3": _color(layer, name)})
    for name, letter in (("cursor_up", "A"), ("cursor_down", "B"), ("cursor_right", "C"), ("cursor_left", "D")):
        made.functions.update({f"{name}/0": _moving(name, letter), f"{name}/1": _moving(name, letter)})
    return made


MODULE = _module()
