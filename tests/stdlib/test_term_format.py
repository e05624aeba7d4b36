"""The external term format: round trips, and input that lies."""

from __future__ import annotations

import struct
import tracemalloc
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from defnpy.stdlib.erlang import term_format
from defnpy.stdlib.mapset import MapSet
from defnpy.terms import map as maps
from defnpy.terms.atom import Atom
from defnpy.terms.binary import Bits, make_binary
from defnpy.terms.errors import ArgumentError
from defnpy.terms.list import ImproperList
from defnpy.terms.order import strict_equal

LEAVES = st.one_of(
    st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(), st.binary(), st.booleans(), st.none(),
    st.sampled_from([Atom("ok"), Atom("Elixir.Foo"), Atom("ünï")]),
)  # fmt: skip
TERMS = st.recursive(
    LEAVES.map(lambda t: make_binary(t) if t.__class__ is bytes else t),
    lambda inner: st.one_of(
        st.lists(inner), st.lists(inner).map(tuple), st.lists(st.tuples(inner, inner)).map(maps.from_pairs),
        st.tuples(st.lists(inner, min_size=1), st.integers()).map(lambda p: ImproperList(*p)),
    ),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(TERMS, st.sampled_from([0, 1, 9]))
def test_round_trip(term, level) -> None:
    data = term_format.encode(term, level)
    back, used = term_format.decode(data + b"rest")
    assert used == len(data)
    assert strict_equal(back, term)


@pytest.mark.parametrize("term", [Bits(5, 3), MapSet({maps.key(1): []}), 2**5000, -(2**70), [], [1, 2], "a" * 300, tuple(range(300))])
def test_round_trip_of_special_terms(term) -> None:
    assert strict_equal(term_format.decode(term_format.encode(term))[0], term)


def refuses(data: bytes, options=()) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(ArgumentError, match="external representation of a term"):
            term_format.decode(data, options)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


SAMPLE = {Atom("a"): [1, 2.5, "text", (Atom("b"), -5, 2**80)], "k": ImproperList([1000], 2), Atom("c"): [1, 2, 3], Atom("d"): Bits(5, 3)}


@pytest.mark.parametrize("level", [0, 9])
def test_truncated_at_every_octet(level) -> None:
    data = term_format.encode([SAMPLE] * 3, level)
    for cut in range(len(data)):
        refuses(data[:cut])


@pytest.mark.parametrize("data", [
    b"", b"\x82a\x01", b"\x83", b"\x83\xff", b"\x83q\x00", b"\x83i\xff\xff\xff\xff", b"\x83l\xff\xff\xff\xff", b"\x83t\xff\xff\xff\xff",
    b"\x83m\xff\xff\xff\xffab", b"\x83o\xff\xff\xff\xff\x00\x01", b"\x83M\x00\x00\x00\x00\x03", b"\x83M\x00\x00\x00\x01\x09\x01",
    b"\x83F\x7f\xf0\x00\x00\x00\x00\x00\x00", b"\x83c" + b"x" * 31, b"\x83w\x02\xff\xfe", b"\x83t\x00\x00\x00\x02a\x01a\x02a\x01a\x03",
    b"\x83P\xff\xff\xff\xff" + zlib.compress(b"a\x01"), b"\x83P\x00\x00\x00\x02garbage", b"\x83P\x00\x00\x00\x03" + zlib.compress(b"a\x01"),
    b"\x83P" + struct.pack(">I", 2) + zlib.compress(b"a\x01" * 1_000_000), b"\x83v\x01\x00" + b"a" * 256,
])  # fmt: skip
def test_lies(data) -> None:
    refuses(data)


def test_safe_makes_no_atom() -> None:
    data = b"\x83w\x0cnever_heard_of"[:-2] + b"_x"
    refuses(data, [Atom("safe")])
    assert data[3:].decode() not in Atom._interned
    assert term_format.decode(b"\x83w\x02ok", [Atom("safe")])[0] is Atom("ok")


def test_deep_terms() -> None:
    depth = 200_000
    made, _ = term_format.decode(b"\x83" + b"h\x01" * depth + b"j")
    for _ in range(depth):
        (made,) = made
    assert made == []


def test_a_struct_of_unknown_module_is_data() -> None:
    made, _ = term_format.decode(term_format.encode({Atom("__struct__"): Atom("Elixir.Not.There"), Atom("x"): 1}))
    assert made.module is Atom("Elixir.Not.There")


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60))
def test_noise(data) -> None:
    try:
        term_format.decode(b"\x83" + data)
    except ArgumentError:
        pass


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 200), st.integers(0, 255))
def test_one_octet_changed(place, value) -> None:
    data = bytearray(term_format.encode([SAMPLE] * 2))
    data[place % len(data)] = value
    try:
        term_format.decode(bytes(data))
    except ArgumentError:
        pass
