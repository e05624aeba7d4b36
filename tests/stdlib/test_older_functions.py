"""Functions that only old programs call: they work, and a call is warned of."""

from __future__ import annotations

from typing import Any

import pytest

from defnpy.stdlib import OLDER
from defnpy.stdlib.older import TABLE
from tests.stdlib.support import shown


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ('{String.strip(" a "), String.lstrip(" a "), String.rstrip(" a ")}', '{"a", "a ", " a"}'),
        ('{String.strip("xax", ?x), String.lstrip("xax", ?x), String.rstrip("xax", ?x)}', '{"a", "ax", "xa"}'),
        ('{String.ljust("a", 3), String.rjust("a", 3), String.ljust("a", 3, ?x), String.rjust("a", 3, ?x)}', '{"a  ", "  a", "axx", "xxa"}'),
        ('{String.to_char_list("abc"), Integer.to_char_list(12, 2), Float.to_char_list(1.5), Atom.to_char_list(:a)}', '{~c"abc", ~c"1100", ~c"1.5", ~c"a"}'),
        ("{Enum.partition([1, 2, 3], & &1 > 1), Enum.filter_map([1, 2, 3], & &1 > 1, & &1 * 2)}", "{{[2, 3], [1]}, [4, 6]}"),
        ("{Enum.to_list(Stream.chunk([1, 2, 3], 2)), Enum.to_list(Stream.filter_map([1, 2], & &1 > 1, & &1))}", "{[[1, 2]], [2]}"),
        ("{Map.map(%{a: 1}, fn {_, v} -> v + 1 end), Map.size(%{a: 1}), Keyword.size(a: 1)}", "{%{a: 2}, 1, 1}"),
        ('{Float.to_string(1.5, decimals: 1), Float.to_char_list(1.5, decimals: 2)}', '{"1.5", ~c"1.50"}'),
        ("{Calendar.ISO.day_of_week(2020, 1, 1), Range.range?(1..2), Range.range?(1)}", "{3, true, false}"),
        ("{function_exported?(String, :rstrip, 1), {:rstrip, 2} in String.__info__(:functions), apply(String, :rstrip, [\"a \"])}", '{true, true, "a"}'),
    ],
)  # fmt: skip
def test_values(code: str, text: str) -> None:
    assert shown(code) == text


def test_calls_are_warned_of(session: Any) -> None:
    code = "defmodule OldCalls do\n  def f(x), do: String.strip(x)\n  def g(x), do: List.zip(x)\nend"
    _, found = session.run(f"Code.with_diagnostics(fn -> Code.eval_string({code!r}) end)".replace("'", '"'))
    messages = [one[key] for one in found for key in one if getattr(key, "name", "") == "message"]
    assert messages == ["String.strip/1 is deprecated. Use String.trim/1 instead", "List.zip/1 is deprecated. Use Enum.zip/1 instead"]


def test_the_floor_names_them_all() -> None:
    assert {module.removeprefix("Elixir."): set(names.split()) for module, names in OLDER.items()} == {module: set(table) for module, table in TABLE.items()}
