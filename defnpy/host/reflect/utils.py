"""Kernel.Utils: helpers that expanded macros call."""

from __future__ import annotations

from typing import Any

from defnpy.terms.module import ex, native_module


@ex("destructure/2")
def destructure(value: Any, count: int) -> list[Any]:
    """*count* elements of a list, filled up with nil."""
    items = [] if value is None else (list(value) if value.__class__ is list else [value])
    return [*items[:count], *[None] * (count - len(items))]


@ex("dbg_notes/0")
def dbg_notes() -> list[Any]:
    """Where ``dbg`` of a ``with`` keeps the values of its clauses."""
    return []


@ex("dbg_note/3")
def dbg_note(notes: list[Any], text: str, value: Any) -> Any:
    notes.append((text, value))
    return value


MODULE = native_module("Kernel.Utils", globals())
