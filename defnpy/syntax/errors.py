"""What the parser raises: one exception with Elixir's three kinds."""

from __future__ import annotations

from defnpy.terms.atom import Atom
from defnpy.terms.syntax_text import delimiter_message, syntax_message


class ParseError(Exception):
    """Source text that is not Elixir. ``message`` is the text Elixir's exception of that kind gives."""

    def __init__(
        self,
        kind: str,
        description: str,
        line: int,
        column: int | None,
        *,
        file: str = "nofile",
        end_line: int | None = None,
        end_column: int | None = None,
        opening: str | None = None,
        expected: str | None = None,
        closing: str | None = None,
        of_tree: bool = False,
    ) -> None:
        super().__init__(description)
        self.kind = kind
        self.description = description
        self.file = file
        self.line = line
        self.column = column
        self.end_line = end_line
        self.end_column = end_column
        self.opening = opening
        self.expected = expected
        self.closing = closing
        self.of_tree = of_tree  # found in a tree, not among the tokens
        self.snippet: str | None = None
        self.message = description

    def locate(self, text: str, file: str, first_line: int, first_column: int = 1) -> ParseError:
        """Fill in the file, the snippet and the message, now that the whole text is at hand."""
        self.file = file
        margin = " " * (first_column - 1)
        lines = [margin + line for line in text.split("\n")]
        first = self.line - first_line
        if self.end_line is None:
            self.snippet = lines[first] if 0 <= first < len(lines) else ""
            self.message = syntax_message(self.kind, file, self.line, self.column, self.snippet, self.description)
        else:
            assert self.end_column is not None
            self.snippet = "\n".join(lines[first : self.end_line - first_line + 1])
            ends = (self.line, self.column), (self.end_line, self.end_column)
            self.message = delimiter_message(self.kind, file, *ends, Atom(self.expected or ""), self.snippet, self.description)
        return self

    def __str__(self) -> str:
        return self.message
