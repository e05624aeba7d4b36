"""Calls of host functions from a graph: ``io_call`` (``hook``) and ``runtime_call``."""

from __future__ import annotations

from typing import Any

from defnpy.nx.containers import container_map
from defnpy.nx.expr import IO_CALL, RUNTIME_CALL, Call, Expr, elements, merge_contexts, to_expr
from defnpy.nx.structure import flatten, plain, rebuild, templates
from defnpy.nx.tensor import Tensor, template
from defnpy.nx.vectors import devectorized
from defnpy.terms.atom import Atom, alias, is_atom
from defnpy.terms.errors import ArgumentError, FunctionClauseError, RuntimeError_
from defnpy.terms.function import is_function


def io_call(term: Any, name: Any, fun: Any = None) -> Any:
    """``io_call(term, name_or_fun)`` and ``io_call(term, name, fun)`` inside a trace."""
    if is_function(name, 1) and fun is None:
        fun, name = name, None
    if name is not None and (not is_atom(name) or (fun is not None and not is_function(fun, 1))):
        raise FunctionClauseError(alias("Nx.Defn.Kernel"), Atom("hook"), 3 if fun is not None else 2)
    if name is None and fun is None:
        raise FunctionClauseError(alias("Nx.Defn.Kernel"), Atom("hook"), 2)
    value = container_map(term, to_expr)
    leaves = flatten(value)
    if not leaves:
        return value
    operands = tuple(plain(t) for t in leaves)
    outs = [t.like(data=None) for t in leaves]
    call = Call(templates(container_map(value, lambda t: devectorized(t, keep_names=True))), name, fun)
    return rebuild(value, _node(IO_CALL, outs, operands, call))


def _node(op: Any, outs: list[Tensor], operands: Any, call: Call) -> list[Tensor]:
    context = merge_contexts(operands)
    shapes = tuple(template(t.type, t.full_shape) for t in outs)
    if len(outs) == 1:
        outs[0].data = Expr(op, shapes[0], operands, call, context)
        return outs
    parent = Expr(op, shapes, operands, call, context)
    made = elements(parent, [template(t.type, t.shape) for t in shapes])
    return [t.like(data=m.data) for t, m in zip(outs, made, strict=True)]


def runtime_call(output: Any, term: Any, opts: Any, fun: Any) -> Any:
    """``Nx.runtime_call/4`` inside a trace."""
    if not is_function(fun, 2):
        raise FunctionClauseError(alias("Nx"), Atom("runtime_call"), 4)
    value = container_map(term, to_expr)
    shown = templates(output)
    outs: list[Tensor] = []
    container_map(shown, lambda t: outs.append(t.like(data=None)) or t)  # type: ignore[func-returns-value]
    operands = tuple(plain(t) for t in flatten(value))
    made = _node(RUNTIME_CALL, outs, operands, Call(templates(value), None, fun, opts, shown))
    return rebuild(shown, made)


def run_io_call(call: Call, hooks: Any, tensors: list[Tensor]) -> None:
    """Call the function of an ``io_call`` on concrete tensors; *hooks* maps names to functions."""
    fun = call.fun
    if call.name is not None and hooks:
        fun = hooks.get(call.name, fun)
    if fun is not None:
        shapes = iter(tensors)
        fun(container_map(call.structure, lambda t: t.like(data=next(shapes).data)))


def run_runtime_call(call: Call, tensors: list[Tensor]) -> list[Tensor]:
    """The leaves of the result of a ``runtime_call`` on concrete tensors."""
    from defnpy.nx.containers import compatible
    from defnpy.nx.structure import concrete_leaves

    given = iter(tensors)
    result = call.fun(container_map(call.structure, lambda t: t.like(data=next(given).data)), call.opts)
    if not compatible(call.output, result):
        raise RuntimeError_("expected the runtime_call function to match the given output template")
    return concrete_leaves(result)


def active(call: Call, hooks: Any) -> bool:
    """Whether an ``io_call`` has somebody to call."""
    return call.fun is not None or (call.name is not None and bool(hooks) and call.name in hooks)


def check_hooks(hooks: Any) -> Any:
    """The ``:hooks`` option."""
    if hooks.__class__ is not dict:
        raise ArgumentError(":hooks option must be a map")
    return hooks
