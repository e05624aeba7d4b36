"""Convolutions as functions."""

from __future__ import annotations

from typing import Any

from defnpy.axon.base import ArgumentError, Atom, Opts, at_least_rank, equal_ranks, exact_rank, kw, numeric, nx, spread, text
from defnpy.axon.layers.linear import INFERENCE, bias_and_opts, checked_bias
from defnpy.nx.options import keyword
from defnpy.terms.errors import CaseClauseError

LAST, VALID = Atom("last"), Atom("valid")


def is_first(channels: Any) -> bool:
    """Whether channels come first."""
    if channels not in (Atom("first"), LAST):
        raise CaseClauseError(channels)
    return channels is Atom("first")


def permutations(rank: int, channels: Any) -> list[tuple[Any, Any]]:
    """The axis orders of input, kernel and output."""
    if is_first(channels):
        own = kernel = list(range(rank))
        back = own
    else:
        own = [0, rank - 1, *range(1, rank - 1)]
        kernel = [rank - 1, rank - 2, *range(rank - 2)]
        back = own
    return kw(input_permutation=own, kernel_permutation=kernel, output_permutation=back)


def added(made: Any, bias: Any, channels: Any) -> Any:
    """The bias on the channels of a result."""
    bias = nx.to_tensor(bias)
    if bias.rank == 1:
        spatial = (1,) * (made.rank - 2)
        shape = (1, bias.shape[0], *spatial) if is_first(channels) else (1, *spatial, bias.shape[0])
        bias = nx.reshape(bias, shape)
    return nx.add(made, bias)


@numeric("conv/2", "conv/3", "conv/4", check=checked_bias(2))
def conv(x: Any, kernel: Any, bias: Any = 0, opts: Opts = ()) -> Any:
    """A convolution."""
    bias, opts = bias_and_opts(bias, opts)
    o = keyword(
        opts, strides=1, padding=VALID, input_dilation=1, kernel_dilation=1, feature_group_size=1, batch_group_size=1,
        channels=LAST, mode=INFERENCE,
    )  # fmt: skip
    x = nx.to_tensor(x)
    at_least_rank("Axon.Layers", "conv", x, 3)
    equal_ranks("Axon.Layers", "conv", x, kernel)
    names = ("strides", "padding", "input_dilation", "kernel_dilation", "feature_group_size", "batch_group_size")
    made = nx.conv(x, kernel, [*[(Atom(n), o[n]) for n in names], *permutations(x.rank, o["channels"])])
    return added(made, bias, o["channels"])


def transpose_padding(kernel: Any, o: dict[str, Any]) -> Any:
    """The padding of the convolution that a transposed one is."""
    spatial = kernel.rank - 2
    if o["padding"].__class__ is list:
        return o["padding"]
    sizes = kernel.shape[2:] if is_first(o["channels"]) else kernel.shape[:-2]
    made = []
    dilations, strides = spread("kernel_dilation", o["kernel_dilation"], spatial), spread("strides", o["strides"], spatial)
    for size, dilation, stride in zip(sizes, dilations, strides, strict=True):
        k = (size - 1) * dilation + 1
        if o["padding"] is VALID:
            total, before = k + stride - 2 + max(k - stride, 0), k - 1
        else:
            total = k + stride - 2
            before = k - 1 if stride > k - 1 else -(-total // 2)
        made.append((before, total - before))
    return made


@numeric("conv_transpose/2", "conv_transpose/3", "conv_transpose/4", check=checked_bias(2))
def conv_transpose(x: Any, kernel: Any, bias: Any = 0, opts: Opts = ()) -> Any:
    """A transposed convolution."""
    bias, opts = bias_and_opts(bias, opts)
    o = keyword(opts, strides=1, padding=VALID, kernel_dilation=1, channels=LAST, mode=INFERENCE)
    x, kernel = nx.to_tensor(x), nx.to_tensor(kernel)
    at_least_rank("Axon.Layers", "conv_transpose", x, 3)
    equal_ranks("Axon.Layers", "conv_transpose", x, kernel)
    given = kw(
        strides=[1] * (x.rank - 2), padding=transpose_padding(kernel, o), input_dilation=o["strides"],
        kernel_dilation=o["kernel_dilation"],
    )  # fmt: skip
    return added(nx.conv(x, kernel, [*given, *permutations(x.rank, o["channels"])]), bias, o["channels"])


def _depthwise_options(opts: Opts) -> dict[str, Any]:
    return keyword(opts, strides=1, padding=VALID, input_dilation=1, kernel_dilation=1, channels=LAST, mode=INFERENCE)


def _depthwise(x: Any, kernel: Any, bias: Any, o: dict[str, Any]) -> Any:
    x = nx.to_tensor(x)
    at_least_rank("Axon.Layers", "depthwise_conv", x, 3)
    equal_ranks("Axon.Layers", "depthwise_conv", x, kernel)
    groups = x.shape[1] if is_first(o["channels"]) else x.shape[-1]
    names = ("strides", "padding", "input_dilation", "kernel_dilation")
    given = [*[(Atom(n), o[n]) for n in names], (Atom("feature_group_size"), groups)]
    return added(nx.conv(x, kernel, [*given, *permutations(x.rank, o["channels"])]), bias, o["channels"])


@numeric("depthwise_conv/2", "depthwise_conv/3", "depthwise_conv/4", check=checked_bias(2))
def depthwise_conv(x: Any, kernel: Any, bias: Any = 0, opts: Opts = ()) -> Any:
    """A convolution of each channel for itself."""
    bias, opts = bias_and_opts(bias, opts)
    return _depthwise(x, kernel, bias, _depthwise_options(opts))


def _steps(args: tuple[Any, ...], count: int) -> tuple[list[tuple[Any, Any]], Opts]:
    """Pairs of kernel and bias, and the options, of the arguments after the input."""
    given = list(args)
    opts = given.pop() if given[-1].__class__ is list else ()
    if len(given) == count:
        return [(k, 0) for k in given], opts
    return list(zip(given[::2], given[1::2], strict=True)), opts


def _separable(name: str, x: Any, args: tuple[Any, ...], count: int) -> Any:
    steps, opts = _steps(args, count)
    tensors = [nx.to_tensor(x), *[nx.to_tensor(kernel) for kernel, _ in steps]]
    exact_rank(f"Axon.Layers.{name}", tensors[0], count + 2)
    if any(t.rank != count + 2 for t in tensors):
        names = ["input", *[f"kernel{i + 1}" for i in range(count)]]
        raise ArgumentError(f"Axon.Layers.{name}: expected all input ranks {text(names)} to be equal, got {text(tensors[1:])}")
    for kernel, bias in steps:
        x = _depthwise(x, kernel, bias, _depthwise_options(opts))
    return x


@numeric("separable_conv2d/4", "separable_conv2d/5", "separable_conv2d/6")
def separable_conv2d(x: Any, *args: Any) -> Any:
    """Two depthwise convolutions."""
    return _separable("separable_conv2d", x, args, 2)


@numeric("separable_conv3d/5", "separable_conv3d/7", "separable_conv3d/8")
def separable_conv3d(x: Any, *args: Any) -> Any:
    """Three depthwise convolutions."""
    return _separable("separable_conv3d", x, args, 3)
