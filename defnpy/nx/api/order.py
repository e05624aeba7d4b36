"""Sorting."""

from __future__ import annotations

from typing import Any

from defnpy.nx import dtype as dtypes
from defnpy.nx import shape as shapes
from defnpy.nx.convert import to_tensor
from defnpy.nx.dispatch import apply, block, tag
from defnpy.nx.ops import order as ops
from defnpy.nx.options import keyword, keywords, validated
from defnpy.nx.show import text
from defnpy.nx.tensor import Tensor, template
from defnpy.nx.vectors import apply_vectorized
from defnpy.terms.atom import Atom
from defnpy.terms.errors import ArgumentError
from defnpy.terms.module import ex, native_module

_ASC, _DESC = Atom("asc"), Atom("desc")


def _sorted(op: Any, t: Tensor, given: Any, **more: Any) -> Tensor:
    axis = shapes.axis_index(t.shape, given["axis"], t.names)
    direction = given["direction"]
    if direction is not _ASC and direction is not _DESC:
        raise ArgumentError(f"unknown value for :direction, expected :asc or :desc, got: {text(direction)}")
    if t.type.is_complex:
        raise ArgumentError(f"Nx.{op.name}/2 does not support complex inputs")

    def plain(p: Tensor, k: int) -> Tensor:
        return apply(op, p, axis=axis + k, direction=direction.name, stable=bool(given["stable"]), **more)

    return apply_vectorized(t, plain)


@ex("sort/1", "sort/2")
def sort(tensor: Any, opts: Any = ()) -> Tensor:
    """The elements in order along an axis; NaN is the largest."""
    given = keyword(opts, axis=0, direction=_ASC, stable=False)
    return _sorted(ops.SORT, to_tensor(tensor), given)


@ex("argsort/1", "argsort/2")
def argsort(tensor: Any, opts: Any = ()) -> Tensor:
    """The indices that sort along an axis."""
    given = keyword(opts, axis=0, direction=_ASC, stable=False, type=dtypes.S32)
    kind = dtypes.normalize(given["type"])
    return _sorted(ops.ARGSORT, to_tensor(tensor), given, type=kind)


@ex("top_k/1", "top_k/2")
def top_k(tensor: Any, opts: Any = ()) -> tuple[Tensor, Tensor]:
    """The *k* largest elements of the last axis and their indices."""
    k = validated(opts, k=1)["k"]
    t = to_tensor(tensor)
    shapes.check_top_k(t.shape, k)

    def plain(p: Tensor, _: int) -> Any:
        size = (*p.shape[:-1], k)
        out = (template(p.type, size, p.names), template(dtypes.S32, size, p.names))
        return block(tag("TopK", k=k), out, (p,), lambda a: _top_k(a, k))

    return apply_vectorized(t, plain)


def _top_k(t: Tensor, k: int) -> tuple[Tensor, Tensor]:
    from defnpy.nx.api.index import slice_along_axis, take_along_axis

    last = keywords(axis=-1)
    order = argsort(t, keywords(axis=-1, direction=_DESC, stable=True))
    best = slice_along_axis(order, 0, k, last)
    return take_along_axis(t, best, last), best


MODULE = native_module("Nx", globals())
