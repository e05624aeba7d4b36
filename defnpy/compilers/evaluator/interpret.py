"""A graph run operation by operation on whatever backend holds the inputs."""

from __future__ import annotations

from typing import Any

from defnpy.nx import backend as backends
from defnpy.nx import expr as nodes
from defnpy.nx import hooks as hook_calls
from defnpy.nx.dispatch import block as dispatch_block
from defnpy.nx.dispatch import run as dispatch
from defnpy.nx.expr import Expr, Fun
from defnpy.nx.graph import Scope, real, scope
from defnpy.nx.ops.create import CONSTANT, EYE, IOTA
from defnpy.nx.tensor import Tensor, template

Values = dict[Expr, Any]


def interpret(fun: Fun | Any, tensors: list[Tensor], hooks: Any) -> list[Tensor]:
    """The outputs of a graph or sub-graph for concrete *tensors*."""
    values: Values = {p.data: t for p, t in zip(fun.params, tensors, strict=True)}
    plan = scope(fun.outputs)
    return _scope(plan, values, hooks)


def _scope(plan: Scope, values: Values, hooks: Any) -> list[Tensor]:
    for e in plan.nodes:
        if e in plan.choices:
            choice = plan.choices[e]
            taken = choice.then if bool(values[choice.test].numpy()) else choice.other
            made = _scope(taken, values, hooks)
            values[e] = tuple(made) if e.out.__class__ is tuple else made[0]
        elif e not in values:
            values[e] = _node(e, values, hooks)
    return [values[e] for e in plan.outputs]


def _fresh(out: Any) -> Any:
    return tuple(template(t.type, t.shape) for t in out) if out.__class__ is tuple else template(out.type, out.shape)


def _node(e: Expr, values: Values, hooks: Any) -> Any:
    op = e.op
    operands = [_plain(values[real(t.data)], t) for t in e.operands] if op is not nodes.ELEM else []
    if op is nodes.ELEM:
        return values[real(e.operands[0].data)][e.params]
    if op is nodes.TENSOR:
        return e.params
    if op in (CONSTANT, IOTA, EYE):
        return backends.default().run(op, _fresh(e.out), (), e.params)
    if op is nodes.WHILE:
        return _while(e, operands, hooks)
    if op is nodes.IO_CALL:
        if hook_calls.active(e.params, hooks):
            hook_calls.run_io_call(e.params, hooks, operands)
        return tuple(operands) if e.out.__class__ is tuple else operands[0]
    if op is nodes.RUNTIME_CALL:
        made = hook_calls.run_runtime_call(e.params, operands)
        return tuple(made) if e.out.__class__ is tuple else made[0]
    if op is nodes.BLOCK:
        return _block(e, operands, hooks)
    params = e.params
    if params.__class__ is dict and params.get("fun").__class__ is Fun:
        body = params["fun"]
        params = {**params, "acc": operands[1], "fun": lambda x, acc: interpret(body, [x, acc], hooks)[0]}
    return dispatch(op, _fresh(e.out), tuple(operands), params)


def _block(e: Expr, operands: list[Tensor], hooks: Any) -> Any:
    """The backend's own way for a block, or its composition."""

    def default(*tensors: Tensor) -> Any:
        made = interpret(e.params.body, list(tensors), hooks)
        return tuple(made) if e.out.__class__ is tuple else made[0]

    return dispatch_block(e.params.tag, _fresh(e.out), operands, default)


def _plain(value: Tensor, t: Tensor) -> Tensor:
    return value if not value.vectorized_axes else value.like(shape=value.full_shape, vectorized_axes=(), names=(None,) * len(value.full_shape))


def _while(e: Expr, state: list[Tensor], hooks: Any) -> Any:
    test, body = e.params
    while bool(interpret(test, state, hooks)[0].numpy()):
        state = interpret(body, state, hooks)
    return tuple(state) if e.out.__class__ is tuple else state[0]
