"""The cache of compiled programs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from defnpy.host import cache, loader
from tests.conftest import Session

CODE = "defmodule C do\n  def f(x), do: x + 1\nend\nIO.puts(C.f(41))\nC.f(1)\n"


def entries() -> list[Path]:
    from defnpy.base.cachedir import cache_dir

    return [p for p in (cache_dir() / "code").rglob("*") if p.is_file()]


def test_second_run_uses_the_cache_and_prints_the_same(session: Session, program: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    path = program(CODE)
    assert loader.run_file(path) == 2

    def refuse(*args: object) -> None:
        raise AssertionError("compiled again")

    monkeypatch.setattr(loader, "_compile_and_run", refuse)
    assert loader.run_file(path) == 2
    assert session.printed == "42\n42\n"


def test_an_edit_is_seen(session: Session, program: Callable[..., Path]) -> None:
    path = program(CODE)
    loader.run_file(path)
    path.write_text(CODE.replace("x + 1", "x + 2"))
    assert loader.run_file(path) == 3


def test_a_damaged_entry_is_rebuilt(session: Session, program: Callable[..., Path]) -> None:
    path = program(CODE + "# damaged\n")
    before = set(entries())
    loader.run_file(path)
    (entry,) = set(entries()) - before
    for damage in (b"", b"x" * 40, entry.read_bytes()[:-3]):
        entry.write_bytes(damage)
        assert loader.run_file(path) == 2
        assert cache.load(entry.name) is not None


def test_output_of_a_module_body_is_not_lost(session: Session, program: Callable[..., Path]) -> None:
    path = program('defmodule Loud do\n  IO.puts("body")\n  def f, do: 1\nend\nLoud.f()\n')
    assert [loader.run_file(path), loader.run_file(path)] == [1, 1]
    assert session.printed == "body\nbody\n"


def test_a_changed_macro_file_recompiles_its_users(session: Session, tmp_path: Path) -> None:
    from defnpy.host.project import load_tree

    (tmp_path / "a_user.ex").write_text("defmodule User do\n  require Mac\n  def v, do: Mac.value()\nend\n")
    macro = tmp_path / "mac.ex"
    macro.write_text("defmodule Mac do\n  defmacro value, do: 1\nend\n")
    load_tree(str(tmp_path))
    assert session.run("User.v()") == 1
    macro.write_text("defmodule Mac do\n  defmacro value, do: 2\nend\n")
    again = Session()
    load_tree(str(tmp_path))
    assert again.run("User.v()") == 2


def test_concurrent_processes_share_the_cache(program: Callable[..., Path], tmp_path: Path) -> None:
    path = program(CODE + "# together\n")
    command = [sys.executable, "-m", "defnpy", "run", str(path)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert [p.communicate()[0] for p in running] == ["42\n"] * 3
