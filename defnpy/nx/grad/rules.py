"""``RULES``: for each operation ``rule(node, g)``, the gradients of its operands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.nx import expr as nodes
from defnpy.nx.expr import METADATA, Expr, metadata, to_expr
from defnpy.nx.grad import elementwise, linear, loop, reduce, shape
from defnpy.nx.grad.custom import pull
from defnpy.nx.grad.tools import Pairs, bare, like
from defnpy.nx.options import keywords
from defnpy.nx.structure import flatten


def _metadata(e: Expr, g: Any) -> Pairs:
    kind = e.params["kind"]
    if kind == "custom_grad":
        return pull(e, g)
    return [] if kind == "stop_grad" else [(e.operands[0], g)]


def _io_call(e: Expr, g: Any) -> Pairs:
    if e.out.__class__ is tuple:
        return [(e.operands[i], part) for i, part in g.items()]
    return [(e.operands[0], g)]


def _nothing(e: Expr, g: Any) -> Pairs:
    return []


def _cumulative_sum(e: Expr, g: Any) -> Pairs:
    from defnpy.nx.api.stats import cumulative_sum

    fields = {k.name: v for k, v in e.params.tag.fields.items()}
    g = like(g, e.out.shape)
    return [(e.operands[0], cumulative_sum(g, keywords(axis=fields["axis"], reverse=not fields["reverse"])))]


def _own_rule(tag: Any) -> Callable[..., Pairs] | None:
    if not hasattr(tag, "module"):
        return None
    if tag.module.name == "Elixir.Nx.Block.CumulativeSum":
        return _cumulative_sum
    # Nx.LinAlg is made of the operations whose gradients this module collects.
    from defnpy.nx.grad import decompositions

    return decompositions.RULES.get(tag.module.name)


def _block(e: Expr, g: Any) -> Pairs:
    """The composition of the block is traced in place and differentiated."""
    from defnpy.nx.grad.transform import vjp

    call = e.params
    own = _own_rule(call.tag)
    if own is not None:
        return own(e, g)
    marks = [metadata(bare(t), "mark") for t in e.operands]
    outs = flatten(call.default(*marks))
    given = g if g.__class__ is dict else {0: g}
    seeds = [(to_expr(t).data, given[i]) for i, t in enumerate(outs) if i in given]
    made = vjp(seeds, [m.data for m in marks])
    return [(t, part) for t, part in zip(e.operands, made, strict=True) if part is not None]


RULES: dict[Any, Callable[..., Pairs]] = {
    **elementwise.RULES, **reduce.RULES, **shape.RULES, **linear.RULES,
    METADATA: _metadata, nodes.IO_CALL: _io_call, nodes.RUNTIME_CALL: _nothing, nodes.PARAMETER: _nothing,
    nodes.TENSOR: _nothing, nodes.BLOCK: _block, nodes.WHILE: loop.pull_while,
}  # fmt: skip
"""``cond`` has no entry: its branches reach the marks by themselves (``loop.pull_cond``)."""
