"""Medians, modes, variances, differences and cumulative functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.nx import shape as shapes
from defnpy.nx.api import elementwise as math
from defnpy.nx.api import index, order, reduce, shape
from defnpy.nx.api.compare import not_equal, select
from defnpy.nx.api.creation import iota
from defnpy.nx.convert import to_tensor
from defnpy.nx.dispatch import block, tag
from defnpy.nx.options import keyword, keywords
from defnpy.nx.show import text
from defnpy.nx.tensor import Tensor, template
from defnpy.nx.vectors import apply_vectorized
from defnpy.terms.errors import ArgumentError
from defnpy.terms.module import ex, native_module


@ex("median/1", "median/2")
def median(tensor: Any, opts: Any = ()) -> Tensor:
    """The middle element, or the mean of the two middle ones."""
    given = keyword(opts, axis=None, keep_axis=False)
    t = to_tensor(tensor)
    if given["axis"] is None:
        return _median_all(t)
    axis = shapes.axis_index(t.shape, given["axis"], t.names)
    n = t.shape[axis]
    ordered = order.sort(t, keywords(axis=axis))
    at = keywords(axis=axis)
    if n % 2:
        made = index.slice_along_axis(ordered, n // 2, 1, at)
        return made if given["keep_axis"] else shape.squeeze(made, keywords(axes=[axis]))
    pair = index.slice_along_axis(ordered, n // 2 - 1, 2, at)
    return reduce.mean(pair, keywords(axes=[axis], keep_axes=given["keep_axis"]))


def _median_all(t: Tensor) -> Tensor:
    ordered = order.sort(shape.flatten(t))
    n = ordered.shape[0]
    high = shape.squeeze(index.slice_along_axis(ordered, n // 2, 1))
    if n % 2:
        return high
    low = shape.squeeze(index.slice_along_axis(ordered, n // 2 - 1, 1))
    return math.divide(math.add(low, high), 2)


@ex("mode/1", "mode/2")
def mode(tensor: Any, opts: Any = ()) -> Tensor:
    """The most frequent element, the smallest one of several."""
    given = keyword(opts, axis=None, keep_axis=False)
    t = to_tensor(tensor)
    axis = None if given["axis"] is None else shapes.axis_index(t.shape, given["axis"], t.names)
    if axis is None:
        if t.size == 1 and t.shape:
            return t if given["keep_axis"] else shape.squeeze(t)
        made = _mode(shape.flatten(t), 0)
        return shape.reshape(made, (1,) * max(len(t.shape), 1)) if given["keep_axis"] else shape.squeeze(made)
    made = _mode(t, axis)
    return made if given["keep_axis"] else shape.squeeze(made, keywords(axes=[axis]))


def _mode(t: Tensor, axis: int) -> Tensor:
    """The mode along *axis*, which stays with size 1."""
    n = t.shape[axis]
    if n == 1:
        return t
    ordered = order.sort(t, keywords(axis=axis))
    at = keywords(axis=axis)
    before = index.slice_along_axis(ordered, 0, n - 1, at)
    after = index.slice_along_axis(ordered, 1, n - 1, at)
    place = iota(t.shape, at)
    # Where each run of equal elements starts; the longest run ends farthest from its start.
    config = [(1, 0, 0) if i == axis else (0, 0, 0) for i in range(len(t.shape))]
    starts = select(shape.pad(not_equal(after, before), 1, config), place, 0)
    length = math.subtract(place, cumulative_max(starts, at))
    best = reduce.argmax(length, keywords(axis=axis, keep_axis=True))
    return index.take_along_axis(ordered, best, at)


@ex("variance/1", "variance/2")
def variance(tensor: Any, opts: Any = ()) -> Tensor:
    """The mean squared distance from the mean; ``:ddof`` is taken from the count."""
    given = keyword(opts, axes=None, ddof=0, keep_axes=False)
    t = to_tensor(tensor)
    axes = reduce.chosen_axes(t, given["axes"])
    axes_opt = None if axes is None else list(axes)
    n = 1
    for i, d in enumerate(t.shape):
        if axes is None or i in axes:
            n *= d
    center = reduce.mean(t, keywords(axes=axes_opt, keep_axes=True))
    away = math.subtract(t, center)
    total = reduce.sum_(math.pow_(away, 2), keywords(axes=axes_opt, keep_axes=given["keep_axes"]))
    return math.divide(total, n - given["ddof"])


@ex("standard_deviation/1", "standard_deviation/2")
def standard_deviation(tensor: Any, opts: Any = ()) -> Tensor:
    """The square root of the variance."""
    return math.sqrt(variance(tensor, opts))


@ex("covariance/1")
def covariance_1(tensor: Any) -> Tensor:
    """The covariance matrix of the last axis over the one before."""
    return covariance(tensor, None, [])


@ex("covariance/2")
def covariance_2(tensor: Any, mean_or_opts: Any) -> Tensor:
    """As ``covariance/3``, with a mean or options."""
    if mean_or_opts.__class__ is list:
        return covariance(tensor, None, mean_or_opts)
    return covariance(tensor, mean_or_opts, [])


@ex("covariance/3")
def covariance(tensor: Any, center: Any = None, opts: Any = ()) -> Tensor:
    """The covariance matrix around a given mean."""
    from defnpy.nx.api.linear import dot_6

    ddof = keyword(opts, ddof=0)["ddof"]
    t = to_tensor(tensor)
    if ddof.__class__ is not int or ddof < 0:
        raise ArgumentError(f"expected ddof to be a non-negative integer, got {text(ddof)}")
    if center is None:
        c = reduce.mean(t, keywords(axes=[-2]))
    else:
        c = to_tensor(center)
        if not c.shape:
            raise ArgumentError("expected mean of rank at least 1, got 0")
    if len(t.shape) < 2:
        raise ArgumentError(f"expected input tensor of rank at least 2, got {len(t.shape)}")
    away = math.subtract(t, shape.new_axis(c.like(names=shapes.unnamed(len(c.shape))), -2))
    away = away.like(names=shapes.unnamed(len(away.shape)))
    n = t.shape[-2]
    k = len(away.shape) - 2
    batch = list(range(k))
    left = math.conjugate(away) if away.type.is_complex else away
    made = dot_6(left, [k], batch, away, [k], batch)
    return math.divide(made, n - ddof)


@ex("diff/1", "diff/2")
def diff(tensor: Any, opts: Any = ()) -> Tensor:
    """Differences of neighbours, ``:order`` times."""
    given = keyword(opts, order=1, axis=-1)
    t = to_tensor(tensor)
    times = given["order"]
    if times.__class__ is not int or times < 0:
        raise ArgumentError(f"order must be non-negative but got: {text(times)}")
    axis = shapes.axis_index(t.shape, given["axis"], t.names)
    at = keywords(axis=axis)
    for _ in range(times):
        n = t.shape[axis] - 1
        index.check_length(axis, t.shape[axis], n)
        t = math.subtract(index.slice_along_axis(t, 1, n, at), index.slice_along_axis(t, 0, n, at))
    return t


def _cumulative(name: str, block_name: str, combine: Callable[[Any, Any], Tensor]) -> Callable[..., Tensor]:
    @ex(f"{name}/1", f"{name}/2")
    def function(tensor: Any, opts: Any = ()) -> Tensor:
        given = keyword(opts, axis=0, reverse=False)
        t = to_tensor(tensor)
        axis = shapes.axis_index(t.shape, given["axis"], t.names)
        if t.type.is_complex and name in ("cumulative_max", "cumulative_min"):
            raise ArgumentError(f"Nx.{name[-3:]}/2 does not support complex inputs")

        def plain(p: Tensor, k: int) -> Tensor:
            label = tag(block_name, axis=axis + k, reverse=bool(given["reverse"]))
            out = template(p.type, p.shape, p.names)
            return block(label, out, (p,), lambda a: scan(a, axis + k, bool(given["reverse"]), combine))

        return apply_vectorized(t, plain)

    function.__name__ = function.__qualname__ = name
    return function


def scan(t: Tensor, axis: int, backwards: bool, combine: Callable[[Any, Any], Tensor]) -> Tensor:
    """The composition: combine with neighbours 1, 2, 4 ... apart."""
    n = t.shape[axis]
    at = keywords(axis=axis)
    step = 1
    while step < n:
        rest = n - step
        if backwards:
            joined = combine(index.slice_along_axis(t, 0, rest, at), index.slice_along_axis(t, step, rest, at))
            t = shape.concatenate([joined, index.slice_along_axis(t, rest, step, at)], at)
        else:
            joined = combine(index.slice_along_axis(t, step, rest, at), index.slice_along_axis(t, 0, rest, at))
            t = shape.concatenate([index.slice_along_axis(t, 0, step, at), joined], at)
        step *= 2
    return t


cumulative_sum = _cumulative("cumulative_sum", "CumulativeSum", math.add)
cumulative_product = _cumulative("cumulative_product", "CumulativeProduct", math.multiply)
cumulative_max = _cumulative("cumulative_max", "CumulativeMax", math.max_)
cumulative_min = _cumulative("cumulative_min", "CumulativeMin", math.min_)


MODULE = native_module("Nx", globals())

