"""Sliding windows."""

from __future__ import annotations

import itertools
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from defnpy.compilers.exla.kernels.cast import F32, computing, result, to_type, wide
from defnpy.compilers.exla.kernels.reduce import fold
from defnpy.nx.dtype import E4M3, F16, DType, of_numpy
from defnpy.nx.ops import window as ops


def lowest(t: DType) -> Any:
    """What no element of type *t* is below."""
    return t.min if t.is_integer or t is E4M3 else -np.inf


def highest(t: DType) -> Any:
    """What no element of type *t* is above."""
    return t.max if t.is_integer or t is E4M3 else np.inf


def _dilations(params: Any, rank: int) -> tuple[int, ...]:
    return tuple(params.get("window_dilations") or (1,) * rank)


def _side_by_side(a: Any, params: Any) -> bool:
    """Whether the windows neither overlap nor reach over an edge."""
    window = tuple(params["window"])
    plain = all(d == 1 for d in _dilations(params, a.ndim)) and all(tuple(p) == (0, 0) for p in params["padding"])
    return plain and tuple(params["strides"]) == window and all(n % w == 0 for n, w in zip(a.shape, window, strict=True))


def _tiles(a: Any, window: Any) -> tuple[Any, tuple[int, ...]]:
    """*a* with every axis split into windows and positions, and the axes of the positions."""
    shape: list[int] = []
    inner: list[int] = []
    for n, w in zip(a.shape, window, strict=True):
        shape.append(n // w)
        if w > 1:
            inner.append(len(shape))
            shape.append(w)
    return lax.reshape(a, shape), tuple(inner)


def _fold(combine: Any, reduce: Any, fill: Any) -> Any:
    def kernel(out: Any, params: Any, a: Any) -> Any:
        t = out.type
        kind = np.dtype(F32) if t is F16 else computing(t)
        a = a.astype(kind)
        if reduce is not None and not t.is_complex and _side_by_side(a, params):
            tiles, inner = _tiles(a, params["window"])
            return result(reduce(tiles, axis=inner), t)
        made = lax.reduce_window(
            a, np.array(fill(t), kind), combine, tuple(params["window"]), tuple(params["strides"]),
            [tuple(p) for p in params["padding"]], window_dilation=_dilations(params, a.ndim),
        )  # fmt: skip
        return result(made, t)

    return kernel


def _positions(a: Any, out_shape: Any, params: Any) -> Any:
    """For each position in the window, its start and the elements that stand there for all outputs."""
    dilations, strides = _dilations(params, a.ndim), params["strides"]
    for offsets in itertools.product(*map(range, params["window"])):
        starts = [o * d for o, d in zip(offsets, dilations, strict=True)]
        stops = [s + (n - 1) * step + 1 for s, n, step in zip(starts, out_shape, strides, strict=True)]
        yield starts, lax.slice(a, starts, stops, tuple(strides))


def _padded(a: Any, params: Any, fill: Any) -> Any:
    return lax.pad(a, fill, [(lo, hi, 0) for lo, hi in params["padding"]])


def _window_reduce(out: Any, params: Any, a: Any, acc: Any) -> Any:
    """``fun`` is a function of two scalars here."""
    a = _padded(a, params, to_type(acc, of_numpy(a.dtype)) if a.dtype != acc.dtype else acc)
    rows = jnp.stack([part.reshape(-1) for _, part in _positions(a, out.shape, params)], 1)
    return fold(rows, params["fun"], acc, out)


def _scatter(beats: Any) -> Any:
    """Each source element goes to the last of the extreme elements of its window."""

    def kernel(out: Any, params: Any, a: Any, source: Any, init: Any) -> Any:
        t = out.type
        kind = computing(t)
        values = wide(a)
        edge = wide(to_type(init, of_numpy(a.dtype)))
        grown = _padded(values, params, edge)
        parts = list(_positions(grown, source.shape, params))
        best, chosen = parts[0][1], jnp.zeros(source.shape, np.int32)
        for i, (_, part) in enumerate(parts[1:], 1):
            better = beats(part, best)
            if part.dtype.kind == "f":
                better = better | jnp.isnan(part)
            best = jnp.where(better, part, best)
            chosen = jnp.where(better, np.int32(i), chosen)
        given = to_type(source, t).astype(kind)
        zero = np.zeros((), kind)
        made = jnp.broadcast_to(to_type(init, t).astype(kind), grown.shape)
        strides = params["strides"]
        for i, (starts, part) in enumerate(parts):
            config = [
                (s, n - s - (m - 1) * step - 1, step - 1)
                for s, n, m, step in zip(starts, grown.shape, part.shape, strides, strict=True)
            ]
            made = made + lax.pad(jnp.where(chosen == i, given, zero), zero, config)
        inside = [lo for lo, _ in params["padding"]]
        return to_type(lax.slice(made, inside, [lo + n for lo, n in zip(inside, a.shape, strict=True)]), t)

    return kernel


TABLE = {
    ops.WINDOW_SUM: _fold(lax.add, None, lambda t: 0),
    ops.WINDOW_PRODUCT: _fold(lax.mul, None, lambda t: 1),
    ops.WINDOW_MAX: _fold(lax.max, jnp.max, lowest),
    ops.WINDOW_MIN: _fold(lax.min, jnp.min, highest),
    ops.WINDOW_REDUCE: _window_reduce,
    ops.WINDOW_SCATTER_MAX: _scatter(lambda a, b: a >= b),
    ops.WINDOW_SCATTER_MIN: _scatter(lambda a, b: a <= b),
}
