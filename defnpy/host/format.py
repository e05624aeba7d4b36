"""``defnpy format``: which files, with which settings, and writing them back."""

from __future__ import annotations

import difflib
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from defnpy.syntax.errors import ParseError
from defnpy.syntax.formatter import Settings, format_string
from defnpy.syntax.formatter.settings import locals_table
from defnpy.syntax.livemd import FENCE, closing_fence

SUFFIXES = (".ex", ".exs", ".defn", ".livemd")
DOT_FORMATTER = ".formatter.exs"
_NX = [("defn", 2), ("defnp", 2), *((name, n) for name in ("deftransform", "deftransformp") for n in (1, 2)), ("while", 3)]
# What the libraries that defnpy brings along export to the projects that import their settings.
EXPORTS: dict[str, list[tuple[str, int]]] = {"nx": _NX, "axon": [("defn", 2), ("defnp", 2)]}


class Project(NamedTuple):
    """The settings of one ``.formatter.exs``."""

    settings: Settings
    inputs: list[str]


def format_text(text: str, file: str, settings: Settings) -> str:
    """A file's text formatted; of a Markdown file only its elixir fences. Raises ParseError."""
    if file.endswith((".livemd", ".md")):
        return format_fences(text, file, settings)
    made = format_string(text, settings, file)
    return made + "\n" if made else ""


def format_fences(text: str, file: str, settings: Settings) -> str:
    """Markdown with its elixir fences formatted. A notebook's cell must be Elixir; prose may hold fragments."""
    lines = text.split("\n")
    made: list[str] = []
    index = 0
    while index < len(lines):
        fence = FENCE.match(lines[index].rstrip("\r"))
        made.append(lines[index])
        index += 1
        if fence is None:
            continue
        end = closing_fence(lines, index - 1, fence["ticks"])
        body = lines[index:end]
        if fence["language"] == "elixir" and end < len(lines):
            body = _format_fence(body, fence["indent"], file, index + 1, settings)
        made += body
        index = end
        if index < len(lines):
            made.append(lines[index])
            index += 1
    return "\n".join(made)


def _format_fence(body: list[str], indent: str, file: str, line: int, settings: Settings) -> list[str]:
    source = "\n".join(row.removeprefix(indent) for row in body)
    try:
        made = format_string(source, settings, file, line)
    except ParseError:
        if file.endswith(".livemd"):
            raise
        return body
    return [indent + row if row else row for row in made.split("\n")] if made else []


# ---- settings


def project_of(path: Path, chosen: Path | None) -> Project:
    """The settings for a file: of *chosen*, or of the nearest ``.formatter.exs`` above it."""
    if chosen is not None:
        return load_project(chosen)
    for folder in path.absolute().parents:
        if (folder / DOT_FORMATTER).is_file():
            return load_project(folder / DOT_FORMATTER)
    return Project(Settings(locals_without_parens=locals_table(_NX)), [])


@cache
def load_project(path: Path) -> Project:
    """Evaluate a ``.formatter.exs``; it runs without any grant."""
    from defnpy.host.reflect.code import settings
    from defnpy.terms.atom import atom_name

    options = _keywords(_evaluated(path))
    entries = list(options.get("locals_without_parens") or [])
    for name in options.get("import_deps") or []:
        entries += _exported(path.parent, atom_name(name))
    made = settings({**options, "locals_without_parens": entries})
    return Project(replace(made, sigils={}), [text for text in options.get("inputs") or [] if isinstance(text, str)])


def _evaluated(path: Path) -> Any:
    from defnpy.host.loader import read_source
    from defnpy.host.setup import make_runtime
    from defnpy.terms.runtime import use_runtime

    made = make_runtime()
    use_runtime(made)
    return made.evaluator.run_text(read_source(path), str(path))


def _keywords(value: Any) -> dict[str, Any]:
    from defnpy.terms.atom import atom_name, is_atom

    if value.__class__ is not list:
        return {}
    return {atom_name(pair[0]): pair[1] for pair in value if pair.__class__ is tuple and len(pair) == 2 and is_atom(pair[0])}


def _exported(folder: Path, name: str) -> list[Any]:
    """What a dependency exports: of its own file below ``deps`` if there, else of the ones known here."""
    from defnpy.terms.atom import Atom

    own = folder / "deps" / name / DOT_FORMATTER
    if own.is_file():
        exported = _keywords(_keywords(_evaluated(own)).get("export"))
        return list(exported.get("locals_without_parens") or [])
    return [(Atom(local), arity) for local, arity in EXPORTS.get(name, [])]


