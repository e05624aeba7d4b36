"""Elementwise operations of one and two tensors, ``select`` and ``clip``."""

from __future__ import annotations

from typing import Any

from defnpy.nx.dtype import U8, DType, merge, to_complex, to_floating, to_real
from defnpy.nx.ops.base import Op
from defnpy.nx.shape import binary_broadcast
from defnpy.nx.tensor import Tensor, template


def _unary(rule: Any) -> Any:
    def infer(params: Any, a: Tensor) -> Tensor:
        return template(rule(a.type), a.shape, a.names)

    return infer


def _binary(rule: Any) -> Any:
    def infer(params: Any, a: Tensor, b: Tensor) -> Tensor:
        shape, names = binary_broadcast(a.shape, a.names, b.shape, b.names)
        return template(rule(a.type, b.type), shape, names)

    return infer


def _same(t: DType) -> DType:
    return t


def _u8(*_: DType) -> DType:
    return U8


def _float2(a: DType, b: DType) -> DType:
    return to_floating(merge(a, b))


def _complex2(a: DType, b: DType) -> DType:
    return to_complex(merge(a, b))


def _real(t: DType) -> DType:
    return to_real(t) if t.is_complex else t


FLOAT_UNARY: tuple[Op, ...] = tuple(
    Op(name, _unary(to_floating))
    for name in (
        "exp", "expm1", "log", "log1p", "sigmoid", "cos", "sin", "tan", "cosh", "sinh", "tanh", "acosh", "asinh", "atanh",
        "acos", "asin", "atan", "sqrt", "rsqrt", "cbrt", "erf", "erfc", "erf_inv",
    )
)  # fmt: skip
SAME_UNARY: tuple[Op, ...] = tuple(
    Op(name, _unary(_same))
    for name in ("negate", "sign", "floor", "ceil", "round", "bitwise_not", "population_count", "count_leading_zeros")
)
ABS = Op("abs", _unary(_real))
PREDICATES: tuple[Op, ...] = tuple(Op(name, _unary(_u8)) for name in ("is_nan", "is_infinity"))
CONJUGATE = Op("conjugate", _unary(to_complex))
REAL = Op("real", _unary(to_real))
IMAG = Op("imag", _unary(to_real))

ARITHMETIC: tuple[Op, ...] = tuple(
    Op(name, _binary(merge))
    for name in (
        "add", "subtract", "multiply", "pow", "remainder", "quotient", "min", "max",
        "bitwise_and", "bitwise_or", "bitwise_xor", "left_shift", "right_shift",
    )
)  # fmt: skip
FLOAT_BINARY: tuple[Op, ...] = tuple(Op(name, _binary(_float2)) for name in ("divide", "atan2"))
COMPARE: tuple[Op, ...] = tuple(
    Op(name, _binary(_u8))
    for name in (
        "equal", "not_equal", "greater", "less", "greater_equal", "less_equal",
        "logical_and", "logical_or", "logical_xor",
    )
)  # fmt: skip


def _as_type(params: Any, a: Tensor) -> Tensor:
    return template(params["type"], a.shape, a.names)


def _select(params: Any, pred: Tensor, a: Tensor, b: Tensor) -> Tensor:
    kind = merge(a.type, b.type)
    if pred.shape:
        shape, names = pred.shape, pred.names
    else:
        shape, names = binary_broadcast(a.shape, a.names, b.shape, b.names)
    return template(kind, shape, names)


def _clip(params: Any, a: Tensor, low: Tensor, high: Tensor) -> Tensor:
    return template(merge(a.type, merge(low.type, high.type)), a.shape, a.names)


AS_TYPE = Op("as_type", _as_type)
BITCAST = Op("bitcast", _as_type)
SELECT = Op("select", _select)
CLIP = Op("clip", _clip)

UNARY: dict[str, Op] = {op.name: op for op in (*FLOAT_UNARY, *SAME_UNARY, ABS, *PREDICATES, CONJUGATE, REAL, IMAG)}
BINARY: dict[str, Op] = {op.name: op for op in (*ARITHMETIC, *FLOAT_BINARY, *COMPARE)}

OPS: tuple[Op, ...] = (*UNARY.values(), *BINARY.values(), AS_TYPE, BITCAST, SELECT, CLIP)

