"""The module ``Nx``: the public functions of all families."""

from __future__ import annotations

from typing import Any

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
from defnpy.terms.atom import Atom, alias
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
    made.macros["is_tensor/1"] = _is_tensor
    return made


def _remote(module: Atom, name: str, *args: Any) -> Any:
    return ((Atom("."), [], [module, Atom(name)]), [], list(args))


def _is_tensor(env: Any, term: Any) -> Any:
    """``Nx.is_tensor/1`` as a guard: the quoted test."""
    kernel = alias("Kernel")
    made = _remote(kernel, "is_number", term)
    for module in ("Nx.Tensor", "Complex"):
        made = _remote(kernel, "or", made, _remote(kernel, "is_struct", term, alias(module)))
    for atom in ("nan", "infinity", "neg_infinity"):
        made = _remote(kernel, "or", made, _remote(kernel, "===", term, Atom(atom)))
    return made


MODULE = _assemble()
