"""What is known about functions: ``@doc`` of user modules, signatures and docstrings of native ones."""

from __future__ import annotations

import inspect as python
from typing import Any, NamedTuple

from defnpy.terms.atom import Atom
from defnpy.terms.module import Module


class Entry(NamedTuple):
    """One function or macro: ``doc`` is text, None (nothing written) or False (``@doc false``)."""

    kind: str
    name: str
    arity: int
    signature: str
    doc: Any


def entries(module: Module) -> list[Entry]:
    """Every public function and macro of *module*, by name and arity."""
    if not module.native:
        return sorted((Entry(kind, name, arity, f"{name}({signature})", doc) for kind, name, arity, signature, doc in
                       module.info.get("docs", [])), key=lambda entry: entry[1:3])  # fmt: skip
    made = []
    for text, function in module.functions.items():
        name, arity = split_signature(text)
        if name not in ("__info__", "module_info") and arity is not None:
            made.append(Entry("function", name, arity, _native_signature(name, arity, function), python.getdoc(function)))
    for text in macro_signatures(module):
        name, arity = split_signature(text)
        if arity is not None:
            made.append(Entry("macro", name, arity, f"{name}/{arity}", None))
    return sorted(made, key=lambda entry: entry[1:3])


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


def docs_chunk(module: Module) -> tuple[Any, ...]:
    """``Code.fetch_docs/1``."""

    def text(doc: Any) -> Any:
        return Atom("hidden") if doc is False else Atom("none") if doc is None else {"en": doc}

    listed: list[Any] = [((Atom(e.kind), Atom(e.name), e.arity), 1, [e.signature], text(e.doc), {}) for e in entries(module)]
    return (Atom("docs_v1"), 1, Atom("elixir"), "text/markdown", text(module_doc(module)), {}, listed)


def module_doc(module: Module) -> Any:
    found = module.info.get("moduledoc")
    return found[0] if found.__class__ is list and found else None if found.__class__ is list else found
