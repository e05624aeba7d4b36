"""Axon.LossScale: scaling of losses so that small gradients survive in half precision."""

from __future__ import annotations

from typing import Any

from defnpy.axon.base import Atom, Opts, nx
from defnpy.axon.optim.updates import leaves_of
from defnpy.nx.containers import container_map
from defnpy.nx.options import validated
from defnpy.terms.function import Closure
from defnpy.terms.module import ex, native_module

_SCALE, _COUNTER = Atom("loss_scale"), Atom("counter")
_FIRST = 2**15


def _tensor(value: Any) -> Any:
    from defnpy.nx.tensor import Tensor

    made = value if value.__class__ is Tensor else nx.tensor(value)
    return nx.as_type(made, (Atom("f"), 32))


def _scaled(value: Any, state: Any) -> Any:
    return container_map(value, lambda t: nx.multiply(t, state[_SCALE]))


def _unscaled(value: Any, state: Any) -> Any:
    inverse = nx.divide(1.0, state[_SCALE])
    return container_map(value, lambda t: nx.multiply(t, inverse))


@ex("identity/0", "identity/1")
def identity(opts: Opts = ()) -> Any:
    """No scaling."""
    return Closure(0, dict), Closure(2, lambda x, s: x), Closure(2, lambda x, s: (x, s))


@ex("static/0", "static/1")
def static(opts: Opts = ()) -> Any:
    """A constant scale."""
    o = validated(opts, init_scale=_FIRST)
    start = Closure(0, lambda: {_SCALE: _tensor(o["init_scale"])})
    return start, Closure(2, _jit(_scaled)), Closure(2, _jit(lambda x, s: (_unscaled(x, s), s)))


def _jit(fun: Any) -> Any:
    from defnpy.axon.base import kw
    from defnpy.nx import defn

    return defn.jit(fun, kw(on_conflict=Atom("reuse"))).call


@ex("dynamic/0", "dynamic/1")
def dynamic(opts: Opts = ()) -> Any:
    """A scale that grows while gradients are finite and shrinks when they are not."""
    o = validated(opts, init_scale=_FIRST, period=2000, factor=2, min_loss_scale=1)
    period, factor, least = o["period"], o["factor"], o["min_loss_scale"]

    def start() -> Any:
        return {_SCALE: _tensor(o["init_scale"]), _COUNTER: nx.tensor(0)}

    def unscale(value: Any, state: Any) -> Any:
        made = _unscaled(value, state)
        finite: Any = nx.tensor(1)
        for t in leaves_of(made):
            finite = nx.logical_and(finite, nx.logical_not(nx.any_(nx.is_infinity(t))))
        scale, counter = state[_SCALE], state[_COUNTER]
        full = nx.equal(counter, period - 1)
        grown = nx.multiply(scale, factor)
        first = nx.logical_and(full, nx.logical_not(nx.is_infinity(grown)))
        smaller = nx.max_(nx.divide(scale, factor), least)
        new_scale = nx.select(finite, nx.select(first, grown, scale), smaller)
        counted = nx.remainder(nx.add(counter, 1), period)
        return made, {_SCALE: nx.as_type(new_scale, (Atom("f"), 32)), _COUNTER: nx.select(finite, counted, 0)}

    return Closure(0, start), Closure(2, _jit(_scaled)), Closure(2, _jit(unscale))


MODULE = native_module("Axon.LossScale", globals())
