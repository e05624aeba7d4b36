"""A graph as a Python function on JAX values, for use under ``jax.jit``, ``grad`` and ``vmap``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from defnpy.compilers.exla import callbacks
from defnpy.compilers.exla.checks import CHECKS
from defnpy.compilers.exla.kernels import BLOCKS, TABLE
from defnpy.compilers.exla.kernels.elementwise import truth
from defnpy.compilers.exla.types import any_wide, x64
from defnpy.nx import expr as nodes
from defnpy.nx import hooks as hook_calls
from defnpy.nx import memory
from defnpy.nx.convert import scalar_array
from defnpy.nx.expr import Expr, Fun
from defnpy.nx.graph import Choice, Scope, real, scope
from defnpy.nx.ops import BY_NAME
from defnpy.nx.ops.create import CONSTANT
from defnpy.nx.tensor import Tensor
from defnpy.terms.errors import ArgumentError

Values = dict[Expr, Any]
# Operations whose constant operands count as numbers of the type of the result.
_NUMBERS = frozenset(
    BY_NAME[n]
    for n in (
        "add", "subtract", "multiply", "divide", "min", "max", "atan2", "bitwise_and", "bitwise_or", "bitwise_xor", "exp", "expm1",
        "log", "log1p", "cos", "sin", "tan", "cosh", "sinh", "tanh", "acosh", "asinh", "atanh", "acos", "asin", "atan", "sqrt",
        "negate", "sign", "sigmoid",
    )
)  # fmt: skip


def _number(e: Expr, array: Any, kind: Any) -> Any:
    """A constant as a scalar of type *kind*, anything else as it is."""
    return scalar_array(e.params["value"], kind) if e.op is CONSTANT else array


def lower(graph: Any, hooks: Any = None) -> Callable[..., tuple[Any, ...]]:
    """A function from arrays in the order of ``graph.params`` to a tuple of arrays in the order of ``graph.outputs``.

    Hooks run with the context variables of whoever called :func:`lower`.
    """
    caller = callbacks.Caller()
    return function(graph, hooks, lambda: caller)


def function(graph: Any, hooks: Any, caller: Callable[[], Any]) -> Callable[..., tuple[Any, ...]]:
    """As :func:`lower`; *caller* tells, while the program is traced, on whose behalf host functions are called."""
    plan = scope(graph.outputs)
    params = [t.data for t in graph.params]

    def run(*arrays: Any) -> tuple[Any, ...]:
        values = dict(zip(params, arrays, strict=True))
        return tuple(Lowering(hooks, caller()).scope(plan, values))

    if not needs_x64(graph):
        return run

    def run_wide(*arrays: Any) -> tuple[Any, ...]:
        with x64():
            return run(*arrays)

    return run_wide


class Lowering:
    """One walk over a graph."""

    def __init__(self, hooks: Any, caller: Any) -> None:
        self.hooks = hooks
        self.caller = caller
        # In how many branches and loops we are: operands known beforehand are checked where they are used for sure.
        self.depth = 0

    def call(self, fun: Fun, arrays: Sequence[Any]) -> list[Any]:
        """The outputs of a sub-graph."""
        return self.scope(scope(fun.outputs), {p.data: a for p, a in zip(fun.params, arrays, strict=True)})

    def scope(self, plan: Scope, values: Values) -> list[Any]:
        """The outputs of a scope; the values of its nodes are added to *values*."""
        for e in plan.nodes:
            if e in plan.choices:
                values[e] = self.choice(e, plan.choices[e], values)
            elif e not in values:
                values[e] = self.node(e, values)
        return [values[e] for e in plan.outputs]

    def node(self, e: Expr, values: Values) -> Any:
        """The value of a node whose operands are known."""
        op = e.op
        if op is nodes.ELEM:
            return values[real(e.operands[0].data)][e.params]
        if op is nodes.TENSOR:
            return array_of(e.params)
        operands = [values[real(t.data)] for t in e.operands]
        if op in _NUMBERS and e.out.type.exact:
            operands = [_number(real(t.data), a, e.out.type) for t, a in zip(e.operands, operands, strict=True)]
        kernel = TABLE.get(op)
        if kernel is not None:
            check = CHECKS.get(op)
            if check is not None and not self.depth and operands[1].__class__ in (np.ndarray, np.generic):
                check(e.out, e.params, operands)
            return kernel(e.out, self.params(e), *operands)
        made = self.special(e, operands)
        return made if e.out.__class__ is tuple else made[0]

    def params(self, e: Expr) -> Any:
        """The params of a node, with a sub-graph as a function of scalars."""
        params = e.params
        if params.__class__ is dict and params.get("fun").__class__ is Fun:
            body = params["fun"]
            return {**params, "fun": lambda x, acc: self.call(body, (x, acc))[0]}
        return params

    def special(self, e: Expr, operands: list[Any]) -> Sequence[Any]:
        """The values of a node that is no primitive."""
        op = e.op
        if op is nodes.WHILE:
            return self.loop(e, operands)
        if op is nodes.BLOCK:
            return self.block(e, operands)
        if op is nodes.IO_CALL:
            if hook_calls.active(e.params, self.hooks):
                callbacks.io_call(e, self.hooks, self.caller, operands)
            return operands
        if op is nodes.RUNTIME_CALL:
            return callbacks.runtime_call(e, self.caller, operands)
        raise ArgumentError(f"EXLA has no lowering for {op.name}; use the evaluator (compiler: Nx.Defn.Evaluator)")

    def loop(self, e: Expr, state: list[Any]) -> Sequence[Any]:
        """``while``."""
        test, body = e.params
        start = tuple(jnp.asarray(a) for a in state)
        self.depth += 1
        made = lax.while_loop(
            lambda s: truth(self.call(test, s)[0]),
            lambda s: tuple(jnp.asarray(a) for a in self.call(body, s)),
            start,
        )
        self.depth -= 1
        return made

    def block(self, e: Expr, operands: list[Any]) -> Sequence[Any]:
        """A block: its kernel if there is one, else its composition."""
        kernel = block_kernel(e.params.tag)
        if kernel is None:
            return self.call(e.params.body, operands)
        made = kernel(e.out, e.params.tag, *operands)
        return made if e.out.__class__ is tuple else (made,)

    def choice(self, e: Expr, choice: Choice, values: Values) -> Any:
        """``cond`` with one predicate."""
        outs = e.out if e.out.__class__ is tuple else (e.out,)

        def branch(plan: Scope) -> Callable[[], tuple[Any, ...]]:
            def run() -> tuple[Any, ...]:
                own = [one for one in plan.nodes if one not in values]
                self.depth += 1
                made = self.scope(plan, values)
                self.depth -= 1
                # What belongs to this branch means nothing outside of it.
                for one in own:
                    values.pop(one, None)
                return tuple(jnp.asarray(a, t.type.numpy) for a, t in zip(made, outs, strict=True))

            return run

        made = lax.cond(truth(values[choice.test]), branch(choice.then), branch(choice.other))
        return made if e.out.__class__ is tuple else made[0]


def block_kernel(tag: Any) -> Callable[..., Any] | None:
    """The kernel of a block."""
    return BLOCKS.get(tag.module.name) if hasattr(tag, "module") else None


def array_of(t: Tensor) -> Any:
    """The data of a concrete tensor, where it is."""
    data = t.data
    if data.__class__ is np.ndarray:
        return data
    array = getattr(data, "array", None)
    return array if array is not None else t.numpy()


def nodes_of(graph: Any) -> Iterator[Expr]:
    """Every node of a graph, sub-graphs included."""
    seen: set[Expr] = set()
    stack = [t.data for t in (*graph.params, *graph.outputs)]
    while stack:
        e = stack.pop()
        if e in seen:
            continue
        seen.add(e)
        yield e
        stack.extend(t.data for t in e.operands)
        for fun in _functions(e):
            stack.extend(t.data for t in fun.outputs)


def needs_x64(graph: Any) -> bool:
    """Whether a node has a 64-bit type."""
    return any(any_wide((e.out,)) for e in nodes_of(graph))


def has_large(graph: Any) -> bool:
    """Whether a node is so large that its program must be measured before it runs."""
    return any(memory.is_large(e.out) for e in nodes_of(graph))


def _functions(e: Expr) -> Sequence[Fun]:
    if e.op is nodes.WHILE:
        return e.params
    if e.op is nodes.BLOCK:
        return () if block_kernel(e.params.tag) else (e.params.body,)
    if e.params.__class__ is dict and e.params.get("fun").__class__ is Fun:
        return (e.params["fun"],)
    return ()


def has_calls(graph: Any, hooks: Any) -> bool:
    """Whether running the graph calls functions of the host."""
    return any(e.op is nodes.RUNTIME_CALL or (e.op is nodes.IO_CALL and hook_calls.active(e.params, hooks)) for e in nodes_of(graph))
