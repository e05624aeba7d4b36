"""NumPy inside compiled programs, where XLA on CPUs is many times slower: sorts and cumulative operations on large arrays."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.experimental.buffer_callback import buffer_callback

SORT_FROM, SCAN_FROM = 1024, 4096
"""Numbers of elements from which the way over the host is the shorter one."""


def _on_host(function: Callable[[Any], Any], a: Any, dtype: Any) -> Any:
    """``function(a)`` by NumPy, on the program's own memory."""

    def call(context: Any, out: Any, given: Any) -> None:
        np.asarray(out)[...] = function(np.asarray(given))

    return buffer_callback(call, jax.ShapeDtypeStruct(a.shape, dtype), vmap_method="broadcast_all")(a)


def _choose(function: Callable[[Any], Any], native: Callable[[Any], Any], a: Any, dtype: Any) -> Any:
    return lax.platform_dependent(a, cpu=lambda x: _on_host(function, x, dtype), default=native)


@partial(jax.custom_jvp, nondiff_argnums=(1,))
def sort(a: Any, axis: int) -> Any:
    """Ascending along *axis*, which counts from the last one."""
    return _choose(lambda x: np.sort(x, axis), lambda x: lax.sort(x, dimension=x.ndim + axis, is_stable=False), a, a.dtype)


@sort.defjvp
def _sort_jvp(axis: int, primals: Any, tangents: Any) -> Any:
    order = argsort(primals[0], axis)
    return tuple(jnp.take_along_axis(x, order, axis) for x in (primals[0], tangents[0]))


def argsort(a: Any, axis: int) -> Any:
    """The stable ascending order along *axis*, which counts from the last one."""
    a = lax.stop_gradient(a)
    return _choose(lambda x: np.argsort(x, axis, kind="stable"), lambda x: native_argsort(x, axis), a, np.int32)


def native_argsort(a: Any, axis: int) -> Any:
    """As :func:`argsort`, by XLA."""
    where = lax.broadcasted_iota(np.int32, a.shape, a.ndim + axis)
    return lax.sort((a, where), dimension=a.ndim + axis, is_stable=True, num_keys=1)[1]


def accumulate(ufunc: Any, native: Callable[..., Any]) -> Callable[..., Any]:
    """A cumulative operation ``run(a, axis=..., reverse=...)``; its derivative is that of *native*."""

    @partial(jax.custom_jvp, nondiff_argnums=(1, 2))
    def on_host(a: Any, axis: int, reverse: bool) -> Any:
        def function(x: Any) -> Any:
            if reverse:
                return np.flip(ufunc.accumulate(np.flip(x, axis), axis=axis), axis)
            return ufunc.accumulate(x, axis=axis)

        return _choose(function, lambda x: native(x, axis=x.ndim + axis, reverse=reverse), a, a.dtype)

    @on_host.defjvp
    def _jvp(axis: int, reverse: bool, primals: Any, tangents: Any) -> Any:
        def own(x: Any) -> Any:
            return native(x, axis=x.ndim + axis, reverse=reverse)

        if native is lax.cumsum:
            return on_host(primals[0], axis, reverse), own(tangents[0])
        return jax.jvp(own, primals, tangents)

    def run(a: Any, axis: int, reverse: bool) -> Any:
        if a.size < SCAN_FROM or a.dtype == np.float16:
            return native(a, axis=axis, reverse=reverse)
        return on_host(a, axis - a.ndim, reverse)

    return run
