"""What the compiler says of code that compiles, and of names that clash."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.stdlib.support import shown


def _run(folder: Path, code: str) -> subprocess.CompletedProcess[str]:
    file = folder / "w.exs"
    file.write_text(code)
    return subprocess.run([sys.executable, "-m", "defnpy", "run", str(file)], capture_output=True, text=True, timeout=120, check=False)


PROGRAM = """defmodule W do
  def f(x, y) do
    z = 1
    x
  end

  defp g(a), do: a
  def ok(_a, {b, b}, list), do: for(i <- list, do: binding() ++ [i])
  def pinned(v, x), do: match?(^v, x)
end

unused = 1
used = 2
IO.inspect(used)
"""


def test_unused_variables_and_functions_are_named_each_time(tmp_path: Path) -> None:
    for _ in range(2):
        done = _run(tmp_path, PROGRAM)
        assert (done.returncode, done.stdout) == (0, "2\n")
        for name, line in (("y", 2), ("z", 3), ("unused", 12)):
            assert f'warning: variable "{name}" is unused (if the variable is not meant to be used, prefix it with an underscore)' in done.stderr
            assert f"w.exs:{line}:" in done.stderr
        assert "warning: function g/1 is unused" in done.stderr
        assert done.stderr.count("warning:") == 4


def test_a_local_function_that_clashes_with_an_import(tmp_path: Path) -> None:
    done = _run(tmp_path, "defmodule K do\n  def length(x), do: {:mine, x}\n  def f(x), do: length(x)\nend\n")
    assert done.returncode == 1
    assert "error: imported Kernel.length/1 conflicts with local function" in done.stderr
    assert "w.exs:3:17" in done.stderr


def test_defaults_may_add_a_clause_to_a_function_without() -> None:
    code = (
        "defmodule Df do\n  def f(x, y) when is_integer(y), do: {:two, x, y}\n  def f(x, y, o \\\\ :d), do: {:three, x, y, o}\nend\n"
        "{Df.f(1, 2), Df.f(1, :a), Df.f(1, 2, 3)}"
    )
    assert shown(code) == "{{:two, 1, 2}, {:three, 1, :a, :d}, {:three, 1, 2, 3}}"


def test_a_module_inside_sees_the_struct_of_the_one_around_it() -> None:
    code = (
        'defmodule Around do\n  defstruct [:a]\n  defimpl Inspect do\n    def inspect(%Around{a: a}, _), do: "#Around<#{a}>"\n  end\nend\n'
        "struct(Around, a: 1)"
    )
    assert shown(code) == "#Around<1>"


def test_improper_lists_are_taken_apart() -> None:
    assert shown("[h | t] = [1 | 2]\n{h, t}") == "{1, 2}"
    assert shown("[a, b | c] = [1, 2 | 3]\n{a, b, c}") == "{1, 2, 3}"


def test_integers_of_any_length_are_written_and_read() -> None:
    assert shown('{String.length("#{2 ** 20000}"), String.length(inspect(3 ** 20000)), rem(String.to_integer(String.duplicate("7", 5000)), 1000)}') == (
        "{6021, 9543, 777}"
    )


def test_functions_may_have_the_names_of_forms_of_another_arity() -> None:
    code = (
        "defmodule Fo do\n  def cond(a, b, c, d \\\\ 3), do: [a, b, c, d]\n  def f(x), do: cond(x, 1, 2)\n  def try(a, b), do: {a, b}\n"
        "  def g, do: try(1, 2)\nend\n{Fo.f(0), Fo.g()}"
    )
    assert shown(code) == "{[0, 1, 2, 3], {1, 2}}"
