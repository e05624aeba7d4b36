"""Texts of terms, documents, bitstrings."""

from __future__ import annotations

import pytest

from defnpy.terms import algebra
from defnpy.terms.atom import Atom, alias
from defnpy.terms.binary import NOMATCH, Bits, Reader, build, make_binary
from defnpy.terms.errors import ArgumentError, KeyError_, ProtocolUndefinedError
from defnpy.terms.float_text import float_inspect, float_to_string
from defnpy.terms.function import Capture
from defnpy.terms.inspect import inspect
from defnpy.terms.list import ImproperList
from defnpy.terms.map import from_pairs
from defnpy.terms.range import Range


@pytest.mark.parametrize(
    ("number", "inspected", "text"),
    [
        (100000.0, "100000.0", "1.0e5"),
        (1.0e16, "1.0e16", "1.0e16"),
        (0.0001, "0.0001", "0.0001"),
        (0.00012, "1.2e-4", "1.2e-4"),
        (-0.0, "-0.0", "-0.0"),
        (123456.789, "123456.789", "123456.789"),
        (9007199254740992.0, "9007199254740992.0", "9.007199254740992e15"),
    ],
)
def test_float_text(number: float, inspected: str, text: str) -> None:
    assert float_inspect(number) == inspected
    assert float_to_string(number) == text


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ([1, "a", None, True, Atom("ok"), 1.5], '[1, "a", nil, true, :ok, 1.5]'),
        ({Atom("a"): {1: (2,)}}, "%{a: %{1 => {2}}}"),
        ([(Atom("a b"), 1)], '["a b": 1]'),
        ([97, 98], '~c"ab"'),
        (ImproperList([1, 2], 3), "[1, 2 | 3]"),
        (Bits(5, 3), "<<5::size(3)>>"),
        (b"\xff\x00", "<<255, 0>>"),
        (alias("Nx.Tensor"), "Nx.Tensor"),
        (Range(1, 9, 2), "1..9//2"),
        (Capture(alias("Kernel"), "max", 2, max), "&:erlang.max/2"),
        (from_pairs([(1.5, 1), (1, 2)]), "%{1 => 2, 1.5 => 1}"),
    ],
)
def test_inspect(term: object, text: str) -> None:
    assert inspect(term) == text


def test_lines_break_at_the_width() -> None:
    assert inspect([(Atom("a"), "x" * 10), (Atom("b"), "y" * 10)], pretty=True, width=20) == (
        f'[\n  a: "{"x" * 10}",\n  b: "{"y" * 10}"\n]'
    )
    assert inspect(list(range(200, 225)), pretty=True, width=20).count("\n") == 6


def test_the_limit_is_shared() -> None:
    assert inspect([[1, 2, 3], [4, 5, 6]], limit=4) == "[[1, 2, 3], [4, 5, ...]]"


def test_flex_breaks_fill_lines() -> None:
    doc = algebra.group(algebra.fold(["one", "two", "three"], algebra.flex_glue))
    assert algebra.format(doc, 8) == "one two\nthree"


def test_messages() -> None:
    assert str(KeyError_(Atom("a"), {Atom("b"): 1})) == "key :a not found in: %{b: 1}"
    assert str(ProtocolUndefinedError(alias("Enumerable"), 1)) == (
        "protocol Enumerable not implemented for type Integer\n\nGot value:\n\n    1\n"
    )


def test_building_and_reading_bits() -> None:
    made = build([("integer", 258, 16, None, "little"), ("float", 1.5, 32, None, "big"), ("integer", 5, 3, None, "big")])
    reader = Reader(made)
    assert reader.int(16, 1, False, "little") == 258
    assert reader.float(32) == 1.5
    assert reader.bits(3) == Bits(5, 3)
    assert reader.at_end()
    assert Reader("a").int(16) is NOMATCH
    assert Reader(make_binary(b"\x7f\xc0\x00\x00")).float(32) is NOMATCH


def test_construction_errors_name_the_segment() -> None:
    with pytest.raises(ArgumentError, match="segment 1 of type 'integer': expected an integer but got: 1.5"):
        build([("integer", 1.5, None, None, "big")])
