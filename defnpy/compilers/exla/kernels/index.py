"""Slicing, gathering and scattering. Indices out of bounds are moved to the edge, which is what XLA does."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from defnpy.compilers.exla.kernels.cast import computing, to_type
from defnpy.nx.ops import index as ops


def _starts(starts: Any, dynamic: Any, shape: Any, lengths: Any) -> list[Any]:
    """The start of each axis, moved so that the slice fits."""
    given = iter(dynamic)
    made: list[Any] = []
    for s, n, length in zip(starts, shape, lengths, strict=True):
        if s is None:
            made.append(_inside(next(given), n - length + 1))
        else:
            made.append(min(max(s, 0), n - length))
    return made


def _inside(i: Any, n: int) -> Any:
    """An index moved to ``0..n-1``, as s32."""
    if i.dtype.kind == "i":
        i = lax.max(i, lax.full_like(i, 0))
    top = n - 1
    if top <= np.iinfo(i.dtype).max:
        i = lax.min(i, lax.full_like(i, top))
    return i.astype(np.int32)


def _slice(out: Any, params: Any, a: Any, *dynamic: Any) -> Any:
    lengths, strides = params["lengths"], params["strides"]
    starts = _starts(params["starts"], dynamic, a.shape, lengths)
    if all(s.__class__ is int for s in starts):
        return lax.slice(a, starts, [s + n for s, n in zip(starts, lengths, strict=True)], strides)
    made = lax.dynamic_slice(a, [np.int32(s) if s.__class__ is int else s for s in starts], lengths, allow_negative_indices=False)
    return made if all(s == 1 for s in strides) else lax.slice(made, [0] * len(lengths), lengths, strides)


def _put_slice(out: Any, params: Any, a: Any, part: Any, *dynamic: Any) -> Any:
    starts = [np.int32(s) if s.__class__ is int else s for s in _starts(params["starts"], dynamic, a.shape, part.shape)]
    return lax.dynamic_update_slice(to_type(a, out.type), to_type(part, out.type), starts, allow_negative_indices=False)


def _columns(indices: Any, axes: Any, shape: Any) -> tuple[Any, ...]:
    return tuple(_inside(indices[..., k], shape[axis]) for k, axis in enumerate(axes))


def _gather(out: Any, params: Any, a: Any, indices: Any) -> Any:
    axes = params["axes"]
    target = jnp.moveaxis(a, axes, range(len(axes)))
    return target.at[_columns(indices, axes, a.shape)].get(mode="promise_in_bounds")


def _indexed(add: bool) -> Any:
    def kernel(out: Any, params: Any, a: Any, indices: Any, updates: Any) -> Any:
        axes, t = params["axes"], out.type
        kind = computing(t)
        target = jnp.moveaxis(to_type(a, t).astype(kind), axes, range(len(axes)))
        # What is out of bounds is dropped, so the columns are not moved inside.
        columns = tuple(_or_outside(indices[..., k], a.shape[axis]) for k, axis in enumerate(axes))
        part = to_type(updates, t).astype(kind)
        at = target.at[columns]
        made = at.add(part, mode="drop") if add else at.set(part, mode="drop")
        return to_type(jnp.moveaxis(made, range(len(axes)), axes), t)

    return kernel


def _or_outside(i: Any, n: int) -> Any:
    """Indices as s32, those outside of ``0..n-1`` as n."""
    inside = i < n if n <= np.iinfo(i.dtype).max else jnp.ones(i.shape, bool)
    if i.dtype.kind == "i":
        inside = inside & (i >= 0)
    return jnp.where(inside, i.astype(np.int32), np.int32(n))


def _axis(tag: Any) -> int:
    return {k.name: v for k, v in tag.fields.items()}["axis"]


def _take(out: Any, tag: Any, a: Any, indices: Any) -> Any:
    axis = _axis(tag)
    return jnp.take(a, _inside(indices, a.shape[axis]), axis=axis, mode="clip").reshape(out.shape)


def _take_along_axis(out: Any, tag: Any, a: Any, indices: Any) -> Any:
    axis = _axis(tag)
    return jnp.take_along_axis(a, _inside(indices, a.shape[axis]), axis=axis, mode="promise_in_bounds")


TABLE = {
    ops.SLICE: _slice,
    ops.PUT_SLICE: _put_slice,
    ops.GATHER: _gather,
    ops.INDEXED_ADD: _indexed(True),
    ops.INDEXED_PUT: _indexed(False),
}

BLOCKS = {"Take": _take, "TakeAlongAxis": _take_along_axis}
