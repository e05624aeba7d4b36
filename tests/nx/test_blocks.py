"""The compositions of blocks give what the kernels of their own give."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from defnpy.nx import backend
from defnpy.nx.api import compare, creation, fourier, index, order, stats
from defnpy.nx.dtype import F64, S32
from defnpy.nx.options import keywords
from tests.nx.helpers import sample, wide

INDICES = [[2, 0, 1, 1], [0, 0, 2, 2]]
CASES: dict[str, Any] = {
    **{
        f"{name} {axis} {backwards}": lambda name=name, axis=axis, backwards=backwards: getattr(stats, name)(
            sample((4, 7), F64), keywords(axis=axis, reverse=backwards)
        )
        for name in ("cumulative_sum", "cumulative_product", "cumulative_max", "cumulative_min")
        for axis in (0, 1)
        for backwards in (False, True)
    },
    "take 0": lambda: index.take(sample((3, 4), F64), creation.tensor(INDICES)),
    "take 1": lambda: index.take(sample((3, 4, 2), F64), creation.tensor(INDICES), keywords(axis=1)),
    "take scalar": lambda: index.take(sample((3, 4), F64), 2, keywords(axis=1)),
    "along 1": lambda: index.take_along_axis(sample((2, 4), F64), creation.tensor(INDICES), keywords(axis=1)),
    "along 0": lambda: index.take_along_axis(sample((5, 4), S32), creation.tensor(INDICES)),
    "top_k": lambda: order.top_k(sample((2, 6), F64), keywords(k=3))[0],
    "logical_not": lambda: compare.logical_not(sample((2, 6), S32)),
    "all_close": lambda: compare.all_close(sample((2, 6), F64), sample((2, 6), F64)),
    "fft2": lambda: fourier.fft2(sample((2, 4, 4), F64)),
    "rfft": lambda: fourier.rfft(sample((2, 5), F64)),
    "irfft": lambda: fourier.irfft(fourier.rfft(sample((2, 5), F64)), keywords(length=5)),
}


@pytest.mark.parametrize("name", CASES)
def test_composition_is_the_kernel(name, monkeypatch):
    kernel = CASES[name]()
    monkeypatch.setattr(backend.binary(), "blocks", {})
    composed = CASES[name]()
    assert (composed.type, composed.shape, composed.names) == (kernel.type, kernel.shape, kernel.names)
    np.testing.assert_allclose(wide(composed), wide(kernel), rtol=1e-12, atol=1e-12)


def test_transforms_are_numpys():
    t = sample((3, 5), F64)
    np.testing.assert_allclose(fourier.fft(t).numpy(), np.fft.fft(t.numpy()), atol=1e-9)
    np.testing.assert_allclose(fourier.rfft(t).numpy(), np.fft.rfft(t.numpy()), atol=1e-9)
    np.testing.assert_allclose(fourier.irfft(fourier.rfft(t), keywords(length=5)).numpy(), t.numpy(), atol=1e-9)
