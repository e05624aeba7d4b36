"""A small document algebra: text that may break at a width, laid out without recursion.

A document is a ``str``, a list of documents, or one of the nodes below.
"""

from __future__ import annotations

from typing import Any, NamedTuple

Doc = Any


class Break(NamedTuple):
    """*flat* when its group fits, a line break otherwise."""

    flat: str


class Nest(NamedTuple):
    """*doc* with line breaks indented by *by* more."""

    by: int
    doc: Doc


class Group(NamedTuple):
    """Its breaks break all or none."""

    doc: Doc


class Line(NamedTuple):
    """A line break, always; *breaks* of them."""

    breaks: int = 1


SPACE = Break(" ")
EMPTY = Break("")
LINE = Line()
BLANK = Line(2)


def is_broken(doc: Doc) -> bool:
    """Whether *doc* holds a forced line break."""
    todo = [doc]
    while todo:
        item = todo.pop()
        kind = item.__class__
        if kind is Line:
            return True
        if kind is list:
            todo.extend(item)
        elif kind is Nest or kind is Group:
            todo.append(item.doc)
    return False


def _fits(width: int, rest: list[tuple[int, bool, Doc]], doc: Doc) -> bool:
    """Whether *doc*, flat, and what follows it up to the next possible break fit in *width*."""
    todo: list[tuple[bool, Doc]] = [(True, doc)]
    place = len(rest)
    while width >= 0:
        if not todo:
            if place == 0:
                return True
            place -= 1
            todo.append((rest[place][1], rest[place][2]))
            continue
        flat, item = todo.pop()
        kind = item.__class__
        if kind is str:
            width -= len(item)
        elif kind is list:
            todo.extend((flat, part) for part in reversed(item))
        elif kind is Break:
            if not flat:
                return True
            width -= len(item.flat)
        elif kind is Line:
            return not flat
        elif kind is Nest:
            todo.append((flat, item.doc))
        else:
            todo.append((flat, item.doc))
    return False


def layout(doc: Doc, width: int) -> str:
    """*doc* as text of lines no longer than *width* where its breaks allow."""
    out: list[str] = []
    column = 0
    todo: list[tuple[int, bool, Doc]] = [(0, False, doc)]
    while todo:
        indent, flat, item = todo.pop()
        kind = item.__class__
        if kind is str:
            out.append(item)
            column += len(item)
        elif kind is list:
            todo.extend((indent, flat, part) for part in reversed(item))
        elif kind is Nest:
            todo.append((indent + item.by, flat, item.doc))
        elif kind is Group:
            fits = flat or (not is_broken(item.doc) and _fits(width - column, todo, item.doc))
            todo.append((indent, fits, item.doc))
        elif kind is Break and flat:
            out.append(item.flat)
            column += len(item.flat)
        else:
            breaks = item.breaks if kind is Line else 1
            out.append("\n" * breaks + " " * indent)
            column = indent
    return "\n".join(line.rstrip(" ") if not line.strip(" ") else line for line in "".join(out).split("\n"))
