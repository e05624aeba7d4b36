"""Builders of lists, programs, blocks and clauses."""

from __future__ import annotations

from typing import Any

from defnpy.syntax import lint
from defnpy.syntax.builders.nodes import (
    COLUMN,
    LINE,
    NOTHING,
    NOTICED,
    Clause,
    EmptyParens,
    Left,
    Places,
    Run,
    Values,
    meta_at,
    notice,
    plain,
    plain_arguments,
    syntax_error,
)
from defnpy.syntax.builders.operators import fold_run
from defnpy.syntax.errors import ParseError
from defnpy.terms.atom import Atom

BLOCK = Atom("__block__")
_FN = Atom("fn")
_ARROW = Atom("->")
_WHEN = Atom("when")
_NOT = Atom("not")
_BANG = Atom("!")
_DO = Atom("do")
_UNQUOTE_SPLICING = Atom("unquote_splicing")


def list_one(v: Values, p: Places) -> Any:
    return [v[-1]]


def list_more(v: Values, p: Places) -> Any:
    v[-3].append(v[-1])
    return v[-3]


def list_next(v: Values, p: Places) -> Any:
    v[-2].append(v[-1])
    return v[-2]


def list_extend(v: Values, p: Places) -> Any:
    return v[-3] + v[-1]


def drop_comma(v: Values, p: Places) -> Any:
    return v[-2]


def last(v: Values, p: Places) -> Any:
    return v[-1]


def first(v: Values, p: Places) -> Any:
    return v[-2]


def stmts_more(v: Values, p: Places) -> Any:
    v[-3].append(v[-1])
    return v[-3]


def left_one(v: Values, p: Places) -> Any:
    return [v[-2]]


def bracket_comma(v: Values, p: Places) -> Any:
    return v[-3]


def seq_none(v: Values, p: Places) -> Any:
    return []


def body_eoe(v: Values, p: Places) -> Any:
    return []


def pair_bare(v: Values, p: Places) -> Any:
    """``key: call a, b``: whose arguments are they?"""
    if v[-2].__class__ is Atom:
        notice(p[-1] >> 32 << 32, lint.BARE_CALL.format(v[-2].name))
    return pair(v, p)


def pair(v: Values, p: Places) -> Any:
    value = v[-1]
    return (v[-2], fold_run(value) if value.__class__ is Run else plain(value))


def program(v: Values, p: Places) -> Any:
    return v[-1]


def seq_empty(v: Values, p: Places) -> Any:
    return NOTHING


def seq(v: Values, p: Places) -> Any:
    return block(v[-1])


def seq_eoe(v: Values, p: Places) -> Any:
    return block(v[-2])


def block(expressions: list[Any]) -> Any:
    """One expression stands for itself, save those that would be rewritten or spliced."""
    if len(expressions) == 1:
        only = expressions[0]
        if only.__class__ is EmptyParens:
            return tuple(only)
        if only.__class__ is tuple and len(only) == 3 and only[2].__class__ is list and len(only[2]) == 1:
            if only[0] is _UNQUOTE_SPLICING:
                return (BLOCK, [], expressions)
        return only
    return (BLOCK, [], plain_arguments(expressions))


def paren(v: Values, p: Places) -> Any:
    stab = build_stab(v[-2])
    if stab and isinstance(stab[0], Clause):
        return finish_clauses(stab)
    if len(stab) == 1:
        only = stab[0]
        if (
            only.__class__ is tuple
            and len(only) == 3
            and (only[0] is _NOT or only[0] is _BANG)
            and (only[2].__class__ is list and len(only[2]) == 1)
        ):
            return (BLOCK, [], stab)
        return block(stab)
    return (BLOCK, meta_at(p[-3]), plain_arguments(stab))


def empty_paren(v: Values, p: Places) -> Any:
    made = EmptyParens((BLOCK, [], []))
    made.place = p[-2] if v[-2] == "(" else p[-3]
    notice(made.place, lint.EMPTY_PARENS)
    return made


