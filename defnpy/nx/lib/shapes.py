"""``Nx.Shape``: the rules of shapes as functions of shapes (tuples), names and axes (lists)."""

from __future__ import annotations

from typing import Any

from defnpy.nx import shape as shapes
from defnpy.nx.api import index, linear
from defnpy.nx.dtype import S32
from defnpy.nx.matrices import square
from defnpy.nx.ops import index as index_ops
from defnpy.nx.ops import linear as linear_ops
from defnpy.nx.ops import window as window_ops
from defnpy.nx.ops.base import Op
from defnpy.nx.show import text
from defnpy.nx.tensor import Shape, Tensor, template
from defnpy.terms.atom import Atom, alias
from defnpy.terms.errors import ArgumentError, FunctionClauseError
from defnpy.terms.module import ex, native_module

_OK = Atom("ok")
_CONV_OPTIONS = (
    "strides", "padding", "feature_group_size", "batch_group_size", "input_dilation", "kernel_dilation",
    "input_permutation", "kernel_permutation", "output_permutation",
)  # fmt: skip


def _tensor(shape: Any, names: Any = None) -> Tensor:
    """What the rule of an operation takes: a tensor without data."""
    return template(S32, shape, None if names is None else tuple(names))


def _inferred(op: Op, params: dict[str, Any], *tensors: Tensor) -> tuple[Shape, list[Any]]:
    """Shape and names of the result of an operation."""
    made = op.infer(params, *tensors)
    return made.shape, list(made.names)


@ex("validate!/2")
def validate_bang(shape: Any, kind: Any) -> Any:
    """The shape, if it has positive integers only."""
    return shapes.validate_kind(shape, kind.name if isinstance(kind, Atom) else str(kind))


@ex("to_string/2")
def to_string(shape: Any, names: Any) -> str:
    """Shape and names as ``[x: 2][3]``."""
    pairs = zip(shape, names, strict=False)
    return "".join(f"[{n}]" if name is None else f"[{name.name}: {n}]" for n, name in pairs)


@ex("named_axes!/2")
def named_axes_bang(names: Any, shape: Any) -> list[Any]:
    """The names, if there is one for each axis; nil stands for no names."""
    if names is None or names is False:
        return [None] * len(shape)
    shapes.check_name_count(names, shape)
    return names


@ex("find_name!/2")
def find_name_bang(names: Any, name: Any) -> int:
    """The index of a name."""
    for i, found in enumerate(names):
        if found is name:
            return i
    raise ArgumentError(f"tensor does not have name {text(name)}. The tensor names are: {text(names)}")


@ex("merge_names!/2")
def merge_names_bang(left: Any, right: Any) -> list[Any]:
    """The names of two tensors of one rank, merged."""
    if len(left) != len(right):
        raise FunctionClauseError(alias("Nx.Shape"), Atom("merge_names!"), 3)
    return list(shapes.merge_names(left, right))


@ex("reshape/2")
def reshape(old: Any, new: Any) -> Any:
    """The new shape with its ``:auto`` resolved, if it has as many elements."""
    made = shapes.resolve_auto(old, new)
    shapes.check_reshape(old, made)
    return made


@ex("broadcast!/3", "broadcast!/4")
def broadcast_bang(old: Any, new: Any, axes: Any, offset: int = 0) -> Atom:
    """Raise unless a shape broadcasts to another by its axes."""
    shapes.check_broadcast(old, new, axes, offset)
    return _OK


@ex("binary_broadcast/4")
def binary_broadcast(left: Any, left_names: Any, right: Any, right_names: Any) -> tuple[Shape, list[Any]]:
    """The shape and names that two shapes broadcast to."""
    shape, names = shapes.binary_broadcast(left, left_names, right, right_names)
    return shape, list(names)


@ex("broadcast_axes/2")
def broadcast_axes(shape: Any, new: Any) -> list[int]:
    """Where the axes go when a shape is broadcast by its trailing axes."""
    return list(shapes.broadcast_axes(shape, new))


@ex("contract/4")
def contract(shape: Any, axes: Any, names: Any, keep: Any) -> tuple[Shape, list[Any]]:
    """Shape and names after reducing axes."""
    made, kept = shapes.reduced(shape, tuple(names), axes, bool(keep))
    return made, list(kept)


@ex("transpose/3")
def transpose(shape: Any, permutation: Any, names: Any) -> tuple[Shape, list[Any]]:
    """Shape and names in another order."""
    shapes.check_permutation(permutation, shape)
    return tuple(shape[i] for i in permutation), [names[i] for i in permutation]


