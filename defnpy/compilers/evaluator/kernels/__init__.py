"""NumPy kernels: ``TABLE`` from primitive to kernel, ``BLOCKS`` from block name to kernel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.compilers.evaluator.kernels import (
    create,
    elementwise,
    index,
    linear,
    order,
    reduce,
    shape,
    window,
)

TABLE: dict[Any, Callable[..., Any]] = {
    **create.TABLE, **elementwise.TABLE, **reduce.TABLE, **shape.TABLE, **index.TABLE, **linear.TABLE, **window.TABLE,
    **order.TABLE,
}  # fmt: skip

BLOCKS: dict[str, Callable[..., Any]] = {
    f"Elixir.Nx.Block.{name}": kernel for part in (reduce, index) for name, kernel in part.BLOCKS.items()
}
