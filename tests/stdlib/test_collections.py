"""Enum, Map, Keyword, List, Stream and their like, through programs."""

from __future__ import annotations

import pytest

from tests.stdlib.support import run, shown


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("Enum.map(%{b: 1, a: 2}, fn {k, v} -> {v, k} end)", "[{2, :a}, {1, :b}]"),
        ("Enum.sort([{1, :x}, {1, :y}, {0, :z}], fn {a, _}, {b, _} -> a < b end)", "[{0, :z}, {1, :y}, {1, :x}]"),
        ("Enum.sort([1, \"a\", :b, 2.0])", '[1, 2.0, :b, "a"]'),
        ("Enum.chunk_every(1..6, 3, 2)", "[[1, 2, 3], [3, 4, 5], [5, 6]]"),
        ("Enum.uniq([1, 1.0, 1])", "[1, 1.0]"),
        ("Enum.slice(1..10, 2..6//2)", "[3, 5, 7]"),
        ("Enum.max([1, 1.0])", "1"),
        ("Enum.group_by(1..6, &rem(&1, 3))", "%{0 => [3, 6], 1 => [1, 4], 2 => [2, 5]}"),
        ("Keyword.validate!([c: 30, a: 10], a: 1, b: 2, c: 3, d: 4)", "[d: 4, b: 2, a: 10, c: 30]"),
        ("Keyword.merge([a: 1, b: 2], b: 3, c: 4)", "[a: 1, b: 3, c: 4]"),
        ("Map.merge(%{a: 1, b: 2}, %{b: 3}, fn _, x, y -> x + y end)", "%{a: 1, b: 5}"),
        ("Map.pop(%{1 => :a, 1.0 => :b}, 1.0)", "{:b, %{1 => :a}}"),
        ("List.myers_difference([1, 2, 3], [1, 3, 4])", "[eq: [1], del: [2], eq: [3], ins: [4]]"),
        ("List.insert_at([1, 2], -2, :x)", "[1, :x, 2]"),
        ("Tuple.insert_at({1, 3}, 1, 2)", "{1, 2, 3}"),
        ("MapSet.union(MapSet.new([3, 1]), MapSet.new([2]))", "MapSet.new([1, 2, 3])"),
        ("Stream.cycle([1, 2]) |> Enum.take(5)", "[1, 2, 1, 2, 1]"),
        ("Stream.transform(1..5, 0, fn x, s -> if s > 3, do: {:halt, s}, else: {[x], s + x} end) |> Enum.to_list()",
         "[1, 2, 3]"),
        ("update_in(%{a: [b: 1]}, [:a, :b], &(&1 + 1))", "%{a: [b: 2]}"),
        ("get_in([%{n: 1}, %{n: 2}], [Access.all(), :n])", "[1, 2]"),
        ("pop_in(%{a: %{b: 1, c: 2}}, [:a, :b])", "{1, %{a: %{c: 2}}}"),
        ("Range.split(1..5, 2)", "{1..2, 3..5}"),
    ],
)  # fmt: skip
def test_values(code: str, text: str) -> None:
    assert shown(code) == text


def test_streams_are_lazy_and_close_their_resource() -> None:
    code = """
    me = self()
    s = Stream.resource(fn -> 1 end, fn n -> {[n], n + 1} end, fn n -> send(me, {:closed, n}) end)
    taken = Enum.take(s, 2)
    receive do
      {:closed, n} -> {taken, n}
    after
      100 -> :open
    end
    """
    assert shown(code) == "{[1, 2], 3}"


def test_a_million_integers_sum_fast() -> None:
    assert run("1..1_000_000 |> Enum.map(&(&1 * 2)) |> Enum.sum()") == 1_000_001_000_000
