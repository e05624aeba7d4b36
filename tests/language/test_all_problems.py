"""One run names all problems of a file or tree, as the Elixir compiler prints each."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path


def _errors(folder: Path, code: str, *options: str) -> tuple[list[str], str]:
    """What is named as an error with its place, and the last banner."""
    file = folder / "p.exs"
    file.write_text(code)
    done = subprocess.run([sys.executable, "-m", "defnpy", "run", *options, str(file)], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    shown: list[str] = []
    for line in done.stderr.splitlines():
        text = line.strip()
        if text.startswith("error: "):
            shown.append(text.removeprefix("error: ").split(" (")[0])
        elif shown and "@" not in shown[-1] and (place := re.search(r"└─ .*\.exs?:([\d:]*\d)", text)):
            shown[-1] += f" @{place[1]}"
    return shown, next(line for line in done.stderr.splitlines() if line.startswith("** "))


def test_expressions_of_a_script(tmp_path: Path) -> None:
    found, banner = _errors(tmp_path, "IO.puts(foo)\nnothing(1)\n{a, b} = nowhere(2)\nIO.puts(a + b + bar)\nIO.puts(1)\n")
    assert found == ['undefined variable "foo" @1:9', "undefined function nothing/1 @2:1", "undefined function nowhere/1 @3:10",
                     'undefined variable "bar" @4:17']
    assert banner.endswith("p.exs: cannot compile file (errors have been logged)")


def test_modules_and_what_stands_between_them(tmp_path: Path) -> None:
    code = """defmodule A do
  IO.puts("compiling")
  x = early
  def f(a), do: b + unknown(a)
  def g(h(x)), do: x
  def i(x), do: %Nope{a: x}
  defp j(x), do: x
end
IO.puts(zzz)
defmodule B do
  use A
  def f, do: not_looked_at
end
defmodule C do
  def f, do: %A{}
  def g, do: other
end
"""
    found, banner = _errors(tmp_path, code)
    assert found == [
        'undefined variable "zzz" @9:9', 'undefined variable "early" @3:7', 'undefined variable "b" @4:17',
        "cannot find or invoke local h/1 inside a match. Only macros can be invoked inside a match and they must be defined before their "
        "invocation. Called as: h(x) @5:9",
        "Nope.__struct__/1 is undefined, cannot expand struct Nope. Make sure the struct name is correct. If the struct name exists and is "
        "correct but it still cannot be found, you likely have cyclic module usage in your code @6:17",
        "undefined function unknown/1 @4:21", 'undefined variable "other" @16:14',
    ]
    assert banner.endswith("p.exs: cannot compile file (errors have been logged)")


def test_a_module_that_fails_while_the_script_runs(tmp_path: Path) -> None:
    found, banner = _errors(tmp_path, "defmodule A do\n  def f, do: a\nend\nSystem.halt(0)\ndefmodule B do\n  def f, do: b\nend\n")
    assert found == ['undefined variable "a" @2:14', 'undefined variable "b" @6:14']
    assert banner.endswith("cannot compile module A (errors have been logged)")


def test_numerical_definitions(tmp_path: Path) -> None:
    code = "defmodule M do\n  import Nx.Defn\n  defn f(a), do: foo(a) + bar(a)\n  defn g(a), do: zip(a) + u\nend\n"
    found, banner = _errors(tmp_path, code)
    assert found == ['undefined variable "u" @4:27', "undefined function foo/1 @3:18", "undefined function bar/1 @3:27",
                     "undefined function zip/1 @4:18"]
    assert banner.endswith("p.exs:3: undefined function foo/1 (there is no such import)")


def test_files_of_a_tree(tmp_path: Path) -> None:
    tree = tmp_path / "lib"
    tree.mkdir()
    (tree / "a.ex").write_text("defmodule A do\n  defstruct [:x]\n  def f, do: a\nend\n")
    (tree / "b.ex").write_text("defmodule B do\n  def f, do: %A{x: 1}\n  def g, do: b\nend\n")
    (tree / "c.ex").write_text("defmodule C do\n  def f, do: c\nend\n")
    found, banner = _errors(tmp_path, "IO.puts(1)", "-r", str(tree))
    assert found == ['undefined variable "a" @3:14', 'undefined variable "b" @3:14', 'undefined variable "c" @2:14']
    assert banner.endswith("cannot compile module A (errors have been logged)")


def test_programs_that_evaluate_text_see_the_first_problem(tmp_path: Path) -> None:
    code = """
{_, found} = Code.with_diagnostics(fn -> try do Code.eval_string("a + b") rescue e in CompileError -> e.description end end)
IO.inspect(Enum.map(found, & &1.message))
"""
    file = tmp_path / "p.exs"
    file.write_text(code)
    done = subprocess.run([sys.executable, "-m", "defnpy", "run", str(file)], capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout == "[\"undefined variable \\\"a\\\"\"]\n"


def test_problems_are_laid_out_as_the_compiler_prints_them(tmp_path: Path) -> None:
    file = tmp_path / "p.exs"
    file.write_text("defmodule W do\n  def f(x, abcdef) do\n" + " " * 36 + "zzzz = 1\n    missing + x\n  end\nend\n")
    done = subprocess.run([sys.executable, "-m", "defnpy", "run", str(file)], capture_output=True, text=True, timeout=120, check=False)
    unused = "is unused (if the variable is not meant to be used, prefix it with an underscore)"
    blocks = done.stderr.split("\n\n")
    assert sorted(blocks[:3]) == sorted([
        f'    error: undefined variable "missing"\n    │\n  4 │     missing + x\n    │     ^^^^^^^\n    │\n    └─ {file}:4:5: W.f/2',
        f'    warning: variable "abcdef" {unused}\n    │\n  2 │   def f(x, abcdef) do\n    │            ~~~~~~\n    │\n    └─ {file}:2:12: W.f/2',
        f'    warning: variable "zzzz" {unused}\n    │\n  3 │ ...{" " * 19}zzzz = 1\n    │    {" " * 19}~~~~\n    │\n    └─ {file}:3:37: W.f/2',
    ])
