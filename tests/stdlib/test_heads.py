"""Arguments that the head of a library function does not take: the function that has no clause, and other errors."""

from __future__ import annotations

import pytest

from defnpy.host.report import banner
from tests.stdlib.support import run, shown

CLAUSES = [
    ("Map.filter([a: 1], fn {k, _} -> k end)", "Map.filter/2"),
    ("Map.reject(%{}, fn _, _ -> nil end)", "Map.reject/2"),
    ("Map.split_with(nil, fn _ -> true end)", "Map.split_with/2"),
    ("Map.merge(%{a: 1}, :b, 5)", "Map.merge/3"),
    ("Map.intersect(%{a: 1}, %{a: 2}, &to_string/1)", "Map.intersect/3"),
    ("Map.get_lazy(%{a: 1}, :a, fn x -> x end)", "Map.get_lazy/3"),
    ("Map.put_new_lazy(%{a: 1}, :a, 5)", "Map.put_new_lazy/3"),
    ("Map.pop_lazy(nil, :a, fn x -> x end)", "Map.pop_lazy/3"),
    ("Map.update(%{}, :b, 1, fn _, _ -> 1 end)", "Map.update/4"),
    ("Map.update!(%{}, :b, 1)", "Map.update!/3"),
    ("Map.replace_lazy([], :b, fn x -> x end)", "Map.replace_lazy/3"),
    ("Map.get_and_update(%{}, :a, 2)", "Map.get_and_update/3"),
    ("Map.get_and_update!(%{}, :a, 2)", "Map.get_and_update!/3"),
    ("Map.new([], fn a, b -> {a, b} end)", "Map.new_from_enum/2"),
    ("MapSet.new([], fn a, b -> {a, b} end)", "MapSet.new/2"),
    ("MapSet.split_with(MapSet.new(), fn -> 1 end)", "MapSet.split_with/2"),
    ("MapSet.symmetric_difference(%{}, %{})", "MapSet.symmetric_difference/2"),
    ("Keyword.get_lazy([a: 1], :a, fn _ -> nil end)", "Keyword.get_lazy/3"),
    ("Keyword.update([a: 1], :b, 1, fn -> 1 end)", "Keyword.update/4"),
    ("Keyword.split(%{}, [:a])", "Keyword.split/2"),
    ("Keyword.pop_values(%{}, :a)", "Keyword.pop_values/2"),
    ("Keyword.merge([a: 1], %{})", "Keyword.merge/2"),
    ("Keyword.merge([a: 1], [1], &inspect/1)", "Keyword.merge/3"),
    ("Keyword.filter([a: 1], fn _, _ -> 1 end)", "Keyword.filter/2"),
    ("Keyword.new([], fn a, b -> {a, b} end)", "Keyword.new/2"),
    ("Keyword.validate([a: 1], %{})", "Keyword.validate/2"),
    ("List.duplicate(1, :a)", ":lists.duplicate/2"),
    ("List.delete(nil, 1)", "List.delete/2"),
    ("List.foldl([1], 0, 5)", "List.foldl/3"),
    ("List.update_at([], 0, :f)", "List.update_at/3"),
    ("List.keystore([], :a, :b, {1})", "List.keystore/4"),
    ("List.keyreplace([], :a, -1, {1})", ":lists.keyreplace/4"),
    ("List.ascii_printable?([1], -3)", "List.ascii_printable?/2"),
    ("Enum.sum_by([], fn _, _ -> 1 end)", "Enum.sum_by/2"),
    ("Enum.product_by(5, 1)", "Enum.product_by/2"),
    ("Enum.sort_by([], 1, :desc)", "Enum.sort_by/3"),
    ("Enum.max_by([1], fn _, _ -> 1 end)", "Enum.max_by/4"),
    ("Enum.min([1], 1.5)", "Enum.min_sort_fun/1"),
    ("Enum.min_max([1], &>/2)", "Enum.min_max/2"),
    ("Enum.min_max_by([1], & &1, :asc, 1)", "Enum.min_max_by/4"),
    ("Enum.with_index([], fn x -> x end)", "Enum.with_index/2"),
    ("Enum.zip_with([], [], fn x -> x end)", "Enum.zip_with/3"),
    ("Enum.zip_reduce([], 0, fn x -> x end)", "Enum.zip_reduce/3"),
    ("Enum.join([{1, 2}], nil)", "Enum.join/2"),
    ("Enum.map_join([], nil, & &1)", "Enum.map_join/3"),
    ("Enum.reduce_while(1..3, 0, fn _, _ -> nil end)", "Enumerable.Range.reduce/5"),
    ("Stream.transform([], fn x -> x end, fn _, _ -> 1 end, fn _ -> 1 end)", "Stream.transform/4"),
    ("Access.fetch!({1, 2}, :a)", "Access.fetch/2"),
    ("get_in(%{}, [])", "Kernel.get_in/2"),
    ('String.split("a b", " ", parts: 0)', "String.parts_to_index/1"),
    ('Regex.split(~r/ /, "a b", parts: 0)', "Regex.parts_to_index/1"),
    ("Integer.pow(2, 1.5)", "Integer.pow/2"),
    ("Integer.extended_gcd(1.0, 2)", "Integer.extended_gcd/2"),
    ("Float.pow(2, 3)", "Float.pow/2"),
    ('URI.encode("a", fn _, _ -> true end)', "URI.encode/2"),
    ('String.printable?("a", -1)', "String.printable?/2"),
    ('String.valid?("a", :foo)', "String.valid?/2"),
    ("update_in(%{a: 1}, [:a], 5)", "Kernel.update_in/3"),
    ('2 ** "a"', "Kernel.**/2"),
    ("Enum.sort([2, 1], &round/1)", "Enum.to_sort_fun/1"),
    ("Enum.min([2, 1], &round/1)", "Enum.min_sort_fun/1"),
    ('IO.stream("a")', "IO.stream/2"),
    (":rand.seed(:foo, {1, 2, 3})", ":rand.mk_alg/1"),
    ("raise ArgumentError, 5", "ArgumentError.exception/1"),
    ("defmodule A3, do: defexception [:a]\nraise A3, %{a: 1}", "A3.exception/1"),
    ("Exception.blame_mfa(1, 2, 3)", "Exception.blame_mfa/3"),
    ("Access.pop([a: 1], 1)", "Keyword.pop/3"),
    ("Date.after?(~D[2024-01-01], 1)", "Date.compare/2"),
    ("Date.to_erl(1)", "Date.convert/2"),
    ("Time.before?(nil, ~T[10:00:00])", "Time.to_day_fraction/1"),
    ('Regex.replace(~r/a/, "a", 5)', "Regex.precompile_replacement/1"),
    ("Regex.named_captures(~r/a/, 5)", "Regex.named_captures/3"),
    ("Regex.escape(5)", "Regex.escape/1"),
    ("Base.encode64(5)", "Base.encode64/2"),
    ("Base.decode16!(:a)", "Base.decode16!/2"),
    ("IO.binwrite(:a)", "IO.binwrite/2"),
    ("DateTime.before?(~D[2024-02-29], ~D[2024-02-29])", "DateTime.compare/2"),
    ("NaiveDateTime.convert!([], Calendar.ISO)", "NaiveDateTime.convert/2"),
]


