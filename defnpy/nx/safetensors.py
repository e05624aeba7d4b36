"""The safetensors format: a JSON header with types, shapes and byte ranges, then the data.

https://huggingface.co/docs/safetensors: 8 bytes header size (little endian), the header, the buffer. Nothing is executed; every range is
checked before any data is touched.
"""

from __future__ import annotations

import json
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


def read(data: bytes) -> dict[str, np.ndarray]:
    """The tensors of a file by name; views of *data*, not copies."""
    if len(data) < 8:
        raise _bad("it is shorter than its own header")
    size = int.from_bytes(data[:8], "little")
    if size > MAX_HEADER or 8 + size > len(data):
        raise _bad(f"its header claims {size} bytes, the file has {len(data)}")
    try:
        header = json.loads(data[8 : 8 + size])
    except (ValueError, RecursionError):
        raise _bad("its header is not JSON") from None
    if not isinstance(header, dict):
        raise _bad("its header is not a JSON object")
    body = memoryview(data)[8 + size :]
    ranges: list[tuple[int, int]] = []
    out = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        dtype, shape, start, end = _entry(name, entry, len(body))
        ranges.append((start, end))
        out[name] = np.frombuffer(body[start:end], dtype).reshape(shape)
    _check_ranges(ranges)
    return out


def _entry(name: str, entry: Any, available: int) -> tuple[np.dtype[Any], tuple[int, ...], int, int]:
    try:
        dtype = np.dtype(TYPES[entry["dtype"]])
        shape = tuple(entry["shape"])
        start, end = entry["data_offsets"]
    except (KeyError, TypeError, ValueError):
        raise _bad(f"the entry of {name!r} is incomplete") from None
    if not all(isinstance(d, int) and d >= 0 for d in (*shape, start, end)):
        raise _bad(f"the entry of {name!r} has sizes that are not whole numbers")
    count = 1
    for d in shape:
        count *= d
    if start > end or end > available or end - start != count * dtype.itemsize:
        raise _bad(f"the range of {name!r} does not fit its shape or the file")
    return dtype, shape, start, end


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
    header: dict[str, Any] = {"__metadata__": metadata} if metadata else {}
    parts = []
    position = 0
    for name in sorted(tensors):
        array = np.ascontiguousarray(tensors[name])
        kind = NAMES.get(array.dtype)
        if kind is None:
            raise ArgumentError(f"safetensors has no type for {array.dtype} (tensor {name!r})")
        data = array.tobytes()
        header[name] = {"dtype": kind, "shape": list(np.shape(tensors[name])), "data_offsets": [position, position + len(data)]}
        parts.append(data)
        position += len(data)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + b"".join(parts)
