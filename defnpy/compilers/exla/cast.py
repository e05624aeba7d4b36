"""Conversions with the reference's rounding, on JAX arrays."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from defnpy.nx.dtype import BF16, E4M3, F8, DType


def low(kind: DType) -> bool:
    """Whether a type is computed in f32 and cut afterwards."""
    return not kind.exact and not kind.small


def wide(x: Any) -> Any:
    """bf16 and 8-bit floats as f32."""
    return x.astype(jnp.float32) if x.dtype.itemsize < 4 and jnp.issubdtype(x.dtype, jnp.floating) and x.dtype != jnp.float16 else x


def to_type(x: Any, kind: DType) -> Any:
    """*x* converted to *kind*."""
    if x.dtype == kind.numpy and not kind.small:
        return x
    if kind.is_integer:
        return _to_integer(x, kind)
    x = wide(x)
    if jnp.issubdtype(x.dtype, jnp.complexfloating) and not kind.is_complex:
        x = jnp.real(x)
    if kind is BF16:
        bits = jax.lax.bitcast_convert_type(x.astype(jnp.float32), jnp.uint32)
        return jax.lax.bitcast_convert_type((bits >> 16).astype(jnp.uint16), jnp.bfloat16)
    if kind is F8:
        bits = jax.lax.bitcast_convert_type(x.astype(jnp.float16), jnp.uint16)
        return jax.lax.bitcast_convert_type((bits >> 8).astype(jnp.uint8), jnp.float8_e5m2)
    if kind is E4M3:
        x = jnp.clip(x.astype(jnp.float32), -448.0, 448.0)
        return x.astype(jnp.float8_e4m3fn)
    return x.astype(kind.numpy)


def wrap(x: Any, kind: DType) -> Any:
    """Bytes reduced to 2 or 4 bits."""
    cut = x & ((1 << kind.bits) - 1)
    if not kind.signed:
        return cut.astype(jnp.uint8)
    half = 1 << (kind.bits - 1)
    return ((cut.astype(jnp.int8) ^ half) - half).astype(jnp.int8)


def _to_integer(x: Any, kind: DType) -> Any:
    if jnp.issubdtype(x.dtype, jnp.integer) or x.dtype == jnp.bool_:
        return wrap(x.astype(np.int8 if kind.signed else np.uint8), kind) if kind.small else x.astype(kind.numpy)
    x = wide(x)
    if jnp.issubdtype(x.dtype, jnp.complexfloating):
        x = jnp.real(x)
    whole = jnp.where(jnp.isnan(x), 0, jnp.trunc(x))
    if kind.bits >= 64:
        return whole.astype(kind.numpy)
    if kind.bits == 32 and not kind.signed:
        return jnp.where(whole < 0, whole.astype(jnp.int32).astype(jnp.uint32), whole.astype(jnp.uint32))
    made = whole.astype(jnp.int32)
    if kind.bits == 32:
        return made
    edge = jnp.isinf(x)
    limit = jnp.where(x > 0, kind.max, kind.min)
    made = jnp.where(edge, limit, made)
    return wrap(made, kind) if kind.small else made.astype(kind.numpy)


def computing(kind: DType) -> Any:
    """The dtype to compute results of type *kind* in."""
    return kind.numpy if kind.exact or kind.small else np.dtype(np.float32)
