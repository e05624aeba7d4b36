"""The module ``Nx``: the public functions of all families."""

from __future__ import annotations

from defnpy.nx.api import (
    backend,
    compare,
    convert,
    creation,
    elementwise,
    fourier,
    heatmap,
    index,
    linear,
    order,
    reduce,
    serialize,
    shape,
    stats,
    vectorize,
    window,
)
from defnpy.terms.atom import alias
from defnpy.terms.module import Module

FAMILIES = (
    creation, elementwise, compare, reduce, stats, shape, index, linear, window, order, fourier, convert, vectorize,
    backend, serialize, heatmap,
)  # fmt: skip


def _assemble() -> Module:
    made = Module(alias("Nx"))
    made.native = True
    made.defined = True
    for family in FAMILIES:
        made.functions.update(family.MODULE.functions)
    return made


MODULE = _assemble()
