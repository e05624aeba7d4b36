"""Calls of host functions from compiled programs: hooks and ``runtime_call``."""

from __future__ import annotations

import contextvars
import itertools
from typing import Any

import jax
import numpy as np
from jax import lax
from jax.experimental import io_callback

from defnpy.nx import backend as backends
from defnpy.nx import hooks
from defnpy.nx.expr import Expr
from defnpy.nx.tensor import Tensor
from defnpy.terms.process import current


class Caller:
    """Who runs a program: the context variables for host functions, and the error that one of them raised."""

    def __init__(self) -> None:
        self.context = contextvars.copy_context()
        self.error: BaseException | None = None

    def run(self, work: Any) -> Any:
        """Call *work* as the caller would; after an error nothing is called any more."""
        if self.error is None:
            try:
                return self.context.run(_on_host, work)
            except BaseException as error:
                self.error = error
        return None


def _on_host(work: Any) -> Any:
    """*work* with host arrays as default: a running program must not wait for another one."""
    state = current().state
    before = state.get("nx_backend")
    state["nx_backend"] = (backends.BINARY, [])
    try:
        return work()
    finally:
        backends.restore(before)


class Callers:
    """The callers of one program, by the number that goes into it as an argument."""

    def __init__(self) -> None:
        self.running: dict[int, Caller] = {}
        self.numbers = itertools.count()

    def enter(self) -> tuple[Any, Caller]:
        """A new caller and its number."""
        number = next(self.numbers) & 0x7FFFFFFF
        made = self.running[number] = Caller()
        return np.int32(number), made

    def leave(self, number: Any) -> None:
        """The call is over."""
        self.running.pop(int(number), None)


class Numbered:
    """A caller known by number only, while a program is traced."""

    def __init__(self, callers: Callers, number: Any) -> None:
        self.callers = callers
        self.number = number


def _callback(caller: Any, work: Any, shapes: Any, operands: list[Any]) -> Any:
    """Call ``work(caller, arrays)`` from the program, in order."""
    operands = [lax.stop_gradient(a) for a in operands]
    if caller.__class__ is Numbered:
        running = caller.callers.running

        def by_number(number: Any, *arrays: Any) -> Any:
            return work(running[int(np.asarray(number))], arrays)

        return io_callback(by_number, shapes, caller.number, *operands, ordered=True)
    return io_callback(lambda *arrays: work(caller, arrays), shapes, *operands, ordered=True)


def _tensors(e: Expr, arrays: Any) -> list[Tensor]:
    outs = [t.data.out for t in e.operands]
    return [Tensor(t.type, t.shape, t.names, np.asarray(a)) for t, a in zip(outs, arrays, strict=True)]


def io_call(e: Expr, given: Any, caller: Any, operands: list[Any]) -> None:
    """Call the function of a hook."""

    def work(who: Caller, arrays: Any) -> None:
        who.run(lambda: hooks.run_io_call(e.params, given, _tensors(e, arrays)))

    _callback(caller, work, None, operands)


def runtime_call(e: Expr, caller: Any, operands: list[Any]) -> list[Any]:
    """Call a function of the host that gives values."""
    outs = e.out if e.out.__class__ is tuple else (e.out,)

    def work(who: Caller, arrays: Any) -> Any:
        made = who.run(lambda: [t.numpy() for t in hooks.run_runtime_call(e.params, _tensors(e, arrays))])
        if made is None:
            return [np.zeros(t.shape, t.type.numpy) for t in outs]
        return [np.asarray(a, t.type.numpy) for a, t in zip(made, outs, strict=True)]

    shapes = [jax.ShapeDtypeStruct(t.shape, t.type.numpy) for t in outs]
    return _callback(caller, work, shapes, operands)
