"""``Nx.Constants``."""

from __future__ import annotations

import math
from typing import Any

import ml_dtypes
import numpy as np

from defnpy.nx import backend as backends
from defnpy.nx import dtype as dtypes
from defnpy.nx.convert import scalar_array
from defnpy.nx.dtype import E4M3, DType
from defnpy.nx.lib.types import limit
from defnpy.nx.options import keyword
from defnpy.nx.show import text
from defnpy.nx.tensor import Tensor
from defnpy.terms.atom import Atom, alias
from defnpy.terms.errors import ArgumentError, FunctionClauseError, RuntimeError_
from defnpy.terms.module import ex, native_module

_F32 = Atom("f32")
_C64 = Atom("c64")


def _made(value: Any, kind: DType, opts: Any) -> Tensor:
    given = keyword(opts, backend=None)["backend"]
    return backends.place(Tensor(kind, (), ()), scalar_array(value, kind), given)


def _float_type(term: Any, function: str) -> DType:
    kind = dtypes.normalize(term)
    if kind.is_integer or kind.is_complex:
        raise FunctionClauseError(alias("Nx.Type"), Atom(function), 1)
    return kind


@ex("nan/0", "nan/1", "nan/2")
def nan(type: Any = _F32, opts: Any = ()) -> Tensor:
    """Not a number."""
    return _made(float("nan"), _float_type(type, "nan_binary"), opts)


@ex("infinity/0", "infinity/1", "infinity/2")
def infinity(type: Any = _F32, opts: Any = ()) -> Tensor:
    """Infinity."""
    return _made(float("inf"), _float_type(type, "infinity_binary"), opts)


@ex("neg_infinity/0", "neg_infinity/1", "neg_infinity/2")
def neg_infinity(type: Any = _F32, opts: Any = ()) -> Tensor:
    """Negative infinity."""
    return _made(float("-inf"), _float_type(type, "neg_infinity_binary"), opts)


def _bounded(term: Any) -> DType:
    kind = dtypes.normalize(term)
    if kind.is_complex:
        raise FunctionClauseError(alias("Nx.Type"), Atom("max_binary"), 1)
    return kind


@ex("max/1", "max/2")
def max_(type: Any, opts: Any = ()) -> Tensor:
    """The largest value of a type."""
    kind = _bounded(type)
    return _made(limit(kind, True), kind, opts)


@ex("min/1", "min/2")
def min_(type: Any, opts: Any = ()) -> Tensor:
    """The smallest value of a type."""
    kind = _bounded(type)
    return _made(limit(kind, False), kind, opts)


@ex("max_finite/1", "max_finite/2")
def max_finite(type: Any, opts: Any = ()) -> Tensor:
    """The largest finite value of a type."""
    kind = _bounded(type)
    return _made(kind.max, kind, opts)


@ex("min_finite/1", "min_finite/2")
def min_finite(type: Any, opts: Any = ()) -> Tensor:
    """The smallest finite value of a type."""
    kind = _bounded(type)
    return _made(kind.min, kind, opts)


def _floating(term: Any) -> DType:
    kind = dtypes.normalize(term)
    if kind.is_integer or kind.is_complex:
        raise ArgumentError(f"only floating types are supported, got: {text(kind.elixir)}")
    return kind


@ex("smallest_positive_normal/1", "smallest_positive_normal/2")
def smallest_positive_normal(type: Any, opts: Any = ()) -> Tensor:
    """The smallest positive number with full precision."""
    kind = _floating(type)
    return _made(float(ml_dtypes.finfo(kind.numpy).smallest_normal), kind, opts)


# The reference gives these bit patterns for f8_e4m3fn, which are not the nearest numbers.
_E4M3 = {"epsilon": 0.625, "pi": 2.5, "e": 2.25, "euler_gamma": 1.0}


@ex("epsilon/1", "epsilon/2")
def epsilon(type: Any, opts: Any = ()) -> Tensor:
    """The distance from 1 to the next number."""
    kind = _floating(type)
    value = _E4M3["epsilon"] if kind is E4M3 else float(ml_dtypes.finfo(kind.numpy).eps)
    return _made(value, kind, opts)


def _number(name: str, value: float, type: Any, opts: Any) -> Tensor:
    kind = _floating(type)
    return _made(_E4M3[name] if kind is E4M3 else value, kind, opts)


@ex("pi/0", "pi/1", "pi/2")
def pi(type: Any = _F32, opts: Any = ()) -> Tensor:
    """The ratio of a circle's circumference to its diameter."""
    return _number("pi", math.pi, type, opts)


@ex("e/0", "e/1", "e/2")
def e(type: Any = _F32, opts: Any = ()) -> Tensor:
    """The base of natural logarithms."""
    return _number("e", math.e, type, opts)


@ex("euler_gamma/0", "euler_gamma/1", "euler_gamma/2")
def euler_gamma(type: Any = _F32, opts: Any = ()) -> Tensor:
    """The Euler-Mascheroni constant."""
    return _number("euler_gamma", float(np.euler_gamma), type, opts)


@ex("i/0", "i/1", "i/2")
def i(type: Any = _C64, opts: Any = ()) -> Tensor:
    """The imaginary unit."""
    if any(k is Atom("type") for k, _ in opts):
        raise RuntimeError_("type must not be passed as an option")
    kind = dtypes.normalize(type)
    if not kind.is_complex:
        raise ArgumentError(
            f"invalid type for complex number. Expected {{:c, 64}} or {{:c, 128}}, got: {text(kind.elixir)}"
        )
    return _made(1j, kind, opts)


MODULE = native_module("Nx.Constants", globals())
