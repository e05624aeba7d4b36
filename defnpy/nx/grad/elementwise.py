"""Gradients of elementwise operations."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from defnpy.nx.api import compare, reduce
from defnpy.nx.api import elementwise as ew
from defnpy.nx.expr import Expr, constant_of
from defnpy.nx.grad.tools import Pairs, answer, like, operands, refused, unbroadcast
from defnpy.nx.ops import elementwise as ops
from defnpy.nx.tensor import Tensor

Rule = Callable[[Expr, Tensor], Pairs]


def unary(derivative: Callable[[Tensor, Tensor, Tensor], Tensor]) -> Rule:
    """A rule from ``derivative(g, x, answer)``."""

    def rule(e: Expr, g: Tensor) -> Pairs:
        (x,) = operands(e)
        return [(e.operands[0], derivative(like(g, x.shape), x, answer(e)))]

    return rule


def binary(left: Callable[..., Tensor] | None, right: Callable[..., Tensor] | None) -> Rule:
    """A rule from ``left(g, x, y, answer)`` and ``right(g, x, y, answer)``."""

    def rule(e: Expr, g: Tensor) -> Pairs:
        x, y = operands(e)
        out = answer(e)
        g = like(g, out.shape)
        made: Pairs = []
        if x.data is y.data and e.op.name in ("add", "multiply"):
            return [(e.operands[0], ew.multiply(g, 2.0 if e.op.name == "add" else ew.multiply(2.0, x)))]
        if left is not None and constant_of(x) is None:
            made.append((e.operands[0], unbroadcast(x, left(g, x, y, out))))
        if right is not None and constant_of(y) is None:
            made.append((e.operands[1], unbroadcast(y, right(g, x, y, out))))
        return made

    return rule


def _pow(e: Expr, g: Tensor) -> Pairs:
    x, y = operands(e)
    out = answer(e)
    g = like(g, out.shape)
    made: Pairs = []
    power = constant_of(y)
    if constant_of(x) is None:
        if power is not None:
            # The exponent is a float: a power of integers would wrap around.
            inner = ew.pow_(x, power - 1.0 if power != 0 else 1.0)
            made.append((e.operands[0], unbroadcast(x, ew.multiply(g, ew.multiply(power, inner)))))
        else:
            exponent = compare.select(compare.equal(y, 0.0), 1.0, ew.subtract(y, 1.0))
            made.append((e.operands[0], unbroadcast(x, ew.multiply(g, ew.multiply(y, ew.pow_(x, exponent))))))
    if power is None:
        base = compare.select(compare.equal(x, 0.0), 1.0, x)
        made.append((e.operands[1], unbroadcast(y, ew.multiply(g, ew.multiply(ew.log(base), out)))))
    return made


def _tie(g: Tensor, x: Tensor, y: Tensor, out: Tensor) -> Tensor:
    share = ew.divide(compare.select(compare.equal(x, out), 1.0, 0.0), compare.select(compare.equal(y, out), 2.0, 1.0))
    return ew.multiply(g, share)


def _half_cube(x: Tensor) -> Tensor:
    return ew.multiply(-0.5, ew.pow_(x, -1.5))


def _abs(g: Tensor, x: Tensor, out: Tensor) -> Tensor:
    if x.type.is_complex:
        size = compare.select(compare.equal(out, 0), 1, out)
        return ew.multiply(g, ew.divide(ew.conjugate(x), size))
    return compare.select(compare.greater_equal(x, 0.0), g, ew.negate(g))


def _erf(sign: float) -> Callable[..., Tensor]:
    factor = sign * 2 / math.sqrt(math.pi)
    return lambda g, x, out: ew.multiply(g, ew.multiply(factor, ew.exp(ew.negate(ew.multiply(x, x)))))


def _square(x: Tensor) -> Tensor:
    return ew.multiply(x, x)


def _select(e: Expr, g: Tensor) -> Pairs:
    pred, a, b = operands(e)
    g = like(g, e.out.shape)
    return [
        (e.operands[1], unbroadcast(a, compare.select(pred, g, 0.0))),
        (e.operands[2], unbroadcast(b, compare.select(pred, 0.0, g))),
    ]


def _clip(e: Expr, g: Tensor) -> Pairs:
    x, low, high = operands(e)
    g = like(g, x.shape)
    inside = ew.bitwise_and(compare.greater_equal(x, low), compare.less_equal(x, high))
    made = [(e.operands[0], compare.select(inside, g, 0.0))]
    for t, outside in ((e.operands[1], compare.less(x, low)), (e.operands[2], compare.greater(x, high))):
        if constant_of(t) is None:
            made.append((t, reduce.sum_(compare.select(outside, g, 0.0))))
    return made


def _as_type(e: Expr, g: Tensor) -> Pairs:
    return [(e.operands[0], like(g, e.out.shape))]


_UNARY: dict[str, Callable[[Tensor, Tensor, Tensor], Tensor]] = {
    "exp": lambda g, x, y: ew.multiply(g, y),
    "expm1": lambda g, x, y: ew.multiply(g, ew.add(y, 1)),
    "log": lambda g, x, y: ew.divide(g, x),
    "log1p": lambda g, x, y: ew.divide(g, ew.add(x, 1)),
    "sigmoid": lambda g, x, y: ew.multiply(g, ew.multiply(y, ew.subtract(1, y))),
    "cos": lambda g, x, y: ew.multiply(g, ew.negate(ew.sin(x))),
    "sin": lambda g, x, y: ew.multiply(g, ew.cos(x)),
    "tan": lambda g, x, y: ew.divide(g, _square(ew.cos(x))),
    "cosh": lambda g, x, y: ew.multiply(g, ew.sinh(x)),
    "sinh": lambda g, x, y: ew.multiply(g, ew.cosh(x)),
    "tanh": lambda g, x, y: ew.multiply(g, ew.subtract(1.0, _square(y))),
    "acosh": lambda g, x, y: ew.multiply(g, ew.rsqrt(ew.subtract(_square(x), 1))),
    "asinh": lambda g, x, y: ew.multiply(g, ew.rsqrt(ew.add(_square(x), 1))),
    "atanh": lambda g, x, y: ew.divide(g, ew.subtract(1, _square(x))),
    "acos": lambda g, x, y: ew.multiply(g, ew.negate(ew.rsqrt(ew.subtract(1, _square(x))))),
    "asin": lambda g, x, y: ew.multiply(g, ew.rsqrt(ew.subtract(1, _square(x)))),
    "atan": lambda g, x, y: ew.divide(g, ew.add(1, _square(x))),
    "sqrt": lambda g, x, y: ew.divide(ew.multiply(g, 0.5), y),
    "rsqrt": lambda g, x, y: ew.multiply(g, _half_cube(x)),
    "cbrt": lambda g, x, y: ew.divide(g, ew.multiply(3, _square(y))),
    "erf": _erf(1.0),
    "erfc": _erf(-1.0),
    "erf_inv": lambda g, x, y: ew.multiply(g, ew.multiply(math.sqrt(math.pi) / 2, ew.exp(_square(y)))),
    "negate": lambda g, x, y: ew.negate(g),
    "abs": _abs,
    "conjugate": lambda g, x, y: ew.conjugate(g) if x.type.is_complex else ew.real(g),
    "real": lambda g, x, y: ew.real(g),
    "imag": lambda g, x, y: ew.imag(g),
}
_BINARY: dict[str, Rule] = {
    "add": binary(lambda g, x, y, out: g, lambda g, x, y, out: g),
    "subtract": binary(lambda g, x, y, out: g, lambda g, x, y, out: ew.negate(g)),
    "multiply": binary(lambda g, x, y, out: ew.multiply(g, y), lambda g, x, y, out: ew.multiply(g, x)),
    "divide": binary(
        lambda g, x, y, out: ew.divide(g, y), lambda g, x, y, out: ew.negate(ew.divide(ew.multiply(g, out), y))
    ),
    "remainder": binary(
        lambda g, x, y, out: g, lambda g, x, y, out: ew.multiply(g, ew.negate(ew.floor(ew.divide(x, y))))
    ),
    "atan2": binary(
        lambda g, x, y, out: ew.multiply(g, ew.divide(y, ew.add(_square(x), _square(y)))),
        lambda g, x, y, out: ew.negate(ew.multiply(g, ew.divide(x, ew.add(_square(x), _square(y))))),
    ),
    "max": binary(_tie, lambda g, x, y, out: _tie(g, y, x, out)),
    "min": binary(_tie, lambda g, x, y, out: _tie(g, y, x, out)),
    "pow": _pow,
}

RULES: dict[Any, Rule] = {
    **{ops.UNARY[n]: unary(f) for n, f in _UNARY.items()},
    **{ops.BINARY[n]: rule for n, rule in _BINARY.items()},
    ops.SELECT: _select,
    ops.CLIP: _clip,
    ops.AS_TYPE: _as_type,
    ops.BITCAST: _as_type,
    ops.BINARY["quotient"]: refused(
        "quotient/2",
        "If a floating point computation is acceptable, consider using an implementation of floor division. See the "
        "documentation of `Nx.quotient` for more details.\n",
    ),
}
