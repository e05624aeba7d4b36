"""Axon.Activations."""

from __future__ import annotations

import math
from typing import Any

from defnpy.axon.base import ArgumentError, Opts, Tensor, kw, numeric, numeric_module, nx
from defnpy.nx.options import keyword

_SELU_ALPHA = 1.6732632423543772848170429916717
_SELU_GAMMA = 1.0507009873554804934193349852946


def to_t(term: Any) -> Tensor:
    """A tensor of any tensor-like term."""
    return nx.to_tensor(term)


@numeric("celu/1", "celu/2")
def celu(x: Any, opts: Opts = ()) -> Any:
    """Continuously differentiable exponential linear unit."""
    alpha = keyword(opts, alpha=1.0)["alpha"]
    if alpha == 0:
        raise ArgumentError(":alpha must be non-zero in CELU activation")
    low = nx.multiply(alpha, nx.expm1(nx.divide(x, alpha)))
    return nx.select(nx.greater(x, 0), x, low)


@numeric("elu/1", "elu/2")
def elu(x: Any, opts: Opts = ()) -> Any:
    """Exponential linear unit."""
    alpha = keyword(opts, alpha=1.0)["alpha"]
    hot = nx.select(nx.greater(x, 0), 0, x)
    return nx.select(nx.greater(x, 0), x, nx.multiply(alpha, nx.expm1(hot)))


@numeric("exp/1")
def exp(x: Any) -> Any:
    """Exponential."""
    return nx.exp(x)


@numeric("gelu/1")
def gelu(x: Any) -> Any:
    """Gaussian error linear unit."""
    return nx.divide(nx.multiply(nx.add(1, nx.erf(nx.divide(x, math.sqrt(2)))), x), 2)


@numeric("hard_sigmoid/1", "hard_sigmoid/2")
def hard_sigmoid(x: Any, opts: Opts = ()) -> Any:
    """Piecewise linear sigmoid."""
    given = keyword(opts, alpha=0.2, beta=0.2)
    return nx.min_(nx.max_(nx.add(nx.multiply(x, given["alpha"]), given["beta"]), 0), 1)


@numeric("hard_silu/1", "hard_silu/2")
def hard_silu(x: Any, opts: Opts = ()) -> Any:
    """``x * hard_sigmoid(x)``."""
    return nx.multiply(hard_sigmoid(x, opts), x)


@numeric("hard_tanh/1")
def hard_tanh(x: Any) -> Any:
    """Clipped to -1..1."""
    return nx.select(nx.greater(x, 1), 1, nx.select(nx.less(x, -1), -1, x))


@numeric("leaky_relu/1", "leaky_relu/2")
def leaky_relu(x: Any, opts: Opts = ()) -> Any:
    """Rectifier with a slope below zero."""
    alpha = keyword(opts, alpha=1.0e-2)["alpha"]
    return nx.select(nx.greater(x, 0), x, nx.multiply(x, alpha))


@numeric("linear/1")
def linear(x: Any) -> Any:
    """The input."""
    return x


@numeric("log_sigmoid/1")
def log_sigmoid(x: Any) -> Any:
    """Logarithm of the sigmoid."""
    return nx.negate(softplus(nx.negate(x)))


@numeric("log_softmax/1", "log_softmax/2")
def log_softmax(x: Any, opts: Opts = ()) -> Any:
    """Logarithm of the softmax."""
    axis = keyword(opts, axis=-1)["axis"]
    axes = _axes(axis)
    shifted = nx.subtract(x, _stopped(nx.reduce_max(x, kw(axes=axes, keep_axes=True))))
    return nx.add(nx.negate(nx.log(nx.sum_(nx.exp(shifted), kw(axes=axes, keep_axes=True)))), shifted)


