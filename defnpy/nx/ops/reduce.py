"""Reductions. ``axes`` is a tuple of axes, or None for all; ``keep_axes`` keeps them with size 1."""

from __future__ import annotations

from typing import Any

from defnpy.nx.dtype import S32, U8, to_aggregate
from defnpy.nx.ops.base import Op
from defnpy.nx.shape import reduced
from defnpy.nx.tensor import Tensor, template


def _rule(kind: Any) -> Any:
    def infer(params: Any, a: Tensor) -> Tensor:
        shape, names = reduced(a.shape, a.names, params["axes"], params["keep_axes"])
        return template(kind(a.type), shape, names)

    return infer


def _arg(params: Any, a: Tensor) -> Tensor:
    axis = params["axis"]
    if axis is None:
        return template(params.get("type") or S32, (), ())
    shape, names = reduced(a.shape, a.names, (axis,), params["keep_axis"])
    return template(params.get("type") or S32, shape, names)


def _reduce(params: Any, a: Tensor, acc: Tensor) -> Tensor:
    shape, names = reduced(a.shape, a.names, params["axes"], params["keep_axes"])
    return template(params["type"], shape, names)


def _cumulative(params: Any, a: Tensor) -> Tensor:
    return template(a.type, a.shape, a.names)


SUM = Op("sum", _rule(to_aggregate))
PRODUCT = Op("product", _rule(to_aggregate))
REDUCE_MAX = Op("reduce_max", _rule(lambda t: t))
REDUCE_MIN = Op("reduce_min", _rule(lambda t: t))
ALL = Op("all", _rule(lambda t: U8))
ANY = Op("any", _rule(lambda t: U8))
ARGMAX = Op("argmax", _arg)
"""Params ``tie_break`` (``"low"``/``"high"``), ``axis`` (None: flattened, a scalar comes out), ``keep_axis``, ``type``."""
ARGMIN = Op("argmin", _arg)
REDUCE = Op("reduce", _reduce)
"""Operands tensor and accumulator; params ``axes keep_axes type fun`` where fun takes (element, accumulator) tensors."""

OPS: tuple[Op, ...] = (SUM, PRODUCT, REDUCE_MAX, REDUCE_MIN, ALL, ANY, ARGMAX, ARGMIN, REDUCE)

