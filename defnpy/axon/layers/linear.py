"""Dense, bilinear, embedding and bias layers as functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.axon.base import ArgumentError, Atom, Opts, Tensor, at_least_rank, kw, numeric, nx, text
from defnpy.nx.options import keyword

INFERENCE = Atom("inference")


def bias_and_opts(bias: Any, opts: Opts) -> tuple[Any, Opts]:
    """A bias that is left out: options take its place."""
    return (0, bias) if bias.__class__ is list else (bias, opts)


def checked_bias(at: int) -> Callable[[Any], None]:
    """A check of the argument at a place: a bias is a tensor, a number or left out."""

    def check(args: Any) -> None:
        if len(args) > at and args[at].__class__ not in (Tensor, int, float, list):
            raise ArgumentError(f"invalid bias, expected a tensor, got {text(args[at])}")

    return check


@numeric("dense/2", "dense/3", "dense/4", check=checked_bias(2))
def dense(x: Any, kernel: Any, bias: Any = 0, opts: Opts = ()) -> Any:
    """``x . kernel + bias`` over the last axis."""
    bias, opts = bias_and_opts(bias, opts)
    x = nx.to_tensor(x)
    at_least_rank("Axon.Layers", "dense", x, 2)
    return nx.add(nx.dot_4(x, [x.rank - 1], kernel, [0]), bias)


@numeric("bilinear/3", "bilinear/4", "bilinear/5", check=checked_bias(3))
def bilinear(a: Any, b: Any, kernel: Any, bias: Any = 0, opts: Opts = ()) -> Any:
    """``a . kernel . b + bias``."""
    bias, opts = bias_and_opts(bias, opts)
    keyword(opts, mode=INFERENCE)
    a, b = nx.to_tensor(a), nx.to_tensor(b)
    at_least_rank("Axon.Layers", "bilinear", a, 2, "input1")
    at_least_rank("Axon.Layers", "bilinear", b, 2, "input2")
    if a.rank < b.rank:
        raise ArgumentError(f"Axon.Layers.bilinear: expected input1 and input2 ranks to be equal got {a.rank} != {b.rank}")
    rank = nx.rank(kernel)
    if rank != 3:
        raise ArgumentError(f"Axon.Layers.bilinear: expected kernel to have rank equal to 3, got {rank} != 3")
    left = nx.dot_4(a, [a.rank - 1], kernel, [1])
    made = nx.dot_6(left, [2], [0], b, [b.rank - 1], [0])
    return nx.add(made, bias)


@numeric("embedding/2", "embedding/3")
def embedding(x: Any, kernel: Any, opts: Opts = ()) -> Any:
    """Rows of *kernel*."""
    keyword(opts, mode=INFERENCE)
    x, kernel = nx.to_tensor(x), nx.to_tensor(kernel)
    if kernel.rank != 2:
        raise ArgumentError(f"Axon.Layers.embedding: expected kernel to have rank equal to 2, got {kernel.rank} != 2")
    if x.type.elixir[0].name not in ("s", "u"):
        raise ArgumentError(f"input to embedding must be integral type, got {text(x.type.elixir)}")
    return nx.take(kernel, nx.as_type(x, (Atom("s"), 64)), kw(axis=0))


@numeric("bias/2", "bias/3")
def bias(x: Any, offset: Any, opts: Opts = ()) -> Any:
    """``x + bias``."""
    keyword(opts, mode=INFERENCE)
    return nx.add(x, offset)
