"""Slicing, gathering and scattering."""

from __future__ import annotations

from typing import Any

import numpy as np

from defnpy.compilers.evaluator.kernels.cast import computing, to_type
from defnpy.compilers.evaluator.kernels.quiet import quiet
from defnpy.nx.ops import index as ops
from defnpy.nx.show import text
from defnpy.terms.errors import ArgumentError


def clamped(starts: Any, dynamic: Any, shape: Any, lengths: Any) -> list[int]:
    """The start of each axis, moved so that the slice fits."""
    given = iter(dynamic)
    made = (int(next(given)) if s is None else s for s in starts)
    return [min(max(s, 0), n - length) for s, n, length in zip(made, shape, lengths, strict=True)]


def _slice(out: Any, params: Any, a: Any, *dynamic: Any) -> Any:
    lengths = params["lengths"]
    starts = clamped(params["starts"], dynamic, a.shape, lengths)
    return a[tuple(slice(s, s + n, step) for s, n, step in zip(starts, lengths, params["strides"], strict=True))]


def _put_slice(out: Any, params: Any, a: Any, part: Any, *dynamic: Any) -> Any:
    made = np.array(to_type(a, out.type))
    starts = clamped(params["starts"], dynamic, a.shape, part.shape)
    made[tuple(slice(s, s + n) for s, n in zip(starts, part.shape, strict=True))] = to_type(part, out.type)
    return made


def check_bounds(indices: Any, axis: int, shape: Any) -> None:
    """Raise for the first index outside of *axis*."""
    bad = (indices < 0) | (indices >= shape[axis])
    if bad.any():
        raise ArgumentError(
            f"index {indices.reshape(-1)[np.flatnonzero(bad)[0]]} is out of bounds for axis {axis} "
            f"in shape {text(tuple(shape))}"
        )


def _columns(indices: Any, axes: Any, shape: Any) -> tuple[Any, ...]:
    made = []
    for k, axis in enumerate(axes):
        column = indices[..., k]
        check_bounds(column, axis, shape)
        made.append(column.astype(np.intp))
    return tuple(made)


def _gather(out: Any, params: Any, a: Any, indices: Any) -> Any:
    axes = params["axes"]
    return np.moveaxis(a, axes, range(len(axes)))[_columns(indices, axes, a.shape)]


def _indexed(add: bool) -> Any:
    def kernel(out: Any, params: Any, a: Any, indices: Any, updates: Any) -> Any:
        axes, t = params["axes"], out.type
        kind = computing(t)
        made = np.array(to_type(a, t).astype(kind, copy=False))
        target = np.moveaxis(made, axes, range(len(axes)))
        columns = _columns(indices, axes, a.shape)
        part = to_type(updates, t).astype(kind, copy=False)
        target = target[(slice(None),) * len(axes) + tuple(slice(n) for n in part.shape[columns[0].ndim :])]
        if add:
            np.add.at(target, columns, part)
        else:
            target[columns] = part
        return to_type(made, t)

    return quiet(kernel)


def _take(out: Any, tag: Any, a: Any, indices: Any) -> Any:
    axis = {k.name: v for k, v in tag.fields.items()}["axis"]
    # The reference gathers along the first axis of a transposed tensor and says so.
    check_bounds(indices, 0, (a.shape[axis], *a.shape[:axis], *a.shape[axis + 1 :]))
    return np.take(a, indices.astype(np.intp), axis=axis)


def _take_along_axis(out: Any, tag: Any, a: Any, indices: Any) -> Any:
    axis = {k.name: v for k, v in tag.fields.items()}["axis"]
    check_bounds(indices, axis, a.shape)
    return np.take_along_axis(a, indices.astype(np.intp), axis=axis)


TABLE = {
    ops.SLICE: _slice,
    ops.PUT_SLICE: quiet(_put_slice),
    ops.GATHER: _gather,
    ops.INDEXED_ADD: _indexed(True),
    ops.INDEXED_PUT: _indexed(False),
}

BLOCKS = {"Take": _take, "TakeAlongAxis": _take_along_axis}
