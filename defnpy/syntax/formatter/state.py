"""The state of one layout: settings, the comments still to be placed, and the dispatch of terms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from typing import Any, NamedTuple

from defnpy.syntax.formatter.settings import Settings
from defnpy.syntax.formatter.tree import FIRST_LINE, LAST_LINE, LINE, NEWLINES, closing_line, line_of, look
from defnpy.syntax.notes import Comment
from defnpy.terms.algebra import NIL, Doc, collapse_lines, color, concat, group, line
from defnpy.terms.atom import Atom

BLANK = 2  # this many line breaks make an empty line

Maker = Callable[[Any, bool], "Item"]


class Context(Enum):
    """Where a term stands: it decides about parentheses around calls and blocks."""

    BLOCK = 1
    OPERAND = 2
    PARENS = 3
    PARENS_ONE = 4
    NO_PARENS = 5
    NO_PARENS_ONE = 6

    def operand(self, otherwise: Context) -> Context:
        """The context of an operand of a term that stands here."""
        if self in (Context.PARENS, Context.PARENS_ONE):
            return Context.PARENS
        return Context.NO_PARENS if self in (Context.NO_PARENS, Context.NO_PARENS_ONE) else otherwise


class Item(NamedTuple):
    """A document in a sequence, what follows it at a new line, and the line breaks after it in the source."""

    doc: Doc
    following: Doc = NIL
    newlines: int = 1


class Placed(NamedTuple):
    """Comments on consecutive lines, as one document."""

    line: int
    before: int
    after: int
    doc: Doc


class Formatter:
    """Builds the documents of one tree."""

    dispatch: Callable[[Formatter, Any, Context], Doc]

    def __init__(self, settings: Settings, comments: list[Comment]) -> None:
        self.settings = settings
        self.comments = gather(comments)
        self.next = 0
        self.ignore_newlines = False
        self.operand_nesting = 2
        self.migrate_unless = settings.migrate_unless
        self._lines: dict[int, tuple[int, int]] = {}
        self._kept: list[Any] = []  # terms whose identity is a key of _lines must stay alive

    def doc(self, term: Any, context: Context) -> Doc:
        """The document of *term*."""
        return Formatter.dispatch(self, term, context)

    def colored(self, doc: Doc, key: str) -> Doc:
        return color(doc, Atom(key), self.settings) if self.settings.syntax_colors else doc

    def broken(self, meta: list[Any]) -> bool:
        """Whether the source has a line break after the term's opening (or operator)."""
        return not self.ignore_newlines and (look(meta, NEWLINES) or 0) > 0

    def broken_or_commented(self, meta: list[Any]) -> bool:
        if self.broken(meta):
            return True
        low, high = line_of(meta), closing_line(meta)
        return any(low < comment.line < high for comment in self.comments[self.next :])

    @contextmanager
    def without_newlines(self) -> Iterator[None]:
        """Inside ``#{...}`` the source's line breaks do not count."""
        before, self.ignore_newlines = self.ignore_newlines, True
        yield
        self.ignore_newlines = before

    @contextmanager
    def nested_operands(self, more: int) -> Iterator[None]:
        self.operand_nesting += more
        yield
        self.operand_nesting -= more

    # ---- comments

    def interleave(
        self, terms: list[Any], done: list[Item], low: int, high: int, make: Maker
    ) -> tuple[list[Doc], bool]:
        """Documents of *terms* with the comments between the lines *low* and *high*; whether there were any."""
        start = self.next
        while self.next < len(self.comments) and self.comments[self.next].line <= low:
            self.next += 1
        skipped = self.comments[start : self.next]
        items = list(done)
        found = False
        final = len(terms) - 1
        if self.next == len(self.comments):
            # No generator: a deep tree must not recurse through C.
            items += [make(term, index == final) for index, term in enumerate(terms)]
        else:
            for index, term in enumerate(terms):
                found = self._with_comments(term, index == final, items, make) or found
            found = self._take_before(high, items) or found
        if skipped:
            self.next -= len(skipped)
            self.comments[self.next : self.next + len(skipped)] = skipped
        return merged(items), found

    def _with_comments(self, term: Any, is_last: bool, items: list[Item], make: Maker) -> bool:
        first, last = self.lines(term)
        if first > last:
            items.append(make(term, is_last))
            return False
        found = self._take_before(first, items)
        item = make(term, is_last)
        while self.next < len(self.comments) and first <= self.comments[self.next].line <= last:
            items.append(Item(self.comments[self.next].doc))
            self.next += 1
            found = True
        follows = self.next < len(self.comments) and self.comments[self.next].line == last + 1
        items.append(item._replace(newlines=1) if follows and item.newlines > 1 else item)
        return found

    def _take_before(self, limit: int, items: list[Item]) -> bool:
        """Move the comments above the line *limit* into *items*."""
        found = False
        while self.next < len(self.comments) and self.comments[self.next].line < limit:
            comment = self.comments[self.next]
            if items and items[-1].newlines < comment.before:
                items[-1] = items[-1]._replace(newlines=comment.before)
            items.append(Item(comment.doc, NIL, comment.after))
            self.next += 1
            found = True
        return found

    def lines(self, term: Any) -> tuple[int, int]:
        """The first and the last line that *term*'s metadata name."""
        if not isinstance(term, tuple | list):
            return LAST_LINE, FIRST_LINE
        known = self._lines.get(id(term))
        if known is not None:
            return known
        first, last = LAST_LINE, FIRST_LINE
        parts: Any = term
        if term.__class__ is tuple and len(term) == 3 and term[1].__class__ is list:
            here = look(term[1], LINE)
            if here is not None:
                first = last = here
            parts = (term[0], term[2])
        for part in parts:
            if isinstance(part, tuple | list):
                low, high = self.lines(part)
                first, last = min(first, low), max(last, high)
        self._lines[id(term)] = (first, last)
        self._kept.append(term)
        return first, last


def gather(comments: list[Comment]) -> list[Placed]:
    """Comments in the formatter's spelling; those on consecutive lines become one."""
    made: list[Placed] = []
    final = -1
    for comment in comments:
        text = spelled(comment.text)
        if made and final >= 0 and comment.line == final + 1 and comment.before:
            made[-1] = made[-1]._replace(after=comment.after, doc=line(made[-1].doc, text))
            final = comment.line
        elif comment.before == 0:
            # A comment behind code: what follows it is not its continuation.
            made.append(Placed(comment.line, BLANK, comment.after, text))
            final = -1
        else:
            made.append(Placed(comment.line, comment.before, comment.after, text))
            final = comment.line
    return made


def spelled(text: str) -> str:
    """``#x`` as ``# x``; ``#!`` and runs of ``#`` stay."""
    marks = len(text) - len(text.lstrip("#"))
    rest = text[marks:]
    if not rest or rest[0] in " !":
        return text
    return text[:marks] + " " + rest


def merged(items: list[Item]) -> list[Doc]:
    """Documents with empty lines between them where the source has one or a term takes several lines."""
    docs: list[Doc] = []
    left = NIL
    for index, (doc, following, newlines) in enumerate(items):
        right = line() if newlines >= BLANK else following
        if left is not NIL:
            doc = concat(left, doc)
        if index < len(items) - 1 and right is not NIL:
            doc = concat(doc, concat(collapse_lines(2), right))
        docs.append(group(doc))
        left = right
    return docs
