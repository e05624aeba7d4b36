"""What the parser raises: one exception with Elixir's three kinds, and their full texts."""

from __future__ import annotations

RAW_DELIMITERS = ('"', "'", '"""', "'''")
MAX_LINES_SHOWN = 5
LONGEST_SHOWN = 5000  # columns; a longer source line is not repeated in a message


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
        self.snippet: str | None = None
        self.message = description

    def locate(self, text: str, file: str, first_line: int) -> ParseError:
        """Fill in the file, the snippet and the message, now that the whole text is at hand."""
        self.file = file
        lines = text.split("\n")
        self.snippet = _line(lines, self.line - first_line)
        self.message = _message(self, lines, first_line)
        return self

    def __str__(self) -> str:
        return self.message


def _line(lines: list[str], index: int) -> str:
    return lines[index] if 0 <= index < len(lines) else ""


TITLES = {
    "SyntaxError": "invalid syntax found on",
    "TokenMissingError": "token missing on",
    "MismatchedDelimiterError": "mismatched delimiter found on",
}


def _message(error: ParseError, lines: list[str], first_line: int) -> str:
    if error.kind == "TokenMissingError" and error.end_line is not None and error.column is not None:
        _end_before_blanks(error, lines)
    line = error.end_line if error.end_line is not None else error.line
    column = error.end_column if error.end_line is not None else error.column
    title = TITLES[error.kind]
    width = max(2, len(str(line))) + 1
    pad = " " * width
    if column is None or max(error.column or 0, column) > LONGEST_SHOWN:
        described = error.description.replace("\n", "\n" + pad)
        place = f"{error.file}:{line}" if column is None else f"{error.file}:{line}:{column}"
        return f"{title} {place}:\n{pad}error: {described}\n{pad}└─ {place}"
    pad += " "
    described = "\n".join(
        pad + part if part and i else part for i, part in enumerate(error.description.split("\n"))
    )
    if error.end_line is None:
        body = f"{_numbered(lines, line, first_line, width)}\n{pad}│ {' ' * (column - 1)}^"
    else:
        body = _delimiters(error, lines, first_line, width)
    place = f"{error.file}:{line}:{column}"
    return f"{title} {place}:\n{pad}error: {described}\n{pad}│\n{body}\n{pad}│\n{pad}└─ {place}"


def _end_before_blanks(error: ParseError, lines: list[str]) -> None:
    """What is missing is shown after the last line that is not empty."""
    assert error.end_line is not None
    shown = len(lines)
    while shown > 1 and not lines[shown - 1]:
        shown -= 1
    error.end_line -= len(lines) - shown
    error.end_column = len(lines[shown - 1]) + 1


def _numbered(lines: list[str], line: int, first_line: int, width: int) -> str:
    return f"{line:>{width}} │ {_line(lines, line - first_line)}"


def _delimiters(error: ParseError, lines: list[str], first_line: int, width: int) -> str:
    assert error.end_line is not None and error.end_column is not None and error.column is not None
    expected = error.expected if error.expected in RAW_DELIMITERS else f'"{error.expected}"'
    what = "mismatched" if error.kind == "MismatchedDelimiterError" else "missing"
    closing = f"└ {what} closing delimiter (expected {expected})"
    bar = " " * (width + 1) + "│ "
    before = " " * (error.column - 1)
    if error.line == error.end_line:
        between = " " * (error.end_column - error.column - 1)
        return "\n".join(
            (
                _numbered(lines, error.line, first_line, width),
                f"{bar}{before}│{between}{closing}",
                f"{bar}{before}└ unclosed delimiter",
            )
        )
    shown = [_numbered(lines, error.line, first_line, width), f"{bar}{before}└ unclosed delimiter"]
    if error.end_line - error.line < MAX_LINES_SHOWN:
        for line in range(error.line + 1, error.end_line):
            shown.append(_numbered(lines, line, first_line, width))
    else:
        shown.append(" ..." if width == 3 else " " * (width - 2) + "...")
    shown.append(_numbered(lines, error.end_line, first_line, width))
    shown.append(f"{bar}{' ' * (error.end_column - 1)}{closing}")
    return "\n".join(shown)
