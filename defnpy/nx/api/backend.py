"""Backends, donation, blocks and calls out of a computation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from defnpy.nx import backend as backends
from defnpy.nx.containers import container_each, container_map, eager_map
from defnpy.nx.convert import to_tensor
from defnpy.nx.dispatch import block as run_block
from defnpy.nx.show import text
from defnpy.nx.tensor import TEMPLATE, Tensor
from defnpy.terms.atom import Atom, alias, is_atom
from defnpy.terms.errors import ArgumentError, FunctionClauseError
from defnpy.terms.function import is_function
from defnpy.terms.module import ex, native_module
from defnpy.terms.process import current


@ex("default_backend/0")
def default_backend_0() -> Any:
    """The default backend of the process."""
    return backends.default_term()


@ex("default_backend/1")
def default_backend(backend: Any) -> Any:
    """Set the default backend of the process; answers the previous one."""
    return backends.set_default(backend)


@ex("global_default_backend/1")
def global_default_backend(backend: Any) -> Any:
    """Set the default backend of the whole runtime; answers the previous one."""
    return backends.set_global(backend)


@ex("with_default_backend/2")
def with_default_backend(backend: Any, fun: Callable[[], Any]) -> Any:
    """Call *fun* with another default backend."""
    before = current().state.get("nx_backend")
    backends.set_default(backend)
    try:
        return fun()
    finally:
        backends.restore(before)


def copy_to(t: Tensor, backend: Any, prefix: str = "", callback: str = "backend_copy") -> Tensor:
    """*t* with its data on another backend."""
    name, options = backends.parse(backend, prefix)
    found = backends.find(name)
    options = found.init(options)
    source = backends.of(t)
    move = getattr(source, "move", None)
    if move is not None:
        return move(t, callback, name, options)
    refuse = getattr(source, "copy", None)
    if refuse is not None:
        return refuse(t, found)
    return found.using(options).receive(t.like(data=None), source.to_numpy(t))


@ex("backend_copy/1", "backend_copy/2")
def backend_copy(container: Any, backend: Any = Atom("Elixir.Nx.BinaryBackend")) -> Any:
    """Copy the tensors of a container to a backend."""
    backends.parse(backend)
    return container_map(container, lambda t: copy_to(t, backend))


@ex("backend_transfer/1", "backend_transfer/2")
def backend_transfer(container: Any, backend: Any = Atom("Elixir.Nx.BinaryBackend")) -> Any:
    """Move the tensors of a container to a backend; the source may be freed."""
    backends.parse(backend)

    def move(t: Tensor) -> Tensor:
        source = backends.of(t)
        made = copy_to(t, backend, callback="backend_transfer")
        if hasattr(source, "move"):
            return made
        if backends.of(made) is not source and source is not backends.binary():
            source.deallocate(t)
        return made

    return container_map(container, move)


@ex("backend_deallocate/1")
def backend_deallocate(container: Any) -> Any:
    """Free the data of the tensors of a container."""
    if container.__class__ is Tensor:
        return backends.of(container).deallocate(container)
    container_each(container, lambda t: backends.of(t).deallocate(t))
    return Atom("ok")


@ex("donatable/1")
def donatable(container: Any) -> Any:
    """Mark tensors whose memory a computation may reuse."""
    return eager_map(container, lambda t: t.like(donatable=True))


@ex("donatable?/1")
def donatable_q(term: Any) -> bool:
    """Whether a tensor is marked as donatable."""
    if term.__class__ is Tensor:
        return bool(term.donatable)
    if term.__class__ is int or term.__class__ is float or is_leaf(term):
        return False
    raise FunctionClauseError(alias("Nx"), Atom("donatable?"), 1)


def is_leaf(term: Any) -> bool:
    """Whether *term* stands for a scalar tensor."""
    from defnpy.nx import containers

    return containers.is_leaf(term)


@ex("to_pointer/1", "to_pointer/2")
def to_pointer(tensor: Any, opts: Any = ()) -> Any:
    """The memory address of a tensor; refused by backends on the host."""
    t = to_tensor(tensor)
    raise _no_pointers(backends.of(t).name)


@ex("from_pointer/4", "from_pointer/5")
def from_pointer(backend: Any, pointer: Any, type: Any, shape: Any, opts: Any = ()) -> Any:
    """A tensor at a memory address; refused by backends on the host."""
    from defnpy.nx import dtype as dtypes
    from defnpy.nx import shape as shapes

    name, _ = backends.parse(backend)
    dtypes.normalize(type)
    shapes.validate(shape)
    raise _no_pointers(name)


def _no_pointers(name: Atom) -> ArgumentError:
    return ArgumentError(f"{name.name.removeprefix('Elixir.')} does not support pointer manipulation")


@ex("block/4")
def block(tag: Any, inputs: Any, output: Any, fun: Any) -> Any:
    """A named part of a computation: *fun* takes the tag and the inputs."""
    if inputs.__class__ is not list:
        raise FunctionClauseError(alias("Nx"), Atom("block"), 4)
    if inputs and not is_function(fun, len(inputs) + 1):
        raise ArgumentError(
            f"Nx.block/4 expected a default fun/{len(inputs) + 1} for {len(inputs)} argument(s), got: {text(fun)}"
        )
    if not inputs:
        raise ArgumentError("expected at least one tensor in list_impl!")
    operands = [to_tensor(t) for t in inputs]
    out = container_map(output, lambda t: t.like(data=None))
    return run_block(tag, out, operands, lambda *args: fun(tag, *args))


@ex("io_call/2")
def io_call(term: Any, fun: Any) -> Any:
    """Call *fun* with the value for its effect and pass the value on."""
    if _tracing():
        from defnpy.nx import hooks

        return hooks.io_call(term, fun)
    if is_atom(fun):
        raise _named_call(fun)
    if not is_function(fun, 1):
        raise FunctionClauseError(alias("Nx"), Atom("io_call"), 2)
    value = _with_tensors(term)
    fun(value)
    return value


@ex("io_call/3")
def io_call_3(term: Any, name: Any, fun: Any) -> Any:
    """A named call belongs in defn only."""
    if _tracing():
        from defnpy.nx import hooks

        return hooks.io_call(term, name, fun)
    raise _named_call(name)


def _tracing() -> bool:
    """Whether a defn is being traced: calls of the host become nodes then."""
    return "nx_trace" in current().state


def _named_call(name: Any) -> ArgumentError:
    return ArgumentError(
        f"named io_call {text(name)} is only supported inside defn; pass a function callback instead"
    )


def _with_tensors(term: Any) -> Any:
    return eager_map(term, lambda t: t)


@ex("runtime_call/3")
def runtime_call_3(output: Any, term: Any, fun: Any) -> Any:
    """Call a host function from a computation."""
    return runtime_call(output, term, [], fun)


@ex("runtime_call/4")
def runtime_call(output: Any, term: Any, opts: Any, fun: Any) -> Any:
    """Call *fun* with the value and options; the result must match the template."""
    if _tracing():
        from defnpy.nx import hooks

        return hooks.runtime_call(output, term, opts, fun)
    if not is_function(fun, 2):
        raise FunctionClauseError(alias("Nx"), Atom("runtime_call"), 4)
    result = fun(_with_tensors(term), opts)
    from defnpy.nx.containers import compatible

    if not compatible(output, result):
        shown = container_map(output, lambda t: t.like(data=TEMPLATE))
        raise ArgumentError(
            f"expected the runtime_call function to match the given output template {text(shown)}, got: {text(result)}"
        )
    return result


@ex("from_numpy/1")
def from_numpy(array: Any) -> Tensor:
    """A NumPy array of the embedding program as a tensor."""
    from defnpy.nx.convert import from_numpy as make

    return make(np.asarray(array))


MODULE = native_module("Nx", globals())
