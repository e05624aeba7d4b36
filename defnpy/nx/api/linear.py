"""``dot``, ``outer`` and ``conv``."""

from __future__ import annotations

from typing import Any

from defnpy.nx import shape as shapes
from defnpy.nx.api.elementwise import conjugate, multiply
from defnpy.nx.api.shape import flatten, new_axis, permutation
from defnpy.nx.convert import to_tensor
from defnpy.nx.dispatch import apply
from defnpy.nx.ops import linear as ops
from defnpy.nx.options import keyword
from defnpy.nx.show import text
from defnpy.nx.tensor import Shape, Tensor, template
from defnpy.nx.vectors import together
from defnpy.terms.atom import Atom
from defnpy.terms.errors import ArgumentError
from defnpy.terms.module import ex, native_module


@ex("dot/2")
def dot(left: Any, right: Any) -> Tensor:
    """The product of the last axis of *left* and the last but one (or only) axis of *right*."""
    a, b = to_tensor(left), to_tensor(right)
    if not a.shape or not b.shape:
        return dot_4(a, [], b, [])
    return dot_4(a, [-1], b, [-2 if len(b.shape) > 1 else -1])


@ex("dot/4")
def dot_4(left: Any, left_axes: Any, right: Any, right_axes: Any) -> Tensor:
    """The product over chosen axes."""
    return dot_6(left, left_axes, [], right, right_axes, [])


@ex("dot/6")
def dot_6(left: Any, left_axes: Any, left_batch: Any, right: Any, right_axes: Any, right_batch: Any) -> Tensor:
    """The product over chosen axes for each entry of the batch axes."""
    a, b = to_tensor(left), to_tensor(right)
    lc, rc = shapes.axes_indices(a.shape, left_axes, a.names), shapes.axes_indices(b.shape, right_axes, b.names)
    lb, rb = shapes.axes_indices(a.shape, left_batch, a.names), shapes.axes_indices(b.shape, right_batch, b.names)
    if not a.vectorized_axes and not b.vectorized_axes:
        return apply(ops.DOT, a, b, left=lc, left_batch=lb, right=rc, right_batch=rb)
    params = {"left": lc, "left_batch": lb, "right": rc, "right_batch": rb}
    ops.DOT.infer(params, template(a.type, a.shape, a.names), template(b.type, b.shape, b.names))

    def plain(ts: list[Tensor], k: int) -> Tensor:
        front = tuple(range(k))
        return apply(
            ops.DOT,
            *ts,
            left=tuple(i + k for i in lc),
            left_batch=(*front, *(i + k for i in lb)),
            right=tuple(i + k for i in rc),
            right_batch=(*front, *(i + k for i in rb)),
        )

    return together([a, b], plain)


@ex("outer/2")
def outer(left: Any, right: Any) -> Tensor:
    """All products of an element of *left* and the conjugate of one of *right*."""
    a, b = to_tensor(left), to_tensor(right)
    name_a = a.names[0] if a.names else None
    name_b = b.names[-1] if b.names else None
    if b.type.is_complex:
        b = conjugate(b)
    column = new_axis(flatten(a), 1)
    row = new_axis(flatten(b), 0)
    made = multiply(column, row)
    return made.like(names=shapes.intern_names([name_a, name_b]))


def _positive_list(value: Any, rank: int, word: str, place: str) -> tuple[int, ...]:
    if value.__class__ is int:
        value = [value] * rank
    if value.__class__ is list:
        if len(value) != rank:
            raise ArgumentError(
                f"must specify dilation for each spatial dimension of the {place} or specify an integer dilation factor"
            )
        if any(n.__class__ is not int or n < 1 for n in value):
            raise ArgumentError(f"{word} of each dimension must be a positive integer, got {text(value)}")
        return tuple(value)
    raise ArgumentError(f"{word} must be a positive integer or list of positive integers, got {text(value)}")


def _check_groups(params: Any, shape: Any, kshape: Any) -> None:
    """The shapes are permuted and dilated."""
    features, batches = params["feature_group_size"], params["batch_group_size"]
    if features != 1 and batches != 1:
        raise ArgumentError(
            f"either batch groups or feature groups must be 1, got batch_groups = {batches} and "
            f"feature_groups = {features}"
        )
    if shape[0] % batches:
        raise ArgumentError(f"batch groups must evenly divide input batch size got rem({batches}, {shape[0]}) != 0")
    for word, groups in (("feature", features), ("batch", batches)):
        if kshape[0] % groups:
            raise ArgumentError(
                f"size of kernel output channels must be evenly divisible by {word} groups got "
                f"rem({kshape[0]}, {groups}) != 0 for kernel with shape {text(kshape)}"
            )
    if shape[1] != kshape[1] * features:
        raise ArgumentError(
            "size of input channels divided by feature groups must match size of kernel channels, "
            f"got {shape[1]} / {features} != {kshape[1]} for shapes {text(shape)} and {text(kshape)}"
        )


