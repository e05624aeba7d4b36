"""Python text for single nodes: NumPy calls where NumPy computes what the reference does, kernels of the table elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from defnpy.compilers.evaluator.kernels.cast import to_type
from defnpy.compilers.evaluator.kernels.elementwise import INVERSES
from defnpy.compilers.evaluator.kernels.few import FEW, ROUNDED
from defnpy.compilers.evaluator.kernels.linear import small_dot
from defnpy.nx.dtype import F16, F32, DType
from defnpy.nx.expr import Expr
from defnpy.nx.graph import real
from defnpy.nx.ops import BY_NAME
from defnpy.nx.ops.create import CONSTANT

_UFUNCS: dict[str, Any] = {
    "add": np.add, "subtract": np.subtract, "multiply": np.multiply, "divide": np.divide, "min": np.minimum, "max": np.maximum,
    "bitwise_and": np.bitwise_and, "bitwise_or": np.bitwise_or, "bitwise_xor": np.bitwise_xor,
    "exp": np.exp, "expm1": np.expm1, "log": np.log, "log1p": np.log1p, "cos": np.cos, "sin": np.sin, "tan": np.tan,
    "cosh": np.cosh, "sinh": np.sinh, "tanh": np.tanh, "acosh": np.arccosh, "asinh": np.arcsinh, "atanh": np.arctanh,
    "acos": np.arccos, "asin": np.arcsin, "atan": np.arctan, "sqrt": np.sqrt, "negate": np.negative, "sign": np.sign,
}  # fmt: skip
_SYMBOLS = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/", "bitwise_and": "&", "bitwise_or": "|", "bitwise_xor": "^"}
_COMPARE = {
    "equal": (np.equal, "=="), "not_equal": (np.not_equal, "!="), "less": (np.less, "<"), "less_equal": (np.less_equal, "<="),
    "greater": (np.greater, ">"), "greater_equal": (np.greater_equal, ">="),
}  # fmt: skip
_REDUCE: dict[str, Any] = {"sum": np.add, "product": np.multiply, "reduce_max": np.maximum, "reduce_min": np.minimum}
_TRUTH = (*_COMPARE, "logical_and", "logical_or", "logical_xor", "all", "any", "is_nan", "is_infinity")

Lines = list[str]
Rule = Callable[[Any, Expr, int, Any, Lines, str], bool]


def emit(w: Any, e: Expr, at: int, frame: Any, lines: Lines, pad: str) -> None:
    """Append the lines of an ordinary operation."""
    rule = RULES.get(e.op.name)
    if rule is not None and rule(w, e, at, frame, lines, pad):
        return
    text = w.kernel_call(e, frame)
    shape = e.out[0].shape if e.out.__class__ is tuple else e.out.shape
    w.assign(e, text if shape else f"asarray({text})[()]", frame, lines, pad)
    _disown(e, frame)


def _disown(e: Expr, frame: Any) -> None:
    """The result of a kernel may share memory with its operands."""
    for t in e.operands:
        frame.owned.discard(real(t.data))


def _operand(w: Any, e: Expr, kind: DType, frame: Any) -> str:
    """The value of a node as type *kind*."""
    if e.op is CONSTANT:
        return w.number(e.params["value"], kind)
    name = w.read(e, frame)
    own = e.out.type
    if own is kind:
        return name
    return _cast(w, name, own, kind, e.out.shape)


def _cast(w: Any, name: str, own: DType, kind: DType, shape: Any) -> str:
    simple = own.exact and kind.exact and not (own.is_float and kind.is_integer) and (kind.is_complex or not own.is_complex)
    if not shape:
        if simple:
            return f"{w.bind(kind.numpy.type, 'T')}({name})"
        return f"{w.bind(to_type, 'cast')}(asarray({name}), {w.bind(kind, 'D')})[()]"
    if simple:
        return f"{name}.astype({w.bind(kind.numpy, 'T')})"
    return f"{w.bind(to_type, 'cast')}({name}, {w.bind(kind, 'D')})"


def _reusable(e: Expr, candidates: list[Expr], at: int, frame: Any) -> Expr | None:
    """An operand whose memory may take the result."""
    for one in candidates:
        if one in frame.owned and frame.last.get(one) == at and one.out.shape == e.out.shape and one.out.type is e.out.type:
            return one
    return None


def _into(w: Any, e: Expr, fun: str, args: list[str], at: int, frame: Any, lines: Lines, pad: str) -> None:
    """A ufunc call, in place where an operand's memory is free."""
    operands = [real(t.data) for t in e.operands]
    found = _reusable(e, operands, at, frame)
    if found is not None:
        name = frame.names[found]
        # NumPy wants the keyword for these two.
        target = f"out={name}" if e.op.name in ("min", "max") else name
        lines.append(f"{pad}{fun}({', '.join(args)}, {target})")
        frame.names[e] = name
        frame.owned.discard(found)
    else:
        w.assign(e, f"{fun}({', '.join(args)})", frame, lines, pad)
    frame.owned.add(e)


