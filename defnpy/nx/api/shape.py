"""Shapes, names and functions that move elements."""

from __future__ import annotations

from math import ceil, prod
from typing import Any

from defnpy.nx import shape as shapes
from defnpy.nx.convert import python_number, to_tensor
from defnpy.nx.dispatch import apply, run
from defnpy.nx.ops import shape as ops
from defnpy.nx.options import fetched, keyword
from defnpy.nx.show import text
from defnpy.nx.tensor import Names, Shape, Tensor, template
from defnpy.nx.vectors import apply_vectorized, together
from defnpy.terms.atom import Atom, alias
from defnpy.terms.errors import ArgumentError, FunctionClauseError
from defnpy.terms.module import ex, native_module

_AUTO = Atom("auto")


def shape_of(term: Any) -> Shape:
    """The shape that a tensor, a number or a tuple stands for."""
    if term.__class__ is Tensor:
        return term.shape
    if term.__class__ is int or term.__class__ is float:
        return ()
    return shapes.validate(term)


@ex("shape/1")
def shape(term: Any) -> Shape:
    """The shape as a tuple."""
    return shape_of(term)


@ex("type/1")
def type_(tensor: Any) -> Any:
    """The type as ``{:f, 32}``."""
    return to_tensor(tensor).type.elixir


@ex("rank/1")
def rank(term: Any) -> int:
    """The number of axes."""
    return len(term if term.__class__ is tuple else shape_of(term))


@ex("size/1")
def size(term: Any) -> int:
    """The number of elements; vectorised axes do not count."""
    return prod(shape_of(term))


@ex("flat_size/1")
def flat_size(tensor: Any) -> int:
    """The number of elements of all axes."""
    if tensor.__class__ is Tensor:
        return prod(tensor.full_shape)
    return size(tensor)


@ex("byte_size/1")
def byte_size(tensor: Any) -> int:
    """The whole bytes of the elements."""
    return bit_size(tensor) // 8


@ex("bit_size/1")
def bit_size(tensor: Any) -> int:
    """The bits of the elements."""
    t = to_tensor(tensor)
    return prod(t.full_shape) * t.type.bits


@ex("axes/1")
def axes(term: Any) -> list[int]:
    """The axes as a list of indices."""
    return list(range(rank(term)))


@ex("axis_size/2")
def axis_size(tensor: Any, axis: Any) -> int:
    """The size of an axis."""
    t = _tensor_of(tensor)
    return t.shape[shapes.axis_index(t.shape, axis, t.names)]


@ex("axis_index/2")
def axis_index(tensor: Any, axis: Any) -> int:
    """The index of an axis given by name or index."""
    t = _tensor_of(tensor)
    return shapes.axis_index(t.shape, axis, t.names)


@ex("names/1")
def names(tensor: Any) -> list[Any]:
    """The names of the axes."""
    return list(_tensor_of(tensor).names)


def _tensor_of(term: Any) -> Tensor:
    """A tensor or a number; ``names/1`` takes nothing else."""
    if term.__class__ is Tensor or python_number(term) is not None:
        return to_tensor(term)
    raise FunctionClauseError(alias("Nx"), Atom("names"), 1)


@ex("rename/2")
def rename(tensor: Any, names: Any) -> Tensor:
    """Give new names to all axes."""
    t = to_tensor(tensor)
    made = shapes.named(names, t.shape)
    taken = {name for name, _ in t.vectorized_axes}
    for name in made:
        if name is not None and name in taken:
            raise ArgumentError(f"name {text(name)} is already a name for a vectorized axis")
    return t.like(names=made)


@ex("compatible?/2")
def compatible_q(left: Any, right: Any) -> bool:
    """Whether two tensors or containers have the same types, shapes and mergeable names."""
    from defnpy.nx.containers import compatible

    return compatible(left, right)


def reshape_plain(t: Tensor, new: Shape, names: Names | None = None) -> Tensor:
    """Reshape a tensor without vectorised axes."""
    made = shapes.intern_names(names) if names is not None else None
    if t.shape == new:
        return t.like(names=shapes.unnamed(len(new)) if made is None else made)
    return apply(ops.RESHAPE, t, shape=new, names=made)


