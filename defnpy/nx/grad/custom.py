"""``custom_grad``: values whose gradient a function gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.nx.containers import container_map
from defnpy.nx.expr import METADATA, Expr, elements, merge_contexts, metadata, to_expr
from defnpy.nx.structure import flatten, plain, rebuild, templates
from defnpy.nx.tensor import Tensor, template
from defnpy.terms.errors import RuntimeError_


def custom(term: Any, inputs: list[Tensor], fun: Callable[[Any], Any]) -> Any:
    """*term* with the gradient ``fun(g)``, a list for *inputs*."""
    value = container_map(term, to_expr)
    leaves = flatten(value)
    if len(leaves) == 1:
        return rebuild(value, [metadata(leaves[0], "custom_grad", inputs=inputs, fun=fun, structure=templates(value))])
    outs = tuple(template(t.type, t.data.out.shape) for t in leaves)
    operands = tuple(plain(t) for t in leaves)
    params = {"kind": "custom_grad", "inputs": inputs, "fun": fun, "structure": templates(value)}
    parent = Expr(METADATA, outs, operands, params, merge_contexts(operands))
    made = elements(parent, [template(o.type, o.shape) for o in outs])
    return rebuild(value, [t.like(data=m.data) for t, m in zip(leaves, made, strict=True)])


def pull(e: Expr, g: Any) -> list[tuple[Tensor, Tensor]]:
    """The gradients of the inputs of a ``custom_grad``."""
    from defnpy.nx.expr import constant

    structure = e.params["structure"]
    if e.out.__class__ is tuple:
        parts = [g[i] if i in g else constant(0.0, o.type, o.shape) for i, o in enumerate(e.out)]
        given = rebuild(structure, parts)
    else:
        given = rebuild(structure, [g])
    made = e.params["fun"](given)
    inputs = e.params["inputs"]
    if made.__class__ is not list or len(made) != len(inputs):
        raise RuntimeError_("custom_grad/3 must return a list of tensors that map directly to the inputs")
    return [(t, plain(to_expr(x))) for t, x in zip(inputs, made, strict=True)]
