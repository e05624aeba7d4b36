"""Document shapes that several constructs share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.syntax.formatter.state import Context, Formatter
from defnpy.syntax.formatter.tree import is_binary_operator, needs_parens
from defnpy.terms.algebra import (
    CONS,
    CURSOR,
    DISABLED,
    ENABLED,
    GROUP,
    INFINITY,
    NIL,
    ON_BREAK,
    Doc,
    break_,
    concat,
    format,
    glue,
    group,
    nest,
    next_break_fits,
)  # fmt: skip


def joined(docs: list[Doc], combine: Callable[[Doc, Doc], Doc]) -> Doc:
    """*docs* combined from the left."""
    made = docs[0]
    for doc in docs[1:]:
        made = combine(made, doc)
    return made


def surround(left: Doc, doc: Doc, right: Doc) -> Doc:
    """*doc* between brackets, on lines of its own when it does not fit."""
    if doc is NIL:
        return concat(left, right)
    return group(glue(nest(glue(left, "", doc), 2, ON_BREAK), "", right))


def in_parens(doc: Doc) -> Doc:
    return concat(concat("(", nest(doc, CURSOR)), ")")


def guarded(doc: Doc, term: Any) -> Doc:
    """*doc* in parentheses if *term* is an operator."""
    return in_parens(doc) if needs_parens(term) else doc


def guarded_binary(doc: Doc, term: Any) -> Doc:
    return in_parens(doc) if is_binary_operator(term) else doc


def operand_free(f: Formatter, term: Any, context: Context) -> Doc:
    """The document of *term*, in parentheses if it is an operator."""
    return guarded(f.doc(term, context), term)


def opened(doc: Doc) -> Doc:
    """A group's inside; anything else as it is."""
    return doc[1] if doc.__class__ is tuple and doc[0] is GROUP else doc


def to_last_group(doc: Doc, suffix: str) -> Doc:
    """*suffix* put into the last group of *doc*, so that it counts when that group is fitted."""
    trail = []
    while doc.__class__ is tuple and doc[0] is CONS:
        trail.append(doc[1])
        doc = doc[2]
    if doc.__class__ is tuple and doc[0] is GROUP:
        doc = (GROUP, (CONS, doc[1], suffix), doc[2])
    else:
        doc = (CONS, doc, suffix)
    for left in reversed(trail):
        doc = (CONS, left, doc)
    return doc


def fitting_break(wanted: bool, doc: Doc, build: Callable[[Doc], Doc]) -> Doc:
    """``build(doc)``, where *doc* may count as fitting up to its first break."""
    if not wanted:
        return build(doc)
    return next_break_fits(build(next_break_fits(doc, ENABLED)), DISABLED)


def flat_text(doc: Doc) -> str:
    return format(doc, INFINITY)


def commas(f: Formatter, terms: list[Any], context: Context) -> Doc:
    """*terms* with commas and breaks between them."""
    docs = [f.doc(term, context) for term in terms]
    return joined(docs, lambda left, right: glue(concat(left, ","), right))


EMPTY_BREAK = break_("")
