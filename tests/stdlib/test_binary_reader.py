"""Text that is matched by characters gives what its octets give."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from defnpy.terms.binary import NOMATCH, Reader, build
from tests.stdlib.support import shown

LETTERS = ["a", "\n", "é", "€", "😀", "z"]


def _steps(chance: random.Random) -> list[Callable[[Reader], Any]]:
    out: list[Callable[[Reader], Any]] = []
    for _ in range(chance.randint(1, 5)):
        text, size = chance.choice(LETTERS), chance.randint(0, 3)
        out.append(chance.choice([
            lambda r: r.utf8(), lambda r: r.int(8), lambda r: r.int(16), lambda r: r.at_end(),
            lambda r, n=size: r.binary(n), lambda r, n=size: r.int(n), lambda r, t=text: r.literal(t),
        ]))
    # The rest is always the last segment.
    return [*out, lambda r: r.rest_binary()]


def test_characters_and_octets_agree() -> None:
    chance = random.Random(1)
    for _ in range(3000):
        text = "".join(chance.choices(LETTERS, k=chance.randint(0, 6)))
        by_text, by_octets = Reader(text), Reader(text)
        assert by_octets.data == text.encode()
        for step in _steps(chance):
            mine, other = step(by_text), step(by_octets)
            assert (mine.__class__, mine) == (other.__class__, other)
            if mine is NOMATCH:
                break


def test_text_is_built_of_text_and_code_points() -> None:
    assert build((("binary", "é", None, None, "big"), ("utf8", 8364, None, None, "big"))) == "é€"


def test_a_parser_of_a_long_text() -> None:
    assert shown("""
    defmodule StdlibScan do
      def str("\\"" <> rest, acc), do: {acc, rest}
      def str("\\\\n" <> rest, acc), do: str(rest, acc <> "\\n")
      def str(<<c::utf8, rest::binary>>, acc), do: str(rest, <<acc::binary, c::utf8>>)
    end
    {text, rest} = StdlibScan.str(String.duplicate("é", 5000) <> "\\\\n" <> "x\\"end", "")
    {String.length(text), String.last(text), rest}
    """) == '{5002, "x", "end"}'


def test_ordered_sets() -> None:
    assert shown("""
    s = :gb_sets.from_list([{3, :c}, {1, :a}, {2, :b}, {1, :a}])
    {least, rest} = :gb_sets.take_smallest(s)
    {least, :gb_sets.to_list(rest), :gb_sets.size(s), :gb_sets.is_member({2, :b}, s), :gb_sets.is_empty(:gb_sets.new())}
    """) == "{{1, :a}, [{2, :b}, {3, :c}], 3, true, true}"
