"""Backends: who holds the data of a tensor and runs operations on it; and which backend is in force."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from defnpy.nx import memory
from defnpy.nx.tensor import TEMPLATE, TemplateData, Tensor
from defnpy.terms.atom import Atom, alias
from defnpy.terms.errors import ArgumentError, RuntimeError_, UndefinedFunctionError
from defnpy.terms.process import current
from defnpy.terms.runtime import runtime

BINARY = alias("Nx.BinaryBackend")


class Backend(ABC):
    """What a backend answers to. ``name`` is its Elixir module."""

    name: Atom

    def init(self, options: Any) -> Any:
        """Check backend options (``{EXLA.Backend, client: :host}``); the accepted form is kept."""
        return options

    def using(self, options: Any) -> Backend:
        """The backend with the options that creation gets."""
        return self

    def receive(self, out: Tensor, array: Any) -> Tensor:
        """Set the data of *out*, which comes from another backend."""
        return self.from_numpy(out, array)

    @abstractmethod
    def run(self, op: Any, out: Any, operands: Sequence[Tensor], params: Any) -> Any:
        """Run *op*; sets the data of *out* (a tensor or a tuple of tensors) and returns it."""

    def block(self, tag: Any, out: Any, operands: Sequence[Tensor], default: Callable[..., Any]) -> Any:
        """Run a block: a kernel of its own for *tag*, or ``default(*operands)``."""
        return default(*operands)

    @abstractmethod
    def from_numpy(self, out: Tensor, array: Any) -> Tensor:
        """Set the data of *out* from a host array; used for constants and literals."""

    @abstractmethod
    def to_numpy(self, tensor: Tensor) -> Any:
        """The elements as a host array."""

    def deallocate(self, tensor: Tensor) -> Any:
        """Free the data; the answer is an Elixir term."""
        return Atom("ok")


class TableBackend(Backend):
    """A backend that is a table from operation to kernel, for data that is a bare NumPy array.

    A kernel is ``kernel(out, params, *arrays)`` and returns an array (or a tuple of arrays for a tuple of outputs).
    """

    def __init__(
        self,
        name: Atom,
        table: dict[Any, Callable[..., Any]],
        blocks: dict[str, Callable[..., Any]],
        direct: dict[Any, Callable[[Any, Any], Any]],
    ) -> None:
        self.name = name
        self.table = table
        self.blocks = blocks
        # Functions of two arrays of one exact type and shape: the shortest way for elementwise operations.
        self.direct = direct

    def init(self, options: Any) -> Any:
        if options:
            raise ArgumentError("Nx.BinaryBackend accepts no options")
        return []

    def run(self, op: Any, out: Any, operands: Sequence[Tensor], params: Any) -> Any:
        memory.check(out)
        made = self.table[op](out, params, *[t.data for t in operands])
        return _fill(out, made)

    def block(self, tag: Any, out: Any, operands: Sequence[Tensor], default: Callable[..., Any]) -> Any:
        kernel = self.blocks.get(tag.module.name) if hasattr(tag, "module") else None
        if kernel is None:
            return default(*operands)
        memory.check(out)
        return _fill(out, kernel(out, tag, *[t.data for t in operands]))

    def from_numpy(self, out: Tensor, array: Any) -> Tensor:
        out.data = array
        return out

    def to_numpy(self, tensor: Tensor) -> Any:
        return tensor.data


def _fill(out: Any, made: Any) -> Any:
    if out.__class__ is tuple:
        for t, array in zip(out, made, strict=True):
            t.data = array if array.__class__ is np.ndarray else np.asarray(array)
        return out
    out.data = made if made.__class__ is np.ndarray else np.asarray(made)
    return out


class TemplateBackend(Backend):
    """Refuses everything."""

    name = alias("Nx.TemplateBackend")

    def _refuse(self, *_: Any) -> Any:
        raise RuntimeError_("cannot perform operations on a Nx.TemplateBackend tensor")

    run = block = from_numpy = to_numpy = deallocate = _refuse  # type: ignore[assignment]


TemplateData.backend = TemplateBackend()


def find(name: Any, function: str = "init", arity: int = 1) -> Backend:
    """The backend of module *name*; the error names the callback that Elixir would have called."""
    module = runtime().find(name)
    found = module.info.get("backend") if module is not None else None
    if found is None:
        if name is TemplateBackend.name:
            return TemplateData.backend
        from defnpy.nx.elixir_backend import ElixirBackend, written

        if written(module):
            return ElixirBackend(name, [])
        raise UndefinedFunctionError(name, Atom(function), arity)
    return found


_binary: list[TableBackend] = []


def binary() -> TableBackend:
    """Nx.BinaryBackend."""
    if not _binary:
        _binary.append(find(BINARY))  # type: ignore[arg-type]
    return _binary[0]


def of(tensor: Tensor) -> Backend:
    """The backend that holds the data of *tensor*."""
    return binary() if tensor.data.__class__ is np.ndarray else tensor.data.backend


def parse(term: Any, prefix: str = "") -> tuple[Atom, Any]:
    """``Backend`` or ``{Backend, options}`` as a pair; *prefix* (``":"``) words the error for the ``:backend`` option."""
    if term.__class__ is Atom:
        return term, []
    if term.__class__ is tuple and len(term) == 2 and term[0].__class__ is Atom and term[1].__class__ is list:
        return term
    from defnpy.nx.show import text

    raise ArgumentError(f"{prefix}backend must be an atom or a tuple {{backend, options}}, got: {text(term)}")


def init(term: Any) -> tuple[Atom, Any]:
    """A backend term checked and initialised: ``{Backend, options}``."""
    name, options = parse(term)
    return name, find(name).init(options)


def default_term() -> tuple[Atom, Any]:
    """``Nx.default_backend()``: of the process, else the global one, else Nx.BinaryBackend."""
    own = current().state.get("nx_backend")
    if own is not None:
        return own
    return runtime().options.get("nx_backend") or (BINARY, [])


def default() -> Backend:
    """The backend that new tensors go to."""
    own = current().state.get("nx_backend") or runtime().options.get("nx_backend")
    return find(own[0]).using(own[1]) if own is not None else binary()


def set_default(term: Any) -> tuple[Atom, Any]:
    """``Nx.default_backend/1``: answers the previous one."""
    made = init(term)
    before = default_term()
    current().state["nx_backend"] = made
    return before


def set_global(term: Any) -> tuple[Atom, Any]:
    """``Nx.global_default_backend/1``: answers the previous one."""
    made = init(term)
    before: tuple[Atom, Any] = runtime().options.get("nx_backend") or (BINARY, [])
    runtime().options["nx_backend"] = made
    return before


def restore(term: Any) -> None:
    """Put back what ``current().state["nx_backend"]`` was (None: nothing set)."""
    if term is None:
        current().state.pop("nx_backend", None)
    else:
        current().state["nx_backend"] = term


def place(out: Tensor, array: Any, backend: Any = None) -> Tensor:
    """Give *out* the host *array*, held by *backend* (an Elixir term; None: the default)."""
    if backend is None:
        return default().from_numpy(out, array)
    name, options = parse(backend, ":")
    found = find(name, "from_binary", 3)
    return found.using(found.init(options)).from_numpy(out, array)


__all__ = ["TEMPLATE", "Backend", "TableBackend", "TemplateBackend"]
