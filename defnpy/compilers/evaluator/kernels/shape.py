"""Kernels that move elements."""

from __future__ import annotations

from typing import Any

import numpy as np

from defnpy.compilers.evaluator.kernels.cast import to_type
from defnpy.compilers.evaluator.kernels.quiet import quiet
from defnpy.nx.ops import shape as ops


def _reshape(out: Any, params: Any, a: Any) -> Any:
    return a.reshape(out.shape)


def _broadcast(out: Any, params: Any, a: Any) -> Any:
    shape = [1] * len(out.shape)
    for axis, n in zip(params["axes"], a.shape, strict=True):
        shape[axis] = n
    return np.broadcast_to(a.reshape(shape), out.shape)


def _transpose(out: Any, params: Any, a: Any) -> Any:
    return a.transpose(params["axes"])


def pad(a: Any, value: Any, config: Any) -> Any:
    """*a* padded by (low, high, interior) per axis; negative low and high cut off."""
    grown = tuple(
        max(lo, 0) + max(hi, 0) + n + (n - 1) * mid for n, (lo, hi, mid) in zip(a.shape, config, strict=True)
    )
    made = np.full(grown, value, dtype=a.dtype)
    inside = tuple(
        slice(max(lo, 0), max(lo, 0) + n + (n - 1) * mid, mid + 1)
        for n, (lo, hi, mid) in zip(a.shape, config, strict=True)
    )
    made[inside] = a
    cut = tuple(slice(max(-lo, 0), n - max(-hi, 0)) for n, (lo, hi, _) in zip(grown, config, strict=True))
    return made[cut]


def _pad(out: Any, params: Any, a: Any, value: Any) -> Any:
    return pad(to_type(a, out.type), to_type(value, out.type), params["config"])


def _reverse(out: Any, params: Any, a: Any) -> Any:
    return np.flip(a, params["axes"])


def _concatenate(out: Any, params: Any, *arrays: Any) -> Any:
    return np.concatenate([to_type(a, out.type) for a in arrays], params["axis"])


def _stack(out: Any, params: Any, *arrays: Any) -> Any:
    return np.stack([to_type(a, out.type) for a in arrays], params["axis"])


TABLE = {
    ops.RESHAPE: _reshape,
    ops.SQUEEZE: _reshape,
    ops.BROADCAST: _broadcast,
    ops.TRANSPOSE: _transpose,
    ops.PAD: quiet(_pad),
    ops.REVERSE: _reverse,
    ops.CONCATENATE: quiet(_concatenate),
    ops.STACK: quiet(_stack),
}
