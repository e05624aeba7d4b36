"""Kernels without operands."""

from __future__ import annotations

from typing import Any

import numpy as np

from defnpy.compilers.evaluator.kernels.cast import to_type
from defnpy.compilers.evaluator.kernels.quiet import quiet
from defnpy.nx.ops import create as ops


def _constant(out: Any, params: Any) -> Any:
    from defnpy.nx.convert import scalar_array

    return np.broadcast_to(scalar_array(params["value"], out.type), out.shape)


def _iota(out: Any, params: Any) -> Any:
    axis, shape = params["axis"], out.shape
    if axis is None:
        return to_type(np.arange(out.size), out.type).reshape(shape)
    line = to_type(np.arange(shape[axis]), out.type)
    return np.broadcast_to(line.reshape([-1 if i == axis else 1 for i in range(len(shape))]), shape)


def _eye(out: Any, params: Any) -> Any:
    *batch, rows, cols = out.shape
    made = to_type(np.eye(rows, cols, dtype=np.int8), out.type)
    return np.broadcast_to(made, out.shape) if batch else made


TABLE = {ops.CONSTANT: quiet(_constant), ops.IOTA: quiet(_iota), ops.EYE: _eye}