@ex("transpose_axes/1", "transpose_axes/2")
def transpose_axes(shape: Any, offset: int = 0) -> list[int]:
    """The axes in reverse; the first *offset* axes stand before them."""
    last = len(shape) + offset - 1
    return list(range(last, last - len(shape), -1))


@ex("squeeze/3")
def squeeze(shape: Any, axes: Any, names: Any) -> tuple[Shape, list[Any]]:
    """Shape and names without axes of size 1."""
    made, kept = shapes.squeezed(shape, tuple(names), [i for i in range(len(shape)) if i in axes])
    return made, list(kept)


@ex("squeeze_axes/1", "squeeze_axes/2")
def squeeze_axes(shape: Any, offset: int = 0) -> list[int]:
    """The axes of size 1; the first *offset* axes do not count."""
    return [i for i, n in enumerate(shape[offset:]) if n == 1]


@ex("flatten/3")
def flatten(shape: Any, names: Any, axes: Any) -> tuple[Shape, list[Any]]:
    """Shape and names after merging consecutive axes."""
    made, kept = shapes.flattened(shape, tuple(names), axes)
    return made, list(kept)


@ex("new_axis/6")
def new_axis(shape: Any, names: Any, axis: Any, name: Any, size: Any, offset: int) -> tuple[Shape, list[Any], int]:
    """Shape, names and index of an axis that is inserted."""
    at = shapes.new_axis_index(shape, axis, offset)
    return (*shape[:at], size, *shape[at:]), [*names[:at], name, *names[at:]], at


@ex("pad/2")
def pad(shape: Any, config: Any) -> Shape:
    """The shape after padding."""
    return shapes.padded(shape, config)


@ex("dilate/2")
def dilate(shape: Any, dilation: Any) -> Shape:
    """The shape after its elements are spread."""
    shapes.check_dilation(dilation)
    return shapes.padded(shape, [(0, 0, d - 1) for d in dilation])


@ex("to_padding_config/3")
def to_padding_config(shape: Any, window: Any, mode: Any) -> list[tuple[int, int]]:
    """A padding as a list of pairs; a list of pairs stays as it is, of whatever length."""
    return list(shapes.to_padding(mode, mode if mode.__class__ is list else shape, window))


@ex("pool/5")
def pool(shape: Any, window: Any, strides: Any, padding: Any, dilation: Any) -> tuple[Shape, list[tuple[int, int]]]:
    """The shape after a window function, and its padding."""
    window_ops.check_window(shape, window, strides)
    pairs = shapes.to_padding(padding, shape, dilate(window, dilation))
    params = {"window": window, "strides": strides, "padding": pairs, "window_dilations": dilation}
    return window_ops.pooled(shape, params), list(pairs)


@ex("validate_conv!/2")
def validate_conv_bang(shape: Any, kernel: Any) -> Atom:
    """Raise unless input and kernel of a convolution have three axes or more."""
    linear.check_conv(shape, kernel)
    return _OK


@ex("conv/13")
def conv(shape: Any, names: Any, kernel: Any, kernel_names: Any, *options: Any) -> tuple[Shape, list[Any], list[Any]]:
    """Shape and names after a convolution, and its padding."""
    a, k = _tensor(shape, names), _tensor(kernel, kernel_names)
    params = linear.conv_params(dict(zip(_CONV_OPTIONS, options, strict=True)), a, k)
    return (*_inferred(linear_ops.CONV, params, a, k), list(params["padding"]))


@ex("zip_reduce/6")
def zip_reduce(left: Any, left_axes: Any, names: Any, right: Any, right_axes: Any, right_names: Any) -> Any:
    """Shape and names after contracting axes of two shapes."""
    return dot(left, left_axes, names, [], right, right_axes, right_names, [])


@ex("dot/8")
def dot(s1: Any, c1: Any, names1: Any, b1: Any, s2: Any, c2: Any, names2: Any, b2: Any) -> tuple[Shape, list[Any]]:
    """Shape and names of a product over axes, for each entry of the batch axes."""
    params = {"left": c1, "left_batch": b1, "right": c2, "right_batch": b2}
    return _inferred(linear_ops.DOT, params, _tensor(s1, names1), _tensor(s2, names2))


@ex("slice/4")
def slice_(shape: Any, starts: Any, lengths: Any, strides: Any) -> tuple[list[Any], Shape]:
    """The starts, moved so that the slice fits, and the shape of a slice."""
    index.check_slice(shape, starts, lengths, strides)
    moved = [min(i, n - k) if i.__class__ is int else i for i, n, k in zip(starts, shape, lengths, strict=True)]
    params = {"lengths": lengths, "strides": strides}
    return moved, index_ops.SLICE.infer(params, _tensor(shape)).shape