@ex("reshape/2", "reshape/3")
def reshape(tensor: Any, new: Any, opts: Any = ()) -> Tensor:
    """Change the shape; one dimension may be ``:auto``."""
    names = fetched(opts, "names")
    t = to_tensor(tensor)
    if new.__class__ is Tensor:
        names = list(new.names) if names is None else names
        new = new.shape
    elif new.__class__ is tuple:
        new = shapes.resolve_auto(t.shape, new)
    else:
        new = shape_of(new)
    shapes.check_reshape(t.shape, new)
    made = shapes.named(names, new)

    def plain(p: Tensor, offset: int) -> Tensor:
        return reshape_plain(p, (*p.shape[:offset], *new), (*p.names[:offset], *made))

    return apply_vectorized(t, plain)


@ex("flatten/1", "flatten/2")
def flatten(tensor: Any, opts: Any = ()) -> Tensor:
    """Merge consecutive axes (all by default) into one."""
    from defnpy.nx.options import validated

    given = validated(opts, axes=None)["axes"]
    t = to_tensor(tensor)
    if given == []:
        return t
    new, names = shapes.flattened(t.shape, t.names, given)
    return reshape(t, new, [(Atom("names"), list(names))])


@ex("new_axis/2", "new_axis/3")
def new_axis(tensor: Any, axis: int, name: Any = None) -> Tensor:
    """Insert an axis of size 1."""
    t = to_tensor(tensor)

    def plain(p: Tensor, offset: int) -> Tensor:
        k = shapes.new_axis_index(p.shape, axis, offset)
        return reshape_plain(p, (*p.shape[:k], 1, *p.shape[k:]), (*p.names[:k], name, *p.names[k:]))

    return apply_vectorized(t, plain)


def squeeze_axes(t: Tensor, gone: tuple[int, ...]) -> Tensor:
    """Drop axes of size 1 of a plain tensor."""
    return apply(ops.SQUEEZE, t, axes=gone) if gone else t


@ex("squeeze/1", "squeeze/2")
def squeeze(tensor: Any, opts: Any = ()) -> Tensor:
    """Drop axes of size 1."""
    given = keyword(opts, axes=None)["axes"]
    t = to_tensor(tensor)
    if given is None:
        gone = tuple(i for i, n in enumerate(t.shape) if n == 1)
    else:
        gone = shapes.axes_indices(t.shape, given, t.names)
        shapes.squeezed(t.shape, t.names, gone)
    return apply_vectorized(t, lambda p, k: squeeze_axes(p, tuple(a + k for a in gone)))


def transpose_axes(t: Tensor, order: tuple[int, ...]) -> Tensor:
    """Reorder the axes of a plain tensor."""
    if order == tuple(range(len(t.shape))):
        return t
    return apply(ops.TRANSPOSE, t, axes=order)


@ex("transpose/1", "transpose/2")
def transpose(tensor: Any, opts: Any = ()) -> Tensor:
    """Reorder the axes (reverse them by default)."""
    given = keyword(opts, axes=None)["axes"]
    t = to_tensor(tensor)
    n = len(t.shape)
    order = tuple(range(n - 1, -1, -1)) if given is None else permutation(t.shape, given, t.names)

    def plain(p: Tensor, k: int) -> Tensor:
        return transpose_axes(p, (*range(k), *(a + k for a in order)))

    return apply_vectorized(t, plain)


def permutation(shape: Shape, given: Any, names: Names) -> tuple[int, ...]:
    """A list of axes that names every axis once."""
    if given.__class__ is not list:
        raise FunctionClauseError(alias("Nx.Shape"), Atom("normalize_axes"), 4)
    order = shapes.axes_indices(shape, given, names)
    shapes.check_permutation(order, shape)
    return order


@ex("reverse/1", "reverse/2")
def reverse(tensor: Any, opts: Any = ()) -> Tensor:
    """Reverse the elements along axes (all by default)."""
    given = keyword(opts, axes=None)["axes"]
    t = to_tensor(tensor)
    chosen = tuple(range(len(t.shape))) if given is None else shapes.axes_indices(t.shape, given, t.names)
    if not chosen:
        return t
    chosen = tuple(sorted(chosen))
    return apply_vectorized(t, lambda p, k: apply(ops.REVERSE, p, axes=tuple(a + k for a in chosen)))


def broadcast_plain(t: Tensor, to: Shape, axes: tuple[int, ...], names: Names) -> Tensor:
    """Broadcast a plain tensor; nothing happens where the shape is the same."""
    if t.shape == to:
        return t.like(names=names)
    out = template(t.type, to, names)
    return run(ops.BROADCAST, out, (t,), {"shape": to, "axes": axes, "names": names})


