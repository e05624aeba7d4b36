"""Lists, tuples, maps, structs, and the sequences inside all brackets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.syntax.formatter.layout import guarded_binary, joined, surround, to_last_group
from defnpy.syntax.formatter.state import Context, Formatter, Item
from defnpy.syntax.formatter.tree import BAR, closing_line, is_call, line_of
from defnpy.terms.algebra import (
    NIL,
    Doc,
    concat,
    flex_glue,
    force_unfit,
    glue,
    group,
    line,
    nest,
    next_break_fits,
)  # fmt: skip


def sequence(
    f: Formatter,
    terms: list[Any],
    meta: list[Any],
    join: str,
    make: Callable[[Any], Doc],
    *,
    bare: bool = False,
    last: str = "",
) -> tuple[Doc, str]:
    """*terms* with commas and the comments among them, and how they were joined: ``line``, ``break`` or ``flex``.

    *bare*: no bracket stands before the first term. *last* is ``comma`` (one more follows) or ``fits`` (the last
    term may break while the others stay on the line).
    """

    def item(term: Any, is_last: bool) -> Item:
        doc = make(term)
        if not is_last or last == "comma":
            doc = to_last_group(doc, ",")
        elif last == "fits":
            doc = next_break_fits(doc)
        return Item(doc)

    done: list[Item] = []
    rest = terms
    if bare and terms:
        # There is no place for a comment before the first argument.
        done = [item(terms[0], len(terms) == 1)]
        rest = terms[1:]
    docs, commented = f.interleave(rest, done, line_of(meta), closing_line(meta), item)
    if not docs:
        return NIL, "empty"
    if join == "line" or commented:
        return force_unfit(joined(docs, line)), "line"
    return joined(docs, glue if join == "break" else flex_glue), join


def _elements(f: Formatter, terms: list[Any], meta: list[Any], join: str) -> tuple[Doc, str]:
    return sequence(
        f, terms, meta, "line" if f.broken(meta) else join, lambda term: f.doc(term, Context.PARENS)
    )


def list_doc(f: Formatter, meta: list[Any], terms: list[Any]) -> Doc:
    docs, _ = _elements(f, terms, meta, "break")
    return surround(f.colored("[", "list"), docs, f.colored("]", "list"))


def tuple_doc(f: Formatter, meta: list[Any], terms: list[Any], join: str = "flex") -> Doc:
    docs, join = _elements(f, terms, meta, join)
    opening, closing = f.colored("{", "tuple"), f.colored("}", "tuple")
    if join == "flex":
        return group(concat(nest(concat(opening, docs), 1), closing))
    return surround(opening, docs, closing)


def map_doc(f: Formatter, meta: list[Any], name: Doc, terms: list[Any]) -> Doc:
    if len(terms) == 1 and is_call(terms[0]) and terms[0][0] is BAR and len(terms[0][2]) == 2:
        source, pairs = terms[0][2]
        left = guarded_binary(f.doc(source, Context.PARENS), source)
        right, _ = _elements(f, pairs, meta, "break")
        docs = glue(left, concat("| ", nest(right, 2)))
    else:
        docs, _ = _elements(f, terms, meta, "break")
    opening = f.colored(concat(concat("%", name), "{"), "map")
    return surround(opening, docs, f.colored("}", "map"))
