"""Layers of models that change shapes."""

from __future__ import annotations

from typing import Any

from defnpy.axon.base import Atom, Opts, no_clause
from defnpy.axon.builders.linear import with_meta
from defnpy.axon.model import add_layer, is_model
from defnpy.nx.options import validated
from defnpy.terms.module import ex


def _layer(op: str, x: Any, o: dict[str, Any], **opts: Any) -> Any:
    return add_layer(Atom(op), [x], [(Atom(k), v) for k, v in opts.items()], name=o["name"], meta=with_meta(o["meta"]))


@ex("flatten/1", "flatten/2")
def flatten(x: Any, opts: Opts = ()) -> Any:
    """All axes but the first as one."""
    if not is_model(x):
        raise no_clause("flatten", 2)
    return _layer("flatten", x, validated(opts, name=None, meta=None))


@ex("reshape/2", "reshape/3")
def reshape(x: Any, shape: Any, opts: Opts = ()) -> Any:
    """A new shape."""
    if not is_model(x):
        raise no_clause("reshape", 3)
    return _layer("reshape", x, validated(opts, name=None, meta=None), shape=shape)


@ex("transpose/1", "transpose/2", "transpose/3")
def transpose(x: Any, axes: Any = None, opts: Opts = ()) -> Any:
    """Permuted axes."""
    if not is_model(x):
        raise no_clause("transpose", 3)
    return _layer("transpose", x, validated(opts, name=None, meta=None), axes=axes)


@ex("pad/2", "pad/3", "pad/4")
def pad(x: Any, config: Any, value: Any = 0.0, opts: Opts = ()) -> Any:
    """Padding of spatial axes."""
    if not is_model(x) or config.__class__ is not list or value.__class__ not in (int, float):
        raise no_clause("pad", 4)
    o = validated(opts, name=None, meta=None, channels=Atom("last"))
    return _layer("pad", x, o, padding_config=config, value=value, channels=o["channels"])


@ex("resize/2", "resize/3")
def resize(x: Any, size: Any, opts: Opts = ()) -> Any:
    """Images of another size."""
    if not is_model(x):
        raise no_clause("resize", 3)
    o = validated(opts, name=None, meta=None, method=Atom("nearest"), antialias=True, channels=Atom("last"))
    return _layer("resize", x, o, method=o["method"], antialias=o["antialias"], channels=o["channels"], size=size)


@ex("stack_columns/1", "stack_columns/2")
def stack_columns(x: Any, opts: Opts = ()) -> Any:
    """The columns of a container input side by side."""
    if not is_model(x):
        raise no_clause("stack_columns", 2)
    o = validated(opts, name=None, ignore=[])
    return _layer("stack_columns", x, {**o, "meta": None}, ignore=o["ignore"])


