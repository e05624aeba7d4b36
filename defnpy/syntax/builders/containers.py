"""Builders of lists, tuples, bitstrings, maps and structs."""

from __future__ import annotations

from typing import Any

from defnpy.syntax.builders.blocks import list_more
from defnpy.syntax.builders.nodes import Assoc, Keywords, Places, Refused, Run, Values, meta_at, plain, plain_arguments, syntax_error
from defnpy.syntax.builders.operators import build_unary, fold_run
from defnpy.syntax.terminals import BINARY, quoted_name
from defnpy.terms.atom import Atom, atom_name

BAR = Atom("|")
_TUPLE = Atom("{}")
_MAP = Atom("%{}")
_STRUCT = Atom("%")
_BITS = Atom("<<>>")
_CAPTURE = Atom("&")
_ASSOC = Atom("assoc")
_BAR_LEVEL = BINARY["|"].precedence


def container_kw(v: Values, p: Places) -> Any:
    return Keywords(v[-1], len(v[-1]))


def container_more_kw(v: Values, p: Places) -> Any:
    return Keywords([*v[-3], *v[-1]], len(v[-1]))


def elements(items: list[Any]) -> list[Any]:
    """Elements of a tuple or bitstring: a keyword tail is one list."""
    if items.__class__ is Keywords:
        tail = items.tail
        return [*plain_arguments(items[: len(items) - tail]), items[len(items) - tail :]]
    return plain_arguments(items)


def list_empty(v: Values, p: Places) -> Any:
    return []


def list_(v: Values, p: Places) -> Any:
    return plain_arguments(v[-2] if v[-2].__class__ is list else list(v[-2]))


def tuple_empty(v: Values, p: Places) -> Any:
    return (_TUPLE, meta_at(p[-2]), [])


def _refuse_keywords(items: Any, where: str, opening: str, place: int) -> None:
    if items.__class__ is Keywords and items.tail == len(items):
        raise syntax_error(
            f"unexpected keyword list inside {where}. Did you mean to write a map (using %{{...}}) or a list (using [...]) instead? "
            f"Syntax error after: {opening}", place,
        )  # fmt: skip


def tuple_(v: Values, p: Places) -> Any:
    _refuse_keywords(v[-2], "tuple", "'{'", p[-3])
    items = elements(v[-2])
    if len(items) == 2:
        return (items[0], items[1])
    return (_TUPLE, meta_at(p[-3]), items)


def bitstring_empty(v: Values, p: Places) -> Any:
    return (_BITS, meta_at(p[-2]), [])


def bitstring(v: Values, p: Places) -> Any:
    _refuse_keywords(v[-2], "bitstring", "'<<'", p[-3])
    return (_BITS, meta_at(p[-3]), elements(v[-2]))


def assoc(v: Values, p: Places) -> Any:
    return Assoc((v[-3], plain(v[-1]), 0))


def entry(v: Values, p: Places) -> Any:
    """An element of a map that is no pair (the work of ``unquote_splicing``): an operand, maybe after ``map |``."""
    run = v[-1]
    if run.__class__ is not Run:
        return run
    first, _, unary = run.operators[0]
    is_update = first.atom is BAR and not unary
    if any(not unary or operator.atom is _CAPTURE for operator, _, unary in run.operators[is_update:]):
        raise Refused
    return run if is_update else fold_run(run)


def list_more_assoc(v: Values, p: Places) -> Any:
    if v[-1].__class__ is Run:
        raise Refused
    return list_more(v, p)


def update_kw(v: Values, p: Places) -> Any:
    left = v[-3]
    if left.__class__ is Run:
        if any(operator.precedence <= _BAR_LEVEL for operator, _, _ in left.operators):
            # The | would belong to that operator's right side, and keywords cannot stand there.
            raise syntax_error(f"syntax error before: {quoted_name(atom_name(v[-1][0][0]))}", p[-1])
        left = fold_run(left)
    return [(BAR, v[-2].meta(p[-2]), [plain(left), v[-1]])]


def _pair_of(entry: Any) -> Any:
    if entry.__class__ is not Assoc:
        return plain(entry)
    key, value, place = entry
    key = plain(fold_run(key)) if key.__class__ is Run else plain(key)
    if place and key.__class__ is tuple and len(key) == 3:
        key = (key[0], [(_ASSOC, meta_at(place)), *key[1]], key[2])
    return (key, value)


def map_entries(items: list[Any]) -> list[Any]:
    if not items:
        return items
    head = items[0]
    run = head[0] if head.__class__ is Assoc else head
    if run.__class__ is Run and run.operators and run.operators[0][0].atom is BAR and not run.operators[0][2]:
        operator, place, _ = run.operators[0]
        right = plain(fold_run(Run(run.operands[1:], run.operators[1:])))
        first = Assoc((right, *head[1:])) if head.__class__ is Assoc else right
        pairs = [_pair_of(item) for item in (first, *items[1:])]
        return [(BAR, operator.meta(place), [plain(run.operands[0]), pairs])]
    return [_pair_of(item) for item in items]


def map_(v: Values, p: Places) -> Any:
    return (_MAP, meta_at(p[-3]), map_entries(v[-2]))


def struct(v: Values, p: Places) -> Any:
    inner = (_MAP, meta_at(p[-3]), map_entries(v[-2]))
    return (_STRUCT, meta_at(p[-5]), [plain(v[-4]), inner])


def sname_unary(v: Values, p: Places) -> Any:
    if v[-2].atom is _CAPTURE:
        raise syntax_error("syntax error before: '&'", p[-2])
    return build_unary(v[-2].atom, p[-2], v[-1])
