"""String, Regex, Integer, Float, Base, dates."""

from __future__ import annotations

import pytest

from tests.stdlib.support import shown


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ('String.split("a,b;c", [",", ";"])', '["a", "b", "c"]'),
        ('String.split("abc", "")', '["", "a", "b", "c", ""]'),
        ('String.pad_trailing("a", 4, ["x", "y"])', '"axyx"'),
        ('String.length("e\\u0301")', "1"),
        ('String.upcase("straße")', '"STRASSE"'),
        ('String.slice("hello", -3..-1)', '"llo"'),
        ('String.replace("abc", ["a", "c"], fn m -> m <> m end)', '"aabcc"'),
        ('Regex.run(~r/(a)|(b)/, "b")', '["b", "", "b"]'),
        ('Regex.replace(~r/(\\w)(\\d)/, "a1", "\\\\2\\\\1")', '"1a"'),
        ('Regex.scan(~r/\\p{L}\\w/, "Ж1 ab é")', '[["ab"]]'),
        ('Regex.scan(~r/[^\\W\\d]+/, "ab1_c")', '[["ab"], ["_c"]]'),
        ('Regex.replace(~r/[[:punct:]\\v]/, "a!b\\n~^", "")', '"ab"'),
        ('Regex.scan(~r/\\Qa.b\\E. # [x/x, "a.bcaxbc")', '[["a.bc"]]'),
        ('Regex.scan(~r/[\\]a[]+\\N/, "]a[]\\n")', '[["]a[]"]]'),
        ('{:crypto.mod_pow(4, 13, 497), :crypto.exor("ab", <<1, 2>>)}', '{<<1, 189>>, "``"}'),
        ('Regex.named_captures(~r/(?<n>\\d+)/, "x12")', '%{"n" => "12"}'),
        ("Float.round(2.345, 2)", "2.35"),
        ("Float.ratio(1.5)", "{3, 2}"),
        ('Float.parse("3.0e2x")', '{300.0, "x"}'),
        ("Integer.digits(10, 2)", "[1, 0, 1, 0]"),
        ("{div(-7, 2), rem(-7, 2), Integer.floor_div(-7, 2), Integer.mod(-7, 2)}", "{-3, -1, -4, 1}"),
        ('Base.encode64("hello")', '"aGVsbG8="'),
        ("Date.add(~D[2024-02-28], 2)", "~D[2024-03-01]"),
        ('Calendar.strftime(~N[2024-01-02 03:04:05], "%d.%m.%y %H:%M %a")', '"02.01.24 03:04 Tue"'),
        ('Version.match?("1.2.3", "~> 1.2")', "true"),
        ('URI.parse("http://x.com:81/a?b#c").port', "81"),
        ('Path.join(["a", "b/", "/c"])', '"a/b/c"'),
        ("Complex.multiply(Complex.new(1, 2), Complex.new(3, -1))", "5.0+5.0i"),
        ("Complex.abs(Complex.new(3, 4))", "5.0"),
    ],
)
def test_values(code: str, text: str) -> None:
    assert shown(code) == text
