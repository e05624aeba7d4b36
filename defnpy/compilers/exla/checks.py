"""What the reference refuses in the values of operands. A compiled program cannot raise; an operation run by itself is checked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from defnpy.compilers.evaluator.kernels.index import check_bounds
from defnpy.nx.ops import elementwise, index
from defnpy.terms.errors import ArgumentError, ArithmeticError_

Check = Callable[[Any, Any, Sequence[Any]], None]


def _divisor(out: Any, params: Any, arrays: Sequence[Any]) -> None:
    if out.type.is_integer and (_host(arrays[1]) == 0).any():
        raise ArithmeticError_()


def _exponent(out: Any, params: Any, arrays: Sequence[Any]) -> None:
    if out.type.is_integer and out.type.signed and (_host(arrays[1]) < 0).any():
        raise ArithmeticError_()


def _shift(word: str) -> Check:
    def check(out: Any, params: Any, arrays: Sequence[Any]) -> None:
        flat = _host(arrays[1]).reshape(-1)
        if flat.dtype.kind == "i" and (flat < 0).any():
            raise ArgumentError(f"cannot {word} shift by {flat[np.flatnonzero(flat < 0)[0]]}")

    return check


def _columns(out: Any, params: Any, arrays: Sequence[Any]) -> None:
    indices = _host(arrays[1])
    for k, axis in enumerate(params["axes"]):
        check_bounds(indices[..., k], axis, arrays[0].shape)


def _along(out: Any, tag: Any, arrays: Sequence[Any]) -> None:
    axis = {k.name: v for k, v in tag.fields.items()}["axis"]
    check_bounds(_host(arrays[1]), axis, arrays[0].shape)


def _host(array: Any) -> Any:
    return np.asarray(array)


_BINARY = elementwise.BINARY
CHECKS: dict[Any, Check] = {
    _BINARY["quotient"]: _divisor, _BINARY["remainder"]: _divisor, _BINARY["pow"]: _exponent,
    _BINARY["left_shift"]: _shift("left"), _BINARY["right_shift"]: _shift("right"),
    index.GATHER: _columns, index.INDEXED_ADD: _columns, index.INDEXED_PUT: _columns,
}  # fmt: skip
BLOCK_CHECKS: dict[str, Check] = {"Elixir.Nx.Block.Take": _along, "Elixir.Nx.Block.TakeAlongAxis": _along}
