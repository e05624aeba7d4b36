"""Damaged and lying input: an error of the right type, before any large allocation."""

from __future__ import annotations

import io
import json
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from defnpy.host.setup import ensure_runtime
from defnpy.nx import safetensors
from defnpy.nx.api import serialize
from defnpy.nx.dtype import TYPES
from defnpy.nx.lib.safetensors import load_bang
from defnpy.stdlib.erlang import term_format
from defnpy.terms.atom import Atom, alias
from defnpy.terms.errors import ArgumentError, ElixirError
from tests.nx.helpers import sample


def npy(array: Any = None) -> bytes:
    file = io.BytesIO()
    np.save(file, np.arange(6, dtype=np.float32).reshape(2, 3) if array is None else array)
    return file.getvalue()


def npz() -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, x=np.arange(3, dtype=np.int16), y=np.ones((2, 2), np.float32))
    return file.getvalue()


def nx() -> bytes:
    return b"".join(serialize.serialize({Atom("a"): sample((3, 5), TYPES[4]), Atom("b"): (sample((2,), TYPES[0]),)}))


def tensors() -> bytes:
    return safetensors.write({"a": np.arange(4, dtype=np.float32), "b": np.zeros((2, 2), np.int8)})


READERS: dict[str, tuple[Callable[[Any], Any], Callable[[], bytes]]] = {
    "npy": (serialize.load_numpy_bang, npy), "npz": (serialize.load_numpy_archive_bang, npz), "nx": (serialize.deserialize, nx),
    "safetensors": (load_bang, tensors),
}  # fmt: skip


def reads(name: str, data: bytes) -> bool:
    """Whether *data* is read; a refusal is an Elixir error and allocates little."""
    ensure_runtime()
    tracemalloc.start()
    try:
        READERS[name][0](data)
        return True
    except ElixirError:
        return False
    finally:
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
        tracemalloc.stop()


@pytest.mark.parametrize("name", READERS)
def test_truncated_at_every_octet(name: str) -> None:
    data = READERS[name][1]()
    assert reads(name, data)
    assert [cut for cut in range(len(data)) if reads(name, data[:cut])] == []


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(READERS)), st.integers(0, 10_000), st.integers(0, 255))
def test_one_octet_changed(name: str, place: int, value: int) -> None:
    data = bytearray(READERS[name][1]())
    data[place % len(data)] = value
    reads(name, bytes(data))


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([("npy", b"\x93NUMPY\x01\x00"), ("nx", b"nx\x01\x00"), ("npz", b"PK\x03\x04"), ("safetensors", b"")]), st.binary(max_size=80))
def test_noise(start: tuple[str, bytes], rest: bytes) -> None:
    reads(start[0], start[1] + rest)


def header(text: str) -> bytes:
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode()


@pytest.mark.parametrize("text", [
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000,), }", "{'descr': '<f4', 'fortran_order': False, 'shape': (%s), }" % ("9" * 5000),
    "{'descr': '<f4', 'fortran_order': False, 'shape': (%s), }" % ("1," * 100), "{'descr': '<f3', 'fortran_order': False, 'shape': (1,), }",
    "{'descr': '|O8', 'fortran_order': False, 'shape': (1,), }", "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1.5,), }", "{'descr': __import__('os'), 'fortran_order': False, 'shape': (1,), }", "",
])  # fmt: skip
def test_npy_headers_that_lie(text: str) -> None:
    assert not reads("npy", header(text) + b"\0" * 8)


def test_an_archive_that_grows_too_much() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.npy", npy())
    raw = bytearray(file.getvalue())
    at = raw.rindex(b"PK\x01\x02")
    raw[at + 24 : at + 28] = struct.pack("<I", 0xFFFFFF00)
    assert not reads("npz", bytes(raw))


def nx_file(term: Any, buffers: bytes = b"\0" * 8) -> bytes:
    data = term_format.encode(term)
    return b"nx\x01\x00" + len(data).to_bytes(8, "big") + data + buffers


F32 = (Atom("f"), 32)


