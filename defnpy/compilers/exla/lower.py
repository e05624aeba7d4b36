"""From a graph to a Python function on JAX values; it works inside the caller's own jit, grad and vmap."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.experimental
import jax.numpy as jnp
import numpy as np
from jax import lax

from defnpy.compilers.exla.cast import to_type
from defnpy.compilers.exla.kernels import BLOCKS, TABLE, padded, positions
from defnpy.nx import expr as nodes
from defnpy.nx import hooks as hook_calls
from defnpy.nx.expr import Expr, Fun
from defnpy.nx.graph import Scope, real, scope
from defnpy.nx.ops.reduce import REDUCE
from defnpy.nx.ops.window import WINDOW_REDUCE
from defnpy.nx.tensor import Tensor

Values = dict[Expr, Any]


class Host:
    """Calls back into the host program: the process they belong to and the first error."""

    def __init__(self, hooks: Any = None) -> None:
        self.hooks = hooks
        self.process: Any = None
        self.error: BaseException | None = None
        self.used = False

    def run(self, function: Callable[..., Any], *values: Any) -> Any:
        """Call *function* in the process of the caller; after an error nothing runs any more."""
        from defnpy.terms import process

        if self.error is not None:
            return None
        token = process.enter(self.process) if self.process is not None else None
        try:
            return function(*values)
        except BaseException as error:  # the error is raised again when the program has ended
            self.error = error
            return None
        finally:
            if token is not None:
                process.leave(token)


def lower(graph: Any, host: Host | None = None) -> Callable[..., tuple[Any, ...]]:
    """A function from the values of the parameters to a tuple of results."""
    plan = scope(graph.outputs)
    params = [t.data for t in graph.params]
    calls = host if host is not None else Host()

    def run(*arrays: Any) -> tuple[Any, ...]:
        return tuple(_scope(plan, dict(zip(params, map(jnp.asarray, arrays), strict=True)), calls))

    return run


def _scope(plan: Scope, values: Values, host: Host) -> list[Any]:
    for e in plan.nodes:
        if e in plan.choices:
            values[e] = _choice(e, plan, values, host)
        elif e not in values:
            values[e] = _node(e, values, host)
    return [values[e] for e in plan.outputs]


def _choice(e: Expr, plan: Scope, values: Values, host: Host) -> Any:
    choice = plan.choices[e]
    test = values[choice.test] != 0

    def branch(part: Scope) -> Callable[[], Any]:
        return lambda: tuple(_scope(part, dict(values), host))

    made = lax.cond(test, branch(choice.then), branch(choice.other))
    return made if e.out.__class__ is tuple else made[0]


def function(fun: Fun, host: Host) -> Callable[..., tuple[Any, ...]]:
    """A sub-graph as a function."""
    return lower(fun, host)


def _node(e: Expr, values: Values, host: Host) -> Any:
    op = e.op
    if op is nodes.ELEM:
        return values[real(e.operands[0].data)][e.params]
    if op is nodes.TENSOR:
        return jnp.asarray(e.params.numpy())
    operands = [values[real(t.data)] for t in e.operands]
    rule = _SPECIAL.get(op)
    if rule is not None:
        return rule(e, operands, host)
    return TABLE[op](e.out, e.params, *operands)


def _while(e: Expr, state: list[Any], host: Host) -> Any:
    test, body = (function(f, host) for f in e.params)
    made = lax.while_loop(lambda s: test(*s)[0] != 0, lambda s: body(*s), tuple(state))
    return made if e.out.__class__ is tuple else made[0]


def _block(e: Expr, operands: list[Any], host: Host) -> Any:
    call = e.params
    kernel = BLOCKS.get(call.tag.module.name) if hasattr(call.tag, "module") else None
    if kernel is not None:
        return kernel(e.out, call.tag, *operands)
    made = function(call.body, host)(*operands)
    return made if e.out.__class__ is tuple else made[0]


def _tensors(e: Expr, values: Sequence[Any]) -> list[Tensor]:
    made = []
    for t, value in zip(e.operands, values, strict=True):
        out = t.data.out
        made.append(Tensor(out.type, out.shape, out.names, np.asarray(value)))
    return made


def _io_call(e: Expr, operands: list[Any], host: Host) -> Any:
    if hook_calls.active(e.params, host.hooks):
        host.used = True

        def call(*values: Any) -> None:
            host.run(lambda: hook_calls.run_io_call(e.params, host.hooks, _tensors(e, values)))

        jax.experimental.io_callback(call, None, *operands, ordered=True)
    return tuple(operands) if e.out.__class__ is tuple else operands[0]


def _runtime_call(e: Expr, operands: list[Any], host: Host) -> Any:
    host.used = True
    outs = e.out if e.out.__class__ is tuple else (e.out,)
    shapes = [jax.ShapeDtypeStruct(t.shape, t.type.numpy) for t in outs]

    def call(*values: Any) -> list[Any]:
        made = host.run(lambda: [t.numpy() for t in hook_calls.run_runtime_call(e.params, _tensors(e, values))])
        return made if made is not None else [np.zeros(s.shape, s.dtype) for s in shapes]

    made = jax.experimental.io_callback(call, shapes, *operands, ordered=True)
    return tuple(made) if e.out.__class__ is tuple else made[0]


def _fold(e: Expr, rows: Any, acc: Any, host: Host) -> Any:
    """Fold the last axis of *rows* with the function of a reduction."""
    kind = e.out.type
    fun = function(e.params["fun"], host)
    one = jax.vmap(lambda x, a: to_type(fun(x, a)[0], kind))
    start = jnp.broadcast_to(to_type(acc, kind), rows.shape[:1])
    made, _ = lax.scan(lambda so_far, x: (one(x, so_far), None), start, rows.T)
    return made.reshape(e.out.shape)


def _reduce(e: Expr, operands: list[Any], host: Host) -> Any:
    a, acc = operands
    axes = e.params["axes"]
    gone = tuple(range(a.ndim)) if axes is None else axes
    kept = [i for i in range(a.ndim) if i not in gone]
    n = int(np.prod([a.shape[i] for i in kept], dtype=int))
    return _fold(e, jnp.transpose(a, (*kept, *gone)).reshape(n, -1), acc, host)


def _window_reduce(e: Expr, operands: list[Any], host: Host) -> Any:
    a, acc = operands
    parts = positions(padded(a, e.params, acc), e.out.shape, e.params)
    return _fold(e, jnp.stack([p.reshape(-1) for p in parts], 1), acc, host)


_SPECIAL: dict[Any, Callable[..., Any]] = {
    nodes.WHILE: _while, nodes.BLOCK: _block, nodes.IO_CALL: _io_call, nodes.RUNTIME_CALL: _runtime_call, REDUCE: _reduce,
    WINDOW_REDUCE: _window_reduce,
}  # fmt: skip
