"""Calls: arguments, keywords at their end, do-blocks."""

from __future__ import annotations

from enum import Enum
from typing import Any

from defnpy.syntax.formatter.clauses import body_doc
from defnpy.syntax.formatter.containers import sequence, tuple_doc
from defnpy.syntax.formatter.layout import in_parens, opened, operand_free, surround
from defnpy.syntax.formatter.multiline import may_open
from defnpy.syntax.formatter.operators import on_own_lines
from defnpy.syntax.formatter.state import Context, Formatter
from defnpy.syntax.formatter.strings import quotes_escaped
from defnpy.syntax.formatter.tree import (
    ALIASES,
    CLOSING,
    DO,
    FN,
    GENERATOR,
    MODULE,
    TUPLE,
    dot_parts,
    end_line,
    is_call,
    is_node,
    is_pairs,
    is_wrapped,
    line_of,
    look,
)  # fmt: skip
from defnpy.terms.algebra import (
    CURSOR,
    DISABLED,
    INHERIT,
    NIL,
    ON_BREAK,
    Doc,
    break_,
    concat,
    force_unfit,
    group,
    line,
    nest,
    next_break_fits,
    string,
)  # fmt: skip
from defnpy.terms.atom import Atom, atom_name, is_atom
from defnpy.terms.names import call_text

SECTIONS = ("rescue", "catch", "else", "after")


class Parens(Enum):
    """When the parentheses of a call may be left out."""

    UNLESS_ARGUMENT = 1  # wherever the call is no argument of another
    IF_ONLY_BLOCK = 2  # when a do-block is the only argument
    IF_BLOCK = 3  # when there is a do-block
    NEVER = 4


def local(f: Formatter, name: str, meta: list[Any], args: list[Any], context: Context) -> Doc:
    """``name(args)``."""
    if look(meta, CLOSING).__class__ is list:
        parens = Parens.IF_ONLY_BLOCK
    elif f.settings.bare(name, len(args)):
        parens = Parens.UNLESS_ARGUMENT
    else:
        parens = Parens.IF_BLOCK
    return _call(f, f.colored(string(name), "call"), args, meta, context, parens)


def remote(f: Formatter, form: Any, meta: list[Any], args: list[Any], context: Context) -> Doc:
    """``left.name(args)``, ``fun.(args)``, ``left.{args}``, ``call(a)(b)``."""
    parts = dot_parts(form)
    if parts is None or (len(parts) == 2 and not is_atom(parts[1])) or len(parts) > 2:
        return _call(f, f.doc(form, Context.NO_PARENS), args, meta, context, Parens.NEVER)
    target = target_doc(f, parts[0])
    if len(parts) == 1:
        # Without its parentheses the call of a function would read as the call of a name.
        return _call(f, concat(target, "."), args, meta, context, Parens.NEVER)
    if parts[1] is TUPLE:
        return concat(concat(target, "."), tuple_doc(f, meta, args, "break"))
    name = f.colored(string(call_text(atom_name(parts[1]), quotes_escaped)), "call")
    head = concat(concat(target, "."), name)
    if not args and not _is_module(parts[0]) and look(meta, CLOSING).__class__ is not list:
        return head
    return _call(f, head, args, meta, context, Parens.IF_BLOCK)


def target_doc(f: Formatter, term: Any) -> Doc:
    """What stands before a dot or a bracket."""
    if is_call(term) and term[0] is FN:
        return in_parens(f.doc(term, Context.NO_PARENS))
    return operand_free(f, term, Context.NO_PARENS)


def _is_module(term: Any) -> bool:
    if is_wrapped(term):
        return is_atom(term[2][0])
    return is_node(term) and (term[0] is ALIASES or (term[0] is MODULE and term[2].__class__ is not list))


def _call(f: Formatter, head: Doc, args: list[Any], meta: list[Any], context: Context, parens: Parens) -> Doc:
    doc, wrap = arguments(f, args, meta, context, parens)
    doc = concat(head, doc)
    return in_parens(doc) if wrap else doc


def arguments(
    f: Formatter, args: list[Any], meta: list[Any], context: Context, parens: Parens, keywords: bool = True
) -> tuple[Doc, bool]:
    """The arguments with their brackets and blocks; whether the whole call has to be put in parentheses.

    *keywords*: a list of pairs in brackets at the end may lose them.
    """
    if not args:
        docs, _ = sequence(f, [], meta, "break", lambda term: term)
        return surround("(", docs, ")"), False
    sections = do_sections(f, meta, args[-1])
    if sections is None:
        bare = parens is Parens.UNLESS_ARGUMENT and context in (
            Context.BLOCK, Context.OPERAND, Context.NO_PARENS_ONE, Context.PARENS_ONE,
        )  # fmt: skip
        return _plain(f, meta, args, bare, keywords, NIL), False
    if len(args) > 1:
        bare = parens not in (Parens.NEVER, Parens.IF_ONLY_BLOCK)
        head = _plain(f, meta, args[:-1], bare, keywords, " do")
    else:
        head = "() do" if parens is Parens.NEVER else " do"
    doc = force_unfit(line(concat(head, _sections(f, sections)), "end"))
    return doc, context in (Context.NO_PARENS, Context.NO_PARENS_ONE)


