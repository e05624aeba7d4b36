"""Positions, metadata, depth, hostile input, caching."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from defnpy.syntax import ParseError, parse
from defnpy.syntax.formatter import to_string
from defnpy.syntax.tables import tables
from defnpy.terms.atom import Atom
from tests.syntax.helpers import golden


def position(node: Any) -> tuple[int, int]:
    meta = {key.name: value for key, value in node[1]}
    return meta["line"], meta["column"]


def test_positions() -> None:
    tree = parse("x =\n  a.b(1) + c", line=10)
    assert position(tree) == (10, 3)
    plus = tree[2][1]
    assert position(plus) == (11, 10)
    call = plus[2][0]
    assert position(call) == (11, 5)
    assert position(call[0]) == (11, 4)


def test_metadata_macros_rely_on() -> None:
    assert (Atom("no_parens"), True) in parse("a.b")[1]
    assert (Atom("no_parens"), True) not in parse("a.b()")[1]
    assert (Atom("from_brackets"), True) in parse("a[0]")[1]
    assert (Atom("delimiter"), "[") in parse("~VEC[1 2]f32")[1]
    assert (Atom("from_interpolation"), True) in parse('"#{a}"')[2][0][2][0][1]


def test_columns_off() -> None:
    assert parse("a + b", columns=False) == (
        Atom("+"),
        [(Atom("line"), 1)],
        [(Atom("a"), [(Atom("line"), 1)], None), (Atom("b"), [(Atom("line"), 1)], None)],
    )


@pytest.mark.parametrize("code", ["%{m | f(x)}", "%{m | -a, b: 1}", "%S{m | @a, b => 1}", "%{foo do\nend | x}", "%{a = b | ...}"])
def test_map_updates_without_pairs(code: str) -> None:
    """What unquote_splicing needs: the right side of an update need not be a pair."""
    tree = parse(code, columns=False)
    assert to_string(parse(to_string(tree), columns=False)) == to_string(tree)
    pairs = tree[2][1][2] if tree[0] is Atom("%") else tree[2]
    assert pairs[0][0] is Atom("|")


@pytest.mark.parametrize(
    ("code", "column"),
    [("%{a + b}", 8), ("%{m | a + b}", 12), ("%{a, m | b}", 11), ("%{m | &a}", 9), ("%{a | b | c}", 12), ("%{m | foo do\nend}", 4),
     ("%{a :: b | c}", 13)],
)  # fmt: skip
def test_elements_of_maps_are_operands(code: str, column: int) -> None:
    with pytest.raises(ParseError) as caught:
        parse(code)
    assert caught.value.description.startswith("syntax error before: '}'")
    assert caught.value.column == column


@pytest.mark.parametrize(
    "code",
    ["(" * 1000 + "a" + ")" * 1000, "[" * 5000 + "]" * 5000, "a" + " |> f(1)" * 5000, "!" * 5000 + "a",
     "f " * 3000 + "a", '"#{' * 1000 + "1" + '}"' * 1000, "fn -> " * 2000 + "1" + " end" * 2000],
)  # fmt: skip
def test_depth(code: str) -> None:
    parse(code)


def test_ten_million_brackets_fail_fast() -> None:
    begin = time.perf_counter()
    with pytest.raises(ParseError) as caught:
        parse("[" * 10_000_000)
    assert time.perf_counter() - begin < 5
    assert caught.value.kind == "TokenMissingError"
    assert len(caught.value.message) < 1000


def test_invalid_utf8_names_its_line() -> None:
    with pytest.raises(ParseError) as caught:
        parse(b"a\nb = \xff\n")
    assert (caught.value.line, caught.value.column) == (2, 5)


def test_what_is_no_text_is_shown_without_control_characters() -> None:
    with pytest.raises(ParseError) as caught:
        parse(b"a\x1b[2J\xff\x9b\x07")
    assert "\x1b" not in caught.value.message
    assert "\x07" not in caught.value.message
    assert "a\ufffd[2J" in caught.value.message


def test_bom_and_crlf() -> None:
    assert parse("\ufeffa = 1\r\nb") == parse("a = 1\nb")


def test_nothing_but_parse_errors() -> None:
    rng = random.Random(7)
    codes = [case["code"] for case in golden()]
    for _ in range(3000):
        code = rng.choice(codes)
        at = rng.randrange(len(code) + 1)
        code = (
            code[:at]
            + rng.choice(["", "(", "end", "#{", '"', "~", "\\", "\x00", "é", "do ", "->", ":"])
            + code[at + 1 :]
        )
        try:
            parse(code)
        except ParseError as error:
            assert error.message
    for _ in range(300):
        try:
            parse(rng.randbytes(rng.randrange(60)))
        except ParseError:
            pass


def test_tables_come_from_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEFNPY_CACHE_DIR", str(tmp_path / "cache"))
    tables.cache_clear()
    assert parse("a + 1")
    made = tables()
    (path,) = (tmp_path / "cache").glob("*.tables")
    tables.cache_clear()
    assert tables() == made
    path.write_bytes(path.read_bytes()[:-3] + b"xyz")
    tables.cache_clear()
    assert len(tables().actions) == len(made.actions)
    script = "import sys; from defnpy.syntax import parse; parse('a + 1'); print('lark' in sys.modules)"
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "False"
    tables.cache_clear()


@pytest.mark.parametrize(
    ("code", "column", "message"),
    [
        ("{:ok, %[], 1}", 7, "expected %{ to define a map, got: %["),
        ("if true, do\n", 10, "unexpected reserved word: do. In case you wanted"),
        ("if true do:\n", 9, "unexpected keyword: do:. In case you wanted"),
        ("fn do 1 end", 4, "unexpected reserved word: do. Anonymous functions are written as:"),
        ("<<a: 1>>", 1, "unexpected keyword list inside bitstring"),
        (":x ?\\s", 4, "syntax error before: ?\\s"),
        ('Foo.:"bar#{1}"', 5, 'syntax error before: "bar"'),
        ("~s(a) ~s(b#{1})", 7, "syntax error before: sigil ~s starting with content 'b'"),
        (':"' + "é" * 256 + '"', 1, "atom length must be less than system limit: é"),
        ('"ab\\xz"', 2, "invalid hex escape character"),
        (':"ab\\xz"', 1, "invalid hex escape character"),
        (":abc.Def", 6, "atom cannot be followed by an alias"),
    ],
)
def test_what_is_said_of_tokens_that_do_not_fit(code: str, column: int, message: str) -> None:
    with pytest.raises(ParseError) as caught:
        parse(code)
    assert caught.value.column == column
    assert caught.value.description.startswith(message)
