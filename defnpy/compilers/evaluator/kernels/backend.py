"""Nx.BinaryBackend: NumPy arrays in the memory of the host, and its callbacks for backends that hand work on to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.compilers.evaluator.kernels import BLOCKS, TABLE
from defnpy.compilers.evaluator.kernels.elementwise import DIRECT
from defnpy.nx import api
from defnpy.nx.api.backend import copy_to
from defnpy.nx.backend import BINARY, TableBackend
from defnpy.nx.bytes import array_of, binary_of, octets
from defnpy.nx.convert import python_number
from defnpy.nx.ops import elementwise as ops
from defnpy.nx.options import keywords
from defnpy.nx.tensor import Tensor
from defnpy.terms.atom import Atom
from defnpy.terms.module import ex, native_module

BACKEND = TableBackend(BINARY, TABLE, BLOCKS, DIRECT)


@ex("init/1")
def init(options: Any) -> Any:
    """Accepts no options."""
    return BACKEND.init(options)


@ex("constant/3")
def constant(out: Tensor, number: Any, options: Any) -> Tensor:
    """*out* with every element *number*."""
    import numpy as np

    from defnpy.compilers.evaluator.kernels.cast import to_type

    return out.like(data=to_type(np.full(out.shape, python_number(number)), out.type))


@ex("from_binary/3")
def from_binary(out: Tensor, binary: Any, options: Any) -> Tensor:
    """*out* with the elements in *binary*."""
    return out.like(data=array_of(octets(binary)[0], out.type, out.shape))


@ex("to_binary/2")
def to_binary(tensor: Tensor, limit: Any) -> Any:
    """The bytes of the first *limit* elements."""
    return binary_of(tensor.like(data=tensor.data.reshape(-1)[:limit], shape=(min(limit, tensor.size),), names=(None,)))


@ex("backend_copy/3", "backend_transfer/3")
def backend_copy(tensor: Tensor, backend: Any, options: Any) -> Tensor:
    """The tensor on another backend."""
    return copy_to(tensor, (backend, options))


@ex("backend_deallocate/1")
def backend_deallocate(tensor: Tensor) -> Any:
    """Nothing is freed by hand."""
    return Atom("ok")


@ex("iota/3")
def iota(out: Tensor, axis: Any, options: Any) -> Tensor:
    """Counting along an axis."""
    made = api.creation.iota(out.shape, keywords(axis=axis, type=out.type.atom, backend=BINARY))
    return out.like(data=made.data)


@ex("eye/2")
def eye(out: Tensor, options: Any) -> Tensor:
    """A unit matrix."""
    return out.like(data=api.creation.eye(out.shape, keywords(type=out.type.atom, backend=BINARY)).data)


@ex("as_type/2")
def as_type(out: Tensor, tensor: Tensor) -> Tensor:
    """The tensor in the type of *out*."""
    return out.like(data=api.convert.as_type(tensor, out.type.atom).data)


@ex("reshape/2")
def reshape(out: Tensor, tensor: Tensor) -> Tensor:
    """The tensor in the shape of *out*."""
    return out.like(data=tensor.data.reshape(out.shape))


@ex("squeeze/3")
def squeeze(out: Tensor, tensor: Tensor, axes: Any) -> Tensor:
    """The tensor without axes of size 1."""
    return reshape(out, tensor)


@ex("transpose/3")
def transpose(out: Tensor, tensor: Tensor, axes: Any) -> Tensor:
    """The tensor with its axes in another order."""
    return out.like(data=tensor.data.transpose(axes))


@ex("broadcast/4")
def broadcast(out: Tensor, tensor: Tensor, shape: Any, axes: Any) -> Tensor:
    """The tensor repeated to a shape."""
    return out.like(data=api.shape.broadcast(tensor, shape, keywords(axes=axes)).data)


@ex("block/4")
def block(tag: Any, out: Any, args: Any, fun: Any) -> Any:
    """The composition of a block."""
    return fun(tag, *args)


def _elementwise(name: str, op: Any) -> Callable[..., Any]:
    arity = 2 if name in ops.UNARY else 3

    @ex(f"{name}/{arity}")
    def function(out: Tensor, *operands: Tensor) -> Tensor:
        return BACKEND.run(op, out.like(data=None), operands, None)

    return function


def _reduction(name: str) -> Callable[..., Any]:
    @ex(f"{name}/3")
    def function(out: Tensor, tensor: Tensor, opts: Any) -> Tensor:
        made = getattr(api.reduce, {"all": "all_", "any": "any_", "sum": "sum_"}.get(name, name))(tensor, opts)
        return as_type(out, made)

    return function


MODULE = native_module(
    "Nx.BinaryBackend",
    {
        **globals(),
        **{f"op_{name}": _elementwise(name, op) for name, op in (*ops.UNARY.items(), *ops.BINARY.items())},
        **{f"op_{name}": _reduction(name) for name in ("sum", "product", "all", "any", "reduce_max", "reduce_min", "argmax", "argmin")},
    },
    info={"backend": BACKEND, "struct": [(Atom("state"), None)]},
)
