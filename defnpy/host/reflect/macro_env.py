"""Macro.Env: questions about an environment."""

from __future__ import annotations

from typing import Any

from defnpy.terms.atom import Atom, atom_name
from defnpy.terms.module import ex, native_module


@ex("location/1")
def location(env: Any) -> Any:
    return [(Atom("file"), env.env.file), (Atom("line"), env.env.line)]


@ex("stacktrace/1")
def stacktrace(env: Any) -> list[Any]:
    return []


@ex("in_match?/1")
def in_match(env: Any) -> bool:
    return bool(env.env.context == "match")


@ex("in_guard?/1")
def in_guard(env: Any) -> bool:
    return bool(env.env.context == "guard")


@ex("has_var?/2")
def has_var(env: Any, pair: Any) -> bool:
    return (atom_name(pair[0]), pair[1]) in env.env.vars


@ex("vars/1")
def vars_(env: Any) -> list[Any]:
    return [(Atom(name), context) for name, context in env.env.vars]


@ex("required?/2")
def required(env: Any, module: Any) -> bool:
    return module in env.env.requires


@ex("fetch_alias/2")
def fetch_alias(env: Any, name: Any) -> Any:
    found = env.env.aliases.get(atom_name(name).removeprefix("Elixir."))
    return (Atom("ok"), found) if found is not None else Atom("error")


@ex("prune_compile_info/1", "to_match/1", "to_guard/1")
def prune(env: Any) -> Any:
    return env


@ex("lookup_import/2")
def lookup_import(env: Any, pair: Any) -> list[Any]:
    signature = f"{atom_name(pair[0])}/{pair[1]}"
    out = []
    if signature in env.env.functions:
        out.append((Atom("function"), env.env.functions[signature]))
    if signature in env.env.macros:
        out.append((Atom("macro"), env.env.macros[signature]))
    return out


MODULE = native_module("Macro.Env", globals())