@numeric("log_sumexp/1", "log_sumexp/2")
def log_sumexp(x: Any, opts: Opts = ()) -> Any:
    """Logarithm of the sum of exponentials; the axis stays with size 1."""
    axes = _axes(keyword(opts, axis=-1)["axis"])
    return nx.logsumexp(x, kw(axes=axes, keep_axes=True))


@numeric("mish/1")
def mish(x: Any) -> Any:
    """``x * tanh(softplus(x))``."""
    return nx.multiply(x, nx.tanh(softplus(x)))


@numeric("relu/1")
def relu(x: Any) -> Any:
    """Rectifier; the gradient at 0 is 0."""
    from defnpy.nx.defn_kernel import custom_grad
    from defnpy.nx.trace import tracing

    out = nx.max_(x, 0)
    if tracing() is None:
        return out
    return custom_grad(out, [x], lambda g: [nx.select(nx.greater(x, 0), g, nx.broadcast(0, g))])


@numeric("relu6/1")
def relu6(x: Any) -> Any:
    """Rectifier clipped at 6."""
    return nx.min_(nx.max_(x, 0), 6)


@numeric("selu/1", "selu/2")
def selu(x: Any, opts: Opts = ()) -> Any:
    """Scaled exponential linear unit."""
    given = keyword(opts, alpha=_SELU_ALPHA, gamma=_SELU_GAMMA)
    return nx.multiply(given["gamma"], elu(x, kw(alpha=given["alpha"])))


@numeric("sigmoid/1")
def sigmoid(x: Any) -> Any:
    """Sigmoid; a later cross entropy of the same graph finds its logits."""
    return _with_logits(nx.sigmoid(x), x)


@numeric("silu/1")
def silu(x: Any) -> Any:
    """``x * sigmoid(x)``."""
    return nx.multiply(nx.sigmoid(x), x)


@numeric("softmax/1", "softmax/2")
def softmax(x: Any, opts: Opts = ()) -> Any:
    """Softmax; a later cross entropy of the same graph finds its logits."""
    axes = _axes(keyword(opts, axis=-1)["axis"])
    shifted = nx.subtract(x, _stopped(nx.reduce_max(x, kw(axes=axes, keep_axes=True))))
    exps = nx.exp(shifted)
    return _with_logits(nx.multiply(nx.divide(1, nx.sum_(exps, kw(axes=axes, keep_axes=True))), exps), x)


@numeric("softplus/1")
def softplus(x: Any) -> Any:
    """``log(1 + exp(x))``, stable."""
    return nx.add(nx.log1p(nx.exp(nx.negate(nx.abs_(x)))), nx.max_(0.0, x))


@numeric("softsign/1")
def softsign(x: Any) -> Any:
    """``x / (|x| + 1)``."""
    return nx.multiply(nx.divide(1, nx.add(nx.abs_(x), 1)), x)


@numeric("tanh/1")
def tanh(x: Any) -> Any:
    """Hyperbolic tangent."""
    return nx.tanh(x)


def _axes(axis: Any) -> list[Any]:
    return axis if axis.__class__ is list else [axis]


def _stopped(t: Any) -> Any:
    from defnpy.nx.defn_kernel import stop_grad
    from defnpy.nx.trace import tracing

    return stop_grad(t) if tracing() is not None else t


def _with_logits(t: Any, logits: Any) -> Any:
    from defnpy.nx.expr import metadata
    from defnpy.nx.trace import tracing
    from defnpy.terms.atom import Atom

    return metadata(t, "user", map={Atom("logits"): logits}) if tracing() is not None else t


ACTIVATIONS = (
    "celu", "elu", "exp", "gelu", "hard_sigmoid", "hard_silu", "hard_tanh", "leaky_relu", "linear", "log_sigmoid",
    "log_softmax", "log_sumexp", "mish", "relu", "relu6", "sigmoid", "silu", "selu", "softmax", "softplus", "softsign", "tanh",
)  # fmt: skip
MODULE = numeric_module("Axon.Activations", globals())
