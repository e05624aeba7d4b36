"""The module EXLA.Backend."""

from __future__ import annotations

from typing import Any

from defnpy.compilers.exla.data import EXLA_BACKEND
from defnpy.terms.module import ex, native_module


@ex("init/1")
def init(options: Any) -> Any:
    """Check options."""
    return EXLA_BACKEND.init(options)


MODULE = native_module("EXLA.Backend", globals(), info={"backend": EXLA_BACKEND})