@pytest.mark.parametrize("term", [
    (Atom("t"), (10**12,), F32, [None], [], 0, 8), (Atom("t"), (2,), F32, [None], [], 0, 4), (Atom("t"), (2,), F32, [None], [], 4, 8),
    (Atom("t"), (2,), F32, [None], [], -8, 8), (Atom("t"), (2,), F32, [], [], 0, 8), (Atom("t"), (2,), (Atom("f"), 7), [None], [], 0, 8),
    (Atom("t"), (2,), F32, [None], [(Atom("x"), 3)], 0, 8), (Atom("t"), (2.0,), F32, [None], [], 0, 8), (Atom("t"), (-2,), F32, [None], [], 0, 8),
    (Atom("t"), (1,) * 100, F32, [None] * 100, [], 0, 4), (Atom("t"), (2,), F32, [3], [], 0, 8), (Atom("t"), 2, F32, [None], [], 0, 8), 7, [],
    (alias("System"), [], Atom("ok")), (alias("Nope"), [], []), (alias("Nx.Container.Tuple"), 1, Atom("ok")), (alias("Nx.Container.Map"), [1], Atom("ok")),
])  # fmt: skip
def test_nx_terms_that_lie(term: Any) -> None:
    assert not reads("nx", nx_file(term))


def test_nx_files_of_the_reference() -> None:
    """The octets that Nx 0.13 writes for ``Nx.tensor([1, 2], type: :u8, names: [:x])`` on Erlang/OTP 25."""
    data = bytes.fromhex("6e78 0100 0000000000000022 83 6807 64000174 6801 6102 6802 64000175 6108 6c00000001 64000178 6a 6a 6100 6102 0102".replace(" ", ""))
    made = serialize.deserialize(data)
    assert (made.shape, made.names, made.numpy().tolist()) == ((2,), (Atom("x"),), [1, 2])
    assert b"".join(serialize.serialize(made)) == data


def test_nx_files_of_old_versions() -> None:
    ensure_runtime()
    tensor = (Atom("tensor"), (2,), (Atom("s"), 32), [None], (1).to_bytes(4, "big") + (2).to_bytes(4, "big"))
    (made,) = serialize.deserialize(term_format.encode((1, Atom("big"), (Atom("container"), (tensor,)))))
    assert made.numpy().tolist() == [1, 2]


def test_safe_refuses_unknown_atoms() -> None:
    data = nx_file((Atom("t"), (2,), F32, [None], [], 0, 8)).replace(b"d\x00\x01t", b"d\x00\x08never_03").replace(b"\x00\x1f\x83", b"\x00\x26\x83")
    with pytest.raises(ArgumentError):
        serialize.deserialize(data, [Atom("safe")])
    assert "never_03" not in Atom._interned


@pytest.mark.parametrize("entry", [
    {"dtype": "F32", "shape": [2], "data_offsets": [0, 8, 9]}, {"dtype": "F32", "shape": [True, 2], "data_offsets": [0, 8]},
    {"dtype": "F32", "shape": [2], "data_offsets": [0, 10**30]}, {"dtype": ["F32"], "shape": [2], "data_offsets": [0, 8]},
    {"dtype": "F32", "shape": "ab", "data_offsets": [0, 8]}, {"dtype": "F32", "shape": [1] * 100 + [2], "data_offsets": [0, 8]},
    {"dtype": "F32", "shape": [0, 10**18], "data_offsets": [0, 0]}, {"dtype": "BOOL", "shape": [8], "data_offsets": [0, 8]}, [], None, 3,
])  # fmt: skip
def test_safetensors_entries_that_lie(entry: Any) -> None:
    text = json.dumps({"a": entry}).encode()
    assert not reads("safetensors", len(text).to_bytes(8, "little") + text + b"\0" * 8)


def test_safetensors_names_that_are_no_text() -> None:
    text = b'{"\\ud800": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}'
    assert not reads("safetensors", len(text).to_bytes(8, "little") + text + b"\0" * 8)
