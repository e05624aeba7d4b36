"""``io_lib:format``: directives, fields and what they refuse."""

from __future__ import annotations

import pytest

from defnpy.stdlib.erlang.text import format_text, nested_format
from defnpy.terms.atom import Atom
from defnpy.terms.errors import ArgumentError

FORMATS = [
    ("~p", ["é"], '<<"Ã©">>'),
    ("~tp", ["é"], '<<"é"/utf8>>'),
    ("~p", [[97, 27, 11]], r'"a\e\v"'),
    ("~w", [Atom("日")], r"'\x{65E5}'"),
    ("~p", [Atom("é")], "é"),
    ("~.10s|", ["abc"], "abc       |"),
    ("~-10.5s|", ["abc"], "abc       |"),
    ("~10.5.*s|", [46, "abcdefgh"], ".....abcde|"),
    ("~*.*.*f|", [10, 3, 48, 3.14159], "000003.142|"),
    ("~5s|~-8b|~2b", ["abcdefg", 42, 12345], "abcde|42      |**"),
    ("~3c~c~tc~3n~3~", [120, 321, 321], "xxxAŁ\n\n\n~~~"),
    ("~x ~.16x ~.16X", [255, [48, 120], -255, [48, 120], 31, Atom("hex")], "0x255 -0xff hex1F"),
    ("~8.16#|~.2+", [255, 5], "   16#FF|2#101"),
    ("~g ~.3g ~.1g ~g ~g", [0.5, 99.5, 0.5, 0.05, 12345.678], "0.500000 99.5 0.5 5.00000e-2 1.23457e+4"),
    ("~W ~W ~P", [(1, 2, 3, 4), 3, [1, [2, [3]]], 4, "hello world", 3], '{1,2,...} [1,[2|...]] <<"hello wo"...>>'),
    ("~3w|~.3w|~10p|", [(1, 2), Atom("abcdef"), Atom("ab")], "***|***|ab|"),
    ("~s~s~i", [None, ["a", 98, [99]], 1], "nilabc"),
]


@pytest.mark.parametrize(("pattern", "args", "text"), FORMATS)
def test_format(pattern, args, text):
    assert format_text(pattern, args) == text


REFUSED = [("~f", [1]), ("~e", [1]), ("~g", [1]), ("~s", [1]), ("~s", [[26085]]), ("~b", ["x"]), ("~4..0B", [1.5]), ("~d", [1]), ("~", []),
           ("~5", []), ("~p", []), ("~p", [1, 2]), ("~-10p", [1]), ("~.0f", [1.5]), ("~.1e", [1.5]), ("~.37B", [1]), ("~5.7s", ["a"])]  # fmt: skip


@pytest.mark.parametrize(("pattern", "args"), REFUSED)
def test_what_a_format_refuses(pattern, args):
    with pytest.raises(ArgumentError, match="argument error"):
        format_text(pattern, args)


def test_strings_and_terms_stay_lists_of_their_own():
    assert nested_format("a~p b~5b", [1, 3]) == [97, [49], 32, 98, 32, 32, 32, 32, 51]


LONG = [
    (list(range(1, 31)), "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,\n 29,30]"),
    ((Atom("tag"), list(range(1, 31)), "x"),
     "{tag,[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,\n      28,29,30],\n     <<\"x\">>}"),
    ({Atom("a"): list(range(1, 31)), Atom("b"): 2},
     "#{a =>\n      [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,\n       27,28,29,30],\n  b => 2}"),
    ([(Atom("name"), "some longer text number one"), (Atom("value"), [1, 2, 3, 4]), 1, 2, (Atom("rest"), "another longer text"), 5, 6],
     '[{name,<<"some longer text number one">>},\n {value,[1,2,3,4]},\n 1,2,\n {rest,<<"another longer text">>},\n 5,6]'),
    ((Atom("a" * 75), Atom("b")), "{" + "a" * 75 + ",\n    b}"),
    (bytes([200, 1] * 20), "<<" + "200,1," * 12 + "200,\n  " + "1,200," * 7 + "1>>"),
]  # fmt: skip


@pytest.mark.parametrize(("term", "text"), LONG)
def test_terms_that_are_too_long_for_a_line(term, text):
    assert format_text("~p", [term]) == text


def test_lines_end_by_their_column():
    numbers = list(range(1, 25))
    assert format_text("Value: ~p", [numbers]) == "Value: [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24]"
    assert format_text("Value of these: ~p", [numbers]).endswith(",22,23,\n                 24]")
