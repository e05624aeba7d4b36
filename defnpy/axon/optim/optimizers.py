"""Polaris.Optimizers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.axon.base import Opts, kw, nx
from defnpy.axon.optim import updates
from defnpy.axon.optim.updates import Update
from defnpy.nx.options import validated
from defnpy.terms.function import is_function
from defnpy.terms.module import ex, native_module


def _by_rate(parent: Any, rate: Any) -> Update:
    """The last step of every optimizer: the negative learning rate, from the state or a schedule."""
    if is_function(rate, 1):
        return updates.scale_by_schedule(*_first(parent), lambda count: nx.negate(rate(count)))  # type: ignore[no-any-return]
    step = -rate if rate.__class__ in (int, float) else nx.negate(rate)
    return updates.scale_by_state(*_first(parent), step)  # type: ignore[no-any-return]


def _first(parent: Any) -> tuple[Any, ...]:
    return () if parent is None else (parent,)


def _only(o: dict[str, Any], *names: str) -> Any:
    return kw(**{n: o[n] for n in names})


def _adaptive(name: str, scaling: str, rate: float, **defaults: Any) -> Callable[..., Any]:
    @ex(f"{name}/0", f"{name}/1")
    def make(opts: Opts = ()) -> Update:
        o = validated(opts, learning_rate=rate, **defaults)
        return _by_rate(getattr(updates, scaling)(_only(o, *defaults)), o["learning_rate"])

    return make


_ADAM = {"b1": 0.9, "b2": 0.999, "eps": 1.0e-8, "eps_root": 1.0e-15}
adam = _adaptive("adam", "scale_by_adam", 1.0e-3, **_ADAM)
adabelief = _adaptive("adabelief", "scale_by_belief", 1.0e-3, **{**_ADAM, "eps_root": 1.0e-15})
adagrad = _adaptive("adagrad", "scale_by_rss", 1.0e-3, eps=1.0e-7, initial_accumulator_value=0.1)
radam = _adaptive("radam", "scale_by_radam", 1.0e-3, **{**_ADAM, "eps_root": 0.0}, threshold=5.0)
yogi = _adaptive(
    "yogi", "scale_by_yogi", 1.0e-2, b1=0.9, b2=0.999, eps=1.0e-3, eps_root=0.0, initial_accumulator_value=1.0e-6
)


@ex("adamw/0", "adamw/1")
def adamw(opts: Opts = ()) -> Update:
    """Adam with decayed weights."""
    o = validated(opts, learning_rate=1.0e-3, **_ADAM, decay=0.0)
    parent = updates.add_decayed_weights(updates.scale_by_adam(_only(o, *_ADAM)), kw(decay=o["decay"]))
    return _by_rate(parent, o["learning_rate"])


@ex("lamb/0", "lamb/1")
def lamb(opts: Opts = ()) -> Update:
    """Adam with a ratio of trust for each layer."""
    o = validated(opts, learning_rate=1.0e-2, **{**_ADAM, "eps": 1.0e-6, "eps_root": 0.0}, decay=0.0, min_norm=0.0)
    parent = updates.add_decayed_weights(updates.scale_by_adam(_only(o, *_ADAM)), kw(decay=o["decay"]))
    return _by_rate(updates.scale_by_trust_ratio(parent, kw(min_norm=o["min_norm"])), o["learning_rate"])


@ex("noisy_sgd/0", "noisy_sgd/1")
def noisy_sgd(opts: Opts = ()) -> Update:
    """Gradient descent with noise."""
    o = validated(opts, learning_rate=1.0e-2, eta=0.01, gamma=0.55, seed=None)
    given = _only(o, "eta", "gamma", "seed")
    rate = o["learning_rate"]
    if is_function(rate, 1):
        return updates.scale_by_schedule(updates.add_noise(given), lambda count: nx.negate(rate(count)))  # type: ignore[no-any-return]
    return _by_rate(updates.add_noise(given), rate)


@ex("rmsprop/0", "rmsprop/1")
def rmsprop(opts: Opts = ()) -> Update:
    """Scaling by a running root mean square."""
    o = validated(
        opts, learning_rate=1.0e-2, centered=False, momentum=None, nesterov=False, decay=0.9, initial_scale=0.0, eps=1.0e-8
    )
    scaling = updates.scale_by_stddev if o["centered"] not in (None, False) else updates.scale_by_rms
    made = scaling(_only(o, "decay", "initial_scale", "eps"))
    if o["momentum"] is not None:
        made = _by_rate(made, o["learning_rate"])
        return updates.trace(made, kw(decay=o["momentum"], nesterov=o["nesterov"]))  # type: ignore[no-any-return]
    return _by_rate(made, o["learning_rate"])


@ex("sgd/0", "sgd/1")
def sgd(opts: Opts = ()) -> Update:
    """Gradient descent, with momentum when asked."""
    o = validated(opts, learning_rate=1.0e-2, momentum=None, nesterov=False)
    parent = None
    if o["momentum"] is not None:
        parent = updates.trace(kw(decay=o["momentum"], nesterov=o["nesterov"]))
    return _by_rate(parent, o["learning_rate"])


NAMES = ("adabelief", "adagrad", "adam", "adamw", "lamb", "noisy_sgd", "radam", "rmsprop", "sgd", "yogi")
MODULE = native_module("Polaris.Optimizers", globals())
