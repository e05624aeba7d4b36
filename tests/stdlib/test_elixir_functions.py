"""Functions of Enum, List, Range, String, Base, Regex and Access at their edges."""

from __future__ import annotations

import pytest

from tests.stdlib.support import shown


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("Enum.slice(1..9, -20, 3)", "[1, 2, 3]"),
        ("Stream.cycle([1, 2]) |> Enum.slice(1..5//2)", "[2, 2, 2]"),
        ("try do Enum.slide(1..9, 1..5//2, 0) rescue e -> e.message end",
         '"Enum.slide/3 does not accept ranges with custom steps, got: 1..5//2"'),
        ("Enum.slide([:a, :b, :c, :d], -3..-2//1, 0)", "[:b, :c, :a, :d]"),
        ("try do Enum.into(1..2, %{}) rescue e -> e.message end", '"collecting into a map requires {key, value} tuples, got: 1"'),
        ("try do Enum.into([5], %{a: 1}, & &1) rescue e -> e.__struct__ end", "MatchError"),
        (":rand.seed(:exsss, {7, 8, 9}); Enum.take_random([3], 1)", "[3]"),
        ("Enum.chunk([1, 2, 3], 2)", "[[1, 2]]"),
        ("List.myers_difference([5, 6, 0, 6], [6, 6, 0, 6])", "[del: [5], ins: [6], eq: [6, 0, 6]]"),
        ('List.myers_difference(["ab", "q"], ["ac"], &String.myers_difference/2)', '[diff: [eq: "a", del: "b", ins: "c"], del: ["q"]]'),
        ("List.ascii_printable?([97 | 98])", "false"),
        ("try do List.to_string([0xD801]) rescue e -> Exception.message(e) end", '"invalid code point 55297"'),
        ("try do List.to_charlist([:a]) rescue e -> String.slice(e.message, 0, 45) end", '"cannot convert the given list to a charlist.\\n"'),
        ("try do List.to_existing_atom(~c\"no such atom at all\") rescue e -> e.__struct__ end", "ArgumentError"),
        ("Range.split(7..3//2, 1)", "{7..5//2, 5..3//2}"),
        ("Integer.extended_gcd(0, 0)", "{0, 0, 0}"),
        ('Float.parse("9.9e999")', ":error"),
        ('String.upcase("iı", :turkic)', '"İI"'),
        ('String.downcase("ΟΔΟΣ Σ", :greek)', '"οδος σ"'),
        ('String.capitalize("éA", :ascii)', '"éa"'),
        ('String.slice("abc", -9, 2)', '"ab"'),
        ('String.byte_slice("aéb", 2, 3)', '"b"'),
        ('String.replace_invalid("a" <> <<226, 130>> <> "b", "?")', '"a?b"'),
        ('String.chunk(<<97, 0xFF, 98>>, :valid)', '["a", <<255>>, "b"]'),
        ('String.next_grapheme_size("e\\u0301x")', '{3, "x"}'),
        ('String.replace("abc", ["b", "c"], fn x -> [?<, x] end)', '"a<b<c"'),
        ('try do String.split("abc", [""]) rescue e -> e.__struct__ end', "ArgumentError"),
        ('String.jaro_distance("dixon", "xdicksonx")', "0.7518518518518519"),
        ('try do String.to_charlist(<<97, 226>>) rescue e -> Exception.message(e) end', '"incomplete encoding starting at <<226>>"'),
        ("inspect(<<0x2061::utf8>>)", r'"\"\\u2061\""'),
        ('try do Base.decode32!("MY======", case: :lower) rescue e -> e.message end', r'"non-alphabet character found: \"M\" (byte 77)"'),
        ('Base.hex_valid32?("CO======")', "true"),
        ('Regex.compile("a", "iq")', '{:error, {:invalid_option, "q"}}'),
        ('Regex.split(~r/(b)/, "abcb", on: :none)', '["abcb"]'),
        ('Regex.split(~r/[bc]/, "bxcy", include_captures: true, trim: true, parts: 2)', '["b", "xcy"]'),
        ('Regex.scan(~r/b/, "abb", capture: :all_names)', "[]"),
        ("get_and_update_in([%{n: 1}], [Access.at(3), :n], &{&1, &1 + 1})", "{nil, [%{n: 1}]}"),
        ("try do Access.fetch([], \"k\") rescue e -> e.message end", r'"the Access calls for keywords expect the key to be an atom, got: \"k\""'),
        ("try do Map.get_and_update(%{a: 1}, :a, fn _ -> 3 end) rescue e -> e.__struct__ end", "RuntimeError"),
        ("Stream.from_index(&(&1 * 3)) |> Enum.take(3)", "[0, 3, 6]"),
        ('IO.ANSI.format(["a", :red | "b"], true)', r'[[[[[], "a"] | "\e[31m"], "b"] | "\e[0m"]'),
        ('try do IO.ANSI.color(256) rescue e -> e.__struct__ end', "FunctionClauseError"),
        ('inspect(<<1::4>>, syntax_colors: [number: :red])', r'"<<\e[31m1\e[0m::size(4)>>"'),
        ('inspect(<<193>>, base: :hex, binaries: :as_strings)', r'"\"\\xC1\""'),
        (r'inspect(Regex.compile!("\a\e\d/"))', r'"~r/\\a\\x1B\\x7F\\//"'),
        ('try do Code.eval_string("defmodule DerCase do; @derive {Inspect, only: [:z]}; defstruct [:a]; end") rescue e -> e.message end',
         '"unknown fields [:z] in :only when deriving the Inspect protocol for DerCase"'),
        ('try do Inspect.Algebra.nest("a", :x) rescue e -> e.__struct__ end', "FunctionClauseError"),
        ("for p <- [Enumerable, Collectable, Inspect, String.Chars, List.Chars, JSON.Encoder], do: p.impl_for(%{})",
         "[Enumerable.Map, Collectable.Map, Inspect.Map, nil, nil, JSON.Encoder.Map]"),
        ("{Enumerable.impl_for(1..2), String.Chars.impl_for(~D[2024-01-01]), Enumerable.impl_for(:a)}", "{Enumerable.Range, String.Chars.Date, nil}"),
        ("try do Enumerable.impl_for!(1) rescue e -> e.__struct__ end", "Protocol.UndefinedError"),
        ("{Enumerable.__protocol__(:module), Collectable.__protocol__(:functions)}", "{Enumerable, [into: 1]}"),
        ("match?(%Stream{}, Stream.map([], & &1))", "true"),
    ],
)  # fmt: skip
def test_values(code: str, text: str) -> None:
    assert shown(code) == text
