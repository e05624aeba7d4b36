"""Pooling as functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.axon.base import ArgumentError, Opts, at_least_rank, exact_rank, kw, numeric, nx, sizes_for, text
from defnpy.axon.layers.conv import LAST, VALID, is_first
from defnpy.axon.layers.linear import INFERENCE
from defnpy.nx.options import keyword

NAME = "Axon.Layers"


def window(size: Any, rank: int, channels: Any) -> tuple[int, ...]:
    """The pool window over all axes."""
    if size.__class__ is int:
        sizes = (size,) * rank
    elif size.__class__ is tuple:
        sizes = size
    else:
        raise ArgumentError(f"expected pool window to be tuple or integer , got {text(size)}")
    return (1, 1, *sizes) if is_first(channels) else (1, *sizes, 1)


def _over_all(value: Any, rank: int, channels: Any, fill: Any) -> list[Any]:
    inner = list(value) if value.__class__ in (list, tuple) else [value] * rank
    return [fill, fill, *inner] if is_first(channels) else [fill, *inner, fill]


def _window_options(o: dict[str, Any], x: Any) -> tuple[Any, Any]:
    spatial, channels = x.rank - 2, o["channels"]
    shape = window(o["kernel_size"], spatial, channels)
    strides = list(shape) if o["strides"] is None else _over_all(o["strides"], spatial, channels, 1)
    padding = _over_all(o["padding"], spatial, channels, (0, 0)) if o["padding"].__class__ is list else o["padding"]
    dilations = _over_all(o["window_dilations"], spatial, channels, 1)
    return shape, kw(strides=strides, padding=padding, window_dilations=dilations)


def _options(opts: Opts, **more: Any) -> dict[str, Any]:
    return keyword(opts, **more, kernel_size=1, strides=None, padding=VALID, window_dilations=1, channels=LAST, mode=INFERENCE)


def _pool(name: str, reduce: Callable[[Any, Any, Any, dict[str, Any]], Any], **more: Any) -> Callable[..., Any]:
    @numeric(f"{name}/1", f"{name}/2")
    def pool(x: Any, opts: Opts = ()) -> Any:
        o = _options(opts, **more)
        x = nx.to_tensor(x)
        at_least_rank(NAME, name, x, 3)
        shape, given = _window_options(o, x)
        return reduce(x, shape, given, o)

    return pool


def _powered(x: Any, shape: Any, given: Any, o: dict[str, Any]) -> Any:
    norm = o["norm"]
    return nx.pow_(nx.window_sum(nx.pow_(x, norm), shape, given), nx.divide(nx.tensor(1, kw(type=_float(x))), norm))


def _float(x: Any) -> Any:
    from defnpy.nx.dtype import to_floating

    return to_floating(x.type).elixir


_REDUCE: dict[str, Callable[..., Any]] = {
    "max": lambda x, shape, given, o: nx.window_max(x, shape, given),
    "avg": lambda x, shape, given, o: nx.window_mean(x, shape, given),
    "lp": _powered,
}
max_pool = _pool("max_pool", _REDUCE["max"])
avg_pool = _pool("avg_pool", _REDUCE["avg"])
lp_pool = _pool("lp_pool", _REDUCE["lp"], norm=2)


def _adaptive(name: str, kind: str, **more: Any) -> Callable[..., Any]:
    @numeric(f"{name}/1", f"{name}/2")
    def pool(x: Any, opts: Opts = ()) -> Any:
        o = keyword(opts, output_size=None, **more, channels=LAST, mode=INFERENCE)
        x = nx.to_tensor(x)
        at_least_rank(NAME, name, x, 3)
        sizes = list(x.shape[2:] if is_first(o["channels"]) else x.shape[1:-1])
        wanted = _wanted(o["output_size"], sizes)
        strides = [n // m for n, m in zip(sizes, wanted, strict=True)]
        shape = tuple(n - (m - 1) * s for n, m, s in zip(sizes, wanted, strides, strict=True))
        plan = {**o, "kernel_size": shape, "strides": strides, "padding": VALID, "window_dilations": 1}
        window_shape, given = _window_options(plan, x)
        return _REDUCE[kind](x, window_shape, given, o)

    return pool


def _wanted(size: Any, sizes: list[int]) -> list[int]:
    return sizes if size is None else list(sizes_for("output_size", size, len(sizes)))


adaptive_max_pool = _adaptive("adaptive_max_pool", "max")
adaptive_avg_pool = _adaptive("adaptive_avg_pool", "avg")
adaptive_lp_pool = _adaptive("adaptive_lp_pool", "lp", norm=2)


def _spatial(x: Any, channels: Any) -> list[int]:
    return list(range(2, x.rank)) if is_first(channels) else list(range(1, x.rank - 1))


def _global(name: str, reduce: Callable[[Any, Any, dict[str, Any]], Any], **more: Any) -> Callable[..., Any]:
    @numeric(f"{name}/1", f"{name}/2")
    def pool(x: Any, opts: Opts = ()) -> Any:
        o = keyword(opts, channels=LAST, keep_axes=False, **more, mode=INFERENCE)
        x = nx.to_tensor(x)
        at_least_rank(NAME, name, x, 3)
        return reduce(x, kw(axes=_spatial(x, o["channels"]), keep_axes=o["keep_axes"]), o)

    return pool


def _global_lp(x: Any, given: Any, o: dict[str, Any]) -> Any:
    return nx.pow_(nx.sum_(nx.pow_(x, o["norm"]), given), nx.divide(nx.tensor(1, kw(type=_float(x))), o["norm"]))


global_avg_pool = _global("global_avg_pool", lambda x, given, o: nx.mean(x, given))
global_max_pool = _global("global_max_pool", lambda x, given, o: nx.reduce_max(x, given))
global_lp_pool = _global("global_lp_pool", _global_lp, norm=2)
_BLUR = [[1 / 16, 2 / 16, 1 / 16], [2 / 16, 4 / 16, 2 / 16], [1 / 16, 2 / 16, 1 / 16]]


@numeric("blur_pool/1", "blur_pool/2")
def blur_pool(x: Any, opts: Opts = ()) -> Any:
    """Blurring with a 3 by 3 filter."""
    o = keyword(opts, channels=LAST, mode=INFERENCE)
    x = nx.to_tensor(x)
    exact_rank("blur_pool", x, 4)
    first = is_first(o["channels"])
    groups = x.shape[1] if first else x.shape[-1]
    shape = (groups, 1, 3, 3) if first else (1, groups, 3, 3)
    # The reference reads the height of the filter from the axis before the last two when channels come last.
    height = 3 if first else groups
    if height % 2 == 0:
        raise ArgumentError("filter height must be odd")
    margin = (height - 1) // 2
    weights = nx.broadcast(nx.reshape(nx.tensor(_BLUR, kw(type=_float(x))), (1, 1, 3, 3)), shape)
    order = [0, 1, 2, 3] if first else [0, 3, 1, 2]
    given = kw(padding=[(margin, margin)] * 2, feature_group_size=groups, input_permutation=order, output_permutation=order)
    return nx.conv(x, weights, given)


