"""Axon.Losses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.axon.activations import log_sigmoid, log_softmax
from defnpy.axon.base import ArgumentError, Atom, Opts, Tensor, kw, numeric, numeric_module, nx, text
from defnpy.nx.linalg import norm_body
from defnpy.nx.options import keyword
from defnpy.terms.errors import CaseClauseError
from defnpy.terms.function import Closure
from defnpy.terms.module import ex

NAME = "Axon.Losses"
NONE = Atom("none")
_EPSILON = 1.0e-7


def reduced(loss: Any, reduction: Any) -> Any:
    """A loss as the ``:reduction`` option says."""
    if reduction is NONE:
        return loss
    if reduction is Atom("mean"):
        return nx.mean(loss)
    if reduction is Atom("sum"):
        return nx.sum_(loss)
    raise CaseClauseError(reduction)


def _same_shape(a: Any, b: Any, function: str) -> tuple[Tensor, Tensor]:
    a, b = nx.to_tensor(a), nx.to_tensor(b)
    if a.shape != b.shape:
        raise ArgumentError(
            f"{NAME}.{function}: expected input shapes y_true and y_pred to be equal, got {text(a.shape)} != {text(b.shape)}"
        )
    return a, b


def logits_of(t: Tensor) -> Any:
    """The logits that an activation of the same graph left with its output, or None."""
    found = getattr(t.data, "params", None)
    if found.__class__ is dict and found.get("kind") == "user":
        return found.get("map", {}).get(Atom("logits"))
    return None


@numeric("binary_cross_entropy/2", "binary_cross_entropy/3")
def binary_cross_entropy(y_true: Any, y_pred: Any, opts: Opts = ()) -> Any:
    """Cross entropy of probabilities of two classes."""
    o = keyword(opts, positive_weight=None, negative_weight=None, reduction=NONE, from_logits=False)
    y_true, y_pred = _same_shape(y_true, y_pred, "binary_cross_entropy")
    logits = logits_of(y_pred)
    if logits is not None and o["from_logits"] in (None, False):
        loss = _from_logits(y_true, logits)
    elif o["from_logits"] not in (None, False):
        loss = _from_logits(y_true, logits if logits is not None else y_pred)
    else:
        p = nx.clip(y_pred, _EPSILON, 1 - _EPSILON)
        inverse = nx.multiply(nx.subtract(1, y_true), nx.log(nx.add(nx.subtract(1, p), _EPSILON)))
        loss = nx.negate(nx.add(nx.multiply(y_true, nx.log(nx.add(p, _EPSILON))), inverse))
    positive, negative = o["positive_weight"], o["negative_weight"]
    if positive is not None or negative is not None:
        weights = nx.take(nx.tensor([1.0 if negative is None else negative, 1.0 if positive is None else positive]), y_true)
        return reduced(nx.mean(nx.multiply(loss, weights)), o["reduction"])
    return reduced(nx.mean(loss, kw(axes=[-1])), o["reduction"])


def _from_logits(y_true: Any, logits: Any) -> Any:
    log_p = log_sigmoid(logits)
    log_not_p = log_sigmoid(nx.negate(logits))
    return nx.subtract(nx.multiply(nx.negate(y_true), log_p), nx.multiply(nx.subtract(1, y_true), log_not_p))


@numeric("categorical_cross_entropy/2", "categorical_cross_entropy/3")
def categorical_cross_entropy(y_true: Any, y_pred: Any, opts: Opts = ()) -> Any:
    """Cross entropy of probabilities of many classes."""
    o = keyword(opts, class_weights=None, reduction=NONE, from_logits=False, sparse=False)
    y_true, y_pred = nx.to_tensor(y_true), nx.to_tensor(y_pred)
    logits = logits_of(y_pred)
    given = o["from_logits"] not in (None, False)
    sparse = o["sparse"] not in (None, False)
    if given or logits is not None:
        scores: Any = log_softmax(logits if logits is not None else y_pred, kw(axis=-1))
    else:
        scores = None
    last = kw(axes=[-1])
    if sparse:
        taken = _taken(y_true, y_pred if scores is None else scores)
        loss = nx.sum_(nx.negate(nx.log(taken) if scores is None else taken), last)
    elif scores is None:
        loss = nx.sum_(nx.negate(_times_log(y_true, y_pred)), last)
    else:
        loss = nx.negate(nx.sum_(nx.multiply(y_true, scores), last))
    return _weighted(loss, y_true, o["class_weights"], o["reduction"])


def _taken(y_true: Tensor, scores: Any) -> Any:
    """The score of each target."""
    if y_true.rank < 2:
        y_true = nx.new_axis(y_true, -1)
    if y_true.shape[-1] != 1:
        raise ArgumentError(f"target values must have size 1 in last dimension, got shape {text(y_true.shape)}")
    return nx.take_along_axis(scores, y_true, kw(axis=-1))


def _times_log(x: Any, y: Any) -> Any:
    """``x * log(y)``, zero where *x* is."""
    some = nx.not_equal(x, 0.0)
    one_x, one_y = (nx.tensor(1, kw(type=t.type.elixir)) for t in (x, y))
    made = nx.multiply(nx.select(some, x, one_x), nx.log(nx.select(some, y, one_y)))
    return nx.select(some, made, nx.tensor(0, kw(type=x.type.elixir)))


def _weighted(loss: Any, y_true: Any, weights: Any, reduction: Any) -> Any:
    if weights is None or weights is False:
        return reduced(loss, reduction)
    weights = nx.tensor(weights)
    if weights.size != y_true.shape[-1]:
        raise ArgumentError(
            "expected class weights to be a 1-dimensional list with size equal to the number of classes present in dataset, "
            f"got {text(weights)} for data with {y_true.shape[1]} classes"
        )
    factor = nx.take(weights, nx.argmax(y_true, kw(axis=1)))
    weighted = nx.multiply(factor, loss)
    if reduction is Atom("mean"):
        return nx.divide(nx.sum_(weighted), nx.sum_(factor))
    return reduced(weighted, reduction)


@numeric("categorical_hinge/2", "categorical_hinge/3")
def categorical_hinge(y_true: Any, y_pred: Any, opts: Opts = ()) -> Any:
    """Hinge loss of many classes."""
    o = keyword(opts, reduction=NONE)
    y_true = nx.to_tensor(y_true)
    wrong = nx.reduce_max(nx.multiply(nx.subtract(1, y_true), y_pred), kw(axes=[-1]))
    right = nx.sum_(nx.multiply(y_true, y_pred), kw(axes=[-1]))
    return reduced(nx.max_(nx.add(nx.subtract(wrong, right), 1), 0), o["reduction"])


def _elementwise(name: str, fun: Callable[[Any, Any], Any], last: Callable[[Any], Any]) -> Callable[..., Any]:
    @numeric(f"{name}/2", f"{name}/3")
    def loss(y_true: Any, y_pred: Any, opts: Opts = ()) -> Any:
        o = keyword(opts, reduction=NONE)
        y_true, y_pred = nx.to_tensor(y_true), nx.to_tensor(y_pred)
        return reduced(last(fun(y_true, y_pred)), o["reduction"])

    return loss


def _mean(t: Any) -> Any:
    return nx.mean(t, kw(axes=[-1]))


def _sum(t: Any) -> Any:
    return nx.sum_(t, kw(axes=[-1]))


def _sum_first(t: Any) -> Any:
    return nx.sum_(t, kw(axes=[0]))


def _divergence(y_true: Any, y_pred: Any) -> Any:
    t, p = nx.clip(y_true, _EPSILON, 1), nx.clip(y_pred, _EPSILON, 1)
    return nx.multiply(nx.log(nx.divide(t, p)), t)


def _log_cosh(y_true: Any, y_pred: Any) -> Any:
    x = nx.subtract(y_pred, y_true)
    return nx.subtract(nx.add(nx.log1p(nx.exp(nx.multiply(x, -2))), x), nx.log(2))


hinge = _elementwise("hinge", lambda t, p: nx.max_(nx.add(nx.negate(nx.multiply(t, p)), 1), 0), _mean)
kl_divergence = _elementwise("kl_divergence", _divergence, _sum)
log_cosh = _elementwise("log_cosh", _log_cosh, _mean)
mean_absolute_error = _elementwise("mean_absolute_error", lambda t, p: nx.abs_(nx.subtract(t, p)), _mean)
mean_squared_error = _elementwise("mean_squared_error", lambda t, p: nx.pow_(nx.subtract(t, p), 2), _mean)
poisson = _elementwise("poisson", lambda t, p: nx.add(nx.negate(nx.multiply(nx.log(nx.add(p, _EPSILON)), t)), p), _mean)
soft_margin = _elementwise("soft_margin", lambda t, p: nx.log1p(nx.exp(nx.multiply(nx.negate(t), p))), _sum_first)


@numeric("margin_ranking/2", "margin_ranking/3")
def margin_ranking(y_true: Any, y_pred: Any, opts: Opts = ()) -> Any:
    """Ranking loss of two predictions."""
    o = keyword(opts, margin=0.0, reduction=NONE)
    a, b = y_pred
    made = nx.add(nx.multiply(nx.negate(y_true), nx.subtract(a, b)), o["margin"])
    return reduced(nx.max_(made, 0), o["reduction"])


@numeric("cosine_similarity/2", "cosine_similarity/3")
def cosine_similarity(y_true: Any, y_pred: Any, opts: Opts = ()) -> Any:
    """Cosine of the angle of two vectors."""
    o = keyword(opts, axes=[1], eps=1.0e-6, reduction=NONE)
    axes = kw(axes=o["axes"])
    product = nx.sum_(nx.multiply(y_true, y_pred), axes)
    norms = nx.multiply(norm_body(y_true, axes), norm_body(y_pred, axes))
    return reduced(nx.divide(product, nx.max_(norms, o["eps"])), o["reduction"])


@numeric("huber/2", "huber/3")
def huber(y_true: Any, y_pred: Any, opts: Opts = ()) -> Any:
    """Squared for small errors, linear for large ones."""
    o = keyword(opts, reduction=NONE, delta=1.0)
    delta = o["delta"]
    error = nx.abs_(nx.subtract(y_pred, y_true))
    small = nx.multiply(0.5, nx.pow_(error, 2))
    half = 0.5 * delta**2 if delta.__class__ in (int, float) else nx.multiply(0.5, nx.pow_(delta, 2))
    large = nx.subtract(nx.multiply(delta, error), half)
    return reduced(nx.select(nx.less_equal(error, delta), small, large), o["reduction"])


@numeric("apply_label_smoothing/2", "apply_label_smoothing/3")
def apply_label_smoothing(y_true: Any, y_pred: Any, opts: Opts = ()) -> Any:
    """Labels moved towards the mean of all classes."""
    o = keyword(opts, smoothing=0.1)
    smoothing = o["smoothing"]
    rank = nx.rank(y_true)
    if rank < 2:
        raise ArgumentError(f"apply_label_smoothing: expected y_true shape to have at least rank 2, got rank {rank}")
    classes = nx.to_tensor(y_pred).shape[-1]
    return nx.add(nx.multiply(y_true, 1 - smoothing), smoothing / classes)


@ex("label_smoothing/1", "label_smoothing/2")
def label_smoothing(loss: Any, opts: Opts = ()) -> Any:
    """A loss of smoothed labels."""

    def smoothed(y_true: Any, y_pred: Any) -> Any:
        return loss(apply_label_smoothing(y_true, y_pred, list(opts)), y_pred)

    return Closure(2, smoothed)


# -- connectionist temporal classification --------------------------------------------------------------------------------


@numeric("connectionist_temporal_classification/2", "connectionist_temporal_classification/3")
def connectionist_temporal_classification(y_true: Any, y_pred: Any, opts: Opts = ()) -> Any:
    """Loss of sequences whose alignment is unknown; targets are lengths and labels, predictions log probabilities."""
    o = keyword(opts, blank=0, reduction=NONE)
    lengths, labels = y_true
    lengths, labels, y_pred = nx.to_tensor(lengths), nx.to_tensor(labels), nx.to_tensor(y_pred)
    batch, steps, _ = y_pred.shape
    path = nx.pad(labels, o["blank"], [(0, 0, 0), (1, 1, 1)])
    limits = _path_limits(path, nx.reshape(nx.multiply(lengths, 2), (batch, 1)), steps - 1)
    scores = _path_scores(y_pred, path, limits)
    total = nx.sum_(nx.select(_within(path, limits[0]), nx.exp(scores), 0.0), kw(axes=[1]))
    loss = nx.abs_(nx.log(nx.add(total, _PATH_EPSILON)))
    return reduced(nx.divide(loss, lengths) if o["reduction"] is Atom("mean") else loss, o["reduction"])


_PATH_EPSILON = 1.0e-7


def _path_limits(path: Tensor, most: Any, last: int) -> list[tuple[Any, Any]]:
    """The first and the last place on the *path* (labels with blanks around them) that each step of time can be at.

    *most* is the last place; the bounds of time are those of the reference, which goes through the path as fast as it can.
    """
    at = nx.broadcast(nx.tensor(1, kw(type=most.type.elixir)), most.shape)
    upper, count = [at], nx.multiply(at, 0)
    for _ in range(last):
        going = nx.less_equal(at, nx.subtract(most, 2))
        here, there = (nx.take_along_axis(path, nx.min_(place, path.shape[1] - 1), kw(axis=1)) for place in (at, nx.add(at, 2)))
        at = nx.select(going, nx.add(at, nx.select(nx.not_equal(here, there), 2, 1)), at)
        upper.append(nx.select(going, at, most))
        count = nx.add(count, going)
    bounds = nx.concatenate(upper, kw(axis=1))
    made = []
    for t in range(last + 1):
        index = nx.subtract(nx.add(count, t), last)
        earlier = nx.take_along_axis(bounds, nx.max_(index, 0), kw(axis=1))
        made.append((nx.select(nx.less(index, 0), 0, earlier), upper[t]))
    return made


def _within(path: Tensor, bounds: tuple[Any, Any], by: int = 0) -> Any:
    """Where a place, *by* places further on, lies between the bounds."""
    at = nx.add(nx.broadcast(nx.iota((1, path.shape[1])), path.shape), by)
    return nx.logical_and(nx.greater_equal(at, bounds[0]), nx.less_equal(at, bounds[1]))


def _path_scores(y_pred: Tensor, path: Tensor, limits: list[tuple[Any, Any]]) -> Any:
    """The logarithm of the probability of what is left of the path, from each place, backwards in time."""

    def step(t: int) -> Any:
        row = nx.squeeze(nx.slice_along_axis(y_pred, t, 1, kw(axis=1)), kw(axes=[1]))
        return nx.take_along_axis(row, path, kw(axis=1))

    last = len(limits) - 1
    repeated = nx.equal(path, nx.pad(path, -1, [(0, 0, 0), (-2, 2, 0)]))
    scores = nx.select(_within(path, limits[last]), step(last), 0.0)
    for t in range(last - 1, -1, -1):
        total: Any = 0.0
        for by in range(3):
            allowed = _within(path, limits[t + 1], by)
            if by == 2:
                allowed = nx.logical_and(allowed, nx.logical_not(repeated))
            total = nx.add(total, nx.select(allowed, nx.exp(nx.pad(scores, 0.0, [(0, 0, 0), (-by, by, 0)])), 0.0))
        made = nx.add(step(t), nx.log(nx.add(total, _PATH_EPSILON)))
        scores = nx.select(_within(path, limits[t]), made, scores)
    return scores


MODULE = numeric_module(NAME, globals())
LOSSES = (
    "binary_cross_entropy", "categorical_cross_entropy", "categorical_hinge", "hinge", "kl_divergence", "log_cosh",
    "margin_ranking", "soft_margin", "mean_squared_error", "mean_absolute_error", "poisson", "cosine_similarity", "huber",
    "connectionist_temporal_classification",
)  # fmt: skip
