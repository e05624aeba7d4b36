"""Tensors to and from files: Nx's own format, NumPy's ``.npy`` and ``.npz``."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

from defnpy.nx import dtype as dtypes
from defnpy.nx import memory
from defnpy.nx import shape as shapes
from defnpy.nx.backend import place
from defnpy.nx.bytes import array_of, octets, pack
from defnpy.nx.containers import CONTAINER, is_leaf, leaf, reduce, traverse
from defnpy.nx.show import text
from defnpy.nx.tensor import Tensor
from defnpy.nx.vectors import devectorized
from defnpy.stdlib.erlang import term_format
from defnpy.terms import map as maps
from defnpy.terms.atom import Atom, alias, is_atom
from defnpy.terms.errors import ArgumentError, KeyError_, MatchError, ProtocolUndefinedError, RuntimeError_, UndefinedFunctionError
from defnpy.terms.module import ex, native_module
from defnpy.terms.runtime import runtime
from defnpy.terms.struct import Struct
from defnpy.terms.text import iodata_bytes

PREFIX = b"nx"
VERSION = 1
_NATIVE = 0 if sys.byteorder == "little" else 1
_RANK = 64
# No deflate stream grows by more than this factor.
_GROWTH = 1032
_T, _TENSOR, _OK = Atom("t"), Atom("tensor"), Atom("ok")
_TUPLE, _MAP = alias("Nx.Container.Tuple"), alias("Nx.Container.Map")


@ex("serialize/1", "serialize/2")
def serialize(container: Any, opts: Any = ()) -> list[Any]:
    """The tensors of a container as iodata."""
    buffers: list[bytes] = []
    term = _to_term(container, buffers)
    data = term_format.encode(term, term_format.level_of(opts))
    head = PREFIX + bytes([VERSION, _NATIVE]) + len(data).to_bytes(8, "big")
    return [head, data, *buffers]


def _to_term(term: Any, buffers: list[bytes]) -> Any:
    if is_leaf(term):
        t = leaf(term)
        data, bits = pack(t.numpy(), t.type)
        offset = sum(map(len, buffers))
        buffers.append(data)
        plain = devectorized(t, keep_names=True)
        return (_T, plain.shape, t.type.elixir, list(plain.names), list(t.vectorized_axes), offset, (bits + 7) // 8)
    module, pairs, meta = parts_of(term)
    return (module, [(key, _to_term(child, buffers)) for key, child in pairs], meta)


def parts_of(term: Any) -> tuple[Any, list[tuple[Any, Any]], Any]:
    """``Nx.Container.serialize/1``: a module, key and child pairs, and what else is needed."""
    from defnpy.nx.containers import derived
    from defnpy.terms.protocol import find_impl

    if term.__class__ is tuple:
        return _TUPLE, [([], child) for child in term], _OK
    if term.__class__ is dict:
        return _MAP, list(maps.items(term)), _OK
    if isinstance(term, Struct):
        own = find_impl(CONTAINER, term)
        if own is not None and "serialize/1" in own.functions:
            return own.functions["serialize/1"](term)
        found = derived(term)
        if found is not None:
            pairs = [(name, term.fields[name]) for name in found[0]]
            return Atom(f"Elixir.{CONTAINER}.{term.module.name.removeprefix('Elixir.')}"), pairs, [(name, term.fields[name]) for name in found[1]]
    reduce(term, None, lambda child, acc: acc)
    raise ProtocolUndefinedError(alias(CONTAINER), term)


@ex("deserialize/1", "deserialize/2")
def deserialize(data: Any, opts: Any = ()) -> Any:
    """What ``serialize/2`` wrote."""
    raw = iodata_bytes(data)
    size = int.from_bytes(raw[4:12], "big")
    if raw[:2] != PREFIX:
        return _old_format(raw, opts)
    if len(raw) < 12 or raw[2] != VERSION or raw[3] > 1 or 12 + size > len(raw):
        if len(raw) < 3:
            return _old_format(raw, opts)
        raise ArgumentError(f"cannot deserialize Nx format v{raw[2]}")
    term, _ = term_format.decode(raw[12 : 12 + size], opts)
    return _from_term(term, _Buffers(memoryview(raw)[12 + size :], raw[3] != _NATIVE))


def _old_format(raw: bytes, opts: Any) -> Any:
    """The format up to Nx 0.5, where each tensor's binary stands in the term."""
    found, _ = term_format.decode(raw, opts)
    if found.__class__ is not tuple or len(found) != 3 or found[0] != 1 or found[0].__class__ is not int:
        raise MatchError(term=found)
    swap = found[1] is not Atom(sys.byteorder)
    return _from_old(found[2], swap)


