"""From the text of a template to its tokens: runs of text, tags and comments."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass

from defnpy.syntax import terminals as t
from defnpy.syntax.errors import ParseError
from defnpy.syntax.tokenizer import PUNCTUATION, Tokenizer

TEXT, COMMENT, EXPR, START, MIDDLE, END, EOF = "text", "comment", "expr", "start_expr", "middle_expr", "end_expr", "eof"
MARKERS = "=/|"
DEPRECATED_COMMENT = "<%# is deprecated, use <%!-- or add a space between <% and # instead"
LINES_SHOWN = 4
_TAG = re.compile(r"<%(?P<kind>%|!--|#|[=/|]?)")
_BLANKS_BEFORE = re.compile(r"(?:\r?\n[ \t]*)+\Z|[ \t]+\Z")
_LINE_BREAKS = re.compile(r"(?:[ \t]*\r?\n)+")
_BLANKS_TO_END = re.compile(r"[ \t\r\n]*\Z")


class TemplateError(Exception):
    """A template that cannot be read: what is wrong, and where."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.message, self.line, self.column = message, line, column


@dataclass(slots=True)
class Token:
    """A piece of a template. ``kind`` is one of the names above; *marker* is ``=``, ``/``, ``|`` or nothing."""

    kind: str
    text: str
    line: int
    column: int
    marker: str = ""


def snippet(text: str, line: int, column: int, indentation: int = 0) -> str:
    """The lines of a template up to *line*, with a mark under *column*; empty when there are none."""
    first = max(line - LINES_SHOWN, 0)
    shown = text.split("\n")[first:line]
    if not shown:
        return ""
    width = len(str(first + len(shown)))
    numbered = [f"{n:>{width}} | {' ' * indentation}{row}" for n, row in enumerate(shown, first + 1)]
    mark = [f"{' ' * width} | {' ' * (column - 1)}^"] if first + len(shown) == line else []
    return "\n".join(("", f"{' ' * width} |", *numbered, *mark))


class Reader:
    """One run over a template; columns of every line start after *indentation*."""

    def __init__(self, text: str, line: int, column: int, indentation: int, trim: bool) -> None:
        self.text = text
        self.trim = trim
        self.indentation = indentation
        self.line, self.column = line, column + indentation
        self.tokens: list[Token] = []
        self.warnings: list[tuple[int, str]] = []
        self.at_start = True
        self.words: list[str] = []  # the text since the last tag
        self.start = (self.line, self.column)  # where it starts

    def run(self) -> list[Token]:
        offset = 0
        while True:
            found = _TAG.search(self.text, offset)
            if found is None:
                break
            self.words.append(self.text[offset : found.start()])
            if self.trim:
                self.words = [self.trimmed(found.start())]
            self.advance(offset, found.start())
            if found["kind"] == "%":
                self.words.append("<%")
                self.advance(found.start(), found.end())
                offset = found.end()
                continue
            self.flush()
            offset = self.tag(found)
        self.words.append(self.text[offset:])
        self.advance(offset, len(self.text))
        self.flush()
        self.tokens.append(Token(EOF, "", self.line, self.column))
        return self.tokens

    def advance(self, begin: int, end: int) -> None:
        """Count the lines and columns of text[begin:end]."""
        breaks = self.text.count("\n", begin, end)
        if breaks:
            self.line += breaks
            self.column = self.indentation + end - self.text.rindex("\n", begin, end)
        else:
            self.column += end - begin

    def flush(self) -> None:
        """The text since the last tag becomes a token."""
        text = "".join(self.words)
        if text:
            self.tokens.append(Token(TEXT, text, *self.start))
        self.words = []

    def trimmed(self, offset: int) -> str:
        """The text before the tag at *offset*, without the blanks of its line and the empty lines above."""
        text = "".join(self.words)
        found = _BLANKS_BEFORE.search(text)
        rest, blanks = (text[: found.start()], found.group()) if found else (text, "")
        if not rest and self.at_start:
            return ""
        return rest + "\n" if "\n" in blanks else text

    def tag(self, found: re.Match[str]) -> int:
        """Read the tag that starts here; gives the offset after it."""
        self.at_start = False
        kind, begin = found["kind"], found.end()
        closing = "--%>" if kind == "!--" else "%>"
        line, column = self.line, self.column
        if kind == "#":
            self.warnings.append((line << 32, DEPRECATED_COMMENT))
        end = self.text.find(closing, begin)
        if end < 0:
            shown = "" if kind == "#" else snippet(self.text, line, column, self.indentation)
            raise TemplateError(f"expected closing '{closing}' for EEx expression{shown}", line, column)
        inner = self.text[begin:end]
        if kind == "!--":
            self.tokens.append(Token(COMMENT, inner, line, column))
        elif kind != "#":
            self.code(inner, kind, line, column)
        after = end + len(closing)
        self.advance(found.start(), after)
        return self.after(after)

    def code(self, inner: str, marker: str, line: int, column: int) -> None:
        kind = classify(inner)
        if kind in (MIDDLE, END) and marker:
            tag = f"<%{marker}"
            message = f'unexpected beginning of EEx tag "{tag}" on "{tag}{inner}%>", please remove "{marker}"'
            self.warnings.append(((line << 32) + column, message))
            marker = ""
        self.tokens.append(Token(kind, inner, line, column, marker))

    def after(self, offset: int) -> int:
        """Where the text after a tag starts: with *trim*, at the last of the line breaks that follow only blanks."""
        if self.trim:
            start = offset
            if _BLANKS_TO_END.match(self.text, offset):
                offset = len(self.text)
            elif found := _LINE_BREAKS.match(self.text, offset):
                offset = found.end() - 1
            self.advance(start, offset)
        self.start = (self.line, self.column)
        return offset


class _Words(Tokenizer):
    """Tokens of a piece of code, which may close what it did not open."""

    def close(self, text: str, begin: int, end: int) -> int:
        if self.stack and isinstance(self.stack[-1][0], str):
            self.stack.pop()
        elif self.stack:
            return super().close(text, begin, end)
        self.drop_eol()
        self.emit(PUNCTUATION[text], text, self.place(begin))
        return end

    def finish(self, offset: int) -> None:
        self.drop_eol()


def classify(code: str) -> str:
    """Whether *code* starts a block, goes on with one, ends one, or is an expression of its own."""
    words = _Words(code)
    with suppress(ParseError):
        words.run()
        kinds = words.kinds
        while kinds and kinds[-1] == t.T_EOE:
            kinds.pop()
        return _kind(kinds)
    return EXPR


def _kind(kinds: list[int]) -> str:
    if not kinds:
        return EXPR
    first, last = kinds[0], kinds[-1]
    if last == t.T_ARROW:
        opened = _last(kinds, t.T_FN)
        return START if first != t.T_END and opened > _last(kinds, t.T_END) else MIDDLE
    if last == t.T_BLOCK:
        return MIDDLE
    if last == t.T_DO:
        return MIDDLE if first == t.T_END else START
    return END if first == t.T_END else EXPR


def _last(kinds: list[int], kind: int) -> int:
    return max((i for i, k in enumerate(kinds) if k == kind), default=-1)
