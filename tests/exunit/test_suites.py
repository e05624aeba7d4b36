"""Whole suites through the command: what runs, in which order, what is printed, the exit status."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

GOLDEN = Path(__file__).with_name("failing_suite.txt")


def test_a_failing_suite_prints_what_exunit_prints(suite: Callable[..., Any]) -> None:
    done = suite(Path(__file__).with_name("failing_suite.exs").read_text(encoding="utf-8"))
    assert done.status == 2
    shown = re.sub(r"\d+\.\d+( seconds|s)", r"0.0\1", done.out)
    assert re.sub(r"\d\d:\d\d:\d\d\.\d{3}", "00:00:00.000", shown) == GOLDEN.read_text(encoding="utf-8")


def test_passing_suites_exit_with_0(suite: Callable[..., Any]) -> None:
    done = suite("""
        defmodule PassTest do
          use ExUnit.Case, async: true
          test "a", do: assert 1 == 1
          test "b", do: refute 1 == 2
        end
    """)
    assert done.status == 0
    # Not even a warning of an import that `use` added and no test needs.
    assert done.err == ""
    assert "\n..\nFinished in" in done.out
    assert done.out.endswith("2 tests, 0 failures\n")


def test_files_that_do_not_compile_exit_with_1_and_the_others_run(suite: Callable[..., Any]) -> None:
    done = suite({"a_test.exs": "defmodule A do\n  def f, do: nope(1)\nend",
                  "b_test.exs": "defmodule B do\n  use ExUnit.Case\n  test \"b\", do: :ok\nend"}, ".")
    assert done.status == 1
    assert "undefined function nope/1" in done.err
    assert done.states() == {"a_test.exs": "error", "test b": "passed"}


def test_callbacks_are_used_and_missing_ones_are_named(suite: Callable[..., Any]) -> None:
    text = """
        defmodule CallbackTest do
          use ExUnit.Case
          setup_all do: :ok
          setup :named
          setup {names}
          defp named(_), do: :ok
          defp listed(_), do: [listed: 1]
          test "a", %{listed: 1} do
            assert [x, y, x] = [1, 2, 1]
            assert y == 2
            assert {:ok, _named} = {:ok, 1}
            send(self(), {1, 2, 3})
            assert_received {_q, 2, z}
            assert z == 3
          end
        end
    """
    done = suite(text.replace("{names}", "Enum.map([:listed], & &1)"))
    assert (done.status, done.err) == (0, "")
    done = suite(text.replace("{names}", "Enum.map([:listed, :lost], & &1)"))
    assert "undefined function lost/1 (expected CallbackTest to define such a function" in done.err


def test_long_assertions_are_laid_out_without_the_word_before_them(suite: Callable[..., Any]) -> None:
    done = suite("""
        defmodule LongTest do
          use ExUnit.Case
          test "fits" do
            assert %{n: 1, nested: %{deep: %{value: "a long text that goes on and on", other: :atom}}} == %{first: 1}
          end
          test "does not fit" do
            assert %{n: 1, nested: %{deep: %{value: "a long text that goes on and on", other: :atom}}} == %{first: 1, two: 2, three: 3}
          end
        end
    """)
    assert '     code:  assert %{n: 1, nested: %{deep: %{value: "a long text that goes on and on", other: :atom}}} == %{first: 1}\n' in done.out
    assert "other: :atom}}} == %{\n              first: 1,\n              two: 2,\n              three: 3\n            }\n" in done.out


def test_setup_callbacks_and_their_order(suite: Callable[..., Any]) -> None:
    done = suite("""
        defmodule Other do
          def remote(_), do: {:ok, remote: true}
        end

        defmodule SetupTest do
          use ExUnit.Case
          setup_all do
            {:ok, agent} = Agent.start_link(fn -> [] end)
            %{agent: agent}
          end
          setup_all %{agent: agent}, do: [from_all: is_pid(agent)]
          setup :named
          setup [:list_a, {Other, :remote}]
          setup context do
            Agent.update(context.agent, &[context.test | &1])
            on_exit(fn -> send(:nobody_here |> Process.whereis() || self(), :done) end)
            :ok
          end
          defp named(_), do: [named: 1]
          defp list_a(%{named: n}), do: %{listed: n + 1}

          test "merged", context do
            assert %{from_all: true, named: 1, listed: 2, remote: true, describe: nil} = context
            assert context.module == __MODULE__
          end

          describe "inside" do
            setup do: [inner: true]
            test "has its own", %{inner: inner, named: 1} do
              assert inner
            end
          end

          test "outside has not", context do
            refute Map.has_key?(context, :inner)
            assert length(Agent.get(context.agent, & &1)) == 3
          end
        end
    """)
    assert done.states() == {"test merged": "passed", "test inside has its own": "passed", "test outside has not": "passed"}, done.out


def test_callbacks_that_return_something_else_fail(suite: Callable[..., Any]) -> None:
    done = suite("""
        defmodule BadTest do
          use ExUnit.Case
          describe "value" do
            setup do: 42
            test "a", do: :ok
          end
          describe "reserved" do
            setup do: [file: "x"]
            test "b", do: :ok
          end
        end
    """)
    assert "expected ExUnit setup callback in BadTest to return the atom :ok, a keyword, or a map, got 42 instead" in done.tests["test value a"]["error"]
    assert 'ExUnit setup callback in BadTest is trying to set reserved field :file to "x"' in done.tests["test reserved b"]["error"]


def test_a_failing_setup_all_invalidates_the_module(suite: Callable[..., Any]) -> None:
    done = suite("""
        defmodule AllTest do
          use ExUnit.Case
          setup_all do: raise "no"
          test "a", do: :ok
          test "b", do: :ok
        end
    """)
    assert done.states() == {"test a": "invalid", "test b": "invalid"}
    assert "AllTest: failure on setup_all callback, all tests have been invalidated" in done.out
    assert done.out.endswith("2 tests, 0 failures, 2 invalid\n")
    assert done.status == 2


def test_templates_run_their_callbacks_first(suite: Callable[..., Any]) -> None:
    done = suite("""
        defmodule MyCase do
          use ExUnit.CaseTemplate
          using options do
            name = Keyword.get(options, :name, "none")
            quote do
              import MyCase
              @name unquote(name)
            end
          end
          setup context do
            Process.put(:order, [:template | Process.get(:order, [])])
            {:ok, async: context.async}
          end
          def helper, do: :helped
        end

        defmodule UsingTest do
          use MyCase, async: true, name: "given"
          setup do
            Process.put(:order, [:module | Process.get(:order, [])])
            :ok
          end
          test "order", %{async: true} do
            assert Process.get(:order) == [:module, :template]
            assert helper() == :helped
            assert @name == "given"
          end
        end
    """)
    assert done.states() == {"test order": "passed"}, done.out


TAGGED = """
    defmodule TagTest do
      use ExUnit.Case
      @moduletag :all
      @tag :slow
      test "slow", %{slow: true, all: true}, do: :ok
      @tag size: 3
      test "sized", %{size: 3}, do: :ok
      describe "group" do
        @describetag :grouped
        test "in group", %{grouped: true}, do: :ok
      end
      @tag skip: "later"
      test "skipped", do: flunk()
      @tag :skip
      test "skipped too", do: flunk()
      test "without tag", context do
        refute Map.has_key?(context, :grouped)
      end
    end
