"""Kino in a terminal: outputs as text, inputs with their defaults."""

from __future__ import annotations

from pathlib import Path

import pytest

from defnpy.host.notebook import run_notebook
from tests.stdlib.support import run, shown


def test_a_table_is_written_in_columns(capfd: pytest.CaptureFixture[str]) -> None:
    run('Kino.render(Kino.DataTable.new([%{a: 1, b: "x"}, %{a: 22, b: "yy"}], name: "T"))')
    assert capfd.readouterr().out == "T\na  | b\n---+---\n1  | x\n22 | yy\n"


def test_columns_become_rows(capfd: pytest.CaptureFixture[str]) -> None:
    run("Kino.render(Kino.DataTable.new(%{x: 1..2, y: [true, nil]}))")
    assert capfd.readouterr().out == "Data\nx | y\n--+-----\n1 | true\n2 | nil\n"


def test_data_that_is_no_table() -> None:
    assert shown("try do Kino.DataTable.new([1, 2]) rescue e in ArgumentError -> e.message end") == (
        '"expected valid tabular data, but got: [1, 2]"'
    )


def test_a_shown_frame_writes_its_changes(capfd: pytest.CaptureFixture[str]) -> None:
    run("f = Kino.Frame.new()\nKino.Frame.render(f, 1)\nKino.render(f)\nKino.Frame.render(f, 2)\nKino.Frame.append(f, 3)")
    assert capfd.readouterr().out == "1\n2\n3\n"


def test_inputs_give_their_defaults() -> None:
    assert shown('Kino.Input.text("Name", default: "Bob") |> Kino.Input.read()') == '"Bob"'
    assert shown('Kino.Input.select("S", a: "A", b: "B") |> Kino.Input.read()') == ":a"
    assert shown('Kino.Input.range("R", min: 2) |> Kino.Input.read()') == "2"


def test_cells_of_a_notebook_show_outputs(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    notebook = tmp_path / "n.livemd"
    notebook.write_text('# N\n\n```elixir\nMix.install([:kino])\n```\n\n```elixir\nKino.Markdown.new("**hi**")\n```\n\n```elixir\nKino.nothing()\n```\n')
    run_notebook(str(notebook))
    assert capfd.readouterr().out == ":ok\n**hi**\n"


def test_a_program_may_define_a_module_of_defnpy_itself() -> None:
    assert shown("Kino.Tree.new(1).text") == '"1"'
    assert shown("defmodule Kino.Tree do\n  def new(x), do: {:mine, x}\nend\nKino.Tree.new(1)") == "{:mine, 1}"
