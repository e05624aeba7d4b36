"""What the reader warns about, and the characters it refuses."""

from __future__ import annotations

import pytest

from defnpy.syntax.errors import ParseError
from defnpy.syntax.parser import parse, parse_with_warnings

WARNED = {
    "'a'": (1, 1, "using single-quoted strings to represent charlists is deprecated"),
    " '''\na\n'''": (1, 2, "single-quoted string represent charlists"),
    ':"ok"': (1, 1, 'found quoted atom "ok" but the quotes are not required'),
    '["a": 1]': (1, 2, 'found quoted keyword "a" but the quotes are not required'),
    "['a b': 1]": (1, 2, "single quotes around keywords are deprecated"),
    'a."b"()': (1, 3, 'found quoted call "b" but the quotes are not required'),
    "? ": (1, 1, "found ? followed by code point 0x20 (space), please use ?\\s instead"),
    "?\\ ": (1, 1, "found ?\\ followed by code point 0x20 (space), please use ?\\s instead"),
    "?\\q": (1, 1, "unknown escape sequence ?\\q, use ?q instead"),
    "a ^^^ b": (1, 3, "^^^ is deprecated"),
    "a!=b": (1, 1, 'found identifier "a!", ending with "!", followed by ='),
    'x = """\n  a\n b\n  """': (3, 5, "outdented heredoc line"),
}


@pytest.mark.parametrize("code", WARNED)
def test_warnings(code: str) -> None:
    _, ((place, message),) = parse_with_warnings(code)
    line, column, text = WARNED[code]
    assert (place >> 32, place & 0xFFFFFFFF) == (line, column)
    assert message.startswith(text)


@pytest.mark.parametrize(
    "code", ['"a"', '~c"a"', ':"a b"', '["a b": 1]', 'a."b c"()', "?a", "?\\n", "a != b", '"""\n  a\n\n    b\n  """', ':"é"']
)
def test_nothing_to_warn_about(code: str) -> None:
    assert parse_with_warnings(code)[1] == []


REFUSED = {
    'x = "a\u202eb"': (7, "string: \\u202E. If you want to use such character, use it in its escaped \\u202E form instead"),
    "x # \u2066": (3, "comment: \\u2066"),
    '~s(\u202a)': (4, "string: \\u202A."),
}


@pytest.mark.parametrize("code", REFUSED)
def test_characters_that_reorder_text(code: str) -> None:
    column, text = REFUSED[code]
    with pytest.raises(ParseError) as caught:
        parse(code)
    assert caught.value.description.startswith("invalid bidirectional formatting character in " + text)
    assert caught.value.column == column


def test_their_escapes_are_fine() -> None:
    assert parse('"\\u202E"') == "\u202e"
