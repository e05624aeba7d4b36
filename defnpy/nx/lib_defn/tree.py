"""Nx.Defn.Tree: walks over expressions."""

from __future__ import annotations

from typing import Any

from defnpy.nx import expr as nodes
from defnpy.nx.arguments import arguments, with_operands
from defnpy.nx.expr import Expr
from defnpy.nx.graph import scope
from defnpy.nx.ops.create import CONSTANT
from defnpy.nx.structure import flatten
from defnpy.nx.tensor import Tensor
from defnpy.terms import map as maps
from defnpy.terms.atom import Atom
from defnpy.terms.module import ex, native_module


@ex("scope_ids/1", "scope_ids/2")
def scope_ids(term: Any, ids: Any = None) -> dict[Any, Any]:
    """The nodes of the outermost scope: their operations by id."""
    found = dict(ids or {})
    for e in scope(flatten(term)).nodes:
        if e.op is not CONSTANT:
            found[maps.key(e.id)] = Atom(e.op.name)
    return found


@ex("apply_args/3", "apply_args/4")
def apply_args(t: Tensor, kind_or_acc: Any, acc_or_fun: Any, fun: Any = None) -> Any:
    """*fun* on every tensor among the arguments of a node, with an accumulator."""
    acc = kind_or_acc if fun is None else acc_or_fun
    call = acc_or_fun if fun is None else fun

    def walk(term: Any, so_far: Any) -> tuple[Any, Any]:
        if term.__class__ is Tensor and term.data.__class__ is Expr:
            return call(term, so_far)
        if term.__class__ in (list, tuple):
            made = []
            for one in term:
                new, so_far = walk(one, so_far)
                made.append(new)
            return term.__class__(made), so_far
        return term, so_far

    made, acc = walk(arguments(t.data), acc)
    return made, acc


@ex("put_args/2")
def put_args(t: Tensor, args: Any) -> Tensor:
    """The operation of *t* on other arguments, as a new node."""
    operands: list[Tensor] = []

    def collect(term: Any) -> None:
        if term.__class__ is Tensor:
            operands.append(nodes.to_expr(term))
        elif term.__class__ in (list, tuple):
            for one in term:
                collect(one)

    for term in args:
        collect(term)
    return t.like(data=with_operands(t.data, tuple(operands)).data)


@ex("has_hooks?/2")
def has_hooks_q(term: Any, hooks: Any) -> bool:
    """Whether some ``io_call`` has a function to call."""
    from defnpy.nx.hooks import active

    return any(e.op is nodes.IO_CALL and active(e.params, hooks) for e in scope(flatten(term)).nodes)


MODULE = native_module("Nx.Defn.Tree", globals())
