"""What modules say of themselves: behaviours, callbacks, persisted attributes, and ``blame/2`` of their exceptions."""

from __future__ import annotations

import pytest

from tests.stdlib.support import shown

CASES = {
    "callbacks are listed by name from the last on": (
        """
        defmodule Facts.Callbacks do
          @callback b(term) :: term
          @callback zz(term, term) :: term
          @macrocallback mac(Macro.t()) :: Macro.t()
          @callback c() :: term
          @optional_callbacks b: 1, mac: 1, zz: 2
        end
        {Facts.Callbacks.behaviour_info(:callbacks), Facts.Callbacks.behaviour_info(:optional_callbacks)}
        """, '{[zz: 2, "MACRO-mac": 2, c: 0, b: 1], [zz: 2, "MACRO-mac": 2, b: 1]}'),
    "behaviours and the version persist": (
        """
        defmodule Facts.Kept do
          @behaviour Access
          @vsn 2
          def fetch(_, _), do: :error
          def get_and_update(_, _, _), do: nil
          def pop(_, _), do: nil
        end
        Facts.Kept.__info__(:attributes)
        """, "[behaviour: [Access], vsn: [2]]"),
    "functions of a protocol are listed in order": (
        """
        defprotocol Facts.Protocol do
          def b(x)
          def a(x)
        end
        {Facts.Protocol.__protocol__(:functions), Facts.Protocol.behaviour_info(:callbacks)}
        """, "{[a: 1, b: 1], [b: 1, a: 1]}"),
    "an exception is blamed by its own module": (
        """
        defmodule Facts.Blamed do
          defexception [:a, message: "m"]
          def blame(e, stack), do: {%{e | a: :blamed}, stack}
        end
        Exception.blame(:error, Facts.Blamed.exception(a: 1), []) |> elem(0)
        """, '%Facts.Blamed{a: :blamed, message: "m"}'),
    "functions captured by name are the module's own, not those of others": (
        """
        defmodule Facts.Local do
          def c, do: &priv/1
          def d, do: &c/0
          def e, do: &__MODULE__.c/0
          defp priv(x), do: x
        end
        kind = fn f -> {Function.info(f, :type) |> elem(1), inspect(f) =~ ~r/^#Function<\\d+\\.\\d+\\/\\d in Facts.Local.[a-z]+>$/} end
        {kind.(Facts.Local.c()), kind.(Facts.Local.d()), kind.(Facts.Local.e()), Facts.Local.d() == Facts.Local.e(), Facts.Local.d() == Facts.Local.d()}
        """, "{{:local, true}, {:local, true}, {:external, false}, false, true}"),
    "what needs a module says so outside": (
        """
        for code <- ["defexception [:a]", "defdelegate f(x), to: Enum", "use Agent", "require Record; Record.defrecord(:u, a: 1)", "defoverridable f: 1"] do
          try do
            Code.eval_string(code)
          rescue
            e -> Exception.message(e)
          end
        end |> Enum.uniq()
        """, '["cannot invoke @/1 outside module", "could not call Module.make_overridable/2 because the module nil is already compiled"]'),
    "heads of quoted definitions know where they were quoted": (
        """
        {_, _, [{:when, _, [{:f, meta, _}, _]}, _]} = quote(do: def(f(x) when x, do: x))
        {_, _, [{:g, other, _}, _]} = quote(do: defp(g, do: 1))
        {_, _, [{:h, computed, _}, _]} = quote(do: defmacro(unquote(:h)(), do: 1))
        {meta, other, computed}
        """, "{[context: Elixir], [context: Elixir], [context: Elixir]}"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_facts(name):
    code, value = CASES[name]
    assert shown(code) == value


def test_a_module_with_a_computed_name_may_replace_a_native_one(session):
    code = """
    for module <- [Benchee, :benchee] do
      defmodule module do
        def init(x \\\\ 1), do: {:init, x}
      end
    end
    {Benchee.init(2), Benchee.init(), :benchee.init(3), function_exported?(Benchee, :run, 2)}
    """
    assert session.shown(code) == "{{:init, 2}, {:init, 1}, {:init, 3}, false}"
