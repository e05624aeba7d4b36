"""``Nx.Constants``."""

from __future__ import annotations

from typing import Any

from defnpy.nx import backend as backends
from defnpy.nx import dtype as dtypes
from defnpy.nx.convert import scalar_array
from defnpy.nx.dtype import DType
from defnpy.nx.lib.types import limit, number_of
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


def _bounded(term: Any, bound: str) -> DType:
    kind = dtypes.normalize(term)
    if kind.is_complex:
        raise FunctionClauseError(alias("Nx.Type"), Atom(f"{bound}_binary"), 1)
    return kind


@ex("max/1", "max/2")
def max_(type: Any, opts: Any = ()) -> Tensor:
    """The largest value of a type."""
    kind = _bounded(type, "infinity")
    return _made(limit(kind, True), kind, opts)


@ex("min/1", "min/2")
def min_(type: Any, opts: Any = ()) -> Tensor:
    """The smallest value of a type."""
    kind = _bounded(type, "neg_infinity")
    return _made(limit(kind, False), kind, opts)


@ex("max_finite/1", "max_finite/2")
def max_finite(type: Any, opts: Any = ()) -> Tensor:
    """The largest finite value of a type."""
    kind = _bounded(type, "max_finite")
    return _made(kind.max, kind, opts)


@ex("min_finite/1", "min_finite/2")
def min_finite(type: Any, opts: Any = ()) -> Tensor:
    """The smallest finite value of a type."""
    kind = _bounded(type, "min_finite")
    return _made(kind.min, kind, opts)


def _number(name: str, type: Any, opts: Any) -> Tensor:
    kind = dtypes.normalize(type)
    return _made(number_of(name, kind), kind, opts)


@ex("smallest_positive_normal/1", "smallest_positive_normal/2")
def smallest_positive_normal(type: Any, opts: Any = ()) -> Tensor:
    """The smallest positive number with full precision."""
    return _number("smallest_positive_normal", type, opts)


@ex("epsilon/1", "epsilon/2")
def epsilon(type: Any, opts: Any = ()) -> Tensor:
    """The distance from 1 to the next number."""
    return _number("epsilon", type, opts)


@ex("pi/0", "pi/1", "pi/2")
def pi(type: Any = _F32, opts: Any = ()) -> Tensor:
    """The ratio of a circle's circumference to its diameter."""
    return _number("pi", type, opts)


@ex("e/0", "e/1", "e/2")
def e(type: Any = _F32, opts: Any = ()) -> Tensor:
    """The base of natural logarithms."""
    return _number("e", type, opts)


@ex("euler_gamma/0", "euler_gamma/1", "euler_gamma/2")
def euler_gamma(type: Any = _F32, opts: Any = ()) -> Tensor:
    """The Euler-Mascheroni constant."""
    return _number("euler_gamma", type, opts)


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
