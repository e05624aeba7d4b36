"""Documentation of modules: of compiled ones what they remember, of provided ones what the library's own sources say."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from defnpy.terms.atom import Atom
from defnpy.terms.errors import make
from defnpy.terms.inspect import inspect
from defnpy.terms.runtime import runtime

MODULEDOC, AT, BLOCK, DO, ALIASES, WHEN = (Atom(n) for n in ("moduledoc", "@", "__block__", "do", "__aliases__", "when"))
DOC, DEFMODULE = Atom("doc"), Atom("defmodule")
DEFINING = frozenset(Atom(n) for n in "def defmacro defn deftransform defdelegate defguard defcallback".split())
FOLDERS = "doc_folders"
"""The option of the Runtime that lists folders of library sources."""

Docs = list[tuple[int, str, Any]]
"""``(line, text, owner)``; the owner is ``:moduledoc`` or ``{name, arity}``."""


def documentation(module: Any) -> tuple[str | None, Docs]:
    """The source file (as seen from the current folder) and the documentation of a module."""
    found = runtime().find(module)
    if found is None:
        raise _error(module, "The BEAM file of the module cannot be accessed")
    if not found.native:
        docs = [(line, text, MODULEDOC if kind == "module" else (Atom(name), arity))
                for kind, name, arity, line, text, *_ in found.info.get("docs", []) if text.__class__ is str]
        return _shown(found.info.get("file")), docs
    path = _source_of(module)
    if path is None:
        raise _error(module, "The module was not compiled with documentation")
    return _shown(path), read_file(path).get(module, [])


def _error(module: Any, why: str) -> Exception:
    return make("ExUnit.DocTest.Error", f"could not retrieve the documentation for module {inspect(module)}. {why}", line=None,
                module=module, file=None)


def _shown(path: str | None) -> str | None:
    if path is None:
        return None
    short = os.path.relpath(path)
    return path if short.startswith("..") else short


def _source_of(module: Any) -> str | None:
    """The file below the library folders that defines *module*."""
    name = inspect(module)
    head = re.compile(rf"^\s*defmodule\s+{re.escape(name)}\s+do\b", re.MULTILINE)
    for folder in runtime().options.get(FOLDERS, []):
        guess = Path(folder, *(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", part).lower() for part in name.split("."))).with_suffix(".ex")
        for path in [guess] if guess.is_file() else sorted(Path(folder).rglob("*.ex")):
            if head.search(path.read_text(encoding="utf-8")):
                return str(path)
    return None


def read_file(path: str) -> dict[Any, Docs]:
    """The documentation in a source file, by module; nothing is compiled."""
    from defnpy.host.loader import read_source
    from defnpy.host.source import parse_program

    out: dict[Any, Docs] = {}
    _walk(parse_program(read_source(path), path), "Elixir", out)
    return out


def _walk(tree: Any, prefix: str, out: dict[Any, Docs]) -> None:
    for form in _forms(tree):
        if not _node(form):
            continue
        if form[0] is DEFMODULE and _node(form[2][0]) and form[2][0][0] is ALIASES:
            name = prefix + "." + ".".join(s.name for s in form[2][0][2])
            body = dict(form[2][1])[DO]
            out[Atom(name)] = _docs_of(body)
            _walk(body, name, out)


def _forms(tree: Any) -> list[Any]:
    return list(tree[2]) if _node(tree) and tree[0] is BLOCK else [tree]


def _node(tree: Any) -> bool:
    return tree.__class__ is tuple and len(tree) == 3 and tree[2].__class__ is list


def _docs_of(body: Any) -> Docs:
    out: Docs = []
    pending: tuple[int, str] | None = None
    for form in _forms(body):
        if not _node(form):
            continue
        if form[0] is AT and _node(form[2][0]) and form[2][0][0] in (DOC, MODULEDOC):
            text = _text(form[2][0][2][0])
            if form[2][0][0] is MODULEDOC:
                if text is not None:
                    out.append((_line(form), text, MODULEDOC))
            elif text is not None or form[2][0][2][0].__class__ is not list:
                pending = (_line(form), text) if text is not None else None
        elif form[0] in DEFINING:
            if pending is not None:
                name, arity = _head(form[2][0])
                out.append((*pending, (name, arity)))
            pending = None
    return out


def _head(head: Any) -> tuple[Any, int]:
    while _node(head) and head[0] is WHEN:
        head = head[2][0]
    return head[0], len(head[2]) if head[2].__class__ is list else 0


def _line(form: Any) -> int:
    return next((v for k, v in form[1] if k is Atom("line")), 1)


def _text(tree: Any) -> str | None:
    """The text of a string, heredoc or ``~S`` sigil; what is interpolated counts as empty."""
    if tree.__class__ is str:
        return tree
    if _node(tree) and tree[0] in (Atom("sigil_S"), Atom("sigil_s")):
        return _text(tree[2][0])
    if _node(tree) and tree[0] is Atom("<<>>"):
        return "".join(part if part.__class__ is str else "" for part in tree[2])
    return None
