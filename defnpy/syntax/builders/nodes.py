"""What the builders of the grammar make on the way to quoted terms, and the places of those."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, NamedTuple

from defnpy.syntax.errors import ParseError
from defnpy.syntax.terminals import Operator
from defnpy.terms.atom import Atom

Values = list[Any]
Places = list[int]
Builder = Callable[[Values, Places], Any]
LINE = Atom("line")
COLUMN = Atom("column")
MASK = (1 << 32) - 1
NOTHING: Any = object()


def meta_at(place: int) -> list[tuple[Atom, Any]]:
    return [(LINE, place >> 32), (COLUMN, place & MASK)]


class Run:
    """An operator chain being read: operands and the operators that still wait for their right side."""

    __slots__ = ("operands", "operators")

    def __init__(self, operands: list[Any], operators: list[tuple[Operator, int, bool]]) -> None:
        self.operands = operands
        self.operators = operators  # (operator, place, is it unary)


class Callee(tuple[Any, int]):
    """``left.name`` about to be called: the dot node and the place of the name."""

    __slots__ = ()


NOTICED: ContextVar[dict[int, str] | None] = ContextVar("NOTICED", default=None)
"""What the text being read is warned of, by place."""


def notice(place: int, message: str) -> None:
    """Warn of something that only its place in a term tells."""
    found = NOTICED.get()
    if found is not None:
        found[place] = message


class EmptyParens(tuple[Any, Any, Any]):
    """``()``: a block of nothing, or no arguments before ``->``."""

    place: int


class Keywords(list[Any]):
    """Elements that end in a keyword tail; ``tail`` of them are pairs."""

    __slots__ = ("tail",)

    def __init__(self, items: list[Any], tail: int) -> None:
        super().__init__(items)
        self.tail = tail


class Clause(tuple[Any, Any, Any]):
    """One ``->`` in a block: left sides, the arrow's metadata, first expression (or NOTHING)."""

    __slots__ = ()


class Refused(Exception):
    """What is on the stack is no program, though the tables let it through: the next token is one too many."""


def syntax_error(description: str, place: int) -> ParseError:
    return ParseError("SyntaxError", description, place >> 32, place & MASK)


class Left(list[Any]):
    """Left sides that are finished: parentheses were around them."""

    __slots__ = ()


def plain(term: Any) -> Any:
    return tuple(term) if term.__class__ is EmptyParens else term


class OpName(NamedTuple):
    """A name before an operator that may be unary: ``a -1``."""

    name: Atom


def plain_arguments(arguments: list[Any]) -> list[Any]:
    """``()`` among arguments is an empty block."""
    for index, argument in enumerate(arguments):
        if argument.__class__ is EmptyParens:
            arguments[index] = tuple(argument)
    return arguments


class Assoc(tuple[Any, Any, int]):
    """``key => value`` with the key's operators not yet applied: ``a | b => c`` is an update.

    The third element is the arrow's place when the key's metadata wants it, else 0."""

    __slots__ = ()


class Hole(tuple[Any, int, list[Any]]):
    """What ``#{...}`` holds, where, and more metadata of it."""

    __slots__ = ()