def _spans(e: Expr) -> bool:
    """Whether some operand has the shape of the result, so that broadcasting gives it."""
    shapes = [real(t.data).out.shape for t in e.operands if real(t.data).op is not CONSTANT]
    if not shapes:
        return False
    try:
        return np.broadcast_shapes(*shapes) == e.out.shape
    except ValueError:
        return False


def _elementwise(w: Any, e: Expr, at: int, frame: Any, lines: Lines, pad: str) -> bool:
    kind = e.out.type
    if not kind.exact or not _spans(e) or (kind.is_complex and e.op.name in INVERSES):
        return False
    args = [_operand(w, real(t.data), kind, frame) for t in e.operands]
    if _rounded(e):
        double, single = w.bind(np.dtype(np.float64), "T"), w.bind(kind.numpy, "T")
        w.assign(e, f"{w.bind(_UFUNCS[e.op.name], 'u')}({args[0]}.astype({double})).astype({single})", frame, lines, pad)
        frame.owned.add(e)
        return True
    if not e.out.shape:
        symbol = _SYMBOLS.get(e.op.name)
        text = f"{args[0]} {symbol} {args[1]}" if symbol else f"{w.bind(_UFUNCS[e.op.name], 'u')}({', '.join(args)})"
        w.assign(e, text, frame, lines, pad)
        return True
    _into(w, e, w.bind(_UFUNCS[e.op.name], "u"), args, at, frame, lines, pad)
    return True


def _rounded(e: Expr) -> bool:
    """Whether a result is computed in double precision."""
    return e.out.type is F32 and e.op.name in ROUNDED and e.out.size <= FEW


def _float_only(w: Any, e: Expr, at: int, frame: Any, lines: Lines, pad: str) -> bool:
    """``floor`` and ``ceil``: integers stay as they are."""
    kind = e.out.type
    if not kind.exact or kind.is_integer or not e.out.shape:
        return False
    fun = w.bind({"floor": np.floor, "ceil": np.ceil}[e.op.name], "u")
    _into(w, e, fun, [w.read(real(e.operands[0].data), frame)], at, frame, lines, pad)
    return True


def _abs(w: Any, e: Expr, at: int, frame: Any, lines: Lines, pad: str) -> bool:
    one = real(e.operands[0].data)
    if not e.out.type.exact or one.out.type.is_complex or one.op is CONSTANT:
        return False
    if not e.out.shape:
        w.assign(e, f"abs({w.read(one, frame)})", frame, lines, pad)
        return True
    _into(w, e, w.bind(np.absolute, "u"), [w.read(one, frame)], at, frame, lines, pad)
    return True


def _sigmoid(w: Any, e: Expr, at: int, frame: Any, lines: Lines, pad: str) -> bool:
    kind = e.out.type
    one = real(e.operands[0].data)
    if not kind.exact or kind is F16 or not e.out.shape or one.op is CONSTANT or _rounded(e):
        return False
    _into(w, e, w.bind(np.negative, "u"), [_operand(w, one, kind, frame)], at, frame, lines, pad)
    name = frame.names[e]
    unit = w.number(1, kind)
    lines.append(f"{pad}{w.bind(np.exp, 'u')}({name}, {name})")
    lines.append(f"{pad}{w.bind(np.add, 'u')}({name}, {unit}, {name})")
    lines.append(f"{pad}{w.bind(np.divide, 'u')}({unit}, {name}, {name})")
    return True


def _side(w: Any, e: Expr, other: Expr, frame: Any) -> str:
    """An operand of a comparison; a whole number beside floats is compared as a float."""
    if e.op is CONSTANT:
        value, kind = e.params["value"], e.out.type
        beside = other.out.type
        if kind.is_integer and beside.is_float and beside.exact and abs(value) < 2048:
            kind = beside
        return w.number(value, kind)
    return w.read(e, frame)


def _compare(w: Any, e: Expr, at: int, frame: Any, lines: Lines, pad: str) -> bool:
    a, b = (real(t.data) for t in e.operands)
    if not (a.out.type.exact and b.out.type.exact) or not _spans(e):
        return False
    fun, symbol = _COMPARE[e.op.name]
    left, right = _side(w, a, b, frame), _side(w, b, a, frame)
    if not e.out.shape:
        text = f"{left} {symbol} {right}"
        w.assign(e, text if e in frame.raw else f"{w.bind(np.uint8, 'T')}({text})", frame, lines, pad)
        return True
    w.assign(e, f"{w.bind(fun, 'u')}({left}, {right}).view({w.bind(np.uint8, 'T')})", frame, lines, pad)
    frame.owned.add(e)
    return True


