"""Livebook notebooks: a Markdown file cut into its cells."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

FENCE = re.compile(r"^(?P<indent> {0,3})(?P<ticks>`{3,})\s*(?P<language>[\w-]*)\s*$")
COMMENT = re.compile(r"^<!--\s*livebook:(?P<json>\{.*\})\s*-->\s*$")


class Cell(NamedTuple):
    """One cell: ``kind`` is ``elixir`` (code to run), ``markdown`` or ``code`` (another language).

    ``line`` is the number of the cell's first line in the file; ``attributes`` come from its comment. ``section`` counts the
    headings of the second level from 0 (-1 before the first); ``parent`` is the section that this cell's section branches off.
    """

    kind: str
    source: str
    line: int
    attributes: dict[str, Any]
    section: int = -1
    parent: int | None = None


def split_cells(text: str) -> list[Cell]:
    """The cells of the notebook *text*, outputs left out, in order."""
    lines = text.replace("\r\n", "\n").removeprefix("\ufeff").split("\n")
    cells: list[Cell] = []
    prose: list[str] = []
    prose_line = 1
    attributes: dict[str, Any] = {}
    index = 0
    section, parent = -1, None

    def flush() -> None:
        source = "\n".join(prose).strip("\n")
        if source.strip():
            first = next(i for i, line in enumerate(prose) if line.strip())
            cells.append(Cell("markdown", source, prose_line + first, {}, section, parent))
        prose.clear()

    while index < len(lines):
        line = lines[index]
        comment = COMMENT.match(line)
        fence = FENCE.match(line)
        if comment:
            flush()
            attributes |= _attributes(comment["json"])
            index += 1
            prose_line = index + 1
        elif fence:
            flush()
            end = closing_fence(lines, index, fence["ticks"])
            if not attributes.get("output"):
                shown = bool(attributes.get("force_markdown"))
                kind = "markdown" if shown else "elixir" if fence["language"] == "elixir" else "code"
                if kind == "code":
                    attributes.setdefault("language", fence["language"])
                source = "\n".join(lines[index + 1 : end])
                cells.append(Cell(kind, source, index + 2, attributes, section, parent))
            attributes = {}
            index = end + 1
            prose_line = index + 1
        else:
            if line.startswith("## "):
                flush()
                section, parent = section + 1, attributes.get("branch_parent_index")
            if not prose:
                prose_line = index + 1
            if line.strip() and attributes:
                # The comment belonged to prose (a section, a smart cell's chunk), not to a fence.
                attributes = {}
            prose.append(line)
            index += 1
    flush()
    return cells


def closing_fence(lines: list[str], opening: int, ticks: str) -> int:
    """The index of the line that closes the fence (the end of the text when none does)."""
    close = re.compile(rf"^ {{0,3}}`{{{len(ticks)},}}\s*$")
    for index in range(opening + 1, len(lines)):
        if close.match(lines[index]):
            return index
    return len(lines)


def _attributes(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
