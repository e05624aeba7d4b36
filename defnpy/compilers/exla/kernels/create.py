"""Kernels without operands."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from defnpy.compilers.exla.kernels.cast import to_type
from defnpy.nx.ops import create as ops


def _constant(out: Any, params: Any) -> Any:
    from defnpy.nx.convert import scalar_array

    value = scalar_array(params["value"], out.type)
    return value if not out.shape else lax.broadcast(value, out.shape)


def _iota(out: Any, params: Any) -> Any:
    axis, shape, t = params["axis"], out.shape, out.type
    kind = t.numpy if t.exact and (t.bits >= 32) and not t.is_complex else np.dtype(np.int32)
    if axis is None:
        return to_type(lax.iota(kind, out.size), t).reshape(shape)
    return to_type(lax.broadcasted_iota(kind, shape, axis), t)


def _eye(out: Any, params: Any) -> Any:
    *_, rows, cols = out.shape
    return jnp.broadcast_to(to_type(jnp.eye(rows, cols, dtype=np.int8), out.type), out.shape)


TABLE = {ops.CONSTANT: _constant, ops.IOTA: _iota, ops.EYE: _eye}
