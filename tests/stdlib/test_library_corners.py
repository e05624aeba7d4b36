"""Corners of several modules that longer programs meet."""

from __future__ import annotations

import pytest

from tests.stdlib.support import shown

VALUES = [
    ("{:lists.rkeymerge(1, [{3, :a}, {1, :b}], [{3, :c}]), :lists.rumerge([3, 1], [3, 2])}", "{[{3, :c}, {3, :a}, {1, :b}], [3, 2, 1]}"),
    ("Keyword.intersect([a: 1, b: 2, a: 3], [a: 0, b: 1, a: 9])", "[a: 0, b: 1, a: 0]"),
    ("Keyword.intersect([c: 1, a: 2], [a: 1, c: 3], fn k, x, y -> {k, x, y} end)", "[c: {:c, 1, 3}, a: {:a, 2, 1}]"),
    ('Regex.compile("a{2,1}")', '{:error, {~c"numbers out of order in {} quantifier", 5}}'),
    ('Regex.compile("[b-a]")', '{:error, {~c"range out of order in character class", 3}}'),
    ('Regex.compile("(?<n>a)(?<n>b)")', '{:error, {~c"two named subpatterns have the same name", 11}}'),
    ('Regex.compile("[[:foo:]]")', '{:error, {~c"unknown POSIX class name", 3}}'),
    ('Regex.replace(~r/(b)/, "abc", "[\\\\g{1}|\\\\\\\\g{x}]")', r'"a[b|\\g{x}]c"'),
    ('try do Regex.replace(~r/(b)/, "abc", "\\\\g{m}x") rescue e -> e.term end', '{[], "m}x"}'),
    ("{Complex.erf(Complex.new(0.5, 0)), try do Complex.erf(Complex.new(1, 2)) rescue e -> e.message end}",
     '{0.5204998778130465+0.0i, "erf not implemented for non-real numbers"}'),
    ("{Float.round(Complex.erf_inv(0.5), 12), Complex.erf_inv(0.0), Complex.erf_inv(-1)}", "{0.476936293347, 0.0, :neg_infinity}"),
    ("{Enumerable.slice([1]), Enumerable.MapSet.count(MapSet.new([1])), String.Chars.Integer.to_string(5)}", '{{:error, Enumerable.List}, {:ok, 1}, "5"}'),
    ("Enum.to_list(Stream.uniq([1, 2, 11], &rem(&1, 10)))", "[1, 2]"),
    ("try do Protocol.assert_protocol!(Enum) rescue e -> e.message end", '"Enum is not a protocol"'),
    ("{Protocol.assert_impl!(Collectable, Map), Node.self(), Node.list(), Node.alive?()}", "{:ok, :nonode@nohost, [], false}"),
    ("t = :ets.new(:corner, [:ordered_set]); :ets.insert(t, [{1, 1}, {2, 2}]); {:ets.prev(t, 2), :ets.prev(t, 1)}", '{1, :"$end_of_table"}'),
    ("Process.put(:a, 1); {:erlang.get(:a), :erlang.erase(:a), :erlang.erase(:a)}", "{1, 1, :undefined}"),
    ("{:erlang.make_tuple(3, :x, [{2, :y}]), :erlang.append([1], [2]), :erlang.binary_part(\"hello\", {1, 2})}", '{{:x, :y, :x}, [1, 2], "el"}'),
    ("{:erlang.is_map_key(:a, %{a: 1}), :erlang.is_map_key(:b, %{a: 1}), is_map_key(%{a: 1}, :a)}", "{true, false, true}"),
    ("m = %{a: 1}\ncase m do x when :erlang.is_map_key(:a, x) -> :key; _ -> :none end", ":key"),
    ("for f <- [&Regex.run/2, &Regex.match?/2, &Regex.scan/2, &Regex.split/2], do: try(do: f.(~r/a/u, <<97, 220>>), rescue: (e -> e.message))",
     '["argument error", "argument error", "argument error", "argument error"]'),
    ("{Regex.run(~r/a/, <<97, 220>>), Inspect.List.keyword?(a: 1), Inspect.List.keyword?([1]), Inspect.List.keyword?([])}", '{["a"], true, false, true}'),
    ("{:timer.start(), :erlang.system_info(:os_monotonic_time_source)[:resolution]}", "{:ok, 1000000000}"),
    ("for f <- [123.0, 1.0e5, 1.5e-7], do: :io_lib_format.fwrite_g(f)", '[~c"123.0", ~c"1.0e5", ~c"1.5e-7"]'),
    ("f = &(&1 * &2)\n{f.(1.5, 2), f.(2, 1.5), 1.0 < 2, 2 >= 2.0, 1 > 0.5, 3.0 / 2, 1.5 - 1}", "{3.0, 3.0, true, true, true, 1.5, 0.5}"),
    ("for f <- [&+/2, &*/2], do: try(do: f.(1.0e308, 1.0e308), rescue: (e -> e.__struct__))", "[ArithmeticError, ArithmeticError]"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "value"), VALUES)
def test_value(code, value):
    assert shown(code) == value


def test_timers():
    code = """
    {:ok, t} = :timer.send_interval(2, :tick)
    ticks = for _ <- 1..2, do: (receive do :tick -> :t after 2000 -> :none end)
    ended = :timer.cancel(t)
    me = self()
    :timer.apply_after(1, Kernel, :send, [me, :applied])
    applied = receive do :applied -> true after 2000 -> false end
    {ticks, ended, applied, :timer.cancel(:bad), :timer.send_after(-1, :x)}
    """
    assert shown(code) == "{[:t, :t], {:ok, :cancel}, true, {:error, :badarg}, {:error, :badarg}}"
