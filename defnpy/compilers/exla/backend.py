"""EXLA.Backend: tensors on JAX arrays, operations through the same kernels, each compiled once for its shapes."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np

from defnpy.compilers.evaluator.kernels import create as host_creation
from defnpy.compilers.exla import client as clients
from defnpy.compilers.exla.checks import BLOCK_CHECKS, CHECKS
from defnpy.compilers.exla.kernels import TABLE
from defnpy.compilers.exla.lower import block_kernel, lower
from defnpy.compilers.exla.types import any_wide, is_wide, x64
from defnpy.nx import memory
from defnpy.nx.backend import Backend
from defnpy.nx.bytes import binary_term
from defnpy.nx.dtype import of_numpy
from defnpy.nx.expr import BlockCall
from defnpy.nx.show import body_lines
from defnpy.nx.tensor import Tensor, template, unnamed
from defnpy.terms.atom import Atom, alias
from defnpy.terms.errors import RuntimeError_
from defnpy.terms.module import ex, native_module
from defnpy.terms.struct import Struct

NAME = alias("EXLA.Backend")
_MOST = 4096
_NO_CONTEXT = contextlib.nullcontext()


class BufferTerm(Struct):
    """``%EXLA.Backend{buffer: binary}``; the binary is made when someone looks at it."""

    __slots__ = ("array",)
    module = NAME

    def __init__(self, array: Any) -> None:
        self.array = array

    @property
    def fields(self) -> dict[Any, Any]:  # type: ignore[override]
        return {Atom("buffer"): binary_term(data := np.asarray(self.array).tobytes(), len(data) * 8)}


class JaxData:
    """The data of a tensor on EXLA.Backend: a JAX array, or a tracer inside a JAX transformation."""

    __slots__ = ("array",)
    backend: Any

    def __init__(self, array: Any) -> None:
        self.array = array

    def live(self) -> Any:
        """The array; an error once it was freed."""
        if self.array is None:
            raise RuntimeError_("Invalid argument: called on a deleted or donated buffer")
        return self.array

    def term(self) -> Struct:
        """``%EXLA.Backend{}``."""
        return BufferTerm(self.live())


def tensor_from_jax(array: Any) -> Tensor:
    """A JAX value as a tensor."""
    if array.dtype == np.bool_:
        array = array.astype(np.uint8)
    return Tensor(of_numpy(array.dtype), tuple(array.shape), unnamed(array.ndim), JaxData(array))


def _freeze(value: Any) -> Any:
    """A hashable form of parameters."""
    kind = value.__class__
    if kind is dict:
        return tuple([(k, _freeze(v)) for k, v in value.items()])
    if kind is list or kind is tuple:
        return (kind, *map(_freeze, value))
    # -0.0 and 0.0, 1 and 1.0 are equal but not the same.
    return (kind, repr(value)) if kind in (float, complex) else (kind, value)


def _signature(out: Any) -> Any:
    if out.__class__ is tuple:
        return tuple([(t.type, t.shape) for t in out])
    return (out.type, out.shape)


def _templates(out: Any) -> Any:
    return tuple([template(t.type, t.shape) for t in out]) if out.__class__ is tuple else template(out.type, out.shape)


class ExlaBackend(Backend):
    """Runs operations with XLA, one by one."""

    name = NAME

    def __init__(self) -> None:
        self.programs: dict[Any, Callable[..., Any]] = {}

    def init(self, options: Any) -> Any:
        return clients.backend_options(options)

    def run(self, op: Any, out: Any, operands: Sequence[Tensor], params: Any) -> Any:
        memory.check(out)
        host = host_creation.TABLE.get(op)
        if host is not None:
            return self.from_numpy(out, np.asarray(host(out, params)))
        if params.__class__ is dict and "fun" in params:
            return self._with_function(op, out, operands, params)
        check = CHECKS.get(op)
        if check is not None:
            _checked(check, out, params, operands)
        key = (op, _signature(out), _freeze(params))
        program = self.programs.get(key)
        if program is None:
            kernel, shape = TABLE[op], _templates(out)
            program = self._keep(key, jax.jit(lambda *arrays: kernel(shape, params, *arrays)))
        return self._call(program, out, operands)

    def _keep(self, key: Any, program: Any) -> Any:
        if len(self.programs) >= _MOST:
            self.programs.clear()
        return self.programs.setdefault(key, program)

    def _call(self, program: Any, out: Any, operands: Sequence[Tensor]) -> Any:
        arrays = [t.data if t.data.__class__ is np.ndarray else t.data.live() for t in operands]
        with x64() if any_wide((*operands, out)) else _NO_CONTEXT:
            made = program(*arrays)
        return _fill(out, made)

    def _with_function(self, op: Any, out: Any, operands: Sequence[Tensor], params: Any) -> Any:
        """``reduce`` and ``window_reduce``: their function becomes a graph."""
        from defnpy.nx.trace import trace_fun

        body = trace_fun(params["fun"], [template(params["source"], ()), template(out.type, ())], "fun")
        last = body.outputs[0]
        if params["acc"].type is not out.type or last.type is not out.type or last.shape:
            # The host's kernel has the error.
            arrays = [t.numpy() for t in operands]
            return self.from_numpy(out, np.asarray(host_kernels()[op](out, params, *arrays)))
        given = {**params, "fun": lambda x, acc: lower(body)(x, acc)[0]}
        return self._call(jax.jit(lambda *arrays: TABLE[op](out, given, *arrays)), out, operands)

    def block(self, tag: Any, out: Any, operands: Sequence[Tensor], default: Callable[..., Any]) -> Any:
        # A block of somebody else may have another composition each time.
        if not hasattr(tag, "module") or not tag.module.name.startswith("Elixir.Nx.Block."):
            return default(*operands)
        memory.check(out)
        check = BLOCK_CHECKS.get(tag.module.name)
        if check is not None:
            _checked(check, out, tag, operands)
        key = (tag.module, _freeze(tag.fields), _signature(out), tuple([_signature(t) for t in operands]))
        program = self.programs.get(key)
        if program is None:
            kernel, shape = block_kernel(tag), _templates(out)
            if kernel is not None:
                program = jax.jit(lambda *arrays: kernel(shape, tag, *arrays))
            else:
                whole = lower(BlockCall(tag, default, operands).body)
                program = jax.jit(whole if out.__class__ is tuple else lambda *arrays: whole(*arrays)[0])
            self._keep(key, program)
        return self._call(program, out, operands)

    def from_numpy(self, out: Tensor, array: Any) -> Tensor:
        with x64() if is_wide(out.type) else _NO_CONTEXT:
            out.data = JaxData(jax.device_put(array))
        return out

    def to_numpy(self, tensor: Tensor) -> Any:
        return np.asarray(tensor.data.live())

    def deallocate(self, tensor: Tensor) -> Any:
        data = tensor.data
        if data.array is None or (hasattr(data.array, "is_deleted") and data.array.is_deleted()):
            return Atom("already_deallocated")
        # The array itself may belong to an embedding program, so it is let go, not deleted.
        data.array = None
        return Atom("ok")

    def show(self, tensor: Tensor, limit: int | None) -> tuple[list[str], int | None]:
        """The elements as lines; tracers have none."""
        array = tensor.data.live()
        if isinstance(array, jax.core.Tracer):
            return [str(array)], limit
        return body_lines(tensor, np.asarray(array), limit)


def host_kernels() -> Any:
    """The kernels of the Evaluator."""
    from defnpy.compilers.evaluator.kernels import TABLE as kernels

    return kernels


def _checked(check: Any, out: Any, params: Any, operands: Sequence[Tensor]) -> None:
    """Run *check* on values of the host; those of other devices and of tracers are not looked at."""
    arrays = [t.data if t.data.__class__ is np.ndarray else t.data.live() for t in operands]
    if not any(isinstance(a, jax.core.Tracer) for a in arrays) and jax.default_backend() == "cpu":
        check(out, params, arrays)


def _fill(out: Any, made: Any) -> Any:
    if out.__class__ is tuple:
        for t, array in zip(out, made, strict=True):
            t.data = JaxData(array)
    else:
        out.data = JaxData(made)
    return out


BACKEND = ExlaBackend()
JaxData.backend = BACKEND


@ex("init/1")
def init(options: Any) -> Any:
    """Check the options ``:client`` and ``:device_id``."""
    return BACKEND.init(options)


MODULE = native_module("EXLA.Backend", globals(), info={"backend": BACKEND, "struct": [(Atom("buffer"), None)]})