@ex("broadcast/2", "broadcast/3")
def broadcast(tensor: Any, new: Any, opts: Any = ()) -> Tensor:
    """Repeat elements until the tensor has the shape of *new* (a shape or a tensor)."""
    given = keyword(opts, axes=None, names=None)
    t = to_tensor(tensor)
    names = given["names"]
    if new.__class__ is Tensor:
        names = list(new.names) if names is None else names
    return apply_vectorized(t, lambda p, k: _broadcast_to(p, k, shape_of(new), given["axes"], names))


def _broadcast_to(p: Tensor, offset: int, to: Shape, axes: Any, names: Any) -> Tensor:
    inner = p.shape[offset:]
    if axes is None:
        at = shapes.broadcast_axes(inner, to)
        if len(inner) > len(to):
            shapes.check_broadcast(inner, to, at)
        named = shapes.named(names, to)
    else:
        named = shapes.named(names, to)
        at = shapes.axes_indices(to, axes, named)
    shapes.check_broadcast(inner, to, at)
    full = (*p.shape[:offset], *to)
    every = (*range(offset), *(a + offset for a in at))
    return broadcast_plain(p, full, every, shapes.intern_names([*p.names[:offset], *named]))


@ex("tile/2")
def tile(tensor: Any, repetitions: Any) -> Tensor:
    """Repeat the tensor along its axes."""
    if repetitions.__class__ is not list or any(r.__class__ is not int or r < 1 for r in repetitions):
        raise ArgumentError(f"repetitions must be a list of integers, got: {text(repetitions)}")
    t = to_tensor(tensor)
    paired, spread, final = shapes.tiled(t.shape, repetitions)
    return reshape(broadcast(reshape(t, paired), spread), final)


@ex("pad/3")
def pad(tensor: Any, value: Any, config: Any) -> Tensor:
    """Add *value* around and between the elements; negative sizes cut off."""
    if config.__class__ is not list or not (value.__class__ is Tensor or python_number(value) is not None):
        raise FunctionClauseError(alias("Nx"), Atom("pad"), 3)
    t, v = to_tensor(tensor), to_tensor(value)
    if v.shape or v.vectorized_axes:
        raise ArgumentError("padding value must be a scalar and non-vectorized")
    pairs = tuple(config)
    if any(c.__class__ is not tuple or len(c) != 3 for c in pairs):
        raise FunctionClauseError(alias("Nx.Shape"), Atom("padded_dims"), 3)
    kind = t.type

    def plain(p: Tensor, k: int) -> Tensor:
        return apply(ops.PAD, p, v, config=((0, 0, 0),) * k + pairs, type=kind)

    return apply_vectorized(t, plain)


@ex("concatenate/1", "concatenate/2")
def concatenate(tensors: Any, opts: Any = ()) -> Tensor:
    """Join tensors along an axis."""
    from defnpy.nx.containers import flatten_list

    axis = keyword(opts, axis=0)["axis"]
    given = flatten_list(tensors)
    if not given:
        raise ArgumentError("no tensors were given to concatenate")
    if len(given) == 1:
        return given[0]
    at = shapes.axis_index(given[0].shape, axis, given[0].names)
    _concatenate_shapes(given, at)
    return together(given, lambda ts, k: apply(ops.CONCATENATE, *ts, axis=at + k))


def _concatenate_shapes(given: list[Tensor], at: int) -> None:
    """Check shapes before vectorised axes are merged."""
    plain = [template(t.type, t.shape, t.names) for t in given]
    ops.CONCATENATE.infer({"axis": at}, *plain)


@ex("stack/1", "stack/2")
def stack(tensors: Any, opts: Any = ()) -> Tensor:
    """Join tensors of one shape along a new axis."""
    from defnpy.nx.containers import flatten_list

    given = keyword(opts, axis=0, name=None)
    ts = flatten_list(tensors)
    if not ts:
        raise ArgumentError("no tensors were given to stack")
    axis, name = given["axis"], given["name"]

    def plain(ps: list[Tensor], k: int) -> Tensor:
        at = shapes.stacked([p.shape for p in ps], [p.names for p in ps], axis, name, k)[2]
        return apply(ops.STACK, *ps, axis=at, name=name)

    shapes.fold_names([t.names for t in ts], axis)
    return together(ts, plain)


