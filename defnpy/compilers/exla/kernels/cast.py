"""Conversion of JAX arrays to a tensor type, with the reference's rounding, truncation and wrapping."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import ml_dtypes
import numpy as np
from jax import lax

from defnpy.nx.dtype import BF16, E4M3, F8, DType

_ML = frozenset(np.dtype(t) for t in (ml_dtypes.bfloat16, ml_dtypes.float8_e5m2, ml_dtypes.float8_e4m3fn))
F32 = np.dtype(np.float32)


def fit(a: Any, shape: tuple[int, ...]) -> Any:
    """*a* broadcast to *shape* by the rules of NumPy."""
    own = a.shape
    if own == shape:
        return a
    if not own:
        return lax.broadcast(a, shape)
    skip = len(shape) - len(own)
    kept = [i for i, n in enumerate(own) if n == shape[i + skip]]
    if len(kept) < len(own):
        a = lax.reshape(a, [own[i] for i in kept])
    return lax.broadcast_in_dim(a, shape, [i + skip for i in kept])


def is_low(a: Any) -> bool:
    """Whether the array holds a float type that is computed in f32."""
    return a.dtype in _ML


def wide(a: Any) -> Any:
    """bf16 and 8-bit floats as f32, everything else as it is."""
    return a.astype(F32) if a.dtype in _ML else a


def computing(to: DType) -> Any:
    """The dtype to compute results of type *to* in."""
    return to.numpy if to.exact or to.small else F32


def operand(a: Any, t: DType) -> Any:
    """*a* in the type that results of type *t* are computed in."""
    if t.exact:
        return a if a.dtype == t.numpy else to_type(a, t)
    if t.small:
        return a if a.dtype == t.numpy else to_type(a, t)
    return a.astype(F32) if a.dtype != F32 else a


def result(a: Any, t: DType) -> Any:
    """What was computed for type *t* as that type."""
    return a if t.exact and a.dtype == t.numpy else to_type(a, t)


def to_type(a: Any, to: DType) -> Any:
    """*a* converted to *to*; the same object where nothing changes."""
    if a.dtype == to.numpy and not to.small:
        return a
    if to.is_integer:
        return to_integer(a, to)
    a = wide(a)
    if a.dtype.kind == "c" and not to.is_complex:
        a = a.real
    if to is BF16:
        bits = lax.bitcast_convert_type(a.astype(F32), np.uint32)
        return lax.bitcast_convert_type((bits >> np.uint32(16)).astype(np.uint16), ml_dtypes.bfloat16)
    if to is F8:
        bits = lax.bitcast_convert_type(a.astype(np.float16), np.uint16)
        return lax.bitcast_convert_type((bits >> np.uint16(8)).astype(np.uint8), ml_dtypes.float8_e5m2)
    if to is E4M3:
        return _round_e4m3(a)
    return a.astype(to.numpy)


def wrap_small(a: Any, to: DType) -> Any:
    """Bytes reduced to 2 or 4 bits."""
    mask = (1 << to.bits) - 1
    if not to.signed:
        return a.astype(np.uint8) & np.uint8(mask)
    half = np.int8(1 << (to.bits - 1))
    return ((a.astype(np.int8) & np.int8(mask)) ^ half) - half


def to_integer(a: Any, to: DType) -> Any:
    """Floats are cut towards zero and wrap; NaN is 0 and infinities are the limits."""
    if a.dtype.kind in "iub":
        return wrap_small(a, to) if to.small else a.astype(to.numpy)
    a = wide(a)
    if a.dtype.kind == "c":
        a = a.real
    if a.dtype == np.float16:
        a = a.astype(F32)
    word = 64 if to.bits == 64 else 32
    unsigned = np.dtype(f"u{word // 8}")
    whole = jnp.trunc(a)
    size = jnp.abs(whole)
    # Powers of two keep this exact: what is left is the remainder modulo the word.
    turn = np.array(2.0**word, a.dtype)
    size = size - jnp.floor(size / turn) * turn
    word_bits = size.astype(unsigned)
    word_bits = jnp.where(whole < 0, (~word_bits) + unsigned.type(1), word_bits)
    made = word_bits.astype(to.numpy)
    if to.small:
        made = wrap_small(made, to)
    limit = jnp.where(a > 0, np.array(to.max, to.numpy), np.array(to.min, to.numpy))
    made = jnp.where(jnp.isinf(a), limit, made)
    return jnp.where(jnp.isnan(a), np.array(0, to.numpy), made)


def _round_e4m3(a: Any) -> Any:
    """Nearest f8_e4m3fn, halves away from zero, saturating at 448."""
    a = a.astype(F32)
    size = jnp.minimum(jnp.abs(a), np.float32(448))
    _, exponent = jnp.frexp(size)
    step = jnp.ldexp(np.float32(1), jnp.maximum(exponent - 1, -6) - 3)
    rounded = jnp.minimum(jnp.floor(size / step + np.float32(0.5)) * step, np.float32(448))
    return jnp.copysign(rounded, a).astype(ml_dtypes.float8_e4m3fn)
