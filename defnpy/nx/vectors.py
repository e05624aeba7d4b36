"""Vectorised axes: every function runs on plain tensors, with the vectorised axes in front."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from defnpy.nx.dispatch import run
from defnpy.nx.ops.shape import BROADCAST, RESHAPE
from defnpy.nx.show import text
from defnpy.nx.tensor import Tensor, template, unnamed
from defnpy.terms.errors import ArgumentError

Axes = tuple[tuple[Any, int], ...]


def devectorized(t: Tensor, keep_names: bool = False) -> Tensor:
    """*t* with its vectorised axes as plain leading axes."""
    if not t.vectorized_axes:
        return t
    lead = tuple(name if keep_names else None for name, _ in t.vectorized_axes)
    names = (*lead, *t.names)
    if all(n is None for n in names):
        names = unnamed(len(names))
    return t.like(shape=t.full_shape, names=names, vectorized_axes=())


def vectorized(t: Tensor, axes: Axes) -> Tensor:
    """*t* with its first axes turned into vectorised *axes* (their sizes are taken from the shape)."""
    if not axes:
        return t
    n = len(axes)
    made = tuple((name, size) for (name, _), size in zip(axes, t.shape[:n], strict=True))
    names = t.names[n:]
    if all(x is None for x in names):
        names = unnamed(len(names))
    return t.like(shape=t.shape[n:], names=names, vectorized_axes=made)


def each(result: Any, axes: Axes) -> Any:
    """Vectorise a result: a tensor or a tuple of them."""
    if result.__class__ is tuple:
        return tuple(vectorized(t, axes) for t in result)
    return vectorized(result, axes)


def apply_vectorized(t: Tensor, function: Callable[[Tensor, int], Any]) -> Any:
    """Run ``function(tensor, offset)`` on the plain tensor; *offset* is the number of leading vectorised axes."""
    axes = t.vectorized_axes
    if not axes:
        return function(t, 0)
    return each(function(devectorized(t), len(axes)), axes)


def merged_axes(tensors: Sequence[Tensor]) -> Axes:
    """The vectorised axes of several tensors by name, in order of first sight."""
    sizes: dict[Any, int] = {}
    for t in tensors:
        for name, n in t.vectorized_axes:
            seen = sizes.get(name, 1)
            if seen != 1 and n != 1 and n != seen:
                raise ArgumentError(
                    f"expected vectorized axis {text(name)} to have the same size in both tensors or to one of "
                    f"them to have size 1, got {n} and {seen}"
                )
            sizes[name] = max(seen, n)
    return tuple(sizes.items())


def _reshaped(t: Tensor, shape: tuple[int, ...], names: Any) -> Tensor:
    if t.shape == shape:
        return t.like(names=names)
    return run(RESHAPE, template(t.type, shape, names), (t,), {"shape": shape, "names": names})


def aligned(tensors: Sequence[Tensor], align_ranks: bool) -> tuple[list[Tensor], Axes]:
    """Plain tensors whose leading axes are the merged vectorised axes (size 1 where a tensor lacks one).

    As in the reference a tensor whose axes come in another order is reshaped, not transposed.
    """
    axes = merged_axes(tensors)
    if not axes:
        return list(tensors), ()
    rank = max(len(t.shape) for t in tensors) if align_ranks else 0
    made = []
    for t in tensors:
        plain = devectorized(t)
        sizes = dict(t.vectorized_axes)
        lead = tuple(sizes.get(name, 1) for name, _ in axes)
        fill = max(rank - len(t.shape), 0)
        shape = (*lead, *(1,) * fill, *t.shape)
        names = (*(None,) * (len(axes) + fill), *t.names)
        names = unnamed(len(names)) if all(n is None for n in names) else names
        made.append(_reshaped(plain, shape, names))
    return made, axes


def spread(t: Tensor, axes: Axes) -> Tensor:
    """A plain tensor from :func:`aligned` with its leading axes broadcast to the sizes of *axes*."""
    shape = (*(n for _, n in axes), *t.shape[len(axes) :])
    if t.shape == shape:
        return t
    out = template(t.type, shape, t.names)
    params = {"shape": shape, "axes": tuple(range(len(shape))), "names": t.names}
    return run(BROADCAST, out, (t,), params)


def together(tensors: Sequence[Tensor], function: Callable[..., Any], align_ranks: bool = False) -> Any:
    """Broadcast the vectorised axes of *tensors* and run ``function(tensors, offset)`` on plain ones."""
    if not any(t.vectorized_axes for t in tensors):
        return function(list(tensors), 0)
    plain, axes = aligned(tensors, align_ranks)
    return each(function([spread(t, axes) for t in plain], len(axes)), axes)
