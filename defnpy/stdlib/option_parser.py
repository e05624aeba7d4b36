"""OptionParser."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from defnpy.stdlib import io, parsing
from defnpy.stdlib.enumerable import iterate
from defnpy.stdlib.util import ERROR, OK, need, option, truthy
from defnpy.terms.atom import MISSING, Atom, atom_name, existing_atom, is_atom, to_atom
from defnpy.terms.errors import ArgumentError, RuntimeError_, make
from defnpy.terms.inspect import inspect
from defnpy.terms.module import ex, native_module
from defnpy.terms.suggest import jaro
from defnpy.terms.text import graphemes, length, to_string

INVALID, UNDEFINED = Atom("invalid"), Atom("undefined")
BOOLEAN, COUNT, KEEP, INTEGER, FLOAT = (Atom(n) for n in ("boolean", "count", "keep", "integer", "float"))
TYPES = (BOOLEAN, COUNT, INTEGER, FLOAT, Atom("string"), KEEP)
_LETTERS = re.compile(r"([^0-9]*)(.*)", re.DOTALL)
_BAD: Any = object()


@dataclass(slots=True)
class _Rules:
    """The switches, aliases and modes of one call."""

    switches: list[tuple[Any, Any]]
    aliases: Any
    strict: bool
    any_atom: bool
    keep_separator: bool

    def known(self, key: Any) -> bool:
        return any(k is key for k, _ in self.switches)

    def kinds(self, key: Any) -> list[Any]:
        found = next((v for k, v in self.switches if k is key), None)
        return [] if found is None else found if found.__class__ is list else [found]

    def alias(self, key: Any) -> Any:
        return None if key is None else option(self.aliases, atom_name(key))

    def key(self, name: str) -> Any:
        """The atom of an option's name, None when there is none and none may be made."""
        name = name.replace("-", "_")
        if self.any_atom:
            return to_atom(name)
        found = existing_atom(name)
        return None if found is MISSING else found


def _rules(options: Any) -> _Rules:
    switches, strict = option(options, "switches"), option(options, "strict")
    if switches is not None and strict is not None:
        raise ArgumentError(":switches and :strict cannot be given together")
    if switches is None and strict is None:
        io.warn("not passing the :switches or :strict option to OptionParser is deprecated")
    listed = switches if switches is not None else strict or []
    for _, kinds in listed:
        wrong = [k for k in (kinds if kinds.__class__ is list else [kinds]) if k not in TYPES]
        if wrong:
            raise ArgumentError("invalid switch types/modifiers: " + ", ".join(inspect(k) for k in wrong))
    return _Rules(listed, option(options, "aliases") or [], strict is not None, truthy(option(options, "allow_nonexistent_atoms")),
                  truthy(option(options, "return_separator")))


# -- one option ----------------------------------------------------------------------------------------------------------


def _next(argv: list[Any], rules: _Rules) -> Any:
    """``{:ok, key, value, rest}``, ``{:invalid | :undefined, text, value, rest}``, or ``{:error, argv}`` when no option comes first."""
    head = argv[0] if argv else ""
    if not head.startswith("-") or head in ("-", "--") or head.startswith("- "):
        return (ERROR, argv)
    rest = argv[1:]
    text, equals, given = head.partition("=")
    value = given if equals else None
    if text.startswith("--"):
        if "_" in text:
            return (UNDEFINED, text, value, rest)
        return _long(text, value, rest, rules)
    return _short(head, text, value, rest, rules)


def _long(text: str, value: Any, rest: list[Any], rules: _Rules) -> Any:
    name = text[2:]
    if name.startswith("no-"):
        negated = rules.key(name[3:])
        if negated is not None and BOOLEAN in rules.kinds(negated):
            return _taken(negated, True, value, text, rest, rules)
    return _taken(rules.key(name), False, value, text, rest, rules)