def check_conv(shape: Shape, kernel: Shape) -> None:
    """Raise unless both shapes have spatial axes."""
    for word, given in (("input", shape), ("kernel", kernel)):
        if len(given) < 3:
            raise ArgumentError(f"{word} shape in conv requires at least rank 3, shape {text(given)} has rank {len(given)}")


@ex("conv/2", "conv/3")
def conv(tensor: Any, kernel: Any, opts: Any = ()) -> Tensor:
    """The convolution of a batch of inputs with a kernel."""
    given = keyword(
        opts,
        input_permutation=None,
        kernel_permutation=None,
        output_permutation=None,
        padding=Atom("valid"),
        strides=1,
        input_dilation=1,
        kernel_dilation=1,
        feature_group_size=1,
        batch_group_size=1,
    )
    a, k = to_tensor(tensor), to_tensor(kernel)
    check_conv(a.shape, k.shape)
    params = conv_params(given, a, k)
    if a.vectorized_axes or k.vectorized_axes:
        return together([a, k], lambda ts, n: _conv_vectors(ts, n, params))
    return apply(ops.CONV, a, k, **params)


def conv_params(given: Any, a: Tensor, k: Tensor) -> dict[str, Any]:
    """The options of ``conv/3`` checked and normalised."""
    rank = len(a.shape)
    every = tuple(range(rank))
    ip = every if given["input_permutation"] is None else permutation(a.shape, given["input_permutation"], a.names)
    kp = every if given["kernel_permutation"] is None else permutation(k.shape, given["kernel_permutation"], k.names)
    out_names = tuple(a.names[i] for i in ip)
    order = given["output_permutation"]
    op = every if order is None else permutation(a.shape, order, out_names)
    shape, kshape = [a.shape[i] for i in ip], [k.shape[i] for i in kp]
    spatial = rank - 2
    strides = given["strides"]
    strides = [strides] * spatial if strides.__class__ is int else strides
    if len(strides) != spatial:
        raise ArgumentError(
            f"rank of strides much match rank of spatial dimensions got strides {text(strides)} with rank "
            f"{len(strides)} and got input shape {text(a.shape)} of rank {spatial}"
        )
    input_dilation = _positive_list(given["input_dilation"], spatial, "input dilation", "input")
    kernel_dilation = _positive_list(given["kernel_dilation"], spatial, "kernel dilation", "kernel")
    params: dict[str, Any] = {"strides": tuple(strides)}
    window = shapes.dilated(kshape[2:], kernel_dilation)
    params.update(input_dilation=input_dilation, kernel_dilation=kernel_dilation)
    params.update(feature_group_size=given["feature_group_size"], batch_group_size=given["batch_group_size"])
    _check_groups(params, (*shape[:2], *shapes.dilated(shape[2:], input_dilation)), (*kshape[:2], *window))
    params["padding"] = shapes.to_padding(given["padding"], shape[2:], window)
    params.update(input_permutation=ip, kernel_permutation=kp, output_permutation=op)
    return params


def _conv_vectors(ts: list[Tensor], n: int, params: Any) -> Tensor:
    """Vectorised axes become groups: of the batch for a shared kernel, of features otherwise."""
    from defnpy.nx.api.shape import concatenate, reshape_plain, squeeze_axes
    from defnpy.nx.options import keywords

    a, k = ts
    lead = a.shape[:n]
    total = 1
    for d in lead:
        total *= d
    xs = reshape_plain(a, (total, *a.shape[n:]))
    ks = reshape_plain(k, (total, *k.shape[n:]))
    made = []
    for i in range(total):
        x = squeeze_axes(_row(xs, i), (0,))
        y = squeeze_axes(_row(ks, i), (0,))
        one = apply(ops.CONV, x, y, **params)
        made.append(reshape_plain(one, (1, *one.shape)))
    joined = concatenate(made, keywords(axis=0)) if len(made) > 1 else made[0]
    return reshape_plain(joined, (*lead, *joined.shape[1:]))


def _row(t: Tensor, i: int) -> Tensor:
    from defnpy.nx.api.index import slice_plain

    n = len(t.shape)
    return slice_plain(t, [i, *(0,) * (n - 1)], [1, *t.shape[1:]], [1] * n)


MODULE = native_module("Nx", globals())
