"""``Nx.Shape``: what libraries use of the rules of shapes."""

from __future__ import annotations

from typing import Any

from defnpy.nx import shape as shapes
from defnpy.terms.module import ex, native_module


@ex("normalize_axis/3", "normalize_axis/4")
def normalize_axis(shape: Any, axis: Any, names: Any, offset: int = 0) -> int:
    """An axis, given by index or name, as an index from 0; the first *offset* axes do not count."""
    return offset + shapes.axis_index(shape[offset:], axis, tuple(names)[offset:])


@ex("normalize_axes/3", "normalize_axes/4")
def normalize_axes(shape: Any, axes: Any, names: Any, offset: int = 0) -> list[int]:
    """Several axes as indices from 0."""
    return [offset + i for i in shapes.axes_indices(shape[offset:], axes, tuple(names)[offset:])]


MODULE = native_module("Nx.Shape", globals())
