"""What a tokenizer writes down beside its tokens when their metadata or the comments are wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from defnpy.syntax import terminals as t

if TYPE_CHECKING:
    from defnpy.syntax.tokenizer import Tokenizer


class Comment(NamedTuple):
    """A comment and the line breaks around it."""

    line: int
    column: int
    before: int
    after: int
    text: str


class Run:
    """Line breaks between two tokens; a comment among them starts the count again."""

    __slots__ = ("count", "end", "place")

    def __init__(self, place: int) -> None:
        self.place = place
        self.count = 0
        self.end = 0


class Notes:
    """Everything is keyed by the place of a token (``line * LINE + column``)."""

    def __init__(self) -> None:
        self.texts: dict[int, str] = {}  # numbers and characters as written
        self.quotes: dict[int, tuple[str, int]] = {}  # opening delimiter and indentation of quoted things
        self.comments: list[Comment] = []
        self.after: dict[int, int] = {}  # line breaks after a token
        self.before: dict[int, int] = {}
        self.ends: dict[int, int] = {}  # line breaks in the run that starts at a place
        self._runs: list[Run] = []

    def line_break(self, reader: Tokenizer, offset: int, begin: int, end: int, count: int) -> None:
        """Note text[begin:end]: perhaps a comment, then *count* line breaks. *offset*: end of what was before."""
        place = reader.place(begin)
        text = reader.text
        runs = self._runs
        if not runs or runs[-1].end != offset:
            runs.append(Run(place))
        run = runs[-1]
        run.end = end
        if text[begin] != "#":
            run.count += count
            return
        stop = text.find("\n", begin, end)
        written = (text[begin:] if stop < 0 else text[begin:stop]).removesuffix("\r")
        before = run.count if reader.kinds or run.count else 1
        self.comments.append(Comment(reader.line, begin - reader.line_start + 1, before, count, written))
        follows_comma = reader.last == t.T_COMMA or (reader.last == t.T_EOE and reader.values[-1] == ";")
        run.count = run.count + count if follows_comma else count

    def settle(self, kinds: list[int], values: list[object], places: list[int]) -> None:
        """Give every run to the tokens beside it, when all tokens are known."""
        tokens = [
            place
            for kind, value, place in zip(kinds, values, places)
            if not (kind == t.T_EOE and value == "\n")
        ]
        index = 0
        for run in self._runs:
            while index < len(tokens) and tokens[index] < run.place:
                index += 1
            if run.count:
                if index:
                    self.after[tokens[index - 1]] = run.count
                if index < len(tokens):
                    self.before[tokens[index]] = run.count
            self.ends[run.place] = run.count
