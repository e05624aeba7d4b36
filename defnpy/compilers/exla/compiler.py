"""The compiler: graphs under ``jax.jit``."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from defnpy.compilers.contract import Compiler, builder
from defnpy.compilers.exla import client as clients
from defnpy.compilers.exla.backend import JaxData
from defnpy.compilers.exla.callbacks import Callers, Numbered
from defnpy.compilers.exla.lower import function, has_calls, has_large, lower, needs_x64
from defnpy.compilers.exla.types import x64
from defnpy.nx import memory
from defnpy.nx.tensor import Tensor
from defnpy.terms.atom import alias

_ndarray = np.ndarray
_PRECISION = {"default": "default", "high": "high", "highest": "highest"}


class EXLA(Compiler):
    """Compiles with XLA; the results live on EXLA.Backend."""

    name = alias("EXLA")

    def check(self, options: dict[str, Any]) -> None:
        if "client" in options:
            clients.fetch(options["client"])

    def compile(self, graph: Any, options: dict[str, Any]) -> Callable[[list[Tensor]], Any]:
        hooks = options.get("hooks")
        around = _around(graph, options)
        donated = tuple(i for i, p in enumerate(graph.params) if p.donatable)
        finish = builder(graph.result, JaxData)
        if has_calls(graph, hooks):
            return _with_calls(graph, hooks, around, finish)
        jitted: Any = jax.jit(lower(graph, hooks), donate_argnums=donated)
        if has_large(graph):
            jitted = _measured(jitted)

        def run(tensors: list[Tensor]) -> Any:
            return finish(jitted(*[d if (d := t.data).__class__ is _ndarray else _array(t) for t in tensors]))

        if not around:
            return run if not donated else _quietly(run)

        def run_within(tensors: list[Tensor]) -> Any:
            with contextlib.ExitStack() as stack:
                for context in around:
                    stack.enter_context(context())
                return run(tensors)

        return run_within

    def repeat(self, graph: Any, fed: int, count: int, options: dict[str, Any]) -> Callable[..., Any] | None:
        """*count* runs of a step ``(batch, i, state)`` as one program; *fed* is the number of the batch's arrays."""
        hooks = options.get("hooks")
        if has_calls(graph, hooks) or has_large(graph):
            return None
        step = lower(graph, hooks)

        def steps(first: Any, state: Any, *arrays: Any) -> Any:
            batches = [jnp.stack(arrays[k::fed]) for k in range(fed)]

            def one(carried: Any, given: Any) -> Any:
                made = step(*given[1:], given[0], *carried)
                return tuple([new.astype(old.dtype) for new, old in zip(made, carried, strict=True)]), None

            return lax.scan(one, state, (first + jnp.arange(count, dtype=np.int32), *batches))[0]

        jitted: Any = jax.jit(steps)
        around, finish = _around(graph, options), builder(graph.result, JaxData)

        def run(batches: list[list[Tensor]], first: int, state: list[Tensor]) -> Any:
            with contextlib.ExitStack() as stack:
                for context in around:
                    stack.enter_context(context())
                arrays = [_array(t) for leaves in batches for t in leaves]
                return finish(jitted(np.int32(first), tuple(map(_array, state)), *arrays))

        return run


def _array(t: Tensor) -> Any:
    data = t.data
    if data.__class__ is JaxData:
        return data.live()
    return t.numpy()


def _around(graph: Any, options: dict[str, Any]) -> list[Callable[[], Any]]:
    """The contexts that a call needs: 64-bit types, another device, another precision."""
    made: list[Callable[[], Any]] = []
    if needs_x64(graph):
        made.append(x64)
    device = clients.device_of(options)
    if device is not None:
        made.append(lambda: jax.default_device(device))
    precision = getattr(options.get("precision"), "name", None)
    if precision in _PRECISION:
        made.append(lambda: jax.default_matmul_precision(_PRECISION[precision]))
    return made


def _quietly(run: Callable[[list[Tensor]], Any]) -> Callable[[list[Tensor]], Any]:
    """*run* without the warning about buffers that were given away for nothing, which comes with the first call."""
    first = [True]

    def call(tensors: list[Tensor]) -> Any:
        if not first:
            return run(tensors)
        import warnings

        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Some donated buffers were not usable")
            made = run(tensors)
        first.clear()
        return made

    return call


def _with_calls(graph: Any, hooks: Any, around: list[Callable[[], Any]], finish: Callable[[Any], Any]) -> Callable[[list[Tensor]], Any]:
    """A program that calls functions of the host; it is over when they are."""
    callers = Callers()

    def traced(number: Any, *arrays: Any) -> tuple[Any, ...]:
        return function(graph, hooks, lambda: Numbered(callers, number))(*arrays)

    jitted: Any = jax.jit(traced)
    if has_large(graph):
        jitted = _measured(jitted)

    def run(tensors: list[Tensor]) -> Any:
        number, caller = callers.enter()
        try:
            with contextlib.ExitStack() as stack:
                for context in around:
                    stack.enter_context(context())
                made = jitted(number, *[d if (d := t.data).__class__ is _ndarray else _array(t) for t in tensors])
                jax.block_until_ready(made)
                jax.effects_barrier()
        finally:
            callers.leave(number)
        if caller.error is not None:
            raise caller.error
        return finish(made)

    return run


def _measured(jitted: Any) -> Callable[..., Any]:
    """*jitted*, refused when its outputs and what it keeps in between do not fit into memory."""
    compiled: list[Any] = []

    def call(*arrays: Any) -> Any:
        if not compiled:
            made = jitted.lower(*arrays).compile()
            facts = made.memory_analysis()
            need = facts.output_size_in_bytes + facts.temp_size_in_bytes if facts is not None else 0
            if need > memory.available():
                raise memory.refusal("a compiled program", need)
            compiled.append(made)
        return compiled[0](*arrays)

    return call


def enable_persistent_cache(folder: str) -> None:
    """Keep compiled programs in *folder*, small ones too. This is a setting of the whole process: for the command line only."""
    jax.config.update("jax_compilation_cache_dir", folder)
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", 0)


COMPILER = EXLA()
