"""``Nx.Testing``: assertions on tensors."""

from __future__ import annotations

from typing import Any

from defnpy.nx.api import compare, convert, creation, elementwise, reduce, vectorize
from defnpy.nx.containers import is_leaf
from defnpy.nx.lib_defn import composite
from defnpy.nx.options import keywords
from defnpy.nx.show import text
from defnpy.nx.tensor import Tensor
from defnpy.stdlib.exunit.errors import assertion
from defnpy.terms.errors import ElixirError
from defnpy.terms.module import ex, native_module
from defnpy.terms.text import to_string


def _is_set(term: Any) -> bool:
    """Whether an option is neither nil nor false."""
    return term is not None and term is not False


def _fail(message: str) -> ElixirError:
    return assertion(message=message)


def _tensor(term: Any) -> Tensor:
    return term if term.__class__ is Tensor else creation.tensor(term)


def _check_form(left: Tensor, right: Tensor) -> None:
    """Raise when axes or shapes differ; a scalar goes with every shape."""
    if left.vectorized_axes != right.vectorized_axes:
        axes = [text([tuple(a) for a in t.vectorized_axes]) for t in (left, right)]
        raise _fail(f"Vectorized axes mismatch\n\nleft axes:  {axes[0]}\nright axes: {axes[1]}\n")
    if left.shape != right.shape and left.shape and right.shape:
        raise _fail(f"Shape mismatch\n\nleft shape:  {text(left.shape)}\nright shape: {text(right.shape)}\n")


def _all_true(t: Tensor) -> bool:
    return bool((t.numpy() == 1).all())


def _equal(left: Any, right: Any) -> bool:
    left, right = _tensor(left), _tensor(right)
    _check_form(left, right)
    both = compare.logical_and(elementwise.is_nan(left), elementwise.is_nan(right))
    return _all_true(reduce.all_(compare.logical_or(compare.equal(left, right), both)))


@ex("assert_equal/2")
def assert_equal(left: Any, right: Any) -> None:
    """Tensors or containers have equal elements; NaN equals NaN."""
    if is_leaf(left) and is_leaf(right):
        if not _equal(left, right):
            raise _fail(f"Tensor assertion failed.\n\nleft:\n\n{text(left)}\n\nright:\n\n{text(right)}\n")
    elif not composite.compatible_q(left, right, _equal):
        raise _fail(f"Tensor assertion failed.\nleft: {text(left)}\nright: {text(right)}\n")


@ex("assert_all_close/2", "assert_all_close/3")
def assert_all_close(left: Any, right: Any, opts: Any = ()) -> None:
    """All elements agree within ``:atol`` (1.0e-4) and ``:rtol`` (1.0e-4)."""
    given = {k.name: v for k, v in reversed(opts)}
    atol, rtol = (given[name] if _is_set(given.get(name)) else 1.0e-4 for name in ("atol", "rtol"))
    left, right = _tensor(left), _tensor(right)
    _check_form(left, right)
    if not _all_true(compare.all_close(left, right, keywords(atol=atol, rtol=rtol))):
        raise _not_close(left, right, atol, rtol)


def _not_close(left: Tensor, right: Tensor, atol: Any, rtol: Any) -> ElixirError:
    apart = elementwise.abs_(elementwise.subtract(left, right))
    size = _at_least(elementwise.abs_(right), 1.0e-10)
    return _fail(
        f"Tensors differ by more than the tolerance\n\natol: {to_string(atol)}, rtol: {to_string(rtol)}\n"
        f"max absolute difference: {_largest(apart)}\nmax relative difference: {_largest(elementwise.divide(apart, size))}\n\n"
        f"left:\n\n{text(left)}\n\nright:\n\n{text(right)}\n"
    )


def _at_least(t: Tensor, low: float) -> Tensor:
    """The elements, at least *low*."""
    return elementwise.max_(t, creation.tensor(low))


def _largest(t: Tensor) -> str:
    found = convert.to_number(reduce.reduce_max(vectorize.devectorize(t)))
    return to_string(found)


MODULE = native_module("Nx.Testing", globals())
