"""Layers that change shapes, and those that join inputs, as functions."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

from defnpy.axon.base import ArgumentError, Atom, Opts, at_least_rank, constant, exact_rank, kw, numeric, nx, text
from defnpy.axon.layers.conv import LAST, is_first
from defnpy.axon.layers.linear import INFERENCE
from defnpy.nx.options import keyword, validated
from defnpy.terms.function import call


@numeric("flatten/1", "flatten/2")
def flatten(x: Any, opts: Opts = ()) -> Any:
    """All axes but the first as one; options are not looked at."""
    x = nx.to_tensor(x)
    at_least_rank("Axon.Layers", "flatten", x, 1)
    return nx.reshape(x, (x.shape[0], math.prod(x.shape[1:])))


@numeric("reshape/1", "reshape/2")
def reshape(x: Any, opts: Opts = ()) -> Any:
    """A new shape; ``:batch`` stands for the first size, ``:auto`` for what is left."""
    o = validated(opts, shape=None, mode=INFERENCE)
    x = nx.to_tensor(x)
    batch = Atom("batch")
    return nx.reshape(x, tuple(x.shape[0] if d is batch else d for d in o["shape"]))


@numeric("transpose/1", "transpose/2")
def transpose(x: Any, opts: Opts = ()) -> Any:
    """Permuted axes."""
    o = validated(opts, axes=None, mode=INFERENCE)
    x = nx.to_tensor(x)
    axes = list(range(x.rank))[::-1] if o["axes"] is None else o["axes"]
    return nx.transpose(x, kw(axes=axes))


@numeric("pad/1", "pad/2")
def pad(x: Any, opts: Opts = ()) -> Any:
    """Padding of spatial axes."""
    o = keyword(opts, padding_config=[], value=0, channels=LAST, mode=INFERENCE)
    x = nx.to_tensor(x)
    inner = [(low, high, 0) for low, high in o["padding_config"]]
    none = (0, 0, 0)
    config = [none, none, *inner] if is_first(o["channels"]) else [none, *inner, none]
    return nx.pad(x, constant(o["value"], x), config)


# -- resize ---------------------------------------------------------------------------------------------------------------


@numeric("resize/1", "resize/2")
def resize(x: Any, opts: Opts = ()) -> Any:
    """Images of another size."""
    x = nx.to_tensor(x)
    exact_rank("Axon.Layers.resize", x, 4)
    o = keyword(opts, size=None, method=Atom("nearest"), channels=LAST, antialias=True, mode=INFERENCE)
    axes = [2, 3] if is_first(o["channels"]) else [1, 2]
    method = o["method"]
    if method is Atom("nearest"):
        return functools.reduce(lambda t, p: _nearest(t, p[0], p[1]), zip(axes, o["size"], strict=True), x)
    kernel = _KERNELS.get(getattr(method, "name", ""))
    if kernel is None:
        raise ArgumentError(
            f"expected :method to be either of :nearest, :bilinear, :bicubic, :lanczos3, :lanczos5, got: {text(method)}"
        )
    made = x
    for axis, size in zip(axes, o["size"], strict=True):
        made = _weighted(made, axis, size, kernel, o["antialias"])
    return _back(made, x.type)


def _back(made: Any, kind: Any) -> Any:
    if kind.elixir[0].name not in ("s", "u"):
        return nx.as_type(made, kind.elixir)
    from defnpy.axon.base import remote

    low = remote("Nx.Constants", "min_finite/1")(kind.elixir)
    high = remote("Nx.Constants", "max_finite/1")(kind.elixir)
    return nx.as_type(nx.clip(nx.round_(made), low, high), kind.elixir)


def _nearest(x: Any, axis: int, size: int) -> Any:
    old = x.shape[axis]
    if old == size:
        return x
    scale = old / size
    at = nx.multiply(nx.add(nx.iota((size,)), 0.5), scale)
    return nx.take(x, nx.as_type(nx.floor(at), (Atom("s"), 32)), kw(axis=axis))


def _weighted(x: Any, axis: int, size: int, kernel: Callable[[Any], Any], antialias: Any) -> Any:
    old = x.shape[axis]
    if old == size:
        return x
    inverse = old / size
    spread = max(1.0, inverse) if antialias not in (None, False) else 1.0
    at = nx.subtract(nx.multiply(nx.add(nx.iota((1, size)), 0.5), inverse), 0.5)
    distance = nx.divide(nx.abs_(nx.subtract(at, nx.iota((old, 1)))), spread)
    weights = kernel(distance)
    total = nx.sum_(weights, kw(axes=[0], keep_axes=True))
    safe = nx.select(nx.not_equal(total, 0), total, 1)
    enough = nx.greater(nx.abs_(total), 1000 * 1.1920929e-7)
    weights = nx.select(nx.broadcast(enough, weights.shape), nx.divide(weights, safe), 0)
    inside = nx.logical_and(nx.greater_equal(at, -0.5), nx.less_equal(at, old - 0.5))
    weights = nx.select(nx.broadcast(inside, weights.shape), weights, 0)
    made = nx.dot_4(x, [axis], weights, [0])
    order = [*range(axis), x.rank - 1, *range(axis, x.rank - 1)]
    return nx.transpose(made, kw(axes=order))


def _linear(d: Any) -> Any:
    return nx.max_(0, nx.subtract(1, d))


def _cubic(d: Any) -> Any:
    near = nx.add(nx.multiply(nx.multiply(nx.subtract(nx.multiply(1.5, d), 2.5), d), d), 1.0)
    far = nx.add(nx.multiply(nx.subtract(nx.multiply(nx.add(nx.multiply(-0.5, d), 2.5), d), 4.0), d), 2.0)
    made = nx.select(nx.greater_equal(d, 1.0), far, near)
    return nx.select(nx.greater_equal(d, 2.0), 0, made)


def _lanczos(radius: float, d: Any) -> Any:
    y = nx.multiply(nx.multiply(radius, nx.sin(nx.multiply(math.pi, d))), nx.sin(nx.divide(nx.multiply(math.pi, d), radius)))
    squared = nx.multiply(nx.multiply(math.pi**2, d), d)
    safe = nx.select(nx.not_equal(d, 0), squared, 1)
    made = nx.select(nx.greater(d, 1.0e-3), nx.divide(y, safe), 1)
    return nx.select(nx.greater(d, radius), 0, made)


_KERNELS: dict[str, Callable[[Any], Any]] = {
    "bilinear": _linear,
    "bicubic": _cubic,
    "lanczos3": functools.partial(_lanczos, 3.0),
    "lanczos5": functools.partial(_lanczos, 5.0),
}

# -- joining --------------------------------------------------------------------------------------------------------------


def _folded(name: str, combine: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    @numeric(f"{name}/1", f"{name}/2")
    def fold(inputs: Any, opts: Opts = ()) -> Any:
        keyword(opts, mode=INFERENCE)
        return functools.reduce(combine, inputs)

    return fold


add = _folded("add", lambda a, b: nx.add(a, b))
subtract = _folded("subtract", lambda a, b: nx.subtract(a, b))
multiply = _folded("multiply", lambda a, b: nx.multiply(a, b))


@numeric("concatenate/1", "concatenate/2")
def concatenate(inputs: Any, opts: Opts = ()) -> Any:
    """Inputs one after the other."""
    o = validated(opts, axis=-1, mode=INFERENCE)
    return nx.concatenate(list(inputs), kw(axis=o["axis"]))


@numeric("cond/3", "cond/4")
def cond(x: Any, on_true: Any, on_false: Any, opts: Opts = ()) -> Any:
    """One of two values, chosen by a function of the first input."""
    from defnpy.nx.control import choose

    test = nx.to_tensor(call(keyword(opts, cond=None, mode=INFERENCE)["cond"], [x]))
    if test.rank != 0 or test.type.elixir != (Atom("u"), 8):
        raise ArgumentError(
            f"cond_fn must return a scalar-boolean tensor got result with rank {test.rank} and type {text(test.type.elixir)}"
        )
    return choose("nofile", [(0, test, lambda: on_true)], lambda: on_false, 0)


@numeric("split/2")
def split(x: Any, opts: Opts = ()) -> Any:
    """One part of an axis."""
    o = keyword(opts, index=None, splits=None, axis=-1, mode=INFERENCE)
    x = nx.to_tensor(x)
    at_least_rank("Axon.Layers", "split", x, 2)
    axis = nx.axis_index(x, o["axis"])
    size, splits = x.shape[axis], o["splits"]
    if size % splits:
        raise ArgumentError(f"unable to create {splits} even splits along axis {axis} of size {size}")
    length = size // splits
    return nx.slice_along_axis(x, o["index"] * length, length, kw(axis=axis))


@numeric("stack_columns/1", "stack_columns/2")
def stack_columns(row: Any, opts: Opts = ()) -> Any:
    """The columns of a container side by side."""
    from defnpy.nx.containers import reduce

    o = keyword(opts, ignore=[], mode=INFERENCE)
    if row.__class__ is tuple:
        columns = list(row)
    elif row.__class__ is dict:
        from defnpy.terms.map import sorted_keys

        columns = [row[k] for k in sorted_keys(row) if k not in o["ignore"]]
    else:
        kept = dict(row.fields)
        from defnpy.nx.containers import derived

        found = derived(row)
        names = found[0] if found else []
        columns = [kept[n] for n in names if n not in o["ignore"]]
        del reduce
    return nx.stack(columns, kw(axis=-1))
