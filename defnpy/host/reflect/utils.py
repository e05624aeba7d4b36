"""Kernel.Utils: helpers that expanded macros call."""

from __future__ import annotations

from typing import Any

from defnpy.terms.module import ex, native_module


@ex("destructure/2")
def destructure(value: Any, count: int) -> list[Any]:
    """*count* elements of a list, filled up with nil."""
    items = [] if value is None else (list(value) if value.__class__ is list else [value])
    return [*items[:count], *[None] * (count - len(items))]


MODULE = native_module("Kernel.Utils", globals())
