"""``Nx.LazyContainer``."""

from __future__ import annotations

from defnpy.nx.lib.container import LAZY as MODULE

__all__ = ["MODULE"]
