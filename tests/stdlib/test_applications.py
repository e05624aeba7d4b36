"""Applications: what is known of them, whether they run, and values that modules take while they are compiled."""

from __future__ import annotations

import pytest

from tests.stdlib.support import run, shown

NONE = '{:error, {~c"no such file or directory", ~c"nope.app"}}'


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("{Application.spec(:elixir, :vsn), Application.spec(:nope), Application.spec(:elixir, :applications)}",
         '{~c"1.18.4", nil, [:kernel, :stdlib, :compiler]}'),
        ("Application.spec(:eex) |> Keyword.take([:description, :mod, :start_phases])", '[description: ~c"eex", mod: [], start_phases: :undefined]'),
        ("Application.load(:nope)", NONE),
        ("Application.start(:nope)", NONE),
        ("Application.ensure_started(:nope)", NONE),
        ("Application.ensure_all_started([:elixir, :nope])", '{:error, {:nope, {~c"no such file or directory", ~c"nope.app"}}}'),
        ("{Application.stop(:nope), Application.unload(:nope)}", "{{:error, {:not_started, :nope}}, {:error, {:not_loaded, :nope}}}"),
        ("[Application.start(:eex), Application.start(:eex), Application.stop(:eex), Application.stop(:eex)]",
         "[:ok, {:error, {:already_started, :eex}}, :ok, {:error, {:not_started, :eex}}]"),
        ("elem(Application.ensure_all_started(:axon), 0)", ":ok"),
        ("Application.ensure_all_started(:kino) |> elem(0)", ":ok"),
        ("for m <- [String, Nx.LinAlg, ExUnit.Case, :lists, :os, Nope], do: Application.get_application(m)", "[:elixir, :nx, :ex_unit, :stdlib, :kernel, nil]"),
        ('for e <- [:foo, {:already_started, :foo}, {:shutdown, :x}, {~c"no such file or directory", ~c"a.app"}], do: Application.format_error(e)',
         '[":foo", "already started application foo", "shutdown: :x", "could not find application file: a.app"]'),
        ("for n <- 2..3, do: {function_exported?(Application, :compile_env, n), macro_exported?(Application, :compile_env, n)}", "[false: true, false: true]"),
        ("{:erts_debug.flat_size({1, :foo, \"bar\"}), :erts_debug.flat_size(String.duplicate(\"bar\", 128))}", "{7, 6}"),
        (":erts_debug.flat_size(%{a: [1, 2.5]})", "12"),
        ("x = [1, 2, 3]\n{:erts_debug.flat_size({x, x}), :erts_debug.size({x, x}), :erts_debug.same(x, x), :erts_debug.same([1], x)}", "{15, 9, true, false}"),
    ],
)  # fmt: skip
def test_values(code: str, text: str) -> None:
    assert shown(code) == text


def test_values_of_the_environment_while_compiling() -> None:
    assert run("""
    Application.put_env(:cenv, :a, b: [c: 1], d: %{e: 2})
    defmodule Applications.Compiled do
      @c Application.compile_env(:cenv, [:a, :b, :c])
      @e Application.compile_env(:cenv, [:a, :d, :e], 9)
      @x Application.compile_env(:cenv, [:a, :x], 9)
      def all, do: {@c, @e, @x}
    end
    Applications.Compiled.all()
    """) == (1, 2, 9)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("Application.compile_env!(:cenv, [:z, :c])",
         "could not fetch application environment [:z, :c] for application :cenv because the application was not loaded nor configured"),
        ("Application.fetch_env!(:elixir, :x)", "could not fetch application environment :x for application :elixir because configuration at :x was not set"),
        ("defmodule Applications.F do\n def x, do: Application.compile_env(:nope, :x)\nend",
         "Application.compile_env/3 cannot be called inside functions, only in the module body"),
        ("Application.spec(:elixir, :foo)", "no function clause matching in Application.spec/2"),
        ('Application.get_env("a", :b)', "no function clause matching in Application.get_env/3"),
    ],
)  # fmt: skip
def test_errors(code: str, message: str) -> None:
    with pytest.raises(Exception, match=r".") as failure:
        run(code)
    assert str(failure.value).split("\n")[0] == message