def _reduce(w: Any, e: Expr, at: int, frame: Any, lines: Lines, pad: str) -> bool:
    kind = e.out.type
    one = real(e.operands[0].data)
    if not kind.exact or kind is F16 or not one.out.shape or not one.out.type.exact:
        return False
    fun = w.bind(_REDUCE[e.op.name], "u")
    p = e.params
    summed = e.op.name in ("sum", "product")
    # Two numbers add up to the same in both precisions.
    wide = summed and kind is F32 and 2 * e.out.size < one.out.size <= FEW
    dtype = w.bind(np.dtype(np.float64) if wide else kind.numpy, "T") if summed else "None"
    text = f"{fun}.reduce({w.read(one, frame)}, {p['axes']!r}, {dtype}, None, {bool(p['keep_axes'])})"
    w.assign(e, f"{text}.astype({w.bind(kind.numpy, 'T')})" if wide else text, frame, lines, pad)
    if e.out.shape:
        frame.owned.add(e)
    return True


def _as_type(w: Any, e: Expr, at: int, frame: Any, lines: Lines, pad: str) -> bool:
    one = real(e.operands[0].data)
    if one.op is CONSTANT and e.out.shape:
        return False
    w.assign(e, _operand(w, one, e.out.type, frame), frame, lines, pad)
    _disown(e, frame)
    return True


def _reshape(w: Any, e: Expr, at: int, frame: Any, lines: Lines, pad: str) -> bool:
    one = real(e.operands[0].data)
    name = w.read(one, frame)
    if not one.out.shape:
        name = f"asarray({name})"
    text = f"{name}.reshape({e.out.shape!r})"
    w.assign(e, text if e.out.shape else text + "[()]", frame, lines, pad)
    _disown(e, frame)
    return True


def _transpose(w: Any, e: Expr, at: int, frame: Any, lines: Lines, pad: str) -> bool:
    if not e.out.shape:
        return False
    w.assign(e, f"{w.read(real(e.operands[0].data), frame)}.transpose({tuple(e.params['axes'])!r})", frame, lines, pad)
    _disown(e, frame)
    return True


def _slice(w: Any, e: Expr, at: int, frame: Any, lines: Lines, pad: str) -> bool:
    if len(e.operands) > 1 or not e.out.shape:
        return False
    p = e.params
    shape = real(e.operands[0].data).out.shape
    starts = [min(max(s, 0), n - m) for s, n, m in zip(p["starts"], shape, p["lengths"], strict=True)]
    parts = ", ".join(f"{s}:{s + n}:{k}" for s, n, k in zip(starts, p["lengths"], p["strides"], strict=True))
    w.assign(e, f"{w.read(real(e.operands[0].data), frame)}[{parts}]", frame, lines, pad)
    _disown(e, frame)
    return True


def _select(w: Any, e: Expr, at: int, frame: Any, lines: Lines, pad: str) -> bool:
    kind = e.out.type
    test, a, b = (real(t.data) for t in e.operands)
    if not _spans(e) or test.op is CONSTANT:
        return False
    name, left, right = w.read(test, frame), _operand(w, a, kind, frame), _operand(w, b, kind, frame)
    if not e.out.shape:
        w.assign(e, f"({left} if {name} else {right})", frame, lines, pad)
        return True
    if test.out.shape and test.op.name in _TRUTH:
        mask = f"{name}.view({w.bind(np.bool_, 'T')})"
    elif test.out.type.exact:
        mask = f"{name} != 0"
    else:
        return False
    w.assign(e, f"{w.bind(np.where, 'u')}({mask}, {left}, {right})", frame, lines, pad)
    frame.owned.add(e)
    return True


def _dot(w: Any, e: Expr, at: int, frame: Any, lines: Lines, pad: str) -> bool:
    kind, p = e.out.type, e.params
    a, b = (real(t.data) for t in e.operands)
    if not kind.exact or kind is F16 or p["left_batch"] or len(p["left"]) != 1:
        return False
    ranks = len(a.out.shape), len(b.out.shape)
    if ranks not in ((1, 1), (2, 1), (1, 2), (2, 2)) or a.op is CONSTANT or b.op is CONSTANT:
        return False
    left, right = _operand(w, a, kind, frame), _operand(w, b, kind, frame)
    if ranks[0] == 2 and p["left"] == (0,):
        left += ".T"
    if ranks[1] == 2 and p["right"] == (1,):
        right += ".T"
    w.assign(e, f"{w.bind(small_dot, 'u')}({left}, {right})", frame, lines, pad)
    if e.out.shape:
        frame.owned.add(e)
    return True


RULES: dict[str, Rule] = {
    **dict.fromkeys(_UFUNCS, _elementwise),
    **dict.fromkeys(_COMPARE, _compare),
    **dict.fromkeys(_REDUCE, _reduce),
    "floor": _float_only, "ceil": _float_only, "abs": _abs, "sigmoid": _sigmoid, "as_type": _as_type, "reshape": _reshape,
    "squeeze": _reshape, "transpose": _transpose, "slice": _slice, "select": _select, "dot": _dot,
}  # fmt: skip
assert set(RULES) <= set(BY_NAME)