def _from_old(term: Any, swap: bool) -> Any:
    if term.__class__ is tuple and len(term) == 5 and term[0] is _TENSOR and term[4].__class__ in (str, bytes):
        data = octets(term[4])[0]
        return _Buffers(memoryview(data), swap).tensor((_T, *term[1:4], [], 0, len(data)))
    if term.__class__ is tuple and len(term) == 2 and term[0] is Atom("container"):
        return traverse(term[1], None, lambda child, _: (_from_old(child, swap), None))[0]
    if term.__class__ is tuple and len(term) == 3:
        return _container(term, lambda child: _from_old(child, swap))
    raise ArgumentError("unable to deserialize binary term to tensor")


def _from_term(term: Any, buffers: _Buffers) -> Any:
    if term.__class__ is tuple and len(term) == 7 and term[0] is _T:
        return buffers.tensor(term)
    if term.__class__ is tuple and len(term) == 3:
        return _container(term, lambda child: _from_term(child, buffers))
    raise ArgumentError(f"unable to deserialize term to tensor: {text(term)}")


def _container(term: Any, child: Callable[[Any], Any]) -> Any:
    """The container that ``{module, pairs, metadata}`` describes."""
    module, pairs, meta = term
    if module.__class__ is not Atom or pairs.__class__ is not list or not all(p.__class__ is tuple and len(p) == 2 for p in pairs):
        raise ArgumentError(f"unable to deserialize term to tensor: {text(term)}")
    children = [(key, child(value)) for key, value in pairs]
    if module is _TUPLE:
        return tuple([value for _, value in children])
    if module is _MAP:
        return maps.from_pairs(children)
    found = runtime().find(module)
    if found is not None and "deserialize/2" in found.functions:
        return found.functions["deserialize/2"](children, meta)
    struct = alias(module.name.removeprefix("Elixir.Nx.Container."))
    known = runtime().find(struct)
    if known is None or "struct" not in known.info or not (meta.__class__ is list and all(p.__class__ is tuple and len(p) == 2 for p in meta)):
        raise UndefinedFunctionError(module, Atom("deserialize"), 2)
    fields = dict(known.info["struct"])
    for key, value in (*children, *meta):
        if key not in fields:
            raise KeyError_(key=key, term=Struct(struct, dict(known.info["struct"])))
        fields[key] = value
    return Struct(struct, fields)


class _Buffers:
    """The data of serialised tensors."""

    def __init__(self, data: Any, swap: bool) -> None:
        self.data = data
        self.swap = swap

    def tensor(self, term: Any) -> Tensor:
        """The tensor of ``{:t, shape, type, names, vectorized_axes, offset, size}``; nothing in it is believed."""
        _, shape, kind, names, axes, offset, size = term
        dtype = dtypes.find(kind) if kind.__class__ is tuple else None
        if dtype is None or shape.__class__ is not tuple or not all(n.__class__ is int and n > 0 for n in shape) or len(shape) > _RANK:
            raise _damaged()
        if not (names.__class__ is list and len(names) == len(shape) and all(map(is_atom, names))) or axes.__class__ is not list:
            raise _damaged()
        lead = tuple(zip(axes, shape))
        if len(axes) > len(shape) or not all(a.__class__ is tuple and len(a) == 2 and a[0].__class__ is Atom and a[1] == n for a, n in lead):
            raise _damaged()
        if not all(n.__class__ is int and n >= 0 for n in (offset, size)) or offset + size > len(self.data):
            raise _damaged()
        if (prod(shape) * dtype.bits + 7) // 8 != size:
            raise _damaged()
        array = array_of(bytes(self.data[offset : offset + size]), dtype, shape)
        if self.swap and dtype.bits > 8:
            array = array.byteswap()
        inner = shape[len(axes) :]
        named = shapes.named(names[len(axes) :], inner)
        return place(Tensor(dtype, inner, named, None, tuple(axes)), array)


