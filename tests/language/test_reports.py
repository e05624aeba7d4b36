"""What programs see of errors and values: blamed clauses, stack traces, dbg."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def _run(folder: Path, code: str) -> subprocess.CompletedProcess[str]:
    (folder / "r.exs").write_text(code)
    return subprocess.run([sys.executable, "-m", "defnpy", "run", "r.exs"], capture_output=True, text=True, timeout=120, check=False, cwd=folder)


MODULE = """defmodule M do
  def f(:a, b), do: b
  def t, do: f(1, 2)
end
"""


def test_a_clause_error_shows_its_arguments_only_when_blamed(tmp_path: Path) -> None:
    code = MODULE + """
try do
  M.t()
rescue
  e ->
    IO.inspect({e.args, Exception.message(e)})
    IO.inspect(Enum.map(__STACKTRACE__, fn {m, f, a, _} -> {m, f, a} end) |> Enum.take(2))
    {blamed, [{_, _, arity, _} | _]} = Exception.blame(:error, e, __STACKTRACE__)
    IO.inspect({blamed.args, arity})
    IO.puts(Exception.message(blamed))
end
"""
    done = _run(tmp_path, code)
    assert done.stdout == (
        '{nil, "no function clause matching in M.f/2"}\n[{M, :f, [1, 2]}, {M, :t, 0}]\n{[1, 2], 2}\n'
        "no function clause matching in M.f/2\n\nThe following arguments were given to M.f/2:\n\n    # 1\n    1\n\n    # 2\n    2\n\n"
    )


def test_an_uncaught_clause_error_names_the_arguments(tmp_path: Path) -> None:
    done = _run(tmp_path, MODULE + "M.t()\n")
    assert done.returncode == 1
    assert done.stderr.startswith(
        "** (FunctionClauseError) no function clause matching in M.f/2    \n    \n    The following arguments were given to M.f/2:\n    \n"
        "        # 1\n        1\n    \n        # 2\n        2\n    \n"
    )


def test_a_crash_of_a_linked_task_ends_the_program(tmp_path: Path) -> None:
    done = _run(tmp_path, 'Task.async(fn -> raise "boom" end) |> Task.await()\n')
    assert done.returncode == 1
    assert "started from #PID" in done.stderr
    assert "terminating\n** (RuntimeError) boom\n" in done.stderr
    assert "** (EXIT from #PID<" in done.stderr
    assert "an exception was raised:\n    ** (RuntimeError) boom\n        r.exs:1:" in done.stderr


def test_dbg_shows_the_parts_of_forms(tmp_path: Path) -> None:
    code = """defmodule D do
  def f(x) do
    x |> Kernel.+(1) |> to_string() |> dbg()
    dbg(x > 1 and x < 5)
    dbg(case x do
      1 -> :one
      _ -> :other
    end)
    dbg(if x > 1 do
      :big
    end)
    dbg([1, 2], print_location: false)
  end
end
D.f(2)
"""
    assert _run(tmp_path, code).stdout == (
        '[r.exs:3: D.f/1]\nx #=> 2\n|> Kernel.+(1) #=> 3\n|> to_string() #=> "3"\n\n'
        "[r.exs:4: D.f/1]\nx > 1 #=> true\nx > 1 and x < 5 #=> true\n\n"
        "[r.exs:5: D.f/1]\nCase argument:\nx #=> 2\n\nCase expression (clause #2 matched):\ncase x do\n  1 -> :one\n  _ -> :other\nend #=> :other\n\n"
        "[r.exs:9: D.f/1]\nIf condition:\nx > 1 #=> true\n\nIf expression:\nif x > 1 do\n  :big\nend #=> :big\n\n[1, 2] #=> [1, 2]\n\n"
    )


def test_dbg_of_blocks_and_with_shows_their_parts(tmp_path: Path) -> None:
    done = _run(tmp_path, """dbg((
  a = 1
  a + 1
))
dbg(with {:ok, x} <- Map.fetch(%{w: 2}, :w),
     y = x * 2,
     {:ok, z} <- Map.fetch(%{w: 2}, :h) do
  x + y + z
end)
""")
    assert "Code block:\n(\n  a = 1 #=> 1\n  a + 1 #=> 2\n)\n" in done.stdout
    assert "With clauses:\nMap.fetch(%{w: 2}, :w) #=> {:ok, 2}\nx * 2 #=> 4\nMap.fetch(%{w: 2}, :h) #=> :error\n\nWith expression:\nwith" in done.stdout
    assert "end #=> :error\n" in done.stdout
