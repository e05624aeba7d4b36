"""Slicing, gathering and scattering."""

from __future__ import annotations

from typing import Any

from defnpy.nx.dtype import merge
from defnpy.nx.ops.base import Op
from defnpy.nx.shape import intern_names, merge_name
from defnpy.nx.show import text
from defnpy.nx.tensor import Tensor, template
from defnpy.terms.errors import ArgumentError


def _slice(params: Any, a: Tensor, *starts: Tensor) -> Tensor:
    shape = tuple((n - 1) // s + 1 for n, s in zip(params["lengths"], params["strides"], strict=True))
    return template(a.type, shape, a.names)


def _put_slice(params: Any, a: Tensor, part: Tensor, *starts: Tensor) -> Tensor:
    if len(part.shape) != len(a.shape):
        raise ArgumentError(
            f"invalid slice for put_slice, rank of slice must match {len(a.shape)}, got: {len(part.shape)}"
        )
    names = []
    for axis, (n, m) in enumerate(zip(part.shape, a.shape, strict=True)):
        if n > m:
            raise ArgumentError(
                f"slice shape {text(part.shape)} must be less than or equal to tensor shape {text(a.shape)}"
            )
        names.append(merge_name(a.names[axis], part.names[axis], axis, axis))
    return template(merge(a.type, part.type), a.shape, intern_names(names))


def _gather(params: Any, a: Tensor, indices: Tensor) -> Tensor:
    axes = params["axes"]
    rest = [i for i in range(len(a.shape)) if i not in axes]
    shape = (*indices.shape[:-1], *(a.shape[i] for i in rest))
    return template(a.type, shape)


def _indexed(params: Any, a: Tensor, indices: Tensor, updates: Tensor) -> Tensor:
    return template(merge(a.type, updates.type), a.shape, a.names)


SLICE = Op("slice", _slice)
"""Operands: the tensor, then one integer scalar per dynamic start. Params ``starts`` (an int, or None: the next operand),
``lengths`` (before striding) and ``strides``. Starts are clamped so that the slice fits."""
PUT_SLICE = Op("put_slice", _put_slice)
"""Operands: tensor, slice, dynamic starts; params ``starts`` as in SLICE."""
GATHER = Op("gather", _gather)
"""Operands tensor and indices (last axis: one index for each of ``axes``)."""
INDEXED_ADD = Op("indexed_add", _indexed)
INDEXED_PUT = Op("indexed_put", _indexed)

OPS: tuple[Op, ...] = (SLICE, PUT_SLICE, GATHER, INDEXED_ADD, INDEXED_PUT)
