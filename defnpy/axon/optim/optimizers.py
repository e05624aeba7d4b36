"""Polaris.Optimizers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.axon.base import Atom, Opts, kw, nx
from defnpy.axon.optim import updates
from defnpy.axon.optim.updates import Update
from defnpy.terms.errors import ArithmeticError_
from defnpy.terms.function import is_function
from defnpy.terms.module import ex, native_module


def _by_rate(parent: Any, rate: Any) -> Update:
    """The last step of every optimizer: the negative learning rate, from the state or a schedule."""
    if is_function(rate, 1):
        return updates.scale_by_schedule(*_first(parent), lambda count: nx.negate(rate(count)))
    if rate.__class__ is str or rate.__class__ is Atom:
        raise ArithmeticError_()
    step = -rate if rate.__class__ in (int, float) else nx.negate(rate)
    return updates.scale_by_state(*_first(parent), step)


def _first(parent: Any) -> tuple[Any, ...]:
    return () if parent is None else (parent,)


def _taken(opts: Opts, **defaults: Any) -> tuple[dict[str, Any], Opts]:
    """Some options with their defaults, and the other options, which the scaling checks later."""
    given = list(opts)
    chosen = {k: next((v for n, v in given if n.name == k), d) for k, d in defaults.items()}
    return chosen, [p for p in given if p[0].name not in defaults]


def _adaptive(name: str, scaling: str, rate: float, **own: Any) -> Callable[..., Any]:
    """An optimizer that is one scaling; *own* are defaults that differ from the scaling's."""

    @ex(f"{name}/0", f"{name}/1")
    def make(opts: Opts = ()) -> Update:
        o, rest = _taken(opts, learning_rate=rate)
        return _by_rate(getattr(updates, scaling)([*rest, *kw(**own)]), o["learning_rate"])

    return make


adam = _adaptive("adam", "scale_by_adam", 1.0e-3)
adabelief = _adaptive("adabelief", "scale_by_belief", 1.0e-3)
adagrad = _adaptive("adagrad", "scale_by_rss", 1.0e-3)
radam = _adaptive("radam", "scale_by_radam", 1.0e-3)
yogi = _adaptive("yogi", "scale_by_yogi", 1.0e-2)


@ex("adamw/0", "adamw/1")
def adamw(opts: Opts = ()) -> Update:
    """Adam with decayed weights."""
    o, rest = _taken(opts, learning_rate=1.0e-3, decay=0.0)
    parent = updates.add_decayed_weights(updates.scale_by_adam(rest), kw(decay=o["decay"]))
    return _by_rate(parent, o["learning_rate"])


@ex("lamb/0", "lamb/1")
def lamb(opts: Opts = ()) -> Update:
    """Adam with a ratio of trust for each layer."""
    o, rest = _taken(opts, learning_rate=1.0e-2, decay=0.0, min_norm=0.0)
    names = {k.name for k, _ in rest}
    own = [p for p in kw(eps=1.0e-6, eps_root=0.0) if p[0].name not in names]
    parent = updates.add_decayed_weights(updates.scale_by_adam([*rest, *own]), kw(decay=o["decay"]))
    return _by_rate(updates.scale_by_trust_ratio(parent, kw(min_norm=o["min_norm"])), o["learning_rate"])


@ex("noisy_sgd/0", "noisy_sgd/1")
def noisy_sgd(opts: Opts = ()) -> Update:
    """Gradient descent with noise."""
    o, rest = _taken(opts, learning_rate=1.0e-2)
    return updates.add_noise(_by_rate(None, o["learning_rate"]), rest)


@ex("rmsprop/0", "rmsprop/1")
def rmsprop(opts: Opts = ()) -> Update:
    """Scaling by a running root mean square."""
    o, rest = _taken(opts, learning_rate=1.0e-2, centered=False, momentum=None, nesterov=False)
    scaling = updates.scale_by_stddev if o["centered"] not in (None, False) else updates.scale_by_rms
    made = _by_rate(scaling(rest), o["learning_rate"])
    if o["momentum"] is not None:
        return updates.trace(made, kw(decay=o["momentum"], nesterov=o["nesterov"]))
    return made


@ex("sgd/0", "sgd/1")
def sgd(opts: Opts = ()) -> Update:
    """Gradient descent, with momentum when asked."""
    o, _ = _taken(opts, learning_rate=1.0e-2, momentum=None, nesterov=False)
    parent = None
    if o["momentum"] is not None:
        parent = updates.trace(kw(decay=o["momentum"], nesterov=o["nesterov"]))
    return _by_rate(parent, o["learning_rate"])


NAMES = ("adabelief", "adagrad", "adam", "adamw", "lamb", "noisy_sgd", "radam", "rmsprop", "sgd", "yogi")
MODULE = native_module("Polaris.Optimizers", globals())


def _deprecated() -> Any:
    """``Axon.Optimizers``: the learning rate comes first."""
    made = native_module("Axon.Optimizers", {})

    def with_rate(name: str) -> Callable[..., Any]:
        build = globals()[name]
        return lambda rate, opts=(): build([(Atom("learning_rate"), rate), *opts])

    for name in NAMES:
        made.functions[f"{name}/0"] = globals()[name]
        made.functions[f"{name}/1"] = made.functions[f"{name}/2"] = with_rate(name)
    return made


MODULES_BY_NAME = {"Elixir.Polaris.Optimizers": MODULE, "Elixir.Axon.Optimizers": _deprecated()}
