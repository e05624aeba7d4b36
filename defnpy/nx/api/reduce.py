"""Reductions to fewer axes."""

from __future__ import annotations

from typing import Any

import numpy as np

from defnpy.nx import dtype as dtypes
from defnpy.nx import shape as shapes
from defnpy.nx.backend import binary
from defnpy.nx.convert import constant, to_tensor
from defnpy.nx.dispatch import apply
from defnpy.nx.dtype import DType
from defnpy.nx.ops import reduce as ops
from defnpy.nx.ops.base import Op
from defnpy.nx.options import keyword, keywords
from defnpy.nx.show import text
from defnpy.nx.tensor import Tensor, template
from defnpy.nx.vectors import apply_vectorized
from defnpy.terms.atom import Atom, alias
from defnpy.terms.errors import ArgumentError, FunctionClauseError
from defnpy.terms.function import is_function
from defnpy.terms.module import ex, native_module

_ndarray = np.ndarray


def chosen_axes(t: Tensor, axes: Any) -> tuple[int, ...] | None:
    """The ``:axes`` option as sorted indices, None for all."""
    if axes is None:
        return None
    return tuple(sorted(shapes.axes_indices(t.shape, axes, t.names)))


def reduce_plain(op: Op, p: Tensor, axes: tuple[int, ...] | None, keep: bool, offset: int) -> Tensor:
    """Reduce a plain tensor whose first *offset* axes are vectorised; without axes the elements are only cast."""
    if axes is None and keep:
        axes = tuple(range(len(p.shape) - offset))
    if axes == ():
        from defnpy.nx.api.convert import as_type

        return as_type(p, op.infer({"axes": (), "keep_axes": keep}, p).type.elixir)
    if offset:
        inner = range(len(p.shape) - offset) if axes is None else axes
        axes = tuple(a + offset for a in inner)
    return apply(op, p, axes=axes, keep_axes=keep)


_ALL = {"axes": None, "keep_axes": False}
_FIRST = {"axis": None, "keep_axis": False, "tie_break": "low", "type": dtypes.S32}
_outputs: dict[tuple[Op, DType], Tensor] = {}


def _is_plain(term: Any, opts: Any) -> bool:
    return not opts and term.__class__ is Tensor and term.data.__class__ is _ndarray and not term.vectorized_axes


def _whole(op: Op, t: Tensor, params: Any) -> Tensor:
    """The common case: all elements of a host's tensor, without a look at options and axes."""
    out = _outputs.get((op, t.type))
    if out is None:
        out = _outputs[op, t.type] = template(op.infer(params, t).type, ())
    made = binary().table[op](out, params, t.data)
    return Tensor(out.type, (), (), made if made.__class__ is _ndarray else np.asarray(made))


def _reduction(op: Op, tensor: Any, opts: Any) -> Tensor:
    if _is_plain(tensor, opts):
        return _whole(op, tensor, _ALL)
    given = keyword(opts, axes=None, keep_axes=False)
    t = to_tensor(tensor)
    axes = chosen_axes(t, given["axes"])
    return apply_vectorized(t, lambda p, k: reduce_plain(op, p, axes, bool(given["keep_axes"]), k))


@ex("sum/1", "sum/2")
def sum_(tensor: Any, opts: Any = ()) -> Tensor:
    """The sum."""
    return _reduction(ops.SUM, tensor, opts)


@ex("product/1", "product/2")
def product(tensor: Any, opts: Any = ()) -> Tensor:
    """The product."""
    return _reduction(ops.PRODUCT, tensor, opts)


@ex("all/1", "all/2")
def all_(tensor: Any, opts: Any = ()) -> Tensor:
    """1 if all elements are non-zero."""
    return _reduction(ops.ALL, tensor, opts)


@ex("any/1", "any/2")
def any_(tensor: Any, opts: Any = ()) -> Tensor:
    """1 if some element is non-zero."""
    return _reduction(ops.ANY, tensor, opts)


def _extreme(op: Op, tensor: Any, opts: Any) -> Tensor:
    t = to_tensor(tensor)
    if t.type.is_complex:
        raise ArgumentError(f"Nx.{op.name}/2 does not support complex inputs")
    return _reduction(op, t, opts)


@ex("reduce_max/1", "reduce_max/2")
def reduce_max(tensor: Any, opts: Any = ()) -> Tensor:
    """The largest element."""
    return _extreme(ops.REDUCE_MAX, tensor, opts)


@ex("reduce_min/1", "reduce_min/2")
def reduce_min(tensor: Any, opts: Any = ()) -> Tensor:
    """The smallest element."""
    return _extreme(ops.REDUCE_MIN, tensor, opts)


@ex("mean/1", "mean/2")
def mean(tensor: Any, opts: Any = ()) -> Tensor:
    """The mean."""
    from defnpy.nx.api.elementwise import divide

    given = keyword(opts, axes=None, keep_axes=False)
    t = to_tensor(tensor)
    axes = chosen_axes(t, given["axes"])
    return divide(sum_(t, opts), _count(t, axes))


def _count(t: Tensor, axes: tuple[int, ...] | None) -> int:
    n = 1
    for i, d in enumerate(t.shape):
        if axes is None or i in axes:
            n *= d
    return n