def _short(head: str, text: str, value: Any, rest: list[Any], rules: _Rules) -> Any:
    name = text[1:]
    if value is None and name[:1] in "0123456789":
        return (ERROR, [head, *rest])
    if "-" in name or "_" in name:
        return (UNDEFINED, text, value, rest)
    key = rules.key(name)
    found = rules.alias(key)
    if length(name) == 1:
        return _taken(found, False, value, text, rest, rules)
    if found is not None:
        io.warn(f"multi-letter aliases are deprecated, got: {inspect(key)}")
        return _taken(found, False, value, text, rest, rules)
    return _next(_expanded(name, value) + rest, rules)


def _expanded(name: str, value: Any) -> list[str]:
    """``abc5`` as ``-a``, ``-b``, ``-c=5``."""
    letters, number = _LETTERS.fullmatch(name).groups()  # type: ignore[union-attr]
    out = [f"-{c}" for c in graphemes(letters)] or ["-"]
    out[-1] += (f"={number}" if number else "") + (f"={value}" if value is not None else "")
    return out


def _taken(key: Any, negated: bool, value: Any, text: str, rest: list[Any], rules: _Rules) -> Any:
    if key is None:
        value, _, rest = _with_value(value, [], rest)
        return (UNDEFINED, text, value, rest)
    if rules.strict and not rules.known(key):
        return (UNDEFINED, text, value, rest)
    kinds = rules.kinds(key)
    if negated:
        kinds, value = (kinds, False) if value is None else ([INVALID], value)
    value, kinds, rest = _with_value(value, kinds, rest)
    made = _converted(value, kinds)
    return (INVALID, text, value, rest) if made is _BAD else (OK, key, made, rest)


def _with_value(value: Any, kinds: list[Any], rest: list[Any]) -> tuple[Any, list[Any], list[Any]]:
    """The value of an option that may stand in the next argument."""
    if value is not None:
        return value, kinds, rest
    if BOOLEAN in kinds:
        return True, kinds, rest
    if COUNT in kinds:
        return None, kinds, rest
    if rest and _is_value(rest[0]):
        return rest[0], kinds, rest[1:]
    return (True, kinds, rest) if not kinds else (None, [INVALID], rest)


def _is_value(text: str) -> bool:
    return not text.startswith("-") or text == "-" or text[1] in " 0123456789"


def _converted(value: Any, kinds: list[Any]) -> Any:
    if INVALID in kinds:
        return _BAD
    if BOOLEAN in kinds:
        return {"true": True, "false": False}.get(value, _BAD) if value.__class__ is str else value
    if COUNT in kinds:
        return 1 if value is None else _BAD
    if INTEGER in kinds or FLOAT in kinds:
        found: Any = parsing.integer_prefix(value) if INTEGER in kinds else parsing.float_prefix(value)
        return _BAD if found is None or found[1] else found[0]
    return value


# -- all of them ---------------------------------------------------------------------------------------------------------


def _parse(argv: list[Any], options: Any, heads_only: bool) -> tuple[list[Any], list[Any], list[Any]]:
    rules = _rules(options)
    parsed: list[tuple[Any, Any]] = []
    args: list[Any] = []
    invalid: list[tuple[str, Any]] = []
    while argv:
        answer = _next(argv, rules)
        tag = answer[0]
        if tag is ERROR:
            head, *tail = answer[1]
            if head == "--":
                args += answer[1] if rules.keep_separator else tail
                break
            if heads_only:
                args += answer[1]
                break
            args.append(head)
            argv = tail
            continue
        if tag is OK:
            _store(parsed, answer[1], answer[2], rules.kinds(answer[1]))
        elif tag is INVALID:
            invalid.append((answer[1], answer[2]))
        elif rules.strict:
            invalid.append((answer[1], None))
        argv = answer[3]
    return parsed, args, invalid


def _store(parsed: list[Any], key: Any, value: Any, kinds: list[Any]) -> None:
    if COUNT in kinds:
        place = next((i for i, p in enumerate(parsed) if p[0] is key), None)
        if place is not None:
            parsed[place] = (key, parsed[place][1] + 1)
            return
        parsed.insert(0, (key, value))
        return
    if KEEP not in kinds:
        parsed[:] = [p for p in parsed if p[0] is not key]
    parsed.append((key, value))


