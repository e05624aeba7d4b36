"""The terminals of ``grammar/elixir.lark`` as small integers, and the operator table.

The numbers index the parse tables; :mod:`defnpy.syntax.tables` checks that grammar and list agree.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from defnpy.terms.atom import Atom

TERMINALS: tuple[str, ...] = (
    "$END EOE INT FLOAT CHAR ATOM WORD STRING CHARLIST SIGIL CAPTURE ALIAS "
    "IDENT OP_IDENT PAREN_IDENT BRACKET_IDENT DO_IDENT KW NULLARY ELLIPSIS UN AT BIN BAR WHEN "
    "LPAR RPAR LSQB RSQB LBRACE RBRACE LBIN RBIN MAP PCT COMMA DOT ARROW ASSOC DO END FN BLOCK "
    "STR_START KWSTR_START LIST_START ATOM_START SIGIL_START STR_PART INTERP_START INTERP_END STR_END"
).split()  # type: ignore[assignment]

(
    T_FINISH,
    T_EOE,
    T_INT,
    T_FLOAT,
    T_CHAR,
    T_ATOM,
    T_WORD,
    T_STRING,
    T_CHARLIST,
    T_SIGIL,
    T_CAPTURE,
    T_ALIAS,
    T_IDENT,
    T_OP_IDENT,
    T_PAREN_IDENT,
    T_BRACKET_IDENT,
    T_DO_IDENT,
    T_KW,
    T_NULLARY,
    T_ELLIPSIS,
    T_UN,
    T_AT,
    T_BIN,
    T_BAR,
    T_WHEN,
    T_LPAR,
    T_RPAR,
    T_LSQB,
    T_RSQB,
    T_LBRACE,
    T_RBRACE,
    T_LBIN,
    T_RBIN,
    T_MAP,
    T_PCT,
    T_COMMA,
    T_DOT,
    T_ARROW,
    T_ASSOC,
    T_DO,
    T_END,
    T_FN,
    T_BLOCK,
    T_STR_START,
    T_KWSTR_START,
    T_LIST_START,
    T_ATOM_START,
    T_SIGIL_START,
    T_STR_PART,
    T_INTERP_START,
    T_INTERP_END,
    T_STR_END,
) = range(len(TERMINALS))


class Operator(NamedTuple):
    """An operator in one role: its atom, how tightly it binds, and whether it associates to the right."""

    atom: Atom
    precedence: int
    right: bool

    def meta(self, place: int) -> list[tuple[Atom, Any]]:
        """The metadata of an expression with this operator at *place*."""
        return [(_LINE, place >> 32), (_COLUMN, place & _MASK)]


class BrokenOperator(Operator):
    """An operator with line breaks after it (or before it): they go into the metadata."""

    newlines: int

    def meta(self, place: int) -> list[tuple[Atom, Any]]:
        return [(_NEWLINES, self.newlines), *super().meta(place)]


def broken(operator: Operator, newlines: int) -> BrokenOperator:
    """*operator* with *newlines* line breaks beside it."""
    made = BrokenOperator(*operator)
    made.newlines = newlines
    return made


LINE = 1 << 32
"""A place in the text is ``line * LINE + column``."""
_LINE = Atom("line")
_COLUMN = Atom("column")
_NEWLINES = Atom("newlines")
_MASK = (1 << 32) - 1


_LEVELS: tuple[tuple[int, bool, str], ...] = (
    (40, False, r"<- \\"),
    (50, True, "when"),
    (60, True, "::"),
    (70, True, "|"),
    (80, True, "=>"),
    (100, True, "="),
    (120, False, "|| ||| or"),
    (130, False, "&& &&& and"),
    (140, False, "== != =~ === !=="),
    (150, False, "< > <= >="),
    (160, False, "|> <<< >>> <<~ ~>> <~ ~> <~> <|>"),
    (170, False, "in"),
    (180, False, "^^^"),
    (190, True, "//"),
    (200, True, "++ -- +++ --- <> .."),
    (210, False, "+ -"),
    (220, False, "* /"),
    (230, False, "**"),
)
BINARY: dict[str, Operator] = {
    name: Operator(Atom(name), level, right) for level, right, names in _LEVELS for name in names.split()
}
NOT_IN = Operator(Atom("not in"), 170, False)
UNARY: dict[str, Operator] = {name: Operator(Atom(name), 300, False) for name in "! ^ not ~~~ + - //".split()}
UNARY["&"] = Operator(Atom("&"), 90, False)
UNARY["..."] = Operator(Atom("..."), 90, False)
UNARY["@"] = Operator(Atom("@"), 320, False)

ERLANG_RESERVED = frozenset(
    "after and andalso band begin bnot bor bsl bsr bxor case catch cond div end fun if let "
    "not of or orelse "
    "receive rem try when xor".split()
)


def quoted_name(name: str) -> str:
    """An atom in Erlang's notation: quotes unless it is a plain lower-case name that means nothing there."""
    if re.fullmatch(r"[a-zß-öø-ÿ][\w@]*", name) and name not in ERLANG_RESERVED:
        return name
    return "'" + name.replace("\\", "\\\\").replace("'", "\\'") + "'"
