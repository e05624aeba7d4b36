"""The formatter: source text laid out as ``mix format`` does, and trees as documents.

A text is read with its comments and the metadata of its tokens; the annotated tree becomes a document of
:mod:`defnpy.terms.algebra`, which is laid out for the line length.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from defnpy.syntax.errors import ParseError
from defnpy.syntax.formatter import forms as _forms  # noqa: F401  (sets the dispatch)
from defnpy.syntax.formatter.clauses import block
from defnpy.syntax.formatter.normalize import normalize
from defnpy.syntax.formatter.settings import LINE_LENGTH, Settings, locals_table
from defnpy.syntax.formatter.state import Formatter
from defnpy.syntax.formatter.tree import BLOCK, FIRST_LINE, LAST_LINE
from defnpy.syntax.notes import Comment
from defnpy.syntax.parser import Options, parse_all
from defnpy.terms.algebra import Doc, format
from defnpy.terms.atom import Atom

_OK = Atom("ok")
DEFAULT = Settings()
DEEPEST = 20_000  # of the annotated tree: indentation makes the text grow with the square of the depth
READING = Options(
    token_metadata=True, literal_encoder=lambda value, meta: (_OK, (BLOCK, meta, [value])), unescape=False
)


def format_string(text: str | bytes, settings: Settings = DEFAULT, file: str = "nofile", line: int = 1) -> str:
    """*text* formatted, without a line break at its end. Raises ParseError when it is not Elixir."""
    read = parse_all(text, file, line, 1, READING, comments=True)
    if _depth(read.tree) > DEEPEST:
        source = text if isinstance(text, str) else text.decode("utf-8")
        problem = ParseError("SyntaxError", "expressions are nested too deeply to be laid out", line, 1)
        raise problem.locate(source, file, line)
    with deep_recursion(read.tree):
        return format(to_algebra(read.tree, settings, read.comments), settings.line_length)


def to_algebra(tree: Any, settings: Settings = DEFAULT, comments: list[Comment] | None = None) -> Doc:
    """The document of an annotated tree."""
    return block(Formatter(settings, comments or []), tree, FIRST_LINE, LAST_LINE)


def document(
    tree: Any,
    settings: Settings = DEFAULT,
    comments: list[Comment] | None = None,
    *,
    line: int | None = None,
    escapes: bool = True,
) -> Doc:
    """The document of a bare quoted tree."""
    return to_algebra(normalize(tree, settings, line=line, escapes=escapes), settings, comments)


def to_string(tree: Any) -> str:
    """A quoted tree as source text: ``Macro.to_string/1``."""
    with deep_recursion(tree):
        return format(document(tree), LINE_LENGTH if _depth(tree) <= DEEPEST else None)


@contextmanager
def deep_recursion(tree: Any) -> Iterator[None]:
    """Room on Python's stack for a deep *tree*."""
    needed = 2000 + 25 * _depth(tree)
    before = sys.getrecursionlimit()
    if needed > before:
        # Calls between Python functions take no C stack, so depth costs only memory.
        sys.setrecursionlimit(needed)
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def _depth(tree: Any) -> int:
    deepest = 0
    todo = [(tree, 1)]
    while todo:
        term, depth = todo.pop()
        deepest = max(deepest, depth)
        if term.__class__ is list:
            todo.extend((item, depth + 1) for item in term)
        elif term.__class__ is tuple:
            parts = (term[0], term[2]) if len(term) == 3 else term
            todo.extend((item, depth + 1) for item in parts)
    return deepest


__all__ = ["Settings", "format_string", "deep_recursion", "document", "locals_table", "to_algebra", "to_string"]
