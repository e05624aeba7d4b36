"""Dropout as functions of input and key."""

from __future__ import annotations

from typing import Any

from defnpy.axon.activations import selu
from defnpy.axon.base import Atom, Opts, at_least_rank, constant, kw, make_struct, numeric, nx, random
from defnpy.axon.layers.conv import LAST, is_first
from defnpy.axon.layers.linear import INFERENCE
from defnpy.nx.options import keyword

TRAIN = Atom("train")
_ALPHA = 1.7580993408473766


def _mask(x: Any, key: Any, rate: Any, shape: tuple[int, ...]) -> tuple[Any, Any, Any]:
    keep = nx.subtract(constant(1, x), constant(rate, x))
    drawn, new_key = random("uniform", key, kw(shape=shape, type=x.type.elixir))
    return nx.less(drawn, keep), keep, new_key


def _result(mode: Any, x: Any, out: Any, key: Any) -> Any:
    return make_struct("Axon.StatefulOutput", output=out, state={"key": key}) if mode is TRAIN else x


@numeric("dropout/2", "dropout/3")
def dropout(x: Any, key: Any, opts: Opts = ()) -> Any:
    """Zero elements at random."""
    o = keyword(opts, rate=0.5, noise_shape=(), mode=INFERENCE)
    return _dropped(nx.to_tensor(x), key, o)


def _dropped(x: Any, key: Any, o: dict[str, Any]) -> Any:
    shape = o["noise_shape"] or x.shape
    mask, keep, new_key = _mask(x, key, o["rate"], shape)
    zero = nx.tensor(0, kw(type=x.type.elixir))
    out = nx.select(nx.broadcast(mask, x.shape), nx.divide(x, keep), zero)
    return _result(o["mode"], x, out, new_key)


def _noise(name: str, x: Any, channels: Any) -> tuple[int, ...]:
    at_least_rank("Axon.Layers", name, x, 3)
    return (x.shape[0], 1, *x.shape[2:]) if is_first(channels) else (*x.shape[:-1], 1)


@numeric("spatial_dropout/2", "spatial_dropout/3")
def spatial_dropout(x: Any, key: Any, opts: Opts = ()) -> Any:
    """Zero whole feature maps at random."""
    o = keyword(opts, rate=0.5, channels=LAST, mode=INFERENCE)
    x = nx.to_tensor(x)
    return _dropped(x, key, {**o, "noise_shape": _noise("spatial_dropout", x, o["channels"])})


@numeric("alpha_dropout/2", "alpha_dropout/3")
def alpha_dropout(x: Any, key: Any, opts: Opts = ()) -> Any:
    """Dropout that keeps mean and variance of SELU networks."""
    o = keyword(opts, rate=0.5, mode=INFERENCE)
    x = nx.to_tensor(x)
    return _alpha(x, key, o, x.shape)


@numeric("feature_alpha_dropout/2", "feature_alpha_dropout/3")
def feature_alpha_dropout(x: Any, key: Any, opts: Opts = ()) -> Any:
    """Alpha dropout of whole feature maps."""
    o = keyword(opts, rate=0.5, channels=LAST, mode=INFERENCE)
    x = nx.to_tensor(x)
    shape = _noise("feature_alpha_dropout", x, o["channels"])
    mask, keep, new_key = _mask(x, key, o["rate"], shape)
    out = nx.select(nx.broadcast(mask, x.shape), nx.divide(x, keep), nx.negate(selu(x)))
    return _result(o["mode"], x, out, new_key)


def _alpha(x: Any, key: Any, o: dict[str, Any], shape: tuple[int, ...]) -> Any:
    rate = o["rate"]
    mask, keep, new_key = _mask(x, key, rate, shape)
    p = nx.subtract(1, keep)
    a = nx.rsqrt(nx.multiply(keep, _ALPHA**2))
    b = nx.multiply(nx.multiply(a, _ALPHA), p)
    kept = nx.select(nx.broadcast(mask, x.shape), x, nx.tensor(-_ALPHA, kw(type=x.type.elixir)))
    return _result(o["mode"], x, nx.add(nx.multiply(a, kept), b), new_key)
