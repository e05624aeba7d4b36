"""Tensors as Inspect.Algebra documents."""

from __future__ import annotations

from typing import Any

from defnpy.nx.show import INFINITY, lines
from defnpy.terms import algebra


def joined(made: list[str]) -> Any:
    """The lines, one below the other."""
    doc: Any = made[0]
    for line in made[1:]:
        doc = algebra.concat([doc, algebra.line(), line])
    return doc


def frame(name: str, made: list[str]) -> Any:
    """``#Name<`` , the indented lines and ``>``."""
    inside = algebra.nest(algebra.concat([algebra.line(), joined(made)]), 2)
    return algebra.force_unfit(algebra.concat([f"#{name}<", inside, algebra.line(), ">"]))


def limit_of(opts: Any) -> int | None:
    """How many elements may be shown (None: all)."""
    limit = getattr(opts, "limit", 50)
    return None if limit is INFINITY else limit


def document(tensor: Any, opts: Any) -> Any:
    """The document of ``inspect(tensor)``."""
    made, _ = lines(tensor, limit_of(opts))
    return frame("Nx.Tensor", made)
