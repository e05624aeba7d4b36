"""The parameters that documentation shows: names taken from patterns, defaults, several clauses."""

from __future__ import annotations

from typing import Any

import pytest

SIGNATURES = {
    "def f(a, b \\\\ 1), do: {a, b}": "f(a, b \\\\ 1)",
    "def f(a, b \\\\ %{x: 1}, c \\\\ [1, :a])\ndef f(a, b, c), do: {a, b, c}": "f(a, b \\\\ %{x: 1}, c \\\\ [1, :a])",
    "def f([x | _], {a, b}, %{k: v}, 5, []), do: {x, a, b, v}": "f(list1, arg, map, int, list2)",
    "def f(:a, nil, true, 1.5, \"s\", _, _u), do: 1": "f(atom1, atom2, bool, float, binary, _, u)",
    "def f(%URI{}, %Date.Range{}, %_{}, %{} = map), do: map": "f(uri, range, struct, map)",
    "def f(_x), do: 1\ndef f(y), do: y": "f(y)",
    "def f(_y = %{}), do: 1\ndef f(z), do: z": "f(y)",
    "def f({}), do: 1\ndef f([]), do: 1": "f(arg1)",
    "def f({}), do: 1\ndef f([]), do: 1\ndef f(x), do: x": "f(x)",
    "def f(1, 2, x), do: x\ndef f(y, 2, x), do: x + y": "f(y, arg2, x)",
    "def f(x \\\\ fn a -> a end, y \\\\ Enum.map([1], &(&1 + 1)))\ndef f(x, y), do: {x, y}": "f(x \\\\ fn a -> a end, y \\\\ Enum.map([1], &(&1 + 1)))",
    "@size 3\ndef f(x \\\\ @size), do: x": "f(x \\\\ 3)",
    "defmacro f(x, do: block), do: {x, block}": "f(x, list)",
    "defdelegate f(x, y \\\\ 2), to: Enum, as: :at": "f(x, y \\\\ 2)",
    "@callback f(integer) :: atom": "",
}


@pytest.mark.parametrize("number", range(len(SIGNATURES)))
def test_signature(session: Any, number: int) -> None:
    body, shown = list(SIGNATURES.items())[number]
    session.run(f"defmodule Signed{number} do\n{body}\nend")
    assert session.run(f"for {{{{_, :f, _}}, _, signature, _, _}} <- Code.fetch_docs(Signed{number}) |> elem(6), do: Enum.join(signature)") == [shown]


def test_metadata(session: Any) -> None:
    session.run("""
    defmodule SignedMeta do
      @doc since: "1.0"
      @deprecated "no"
      def f(a, b \\\\ 1), do: {a, b}
      @doc "asks"
      @callback g(a) :: a when a: term
    end
    """)
    assert session.shown("Code.fetch_docs(SignedMeta) |> elem(6) |> Enum.map(&Tuple.delete_at(&1, 1))") == (
        '[\n  {{:function, :f, 2}, ["f(a, b \\\\\\\\ 1)"], :none,\n   %{defaults: 1, deprecated: "no", since: "1.0"}},\n'
        '  {{:callback, :g, 1}, [], %{"en" => "asks"}, %{}}\n]')
