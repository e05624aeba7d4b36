"""Sorting and Fourier transforms."""

from __future__ import annotations

from typing import Any

import numpy as np

from defnpy.compilers.evaluator.kernels.cast import is_low, to_type, wide
from defnpy.compilers.evaluator.kernels.quiet import quiet
from defnpy.nx.dtype import C128
from defnpy.nx.ops import order as ops


def _sort(out: Any, params: Any, a: Any) -> Any:
    axis = params["axis"]
    made = np.sort(wide(a), axis=axis, kind="stable" if params["stable"] else None)
    if params["direction"] == "desc":
        made = np.flip(made, axis)
    return to_type(made, out.type) if is_low(a) else made


def argsort(a: Any, axis: int, descending: bool) -> Any:
    """Stable order of the elements; ties keep their order in both directions."""
    if not descending:
        return np.argsort(a, axis=axis, kind="stable")
    back = np.argsort(np.flip(a, axis), axis=axis, kind="stable")
    return a.shape[axis] - 1 - np.flip(back, axis)


def _argsort(out: Any, params: Any, a: Any) -> Any:
    return argsort(wide(a), params["axis"], params["direction"] == "desc").astype(out.type.numpy)


def _fourier(function: Any) -> Any:
    def kernel(out: Any, params: Any, a: Any) -> Any:
        made = function(to_type(a, C128), n=params["length"], axis=params["axis"])
        eps = params["eps"]
        made.real[np.abs(made.real) <= eps] = 0.0
        made.imag[np.abs(made.imag) <= eps] = 0.0
        return made.astype(out.type.numpy)

    return quiet(kernel)


TABLE = {
    ops.SORT: _sort,
    ops.ARGSORT: _argsort,
    ops.FFT: _fourier(np.fft.fft),
    ops.IFFT: _fourier(np.fft.ifft),
}
