"""Version: semantic versions and requirements."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from defnpy.stdlib.util import ERROR, OK
from defnpy.terms.atom import Atom, alias
from defnpy.terms.errors import EXCEPTION, from_struct
from defnpy.terms.module import Module, ex, native_module
from defnpy.terms.struct import Struct

VERSION = alias("Version")
MAJOR, MINOR, PATCH, PRE, BUILD = (Atom(n) for n in ("major", "minor", "patch", "pre", "build"))
_SHAPE = re.compile(r"(\d+)\.(\d+)(?:\.(\d+))?(?:-([0-9A-Za-z.-]+))?(?:\+([0-9A-Za-z.-]+))?\Z")
_REQUIREMENT = re.compile(r"\s*(>=|<=|~>|==|!=|>|<|!)?\s*([^\s]+)\s*\Z")


def _parse(text: Any, short: bool = False) -> Any:
    found = _SHAPE.match(text) if text.__class__ is str else None
    if found is None or (found[3] is None and not short):
        return None
    pre = [int(p) if p.isdigit() else p for p in found[4].split(".")] if found[4] else []
    return Struct(VERSION, {
        BUILD: found[5], MAJOR: int(found[1]), MINOR: int(found[2]), PATCH: int(found[3] or 0), PRE: pre,
    })  # fmt: skip


def _bad(kind: str, field: str, value: Any) -> Exception:
    return from_struct(Struct(alias(kind), {EXCEPTION: True, Atom(field): value}))


def _version(term: Any) -> Any:
    if isinstance(term, Struct):
        return term
    made = _parse(term)
    if made is None:
        raise _bad("Version.InvalidVersionError", "version", term)
    return made


def _order(v: Any) -> Any:
    f = v.fields
    pre = [(0, p, "") if p.__class__ is int else (1, 0, p) for p in f[PRE]]
    return (f[MAJOR], f[MINOR], f[PATCH], 0 if pre else 1, pre)


@ex("parse/1")
def parse(text: Any) -> Any:
    made = _parse(text)
    return ERROR if made is None else (OK, made)


@ex("parse!/1")
def parse_bang(text: Any) -> Any:
    return _version(text)


@ex("compare/2")
def compare(a: Any, b: Any) -> Any:
    x, y = _order(_version(a)), _order(_version(b))
    return Atom("lt" if x < y else "gt" if x > y else "eq")


@ex("to_string/1")
def to_string(v: Any) -> str:
    f = v.fields
    pre = "-" + ".".join(map(str, f[PRE])) if f[PRE] else ""
    return f"{f[MAJOR]}.{f[MINOR]}.{f[PATCH]}{pre}{'+' + f[BUILD] if f[BUILD] else ''}"


def _about(v: Any, text: str) -> Callable[[Any], bool]:
    """``~>``: at least *v* and below the next number of its last but one part."""
    f = v.fields
    upper = (f[MAJOR], f[MINOR] + 1) if text.partition("-")[0].count(".") == 2 else (f[MAJOR] + 1, 0)
    return lambda other: _order(other) >= _order(v) and (other.fields[MAJOR], other.fields[MINOR]) < upper


def _single(text: str) -> Callable[[Any], bool]:
    found = _REQUIREMENT.match(text)
    operator = found[1] or "==" if found else "=="
    wanted = _parse(found[2], operator == "~>") if found else None
    if wanted is None or found is None:
        raise ValueError(text)
    if operator == "~>":
        return _about(wanted, found[2])
    tests: dict[str, Callable[[Any], bool]] = {
        "==": lambda o: _order(o) == _order(wanted),
        "!=": lambda o: _order(o) != _order(wanted),
        "!": lambda o: _order(o) != _order(wanted),
        ">": lambda o: _order(o) > _order(wanted),
        ">=": lambda o: _order(o) >= _order(wanted),
        "<": lambda o: _order(o) < _order(wanted),
        "<=": lambda o: _order(o) <= _order(wanted),
    }
    return tests[operator]


@ex("match?/2", "match?/3")
def match_q(version: Any, requirement: Any, options: Any = ()) -> bool:
    text = requirement.fields[Atom("source")] if isinstance(requirement, Struct) else requirement
    made = _version(version)
    try:
        return any(
            all(_single(part)(made) for part in re.split(r"\s+and\s+", either)) for either in re.split(r"\s+or\s+", text)
        )
    except ValueError:
        raise _bad("Version.InvalidRequirementError", "requirement", text) from None


@ex("parse_requirement/1")
def parse_requirement(text: Any) -> Any:
    try:
        for part in re.split(r"\s+(?:and|or)\s+", text):
            _single(part)
    except ValueError:
        return ERROR
    return (OK, Struct(alias("Version.Requirement"), {Atom("source"): text, Atom("lexed"): []}))


def _impl(protocol: str, signature: str, function: Any) -> Module:
    made = native_module(f"{protocol}.Version", {})
    made.functions[signature] = function
    return made


_FIELDS: list[Any] = [(MAJOR, None), (MINOR, None), (PATCH, None), (PRE, []), (BUILD, None)]
MODULE = native_module("Version", globals(), info={"struct": _FIELDS})
MODULES_BY_NAME = {
    "Elixir.Version": MODULE,
    "Elixir.String.Chars.Version": _impl("String.Chars", "to_string/1", to_string),
    "Elixir.Inspect.Version": _impl("Inspect", "inspect/2", lambda v, opts: f"#Version<{to_string(v)}>"),
}
