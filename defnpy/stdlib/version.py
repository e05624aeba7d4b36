"""Version: semantic versions and requirements."""

from __future__ import annotations

import re
from typing import Any

from defnpy.stdlib import io
from defnpy.stdlib.util import ERROR, OK, need, option, truthy
from defnpy.terms.algebra import color, concat
from defnpy.terms.atom import Atom, alias
from defnpy.terms.errors import EXCEPTION, from_struct
from defnpy.terms.inspect import coerce_opts
from defnpy.terms.module import Module, ex, native_module
from defnpy.terms.struct import Struct

VERSION, REQUIREMENT = alias("Version"), alias("Version.Requirement")
MAJOR, MINOR, PATCH, PRE, BUILD = (Atom(n) for n in ("major", "minor", "patch", "pre", "build"))
SOURCE, LEXED = Atom("source"), Atom("lexed")
AND, OR, EQUAL, OTHER, ABOUT = (Atom(n) for n in ("and", "or", "==", "!=", "~>"))
_NUMBER = r"(0|[1-9][0-9]*)"
_SHAPE = re.compile(rf"{_NUMBER}\.{_NUMBER}(?:\.{_NUMBER})?(?:-([^+]*))?(?:\+(.*))?\Z", re.DOTALL)
_PART = re.compile(r"[0-9A-Za-z-]+\Z")
_LEXEME = re.compile(r">=|<=|~>|!=|==|>|<|!| or | and | |[^ ><=~!]+|.", re.DOTALL)

Parts = tuple[int, int, Any, list[Any], list[str]]
"""Major, minor, patch (None when a requirement leaves it out), pre-release and build parts."""


def _parse(text: str, short: bool = False) -> Parts | None:
    found = _SHAPE.match(text)
    if found is None or (found[3] is None and not short):
        return None
    pre, build = ([] if part is None else part.split(".") for part in found.group(4, 5))
    if not all(_PART.match(p) for p in [*pre, *build]):
        return None
    if any(p.isdigit() and p[0] == "0" and p != "0" for p in pre):
        return None
    patch = None if found[3] is None else int(found[3])
    return int(found[1]), int(found[2]), patch, [int(p) if p.isdigit() else p for p in pre], build


def _bad(kind: str, field: str, value: Any) -> Exception:
    return from_struct(Struct(alias(kind), {EXCEPTION: True, Atom(field): value}))


def _parts(term: Any) -> Parts:
    if isinstance(term, Struct) and term.module is VERSION:
        return term.fields[MAJOR], term.fields[MINOR], term.fields[PATCH], term.fields[PRE], []
    need(term.__class__ is str, "Version.Parser", "parse_version", 2)
    made = _parse(term)
    if made is None:
        raise _bad("Version.InvalidVersionError", "version", term)
    return made


def _order(parts: Parts) -> Any:
    """What versions sort by: a number precedes a word, a shorter pre-release the longer one, any of them the release."""
    return (*parts[:3], 0 if parts[3] else 1, *_pre_order(parts[3]))


def _pre_order(pre: list[Any]) -> tuple[Any, ...]:
    return tuple((0, p, "") if p.__class__ is int else (1, 0, p) for p in pre)


@ex("parse/1")
def parse(text: Any) -> Any:
    need(text.__class__ is str, "Version", "parse", 1)
    made = _parse(text)
    if made is None:
        return ERROR
    major, minor, patch, pre, build = made
    fields = {MAJOR: major, MINOR: minor, PATCH: patch, PRE: pre, BUILD: ".".join(build) if build else None}
    return (OK, Struct(VERSION, fields))


@ex("parse!/1")
def parse_bang(text: Any) -> Any:
    need(text.__class__ is str, "Version", "parse!", 1)
    made = parse(text)
    if made is ERROR:
        raise _bad("Version.InvalidVersionError", "version", text)
    return made[1]


@ex("compare/2")
def compare(a: Any, b: Any) -> Any:
    x, y = _order(_parts(a)), _order(_parts(b))
    return Atom("lt" if x < y else "gt" if x > y else "eq")


@ex("to_string/1")
def to_string(v: Any) -> str:
    need(isinstance(v, Struct) and v.module is VERSION, "Version", "to_string", 1)
    f = v.fields
    pre = "-" + ".".join(map(str, f[PRE])) if f[PRE] else ""
    return f"{f[MAJOR]}.{f[MINOR]}.{f[PATCH]}{pre}{'+' + f[BUILD] if f[BUILD] else ''}"


# -- requirements --------------------------------------------------------------------------------------------------------


