"""Running a function once with expression tensors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from defnpy.nx import backend as backends
from defnpy.nx.containers import container_map, lazy_traverse
from defnpy.nx.expr import EXPR, ROOT, Fun, is_static, parameter, to_expr
from defnpy.nx.structure import flatten
from defnpy.nx.tensor import Tensor
from defnpy.terms.atom import Atom
from defnpy.terms.process import Reference, current

KEY = "nx_trace"


def tracing() -> Any:
    """The compiler that a trace is under way for, or None."""
    return current().state.get(KEY)


def run_traced(fun: Callable[..., Any], args: Sequence[Any], compiler: Any) -> Any:
    """Call *fun* with the tracer as default backend; its tensors come back as expressions."""
    state = current().state
    before, compiler_before = state.get("nx_backend"), state.get(KEY)
    state["nx_backend"], state[KEY] = (EXPR, []), compiler
    try:
        return container_map(fun(*args), to_expr)
    finally:
        backends.restore(before)
        # As in the reference, an inner computation leaves its compiler as the current one of an outer trace.
        if compiler_before is None:
            state.pop(KEY, None)


def trace_fun(fun: Callable[..., Any], inputs: Sequence[Tensor], kind: str) -> Fun:
    """A sub-graph of *fun* whose parameters look like *inputs*."""
    context = (Atom(kind), Reference())
    params = [parameter(t, i, context) for i, t in enumerate(inputs)]
    result = run_traced(fun, params, tracing() or Atom("none"))
    return Fun(params, flatten(result), context, result)


def parameters(args: Sequence[Any]) -> tuple[list[Any], list[Callable[[], Tensor]]]:
    """Arguments with their tensors replaced by parameters, and functions that give the tensors."""
    leaves: list[Callable[[], Tensor]] = []

    def step(template: Tensor, make: Callable[[], Tensor], acc: Any) -> tuple[Any, Any]:
        if template.data.__class__.__name__ != "TemplateData":
            template = template.like()
        leaves.append(make)
        return parameter(template, len(leaves) - 1, ROOT), acc

    made = []
    for arg in args:
        if is_static(arg):
            made.append(arg)
        else:
            made.append(lazy_traverse(arg, None, step)[0])
    return made, leaves
