"""Sliding windows."""

from __future__ import annotations

from typing import Any

from defnpy.nx import shape as shapes
from defnpy.nx.convert import to_tensor
from defnpy.nx.dispatch import apply
from defnpy.nx.ops import window as ops
from defnpy.nx.ops.base import Op
from defnpy.nx.options import keyword
from defnpy.nx.tensor import Tensor, template
from defnpy.nx.vectors import apply_vectorized, together
from defnpy.terms.atom import Atom, alias
from defnpy.terms.errors import ArgumentError, FunctionClauseError
from defnpy.terms.function import is_function
from defnpy.terms.module import ex, native_module

_VALID = Atom("valid")


def _spread(value: Any, rank: int) -> tuple[Any, ...]:
    return (value,) * rank if value.__class__ is int else tuple(value)


def window_params(t: Tensor, window: Any, given: Any, dilations: bool = True, inner: bool = False) -> dict[str, Any]:
    """The options of a window function checked and normalised."""
    size = shapes.validate_kind(window, "window_dimensions")
    rank = len(t.shape)
    strides = _spread(given["strides"], rank)
    ops.check_window(t.shape, size, strides)
    spread = _spread(given["window_dilations"], rank) if dilations else (1,) * rank
    shapes.check_dilation(spread)
    if len(spread) < rank:
        raise ArgumentError("invalid padding configuration, rank of padding configuration and shape must match")
    padding = shapes.to_padding(given["padding"], t.shape, shapes.dilated(size, spread))
    params: dict[str, Any] = {"window": size, "padding": padding, "strides": strides}
    if not inner and t.vectorized_axes and given["padding"].__class__ is list:
        # The reference's aggregations check an explicit padding against all axes, vectorised ones included.
        raise ArgumentError("invalid padding configuration, rank of padding configuration and shape must match")
    if dilations:
        params["window_dilations"] = spread
    ops.pooled(t.shape, params)
    return params


def _fronted(params: dict[str, Any], k: int) -> dict[str, Any]:
    """Params for a tensor with *k* more axes in front."""
    if not k:
        return params
    ones = (1,) * k
    made = {**params, "window": ones + params["window"], "strides": ones + params["strides"]}
    made["padding"] = ((0, 0),) * k + params["padding"]
    if "window_dilations" in params:
        made["window_dilations"] = ones + params["window_dilations"]
    return made


def _window(op: Op, tensor: Any, window: Any, opts: Any) -> Tensor:
    given = keyword(opts, window_dilations=1, padding=_VALID, strides=1)
    t = to_tensor(tensor)
    if t.type.is_complex and op in (ops.WINDOW_MAX, ops.WINDOW_MIN):
        raise ArgumentError(f"Nx.{op.name}/3 does not support complex inputs")
    params = window_params(t, window, given)
    return apply_vectorized(t, lambda p, k: apply(op, p, **_fronted(params, k)))


@ex("window_sum/2", "window_sum/3")
def window_sum(tensor: Any, window: Any, opts: Any = ()) -> Tensor:
    """The sum of each window."""
    return _window(ops.WINDOW_SUM, tensor, window, opts)


@ex("window_product/2", "window_product/3")
def window_product(tensor: Any, window: Any, opts: Any = ()) -> Tensor:
    """The product of each window."""
    return _window(ops.WINDOW_PRODUCT, tensor, window, opts)


@ex("window_max/2", "window_max/3")
def window_max(tensor: Any, window: Any, opts: Any = ()) -> Tensor:
    """The largest element of each window."""
    return _window(ops.WINDOW_MAX, tensor, window, opts)


@ex("window_min/2", "window_min/3")
def window_min(tensor: Any, window: Any, opts: Any = ()) -> Tensor:
    """The smallest element of each window."""
    return _window(ops.WINDOW_MIN, tensor, window, opts)


@ex("window_mean/2", "window_mean/3")
def window_mean(tensor: Any, window: Any, opts: Any = ()) -> Tensor:
    """The mean of each window; padding counts as zeros."""
    from defnpy.nx.api.elementwise import divide

    total = window_sum(tensor, window, opts)
    n = 1
    for d in window:
        n *= d
    return divide(total, n)


@ex("window_reduce/4")
def window_reduce_4(tensor: Any, acc: Any, window: Any, fun: Any) -> Tensor:
    """Fold each window with a function of element and accumulator."""
    return window_reduce(tensor, acc, window, [], fun)


@ex("window_reduce/5")
def window_reduce(tensor: Any, acc: Any, window: Any, opts: Any, fun: Any) -> Tensor:
    """Fold each window with a function of element and accumulator."""
    if window.__class__ is not tuple or not is_function(fun, 2):
        raise FunctionClauseError(alias("Nx"), Atom("window_reduce"), 5)
    given = keyword(opts, window_dilations=1, padding=_VALID, strides=1)
    t, start = to_tensor(tensor), to_tensor(acc)
    if start.vectorized_axes:
        raise ArgumentError("accumulator for window_reduce/4 cannot be vectorized")
    if start.shape:
        raise ArgumentError("padding value must be a scalar and non-vectorized")
    params = window_params(t, window, given, inner=True)

    def plain(p: Tensor, k: int) -> Tensor:
        return apply(ops.WINDOW_REDUCE, p, start, **_fronted(params, k), fun=fun, acc=start, source=t.type)

    return apply_vectorized(t, plain)


def _scatter(op: Op, tensor: Any, source: Any, init: Any, window: Any, opts: Any) -> Tensor:
    given = keyword(opts, padding=_VALID, strides=1)
    t, s, i = to_tensor(tensor), to_tensor(source), to_tensor(init)
    if any(x.type.is_complex for x in (t, s, i)):
        raise ArgumentError(f"Nx.{op.name}/5 does not support complex inputs")
    if i.vectorized_axes:
        raise ArgumentError("the init_value tensor cannot be vectorized")
    params = window_params(t, window, given, dilations=False)
    if ops.pooled(t.shape, params) != s.shape:
        raise ArgumentError("source shape must match valid windows in input tensor")
    out = op.infer(params, template(t.type, t.shape, t.names), s, i)

    def plain(ts: list[Tensor], k: int) -> Tensor:
        return apply(op, *ts, i, **_fronted(params, k))

    return together([t, s], plain).like(names=out.names)


@ex("window_scatter_max/4", "window_scatter_max/5")
def window_scatter_max(tensor: Any, source: Any, init: Any, window: Any, opts: Any = ()) -> Tensor:
    """Add each element of *source* where its window has the largest element (the last of several)."""
    return _scatter(ops.WINDOW_SCATTER_MAX, tensor, source, init, window, opts)


@ex("window_scatter_min/4", "window_scatter_min/5")
def window_scatter_min(tensor: Any, source: Any, init: Any, window: Any, opts: Any = ()) -> Tensor:
    """Add each element of *source* where its window has the smallest element (the last of several)."""
    return _scatter(ops.WINDOW_SCATTER_MIN, tensor, source, init, window, opts)


MODULE = native_module("Nx", globals())
