"""The safetensors format."""

from __future__ import annotations

import json

import numpy as np
import pytest

from defnpy.nx.safetensors import read, write


def file(header: object, body: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + body


def test_round_trip() -> None:
    given = {"a": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.array(3, np.int64), "c": np.zeros(0, np.uint8)}
    made = read(write(given, {"by": "test"}))
    assert sorted(made) == ["a", "b", "c"]
    for name, array in given.items():
        assert made[name].dtype == array.dtype
        np.testing.assert_array_equal(made[name], array)


ENTRY = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}


@pytest.mark.parametrize("data", [
    b"", b"\xff" * 8, file(b"{"), file([]), file({"a": {"dtype": "F32"}}), file({"a": ENTRY}),
    file({"a": {**ENTRY, "shape": [10**12]}}, b"\0" * 8), file({"a": {**ENTRY, "data_offsets": [8, 0]}}, b"\0" * 8),
    file({"a": ENTRY, "b": ENTRY}, b"\0" * 8), file({"a": {**ENTRY, "dtype": "X"}}, b"\0" * 8), file({"a": {**ENTRY, "shape": [-2]}}, b"\0" * 8),
    file(b"[" * 100_000),
])
def test_hostile_files(data: bytes) -> None:
    with pytest.raises(ValueError, match="not a valid safetensors file"):
        read(data)
