"""The text of a failed assertion: message, code, arguments, both sides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.stdlib.exunit.errors import ARGS, CONTEXT, DOCTEST, EXPR, LEFT, MESSAGE, NO_VALUE, RIGHT
from defnpy.terms import algebra
from defnpy.terms.atom import Atom, alias
from defnpy.terms.inspect import Opts, to_doc
from defnpy.terms.runtime import runtime

PADDING = "     "
Paint = Callable[[str, str], str]
"""``paint(style, text)``: the text in the colours of a style, or the text itself."""


def plain(style: str, text: str) -> str:
    return text


def pad_lines(text: str, size: int) -> str:
    """*text* with all lines but the first indented; empty lines stay empty."""
    first, *rest = text.split("\n")
    return "\n".join([first, *((" " * size + line) if line else line for line in rest)])


def show(value: Any, padding: int, width: int | None) -> str:
    """*value* inspected, its lines after the first one indented by *padding*."""
    room = None if width is None else width - padding
    made = Opts(pretty=True, width=float("inf") if room is None else room)
    return algebra.format(algebra.nest(algebra.group(to_doc(value, made)), padding), room)


def format_assertion(term: Any, *, width: int | None = None, paint: Paint = plain, padding: str = "", code: str | None = None) -> str:
    """What an ``ExUnit.AssertionError`` says; *code* is the line to show when the exception has no code of its own."""
    fields = term.fields
    label = 7 if fields[RIGHT] is not NO_VALUE else 6
    indent = label + len(PADDING)
    parts: list[tuple[str, str]] = []
    if fields[MESSAGE] is not NO_VALUE:
        parts.append(("message", paint("error_info", pad_lines(str(fields[MESSAGE]), len(PADDING)))))
    if fields[DOCTEST] is not NO_VALUE:
        parts.append(("doctest", pad_lines(fields[DOCTEST], 2 + len(PADDING))))
    if fields[EXPR] is not NO_VALUE:
        parts.append(("code", pad_lines(_assertion_source(fields[EXPR]), indent)))
    elif code is not None:
        parts.append(("code", code))
    if fields[ARGS] is not NO_VALUE:
        shown = "".join(f"\n         # {i}\n         {show(a, 9, width)}\n" for i, a in enumerate(fields[ARGS], 1))
        parts.append(("arguments", "\n" + shown))
    parts.extend(_sides(fields, indent, width, paint))
    return "".join(f"{padding}{_label(name, label, paint)}{text}\n" for name, text in parts)


def _assertion_source(code: Any) -> str:
    """The text of an assertion; what it asserts is laid out by itself."""
    if code.__class__ is tuple and len(code) == 3 and code[0].__class__ is Atom and code[2].__class__ is list and len(code[2]) == 1:
        return f"{code[0].name} {_source(code[2][0])}"
    return _source(code)


def _source(code: Any) -> str:
    """The text of a quoted expression; text stays what it is."""
    return code if code.__class__ is str else str(runtime().module(alias("Macro")).functions["to_string/1"](code))


def _label(name: str, size: int, paint: Paint) -> str:
    return "" if name == "message" else paint("extra_info", f"{name}:".ljust(size))


def _sides(fields: Any, indent: int, width: int | None, paint: Paint) -> list[tuple[str, str]]:
    context = fields[CONTEXT]
    if context.__class__ is tuple and context[0].name == "mailbox":
        return _mailbox(fields[LEFT], context[2], indent, width, paint)
    left, right = fields[LEFT], fields[RIGHT]
    if paint is not plain and context.__class__ is not tuple and left is not NO_VALUE and right is not NO_VALUE:
        from defnpy.stdlib.exunit.diff import sides

        return list(zip(("left", "right"), sides(left, right, context, indent, width), strict=True))
    out = []
    if fields[LEFT] is not NO_VALUE:
        text = pad_lines(_source(fields[LEFT]), indent) if context.__class__ is tuple else show(fields[LEFT], indent, width)
        out.append(("left", text))
    if fields[RIGHT] is not NO_VALUE:
        out.append(("right", show(fields[RIGHT], indent, width)))
    return out


def _mailbox(pattern: Any, messages: list[Any], indent: int, width: int | None, paint: Paint) -> list[tuple[str, str]]:
    if not messages:
        return []
    inner = indent + 5
    shown = [
        f"\n{' ' * 7}{_label('pattern', 9, paint)}{pad_lines(_source(pattern), inner)}\n{' ' * 7}{_label('value', 9, paint)}{show(m, inner, width)}"
        for m in messages
    ]
    return [("mailbox", "\n".join(shown))]
