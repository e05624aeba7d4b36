"""What generated programs call besides NumPy: hooks, host functions and folds with functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from defnpy.compilers.evaluator.kernels.cast import to_type
from defnpy.compilers.evaluator.kernels.window import _padded, _positions
from defnpy.nx import hooks
from defnpy.nx.expr import Expr
from defnpy.nx.tensor import Tensor


def wrap(e: Expr, values: Any) -> list[Tensor]:
    """The operands of a node as tensors."""
    made = []
    for t, value in zip(e.operands, values, strict=True):
        out = t.data.out
        made.append(Tensor(out.type, out.shape, out.names, np.asarray(value)))
    return made


def call_hook(e: Expr, given: Any) -> Callable[..., None]:
    """The function behind an ``io_call``."""
    return lambda *values: hooks.run_io_call(e.params, given, wrap(e, values))


def call_host(e: Expr) -> Callable[..., Any]:
    """The function behind a ``runtime_call``."""

    def call(*values: Any) -> Any:
        made = [t.numpy() for t in hooks.run_runtime_call(e.params, wrap(e, values))]
        made = [np.asarray(a) if a.ndim else np.asarray(a)[()] for a in made]
        return made if e.out.__class__ is tuple else made[0]

    return call


def _fold(rows: Any, fun: Callable[..., Any], start: Any, out: Any) -> Any:
    kind = out.type
    made = np.empty(len(rows), kind.numpy)
    for i, row in enumerate(rows):
        acc = to_type(np.asarray(start), kind)[()]
        for x in row:
            acc = to_type(np.asarray(fun(x, acc)), kind)[()]
        made[i] = acc
    return made.reshape(out.shape) if out.shape else made[0]


def fold_rows(e: Expr) -> Callable[..., Any]:
    """``reduce``: *fun* is the compiled function of element and accumulator."""
    axes, out = e.params["axes"], e.out

    def call(fun: Callable[..., Any], a: Any, acc: Any) -> Any:
        a = np.asarray(a)
        gone = tuple(range(a.ndim)) if axes is None else axes
        kept = [i for i in range(a.ndim) if i not in gone]
        return _fold(np.transpose(a, (*kept, *gone)).reshape(out.size, -1), fun, acc, out)

    return call


def fold_windows(e: Expr) -> Callable[..., Any]:
    """``window_reduce``."""
    params, out = e.params, e.out

    def call(fun: Callable[..., Any], a: Any, acc: Any) -> Any:
        a = _padded(a, params, acc)
        parts = np.stack([np.broadcast_to(p, out.shape).reshape(-1) for p in _positions(a, out.shape, params)], 1)
        return _fold(parts, fun, acc, out)

    return call
