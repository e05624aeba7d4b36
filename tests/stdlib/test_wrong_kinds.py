"""Calls with arguments of a wrong kind: the module, function and arity that Elixir's error names, or Erlang's text."""

from __future__ import annotations

import pytest

from tests.stdlib.support import shown

HEADS = [
    ("Macro.var(1, A)", "Macro.var/2"), ("Macro.prewalk(1, fn -> 1 end)", "Macro.prewalk/2"), ("Macro.postwalk(1, 2, & &1)", "Macro.postwalk/3"),
    ("Macro.traverse(1, 2, & &1, & &1)", "Macro.traverse/4"), ("Macro.path(1, nil)", "Macro.path/2"), ("Macro.operator?(1, 2)", "Macro.operator?/2"),
    ("Macro.special_form?(:a, :b)", "Macro.special_form?/2"), ("Module.concat(:a)", "Module.concat/1"), ("Module.concat(1, :a)", "Module.concat/2"),
    ("Module.safe_concat(1)", "Module.safe_concat/1"), ("Module.split({})", "Module.split/1"), ("Code.ensure_loaded?(1)", "Code.ensure_loaded?/1"),
    ("Code.ensure_loaded(\"a\")", "Code.ensure_loaded/1"), ("IO.chardata_to_string({1})", "IO.chardata_to_string/1"),
    ("Path.join(:a, \"b\")", "IO.chardata_to_string/1"), ("Path.join([])", "Path.join/1"), ("Path.join(\"a\")", "Path.join/1"),
    ("Path.basename(nil)", "IO.chardata_to_string/1"), ("Registry.lookup(\"a\", 1)", "Registry.lookup/2"), ("Registry.count(1)", "Registry.count/1"),
    ("Registry.register(1, 2, 3)", "Registry.register/3"), ("Calendar.put_time_zone_database(1)", "Calendar.put_time_zone_database/1"),
    ("Process.register(self(), nil)", "Process.register/2"), ("Process.register(self(), \"a\")", "Process.register/2"),
]


@pytest.mark.parametrize(("code", "head"), HEADS)
def test_heads(code: str, head: str) -> None:
    assert shown(f"try do {code} rescue e in FunctionClauseError -> Exception.message(e) end") == f'"no function clause matching in {head}"'


PROBLEMS = [
    ("Process.alive?(1)", "1st argument: not a pid"), ("Process.link(:a)", "1st argument: not a pid"), ("Process.exit(nil, :x)", "1st argument: not a pid"),
    ("Process.monitor(\"a\")", "2nd argument: not a pid"), ("Process.demonitor(1)", "1st argument: not a reference"),
    ("Process.cancel_timer(1)", "1st argument: not a reference"), ("Process.whereis(1)", "1st argument: not an atom"),
    ("Process.unregister(:nobody)", "1st argument: not a pid"),
]


@pytest.mark.parametrize(("code", "problem"), PROBLEMS)
def test_bad_arguments(code: str, problem: str) -> None:
    text = shown(f"try do {code} rescue e in ArgumentError -> Exception.message(e) end")
    assert text == rf'"errors were found at the given arguments:\n\n  * {problem}\n"'


VALUES = [
    ("Module.concat([])", "Elixir"), ("Macro.decompose_call(quote(do: %{a: 1}))", "{:%{}, [a: 1]}"), ("Enumerable.count([1, 2])", "{:ok, 2}"),
    ("quote(do: @x 1)", "{:@, [context: Elixir, imports: [{1, Kernel}]], [{:x, [context: Elixir], [1]}]}"),
    ("Exception.format_exit({:already_started, 1})", '"already started: 1"'),
    ("for x <- [MapSet.new(), ~D[2024-01-01], URI.parse(\"a\"), 1..2], do: Inspect.impl_for(x)", "[Inspect.MapSet, Inspect.Date, Inspect.URI, Inspect.Range]"),
    ("{acc, f} = Collectable.into([1])\n{acc, f.(f.(acc, {:cont, 2}), :done)}", "{[], [1, 2]}"),
    ("try do System.convert_time_unit(1, :second, :foo) rescue e -> e.message end",
     '"unsupported time unit. Expected :second, :millisecond, :microsecond, :nanosecond, or a positive integer, got :foo"'),
    ("__ENV__.requires", "[Application, Kernel]"),
    ("&to_string/1", "#Function<42.3316493/1 in :erl_eval.expr/6>"),
]


@pytest.mark.parametrize(("code", "value"), VALUES)
def test_values(code: str, value: str) -> None:
    assert shown(code) == value


ORDERS = [
    ("elem(Code.eval_string(\"a + b\", [a: 1, b: 2]), 1)", "[b: 2, a: 1]"), ("elem(Code.eval_string(\"x = 1; zz = 2; m = 3\"), 1)", "[zz: 2, x: 1, m: 3]"),
    ("elem(Code.eval_string(\"1\", [c: 1, a: 0, z: 9]), 1)", "[c: 1, a: 0, z: 9]"),
    ("Enumerable.__protocol__(:functions)", "[count: 1, member?: 2, reduce: 3, slice: 1]"),
]


@pytest.mark.parametrize(("code", "value"), ORDERS)
def test_orders(code: str, value: str) -> None:
    assert shown(code) == value


SUPERVISORS = [
    ("Supervisor.child_spec(%{id: 1, start: {A, :b, []}}, foo: 1)", '%ArgumentError{message: "unknown key :foo in child specification override"}'),
    ("Supervisor.start_link([], [])", '%ArgumentError{message: "expected :strategy option to be given"}'),
    ("Process.flag(:trap_exit, true)\nSupervisor.start_link([{Agent, fn -> 1 end}, {Agent, fn -> 2 end}], strategy: :one_for_one)",
     "{:error, {:start_spec, {:duplicate_child_name, Agent}}}"),
    ("Exception.format_exit({:shutdown, {:failed_to_start_child, A, {:EXIT, :x}}})", r'"shutdown: failed to start child: A\n    ** (EXIT) :x"'),
    ("Exception.normalize(:error, :undef, [{A, :b, 1, []}])",
     "%UndefinedFunctionError{module: A, function: :b, arity: 1, reason: nil, message: nil}"),
]


@pytest.mark.parametrize(("code", "value"), SUPERVISORS)
def test_supervisors_and_their_exits(code: str, value: str) -> None:
    assert shown(f"try do {code} rescue e -> e end") == value
