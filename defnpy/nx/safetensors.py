"""The safetensors format: a JSON header with types, shapes and byte ranges, then the data.

https://huggingface.co/docs/safetensors: 8 bytes header size (little endian), the header, the buffer. Nothing is executed; every range is
checked before any data is touched.
"""

from __future__ import annotations

import json
import math
from typing import Any

import ml_dtypes
import numpy as np

from defnpy.terms.errors import ArgumentError

TYPES: dict[str, Any] = {
    "BOOL": np.uint8, "U8": np.uint8, "I8": np.int8, "U16": np.uint16, "I16": np.int16, "U32": np.uint32, "I32": np.int32,
    "U64": np.uint64, "I64": np.int64, "F16": np.float16, "BF16": ml_dtypes.bfloat16, "F32": np.float32, "F64": np.float64,
    "F8_E4M3": ml_dtypes.float8_e4m3fn, "F8_E5M2": ml_dtypes.float8_e5m2,
}
NAMES = {np.dtype(v): k for k, v in TYPES.items() if k != "BOOL"}
MAX_HEADER = 100_000_000


class Entry:
    """One tensor of a file: where it lies behind the header."""

    __slots__ = ("dtype", "end", "kind", "shape", "start")

    def __init__(self, kind: str, shape: tuple[int, ...], start: int, end: int) -> None:
        self.kind = kind
        self.dtype: np.dtype[Any] = np.dtype(TYPES[kind])
        self.shape = shape
        self.start = start
        self.end = end


def header_size(first: bytes, total: int) -> int:
    """The size of the header, from the first 8 bytes of a file of *total* bytes."""
    if len(first) < 8:
        raise _bad("it is shorter than its own header")
    size = int.from_bytes(first[:8], "little")
    if size > MAX_HEADER or 8 + size > total:
        raise _bad(f"its header claims {size} bytes, the file has {total}")
    return size


def entries(text: bytes, available: int) -> dict[str, Entry]:
    """The tensors that a header names, of which *available* bytes of data follow; everything is checked."""
    try:
        header = json.loads(text)
        "".join(header).encode()
    except (ValueError, RecursionError, TypeError):
        raise _bad("its header is not JSON with names") from None
    if not isinstance(header, dict):
        raise _bad("its header is not a JSON object")
    found = {name: _entry(name, entry, available) for name, entry in header.items() if name != "__metadata__"}
    _check_ranges([(e.start, e.end) for e in found.values()])
    return found


def read(data: bytes) -> dict[str, np.ndarray]:
    """The tensors of a file by name; views of *data*, not copies."""
    size = header_size(data[:8], len(data))
    body = memoryview(data)[8 + size :]
    found = entries(data[8 : 8 + size], len(body))
    return {name: np.frombuffer(body[e.start : e.end], e.dtype).reshape(e.shape) for name, e in found.items()}


def _entry(name: str, entry: Any, available: int) -> Entry:
    try:
        kind = entry["dtype"]
        width = np.dtype(TYPES[kind]).itemsize
        shape = tuple(entry["shape"])
        start, end = entry["data_offsets"]
    except (KeyError, TypeError, ValueError):
        raise _bad(f"the entry of {name!r} is incomplete") from None
    if not all(d.__class__ is int and d >= 0 for d in (*shape, start, end)):
        raise _bad(f"the entry of {name!r} has sizes that are not whole numbers")
    if len(shape) > 64 or start > end or end > available or end - start != math.prod(shape) * width:
        raise _bad(f"the range of {name!r} does not fit its shape or the file")
    return Entry(kind, shape, start, end)


def _check_ranges(ranges: list[tuple[int, int]]) -> None:
    position = 0
    for start, end in sorted(ranges):
        if start < position:
            raise _bad("two tensors overlap")
        position = end


def _bad(why: str) -> ArgumentError:
    return ArgumentError(f"this is not a valid safetensors file: {why}")


def write(tensors: dict[str, Any], metadata: dict[str, str] | None = None) -> bytes:
    """A file of the named arrays."""
    arrays = {name: np.asarray(tensors[name]) for name in sorted(tensors)}
    for name, array in arrays.items():
        if array.dtype not in NAMES:
            raise ArgumentError(f"safetensors has no type for {array.dtype} (tensor {name!r})")
    head = header([(name, NAMES[a.dtype], a.shape, a.nbytes) for name, a in arrays.items()], metadata, align=8)
    return head + b"".join(np.ascontiguousarray(a).tobytes() for a in arrays.values())


def header(parts: list[tuple[str, str, tuple[int, ...], int]], metadata: dict[str, str] | None = None, *, align: int = 1) -> bytes:
    """The header, its size in front, of tensors given as name, type, shape and number of bytes."""
    made: dict[str, Any] = {"__metadata__": metadata} if metadata else {}
    position = 0
    for name, kind, shape, size in parts:
        made[name] = {"dtype": kind, "shape": list(shape), "data_offsets": [position, position + size]}
        position += size
    text = json.dumps(made, separators=(",", ":"), ensure_ascii=align > 1).encode()
    text += b" " * (-len(text) % align)
    return len(text).to_bytes(8, "little") + text