@ex("put_slice/5")
def put_slice(shape: Any, names: Any, part: Any, part_names: Any, starts: Any) -> tuple[Shape, list[Any]]:
    """Shape and names after a part is replaced."""
    index.check_starts(starts, shape)
    return _inferred(index_ops.PUT_SLICE, {}, _tensor(shape, names), _tensor(part, part_names))


@ex("take/5")
def take(shape: Any, names: Any, indices: Any, index_names: Any, axis: int) -> tuple[Shape, list[Any]]:
    """Shape and names after an axis is looked up by indices."""
    made, merged = index.taken(shape, tuple(names), indices, tuple(index_names), axis)
    return made, list(merged)


@ex("take_along_axis/3")
def take_along_axis(shape: Any, indices: Any, axis: int) -> Any:
    """The shape of the indices, if it is that of the tensor on the other axes."""
    if not 0 <= axis < len(shape):
        raise ArgumentError(f"axis must be a non-negative less than {len(shape)}")
    index.check_along(shape, indices, axis)
    return indices


@ex("gather/3")
def gather(shape: Any, indices: Any, axes: Any) -> tuple[Shape, list[Any]]:
    """Shape and names of the elements that rows of indices name."""
    index.check_gather(shape, indices)
    return _inferred(index_ops.GATHER, {"axes": axes}, _tensor(shape), _tensor(indices))


@ex("indexed/4")
def indexed(shape: Any, indices: Any, updates: Any, axes: Any) -> Atom:
    """Raise unless updates fit the rows of indices."""
    index.check_updates(shape, indices, updates, axes)
    return _OK


@ex("stack/5")
def stack(given: Any, names: Any, axis: Any, name: Any, offset: int) -> tuple[Shape, list[Any], int]:
    """Shape, names and new axis of tensors that are stacked."""
    shape, merged, at = shapes.stacked(given, names, axis, name, offset)
    return shape, list(merged), at


@ex("concatenate/4")
def concatenate(given: Any, names: Any, axis: Any, offset: int) -> tuple[Shape, list[Any], int]:
    """Shape, names and axis of tensors that are joined."""
    at = normalize_axis(given[0], axis, names[0], offset)
    shape, merged = shapes.concatenated(given, names, at)
    return shape, list(merged), at


@ex("tile/2")
def tile(tensor: Any, repetitions: Any) -> tuple[Shape, Shape, Shape]:
    """The shapes that a tensor goes through when it is repeated."""
    return shapes.tiled(tensor.shape, repetitions)


@ex("take_diagonal/1")
def take_diagonal(shape: Any) -> tuple[Shape, Shape]:
    """The shapes of the batch and of the matrices."""
    shapes.check_take_diagonal(shape)
    return shape[:-2], shape[-2:]


@ex("make_diagonal/1")
def make_diagonal(shape: Any) -> Any:
    """The shape, if it has one axis."""
    shapes.check_make_diagonal(shape)
    return shape


@ex("put_diagonal/3")
def put_diagonal(shape: Any, diagonal: Any, offset: int) -> Atom:
    """Raise unless a diagonal fits a matrix."""
    shapes.check_put_diagonal(shape, diagonal, offset)
    return _OK


@ex("validate_diag_offset!/2")
def validate_diag_offset_bang(shape: Any, offset: int) -> Atom:
    """Raise unless a matrix has a diagonal at *offset*."""
    if len(shape) != 2:
        raise ArgumentError(f"expected shape of rank 2 to be given, got shape of rank: {len(shape)}")
    rows, cols = shape
    shapes.check_diagonal(rows, cols, offset)
    return _OK


@ex("cholesky/2")
def cholesky(shape: Any, names: Any) -> tuple[Any, Any]:
    """Shape and names, if they are those of square matrices."""
    square(_tensor(shape))
    return shape, names


@ex("top_k/3")
def top_k(shape: Any, names: Any, k: Any) -> tuple[Shape, Any]:
    """Shape and names of the *k* largest elements."""
    shapes.check_top_k(shape, k)
    return (*shape[:-1], k), names


@ex("normalize_axis/3", "normalize_axis/4")
def normalize_axis(shape: Any, axis: Any, names: Any, offset: int = 0) -> int:
    """An axis, given by index or name, as an index from 0; the first *offset* axes do not count."""
    return offset + shapes.axis_index(shape[offset:], axis, tuple(names)[offset:])


@ex("normalize_axes/3", "normalize_axes/4")
def normalize_axes(shape: Any, axes: Any, names: Any, offset: int = 0) -> list[int]:
    """Several axes as indices from 0."""
    return [offset + i for i in shapes.axes_indices(shape[offset:], axes, tuple(names)[offset:])]


MODULE = native_module("Nx.Shape", globals())
