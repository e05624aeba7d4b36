"""EXLA.Backend: tensors that JAX holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from defnpy.nx import backend as backends
from defnpy.nx.show import body_lines
from defnpy.nx.tensor import Tensor
from defnpy.terms.atom import Atom, alias
from defnpy.terms.errors import ArgumentError, RuntimeError_

_CLIENTS = ("host", "cuda", "rocm", "tpu")


class JaxData:
    """The data of a tensor: a jax.Array, or a host array that goes to the device when a program wants it."""

    __slots__ = ("array",)
    backend: Any

    def __init__(self, array: Any) -> None:
        self.array = array


class ExlaBackend(backends.Backend):
    """Eager operations. On the host they run the host's kernels on the same memory; elsewhere JAX runs them."""

    name = alias("EXLA.Backend")

    def init(self, options: Any) -> Any:
        for name, value in options or []:
            if name is Atom("client") and (value.__class__ is not Atom or value.name not in _CLIENTS):
                raise ArgumentError(f"unknown client {value!r}")
        return options

    def run(self, op: Any, out: Any, operands: Sequence[Tensor], params: Any) -> Any:
        made = backends.binary().run(op, out, [self._host(t) for t in operands], params)
        return _held(made)

    def block(self, tag: Any, out: Any, operands: Sequence[Tensor], default: Callable[..., Any]) -> Any:
        return _held(backends.binary().block(tag, out, [self._host(t) for t in operands], default))

    def _host(self, t: Tensor) -> Tensor:
        return t if t.data.__class__ is np.ndarray else t.like(data=self.to_numpy(t))

    def from_numpy(self, out: Tensor, array: Any) -> Tensor:
        out.data = JaxData(array)
        return out

    def to_numpy(self, tensor: Tensor) -> Any:
        array = tensor.data.array
        if array is None:
            raise RuntimeError_("unable to get buffer. It may belong to another node, consider using Nx.backend_transfer/1")
        return array if array.__class__ is np.ndarray else np.asarray(array)

    def deallocate(self, tensor: Tensor) -> Any:
        if tensor.data.array is None:
            return Atom("already_deallocated")
        tensor.data.array = None
        return Atom("ok")

    def show(self, tensor: Tensor, limit: int | None) -> tuple[list[str], int | None]:
        """The elements alone: where a tensor lives is no part of its text."""
        return body_lines(tensor, self.to_numpy(tensor), limit)


def _held(made: Any) -> Any:
    for t in made if made.__class__ is tuple else (made,):
        if t.data.__class__ is np.ndarray:
            t.data = JaxData(t.data)
    return made


EXLA_BACKEND = ExlaBackend()
JaxData.backend = EXLA_BACKEND
