"""Fields named true, false and nil; fields that are no pairs; structs that hold what their module never makes."""

from __future__ import annotations

import pytest

from tests.stdlib.support import shown

CASES = {
    "fields of a map": ("m = %{true: 1, nil: 2}; {m.true, m.nil}", "{1, 2}"),
    "a missing field": ("try do %{a: 1}.true rescue e -> Exception.message(e) end", r'"key true not found in: %{a: 1}"'),
    "fields of a struct": (
        """
        defmodule Rare.Fields do
          defstruct true: 1, false: 2, nil: 3
          def first(%Rare.Fields{true: t}), do: t
          def made, do: %Rare.Fields{false: 9}
        end
        s = struct(Rare.Fields)
        {s.true, Rare.Fields.first(s), Rare.Fields.made(), %{s | nil: 5}, Map.keys(s)}
        """, "{1, 1, %Rare.Fields{true: 1, false: 9, nil: 3}, %Rare.Fields{true: 1, false: 2, nil: 5}, [:__struct__, false, nil, true]}"),
    "fields that are no pairs": (
        """
        defmodule Rare.Raised do
          defexception [:a]
        end
        for f <- [fn -> raise Rare.Raised, [1] end, fn -> struct(Rare.Raised, [1]) end, fn -> raise KeyError, [1] end] do
          try do f.() rescue e -> Exception.message(e) end
        end
        """, '["no function clause matching in anonymous fn/2 in Rare.Raised.__struct__/1", '
             '"no function clause matching in anonymous fn/2 in Kernel.struct/2", '
             '"no function clause matching in anonymous fn/2 in KeyError.__struct__/1"]'),
    "a date of nothing": ('inspect(struct(Date)) |> String.split("\\n") |> hd()', '"#Inspect.Error<"'),
    "an implementation of what is no protocol": (
        """
        defmodule Rare.Plain do
        end
        try do
          defimpl Rare.Plain, for: Integer do
            def x(_), do: 1
          end
        rescue e -> Exception.message(e) end
        """, '"Rare.Plain is not a protocol"'),
    "names in small letters": (
        'Enum.map(~w(HTMLParser Foo_Bar FOO_BAR foo-Bar AB1c X1Y2 IO.ANSI fooBARBaz ÉcoleNormale), &Macro.underscore/1)',
        '["html_parser", "foo__bar", "foo_bar", "foo-_bar", "ab1c", "x1_y2", "io/ansi", "foo_bar_baz", "École_normale"]'),
    "names of modules": ("Enum.map(~w(foo_bar Foo_Bar foo__bar _foo foo_1bar foo/bar_baz FOO_BAR é_é), &Macro.camelize/1)",
                         '["FooBar", "Foo_Bar", "FooBar", "Foo", "Foo1bar", "Foo.BarBaz", "FOO_BAR", "é_é"]'),
    "escapes that a function replaces": ('Macro.unescape_string("a\\\\nb\\\\qc", fn ?n -> ?N; c -> c end)', '"aNbqc"'),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_value(name):
    code, value = CASES[name]
    assert shown(code) == value
