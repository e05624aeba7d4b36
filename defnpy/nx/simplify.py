"""What the tracer does instead of making a node: constants fold and move left, moves of elements merge."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

from defnpy.nx import backend as backends
from defnpy.nx.expr import Expr, constant, constant_of, node
from defnpy.nx.ops import elementwise as ew
from defnpy.nx.ops import index, shape
from defnpy.nx.ops.base import Op
from defnpy.nx.ops.create import CONSTANT
from defnpy.nx.tensor import Tensor, template
from defnpy.terms.errors import ElixirError

ADD, SUBTRACT, MULTIPLY, DIVIDE, POW = (ew.BINARY[n] for n in ("add", "subtract", "multiply", "divide", "pow"))
Exprs = tuple[Tensor, ...]


def fold(op: Op, out: Tensor, operands: Exprs, params: Any) -> Tensor | None:
    """The value of an elementwise operation on constants as a constant; None where it fails at this time."""
    host = backends.binary()
    arrays = []
    for t in operands:
        e = t.data
        arrays.append(host.run(CONSTANT, template(e.out.type, ()), (), {"value": e.params["value"], "type": e.out.type, "shape": (), "names": ()}))
    try:
        made = host.run(op, template(out.type, ()), tuple(arrays), params)
    except ElixirError:
        return None
    value = made.data.item()
    if not out.type.exact:
        value = int(value) if out.type.is_integer else float(value)
    return _filled(out, value)


def _filled(out: Tensor, value: Any) -> Tensor:
    return out.like(data=constant(value, out.type, out.full_shape).data)


def compatible(t: Tensor, out: Tensor) -> Tensor:
    """*t* converted to the type and shape of *out*."""
    if t.type is not out.type:
        made = template(out.type, t.shape, t.names)
        t = t.data.backend.run(ew.AS_TYPE, made, (t,), {"type": out.type})
    if t.shape != out.shape:
        rank = len(out.shape)
        axes = tuple(range(rank - len(t.shape), rank))
        params = {"shape": out.shape, "axes": axes, "names": out.names}
        t = t.data.backend.run(shape.BROADCAST, template(out.type, out.shape, out.names), (t,), params)
    return out.like(data=t.data)


def binary(op: Op, out: Tensor, a: Tensor, b: Tensor) -> Tensor:
    """The node of a binary operation; of two constants their value."""
    if constant_of(a) is not None and constant_of(b) is not None:
        made = fold(op, out, (a, b), None)
        if made is not None:
            return made
    return node(op, out, (_rounded(a, out), _rounded(b, out)), None)


def _rounded(t: Tensor, out: Tensor) -> Tensor:
    """A float literal takes the type of the result."""
    value = constant_of(t)
    if value is None or not t.type.is_float or not out.type.is_float or t.type.is_complex or out.type.is_complex:
        return t
    return t if t.type is out.type else constant(value, out.type, t.shape)


def _part(t: Tensor, op: Op) -> Exprs | None:
    """The operands of *t* if it is *op* with a constant on its left."""
    e = t.data
    if e.op is op and constant_of(e.operands[0]) is not None:
        return e.operands
    return None


def _spreads(t: Tensor, out: Tensor) -> bool:
    return t.shape == out.shape or not out.shape


def _scalar(value: Any, out: Tensor, other: Tensor) -> Tensor:
    """A constant of the type of *out*, as large as *out* where *other* is smaller."""
    if value.__class__ is float and out.type.is_integer:
        return constant(int(value), out.type)
    return constant(value, out.type, () if _spreads(other, out) else out.shape)


def commute(op: Op, out: Tensor, number: Any, a: Tensor, b: Tensor) -> Tensor:
    """*op* with constants moved to the left; *number* is the value of *a* if that is a constant."""
    inner = _part(b, op)
    if inner is not None:
        if number is not None:
            merged = fold(op, template(out.type, ()), (a, inner[0]), None)
            if merged is not None:
                return binary(op, out, _scalar(constant_of(merged), out, inner[1]), inner[1])
        rest = RULES[op](op, out.like(), (a, inner[1]), None)
        return binary(op, out, _scalar(constant_of(inner[0]), out, rest), rest)
    inner = _part(a, op)
    if inner is not None and number is None:
        rest = RULES[op](op, out.like(), (b, inner[1]), None)
        return binary(op, out, _scalar(constant_of(inner[0]), out, rest), rest)
    return binary(op, out, a, b)


def _inner_of(t: Tensor, op: Op, number: Any) -> Tensor | None:
    """``x`` of ``op(number, x)``."""
    e = t.data
    if e.op is op and constant_of(e.operands[0]) == number:
        return e.operands[1]
    return None


def _add(op: Op, out: Tensor, operands: Exprs, params: Any) -> Tensor:
    a, b = operands
    x, y = constant_of(a), constant_of(b)
    if x is not None and x == 0:
        return compatible(b, out)
    if y is not None and y == 0:
        return compatible(a, out)
    if y is not None:
        return commute(op, out, y, b, a)
    negated = _inner_of(b, SUBTRACT, 0)
    if negated is not None:
        return binary(SUBTRACT, out, a, negated)
    return commute(op, out, x, a, b)


def _subtract(op: Op, out: Tensor, operands: Exprs, params: Any) -> Tensor:
    a, b = operands
    y = constant_of(b)
    if y is not None and y == 0:
        return compatible(a, out)
    negated = _inner_of(b, SUBTRACT, 0)
    if negated is not None:
        return binary(ADD, out, a, negated)
    return binary(op, out, a, b)


def _multiply(op: Op, out: Tensor, operands: Exprs, params: Any) -> Tensor:
    a, b = operands
    x, y = constant_of(a), constant_of(b)
    if x is not None and x == 1:
        return compatible(b, out)
    if y is not None and y == 1:
        return compatible(a, out)
    if y is not None:
        return commute(op, out, y, b, a)
    inverted = _inner_of(b, DIVIDE, 1)
    if inverted is not None and out.type.is_float:
        return binary(DIVIDE, out, a, inverted)
    return commute(op, out, x, a, b)


def _divide(op: Op, out: Tensor, operands: Exprs, params: Any) -> Tensor:
    a, b = operands
    y = constant_of(b)
    if y is not None and y == 1:
        return compatible(a, out)
    inverted = _inner_of(b, DIVIDE, 1)
    if inverted is not None:
        return binary(MULTIPLY, out, a, inverted)
    return binary(op, out, a, b)


def _pow(op: Op, out: Tensor, operands: Exprs, params: Any) -> Tensor:
    a, b = operands
    y = constant_of(b)
    if y is not None and y == 1:
        return compatible(a, out)
    return binary(op, out, a, b)


def _folding(op: Op, out: Tensor, operands: Exprs, params: Any) -> Tensor | None:
    """Elementwise operations on constants only."""
    if all(constant_of(t) is not None for t in operands):
        return fold(op, out, operands, params)
    return None


def _as_type(op: Op, out: Tensor, operands: Exprs, params: Any) -> Tensor | None:
    (t,) = operands
    if t.type is out.type:
        return out.like(data=t.data)
    value = constant_of(t)
    if value is not None and t.type.is_float and out.type.is_float:
        # A literal keeps its digits until a type is needed; only the last one rounds it.
        return _filled(out, value if out.type.is_complex or value.__class__ is not complex else value.real)
    return _folding(op, out, operands, params)


def _reshape(op: Op, out: Tensor, operands: Exprs, params: Any) -> Tensor | None:
    (t,) = operands
    e = t.data
    return out.like(data=e) if e.out.shape == out.shape else None


def _moved_constant(op: Op, out: Tensor, operands: Exprs, params: Any) -> Tensor | None:
    """A constant stays one when its elements only move."""
    value = constant_of(operands[0])
    return None if value is None else _filled(out, value)


def _squeeze(op: Op, out: Tensor, operands: Exprs, params: Any) -> Tensor | None:
    (t,) = operands
    e = t.data
    if not params["axes"]:
        return out.like(data=e)
    if constant_of(t) is not None:
        return _filled(out, constant_of(t))
    if e.op is op:
        kept = [i for i in range(len(e.operands[0].data.out.shape)) if i not in e.params["axes"]]
        axes = sorted((*e.params["axes"], *(kept[i] for i in params["axes"])))
        return node(op, out, e.operands, {"axes": tuple(axes)})
    return None


def _contiguous(axes: tuple[int, ...], rank: int) -> bool:
    return axes == tuple(range(rank - len(axes), rank))


def _broadcast(op: Op, out: Tensor, operands: Exprs, params: Any) -> Tensor | None:
    (t,) = operands
    e = t.data
    if e.out.shape == out.shape and params["axes"] == tuple(range(len(out.shape))):
        return out.like(data=e)
    if constant_of(t) is not None:
        return _filled(out, constant_of(t))
    if e.op is op and prod(e.operands[0].data.out.shape) > 0:
        outer, inner = params["axes"], e.params["axes"]
        rank = len(e.out.shape)
        ends = _contiguous(outer, len(out.shape)) and _contiguous(inner, rank)
        starts = outer == tuple(range(rank)) and inner == tuple(range(len(inner)))
        if ends or starts:
            merged = {**params, "axes": tuple(outer[i] for i in inner), "shown": inner}
            return node(op, out, e.operands, merged)
    return None


def _transpose(op: Op, out: Tensor, operands: Exprs, params: Any) -> Tensor | None:
    (t,) = operands
    axes = params["axes"]
    if axes == tuple(range(len(axes))):
        return out.like(data=t.data)
    if constant_of(t) is not None:
        return _filled(out, constant_of(t))
    e = t.data
    if e.op is op:
        merged = tuple(e.params["axes"][i] for i in axes)
        return node(op, out, e.operands, {"axes": merged}) if merged != tuple(range(len(merged))) else out.like(data=e.operands[0].data)
    return None


def _slice(op: Op, out: Tensor, operands: Exprs, params: Any) -> Tensor | None:
    t, *dynamic = operands
    starts, lengths = params["starts"], params["lengths"]
    if dynamic:
        given = iter(dynamic)
        made, kept = [], []
        for s in starts:
            if s is not None:
                made.append(s)
                continue
            one = next(given)
            number = constant_of(one)
            made.append(number)
            if number is None:
                kept.append(one)
        if len(kept) != len(dynamic):
            limits = [n - m for n, m in zip(t.data.out.shape, lengths, strict=True)]
            fixed = tuple(None if s is None else min(max(int(s), 0), m) for s, m in zip(made, limits, strict=True))
            return t.data.backend.run(op, out, (t, *kept), {**params, "starts": fixed})
        return None
    return _nested(op, out, t.data, params)


def _nested(op: Op, out: Tensor, e: Expr, params: Any) -> Tensor | None:
    """An access into an access is one slice; axes that the inner one dropped are dropped last."""
    gone = e.params["axes"] if e.op is shape.SQUEEZE else ()
    inner = e.operands[0].data if e.op is shape.SQUEEZE else e
    if inner.op is not op or len(inner.operands) != 1 or {*params["strides"], *inner.params["strides"]} - {1}:
        return None
    outer = iter(zip(params["starts"], params["lengths"], strict=True))
    starts, lengths = [], []
    for axis, (start, length) in enumerate(zip(inner.params["starts"], inner.params["lengths"], strict=True)):
        more, own = (0, length) if axis in gone else next(outer)
        starts.append(start + more)
        lengths.append(own)
    made = {"starts": tuple(starts), "lengths": tuple(lengths), "strides": inner.params["strides"]}
    if not gone:
        return node(op, out, inner.operands, made)
    part = node(op, template(out.type, tuple(lengths)), inner.operands, made)
    return node(shape.SQUEEZE, out, (part,), {"axes": gone})


def _concatenate(op: Op, out: Tensor, operands: Exprs, params: Any) -> Tensor | None:
    return compatible(operands[0], out) if len(operands) == 1 else None


def _constant(op: Op, out: Tensor, operands: Exprs, params: Any) -> Tensor:
    value = params["value"]
    return out.like(data=constant(value, out.type, out.full_shape).data)


def _fun(op: Op, out: Tensor, operands: Exprs, params: Any) -> Tensor:
    """The function of ``reduce`` and ``window_reduce`` becomes a sub-graph of two scalars."""
    from defnpy.nx.show import text
    from defnpy.nx.trace import trace_fun
    from defnpy.terms.errors import RuntimeError_

    body = trace_fun(params["fun"], [template(params["source"], ()), template(out.type, ())], "fun")
    result = body.outputs[0]
    if result.shape:
        raise RuntimeError_(f"{op.name} function must return a scalar tensor, got: {text(result.shape)}")
    return node(op, out, operands, {**params, "fun": body, "acc": None})


def _table() -> dict[Op, Callable[..., Any]]:
    from defnpy.nx.ops.reduce import REDUCE
    from defnpy.nx.ops.window import WINDOW_REDUCE

    table: dict[Op, Callable[..., Any]] = dict.fromkeys((*ew.UNARY.values(), *ew.BINARY.values()), _folding)
    table.update({ADD: _add, SUBTRACT: _subtract, MULTIPLY: _multiply, DIVIDE: _divide, POW: _pow})
    table.update({ew.AS_TYPE: _as_type, shape.RESHAPE: _reshape, shape.SQUEEZE: _squeeze, shape.BROADCAST: _broadcast})
    table.update({shape.TRANSPOSE: _transpose, shape.REVERSE: _moved_constant, shape.CONCATENATE: _concatenate})
    table.update({index.SLICE: _slice, CONSTANT: _constant, REDUCE: _fun, WINDOW_REDUCE: _fun})
    return table


RULES: dict[Op, Callable[..., Any]] = _table()


