"""``Nx.Type``."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import ml_dtypes
import numpy as np

from defnpy.nx import dtype as dtypes
from defnpy.nx.bytes import binary_term, pack
from defnpy.nx.convert import complex_term, python_number
from defnpy.nx.dtype import DType
from defnpy.nx.show import text
from defnpy.terms.atom import Atom, alias
from defnpy.terms.errors import ArgumentError, FunctionClauseError
from defnpy.terms.module import ex, native_module


def _known(term: Any, function: str, arity: int = 1) -> DType:
    found = dtypes.find(term) if term.__class__ is tuple else None
    if found is None:
        raise FunctionClauseError(alias("Nx.Type"), Atom(function), arity)
    return found


@ex("normalize!/1")
def normalize_bang(term: Any) -> Any:
    """The long form of a type."""
    return dtypes.normalize(term).elixir


@ex("infer/1")
def infer(value: Any) -> Any:
    """The type of a number."""
    if value.__class__ is bool:
        return dtypes.U8.elixir
    number = python_number(value)
    if number is None:
        raise FunctionClauseError(alias("Nx.Type"), Atom("infer"), 1)
    return dtypes.infer(number).elixir


@ex("merge/2")
def merge(left: Any, right: Any) -> Any:
    """The type that holds both."""
    return dtypes.merge(_known(left, "merge", 2), _known(right, "merge", 2)).elixir


@ex("merge_number/2", "merge_scalar/2")
def merge_number(type: Any, number: Any) -> Any:
    """The type of a tensor of *type* combined with a number."""
    return dtypes.merge_number(_known(type, "merge_number", 2), python_number(number)).elixir


@ex("to_floating/1")
def to_floating(type: Any) -> Any:
    """The float type for *type*."""
    return dtypes.to_floating(_known(type, "to_floating")).elixir


@ex("to_complex/1")
def to_complex(type: Any) -> Any:
    """The complex type for *type*."""
    return dtypes.to_complex(_known(type, "to_complex")).elixir


@ex("to_real/1")
def to_real(type: Any) -> Any:
    """The real float type for *type*."""
    return dtypes.to_real(_known(type, "to_real")).elixir


@ex("to_aggregate/1")
def to_aggregate(type: Any) -> Any:
    """The type of sums."""
    return dtypes.to_aggregate(_known(type, "to_aggregate")).elixir


@ex("integer?/1")
def integer_q(type: Any) -> bool:
    """Whether the type is an integer type."""
    return _known(type, "integer?").is_integer


@ex("float?/1")
def float_q(type: Any) -> bool:
    """Whether the type is a float or complex type."""
    return _known(type, "float?").is_float


@ex("complex?/1")
def complex_q(type: Any) -> bool:
    """Whether the type is complex."""
    return _known(type, "complex?").is_complex


@ex("infinite_float?/1")
def infinite_float_q(type: Any) -> bool:
    """Whether the type has infinities."""
    found = _known(type, "infinite_float?")
    return found.is_float and found is not dtypes.E4M3


@ex("to_string/1")
def to_string(type: Any) -> str:
    """The short form as text."""
    return _known(type, "to_string").name


@ex("cast_number!/2")
def cast_number_bang(type: Any, number: Any) -> Any:
    """*number* as an element of *type*; raises where that loses the sign or the fraction."""
    kind = dtypes.normalize(type)
    plain = python_number(number)
    if kind.is_complex:
        z = complex(plain)
        return number if plain.__class__ is complex else complex_term(z.real, z.imag)
    if kind.is_float and plain.__class__ is not complex:
        return float(plain) if plain.__class__ is int else number
    if plain.__class__ is int and (kind.signed or plain >= 0):
        return number
    raise ArgumentError(f"cannot cast number {text(number)} to {text(kind.elixir)}")


def _binary(kind: DType, value: Any) -> Any:
    from defnpy.nx.convert import scalar_array

    return binary_term(*pack(scalar_array(value, kind), kind))


def limit(kind: DType, high: bool) -> Any:
    """The largest or smallest value, infinite where the type has infinities."""
    if kind.is_integer or kind is dtypes.E4M3:
        return kind.max if high else kind.min
    return np.inf if high else -np.inf


def _real(term: Any, function: str) -> DType:
    kind = _known(term, function)
    if kind.is_complex:
        raise FunctionClauseError(alias("Nx.Type"), Atom(function), 1)
    return kind


@ex("max_binary/1")
def max_binary(type: Any) -> Any:
    """The largest value as a binary."""
    kind = _real(type, "max_binary")
    return _binary(kind, limit(kind, True))


@ex("min_binary/1")
def min_binary(type: Any) -> Any:
    """The smallest value as a binary."""
    kind = _real(type, "min_binary")
    return _binary(kind, limit(kind, False))


@ex("max_finite_binary/1")
def max_finite_binary(type: Any) -> Any:
    """The largest finite value as a binary."""
    kind = _real(type, "max_finite_binary")
    return _binary(kind, kind.max)


@ex("min_finite_binary/1")
def min_finite_binary(type: Any) -> Any:
    """The smallest finite value as a binary."""
    kind = _real(type, "min_finite_binary")
    return _binary(kind, kind.min)


def _floating(term: Any, function: str) -> DType:
    kind = _known(term, function)
    if not kind.is_float or kind.is_complex:
        raise FunctionClauseError(alias("Nx.Type"), Atom(function), 1)
    return kind


@ex("nan_binary/1")
def nan_binary(type: Any) -> Any:
    """NaN as a binary."""
    return _binary(_floating(type, "nan_binary"), float("nan"))


@ex("infinity_binary/1")
def infinity_binary(type: Any) -> Any:
    """Infinity as a binary."""
    return _binary(_floating(type, "infinity_binary"), float("inf"))


@ex("neg_infinity_binary/1")
def neg_infinity_binary(type: Any) -> Any:
    """Negative infinity as a binary."""
    return _binary(_floating(type, "neg_infinity_binary"), float("-inf"))


# The reference gives these bit patterns for f8_e4m3fn, which are not the nearest numbers.
_E4M3 = {"epsilon": 0.625, "pi": 2.5, "e": 2.25, "euler_gamma": 1.0}
_NUMBERS = {"pi": math.pi, "e": math.e, "euler_gamma": float(np.euler_gamma)}


def number_of(name: str, kind: DType) -> float:
    """The value of a mathematical or machine constant in a float type."""
    if kind.is_integer or kind.is_complex:
        raise ArgumentError(f"only floating types are supported, got: {text(kind.elixir)}")
    if name == "smallest_positive_normal":
        return float(ml_dtypes.finfo(kind.numpy).smallest_normal)
    if kind is dtypes.E4M3:
        return _E4M3[name]
    return float(ml_dtypes.finfo(kind.numpy).eps) if name == "epsilon" else _NUMBERS[name]


def _constant_binary(name: str) -> Callable[[Any], Any]:
    @ex(f"{name}_binary/1")
    def binary(type: Any) -> Any:
        kind = _known(type, f"{name}_binary")
        return _binary(kind, number_of(name, kind))

    return binary


pi_binary, e_binary, euler_gamma_binary, epsilon_binary, smallest_positive_normal_binary = map(
    _constant_binary, ("pi", "e", "euler_gamma", "epsilon", "smallest_positive_normal")
)

MODULE = native_module("Nx.Type", globals())
