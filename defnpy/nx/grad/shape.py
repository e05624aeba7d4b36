"""Gradients of operations that move, pick and place elements."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.nx.api import elementwise as ew
from defnpy.nx.api import index, reduce, shape
from defnpy.nx.arguments import starts_of
from defnpy.nx.expr import Expr, constant, constant_of
from defnpy.nx.grad.tools import Pairs, like, operands, zeros
from defnpy.nx.ops import index as index_ops
from defnpy.nx.ops import shape as ops
from defnpy.nx.options import keywords
from defnpy.nx.tensor import Tensor


def _reshape(e: Expr, g: Tensor) -> Pairs:
    (x,) = operands(e)
    return [(e.operands[0], shape.reshape(like(g, e.out.shape), x.shape))]


def _broadcast(e: Expr, g: Tensor) -> Pairs:
    (x,) = operands(e)
    to, axes = e.params["shape"], e.params["axes"]
    g = like(g, to)
    gone = [i for i in range(len(to)) if i not in axes or (x.shape[axes.index(i)] == 1 and to[i] != 1)]
    made = reduce.sum_(g, keywords(axes=gone)) if gone else g
    return [(e.operands[0], made if made.shape == x.shape else shape.reshape(made, x.shape))]


def _transpose(e: Expr, g: Tensor) -> Pairs:
    axes = e.params["axes"]
    back = [axes.index(i) for i in range(len(axes))]
    return [(e.operands[0], shape.transpose(like(g, e.out.shape), keywords(axes=back)))]


def _reverse(e: Expr, g: Tensor) -> Pairs:
    return [(e.operands[0], shape.reverse(like(g, e.out.shape), keywords(axes=list(e.params["axes"]))))]


def _pad(e: Expr, g: Tensor) -> Pairs:
    config = e.params["config"]
    g = like(g, e.out.shape)
    inner = shape.pad(g, 0, [(-lo, -hi, 0) for lo, hi, _ in config])
    if any(mid for _, _, mid in config):
        inner = index.slice_(inner, [0] * len(config), list(inner.shape), keywords(strides=[mid + 1 for _, _, mid in config]))
    made = [(e.operands[0], inner)]
    if constant_of(e.operands[1]) is None:
        made.append((e.operands[1], ew.subtract(reduce.sum_(g), reduce.sum_(inner))))
    return made


def _concatenate(e: Expr, g: Tensor) -> Pairs:
    axis, at = e.params["axis"], 0
    g = like(g, e.out.shape)
    made: Pairs = []
    for t, x in zip(e.operands, operands(e), strict=True):
        n = x.shape[axis]
        made.append((t, index.slice_along_axis(g, at, n, keywords(axis=axis))))
        at += n
    return made


def _stack(e: Expr, g: Tensor) -> Pairs:
    axis = e.params["axis"]
    g = like(g, e.out.shape)
    return [
        (t, shape.squeeze(index.slice_along_axis(g, i, 1, keywords(axis=axis)), keywords(axes=[axis])))
        for i, t in enumerate(e.operands)
    ]


def _slice(e: Expr, g: Tensor) -> Pairs:
    x = operands(e)[0]
    p = e.params
    g = like(g, e.out.shape)
    strides, lengths = p["strides"], p["lengths"]
    if len(e.operands) == 1:
        config = [
            (s, n - s - ((m - 1) * k + 1), k - 1)
            for s, n, m, k in zip(_clamped(p["starts"], x.shape, lengths), x.shape, g.shape, strides, strict=True)
        ]
        return [(e.operands[0], shape.pad(g, 0, config))]
    if any(k != 1 for k in strides):
        config = [(0, n - ((m - 1) * k + 1), k - 1) for n, m, k in zip(lengths, g.shape, strides, strict=True)]
        g = shape.pad(g, 0, config)
    return [(e.operands[0], index.put_slice(zeros(x, g), starts_of(e, 1), g))]


def _clamped(starts: Any, sizes: Any, lengths: Any) -> list[int]:
    return [min(max(s, 0), n - m) for s, n, m in zip(starts, sizes, lengths, strict=True)]


def _put_slice(e: Expr, g: Tensor) -> Pairs:
    part = operands(e)[1]
    g = like(g, e.out.shape)
    starts = starts_of(e, 2)
    return [
        (e.operands[0], index.put_slice(g, starts, zeros(part, g))),
        (e.operands[1], index.slice_(g, starts, list(part.shape))),
    ]


def _flat(indices: Tensor, values: Tensor, x: Tensor, axes: Any) -> tuple[Tensor, Tensor]:
    """Indices and values as lists of rows."""
    k = indices.shape[-1]
    n = 1
    for d in indices.shape[:-1]:
        n *= d
    rest = tuple(d for i, d in enumerate(x.shape) if i not in axes)
    return shape.reshape(indices, (n, k)), shape.reshape(values, (n, *rest))


def _gather(e: Expr, g: Tensor) -> Pairs:
    x, i = operands(e)
    axes = e.params["axes"]
    rows, values = _flat(i, like(g, e.out.shape), x, axes)
    # The zeros are of the operand's type: picked complex numbers have complex gradients.
    return [(e.operands[0], index.indexed_add(constant(0, x.type, x.shape), rows, values, keywords(axes=list(axes))))]


def _picked(g: Tensor, i: Tensor, u: Tensor, axes: Any) -> Tensor:
    made = index.gather(g, i, keywords(axes=list(axes)))
    return made if made.shape == u.shape else shape.reshape(made, u.shape)


def _indexed_add(e: Expr, g: Tensor) -> Pairs:
    _, i, u = operands(e)
    g = like(g, e.out.shape)
    return [(e.operands[0], g), (e.operands[2], _picked(g, i, u, e.params["axes"]))]


def _indexed_put(e: Expr, g: Tensor) -> Pairs:
    _, i, u = operands(e)
    g = like(g, e.out.shape)
    axes = e.params["axes"]
    blank = constant(0, g.type, u.shape)
    return [
        (e.operands[0], index.indexed_put(g, i, blank, keywords(axes=list(axes)))),
        (e.operands[2], _picked(g, i, u, axes)),
    ]


RULES: dict[Any, Callable[..., Pairs]] = {
    ops.RESHAPE: _reshape, ops.SQUEEZE: _reshape, ops.BROADCAST: _broadcast, ops.TRANSPOSE: _transpose, ops.PAD: _pad,
    ops.REVERSE: _reverse, ops.CONCATENATE: _concatenate, ops.STACK: _stack, index_ops.SLICE: _slice,
    index_ops.PUT_SLICE: _put_slice, index_ops.GATHER: _gather, index_ops.INDEXED_ADD: _indexed_add,
    index_ops.INDEXED_PUT: _indexed_put,
}  # fmt: skip
