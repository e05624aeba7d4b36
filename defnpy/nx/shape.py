"""Rules about shapes, axes and names that every operation shares, with the reference's error texts."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from defnpy.nx.show import text
from defnpy.nx.tensor import Names, Shape, Tensor
from defnpy.nx.tensor import unnamed as unnamed
from defnpy.terms.atom import Atom, alias, is_atom
from defnpy.terms.errors import ArgumentError, FunctionClauseError


def validate(shape: Any, what: str = "shape") -> Shape:
    """*shape* if it is a tuple of positive integers."""
    if shape.__class__ is not tuple:
        raise ArgumentError(
            f"expected a {what}. A {what} is a n-element tuple with the size of each dimension. "
            "Alternatively, you can pass a tensor (or a number) and the shape will be retrieved from the tensor. "
            f"Got: {text(shape)}"
        )
    return _validate_dimensions(shape, what)


def validate_kind(shape: Any, what: str) -> Shape:
    """*shape* if it is a tuple of positive integers, as the sizes of a window are."""
    if shape.__class__ is not tuple:
        raise ArgumentError(
            f"invalid {what}. {what} is a n-element tuple with the size of each dimension. Got: {text(shape)}"
        )
    return _validate_dimensions(shape, what)


def _validate_dimensions(shape: Shape, what: str) -> Shape:
    for axis in range(len(shape) - 1, -1, -1):
        dim: Any = shape[axis]
        if dim.__class__ is not int or dim < 1:
            raise bad_dimension(shape, axis, what)
    return shape


def bad_dimension(shape: Any, axis: int, what: str) -> ArgumentError:
    """The error for a dimension that is no positive integer."""
    dim = shape[axis]
    start = f"invalid dimension in axis {axis} found in {what}. Each dimension must be a positive integer, "
    if isinstance(dim, Tensor):
        return ArgumentError(
            f"{start}but instead got a tensor as dimension: {text(dim)}\n\n"
            "This may happen if you are trying to pass a dimension or a shape as an argument to a defn function, "
            "for example:\n\n"
            "    defn my_defn(dim) do\n      Nx.iota({dim})\n    end\n\n"
            "However, defn treats all arguments as inputs. To address this, you can pass the dimension or the shape "
            "as an option instead:\n\n"
            "    defn my_defn(opts \\\\ []) do\n      opts = keyword!(opts, dim: 1)\n      Nx.iota({opts[:dim]})\n"
            "    end\n\n"
            f"Invalid shape: {text(shape)}\n"
        )
    return ArgumentError(f"{start}got {text(dim)} in shape {text(shape)}")


def named(names: Any, shape: Shape) -> Names:
    """*names* (a list, or None for no names) checked against *shape*."""
    if names is None:
        return unnamed(len(shape))
    check_name_count(names, shape)
    for name in names:
        if not is_atom(name):
            raise ArgumentError(f"invalid name for tensor axis, names must be atoms, got: {text(name)}")
    made = tuple(names)
    return unnamed(len(made)) if not any(n is not None for n in made) else made


def check_name_count(names: Any, shape: Shape) -> None:
    """Raise unless *names* is a list with an entry for each axis."""
    if names.__class__ not in (list, tuple):
        raise FunctionClauseError(alias("Nx.Shape"), Atom("named_axes!"), 2)
    if len(names) != len(shape):
        raise ArgumentError(
            f"invalid names for tensor of rank {len(shape)}, "
            "when specifying names every dimension must have a name or be nil"
        )


def intern_names(names: Sequence[Any]) -> Names:
    """*names* as a tuple; the shared one where all are None."""
    for n in names:
        if n is not None:
            return tuple(names)
    return unnamed(len(names))


def axis_index(shape: Shape, axis: Any, names: Names) -> int:
    """*axis* (an index or a name) as an index from 0."""
    kind = axis.__class__
    if kind is int:
        rank = len(shape)
        if -rank <= axis < rank:
            return axis + rank if axis < 0 else axis
        raise ArgumentError(f"given axis ({axis}) invalid for shape with rank {rank}")
    if axis is None:
        raise ArgumentError("axis name cannot be nil")
    if is_atom(axis):
        for i, name in enumerate(names):
            if name is axis:
                return i
        raise ArgumentError(f"name {text(axis)} not found in tensor with names {text(list(names))}")
    raise ArgumentError(f"given axis ({text(axis)}) invalid for shape with rank {len(shape)}")


def axes_indices(shape: Shape, axes: Sequence[Any], names: Names) -> tuple[int, ...]:
    """Several axes as indices; they must differ."""
    if axes.__class__ not in (list, tuple):
        raise FunctionClauseError(alias("Nx.Shape"), Atom("normalize_axes"), 4)
    made = tuple(axis_index(shape, a, names) for a in axes)
    if len(set(made)) != len(made):
        raise ArgumentError(f"axes {text(list(axes))} must be unique integers between 0 and {len(shape) - 1}")
    return made


def merge_name(left: Any, right: Any, left_axis: int, right_axis: int) -> Any:
    """The name that two names agree on."""
    if left is right or right is None:
        return left
    if left is None:
        return right
    raise ArgumentError(
        f"cannot merge name {text(left)} on axis {left_axis} with name {text(right)} on axis {right_axis}"
    )


def merge_names(left: Names, right: Names) -> Names:
    """The names of two tensors of one rank, merged."""
    if left is right:
        return left
    return tuple(merge_name(a, b, i, i) for i, (a, b) in enumerate(zip(left, right, strict=True)))


def fold_names(names: Sequence[Names], axis: int) -> list[Any]:
    """The names of several tensors merged; errors name the *axis* along which the tensors are joined."""
    made = list(names[0])
    for more in names[1:]:
        made = [merge_name(new, old, axis, axis) for old, new in zip(made, more, strict=False)]
    return made


def binary_broadcast(left: Shape, left_names: Names, right: Shape, right_names: Names) -> tuple[Shape, Names]:
    """The shape and names of an elementwise operation on two shapes."""
    if left_names is right_names and left == right:
        return left, left_names
    if not right:
        return left, left_names
    if not left:
        return right, right_names
    rank = max(len(left), len(right))
    shape: list[int] = []
    names: list[Any] = []
    for k in range(1, rank + 1):
        a = left[-k] if k <= len(left) else None
        b = right[-k] if k <= len(right) else None
        if a is None or b is None:
            shape.append(b if a is None else a)  # type: ignore[arg-type]
            names.append(right_names[-k] if a is None else left_names[-k])
            continue
        if a != b and a != 1 and b != 1:
            raise ArgumentError(f"cannot broadcast tensor of dimensions {text(left)} to {text(right)}")
        shape.append(max(a, b))
        names.append(merge_name(left_names[-k], right_names[-k], rank - k, rank - k))
    return tuple(reversed(shape)), intern_names(names[::-1])


def broadcast_axes(shape: Shape, to: Shape) -> tuple[int, ...]:
    """Where the axes of *shape* go when it is broadcast to *to* by trailing axes."""
    if len(shape) > len(to):
        raise ArgumentError(f"cannot broadcast tensor of dimensions {text(shape)} to {text(to)}")
    return tuple(range(len(to) - len(shape), len(to)))


def check_broadcast(shape: Shape, to: Shape, axes: Sequence[int], offset: int = 0) -> None:
    """Raise unless *shape* fits *to* when its axes go to *axes*; the error leaves out the first *offset* axes."""
    if len(axes) != len(shape):
        raise ArgumentError(f"expected length of axes ({len(axes)}) to match rank of shape ({len(shape)})")
    fits = len(shape) <= len(to)
    before = -1
    for dim, axis in zip(shape, axes, strict=True):
        if not fits:
            break
        if axis < before:
            raise ArgumentError(f"broadcast axes must be ordered, got {axis} after {before}")
        fits = dim == 1 or dim == to[axis]
        before = axis
    if not fits:
        inner, target, at = shape[offset:], to[offset:], [axis - offset for axis in axes[offset:]]
        raise ArgumentError(
            f"cannot broadcast tensor of dimensions {text(inner)} to {text(target)} with axes {text(at)}"
        )


def reduced(shape: Shape, names: Names, axes: Sequence[int] | None, keep: bool) -> tuple[Shape, Names]:
    """Shape and names after reducing *axes* (None: all)."""
    if axes is None:
        return ((1,) * len(shape), names) if keep else ((), ())
    gone = frozenset(axes)
    if keep:
        return tuple(1 if i in gone else d for i, d in enumerate(shape)), names
    kept = [i for i in range(len(shape)) if i not in gone]
    return tuple(shape[i] for i in kept), intern_names([names[i] for i in kept])


def check_reshape(old: Shape, new: Shape) -> None:
    """Raise unless both shapes have as many elements."""
    if any(d.__class__ is not int or d < 1 for d in new) or prod(old) != prod(new):
        raise ArgumentError(f"cannot reshape, current shape {text(old)} is not compatible with new shape {text(new)}")


def resolve_auto(old: Shape, new: Any) -> Any:
    """*new* with its one ``:auto`` replaced by what is left."""
    auto = Atom("auto")
    count = sum(1 for d in new if d is auto)
    if not count:
        return new
    if count > 1:
        raise ArgumentError(f"only a single :auto dimension is allowed in reshape, got: {text(new)}")
    rest = prod(d for d in new if d.__class__ is int)
    left = prod(old) // rest if rest else 0
    if left == 0:
        return tuple(d for d in new if d is not auto)
    return tuple(left if d is auto else d for d in new)


def padded(shape: Shape, config: Sequence[tuple[int, int, int]]) -> Shape:
    """The shape after padding with ``(low, high, interior)`` per axis."""
    if any(mid < 0 for _, _, mid in config[: len(shape)]):
        raise ArgumentError("invalid padding configuration, interior padding must be non-negative")
    if len(config) != len(shape):
        raise ArgumentError("invalid padding configuration, rank of padding configuration and shape must match")
    return tuple(n + lo + hi + (n - 1) * mid for n, (lo, hi, mid) in zip(shape, config, strict=True))


def dilated(shape: Sequence[int], dilation: Sequence[int]) -> Shape:
    """Sizes after spreading elements *dilation* apart."""
    return tuple(1 + (n - 1) * d for n, d in zip(shape, dilation, strict=True))


def check_dilation(dilation: Sequence[Any]) -> None:
    """Raise unless elements are spread one or more apart."""
    if any(d.__class__ is not int or d < 1 for d in dilation):
        raise ArgumentError(f"dilation rates must be greater than or equal to 1 got {text(list(dilation))}")


def to_padding(padding: Any, shape: Sequence[int], window: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """``:valid``, ``:same`` or a list of ``{low, high}`` as pairs of integers."""
    if padding is Atom("valid"):
        return ((0, 0),) * len(shape)
    if padding is Atom("same"):
        # The reference pads as if the strides were 1; the odd element goes to the end.
        return tuple(((k - 1) // 2, k - 1 - (k - 1) // 2) for k in window)
    if padding.__class__ is list or padding.__class__ is tuple:
        for pair in padding:
            if pair.__class__ is not tuple or len(pair) != 2 or any(n.__class__ is not int for n in pair):
                raise ArgumentError(
                    "padding must be a list of {high, low} tuples, where each element is an integer. "
                    f"Got: {text(list(padding))}"
                )
        if len(padding) != len(shape):
            raise ArgumentError("invalid padding configuration, rank of padding configuration and shape must match")
        return tuple(padding)
    raise ArgumentError(
        "invalid padding mode specified, padding must be one of :valid, :same, or a padding configuration, "
        f"got: {text(padding)}"
    )


def starred(shape: Shape, axis: int) -> str:
    """How errors write shapes of which one axis may be any: ``{2, *, 4}``."""
    return "{" + ", ".join("*" if i == axis else str(n) for i, n in enumerate(shape)) + "}"


def squeezed(shape: Shape, names: Names, gone: Sequence[int]) -> tuple[Shape, Names]:
    """Shape and names without the axes *gone*, whose sizes are 1."""
    for axis in sorted(gone):
        if shape[axis] != 1:
            raise ArgumentError(
                f"cannot squeeze dimensions whose sizes are not 1, got {shape[axis]} for dimension {axis}"
            )
    return reduced(shape, names, gone, False)


def flattened(shape: Shape, names: Names, axes: Any) -> tuple[Shape, Names]:
    """Shape and names after merging consecutive *axes* (None: all) into one."""
    if axes is None:
        return (prod(shape),), unnamed(1)
    if axes == []:
        return shape, names
    merged = axes_indices(shape, axes, names)
    if any(b != a + 1 for a, b in zip(merged, merged[1:], strict=False)):
        raise ArgumentError("flatten axes must be consecutive")
    lo, hi = merged[0], merged[-1] + 1
    return (*shape[:lo], prod(shape[lo:hi]), *shape[hi:]), intern_names([*names[:lo], None, *names[hi:]])


def check_permutation(order: Sequence[int], shape: Shape) -> None:
    """Raise unless *order* has an entry for each axis."""
    if len(order) != len(shape):
        raise ArgumentError(f"expected length of permutation ({len(order)}) to match rank of shape ({len(shape)})")


def new_axis_index(shape: Shape, axis: Any, offset: int) -> int:
    """Where a new axis goes; the first *offset* axes do not count."""
    n = len(shape) - offset
    if axis.__class__ is not int or not -n - 1 <= axis <= n:
        raise ArgumentError(
            f"new axis position for shape {text(shape)} must be a number between {-n - 1} and {n}, got: {text(axis)}"
        )
    return axis + offset if axis >= 0 else len(shape) + 1 + axis


def concatenated(shapes: Sequence[Shape], names: Sequence[Names], axis: int) -> tuple[Shape, Names]:
    """Shape and names of tensors joined along *axis*."""
    merged = intern_names(fold_names(names, axis))
    first = shapes[0]
    for shape in shapes:
        if len(shape) != len(first) or any(i != axis and n != first[i] for i, n in enumerate(shape)):
            raise ArgumentError(
                f"expected all shapes to match {starred(first, axis)}, got unmatching shape: {text(shape)}"
            )
    return (*first[:axis], sum(shape[axis] for shape in shapes), *first[axis + 1 :]), merged


def stacked(shapes: Sequence[Shape], names: Sequence[Names], axis: Any, name: Any, offset: int = 0) -> tuple[Shape, Names, int]:
    """Shape and names of tensors joined along a new axis, and the index of that axis."""
    merged = fold_names(names, axis)
    distinct = list(dict.fromkeys(shapes))
    if len(distinct) > 1:
        raise ArgumentError(f"can only stack tensors of the same shape, got distinct shapes: {text(distinct)}")
    first = shapes[0]
    at = new_axis_index(first, axis, offset)
    return (*first[:at], len(shapes), *first[at:]), intern_names([*merged[:at], name, *merged[at:]]), at


def tiled(shape: Shape, repetitions: list[int]) -> tuple[Shape, Shape, Shape]:
    """The shapes a tensor is reshaped to, broadcast to and reshaped to at last when it is repeated."""
    n = max(len(shape), len(repetitions))
    dims = (1,) * (n - len(shape)) + shape
    times = [1] * (n - len(repetitions)) + repetitions
    paired = tuple(x for pair in zip((1,) * n, dims, strict=True) for x in pair) or (1,)
    spread = tuple(x for pair in zip(times, dims, strict=True) for x in pair)
    return paired, spread, tuple(a * b for a, b in zip(times, dims, strict=True))


def diagonal_length(rows: int, cols: int, offset: int) -> int:
    """The number of elements of a diagonal."""
    return min(rows, cols - offset) if offset >= 0 else min(rows + offset, cols)


def check_diagonal(rows: int, cols: int, offset: int) -> None:
    """Raise unless a matrix has a diagonal at *offset*."""
    if offset >= cols:
        raise ArgumentError(f"offset must be less than length of axis 1 when positive, got: {offset}")
    if -offset >= rows:
        raise ArgumentError(f"absolute value of offset must be less than length of axis 0 when negative, got: {offset}")


def check_put_diagonal(shape: Shape, diagonal: Shape, offset: int) -> None:
    """Raise unless *diagonal* fits the matrix."""
    if len(diagonal) == 1 and len(shape) != 2:
        raise ArgumentError(f"put_diagonal/3 expects tensor of rank 2, got tensor of rank: {len(shape)}")
    if len(shape) != 2:
        raise FunctionClauseError(alias("Nx.Shape"), Atom("put_diagonal"), 3)
    if len(diagonal) != 1:
        raise ArgumentError(f"put_diagonal/3 expects diagonal of rank 1, got tensor of rank: {len(diagonal)}")
    rows, cols = shape
    check_diagonal(rows, cols, offset)
    n = diagonal_length(rows, cols, offset)
    if diagonal[0] != n:
        raise ArgumentError(f"expected diagonal tensor of length: {n}, got diagonal tensor of length: {diagonal[0]}")


def check_take_diagonal(shape: Shape) -> None:
    """Raise unless *shape* is that of (a batch of) matrices."""
    if len(shape) < 2:
        raise ArgumentError(f"take_diagonal/2 expects tensor of rank 2 or higher, got tensor of rank: {len(shape)}")


def check_make_diagonal(shape: Shape) -> None:
    """Raise unless *shape* is that of a vector."""
    if len(shape) != 1:
        raise ArgumentError(f"make_diagonal/2 expects tensor of rank 1, got tensor of rank: {len(shape)}")


def check_top_k(shape: Shape, k: Any) -> None:
    """Raise unless the last axis has *k* elements."""
    if k.__class__ is not int or k < 1:
        shown = k.name if isinstance(k, Atom) else text(k)
        raise ArgumentError(f"top_k k must be an integer greater than or equal to 1, got k={shown}")
    if not shape:
        raise ArgumentError("top_k input must have at least rank 1")
    if shape[-1] < k:
        raise ArgumentError(
            f"top_k input last axis size must be greater than or equal to k, got size={shape[-1]} and k={k}"
        )
