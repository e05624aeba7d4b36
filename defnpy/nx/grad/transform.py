"""From a function to its gradient: trace, walk the graph backwards, build the gradient as expressions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.nx import expr as nodes
from defnpy.nx.api.elementwise import add
from defnpy.nx.containers import container_map
from defnpy.nx.dtype import F32
from defnpy.nx.expr import METADATA, Expr, constant, metadata, to_expr
from defnpy.nx.grad.flat import FLAT
from defnpy.nx.graph import frontier
from defnpy.nx.show import text
from defnpy.nx.structure import flatten, rebuild
from defnpy.nx.tensor import Tensor
from defnpy.terms.atom import Atom
from defnpy.terms.errors import ArgumentError, ArithmeticError_

Grads = dict[Expr, Any]


def grad(term: Any, fun: Callable[[Any], Any]) -> Any:
    """The gradient of *fun* at *term*; a container gives a container of gradients."""
    return value_and_grad(term, fun, None, scalar=True)[1]


def value_and_grad(term: Any, fun: Callable[[Any], Any], pick: Callable[[Any], Any] | None, scalar: bool = False) -> tuple[Any, Any]:
    """The value of *fun* and the gradient of ``pick(value)``."""
    start = container_map(term, lambda t: metadata(to_expr(t), "mark"))
    value = _called(fun, start, "grad" if scalar else "value_and_grad")
    loss = _loss(value if pick is None else pick(value))
    if loss.vectorized_axes:
        spread = _spread(start, loss)
        if spread is not None:
            start = container_map(spread, lambda t: metadata(to_expr(t), "mark"))
            value = fun(start)
            loss = _loss(value if pick is None else pick(value))
    marks = flatten(start)
    made = backward(loss, marks)
    return container_map(value, to_expr), rebuild(start, made)


def _called(fun: Callable[[Any], Any], start: Any, name: str) -> Any:
    try:
        return fun(start)
    except ArithmeticError_:
        raise ArgumentError(_NOT_AWARE.format(name=name)) from None


_NOT_AWARE = """Nx.Defn.{name}/2 failed because the gradient function uses operators that are not tensor-aware (such as unary \
minus `-x` or `0 - x`).

Use `Nx.negate/1`, `Nx.subtract/2`, or define the gradient function inside `defn` (or use the `grad/2` macro with a `do` block \
when `import Nx.Defn`) so `Nx.Defn.Kernel` operators are expanded.

For example:

    defn loss_grad(x) do
      grad(x, fn x -> Nx.sum(Nx.select(Nx.greater(x, 0), x, -x)) end)
    end

Or, at the call site:

    import Nx.Defn

    grad x do
      Nx.sum(Nx.select(Nx.greater(x, 0), x, -x))
    end
"""


_FLAT = """gradient not yet implemented for Nx.{name}/{arity}.

