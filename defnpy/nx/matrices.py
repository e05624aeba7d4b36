"""Small functions of matrices that Nx.LinAlg is made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.nx import dtype as dtypes
from defnpy.nx.api import convert, creation, index, linear, shape
from defnpy.nx.api import elementwise as ew
from defnpy.nx.dispatch import block, tag
from defnpy.nx.dtype import DType
from defnpy.nx.options import keywords
from defnpy.nx.show import text
from defnpy.nx.tensor import Tensor, template, unnamed
from defnpy.nx.vectors import apply_vectorized
from defnpy.terms.errors import ArgumentError


def bare(t: Tensor) -> Tensor:
    """The tensor without names."""
    return t.like(names=unnamed(len(t.shape)))


def floating(t: Tensor) -> Tensor:
    """The tensor in its float type."""
    kind = dtypes.to_floating(t.type)
    return t if t.type is kind else convert.as_type(t, kind.atom)


def product(a: Tensor, b: Tensor) -> Tensor:
    """The product of (batches of) matrices."""
    batch = list(range(len(a.shape) - 2))
    rank = len(a.shape)
    return linear.dot_6(a, [rank - 1], batch, b, [rank - 2], batch)


def turned(t: Tensor) -> Tensor:
    """The transpose of (batches of) matrices."""
    rank = len(t.shape)
    return shape.transpose(t, keywords(axes=[*range(rank - 2), rank - 1, rank - 2]))


def dagger(t: Tensor) -> Tensor:
    """The conjugate transpose of (batches of) matrices."""
    return ew.conjugate(turned(t)) if t.type.is_complex else turned(t)


def identity(n: int, like: Tensor) -> Tensor:
    """Unit matrices for a batch like that of *like*."""
    lead = like.shape[:-2]
    return creation.eye((*lead, n, n), keywords(type=like.type.atom))


def at_least_matrix(t: Tensor) -> None:
    """Refuse scalars and vectors."""
    if len(t.shape) < 2:
        raise ArgumentError(f"tensor must have at least rank 2, got rank {len(t.shape)} with shape {text(t.shape)}")


def square(t: Tensor) -> None:
    """Refuse what is no (batch of) square matrices."""
    at_least_matrix(t)
    if t.shape[-1] != t.shape[-2]:
        raise ArgumentError(f"tensor must be a square matrix or a batch of square matrices, got shape: {text(t.shape)}")


def real_only(t: Tensor, name: str, arity: int) -> None:
    """Refuse complex tensors."""
    if t.type.is_complex:
        raise ArgumentError(f"Nx.LinAlg.{name}/{arity} is not yet implemented for complex inputs")


def outputs(kind: DType, *sizes: int) -> Tensor:
    """The template of a result."""
    return template(kind, tuple(sizes))


def batched(name: str, t: Tensor, outs: Callable[[Tensor], Any], default: Callable[[Tensor], Any], **fields: Any) -> Any:
    """A block of one tensor, vectorised axes in front."""

    def plain(p: Tensor, _: int) -> Any:
        return block(tag("LinAlg." + name, **fields), outs(p), (p,), default)

    return apply_vectorized(bare(t), plain)


def diagonal(t: Tensor) -> Tensor:
    """The diagonals of (batches of) matrices."""
    return creation.take_diagonal(t)


def column_of(a: Tensor, j: int) -> Tensor:
    """One column, as a matrix."""
    return index.slice_along_axis(a, j, 1, keywords(axis=len(a.shape) - 1))


def entry_of(t: Tensor, i: int, j: int) -> Tensor:
    """One entry of each matrix."""
    rank = len(t.shape)
    part = index.slice_(t, [*[0] * (rank - 2), i, j], [*t.shape[:-2], 1, 1])
    return shape.reshape(part, t.shape[:-2])
