"""Tensors to lists, numbers, binaries and other types."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from defnpy.nx import dtype as dtypes
from defnpy.nx.bytes import binary_of
from defnpy.nx.convert import complex_term, float_term, python_number
from defnpy.nx.convert import to_tensor as make
from defnpy.nx.dispatch import run
from defnpy.nx.dtype import DType
from defnpy.nx.ops import elementwise as ops
from defnpy.nx.options import keyword
from defnpy.nx.show import text
from defnpy.nx.tensor import Tensor, template
from defnpy.nx.vectors import apply_vectorized, devectorized, vectorized
from defnpy.stdlib.lazy import Stream
from defnpy.terms.atom import Atom, alias
from defnpy.terms.errors import ArgumentError, FunctionClauseError
from defnpy.terms.module import ex, native_module


@ex("to_tensor/1")
def to_tensor(term: Any) -> Tensor:
    """A number, a non-finite atom or a lazy container of one tensor as a tensor."""
    return make(term)


@ex("is_tensor/1")
def is_tensor(term: Any) -> bool:
    """Whether *term* is a tensor or a number."""
    return term.__class__ is Tensor or python_number(term) is not None


@ex("as_type/2")
def as_type(tensor: Any, type: Any) -> Tensor:
    """The elements in another type."""
    if tensor.__class__ is list:
        raise FunctionClauseError(alias("Nx"), Atom("as_type"), 2)
    kind = dtypes.normalize(type)
    if tensor.__class__ is not Tensor and python_number(tensor) is not None and not (kind.is_integer and tensor.__class__ is float):
        # A number is not rounded to the default type first.
        from defnpy.nx.api.creation import tensor as made_of

        return made_of(tensor, [(Atom("type"), kind.elixir)])
    t = make(tensor)
    if t.type is kind:
        return t
    if kind.is_integer and tensor.__class__ is float:
        from defnpy.nx.trace import tracing

        if tracing() is not None:
            raise ArgumentError(f"value {text(tensor)} is not valid for constant of type {text(kind.elixir)}")
        raise ArgumentError(
            f"construction of binary failed: segment 1 of type 'integer': expected an integer but got: {text(tensor)}"
        )
    return apply_vectorized(t, lambda p, _: run(ops.AS_TYPE, template(kind, p.shape, p.names), (p,), {"type": kind}))


@ex("bitcast/2")
def bitcast(tensor: Any, type: Any) -> Tensor:
    """The same bits read as another type of the same width."""
    kind = dtypes.normalize(type)
    t = make(tensor)
    if t.type.is_complex or kind.is_complex:
        raise ArgumentError("Nx.bitcast/2 does not support complex inputs")
    if t.type.bits != kind.bits:
        raise ArgumentError(
            f"input type width must match new type width, got input type {text(t.type.elixir)} and output type "
            f"{text(kind.elixir)}"
        )
    return apply_vectorized(t, lambda p, _: run(ops.BITCAST, template(kind, p.shape, p.names), (p,), {"type": kind}))


def element_terms(array: Any, kind: DType) -> Any:
    """Nested lists of element terms."""
    import numpy as np

    if kind.is_integer:
        return array.tolist()
    if kind.is_complex:
        wide = array.astype(np.complex128)
        return _map_nested(wide.tolist(), lambda z: complex_term(float_term(z.real), float_term(z.imag)))
    wide = array.astype(np.float64)
    listed = wide.tolist()
    return listed if np.isfinite(wide).all() else _map_nested(listed, float_term)


def _map_nested(term: Any, fun: Any) -> Any:
    return [_map_nested(x, fun) for x in term] if term.__class__ is list else fun(term)


@ex("to_list/1")
def to_list(tensor: Any) -> list[Any]:
    """The elements as nested lists."""
    t = make(tensor)
    if not t.full_shape:
        raise ArgumentError(f"cannot convert a scalar tensor to a list, got: {text(t)}")
    return element_terms(t.numpy(), t.type)


@ex("to_flat_list/1", "to_flat_list/2")
def to_flat_list(tensor: Any, opts: Any = ()) -> list[Any]:
    """The elements as one list."""
    limit = keyword(opts, limit=Atom("infinity"))["limit"]
    t = make(tensor)
    flat = t.numpy().reshape(-1)
    if limit.__class__ is int:
        flat = flat[:limit]
    return element_terms(flat, t.type)


@ex("to_number/1")
def to_number(tensor: Any) -> Any:
    """The element of a scalar tensor."""
    if tensor.__class__ is int or tensor.__class__ is float:
        return tensor
    t = make(tensor)
    if t.vectorized_axes:
        raise ArgumentError(
            f"cannot convert vectorized tensor with axes {text(list(t.vectorized_axes))} and shape {text(t.shape)} "
            "to number"
        )
    if t.shape:
        raise ArgumentError(f"cannot convert tensor of shape {text(t.shape)} to number")
    return element_terms(t.numpy().reshape(1), t.type)[0]


@ex("to_binary/1", "to_binary/2")
def to_binary(tensor: Any, opts: Any = ()) -> Any:
    """The elements as a binary in native order."""
    limit = keyword(opts, limit=None)["limit"]
    return binary_of(make(tensor), limit if limit.__class__ is int else None)


@ex("to_batched/2", "to_batched/3")
def to_batched(tensor: Any, size: Any, opts: Any = ()) -> Stream:
    """A stream of the tensor cut into batches along its first (vectorised) axis."""
    if size.__class__ is not int or size < 1:
        raise FunctionClauseError(alias("Nx"), Atom("to_batched"), 3)
    leftover = keyword(opts, leftover=Atom("repeat"))["leftover"]
    t = make(tensor)
    if not t.full_shape:
        raise ArgumentError(f"cannot batch non-vectorized scalar tensor {text(t)}")
    if leftover is not Atom("repeat") and leftover is not Atom("discard"):
        raise ArgumentError(f"invalid :leftover option, expected :repeat or :discard, got: {text(leftover)}")
    axes, plain = t.vectorized_axes, devectorized(t)
    if size > plain.shape[0]:
        raise ArgumentError("cannot batch beyond original tensor")
    repeated = leftover is Atom("repeat")
    return Stream(lambda: (vectorized(b, axes) for b in _batches(plain, size, repeated)))


def _batches(t: Tensor, size: int, repeated: bool) -> Iterator[Tensor]:
    from defnpy.nx.api.index import slice_along_axis
    from defnpy.nx.api.shape import concatenate

    n = t.shape[0]
    for start in range(0, n - size + 1, size):
        yield slice_along_axis(t, start, size)
    rest = n % size
    if rest and repeated:
        yield concatenate([slice_along_axis(t, n - rest, rest), slice_along_axis(t, 0, size - rest)])


MODULE = native_module("Nx", globals())