def _checked(found: tuple[list[Any], list[Any], list[Any]], options: Any) -> Any:
    parsed, rest, invalid = found
    if invalid:
        lines = "\n".join(_problem(name, value, options) for name, value in invalid)
        raise make("OptionParser.ParseError", f"{len(invalid)} error{'' if len(invalid) == 1 else 's'} found!\n{lines}")
    return (parsed, rest)


def _problem(name: str, value: Any, options: Any) -> str:
    types = option(options, "switches") or option(options, "strict") or []
    kind = _type_of(name, options, types)
    if value is not None:
        return f"{name} : Expected type {kind}, got {inspect(value)}"
    if kind:
        if "_" in name:
            return f"{name} : Unknown option. Did you mean {name.replace('_', '-')}?"
        return f"{name} : Missing argument of type {kind}"
    best, score = None, 0.0
    wanted = name.lstrip("-").replace("-", "_")
    for key, _ in types:
        now = jaro(atom_name(key), wanted)
        if now >= score:
            best, score = atom_name(key).replace("_", "-"), now
    return f"{name} : Unknown option" + (f". Did you mean --{best}?" if score > 0.8 else "")


def _type_of(name: str, options: Any, types: Any) -> str:
    found = name.lstrip("-").replace("-", "_")
    key = option(option(options, "aliases") or [], found)
    kind = option(types, found if key is None else atom_name(key))
    return "" if kind is None else to_string([atom_name(k) for k in kind] if kind.__class__ is list else kind)


@ex("parse/1", "parse/2")
def parse(argv: Any, options: Any = ()) -> Any:
    need(argv.__class__ is list, "OptionParser", "parse", 2)
    return _parse(argv, options, False)


@ex("parse!/1", "parse!/2")
def parse_bang(argv: Any, options: Any = ()) -> Any:
    need(argv.__class__ is list, "OptionParser", "parse!", 2)
    return _checked(_parse(argv, options, False), options)


@ex("parse_head/1", "parse_head/2")
def parse_head(argv: Any, options: Any = ()) -> Any:
    need(argv.__class__ is list, "OptionParser", "parse_head", 2)
    return _parse(argv, options, True)


@ex("parse_head!/1", "parse_head!/2")
def parse_head_bang(argv: Any, options: Any = ()) -> Any:
    need(argv.__class__ is list, "OptionParser", "parse_head!", 2)
    return _checked(_parse(argv, options, True), options)


@ex("next/1", "next/2")
def next_(argv: Any, options: Any = ()) -> Any:
    need(argv.__class__ is list, "OptionParser", "next", 2)
    return _next(argv, _rules(options))


@ex("to_argv/1", "to_argv/2")
def to_argv(items: Any, options: Any = ()) -> list[Any]:
    switches = option(options, "switches", [])
    out: list[Any] = []
    for key, value in iterate(items):
        need(is_atom(key), "OptionParser", "to_switch", 2)
        name = atom_name(key).replace("_", "-")
        if value is None:
            continue
        if value is True or value is False:
            out.append(f"--{name}" if value else f"--no-{name}")
        elif option(switches, atom_name(key)) is COUNT:
            out += [f"--{name}"] * value
        else:
            out += [f"--{name}", to_string(value)]
    return out


@ex("split/1")
def split(text: Any) -> list[str]:
    """Arguments as a shell would take them: quotes group, a backslash keeps a quote or space."""
    need(text.__class__ is str, "OptionParser", "split", 1)
    out: list[str] = []
    word, quote, place = "", "", 0
    text = text.lstrip(" ")
    while place < len(text):
        c, after = text[place], text[place + 1 : place + 2]
        place += 1
        if c == "\\" and after and (after == quote if quote else after in " '\""):
            word += after
            place += 1
        elif not quote and c in "'\"":
            quote = c
        elif quote and c == quote:
            quote = ""
        elif not quote and c == " ":
            out.append(word)
            word = ""
            while text[place : place + 1] == " ":
                place += 1
        else:
            word += c
    if quote:
        raise RuntimeError_(f"argv string did not terminate properly, a {quote} was opened but never closed")
    return [*out, word] if word else out


MODULE = native_module("OptionParser", globals())
