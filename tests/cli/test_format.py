"""``defnpy format``: files, folders, notebooks, settings, and what must never happen to a file."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from defnpy.cli.format import command


def run(*args: object, text: str | None = None) -> Result:
    return CliRunner().invoke(command, [str(a) for a in args], input=text)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_writes_files_in_place(folder: Path) -> None:
    file = folder / "a.ex"
    file.write_text("x=1")
    file.chmod(0o640)
    assert run(file).exit_code == 0
    assert file.read_text() == "x = 1\n"
    assert file.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in folder.iterdir()] == ["a.ex"]


def test_check_changes_nothing_and_shows_the_difference(folder: Path) -> None:
    (folder / "a.ex").write_text("x=1\n")
    (folder / "b.ex").write_text("x = 1\n")
    done = run("--check", folder)
    assert done.exit_code == 1
    assert "-x=1" in done.output and "+x = 1" in done.output and "1 file is not formatted" in done.output
    assert (folder / "a.ex").read_text() == "x=1\n"
    assert run("--check", folder / "b.ex").exit_code == 0


def test_standard_input(folder: Path) -> None:
    assert run("-", text="f 1,2").output == "f(1, 2)\n"
    assert run("--line-length", 5, "-", text="f 1,2").output == "f(\n  1,\n  2\n)\n"


def test_an_unparsable_file_stays_and_others_are_formatted(folder: Path) -> None:
    (folder / "bad.ex").write_text("x = (1")
    (folder / "good.ex").write_text("x=1")
    done = run(folder)
    assert done.exit_code == 1
    assert "TokenMissingError" in done.output and "^" in done.output or "unclosed delimiter" in done.output
    assert (folder / "bad.ex").read_text() == "x = (1"
    assert (folder / "good.ex").read_text() == "x = 1\n"


def test_what_is_not_text_or_not_there(folder: Path) -> None:
    (folder / "b.ex").write_bytes(b"x = \xff")
    done = run(folder / "b.ex", folder / "none.ex")
    assert done.exit_code == 1
    assert "invalid encoding" in done.output and "no such file" in done.output
    assert (folder / "b.ex").read_bytes() == b"x = \xff"


def test_settings_of_the_nearest_formatter_file(folder: Path) -> None:
    (folder / ".formatter.exs").write_text('locals = [route: 2]\n[import_deps: [:nx], locals_without_parens: locals, inputs: ["{lib,test}/*.ex"]]')
    (folder / "lib").mkdir()
    (folder / "lib" / "a.ex").write_text("route 1,2\ndefn f(x), do: x\nother 1\n")
    assert run().exit_code == 0
    assert (folder / "lib" / "a.ex").read_text() == "route 1, 2\ndefn f(x), do: x\nother(1)\n"


def test_without_files_and_inputs(folder: Path) -> None:
    done = run()
    assert done.exit_code == 2
    assert "inputs" in done.output


def test_notebooks(folder: Path) -> None:
    note = folder / "n.livemd"
    text = "# T  \n\n```elixir\nx=1\n\n\n# c\n```\n\n```python\nx=1\n```\n\n1,2\n"
    note.write_text(text)
    assert run(note).exit_code == 0
    assert note.read_text() == text.replace("x=1\n\n\n#", "x = 1\n\n#", 1)
    note.write_text("```elixir\nx = (\n```\n")
    assert run(note).exit_code == 1


def test_markdown_fragments_stay(folder: Path) -> None:
    file = folder / "r.md"
    file.write_text("```elixir\niex> x=1\n```\n\n  ```elixir\n  x=[\n  1]\n  ```\n")
    assert run(file).exit_code == 0
    assert file.read_text() == "```elixir\niex > x = 1\n```\n\n  ```elixir\n  x = [\n    1\n  ]\n  ```\n"