"""


def test_tags_choose_tests(suite: Callable[..., Any]) -> None:
    ran = [name for name, state in suite(TAGGED, "--only", "slow", "a_test.exs").states().items() if state == "passed"]
    assert ran == ["test slow"]
    ran = [name for name, state in suite(TAGGED, "--only=size:3", "a_test.exs").states().items() if state == "passed"]
    assert ran == ["test sized"]
    done = suite(TAGGED, "--exclude=grouped")
    assert [n for n, s in done.states().items() if s == "excluded"] == ["test group in group"]
    assert [n for n, s in done.states().items() if s == "skipped"] == ["test skipped", "test skipped too"]
    assert "Excluding tags: [:grouped]" in done.out
    assert done.out.endswith("6 tests, 0 failures, 1 excluded, 2 skipped\n")
    assert suite(TAGGED, "--only=nothing").status == 1


def test_a_line_chooses_a_test_or_a_describe(suite: Callable[..., Any]) -> None:
    chosen = lambda place: [n for n, s in suite(TAGGED, place).states().items() if s == "passed"]  # noqa: E731
    assert chosen("a_test.exs:5") == ["test slow"]
    assert chosen("a_test.exs:8") == ["test group in group"]
    assert chosen("a_test.exs:7") == ["test sized"]


def test_seeds_order_tests_as_exunit_does(suite: Callable[..., Any]) -> None:
    text = "defmodule S do\n  use ExUnit.Case\n  for n <- 1..6 do\n    test \"t#{n}\", do: assert unquote(n) > 0\n  end\nend"
    assert list(suite(text, "--seed=0").tests) == [f"test t{n}" for n in range(1, 7)]
    first = list(suite(text, "--seed=42").tests)
    assert first == list(suite(text, "--seed=42").tests) != [f"test t{n}" for n in range(1, 7)]


def test_time_limits_end_tests_that_wait_or_spin(suite: Callable[..., Any]) -> None:
    done = suite("""
        defmodule SlowTest do
          use ExUnit.Case
          @tag timeout: 100
          test "waits", do: Process.sleep(:infinity)
          @tag timeout: 100
          test "spins", do: spin()
          test "goes on", do: :ok
          defp spin, do: spin()
        end
    """)
    assert done.states() == {"test waits": "failed", "test spins": "failed", "test goes on": "passed"}
    assert done.tests["test waits"]["error"].startswith("     ** (ExUnit.TimeoutError) test timed out after 100ms.")


def test_max_failures_stops_the_suite(suite: Callable[..., Any]) -> None:
    text = "defmodule M do\n  use ExUnit.Case\n  for n <- 1..5, do: (test \"t#{n}\", do: flunk())\nend"
    done = suite(text, "--max-failures=2")
    assert list(done.states().values()) == ["failed", "failed"]
    assert "--max-failures reached, aborting test suite" in done.out


def test_trace_and_slowest_name_the_tests(suite: Callable[..., Any]) -> None:
    done = suite(TAGGED, "--trace", "--slowest=2")
    assert re.search(r"\n  \* test slow \[L#5\]\n  \* test slow \(\d+\.\d+ms\) \[L#5\]\n", done.out)
    assert "  * test skipped (skipped) [L#13]" in done.out
    assert re.search(r"\nTop 2 slowest \(0\.0\d?s\), \d+\.\d+% of total time:\n\n  \* test ", done.out)


def test_each_test_is_a_process_and_its_children_end_with_it(suite: Callable[..., Any]) -> None:
    done = suite("""
        defmodule ProcessTest do
          use ExUnit.Case
          test "puts", do: Process.put(:x, 1)
          test "sees nothing", do: assert Process.get(:x) == nil
          test "supervised" do
            pid = start_supervised!({Agent, fn -> 1 end})
            Process.register(self(), :runner)
            on_exit(fn -> if Process.alive?(pid), do: raise("alive") end)
            assert {:error, {:already_started, ^pid}} = start_supervised({Agent, fn -> 2 end})
            assert stop_supervised(Agent) == :ok
            assert stop_supervised(Agent) == {:error, :not_found}
            start_supervised!(%{id: :other, start: {Agent, :start_link, [fn -> 3 end]}})
          end
          test "linked" do
            spawn_link(fn -> exit(:bad) end)
            Process.sleep(5000)
          end
          test "on_exit fails", do: on_exit(fn -> raise "late" end)
        end
    """)
    assert done.states() == {"test puts": "passed", "test sees nothing": "passed", "test supervised": "passed", "test linked": "failed",
                             "test on_exit fails": "failed"}, done.out
    assert re.search(r"\*\* \(EXIT from #PID<0\.\d+\.0>\) :bad", done.tests["test linked"]["error"])
    assert "** (RuntimeError) late" in done.tests["test on_exit fails"]["error"]


def test_a_project_finds_its_library_helper_and_support(suite: Callable[..., Any]) -> None:
    done = suite({
        "mix.exs": "",
        "lib/thing.ex": "defmodule Thing do\n  @doc \"\"\"\n      iex> Thing.two()\n      2\n  \"\"\"\n  def two, do: 2\nend",
        "test/support/aid.ex": "defmodule Aid do\n  def help, do: Thing.two() + 1\nend",
        "test/test_helper.exs": "ExUnit.start(exclude: [:slow])\nApplication.put_env(:thing, :helped, true)",
        "test/thing_test.exs": """
            defmodule ThingTest do
              use ExUnit.Case
              doctest Thing
              test "support", do: assert Aid.help() == 3 and Application.get_env(:thing, :helped) and Mix.env() == :test
              @tag :slow
              test "slow", do: flunk()
              @tag :tmp_dir
              test "files", %{tmp_dir: dir} do
                File.write!(Path.join(dir, "x"), "y")
                assert File.ls!(dir) == ["x"]
              end
            end
        """,
    }, "test")
    assert done.states() == {"doctest Thing.two/0 (1)": "passed", "test support": "passed", "test slow": "excluded", "test files": "passed"}, (
        done.out + done.err)


def test_what_is_not_granted_is_refused(suite: Callable[..., Any]) -> None:
    text = "defmodule G do\n  use ExUnit.Case\n  test \"x\", do: System.cmd(\"true\", [])\n  test \"env\", do: assert System.get_env(\"PATH\")\nend"
    done = suite(text)
    assert done.states() == {"test x": "failed", "test env": "passed"}
    assert "--trust" in done.tests["test x"]["error"]
    assert suite(text, "--trust").status == 0


def test_a_program_that_starts_exunit_runs_its_tests(suite: Callable[..., Any], tmp_path: Path) -> None:
    import subprocess
    import sys

    (tmp_path / "run.exs").write_text("ExUnit.start(seed: 0)\ndefmodule R do\n  use ExUnit.Case\n  test \"a\", do: assert 1 == 2\nend\n")
    done = subprocess.run([sys.executable, "-m", "defnpy", "run", "run.exs"], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 2
    assert "1 test, 1 failure" in done.stdout


@pytest.mark.parametrize(("left", "right", "shown"), [
    ("[1, 2, 3]", "[1, 3, 4]", ("[1, <2>, 3]", "[1, 3, <4>]")),
    ("%{a: 1, b: %{c: 2}}", "%{a: 1, b: %{c: 3}, d: 4}", ("%{a: 1, b: %{c: <2>}}", "%{a: 1, b: %{c: <3>}, <d: 4>}")),
    ('"abc"', '"abd"', ('"ab<c>"', '"ab<d>"')),
    ("{:ok, 1}", "{:error, 1}", ("{<:ok>, 1}", "{<:error>, 1}")),
    ("[a: 1, b: 2]", "[a: 1, b: 3]", ("[a: 1, b: <2>]", "[a: 1, b: <3>]")),
    ("1", ":a", ("<1>", "<:a>")),
])
def test_differences_are_coloured(session: Any, left: str, right: str, shown: tuple[str, str]) -> None:
    from defnpy.stdlib.exunit.diff import sides

    made = sides(session.run(left), session.run(right), None, 0, 80)
    assert tuple(re.sub(r"\x1b\[3[12]m(.*?)\x1b\[0m", r"<\1>", text) for text in made) == shown


def test_assertions_export_only_their_own_functions(session: Any) -> None:
    names = session.shown("ExUnit.Assertions.__info__(:functions) |> Keyword.keys() |> Enum.uniq() |> Enum.reject(&String.starts_with?(to_string(&1), \"__\"))")
    assert names == "[:assert, :assert_in_delta, :assert_raise, :flunk, :refute, :refute_in_delta]"


def test_tensor_assertions(session: Any) -> None:
    code = """
        left = Nx.tensor([1.0, 2.0])
        failed = fn fun -> try do fun.() rescue e in ExUnit.AssertionError -> e.message |> String.split("\\n") |> hd() end end
        {
          failed.(fn -> Nx.Testing.assert_all_close(left, Nx.tensor([1.0, 2.5])) end),
          failed.(fn -> Nx.Testing.assert_equal(Nx.vectorize(left, :x), left) end),
          failed.(fn -> Nx.Testing.assert_equal(left, Nx.tensor([1.0])) end),
          failed.(fn -> Nx.Testing.assert_equal({1, left}, {1, Nx.tensor([1.0, 3.0])}) end),
          failed.(fn -> Nx.Testing.assert_equal(Nx.vectorize(left, :x), Nx.vectorize(left, :x)) end)
        }
    """
    assert session.run(code) == ("Tensors differ by more than the tolerance", "Vectorized axes mismatch", "Shape mismatch",
                                 "Tensor assertion failed.", None)


def test_a_second_run_comes_from_the_cache(suite: Callable[..., Any]) -> None:
    files = {
        "mix.exs": "",
        "test/support/case.ex": "defmodule Cached.Case do\n  use ExUnit.CaseTemplate\n  setup_all do: {:ok, all: 1}\n  setup do: {:ok, each: 2}\nend",
        "test/cached_test.exs": """
            defmodule CachedTest do
              use Cached.Case
              @tag deep: [1, {2, "x"}]
              test "context", %{all: 1, each: 2, deep: deep}, do: assert deep == [1, {2, "x"}]
              describe "inner" do
                setup do: [inner: true]
                test "fails", %{inner: inner}, do: refute inner
              end
            end
        """,
    }
    first, second = suite(files, "test"), suite(files, "test")
    assert first.states() == second.states() == {"test context": "passed", "test inner fails": "failed"}, second.out + second.err
    assert first.tests["test inner fails"]["error"] == second.tests["test inner fails"]["error"]


def test_patterns_of_assertions(suite: Callable[..., Any]) -> None:
    done = suite("""
        defmodule Shapes do
          defmacro pair(a, b), do: quote(do: {:pair, unquote(a), unquote(b)})
        end
        defmodule PatternsTest do
          use ExUnit.Case
          require Shapes
          @word "known"
          defmacrop both(a), do: quote(do: {unquote(a), _})

          test "macros in patterns bind" do
            assert Shapes.pair(a, 2) = {:pair, 1, 2}
            assert both(b) = {3, 4}
            assert {a, b} == {1, 3}
            send(self(), {:pair, 5, 6})
            assert_received Shapes.pair(c, 6)
            assert c == 5
            send(self(), "word: known")
            assert_received "word: #{@word}"
          end

          test "the code of a failure is quoted" do
            error = assert_raise ExUnit.AssertionError, fn -> assert {:ok, 1} = Map.get(%{a: 2}, :a) end
            assert Macro.to_string(error.expr) == "assert {:ok, 1} = Map.get(%{a: 2}, :a)"
            assert Macro.to_string(error.left) == "{:ok, 1}"
            assert error.right == 2
          end

          test "pins come in the order of the pattern" do
            {z, a} = {1, 2}
            error = assert_raise ExUnit.AssertionError, fn -> assert {^z, ^a} = {2, z} end
            assert error.message == "match (=) failed\\nThe following variables were pinned:\\n  z = 1\\n  a = 2"
          end

          test "a run inside of a test prints there" do
            defmodule Inner do
              use ExUnit.Case
              test "fails", do: flunk("inner failure")
            end
            said = ExUnit.CaptureIO.capture_io(fn -> assert %{failures: 1} = ExUnit.run() end)
            assert said =~ "inner failure" and said =~ "1 test, 1 failure"
          end
        end
        """)
    assert set(done.states().values()) == {"passed"}, done.out
    assert len(done.tests) == 4


def test_supervised_processes_restart_and_say_why_they_do_not_start(suite: Callable[..., Any]) -> None:
    done = suite("""
        defmodule Kept do
          use Agent
          def start_link(:fail), do: raise "no start"
          def start_link(n), do: Agent.start_link(fn -> n end, name: Kept)
        end
        defmodule SupervisedTest do
          use ExUnit.Case
          defp again(0), do: flunk("not restarted")
          defp again(n), do: Process.whereis(Kept) || (Process.sleep(5); again(n - 1))

          test "a permanent child comes back" do
            pid = start_supervised!({Kept, 1})
            Agent.stop(pid)
            again(200)
            assert Agent.get(Kept, & &1) == 1
            assert stop_supervised(Kept) == :ok
            assert Process.whereis(Kept) == nil
          end

          test "a start that raises" do
            assert {:error, {{:EXIT, {%RuntimeError{message: "no start"}, _}}, _}} = start_supervised({Kept, :fail})
            error = assert_raise RuntimeError, fn -> start_supervised!(%{id: 1, start: :oops}) end
            assert error.message =~ "Reason: bad child specification, invalid mfa: :oops"
          end

          test "callers" do
            me = self()
            start_supervised!({Task, fn -> send(me, {:from, Process.get(:"$callers"), Process.get(:"$ancestors")}) end})
            assert_receive {:from, callers, ancestors}
            assert List.last(callers) == me
            assert List.last(ancestors) == me
          end
        end
        """)
    assert set(done.states().values()) == {"passed"}, done.out


def test_clauses_of_a_library_function_in_a_failure(suite: Callable[..., Any]) -> None:
    done = suite({
        "mix.exs": "", "lib/shape.ex": "defmodule Shape do\n  def size(n) when is_integer(n) and n > 0, do: n\nend\n",
        "a_test.exs": "defmodule ShapeTest do\n  use ExUnit.Case\n  test \"size\", do: Shape.size(-1)\n"
                      "  test \"sum\", do: Enum.count([]) + :a\nend\n"}, "a_test.exs")
    assert "     Attempted function clauses (showing 1 out of 1):\n\n         def size(n) when is_integer(n) and -n > 0-\n" in done.out
    assert "** (ArithmeticError) bad argument in arithmetic expression: 0 + :a\n" in done.out


def test_macros_in_the_guard_of_an_asserted_match_know_that_they_are_in_a_guard(suite: Callable[..., Any]) -> None:
    done = suite("""
        defmodule One do
          defmacro one(x) do
            case __CALLER__.context do
              :guard -> quote(do: unquote(x) == 1)
              other -> raise inspect(other)
            end
          end
        end
        defmodule GuardTest do
          use ExUnit.Case
          import One
          test "a" do
            assert match?(o when one(o), 1)
            refute match?({o, _} when one(o), {2, 1})
          end
        end
    """)
    assert done.states() == {"test a": "passed"}
