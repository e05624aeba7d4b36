"""What a compiler is: something that makes a callable of a traced graph."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import Any

from defnpy.nx import defn
from defnpy.nx.containers import container_map
from defnpy.nx.entry import plain
from defnpy.nx.tensor import Tensor
from defnpy.terms.atom import Atom
from defnpy.terms.errors import RuntimeError_
from defnpy.terms.map import sorted_keys
from defnpy.terms.module import ex


class Graph:
    """A traced function: its parameters in order and its result, a container of expressions."""

    __slots__ = ("outputs", "params", "result")

    def __init__(self, params: Sequence[Tensor], outputs: Sequence[Tensor], result: Any) -> None:
        self.params = list(params)
        self.outputs = list(outputs)
        self.result = result


class Compiler(ABC):
    """A compiler. ``name`` is its Elixir module."""

    name: Atom

    def check(self, options: dict[str, Any]) -> None:  # noqa: B027 - a compiler may accept all options
        """Raise for options that are not valid."""

    @abstractmethod
    def compile(self, graph: Graph, options: dict[str, Any]) -> Callable[[list[Tensor]], Any]:
        """A function from the concrete tensors of the parameters to the result."""

    def place(self, tensors: list[Tensor], options: dict[str, Any]) -> list[Tensor]:
        """The inputs of a call, where the compiler wants them."""
        return tensors


def builder(result: Any, wrap: Callable[[Any], Any] | None = None) -> Callable[[Any], Any]:
    """A function from the arrays of the outputs to the result; *wrap* makes the data of a tensor of an array."""
    finish = _whole(result)
    return finish if wrap is None else lambda arrays: finish([wrap(a) for a in arrays])


def _whole(result: Any) -> Callable[[Any], Any]:
    if result.__class__ is Tensor:
        kind, shape, names, axes = result.type, result.shape, result.names, result.vectorized_axes
        return lambda arrays: Tensor(kind, shape, names, arrays[0], axes)
    if result.__class__ is tuple and all(t.__class__ is Tensor for t in result):
        heads = [(t.type, t.shape, t.names, t.vectorized_axes) for t in result]
        return lambda arrays: tuple([Tensor(k, s, n, a, x) for (k, s, n, x), a in zip(heads, arrays)])
    if plain(result):
        return _part(result, count())

    def finish(arrays: Any) -> Any:
        rest = iter(arrays)
        return container_map(result, lambda t: t.like(data=next(rest), donatable=False))

    return finish


def _part(term: Any, places: Iterator[int]) -> Callable[[Any], Any]:
    if term.__class__ is Tensor:
        i = next(places)
        kind, shape, names, axes = term.type, term.shape, term.names, term.vectorized_axes
        return lambda arrays: Tensor(kind, shape, names, arrays[i], axes)
    if term.__class__ is tuple:
        parts = [_part(t, places) for t in term]
        return lambda arrays: tuple([p(arrays) for p in parts])
    pairs = [(k, _part(term[k], places)) for k in sorted_keys(term)]
    return lambda arrays: {k: p(arrays) for k, p in pairs}


def callbacks(compiler: Compiler) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """``__jit__/5`` and ``__compile__/4`` of a native compiler, for compilers written in Elixir that delegate to it."""

    @ex("__jit__/5")
    def jit(key: Any, given: Any, fun: Any, args: Any, opts: Any) -> Any:
        """Trace, compile and run."""
        return defn.callback_jit(compiler, given, fun, args, opts)

    @ex("__compile__/4")
    def compile_(key: Any, given: Any, fun: Any, opts: Any) -> Any:
        """Trace and compile; the answer takes lists of arguments."""
        return defn.callback_compile(compiler, given, fun, opts)

    return jit, compile_


def refuse_sharding(message: str) -> Callable[..., Any]:
    """``__shard_jit__/6`` of a compiler that runs on one device."""

    @ex("__shard_jit__/6")
    def shard_jit(key: Any, mesh: Any, given: Any, fun: Any, args: Any, opts: Any) -> Any:
        """Not supported."""
        raise RuntimeError_(message)

    return shard_jit
