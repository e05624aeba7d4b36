"""Iterating the data of a loop."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from defnpy.axon.base import remote


def iterate(data: Any) -> Iterator[Any]:
    """The elements of any enumerable, one at a time."""
    if data.__class__ is list:
        return iter(data)
    hook = getattr(data, "ex_iterate", None)
    if hook is not None:
        return iter(hook())
    return iter(_lazily(data))


def _lazily(data: Any) -> Any:
    return remote("Enum", "to_list/1")(data)


