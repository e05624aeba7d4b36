"""Operators: which side breaks, which operands need parentheses."""

from __future__ import annotations

from typing import Any

from defnpy.syntax.formatter.layout import (
    fitting_break,
    flat_text,
    guarded,
    in_parens,
    joined,
    operand_free,
)  # fmt: skip
from defnpy.syntax.formatter.multiline import may_open
from defnpy.syntax.formatter.state import Context, Formatter, Item
from defnpy.syntax.formatter.strings import INTEGER_START, quotes_escaped
from defnpy.syntax.formatter.tree import (
    ALIASES,
    BANG,
    BLOCK,
    CAPTURE,
    NOT,
    binary_level,
    dot_parts,
    is_call,
    is_node,
    is_pairs,
    is_wrapped,
    line_of,
)  # fmt: skip
from defnpy.syntax.terminals import UNARY
from defnpy.terms.algebra import ON_BREAK, Doc, concat, force_unfit, glue, group, line, nest, string
from defnpy.terms.atom import Atom
from defnpy.terms.names import call_text, classify

TIGHT = frozenset(("..", "//"))
ONE_LINE = frozenset(("\\\\", "in", "not in"))
PIPES = frozenset("|> ~>> <<~ ~> <~ <~> <|>".split())
LEADING = frozenset(("|", "when"))  # associate to the right and start the next line
LOGICAL = frozenset("|| ||| or && &&& and".split())
OPENING = frozenset("<- == != =~ === !== < > <= >= = ::".split())  # the right side may open on the same line
NEVER_CHAINED = frozenset(("--", "---"))
GUARDED = frozenset("<<< >>> |> <~ ~> <<~ ~>> <~> <|> in ^^^ // ++ -- +++ --- <> ..".split())
CAPTURE_LEVEL = UNARY["&"].precedence


def binary(
    f: Formatter, name: str, meta: list[Any], left: Any, right: Any, context: Context, nesting: int | None = None
) -> Doc:
    """``left name right``."""
    if name in LEADING:
        return _leading(f, name, meta, left, right, context)
    if name in PIPES:
        return _pipeline(f, name, meta, left, right, context)
    shown, name = name, "in" if name == "not in" else name
    nesting = f.operand_nesting if nesting is None else nesting
    left_doc = operand(f, left, context.operand(Context.PARENS), name, False, 2)
    right_doc = operand(f, right, context.operand(Context.OPERAND), name, True, 0)
    if name in TIGHT or name in ONE_LINE:
        sign = shown if name in TIGHT else f" {shown} "
        return concat(concat(group(left_doc), f.colored(sign, "operator")), group(right_doc))
    broken = f.broken(meta)

    def build(doc: Doc) -> Doc:
        rest = nest(glue(f.colored(" " + shown, "operator"), group(doc)), nesting, ON_BREAK)
        return concat(group(left_doc), group(force_unfit(rest) if broken else rest))

    return fitting_break(name in OPENING and not broken and may_open(f, right), right_doc, build)


def level(name: str) -> tuple[bool, int] | None:
    return (True, 190) if name == "//" else binary_level(name)


def split(term: Any) -> tuple[str, list[Any], Any, Any] | None:
    """Name, metadata and sides of a binary operator."""
    if not (is_call(term) and len(term[2]) == 2 and term[0].__class__ is Atom) or level(term[0].name) is None:
        return None
    return term[0].name, term[1], term[2][0], term[2][1]


def operand(f: Formatter, term: Any, context: Context, parent: str, right: bool, nesting: int) -> Doc:
    """One side of the operator *parent*, in parentheses where they are needed or customary."""
    if parent == "in" and not right and is_wrapped(term):
        inner = term[2][0]
        if is_call(inner) and len(inner[2]) == 1 and inner[0] in (NOT, BANG):
            return in_parens(unary(f, inner[0].name, inner[2][0], context))
    above = level(parent)
    assert above is not None
    parts = split(term)
    if parts is None:
        doc = f.doc(term, context)
        return in_parens(doc) if _open_capture(term, above, right) else doc
    name, meta, first, second = parts
    here = level(name)
    assert here is not None
    natural = above[0] == right
    if natural and name == parent and name not in NEVER_CHAINED:
        return binary(f, name, meta, first, second, context, nesting)
    doc = binary(f, name, meta, first, second, context, 2)
    clash = (
        (parent in GUARDED and name not in TIGHT)
        or (name in LOGICAL and parent in LOGICAL)
        or above[1] > here[1]
        or (above[1] == here[1] and not natural)
    )
    return in_parens(doc) if clash else doc


def _open_capture(term: Any, above: tuple[bool, int], right: bool) -> bool:
    """``&`` swallows what follows it: on the left of an operator it has to be closed."""
    if not (is_call(term) and term[0] is CAPTURE and len(term[2]) == 1) or term[2][0].__class__ is int:
        return False
    return not right or (not above[0] and above[1] > CAPTURE_LEVEL)


