"""Sorting and Fourier transforms."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from defnpy.compilers.exla.kernels.cast import is_low, to_type, wide
from defnpy.nx.ops import order as ops


def _sort(out: Any, params: Any, a: Any) -> Any:
    axis = params["axis"]
    made = lax.sort(wide(a), dimension=axis, is_stable=False)
    if params["direction"] == "desc":
        made = lax.rev(made, (axis,))
    return to_type(made, out.type) if is_low(a) else made


def _argsort(out: Any, params: Any, a: Any) -> Any:
    axis, n = params["axis"], a.shape[params["axis"]]
    a = wide(a)
    descending = params["direction"] == "desc"
    if descending:
        # Ties keep their order: the order of the reversed elements, read backwards.
        a = lax.rev(a, (axis,))
    where = lax.broadcasted_iota(np.int32, a.shape, axis)
    _, made = lax.sort((a, where), dimension=axis, is_stable=True, num_keys=1)
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
