"""Nx.BinaryBackend: NumPy arrays in the memory of the host."""

from __future__ import annotations

from typing import Any

from defnpy.compilers.evaluator.kernels import BLOCKS, TABLE
from defnpy.compilers.evaluator.kernels.elementwise import DIRECT
from defnpy.nx.backend import BINARY, TableBackend
from defnpy.terms.module import ex, native_module

BACKEND = TableBackend(BINARY, TABLE, BLOCKS, DIRECT)


@ex("init/1")
def init(options: Any) -> Any:
    """Accepts no options."""
    return BACKEND.init(options)


MODULE = native_module("Nx.BinaryBackend", globals(), info={"backend": BACKEND})
