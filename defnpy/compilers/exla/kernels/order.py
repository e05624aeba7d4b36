"""Sorting and Fourier transforms."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from defnpy.compilers.exla.kernels import host
from defnpy.compilers.exla.kernels.cast import result, to_type, wide
from defnpy.nx.ops import order as ops


def _sort(out: Any, params: Any, a: Any) -> Any:
    axis, a = params["axis"], wide(a)
    if a.size >= host.SORT_FROM:
        made = host.sort(a, axis - a.ndim)
    else:
        made = lax.sort(a, dimension=axis, is_stable=False)
    if params["direction"] == "desc":
        made = lax.rev(made, (axis,))
    return result(made, out.type)


def _argsort(out: Any, params: Any, a: Any) -> Any:
    axis, a = params["axis"], wide(a)
    n = a.shape[axis]
    descending = params["direction"] == "desc"
    if descending:
        # Ties keep their order: the order of the reversed elements, read backwards.
        a = lax.rev(a, (axis,))
    made = (host.argsort if a.size >= host.SORT_FROM else host.native_argsort)(a, axis - a.ndim)
    if descending:
        made = n - 1 - lax.rev(made, (axis,))
    return made.astype(out.type.numpy)


def _fourier(function: Any) -> Any:
    def kernel(out: Any, params: Any, a: Any) -> Any:
        made = function(to_type(a, out.type), n=params["length"], axis=params["axis"])
        eps = np.array(params["eps"], made.real.dtype)
        real, imag = made.real, made.imag
        real = jnp.where(jnp.abs(real) <= eps, np.zeros((), real.dtype), real)
        imag = jnp.where(jnp.abs(imag) <= eps, np.zeros((), imag.dtype), imag)
        return lax.complex(real, imag)

    return kernel


TABLE = {
    ops.SORT: _sort,
    ops.ARGSORT: _argsort,
    ops.FFT: _fourier(jnp.fft.fft),
    ops.IFFT: _fourier(jnp.fft.ifft),
}
