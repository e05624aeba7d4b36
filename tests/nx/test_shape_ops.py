"""Reductions, moves, products and windows against NumPy."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from defnpy.nx.api import creation, index, linear, reduce, shape, stats, window
from defnpy.nx.api.order import argsort, sort
from defnpy.nx.dtype import F32, F64, S32, TYPES, U8
from defnpy.nx.options import keywords
from defnpy.terms.atom import Atom
from tests.nx.helpers import FLOATS, REAL, close, sample, tensor, wide

AXES = ([0], [1], [2], [0, 2], [-1], [0, 1, 2], None)


@pytest.mark.parametrize("keep", [True, False])
@pytest.mark.parametrize("axes", AXES, ids=str)
@pytest.mark.parametrize("kind", FLOATS, ids=str)
def test_sum_and_extremes(kind, axes, keep):
    t = sample((2, 3, 4), kind, 1, 0.1, 0.4)
    opts = keywords(axes=axes, keep_axes=keep)
    at = None if axes is None else tuple(axes)
    close(reduce.sum_(t, opts), wide(t).sum(at, keepdims=keep), 2.0)
    close(reduce.reduce_max(t, opts), wide(t).max(at, keepdims=keep))
    close(reduce.reduce_min(t, opts), wide(t).min(at, keepdims=keep))


@pytest.mark.parametrize("kind", REAL, ids=str)
def test_sorting(kind):
    t = sample((6, 5), kind, 2)
    for axis in (0, 1):
        opts = keywords(axis=axis)
        assert np.array_equal(wide(sort(t, opts)), np.sort(wide(t), axis))
        down = sort(t, keywords(axis=axis, direction=Atom("desc")))
        assert np.array_equal(wide(down), -np.sort(-wide(t), axis))
        assert np.array_equal(argsort(t, opts).numpy(), np.argsort(wide(t), axis, kind="stable"))


@pytest.mark.parametrize("kind", [F32, F64, S32, U8], ids=str)
def test_dot_and_outer(kind):
    a, b = sample((2, 3), kind, 1), sample((3, 4), kind, 2)
    close(linear.dot(a, b), (wide(a) @ wide(b)) % 256 if kind is U8 else wide(a) @ wide(b))
    left, right = sample((2, 3, 4), kind, 3), sample((2, 4, 5), kind, 4)
    made = linear.dot_6(left, [2], [0], right, [1], [0])
    want = np.einsum("bij,bjk->bik", wide(left), wide(right))
    close(made, want % 256 if kind is U8 else want)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))), ids=str)
def test_transpose(order):
    t = sample((2, 3, 4), F32)
    assert np.array_equal(shape.transpose(t, keywords(axes=list(order))).numpy(), t.numpy().transpose(order))


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("padding", [Atom("valid"), Atom("same"), [(1, 2), (0, 1)]], ids=str)
@pytest.mark.parametrize("dilation", [1, 2])
def test_windows(padding, stride, dilation):
    t = sample((6, 7), F64, 5)
    opts = keywords(padding=padding, strides=stride, window_dilations=dilation)
    made = window.window_sum(t, (2, 3), opts)
    grown = t.numpy()
    if padding is Atom("same"):
        total = [(k - 1) * dilation for k in (2, 3)]
        grown = np.pad(grown, [(n // 2, n - n // 2) for n in total])
    elif isinstance(padding, list):
        grown = np.pad(grown, padding)
    want = np.zeros(made.shape)
    for i, j in np.ndindex(made.shape):
        rows = slice(i * stride, i * stride + dilation + 1, dilation)
        cols = slice(j * stride, j * stride + 2 * dilation + 1, dilation)
        want[i, j] = grown[rows, cols].sum()
    close(made, want)


def test_conv_is_correlation():
    x, k = sample((2, 3, 6, 6), F64, 1), sample((4, 3, 3, 3), F64, 2)
    made = linear.conv(x, k)
    seen = np.lib.stride_tricks.sliding_window_view(x.numpy(), (3, 3), (2, 3))
    close(made, np.einsum("ncxyij,ocij->noxy", seen, k.numpy()))


def test_grouped_conv_splits_channels():
    x, k = sample((1, 4, 5), F64, 1), sample((2, 2, 3), F64, 2)
    made = linear.conv(x, k, keywords(feature_group_size=2))
    halves = []
    for g in range(2):
        seen = np.lib.stride_tricks.sliding_window_view(x.numpy()[:, 2 * g : 2 * g + 2], 3, 2)
        halves.append(np.einsum("ncxi,oci->nox", seen, k.numpy()[g : g + 1]))
    close(made, np.concatenate(halves, 1))


@pytest.mark.parametrize("kind", TYPES, ids=str)
def test_moves_keep_elements(kind):
    t = sample((3, 4), kind, 6)
    assert np.array_equal(wide(shape.reverse(t)), wide(t)[::-1, ::-1])
    assert np.array_equal(wide(shape.concatenate([t, t], keywords(axis=1))), np.concatenate([wide(t)] * 2, 1))
    assert np.array_equal(wide(shape.stack([t, t])), np.stack([wide(t)] * 2))
    assert np.array_equal(wide(shape.tile(t, [2, 3])), np.tile(wide(t), (2, 3)))
    picked = index.take(t, creation.tensor([2, 0, 0]))
    assert np.array_equal(wide(picked), wide(t)[[2, 0, 0]])


@pytest.mark.parametrize("name", ["cumulative_sum", "cumulative_product", "cumulative_max", "cumulative_min"])
@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("backwards", [False, True])
def test_cumulative(name, axis, backwards):
    function = {"sum": np.cumsum, "product": np.cumprod, "max": np.maximum.accumulate, "min": np.minimum.accumulate}
    t = sample((5, 7), F64, 7)
    made = getattr(stats, name)(t, keywords(axis=axis, reverse=backwards))
    line = np.flip(t.numpy(), axis) if backwards else t.numpy()
    want = function[name.removeprefix("cumulative_")](line, axis=axis)
    close(made, np.flip(want, axis) if backwards else want)


def test_statistics():
    t = sample((5, 6), F64, 8)
    close(stats.median(t, keywords(axis=1)), np.median(t.numpy(), 1))
    close(stats.variance(t, keywords(axes=[0], ddof=1)), t.numpy().var(0, ddof=1))
    close(stats.covariance(t), np.cov(t.numpy().T, ddof=0))
    close(stats.diff(t, keywords(order=2)), np.diff(t.numpy(), 2))
    numbers = tensor([[3, 1, 3, 1, 2], [5, 5, 4, 4, 0]], S32)
    assert stats.mode(numbers, keywords(axis=1)).numpy().tolist() == [1, 4]
