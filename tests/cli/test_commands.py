"""The command: output and exit status."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest


def defnpy(*args: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "defnpy", *map(str, args)], capture_output=True, text=True, timeout=120, cwd=cwd, check=False)


def test_a_script_prints_only_what_it_prints(program: Callable[..., Path]) -> None:
    done = defnpy("run", program('IO.puts("hi")\n1 + 1\n'))
    assert (done.returncode, done.stdout, done.stderr) == (0, "hi\n", "")


def test_a_defn_file_shows_its_last_value(program: Callable[..., Path]) -> None:
    assert defnpy("run", program("x = 20\n{x, x * 2}\n", "p.defn")).stdout == "{20, 40}\n"


def test_a_notebook_shows_every_cell(program: Callable[..., Path]) -> None:
    text = "# T\n\n```elixir\nx = 1\n```\n\ntext\n\n```elixir\n[x, 2]\n```\n"
    assert defnpy("run", program(text, "n.livemd")).stdout == "1\n[1, 2]\n"


BAD = {
    "syntax": ("x = [1, 2", "TokenMissingError"),
    "variable": ("foo + 1", 'undefined variable "foo"'),
    "function": ("foo(1)", "undefined function foo/1"),
    "remote": ("Enum.mapp([], 1)", "map/2"),
    "raise": ('raise "broken"', "** (RuntimeError) broken"),
    "throw": ("throw :ball", "** (throw) :ball"),
    "brackets": ("[" * 200_000, "missing terminator"),
    "binary": ("\x00\x01\x02(", "** ("),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_programs_give_one_clear_message(program: Callable[..., Path], name: str) -> None:
    code, text = BAD[name]
    done = defnpy("run", program(code))
    assert done.returncode == 1
    assert text in done.stderr
    assert "Traceback" not in done.stderr
    assert "program.exs" in done.stderr


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    for path, why in ((tmp_path / "none.exs", "no such file or directory"), (tmp_path, "is a directory")):
        done = defnpy("run", path)
        assert done.returncode == 1
        assert why in done.stderr


def test_an_empty_file_is_a_program(program: Callable[..., Path]) -> None:
    assert defnpy("run", program("")).returncode == 0


def test_timeout(program: Callable[..., Path]) -> None:
    done = defnpy("run", program("defmodule F do\n  def f(n), do: f(n + 1)\nend\nF.f(0)"), "--timeout", "1")
    assert done.returncode == 1
    assert "stopped after 1 seconds" in done.stderr
    assert "  2 │   def f(n), do: f(n + 1)\n    │                 ^\n" in done.stderr
    assert ":2: F.f/1\n" in done.stderr and done.stderr.endswith(":4: (file)\n")


def test_deep_recursion_of_100_000_levels(program: Callable[..., Path]) -> None:
    code = "defmodule D do\n  def f(0), do: 0\n  def f(n), do: 1 + f(n - 1)\nend\nIO.puts(D.f(100_000))\n"
    assert defnpy("run", program(code)).stdout == "100000\n"


def test_parse_json(program: Callable[..., Path]) -> None:
    good, bad = program("a + 1", "good.ex"), program("a +", "bad.ex")
    done = defnpy("parse", "--json", good, bad)
    first, second = map(json.loads, done.stdout.splitlines())
    assert done.returncode == 1
    assert first == {"file": str(good), "ast": {"call": [{"atom": "+"}, [{"call": [{"atom": "a"}, {"atom": "nil"}, 1]}, {"int": "1"}], 1]}}
    assert second["error"]["type"] == "TokenMissingError"


def test_usage_errors_exit_with_2() -> None:
    assert defnpy("nonsense").returncode == 2
    assert defnpy("run").returncode == 2
    unknown = defnpy("run", "--bogus", "x.exs")
    assert unknown.returncode == 2
    assert "No such option" in unknown.stderr
    assert "--bogus" in unknown.stderr


def test_options_behind_the_file_are_the_programs_own(program: Callable[..., Path]) -> None:
    assert defnpy("run", program("IO.inspect(System.argv())\n"), "--bogus", "1").stdout == '["--bogus", "1"]\n'


def test_transpiled_module_runs_by_itself(program: Callable[..., Path], tmp_path: Path) -> None:
    path = program('defmodule T do\n  def f(x), do: x * 2\nend\nIO.puts("#{T.f(21)}")\n')
    out = tmp_path / "out.py"
    assert defnpy("transpile", path, "-o", out).returncode == 0
    done = subprocess.run([sys.executable, str(out)], capture_output=True, text=True, check=True)
    assert done.stdout == "42\n"


def test_help_names_the_commands() -> None:
    text = defnpy("--help").stdout
    assert all(name in text for name in ("run", "parse", "transpile", "config"))


def test_a_deep_recursion_ends_with_one_short_report(program: Callable[..., Path]) -> None:
    code = "defmodule D do\n  def count(0), do: 0\n  def count(n), do: 1 + count(n - 1)\nend\nIO.puts(D.count(100_000))\nD.count(-1)\n"
    done = defnpy("run", program(code, "deep.exs"))
    assert done.returncode == 1
    assert done.stdout == "100000\n"
    assert "SystemLimitError" in done.stderr
    assert "more times" in done.stderr
    assert len(done.stderr.splitlines()) < 30


def test_a_macro_that_raises_names_the_call(program: Callable[..., Path]) -> None:
    code = "defmodule M do\n  defmacro boom(_), do: raise(ArgumentError, \"broke\")\nend\ndefmodule N do\n  require M\n  def f, do: M.boom(1)\nend\n"
    done = defnpy("run", program(code, "macro.exs"))
    assert done.returncode == 1
    assert "** (ArgumentError) broke" in done.stderr
    assert "expanding macro: M.boom/1 at" in done.stderr
    assert "macro.exs:6:" in done.stderr
    assert " in N.f/0\n" in done.stderr


def test_files_that_need_each_other_at_compile_time_are_named(program: Callable[..., Path], tmp_path: Path) -> None:
    lib = tmp_path / "lib"
    lib.mkdir()
    (lib / "a.ex").write_text("defmodule A do\n  require B\n  B.m()\n  defmacro m, do: 1\nend\n")
    (lib / "b.ex").write_text("defmodule B do\n  require A\n  A.m()\n  defmacro m, do: 1\nend\n")
    done = defnpy("run", "--path", lib, program("1", "main.exs"))
    assert done.returncode == 1
    assert "hint: these files need each other while they are compiled" in done.stderr


def test_a_stack_names_functions(program: Callable[..., Path]) -> None:
    done = defnpy("run", program('defmodule D do\n  def f(0), do: raise("x")\n  def f(n), do: 1 + f(n - 1)\nend\nD.f(3)\n', "s.exs"))
    assert "s.exs:2: D.f/1\n" in done.stderr
    assert "      (2 more times)\n" in done.stderr


def test_a_function_that_a_module_of_defnpy_lacks(program: Callable[..., Path]) -> None:
    done = defnpy("run", program("Enum.no_such_function(1)\n", "m.exs"))
    assert "** (UndefinedFunctionError) function Enum.no_such_function/1 is undefined or private" in done.stderr
    assert "defnpy does not have it yet" in done.stderr