def build_stab(items: list[Any]) -> list[Any]:
    """Give every ``->`` the expressions that follow it."""
    if not any(item.__class__ is Clause for item in items):
        return items
    if items[0].__class__ is not Clause:
        arrow = next(item for item in items if item.__class__ is Clause)
        raise ParseError(
            "SyntaxError", "unexpected operator ->. If you want to define multiple clauses, the first "
            "expression must "
            "use ->. Syntax error before: '->'", dict(arrow[1])[LINE], dict(arrow[1])[COLUMN], of_tree=True,
        )  # fmt: skip
    clauses: list[Any] = []
    for item in items:
        if item.__class__ is Clause:
            clauses.append(Clause((item[0], item[1], [] if item[2] is NOTHING else [item[2]])))
        else:
            clauses[-1][2].append(item)
    return clauses


def finish_clauses(clauses: list[Any]) -> list[Any]:
    made = []
    for left, meta, body in clauses:
        made.append((_ARROW, meta, [left, block(body)]))
    return made


def stab_value(items: list[Any]) -> Any:
    """The value of a do-block's section: its clauses, or its block."""
    stab = build_stab(items)
    if stab and stab[0].__class__ is Clause:
        return finish_clauses(stab)
    return block(stab)


def do_block(v: Values, p: Places) -> Any:
    return [(_DO, stab_value(v[-2]))]


def do_blocks(v: Values, p: Places) -> Any:
    return [(_DO, stab_value(v[-3])), *v[-2]]


def blocks_one(v: Values, p: Places) -> Any:
    return [(v[-2], stab_value(v[-1]))]


def blocks_more(v: Values, p: Places) -> Any:
    v[-3].append((v[-2], stab_value(v[-1])))
    return v[-3]


def fn(v: Values, p: Places) -> Any:
    stab = build_stab(v[-2])
    if not stab or stab[0].__class__ is not Clause:
        raise syntax_error("expected anonymous functions to be defined with -> inside: 'fn'", p[-3])
    return (_FN, meta_at(p[-3]), finish_clauses(stab))


def clause_empty(v: Values, p: Places) -> Any:
    notice(p[-1], lint.EMPTY_CLAUSE)
    return Clause((unwrap_when(v[-2]), meta_at(p[-1]), None))


def clause(v: Values, p: Places) -> Any:
    return Clause((unwrap_when(v[-3]), meta_at(p[-2]), v[-1]))


def clause_bare_empty(v: Values, p: Places) -> Any:
    notice(p[-1], lint.EMPTY_CLAUSE)
    return Clause(([], meta_at(p[-1]), None))


def clause_bare(v: Values, p: Places) -> Any:
    return Clause(([], meta_at(p[-2]), v[-1]))


def lhs_parens(v: Values, p: Places) -> Any:
    return Left(v[-1])


def lhs_when(v: Values, p: Places) -> Any:
    return Left([(_WHEN, meta_at(p[-2]), [*v[-3], v[-1]])])


def unwrap_when(arguments: list[Any]) -> list[Any]:
    """``a, b when c`` guards both arguments: ``[{:when, _, [a, b, c]}]``."""
    if arguments.__class__ is Left:
        return list(arguments)
    final = arguments[-1]
    if len(arguments) == 1 and final.__class__ is EmptyParens:
        _withdraw(final)
        return []
    if final.__class__ is tuple and len(final) == 3 and final[0] is _WHEN and final[2] and len(final[2]) == 2:
        left, guard = final[2]
        if len(arguments) == 1 and left.__class__ is EmptyParens:
            _withdraw(left)
            return [(_WHEN, final[1], [guard])]
        return [(_WHEN, final[1], [*arguments[:-1], left, guard])]
    return arguments


def _withdraw(parens: EmptyParens) -> None:
    found = NOTICED.get()
    if found is not None:
        found.pop(getattr(parens, "place", 0), None)


stabs_eoe = left_many = bracket = first
