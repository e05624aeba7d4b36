"""Which tests run: ``--only``, ``--include``, ``--exclude``, ``FILE:LINE`` and the skip tag."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from defnpy.stdlib.regex import Regex, match_q
from defnpy.terms import map as maps
from defnpy.terms.atom import Atom, atom_name, is_atom, to_atom
from defnpy.terms.errors import ElixirError
from defnpy.terms.order import strict_equal
from defnpy.terms.text import to_string

LINE, FILE, LOCATION, SKIP, DESCRIBE_LINE = (Atom(n) for n in ("line", "file", "location", "skip", "describe_line"))
TEST = Atom("test")


def parse(text: str) -> Any:
    """The filter of an option's text: ``key`` or ``key:value``."""
    name, colon, value = text.partition(":")
    if not colon:
        return to_atom(name)
    if name == "line" and value.isdecimal():
        return (LINE, int(value))
    if name == "location":
        return location(value)[1] or (LOCATION, (value, []))
    return (to_atom(name), value)


def location(text: str) -> tuple[str, Any]:
    """``(path, filter)`` of ``FILE`` (no filter) or ``FILE:LINE[:LINE]``."""
    parts = text.split(":")
    lines: list[int] = []
    while len(parts) > 1 and parts[-1].isdecimal() and int(parts[-1]) > 0:
        lines.insert(0, int(parts.pop()))
    path = ":".join(parts)
    return path, (LOCATION, (path, lines)) if lines else None


def normalize(include: Iterable[Any], exclude: Iterable[Any]) -> tuple[list[Any], list[Any]]:
    """Filters without repetitions; what is included by name is no longer excluded."""
    wanted, refused = _unique(include), _unique(exclude)
    names = {f for f in wanted if is_atom(f)}
    pairs = {maps.key(f[0]): f[1] for f in refused if not is_atom(f)}
    for f in wanted:
        if not is_atom(f):
            key = _plain(f, pairs)
            if key is not None:
                names.add(key)
    kept = [f for f in refused if (f if is_atom(f) else f[0]) not in names]
    return wanted, kept


def _unique(filters: Iterable[Any]) -> list[Any]:
    out: list[Any] = []
    for f in filters:
        if not any(strict_equal(f, other) for other in out):
            out.append(f)
    return [f for f in out if is_atom(f)] + [f for f in out if not is_atom(f)]


def evaluate(include: list[Any], exclude: list[Any], tags: dict[Any, Any], tests: list[dict[Any, Any]]) -> tuple[str, str] | None:
    """None for a test that runs, else ``("excluded" | "skipped", why)``; *tests* are the tags of all tests of the module."""
    if not any(_matches(f, tags, tests) is not None for f in include):
        for f in exclude:
            key = _matches(f, tags, tests)
            if key is not None:
                return "excluded", f"due to {atom_name(key)} filter"
    skip = tags.get(SKIP)
    if skip is True or skip.__class__ is str:
        if any(_plain(f, {SKIP: skip}) is not None for f in include):
            return None
        return "skipped", skip if skip.__class__ is str else "due to skip tag"
    return None


def _matches(f: Any, tags: dict[Any, Any], tests: list[dict[Any, Any]]) -> Any:
    """The key of the tag that a filter finds, or None."""
    if f.__class__ is tuple and f[0] is LOCATION:
        path, lines = f[1]
        hit = str(tags[FILE]).endswith(path.removeprefix("./")) and any(_on_line(line, tags, tests) for line in lines)
        return LOCATION if hit else None
    if f.__class__ is tuple and f[0] is LINE and f[1].__class__ is int:
        return LINE if _on_line(f[1], tags, tests) else None
    return _plain(f, tags)


def _on_line(line: int, tags: dict[Any, Any], tests: list[dict[Any, Any]]) -> bool:
    if tags[DESCRIBE_LINE] == line:
        return True
    if any(t[DESCRIBE_LINE] == line for t in tests):
        return False
    before = [t[LINE] for t in tests if t[LINE] <= line]
    return bool(before) and tags[LINE] == max(before)


def _plain(f: Any, tags: dict[Any, Any]) -> Any:
    if is_atom(f):
        return f if maps.key(f) in tags else None
    key, value = f
    stored = maps.key(key)
    if stored not in tags:
        return None
    tag = tags[stored]
    if isinstance(value, Regex):
        return key if match_q(value, _text(tag)) else None
    return key if strict_equal(tag, value) or _text(tag) == _text(value) else None


def _text(value: Any) -> str:
    try:
        return str(to_string(value)).removeprefix("Elixir.")
    except ElixirError:
        return repr(value)