Please open up an issue so we can implement the missing gradient
"""


def _loss(value: Any) -> Tensor:
    if value.__class__ in (tuple, dict, list):
        raise ArgumentError(f"unable to build tensor expression, expected a tensor or a number, got: {text(value)}")
    return to_expr(value)


def _spread(start: Any, loss: Tensor) -> Any:
    """The inputs with the vectorised axes of the loss, None if they have them already."""
    from defnpy.nx.api.shape import broadcast
    from defnpy.nx.api.vectorize import broadcast_vectors, vectorize

    if all(t.vectorized_axes == loss.vectorized_axes for t in flatten(start)):
        return None
    own = {name for t in flatten(start) for name, _ in t.vectorized_axes}
    # Axes that the function made of the input's axes are not the input's.
    axes = [(name, n) for name, n in loss.vectorized_axes if not own or name in own]
    if not axes:
        return None
    one = broadcast(to_expr(0), tuple(n for _, n in axes))
    wide = vectorize(one, [name for name, _ in axes])
    return container_map(start, lambda t: broadcast_vectors([wide, t])[1])


def order(roots: list[Expr], stop: set[Expr]) -> list[Expr]:
    """The nodes between *roots* and the marks, operands first. A root is followed also where no gradient goes through it."""
    made: list[Expr] = []
    needed: dict[Expr, bool] = {}
    followed = set(roots)

    def below(e: Expr) -> list[Expr]:
        return [] if e.op in FLAT and e not in followed else _children(e)

    stack: list[tuple[Expr, bool]] = [(e, False) for e in reversed(roots)]
    while stack:
        e, done = stack.pop()
        if done:
            needed[e] = e in stop or any(needed.get(c, False) for c in below(e))
            if needed[e]:
                made.append(e)
        elif e not in needed:
            needed[e] = False
            stack.append((e, True))
            if e not in stop:
                stack.extend((c, False) for c in reversed(below(e)) if c not in needed)
    return made


def _children(e: Expr) -> list[Expr]:
    if e.op is METADATA and e.params["kind"] == "custom_grad":
        return [t.data for t in e.params["inputs"]]
    if e.op is METADATA and e.params["kind"] == "stop_grad":
        return []
    return [t.data for t in e.operands]


def backward(loss: Tensor, marks: list[Tensor]) -> list[Tensor]:
    """The gradients of the sum of *loss* for each mark."""
    seed = constant(1.0, F32, loss.data.out.shape)
    grads = vjp([(loss.data, seed)], [m.data for m in marks])
    made = []
    for mark, g in zip(marks, grads, strict=True):
        if g is None:
            g = constant(0.0, F32, mark.data.out.shape)
        made.append(mark.like(type=g.type, data=_whole(g, mark).data))
    return made


def _whole(g: Tensor, mark: Tensor) -> Tensor:
    """A gradient in the shape of its input."""
    shape = mark.data.out.shape
    if g.shape != shape:
        from defnpy.nx.api.shape import broadcast

        g = to_expr(broadcast(g, shape))
    return g


def vjp(seeds: list[tuple[Expr, Tensor]], marks: list[Expr]) -> list[Tensor | None]:
    """The products of gradients of several outputs with the derivative for each of *marks* (None: no way leads there)."""
    from defnpy.nx.grad.rules import RULES

    stop = set(marks)
    grads: Grads = {}
    elems: dict[Expr, dict[int, Tensor]] = {}
    for root, seed in seeds:
        _push(grads, root, seed)
    listed_nodes = order([e for e, _ in seeds], stop)
    outer: dict[Expr, list[Expr]] = {}
    if any(e.op is nodes.COND for e in listed_nodes):
        known = set(listed_nodes)
        found = frontier([e for e, _ in seeds], lambda e: [] if e in stop else _children(e))
        outer = {e: [one for one in used if one in known] for e, used in found.items()}
    for e in reversed(listed_nodes):
        if e in stop:
            continue
        listed = grads.pop(e, None)
        if e.out.__class__ is tuple:
            g: Any = elems.pop(e, None)
            if g is None:
                continue
        elif listed is None:
            continue
        else:
            g = total(listed)
        if e.op is nodes.ELEM:
            elems.setdefault(e.operands[0].data, {})[e.params] = g
            continue
        if e.op is nodes.COND:
            from defnpy.nx.grad.loop import pull_cond

            for mark, part in pull_cond(e, g, outer[e]):
                _push(grads, mark, part)
            continue
        for t, part in _rule(e, RULES)(e, g):
            _push(grads, t.data, part)
    return [total(grads[m]) if m in grads else None for m in marks]


def _rule(e: Expr, rules: Any) -> Callable[..., Any]:
    rule = rules.get(e.op)
    if e.op in FLAT:
        raise ArgumentError(_FLAT.format(name=e.op.name, arity=FLAT[e.op]))
    if rule is None:
        raise ArgumentError(f"gradient not yet implemented for operation {text(Atom(e.op.name))}")
    return rule


def _push(grads: Grads, e: Expr, g: Tensor) -> None:
    grads.setdefault(e, []).append(g)


def total(parts: list[Tensor]) -> Tensor:
    """The sum of the gradients that reached a node, the first one outermost."""
    made = parts[-1]
    for g in reversed(parts[:-1]):
        made = add(g, made)
    return made



