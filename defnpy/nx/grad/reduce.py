"""Gradients of reductions, sorting and Fourier transforms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.nx.api import compare, index, order, reduce, shape, stats
from defnpy.nx.api import elementwise as ew
from defnpy.nx.api.fourier import fft, ifft
from defnpy.nx.expr import Expr
from defnpy.nx.grad.tools import Pairs, answer, like, operands, refused, spread
from defnpy.nx.ops import order as order_ops
from defnpy.nx.ops import reduce as ops
from defnpy.nx.ops.create import CONSTANT, EYE, IOTA
from defnpy.nx.options import keywords
from defnpy.nx.tensor import Tensor
from defnpy.terms.atom import Atom


def _sum(e: Expr, g: Tensor) -> Pairs:
    (x,) = operands(e)
    return [(e.operands[0], spread(like(g, e.out.shape), x, e.params))]


def _extreme(e: Expr, g: Tensor) -> Pairs:
    (x,) = operands(e)
    best = spread(answer(e), x, e.params)
    hits = compare.equal(x, best)
    axes = None if e.params["axes"] is None else list(e.params["axes"])
    count = reduce.sum_(hits, keywords(axes=axes, keep_axes=True))
    share = ew.divide(spread(like(g, e.out.shape), x, e.params), count)
    return [(e.operands[0], compare.select(hits, share, 0))]


def _product(e: Expr, g: Tensor) -> Pairs:
    """Each element gets the product of the others, zeros included."""
    (x,) = operands(e)
    rank = len(x.shape)
    axes = tuple(range(rank)) if e.params["axes"] is None else e.params["axes"]
    kept = tuple(i for i in range(rank) if i not in axes)
    n = 1
    for i in axes:
        n *= x.shape[i]
    lead = tuple(x.shape[i] for i in kept)
    moved = (*kept, *axes)
    rows = shape.reshape(shape.transpose(x, keywords(axes=list(moved))), (*lead, n))
    axis = len(lead)

    def others(reverse: bool) -> Tensor:
        config = [(0, 0, 0)] * axis + [(-1, 1, 0) if reverse else (1, -1, 0)]
        return stats.cumulative_product(shape.pad(rows, 1, config), keywords(axis=axis, reverse=reverse))

    rest = ew.multiply(others(False), others(True))
    back = shape.reshape(rest, tuple(x.shape[i] for i in moved))
    inverse = [moved.index(i) for i in range(rank)]
    rest = shape.transpose(back, keywords(axes=inverse))
    return [(e.operands[0], ew.multiply(spread(like(g, e.out.shape), x, e.params), rest))]


def _nothing(e: Expr, g: Any) -> Pairs:
    return []


_refuse = refused(
    "reduce/4",
    "If you are computing the sum, product, or similar, use the appropriate Nx functions instead. If you have a custom usage "
    "of reduce, consider using stop_grad/1 (making it equivalent to the identify function) or using custom_grad/3 (giving it "
    "a proper gradient implementation).\n",
)


def _sort(e: Expr, g: Tensor) -> Pairs:
    (x,) = operands(e)
    p = e.params
    opts = keywords(axis=p["axis"], direction=Atom(p["direction"]), stable=bool(p.get("stable")))
    back = order.argsort(order.argsort(x, opts), keywords(axis=p["axis"]))
    return [(e.operands[0], index.take_along_axis(like(g, x.shape), back, keywords(axis=p["axis"])))]


def _fourier(function: Callable[..., Tensor]) -> Callable[[Expr, Tensor], Pairs]:
    def rule(e: Expr, g: Tensor) -> Pairs:
        (x,) = operands(e)
        p = e.params
        axis, n, size = p["axis"], p["length"], x.shape[p["axis"]]
        made = function(like(g, e.out.shape), keywords(length=n, axis=axis, eps=p["eps"]))
        if n != size:
            config = [(0, size - n, 0) if i == axis else (0, 0, 0) for i in range(len(x.shape))]
            made = shape.pad(made, 0, config)
        return [(e.operands[0], made)]

    return rule


RULES: dict[Any, Callable[..., Pairs]] = {
    ops.SUM: _sum, ops.REDUCE_MAX: _extreme, ops.REDUCE_MIN: _extreme, ops.PRODUCT: _product, ops.REDUCE: _refuse,
    order_ops.SORT: _sort, order_ops.FFT: _fourier(fft), order_ops.IFFT: _fourier(ifft), CONSTANT: _nothing, IOTA: _nothing,
    EYE: _nothing,
}  # fmt: skip
