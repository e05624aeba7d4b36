"""Convolutions as layers of models."""

from __future__ import annotations

from typing import Any

from defnpy.axon.base import ArgumentError, Atom, Opts, element, kw, no_clause, sizes_for
from defnpy.axon.builders.activation import activated
from defnpy.axon.builders.linear import UNIFORM, ZEROS, positive, with_meta
from defnpy.axon.model import add_layer, is_model, param
from defnpy.nx.options import validated
from defnpy.terms.errors import CaseClauseError
from defnpy.terms.module import ex

_LAST, _VALID = Atom("last"), Atom("valid")


def channels_of(shape: Any, channels: Any) -> int:
    """The number of channels of an input shape."""
    if getattr(channels, "name", None) == "first":
        return element(shape, 1)
    if getattr(channels, "name", None) == "last":
        return element(shape, -1)
    raise CaseClauseError(channels)


def _kernel(sizes: tuple[int, ...], inside: int, outside: int, channels: Any) -> tuple[int, ...]:
    return (outside, inside, *sizes) if channels.name == "first" else (*sizes, inside, outside)


_COMMON: dict[str, Any] = {
    "name": None, "activation": None, "meta": None, "kernel_initializer": UNIFORM, "bias_initializer": ZEROS, "use_bias": True,
    "kernel_size": 1, "strides": 1, "padding": _VALID, "input_dilation": 1, "kernel_dilation": 1,
}  # fmt: skip


def _finish(op: str, inputs: list[Any], o: dict[str, Any], names: tuple[str, ...], **facts: Any) -> Any:
    opts = [(Atom(n), o[n]) for n in names]
    meta = with_meta(o["meta"], kernel_size=o["kernel_size"], use_bias=o["use_bias"], **facts)
    return activated(add_layer(Atom(op), inputs, opts, name=o["name"], meta=meta), o["activation"])


@ex("conv/2", "conv/3")
def conv(x: Any, units: Any, opts: Opts = ()) -> Any:
    """A convolution."""
    if not is_model(x) or not positive(units):
        raise no_clause("conv", 3)
    o = validated(opts, **_COMMON, channels=_LAST, feature_group_size=1)
    groups, channels = o["feature_group_size"], o["channels"]

    def kernel(shape: Any) -> Any:
        sizes = sizes_for("kernel_size", o["kernel_size"], len(shape) - 2)
        inside = channels_of(shape, channels)
        if inside % groups:
            raise ArgumentError(f"input channels must be evenly divisible by feature group size, got {inside} and {groups}")
        return _kernel(sizes, inside // groups, units, channels)

    inputs = [x, param("kernel", kernel, kw(initializer=o["kernel_initializer"]))]
    if o["use_bias"]:
        inputs.append(param("bias", (units,), kw(initializer=o["bias_initializer"])))
    names = ("strides", "padding", "input_dilation", "kernel_dilation", "feature_group_size", "channels")
    return _finish("conv", inputs, o, names, units=units)


@ex("conv_transpose/2", "conv_transpose/3")
def conv_transpose(x: Any, units: Any, opts: Opts = ()) -> Any:
    """A transposed convolution."""
    if not is_model(x):
        raise no_clause("conv_transpose", 3)
    common = {k: v for k, v in _COMMON.items() if k != "input_dilation"}
    o = validated(opts, **common, channels=_LAST)

    def kernel(shape: Any) -> Any:
        sizes = sizes_for("kernel_size", o["kernel_size"], len(shape) - 2)
        return _kernel(sizes, channels_of(shape, o["channels"]), units, o["channels"])

    inputs = [x, param("kernel", kernel, kw(initializer=o["kernel_initializer"]))]
    if o["use_bias"]:
        inputs.append(param("bias", (units,), kw(initializer=o["bias_initializer"])))
    return _finish("conv_transpose", inputs, o, ("strides", "padding", "kernel_dilation", "channels"), units=units)


_DEPTHWISE = ("strides", "padding", "input_dilation", "kernel_dilation", "channels")


@ex("depthwise_conv/2", "depthwise_conv/3")
def depthwise_conv(x: Any, multiplier: Any, opts: Opts = ()) -> Any:
    """A convolution of each channel for itself."""
    if not is_model(x) or not positive(multiplier):
        raise no_clause("depthwise_conv", 3)
    o = validated(opts, **_COMMON, channels=_LAST)

    def outside(shape: Any) -> int:
        return channels_of(shape, o["channels"]) * multiplier

    def kernel(shape: Any) -> Any:
        return _kernel(sizes_for("kernel_size", o["kernel_size"], len(shape) - 2), 1, outside(shape), o["channels"])

    inputs = [x, param("kernel", kernel, kw(initializer=o["kernel_initializer"]))]
    if o["use_bias"]:
        inputs.append(param("bias", lambda shape: (outside(shape),), kw(initializer=o["bias_initializer"])))
    return _finish("depthwise_conv", inputs, o, _DEPTHWISE, channel_multiplier=multiplier)


def _separable(x: Any, multiplier: Any, opts: Opts, axes: int) -> Any:
    op = f"separable_conv{axes}d"
    if not is_model(x) or not positive(multiplier):
        raise no_clause(op, 3)
    o = validated(opts, **_COMMON, channels=_LAST)

    def outside(shape: Any) -> int:
        return channels_of(shape, o["channels"]) * multiplier

    def kernel(position: int) -> Any:
        def shape_of(shape: Any) -> Any:
            sizes = sizes_for("kernel_size", o["kernel_size"], len(shape) - 2)
            own = tuple(element(sizes, position) if i == position else 1 for i in range(axes))
            return _kernel(own, 1, outside(shape), o["channels"])

        return shape_of

    inputs = [x]
    for i in range(axes):
        inputs.append(param(f"kernel_{i + 1}", kernel(i), kw(initializer=o["kernel_initializer"])))
        if o["use_bias"]:
            inputs.append(param(f"bias_{i + 1}", lambda shape: (outside(shape),), kw(initializer=o["bias_initializer"])))
    return _finish(op, inputs, o, _DEPTHWISE, channel_multiplier=multiplier)


@ex("separable_conv2d/2", "separable_conv2d/3")
def separable_conv2d(x: Any, multiplier: Any, opts: Opts = ()) -> Any:
    """Two depthwise convolutions, one for each axis."""
    return _separable(x, multiplier, opts, 2)


@ex("separable_conv3d/2", "separable_conv3d/3")
def separable_conv3d(x: Any, multiplier: Any, opts: Opts = ()) -> Any:
    """Three depthwise convolutions, one for each axis."""
    return _separable(x, multiplier, opts, 3)


