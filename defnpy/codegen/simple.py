"""Which nodes become one Python expression without statements."""

from __future__ import annotations

from typing import Any

from defnpy.codegen.loops import reduction
from defnpy.expand.env import Var
from defnpy.terms.atom import Atom

SIMPLE_FORMS = frozenset(Atom(n) for n in ("{}", "%{}", "%", "<<>>", "%if", "%and", "%or", "%&&", "%||", "%!", "%const", "%field", "%range",
                                            "%rt", "&", "%local_capture", "%super", "|", "%stacktrace"))
_STATEMENT_FORMS = frozenset(Atom(n) for n in ("=", "case", "cond", "try", "receive", "with", "for", "__block__", "%defmodule"))
_FN = Atom("fn")
MAX_NESTING = 25


def is_simple(node: Any, depth: int = 0) -> bool:
    """Whether :meth:`Emitter.expr` emits no statement for *node*."""
    if depth > MAX_NESTING:
        return False
    kind = node.__class__
    if kind is tuple:
        if len(node) == 2:
            return is_simple(node[0], depth + 1) and is_simple(node[1], depth + 1)
        form, _, args = node
        if args.__class__ is Var:
            return True
        if form.__class__ is tuple:
            if reduction(node) is not None:
                return False
            return all(is_simple(p, depth + 1) for p in form[2]) and all(is_simple(a, depth + 1) for a in args)
        if form in _STATEMENT_FORMS:
            return False
        if form is _FN:
            return _simple_fn(args, depth)
        if form.name == "<<>>":
            return all(is_simple(v, depth + 1) and (s.size is None or is_simple(s.size, depth + 1)) for v, s in args)
        if form.name == "%const":
            return True
        return all(is_simple(a, depth + 1) for a in args)
    if kind is list:
        return all(is_simple(a, depth + 1) for a in node)
    return True


def _simple_fn(clauses: Any, depth: int) -> bool:
    if len(clauses) != 1 or clauses[0].guards:
        return False
    clause = clauses[0]
    plain = all(p.__class__ is tuple and len(p) == 3 and (p[2].__class__ is Var or p[0] is Atom("_")) for p in clause.patterns)
    return plain and is_simple(clause.body, depth + 1)
