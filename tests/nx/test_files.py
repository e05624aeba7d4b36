"""Serialised tensors come back; damaged ones are refused."""

from __future__ import annotations

import io

import numpy as np
import pytest

from defnpy.nx.api import creation, serialize
from defnpy.nx.api.convert import to_binary
from defnpy.nx.dtype import TYPES
from defnpy.terms.atom import Atom
from defnpy.terms.errors import ArgumentError
from tests.nx.helpers import sample


@pytest.mark.parametrize("kind", TYPES, ids=str)
def test_round_trip(kind):
    t = sample((3, 5), kind)
    assert serialize.deserialize(serialize.serialize(t)) == t
    flat = creation.from_binary(to_binary(t), kind.atom)
    assert flat.numpy().tobytes() == t.numpy().tobytes()


def test_containers():
    term = ({Atom("a"): sample((2,), TYPES[3]), Atom("b"): (1, 2.5)},)
    (back,) = serialize.deserialize(serialize.serialize(term))
    assert back[Atom("a")] == term[0][Atom("a")]
    assert back[Atom("b")][1].numpy() == 2.5


@pytest.mark.parametrize("cut", [1, 5, 20, 60, -1])
def test_damaged_data_is_refused(cut):
    data = b"".join(serialize.serialize(sample((3, 5), TYPES[4])))
    with pytest.raises(ArgumentError):
        serialize.deserialize(data[:cut])


@pytest.mark.parametrize("kind", ["<f4", "<i8", ">i4", "|u1", "<f2"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_numpy_files(kind, order):
    array = np.asarray(np.arange(6).reshape(2, 3), dtype=kind, order=order)
    file = io.BytesIO()
    np.save(file, array)
    assert np.array_equal(serialize.load_numpy_bang(file.getvalue()).numpy(), array)


def test_numpy_archives():
    file = io.BytesIO()
    np.savez_compressed(file, x=np.arange(3, dtype=np.int16), y=np.ones((2, 2), np.float32))
    made = dict(serialize.load_numpy_archive_bang(file.getvalue()))
    assert made["x"].numpy().tolist() == [0, 1, 2]
    assert made["y"].shape == (2, 2)
