"""Tensors to and from files: Nx's own format, NumPy's ``.npy`` and ``.npz``."""

from __future__ import annotations

import sys
from math import prod
from typing import Any

import numpy as np

from defnpy.nx import dtype as dtypes
from defnpy.nx import etf
from defnpy.nx import shape as shapes
from defnpy.nx.backend import place
from defnpy.nx.bytes import array_of, octets, pack
from defnpy.nx.containers import CONTAINER, is_leaf, leaf, reduce, traverse
from defnpy.nx.show import text
from defnpy.nx.tensor import Tensor
from defnpy.terms import map as maps
from defnpy.terms.atom import Atom, alias
from defnpy.terms.errors import ArgumentError, MatchError, ProtocolUndefinedError, RuntimeError_
from defnpy.terms.module import ex, native_module
from defnpy.terms.runtime import runtime
from defnpy.terms.struct import Struct

PREFIX = b"nx"
VERSION = 1
_T = Atom("t")
OK = Atom("ok")
_LIMIT = 1 << 40
_NATIVE = 0 if sys.byteorder == "little" else 1


@ex("serialize/1", "serialize/2")
def serialize(container: Any, opts: Any = ()) -> list[Any]:
    """The tensors of a container as iodata."""
    buffers: list[bytes] = []
    term = _to_term(container, buffers)
    opts = opts if opts.__class__ is list else []
    level = next((o[1] for o in opts if o.__class__ is tuple and o[0] is Atom("compressed")), 0)
    data = etf.encode(term, level)
    head = PREFIX + bytes([VERSION, _NATIVE]) + len(data).to_bytes(8, "big")
    return [head, data, *buffers]


