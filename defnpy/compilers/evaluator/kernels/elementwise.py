"""Elementwise kernels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from defnpy.base.branches import inverses
from defnpy.base.giles import CENTRAL, TAIL, polynomial
from defnpy.compilers.evaluator.kernels.cast import to_type, wide
from defnpy.compilers.evaluator.kernels.few import FEW, ROUNDED, rounded
from defnpy.compilers.evaluator.kernels.quiet import QUIET, enter, leave, quiet
from defnpy.nx.dtype import C64, C128, F32, DType
from defnpy.nx.ops import elementwise as ops
from defnpy.terms.errors import ArgumentError, ArithmeticError_

Kernel = Callable[..., Any]


def _operand(array: Any, t: DType) -> Any:
    """*array* in the type that results of type *t* are computed in."""
    if t.exact:
        return array if array.dtype is t.numpy else to_type(array, t)
    return array if t.small else to_type(array, F32)


def arithmetic(function: Callable[[Any, Any], Any]) -> Kernel:
    """A kernel that computes in the output type."""

    def kernel(out: Any, params: Any, a: Any, b: Any) -> Any:
        t = out.type
        token = enter(QUIET)
        made = function(_operand(a, t), _operand(b, t))
        leave(token)
        return made if t.exact else to_type(np.asarray(made), t)

    return kernel


def direct(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """*function* of two arrays of one exact type, without warnings; always gives an array."""

    def run(a: Any, b: Any) -> Any:
        token = enter(QUIET)
        made = function(a, b)
        leave(token)
        return made if made.__class__ is np.ndarray else np.asarray(made)

    return run


def checked(function: Callable[[Any, Any, DType], Any]) -> Kernel:
    """As :func:`arithmetic` for functions that may raise; they get the type too."""

    def kernel(out: Any, params: Any, a: Any, b: Any) -> Any:
        t = out.type
        wide = C128 if t is C64 else t
        made = quiet(function)(_operand(a, wide), _operand(b, wide), t)
        return made if wide is t and t.exact else to_type(np.asarray(made), t)

    return kernel


def _pow(a: Any, b: Any, t: DType) -> Any:
    if b.ndim == 0 and b == 2:
        return np.multiply(a, a)
    if t.is_integer and t.signed and (b < 0).any():
        raise ArithmeticError_()
    made = rounded(np.power)(a, b)
    # IEEE 754 has NaN ** 0 == 1; the reference has NaN.
    return np.where(np.isnan(a), a, made) if t.is_float and not t.is_complex else made


def _remainder(a: Any, b: Any, t: DType) -> Any:
    if t.is_integer and (b == 0).any():
        raise ArithmeticError_()
    return np.fmod(a, b)


def _quotient(a: Any, b: Any, t: DType) -> Any:
    if (b == 0).any():
        raise ArithmeticError_()
    down = np.floor_divide(a, b)
    if not t.signed:
        return down
    inexact = (down * b != a) & ((a < 0) != (b < 0))
    return down + inexact.astype(down.dtype)


def _shift(word: str, function: Any) -> Any:
    def shift(a: Any, b: Any, t: DType) -> Any:
        if t.signed:
            negative = np.flatnonzero(np.asarray(b).reshape(-1) < 0)
            if len(negative):
                raise ArgumentError(f"cannot {word} shift by {np.asarray(b).reshape(-1)[negative[0]]}")
        return function(a, b)

    return shift


def compare(function: Callable[[Any, Any], Any]) -> Kernel:
    """A kernel that gives u8 truth values."""

    def kernel(out: Any, params: Any, a: Any, b: Any) -> Any:
        if a.dtype.kind != b.dtype.kind:
            a, b = _comparable(wide(a), wide(b))
        elif a.dtype != b.dtype:
            a, b = wide(a), wide(b)
        return np.asarray(function(a, b)).astype(np.bool_, copy=False).view(np.uint8)

    return kernel


_EXACT = 1 << 53


def _comparable(a: Any, b: Any) -> tuple[Any, Any]:
    """Integers that no double holds are compared with floats as Python numbers."""
    for x, y in ((a, b), (b, a)):
        if x.dtype.itemsize == 8 and x.dtype.kind in "iu" and y.dtype.kind == "f":
            if ((x > _EXACT) | (x < (-_EXACT if x.dtype.kind == "i" else 0))).any():
                return a.astype(object), b.astype(object)
    return a, b


def _logical(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda a, b: function(a != 0, b != 0)


def unary(function: Callable[[Any], Any]) -> Kernel:
    """A kernel that computes in the output type (c64 in c128: NumPy's own functions lose digits)."""

    def kernel(out: Any, params: Any, a: Any) -> Any:
        t = out.type
        wide = C128 if t is C64 else t
        token = enter(QUIET)
        made = function(_operand(a, wide))
        leave(token)
        return made if wide is t and t.exact else to_type(np.asarray(made), t)

    return kernel


def sigmoid(x: Any) -> Any:
    """``1 / (1 + exp(-x))``, rounded once."""
    if x.dtype == np.float16:
        return sigmoid(x.astype(np.float32)).astype(np.float16)
    return 1 / (1 + np.exp(-x))


def _rsqrt(x: Any) -> Any:
    return 1 / np.sqrt(x)


def _cbrt(x: Any) -> Any:
    return np.power(x, 1 / 3) if x.dtype.kind == "c" else np.cbrt(x)


INVERSES = inverses(np.sqrt, np.log)
"""The inverse functions of complex arrays."""


def _inverse(name: str, function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """*function*, for finite complex numbers on the reference's branch."""
    own = INVERSES[name]

    def run(x: Any) -> Any:
        if x.dtype.kind != "c":
            return function(x)
        made = own(x)
        good = np.isfinite(made)
        return made if good.all() else np.where(good, made, function(x))

    return run


def _special(name: str) -> Callable[[Any], Any]:
    def function(x: Any) -> Any:
        from scipy import special

        # scipy computes half precision wider and would hand out the wider type.
        return np.asarray(getattr(special, name)(x)).astype(x.dtype, copy=False)

    return function


def _erf_inv(x: Any) -> Any:
    """In single precision by the reference's approximation where it can be printed: scipy's is faster, and better in double precision."""
    if x.size > FEW or x.dtype != np.float32:
        return _special("erfinv")(x)
    x = x.astype(np.float64)
    w = -np.log((1 - x) * (1 + x))
    made = np.where(w < 5, polynomial(CENTRAL, w - 2.5), polynomial(TAIL, np.sqrt(w) - 3)) * x
    return np.where(np.abs(x) == 1, np.copysign(np.inf, x), made).astype(np.float32)


def round_away(x: Any) -> Any:
    """Nearest whole number, halves away from zero."""
    if x.dtype.kind in "iu":
        return x
    whole = np.trunc(x)
    return np.where(np.abs(x - whole) >= 0.5, whole + np.copysign(np.ones_like(x), x), whole)


def _whole(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda x: x if x.dtype.kind in "iu" else function(x)


def _bits_of(a: Any, t: DType) -> Any:
    bits = a.view(np.dtype(f"u{a.dtype.itemsize}"))
    return bits & ((1 << t.bits) - 1) if t.small else bits


def _population_count(out: Any, params: Any, a: Any) -> Any:
    return np.asarray(np.bitwise_count(_bits_of(a, out.type))).astype(out.type.numpy)


def _leading_zeros(out: Any, params: Any, a: Any) -> Any:
    bits = _bits_of(a, out.type)
    for shift in (1, 2, 4, 8, 16, 32):
        if shift < bits.dtype.itemsize * 8:
            bits = bits | (bits >> shift)
    return np.asarray(out.type.bits - np.bitwise_count(bits)).astype(out.type.numpy)


def _test(function: Callable[[Any], Any]) -> Kernel:
    def kernel(out: Any, params: Any, a: Any) -> Any:
        if a.dtype.kind in "iu":
            return np.zeros(a.shape, np.uint8)
        return np.asarray(function(a)).view(np.uint8)

    return kernel


def _abs(out: Any, params: Any, a: Any) -> Any:
    if a.dtype.kind == "c":
        return np.abs(a)
    made = np.abs(wide(a))
    return to_type(np.asarray(made), out.type)


def _real(out: Any, params: Any, a: Any) -> Any:
    return to_type(np.asarray(a.real if a.dtype.kind == "c" else a), out.type)


def _imag(out: Any, params: Any, a: Any) -> Any:
    return np.asarray(a.imag) if a.dtype.kind == "c" else np.zeros(a.shape, out.type.numpy)


def _conjugate(out: Any, params: Any, a: Any) -> Any:
    return np.conj(to_type(a, out.type))


def _select(out: Any, params: Any, pred: Any, a: Any, b: Any) -> Any:
    t = out.type
    made = np.where(wide(pred) != 0, to_type(a, t), to_type(b, t))
    return made if made.shape == out.shape else np.broadcast_to(made, out.shape)


def _clip(out: Any, params: Any, a: Any, low: Any, high: Any) -> Any:
    t = out.type
    low, high = _operand(low, t), _operand(high, t)
    made = np.minimum(np.maximum(_operand(a, t), low), high)
    return made if t.exact else to_type(np.asarray(made), t)


@quiet
def _as_type(out: Any, params: Any, a: Any) -> Any:
    return to_type(a, out.type)


def _bitcast(out: Any, params: Any, a: Any) -> Any:
    t = out.type
    if t.small:
        return to_type(a.view(np.uint8), t)
    return np.ascontiguousarray(a).view(t.numpy).reshape(a.shape)



def _atan2(a: Any, b: Any) -> Any:
    """In double precision: NumPy's single precision angle is off in the last digit."""
    return np.arctan2(a, b, dtype=np.float64).astype(np.result_type(a, b))


_UFUNCS: dict[str, Any] = {
    "add": np.add, "subtract": np.subtract, "multiply": np.multiply, "divide": np.divide, "atan2": _atan2,
    "min": np.minimum, "max": np.maximum,
    "bitwise_and": np.bitwise_and, "bitwise_or": np.bitwise_or, "bitwise_xor": np.bitwise_xor,
}  # fmt: skip
_CHECKED: dict[str, Any] = {
    "pow": _pow, "remainder": _remainder, "quotient": _quotient,
    "left_shift": _shift("left", np.left_shift), "right_shift": _shift("right", np.right_shift),
}  # fmt: skip
_COMPARE: dict[str, Any] = {
    "equal": np.equal, "not_equal": np.not_equal, "greater": np.greater, "less": np.less,
    "greater_equal": np.greater_equal, "less_equal": np.less_equal, "logical_and": _logical(np.logical_and),
    "logical_or": _logical(np.logical_or), "logical_xor": _logical(np.logical_xor),
}  # fmt: skip
_UNARY: dict[str, Any] = {
    "exp": np.exp, "expm1": np.expm1, "log": np.log, "log1p": np.log1p, "sigmoid": sigmoid, "cos": np.cos,
    "sin": np.sin, "tan": np.tan, "cosh": np.cosh, "sinh": np.sinh, "tanh": np.tanh, "acosh": _inverse("acosh", np.arccosh),
    "asinh": np.arcsinh, "atanh": _inverse("atanh", np.arctanh), "acos": _inverse("acos", np.arccos), "asin": _inverse("asin", np.arcsin), "atan": np.arctan,
    "sqrt": np.sqrt, "rsqrt": _rsqrt, "cbrt": _cbrt, "erf": _special("erf"), "erfc": _special("erfc"),
    "erf_inv": _erf_inv, "negate": np.negative, "sign": np.sign, "floor": _whole(np.floor),
    "ceil": _whole(np.ceil), "round": round_away, "bitwise_not": np.invert,
}  # fmt: skip
_OWN: dict[str, Kernel] = {
    "population_count": _population_count, "count_leading_zeros": _leading_zeros, "is_nan": _test(np.isnan),
    "is_infinity": _test(np.isinf), "abs": quiet(_abs), "real": _real, "imag": _imag, "conjugate": _conjugate,
}  # fmt: skip

DIRECT: dict[Any, Callable[[Any, Any], Any]] = {ops.BINARY[n]: direct(f) for n, f in _UFUNCS.items()}

TABLE: dict[Any, Kernel] = {
    **{ops.BINARY[n]: arithmetic(f) for n, f in _UFUNCS.items()},
    **{ops.BINARY[n]: checked(f) for n, f in _CHECKED.items()},
    **{ops.BINARY[n]: quiet(compare(f)) for n, f in _COMPARE.items()},
    **{ops.UNARY[n]: unary(rounded(f) if n in ROUNDED else f) for n, f in _UNARY.items()},
    **{ops.UNARY[n]: f for n, f in _OWN.items()},
    ops.SELECT: quiet(_select),
    ops.CLIP: quiet(_clip),
    ops.AS_TYPE: _as_type,
    ops.BITCAST: _bitcast,
}
