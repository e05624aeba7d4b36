"""``Safetensors``: maps of tensors in files, as the Elixir library of that name gives them."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from defnpy.nx import dtype as dtypes
from defnpy.nx import safetensors as format
from defnpy.nx import shape as shapes
from defnpy.nx.backend import place
from defnpy.nx.convert import to_tensor
from defnpy.nx.dtype import DType, of_numpy
from defnpy.nx.show import text
from defnpy.nx.tensor import TEMPLATE, Tensor, unnamed
from defnpy.stdlib import files
from defnpy.stdlib.enum import sort
from defnpy.stdlib.keyword import validate_bang
from defnpy.stdlib.util import OK
from defnpy.terms import map as maps
from defnpy.terms.atom import Atom, alias
from defnpy.terms.errors import ArgumentError, FunctionClauseError, RuntimeError_
from defnpy.terms.module import ex, native_module
from defnpy.terms.struct import Struct
from defnpy.terms.text import iodata_bytes, to_string

FILE_TENSOR = alias("Safetensors.FileTensor")
_NAMES = {n: Atom(n) for n in ("shape", "type", "path", "byte_offset", "byte_size")}


class FileTensor(Struct):
    """``%Safetensors.FileTensor{}``: a tensor that is read from its file when it is needed."""

    __slots__ = ("fields",)
    module = FILE_TENSOR

    def __init__(self, fields: dict[Any, Any]) -> None:
        self.fields = fields

    def replace(self, changes: dict[Any, Any]) -> Struct:
        return FileTensor({**self.fields, **changes})

    def lazy_traverse(self, acc: Any, fun: Any) -> tuple[Any, Any]:
        """Nx.LazyContainer: one tensor."""
        shape = self.fields[_NAMES["shape"]]
        kind = dtypes.normalize(self.fields[_NAMES["type"]])
        return fun(Tensor(kind, shape, unnamed(len(shape)), TEMPLATE), self.load, acc)

    def load(self) -> Tensor:
        """The tensor."""
        path, offset, size = (self.fields[_NAMES[n]] for n in ("path", "byte_offset", "byte_size"))
        with files.open_file(path) as source:
            source.seek(offset)
            data = source.read(size)
        shape, kind = self.fields[_NAMES["shape"]], dtypes.normalize(self.fields[_NAMES["type"]])
        if len(data) != size:
            raise ArgumentError("this is not a valid safetensors file: it is shorter than when its header was read")
        return _build(np.frombuffer(data, kind.numpy).reshape(shape), kind)


def _build(array: Any, kind: DType) -> Tensor:
    return place(Tensor(kind, array.shape, unnamed(array.ndim)), array)


def _type(entry: format.Entry) -> DType:
    if entry.kind == "BOOL":
        raise RuntimeError_('unrecognized dtype "BOOL"')
    if 0 in entry.shape:
        shapes.validate(entry.shape)
    return of_numpy(entry.dtype)


def _parts(tensors: Any, function: str, arity: int) -> list[tuple[Any, Tensor]]:
    if tensors.__class__ is not dict:
        raise FunctionClauseError(alias("Safetensors"), Atom(function), arity)
    pairs = [(name, to_tensor(value)) for name, value in sort(list(maps.items(tensors)))]
    for _, t in pairs:
        if t.type.bits < 8 or np.dtype(t.type.numpy) not in format.NAMES:
            raise RuntimeError_(f"unrecognized type {text(t.type.elixir)}")
    return pairs


def _header(pairs: list[tuple[Any, Tensor]]) -> bytes:
    return format.header([(to_string(n), format.NAMES[np.dtype(t.type.numpy)], t.shape, t.numpy().nbytes) for n, t in pairs])


def _body(t: Tensor) -> bytes:
    return np.ascontiguousarray(t.numpy()).tobytes()


@ex("dump/1")
def dump(tensors: Any) -> list[Any]:
    """The content of a file with the tensors of a map, as iodata."""
    pairs = _parts(tensors, "dump", 1)
    return [_header(pairs), [_body(t) for _, t in pairs]]


@ex("write!/2")
def write_bang(path: Any, tensors: Any) -> Any:
    """Write the tensors of a map to a file, one by one."""
    pairs = _parts(tensors, "write!", 2)
    with files.open_file(path, "wb") as target:
        target.write(_header(pairs))
        for _, t in pairs:
            target.write(_body(t))
    return OK


@ex("load!/1")
def load_bang(data: Any) -> dict[Any, Any]:
    """The tensors of a file's content by name."""
    if data.__class__ not in (str, bytes, list):
        raise FunctionClauseError(alias("Safetensors"), Atom("load!"), 1)
    raw = iodata_bytes(data)
    size = format.header_size(raw[:8], len(raw))
    body = memoryview(raw)[8 + size :]
    found = format.entries(raw[8 : 8 + size], len(body))
    types = {name: _type(e) for name, e in found.items()}
    return {maps.key(n): _build(np.frombuffer(body[e.start : e.end], e.dtype).reshape(e.shape), types[n]) for n, e in found.items()}


@ex("read!/1", "read!/2")
def read_bang(path: Any, opts: Any = ()) -> dict[Any, Any]:
    """The tensors of a file by name; with ``lazy: true`` containers that read theirs when it is needed."""
    given = validate_bang(list(opts), [(Atom("lazy"), False)])
    lazy = next(v for k, v in given if k is Atom("lazy")) is True
    with files.open_file(path) as source:
        total = os.fstat(source.fileno()).st_size
        size = format.header_size(source.read(8), total)
        found = format.entries(source.read(size), total - 8 - size)
    made: dict[Any, Any] = {}
    for name, e in found.items():
        values = {"shape": e.shape, "type": _type(e).elixir, "path": path, "byte_offset": 8 + size + e.start, "byte_size": e.end - e.start}
        one = FileTensor({_NAMES[k]: v for k, v in values.items()})
        made[maps.key(name)] = one if lazy else one.load()
    return made


MODULES_BY_NAME = {
    "Elixir.Safetensors": native_module("Safetensors", {f.__name__: f for f in (dump, write_bang, load_bang, read_bang)}),
    "Elixir.Safetensors.FileTensor": native_module("Safetensors.FileTensor", {}, info={"struct": [(n, None) for n in _NAMES.values()]}),
}
