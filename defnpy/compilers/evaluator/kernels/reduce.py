"""Reductions and cumulative operations."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from defnpy.compilers.evaluator.kernels.cast import computing, is_low, to_type, wide
from defnpy.compilers.evaluator.kernels.few import FEW
from defnpy.compilers.evaluator.kernels.quiet import quiet
from defnpy.nx.dtype import F16, F32
from defnpy.nx.ops import reduce as ops


def _accumulate(function: Any) -> Any:
    def kernel(out: Any, params: Any, a: Any) -> Any:
        t = out.type
        kind = np.dtype(np.float64) if t is F32 and a.size <= FEW else np.dtype(np.float32) if t is F16 else computing(t)
        made = function(a, axis=params["axes"], dtype=kind, keepdims=params["keep_axes"])
        return np.asarray(made) if made.dtype == t.numpy else to_type(np.asarray(made), t)

    return quiet(kernel)


def _extreme(function: Any) -> Any:
    def kernel(out: Any, params: Any, a: Any) -> Any:
        made = function(wide(a), axis=params["axes"], keepdims=params["keep_axes"])
        return to_type(np.asarray(made), out.type) if is_low(a) else made

    return quiet(kernel)


def _truth(function: Any) -> Any:
    def kernel(out: Any, params: Any, a: Any) -> Any:
        made = function(wide(a) != 0, axis=params["axes"], keepdims=params["keep_axes"])
        return np.asarray(made).view(np.uint8)

    return kernel


class _Alias:
    """The memory of an array, without its lock."""

    def __init__(self, array: Any) -> None:
        memory = array.__array_interface__
        self.__array_interface__ = {**memory, "data": (memory["data"][0], False)}
        self.array = array  # keeps the memory alive


def _unlocked(array: Any) -> Any:
    """*array*, to be read only: NumPy's argmax copies arrays that it may not write to, though it never writes."""
    return array if array.flags.writeable else np.asarray(_Alias(array))


def _arg(function: Any) -> Any:
    whole = operator.methodcaller(function.__name__)

    def kernel(out: Any, params: Any, a: Any) -> Any:
        axis = params["axis"]
        a = _unlocked(wide(a))
        if axis is None or a.ndim == 1:
            made = np.array(line(a if a.ndim == 1 else a.reshape(-1), params["tie_break"] == "high"), out.type.numpy)
            return made.reshape(out.shape) if out.shape else made
        return many(a, axis, params["tie_break"] == "high").astype(out.type.numpy).reshape(out.shape)

    def line(a: Any, high: bool) -> Any:
        if high:
            return len(a) - 1 - whole(a[::-1])
        made = whole(a)
        best = a[made]
        # NaN is the extreme, and the last one counts.
        return made if best == best else np.flatnonzero(np.isnan(a))[-1]

    def many(a: Any, axis: int, high: bool) -> Any:
        size = a.shape[axis]
        if high:
            return size - 1 - function(np.flip(a, axis), axis)
        made = function(a, axis)
        best = np.take_along_axis(a, np.expand_dims(made, axis), axis).squeeze(axis)
        nan = best != best
        if not nan.any():
            return made
        return np.where(nan, size - 1 - np.argmax(np.flip(np.isnan(a), axis), axis), made)

    return kernel


def _reduce(out: Any, params: Any, a: Any, acc: Any) -> Any:
    from defnpy.nx.convert import fold_result, scalar

    rank = a.ndim
    axes = params["axes"] if params["axes"] is not None else tuple(range(rank))
    kept = [i for i in range(rank) if i not in axes]
    rows = np.transpose(a, (*kept, *axes)).reshape(out.size, -1)
    start, fun = params["acc"], params["fun"]
    source = params["source"]
    flat = [fold_result(fun, start, [scalar(x, source) for x in row], out.type) for row in rows]
    return np.array(flat, dtype=out.type.numpy).reshape(out.shape)


def cumulative(function: Any) -> Any:
    """A kernel for the cumulative blocks; *function* accumulates along an axis."""

    def kernel(out: Any, tag: Any, a: Any) -> Any:
        fields = {k.name: v for k, v in tag.fields.items()}
        axis, t = fields["axis"], out.type
        line = np.flip(a, axis) if fields["reverse"] else a
        made = function(line.astype(computing(t), copy=False), axis=axis)
        if made.dtype != t.numpy or t.small:
            made = to_type(made, t)
        return np.flip(made, axis) if fields["reverse"] else made

    return quiet(kernel)


TABLE = {
    ops.SUM: _accumulate(np.add.reduce),
    ops.PRODUCT: _accumulate(np.multiply.reduce),
    ops.REDUCE_MAX: _extreme(np.maximum.reduce),
    ops.REDUCE_MIN: _extreme(np.minimum.reduce),
    ops.ALL: _truth(np.all),
    ops.ANY: _truth(np.any),
    ops.ARGMAX: _arg(np.argmax),
    ops.ARGMIN: _arg(np.argmin),
    ops.REDUCE: _reduce,
}

BLOCKS = {
    "CumulativeSum": cumulative(np.add.accumulate),
    "CumulativeProduct": cumulative(np.multiply.accumulate),
    "CumulativeMax": cumulative(np.maximum.accumulate),
    "CumulativeMin": cumulative(np.minimum.accumulate),
}
