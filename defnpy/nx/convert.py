"""Numbers and terms to tensors, and back."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from defnpy.nx import backend as backends
from defnpy.nx import dtype as dtypes
from defnpy.nx.dtype import DType
from defnpy.nx.ops.create import CONSTANT
from defnpy.nx.tensor import Tensor
from defnpy.terms.atom import Atom, alias
from defnpy.terms.errors import ArgumentError, FunctionClauseError
from defnpy.terms.struct import Struct

COMPLEX = alias("Complex")
_RE, _IM = Atom("re"), Atom("im")
NAN, INF, NEG_INF = Atom("nan"), Atom("infinity"), Atom("neg_infinity")
NON_FINITE: dict[Any, float] = {NAN: float("nan"), INF: float("inf"), NEG_INF: float("-inf")}


def complex_term(re: Any, im: Any) -> Struct:
    """``%Complex{}`` of two float terms."""
    return Struct(COMPLEX, {_IM: im, _RE: re})


def float_term(x: float) -> Any:
    """A Python float as a term: NaN and infinities are atoms."""
    if x - x == 0.0:
        return x
    return NAN if x != x else INF if x > 0 else NEG_INF


def python_number(term: Any) -> Any:
    """A scalar term (number, ``:nan`` ..., boolean, ``%Complex{}``) as a Python number, or None if it is none."""
    kind = term.__class__
    if kind is int or kind is float or kind is complex:
        return term
    if kind is Atom:
        return NON_FINITE.get(term)
    if isinstance(term, Struct) and term.module is COMPLEX:
        return complex(python_number(term.fields[_RE]), python_number(term.fields[_IM]))
    if isinstance(term, np.generic):
        return term.item()
    return None


def number_term(value: Any) -> Any:
    """A Python number as an Elixir term."""
    if value.__class__ is complex:
        return complex_term(float_term(value.real), float_term(value.imag))
    return float_term(value) if value.__class__ is float else value


def scalar_array(number: Any, to: DType) -> Any:
    """A 0-d array of a Python number, wrapped or rounded to *to*."""
    if to.is_integer and number.__class__ is int:
        n = number & ((1 << to.bits) - 1)
        if to.signed and n >> (to.bits - 1):
            n -= 1 << to.bits
        return np.array(n, dtype=to.numpy)
    if to.exact and (to.is_complex or (number.__class__ is not complex and -to.max <= number <= to.max)):
        return np.array(number, dtype=to.numpy)
    return host_cast(np.array(number, dtype=np.float64 if number.__class__ is not complex else np.complex128), to)


def host_cast(array: Any, to: DType) -> Any:
    """A host array as *to*, rounded as Nx.BinaryBackend does."""
    if to.exact and array.dtype == to.numpy:
        return array
    from defnpy.nx.ops.elementwise import AS_TYPE

    made = Tensor(to, array.shape, (None,) * array.ndim)

    source = Tensor(dtypes.of_numpy(array.dtype), array.shape, made.names, array)
    return backends.binary().run(AS_TYPE, made, (source,), {"type": to}).data


@lru_cache(maxsize=1024, typed=True)
def operand_array(number: Any, kind: DType) -> Any:
    """The 0-d array that a number is in an operation of type *kind*: first a tensor of its own type, then converted."""
    return host_cast(scalar_array(number, dtypes.infer(number)), kind)


_scalars: dict[int, Any] = {}


def constant(number: Any, type: DType) -> Tensor:
    """A scalar tensor of a Python number on the default backend."""
    out = Tensor(type, (), ())
    backend = backends.default()
    if backend is backends.binary():
        if type is dtypes.S32 and number.__class__ is int and -64 <= number <= 256:
            array = _scalars.get(number)
            if array is None:
                array = _scalars.setdefault(number, scalar_array(number, type))
            out.data = array
        else:
            out.data = scalar_array(number, type)
        return out
    return backend.run(CONSTANT, out, (), {"value": number, "type": type, "shape": (), "names": ()})


def to_tensor(term: Any) -> Tensor:
    """``Nx.to_tensor/1``."""
    kind = term.__class__
    if kind is Tensor:
        return term
    if kind is int:
        return constant(term, dtypes.S32)
    if kind is float:
        return constant(term, dtypes.F32)
    number = python_number(term)
    if number is not None:
        return constant(number, dtypes.infer(number))
    if isinstance(term, np.ndarray):
        return from_numpy(term)
    from defnpy.nx.containers import to_single_tensor

    return to_single_tensor(term)


def unary_operand(term: Any) -> Tensor:
    """The operand of a function of one tensor: as :func:`to_tensor`, but containers are no argument at all."""
    if term.__class__ is Tensor:
        return term
    if python_number(term) is not None or isinstance(term, np.ndarray):
        return to_tensor(term)
    raise FunctionClauseError(alias("Nx"), Atom("apply_vectorized"), 2)


def from_numpy(array: Any, names: Any = None) -> Tensor:
    """A host array as a tensor on the default backend (without a copy for NumPy)."""
    from defnpy.nx.shape import named

    if array.dtype == np.bool_:
        array = array.view(np.uint8)
    out = Tensor(dtypes.of_numpy(array.dtype), array.shape, named(names, array.shape))
    return backends.place(out, array)


def scalar(value: Any, type: DType) -> Tensor:
    """A NumPy scalar as a scalar tensor of Nx.BinaryBackend."""
    return Tensor(type, (), (), np.asarray(value))


def fold_result(fun: Any, start: Tensor, elements: list[Tensor], type: DType) -> Any:
    """``fun(element, accumulator)`` over *elements*; the last result as a NumPy number of *type*."""
    from defnpy.nx.show import text

    acc: Any = start
    for element in elements:
        acc = fun(element, acc)
    if acc.__class__ is Tensor:
        if acc.shape or acc.type is not type:
            raise ArgumentError(
                f"expected a number or a scalar tensor of type {text(type.elixir)}, got: {text(acc)}"
            )
        return acc.numpy()[()]
    number = python_number(acc)
    if number is None:
        raise ArgumentError(f"expected a number or a scalar tensor of type {text(type.elixir)}, got: {text(acc)}")
    if type.is_integer and number.__class__ is not int:
        raise ArgumentError(
            f"construction of binary failed: segment 1 of type 'integer': expected an integer but got: {text(acc)}"
        )
    return scalar_array(number, type)[()]
