""":digraph, :digraph_utils, :dict, the order of :ets tables, and PartitionSupervisor."""

from __future__ import annotations

import pytest

from tests.stdlib.support import shown

GRAPH = """
g = :digraph.new()
for v <- [:a, :b, :c, :d, :e, :f], do: :digraph.add_vertex(g, v)
for {x, y} <- [{:a, :b}, {:b, :c}, {:c, :a}, {:c, :d}, {:d, :e}, {:a, :e}], do: :digraph.add_edge(g, {x, y}, x, y, [])
"""
GRAPHS = [
    (":digraph.vertices(g)", "[:f, :e, :d, :c, :b, :a]"),
    ("{:digraph.out_neighbours(g, :a), :digraph.in_neighbours(g, :e), :digraph.edges(g, :c)}", "{[:e, :b], [:a, :d], [b: :c, c: :a, c: :d]}"),
    (":digraph_utils.components(g)", "[[:d, :b, :c, :a, :e], [:f]]"),
    (":digraph_utils.strong_components(g)", "[[:f], [:e], [:d], [:a, :b, :c]]"),
    ("{:digraph_utils.topsort(g), :digraph_utils.is_acyclic(g), :digraph_utils.cyclic_strong_components(g)}", "{false, false, [[:a, :b, :c]]}"),
    ("{:digraph_utils.reachable([:d], g), :digraph_utils.reaching_neighbours([:d], g)}", "{[:e, :d], [:a, :b, :c]}"),
    ("{:digraph_utils.preorder(g), :digraph_utils.postorder(g)}", "{[:f, :e, :d, :c, :a, :b], [:f, :e, :d, :b, :a, :c]}"),
    ("{:digraph.get_path(g, :b, :e), :digraph.get_short_path(g, :b, :e), :digraph.get_path(g, :e, :a), :digraph.get_cycle(g, :a)}",
     "{[:b, :c, :d, :e], [:b, :c, :a, :e], false, [:a, :b, :c, :a]}"),
    (":digraph.add_edge(g, :a, :zz)", "{:error, {:bad_vertex, :zz}}"),
    (":digraph.del_vertex(g, :c); {:digraph.no_vertices(g), :digraph.no_edges(g), :digraph_utils.topsort(g)}", "{5, 3, [:a, :b, :d, :e, :f]}"),
    ("k = :digraph_utils.condensation(g); {length(:digraph.vertices(k)), :digraph.no_edges(k)}", "{4, 3}"),
    ("s = :digraph_utils.subgraph(g, [:a, :b]); {:digraph.vertices(s), :digraph.edges(s)}", "{[:b, :a], [a: :b]}"),
]


@pytest.mark.parametrize(("code", "value"), GRAPHS)
def test_graphs(code: str, value: str) -> None:
    assert shown(GRAPH + code) == value


def test_graphs_without_cycles() -> None:
    code = "g = :digraph.new([:acyclic])\nfor v <- 1..3, do: :digraph.add_vertex(g, v)\n"
    code += "for v <- 1..2, do: :digraph.add_edge(g, v, v, v + 1, [])\n"
    assert shown(code + "{:digraph.add_edge(g, 3, 1), :digraph.add_edge(g, 3, 3), :digraph_utils.topsort(g), :digraph_utils.arborescence_root(g)}") == (
        "{{:error, {:bad_edge, [1, 2, 3]}}, {:error, {:bad_edge, [3, 3]}}, [1, 2, 3], {:yes, 1}}")
    assert shown("try do :digraph.new([:foo]) rescue e -> e end") == '%ArgumentError{message: "argument error"}'


DICTS = [
    (":dict.from_list(a: 1, b: 2) |> then(&{:dict.fetch(:a, &1), :dict.find(:z, &1), :dict.size(&1), :dict.is_key(:b, &1)})", "{1, :error, 2, true}"),
    (":dict.new() |> then(&:dict.append(:l, 1, &1)) |> then(&:dict.append(:l, 2, &1)) |> :dict.to_list()", "[l: [1, 2]]"),
    (":dict.merge(fn _, a, b -> a + b end, :dict.from_list(a: 1), :dict.from_list(a: 2, c: 3)) |> :dict.to_list()", "[a: 3, c: 3]"),
    ("try do :dict.fetch(:z, :dict.new()) rescue e -> e end", '%ArgumentError{message: "argument error"}'),
]


