"""``Nx.Testing``: assertions on tensors."""

from __future__ import annotations

from typing import Any

from defnpy.nx.api import compare, convert, elementwise, reduce, vectorize
from defnpy.nx.containers import container_each, is_leaf
from defnpy.nx.convert import to_tensor
from defnpy.nx.options import keywords
from defnpy.nx.show import text
from defnpy.nx.structure import same_structure
from defnpy.nx.tensor import Tensor
from defnpy.stdlib.exunit.errors import fail
from defnpy.terms.inspect import inspect
from defnpy.terms.module import ex, native_module
from defnpy.terms.text import to_string

SMALLEST = 1.0e-10


@ex("assert_equal/2")
def assert_equal(left: Any, right: Any) -> None:
    """Both tensors (or containers of tensors) have equal elements; NaN equals NaN."""
    if is_leaf(left) and is_leaf(right):
        a, b = to_tensor(left), to_tensor(right)
        if not _equal(a, b):
            fail(message=f"Tensor assertion failed.\n\nleft:\n\n{text(a)}\n\nright:\n\n{text(b)}\n")
        return
    same = same_structure(left, right) and all(_equal(a, b) for a, b in zip(_leaves(left), _leaves(right), strict=True))
    if not same:
        fail(message=f"Tensor assertion failed.\nleft: {inspect(left)}\nright: {inspect(right)}\n")


@ex("assert_all_close/2", "assert_all_close/3")
def assert_all_close(left: Any, right: Any, opts: Any = ()) -> None:
    """All elements agree within ``:atol`` (1.0e-4) and ``:rtol`` (1.0e-4)."""
    given = {k.name: v for k, v in opts}
    atol, rtol = given.get("atol") or 1.0e-4, given.get("rtol") or 1.0e-4
    a, b = to_tensor(left), to_tensor(right)
    _comparable(a, b)
    if not _all_ones(compare.all_close(a, b, keywords(atol=atol, rtol=rtol))):
        _not_close(a, b, atol, rtol)


def _leaves(container: Any) -> list[Tensor]:
    out: list[Tensor] = []
    container_each(container, out.append)
    return out


def _equal(a: Tensor, b: Tensor) -> bool:
    _comparable(a, b)
    nan = compare.logical_and(elementwise.is_nan(a), elementwise.is_nan(b))
    return _all_ones(reduce.all_(compare.logical_or(compare.equal(a, b), nan)))


def _comparable(a: Tensor, b: Tensor) -> None:
    if a.vectorized_axes != b.vectorized_axes:
        axes = [inspect(list(t.vectorized_axes)) for t in (a, b)]
        fail(message=f"Vectorized axes mismatch\n\nleft axes:  {axes[0]}\nright axes: {axes[1]}\n")
    if a.shape != b.shape and a.shape != () and b.shape != ():
        fail(message=f"Shape mismatch\n\nleft shape:  {inspect(a.shape)}\nright shape: {inspect(b.shape)}\n")


def _all_ones(t: Any) -> bool:
    return all(value == 1 for value in convert.to_flat_list(t))


def _largest(t: Any) -> str:
    return str(to_string(convert.to_number(reduce.reduce_max(vectorize.devectorize(t)))))


def _not_close(a: Tensor, b: Tensor, atol: Any, rtol: Any) -> None:
    difference = elementwise.abs_(elementwise.subtract(a, b))
    relative = elementwise.divide(difference, elementwise.max_(elementwise.abs_(b), to_tensor(SMALLEST)))
    fail(message=(
        f"Tensors differ by more than the tolerance\n\natol: {to_string(atol)}, rtol: {to_string(rtol)}\n"
        f"max absolute difference: {_largest(difference)}\nmax relative difference: {_largest(relative)}\n\n"
        f"left:\n\n{text(a)}\n\nright:\n\n{text(b)}\n"))


MODULE = native_module("Nx.Testing", globals())
