"""Axon.dense and its relatives."""

from __future__ import annotations

from typing import Any

from defnpy.axon.base import Atom, Opts, kw, no_clause
from defnpy.axon.builders.activation import activated
from defnpy.axon.model import add_layer, is_model, param
from defnpy.nx.options import validated
from defnpy.terms.module import ex

UNIFORM, ZEROS = Atom("glorot_uniform"), Atom("zeros")


def positive(term: Any) -> bool:
    """Whether *term* is a positive integer."""
    return term.__class__ is int and term > 0


def with_meta(given: Any, **facts: Any) -> Any:
    """The ``:meta`` option over the facts of a layer."""
    return {**{Atom(k): v for k, v in facts.items()}, **(given or {})}


@ex("dense/2", "dense/3")
def dense(x: Any, units: Any, opts: Opts = ()) -> Any:
    """A dense layer."""
    if not is_model(x) or not positive(units):
        raise no_clause("dense", 3)
    o = validated(opts, name=None, activation=None, meta=None, kernel_initializer=UNIFORM, bias_initializer=ZEROS, use_bias=True)
    inputs = [x, param("kernel", _dense_kernel(units), kw(initializer=o["kernel_initializer"]))]
    if o["use_bias"]:
        inputs.append(param("bias", (units,), kw(initializer=o["bias_initializer"])))
    meta = with_meta(o["meta"], units=units, use_bias=o["use_bias"])
    return activated(add_layer(Atom("dense"), inputs, name=o["name"], meta=meta), o["activation"])


def _dense_kernel(units: int) -> Any:
    def shape(given: Any) -> Any:
        if len(given) < 2:
            # The layer itself refuses the input with the reference's text.
            return (given[-1] if given else 1, units)
        return (given[-1], units)

    return shape


@ex("bilinear/3", "bilinear/4")
def bilinear(a: Any, b: Any, units: Any, opts: Opts = ()) -> Any:
    """A bilinear layer of two inputs."""
    if not is_model(a) or not is_model(b) or not positive(units):
        raise no_clause("bilinear", 4)
    o = validated(opts, name=None, activation=None, meta=None, kernel_initializer=UNIFORM, bias_initializer=ZEROS, use_bias=True)
    kernel = lambda left, right: (units, left[-1], right[-1])  # noqa: E731
    inputs = [a, b, param("kernel", kernel, kw(initializer=o["kernel_initializer"]))]
    if o["use_bias"]:
        inputs.append(param("bias", (units,), kw(initializer=o["bias_initializer"])))
    meta = with_meta(o["meta"], units=units, use_bias=o["use_bias"])
    return activated(add_layer(Atom("bilinear"), inputs, name=o["name"], meta=meta), o["activation"])


@ex("bias/1", "bias/2")
def bias(x: Any, opts: Opts = ()) -> Any:
    """An added bias."""
    if not is_model(x):
        raise no_clause("bias", 2)
    o = validated(opts, name=None, meta=None, bias_initializer=ZEROS)
    inputs = [x, param("bias", lambda given: (given[-1],), kw(initializer=o["bias_initializer"]))]
    return add_layer(Atom("bias"), inputs, name=o["name"], meta=with_meta(o["meta"]))


@ex("embedding/3", "embedding/4")
def embedding(x: Any, vocabulary: Any, size: Any, opts: Opts = ()) -> Any:
    """An embedding of integers."""
    if not is_model(x) or vocabulary.__class__ is not int or size.__class__ is not int:
        raise no_clause("embedding", 4)
    o = validated(opts, name=None, meta=None, kernel_initializer=Atom("uniform"))
    inputs = [x, param("kernel", (vocabulary, size), kw(initializer=o["kernel_initializer"]))]
    return add_layer(Atom("embedding"), inputs, name=o["name"], meta=with_meta(o["meta"]))


