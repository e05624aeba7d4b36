"""``:re``, on the expressions of Regex."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from defnpy.stdlib import regex
from defnpy.stdlib.erlang.strings import text_of
from defnpy.stdlib.regex import _NAMES, ALL, NONE, BadRegex, Regex, _binary, _captured, _subject
from defnpy.stdlib.util import ERROR, OK, badarg, is_binary
from defnpy.terms import text as txt
from defnpy.terms.atom import Atom
from defnpy.terms.binary import make_binary
from defnpy.terms.errors import ElixirError
from defnpy.terms.list import ImproperList
from defnpy.terms.module import ex, native_module

MATCH, NOMATCH, PATTERN = Atom("match"), Atom("nomatch"), Atom("re_pattern")
INDEX, LIST, BINARY, IODATA = Atom("index"), Atom("list"), Atom("binary"), Atom("iodata")
_FLAGS = frozenset(
    "anchored global trim group dollar_endonly dupnames bsr_anycrlf bsr_unicode no_auto_capture no_start_optimize never_utf notbol "
    "notempty noteol notempty_atstart report_errors".split()
)
_VALUES = frozenset("capture offset parts return newline match_limit match_limit_recursion".split())


class _Call:
    """Expression, subject and options of one call."""

    def __init__(self, subject: Any, pattern: Any, options: Any) -> None:
        self.flags: set[str] = set()
        self.values: dict[str, Any] = {}
        letters = "".join(filter(None, map(self.letter, options if options.__class__ is list else [None])))
        self.regex = _made(pattern, letters)
        self.text = _subject(self.regex, _data(subject, self.regex.unicode))
        self.shape = self.values.get("return", IODATA)

    def letter(self, given: Any) -> str:
        """The letter of a compile option; other options are noted."""
        name = getattr(given, "name", None)
        if name in _NAMES:
            return _NAMES[name]
        if given.__class__ is tuple and len(given) > 1 and getattr(given[0], "name", None) in _VALUES:
            self.values[given[0].name] = given[1:] if len(given) > 2 else given[1]
        elif name in _FLAGS:
            self.flags.add(name)
        else:
            raise badarg((3, "invalid options"))
        return ""

    def matches(self) -> Iterator[Any]:
        """The matches to look at: all of them with ``:global``."""
        offset = self.values.get("offset", 0)
        if self.regex.unicode:
            offset = len(self.text.encode()[:offset].decode("utf-8", "ignore"))
        if "global" in self.flags:
            yield from self.regex.compiled.finditer(self.text, offset)
            return
        found = (self.regex.compiled.match if "anchored" in self.flags else self.regex.compiled.search)(self.text, offset)
        if found is not None:
            yield found

    def shaped(self, text: str) -> Any:
        """Part of the subject as the option ``:return`` wants it."""
        return [ord(c) for c in text] if self.shape is LIST else _binary(self.regex, text)


def _data(subject: Any, wide: bool) -> Any:
    if is_binary(subject):
        return subject
    try:
        return text_of(subject) if wide else make_binary(txt.iodata_bytes(subject))
    except ElixirError:
        raise badarg((1, "not an iodata term")) from None


def _made(pattern: Any, letters: str) -> Regex:
    """The expression of a source or of a compiled one."""
    if pattern.__class__ is tuple and len(pattern) == 5 and pattern[0] is PATTERN and is_binary(pattern[4]):
        return regex.from_pattern(pattern)
    made = Regex(_data(pattern, "u" in letters), letters)
    try:
        _ = made.compiled
    except BadRegex as bad:
        raise badarg((2, f"could not parse regular expression\n{bad.text} on character {bad.place}")) from None
    return made


@ex("compile/1", "compile/2")
def compile_(pattern: Any, options: Any = ()) -> Any:
    found, made = regex.compile_(_data(pattern, False), list(options))
    if found is ERROR:
        return (ERROR, made)
    return (OK, made.pattern)


@ex("inspect/2")
def inspect(pattern: Any, item: Any) -> Any:
    """The names of the groups."""
    return (Atom("namelist"), sorted(regex.from_pattern(pattern).compiled.groupindex))


@ex("run/2", "run/3")
def run(subject: Any, pattern: Any, options: Any = ()) -> Any:
    call = _Call(subject, pattern, list(options))
    found = list(call.matches())
    if not found:
        return NOMATCH
    wanted = call.values.get("capture", ALL)
    capture, shape = wanted if wanted.__class__ is tuple else (wanted, INDEX)
    if capture is NONE:
        return MATCH
    rows = [_captured(call.regex, call.text, m, capture, shape is INDEX) for m in found]
    if shape is LIST:
        rows = [[[ord(c) for c in _subject(call.regex, part)] for part in row] for row in rows]
    return (MATCH, rows if "global" in call.flags else rows[0])


_REFERENCE = re.compile(r"\\(?:g?\{(\d+)\}|g?(\d+)|(.))|(&)", re.S)


def _replacement(call: _Call, template: str, found: Any) -> list[str]:
    """The pieces of what stands for a match: texts, groups and, for ``&``, the match."""
    pieces: list[str] = []
    literal, place = "", 0
    for reference in _REFERENCE.finditer(template):
        literal += template[place : reference.start()]
        place = reference.end()
        if reference[3]:
            literal += reference[3] if reference[3] in "\\&" else reference[0]
            continue
        number = 0 if reference[4] else int(reference[1] or reference[2])
        pieces += [literal] if literal else []
        pieces.append((found[number] or "") if number <= found.re.groups else "")
        literal = ""
    literal += template[place:]
    return [*pieces, literal] if literal else pieces


@ex("replace/3", "replace/4")
def replace(subject: Any, pattern: Any, replacement: Any, options: Any = ()) -> Any:
    call = _Call(subject, pattern, list(options))
    template = _subject(call.regex, _data(replacement, call.regex.unicode))
    parts: list[list[str]] = []
    place = 0
    for found in call.matches():
        if found.start() > place:
            parts.append([call.text[place : found.start()]])
        parts.append(_replacement(call, template, found))
        place = found.end()
    rest = call.text[place:]
    if call.shape is not IODATA:
        return call.shaped("".join(text for part in parts for text in part) + rest)
    shaped = [_binary(call.regex, part[0]) if len(part) == 1 else [_binary(call.regex, p) for p in part] for part in parts]
    if not shaped or not rest:
        return shaped or _binary(call.regex, rest)
    return ImproperList(shaped, _binary(call.regex, rest))


@ex("split/2", "split/3")
def split(subject: Any, pattern: Any, options: Any = ()) -> Any:
    call = _Call(subject, pattern, [*options, Atom("global")])
    parts = call.values.get("parts")
    rows: list[list[str]] = []
    place = 0
    for found in call.matches():
        if parts.__class__ is int and parts > 0 and len(rows) >= parts - 1:
            break
        if found.start() == found.end() == place:
            continue
        rows.append([call.text[place : found.start()], *(found[i] or "" for i in range(1, _last_group(found) + 1))])
        place = found.end()
    rows.append([call.text[place:]])
    if "trim" in call.flags or parts == 0:
        while rows and not any(rows[-1]):
            rows.pop()
    shaped: Callable[[str], Any] = call.shaped
    if "group" in call.flags:
        return [[shaped(text) for text in row] for row in rows]
    return [shaped(text) for row in rows for text in row]


def _last_group(found: Any) -> int:
    return max((i for i in range(1, found.re.groups + 1) if found.span(i)[0] >= 0), default=0)


@ex("version/0")
def version() -> str:
    return regex.version()


MODULE = native_module("re", globals(), erlang=True)
