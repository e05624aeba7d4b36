"""What a compiler is: something that makes a callable of a traced graph."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from defnpy.nx.tensor import Tensor
from defnpy.terms.atom import Atom


class Graph:
    """A traced function: its parameters in order and its result, a container of expressions."""

    __slots__ = ("outputs", "params", "result")

    def __init__(self, params: Sequence[Tensor], outputs: Sequence[Tensor], result: Any) -> None:
        self.params = list(params)
        self.outputs = list(outputs)
        self.result = result


class Compiler:
    """A compiler. ``name`` is its Elixir module."""

    name: Atom

    def check(self, options: dict[str, Any]) -> None:
        """Raise for options that are not valid."""

    def compile(self, graph: Graph, options: dict[str, Any]) -> Callable[[list[Tensor]], Any]:
        """A function from the concrete tensors of the parameters to the result."""
        raise NotImplementedError

    def place(self, tensors: list[Tensor], options: dict[str, Any]) -> list[Tensor]:
        """The inputs of a call, where the compiler wants them."""
        return tensors
