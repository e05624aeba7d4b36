"""Types: merging and conversion."""

from __future__ import annotations

import itertools

import ml_dtypes
import numpy as np
import pytest

from defnpy.compilers.evaluator.kernels.cast import to_type
from defnpy.nx import dtype as dtypes
from defnpy.nx.dtype import BF16, E4M3, F8, TYPES, merge
from tests.nx.helpers import INTEGERS


@pytest.mark.parametrize("a, b", list(itertools.product(TYPES, TYPES)), ids=str)
def test_merge_holds_both(a, b):
    made = merge(a, b)
    assert made.is_complex == (a.is_complex or b.is_complex)
    assert made.is_float == (a.is_float or b.is_float)
    if a.is_integer and b.is_integer and 64 not in (a.bits, b.bits):
        assert made.min <= min(a.min, b.min)
        assert made.max >= max(a.max, b.max)
    if {a.kind, b.kind} != {"f8_e4m3fn", "f"} and E4M3 not in (a, b):
        assert made is merge(b, a)


@pytest.mark.parametrize("kind", TYPES, ids=str)
def test_names_round_trip(kind):
    assert dtypes.normalize(kind.atom) is kind
    assert dtypes.normalize(kind.elixir) is kind


@pytest.mark.parametrize("kind", INTEGERS, ids=str)
def test_integers_wrap(kind):
    numbers = np.array([0, 1, -1, 5, 200, -200, 70_000, -(2**40), 2**62], dtype=np.int64)
    want = [(int(n) - kind.min) % (1 << kind.bits) + kind.min for n in numbers]
    assert to_type(numbers, kind).tolist() == want


@pytest.mark.parametrize("kind", INTEGERS, ids=str)
def test_floats_are_cut_and_wrap(kind):
    numbers = np.array([1.9, -1.9, 300.7, -70000.5, 1e10, np.nan, np.inf, -np.inf])
    got = to_type(numbers, kind).tolist()
    want = [(int(x) - kind.min) % (1 << kind.bits) + kind.min for x in numbers[:5]]
    assert got == [*want, 0, kind.max, kind.min]


def test_low_precision_floats_truncate():
    numbers = np.random.default_rng(0).normal(size=1000).astype(np.float32) * 30
    for kind, numpy in ((BF16, ml_dtypes.bfloat16), (F8, ml_dtypes.float8_e5m2)):
        made = to_type(numbers, kind).astype(np.float32)
        nearest = numbers.astype(numpy).astype(np.float32)
        step = np.abs(nearest) * 2.0 ** (-7 if kind is BF16 else -2) + 1e-4
        assert (np.abs(made) <= np.abs(numbers) + 1e-2 * np.abs(numbers)).all()
        assert (np.abs(made - nearest) <= step).all()


def test_e4m3_saturates():
    got = to_type(np.array([447.0, 1e9, -np.inf, np.nan]), E4M3).astype(np.float64)
    assert got[:3].tolist() == [448.0, 448.0, -448.0]
    assert np.isnan(got[3])
