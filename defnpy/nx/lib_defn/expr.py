"""Nx.Defn.Expr."""

from __future__ import annotations

from typing import Any

from defnpy.nx import control
from defnpy.nx import expr as nodes
from defnpy.nx.dtype import normalize
from defnpy.nx.expr import TRACER
from defnpy.nx.tensor import template
from defnpy.terms.atom import Atom
from defnpy.terms.module import ex, native_module


@ex("cond/2")
def cond(clauses: Any, last: Any) -> Any:
    """``cond``: a list of ``{predicate, value}`` and the last value."""
    tests = [(0, nodes.to_expr(p)) for p, _ in clauses]
    return control.branches("nofile", tests, [*(v for _, v in clauses), last], [0] * (len(tests) + 1))


@ex("tensor/1")
def tensor(term: Any) -> Any:
    """Any tensor as an expression."""
    return nodes.to_expr(term)


@ex("metadata/2")
def metadata(term: Any, given: Any) -> Any:
    """An expression with a map of facts."""
    return nodes.metadata(term, "user", map=given)


@ex("parameter/2", "parameter/3", "parameter/4")
def parameter(*args: Any) -> Any:
    """A parameter: ``(expression, position)``, ``(tensor, context, position)`` or ``(context, type, shape, position)``."""
    if len(args) == 4:
        context, kind, shape, position = args
        return nodes.parameter(template(normalize(kind), shape), position, context)
    like, position = nodes.to_expr(args[0]), args[-1]
    return nodes.parameter(like, position, args[1] if len(args) == 3 else like.data.context)


@ex("init/1")
def init(options: Any) -> Any:
    """Backend options."""
    return options


@ex("id/0")
def new_id() -> Any:
    """A new reference."""
    from defnpy.terms.process import Reference

    return Reference()


MODULE = native_module("Nx.Defn.Expr", globals(), info={"backend": TRACER, "struct": [(Atom(name), None) for name in ("id", "op", "args", "context")]})
