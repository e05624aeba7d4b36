"""Numbers and nested lists as arrays, with the reference's checks."""

from __future__ import annotations

from typing import Any

import numpy as np

from defnpy.nx import dtype as dtypes
from defnpy.nx.convert import NON_FINITE, host_cast, python_number, scalar_array
from defnpy.nx.dtype import DType
from defnpy.nx.show import text
from defnpy.nx.tensor import Tensor
from defnpy.terms.atom import Atom
from defnpy.terms.errors import ArgumentError, CaseClauseError

_PLAIN = frozenset({int, float, bool})


def scalar_literal(term: Any, kind: DType | None) -> tuple[Any, DType]:
    """A number or boolean as a 0-d array of *kind* (None: inferred)."""
    if term.__class__ is bool:
        return scalar_array(int(term), kind or dtypes.U8), kind or dtypes.U8
    number = python_number(term)
    made = kind or dtypes.infer(number)
    if number.__class__ is complex and not made.is_complex:
        raise ArgumentError(
            f"invalid type for complex number. Expected {{:c, 64}} or {{:c, 128}}, got: {text(made.elixir)}"
        )
    _check_integer(term, number, made)
    return scalar_array(number, made), made


def _check_integer(term: Any, number: Any, kind: DType) -> None:
    if kind.is_integer and number.__class__ is not int:
        raise ArgumentError(
            f"construction of binary failed: segment 1 of type 'integer': expected an integer but got: {text(term)}"
        )


def list_array(term: list[Any], kind: DType | None) -> tuple[Any, DType]:
    """Nested lists as an array of *kind* (None: the type that holds all elements)."""
    flat: list[Any] = []
    shape = _flatten(term, flat)
    kinds = set(map(type, flat))
    made = kind or _common(flat, kinds)
    return _array(flat, kinds, made).reshape(shape), made


def _flatten(term: list[Any], flat: list[Any]) -> tuple[int, ...]:
    """Append the leaves of *term* to *flat*; answers the shape."""
    if not term:
        raise _invalid(term)
    if term[0].__class__ is not list:
        for leaf in term:
            if leaf.__class__ not in _PLAIN:
                _check_leaf(leaf)
        flat.extend(term)
        return (len(term),)
    first: tuple[int, ...] | None = None
    for i, part in enumerate(term):
        if part.__class__ is not list:
            raise ArgumentError("errors were found at the given arguments:\n\n  * 1st argument: not a list\n")
        shape = _flatten(part, flat)
        if first is None:
            first = shape
        elif shape != first:
            raise ArgumentError(
                f"cannot build tensor because lists have different shapes, got {text(first[::-1])} at position 0 "
                f"and {text(shape[::-1])} at position {i + 1}"
            )
    assert first is not None
    return (len(term), *first)


def _check_leaf(leaf: Any) -> None:
    if leaf.__class__ is Tensor:
        raise ArgumentError(
            "invalid value given to Nx.tensor/1. If you want to create a tensor from other tensors, consider using "
            f"Nx.concatenate/2 or Nx.stack/2 instead. Got: {text(leaf)}"
        )
    if python_number(leaf) is None:
        raise _invalid(leaf)


def _invalid(term: Any) -> ArgumentError:
    return ArgumentError(f"invalid value given to Nx.tensor/1, got: {text(term)}")


def _common(flat: list[Any], kinds: set[type]) -> DType:
    if kinds - {int, float, bool, Atom}:
        return dtypes.C64
    if float in kinds or Atom in kinds:
        return dtypes.F32
    return dtypes.S32 if int in kinds else dtypes.U8


def _array(flat: list[Any], kinds: set[type], kind: DType) -> Any:
    if kind.is_integer:
        return _integers(flat, kinds, kind)
    if kinds - {int, float, bool, Atom}:
        if not kind.is_complex:
            raise CaseClauseError(next(x for x in flat if python_number(x).__class__ is complex))
        return np.array([python_number(x) for x in flat], dtype=np.complex128).astype(kind.numpy)
    if Atom in kinds:
        flat = [NON_FINITE[x] if x.__class__ is Atom else x for x in flat]
    try:
        made = np.array(flat, dtype=np.float64)
    except OverflowError:
        made = np.array([_as_float(x) for x in flat])
    return host_cast(made, kind)


def _as_float(x: Any) -> float:
    try:
        return float(x)
    except OverflowError:
        return float("inf") if x > 0 else float("-inf")


def _integers(flat: list[Any], kinds: set[type], kind: DType) -> Any:
    if kinds - {int, bool}:
        for x in flat:
            if x.__class__ is not bool:
                _check_integer(x, python_number(x), kind)
    try:
        made = np.array(flat, dtype=np.int64)
    except OverflowError:
        made = np.array([((x + (1 << 63)) & ((1 << 64) - 1)) - (1 << 63) for x in flat], dtype=np.int64)
    return host_cast(made, kind)
