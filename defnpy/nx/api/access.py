"""``tensor[...]``."""

from __future__ import annotations

from typing import Any

from defnpy.nx.api.index import slice_plain, take
from defnpy.nx.api.shape import squeeze_axes
from defnpy.nx.show import text
from defnpy.nx.tensor import Tensor
from defnpy.nx.vectors import apply_vectorized
from defnpy.terms.atom import is_atom
from defnpy.terms.errors import ArgumentError, RuntimeError_
from defnpy.terms.range import Range


def fetch(t: Tensor, key: Any) -> Tensor:
    """The part of *t* that *key* names: an index, a range, a tensor, a list or a keyword list of them."""
    if not t.shape:
        raise ArgumentError(f"cannot use the tensor[index] syntax on scalar tensor {text(t)}")
    if key.__class__ is Tensor and key.shape:
        return take(t, key)
    if key.__class__ is int or key.__class__ is Range or key.__class__ is Tensor:
        return _apply(t, [(0, key)])
    if key.__class__ is list:
        return _apply(t, _entries(t, key))
    raise RuntimeError_(
        "tensor[slice] expects slice to be one of:\n\n"
        "  * an integer or a scalar tensor representing a zero-based index\n"
        "  * a first..last//step range representing inclusive start-stop indexes with an optional positive step\n"
        "  * a list of integers, scalar tensors, and ranges\n"
        "  * a keyword list of integers, scalar tensors, and ranges\n\n"
        f"Got {text(key)}\n"
    )


def _entries(t: Tensor, key: list[Any]) -> list[tuple[int, Any]]:
    made = []
    for i, entry in enumerate(key):
        if entry.__class__ is tuple and len(entry) == 2 and is_atom(entry[0]):
            name = entry[0]
            if name not in t.names:
                raise ArgumentError(
                    f"tensor does not have name {text(name)}. The tensor names are: {text(list(t.names))}"
                )
            made.append((t.names.index(name), entry[1]))
        else:
            made.append((i, entry))
    return made


def _apply(t: Tensor, entries: list[tuple[int, Any]]) -> Tensor:
    rank = len(t.shape)
    starts: list[Any] = [0] * rank
    lengths, strides = list(t.shape), [1] * rank
    gone: list[int] = []
    seen: set[int] = set()
    for axis, entry in entries:
        if axis >= rank or axis in seen:
            raise ArgumentError(f"unknown or duplicate axis {axis} found when slicing shape {text(t.shape)}")
        seen.add(axis)
        starts[axis], lengths[axis], strides[axis], drop = _one(t, axis, entry)
        if drop:
            gone.append(axis)
    vectors = [s for s in starts if s.__class__ is Tensor and s.vectorized_axes]
    if vectors:
        return _vector_index(t, starts, lengths, strides, gone)

    def plain(p: Tensor, k: int) -> Tensor:
        part = slice_plain(p, [*(0,) * k, *starts], [*p.shape[:k], *lengths], [*(1,) * k, *strides])
        return squeeze_axes(part, tuple(a + k for a in sorted(gone)))

    return apply_vectorized(t, plain)


def _vector_index(t: Tensor, starts: Any, lengths: Any, strides: Any, gone: list[int]) -> Tensor:
    from defnpy.nx.api.index import slice_
    from defnpy.nx.api.shape import squeeze
    from defnpy.nx.options import keywords

    part = slice_(t, starts, lengths, keywords(strides=strides))
    return squeeze(part, keywords(axes=sorted(gone)))


def _one(t: Tensor, axis: int, entry: Any) -> tuple[Any, int, int, bool]:
    """Start, length, stride, and whether the axis goes away."""
    n = t.shape[axis]
    if entry.__class__ is int:
        return _bounded(t, axis, entry), 1, 1, True
    if entry.__class__ is Range:
        return _range(t, axis, entry, n)
    if entry.__class__ is Tensor:
        if entry.shape:
            raise ArgumentError(
                f"tensor must be a scalar when accessing a list/keyword of dimensions, got: {text(entry)}"
            )
        if not entry.type.is_integer:
            raise ArgumentError(f"index must be integer type, got {text(entry.type.elixir)} for axis {axis}")
        return entry, 1, 1, True
    raise ArgumentError(
        f"slicing a tensor on an axis requires an integer, a scalar tensor or a range, got: {text(entry)}"
    )


def _bounded(t: Tensor, axis: int, i: int) -> int:
    n = t.shape[axis]
    if not -n <= i < n:
        raise ArgumentError(f"index {i} is out of bounds for axis {axis} in shape {text(t.shape)}")
    return i + n if i < 0 else i


def _range(t: Tensor, axis: int, r: Range, n: int) -> tuple[int, int, int, bool]:
    if r.step < 1:
        hint = f". Did you mean to pass the range {r.first}..{r.last}//1 instead?" if r.step == -1 else ""
        raise ArgumentError(f"range step must be positive, got range: {text(r)}{hint}")
    first, last = _bounded(t, axis, r.first), _bounded(t, axis, r.last)
    if last < first:
        raise ArgumentError(f"slicing a tensor requires a non-empty range, got: {text(r)}")
    return first, last - first + 1, r.step, False