def _lexed(text: str) -> list[Any] | None:
    """``[op, parts, :and, op, parts, ...]``, None when *text* is no requirement."""
    out: list[Any] = []
    wanted = ""

    def close() -> None:
        nonlocal wanted
        if wanted:
            if not out or out[-1].__class__ is not Atom or out[-1] in (AND, OR):
                out.append(EQUAL)
            out.append(wanted)
        wanted = ""

    for lexeme in _LEXEME.findall(text):
        if lexeme in (" ", " or ", " and ", ">=", "<=", "~>", "==", ">", "<", "!", "!="):
            close()
            if lexeme.startswith("!"):
                io.warn(f"{lexeme} inside Version requirements is deprecated, use ~> or >= instead")
                lexeme = "!="
            if lexeme != " ":
                out.append(Atom(lexeme.strip()))
        else:
            wanted += lexeme
    close()
    return _validated(out)


def _validated(lexed: list[Any]) -> list[Any] | None:
    if len(lexed) % 3 != 2:
        return None
    out: list[Any] = []
    for place in range(0, len(lexed), 3):
        operator, version = lexed[place], lexed[place + 1]
        if operator.__class__ is not Atom or operator in (AND, OR) or version.__class__ is not str:
            return None
        parts = _parse(version, operator is ABOUT)
        if parts is None or (place and lexed[place - 1] not in (AND, OR)):
            return None
        out += [lexed[place - 1], operator, parts] if place else [operator, parts]
    return out


def _fits(operator: Any, wanted: Parts, parts: Parts, allow_pre: bool) -> bool:
    order = _order(parts)
    patch = 0 if wanted[2] is None else wanted[2]
    least = _order((wanted[0], wanted[1], patch, wanted[3], []))
    pre_fits = allow_pre or bool(wanted[3]) or not parts[3]
    match operator.name:
        case "==":
            return bool(order == least)
        case "!=":
            return bool(order != least)
        case "<":
            return bool(order < least)
        case "<=":
            return bool(order <= least)
        case ">":
            return bool(order > least) and pre_fits
        case ">=":
            return bool(order >= least) and pre_fits
    below = (wanted[0] + 1, 0) if wanted[2] is None else (wanted[0], wanted[1] + 1)
    return bool(least <= order < _order((*below, 0, [0], []))) and pre_fits


@ex("match?/2", "match?/3")
def match_q(version: Any, requirement: Any, options: Any = ()) -> bool:
    made = requirement if requirement.__class__ is not str else parse_requirement_bang(requirement)
    need(isinstance(made, Struct) and made.module is REQUIREMENT, "Version.Requirement", "match?", 2)
    parts, allow_pre = _parts(version), truthy(option(options, "allow_pre", True))
    lexed = made.fields[LEXED]
    answer = False
    both = _fits(lexed[0], lexed[1], parts, allow_pre)
    for place in range(2, len(lexed), 3):
        this = _fits(lexed[place + 1], lexed[place + 2], parts, allow_pre)
        if lexed[place] is AND:
            both = both and this
        else:
            answer, both = answer or both, this
    return answer or both


@ex("parse_requirement/1")
def parse_requirement(text: Any) -> Any:
    need(text.__class__ is str, "Version", "parse_requirement", 1)
    lexed = _lexed(text)
    return ERROR if lexed is None else (OK, Struct(REQUIREMENT, {SOURCE: text, LEXED: lexed}))


@ex("parse_requirement!/1")
def parse_requirement_bang(text: Any) -> Any:
    made = parse_requirement(text)
    if made is ERROR:
        raise _bad("Version.InvalidRequirementError", "requirement", text)
    return made[1]


@ex("compile_requirement/1")
def compile_requirement(requirement: Any) -> Any:
    need(isinstance(requirement, Struct) and requirement.module is REQUIREMENT, "Version.Requirement", "compile_requirement", 1)
    return requirement


def _inspect_requirement(requirement: Any, opts: Any) -> Any:
    text = '"' + requirement.fields[SOURCE] + '"'
    return concat(["Version.parse_requirement!(", color(text, Atom("string"), coerce_opts(opts)), ")"])


def _impl(name: str, signature: str, function: Any) -> Module:
    made = native_module(name, {})
    made.functions[signature] = function
    return made


_FIELDS: list[Any] = [(MAJOR, None), (MINOR, None), (PATCH, None), (PRE, []), (BUILD, None)]
MODULE = native_module("Version", globals(), info={
    "struct": _FIELDS, "enforce_keys": [MAJOR, MINOR, PATCH], "derive": [(alias("Inspect"), [(Atom("optional"), [PRE, BUILD])])],
})  # fmt: skip
MODULES_BY_NAME = {
    "Elixir.Version": MODULE,
    "Elixir.Version.Requirement": native_module("Version.Requirement", {}, info={"struct": [(SOURCE, None), (LEXED, None)]}),
    "Elixir.String.Chars.Version": _impl("String.Chars.Version", "to_string/1", to_string),
    "Elixir.String.Chars.Version.Requirement": _impl(
        "String.Chars.Version.Requirement", "to_string/1", lambda requirement: requirement.fields[SOURCE]),
    "Elixir.Inspect.Version.Requirement": _impl("Inspect.Version.Requirement", "inspect/2", _inspect_requirement),
}
