"""Options of the reader: metadata of tokens, encoders, comments."""

from __future__ import annotations

from typing import Any

import pytest

from defnpy.syntax.errors import ParseError
from defnpy.syntax.parser import Options, parse_all
from defnpy.terms.atom import Atom
from defnpy.terms.inspect import inspect

METADATA = {
    "f(\n  1\n)": "{:f, [newlines: 1, closing: [line: 3, column: 1], line: 1, column: 1], [1]}",
    "f do\n a\nend": (
        "{:f, [do: [line: 1, column: 3], end: [line: 3, column: 1], line: 1, column: 1], "
        "[[do: {:a, [line: 2, column: 2], nil}]]}"
    ),
    "a\n\nb": (
        "{:__block__, [], [{:a, [end_of_expression: [newlines: 2, line: 1, column: 2], line: 1, column: 1], nil}, "
        "{:b, [line: 3, column: 1], nil}]}"
    ),
    "a +\n b": "{:+, [newlines: 1, line: 1, column: 3], [{:a, [line: 1, column: 1], nil}, {:b, [line: 2, column: 2], nil}]}",
    "A.B": "{:__aliases__, [last: [line: 1, column: 3], line: 1, column: 1], [:A, :B]}",
    "(a)": "{:a, [parens: [line: 1, column: 1, closing: [line: 1, column: 3]], line: 1, column: 2], nil}",
    "%{}": "{:%{}, [closing: [line: 1, column: 3], line: 1, column: 1], []}",
    "fn -> a end": (
        "{:fn, [closing: [line: 1, column: 9], line: 1, column: 1], "
        "[{:->, [line: 1, column: 4], [[], {:a, [line: 1, column: 7], nil}]}]}"
    ),
    "f a": "{:f, [line: 1, column: 1], [{:a, [line: 1, column: 3], nil}]}",
}


@pytest.mark.parametrize("code", METADATA)
def test_token_metadata(code: str) -> None:
    assert inspect(parse_all(code, options=Options(token_metadata=True)).tree) == METADATA[code]


def encoder(value: Any, meta: Any) -> Any:
    return (Atom("ok"), (Atom("__block__"), meta, [value]))


ENCODED = {
    "0x1F": '{:__block__, [token: "0x1F", line: 1, column: 1], [31]}',
    "?a": '{:__block__, [token: "?a", line: 1, column: 1], ~c"a"}',
    ":true": "{:__block__, [format: :atom, line: 1, column: 1], [true]}",
    ':"a b"': '{:__block__, [delimiter: "\\"", line: 1, column: 1], [:"a b"]}',
    '"""\n  a\n  """': '{:__block__, [delimiter: "\\"\\"\\"", indentation: 2, line: 1, column: 1], ["a\\n"]}',
    "[\n]": "{:__block__, [newlines: 1, closing: [line: 2, column: 1], line: 1, column: 1], [[]]}",
    "[a: nil]": (
        "{:__block__, [closing: [line: 1, column: 8], line: 1, column: 1], "
        "[[{{:__block__, [format: :keyword, line: 1, column: 2], [:a]}, {:__block__, [line: 1, column: 5], [nil]}}]]}"
    ),
}


@pytest.mark.parametrize("code", ENCODED)
def test_literal_encoder(code: str) -> None:
    assert inspect(parse_all(code, options=Options(token_metadata=True, literal_encoder=encoder)).tree) == ENCODED[code]


def test_a_refused_literal_is_a_syntax_error() -> None:
    with pytest.raises(ParseError, match="no: literal"):
        parse_all("1", options=Options(literal_encoder=lambda value, meta: (Atom("error"), "no")))


def test_columns_are_left_out_of_all_metadata() -> None:
    made = parse_all("f(a)", options=Options(token_metadata=True, columns=False)).tree
    assert inspect(made) == "{:f, [closing: [line: 1], line: 1], [{:a, [line: 1], nil}]}"


def test_existing_atoms_only() -> None:
    reading = Options(existing_atoms_only=True)
    assert parse_all(":ok", options=reading).tree is Atom("ok")
    for _ in range(2):  # a refused name is not made by asking for it
        with pytest.raises(ParseError, match="unsafe atom does not exist: never_seen_anywhere_else"):
            parse_all("never_seen_anywhere_" + "else", options=reading)


def test_static_atoms_encoder() -> None:
    made = parse_all("ab.cd", options=Options(static_atoms_encoder=lambda name, meta: (Atom("ok"), name.upper()))).tree
    assert made[0][2][1] == "CD"


def test_unescape() -> None:
    assert parse_all(r'"a\nb\""', options=Options(unescape=False)).tree == 'a\\nb"'


def test_comments() -> None:
    made = parse_all("# a\n\nx # b\n\n\n# c\n", comments=True).comments
    assert [tuple(comment) for comment in made] == [(1, 1, 1, 2, "# a"), (3, 3, 0, 3, "# b"), (6, 1, 3, 1, "# c")]


def test_identifiers_are_normalized() -> None:
    assert parse_all("c\u0327a\u0327").tree[0].name == "\u00e7a\u0327".replace("a\u0327", "a\u0327")
    assert parse_all("\u00b5s").tree[0].name == "\u03bcs"
