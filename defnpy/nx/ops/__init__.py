"""The primitive operations. Every other function of Nx is a composition of these."""

from __future__ import annotations

from defnpy.nx.ops import create, elementwise, index, linear, order, reduce, shape, window
from defnpy.nx.ops.base import Op

OPS: tuple[Op, ...] = (
    *create.OPS, *elementwise.OPS, *reduce.OPS, *shape.OPS, *index.OPS, *linear.OPS, *window.OPS, *order.OPS,
)  # fmt: skip
BY_NAME: dict[str, Op] = {op.name: op for op in OPS}

__all__ = ["BY_NAME", "OPS", "Op"]
