"""The formatter: layouts, and on every reference program that it changes neither the tree nor its own output."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from defnpy.syntax import ParseError, parse
from defnpy.syntax.formatter import Settings, format_string, locals_table, to_string
from defnpy.terms.atom import Atom
from tests.syntax.helpers import CASES, without_meta

ROOT = CASES.parent

CHANGED = {
    "spaces": ("x=1+2", "x = 1 + 2"),
    "parentheses of calls": ("foo 1, 2", "foo(1, 2)"),
    "bare locals": ("import   Foo\nraise(E)", "import Foo\nraise(E)"),
    "keyword brackets": ("f(a, [b: 1])", "f(a, b: 1)"),
    "trailing comma": ("[\n  1,\n  2,\n]", "[\n  1,\n  2\n]"),
    "user's break": ("%{\na: 1, b: 2}", "%{\n  a: 1,\n  b: 2\n}"),
    "blank lines": ("a\n\n\n\nb", "a\n\nb"),
    "semicolons": ("a; b", "a\nb"),
    "underscores": ("1234567 + 12_34 + 0xabc + 1.0E5", "1_234_567 + 12_34 + 0xABC + 1.0e5"),
    "mixed logic": ("a and b or c", "(a and b) or c"),
    "not in": ("not(a in b)", "a not in b"),
    "capture": ("&( &1+1 )", "&(&1 + 1)"),
    "captured name": ("&Enum.map( &1, fun )", "&Enum.map(&1, fun)"),
    "fn": ("fn(x)->x end", "fn x -> x end"),
    "clauses": ("fn 1->2;3->4 end", "fn\n  1 -> 2\n  3 -> 4\nend"),
    "do block": ("if a do b else c end", "if a do\n  b\nelse\n  c\nend"),
    "comment spelling": ("#a\nb", "# a\nb"),
    "trailing comment": ("a # why\nb", "# why\na\nb"),
    "comment in a list": ("[\n1, # one\n2]", "[\n  # one\n  1,\n  2\n]"),
    "pipes": ("a\n|> b\n|> c(1)", "a\n|> b\n|> c(1)"),
    "heredoc": ('x = """\n    a\n\n      b\n    """', 'x = """\na\n\n  b\n"""'),
    "sigils": ("~w( a b )a", "~w( a b )a"),
    "escapes": (r'"a\n\"\x41é" <> ?\n', r'"a\n\"\x41é" <> ?\n'),
    "quoted atoms": (':"a" == :"a b"', ':a == :"a b"'),
    "operators as atoms": (':"::" && :+', ':"::" && :+'),
    "interpolation": ('"#{ a   + b }"', '"#{a + b}"'),
    "spec": ("@spec f( integer ):: integer when a: var", "@spec f(integer) :: integer when a: var"),
    "struct update": ("%S{s|a: 1}", "%S{s | a: 1}"),
    "bitstring": ("<< a::8 , b::binary-size( n ) >>", "<<a::8, b::binary-size(n)>>"),
    "call of a function with a block": ("f.(a) do b end", "f.(a) do\n  b\nend"),
    "empty": ("", ""),
    "only a comment": ("#x", "# x"),
}


@pytest.mark.parametrize("name", CHANGED)
def test_layout(name: str) -> None:
    before, after = CHANGED[name]
    assert format_string(before) == after
    assert format_string(after) == after


LONG = {
    "arguments": (
        "some_function(first_argument, second_argument)",
        "some_function(\n  first_argument,\n  second_argument\n)",
    ),
    "last fn": ("Enum.map(list, fn x -> compute(x, other) end)", "Enum.map(list, fn x ->\n  compute(x, other)\nend)"),
    "match": ("result = compute_something(argument)", "result =\n  compute_something(argument)"),
    "pipeline": ("list |> Enum.map(f) |> Enum.filter(g)", "list\n|> Enum.map(f)\n|> Enum.filter(g)"),
    "keywords": ("call(argument, one: 1, two: 2, three: 3)", "call(argument,\n  one: 1,\n  two: 2,\n  three: 3\n)"),
    "bare with": (
        "with {:ok, a} <- f(b), {:ok, c} <- g(a), do: c",
        "with {:ok, a} <- f(b),\n     {:ok, c} <- g(a),\n     do: c",
    ),
    "guard": (
        "def f(a, b) when is_list(a) and is_map(b), do: a",
        "def f(a, b)\n    when is_list(a) and\n           is_map(b),\n    do: a",
    ),
    "tuple fills": ("{aaaaaaaaaaaa, bbbbbbbbbbbb, cccccccccc}", "{aaaaaaaaaaaa, bbbbbbbbbbbb,\n cccccccccc}"),
    "string stays": ('"a string that is longer than the line is"', '"a string that is longer than the line is"'),
}


@pytest.mark.parametrize("name", LONG)
def test_breaks_at_the_line_length(name: str) -> None:
    before, after = LONG[name]
    settings = Settings(line_length=32)
    assert format_string(before, settings) == after
    assert format_string(after, settings) == after


def test_locals_without_parens_of_a_project() -> None:
    assert format_string("defn f(x), do: x") == "defn(f(x), do: x)"
    assert format_string("defn f(x), do: x", Settings(locals_without_parens=locals_table([("defn", 2)]))) == "defn f(x), do: x"


def test_migrations() -> None:
    settings = Settings(migrate_unless=True, migrate_charlists_as_sigils=True)
    assert format_string("unless a == 1, do: 'b'", settings) == 'if a != 1, do: ~c"b"'


def test_unparsable_text_is_an_error() -> None:
    with pytest.raises(ParseError, match="missing terminator"):
        format_string("f(")


def test_deep_nesting() -> None:
    tree = parse(format_string("[" * 2000 + "]" * 2000))
    depth = 1
    while tree:
        (tree,) = tree
        depth += 1
    assert depth == 2000


def test_long_chains() -> None:
    text = format_string("1" + " + 1" * 3000)
    assert without_breaks(text) == "1" + " + 1" * 3000


def without_breaks(text: str) -> str:
    return " ".join(text.split())


def test_too_deep_is_an_error_not_a_flood() -> None:
    with pytest.raises(ParseError, match="nested too deeply"):
        format_string("[" * 50_000 + "]" * 50_000)
    tree: Any = 1
    for _ in range(30_000):
        tree = [tree]
    assert to_string(tree) == "[" * 30_000 + "1" + "]" * 30_000


def test_values_print_where_code_is_wanted() -> None:
    assert to_string({}) == "%{}"
    assert to_string([1, (2, 3)]) == "[1, {2, 3}]"


def test_a_keyword_list_that_is_called_keeps_its_brackets() -> None:
    assert to_string(parse("f.(u, [a: :x].(p), p)")) == "f.(u, [a: :x].(p), p)"


def programs() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in sorted(ROOT.glob("*/*.jsonl")):
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        found[str(path.relative_to(ROOT))] = sorted({row["code"] for row in rows})
    return found


PROGRAMS = programs()


@pytest.mark.parametrize("name", PROGRAMS)
def test_reference_programs(name: str) -> None:
    for code in PROGRAMS[name]:
        try:
            tree = parse(code)
        except ParseError:
            continue
        once = format_string(code)
        assert shape(parse(once)) == shape(tree), code
        assert format_string(once) == once, code


def shape(tree: Any) -> Any:
    """The tree without metadata. Parentheses may make a block of one expression; ``()`` is written ``nil``."""
    return nil_blocks(without_meta(tree))


def nil_blocks(term: Any) -> Any:
    if term == (Atom("__block__"), []):
        return None
    if isinstance(term, list | tuple):
        return type(term)(nil_blocks(item) for item in term)
    return term


def test_examples_keep_their_trees() -> None:
    for path in (Path(__file__).resolve().parents[2] / "examples").glob("**/*.ex*"):
        text = path.read_text("utf-8")
        assert shape(parse(format_string(text))) == shape(parse(text))
