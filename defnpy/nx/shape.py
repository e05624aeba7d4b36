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
    for axis, dim in enumerate(shape):
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
    if names.__class__ not in (list, tuple):
        raise FunctionClauseError(alias("Nx.Shape"), Atom("named_axes!"), 2)
    if len(names) != len(shape):
        raise ArgumentError(
            f"invalid names for tensor of rank {len(shape)}, "
            "when specifying names every dimension must have a name or be nil"
        )
    for name in names:
        if not is_atom(name):
            raise ArgumentError(f"invalid name for tensor axis, names must be atoms, got: {text(name)}")
    made = tuple(names)
    return unnamed(len(made)) if not any(n is not None for n in made) else made


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


def check_broadcast(shape: Shape, to: Shape, axes: Sequence[int]) -> None:
    """Raise unless *shape* fits *to* when its axes go to *axes*."""
    if len(axes) != len(shape):
        raise ArgumentError(f"expected length of axes ({len(axes)}) to match rank of shape ({len(shape)})")
    for before, after in zip(axes, axes[1:], strict=False):
        if after < before:
            raise ArgumentError(f"broadcast axes must be ordered, got {after} after {before}")
    for dim, axis in zip(shape, axes, strict=True):
        if dim != 1 and dim != to[axis]:
            raise ArgumentError(
                f"cannot broadcast tensor of dimensions {text(shape)} to {text(to)} with axes {text(list(axes))}"
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
    return tuple(n + lo + hi + (n - 1) * mid for n, (lo, hi, mid) in zip(shape, config, strict=True))


def dilated(shape: Sequence[int], dilation: Sequence[int]) -> Shape:
    """Sizes after spreading elements *dilation* apart."""
    return tuple(1 + (n - 1) * d for n, d in zip(shape, dilation, strict=True))


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