def _damaged() -> ArgumentError:
    return ArgumentError("unable to deserialize binary to tensor: its sizes do not match its data")


_KINDS = {"i": "s", "u": "u", "f": "f"}


def _corrupt(what: str) -> ArgumentError:
    return ArgumentError(f"unable to parse NumPy {what}, it may be corrupted or invalid")


@ex("load_numpy!/1")
def load_numpy_bang(data: Any) -> Tensor:
    """The array of a ``.npy`` file's content."""
    raw = octets(data)[0]
    if raw[:6] != b"\x93NUMPY" or len(raw) < 10:
        raise _corrupt("file")
    wide = raw[6] >= 2
    size = int.from_bytes(raw[8 : 12 if wide else 10], "little")
    start = 12 if wide else 10
    header = raw[start : start + size].decode("latin-1")
    return _npy(header, raw[start + size :])


def _npy(header: str, body: bytes) -> Tensor:
    descr = re.search(r"'descr':\s*'(.)(.)(\d{1,4})'", header)
    order = re.search(r"'fortran_order':\s*(True|False)", header)
    dims = re.search(r"'shape':\s*\(([\d, ]*)\)", header)
    if not (descr and order and dims):
        raise _corrupt("file")
    endian, kind, width = descr[1], descr[2], int(descr[3])
    if endian not in "<>|":
        raise ArgumentError(f"unsupported numpy endianness: {ord(endian)}")
    if kind not in _KINDS:
        raise RuntimeError_(f"unsupported numpy type: {ord(kind)}")
    dtype = dtypes.normalize((Atom(_KINDS[kind]), width * 8))
    sizes = [n for n in dims[1].replace(" ", "").split(",") if n]
    if len(sizes) > _RANK or any(len(n) > 18 for n in sizes):
        raise _corrupt("file")
    shape = tuple(map(int, sizes))
    if 0 in shape:
        raise ArgumentError("cannot build an empty tensor")
    count = prod(shape)
    if len(body) < count * width:
        raise _corrupt("file")
    array = np.frombuffer(body[: count * width], dtype=np.dtype(f"{'>' if endian == '>' else '<'}{kind}{width}"))
    array = array.astype(dtype.numpy, copy=False)
    array = array.reshape(shape, order="F" if order[1] == "True" else "C")
    return place(Tensor(dtype, shape, shapes.unnamed(len(shape))), np.ascontiguousarray(array).reshape(shape))


@ex("load_numpy_archive!/1")
def load_numpy_archive_bang(data: Any) -> list[tuple[str, Tensor]]:
    """The arrays of a ``.npz`` file's content, by name."""
    import io
    import lzma
    import struct
    import zipfile
    import zlib

    try:
        archive = zipfile.ZipFile(io.BytesIO(octets(data)[0]))
        entries = archive.infolist()
        if sum(e.file_size for e in entries) > min(_GROWTH * len(octets(data)[0]), memory.available()):
            raise _corrupt("archive")
        parts = [(e.filename, archive.read(e)) for e in entries]
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, EOFError, OSError, ValueError, RuntimeError, struct.error):
        raise _corrupt("archive") from None
    return [(name.removesuffix(".npy"), load_numpy_bang(content)) for name, content in parts]


MODULE = native_module("Nx", globals())
