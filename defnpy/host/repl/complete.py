"""What may follow the text before the cursor: modules, functions, variables, keys of maps."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from defnpy.terms.atom import Atom
from defnpy.terms.module import Module
from defnpy.terms.runtime import runtime
from defnpy.terms.struct import Struct

if TYPE_CHECKING:
    from defnpy.host.repl.session import Session

PATH = re.compile(r"(?P<target>(?::?[\w@]+[?!]?\.)*)(?P<start>:?[\w@]*[?!]?)\Z")
MODULE = re.compile(r"[A-Z]\w*(\.[A-Z]\w*)*\Z")


class Candidate(NamedTuple):
    """*text* replaces the word before the cursor; *shown* is what a list of candidates says."""

    text: str
    shown: str


def complete(session: Session, before: str) -> tuple[str, list[Candidate]]:
    """The word before the cursor that would be replaced, and what may stand in its place."""
    found = PATH.search(before)
    assert found is not None
    target, start = found["target"][:-1], found["start"]
    if before[: found.start()].endswith('"') or not (target or start):
        return start, []
    if not target:
        return start, _bare(session, start)
    if MODULE.match(target) or target.startswith(":"):
        return start, _members(_module_name(session, target), start)
    return start, _keys(session, target, start)


def _bare(session: Session, start: str) -> list[Candidate]:
    if start.startswith(":"):
        return [Candidate(":" + name, ":" + name) for name in _module_names() if "." not in name and name.startswith(start[1:])]
    if start[:1].isupper():
        aliases = [name for name in session.compilation.env.aliases if name.startswith(start)]
        return _unique([Candidate(name, name) for name in aliases] + _modules("", start))
    env = session.compilation.env
    made = [Candidate(name, name) for name in sorted(session.bindings()) if name.startswith(start)]
    made += _functions([*env.functions, *env.macros], start)
    return _unique(made)


def _module_name(session: Session, written: str) -> str:
    if written.startswith(":"):
        return written[1:]
    first, dot, rest = written.partition(".")
    alias = session.compilation.env.aliases.get(first)
    return (alias.name if alias is not None else "Elixir." + first) + dot + rest


def _members(name: str, start: str) -> list[Candidate]:
    """Modules below a module, and its functions."""
    made = _modules(name + ".", start) if not start or start[0].isupper() else []
    module = runtime().find(Atom(name))
    if module is not None and not start[:1].isupper():
        made += _functions(_signatures(module), start)
    return _unique(made)


def _signatures(module: Module) -> list[str]:
    from defnpy.host.docs import macro_signatures

    return [*module.functions, *macro_signatures(module)]


def _functions(signatures: list[str], start: str) -> list[Candidate]:
    named = (signature.rpartition("/") for signature in signatures)
    kept = {(name, arity) for name, _, arity in named if name.startswith(start) and (start or not name.startswith("_"))}
    plain = sorted(pair for pair in kept if re.fullmatch(r"[^\W\d]\w*[?!]?", pair[0]) and pair[0] != "module_info")
    return [Candidate(name, f"{name}/{arity}") for name, arity in plain if start.startswith("_") or not name.startswith("__")]


def _module_names() -> list[str]:
    from defnpy.host.catalog import tables

    return [*tables(), *(name.name for name, module in list(runtime().modules.items()) if module.defined)]


def _modules(prefix: str, start: str) -> list[Candidate]:
    """The next parts of module names: ``Enum``, or ``Defn`` below ``Nx.``."""
    prefix = prefix or "Elixir."
    parts = {name[len(prefix) :].partition(".")[0] for name in _module_names() if name.startswith(prefix)}
    return [Candidate(part, part) for part in sorted(parts) if part.startswith(start) and part[:1].isupper()]


def _keys(session: Session, target: str, start: str) -> list[Candidate]:
    """Keys of the map (or fields of the struct) that a path of names leads to."""
    first, *rest = target.split(".")
    value = session.bindings().get(first)
    for name in rest:
        value = _fields(value).get(name)
    if value.__class__ is Atom:
        return _members(value.name, start)
    return [Candidate(name, name) for name in sorted(_fields(value)) if name.startswith(start)]


def _fields(value: Any) -> dict[str, Any]:
    pairs = value.fields if isinstance(value, Struct) else value if value.__class__ is dict else {}
    return {key.name: inner for key, inner in pairs.items() if key.__class__ is Atom}


def _unique(made: list[Candidate]) -> list[Candidate]:
    return list(dict.fromkeys(made))
