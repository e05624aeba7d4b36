"""Handlers that watch a metric: monitors, early stopping, cutting the learning rate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.axon.base import ArgumentError, Atom, Struct, field, nx, text
from defnpy.axon.loop.run import put
from defnpy.terms.errors import MatchError
from defnpy.terms.function import is_function

_SINCE, _CONTINUE, _SCALE = Atom("since_last_improvement"), Atom("continue"), Atom("scale")


def monitor(metric: Any, fun: Callable[[Any], Any], name: Any, patience: int, mode: Any) -> Callable[[Any], Any]:
    """A handler that remembers the best value and calls *fun* after *patience* events without a better one."""

    def handler(state: Struct) -> Any:
        value = _value(state, metric)
        metadata = field(state, "handler_metadata")
        before = metadata.get(name)
        best = before[metric] if before is not None else None
        if best is None or _better(value, best, mode):
            return _CONTINUE, _noted(state, name, metric, value, 0)
        since = before[_SINCE]
        if since < patience:
            return _CONTINUE, _noted(state, name, metric, best, since + 1)
        status, answered = fun(state)
        return status, put(answered, handler_metadata=field(_noted(state, name, metric, value, 0), "handler_metadata"))

    return handler


def _value(state: Struct, metric: Any) -> Any:
    metrics = field(state, "metrics")
    if metric not in metrics:
        raise ArgumentError(f"invalid metric to monitor, key {text(metric)} not present in metrics")
    return metrics[metric]


def _better(value: Any, best: Any, mode: Any) -> bool:
    if is_function(mode, 1):
        return mode(value) not in (None, False)
    test = nx.greater if mode is Atom("max") else nx.less
    return bool(nx.to_number(test(value, best)))


def _noted(state: Struct, name: Any, metric: Any, best: Any, since: int) -> Struct:
    metadata = {**field(state, "handler_metadata"), name: {_SINCE: since, metric: best}}
    return put(state, handler_metadata=metadata)


def rate_cutter(factor: Any) -> Callable[[Any], Any]:
    """A function that multiplies the scale of the optimizer's state."""

    def cut(state: Struct) -> Any:
        step_state = field(state, "step_state")
        optimizer = Atom("optimizer_state")
        if step_state.__class__ is not dict or optimizer not in step_state:
            raise ArgumentError(
                "given loop state is not a supervised training loop, key `:optimizer_state` was not present in the given step state"
            )
        first, *others = step_state[optimizer]
        if first.__class__ is not dict or _SCALE not in first:
            raise MatchError(first)
        made = ({_SCALE: nx.multiply(first[_SCALE], factor)}, *others)
        return _CONTINUE, put(state, step_state={**step_state, optimizer: made})

    return cut
