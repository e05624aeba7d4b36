"""Arithmetic and mathematical functions of one and two tensors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from defnpy.nx import backend as backends
from defnpy.nx import dtype as dtypes
from defnpy.nx.convert import operand_array, python_number, to_tensor, unary_operand
from defnpy.nx.dispatch import run
from defnpy.nx.dtype import DType, merge, merge_number, to_floating, to_real
from defnpy.nx.ops import elementwise as ops
from defnpy.nx.ops.base import Op
from defnpy.nx.shape import binary_broadcast
from defnpy.nx.show import text
from defnpy.nx.tensor import Tensor
from defnpy.nx.vectors import aligned, vectorized
from defnpy.terms.errors import ArgumentError, ArithmeticError_
from defnpy.terms.module import ex, native_module

_ndarray = np.ndarray


def binary_type(left: Any, right: Any) -> DType:
    """The type of an operation on two terms; the value of a plain number counts."""
    a, b = left.__class__, right.__class__
    if a is Tensor:
        if b is Tensor:
            return merge(left.type, right.type)
        if b is int or b is float:
            return merge_number(left.type, right)
    elif (a is int or a is float) and b is Tensor:
        return merge_number(right.type, left)
    return merge(_type_of(left), _type_of(right))


def _type_of(term: Any) -> DType:
    if term.__class__ is Tensor:
        return term.type
    number = python_number(term)
    return dtypes.infer(number) if number is not None else to_tensor(term).type


def elementwise(op: Op, left: Any, right: Any, kind: DType) -> Tensor:
    """Run a binary operation with output type *kind* on two terms."""
    a, b = to_tensor(left), to_tensor(right)
    if a.vectorized_axes or b.vectorized_axes:
        (a, b), axes = aligned((a, b), True)
        return vectorized(_plain(op, a, b, kind), axes)
    return _plain(op, a, b, kind)


def _plain(op: Op, a: Tensor, b: Tensor, kind: DType) -> Tensor:
    shape, names = binary_broadcast(a.shape, a.names, b.shape, b.names)
    out = Tensor(kind, shape, names, None, (), a.donatable)
    return run(op, out, (a, b), None)


def _refuse_complex(op: Op, arity: int, kind: DType) -> None:
    if kind.is_complex:
        raise ArgumentError(f"Nx.{op.name}/{arity} does not support complex inputs")


def _slow(op: Op) -> Callable[[Any, Any], Any]:
    """The kernel of an operation that may raise, as a function of two arrays of one type."""
    kernel = backends.binary().table[op]

    def run(a: Any, b: Any) -> Any:
        out = Tensor(dtypes.of_numpy(a.dtype), a.shape, ())
        return np.asarray(kernel(out, None, a, b))

    return run


def _arithmetic(name: str, real_only: bool = False) -> Callable[[Any, Any], Tensor]:
    op = ops.BINARY[name]
    direct: Any = None

    @ex(f"{name}/2")
    def function(left: Any, right: Any) -> Tensor:
        nonlocal direct
        if direct is None:
            direct = backends.binary().direct.get(op) or _slow(op)
        if _same_header(left, right) and not (real_only and left.type.is_complex):
            # The common case costs one kernel call.
            return Tensor(left.type, left.shape, left.names, direct(left.data, right.data), (), left.donatable)
        kind = binary_type(left, right)
        if real_only:
            _refuse_complex(op, 2, kind)
        if left.__class__ is Tensor and left.data.__class__ is _ndarray:
            if left.type is kind and kind.exact and not left.vectorized_axes:
                if right.__class__ is int or (right.__class__ is float and right):
                    made = direct(left.data, operand_array(right, kind))
                    return Tensor(kind, left.shape, left.names, made, (), left.donatable)
        return elementwise(op, left, right, kind)

    function.__name__ = function.__qualname__ = name
    return function


add = _arithmetic("add")
subtract = _arithmetic("subtract")
multiply = _arithmetic("multiply")
pow_ = _arithmetic("pow")
remainder = _arithmetic("remainder", real_only=True)
max_ = _arithmetic("max", real_only=True)
min_ = _arithmetic("min", real_only=True)


def alike(left: Any, right: Any) -> bool:
    """Whether one NumPy call compares two terms: tensors of the host with one header, of a real type."""
    return _same_header(left, right) and not left.type.is_complex


def _same_header(left: Any, right: Any) -> bool:
    """Whether two terms are tensors of the host with one header, of a type that NumPy computes in."""
    if left.__class__ is not Tensor or right.__class__ is not Tensor:
        return False
    kind = left.type
    return (
        right.type is kind
        and left.shape == right.shape
        and left.names is right.names
        and left.data.__class__ is _ndarray
        and right.data.__class__ is _ndarray
        and not left.vectorized_axes
        and not right.vectorized_axes
        and kind.exact
    )


def _complex_atan2(op: Any, left: Any, right: Any, kind: DType) -> Tensor:
    """The angle of complex numbers that are real; traced ones are not known."""
    from defnpy.nx.api.convert import as_type

    parts = [to_tensor(t) for t in (left, right)]
    if any(t.type.is_complex and (t.data.__class__ is not np.ndarray or t.data.imag.any()) for t in parts):
        raise ArithmeticError_("Complex.atan2 only accepts real numbers as arguments")
    a, b = (real(t) if t.type.is_complex else t for t in parts)
    return as_type(elementwise(op, a, b, to_real(kind)), kind)


def _floating(name: str) -> Callable[[Any, Any], Tensor]:
    op = ops.BINARY[name]
    direct: Any = None

    @ex(f"{name}/2")
    def function(left: Any, right: Any) -> Tensor:
        nonlocal direct
        if alike(left, right) and left.type.is_float:
            if direct is None:
                direct = backends.binary().direct[op]
            return Tensor(left.type, left.shape, left.names, direct(left.data, right.data), (), left.donatable)
        kind = to_floating(binary_type(left, right))
        if kind.is_complex and name == "atan2":
            return _complex_atan2(op, left, right, kind)
        return elementwise(op, left, right, kind)

    function.__name__ = function.__qualname__ = name
    return function


divide = _floating("divide")
atan2 = _floating("atan2")


def _integers(kind: DType, who: str) -> DType:
    if not kind.is_integer:
        raise ArgumentError(
            f"{who} integer tensors as inputs and outputs an integer tensor, got: {text(kind.elixir)}"
        )
    return kind


@ex("quotient/2")
def quotient(left: Any, right: Any) -> Tensor:
    """Integer division towards zero."""
    kind = _integers(binary_type(left, right), "quotient expects")
    return elementwise(ops.BINARY["quotient"], left, right, kind)


def _bitwise(name: str) -> Callable[[Any, Any], Tensor]:
    op = ops.BINARY[name]

    @ex(f"{name}/2")
    def function(left: Any, right: Any) -> Tensor:
        kind = _integers(binary_type(left, right), "bitwise operators expect")
        return elementwise(op, left, right, kind)

    function.__name__ = function.__qualname__ = name
    return function


bitwise_and = _bitwise("bitwise_and")
bitwise_or = _bitwise("bitwise_or")
bitwise_xor = _bitwise("bitwise_xor")
left_shift = _bitwise("left_shift")
right_shift = _bitwise("right_shift")


def unary_plain(op: Op, t: Tensor, kind: DType) -> Tensor:
    """Run a unary operation with output type *kind*; vectorised axes stay where they are."""
    axes = t.vectorized_axes
    if not axes:
        return run(op, Tensor(kind, t.shape, t.names, None, (), t.donatable), (t,), None)
    from defnpy.nx.vectors import apply_vectorized

    return apply_vectorized(t, lambda p, _: unary_plain(op, p, kind))


def _float_function(name: str, real_only: bool = False) -> Callable[[Any], Tensor]:
    op = ops.UNARY[name]

    @ex(f"{name}/1")
    def function(tensor: Any) -> Tensor:
        t = tensor if tensor.__class__ is Tensor else unary_operand(tensor)
        if real_only:
            _refuse_complex(op, 1, t.type)
        return unary_plain(op, t, to_floating(t.type))

    function.__name__ = function.__qualname__ = name
    return function


exp = _float_function("exp")
expm1 = _float_function("expm1")
_log = _float_function("log")
log1p = _float_function("log1p")
sigmoid = _float_function("sigmoid")
cos = _float_function("cos")
sin = _float_function("sin")
tan = _float_function("tan")
cosh = _float_function("cosh")
sinh = _float_function("sinh")
tanh = _float_function("tanh")
acosh = _float_function("acosh")
asinh = _float_function("asinh")
atanh = _float_function("atanh")
acos = _float_function("acos")
asin = _float_function("asin")
atan = _float_function("atan")
sqrt = _float_function("sqrt")
rsqrt = _float_function("rsqrt")
cbrt = _float_function("cbrt")
erf = _float_function("erf", real_only=True)
erfc = _float_function("erfc", real_only=True)
erf_inv = _float_function("erf_inv", real_only=True)


@ex("log/1", "log/2")
def log(tensor: Any, base: Any = None) -> Tensor:
    """Natural logarithm, or to *base* (a number or a tensor)."""
    if base is None:
        return _log(tensor)
    number = python_number(base)
    if number is not None and number.__class__ is not complex and (number <= 0 or number == 1):
        raise ArgumentError(f"expected base to be greater than 0 and different than 1, got: {text(base)}")
    return divide(_log(tensor), _log(base))


@ex("log2/1")
def log2(tensor: Any) -> Tensor:
    """Logarithm to base 2."""
    return log(tensor, 2)


@ex("log10/1")
def log10(tensor: Any) -> Tensor:
    """Logarithm to base 10."""
    return log(tensor, 10)


def _same(name: str, rounds: bool = False) -> Callable[[Any], Tensor]:
    op = ops.UNARY[name]

    @ex(f"{name}/1")
    def function(tensor: Any) -> Tensor:
        t = unary_operand(tensor)
        if rounds:
            if t.type.is_integer:
                return t
            _refuse_complex(op, 1, t.type)
        return unary_plain(op, t, t.type)

    function.__name__ = function.__qualname__ = name
    return function


negate = _same("negate")
sign = _same("sign")
floor = _same("floor", rounds=True)
ceil = _same("ceil", rounds=True)
round_ = _same("round", rounds=True)


@ex("abs/1")
def abs_(tensor: Any) -> Tensor:
    """Absolute value; of complex numbers the modulus."""
    t = unary_operand(tensor)
    return unary_plain(ops.ABS, t, dtypes.to_real(t.type) if t.type.is_complex else t.type)


def _bits(name: str) -> Callable[[Any], Tensor]:
    op = ops.UNARY[name]

    @ex(f"{name}/1")
    def function(tensor: Any) -> Tensor:
        t = unary_operand(tensor)
        return unary_plain(op, t, _integers(t.type, "bitwise operators expect"))

    function.__name__ = function.__qualname__ = name
    return function


bitwise_not = _bits("bitwise_not")
population_count = _bits("population_count")
count_leading_zeros = _bits("count_leading_zeros")


@ex("is_nan/1")
def is_nan(tensor: Any) -> Tensor:
    """1 where the element is not a number."""
    return unary_plain(ops.UNARY["is_nan"], unary_operand(tensor), dtypes.U8)


@ex("is_infinity/1")
def is_infinity(tensor: Any) -> Tensor:
    """1 where the element is infinite."""
    return unary_plain(ops.UNARY["is_infinity"], unary_operand(tensor), dtypes.U8)


@ex("conjugate/1")
def conjugate(tensor: Any) -> Tensor:
    """The complex conjugate."""
    t = unary_operand(tensor)
    return unary_plain(ops.CONJUGATE, t, dtypes.to_complex(t.type))


@ex("real/1")
def real(tensor: Any) -> Tensor:
    """The real part."""
    t = unary_operand(tensor)
    if t.type.is_float and not t.type.is_complex:
        return t
    return unary_plain(ops.REAL, t, dtypes.to_real(t.type))


@ex("imag/1")
def imag(tensor: Any) -> Tensor:
    """The imaginary part."""
    t = unary_operand(tensor)
    return unary_plain(ops.IMAG, t, dtypes.to_real(t.type))


MODULE = native_module("Nx", globals())
