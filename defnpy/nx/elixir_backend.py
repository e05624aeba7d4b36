"""Backends that are Elixir modules: every operation calls the module's callback of that name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from defnpy.nx import backend as backends
from defnpy.nx.bytes import array_of, binary_of, octets
from defnpy.nx.tensor import Tensor
from defnpy.terms.atom import Atom
from defnpy.terms.errors import UndefinedFunctionError
from defnpy.terms.function import Closure
from defnpy.terms.module import Module
from defnpy.terms.runtime import runtime
from defnpy.terms.struct import Struct


class ElixirData:
    """The struct that a backend written in Elixir keeps in ``tensor.data``."""

    __slots__ = ("_term",)

    def __init__(self, term: Struct) -> None:
        self._term = term

    @property
    def backend(self) -> ElixirBackend:
        """The backend whose struct it is."""
        return ElixirBackend(self._term.module, [])

    def term(self) -> Struct:
        """The struct."""
        return self._term


def written(module: Module | None) -> bool:
    """Whether *module* can be a backend: the first callback of all is ``init/1``."""
    return module is not None and "init/1" in module.functions


class ElixirBackend(backends.Backend):
    """Calls the callbacks of the module *name*; *options* are what its ``init/1`` answered."""

    def __init__(self, name: Atom, options: Any) -> None:
        self.name = name
        self.options = options

    def __eq__(self, other: object) -> bool:
        return other.__class__ is ElixirBackend and other.name is self.name

    def __hash__(self) -> int:
        return hash(self.name)

    def using(self, options: Any) -> ElixirBackend:
        """The same backend with options for creation."""
        return ElixirBackend(self.name, options)

    def has(self, function: str, arity: int) -> bool:
        """Whether the module defines a callback."""
        module = runtime().find(self.name)
        return module is not None and f"{function}/{arity}" in module.functions

    def call(self, function: str, *args: Any) -> Any:
        """The answer of a callback."""
        module = runtime().find(self.name)
        found = module.functions.get(f"{function}/{len(args)}") if module is not None else None
        if found is None:
            raise UndefinedFunctionError(self.name, Atom(function), len(args))
        return found(*args)

    def init(self, options: Any) -> Any:
        return self.call("init", options)

    def run(self, op: Any, out: Any, operands: Sequence[Tensor], params: Any) -> Any:
        from defnpy.nx.arguments import arguments
        from defnpy.nx.expr import Expr

        args = arguments(Expr(op, out, tuple(operands), params, None))
        if not operands:
            args.append(self.options)
        given = tuple(_blank(t) for t in out) if out.__class__ is tuple else _blank(out)
        return _filled(out, self.call(op.name, given, *args))

    def block(self, tag: Any, out: Any, operands: Sequence[Tensor], default: Callable[..., Any]) -> Any:
        fun = Closure(len(operands) + 1, lambda _, *tensors: default(*tensors))
        given = tuple(_blank(t) for t in out) if out.__class__ is tuple else _blank(out)
        return _filled(out, self.call("block", tag, given, list(operands), fun))

    def from_numpy(self, out: Tensor, array: Any) -> Tensor:
        if not out.full_shape:
            from defnpy.nx.convert import number_term

            value = array.item()
            number = value if out.type.exact else int(value) if out.type.is_integer else float(value)
            return _filled(out, self.call("constant", _blank(out), number_term(number), self.options))
        return self.receive(out, array)

    def receive(self, out: Tensor, array: Any) -> Tensor:
        """The tensor *out* of the bytes of *array*."""
        given = binary_of(out.like(data=array))
        return _filled(out, self.call("from_binary", _blank(out), given, self.options))

    def to_numpy(self, tensor: Tensor) -> Any:
        binary = self.call("to_binary", tensor, tensor.size)
        return array_of(octets(binary)[0], tensor.type, tensor.full_shape)

    def move(self, tensor: Tensor, callback: str, target: Atom, options: Any) -> Tensor:
        """``backend_copy/3`` and ``backend_transfer/3``."""
        return self.call(callback, tensor, target, options)

    def deallocate(self, tensor: Tensor) -> Any:
        return self.call("backend_deallocate", tensor)


def _blank(out: Tensor) -> Tensor:
    """An output as callbacks see it."""
    from defnpy.nx.tensor import TEMPLATE

    return out.like(data=TEMPLATE)


def _filled(out: Any, made: Any) -> Any:
    """*out* with the data of what a callback answered."""
    if out.__class__ is tuple:
        for t, part in zip(out, made, strict=True):
            t.data = part.data
        return out
    out.data = made.data
    return out
