"""The messages of SyntaxError, TokenMissingError and MismatchedDelimiterError: what is wrong, in a box with the source lines."""

from __future__ import annotations

from typing import Any

from defnpy.terms.atom import atom_name

RAW_DELIMITERS = ('"', "'", '"""', "'''")
MAX_LINES_SHOWN = 5
LONGEST_SHOWN = 5000  # columns; a longer source line is not repeated in a message
TITLES = {
    "SyntaxError": "invalid syntax found on",
    "TokenMissingError": "token missing on",
    "MismatchedDelimiterError": "mismatched delimiter found on",
}


def syntax_message(kind: str, file: Any, line: int, column: int | None, snippet: Any, description: Any) -> str:
    """The message of a problem at one place; *snippet* is its source line."""
    return f"{TITLES[kind]} {_at_place(file, line, column, snippet, description)}"


def delimiter_message(
    kind: str, file: Any, start: tuple[int, int | None], end: tuple[int, int], expected: Any, snippet: Any, description: Any,
) -> str:
    """The message of a delimiter opened at *start* that is wrong or missing at *end*; *snippet* has the lines between."""
    lines = snippet.split("\n") if snippet.__class__ is str else []
    line, column = start
    if column is None or not lines or max(column, end[1]) > LONGEST_SHOWN:
        return f"{TITLES[kind]} {_at_place(file, *end, None, description)}"
    if kind == "TokenMissingError":
        end = _before_blanks(end, lines)
    width, pad = _margin(end[0])
    place = f"{file}:{end[0]}:{end[1]}"
    body = _delimiters(kind, (line, column), end, atom_name(expected), lines, width)
    return f"{TITLES[kind]} {place}:\n{pad}error: {_described(description, pad)}\n{pad}│\n{body}\n{pad}│\n{pad}└─ {place}"


def _margin(line: int) -> tuple[int, str]:
    """The width of line numbers and the blanks that stand in their place."""
    width = max(2, len(str(line))) + 1
    return width, " " * (width + 1)


def _described(description: Any, pad: str) -> str:
    return "\n".join(pad + part if part and i else part for i, part in enumerate(str(description).split("\n")))


def _at_place(file: Any, line: int, column: int | None, snippet: Any, description: Any) -> str:
    width, pad = _margin(line)
    place = f"{file}:{line}" if column is None else f"{file}:{line}:{column}"
    if column is None or snippet is None or column > LONGEST_SHOWN:
        pad = pad[:-1]
        described = str(description).replace("\n", "\n" + pad)
        return f"{place}:\n{pad}error: {described}\n{pad}└─ {place}"
    body = f"{line:>{width}} │ {snippet}\n{pad}│ {' ' * (column - 1)}^"
    return f"{place}:\n{pad}error: {_described(description, pad)}\n{pad}│\n{body}\n{pad}│\n{pad}└─ {place}"


def _before_blanks(end: tuple[int, int], lines: list[str]) -> tuple[int, int]:
    """What is missing is shown after the last line that is not empty."""
    shown = len(lines)
    while shown > 1 and not lines[shown - 1]:
        shown -= 1
    return (end[0] - len(lines) + shown, len(lines[shown - 1]) + 1)


def _delimiters(kind: str, start: tuple[int, int], end: tuple[int, int], expected: str, lines: list[str], width: int) -> str:
    quoted = expected if expected in RAW_DELIMITERS else f'"{expected}"'
    what = "mismatched" if kind == "MismatchedDelimiterError" else "missing"
    closing = f"└ {what} closing delimiter (expected {quoted})"
    bar = " " * (width + 1) + "│ "
    before = " " * (start[1] - 1)

    def numbered(line: int) -> str:
        index = line - start[0]
        return f"{line:>{width}} │ {lines[index] if 0 <= index < len(lines) else ''}"

    if start[0] == end[0]:
        between = " " * (end[1] - start[1] - 1)
        return "\n".join((numbered(end[0]), f"{bar}{before}│{between}{closing}", f"{bar}{before}└ unclosed delimiter"))
    shown = [numbered(start[0]), f"{bar}{before}└ unclosed delimiter"]
    if end[0] - start[0] < MAX_LINES_SHOWN:
        shown += [numbered(line) for line in range(start[0] + 1, end[0])]
    else:
        shown.append(" ..." if width == 3 else " " * (width - 2) + "...")
    return "\n".join((*shown, numbered(end[0]), f"{bar}{' ' * (end[1] - 1)}{closing}"))
