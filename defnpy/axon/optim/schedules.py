"""Polaris.Schedules: learning rates as functions of the number of steps."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from defnpy.axon.base import Atom, Opts, alias, nx
from defnpy.nx.defn import make_defn
from defnpy.nx.options import keyword
from defnpy.terms.function import Closure
from defnpy.terms.module import ex, native_module


def _schedule(fun: Callable[[Any], Any]) -> Closure:
    return Closure(1, make_defn(alias("Polaris.Schedules"), "schedule", 1, fun, (), False))


def _given(rate: Any, opts: Opts) -> Opts:
    return [(Atom("init_value"), rate), *opts]


@ex("constant/1", "constant/2")
def constant(rate: Any, opts: Opts = ()) -> Closure:
    """Always *rate*."""
    return _schedule(lambda step: nx.tensor(rate) if rate.__class__ in (int, float) else rate)


@ex("linear_decay/1", "linear_decay/2")
def linear_decay(rate: Any, opts: Opts = ()) -> Closure:
    """Up during the warmup, then down to zero."""
    given = _given(rate, opts)

    def at(step: Any) -> Any:
        o = keyword(given, init_value=None, warmup=0, steps=1000)
        warmup, steps = o["warmup"], o["steps"]
        rising = nx.divide(step, max(1, warmup))
        falling = nx.max_(0.0, nx.divide(nx.subtract(steps, step), max(1, steps - warmup)))
        return nx.multiply(rate, nx.select(nx.less(step, warmup), rising, falling))

    return _schedule(at)


@ex("exponential_decay/1", "exponential_decay/2")
def exponential_decay(rate: Any, opts: Opts = ()) -> Closure:
    """A power of the number of steps."""
    given = _given(rate, opts)

    def at(step: Any) -> Any:
        o = keyword(given, init_value=None, decay_rate=0.95, transition_steps=10, transition_begin=0, staircase=False)
        count = nx.subtract(step, o["transition_begin"])
        exponent = nx.divide(count, o["transition_steps"])
        if o["staircase"] not in (None, False):
            exponent = nx.floor(exponent)
        return nx.select(nx.less_equal(count, 0), rate, nx.multiply(rate, nx.pow_(o["decay_rate"], exponent)))

    return _schedule(at)


@ex("cosine_decay/1", "cosine_decay/2")
def cosine_decay(rate: Any, opts: Opts = ()) -> Closure:
    """Half a cosine wave down."""
    given = _given(rate, opts)

    def at(step: Any) -> Any:
        o = keyword(given, init_value=None, decay_steps=10, alpha=0.0)
        theta = nx.multiply(nx.divide(nx.min_(step, o["decay_steps"]), o["decay_steps"]), math.pi)
        wave = nx.divide(nx.add(nx.cos(theta), 1.0), 2.0)
        return nx.multiply(rate, nx.add(nx.multiply(1 - o["alpha"], wave), o["alpha"]))

    return _schedule(at)


@ex("polynomial_decay/1", "polynomial_decay/2")
def polynomial_decay(rate: Any, opts: Opts = ()) -> Closure:
    """A polynomial between the first and an end rate."""
    given = _given(rate, opts)

    def at(step: Any) -> Any:
        o = keyword(given, init_value=None, end_value=1.0e-3, power=2, transition_steps=10, transition_begin=0)
        end = o["end_value"]
        count = nx.clip(nx.subtract(step, o["transition_begin"]), 0, o["transition_steps"])
        left = nx.subtract(1, nx.divide(count, o["transition_steps"]))
        return nx.add(nx.multiply(nx.subtract(rate, end), nx.pow_(left, o["power"])), end)

    return _schedule(at)


MODULE = native_module("Polaris.Schedules", globals())


def _deprecated() -> Any:
    made = native_module("Axon.Schedules", {})
    made.functions.update(MODULE.functions)
    return made


MODULES_BY_NAME = {"Elixir.Polaris.Schedules": MODULE, "Elixir.Axon.Schedules": _deprecated()}
