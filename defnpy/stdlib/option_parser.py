"""OptionParser."""

from __future__ import annotations

from typing import Any

from defnpy.stdlib import parsing
from defnpy.stdlib.util import option
from defnpy.terms.atom import Atom, to_atom
from defnpy.terms.errors import make
from defnpy.terms.inspect import inspect
from defnpy.terms.module import ex, native_module

BOOLEAN, COUNT, KEEP = Atom("boolean"), Atom("count"), Atom("keep")
_BAD: Any = object()


class _Rules:
    """The switches, aliases and mode of one call."""

    def __init__(self, options: Any) -> None:
        strict = option(options, "strict")
        self.strict = strict is not None
        self.switches = {k.name: v if v.__class__ is list else [v] for k, v in strict or option(options, "switches", [])}
        self.aliases = {k.name: v.name for k, v in option(options, "aliases", [])}

    def name_of(self, arg: str) -> tuple[str, bool] | None:
        """Option name and whether it is negated; None when *arg* names no known option."""
        if not arg.startswith("--"):
            found = self.aliases.get(arg[1:])
            return (found, False) if found is not None else None
        name = arg[2:].replace("-", "_")
        if name in self.switches:
            return name, False
        if name.startswith("no_") and BOOLEAN in self.switches.get(name[3:], []):
            return name[3:], True
        return None if self.strict else (name, False)


def _converted(value: str, kinds: list[Any]) -> Any:
    names = [k.name for k in kinds]
    try:
        if "integer" in names:
            return parsing.integer_exact(value)
        if "float" in names:
            found = parsing.float_prefix(value)
            return found[0] if found is not None and not found[1] else _BAD
    except ValueError:
        return _BAD
    if "boolean" in names:
        return {"true": True, "false": False}.get(value, _BAD)
    return value


def _parse(argv: list[str], options: Any, heads_only: bool) -> tuple[list[Any], list[str], list[Any]]:
    rules = _Rules(options)
    parsed: list[tuple[Any, Any]] = []
    rest: list[str] = []
    invalid: list[tuple[str, Any]] = []
    index = 0
    while index < len(argv):
        arg = argv[index]
        index += 1
        if arg == "--":
            rest += argv[index:]
            break
        if not arg.startswith("-") or arg == "-" or arg[1:2].isdigit():
            rest.append(arg)
            if heads_only:
                rest += argv[index:]
                break
            continue
        index += _switch(arg, argv[index : index + 1], rules, parsed, invalid)
    return parsed, rest, invalid


def _switch(arg: str, following: list[str], rules: _Rules, parsed: list[Any], invalid: list[Any]) -> int:
    """Take one option; the number of further arguments it used."""
    head, equals, given = arg.partition("=")
    named = rules.name_of(head)
    if named is None:
        invalid.append((head, given if equals else None))
        return 0
    name, negated = named
    kinds = rules.switches.get(name, [])
    if not equals and COUNT in kinds:
        now = next((v for k, v in parsed if k is to_atom(name)), 0)
        parsed[:] = [p for p in parsed if p[0] is not to_atom(name)] + [(to_atom(name), now + 1)]
        return 0
    if not equals and (BOOLEAN in kinds or (not kinds and (not following or following[0].startswith("-")))):
        _store(parsed, name, not negated, kinds)
        return 0
    if not equals and (not following or (following[0].startswith("-") and not following[0][1:2].isdigit())):
        invalid.append((head, None))
        return 0
    value = given if equals else following[0]
    made = _converted(value, kinds)
    if made is _BAD:
        invalid.append((head, value))
    else:
        _store(parsed, name, made, kinds)
    return 0 if equals else 1


def _store(parsed: list[Any], name: str, value: Any, kinds: list[Any]) -> None:
    key = to_atom(name)
    if KEEP not in kinds:
        parsed[:] = [p for p in parsed if p[0] is not key]
    parsed.append((key, value))


def _checked(found: tuple[list[Any], list[str], list[Any]]) -> Any:
    parsed, rest, invalid = found
    if invalid:
        lines = "\n".join(f"{name} : {'Missing argument' if v is None else 'Expected type, got ' + inspect(v)}" for name, v in invalid)
        count = f"{len(invalid)} error{'s' if len(invalid) > 1 else ''} found!"
        raise make("OptionParser.ParseError", f"{count}\n{lines}")
    return (parsed, rest)


@ex("parse/1", "parse/2")
def parse(argv: Any, options: Any = ()) -> Any:
    return _parse(argv, options, False)


@ex("parse!/1", "parse!/2")
def parse_bang(argv: Any, options: Any = ()) -> Any:
    return _checked(_parse(argv, options, False))


@ex("parse_head/1", "parse_head/2")
def parse_head(argv: Any, options: Any = ()) -> Any:
    return _parse(argv, options, True)


@ex("parse_head!/1", "parse_head!/2")
def parse_head_bang(argv: Any, options: Any = ()) -> Any:
    return _checked(_parse(argv, options, True))


@ex("split/1")
def split(text: Any) -> list[str]:
    import shlex

    return shlex.split(text)


MODULE = native_module("OptionParser", globals())
