"""Operands and params for every primitive."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from defnpy.compilers.evaluator.kernels.cast import to_type
from defnpy.nx import dtype as dtypes
from defnpy.nx.dtype import of_name
from defnpy.nx.ops import create, elementwise, index, linear, order, reduce, shape, window
from defnpy.nx.tensor import Tensor, unnamed

FLOATS = ("f32", "f64", "bf16", "f16", "f8", "f8_e4m3fn")
INTEGERS = ("s32", "u8", "s8", "s64", "u64", "s4", "u2")
COMPLEX = ("c64", "c128")
UNIT = {"acos", "asin", "atanh", "erf_inv"}
POSITIVE = {"log", "sqrt", "rsqrt", "log1p"}

Case = tuple[Any, list[Tensor], Any]


def tensor(values: Any, kind: str) -> Tensor:
    """Values as a tensor."""
    array = to_type(np.asarray(values), of_name(kind))
    return Tensor(of_name(kind), array.shape, unnamed(array.ndim), np.asarray(array))


def random(rng: Any, sizes: tuple[int, ...], kind: str, low: float = -4, high: float = 5) -> Tensor:
    """Random elements, some of them special."""
    t = of_name(kind)
    if t.is_integer:
        return tensor(rng.integers(int(max(low, t.min)), int(min(high, t.max)) + 1, sizes), kind)
    values = rng.uniform(low, high, sizes)
    if t.is_complex:
        values = values + 1j * rng.uniform(low, high, sizes)
    return tensor(values, kind)


def _unary(rng: Any, op: Any) -> Iterator[Case]:
    name = op.name
    low, high = (-0.9, 0.9) if name in UNIT else (0.1, 4) if name in POSITIVE else (1.1, 4) if name == "acosh" else (-4, 5)
    integral = name in ("bitwise_not", "population_count", "count_leading_zeros")
    kinds = INTEGERS if integral else (*FLOATS, "s32", "u8") if name not in ("floor", "ceil", "round", "erf", "erfc", "erf_inv", "cbrt") else FLOATS
    if name in ("real", "imag", "conjugate", "exp", "sin", "tanh", "sqrt", "abs", "negate", "sign"):
        kinds = (*kinds, *COMPLEX)
    for kind in kinds:
        yield op, [random(rng, (2, 3), kind, low, high)], None
    if not integral and name not in UNIT:
        yield op, [tensor([np.nan, np.inf, -np.inf, 0.0, -0.0], "f32")], None


def _binary(rng: Any, op: Any) -> Iterator[Case]:
    name = op.name
    if "bitwise" in name or name == "quotient":
        kinds: tuple[str, ...] = INTEGERS
    elif "shift" in name:
        kinds = ("s32", "u8", "s64", "u64", "s8")
    elif name == "pow":
        kinds = (*FLOATS, "s32", "u8", "c64")
    elif name in ("atan2", "remainder"):
        kinds = (*FLOATS, "s32", "u8")
    else:
        kinds = (*FLOATS, *INTEGERS)
    whole = name in ("quotient", "remainder", "divide", "pow") or "shift" in name
    for kind in kinds:
        left = random(rng, (3, 4), kind, 0.5 if name == "pow" else -4)
        yield op, [left, random(rng, (4,), kind, 1 if whole else -4)], None
    if "bitwise" not in name and "shift" not in name and name != "quotient":
        yield op, [random(rng, (2, 1), "s32", 1), random(rng, (3,), "f32", 1)], None
    if name in ("add", "min", "max", "equal", "less", "greater"):
        special = [np.nan, np.inf, -np.inf, 0.0, 1.0]
        yield op, [tensor(special, "f32"), tensor([1.0, 1.0, 1.0, np.nan, np.nan], "f32")], None


def _reductions(rng: Any, op: Any) -> Iterator[Case]:
    for kind in ("f32", "f64", "s32", "u8", "bf16", "f16", "s4", "f8"):
        for axes, keep in ((None, False), ((1,), True), ((0, 2), False)):
            yield op, [random(rng, (2, 3, 2), kind, 0)], {"axes": axes, "keep_axes": keep}


def _extremes(rng: Any, op: Any) -> Iterator[Case]:
    for kind in ("f32", "s32", "u8", "bf16", "s64"):
        for axis, keep, tie in ((None, False, "low"), (1, True, "high"), (0, False, "low")):
            yield op, [random(rng, (3, 4), kind, 0, 3)], {"axis": axis, "keep_axis": keep, "tie_break": tie}
    for tie in ("low", "high"):
        yield op, [tensor([1.0, np.nan, 3.0, np.nan, 2.0], "f32")], {"axis": 0, "keep_axis": False, "tie_break": tie}


def _windows(rng: Any, op: Any) -> Iterator[Case]:
    settings = (
        ((2, 2), (2, 2), ((0, 0), (0, 0)), (1, 1)),
        ((2, 3), (1, 2), ((1, 0), (1, 1)), (1, 1)),
        ((2, 2), (1, 1), ((0, 0), (0, 0)), (2, 1)),
    )
    for kind in ("f32", "s32", "u8", "bf16", "f64"):
        for sizes, strides, padding, dilations in settings:
            params = {"window": sizes, "strides": strides, "padding": padding, "window_dilations": dilations}
            yield op, [random(rng, (4, 6), kind, 0)], params


def _scatters(rng: Any, op: Any) -> Iterator[Case]:
    for kind in ("f32", "s32", "bf16"):
        for sizes, strides, padding, made in (
            ((2, 2), (2, 2), ((0, 0), (0, 0)), (2, 3)),
            ((2, 3), (2, 1), ((0, 0), (0, 0)), (2, 4)),
            ((2, 2), (2, 2), ((0, 0), (1, 1)), (2, 4)),
        ):
            params = {"window": sizes, "strides": strides, "padding": padding}
            yield op, [random(rng, (4, 6), kind, 0, 3), random(rng, made, kind, 1), tensor(0, kind)], params


def _conv(rng: Any) -> Iterator[Case]:
    plain = {
        "strides": (1, 1), "padding": ((0, 0), (0, 0)), "input_dilation": (1, 1), "kernel_dilation": (1, 1), "feature_group_size": 1,
        "batch_group_size": 1, "input_permutation": (0, 1, 2, 3), "kernel_permutation": (0, 1, 2, 3), "output_permutation": (0, 1, 2, 3),
    }  # fmt: skip
    for changes, x, k in (
        ({}, (2, 3, 5, 5), (4, 3, 2, 2)),
        ({"strides": (2, 1), "padding": ((1, 1), (0, 2))}, (2, 3, 5, 5), (4, 3, 2, 2)),
        ({"input_dilation": (2, 1), "kernel_dilation": (1, 2)}, (1, 2, 4, 5), (3, 2, 2, 2)),
        ({"feature_group_size": 2}, (2, 4, 4, 4), (6, 2, 2, 2)),
        ({"batch_group_size": 2}, (4, 2, 4, 4), (6, 2, 2, 2)),
        ({"input_permutation": (0, 3, 1, 2), "kernel_permutation": (3, 2, 0, 1), "output_permutation": (0, 3, 1, 2)}, (2, 5, 5, 3), (2, 2, 3, 4)),
        ({"padding": ((-1, 1), (2, -1))}, (2, 3, 5, 5), (4, 3, 2, 2)),
    ):
        for kind in ("f32", "f64", "bf16"):
            yield linear.CONV, [random(rng, x, kind), random(rng, k, kind)], {**plain, **changes}


def _linear(rng: Any) -> Iterator[Case]:
    for kind in ("f32", "s32", "u8", "f64", "c64", "bf16", "s8"):
        params = {"left": (1,), "left_batch": (), "right": (0,), "right_batch": ()}
        yield linear.DOT, [random(rng, (2, 3), kind), random(rng, (3, 4), kind)], params
        params = {"left": (2,), "left_batch": (0,), "right": (1,), "right_batch": (0,)}
        yield linear.DOT, [random(rng, (2, 3, 4), kind), random(rng, (2, 4, 2), kind)], params
    for kind in ("f32", "f64", "c64"):
        for lower in (True, False):
            for left in (True, False):
                a = tensor(random(rng, (3, 3), kind).data + 6 * np.eye(3), kind)
                for mode in ("none", "transpose"):
                    params = {"lower": lower, "left_side": left, "transform_a": mode}
                    yield linear.TRIANGULAR_SOLVE, [a, random(rng, (3, 3), kind)], params
                    yield linear.TRIANGULAR_SOLVE, [a, random(rng, (3,), kind)], params


def _moves(rng: Any) -> Iterator[Case]:
    for kind in ("f32", "s4", "u64", "bf16", "c64"):
        a = random(rng, (2, 3), kind)
        yield shape.RESHAPE, [a], {"shape": (3, 2)}
        yield shape.SQUEEZE, [random(rng, (2, 1), kind)], {"axes": (1,)}
        yield shape.BROADCAST, [a], {"shape": (2, 4, 3), "axes": (0, 2)}
        yield shape.BROADCAST, [random(rng, (2, 1), kind)], {"shape": (2, 3), "axes": (0, 1)}
        yield shape.TRANSPOSE, [a], {"axes": (1, 0)}
        yield shape.PAD, [a, tensor(1, kind)], {"config": ((1, 0, 1), (-1, 2, 0))}
        yield shape.REVERSE, [a], {"axes": (1,)}
        yield shape.CONCATENATE, [a, random(rng, (2, 2), kind)], {"axis": 1}
        yield shape.STACK, [a, random(rng, (2, 3), kind)], {"axis": 1}
    yield shape.CONCATENATE, [random(rng, (2,), "s32"), random(rng, (2,), "f32")], {"axis": 0}


def _indices(rng: Any) -> Iterator[Case]:
    for kind in ("f32", "s64", "bf16", "u2"):
        a = random(rng, (4, 5), kind, 0)
        yield index.SLICE, [a], {"starts": (1, 9), "lengths": (2, 3), "strides": (1, 2)}
        yield index.SLICE, [a, tensor(-3, "s32")], {"starts": (None, 1), "lengths": (2, 4), "strides": (1, 3)}
        yield index.SLICE, [a, tensor(200, "u8"), tensor(3, "s64")], {"starts": (None, None), "lengths": (2, 2), "strides": (1, 1)}
        yield index.PUT_SLICE, [a, random(rng, (2, 2), kind, 0), tensor(7, "s32")], {"starts": (None, 1)}
        yield index.GATHER, [a, tensor([[0, 1], [3, 4]], "s32")], {"axes": (0, 1)}
        yield index.GATHER, [a, tensor([[[2], [0]]], "u8")], {"axes": (1,)}
        for op in (index.INDEXED_ADD, index.INDEXED_PUT):
            yield op, [a, tensor([[0, 1], [3, 4], [0, 2]], "s64"), random(rng, (3,), kind, 0)], {"axes": (0, 1)}
            yield op, [a, tensor([[1], [3]], "s32"), random(rng, (2, 4), kind, 0)], {"axes": (1,)}
    yield index.INDEXED_ADD, [tensor([0, 0, 0], "s32"), tensor([[1], [1]], "s32"), tensor([2, 3], "s32")], {"axes": (0,)}


def _orders(rng: Any) -> Iterator[Case]:
    for op in (order.SORT, order.ARGSORT):
        for kind in ("f32", "s32", "u8", "bf16", "f64"):
            for direction in ("asc", "desc"):
                params = {"axis": 0, "direction": direction, "stable": True}
                yield op, [random(rng, (6, 2), kind, 0, 3)], params
        for direction in ("asc", "desc"):
            params = {"axis": 0, "direction": direction, "stable": True}
            yield op, [tensor([np.nan, 1, np.inf, -np.inf, 0.5, np.nan], "f32")], params
    for op in (order.FFT, order.IFFT):
        for kind in ("f32", "c64", "f64", "s32"):
            for length, axis in ((4, 1), (3, 0), (8, 1)):
                yield op, [random(rng, (3, 4), kind)], {"eps": 1e-10, "length": length, "axis": axis}


def _others(rng: Any) -> Iterator[Case]:
    names = ("s2", "s4", "s8", "s32", "s64", "u2", "u8", "u32", "u64", "f8", "f8_e4m3fn", "bf16", "f16", "f32", "f64", "c64", "c128")
    for one in names:
        for two in names:
            kind = of_name(two)
            yield elementwise.AS_TYPE, [random(rng, (2, 3), one, -100, 100)], {"type": kind}
            if of_name(one).is_float and not of_name(one).is_complex and of_name(one).name != "f8_e4m3fn":
                wild = [np.nan, np.inf, -np.inf, 300.7, -300.7, 3e4, -0.5]
                yield elementwise.AS_TYPE, [tensor(wild, one)], {"type": kind}
    yield elementwise.AS_TYPE, [tensor([3e9, -3e9, 1e12, -1e30], "f32")], {"type": dtypes.S32}
    yield elementwise.AS_TYPE, [tensor([3e9, -3e9, 1e12], "f64")], {"type": of_name("u8")}
    for one, two in (("f32", "s32"), ("s32", "u32"), ("f64", "u64"), ("bf16", "u16"), ("f16", "s16"), ("s8", "u8")):
        yield elementwise.BITCAST, [random(rng, (3,), one)], {"type": of_name(two)}
    for kind in ("f32", "s32", "bf16", "c64"):
        yield elementwise.SELECT, [random(rng, (2, 3), "u8", 0, 1), random(rng, (2, 3), kind), random(rng, (3,), kind)], None
        yield elementwise.SELECT, [tensor(1, "u8"), random(rng, (2, 3), kind), random(rng, (2, 1), "s32")], None
    for kind in ("f32", "s32", "bf16", "u8"):
        yield elementwise.CLIP, [random(rng, (2, 3), kind, 0), tensor(1, kind), tensor(2, kind)], None
    for kind in ("f32", "s32", "u8", "s2", "bf16", "f64", "c64", "u64"):
        given = {"type": of_name(kind), "names": None}
        yield create.CONSTANT, [], {**given, "shape": (2, 3), "value": 3 if of_name(kind).is_integer else 3.7}
        yield create.IOTA, [], {**given, "shape": (2, 300), "axis": 1}
        yield create.IOTA, [], {**given, "shape": (2, 3), "axis": None}
        yield create.EYE, [], {**given, "shape": (2, 2, 3)}


SPECIAL = (np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0, -1.5)
EDGES: tuple[tuple[int, ...], ...] = ((), (1,), (1, 1, 1), (257,), (2, 1, 3))


def _edges(rng: Any) -> Iterator[Case]:
    """Scalars, axes of size 1, more elements than a vector register holds, and special numbers everywhere."""
    for name, op in elementwise.UNARY.items():
        integral = name in ("bitwise_not", "population_count", "count_leading_zeros")
        low, high = (-0.9, 0.9) if name in UNIT else (1.1, 4) if name in (*POSITIVE, "acosh") else (-4, 5)
        for sizes in EDGES:
            yield op, [random(rng, sizes, "s32" if integral else "f32", low, high)], None
    for name, op in elementwise.BINARY.items():
        kind = "s32" if "bitwise" in name or "shift" in name or name == "quotient" else "f32"
        for left, right in (((), (3,)), ((1,), (1,)), ((2, 1, 3), (4, 1)), ((257,), ()), ((1, 1), (2, 3))):
            yield op, [random(rng, left, kind, 1), random(rng, right, kind, 1, 3)], None
        if kind == "f32" and name not in ("pow", "atan2", "remainder", "divide"):
            yield op, [tensor(SPECIAL, "f32"), tensor(SPECIAL[::-1], "f32")], None
    for op in (reduce.SUM, reduce.PRODUCT, reduce.REDUCE_MAX, reduce.REDUCE_MIN, reduce.ALL, reduce.ANY):
        for sizes, axes in (((), None), ((1,), (0,)), ((1, 3), (0,)), ((257,), None), ((2, 1, 3), (1,)), ((2, 3), ())):
            yield op, [random(rng, sizes, "f32", 0.9, 1.1)], {"axes": axes, "keep_axes": False}
        yield op, [tensor([[np.nan, 1.0], [np.inf, 2.0], [-np.inf, np.inf]], "f32")], {"axes": (1,), "keep_axes": False}
    for op in (reduce.ARGMAX, reduce.ARGMIN):
        for sizes, axis in (((), None), ((1,), 0), ((257,), 0), ((2, 1), 1)):
            yield op, [random(rng, sizes, "f32")], {"axis": axis, "keep_axis": False, "tie_break": "low"}
        yield op, [tensor([[np.inf, np.nan, -np.inf], [1.0, -np.inf, np.inf]], "f32")], {"axis": 1, "keep_axis": True, "tie_break": "high"}
    for op in (order.SORT, order.ARGSORT):
        for sizes, axis in (((1,), 0), ((257,), 0), ((1, 3), 0), ((2, 1, 3), 2)):
            for direction in ("asc", "desc"):
                yield op, [random(rng, sizes, "f32")], {"axis": axis, "direction": direction, "stable": True}
    unit = {"window_dilations": (1, 1), "strides": (1, 1), "padding": ((0, 0), (0, 0))}
    for op in (window.WINDOW_SUM, window.WINDOW_PRODUCT, window.WINDOW_MAX, window.WINDOW_MIN):
        yield op, [random(rng, (1, 1), "f32")], {**unit, "window": (1, 1)}
        yield op, [random(rng, (40, 3), "f32", 0.9, 1.1)], {**unit, "window": (40, 3)}
        yield op, [random(rng, (2, 2), "f32")], {**unit, "window": (3, 2), "padding": ((2, 1), (0, 1))}
    for sizes in ((1, 1), (1, 257), (257, 1)):
        params = {"left": (1,), "left_batch": (), "right": (0,), "right_batch": ()}
        yield linear.DOT, [random(rng, sizes, "f32"), random(rng, (sizes[1], 2), "f32")], params
    yield linear.DOT, [random(rng, (3,), "s32"), random(rng, (2,), "s32")], {"left": (), "left_batch": (), "right": (), "right_batch": ()}
    for op in (order.FFT, order.IFFT):
        yield op, [random(rng, (1,), "f32")], {"eps": 1e-10, "length": 1, "axis": 0}
        yield op, [random(rng, (257,), "c64")], {"eps": 1e-10, "length": 257, "axis": 0}


def cases(seed: int = 7) -> Iterator[Case]:
    """Every primitive with operands of several types; functions of ``reduce`` are left to graphs."""
    rng = np.random.default_rng(seed)
    for op in elementwise.UNARY.values():
        yield from _unary(rng, op)
    for op in elementwise.BINARY.values():
        yield from _binary(rng, op)
    for op in (reduce.SUM, reduce.PRODUCT, reduce.REDUCE_MAX, reduce.REDUCE_MIN, reduce.ALL, reduce.ANY):
        yield from _reductions(rng, op)
    for op in (reduce.ARGMAX, reduce.ARGMIN):
        yield from _extremes(rng, op)
    for op in (window.WINDOW_SUM, window.WINDOW_PRODUCT, window.WINDOW_MAX, window.WINDOW_MIN):
        yield from _windows(rng, op)
    for op in (window.WINDOW_SCATTER_MAX, window.WINDOW_SCATTER_MIN):
        yield from _scatters(rng, op)
    for part in (_conv, _linear, _moves, _indices, _orders, _others, _edges):
        yield from part(rng)