def failure(code: str) -> str:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - many classes, all Elixir's in the end
        run(code)
    return banner(caught.value)


@pytest.mark.parametrize(("code", "function"), CLAUSES)
def test_no_clause(code: str, function: str) -> None:
    assert failure(code).split("\n")[0].strip() == f"** (FunctionClauseError) no function clause matching in {function}"


ARGUMENTS = [
    ("List.keyfind([{1}], 1, -1)", "2nd argument: out of range"),
    ("List.keymember?([1 | 2], 1, 0)", "3rd argument: not a proper list"),
    ("List.keysort([1], 1)", "2nd argument: not a tuple"),
    ("List.ends_with?([1], :a)", "1st argument: not a list"),
    ("List.to_atom([0xD800])", "1st argument: not a list of characters"),
    ("List.to_integer([-1])", "1st argument: not a textual representation of an integer"),
    ("List.to_float([-1])", "1st argument: not a textual representation of a float"),
    ("Map.from_keys(:a, 1)", "1st argument: not a list"),
    ('apply(String, "upcase", ["a"])', "2nd argument: not an atom"),
    ("IO.puts([1, :a])", "2nd argument: not valid character data (an iodata term)"),
    ("IO.inspect(1, label: [a: 1])", "2nd argument: not valid character data (an iodata term)"),
    ('String.duplicate("a", 1.5)', "2nd argument: not an integer"),
    ('String.starts_with?("a", ~r/a/)', "2nd argument: not a valid pattern"),
    ("Tuple.delete_at({1}, 5)", "1st argument: out of range"),
    ("function_exported?(Enum, 1, 2)", "2nd argument: not an atom"),
    ("Keyword.validate!([a: 1], [2])", "2nd argument: not a tuple"),
    ("elem({1}, 1.5)", "1st argument: not an integer"),
]


