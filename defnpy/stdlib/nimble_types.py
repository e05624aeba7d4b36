"""The types of NimbleOptions: which terms name one, and what is wrong with those that do not."""

from __future__ import annotations

from typing import Any

from defnpy.terms.atom import Atom, is_atom
from defnpy.terms.inspect import inspect

NAMES = (
    "any keyword_list non_empty_keyword_list map atom integer non_neg_integer pos_integer float mfa mod_arg string boolean "
    "timeout pid reference"
).split()
BASIC = (
    ", ".join(f":{n}" for n in NAMES) + ", nil, {:fun, arity}, {:in, choices}, {:or, subtypes}, {:custom, mod, fun, args}, "
    "{:list, subtype}, {:tuple, list_of_subtypes}, {:map, key_type, value_type}, {:struct, struct_name}"
)


def check_type(term: Any) -> str | None:
    """What is wrong with a type, or None."""
    if term is None or (term.__class__ is Atom and term.name in NAMES):
        return None
    if term.__class__ is tuple and term and term[0].__class__ is Atom:
        return _check_compound(term, term[0].name)
    return _unknown(term)


def _unknown(term: Any) -> str:
    return f"unknown type {inspect(term)}.\n\nAvailable types: {BASIC}"


def _check_compound(term: Any, name: str) -> str | None:
    size = len(term)
    if name == "in" and size == 2:
        return None
    if name == "fun" and size == 2 and term[1].__class__ is int and term[1] >= 0:
        return None
    if name == "custom" and size == 4:
        fine = is_atom(term[1]) and is_atom(term[2]) and term[3].__class__ is list
        return None if fine else _unknown(term)
    if name == "struct" and size == 2:
        return None if is_atom(term[1]) else f"invalid struct_name for :struct, expected atom, got {inspect(term[1])}"
    if name == "or" and size == 2 and term[1].__class__ is list:
        return _first_problem([_nested(t) for t in term[1]], "invalid type given to :or type: ")
    if name == "list" and size == 2:
        return _first_problem([_nested(term[1])], "invalid subtype given to :list type: ")
    if name == "tuple" and size == 2 and term[1].__class__ is list:
        return _first_problem([_nested(t) for t in term[1]], "invalid subtype given to :tuple type: ")
    if name == "map" and size == 3:
        return _first_problem([check_type(term[1])], "invalid key_type for :map type: ") or _first_problem(
            [check_type(term[2])], "invalid value_type for :map type: "
        )
    return _unknown(term)


def _nested(term: Any) -> str | None:
    """A subtype, which may be ``{:keyword_list, schema}``."""
    if term.__class__ is tuple and len(term) == 2 and term[1].__class__ is list and term[0].__class__ is Atom:
        if term[0].name in ("keyword_list", "non_empty_keyword_list", "map"):
            return None
    return check_type(term)


def _first_problem(problems: list[str | None], lead: str) -> str | None:
    found = next((p for p in problems if p is not None), None)
    return None if found is None else lead + found
