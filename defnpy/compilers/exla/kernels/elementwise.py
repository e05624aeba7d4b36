"""Elementwise kernels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from defnpy.compilers.exla.kernels.cast import fit, operand, result, to_type, wide
from defnpy.nx.dtype import DType
from defnpy.nx.ops import elementwise as ops

Kernel = Callable[..., Any]


def arithmetic(function: Callable[[Any, Any, DType], Any]) -> Kernel:
    """A kernel that computes in the output type."""

    def kernel(out: Any, params: Any, a: Any, b: Any) -> Any:
        t = out.type
        return result(function(fit(operand(a, t), out.shape), fit(operand(b, t), out.shape), t), t)

    return kernel


def _plain(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any, DType], Any]:
    return lambda a, b, t: function(a, b)


def _extreme(function: Any, first: Any) -> Callable[[Any, Any, DType], Any]:
    def choose(a: Any, b: Any, t: DType) -> Any:
        if not t.is_complex:
            return function(a, b)
        left = jnp.where(a.real == b.real, first(a.imag, b.imag), first(a.real, b.real))
        nan = jnp.isnan(a)
        return jnp.where(nan | (left & ~jnp.isnan(b)), a, b)

    return choose


def _pow(a: Any, b: Any, t: DType) -> Any:
    made = jnp.power(a, b)
    # IEEE 754 has NaN ** 0 == 1; the reference has NaN.
    return jnp.where(jnp.isnan(a), a, made) if t.is_float and not t.is_complex else made


_general_power = arithmetic(_pow)


def _power(out: Any, params: Any, a: Any, b: Any) -> Any:
    """A small whole exponent that is known beforehand makes a product."""
    t = out.type
    if t.is_float and not t.is_complex and isinstance(b, np.ndarray | np.generic) and b.ndim == 0 and b in (1, 2, 3, 4):
        return result(lax.integer_pow(fit(operand(a, t), out.shape), int(b)), t)
    return _general_power(out, params, a, b)


def _right_shift(a: Any, b: Any, t: DType) -> Any:
    return (lax.shift_right_arithmetic if t.signed else lax.shift_right_logical)(a, b)


def compare(function: Callable[[Any, Any], Any]) -> Kernel:
    """A kernel that gives u8 truth values."""

    def kernel(out: Any, params: Any, a: Any, b: Any) -> Any:
        a, b = wide(a), wide(b)
        if _exactly(a, b):
            a, b = _distance(a, b), np.float64(0)
        elif _exactly(b, a):
            a, b = np.float64(0), _distance(b, a)
        else:
            a, b = _alike(a, b)
        return function(fit(a, out.shape), fit(b, out.shape)).astype(np.uint8)

    return kernel


def _exactly(a: Any, b: Any) -> bool:
    """Whether these are 64-bit integers beside floats: no float type holds both."""
    return bool(a.dtype.kind in "iu" and a.dtype.itemsize == 8 and b.dtype.kind == "f")


def _distance(a: Any, b: Any) -> Any:
    """The sign of ``a - b`` for 64-bit integers and floats: where they are equal as doubles, the integers decide."""
    near, b = lax.convert_element_type(a, np.float64), lax.convert_element_type(b, np.float64)
    whole = lax.convert_element_type(b, a.dtype)
    finer = jnp.where(a == whole, 0.0, jnp.where(a > whole, 1.0, -1.0))
    # Infinities have no difference.
    coarse = jnp.where(near > b, 1.0, jnp.where(near < b, -1.0, jnp.where(jnp.isnan(b), b, 0.0)))
    return jnp.where(near == b, finer, coarse)


def _alike(a: Any, b: Any) -> tuple[Any, Any]:
    """Two arrays of one dtype that holds the values of both."""
    if a.dtype == b.dtype:
        return a, b
    kind = np.promote_types(a.dtype, b.dtype)
    if kind.itemsize > max(a.dtype.itemsize, b.dtype.itemsize, 4) and kind.name not in ("complex64",):
        from defnpy.compilers.exla.types import x64

        with x64():
            return lax.convert_element_type(a, kind), lax.convert_element_type(b, kind)
    return lax.convert_element_type(a, kind), lax.convert_element_type(b, kind)


def _order(function: Any, real: Any) -> Callable[[Any, Any], Any]:
    """A comparison of order; complex numbers by real part, then by imaginary part."""

    def compare_order(a: Any, b: Any) -> Any:
        if a.dtype.kind != "c":
            return function(a, b)
        return jnp.where(a.real == b.real, function(a.imag, b.imag), real(a.real, b.real))

    return compare_order


def _logical(function: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    def kernel(out: Any, params: Any, a: Any, b: Any) -> Any:
        return function(fit(truth(a), out.shape), fit(truth(b), out.shape)).astype(np.uint8)

    return kernel


def truth(a: Any) -> Any:
    """Which elements are not zero."""
    a = wide(a)
    return lax.ne(a, np.zeros((), a.dtype) if not a.shape else lax.full_like(a, 0))


def unary(function: Callable[[Any], Any]) -> Kernel:
    """A kernel that computes in the output type."""

    def kernel(out: Any, params: Any, a: Any) -> Any:
        return result(function(operand(a, out.type)), out.type)

    return kernel


def _cbrt(x: Any) -> Any:
    return jnp.power(x, 1 / 3) if x.dtype.kind == "c" else lax.cbrt(x)


def _sqrt(x: Any) -> Any:
    return jnp.sqrt(x)


def _round(x: Any) -> Any:
    return lax.round(x, lax.RoundingMethod.AWAY_FROM_ZERO)


def _whole(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda x: x if x.dtype.kind in "iu" else function(x)


def _bits_of(a: Any, t: DType) -> Any:
    bits = lax.bitcast_convert_type(a, np.dtype(f"u{a.dtype.itemsize}"))
    return bits & np.uint8((1 << t.bits) - 1) if t.small else bits


def _population_count(out: Any, params: Any, a: Any) -> Any:
    return lax.population_count(_bits_of(a, out.type)).astype(out.type.numpy)


def _leading_zeros(out: Any, params: Any, a: Any) -> Any:
    bits = _bits_of(a, out.type)
    spare = bits.dtype.itemsize * 8 - out.type.bits
    return (lax.clz(bits) - np.array(spare, bits.dtype)).astype(out.type.numpy)


def _test(function: Callable[[Any], Any]) -> Kernel:
    def kernel(out: Any, params: Any, a: Any) -> Any:
        if a.dtype.kind in "iu":
            return jnp.zeros(a.shape, np.uint8)
        return function(wide(a)).astype(np.uint8)

    return kernel


def _abs(out: Any, params: Any, a: Any) -> Any:
    if a.dtype.kind == "u":
        return a
    return result(lax.abs(wide(a)), out.type)


def _real(out: Any, params: Any, a: Any) -> Any:
    return to_type(lax.real(a) if a.dtype.kind == "c" else a, out.type)


def _imag(out: Any, params: Any, a: Any) -> Any:
    return lax.imag(a) if a.dtype.kind == "c" else jnp.zeros(a.shape, out.type.numpy)


def _conjugate(out: Any, params: Any, a: Any) -> Any:
    return jnp.conj(to_type(a, out.type))


def _select(out: Any, params: Any, pred: Any, a: Any, b: Any) -> Any:
    t, shape = out.type, out.shape
    return lax.select(fit(truth(pred), shape), fit(to_type(a, t), shape), fit(to_type(b, t), shape))


def _clip(out: Any, params: Any, a: Any, low: Any, high: Any) -> Any:
    t = out.type
    low, high = fit(operand(low, t), out.shape), fit(operand(high, t), out.shape)
    return result(lax.min(lax.max(fit(operand(a, t), out.shape), low), high), t)


def _as_type(out: Any, params: Any, a: Any) -> Any:
    return to_type(a, out.type)


def _bitcast(out: Any, params: Any, a: Any) -> Any:
    t = out.type
    if t.small:
        return to_type(lax.bitcast_convert_type(a, np.uint8), t)
    return lax.bitcast_convert_type(a, t.numpy)


_BINARY: dict[str, Any] = {
    "add": _plain(lax.add), "subtract": _plain(lax.sub), "multiply": _plain(lax.mul), "divide": _plain(lax.div),
    "atan2": _plain(lax.atan2), "min": _extreme(lax.min, lax.lt), "max": _extreme(lax.max, lax.gt),
    "bitwise_and": _plain(lax.bitwise_and), "bitwise_or": _plain(lax.bitwise_or), "bitwise_xor": _plain(lax.bitwise_xor),
    "remainder": _plain(lax.rem), "quotient": _plain(lax.div), "left_shift": _plain(lax.shift_left), "right_shift": _right_shift,
}  # fmt: skip
_COMPARE: dict[str, Any] = {
    "equal": lax.eq, "not_equal": lax.ne, "greater": _order(lax.gt, lax.gt), "less": _order(lax.lt, lax.lt),
    "greater_equal": _order(lax.ge, lax.gt), "less_equal": _order(lax.le, lax.lt),
}  # fmt: skip
_LOGICAL: dict[str, Any] = {"logical_and": lax.bitwise_and, "logical_or": lax.bitwise_or, "logical_xor": lax.bitwise_xor}
_UNARY: dict[str, Any] = {
    "exp": lax.exp, "expm1": lax.expm1, "log": lax.log, "log1p": lax.log1p, "sigmoid": lax.logistic, "cos": lax.cos,
    "sin": lax.sin, "tan": lax.tan, "cosh": lax.cosh, "sinh": lax.sinh, "tanh": lax.tanh, "acosh": lax.acosh,
    "asinh": lax.asinh, "atanh": lax.atanh, "acos": lax.acos, "asin": lax.asin, "atan": lax.atan,
    "sqrt": _sqrt, "rsqrt": lax.rsqrt, "cbrt": _cbrt, "erf": lax.erf, "erfc": lax.erfc,
    "erf_inv": lax.erf_inv, "negate": lax.neg, "sign": lax.sign, "floor": _whole(lax.floor),
    "ceil": _whole(lax.ceil), "round": _whole(_round), "bitwise_not": lax.bitwise_not,
}  # fmt: skip
_OWN: dict[str, Kernel] = {
    "population_count": _population_count, "count_leading_zeros": _leading_zeros, "is_nan": _test(jnp.isnan),
    "is_infinity": _test(jnp.isinf), "abs": _abs, "real": _real, "imag": _imag, "conjugate": _conjugate,
}  # fmt: skip

TABLE: dict[Any, Kernel] = {
    **{ops.BINARY[n]: arithmetic(f) for n, f in _BINARY.items()},
    ops.BINARY["pow"]: _power,
    **{ops.BINARY[n]: compare(f) for n, f in _COMPARE.items()},
    **{ops.BINARY[n]: _logical(f) for n, f in _LOGICAL.items()},
    **{ops.UNARY[n]: unary(f) for n, f in _UNARY.items()},
    **{ops.UNARY[n]: f for n, f in _OWN.items()},
    ops.SELECT: _select,
    ops.CLIP: _clip,
    ops.AS_TYPE: _as_type,
    ops.BITCAST: _bitcast,
}
