"""What the report of a call without a clause says of each clause."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

LIBRARY = """
defmodule Blame.Shapes do
  alias Blame.Shapes.{Dot, Line}
  defmodule Dot do
    defstruct [:at]
  end
  defmodule Line do
    defstruct [:from, :to]
  end
  def size(%Dot{at: a}, n) when is_integer(a) and (n in [1, 2] or is_nil(n)), do: n
  def size(%Line{}, [first | _]) when first > 1 when first == :any, do: first
  def size(x, x), do: x
  def short(a, b \\\\ 1) when is_atom(a), do: {a, b}
  for n <- 1..12, do: def(many(unquote(n)), do: unquote(n))
  def many_written(0), do: 0
  def many_written(1), do: 0
  def many_written(2), do: 0
  def many_written(3), do: 0
  def many_written(4), do: 0
  def many_written(5), do: 0
  def many_written(6), do: 0
  def many_written(7), do: 0
  def many_written(8), do: 0
  def many_written(9), do: 0
  def many_written(10), do: 0
  def many_written(11), do: 0
end
"""


def run(tmp_path: Path, program: str) -> str:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "shapes.ex").write_text(LIBRARY)
    (tmp_path / "program.exs").write_text(program)
    done = subprocess.run([sys.executable, "-m", "defnpy", "run", "--path", "lib", "program.exs"], cwd=tmp_path, capture_output=True, text=True,
                          timeout=60, check=False)
    return done.stdout + done.stderr


@pytest.mark.parametrize(("call", "lines"), [
    ("size(%Blame.Shapes.Dot{at: 3}, 5)", [
        "Attempted function clauses (showing 3 out of 3):", "",
        "    def size(%Blame.Shapes.Dot{at: a}, n) when is_integer(a) and (-n === 1- or -n === 2- or -n == nil-)",
        "    def size(-%Blame.Shapes.Line{}-, -[first | _]-) when -first > 1- when -first == :any-",
        "    def size(x, -x-)"]),
    ("size(%Blame.Shapes.Line{}, [0])", [
        "    def size(-%Blame.Shapes.Dot{at: a}-, n) when -is_integer(a)- and (-n === 1- or -n === 2- or -n == nil-)",
        "    def size(%Blame.Shapes.Line{}, [first | _]) when -first > 1- when -first == :any-"]),
    ("short(1, 2)", ["    def short(a, b) when -is_atom(a)-"]),
    ("many_written(:x)", ["    def many_written(-9-)", "    ...", "    (2 clauses not shown)"]),
])
def test_clauses_of_a_compiled_file(tmp_path: Path, call: str, lines: list[str]) -> None:
    said = run(tmp_path, f"Blame.Shapes.{call}")
    assert said.startswith(f"** (FunctionClauseError) no function clause matching in Blame.Shapes.{call.partition('(')[0]}/")
    assert "\n".join(f"    {line}" for line in lines) in said


def test_the_struct_tells_what_matched(tmp_path: Path) -> None:
    said = run(tmp_path, """
    {:ok, kind, [_, _, {[first, second], []}]} = Exception.blame_mfa(Blame.Shapes, :size, [1, 2])
    IO.inspect({kind, first.match?, second.match?, Macro.to_string(second.node)})
    e = try do Blame.Shapes.short(1, 2) rescue e -> Exception.blame(:error, e, __STACKTRACE__) |> elem(0) end
    IO.inspect({e.args, e.kind, length(e.clauses)})
    IO.inspect(Exception.blame_mfa(Enum, :map, [1, 2]))
    """)
    assert said.splitlines() == ['{:def, true, false, "x"}', "{[1, 2], :def, 1}", ":error"]


def test_modules_of_scripts_and_made_clauses_show_arguments_only(tmp_path: Path) -> None:
    said = run(tmp_path, "defmodule InScript do\n  def f(1), do: 1\nend\ntry do\n  InScript.f(2)\nrescue\n  e -> IO.puts(inspect(e))\nend\nInScript.f(2)")
    assert "# 1\n        2" in said and "Attempted" not in said
