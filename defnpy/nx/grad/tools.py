"""What gradient rules share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.nx.api import reduce, shape
from defnpy.nx.expr import Expr, constant, constant_of, to_expr
from defnpy.nx.options import keywords
from defnpy.nx.tensor import Tensor, unnamed
from defnpy.terms.errors import ArgumentError

Pairs = list[tuple[Tensor, Tensor]]


def bare(t: Tensor) -> Tensor:
    """An operand without names, in the shape of its node."""
    out = t.data.out
    return Tensor(t.type, out.shape, unnamed(len(out.shape)), t.data)


def operands(e: Expr) -> list[Tensor]:
    """The operands of a node without names."""
    return [bare(t) for t in e.operands]


def answer(e: Expr) -> Tensor:
    """The value of a node."""
    return Tensor(e.out.type, e.out.shape, unnamed(len(e.out.shape)), e)


def like(g: Tensor, to: tuple[int, ...]) -> Tensor:
    """A gradient broadcast to a shape."""
    return g if g.shape == to else to_expr(shape.broadcast(g, to))


def refused(function: str, advice: str) -> Callable[[Expr, Tensor], Pairs]:
    """A rule that explains why there is none."""

    def rule(e: Expr, g: Tensor) -> Pairs:
        raise ArgumentError(f"cannot compute gradient for Nx.{function}.\n\n{advice}")

    return rule


def zeros(t: Tensor, g: Tensor) -> Tensor:
    """Zeros of the shape of *t* and the type of *g*."""
    return constant(0, g.type, t.shape)


def unbroadcast(x: Tensor, g: Tensor) -> Tensor:
    """A gradient summed over the axes along which *x* was broadcast."""
    if g.shape == x.shape:
        return g
    lead = len(g.shape) - len(x.shape)
    axes = [*range(lead), *(i + lead for i, n in enumerate(x.shape) if n == 1 and g.shape[i + lead] != 1)]
    if not axes:
        return g
    made = reduce.sum_(g, keywords(axes=axes))
    return made if made.shape == x.shape else shape.reshape(made, x.shape)


def spread(g: Tensor, x: Tensor, params: Any) -> Tensor:
    """The gradient of a reduction back over the axes that it removed."""
    number = constant_of(g)
    if number is not None:
        return constant(number, g.type, x.shape)
    axes = params["axes"]
    gone = range(len(x.shape)) if axes is None else axes
    kept = tuple(1 if i in gone else n for i, n in enumerate(x.shape))
    if g.shape != kept:
        g = shape.reshape(g, kept) if kept else g
    return like(to_expr(g), x.shape)
