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
