"""Slices, lookups by index and updates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from defnpy.nx import shape as shapes
from defnpy.nx.convert import to_tensor
from defnpy.nx.dispatch import apply, block, tag
from defnpy.nx.expr import Expr
from defnpy.nx.ops import index as ops
from defnpy.nx.options import keyword, keywords
from defnpy.nx.show import text
from defnpy.nx.tensor import Names, Shape, Tensor, template
from defnpy.nx.vectors import aligned, apply_vectorized, spread, together, vectorized
from defnpy.terms.atom import Atom, alias
from defnpy.terms.errors import ArgumentError, FunctionClauseError
from defnpy.terms.module import ex, native_module


def _index_tensor(term: Any, axis: int) -> Tensor:
    t = to_tensor(term)
    if not t.type.is_integer:
        raise ArgumentError(f"index must be integer type, got {text(t.type.elixir)} for axis {axis}")
    if t.shape:
        raise ArgumentError(f"index must be scalar, got shape {text(t.shape)} for axis {axis}")
    return t


def _list(term: Any, function: str, arity: int) -> list[Any]:
    if term.__class__ is not list:
        raise FunctionClauseError(alias("Nx"), Atom(function), arity)
    return term


def check_starts(given: Any, shape: Shape) -> None:
    """Raise unless there is a start for each axis."""
    if len(given) != len(shape):
        raise ArgumentError(f"invalid start indices rank for shape of rank {len(shape)}")


def _starts(given: Any, shape: Any) -> tuple[tuple[Any, ...], list[Tensor]]:
    """Static starts (None where dynamic) and the dynamic ones."""
    check_starts(given, shape)
    static: list[Any] = []
    dynamic: list[Tensor] = []
    for axis, start in enumerate(given):
        if start.__class__ is int:
            static.append(start)
            continue
        static.append(None)
        dynamic.append(_index_tensor(start, axis))
    return tuple(static), dynamic


def check_slice(shape: Shape, starts: Any, lengths: Any, strides: Any) -> None:
    """Raise unless a slice has a start, a length and a stride for each axis, and fits."""
    for word, given in (("strides", strides), ("start indices", starts), ("limit indices", lengths)):
        if len(given) != len(shape):
            raise ArgumentError(f"invalid {word} rank for shape of rank {len(shape)}")
    for axis, (n, length, stride) in enumerate(zip(shape, lengths, strides, strict=True)):
        _check_positive("length", axis, length)
        _check_positive("stride", axis, stride)
        check_length(axis, n, length)


def check_length(axis: int, n: int, length: Any) -> None:
    """Raise unless a slice of *length* fits in *n* elements."""
    _check_positive("length", axis, length)
    if length > n:
        raise ArgumentError(f"length at axis {axis} must be less than axis size of {n}, got: {length}")


def _check_positive(word: str, axis: int, given: Any) -> None:
    if given.__class__ is not int or given < 1:
        raise ArgumentError(f"{word} at axis {axis} must be greater than or equal to 1, got: {text(given)}")


def slice_plain(t: Tensor, starts: Any, lengths: Any, strides: Any) -> Tensor:
    """Slice a plain tensor; *starts* may hold integer tensors."""
    static, dynamic = _starts(starts, t.shape)
    if not dynamic:
        static = tuple(min(max(s, 0), n - k) for s, n, k in zip(static, t.shape, lengths, strict=True))
        if t.data.__class__ is not Expr and tuple(lengths) == t.shape and all(s == 1 for s in strides):
            return t
    return apply(ops.SLICE, t, *dynamic, starts=static, lengths=tuple(lengths), strides=tuple(strides))


@ex("slice/3", "slice/4")
def slice_(tensor: Any, starts: Any, lengths: Any, opts: Any = ()) -> Tensor:
    """A part of the tensor; starts are clamped so that it fits."""
    strides = keyword(opts, strides=1)["strides"]
    starts, lengths = _list(starts, "slice", 4), _list(lengths, "slice", 4)
    t = to_tensor(tensor)
    strides = [strides] * len(t.shape) if strides.__class__ is int else strides
    check_slice(t.shape, starts, lengths, strides)
    _starts(starts, t.shape)
    vectors = [s for s in starts if s.__class__ is Tensor and s.vectorized_axes]
    if vectors:
        return _slice_vectors(t, starts, lengths, strides)

    def plain(p: Tensor, k: int) -> Tensor:
        return slice_plain(p, [*(0,) * k, *starts], [*p.shape[:k], *lengths], [*(1,) * k, *strides])

    return apply_vectorized(t, plain)


def _slice_vectors(t: Tensor, starts: Any, lengths: Any, strides: Any) -> Tensor:
    """Vectorised starts: gather the slice of each vector entry."""
    from defnpy.nx.api.creation import iota
    from defnpy.nx.api.elementwise import add, max_, min_, multiply
    from defnpy.nx.api.shape import broadcast, new_axis, stack

    counts = tuple((n - 1) // s + 1 for n, s in zip(lengths, strides, strict=True))
    columns = []
    for axis, (start, n, length, stride) in enumerate(zip(starts, t.shape, lengths, strides, strict=True)):
        at = min_(max_(start, 0), n - length)
        steps = multiply(iota(counts, keywords(axis=axis)), stride)
        columns.append(broadcast(add(at, steps), counts) if at.__class__ is Tensor else steps)
    columns = [c if c.__class__ is Tensor else new_axis(c, 0) for c in columns]
    return gather(t, stack(columns, keywords(axis=-1)))


@ex("slice_along_axis/3", "slice_along_axis/4")
def slice_along_axis(tensor: Any, start: Any, length: Any, opts: Any = ()) -> Tensor:
    """A slice along one axis."""
    given = keyword(opts, strides=1, axis=0)
    if length.__class__ is not int:
        raise FunctionClauseError(alias("Nx"), Atom("slice_along_axis"), 4)
    t = to_tensor(tensor)
    axis = shapes.axis_index(t.shape, given["axis"], t.names)
    check_length(axis, t.shape[axis], length)
    n = len(t.shape)
    starts = [start if i == axis else 0 for i in range(n)]
    lengths = [length if i == axis else d for i, d in enumerate(t.shape)]
    strides = [given["strides"] if i == axis else 1 for i in range(n)]
    if length == t.shape[axis] and given["strides"] == 1:
        return t
    return slice_(t, starts, lengths, keywords(strides=strides))


@ex("put_slice/3")
def put_slice(tensor: Any, starts: Any, part: Any) -> Tensor:
    """Replace a part of the tensor; starts are clamped so that it fits."""
    t, p = to_tensor(tensor), to_tensor(part)
    if t.vectorized_axes or p.vectorized_axes:
        from defnpy.nx.api.vectorize import broadcast_vectors

        t, p = broadcast_vectors([t, p], keywords(align_ranks=True))
    static, dynamic = _starts(_list(starts, "put_slice", 3), t.shape)
    ops.PUT_SLICE.infer({}, template(t.type, t.shape, t.names), template(p.type, p.shape, p.names))
    if any(d.vectorized_axes for d in dynamic):
        return _put_slice_vectors(t, starts, p)

    def plain(ts: list[Tensor], k: int) -> Tensor:
        return apply(ops.PUT_SLICE, ts[0], ts[1], *dynamic, starts=(*(0,) * k, *static))

    return together([t, p], plain)


def _put_slice_vectors(t: Tensor, starts: Any, part: Tensor) -> Tensor:
    """Vectorised starts: put the elements one by one."""
    from defnpy.nx.api.creation import iota
    from defnpy.nx.api.elementwise import add, max_, min_
    from defnpy.nx.api.shape import broadcast, flatten, reshape, stack

    columns = []
    for axis, (start, n, length) in enumerate(zip(starts, t.shape, part.shape, strict=True)):
        at = min_(max_(start, 0), n - length)
        columns.append(broadcast(add(at, iota(part.shape, keywords(axis=axis))), part.shape))
    indices = stack(columns, keywords(axis=-1))
    return indexed_put(t, reshape(indices, (part.size, len(t.shape))), flatten(part))


def _integer_indices(t: Tensor, word: str = "") -> Tensor:
    if not t.type.is_integer:
        raise ArgumentError(f"indices must be an integer tensor, got {word}{text(t.type.elixir)}")
    return t


@ex("take/2", "take/3")
def take(tensor: Any, indices: Any, opts: Any = ()) -> Tensor:
    """The parts of an axis that *indices* name."""
    t, i = to_tensor(tensor), to_tensor(indices)
    _integer_indices(i)
    at = shapes.axis_index(t.shape, keyword(opts, axis=0)["axis"], t.names)
    if t.vectorized_axes or i.vectorized_axes:
        return _take_vectors(t, i, at)
    shape, names = taken(t.shape, t.names, i.shape, i.names, at)
    return block(tag("Take", axis=at), template(t.type, shape, names), (t, i), lambda a, b: _take(a, b, at, names))


def taken(shape: Shape, names: Names, indices: Shape, index_names: Names, at: int) -> tuple[Shape, Names]:
    """Shape and names after the axis *at* is replaced by those of the indices."""
    if len(indices) == 1:
        index_names = (shapes.merge_name(names[at], index_names[0], at, 0),)
    made = shapes.intern_names([*names[:at], *index_names, *names[at + 1 :]])
    return (*shape[:at], *indices, *shape[at + 1 :]), made


def _take(t: Tensor, i: Tensor, at: int, names: Any) -> Tensor:
    """The composition: gather along one axis, then move the index axes to their place."""
    from defnpy.nx.api.shape import reshape_plain, transpose_axes

    column = reshape_plain(i, (*i.shape, 1), (*i.names, None))
    made = apply(ops.GATHER, t, column, axes=(at,))
    k = len(i.shape)
    rest = len(t.shape) - 1
    order = (*range(k, k + at), *range(k), *range(k + at, k + rest))
    return transpose_axes(made, order).like(names=names)


def _take_vectors(t: Tensor, i: Tensor, at: int) -> Tensor:
    """Vectorised take: look up in the flattened vectors."""
    from defnpy.nx.api.creation import iota
    from defnpy.nx.api.elementwise import add, multiply
    from defnpy.nx.api.shape import reshape_plain, transpose_axes

    (p, q), axes = aligned((t, i), False)
    p, q = spread(p, axes), spread(q, axes)
    k = len(axes)
    lead = p.shape[:k]
    total = 1
    for n in lead:
        total *= n
    front = transpose_axes(p, (*range(k), at + k, *(a for a in range(k, len(p.shape)) if a != at + k)))
    size = t.shape[at]
    table = reshape_plain(front, (total * size, *front.shape[k + 1 :]))
    base = reshape_plain(iota((total,)), (*lead, *(1,) * len(i.shape)))
    checked = _checked(q, size, at, t.shape)
    flat = add(checked, multiply(base, size))
    made = take(table, flat)
    j = len(i.shape)
    order = (*range(k), *range(k + j, k + j + at), *range(k, k + j), *range(k + j + at, len(made.shape)))
    names = (*(None,) * k, *taken(t.shape, t.names, i.shape, i.names, at)[1])
    return vectorized(transpose_axes(made, order).like(names=shapes.intern_names(names)), axes)


def _checked(i: Tensor, size: int, axis: int, shape: Any) -> Tensor:
    """Indices of host data are checked against the axis before they are flattened."""
    import numpy as np

    if i.data.__class__ is np.ndarray:
        bad = i.data[(i.data < 0) | (i.data >= size)]
        if bad.size:
            raise ArgumentError(f"index {bad.reshape(-1)[0]} is out of bounds for axis {axis} in shape {text(shape)}")
    return i


def check_along(shape: Shape, indices: Shape, at: int) -> None:
    """Raise unless the indices have the shape of the tensor on all axes but *at*."""
    star = shapes.starred(shape, at)
    if len(indices) != len(shape):
        raise ArgumentError(f"shapes must have the same number of dimensions. Expected {star}, got: {text(indices)}")
    if any(k != at and a != b for k, (a, b) in enumerate(zip(shape, indices, strict=True))):
        raise ArgumentError(f"non-indexing dimensions must match. Expected {star}, got: {text(indices)}")


@ex("take_along_axis/2", "take_along_axis/3")
def take_along_axis(tensor: Any, indices: Any, opts: Any = ()) -> Tensor:
    """For each index, the element along an axis at the same place on the others."""
    axis = keyword(opts, axis=0)["axis"]
    t, i = to_tensor(tensor), to_tensor(indices)
    _integer_indices(i)
    at = shapes.axis_index(t.shape, axis, t.names)
    check_along(t.shape, i.shape, at)

    def plain(ts: list[Tensor], k: int) -> Tensor:
        a, b = ts
        out = template(a.type, b.shape, shapes.merge_names(a.names, b.names))
        axis_ = at + k
        return block(tag("TakeAlongAxis", axis=axis_), out, (a, b), lambda x, y: _along(x, y, axis_, out.names))

    return together([t, i], plain)


def _along(t: Tensor, i: Tensor, at: int, names: Any) -> Tensor:
    """The composition: one full index per element."""
    from defnpy.nx.api.creation import iota
    from defnpy.nx.api.shape import stack

    columns = [i if k == at else iota(i.shape, keywords(axis=k, type=i.type.elixir)) for k in range(len(i.shape))]
    columns = [c.like(names=shapes.unnamed(len(i.shape))) for c in columns]
    indices = stack(columns, keywords(axis=-1))
    made = apply(ops.GATHER, t.like(names=shapes.unnamed(len(t.shape))), indices, axes=tuple(range(len(t.shape))))
    return made.like(names=names)


def _ordered_axes(t: Tensor, given: Any, indices: Tensor) -> tuple[int, ...]:
    last = indices.shape[-1]
    if given is None:
        return tuple(range(last))
    made = shapes.axes_indices(t.shape, given, t.names)
    if any(b <= a for a, b in zip(made, made[1:], strict=False)):
        raise ArgumentError(":axes must be an ordered list")
    if len(made) != last:
        raise ArgumentError(":axes must have the same number of elements as the last dimension of indices")
    return made


def check_gather(shape: Shape, indices: Shape) -> None:
    """Raise unless rows of indices can name elements."""
    if not indices:
        raise ArgumentError("expected indices rank to be at least 1, got: 0")
    if indices[-1] > len(shape):
        raise ArgumentError(
            f"expected the last indices dimension size ({indices[-1]}) to be less than or equal to the tensor rank "
            f"({len(shape)})"
        )


@ex("gather/2", "gather/3")
def gather(tensor: Any, indices: Any, opts: Any = ()) -> Tensor:
    """The elements (or sub-tensors) that rows of *indices* name."""
    given = keyword(opts, axes=None)["axes"]
    t, i = to_tensor(tensor), to_tensor(indices)
    _integer_indices(i)
    check_gather(t.shape, i.shape)
    axes = _ordered_axes(t, given, i)
    if not t.vectorized_axes and not i.vectorized_axes:
        return apply(ops.GATHER, t, i, axes=axes)
    return together([t, i], lambda ts, k: _gather_vectors(ts[0], ts[1], axes, k))


def _with_vector_columns(i: Tensor, k: int) -> Tensor:
    """Indices with columns for the *k* leading axes put in front."""
    from defnpy.nx.api.creation import iota
    from defnpy.nx.api.shape import concatenate

    shape = (*i.shape[:-1], 1)
    columns = [iota(shape, keywords(axis=a, type=i.type.elixir)) for a in range(k)]
    return concatenate([*columns, i.like(names=shapes.unnamed(len(i.shape)))], keywords(axis=-1))


def _gather_vectors(t: Tensor, i: Tensor, axes: tuple[int, ...], k: int) -> Tensor:
    full = _with_vector_columns(i, k)
    return apply(ops.GATHER, t, full, axes=(*range(k), *(a + k for a in axes)))


def _check_indexed(t: Tensor, i: Tensor, u: Tensor, axes: Any) -> tuple[Tensor, Tensor, tuple[int, ...]]:
    """Indices with two axes, updates to match, and the axes they concern."""
    from defnpy.nx.api.shape import new_axis

    if not i.type.is_integer:
        raise ArgumentError(f"indices must be an integer tensor, got type: {text(i.type.elixir)}")
    if len(i.shape) == 1:
        if axes is None and i.shape[0] != len(t.shape):
            raise ArgumentError(f"expected indices to have shape {{{len(t.shape)}}}, got: {text(i.shape)}")
        if u.shape:
            raise ArgumentError(f"updates must be a scalar tensor when indices has rank 1, got: {text(u.shape)}")
        i, u = new_axis(i, 0), new_axis(u, 0)
    _check_index_rank(i.shape)
    chosen = _ordered_axes(t, axes, i)
    check_updates(t.shape, i.shape, u.shape, chosen)
    return i, u, chosen


def _check_index_rank(indices: Shape) -> None:
    if len(indices) != 2:
        raise ArgumentError(f"indices must be a rank 1 or 2 tensor, got: {len(indices)}")


def check_updates(shape: Shape, indices: Shape, updates: Shape, axes: Sequence[int]) -> None:
    """Raise unless there is an update, small enough for the other axes, for each row of the indices."""
    _check_index_rank(indices)
    if updates and indices[0] != updates[0]:
        raise ArgumentError(
            f"expected the leading axis of indices ({text(indices)}) and leading axis of updates ({text(updates)}) "
            "to match"
        )
    if len(shape) != len(updates) + indices[1] - 1:
        raise ArgumentError(
            f"expected the rank of the input ({len(shape)}) to be equal to the rank of the updates "
            f"({len(updates)}) plus the trailing axis of indices ({text(indices)}) minus one"
        )
    rest = [a for a in range(len(shape)) if a not in axes]
    for k, axis in enumerate(rest[: len(updates) - 1], 1):
        if updates[k] > shape[axis]:
            raise ArgumentError(
                f"axis ({k}) of updates ({text(updates)}) must be less than or equal to the axis ({axis}) of "
                f"{text(shape)})"
            )


def _indexed(op: Any, tensor: Any, indices: Any, updates: Any, opts: Any) -> Tensor:
    axes = keyword(opts, axes=None)["axes"]
    t, i, u = to_tensor(tensor), to_tensor(indices), to_tensor(updates)
    i, u, chosen = _check_indexed(t, i, u, axes)
    if not (t.vectorized_axes or i.vectorized_axes or u.vectorized_axes):
        return apply(op, t, i, u, axes=chosen)
    return together([t, i, u], lambda ts, k: _indexed_vectors(op, ts, chosen, k))


def _indexed_vectors(op: Any, ts: list[Tensor], axes: tuple[int, ...], k: int) -> Tensor:
    from defnpy.nx.api.shape import reshape_plain

    t, i, u = ts
    full = _with_vector_columns(i, k)
    rows = 1
    for n in full.shape[:-1]:
        rows *= n
    flat = reshape_plain(full, (rows, full.shape[-1]))
    parts = reshape_plain(u, (rows, *u.shape[k + 1 :]))
    return apply(op, t, flat, parts, axes=(*range(k), *(a + k for a in axes)))


@ex("indexed_add/3", "indexed_add/4")
def indexed_add(tensor: Any, indices: Any, updates: Any, opts: Any = ()) -> Tensor:
    """Add *updates* at *indices*; repeated indices accumulate."""
    return _indexed(ops.INDEXED_ADD, tensor, indices, updates, opts)


@ex("indexed_put/3", "indexed_put/4")
def indexed_put(tensor: Any, indices: Any, updates: Any, opts: Any = ()) -> Tensor:
    """Replace the elements at *indices*."""
    return _indexed(ops.INDEXED_PUT, tensor, indices, updates, opts)


MODULE = native_module("Nx", globals())
