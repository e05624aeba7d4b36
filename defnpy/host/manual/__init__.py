"""The manual of native modules: a Markdown page for each, with the text of the module and an article for each function.

An article begins with ``## KIND NAME/ARITY SIGNATURE``; ``at/2-3`` has a default, so it is about both arities. Indented
``iex>`` lines are examples, and the tests run them.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent


class Article(NamedTuple):
    """What is said of one function or macro."""

    kind: str
    name: str
    arities: range
    signature: str
    text: str | None


class Page(NamedTuple):
    """What is said of a module and its functions."""

    text: str | None
    articles: tuple[Article, ...]


EMPTY = Page(None, ())


@functools.cache
def page(module: str) -> Page:
    """The page of *module* (``"Enum"``, ``":lists"``), empty where nothing was written."""
    file = FOLDER / "erlang" / f"{module[1:]}.md" if module.startswith(":") else FOLDER / f"{module}.md"
    if not file.is_file():
        return EMPTY
    about, *articles = file.read_text(encoding="utf-8").split("\n## ")
    return Page(_text(about.partition("\n")[2]), tuple(map(_article, articles)))


def written() -> list[str]:
    """The modules that have a page."""
    return sorted([*(file.stem for file in FOLDER.glob("*.md")), *(f":{file.stem}" for file in FOLDER.glob("erlang/*.md"))])


def _article(written: str) -> Article:
    heading, _, text = written.partition("\n")
    kind, signature, shown = heading.split(" ", 2)
    name, _, arities = signature.rpartition("/")
    lowest, _, highest = arities.partition("-")
    return Article(kind.removeprefix("def") or "function", name, range(int(lowest), int(highest or lowest) + 1), shown, _text(text))


def _text(written: str) -> str | None:
    return written.strip() or None
