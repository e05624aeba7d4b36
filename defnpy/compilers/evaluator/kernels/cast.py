"""Conversion of arrays to a tensor type, with the reference's rounding, truncation and wrapping."""

from __future__ import annotations

from typing import Any

import ml_dtypes
import numpy as np

from defnpy.compilers.evaluator.kernels.quiet import QUIET, enter, leave
from defnpy.nx.dtype import BF16, E4M3, F8, DType

_ML = frozenset(np.dtype(t) for t in (ml_dtypes.bfloat16, ml_dtypes.float8_e5m2, ml_dtypes.float8_e4m3fn))
_F32 = np.dtype(np.float32)


def is_low(array: Any) -> bool:
    """Whether the array holds a float type that NumPy itself does not know."""
    return array.dtype in _ML


def wide(array: Any) -> Any:
    """The array in a type that NumPy computes with (bf16 and 8-bit floats become f32)."""
    return array.astype(_F32) if array.dtype in _ML else array


def to_type(array: Any, to: DType) -> Any:
    """*array* converted to *to*; the same object where nothing changes."""
    if array.dtype == to.numpy and not to.small:
        return array
    if to.is_integer:
        return to_integer(array, to)
    array = wide(array)
    if array.dtype.kind == "c" and not to.is_complex:
        array = array.real
    if to is BF16:
        return truncate_bf16(array)
    if to is F8:
        return truncate_f8(array)
    if to is E4M3:
        return round_e4m3(array)
    return array.astype(to.numpy)


def wrap_small(array: Any, to: DType) -> Any:
    """Bytes reduced to 2 or 4 bits."""
    mask = (1 << to.bits) - 1
    low = array & mask
    if not to.signed:
        return low.astype(np.uint8)
    half = 1 << (to.bits - 1)
    return ((low.astype(np.int8) ^ half) - half).astype(np.int8)


def to_integer(array: Any, to: DType) -> Any:
    """Floats are cut towards zero and wrap; NaN is 0 and infinities are the limits."""
    if array.dtype.kind in "iub":
        if to.small:
            return wrap_small(array.astype(np.int8 if to.signed else np.uint8), to)
        return array.astype(to.numpy)
    array = wide(array)
    if array.dtype.kind == "c":
        array = array.real
    whole = np.trunc(array.astype(np.float64, copy=False))
    inside = np.abs(whole) < 9.2e18
    if inside.all():
        made = whole.astype(np.int64)
    else:
        made = _wrap_large(whole, inside, to)
    made = made.astype(to.numpy)
    if not to.small:
        return made
    made = np.asarray(wrap_small(made, to))
    if not inside.all():
        made[np.isposinf(whole)] = to.max
        made[np.isneginf(whole)] = to.min
    return made


def _wrap_large(whole: Any, inside: Any, to: DType) -> Any:
    made = np.where(inside, whole, 0.0).astype(np.int64)
    made = np.asarray(made)
    flat, source = made.reshape(-1), np.asarray(whole).reshape(-1)
    for i in np.flatnonzero(~np.asarray(inside).reshape(-1)):
        x = float(source[i])
        if x != x:
            n = 0
        elif x in (np.inf, -np.inf):
            n = to.max if x > 0 else to.min
        else:
            n = int(x)
        flat[i] = ((n + (1 << 63)) % (1 << 64)) - (1 << 63)
    return flat.reshape(made.shape)


def truncate_bf16(array: Any) -> Any:
    """The upper half of an f32."""
    bits = np.ascontiguousarray(array, dtype=np.float32).view(np.uint32)
    return (bits >> 16).astype(np.uint16).view(ml_dtypes.bfloat16).reshape(np.shape(array))


def truncate_f8(array: Any) -> Any:
    """The upper half of an f16."""
    token = enter(QUIET)
    bits = np.ascontiguousarray(array, dtype=np.float16).view(np.uint16)
    leave(token)
    return (bits >> 8).astype(np.uint8).view(ml_dtypes.float8_e5m2).reshape(np.shape(array))


def round_e4m3(array: Any) -> Any:
    """Nearest f8_e4m3fn between two powers of two, halves away from zero, saturating at 448."""
    x = np.asarray(array, dtype=np.float64)
    size = np.minimum(np.abs(x), 448.0)
    _, exponent = np.frexp(size)
    low = np.maximum(exponent - 1, -6)
    step = np.ldexp(1.0, low - 3)
    # The reference never carries into the exponent.
    top = np.ldexp(np.where(exponent - 1 < -6, 0.875, 1.875), low)
    rounded = np.minimum(np.floor(size / step + 0.5) * step, np.minimum(top, 448.0))
    return np.asarray(np.copysign(rounded, x)).astype(ml_dtypes.float8_e4m3fn)


def computing(to: DType) -> Any:
    """The NumPy type to compute results of type *to* in."""
    return to.numpy if to.exact or to.small else _F32
