"""Notebooks: which cells run, and what happens when one fails."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from defnpy.host.notebook import run_notebook
from defnpy.host.setup import ensure_runtime
from defnpy.terms.errors import CompileError
from tests.stdlib.support import shown


@pytest.fixture(autouse=True)
def _runtime() -> None:
    ensure_runtime()


def _notebook(folder: Path, *cells: str) -> str:
    file = folder / "n.livemd"
    file.write_text("# N\n\n" + "\n\n".join(cells) + "\n")
    return str(file)


def _cell(code: str, attributes: str = "") -> str:
    return (f"<!-- livebook:{attributes} -->\n\n" if attributes else "") + f"```elixir\n{code}\n```"


def test_code_that_is_only_shown_does_not_run(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    run_notebook(_notebook(tmp_path, _cell("list |> Enum.map(f)", '{"force_markdown":true}'), _cell("1 + 1")))
    assert capfd.readouterr().out == "2\n"


def test_a_failing_cell_ends_the_run(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(RuntimeError, match="stop"):
        run_notebook(_notebook(tmp_path, _cell('raise "stop"'), _cell("2")))
    assert capfd.readouterr().out == ""


def test_a_cell_may_continue_on_error(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    run_notebook(_notebook(tmp_path, _cell('raise "shown"', '{"continue_on_error":true}'), _cell("2")))
    written = capfd.readouterr()
    assert written.out == "2\n"
    assert "** (RuntimeError) shown" in written.err


def test_keep_going_runs_the_other_cells_and_fails_in_the_end(tmp_path: Path) -> None:
    file = _notebook(tmp_path, _cell("x = 1"), _cell("nope + 1"), _cell('y = raise("broke")'), _cell("y"), _cell("x + 1"))
    done = subprocess.run([sys.executable, "-m", "defnpy", "run", "-k", file], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout) == (1, "1\n2\n")
    assert 'undefined variable "nope"' in done.stderr
    assert "** (RuntimeError) broke" in done.stderr
    assert 'undefined variable "y"' in done.stderr


def test_cells_have_the_helpers_of_iex(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    run_notebook(_notebook(tmp_path, _cell("h Enum.map"), _cell("h = 5")))
    written = capfd.readouterr().out
    assert "def map(" in written
    assert written.endswith("5\n")


def test_a_package_whose_modules_were_loaded_is_accepted() -> None:
    code = (
        "defmodule MyTools.Part do\nend\n"
        '{Mix.install([{:my_tools, "~> 1.0"}]), try do Mix.install([:other_tools]) rescue e -> e.__struct__ end}'
    )
    assert shown(code) == "{:ok, Mix.Error}"


def test_the_old_generator_of_erlang() -> None:
    assert shown("{:random.seed(), :random.uniform(), :random.uniform(10), :random.seed(1, 2, 3), :random.uniform()}") == (
        "{:undefined, 0.4435846174457203, 8, {8236, 26623, 17360}, 0.05074967983013061}"
    )


def test_training_starts_from_a_plain_map() -> None:
    code = """
    net = Axon.input("x") |> Axon.dense(1)
    data = Stream.repeatedly(fn -> {Nx.tensor([[1.0, 2.0]]), Nx.tensor([[1.0]])} end)
    state = net |> Axon.Loop.trainer(:mean_squared_error, :sgd, log: 0) |> Axon.Loop.run(data, %{}, iterations: 3)
    {state.__struct__, Map.keys(state.data["dense_0"])}
    """
    assert shown(code) == '{Axon.ModelState, ["bias", "kernel"]}'


def test_branching_sections_begin_at_the_end_of_their_parents(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    branch = '<!-- livebook:{"branch_parent_index":0} -->\n\n'
    run_notebook(_notebook(
        tmp_path, _cell("x = 1"), "## Setup\n\nWords", _cell("x = x + 1\nProcess.put(:seen, :setup)"),
        branch + "## First", _cell("x = x * 10\nimport Bitwise\nProcess.put(:seen, :first)"), _cell("{x, Process.get(:seen), 1 <<< 2}"),
        branch + "## Second", _cell("{x, Process.get(:seen)}"), _cell("binding() |> Keyword.keys()"),
        "## Main", _cell("x = x + 1\n{x, Process.get(:seen)}"), "## Last", _cell("x"),
    ))  # fmt: skip
    assert capfd.readouterr().out.splitlines() == ["1", "nil", ":setup", "{20, :first, 4}", "{2, :setup}", "[:x]", "{3, :setup}", "3"]


def test_an_import_of_a_branch_is_not_seen_outside(tmp_path: Path) -> None:
    branch = '<!-- livebook:{"branch_parent_index":0} -->\n\n'
    with pytest.raises(CompileError):
        run_notebook(_notebook(tmp_path, "## A", branch + "## B", _cell("import Bitwise"), "## C", _cell("1 <<< 2")))
