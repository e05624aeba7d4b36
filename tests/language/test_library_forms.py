"""Forms that the test suites of Nx, Axon and Scholar use."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

CASES = {
    "a nested module sees the struct of the module around it": (
        """
        defmodule Forms.Outer do
          defstruct [:a]
          defimpl String.Chars do
            def to_string(%Forms.Outer{a: a}), do: "outer #{a}"
          end
        end
        to_string(struct(Forms.Outer, a: 1))
        """, '"outer 1"'),
    "a remote call whose name is unquoted takes arguments": (
        """
        defmodule Forms.Remote do
          for name <- [:first, :last] do
            @list [1, 2]
            def unquote(name)(), do: List.unquote(name)(@list)
          end
        end
        {Forms.Remote.first(), Forms.Remote.last()}
        """, "{1, 2}"),
    "entries spliced into the update of a map": (
        """
        defmodule Forms.Splice do
          defmacro put(map, entries), do: quote(do: %{unquote(map) | unquote_splicing(entries)})
        end
        defmodule Forms.Spliced do
          require Forms.Splice
          def put(map), do: Forms.Splice.put(map, a: 3, b: 4)
        end
        Forms.Spliced.put(%{a: 1, b: 2, c: 5})
        """, "%{a: 3, b: 4, c: 5}"),
    "an unquoted remote name in a quote": ("name = :abs\nMacro.to_string(quote(do: Kernel.unquote(name)(-1)))", '"Kernel.abs(-1)"'),
    "a range in an attribute stays a range": (
        """
        defmodule Forms.Range do
          @range 1..3
          @pair {:in, 1..2}
          def all, do: {for(x <- @range, do: x), Enum.sum(@range), @pair}
        end
        Forms.Range.all()
        """, "{[1, 2, 3], 6, {:in, 1..2}}"),
    "a module defined in an anonymous function": (
        """
        run = fn _, fun -> fun.() end
        {:module, name, _, _} = run.(1, fn ->
          defmodule Forms.Inner do
            def f(x), do: x
          end
        end)
        name
        """, "Forms.Inner"),
    "documentation of a compiled module": (
        """
        defmodule Forms.Docs do
          @moduledoc "About"
          @doc "One"
          @doc type: :thing
          def one, do: 1
          @doc false
          def hidden, do: 2
          def plain(_), do: 3
        end
        {:docs_v1, _, :elixir, "text/markdown", %{"en" => about}, %{}, entries} = Code.fetch_docs(Forms.Docs)
        {about, for({{kind, name, arity}, _, _, doc, meta} <- entries, do: {kind, name, arity, doc, meta})}
        """,
        '{"About",\n [\n   {:function, :hidden, 0, :hidden, %{}},\n   {:function, :one, 0, %{"en" => "One"}, %{type: :thing}},\n'
        "   {:function, :plain, 1, :none, %{}}\n ]}"),
    "cond takes plain numbers by their value": (
        """
        defmodule Forms.Cond do
          import Nx.Defn
          defn run(x, flag), do: if(x > 0, do: {1, 2}, else: {flag, 3.0})
        end
        {a, b} = Forms.Cond.run(1, Nx.u8(3))
        {Nx.type(a), Nx.type(b)}
        """, "{{:u, 8}, {:f, 32}}"),
    "a condition of cond in a defn binds for its body": (
        """
        defmodule Forms.CondBind do
          import Nx.Defn
          defn run(a) do
            cond do
              b = Nx.all(a > 0) -> a + b
              true -> a
            end
          end
        end
        Nx.to_number(Forms.CondBind.run(2))
        """, "3"),
    "a vectorised while condition spreads the state": (
        """
        defmodule Forms.While do
          import Nx.Defn
          defn run(x) do
            {i, _} = while {i = 0, x}, i < x do
              {i + 1, x}
            end
            i
          end
        end
        Nx.tensor([1, 3]) |> Nx.vectorize(:v) |> Forms.While.run() |> Nx.devectorize() |> Nx.to_list()
        """, "[1, 3]"),
    "a defn captures a plain private function": (
        """
        defmodule Forms.Capture do
          import Nx.Defn
          defn run(a), do: a |> tap(&note/1) |> Nx.add(1)
          defp note(expr), do: send(self(), {:saw, expr})
        end
        result = Nx.to_number(Forms.Capture.run(1))
        receive do
          {:saw, %Nx.Tensor{data: %Nx.Defn.Expr{op: op}}} -> {result, op}
        end
        """, "{2, :parameter}"),
    "a for over ranges that are computed": (
        """
        defmodule Forms.For do
          def one(d), do: for(i <- 0..(Enum.product(d) - 1), do: i)
          def two(d), do: for(i <- 0..(Enum.sum(d) - 1), j <- 0..(Enum.sum(d) - i - 1), do: {i, j})
        end
        {Forms.For.one([2, 2]), Forms.For.two([1, 1])}
        """, "{[0, 1, 2, 3], [{0, 0}, {0, 1}, {1, 0}]}"),
    "imaginary numbers in tensor sigils": (
        "import Nx, only: :sigils\nNx.to_list(~VEC[-1i 1i 2.5i 1-i 1+2i 3])",
        "[0.0-1.0i, 0.0+1.0i, 0.0+2.5i, 1.0-1.0i, 1.0+2.0i, 3.0+0.0i]"),
    "hashes of processes": ("hash = :erlang.phash2({self(), 1})\nis_integer(hash) and hash == :erlang.phash2({self(), 1})", "true"),
}


@pytest.mark.parametrize("name", CASES)
def test_form(session: Any, name: str) -> None:
    code, shown = CASES[name]
    assert session.shown(code) == shown


def test_a_module_found_while_calling_it_is_called(session: Any, tmp_path: Path) -> None:
    from defnpy.host.project import Project

    (tmp_path / "late.ex").write_text("defmodule Late do\n  def f(x), do: x + 1\nend\n")
    project = Project(str(tmp_path), session.runtime)
    project.scan()
    session.runtime.loaders.append(project)
    assert session.run("Late.f(1)") == 2