def _to_term(term: Any, buffers: list[bytes]) -> Any:
    if is_leaf(term):
        t = leaf(term)
        data, bits = pack(t.numpy(), t.type)
        offset = sum(map(len, buffers))
        buffers.append(data)
        axes = list(t.vectorized_axes)
        shape, names = (*(n for _, n in axes), *t.shape), [*(name for name, _ in axes), *t.names]
        return (_T, shape, t.type.elixir, names, axes, offset, (bits + 7) // 8)
    module, pairs, meta = parts_of(term)
    return (module, [(key, _to_term(child, buffers)) for key, child in pairs], meta)


def parts_of(term: Any) -> tuple[Any, list[tuple[Any, Any]], Any]:
    """``Nx.Container.serialize/1``: a module, key and child pairs, and what else is needed."""
    from defnpy.nx.containers import derived
    from defnpy.terms.protocol import find_impl

    if term.__class__ is tuple:
        return alias("Nx.Container.Tuple"), [([], child) for child in term], OK
    if term.__class__ is dict:
        return alias("Nx.Container.Map"), list(maps.items(term)), OK
    if isinstance(term, Struct):
        own = find_impl(CONTAINER, term)
        if own is not None and "serialize/1" in own.functions:
            return own.functions["serialize/1"](term)
        found = derived(term)
        if found is not None:
            pairs = [(name, term.fields[name]) for name in found[0]]
            module = Atom(f"Elixir.{CONTAINER}.{term.module.name.removeprefix('Elixir.')}")
            return module, pairs, [(name, term.fields[name]) for name in found[1]]
    reduce(term, None, lambda child, acc: acc)
    raise ProtocolUndefinedError(alias(CONTAINER), term)


@ex("deserialize/1", "deserialize/2")
def deserialize(data: Any, opts: Any = ()) -> Any:
    """What ``serialize/2`` wrote."""
    raw = _flat(data)
    if raw[:2] != PREFIX or len(raw) < 3:
        return _deserialize_old(raw)
    if raw[2] != VERSION or len(raw) < 12 or int.from_bytes(raw[4:12], "big") > len(raw) - 12:
        raise ArgumentError(f"cannot deserialize Nx format v{raw[2]}")
    start = 12 + int.from_bytes(raw[4:12], "big")
    term, _ = etf.decode(raw[12:start])
    return _from_term(term, memoryview(raw)[start:], raw[3] != _NATIVE)


def _deserialize_old(raw: bytes) -> Any:
    """The format of Nx 0.5 and earlier: one term with the binaries in it."""
    term, _ = etf.decode(raw)
    if term.__class__ is not tuple or len(term) != 3 or term[0] != 1:
        raise MatchError(term)
    return _from_old_term(term[2], term[1] is not Atom(sys.byteorder))


def _from_old_term(term: Any, swap: bool) -> Any:
    kind = term[0] if term.__class__ is tuple and term else None
    if kind is Atom("tensor") and len(term) == 5:
        _, shape, type_, names, data = term
        data = octets(data)[0]
        return _read_tensor((_T, shape, type_, names, [], 0, len(data)), memoryview(data), swap)
    if kind is Atom("container") and len(term) == 2:
        return traverse(term[1], OK, lambda child, acc: (_from_old_term(child, swap), acc))[0]
    if term.__class__ is tuple and len(term) == 3:
        return _container(term, [(key, _from_old_term(child, swap)) for key, child in term[1]])
    raise ArgumentError("unable to deserialize binary term to tensor")


def _flat(data: Any) -> bytes:
    if data.__class__ is list:
        return b"".join(_flat(part) if part.__class__ is not int else bytes([part]) for part in data)
    return octets(data)[0]


def _from_term(term: Any, buffers: Any, swap: bool) -> Any:
    if term.__class__ is tuple and len(term) == 7 and term[0] is _T:
        return _read_tensor(term, buffers, swap)
    if term.__class__ is not tuple or len(term) != 3 or term[1].__class__ is not list:
        raise ArgumentError(f"unable to deserialize term to tensor: {text(term)}")
    return _container(term, [(key, _from_term(child, buffers, swap)) for key, child in term[1]])


def _container(term: Any, children: list[Any]) -> Any:
    module, _, meta = term
    if module is alias("Nx.Container.Tuple"):
        return tuple(child for _, child in children)
    if module is alias("Nx.Container.Map"):
        return maps.from_pairs(children)
    found = runtime().find(module)
    if found is None and module.__class__ is Atom:
        # The implementation that `@derive Nx.Container` writes for a struct.
        module = Atom(module.name.replace(f"{CONTAINER}.", "", 1))
        found = runtime().find(module)
    if found is None:
        raise ArgumentError(f"cannot deserialize unknown container {text(module)}")
    own = found.functions.get("deserialize/2")
    if own is not None:
        return own(children, meta)
    fields = dict(found.info.get("struct") or ())
    fields.update(meta)
    fields.update(children)
    return Struct(module, fields)


def _read_tensor(term: Any, buffers: Any, swap: bool) -> Tensor:
    _, full, kind, names, axes, offset, size = term
    dtype = dtypes.normalize(kind)
    shapes.validate(full) if full else ()
    shape, names = full[len(axes) :], names[len(axes) :]
    if tuple(n for _, n in axes) != full[: len(axes)]:
        raise ArgumentError("unable to deserialize binary to tensor: sizes do not match")
    count = prod(full)
    if count > _LIMIT or (count * dtype.bits + 7) // 8 != size or offset + size > len(buffers):
        raise ArgumentError("unable to deserialize binary to tensor: sizes do not match")
    array = array_of(bytes(buffers[offset : offset + size]), dtype, full)
    if swap and dtype.bits > 8:
        array = array.byteswap()
    return place(Tensor(dtype, shape, shapes.named(names, shape), None, tuple(axes)), array)


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
    import re

    descr = re.search(r"'descr':\s*'(.)(.)(\d+)'", header)
    order = re.search(r"'fortran_order':\s*(True|False)", header)
    dims = re.search(r"'shape':\s*\(([^)]*)\)", header)
    if not (descr and order and dims):
        raise _corrupt("file")
    endian, kind, width = descr[1], descr[2], int(descr[3])
    if endian not in "<>|":
        raise ArgumentError(f"unsupported numpy endianness: {ord(endian)}")
    if kind not in _KINDS:
        raise RuntimeError_(f"unsupported numpy type: {ord(kind)}")
    dtype = dtypes.normalize((Atom(_KINDS[kind]), width * 8))
    shape = tuple(int(n) for n in dims[1].replace(" ", "").split(",") if n)
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
    import zipfile

    try:
        archive = zipfile.ZipFile(io.BytesIO(octets(data)[0]))
        parts = [(info.filename, archive.read(info)) for info in archive.infolist()]
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError):
        raise _corrupt("archive") from None
    return [(name.removesuffix(".npy"), load_numpy_bang(content)) for name, content in parts]


MODULE = native_module("Nx", globals())
