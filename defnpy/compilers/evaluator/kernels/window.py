"""Sliding windows: one NumPy call per position inside the window, whatever the size of the tensor."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from defnpy.compilers.evaluator.kernels.cast import computing, is_low, to_type, wide
from defnpy.compilers.evaluator.kernels.quiet import quiet
from defnpy.compilers.evaluator.kernels.shape import pad
from defnpy.nx.dtype import E4M3, F16, DType, of_numpy
from defnpy.nx.ops import window as ops


def lowest(t: DType) -> Any:
    """What no element of type *t* is below."""
    return t.min if t.is_integer or t is E4M3 else -np.inf


def highest(t: DType) -> Any:
    """What no element of type *t* is above."""
    return t.max if t.is_integer or t is E4M3 else np.inf


def _padded(a: Any, params: Any, fill: Any) -> Any:
    if all(p == (0, 0) for p in params["padding"]):
        return a
    return pad(a, a.dtype.type(fill), [(lo, hi, 0) for lo, hi in params["padding"]])


def _positions(a: Any, out_shape: Any, params: Any) -> Any:
    """For each position in the window, the elements that stand there for all outputs."""
    dilations = params.get("window_dilations") or (1,) * a.ndim
    strides = params["strides"]
    for offsets in itertools.product(*map(range, params["window"])):
        starts = [o * d for o, d in zip(offsets, dilations, strict=True)]
        yield a[
            tuple(slice(s, s + (n - 1) * step + 1, step) for s, n, step in zip(starts, out_shape, strides, strict=True))
        ]


def _fold(function: Any, fill: Any) -> Any:
    def kernel(out: Any, params: Any, a: Any) -> Any:
        t = out.type
        kind = np.dtype(np.float32) if t is F16 else computing(t)
        a = _padded(a.astype(kind, copy=False), params, fill(t))
        parts = _positions(a, out.shape, params)
        made = np.array(next(parts))
        for part in parts:
            function(made, part, out=made)
        return made if made.dtype == t.numpy and not t.small else to_type(made, t)

    return quiet(kernel)


def _window_reduce(out: Any, params: Any, a: Any, acc: Any) -> Any:
    from defnpy.nx.convert import fold_result, scalar

    a = _padded(a, params, acc)
    parts = np.stack([np.broadcast_to(p, out.shape).reshape(-1) for p in _positions(a, out.shape, params)], 1)
    start, fun, source = params["acc"], params["fun"], params["source"]
    flat = [fold_result(fun, start, [scalar(x, source) for x in row], out.type) for row in parts]
    return np.array(flat, dtype=out.type.numpy).reshape(out.shape)


def _scatter(choose: Any) -> Any:
    def kernel(out: Any, params: Any, a: Any, source: Any, init: Any) -> Any:
        t = out.type
        kind = computing(t)
        values = wide(a) if is_low(a) else a
        edge = to_type(init, of_numpy(a.dtype))
        grown = pad(values, wide(edge), [(lo, hi, 0) for lo, hi in params["padding"]])
        index = np.arange(grown.size).reshape(grown.shape)
        parts = np.stack(list(_positions(grown, source.shape, params)))
        places = np.stack(list(_positions(index, source.shape, params)))
        last = len(parts) - 1 - choose(parts[::-1], axis=0)
        at = np.take_along_axis(places, last[None], axis=0)[0]
        made = np.zeros(grown.size, kind)
        made[...] = to_type(init, t).astype(kind)
        np.add.at(made, at.reshape(-1), to_type(source, t).astype(kind).reshape(-1))
        inside = tuple(slice(lo, lo + n) for n, (lo, _) in zip(a.shape, params["padding"], strict=True))
        return to_type(made.reshape(grown.shape)[inside], t)

    return quiet(kernel)


TABLE = {
    ops.WINDOW_SUM: _fold(np.add, lambda t: 0),
    ops.WINDOW_PRODUCT: _fold(np.multiply, lambda t: 1),
    ops.WINDOW_MAX: _fold(np.maximum, lowest),
    ops.WINDOW_MIN: _fold(np.minimum, highest),
    ops.WINDOW_REDUCE: _window_reduce,
    ops.WINDOW_SCATTER_MAX: _scatter(np.argmax),
    ops.WINDOW_SCATTER_MIN: _scatter(np.argmin),
}
