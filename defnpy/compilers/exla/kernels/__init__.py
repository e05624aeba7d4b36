"""JAX kernels: ``TABLE`` from primitive to ``kernel(out, params, *arrays)``, ``BLOCKS`` from block name to kernel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.compilers.exla.kernels import create, elementwise, index, linalg, linear, order, random, reduce, shape, window

_PARTS = (create, elementwise, reduce, shape, index, linear, order, window)

TABLE: dict[Any, Callable[..., Any]] = {op: kernel for part in _PARTS for op, kernel in part.TABLE.items()}

BLOCKS: dict[str, Callable[..., Any]] = {
    f"Elixir.Nx.Block.{name}": kernel for part in (reduce, index, linalg, random) for name, kernel in part.BLOCKS.items()
}

GAPS: dict[Any, str] = {}
"""Primitives without a kernel, with the reason."""
