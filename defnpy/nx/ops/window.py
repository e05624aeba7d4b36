"""Sliding windows. Params ``window``, ``strides``, ``padding`` (pairs), ``window_dilations``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from defnpy.nx.dtype import merge
from defnpy.nx.ops.base import Op
from defnpy.nx.shape import check_dilation, dilated
from defnpy.nx.tensor import Shape, Tensor, template
from defnpy.terms.errors import ArgumentError


def check_window(shape: Shape, window: Sequence[int], strides: Sequence[int]) -> None:
    """Raise unless window and strides have an entry for each axis."""
    if len(window) != len(shape):
        raise ArgumentError(
            f"invalid window dimensions, rank of shape ({len(shape)}) does not match rank of window ({len(window)})"
        )
    if len(strides) != len(shape):
        raise ArgumentError(
            f"invalid stride dimensions, rank of shape ({len(shape)}) does not match rank of stride ({len(strides)})"
        )


def pooled(shape: Shape, params: Any) -> Shape:
    """The output shape of a window operation."""
    window, strides = params["window"], params["strides"]
    check_window(shape, window, strides)
    dilations = params.get("window_dilations") or (1,) * len(shape)
    check_dilation(dilations)
    sizes = tuple(
        (n + lo + hi - k) // s + 1
        for n, k, (lo, hi), s in zip(shape, dilated(window, dilations), params["padding"], strides, strict=True)
    )
    if any(n < 1 for n in sizes):
        raise ArgumentError(
            "window dimensions would result in empty tensor which is not currently supported in Nx, please open an "
            "issue if you'd like this behavior to change"
        )
    return sizes


def _window(params: Any, a: Tensor) -> Tensor:
    return template(a.type, pooled(a.shape, params), a.names)


def _window_reduce(params: Any, a: Tensor, acc: Tensor) -> Tensor:
    return template(a.type, pooled(a.shape, params), a.names)


def _scatter(params: Any, a: Tensor, source: Tensor, init: Tensor) -> Tensor:
    return template(merge(source.type, init.type), a.shape, a.names)


WINDOW_SUM = Op("window_sum", _window)
WINDOW_PRODUCT = Op("window_product", _window)
WINDOW_MAX = Op("window_max", _window)
WINDOW_MIN = Op("window_min", _window)
WINDOW_REDUCE = Op("window_reduce", _window_reduce)
"""Operands tensor and accumulator; params as above and ``fun``, which takes (element, accumulator) tensors."""
WINDOW_SCATTER_MAX = Op("window_scatter_max", _scatter)
"""Operands tensor, source, initial value; params ``window strides padding``."""
WINDOW_SCATTER_MIN = Op("window_scatter_min", _scatter)

OPS: tuple[Op, ...] = (
    WINDOW_SUM, WINDOW_PRODUCT, WINDOW_MAX, WINDOW_MIN, WINDOW_REDUCE, WINDOW_SCATTER_MAX, WINDOW_SCATTER_MIN,
)  # fmt: skip
