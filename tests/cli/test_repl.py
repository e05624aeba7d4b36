"""``defnpy repl``: the session line by line, its helpers, completion, interrupts, and the command on a pipe."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from defnpy.host.repl.complete import complete
from defnpy.host.repl.session import Session
from defnpy.host.repl.terminal import Worker, history_file, start_worker
from defnpy.host.runner import prepare
from defnpy.terms.runtime import reset_runtime, runtime, use_runtime

NO_GRANTS: dict[str, Any] = {"compiler": None, "paths": (), "trust": False, "allow_read": (), "allow_write": (), "allow_env": False}


class Written(list[str]):
    """What a session wrote."""

    def take(self) -> str:
        text = "".join(self)
        self.clear()
        return text


@pytest.fixture
def written() -> Written:
    return Written()


@pytest.fixture
def session(written: Written) -> Iterator[Session]:
    from defnpy.host.setup import make_runtime
    from defnpy.terms.process import Process, enter, leave

    process = Process()
    process.leader = written.append
    token, inside = use_runtime(make_runtime()), enter(process)
    from defnpy.terms.grants import Grants

    runtime().grants = Grants()
    yield Session(written.append)
    leave(inside)
    reset_runtime(token)


@pytest.fixture
def say(session: Session, written: Written) -> Callable[[str], str]:
    def feed(text: str) -> str:
        for line in text.splitlines():
            session.feed(line)
        return written.take()

    return feed


def test_values_variables_and_the_counter(session: Session, say: Callable[[str], str]) -> None:
    assert session.prompt == "iex(1)> "
    assert say("x = 20\nx + 1") == "20\n21\n"
    assert say("import Enum\nsum([1, 2])") == "Enum\n3\n"
    assert session.prompt == "iex(5)> "


def test_an_expression_may_take_several_lines(session: Session, say: Callable[[str], str]) -> None:
    assert say("[1,") == ""
    assert session.prompt == "...(1)> "
    assert say("2]") == "[1, 2]\n"
    assert say("1 +\n2") == "3\n"


def test_a_line_may_go_on_with_the_last_value(say: Callable[[str], str]) -> None:
    assert say("[3, 1]\n|> Enum.sort()\n++ [5]") == "[3, 1]\n[1, 3]\n[1, 3, 5]\n"
    assert say("-1") == "-1\n"
    assert say("<<1>>") == "<<1>>\n"


def test_leaving_an_incomplete_expression(session: Session, say: Callable[[str], str]) -> None:
    assert "incomplete expression" in say("foo(\n#iex:break")
    assert session.prompt == "iex(1)> "


def test_earlier_values(say: Callable[[str], str]) -> None:
    assert say(":a\n:b\nv(1)\nv()\nv(-3)") == ":a\n:b\n:a\n:a\n:b\n"
    assert "v(99) is out of bounds" in say("v(99)")


ERRORS = {
    "1 / 0": "** (ArithmeticError) bad argument in arithmetic expression",
    "unknown": 'undefined variable "unknown"',
    "Enum.nope(1)": "** (UndefinedFunctionError)",
    "raise \"x\"": "** (RuntimeError) x",
    "throw :x": "** (throw) :x",
    "a b c)": "** (SyntaxError)",
}


@pytest.mark.parametrize("code", ERRORS)
def test_errors_leave_the_session_as_it_was(code: str, session: Session, say: Callable[[str], str]) -> None:
    say("x = 1")
    shown = say(f"{code}")
    assert ERRORS[code] in shown
    assert "Traceback" not in shown
    assert session.prompt == "iex(2)> "
    assert say("x") == "1\n"


def test_errors_point_at_the_source(say: Callable[[str], str]) -> None:
    assert " 2 │ 1 / 0\n" in say("1\n1 / 0")


def test_a_failed_match_binds_nothing(say: Callable[[str], str]) -> None:
    say("y = 1")
    assert "MatchError" in say("{y, 2} = {5, 3}")
    assert say("y") == "1\n"


MODULE = '''defmodule Docs do
  @moduledoc "About"
  @doc "Adds one."
  def add(n, _opts \\\\ []), do: n + 1
  @doc false
  def hidden, do: 1
  defmacro twice(x), do: x
  @doc "Asks."
  @callback ask(integer, name :: atom) :: atom
end'''


def test_documentation(say: Callable[[str], str]) -> None:
    say(MODULE)
    assert say("h Docs") == "\n* Docs\n\nAbout\n\n"
    assert say("h Docs.add/2") == "\n* def add(n, opts \\\\ [])\n\nAdds one.\n\n"
    assert say("h Docs.add/1") == say("h Docs.add")
    assert say("h Docs.twice") == "\n* defmacro twice(x)\n\n"
    assert say("h Docs.ask") == "\n* @callback ask(integer, name :: atom) :: atom\n\nAsks.\n\n"
    assert "No documentation for Docs.hidden was found" in say("h Docs.hidden")
    assert "* def map(" in say("h Enum.map/2")
    assert "Could not load module Nope" in say("h Nope")
    assert "exports Mod" in say("h()")


def test_documentation_of_native_modules(say: Callable[[str], str]) -> None:
    shown = say("h Enum.map")
    assert shown.startswith("\n* def map(enumerable, fun)\n\n") and "    iex> Enum.map([1, 2], & &1 * 2)\n    [2, 4]\n" in shown
    assert say("h Enum.join/1").startswith('\n* def join(enumerable, joiner \\\\ "")\n')
    assert [line for line in say("h String.slice").split("\n") if line.startswith("*")] == ["* def slice(string, range)", "* def slice(string, start, length)"]
    assert say("h if").startswith("\n* defmacro if(condition, clauses)\n")
    assert say("h Kernel.|>").startswith("\n* defmacro left |> right\n")
    assert say("h for").startswith("\n* defmacro for(args)\n")
    assert say("h :lists.nth").startswith("\n* def nth(n, list)\n")
    about = say("h Enum")
    assert about.startswith("\n* Enum\n\nFunctions over enumerables") and "all?/1" in about
    assert "case/2" in say("h Kernel.SpecialForms")
    assert "No documentation for Enum.map/7 was found" in say("h Enum.map/7")


def test_documentation_has_colours_in_a_terminal(say: Callable[[str], str]) -> None:
    say("IEx.configure(colors: [enabled: true])")
    shown = say("h Enum.map")
    assert f"\x1b[7m\x1b[33m{'def map(enumerable, fun)':^80}\x1b[0m\n" in shown
    assert "\x1b[36mfun\x1b[0m" in shown and "`" not in shown
    assert "\x1b[36m    [2, 4]\x1b[0m" in shown


def test_exports_and_information(say: Callable[[str], str]) -> None:
    say(MODULE)
    assert say("exports Docs").split() == ["add/1", "add/2", "hidden/0", "twice/1"]
    assert "Data type\n  List\n" in say("i [1]")
    assert "Raw representation\n  <<97, 195, 169>>\n" in say('i "aé"')


def test_folders_and_messages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, say: Callable[[str], str]) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "b.exs").write_text("1")
    (tmp_path / "sub").mkdir()
    runtime().grants.read.append(str(tmp_path))
    assert say("pwd") == f"{tmp_path}\n"
    assert say("ls").split() == ["b.exs", "sub"]
    assert say('cd "sub"') == f"{tmp_path}/sub\n"
    assert say('cd "nowhere"') == "No directory nowhere\n"
    assert "reading /etc is not allowed" in say('ls "/etc"')
    assert say("send(self(), {:a, 1})\nflush\nflush()") == "{:a, 1}\n{:a, 1}\n:ok\n:ok\n"
    assert say("pwd = 3\npwd") == "3\n3\n"


def test_compiling_files(tmp_path: Path, say: Callable[[str], str]) -> None:
    file = tmp_path / "m.ex"
    file.write_text("defmodule FromFile do\n  def one, do: 1\nend\n")
    assert "is not allowed" in say(f'c "{file}"')
    runtime().grants.read.append(str(tmp_path))
    assert say(f'c "{file}"') == "[FromFile]\n"
    file.write_text("defmodule FromFile do\n  def one, do: 2\nend\n")
    assert say("r FromFile\nFromFile.one()") == "{:reloaded, [FromFile]}\n2\n"
    assert "could not find source" in say("r Enum")


def test_settings(say: Callable[[str], str]) -> None:
    assert say("IEx.configure(inspect: [limit: 2])\n[1, 2, 3]") == ":ok\n[1, 2, ...]\n"
    assert "\x1b[33m" in say("IEx.configure(colors: [enabled: true])\n1")


def test_halting(session: Session, say: Callable[[str], str]) -> None:
    say("System.halt(3)")
    assert session.status == 3


COMPLETIONS = {
    "Enu": ("Enu", ["Enum", "Enumerable"]),
    "Enum.redu": ("redu", ["reduce/2", "reduce/3", "reduce_while/3"]),
    "x + Nx.Defn.Eva": ("Eva", ["Evaluator"]),
    "map.al": ("al", ["al", "alpha"]),
    "map.alpha.": ("", ["beta"]),
    "ma": ("ma", ["map"]),
    ":math.sq": ("sq", ["sqrt/1"]),
    "%Rang": ("Rang", ["Range"]),
    "E.sum_": ("sum_", ["sum_by/2"]),
    "nothing_like_this": ("nothing_like_this", []),
    "": ("", []),
}


@pytest.mark.parametrize("before", COMPLETIONS)
def test_completion(before: str, session: Session, say: Callable[[str], str]) -> None:
    say("map = %{alpha: %{beta: 1}, al: 2}\nalias Enum, as: E")
    word, expected = COMPLETIONS[before]
    found, candidates = complete(session, before)
    shown = [candidate.shown for candidate in candidates]
    assert found == word
    assert shown[: len(expected)] == expected
    assert bool(shown) == bool(expected)


@pytest.mark.parametrize("code", ["Enum.each(Stream.iterate(0, & &1 + 1), & &1)", "Process.sleep(:infinity)"])
def test_interrupting_an_endless_evaluation(code: str, written: Written) -> None:
    worker: Worker = start_worker()

    def open_session() -> Session:
        prepare([], **NO_GRANTS)
        return Session(written.append)

    session = worker.call(open_session)
    timer = threading.Timer(0.3, worker.interrupt)
    timer.start()
    started = time.perf_counter()
    worker.call(lambda: session.feed(code))
    assert time.perf_counter() - started < 20
    assert written.take().startswith("** (EXIT) interrupted")
    worker.call(lambda: session.feed("1"))
    assert written.take() == "1\n"
    worker.stop()
    worker.join(5)
    assert not worker.is_alive()


def run(text: str, *options: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "defnpy", "repl", *options], input=text, capture_output=True, text=True, timeout=120, check=False,
        env={**os.environ, **(env or {})},
    )


def test_the_command_on_a_pipe(tmp_path: Path) -> None:
    file = tmp_path / "lib.ex"
    file.write_text("defmodule Lib do\n  def one, do: 1\nend\n")
    done = run("Lib.one()\n[1,\n2]\nIO.puts(\"x\")\n%{a: ", str(file))
    assert done.returncode == 0
    head, _, rest = done.stdout.partition("\n")
    assert head.startswith("Interactive defnpy")
    assert rest.startswith("iex(1)> 1\niex(2)> ...(2)> [1, 2]\niex(3)> x\n:ok\niex(4)> ...(4)> ** (TokenMissingError)")
    assert run("System.halt(3)\n").returncode == 3


def test_a_file_that_fails_ends_the_command(tmp_path: Path) -> None:
    done = run("", str(tmp_path / "none.ex"))
    assert done.returncode == 1
    assert "no such file" in done.stderr


def test_the_history_is_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    path = history_file()
    assert path == tmp_path / "defnpy" / "history"
    assert path.stat().st_mode & 0o777 == 0o600
