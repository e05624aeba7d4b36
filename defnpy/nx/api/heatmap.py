"""``Nx.to_heatmap/2`` and ``Nx.Heatmap``."""

from __future__ import annotations

from typing import Any

import numpy as np

from defnpy.nx.convert import to_tensor
from defnpy.nx.document import joined, limit_of
from defnpy.nx.show import header, text
from defnpy.nx.tensor import Tensor
from defnpy.terms import algebra
from defnpy.terms.atom import Atom, alias
from defnpy.terms.errors import ArgumentError, FunctionClauseError
from defnpy.terms.module import ex, native_module
from defnpy.terms.struct import Struct

HEATMAP = alias("Nx.Heatmap")
_TENSOR, _OPTS = Atom("tensor"), Atom("opts")


class Heatmap(Struct):
    """``%Nx.Heatmap{}``: a tensor that prints as shades."""

    __slots__ = ("opts", "tensor")
    module = HEATMAP

    def __init__(self, tensor: Tensor, opts: list[Any]) -> None:
        self.tensor = tensor
        self.opts = opts

    @property
    def fields(self) -> dict[Any, Any]:  # type: ignore[override]
        return {_OPTS: self.opts, _TENSOR: self.tensor}

    def replace(self, changes: dict[Any, Any]) -> Struct:
        merged = {**self.fields, **changes}
        return Heatmap(merged[_TENSOR], merged[_OPTS])

    def ex_fetch(self, key: Any) -> Any:
        """A part of the heatmap, itself one unless it is a scalar."""
        made = self.tensor.ex_fetch(key)
        return Heatmap(made, self.opts) if made.shape else made

    def ex_inspect(self, opts: Any) -> Any:
        """The document of ``inspect/2``."""
        t = self.tensor
        made = []
        if t.vectorized_axes:
            made.append("vectorized" + "".join(f"[{name.name}: {n}]" for name, n in t.vectorized_axes))
        made.append(header(t))
        limit = limit_of(opts)
        body = _Body(self.opts).lines(t.numpy().astype(np.float64), limit)
        inside = algebra.nest(algebra.concat([algebra.line(), joined(made + body)]), 2)
        return algebra.force_unfit(algebra.concat(["#Nx.Heatmap<", inside, "\n>"]))


class _Body:
    """The lines below the header."""

    def __init__(self, opts: list[Any]) -> None:
        given = {k.name: v for k, v in opts}
        self.ansi = bool(given.get("ansi_enabled", False))
        self.space = given.get("ansi_whitespace", "\u3000")

    def lines(self, array: Any, limit: int | None) -> list[str]:
        if array.ndim == 1:
            return [self.row(array, _range(array))]
        if array.ndim == 2:
            return ["", *self.block(array)]
        return self.nested(array, "", _Budget(limit))

    def block(self, array: Any) -> list[str]:
        bounds = _range(array)
        return [self.row(row, bounds) for row in array]

    def nested(self, array: Any, indent: str, budget: _Budget) -> list[str]:
        out = [indent + "["]
        inner = indent + "  "
        for i, part in enumerate(array):
            if budget.left is not None and budget.left <= 0:
                out.append(inner + "...")
                break
            if array.ndim == 3:
                if i:
                    out.append(inner)
                out += [inner + line for line in self.block(part)]
                budget.spend(1)
            else:
                out += self.nested(part, inner, budget)
            if i < len(array) - 1:
                out[-1] += ","
        return [*out, indent + "]"]

    def row(self, row: Any, bounds: tuple[float, float]) -> str:
        if self.ansi:
            return "".join(self.shade(x, bounds) for x in row) + "\x1b[0m"
        return "".join(_digit(x, bounds) for x in row)

    def shade(self, x: float, bounds: tuple[float, float]) -> str:
        if np.isnan(x):
            return f"\x1b[41m{self.space}"
        if np.isinf(x):
            return f"\x1b[48;5;{255 if x > 0 else 232}m∞"
        return f"\x1b[48;5;{232 + _scaled(x, bounds, 23)}m{self.space}"


class _Budget:
    """How many blocks may still be shown (None: all)."""

    def __init__(self, left: int | None) -> None:
        self.left = left

    def spend(self, n: int) -> None:
        if self.left is not None:
            self.left -= n


def _range(array: Any) -> tuple[float, float]:
    finite = array[np.isfinite(array)]
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)


def _scaled(x: float, bounds: tuple[float, float], steps: int) -> int:
    low, high = bounds
    return int(np.floor((x - low) / (high - low) * steps + 0.5)) if high > low else 0


def _digit(x: float, bounds: tuple[float, float]) -> str:
    if np.isnan(x):
        return "x"
    if np.isinf(x):
        return "+" if x > 0 else "-"
    return str(_scaled(x, bounds, 9))


@ex("to_heatmap/1", "to_heatmap/2")
def to_heatmap(tensor: Any, opts: Any = ()) -> Heatmap:
    """A tensor that prints as shades (digits, or colours with ``:ansi_enabled``)."""
    if opts.__class__ is not list and opts != ():
        raise FunctionClauseError(alias("Nx"), Atom("to_heatmap"), 2)
    t = to_tensor(tensor)
    if not t.shape:
        raise ArgumentError(f"cannot show heatmap for scalar tensors, got: {text(t)}")
    return Heatmap(t, list(opts))


MODULE = native_module("Nx", globals())
