"""Iterating the data of a loop."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from defnpy.terms.runtime import runtime


def iterate(data: Any) -> Iterator[Any]:
    """The elements of any enumerable, one at a time: the data of a training may have no end."""
    made: Iterator[Any] = iter(runtime().options["iterate"](data))
    return made
