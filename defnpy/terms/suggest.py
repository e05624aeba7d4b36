"""Hints: Jaro distance and "Did you mean" texts."""

from __future__ import annotations

from typing import Any

from defnpy.terms.atom import Atom, atom_name, is_atom
from defnpy.terms.inspect import inspect, inspect_call
from defnpy.terms.module import Module
from defnpy.terms.runtime import runtime
from defnpy.terms.struct import Struct
from defnpy.terms.text import graphemes

_THRESHOLD = 0.77
_MOST = 5


def jaro(a: str, b: str) -> float:
    """``String.jaro_distance/2``."""
    if a == b:
        return 1.0
    xs, ys = graphemes(a), graphemes(b)
    if not xs or not ys:
        return 0.0
    if len(xs) > len(ys):
        xs, ys = ys, xs
    reach = max(len(ys) // 2 - 1, 0)
    taken = [False] * len(ys)
    matched: list[str] = []
    for i, x in enumerate(xs):
        for j in range(max(0, i - reach), min(len(ys), i + reach + 1)):
            if not taken[j] and ys[j] == x:
                taken[j] = True
                matched.append(x)
                break
    if not matched:
        return 0.0
    others = [y for y, t in zip(ys, taken, strict=True) if t]
    moved = sum(x != y for x, y in zip(matched, others, strict=True)) / 2
    m = len(matched)
    return (m / len(xs) + m / len(ys) + (m - moved) / m) / 3


def key_hint(key: Any, where: Any) -> str:
    """The hint for a missing atom key."""
    if not is_atom(key):
        return ""
    if isinstance(where, Struct):
        known = list(where.fields)
    elif where.__class__ is dict:
        known = [k.term if k.__class__.__name__ == "Key" else k for k in where]
    elif where.__class__ is list:
        known = [p[0] for p in where if p.__class__ is tuple and len(p) == 2]
    else:
        return ""
    name = atom_name(key)
    scored = [(jaro(name, atom_name(k)), k) for k in known if is_atom(k)]
    close = sorted((p for p in scored if p[0] > _THRESHOLD), key=lambda p: -p[0])[:_MOST]
    return _did_you_mean([inspect(k) for k in sorted((k for _, k in close), key=atom_name)])


def undefined_hint(module: Any, function: Any, arity: Any) -> str:
    """The hint for a missing function."""
    if module is None:
        return "" if arity else ". If you are using the dot syntax, such as module.function(), make sure the left-hand side of the dot is a module atom"
    found = runtime().find(module) if module.__class__ is Atom else None
    if found is None:
        return _other_modules(module, atom_name(function), arity) if module.__class__ is Atom else ""
    exports = [s.rpartition("/") for s in [*found.functions, *found.macros] if not s.startswith("__")]
    name = atom_name(function)
    if f"{name}/{arity}" in found.macros:
        return (
            f". However, there is a macro with the same name and arity. Be sure to require {inspect(module)} if you "
            "intend to invoke this macro"
        )
    expected = _behaviour_hint(found, f"{name}/{arity}")
    own = sorted({int(a) for n, _, a in exports if n == name})
    if own:
        return expected + _did_you_mean([f"{inspect_call(name)}/{a}" for a in own])
    scored = [(jaro(name, n), n, int(a)) for n, _, a in exports]
    close = sorted((p for p in scored if p[0] > _THRESHOLD), key=lambda p: (-p[0], p[1], p[2]))[:_MOST]
    return expected + _did_you_mean([f"{inspect_call(n)}/{a}" for _, n, a in sorted(close, key=lambda p: (p[1], p[2]))])


def alias_hint(module: Any) -> str:
    """The hint for a missing module whose name has one part."""
    name = atom_name(module)
    if not name.startswith("Elixir.") or "." in name[7:]:
        return ""
    return ". Make sure the module name is correct and has been specified in full (or that an alias has been defined)"


def _other_modules(module: Atom, function: str, arity: int) -> str:
    """Modules of another case, or whose names end in this one, that have the function."""
    wanted, ending = module.name.lower(), module.name.removeprefix("Elixir.")
    known = {m.name for m in runtime().modules} | set(runtime().native_names())
    close = (Atom(name) for name in known if name.lower() == wanted or name.endswith(ending))
    having = [m for m in close if (found := runtime().find(m)) is not None and f"{function}/{arity}" in found.functions]
    return _did_you_mean(sorted(f"{inspect(m)}.{inspect_call(function)}/{arity}" for m in having[:_MOST]))


def _behaviour_hint(found: Module, signature: str) -> str:
    """The behaviour of a module that wants the function."""
    for behaviour in found.info.get("behaviour", ()):
        other = runtime().find(behaviour)
        info = other.info if other is not None else {}
        wanted = {f"{atom_name(n)}/{a}" for n, a in info.get("callbacks", ())} - {f"{atom_name(n)}/{a}" for n, a in info.get("optional_callbacks", ())}
        if signature in wanted:
            return f", but the behaviour {inspect(behaviour)} expects it to be present"
    return ""


def _did_you_mean(lines: list[str]) -> str:
    if not lines:
        return ""
    return ". Did you mean:\n\n" + "".join(f"      * {line}\n" for line in lines)
