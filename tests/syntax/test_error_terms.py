"""Syntax problems as terms: what ``Code.string_to_quoted`` gives, and the exceptions with their messages."""

from __future__ import annotations

import pytest

from tests.stdlib.support import run, shown

TERMS = [
    ("x = ", '{:error, {[line: 1, column: 3], "syntax error before: ", ""}}'),
    ("1 -> 2", '{:error, {[line: 1, column: 3], "syntax error before: ", "\'->\'"}}'),
    ("& &1 &2", '{:error, {[line: 1, column: 6], "syntax error before: ", "\'&\'"}}'),
    ("end", '{:error, {[line: 1, column: 1], {"unexpected reserved word: ", ""}, "end"}}'),
    ("else", '{:error, {[line: 1, column: 1], "syntax error before: ", "else"}}'),
    ("catch", '{:error, {[line: 1, column: 1], "syntax error before: ", "\'catch\'"}}'),
    ("f(1,\n\n",
     '{:error, {[opening_delimiter: :"(", expected_delimiter: :")", line: 1, column: 2, end_line: 3, end_column: 1], "missing terminator: )", ""}}'),
    ("(1\n]", '{:error, {[line: 1, column: 1, end_line: 2, end_column: 1, error_type: :mismatched_delimiter, opening_delimiter: :"(", '
     'closing_delimiter: :"]", expected_delimiter: :")"], "unexpected token: ", "]"}}'),
]


@pytest.mark.parametrize(("code", "term"), TERMS)
def test_terms(code: str, term: str) -> None:
    assert shown(f"Code.string_to_quoted(~S'''\n{code}\n''' |> String.replace_suffix(\"\\n\", \"\"))") == term


def test_the_column_of_an_arrow_is_that_of_its_tree() -> None:
    arrow = "case x do a; 1 -> b end"
    assert shown(f'elem(elem(Code.string_to_quoted("{arrow}"), 1), 0)') == "[line: 1]"
    assert shown(f'elem(elem(Code.string_to_quoted("{arrow}", columns: true), 1), 0)') == "[line: 1, column: 16]"


def test_the_first_column_is_that_of_every_line() -> None:
    assert shown('Code.string_to_quoted("a\nb", line: 3, column: 5, columns: true)') == (
        "{:ok, {:__block__, [], [{:a, [line: 3, column: 5], nil}, {:b, [line: 4, column: 5], nil}]}}")


EXCEPTIONS = [
    ('Code.string_to_quoted!("1 +")', '%TokenMissingError{file: "nofile", line: 1, column: 3, end_line: nil, end_column: nil, snippet: "1 +", '
     'opening_delimiter: nil, expected_delimiter: nil, description: "syntax error: expression is incomplete"}'),
    ('Code.string_to_quoted!("(1\n]")', '%MismatchedDelimiterError{file: "nofile", line: 1, column: 1, end_line: 2, end_column: 1, '
     'opening_delimiter: :"(", closing_delimiter: :"]", expected_delimiter: :")", snippet: "(1\\n]", description: "unexpected token: ]"}'),
    ('raise SyntaxError, file: "a", line: 1, column: 2, description: "d"', '%SyntaxError{file: "a", line: 1, column: 2, snippet: nil, description: "d"}'),
    ('Code.eval_string("no_such")', '%CompileError{file: "nofile", line: 0, description: "cannot compile file (errors have been logged)"}'),
]


@pytest.mark.parametrize(("code", "term"), EXCEPTIONS)
def test_exceptions(code: str, term: str) -> None:
    assert shown(f"try do {code} rescue e -> e end") == term


def test_messages_are_made_of_the_fields() -> None:
    given = 'file: "a", line: 1, column: 2, description: "d", snippet: "abc"'
    assert run(f"Exception.message(%SyntaxError{{{given}}})") == "invalid syntax found on a:1:2:\n    error: d\n    │\n  1 │ abc\n    │  ^\n    │\n    └─ a:1:2"
    assert run('Exception.message(%SyntaxError{file: "a", line: 1, column: 2, description: "d"})') == "invalid syntax found on a:1:2:\n   error: d\n   └─ a:1:2"