@ex("split/2", "split/3")
def split(tensor: Any, at: Any, opts: Any = ()) -> tuple[Tensor, Tensor]:
    """Cut a tensor in two along an axis, at an index or a fraction."""
    from defnpy.nx.api.index import slice_along_axis
    from defnpy.nx.options import keywords

    axis = keyword(opts, axis=0)["axis"]
    t = to_tensor(tensor)
    i = shapes.axis_index(t.shape, axis, t.names)
    n = t.shape[i]
    if at.__class__ is int:
        if not 0 < abs(at) < n:
            raise ArgumentError("split must be an integer greater than zero and less than the length of the given axis")
        left = at if at > 0 else n + at
    elif at.__class__ is float:
        left = ceil(at * n)
        if not (0 < at and 0 < left < n):
            raise ArgumentError("split must be a float such that 0 < split and ceil(split * axis_size) < 1")
    else:
        raise ArgumentError(f"invalid split received, expected a float or an integer, got: {text(at)}")
    axis_opt = keywords(axis=i)
    return slice_along_axis(t, 0, left, axis_opt), slice_along_axis(t, left, n - left, axis_opt)


_MODES = ("cyclic", "mirror", "replicate", "reflect")


@ex("pad_outer/3")
def pad_outer(tensor: Any, mode: Any, config: Any) -> Tensor:
    """Pad around the tensor with a number or with its own elements (``:cyclic :mirror :replicate :reflect``)."""
    t = to_tensor(tensor)
    if config.__class__ is not list:
        raise FunctionClauseError(alias("Nx"), Atom("pad_outer"), 3)
    number = python_number(mode)
    if mode.__class__ is Tensor or (number is not None):
        for axis, pair in enumerate(config):
            if pair.__class__ is not tuple or len(pair) != 2 or any(n.__class__ is not int for n in pair):
                raise ArgumentError(
                    f"expected padding config for axis {axis} to be of the format {{left, right}}, with left and right "
                    f"as integers, got: {text(pair)}"
                )
        return pad(t, mode, [(lo, hi, 0) for lo, hi in config])
    if mode.__class__ is not Atom:
        raise FunctionClauseError(alias("Nx"), Atom("pad_outer"), 3)
    if mode.name not in _MODES:
        raise ArgumentError(
            "expected padding type to be either of [:cyclic, :mirror, :replicate, :reflect], "
            f"got {text(mode)}"
        )
    if not t.shape:
        raise ArgumentError("expected tensor to have rank greater than 0")
    if len(config) != len(t.shape):
        raise ArgumentError("expected to have one padding_config entry each tensor axis")
    for axis, pair in enumerate(config):
        good = pair.__class__ is tuple and len(pair) == 2 and all(n.__class__ is int and n >= 0 for n in pair)
        if not good:
            raise ArgumentError(
                f"expected padding config for axis {axis} to be of the format {{left, right}}, with left and right as "
                f"non-negative integers, got: {text(pair)}"
            )
    made = t
    for axis, (left, right) in enumerate(config):
        made = _pad_axis(made, mode.name, axis, left, right)
    return made


def outer_index(mode: str, i: int, n: int) -> int:
    """The element that stands at position *i* (perhaps negative or beyond) of an axis of *n* elements."""
    if 0 <= i < n:
        return i
    if mode == "replicate" or n == 1:
        return 0 if i < 0 else n - 1
    if mode == "cyclic":
        return i % n
    if mode == "mirror":
        k = i % (2 * n)
        return k if k < n else 2 * n - 1 - k
    k = i % (2 * n - 2)
    return k if k < n else 2 * n - 2 - k


def _pad_axis(t: Tensor, mode: str, axis: int, left: int, right: int) -> Tensor:
    if not left and not right:
        return t
    from defnpy.nx.api.creation import tensor as make
    from defnpy.nx.api.index import take
    from defnpy.nx.options import keywords

    n = t.shape[axis]
    order = [outer_index(mode, i, n) for i in range(-left, n + right)]
    return take(t, make(order), keywords(axis=axis)).like(names=t.names)


@ex("reflect/1", "reflect/2")
def reflect(tensor: Any, opts: Any = ()) -> Tensor:
    """Pad with the reflection of the tensor."""
    config = keyword(opts, padding_config=None)["padding_config"]
    if config is None:
        raise ArgumentError("missing mandatory option :padding_config")
    return pad_outer(tensor, Atom("reflect"), config)


MODULE = native_module("Nx", globals())
