"""``dot``, ``conv`` and ``triangular_solve``."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from defnpy.compilers.exla.kernels.cast import computing, result, to_type
from defnpy.nx.dtype import F16, F32, DType
from defnpy.nx.ops import linear as ops


def _operand(a: Any, t: DType) -> Any:
    if t.is_integer:
        return a.astype(computing(t))
    return to_type(a, t if t.exact else F32).astype(np.float32 if t is F16 else computing(t))


def _dot(out: Any, params: Any, a: Any, b: Any) -> Any:
    t = out.type
    dims = (tuple(params["left"]), tuple(params["right"])), (tuple(params["left_batch"]), tuple(params["right_batch"]))
    return result(lax.dot_general(_operand(a, t), _operand(b, t), dims), t)


def _conv(out: Any, params: Any, a: Any, kernel: Any) -> Any:
    t = out.type
    dims = lax.ConvDimensionNumbers(
        tuple(params["input_permutation"]), tuple(params["kernel_permutation"]), tuple(params["output_permutation"])
    )
    made = lax.conv_general_dilated(
        _operand(a, t),
        _operand(kernel, t),
        window_strides=tuple(params["strides"]),
        padding=[tuple(p) for p in params["padding"]],
        lhs_dilation=tuple(params["input_dilation"]),
        rhs_dilation=tuple(params["kernel_dilation"]),
        dimension_numbers=dims,
        feature_group_count=params["feature_group_size"],
        batch_group_count=params["batch_group_size"],
    )
    return result(made, t)


def _triangular_solve(out: Any, params: Any, a: Any, b: Any) -> Any:
    t = out.type
    kind = t.numpy if t.bits >= 32 and t.exact else np.dtype(np.float32)
    a, b = to_type(a, t).astype(kind), to_type(b, t).astype(kind)
    vector = b.ndim == a.ndim - 1
    left = params["left_side"]
    if vector:
        b = jnp.expand_dims(b, -1 if left else -2)
    made = lax.linalg.triangular_solve(
        a, b, left_side=left, lower=params["lower"], transpose_a=params["transform_a"] == "transpose"
    )
    return to_type(made.reshape(out.shape), t)


TABLE = {ops.DOT: _dot, ops.CONV: _conv, ops.TRIANGULAR_SOLVE: _triangular_solve}
