"""Axon.Metrics."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.axon.base import ArgumentError, Atom, Opts, kw, numeric, numeric_module, nx
from defnpy.axon.losses import mean_absolute_error as _absolute
from defnpy.nx.options import keyword
from defnpy.terms.errors import CaseClauseError
from defnpy.terms.function import Closure
from defnpy.terms.module import ex


@numeric("accuracy/2", "accuracy/3")
def accuracy(y_true: Any, y_pred: Any, opts: Opts = ()) -> Any:
    """How often the prediction is right."""
    o = keyword(opts, from_logits=False, sparse=False)
    y_true, y_pred = nx.to_tensor(y_true), nx.to_tensor(y_pred)
    if o["sparse"] not in (None, False):
        return nx.mean(nx.equal(nx.argmax(y_pred, kw(axis=-1)), y_true))
    if y_pred.rank == 0 or y_true.rank < 2:
        raise CaseClauseError(y_true.shape)
    if y_pred.shape[-1] == 1:
        if o["from_logits"] not in (None, False):
            y_pred = nx.sigmoid(y_pred)
        return nx.mean(nx.equal(nx.greater(y_pred, 0.5), y_true))
    return nx.mean(nx.equal(nx.argmax(y_true, kw(axis=-1)), nx.argmax(y_pred, kw(axis=-1))))


def _hits(y_true: Any, y_pred: Any, threshold: Any, predicted: bool, right: bool) -> Any:
    chosen = nx.greater(y_pred, threshold)
    same = nx.equal(chosen, y_true)
    wanted = nx.equal(chosen, 1 if predicted else 0)
    hit = nx.logical_and(same if right else nx.not_equal(chosen, y_true), wanted)
    return nx.sum_(hit)


def _count(name: str, predicted: bool, right: bool) -> Callable[..., Any]:
    @numeric(f"{name}/2", f"{name}/3")
    def metric(y_true: Any, y_pred: Any, opts: Opts = ()) -> Any:
        return _hits(y_true, y_pred, keyword(opts, threshold=0.5)["threshold"], predicted, right)

    return metric


true_positives = _count("true_positives", True, True)
true_negatives = _count("true_negatives", False, True)
false_positives = _count("false_positives", True, False)
false_negatives = _count("false_negatives", False, False)
_ROUNDING = 1.0e-16


def _ratio(name: str, hits: Callable[..., Any], misses: Callable[..., Any]) -> Callable[..., Any]:
    @numeric(f"{name}/2", f"{name}/3")
    def metric(y_true: Any, y_pred: Any, opts: Opts = ()) -> Any:
        keyword(opts, threshold=0.5)
        a, b = hits(y_true, y_pred, opts), misses(y_true, y_pred, opts)
        return nx.divide(a, nx.add(nx.add(a, b), _ROUNDING))

    return metric


precision = _ratio("precision", true_positives, false_positives)
recall = _ratio("recall", true_positives, false_negatives)
sensitivity = _ratio("sensitivity", true_positives, false_negatives)
specificity = _ratio("specificity", true_negatives, false_positives)


@numeric("mean_absolute_error/2")
def mean_absolute_error(y_true: Any, y_pred: Any) -> Any:
    """Mean absolute error over everything."""
    return nx.mean(_absolute(y_true, y_pred))


@numeric("top_k_categorical_accuracy/2", "top_k_categorical_accuracy/3")
def top_k_categorical_accuracy(y_true: Any, y_pred: Any, opts: Opts = ()) -> Any:
    """How often the right class is among the *k* best."""
    o = keyword(opts, k=5, sparse=False)
    y_true, y_pred = nx.to_tensor(y_true), nx.to_tensor(y_pred)
    best = nx.argsort(y_pred, kw(axis=-1, direction=Atom("desc")))
    top = nx.slice_along_axis(best, 0, o["k"], kw(axis=-1))
    if o["sparse"] not in (None, False):
        return nx.mean(nx.any_(nx.equal(top, y_true), kw(axes=[-1])))
    if y_pred.rank not in (1, 2):
        raise ArgumentError("rank must be 1 or 2")
    right = nx.argmax(y_true, kw(axis=-1, keep_axis=True))
    return nx.mean(nx.any_(nx.equal(top, right), kw(axes=[-1])))


# -- over batches ---------------------------------------------------------------------------------------------------------


@ex("running_average/1")
def running_average(metric: Any) -> Any:
    """A function of the average so far, the arguments and the number of batches before."""

    def average(so_far: Any, args: Any, i: Any) -> Any:
        value = metric(*args) if args.__class__ is list else metric(args)
        return nx.divide(nx.add(nx.multiply(nx.to_tensor(so_far), i), value), nx.add(i, 1))

    return Closure(3, average)


@ex("running_sum/1")
def running_sum(metric: Any) -> Any:
    """A function of the sum so far, the arguments and the number of batches before."""

    def total(so_far: Any, args: Any, _i: Any) -> Any:
        value = metric(*args) if args.__class__ is list else metric(args)
        return nx.add(nx.to_tensor(so_far), value)

    return Closure(3, total)


METRICS = (
    "accuracy", "precision", "recall", "true_positives", "true_negatives", "false_positives", "false_negatives", "sensitivity",
    "specificity", "mean_absolute_error", "top_k_categorical_accuracy",
)  # fmt: skip
MODULE = numeric_module("Axon.Metrics", globals())