@ex("weighted_mean/2", "weighted_mean/3")
def weighted_mean(tensor: Any, weights: Any, opts: Any = ()) -> Tensor:
    """The mean with weights per element or per axis."""
    from defnpy.nx.api.elementwise import divide, multiply
    from defnpy.nx.api.shape import broadcast, reshape

    given = keyword(opts, axes=None, keep_axes=False)
    t, w = to_tensor(tensor), to_tensor(weights)
    axes = chosen_axes(t, given["axes"])
    if t.shape != w.shape:
        if axes is None:
            raise ArgumentError("axes must be specified when shapes of input and weights differ")
        if len(w.shape) != len(axes):
            raise ArgumentError(
                "weights tensor must have rank equal to the number of aggregation axes when input shapes differ"
            )
        dims = [1] * len(t.shape)
        given_axes = shapes.axes_indices(t.shape, given["axes"], t.names)
        for size, axis in zip(reversed(w.shape), given_axes, strict=True):
            dims[axis] = size
        if any(d != t.shape[i] for i, d in enumerate(dims) if i in axes):
            raise ArgumentError(f"cannot broadcast tensor of dimensions {text(t.shape)} to {text(tuple(dims))}")
        w = broadcast(reshape(w, tuple(dims)), t.shape, keywords(names=list(t.names)))
    total = sum_(w, keywords(axes=None if axes is None else list(axes), keep_axes=given["keep_axes"]))
    return divide(sum_(multiply(t, w), opts), total)


def _arg(op: Op, tensor: Any, opts: Any) -> Tensor:
    if _is_plain(tensor, opts) and not tensor.type.is_complex:
        return _whole(op, tensor, _FIRST)
    given = keyword(opts, axis=None, tie_break=Atom("low"), keep_axis=False, type=dtypes.S32)
    tie = given["tie_break"]
    if tie is not Atom("low") and tie is not Atom("high"):
        raise ArgumentError(f"unknown value for :tie_break, expected :high or :low, got: {text(tie)}")
    kind = dtypes.normalize(given["type"])
    t = to_tensor(tensor)
    if t.type.is_complex:
        raise ArgumentError(f"Nx.{op.name}/2 does not support complex inputs")
    keep = bool(given["keep_axis"])
    axis = None if given["axis"] is None else shapes.axis_index(t.shape, given["axis"], t.names)

    def plain(p: Tensor, k: int) -> Tensor:
        q, at = p, None if axis is None else axis + k
        if k and axis is None:
            from defnpy.nx.api.shape import reshape_plain

            q, at = reshape_plain(p, (*p.shape[:k], t.size)), k
        made = apply(op, q, tie_break=tie.name, axis=at, keep_axis=keep and axis is not None, type=kind)
        if k and axis is None and keep:
            from defnpy.nx.api.shape import reshape_plain

            made = reshape_plain(made, (*made.shape, *(1,) * len(t.shape)))
        return made

    return apply_vectorized(t, plain)


@ex("argmax/1", "argmax/2")
def argmax(tensor: Any, opts: Any = ()) -> Tensor:
    """The index of the largest element."""
    return _arg(ops.ARGMAX, tensor, opts)


@ex("argmin/1", "argmin/2")
def argmin(tensor: Any, opts: Any = ()) -> Tensor:
    """The index of the smallest element."""
    return _arg(ops.ARGMIN, tensor, opts)


@ex("reduce/3")
def reduce_3(tensor: Any, acc: Any, fun: Any) -> Tensor:
    """Fold with a function of element and accumulator."""
    return reduce(tensor, acc, [], fun)


@ex("reduce/4")
def reduce(tensor: Any, acc: Any, opts: Any, fun: Any) -> Tensor:
    """Fold with a function of element and accumulator."""
    if not is_function(fun, 2):
        raise FunctionClauseError(alias("Nx"), Atom("reduce"), 4)
    given = keyword(opts, axes=None, type=None, keep_axes=False)
    t, start = to_tensor(tensor), to_tensor(acc)
    kind = dtypes.normalize(given["type"]) if given["type"] is not None else t.type
    axes = chosen_axes(t, given["axes"])
    if start.shape or start.vectorized_axes:
        raise ArgumentError(f"the accumulator must be a non-vectorized scalar, got: {text(start)}")

    def plain(p: Tensor, k: int) -> Tensor:
        at = axes
        if k:
            at = tuple(a + k for a in (range(len(p.shape) - k) if axes is None else axes))
        return apply(
            ops.REDUCE, p, start, axes=at, keep_axes=bool(given["keep_axes"]), type=kind, fun=fun, acc=start, source=t.type
        )

    return apply_vectorized(t, plain)


@ex("logsumexp/1", "logsumexp/2")
def logsumexp(tensor: Any, opts: Any = ()) -> Tensor:
    """The logarithm of the sum of exponentials, computed without overflow."""
    from defnpy.nx.api.compare import select
    from defnpy.nx.api.elementwise import add, exp, is_infinity, log, multiply, subtract
    from defnpy.nx.api.shape import squeeze
    from defnpy.nx.expr import Expr, metadata

    given = keyword(opts, axes=None, exp_scaling_factor=None, keep_axes=None)
    t = to_tensor(tensor)
    axes = keywords(axes=given["axes"])
    high = reduce_max(t, [*axes, (Atom("keep_axes"), True)])
    if high.data.__class__ is Expr:
        high = metadata(high, "stop_grad")
    high = select(is_infinity(high), constant(0, t.type), high)
    spread = exp(subtract(t, high))
    if given["exp_scaling_factor"] is not None:
        spread = multiply(given["exp_scaling_factor"], spread)
    high = high if given["keep_axes"] else squeeze(high, axes)
    return add(log(sum_(spread, [*axes, (Atom("keep_axes"), given["keep_axes"])])), high)


MODULE = native_module("Nx", globals())

