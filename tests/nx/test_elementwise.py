"""Elementwise operations of every type against NumPy in double precision."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from defnpy.nx.api import elementwise, index
from defnpy.nx.dispatch import apply
from defnpy.nx.dtype import F32, TYPES, merge
from defnpy.nx.ops.elementwise import BINARY, UNARY
from tests.nx.helpers import FLOATS, INTEGERS, REAL, close, sample, tensor, wide

SHAPES = (((), ()), ((3,), (3,)), ((2, 3), (3,)), ((2, 1), (1, 4)), ((5,), ()))
SIMPLE = {
    "add": np.add, "subtract": np.subtract, "multiply": np.multiply, "max": np.maximum, "min": np.minimum,
    "atan2": np.arctan2,
}  # fmt: skip
FUNCTIONS = {
    "exp": np.exp, "expm1": np.expm1, "sin": np.sin, "cos": np.cos, "tanh": np.tanh, "sinh": np.sinh, "cosh": np.cosh,
    "atan": np.arctan, "asinh": np.arcsinh, "cbrt": np.cbrt, "negate": np.negative, "sign": np.sign,
    "floor": np.floor, "ceil": np.ceil,
}  # fmt: skip
COMPARE = {
    "equal": np.equal, "not_equal": np.not_equal, "less": np.less, "greater": np.greater,
    "less_equal": np.less_equal, "greater_equal": np.greater_equal,
}  # fmt: skip


@pytest.mark.parametrize("shapes", SHAPES, ids=str)
@pytest.mark.parametrize("kind", FLOATS, ids=str)
@pytest.mark.parametrize("name", SIMPLE)
def test_binary_floats(name, kind, shapes):
    a, b = sample(shapes[0], kind, 1), sample(shapes[1], kind, 2)
    made = apply(BINARY[name], a, b)
    assert made.type is kind
    close(made, SIMPLE[name](wide(a), wide(b)))


@pytest.mark.parametrize("kind", INTEGERS, ids=str)
@pytest.mark.parametrize("name", ["add", "subtract", "multiply"])
def test_binary_integers_wrap(name, kind):
    a, b = sample((4, 5), kind, 1), sample((5,), kind, 2)
    exact = SIMPLE[name](a.numpy().astype(object), b.numpy().astype(object))
    want = (exact - kind.min) % (1 << kind.bits) + kind.min
    assert apply(BINARY[name], a, b).numpy().tolist() == want.tolist()


@pytest.mark.parametrize("left", TYPES, ids=str)
@pytest.mark.parametrize("right", TYPES, ids=str)
def test_mixed_types(left, right):
    made = elementwise.add(tensor([1, 0], left), tensor([1, 1], right))
    assert made.type is merge(left, right)
    close(made, np.array([2, 1]) if made.type.max != 1 else np.array([-2, 1]))


@pytest.mark.parametrize("kind", REAL, ids=str)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_unary(name, kind):
    a = sample((3, 4), kind, 3)
    if kind.is_integer:
        a = tensor(np.clip(a.numpy().astype(np.int64), 0, 3), kind)
    made = apply(UNARY[name], a)
    with np.errstate(all="ignore"):
        want = FUNCTIONS[name](wide(a))
    if made.type.is_integer:
        want = [(int(n) - kind.min) % (1 << kind.bits) + kind.min for n in want.reshape(-1)]
        want = np.array(want, dtype=np.float64).reshape(made.shape)
    close(made, want, 2.0)


@pytest.mark.parametrize("kind", REAL, ids=str)
@pytest.mark.parametrize("name", COMPARE)
def test_compare(name, kind):
    a, b = sample((20,), kind, 1), sample((20,), kind, 2)
    want = COMPARE[name](wide(a), wide(b)).astype(int)
    assert apply(BINARY[name], a, b).numpy().tolist() == want.tolist()


@pytest.mark.parametrize("kind", INTEGERS, ids=str)
def test_bits(kind):
    a = sample((30,), kind, 4)
    rows = [int(n) & ((1 << kind.bits) - 1) for n in a.numpy()]
    assert apply(UNARY["population_count"], a).numpy().tolist() == [n.bit_count() for n in rows]
    assert apply(UNARY["count_leading_zeros"], a).numpy().tolist() == [kind.bits - n.bit_length() for n in rows]


def test_quotient_cuts_towards_zero():
    a = tensor([7, -7, 7, -7], INTEGERS[4])
    b = tensor([2, 2, -2, -2], INTEGERS[4])
    assert apply(BINARY["quotient"], a, b).numpy().tolist() == [3, -3, -3, 3]
    assert apply(BINARY["remainder"], a, b).numpy().tolist() == [1, -1, 1, -1]


def test_no_warning_leaks():
    huge = tensor([1e38, -1e38, 0.0, np.nan], F32)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name in ("exp", "log", "sqrt", "acosh", "rsqrt"):
            apply(UNARY[name], huge)
        for name in ("multiply", "divide", "pow", "remainder", "subtract"):
            apply(BINARY[name], huge, huge)
        elementwise.multiply(huge, huge)
        elementwise.multiply(huge, 1.0e38)


def test_slices_share_memory():
    t = sample((10, 3), F32)
    part = index.slice_(t, [2, 0], [4, 3])
    assert np.shares_memory(part.numpy(), t.numpy())