def _leading(f: Formatter, name: str, meta: list[Any], left: Any, right: Any, context: Context) -> Doc:
    """``a | b | c``, ``a when b``: broken lines start with the operator."""
    low = line_of(left[1] if is_node(left) else meta)
    terms = [left]
    contexts = [context.operand(Context.PARENS)]
    final, last_meta, inner = right, meta, context.operand(Context.OPERAND)
    while (parts := split(final)) is not None and parts[0] == name:
        terms.append(parts[2])
        contexts.append(inner.operand(Context.PARENS))
        last_meta, final, inner = parts[1], parts[3], inner.operand(Context.OPERAND)
    terms.append(final)
    contexts.append(inner)
    sign = name + " "
    indexes = iter(range(len(terms)))

    def item(term: Any, is_last: bool) -> Item:
        index = next(indexes)
        doc = operand(f, term, contexts[index], name, index == len(terms) - 1, 0 if index else 2)
        if index == 0:
            return Item(doc)
        doc = nest(doc, len(sign))
        return Item(concat(sign, force_unfit(doc) if on_own_lines(term) else doc))

    doc = _chain(f, terms, meta, low, line_of(last_meta), context, item)
    kept = is_pairs(right) and bool(right) and context in (Context.PARENS, Context.NO_PARENS)
    return in_parens(doc) if kept else doc


def _pipeline(f: Formatter, name: str, meta: list[Any], left: Any, right: Any, context: Context) -> Doc:
    """``a |> b |> c``: all pipes break together."""
    steps = [(name, right, context.operand(Context.OPERAND))]
    first, first_meta, inner = left, meta, context.operand(Context.PARENS)
    while (parts := split(first)) is not None and parts[0] in PIPES:
        steps.append((parts[0], parts[3], inner.operand(Context.OPERAND)))
        first_meta, first, inner = parts[1], parts[2], inner.operand(Context.PARENS)
    steps.reverse()
    low = line_of(first[1] if is_node(first) else first_meta)
    following = iter(steps)
    started = False

    def item(term: Any, is_last: bool) -> Item:
        nonlocal started
        if not started:
            started = True
            return Item(operand(f, term, inner, name, False, 2))
        sign, _, where = next(following)
        return Item(concat(sign + " ", operand(f, term, where, sign, True, 0)))

    return _chain(f, [first, *(step[1] for step in steps)], meta, low, line_of(meta), context, item)


def _chain(
    f: Formatter, terms: list[Any], meta: list[Any], low: int, high: int, context: Context, item: Any
) -> Doc:
    done: list[Item] = []
    if context is Context.NO_PARENS_ONE:
        # A comment cannot move before the first operand: it would separate it from its call.
        done, terms = [item(terms[0], False)], terms[1:]
    docs, commented = f.interleave(terms, done, low, high, item)
    if commented or f.broken(meta):
        return force_unfit(joined(docs, line))
    return joined(docs, glue)


def on_own_lines(terms: Any) -> bool:
    """Whether the source has several terms of a list, each on a line of its own."""
    if terms.__class__ is not list or not terms:
        return False
    seen: set[int] = set()
    todo = list(reversed(terms))
    while todo:
        term = todo.pop()
        if term.__class__ is list:
            if term:
                todo.append(term[0])
            continue
        node = term[0] if term.__class__ is tuple and len(term) == 2 else term
        here = line_of(node[1], -1) if is_node(node) else -1
        if here < 0:
            continue
        if here in seen:
            return False
        seen.add(here)
    return len(seen) >= 2


# ---- one operand


def unary(f: Formatter, name: str, term: Any, context: Context) -> Doc:
    doc = f.doc(term, context.operand(Context.OPERAND))
    chained = name in ("!", "not") and is_call(term) and term[0] is Atom(name) and len(term[2]) == 1
    if not chained:
        doc = guarded(doc, term)
    return concat(f.colored("not " if name == "not" else name, "operator"), doc)


def capture(f: Formatter, term: Any, context: Context) -> Doc:
    """``&1``, ``&fun/1``, ``&(&1 + 1)``."""
    if term.__class__ is int:
        return f"&{term}"
    doc = _captured(f, term, context)
    start = flat_text(doc)[:1]
    return concat("& " if start == "&" or INTEGER_START.match(start) else "&", doc)


def _captured(f: Formatter, term: Any, context: Context) -> Doc:
    parts = split(term)
    if parts is not None and parts[0] == "/" and is_wrapped(parts[3]) and parts[3][2][0].__class__ is int:
        arity, target = parts[3][2][0], parts[2]
        dotted = dot_parts(target[0]) if is_call(target) and not target[2] else None
        if dotted is not None and len(dotted) == 2 and dotted[1].__class__ is Atom:
            left = operand_free(f, dotted[0], Context.NO_PARENS)
            return concat(nest(left, 1), string(f".{call_text(dotted[1].name, quotes_escaped)}/{arity}"))
        if is_node(target) and target[2].__class__ is not list and target[0].__class__ is Atom:
            return string(f"{target[0].name}/{arity}")
    return guarded(f.doc(term, context), term)


def attribute(f: Formatter, meta: list[Any], term: Any, context: Context) -> Doc:
    """``@name``, ``@name value``."""
    from defnpy.syntax.formatter.calls import Parens, arguments

    if is_call(term) and term[0] is ALIASES and len(term[2]) > 1:
        return concat(concat("@(", f.doc(term, Context.PARENS)), ")")
    if is_call(term) and len(term[2]) == 1 and term[0].__class__ is Atom and term[0] not in (BLOCK, ALIASES):
        if classify(term[0].name) == "identifier":
            doc, wrap = arguments(f, term[2], term[1], context, Parens.UNLESS_ARGUMENT, keywords=False)
            doc = concat(string("@" + term[0].name), doc)
            return in_parens(doc) if wrap else doc
    return unary(f, "@", term, context)

