"""Tensors as binaries and back."""

from __future__ import annotations

from typing import Any

import numpy as np

from defnpy.nx.dtype import DType
from defnpy.nx.tensor import Tensor


def pack(array: Any, kind: DType) -> tuple[bytes, int]:
    """The elements in native order as bytes, and how many bits count."""
    flat = np.ascontiguousarray(array).reshape(-1)
    bits = flat.size * kind.bits
    if not kind.small:
        return flat.tobytes(), bits
    low = flat.view(np.uint8) & ((1 << kind.bits) - 1)
    spread = (low[:, None] >> np.arange(kind.bits - 1, -1, -1, dtype=np.uint8)) & 1
    return np.packbits(spread.astype(np.uint8).reshape(-1)).tobytes(), bits


def array_of(data: bytes, kind: DType, shape: tuple[int, ...]) -> Any:
    """The array that *data* holds."""
    if not kind.small:
        return np.frombuffer(data, dtype=kind.numpy).reshape(shape)
    n = int(np.prod(shape, dtype=np.int64))
    bits = np.unpackbits(np.frombuffer(data, dtype=np.uint8))[: n * kind.bits].reshape(n, kind.bits)
    low = bits @ (1 << np.arange(kind.bits - 1, -1, -1))
    if kind.signed:
        half = 1 << (kind.bits - 1)
        low = (low ^ half) - half
    return low.astype(kind.numpy).reshape(shape)


def binary_term(data: bytes, bits: int) -> Any:
    """A binary term of the first *bits* of *data*."""
    from defnpy.terms import binary

    if bits % 8:
        return binary.Bits(int.from_bytes(data, "big") >> (len(data) * 8 - bits), bits)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data


def binary_of(tensor: Tensor, limit: int | None = None) -> Any:
    """``Nx.to_binary/2``."""
    array = tensor.numpy().reshape(-1)
    if limit is not None:
        array = array[:limit]
    return binary_term(*pack(array, tensor.type))


def octets(term: Any) -> tuple[bytes, int]:
    """A binary or bitstring term as bytes and the number of its bits."""
    if term.__class__ is bytes:
        return term, len(term) * 8
    if term.__class__ is str:
        data = term.encode("utf-8", "surrogatepass")
        return data, len(data) * 8
    bits = getattr(term, "bit_length_total", None)
    if bits is None:
        from defnpy.terms.atom import Atom, alias
        from defnpy.terms.errors import FunctionClauseError

        raise FunctionClauseError(alias("Nx"), Atom("from_binary"), 3)
    return bytes(term), int(bits() if callable(bits) else bits)
