"""Kernels that move elements."""

from __future__ import annotations

from typing import Any

from jax import lax

from defnpy.compilers.exla.kernels.cast import to_type
from defnpy.nx.ops import shape as ops


def _reshape(out: Any, params: Any, a: Any) -> Any:
    return a if a.shape == out.shape else lax.reshape(a, out.shape)


def _broadcast(out: Any, params: Any, a: Any) -> Any:
    kept = [(n, axis) for n, axis in zip(a.shape, params["axes"], strict=True) if n == out.shape[axis]]
    if len(kept) < len(a.shape):
        a = lax.reshape(a, [n for n, _ in kept])
    return lax.broadcast_in_dim(a, out.shape, [axis for _, axis in kept])


def _transpose(out: Any, params: Any, a: Any) -> Any:
    return lax.transpose(a, tuple(params["axes"]))


def _pad(out: Any, params: Any, a: Any, value: Any) -> Any:
    return lax.pad(to_type(a, out.type), to_type(value, out.type), params["config"])


def _reverse(out: Any, params: Any, a: Any) -> Any:
    return lax.rev(a, tuple(params["axes"]))


def _concatenate(out: Any, params: Any, *arrays: Any) -> Any:
    return lax.concatenate([to_type(a, out.type) for a in arrays], params["axis"])


def _stack(out: Any, params: Any, *arrays: Any) -> Any:
    axis = params["axis"]
    return lax.concatenate([lax.expand_dims(to_type(a, out.type), (axis,)) for a in arrays], axis)


TABLE = {
    ops.RESHAPE: _reshape,
    ops.SQUEEZE: _reshape,
    ops.BROADCAST: _broadcast,
    ops.TRANSPOSE: _transpose,
    ops.PAD: _pad,
    ops.REVERSE: _reverse,
    ops.CONCATENATE: _concatenate,
    ops.STACK: _stack,
}
