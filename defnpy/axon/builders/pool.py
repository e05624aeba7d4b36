"""Pooling, dropout and normalisation as layers of models."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from defnpy.axon.base import ArgumentError, Atom, Opts, element, kw, no_clause, nx, random, text
from defnpy.axon.builders.linear import UNIFORM, ZEROS, positive, with_meta
from defnpy.axon.model import AxesTemplate, add_layer, is_model, make_parameter, param
from defnpy.nx.options import validated
from defnpy.terms.function import Closure
from defnpy.terms.module import ex

_LAST, _VALID, _STATE, _TRAIN = Atom("last"), Atom("valid"), Atom("state"), Atom("train")


def _layer(op: str, x: Any, o: dict[str, Any], **opts: Any) -> Any:
    return add_layer(Atom(op), [x], [(Atom(k), v) for k, v in opts.items()], name=o["name"], meta=with_meta(o["meta"]))


# -- pooling --------------------------------------------------------------------------------------------------------------


def _pool(op: str) -> Callable[..., Any]:
    @ex(f"{op}/1", f"{op}/2")
    def add(x: Any, opts: Opts = ()) -> Any:
        if not is_model(x):
            raise no_clause(op, 2)
        o = validated(
            opts, name=None, strides=None, meta=None, kernel_size=1, padding=_VALID, channels=_LAST, dilations=1, norm=2
        )
        more = {"norm": o["norm"]} if op == "lp_pool" else {}
        return _layer(
            op, x, o, kernel_size=o["kernel_size"], strides=o["strides"], padding=o["padding"], channels=o["channels"],
            window_dilations=o["dilations"], **more,
        )  # fmt: skip

    return add


def _adaptive(op: str) -> Callable[..., Any]:
    @ex(f"{op}/1", f"{op}/2")
    def add(x: Any, opts: Opts = ()) -> Any:
        if not is_model(x):
            raise no_clause(op, 2)
        o = validated(opts, name=None, meta=None, output_size=None, channels=_LAST, norm=2)
        more = {"norm": o["norm"]} if op == "adaptive_lp_pool" else {}
        return _layer(op, x, o, output_size=o["output_size"], **more, channels=o["channels"])

    return add


def _global(op: str) -> Callable[..., Any]:
    @ex(f"{op}/1", f"{op}/2")
    def add(x: Any, opts: Opts = ()) -> Any:
        if not is_model(x):
            raise no_clause(op, 2)
        o = validated(opts, name=None, meta=None, keep_axes=False, channels=_LAST, norm=2)
        more = {"norm": o["norm"]} if op == "global_lp_pool" else {}
        return _layer(op, x, o, channels=o["channels"], keep_axes=o["keep_axes"], **more)

    return add


globals().update({f"add_{op}": _pool(op) for op in ("max_pool", "avg_pool", "lp_pool")})
globals().update({f"add_{op}": _adaptive(op) for op in ("adaptive_avg_pool", "adaptive_max_pool", "adaptive_lp_pool")})
globals().update({f"add_{op}": _global(op) for op in ("global_avg_pool", "global_max_pool", "global_lp_pool")})


@ex("blur_pool/1", "blur_pool/2")
def blur_pool(x: Any, opts: Opts = ()) -> Any:
    """Blurring and subsampling."""
    if not is_model(x):
        raise no_clause("blur_pool", 2)
    o = validated(opts, name=None, meta=None, channels=_LAST)
    return _layer("blur_pool", x, o, channels=o["channels"])


# -- dropout --------------------------------------------------------------------------------------------------------------


def _dropout(op: str) -> Callable[..., Any]:
    @ex(f"{op}/1", f"{op}/2")
    def add(x: Any, opts: Opts = ()) -> Any:
        if not is_model(x):
            raise no_clause(op, 2)
        o = validated(opts, name=None, meta=None, seed=None, rate=0.5)
        rate, seed = o["rate"], o["seed"]
        if not 0 <= rate < 1:
            raise ArgumentError(f"The dropout rate needs to be >= 0 and < 1, got {text(rate)}")
        inputs = [x, key_parameter(time.time_ns() if seed is None else seed)]
        return add_layer(Atom(op), inputs, kw(rate=rate), name=o["name"], meta=with_meta(o["meta"]), mode=_TRAIN)

    return add


def key_parameter(seed: int) -> Any:
    """The state of a random layer: a key from its own seed."""
    start = Closure(2, lambda shape, type_: random("key", seed))
    return make_parameter("key", AxesTemplate(1, lambda *_: nx.template((2,), (Atom("u"), 32))), initializer=start, kind=_STATE)


globals().update({f"add_{op}": _dropout(op) for op in ("dropout", "spatial_dropout", "alpha_dropout", "feature_alpha_dropout")})


# -- normalisation --------------------------------------------------------------------------------------------------------


def _channel(index: Any) -> Callable[[Any], Any]:
    def shape_of(shape: Any) -> Any:
        at = index if index.__class__ is int else -1
        return (element(shape, at),)

    return shape_of


def _running(op: str) -> Callable[..., Any]:
    @ex(f"{op}/1", f"{op}/2")
    def add(x: Any, opts: Opts = ()) -> Any:
        if not is_model(x):
            raise no_clause(op, 2)
        o = validated(
            opts, name=None, meta=None, gamma_initializer=UNIFORM, beta_initializer=ZEROS, channel_index=-1, epsilon=1.0e-5,
            momentum=0.1,
        )  # fmt: skip
        index = o["channel_index"]
        shape = _channel(index)
        inputs = [
            x,
            param("gamma", shape, kw(initializer=o["gamma_initializer"])),
            param("beta", shape, kw(initializer=o["beta_initializer"])),
            param("mean", shape, kw(initializer=ZEROS, kind=_STATE)),
            param("var", shape, kw(initializer=Atom("ones"), kind=_STATE)),
        ]
        given = kw(epsilon=o["epsilon"], channel_index=index, momentum=o["momentum"])
        return add_layer(Atom(op), inputs, given, name=o["name"], meta=with_meta(o["meta"]))

    return add


globals().update({f"add_{op}": _running(op) for op in ("batch_norm", "instance_norm")})


@ex("layer_norm/1", "layer_norm/2")
def layer_norm(x: Any, opts: Opts = ()) -> Any:
    """Layer normalisation."""
    if not is_model(x):
        raise no_clause("layer_norm", 2)
    o = validated(
        opts, name=None, meta=None, gamma_initializer=UNIFORM, beta_initializer=ZEROS, channel_index=-1, epsilon=1.0e-5
    )
    shape = _channel(o["channel_index"])
    inputs = [
        x,
        param("gamma", shape, kw(initializer=o["gamma_initializer"])),
        param("beta", shape, kw(initializer=o["beta_initializer"])),
    ]
    given = kw(epsilon=o["epsilon"], channel_index=o["channel_index"])
    return add_layer(Atom("layer_norm"), inputs, given, name=o["name"], meta=with_meta(o["meta"]))


@ex("group_norm/2", "group_norm/3")
def group_norm(x: Any, groups: Any, opts: Opts = ()) -> Any:
    """Group normalisation."""
    if not is_model(x) or not positive(groups):
        raise no_clause("group_norm", 3)
    o = validated(
        opts, name=None, meta=None, gamma_initializer=Atom("ones"), beta_initializer=ZEROS, channel_index=-1, epsilon=1.0e-5
    )
    shape = _channel(o["channel_index"])
    inputs = [
        x,
        param("gamma", shape, kw(initializer=o["gamma_initializer"])),
        param("beta", shape, kw(initializer=o["beta_initializer"])),
    ]
    given = kw(epsilon=o["epsilon"], channel_index=o["channel_index"], num_groups=groups)
    return add_layer(Atom("group_norm"), inputs, given, name=o["name"], meta=with_meta(o["meta"]))


@ex("rms_norm/1", "rms_norm/2")
def rms_norm(x: Any, opts: Opts = ()) -> Any:
    """Normalisation by the root mean square."""
    if not is_model(x):
        raise no_clause("rms_norm", 2)
    o = validated(
        opts, name=None, meta=None, gamma_initializer=Atom("ones"), channel_index=-1, epsilon=1.0e-6, shift=0.0,
        upcast=Atom("normalization"),
    )  # fmt: skip
    inputs = [x, param("gamma", _channel(o["channel_index"]), kw(initializer=o["gamma_initializer"]))]
    given = kw(epsilon=o["epsilon"], channel_index=o["channel_index"], shift=o["shift"], upcast=o["upcast"])
    return add_layer(Atom("rms_norm"), inputs, given, name=o["name"], meta=with_meta(o["meta"]))
