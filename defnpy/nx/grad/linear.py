"""Gradients of ``dot``, ``conv``, ``triangular_solve`` and window operations."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from defnpy.nx.api import creation, index, linear, reduce, shape, window
from defnpy.nx.api import elementwise as ew
from defnpy.nx.dispatch import apply
from defnpy.nx.dtype import S32
from defnpy.nx.expr import Expr, constant, constant_of
from defnpy.nx.grad.tools import Pairs, answer, like, operands, refused
from defnpy.nx.ops import linear as ops
from defnpy.nx.ops import window as window_ops
from defnpy.nx.options import keywords
from defnpy.nx.shape import dilated
from defnpy.nx.tensor import Tensor
from defnpy.terms.atom import Atom


def _dot_side(g: Tensor, other: Tensor, contract_g: list[int], free_other: list[int], batch: int, order: list[int]) -> Tensor:
    made = linear.dot_6(g, contract_g, list(range(batch)), other, free_other, list(range(batch)))
    back = [order.index(i) for i in range(len(order))]
    return shape.transpose(made, keywords(axes=back))


def _dot(e: Expr, g: Tensor) -> Pairs:
    x, y = operands(e)
    p = e.params
    cx, cy, batch = list(p["left"]), list(p["right"]), len(p["left_batch"])
    if g.shape != e.out.shape:
        g = like(g, e.out.shape)
    free_x = [i for i in range(len(x.shape)) if i not in cx and i >= batch]
    free_y = [i for i in range(len(y.shape)) if i not in cy and i >= batch]
    of_y = list(range(batch + len(free_x), len(g.shape)))
    of_x = list(range(batch, batch + len(free_x)))
    made: Pairs = []
    if constant_of(x) is None:
        # The free axes of g are those of x; those of y come in the order of its contracted axes.
        paired = [cx[cy.index(c)] for c in sorted(cy)]
        made.append((e.operands[0], _dot_side(g, y, of_y, free_y, batch, [*range(batch), *free_x, *paired])))
    if constant_of(y) is None:
        paired = [cy[cx.index(c)] for c in sorted(cx)]
        made.append((e.operands[1], _dot_side(g, x, of_x, free_x, batch, [*range(batch), *free_y, *paired])))
    return made


def _moved(t: Tensor, order: Any) -> Tensor:
    return shape.transpose(t, keywords(axes=list(order)))


def _inverse(order: Any) -> list[int]:
    return [list(order).index(i) for i in range(len(order))]


def _conv(e: Expr, g: Tensor) -> Pairs:
    x, k = operands(e)
    p = e.params
    g = _moved(like(g, e.out.shape), p["output_permutation"])
    cx, ck = _moved(x, p["input_permutation"]), _moved(k, p["kernel_permutation"])
    groups, batches = p["feature_group_size"], p["batch_group_size"]
    whole = cx
    if batches > 1:
        # Groups of the batch are groups of channels of a smaller batch.
        n = cx.shape[0] // batches
        parts = shape.reshape(cx, (batches, n, *cx.shape[1:]))
        cx = shape.reshape(_moved(parts, (1, 0, *range(2, len(parts.shape)))), (n, batches * cx.shape[1], *cx.shape[2:]))
        groups = batches
    gx = _conv_input(g, cx, ck, groups, p)
    if batches > 1:
        n = cx.shape[0]
        parts = shape.reshape(gx, (n, batches, *whole.shape[1:]))
        gx = shape.reshape(_moved(parts, (1, 0, *range(2, len(parts.shape)))), whole.shape)
    gk = _conv_kernel(g, cx, ck, groups, p)
    return [
        (e.operands[0], _moved(gx, _inverse(p["input_permutation"]))),
        (e.operands[1], _moved(gk, _inverse(p["kernel_permutation"]))),
    ]


def _conv_input(g: Tensor, x: Tensor, k: Tensor, groups: int, p: Any) -> Tensor:
    rank = len(x.shape) - 2
    out, per = k.shape[0] // groups, k.shape[1]
    split = shape.reshape(k, (groups, out, per, *k.shape[2:]))
    turned = shape.reshape(_moved(split, (0, 2, 1, *range(3, 3 + rank))), (groups * per, out, *k.shape[2:]))
    turned = shape.reverse(turned, keywords(axes=list(range(2, 2 + rank))))
    size = dilated(x.shape[2:], p["input_dilation"])
    span = dilated(k.shape[2:], p["kernel_dilation"])
    given = dilated(g.shape[2:], p["strides"])
    padding = []
    for n, w, m, (lo, _) in zip(size, span, given, p["padding"], strict=True):
        low = w - 1 - lo
        padding.append((low, n + w - 1 - m - low))
    return _plain_conv(g, turned, p["input_dilation"], padding, p["strides"], p["kernel_dilation"], feature_group_size=groups)


def _conv_kernel(g: Tensor, x: Tensor, k: Tensor, groups: int, p: Any) -> Tensor:
    rank = len(x.shape) - 2
    swap = (1, 0, *range(2, 2 + rank))
    size = dilated(x.shape[2:], p["input_dilation"])
    given = dilated(g.shape[2:], p["strides"])
    padding = []
    for n, w, m, d, (lo, _) in zip(size, k.shape[2:], given, p["kernel_dilation"], p["padding"], strict=True):
        padding.append((lo, m + (w - 1) * d - n - lo))
    made = _plain_conv(_moved(x, swap), _moved(g, swap), p["kernel_dilation"], padding, p["input_dilation"], p["strides"], batch_group_size=groups)
    return _moved(made, swap)


def _plain_conv(x: Tensor, k: Tensor, strides: Any, padding: Any, input_dilation: Any, kernel_dilation: Any, **groups: int) -> Tensor:
    every = tuple(range(len(x.shape)))
    sizes = {"feature_group_size": 1, "batch_group_size": 1, **groups}
    return apply(
        ops.CONV, x, k, strides=tuple(strides), padding=tuple(padding), input_dilation=tuple(input_dilation),
        kernel_dilation=tuple(kernel_dilation), input_permutation=every, kernel_permutation=every, output_permutation=every, **sizes,
    )  # fmt: skip


def _turned(t: Tensor) -> Tensor:
    rank = len(t.shape)
    return _moved(t, (*range(rank - 2), rank - 1, rank - 2))


def _product(a: Tensor, b: Tensor) -> Tensor:
    batch = list(range(len(a.shape) - 2))
    rank = len(a.shape)
    return linear.dot_6(a, [rank - 1], batch, b, [rank - 2], batch)


def _triangular_solve(e: Expr, g: Tensor) -> Pairs:
    a, b = operands(e)
    p = e.params
    x, g = answer(e), like(g, e.out.shape)
    other = "none" if p["transform_a"] == "transpose" else "transpose"
    conj = ew.conjugate(a) if a.type.is_complex else a
    gb = apply(ops.TRIANGULAR_SOLVE, conj, g, **{**p, "transform_a": other})
    if len(b.shape) < len(a.shape):
        x, rows = (shape.new_axis(t, -1) for t in (x, gb))
    else:
        rows = gb
    if x.type.is_complex:
        x = ew.conjugate(x)
    if p["left_side"]:
        outer = _product(rows, _turned(x))
    elif len(b.shape) < len(a.shape):
        outer = _product(x, _turned(rows))
    else:
        outer = _product(_turned(x), rows)
    if p["transform_a"] == "transpose":
        outer = _turned(outer)
    ga = ew.negate(outer)
    return [(e.operands[0], creation.tril(ga) if p["lower"] else creation.triu(ga)), (e.operands[1], gb)]


def _window_sum(e: Expr, g: Tensor) -> Pairs:
    (x,) = operands(e)
    p = e.params
    g = like(g, e.out.shape)
    dilation = p.get("window_dilations") or (1,) * len(x.shape)
    span = dilated(p["window"], dilation)
    config = []
    for n, m, s, w, (lo, _) in zip(x.shape, g.shape, p["strides"], span, p["padding"], strict=True):
        low = w - 1 - lo
        config.append((low, n + w - 1 - ((m - 1) * s + 1) - low, s - 1))
    spread = shape.pad(g, 0, config)
    return [(e.operands[0], window.window_sum(spread, p["window"], keywords(window_dilations=list(dilation))))]


def _window_extreme(scatter: Callable[..., Tensor], low: bool) -> Callable[[Expr, Tensor], Pairs]:
    def rule(e: Expr, g: Tensor) -> Pairs:
        (x,) = operands(e)
        p = e.params
        g = like(g, e.out.shape)
        dilation = p.get("window_dilations") or (1,) * len(x.shape)
        if any(d != 1 for d in dilation):
            return [(e.operands[0], _scattered(x, g, p, low))]
        opts = keywords(padding=list(p["padding"]), strides=list(p["strides"]))
        return [(e.operands[0], scatter(x, g, constant(0, g.type), p["window"], opts))]

    return rule


def _patches(x: Tensor, out: tuple[int, ...], p: Any) -> Tensor:
    """For each position in the window the elements that stand there, along a new first axis."""
    dilations = p.get("window_dilations") or (1,) * len(out)
    padded = shape.pad(x, 0, [(lo, hi, 0) for lo, hi in p["padding"]])
    rows = []
    for offsets in itertools.product(*map(range, p["window"])):
        starts = [o * d for o, d in zip(offsets, dilations, strict=True)]
        lengths = [(m - 1) * s + 1 for m, s in zip(out, p["strides"], strict=True)]
        rows.append(index.slice_(padded, starts, lengths, keywords(strides=list(p["strides"]))))
    return shape.stack(rows)


def _chosen(x: Tensor, out: tuple[int, ...], p: Any, low: bool) -> Tensor:
    """Which position of its window each output comes from: the last one of several."""
    best = reduce.argmin if low else reduce.argmax
    edge = Atom("infinity" if low else "neg_infinity")
    filled = shape.pad(x, edge, [(lo, hi, 0) for lo, hi in p["padding"]]) if x.type.is_float else x
    inside = {**p, "padding": ((0, 0),) * len(out)} if x.type.is_float else p
    return best(_patches(filled, out, inside), keywords(axis=0, tie_break=Atom("high"), keep_axis=True))


def _scattered(x: Tensor, g: Tensor, p: Any, low: bool) -> Tensor:
    """The gradient of a dilated window operation, as a sum of masks."""
    from defnpy.nx.api.compare import equal, select

    at = shape.squeeze(_chosen(x, g.shape, p, low), keywords(axes=[0]))
    dilations = p["window_dilations"]
    total = None
    for i, offsets in enumerate(itertools.product(*map(range, p["window"]))):
        part = select(equal(at, i), g, 0)
        config = []
        for n, m, s, o, d, (lo, _) in zip(x.shape, g.shape, p["strides"], offsets, dilations, p["padding"], strict=True):
            start = o * d - lo
            config.append((start, n - start - ((m - 1) * s + 1), s - 1))
        placed = shape.pad(part, 0, config)
        total = placed if total is None else ew.add(total, placed)
    assert total is not None
    return total


def _window_scatter(low: bool) -> Callable[[Expr, Tensor], Pairs]:
    def rule(e: Expr, g: Tensor) -> Pairs:
        x, source, _ = operands(e)
        g = like(g, e.out.shape)
        at = _chosen(x, source.shape, e.params, low)
        picked = index.take_along_axis(_patches(g, source.shape, e.params), at, keywords(axis=0))
        # The reference's zero for the tensor is an integer.
        zero = shape.broadcast(constant(0, S32), x.shape)
        made = [(e.operands[0], zero), (e.operands[1], shape.squeeze(picked, keywords(axes=[0])))]
        if constant_of(e.operands[2]) is None:
            made.append((e.operands[2], reduce.sum_(g)))
        return made

    return rule


_PRODUCT = (
    "Consider using stop_grad/1 to make the gradient equivalent to the identity function or use custom_grad/3 to define a "
    "proper gradient implementation\n"
)
_REDUCE = (
    "If you are computing the sum, max, or similar of a window, use the appropriate Nx functions instead. If you have a custom "
    "usage of window_reduce, consider using stop_grad/1 (making it equivalent to the identify function) or using custom_grad/3 "
    "(giving it a proper gradient implementation).\n"
)

RULES: dict[Any, Callable[..., Pairs]] = {
    ops.DOT: _dot, ops.CONV: _conv, ops.TRIANGULAR_SOLVE: _triangular_solve,
    window_ops.WINDOW_SUM: _window_sum,
    window_ops.WINDOW_MAX: _window_extreme(window.window_scatter_max, False),
    window_ops.WINDOW_MIN: _window_extreme(window.window_scatter_min, True),
    window_ops.WINDOW_PRODUCT: refused("window_product/3", _PRODUCT),
    window_ops.WINDOW_REDUCE: refused("window_reduce/5", _REDUCE),
    window_ops.WINDOW_SCATTER_MAX: _window_scatter(False),
    window_ops.WINDOW_SCATTER_MIN: _window_scatter(True),
}  # fmt: skip
