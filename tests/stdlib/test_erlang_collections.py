"""Erlang's collections: queues as they print, arrays, ordered dictionaries, sets, trees, property lists, and ``:string``."""

from __future__ import annotations

import pytest

from defnpy.host.report import banner
from tests.stdlib.support import run, shown

VALUES = [
    (":queue.in(4, :queue.from_list([1, 2, 3]))", "{[4, 3, 2], [1]}"),
    (":queue.in(1, :queue.new())", "{[1], []}"),
    (":queue.from_list([1, 2, 3, 4, 5])", "{[5, 4, 3], [1, 2]}"),
    (":queue.out(:queue.from_list([1, 2, 3, 4, 5]))", "{{:value, 1}, {[5, 4, 3], [2]}}"),
    (":queue.in_r(4, :queue.from_list([1, 2, 3]))", "{[3, 2], [4, 1]}"),
    ("q = :queue.from_list([1, 2, 3]); {:queue.fold(&+/2, 0, q), :queue.to_list(:queue.filter(&(&1 > 1), q)), :queue.last(q)}", "{6, [2, 3], 3}"),
    (":orddict.from_list(b: 1, a: 2, b: 3)", "[a: 2, b: 3]"),
    ("{:orddict.update(:z, & &1, 0, a: 1), :orddict.take(:a, a: 1), :orddict.merge(fn _, a, b -> a + b end, [a: 1], [a: 2, b: 3])}",
     "{[a: 1, z: 0], {1, []}, [a: 3, b: 3]}"),
    ("{:proplists.get_value(:a, [:a]), :proplists.to_map([:a, b: 2]), :proplists.compact([{:a, true}]), :proplists.split([a: 1, b: 2], [:a])}",
     "{true, %{a: true, b: 2}, [:a], {[[a: 1]], [b: 2]}}"),
    ("a = :array.new(3, default: 0) |> then(&:array.set(1, :y, &1)); {:array.to_list(a), :array.sparse_to_orddict(a), :array.is_fix(a)}",
     "{[0, :y, 0], [{1, :y}], true}"),
    ("t = :gb_trees.from_orddict(a: 1, b: 2); {:a, 1, i} = :gb_trees.next(:gb_trees.iterator(t)); {elem(:gb_trees.next(i), 0), :gb_trees.take_any(:z, t)}",
     "{:b, :error}"),
    ("s = :gb_sets.from_list([3, 1, 2, 1]); {:gb_sets.to_list(s), :gb_sets.fold(&+/2, 0, s)}", "{[1, 2, 3], 6}"),
    ("{:ordsets.union([[3], [1, 3]]), :ordsets.is_set([2, 1]), :sets.is_disjoint(:sets.from_list([1]), :sets.from_list([2]))}",
     "{[1, 3], false, true}"),
    ("{:lists.umerge([1, 3], [2, 3]), :lists.ukeysort(1, [{2, :a}, {1, :b}, {2, :c}]), :lists.flatlength([1, [2]])}",
     "{[1, 2, 3], [{1, :b}, {2, :a}], 2}"),
    ('{:string.pad("a", 5), :string.pad("a", 4, :both), :string.replace("aXb", "X", "-"), :string.split("a b c", " ", :trailing)}',
     '{["a", 32, 32, 32, 32], [~c" ", "a", ~c" ", 32], ["a", "-", "b"], ["a b", "c"]}'),
    ('{:string.find("hello", "l", :trailing), :string.lexemes("a b,c", ~c" ,"), :string.trim("xax", :both, ~c"x"), :string.take("abc", ~c"ab")}',
     '{"lo", ["a", "b", "c"], "a", {"ab", "c"}}'),
    ('{:string.next_grapheme("abc"), :string.to_float("1.5x"), :string.slice("héllo", 1, 2), :string.join([~c"a", ~c"b"], ~c",")}',
     '{[97 | "bc"], {1.5, "x"}, "él", ~c"a,b"}'),
    ('{:binary.encode_hex(<<255>>), :binary.decode_hex("fF"), :maps.intersect(%{a: 1}, %{a: 2}), :maps.next(:maps.iterator(%{a: 1}))}',
     '{"FF", <<255>>, %{a: 2}, {:a, 1, :none}}'),
    ("{:calendar.iso_week_number({2024, 12, 30}), :calendar.seconds_to_daystime(90000), :timer.hms(1, 2, 3)}", "{{2025, 1}, {1, {1, 0, 0}}, 3723000}"),
    ("r = :atomics.new(1, []); {:atomics.exchange(r, 1, 5), :atomics.compare_exchange(r, 1, 5, 7), :atomics.compare_exchange(r, 1, 5, 8)}",
     "{0, :ok, 7}"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "value"), VALUES)
def test_values(code: str, value: str) -> None:
    assert shown(code) == value


ERRORS = [
    (":orddict.fetch(:z, a: 1)", "(FunctionClauseError) no function clause matching in :orddict.fetch/2"),
    (":queue.get(:queue.new())", "(ErlangError) Erlang error: :empty"),
    (":array.set(5, 1, :array.new(3))", "(ArgumentError) argument error"),
    (":gb_trees.insert(:a, 1, :gb_trees.from_orddict(a: 1))", "(ErlangError) Erlang error: {:key_exists, :a}"),
    (":lists.filter(fn x -> x end, [1])", "(ErlangError) Erlang error: {:bad_filter, 1}"),
    (":lists.foldl(fn x, _ -> x end, 0, :a)", "(CaseClauseError) no case clause matching: :a"),
    (":lists.foldl(fn x -> x end, 0, [1])", "(FunctionClauseError) no function clause matching in :lists.foldl/3"),
    (":lists.nth(:a, [1])", "(ArithmeticError) bad argument in arithmetic expression"),
    (":lists.split(1, :a)", "(ArgumentError) argument error"),
    ("apply(:lists, :last, [:a])", "(FunctionClauseError) no function clause matching in :lists.last/1"),
    ("Enum.map([:a], &:lists.last/1)", "(FunctionClauseError) no function clause matching in :lists.last/1"),
]


@pytest.mark.parametrize(("code", "title"), ERRORS)
def test_errors(code: str, title: str) -> None:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - many classes, all Elixir's in the end
        run(code)
    assert banner(caught.value).split("\n")[0].strip() == f"** {title}"
