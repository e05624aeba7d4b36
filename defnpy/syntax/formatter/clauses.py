"""Blocks of expressions, clauses with arrows, anonymous functions."""

from __future__ import annotations

from typing import Any

from defnpy.syntax.formatter.layout import EMPTY_BREAK, commas, in_parens, joined, opened
from defnpy.syntax.formatter.state import Context, Formatter, Item
from defnpy.syntax.formatter.tree import (
    AT,
    BLOCK,
    CLOSING,
    EOE,
    FIRST_LINE,
    LINE,
    NEWLINES,
    WHEN,
    closing_line,
    has_clauses,
    is_call,
    is_node,
    line_of,
    look,
)  # fmt: skip
from defnpy.terms.algebra import CURSOR, NIL, RESET, Doc, break_, concat, force_unfit, glue, group, line, nest

CLAUSE_ARGS = object()  # the form of the arguments before a guard


def block(f: Formatter, term: Any, low: int, high: int) -> Doc:
    """The expressions of a body, one a line, with the comments between the lines *low* and *high*."""
    if has_clauses(term):
        return paren_clauses(f, term, low, high)
    terms = [term]
    if is_call(term) and term[0] is BLOCK and len(term[2]) != 1:
        terms = term[2]
    docs, _ = f.interleave(terms, [], low, high, lambda part, is_last: _statement(f, part))
    if not docs:
        return NIL
    return docs[0] if len(docs) == 1 else force_unfit(joined(docs, line))


def _statement(f: Formatter, term: Any) -> Item:
    meta = term[1] if is_node(term) else []
    newlines = look(look(meta, EOE) or [], NEWLINES) or 1
    following = NIL if is_node(term) and term[0] is AT else EMPTY_BREAK
    return Item(f.doc(term, Context.BLOCK), following, newlines)


# ---- clauses


def _several_lines(f: Formatter, clauses: list[Any]) -> bool:
    """Whether the source breaks after an arrow or a body has several expressions."""
    for _, meta, (_, body) in clauses:
        if f.broken(meta) or (is_call(body) and body[0] is BLOCK and len(body[2]) > 1):
            return True
    return False


def _break_of(f: Formatter, clauses: list[Any]) -> Doc:
    return line() if _several_lines(f, clauses) else break_()


def _forced(f: Formatter, doc: Doc, clauses: list[Any]) -> Doc:
    return force_unfit(doc) if _several_lines(f, clauses) else doc


def body_doc(f: Formatter, term: Any, low: int, high: int) -> Doc:
    """The inside of a do-block's section: clauses or expressions."""
    if has_clauses(term):
        return clauses_doc(f, term, low, high)
    doc = block(f, term, low, high)
    return doc if doc is NIL else group(doc)


def clauses_doc(f: Formatter, clauses: list[Any], low: int, high: int) -> Doc:
    form, meta, parts = clauses[-1]
    clauses = [*clauses[:-1], (form, [(CLOSING, [(LINE, high)]), *meta], parts)]
    made = clause_doc(f, clauses[0], low)
    for clause in clauses[1:]:
        made = line(concat(made, nest(EMPTY_BREAK, RESET)), clause_doc(f, clause, low))
    return group(_forced(f, made, clauses))


def clause_doc(f: Formatter, clause: Any, low: int) -> Doc:
    _, meta, (arguments, body) = clause
    if not arguments:
        return nest(glue("() ->", block(f, body, line_of(meta), closing_line(meta))), 2)
    with f.nested_operands(2):
        head = arguments_doc(f, arguments, low)
    doc = block(f, body, low, closing_line(meta))
    return concat(group(concat(opened(head), " ->")), nest(concat(break_(), doc), 2))


def arguments_doc(f: Formatter, arguments: list[Any], low: int) -> Doc:
    """What stands before an arrow, with the comments above it."""
    docs, commented = f.interleave(
        [arguments], [], low, FIRST_LINE, lambda terms, is_last: Item(left_side(f, terms))
    )
    return joined(docs, line if commented else glue)


def left_side(f: Formatter, arguments: list[Any]) -> Doc:
    from defnpy.syntax.formatter.operators import binary

    if not arguments:
        return "()"
    only = arguments[0]
    if len(arguments) == 1 and is_call(only) and only[0] is WHEN:
        # Keywords before a guard keep their brackets.
        plain = [
            (BLOCK, [], [term]) if term.__class__ is list and term else term for term in only[2][:-1]
        ]
        return binary(f, "when", only[1], (CLAUSE_ARGS, only[1], [plain]), only[2][-1], Context.NO_PARENS)
    return commas(f, arguments, Context.NO_PARENS)


def guarded_arguments(f: Formatter, arguments: list[Any]) -> Doc:
    """The arguments before a guard."""
    return group(left_side(f, arguments))


# ---- functions


def fn_doc(f: Formatter, clauses: list[Any], low: int, high: int, broken: bool) -> Doc:
    """``fn ... end``: one clause stays on the line if it may, several stand below each other."""
    _, meta, (arguments, body) = clauses[0]
    if len(clauses) > 1 or (broken and arguments):
        doc = clauses_doc(f, clauses, low, high)
        return force_unfit(line(nest(line("fn", doc), 2), "end"))
    if arguments:
        head = arguments_doc(f, arguments, line_of(meta))
        start = concat("fn ", group(nest(concat(opened(head), " ->"), CURSOR)))
    else:
        start = "fn ->"
    doc = block(f, body, line_of(meta), high)
    separator = _break_of(f, clauses)
    made = concat(concat(nest(concat(concat(start, separator), doc), 2), separator), "end")
    return group(_forced(f, made, clauses))


def paren_clauses(f: Formatter, clauses: list[Any], low: int, high: int) -> Doc:
    """``(a -> b)`` of a type specification."""
    if len(clauses) > 1:
        doc = clauses_doc(f, clauses, low, high)
        return force_unfit(line(nest(line("(", doc), 2), ")"))
    _, meta, (arguments, body) = clauses[0]
    if not arguments:
        doc = block(f, body, line_of(meta), high)
        return group(_forced(f, concat(concat("(-> ", nest(doc, CURSOR)), ")"), clauses))
    head = arguments_doc(f, arguments, line_of(meta))
    doc = block(f, body, line_of(meta), high)
    separator = _break_of(f, clauses)
    made = concat(group(concat(opened(head), " ->")), nest(concat(separator, doc), 2))
    return group(_forced(f, in_parens(made), clauses))
