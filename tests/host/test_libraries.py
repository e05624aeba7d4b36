"""Libraries: what is computed when they are compiled, cycles of modules, libraries that defnpy has a part of."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from defnpy.host import loader
from defnpy.host.project import load_tree
from tests.conftest import Session
from tests.stdlib.support import run, shown


@pytest.fixture
def library(session: Session, tmp_path: Path) -> Callable[..., list[str]]:
    """``library(files)`` writes files and loads their folder in a new Runtime; gives the names of those that were compiled."""

    def load(files: dict[str, str]) -> list[str]:
        from defnpy.host.setup import make_runtime
        from defnpy.terms.runtime import use_runtime

        for name, text in files.items():
            (tmp_path / name).write_text(text)
        compiled: list[str] = []
        original = loader._compile_and_run

        def noted(text: bytes, file: str, *rest: Any) -> Any:
            compiled.append(Path(file).name)
            return original(text, file, *rest)

        use_runtime(make_runtime())
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(loader, "_compile_and_run", noted)
            load_tree(str(tmp_path))
        return sorted(compiled)

    return load


PURE = {
    "a.ex": "defmodule LibA do\n  @table LibB.squares(4)\n  def at(i), do: Enum.at(@table, i)\n  defimpl String.Chars, for: LibB do\n"
            "    def to_string(_), do: \"b\"\n  end\nend\n",
    "b.ex": "defmodule LibB do\n  defstruct [:x]\n  def squares(n), do: for(i <- 1..n, do: i * i)\nend\n",
}  # fmt: skip


def test_what_a_module_computes_with_its_own_library_is_kept(library: Callable[..., list[str]]) -> None:
    assert library(PURE) == ["a.ex", "b.ex"]
    assert library(PURE) == []
    assert shown('{LibA.at(2), "#{struct(LibB)}"}') == '{9, "b"}'


@pytest.mark.parametrize("body", ['LibE.loud()', 'LibE.makes()', 'LibE.reads()', "LibE.sets()"])
def test_what_outlives_a_module_is_done_each_time(library: Callable[..., list[str]], body: str) -> None:
    files = {
        "d.ex": f"defmodule LibD do\n  {body}\n  def f, do: 1\nend\n",
        "e.ex": "defmodule LibE do\n  def loud, do: IO.puts(\"x\")\n  def makes, do: Code.eval_string(\"defmodule LibMade do end\")\n"
                "  def reads, do: System.get_env(\"HOME\")\n  def sets, do: Nx.default_backend(Nx.BinaryBackend)\nend\n",
    }  # fmt: skip
    library(files)
    assert library(files) == ["d.ex"]


def test_a_capture_as_the_default_of_a_field_needs_no_module(library: Callable[..., list[str]]) -> None:
    library({
        "g.ex": "defmodule LibG do\n  defstruct id: &LibG.Tools.id/1\n  import LibG.Tools, only: [id: 1]\n  def f, do: id(%LibG{}.id.(1))\nend\n",
        "t.ex": "defmodule LibG.Tools do\n  def id(%LibG{}), do: :struct\n  def id(x), do: {x}\nend\n",
    })  # fmt: skip
    assert shown("LibG.f()") == "{{1}}"


def test_structs_that_are_defaults_of_each_others_fields(library: Callable[..., list[str]]) -> None:
    files = {
        "m.ex": "defmodule LibM do\n  defstruct inner: %LibN{}, y: 2\n  def f, do: LibN.wrap(3)\nend\n",
        "n.ex": "defmodule LibN do\n  defstruct x: 1\n  def wrap(x), do: %LibM{inner: %LibN{x: x}}\n  def y(%LibM{y: y}), do: y\nend\n",
    }  # fmt: skip
    assert library(files) == ["m.ex", "n.ex"]
    assert shown("{LibM.f(), LibN.y(LibM.f()), struct(LibM)}") == (
        "{%LibM{inner: %LibN{x: 3}, y: 2}, 2, %LibM{inner: %LibN{x: 1}, y: 2}}")
    assert library(files) == []


def test_a_library_takes_the_place_of_the_part_that_defnpy_has(library: Callable[..., list[str]]) -> None:
    library({"v.ex": "defmodule VegaLite do\n  def new, do: :own\nend\n", "u.ex": "defmodule LibU do\n  def f, do: VegaLite.new()\nend\n"})
    assert shown("{LibU.f(), VegaLite.new()}") == "{:own, :own}"


def test_a_local_macro_calls_what_was_defined_before_its_use(session: Session) -> None:
    assert shown("""
        defmodule LocalMacros do
          defmacrop named(n), do: prefix(n)
          defp prefix(n, more \\\\ 1), do: twice(n) + more
          defp twice(n), do: n * 2
          def a, do: named(2)
          def b, do: named(5)
          def c, do: {named(1), a(), b()}
        end
        LocalMacros.c()
    """) == "{3, 5, 11}"


def test_files_are_evaluated_and_required(session: Session, tmp_path: Path) -> None:
    (tmp_path / "e.exs").write_text("x = 2\n[a: x]\n")
    (tmp_path / "r.exs").write_text("defmodule LibRequired do\n  def f, do: 1\nend\n")
    from defnpy.terms.runtime import runtime

    folder = str(tmp_path)
    runtime().grants = None
    assert shown(f'Code.eval_file("{folder}/e.exs")') == "{[a: 2], [x: 2]}"
    assert shown(f'[{{m, _}}] = Code.require_file("{folder}/r.exs")\n{{m, Code.require_file("{folder}/r.exs")}}') == "{LibRequired, nil}"
    assert run("LibRequired.f()") == 1