@pytest.mark.parametrize(("code", "fault"), ARGUMENTS)
def test_faults_of_arguments(code: str, fault: str) -> None:
    assert failure(code).rstrip() == f"** (ArgumentError) errors were found at the given arguments:\n\n  * {fault}"


ERRORS = [
    ("DateTime.add(~N[2024-02-29 00:00:00], 1)", "** (MatchError) no match of right hand side value: ~N[2024-02-29 00:00:00]"),
    ('Access.get_and_update([a: 1], "a", & &1)', '** (ArgumentError) the Access module supports only keyword lists (with atom keys), got: "a"'),
    ("x = true\nx.field", "** (KeyError) key :field not found in: true\n\nIf you are using the dot syntax, such as map.field, "
     "make sure the left-hand side of the dot is a map"),
    ("Keyword.validate([], [2])", "** (ArgumentError) expected the second argument to be a list of atoms or tuples, got: 2"),
    ("elem({1}, nil)", "** (ArithmeticError) bad argument in arithmetic expression"),
    ("Tuple.insert_at({1}, :a, 1)", "** (ArithmeticError) bad argument in arithmetic expression"),
    ("x = 3; 1..x//0", "** (ArgumentError) ranges (first..last//step) expect the step to be a non-zero integer, got: 0"),
    ("fn x -> x..:a end", "** (ArgumentError) ranges (first..last//step) expect both sides to be integers, got: x..:a"),
    ('for x <- ["a"], into: "", do: [x]', '** (ArgumentError) argument error: ["a"]'),
    ("Enum.into([1], %{a: 1})", "** (ArgumentError) argument error"),
    ("Enum.into(1..2, %{a: 1})", "** (ArgumentError) collecting into a map requires {key, value} tuples, got: 1"),
    ("Enum.into([1], %{a: 1}, & &1)", "** (MatchError) no match of right hand side value: 1"),
    ('Regex.run(~r/a/, "a", capture: 100)', "** (ArgumentError) argument error"),
    ('Base.encode16("a", case: :foo)', "** (CaseClauseError) no case clause matching: :foo"),
    ('Base.decode64!("abc")', "** (ArgumentError) incorrect padding"),
    ('Base.decode64!("ab=c")', '** (ArgumentError) non-alphabet character found: "=" (byte 61)'),
    ('Base.decode16!("é")', '** (ArgumentError) non-alphabet character found: "\\xC3" (byte 195)'),
    ('String.trim("a", "")', "** (ArgumentError) cannot use an empty string as the match to replace"),
    ("defmodule A1, do: defstruct [{1, 2}]", "** (ArgumentError) struct field names must be atoms, got: {1, 2}"),
    ("defmodule A1, do: defstruct %{a: 1}", "** (ArgumentError) struct fields definition must be list, got: %{a: 1}"),
    ("Access.fetch!([a: 1], 1)", "** (ArgumentError) the Access calls for keywords expect the key to be an atom, got: 1"),
]


@pytest.mark.parametrize(("code", "title"), ERRORS)
def test_other_errors(code: str, title: str) -> None:
    assert failure(code) == title


VALUES = [
    ('Exception.format_file_line_column(Foo, :a, nil, ["x"])', '"Elixir.Foo:a:x"'),
    ("require Integer\n{Integer.is_even(1.5), Integer.is_odd(nil), Integer.is_even(2)}", "{false, false, true}"),
    ("Keyword.validate([a: 1], [2])", "{:error, [:a]}"),
    ("Keyword.from_keys([:a, :a], 1)", "[a: 1, a: 1]"),
    ("Keyword.intersect([], [a: 1], 5)", "[]"),
    ('{Base.decode64!("YQ", padding: false), Base.decode64!("Y Q==", ignore: :whitespace), Base.hex_decode32!("c5h66===", case: :lower)}',
     '{"a", "a", "abc"}'),
    ('{Base.decode32("MFRGG==="), Base.decode64("YR=="), Base.decode32("MFRGG")}', '{{:ok, "abc"}, {:ok, "a"}, :error}'),
    ('{Keyword.merge([], ["a", 1]), Keyword.merge([1], [])}', '{["a", 1], [1]}'),
    ("Enum.group_by([1, 2, 3], fn x -> Process.put(:seen, [x | Process.get(:seen, [])]); rem(x, 2) end) |> then(&{&1, Process.get(:seen)})",
     "{%{0 => [2], 1 => [1, 3]}, [1, 2, 3]}"),
]


@pytest.mark.parametrize(("code", "value"), VALUES)
def test_values(code: str, value: str) -> None:
    assert shown(code) == value
