"""Reductions and cumulative operations."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from defnpy.compilers.exla.kernels.cast import F32, computing, is_low, operand, result, to_type, wide
from defnpy.compilers.exla.kernels.elementwise import truth
from defnpy.compilers.exla.kernels.host import accumulate
from defnpy.nx.dtype import F16
from defnpy.nx.ops import reduce as ops


def _axes(params: Any, a: Any) -> tuple[int, ...]:
    axes = params["axes"]
    return tuple(range(a.ndim)) if axes is None else tuple(axes)


def _accumulate(function: Any) -> Any:
    def kernel(out: Any, params: Any, a: Any) -> Any:
        t = out.type
        a = a.astype(F32 if t is F16 else computing(t)) if not t.is_integer else to_type(a, t)
        return result(function(a, axis=_axes(params, a), dtype=a.dtype).reshape(out.shape), t)

    return kernel


def _extreme(function: Any) -> Any:
    def kernel(out: Any, params: Any, a: Any) -> Any:
        made = function(wide(a), axis=_axes(params, a)).reshape(out.shape)
        return result(made, out.type) if is_low(a) else made

    return kernel


def _truth(function: Any) -> Any:
    def kernel(out: Any, params: Any, a: Any) -> Any:
        return function(truth(a), axis=_axes(params, a)).reshape(out.shape).astype(np.uint8)

    return kernel


def _arg(function: Any) -> Any:
    def kernel(out: Any, params: Any, a: Any) -> Any:
        axis = params["axis"]
        a = wide(a)
        if axis is None:
            a, axis = a.reshape(-1), 0
        n = a.shape[axis]
        if params["tie_break"] == "high":
            made = n - 1 - function(lax.rev(a, (axis,)), axis, np.int32)
        else:
            made = function(a, axis, np.int32)
            if a.dtype.kind == "f":
                # NaN is the extreme, and the last one counts.
                where = lax.broadcasted_iota(np.int32, a.shape, axis)
                last = jnp.max(jnp.where(jnp.isnan(a), where, np.int32(-1)), axis=axis)
                made = jnp.where(last >= 0, last, made)
        return made.astype(out.type.numpy).reshape(out.shape)

    return kernel


def fold(rows: Any, fun: Any, start: Any, out: Any) -> Any:
    """``fun(element, accumulator)`` along the rows of a matrix, all rows side by side."""
    start = jnp.broadcast_to(to_type(start, out.type), rows.shape[:1])
    step = jax.vmap(fun)
    made, _ = lax.scan(lambda acc, x: (to_type(step(x, acc), out.type), None), start, rows.T)
    return made.reshape(out.shape)


def _reduce(out: Any, params: Any, a: Any, acc: Any) -> Any:
    """``fun`` is a function of two scalars here."""
    gone = _axes(params, a)
    kept = [i for i in range(a.ndim) if i not in gone]
    rows = jnp.transpose(a, (*kept, *gone)).reshape(out.size, -1)
    return fold(rows, params["fun"], acc, out)


def cumulative(function: Any) -> Any:
    """A kernel for the cumulative blocks; *function* accumulates along an axis."""

    def kernel(out: Any, tag: Any, a: Any) -> Any:
        fields = {k.name: v for k, v in tag.fields.items()}
        t = out.type
        return result(function(operand(a, t), axis=fields["axis"], reverse=bool(fields["reverse"])), t)

    return kernel


TABLE = {
    ops.SUM: _accumulate(jnp.sum),
    ops.PRODUCT: _accumulate(jnp.prod),
    ops.REDUCE_MAX: _extreme(jnp.max),
    ops.REDUCE_MIN: _extreme(jnp.min),
    ops.ALL: _truth(jnp.all),
    ops.ANY: _truth(jnp.any),
    ops.ARGMAX: _arg(lax.argmax),
    ops.ARGMIN: _arg(lax.argmin),
    ops.REDUCE: _reduce,
}

BLOCKS = {
    "CumulativeSum": cumulative(accumulate(np.add, lax.cumsum)),
    "CumulativeProduct": cumulative(accumulate(np.multiply, lax.cumprod)),
    "CumulativeMax": cumulative(accumulate(np.maximum, lax.cummax)),
    "CumulativeMin": cumulative(accumulate(np.minimum, lax.cummin)),
}
