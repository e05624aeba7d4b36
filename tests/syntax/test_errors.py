"""Source that is not Elixir: the kind of error, its place and its description."""

from __future__ import annotations

import pytest

from defnpy.syntax import ParseError, parse
from defnpy.syntax.json_form import to_json

# Where a description is long, its beginning.
ERRORS = [
    ("\"\"\"", "SyntaxError", 1, 4, "heredoc allows only whitespace characters followed by a new line after opening \"\"\""),
    ("\"\"\"\n", "TokenMissingError", 1, 1, "missing terminator: \"\"\" (for heredoc starting at line 1)"),
    ("~s\"\"\"", "SyntaxError", 1, 6, "heredoc allows only whitespace characters followed by a new line after opening \"\"\""),
    ("~S\"\"\"\nabc", "TokenMissingError", 1, 3, "missing terminator: \"\"\" (for heredoc starting at line 1)"),
    ("a.\"\"\"", "TokenMissingError", 1, 5, "missing terminator: \" (for string starting at line 1)"),
    ("a.'b", "TokenMissingError", 1, 3, "missing terminator: ' (for function name starting at line 1)"),
    ("x\na: 1", "SyntaxError", 2, 1, "syntax error before: a"),
    ("in", "SyntaxError", 1, 1, "syntax error before: in. \"in\" is a reserved word in Elixir and therefore its usage is limited. F"),
    ("1 nil", "SyntaxError", 1, 3, "syntax error before: nil. \"nil\" is a reserved word in Elixir and therefore its usage is limited."),
    ("x() do: 1", "SyntaxError", 1, 5, "unexpected keyword: do:. In case you wanted to write a \"do\" expression, you must either use do-b"),
    ("[1\ndo: 1]", "SyntaxError", 2, 1, "syntax error before: do"),
    ("not in x", "SyntaxError", 1, 1, "syntax error before: 'not in'"),
    ("\\\\", "SyntaxError", 1, 1, "syntax error before: '\\\\\\\\'"),
    ("&1a", "SyntaxError", 1, 2, "invalid character \"a\" after number 1. If you intended to write a number, make sure to separate t"),
    ("&12abc", "SyntaxError", 1, 2, "invalid character \"a\" after number 12. If you intended to write a number, make sure to separate "),
    ("x.a: 1", "SyntaxError", 1, 3, "syntax error before: a"),
    ("x.a:1", "SyntaxError", 1, 3, "keyword argument must be followed by space after: a:"),
    ("f(x.do: 1)", "SyntaxError", 1, 5, "syntax error before: do"),
    ("a..//b", "SyntaxError", 1, 2, "unexpected token: \".\" (column 2, code point U+002E)"),
    ("..//", "SyntaxError", 1, 1, "unexpected token: \".\" (column 1, code point U+002E)"),
    ("A.b@c", "SyntaxError", 1, 3, "invalid character \"@\" (code point U+0040) in identifier: b@c"),
    ("a@", "SyntaxError", 1, 1, "invalid character \"@\" (code point U+0040) in identifier: a@"),
    ("a@b: 1", "SyntaxError", 1, 1, "syntax error before: a@b"),
    ("Aé", "SyntaxError", 1, 1, "invalid character \"é\" (code point U+00E9) in alias (only ASCII characters, without punctuation, "),
    ("A?", "SyntaxError", 1, 1, "invalid character \"?\" (code point U+003F) in alias (only ASCII characters, without punctuation, "),
    ("A@b", "SyntaxError", 1, 1, "invalid character \"@\" (code point U+0040) in alias: A@b"),
    ("a💡", "SyntaxError", 1, 2, "unexpected token: \"💡\" (column 2, code point U+****)"),
    ("1 \"é\"", "SyntaxError", 1, 3, "syntax error before: \"Ã©\""),
    ("1 \"a\\nb\"", "SyntaxError", 1, 3, "syntax error before: \"a\nb\""),
    ("1 rescue", "SyntaxError", 1, 3, "syntax error before: rescue. \"rescue\" is a reserved word in Elixir and therefore its usage is li"),
    ("1 fn", "TokenMissingError", 1, 3, "missing terminator: end"),
    ("1 %{}", "SyntaxError", 1, 3, "syntax error before: '%{}'"),
    ("~else\"a\"", "SyntaxError", 1, 1, "invalid sigil name, it should be either a one-letter lowercase letter or an uppercase letter opt"),
    ("f(a: 1, b c)", "SyntaxError", 1, 7, "unexpected expression after keyword list"),
    ("f a: 1, b c, d", "SyntaxError", 1, 7, "unexpected expression after keyword list"),
    ("def a, do: 1,\ndef b, do: 2", "SyntaxError", 1, 13, "unexpected expression after keyword list"),
    ("[a: 1, b c]", "SyntaxError", 1, 6, "unexpected expression after keyword list"),
    ("%{a => 1, b: 2, c => 3}", "SyntaxError", 1, 15, "unexpected expression after keyword list"),
    ("%{x | a: 1, b => 2}", "SyntaxError", 1, 11, "unexpected expression after keyword list"),
    ("%{a: 1, b c}", "SyntaxError", 1, 7, "unexpected expression after keyword list"),
    ("[1\n 2]", "SyntaxError", 2, 2, "syntax error before: \"2\""),
    ("{a\n, b}", "SyntaxError", 2, 1, "syntax error before: ','"),
    ("f(a, b: 1\nc: 2)", "SyntaxError", 2, 1, "syntax error before: c"),
    ("%{a => b\nc => d}", "SyntaxError", 2, 1, "syntax error before: c"),
    ("if a do\nif b do\nc\nend", "TokenMissingError", 1, 6, "missing terminator: end\nhint: it looks like the \"do\" on line 1"),
    ("fn fn", "TokenMissingError", 1, 4, "missing terminator: end\nhint: it looks like the \"fn\" on line 1 does not have a matching \"end\""),
    ("if a do\n  if b do\n    c\n  end", "TokenMissingError", 1, 6, "missing terminator: end"),
    ("x = ", "TokenMissingError", 1, 3, "syntax error: expression is incomplete"),
    ("not\n\n", "TokenMissingError", 1, 4, "syntax error: expression is incomplete"),
    ("a <> # c\n\n", "TokenMissingError", 1, 6, "syntax error: expression is incomplete"),
    ("foo do\n(a, b)\nend", "SyntaxError", 2, 7, "unexpectedly reached end of line. The current expression is invalid or incomplete"),
    ("[a: 1, :b 2]", "SyntaxError", 1, 6, "unexpected expression after keyword list"),
    (" = fn x ->\n  end\n end", "SyntaxError", 3, 2, "unexpected reserved word: end"),
    ("f(x), do:", "SyntaxError", 1, 9, "unexpected token: \":\" (column 9, code point U+003A)"),
]