# ---- do-blocks


def do_sections(f: Formatter, meta: list[Any], last: Any) -> list[tuple[str, int, int, Any]] | None:
    """Name, first and last line, and body of each section; None when the arguments end in no do-block."""
    if not is_pairs(last) or not last:
        return None
    keys = [key[2][0] if is_wrapped(key) else None for key, _ in last]
    if keys[0] is not DO:
        return None
    if look(meta, DO).__class__ is not list and not (
        f.settings.force_do_end_blocks and all(key.__class__ is Atom and key.name in SECTIONS for key in keys[1:])
    ):
        return None
    starts = [line_of(key[1]) if is_node(key) else line_of([]) for key, _ in last]
    ends = [*starts[1:], end_line(meta)]
    return [
        (atom_name(key), start, end, body) for key, start, end, (_, body) in zip(keys, starts, ends, last)
    ]


def _sections(f: Formatter, sections: list[tuple[str, int, int, Any]]) -> Doc:
    made: Doc = NIL
    for index, (name, start, end, body) in enumerate(sections):
        head = name if index else NIL
        inner = body_doc(f, body, start, end)
        doc = head if inner is NIL else nest(line(head, inner), 2)
        made = line(made, doc) if index else doc
    return made


# ---- arguments


def _last_keywords(f: Formatter, last: Any, unwrap: bool, bare: bool) -> tuple[bool, Any]:
    """Whether the last argument is printed as keywords without brackets, and what is then printed."""
    if last.__class__ is list and last:
        return is_pairs(last), last
    if not unwrap or not is_wrapped(last):
        return False, last
    pairs = last[2][0]
    if not (pairs.__class__ is list and pairs and is_pairs(pairs)):
        return False, last
    if bare:
        # A comment between the bracket and the first key would have no place without the bracket.
        opening = line_of(last[1])
        first = line_of(pairs[0][0][1]) if is_node(pairs[0][0]) else opening
        comment = next((c for c in f.comments[f.next :] if c.line > opening), None)
        if comment is not None and comment.line <= first:
            return False, last
    return True, pairs


def _plain(f: Formatter, meta: list[Any], args: list[Any], bare: bool, unwrap: bool, extra: Doc) -> Doc:
    """Arguments and keywords, with parentheses unless *bare*; *extra* follows them."""
    left, right = args[:-1], args[-1]
    keywords, right = _last_keywords(f, right, unwrap, bare)
    if left or keywords:
        context = Context.NO_PARENS if bare else Context.PARENS
    else:
        context = Context.NO_PARENS_ONE if bare else Context.PARENS_ONE
    terms = [*left, *right] if keywords else args
    broken = len(terms) > 1 and f.broken(meta)
    generators = any(is_call(term) and term[0] is GENERATOR and len(term[2]) == 2 for term in terms)
    apart = bool(left) and keywords and not generators
    if apart:
        docs, opens = _apart(f, meta, left, right, bare, broken, context), True
    else:
        docs, opens = _together(f, meta, terms, right, bare, broken, context)
    if apart and bare:
        doc = group(concat(nest(concat(" ", docs), 2), extra))
    elif bare:
        doc = group(concat(concat(" ", docs), extra))
    else:
        doc = group(concat(concat(nest(concat("(", break_("")), 2, ON_BREAK), docs), extra))
    return next_break_fits(doc, DISABLED) if opens else doc


def _together(
    f: Formatter, meta: list[Any], terms: list[Any], last: Any, bare: bool, broken: bool, context: Context
) -> tuple[Doc, bool]:
    """All arguments in one group; whether the last may open on the line."""
    join = "line" if broken or (len(terms) > 1 and on_own_lines(terms)) else "break"
    opens = join == "break" and may_open(f, last)
    docs, _ = sequence(
        f, terms, meta, join, lambda term: f.doc(term, context), bare=bare, last="fits" if opens else ""
    )
    docs = opened(docs)
    if bare:
        return nest(docs, CURSOR, ON_BREAK), opens
    return concat(concat(nest(docs, 2, ON_BREAK), break_("")), ")"), opens


def _apart(
    f: Formatter, meta: list[Any], left: list[Any], right: list[Any], bare: bool, broken: bool, context: Context
) -> Doc:
    """Keywords may break while the arguments before them stay on the line."""

    def make(term: Any) -> Doc:
        return f.doc(term, context)

    here = [entry for entry in meta if entry[0] is not CLOSING]
    join = "line" if broken or (len(left) > 1 and on_own_lines(left)) else "break"
    left_doc, _ = sequence(f, left, here, join, make, bare=bare, last="comma")
    alone = len(right) > 1 and on_own_lines(right)
    join = "line" if broken or alone or on_own_lines([*left, *right]) else "break"
    right_doc, _ = sequence(f, right, meta, join, make)
    right_doc = concat(line() if join == "line" else break_(), right_doc)
    if bare:
        return nest(concat(left_doc, next_break_fits(group(right_doc, INHERIT))), CURSOR, ON_BREAK)
    closed = concat(concat(nest(right_doc, 2, ON_BREAK), break_("")), ")")
    return concat(nest(left_doc, 2, ON_BREAK), next_break_fits(group(closed, INHERIT)))

