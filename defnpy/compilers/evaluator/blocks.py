"""All block kernels of the Evaluator by the name of the block's module."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.compilers.evaluator.kernels import BLOCKS as BASE
from defnpy.compilers.evaluator.kernels import linalg, random

BLOCKS: dict[str, Callable[..., Any]] = {
    **BASE,
    **{f"Elixir.Nx.Block.{name}": kernel for part in (random, linalg) for name, kernel in part.BLOCKS.items()},
}