@pytest.mark.parametrize(("code", "kind", "line", "column", "description"), ERRORS)
def test_error(code: str, kind: str, line: int, column: int, description: str) -> None:
    with pytest.raises(ParseError) as caught:
        parse(code)
    error = caught.value
    assert (error.kind, error.line, error.column) == (kind, line, column)
    assert error.description.startswith(description)


def test_what_is_missing_is_shown_after_the_last_line_that_is_not_empty() -> None:
    with pytest.raises(ParseError, match=r"nofile:2:4:\n") as caught:
        parse("(\na +\n\n")
    assert "  2 │ a +\n    │    └ missing closing delimiter" in caught.value.message


EMPTY = {"call": [{"atom": "__block__"}, [], 0]}


@pytest.mark.parametrize("code", ["()\n1", "(); 1"])
def test_empty_parentheses_in_a_sequence(code: str) -> None:
    assert to_json(parse(code)) == {"call": [{"atom": "__block__"}, [EMPTY, {"int": "1"}], 0]}


@pytest.mark.parametrize("code", ["a[()]", "((); 1)"])
def test_empty_parentheses_inside(code: str) -> None:
    assert EMPTY in to_json(parse(code))["call"][1]


def test_an_ellipsis_takes_a_signed_operand() -> None:
    assert to_json(parse("... + 1")) == {"call": [{"atom": "..."}, [{"call": [{"atom": "+"}, [{"int": "1"}], 1]}], 1]}


def test_text_without_tokens_has_the_line_of_its_first_break() -> None:
    assert to_json(parse("  # a\n")) == {"call": [{"atom": "__block__"}, [], 1]}


def test_names_of_other_scripts() -> None:
    assert to_json(parse("[:บูมเมอแรง, हिन्दी?]"))[0] == {"atom": "บูมเมอแรง"}


@pytest.mark.parametrize(("code", "column"), [("ab² = 1", 3), ("[x₁: 1]", 3), ("ﬁ", 1)])
def test_a_name_has_no_compatibility_forms(code: str, column: int) -> None:
    with pytest.raises(ParseError, match="unexpected token") as caught:
        parse(code)
    assert caught.value.column == column


@pytest.mark.parametrize(("code", "name"), [("A.->b", "-"), ("A.<<b", "<"), ("A.//b", "/")])
def test_what_names_no_function_is_read_in_part_after_a_dot(code: str, name: str) -> None:
    assert {"atom": name} in to_json(parse(code))["call"][1][0]["call"][0]["call"][1]
