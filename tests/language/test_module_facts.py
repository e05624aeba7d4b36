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
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_facts(name):
    code, value = CASES[name]
    assert shown(code) == value
