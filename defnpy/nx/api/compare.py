"""Comparisons, logic, ``select`` and ``clip``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from defnpy.nx.api.elementwise import alike, binary_type, elementwise
from defnpy.nx.convert import to_tensor, unary_operand
from defnpy.nx.dispatch import block, run, tag
from defnpy.nx.dtype import U8, merge
from defnpy.nx.ops import elementwise as ops
from defnpy.nx.options import keyword
from defnpy.nx.shape import binary_broadcast
from defnpy.nx.show import text
from defnpy.nx.tensor import Tensor, template
from defnpy.nx.vectors import apply_vectorized, together
from defnpy.terms.errors import ArgumentError
from defnpy.terms.module import ex, native_module

_BYTES = np.dtype(np.uint8)


def _comparison(name: str, real_only: bool) -> Callable[[Any, Any], Tensor]:
    op = ops.BINARY[name]
    direct = getattr(np, name)

    @ex(f"{name}/2")
    def function(left: Any, right: Any) -> Tensor:
        if alike(left, right) and left.shape:
            return Tensor(U8, left.shape, left.names, direct(left.data, right.data).view(_BYTES), (), left.donatable)
        if real_only and binary_type(left, right).is_complex:
            raise ArgumentError(f"Nx.{name}/2 does not support complex inputs")
        return elementwise(op, left, right, U8)

    function.__name__ = function.__qualname__ = name
    return function


equal = _comparison("equal", False)
not_equal = _comparison("not_equal", False)
greater = _comparison("greater", True)
less = _comparison("less", True)
greater_equal = _comparison("greater_equal", True)
less_equal = _comparison("less_equal", True)
logical_and = _comparison("logical_and", False)
logical_or = _comparison("logical_or", False)
logical_xor = _comparison("logical_xor", False)


@ex("logical_not/1")
def logical_not(tensor: Any) -> Tensor:
    """1 where the element is zero."""

    def plain(t: Tensor, _: int) -> Tensor:
        out = template(U8, t.shape, t.names)
        return block(tag("LogicalNot"), out, (t,), lambda a: elementwise(ops.BINARY["equal"], a, 0, U8))

    return apply_vectorized(unary_operand(tensor), plain)


@ex("select/3")
def select(pred: Any, on_true: Any, on_false: Any) -> Tensor:
    """Elements of one tensor or the other."""
    p, a, b = to_tensor(pred), to_tensor(on_true), to_tensor(on_false)
    kind = merge(a.type, b.type)
    if not (p.vectorized_axes or a.vectorized_axes or b.vectorized_axes):
        return _select(p, a, b, kind)
    scalar = not p.shape
    return together([p, a, b], lambda ts, _: _select_vectors(ts, scalar, kind), True)


def _select(p: Tensor, a: Tensor, b: Tensor, kind: Any) -> Tensor:
    from defnpy.nx.api.shape import broadcast

    if p.shape:
        shape, names = p.shape, p.names
        a, b = (t if not t.shape else broadcast(t, shape).like(names=t.names if t.shape == shape else names) for t in (a, b))
    else:
        shape, names = binary_broadcast(a.shape, a.names, b.shape, b.names)
        a, b = (t if t.shape == shape or not t.shape else broadcast(t, shape) for t in (a, b))
    return run(ops.SELECT, template(kind, shape, names), (p, a, b), None)


def _select_vectors(ts: list[Tensor], scalar: bool, kind: Any) -> Tensor:
    """Of tensors of one rank; the shape is that of the condition, unless it was a scalar."""
    from defnpy.nx.api.shape import broadcast

    p, a, b = ts
    shape, names = binary_broadcast(a.shape, a.names, b.shape, b.names) if scalar else (p.shape, p.names)
    p, a, b = (broadcast(t, shape) for t in (p, a, b))
    return run(ops.SELECT, template(kind, shape, names), (p, a, b), None)


@ex("clip/3")
def clip(tensor: Any, low: Any, high: Any) -> Tensor:
    """Elements kept between two scalars."""
    t, lo, hi = to_tensor(tensor), to_tensor(low), to_tensor(high)
    for word, bound in (("min", lo), ("max", hi)):
        if bound.shape or bound.vectorized_axes:
            raise ArgumentError(
                f"{word} value must be a non-vectorized scalar shape, got shape {text(bound.shape)} and vectorized "
                f"axes {text(list(bound.vectorized_axes))}"
            )
    kind = merge(t.type, merge(lo.type, hi.type))
    if kind.is_complex:
        raise ArgumentError("Nx.clip/2 does not support complex inputs")

    def plain(p: Tensor, _: int) -> Tensor:
        return run(ops.CLIP, template(kind, p.shape, p.names), (p, lo, hi), None)

    return apply_vectorized(t, plain)


@ex("all_close/2", "all_close/3")
def all_close(left: Any, right: Any, opts: Any = ()) -> Tensor:
    """1 if all elements agree within ``:rtol`` and ``:atol``."""
    given = keyword(opts, equal_nan=False, rtol=1.0e-5, atol=1.0e-8)
    a, b = to_tensor(left), to_tensor(right)

    def plain(ts: list[Tensor], k: int) -> Tensor:
        names = (None,) * k
        out = template(U8, ts[0].shape[:k], names)
        name = tag("AllClose", equal_nan=given["equal_nan"], rtol=given["rtol"], atol=given["atol"])
        return block(name, out, tuple(ts), lambda x, y: _all_close(x, y, given, k))

    if a.vectorized_axes or b.vectorized_axes:
        return together([a, b], plain, True)
    binary_broadcast(a.shape, a.names, b.shape, b.names)
    return plain([a, b], 0)


def _all_close(a: Tensor, b: Tensor, given: Any, k: int) -> Tensor:
    from defnpy.nx.api.elementwise import abs_, add, is_nan, multiply, subtract
    from defnpy.nx.api.reduce import all_
    from defnpy.nx.options import keywords

    near = less_equal(abs_(subtract(a, b)), add(given["atol"], multiply(given["rtol"], abs_(b))))
    # Equal infinities are close although their difference is not a number.
    close = logical_or(near, equal(a, b))
    if not (a.type.is_integer and b.type.is_integer):
        from defnpy.nx.api.elementwise import is_infinity

        some = logical_or(is_infinity(a), is_infinity(b))
        close = select(some, equal(a, b), near)
        both = logical_and(is_nan(a), is_nan(b))
        if given["equal_nan"]:
            close = logical_or(close, both)
    return all_(close, keywords(axes=list(range(k, len(close.shape)))))


MODULE = native_module("Nx", globals())

