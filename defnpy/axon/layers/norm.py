"""Normalisation as functions."""

from __future__ import annotations

from typing import Any

from defnpy.axon.base import ArgumentError, Atom, Opts, kw, make_struct, numeric, nx, text
from defnpy.axon.layers.linear import INFERENCE
from defnpy.nx.options import keyword

TRAIN = Atom("train")
_F32 = (Atom("f"), 32)


def _moments(x: Any, axes: list[int]) -> tuple[Any, Any]:
    given = kw(axes=axes, keep_axes=True)
    mean = nx.mean(x, given)
    return mean, nx.variance(x, given)


def _normalized(x: Any, mean: Any, variance: Any, gamma: Any, beta: Any, epsilon: Any) -> Any:
    scale = nx.multiply(gamma, nx.rsqrt(nx.add(variance, epsilon)))
    return nx.add(nx.multiply(scale, nx.subtract(x, mean)), beta)


def _index(x: Any, index: Any) -> int:
    at: int = nx.axis_index(x, index)
    return at


def _on_channel(t: Any, x: Any, at: int) -> Any:
    shape = tuple(x.shape[at] if i == at else 1 for i in range(x.rank))
    return nx.reshape(t, shape)


def _running(x: Any, weights: list[Any], o: dict[str, Any], axes: list[int], at: int) -> Any:
    gamma, beta, old_mean, old_var = weights
    gamma, beta = _on_channel(gamma, x, at), _on_channel(beta, x, at)
    if o["mode"] is not TRAIN:
        return _normalized(x, _on_channel(old_mean, x, at), _on_channel(old_var, x, at), gamma, beta, o["epsilon"])
    mean, variance = _moments(x, axes)
    out = _normalized(x, mean, variance, gamma, beta, o["epsilon"])
    state = {"mean": _moved(old_mean, mean, o["momentum"]), "var": _moved(old_var, variance, o["momentum"])}
    return make_struct("Axon.StatefulOutput", output=out, state=state)


def _moved(old: Any, batch: Any, momentum: Any) -> Any:
    return nx.add(nx.multiply(momentum, old), nx.multiply(1 - momentum, nx.squeeze(batch)))


def _running_options(opts: Opts) -> dict[str, Any]:
    return keyword(opts, epsilon=1.0e-5, channel_index=-1, momentum=0.1, mode=INFERENCE)


@numeric("batch_norm/5", "batch_norm/6")
def batch_norm(x: Any, gamma: Any, beta: Any, mean: Any, var: Any, opts: Opts = ()) -> Any:
    """Batch normalisation."""
    o = _running_options(opts)
    x = nx.to_tensor(x)
    at = _index(x, o["channel_index"])
    return _running(x, [gamma, beta, mean, var], o, [i for i in range(x.rank) if i != at], at)


@numeric("instance_norm/5", "instance_norm/6")
def instance_norm(x: Any, gamma: Any, beta: Any, mean: Any, var: Any, opts: Opts = ()) -> Any:
    """Instance normalisation."""
    o = _running_options(opts)
    x = nx.to_tensor(x)
    if x.rank < 3:
        raise ArgumentError("rank of input shape must be at least 3")
    at = _index(x, o["channel_index"])
    return _running(x, [gamma, beta, mean, var], o, [i for i in range(1, x.rank) if i != at], at)


@numeric("layer_norm/3", "layer_norm/4")
def layer_norm(x: Any, gamma: Any, beta: Any, opts: Opts = ()) -> Any:
    """Layer normalisation."""
    o = keyword(opts, epsilon=1.0e-5, channel_index=-1, mode=INFERENCE)
    x = nx.to_tensor(x)
    at = _index(x, o["channel_index"])
    mean, variance = _moments(x, [at])
    return _normalized(x, mean, variance, _on_channel(gamma, x, at), _on_channel(beta, x, at), o["epsilon"])


@numeric("group_norm/3", "group_norm/4")
def group_norm(x: Any, gamma: Any, beta: Any, opts: Opts = ()) -> Any:
    """Group normalisation."""
    o = keyword(opts, num_groups=None, epsilon=1.0e-5, channel_index=-1, mode=INFERENCE)
    x = nx.to_tensor(x)
    at, groups = _index(x, o["channel_index"]), o["num_groups"]
    parts = (*x.shape[:at], groups, x.shape[at] // groups, *x.shape[at + 1 :])
    split = nx.reshape(x, parts)
    mean, variance = _moments(split, [i for i in range(1, split.rank) if i != at])
    made = nx.multiply(nx.subtract(split, mean), nx.rsqrt(nx.add(variance, o["epsilon"])))
    made = nx.reshape(made, x.shape)
    return nx.add(nx.multiply(made, _on_channel(gamma, x, at)), _on_channel(beta, x, at))


@numeric("rms_norm/2", "rms_norm/3")
def rms_norm(x: Any, gamma: Any, opts: Opts = ()) -> Any:
    """Normalisation by the root mean square."""
    o = keyword(opts, channel_index=-1, epsilon=1.0e-6, shift=0.0, upcast=Atom("normalization"), mode=INFERENCE)
    x = nx.to_tensor(x)
    at = _index(x, o["channel_index"])
    gamma = nx.add(_on_channel(gamma, x, at), o["shift"])
    if o["upcast"] is Atom("normalization"):
        return nx.multiply(nx.as_type(_rms(nx.as_type(x, _F32), at, o["epsilon"]), x.type.elixir), gamma)
    if o["upcast"] is Atom("all"):
        return nx.multiply(_rms(nx.as_type(x, _F32), at, o["epsilon"]), nx.as_type(gamma, _F32))
    raise ArgumentError(f"expected :upcast to be either :all or :normalization, got: {text(o['upcast'])}")


def _rms(x: Any, at: int, epsilon: Any) -> Any:
    variance = nx.mean(nx.pow_(x, 2), kw(axes=[at], keep_axes=True))
    return nx.multiply(x, nx.rsqrt(nx.add(variance, epsilon)))
