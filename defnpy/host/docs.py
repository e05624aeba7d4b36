"""What is known about functions: ``@doc`` of user modules; the manual, else signatures and docstrings, of native ones."""

from __future__ import annotations

import inspect as python
import re
import sys
from textwrap import fill
from typing import Any, NamedTuple

from defnpy.expand import deprecated
from defnpy.host.manual import page
from defnpy.terms.atom import Atom, alias
from defnpy.terms.inspect import inspect
from defnpy.terms.module import Module

FORMS = alias("Kernel.SpecialForms")
CALLBACKS = ("callback", "macrocallback")
ORDER = ("function", "macro", *CALLBACKS)
MARKED = re.compile(r"``([^`]+)``|(?<![\w*])\*(\w+)\*(?![\w*])|:\w+:`([^`]+)`")


class Entry(NamedTuple):
    """One function or macro: ``doc`` is text, None (nothing written) or False (``@doc false``)."""

    kind: str
    name: str
    arity: int
    signature: str
    doc: Any
    line: int = 1
    metadata: tuple[tuple[Any, Any], ...] = ()


def entries(module: Module) -> list[Entry]:
    """Every public function and macro of *module*, by name and arity."""
    if not module.native:
        return sorted((_noted(module, *entry) for entry in module.info.get("docs", []) if entry[0] != "module"), key=lambda entry: entry[1:3])
    older = module.info.get("older", ())
    for signature in older:
        module.info["make_older"](signature)
    articles, told = _articles(module)
    made = [
        Entry("function", name, arity, _native_signature(name, arity, function),
              deprecated.reason(module.name, f"{name}/{arity}") if f"{name}/{arity}" in older else _docstring(function))
        for (name, arity), function in _public(module.functions).items() if (name, arity) not in told
    ]
    macros = (split_signature(text) for text in macro_signatures(module))
    made += [Entry("macro", name, arity, f"{name}/{arity}", None) for name, arity in macros if arity is not None and (name, arity) not in told]
    return sorted([*made, *articles], key=lambda entry: entry[1:3])


def _noted(module: Module, kind: str, name: str, arity: int, line: int, doc: Any, meta: list[Any], shown: Any) -> Entry:
    """What a compiled module remembers; the signature of a callback is its specification."""
    from defnpy.syntax.formatter import to_string

    if kind in CALLBACKS:
        return Entry(kind, name, arity, to_string(shown), doc, line, tuple(meta))
    parameters = ", ".join(part if part.__class__ is str else f"{part[0]} \\\\ {to_string(part[1])}" for part in shown)
    defaults = sum(part.__class__ is not str for part in shown)
    deprecated = module.info.get("deprecated", {}).get(f"{name}/{arity}")
    more = [(Atom(key), value) for key, value in (("defaults", defaults), ("deprecated", deprecated)) if value]
    return Entry(kind, name, arity, f"{name}({parameters})", doc, line, (*more, *meta))


def _articles(module: Module) -> tuple[list[Entry], set[tuple[str, int]]]:
    """The articles of the manual about what *module* has, and which of its names and arities they cover."""
    functions = _public(module.functions)
    present = {*functions, *(split_signature(text) for text in macro_signatures(module))}
    listed = []
    told: set[tuple[str, int]] = set()
    for article in page(inspect(module.name)).articles:
        covered = [(article.name, arity) for arity in article.arities if module.name is FORMS or (article.name, arity) in present]
        if covered:
            told.update(covered)
            defaults = len(article.arities) - 1
            doc = article.text or _docstring(functions.get(covered[-1]))
            listed.append(Entry(article.kind, article.name, article.arities[-1], article.signature, doc,
                                metadata=((Atom("defaults"), defaults),) if defaults else ()))
    return listed, told


def _public(functions: dict[str, Any]) -> dict[tuple[str, int], Any]:
    named = ((split_signature(text), function) for text, function in functions.items())
    return {(name, arity): function for (name, arity), function in named if name not in ("__info__", "module_info", "behaviour_info") and arity is not None}


def covers(entry: Entry, arity: int | None) -> bool:
    """Whether *entry* is about that arity, its defaults counted."""
    defaults = next((number for key, number in entry.metadata if key is Atom("defaults")), 0)
    return arity is None or entry.arity - defaults <= arity <= entry.arity


def macro_signatures(module: Module) -> list[str]:
    from defnpy.expand.macros import NATIVE

    return [*module.macros, *(name for name in NATIVE.get(module.name, {}) if name not in module.macros)]


def split_signature(text: str) -> tuple[str, int | None]:
    """``"map/2"`` as name and number; no number for macros of any arity."""
    name, _, arity = text.rpartition("/")
    return name, int(arity) if arity.isdigit() else None


def _native_signature(name: str, arity: int, function: Any) -> str:
    """The Python parameters of a native function stand for its arguments."""
    try:
        names = [p.name.rstrip("_") for p in python.signature(function).parameters.values() if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    except (TypeError, ValueError):
        names = []
    names += [f"arg{index + 1}" for index in range(len(names), arity)]
    return f"{name}({', '.join(names[:arity])})"


def _docstring(function: Any) -> str | None:
    """The docstring of a native function in the markup and width of documentation."""
    found = python.getdoc(function) if function is not None else None
    return "\n\n".join(map(_markdown, found.split("\n\n"))) if found else None


def _markdown(paragraph: str) -> str:
    """Code between single backticks instead of double ones, stars and roles."""
    return fill(MARKED.sub(lambda found: f"`{found[1] or found[2] or found[3]}`", paragraph), 80, break_long_words=False, break_on_hyphens=False)


def docs_chunk(module: Module) -> tuple[Any, ...]:
    """``Code.fetch_docs/1``."""

    def text(doc: Any) -> Any:
        return Atom("hidden") if doc is False else Atom("none") if doc is None else {"en": doc}

    found = sorted(entries(module), key=lambda e: (ORDER.index(e.kind), e.name, e.arity))
    listed = [((Atom(e.kind), Atom(e.name), e.arity), e.line, [] if e.kind in CALLBACKS else [e.signature], text(e.doc), dict(e.metadata)) for e in found]
    line = next((line for kind, _, _, line, *_ in module.info.get("docs", []) if kind == "module"), 1)
    return (Atom("docs_v1"), line, Atom("elixir"), "text/markdown", text(module_doc(module)), {}, listed)


def module_doc(module: Module) -> Any:
    """The text of ``@moduledoc`` or of the manual, False, or None where nothing was written."""
    if module.native:
        return page(inspect(module.name)).text or _file_text(module)
    return next((doc for kind, _, _, _, doc, *_ in module.info.get("docs", []) if kind == "module"), None)


def _file_text(module: Module) -> str | None:
    """What the docstring of the Python file says of the module, when it begins with its name: ``Kino: ...``."""
    from defnpy.host.catalog import tables

    file = sys.modules.get(tables().get(module.name.name, ""))
    about = re.match(rf"`*{re.escape(inspect(module.name))}`*[:,] (.+?)(?:\n\n|$)", (file.__doc__ if file is not None else None) or "", re.DOTALL)
    return _markdown(about[1][0].upper() + about[1][1:]) if about else None
