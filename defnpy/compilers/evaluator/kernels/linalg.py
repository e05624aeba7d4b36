"""Kernels of the blocks of Nx.LinAlg."""

from __future__ import annotations

BLOCKS: dict[str, object] = {}