@pytest.mark.parametrize(("code", "value"), DICTS)
def test_dictionaries(code: str, value: str) -> None:
    assert shown(code) == value


ORDERS = [
    ("1..12", "[5, 12, 11, 6, 10, 1, 9, 2, 8, 4, 7, 3]"),
    ("[-1, -5, 1000, 10000000000, 0, 12345678901234567890]", "[12345678901234567890, -5, 0, 10000000000, 1000, -1]"),
    ('["a", "b", "c", "abc", "hello world", ""]', '["b", "", "hello world", "c", "a", "abc"]'),
    ("[:alice, :bob, :carol, :x, :name, nil, true, false]", "[nil, true, false, :alice, :x, :carol, :bob, :name]"),
    ("[1.5, 2.5, -1.0, 0.0]", "[-1.0, 0.0, 1.5, 2.5]"),
    ("[{1, 2}, {2, 1}, {}, {1.5}, {{1}}]", "[{1, 2}, {{1}}, {1.5}, {}, {2, 1}]"),
    ("[[1], [1, 2], [], ~c'abc', [\"a\"], [1 | 2]]", '[[], [1], [1 | 2], ["a"], [1, 2], ~c"abc"]'),
]


@pytest.mark.parametrize(("keys", "order"), ORDERS)
def test_order_of_tables(keys: str, order: str) -> None:
    code = f"t = :ets.new(:t, [:set])\nfor k <- {keys}, do: :ets.insert(t, {{k, 0}})\nlisted = Enum.map(:ets.tab2list(t), &elem(&1, 0))\n"
    assert shown(code + "{listed, :ets.first(t) == List.last(listed)}") == f"{{{order}, true}}"


def test_walks_of_tables() -> None:
    code = "t = :ets.new(:t, [KIND])\nfor k <- [3, 1, 2], do: :ets.insert(t, {k, k})\n"
    code += "{:ets.foldr(fn {k, _}, a -> [k | a] end, [], t), for(k <- 1..3, do: {:ets.next(t, k), :ets.prev(t, k)})}"
    assert shown(code.replace("KIND", ":ordered_set")) == '{[1, 2, 3], [{2, :"$end_of_table"}, {3, 1}, {:"$end_of_table", 2}]}'
    assert shown(code.replace("KIND", ":set")) == '{[1, 2, 3], [{:"$end_of_table", :"$end_of_table"}, {1, 1}, {2, 2}]}'


PARTITIONS = [
    ("PartitionSupervisor.partitions(PS)", "3"),
    ("for i <- 0..5, do: Agent.update({:via, PartitionSupervisor, {PS, i}}, &[i | &1])\n"
     "for i <- 0..2, do: Agent.get({:via, PartitionSupervisor, {PS, i}}, & &1)", "[[3, 0], [4, 1], [5, 2]]"),
    ("{PartitionSupervisor.resize!(PS, 2), PartitionSupervisor.partitions(PS), PartitionSupervisor.count_children(PS)}",
     "{3, 2, %{active: 2, specs: 3, supervisors: 0, workers: 3}}"),
    ("try do PartitionSupervisor.resize!(PS, 4) rescue e -> e.message end",
     '"the number of partitions to resize to must be a number between 0 and 3, got: 4"'),
    ("try do PartitionSupervisor.partitions(Nope) catch :exit, e -> e end", "{:noproc, {PartitionSupervisor, :partitions, [Nope]}}"),
    ("try do PartitionSupervisor.start_link(name: A) rescue e -> e.message end", '"the :child_spec option must be given to PartitionSupervisor"'),
]


@pytest.mark.parametrize(("code", "value"), PARTITIONS)
def test_partitions(code: str, value: str) -> None:
    start = "{:ok, s} = PartitionSupervisor.start_link(child_spec: Agent.child_spec(fn -> [] end), name: PS, partitions: 3)\n"
    assert shown(f"{start}result = ({code})\nPartitionSupervisor.stop(s)\nresult") == value