# ---- files


def sources(given: tuple[str, ...], chosen: Path | None) -> Iterator[Path]:
    """The files to format: those named, those below the folders named, or the project's ``inputs``."""
    if not given:
        folder = Path.cwd() if chosen is None else chosen.absolute().parent
        project = load_project(chosen or folder / DOT_FORMATTER) if (chosen or folder / DOT_FORMATTER).is_file() else None
        if project is None or not project.inputs:
            raise FileNotFoundError("name the files or folders to format, or list them as :inputs in .formatter.exs")
        for pattern in project.inputs:
            for expanded in braces(pattern):
                yield from sorted(path for path in folder.glob(expanded) if path.is_file())
        return
    for name in given:
        path = Path(name)
        if path.is_dir():
            found = (p for p in sorted(path.rglob("*")) if p.suffix in SUFFIXES and p.is_file())
            yield from (p for p in found if not {"deps", "_build"} & set(p.relative_to(path).parts))
        else:
            yield path


def braces(pattern: str) -> list[str]:
    """``{a,b}`` of a wildcard written out."""
    found = re.search(r"\{([^{}]*)\}", pattern)
    if found is None:
        return [pattern]
    made = []
    for part in found.group(1).split(","):
        made += braces(pattern[: found.start()] + part + pattern[found.end() :])
    return made


def write_atomically(path: Path, text: str) -> None:
    """Replace a file's content in one step; its mode stays, a link keeps pointing."""
    target = path.resolve()
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix="." + target.name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8"))
        shutil.copymode(target, temporary)
        os.replace(temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def format_files(
    given: tuple[str, ...], *, check: bool, line_length: int | None, dot_formatter: str | None, say: Callable[[str], None],
    complain: Callable[[str], None],
) -> int:
    """Format files in place, or with *check* show what would change; the exit status."""
    chosen = Path(dot_formatter) if dot_formatter else None
    status = 0
    unformatted = 0
    seen: set[Path] = set()
    for path in sources(given, chosen):
        if path in seen:
            continue
        seen.add(path)
        if str(path) == "-":
            changed = _standard_input(_settings(Path("stdin.exs"), chosen, line_length), check, say)
        else:
            changed = _one_file(path, chosen, line_length, check, say, complain)
        if changed is None:
            status = 1
        unformatted += bool(changed)
    if check and unformatted:
        complain(f"{unformatted} file{'s are' if unformatted > 1 else ' is'} not formatted")
        status = 1
    return status


def _settings(path: Path, chosen: Path | None, line_length: int | None) -> Settings:
    made = project_of(path, chosen).settings
    return made if line_length is None else replace(made, line_length=line_length)


def _one_file(
    path: Path, chosen: Path | None, line_length: int | None, check: bool, say: Callable[[str], None],
    complain: Callable[[str], None],
) -> bool | None:
    """Whether the file was (or has to be) changed; None when it could not be formatted."""
    try:
        text = path.read_bytes().decode("utf-8")
        made = format_text(text, str(path), _settings(path, chosen, line_length))
        if made == text:
            return False
        if check:
            say(difference(text, made, str(path)))
        else:
            write_atomically(path, made)
    except ParseError as problem:
        complain(f"** ({problem.kind}) {problem.message}")
        return None
    except UnicodeDecodeError as problem:
        complain(f"{path}: invalid encoding at byte {problem.start}: source files are UTF-8")
        return None
    except OSError as error:
        complain(f"could not format {path}: {(error.strerror or str(error)).lower()}")
        return None
    return True


def _standard_input(settings: Settings, check: bool, say: Callable[[str], None]) -> bool | None:
    text = sys.stdin.buffer.read().decode("utf-8")
    try:
        made = format_text(text, "stdin.exs", settings)
    except ParseError as problem:
        sys.stderr.write(f"** ({problem.kind}) {problem.message}\n")
        return None
    if check:
        if made != text:
            say(difference(text, made, "-"))
        return made != text
    sys.stdout.write(made)
    return False


def difference(before: str, after: str, name: str) -> str:
    """A unified difference, headed by the file's name."""
    rows = difflib.unified_diff(before.splitlines(), after.splitlines(), name, name + " (formatted)", lineterm="")
    return "\n".join(rows)
