"""Regex: Perl-compatible expressions on the ``regex`` package.

Without the ``u`` modifier an expression works on octets, as the reference does; the octets are held as Latin-1 text.
"""

from __future__ import annotations

import re
import warnings
from functools import lru_cache
from typing import Any

from defnpy.stdlib.util import ERROR, OK, UNSET, is_binary, need, no_clause, option, truthy
from defnpy.terms import text as txt
from defnpy.terms.algebra import color, concat_all
from defnpy.terms.atom import Atom, alias
from defnpy.terms.binary import make_binary, octets
from defnpy.terms.errors import ArgumentError, MatchError, make
from defnpy.terms.function import arity_of, call, is_function
from defnpy.terms.inspect import to_doc
from defnpy.terms.module import ex, native_module
from defnpy.terms.struct import Struct

_NAMES = {
    "caseless": "i",
    "dotall": "s",
    "multiline": "m",
    "extended": "x",
    "unicode": "u",
    "ucp": "u",
    "firstline": "f",
    "ungreedy": "U",
}
_LETTERS = {"i": "caseless", "s": "dotall", "m": "multiline", "x": "extended", "u": "unicode", "f": "firstline", "U": "ungreedy"}
_OPTIONS: dict[str, list[Any]] = {c: [Atom(name)] for c, name in _LETTERS.items()}
_OPTIONS["u"] = [Atom("unicode"), Atom("ucp")]
_OPTIONS["s"] = [Atom("dotall"), (Atom("newline"), Atom("anycrlf"))]
ALL, FIRST, BUT_FIRST, NONE, BINARY = Atom("all"), Atom("first"), Atom("all_but_first"), Atom("none"), Atom("binary")
INVALID_OPTION = Atom("invalid_option")
ALL_NAMES, INDEX, BINARY = Atom("all_names"), Atom("index"), Atom("binary")


REGEX = alias("Regex")


class Regex(Struct):
    """``~r/source/letters``."""

    __slots__ = ("letters", "options", "source")
    module = REGEX

    def __init__(self, source: Any, letters: str, options: list[Any] | None = None) -> None:
        self.source = source
        self.letters = letters
        self.options = options

    @property
    def fields(self) -> dict[Any, Any]:  # type: ignore[override]
        return {
            Atom("opts"): self.options or [option for c in reversed(self.letters) for option in _OPTIONS[c]],
            Atom("re_pattern"): self.pattern,
            Atom("re_version"): "",
            Atom("source"): self.source,
        }

    def replace(self, changes: dict[Any, Any]) -> Struct:
        return Struct(self.module, {**self.fields, **changes})

    def ex_inspect(self, opts: Any) -> Any:
        if self.options is not None and not _has_letters(self.options):
            return concat_all(["Regex.compile!(", to_doc(self.source, opts), ", ", to_doc(self.options, opts), ")"])
        source = _escaped(octets(self.source).decode("utf-8", "surrogateescape"))
        return color(f"~r/{source}/{self.letters}", Atom("regex"), opts)

    @property
    def unicode(self) -> bool:
        """Whether the expression works on code points."""
        return "u" in self.letters

    @property
    def pattern(self) -> Any:
        """What ``:re`` takes for a compiled expression; letters and source stand for the code."""
        code = make_binary(f"{self.letters}/".encode() + octets(self.source))
        return (Atom("re_pattern"), self.compiled.groups, int(self.unicode), 0, code)

    @property
    def compiled(self) -> Any:
        return _compile(octets(self.source), self.letters)


def _has_letters(options: list[Any]) -> bool:
    """Whether letters after the sigil stand for these options."""
    rest = options
    while rest:
        size = next((len(names) for names in _OPTIONS.values() if rest[: len(names)] == names), 0)
        if not size:
            return False
        rest = rest[size:]
    return True


_CONTROLS = {"\a": "\\a", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v"}


def _escaped(source: str) -> str:
    out = re.sub(r"(\\.)|(/)", lambda m: m[1] or "\\/", source, flags=re.S)
    return "".join(_CONTROLS.get(c, f"\\x{ord(c):02X}") if ord(c) < 32 or ord(c) == 127 else c for c in out)


def sigil(source: Any, modifiers: str) -> Regex:
    """``~r`` with its modifiers."""
    made = Regex(source, "".join(c for c in modifiers if c in _LETTERS))
    _ = made.compiled
    return made


class BadRegex(Exception):
    """The expression does not compile; *text* and *place* say why."""

    def __init__(self, text: str, place: int) -> None:
        super().__init__(text)
        self.text = text
        self.place = place


@lru_cache(maxsize=512)
def _compile(source: bytes, letters: str) -> Any:
    import regex

    unicode = "u" in letters
    pattern = source.decode("utf-8") if unicode else source.decode("latin-1")
    flags = regex.V0
    for letter, flag in (("i", regex.I), ("s", regex.S), ("m", regex.M), ("x", regex.X)):
        if letter in letters:
            flags |= flag
    names: set[str] = set()
    for named in re.finditer(r"(?<!\\)\(\?P?<([A-Za-z_]\w*)>", pattern):
        if named[1] in names:
            raise BadRegex("two named subpatterns have the same name", named.end() - 1)
        names.add(named[1])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return regex.compile(_translated(pattern, letters), flags)
    except (regex.error, ValueError) as bad:
        reason = _reason(bad)
        raise BadRegex(reason, _place(reason, pattern, getattr(bad, "pos", 0) or 0)) from None


_REASONS = {
    "missing )": "missing )",
    "unterminated character set": "missing terminating ] for character class",
    "nothing to repeat": "nothing to repeat",
    "multiple repeat": "nothing to repeat",
    "unbalanced parenthesis": "unmatched parentheses",
    "trailing characters in pattern": "unmatched parentheses",
    "bad escape (end of pattern)": "\\ at end of pattern",
    "bad character range": "range out of order in character class",
    "unknown group": "reference to non-existent subpattern",
    "invalid group reference": "reference to non-existent subpattern",
    "min repeat greater than max repeat": "numbers out of order in {} quantifier",
    "unknown extension": "unrecognized character after (? or (?-",
    "unknown property": "unknown POSIX class name",
    "bad character in group name": "group name must start with a non-digit",
}


def _place(reason: str, pattern: str, place: int) -> int:
    """Where the reference sees what the package reports at *place*."""
    if reason.startswith("numbers out of order"):
        return pattern.find("}", place)
    if reason.startswith("unknown POSIX"):
        return pattern.rfind("[:", 0, place) + 2
    return place - 1 if reason.startswith(("range out of order", "group name")) else place


def _reason(bad: Exception) -> str:
    text = getattr(bad, "msg", str(bad))
    return next((ours for theirs, ours in _REASONS.items() if text.startswith(theirs)), text)


_OUTSIDE = {"\\z": r"\Z", "\\Z": r"(?=\n?\Z)", "\\e": r"\x1b", "\\N": r"[^\n]"}
_WIDE = {"\\h": r"\p{Zs}\t", "\\v": r"\n-\r\x85\u2028\u2029"}
_LETTER = r"A-Za-z\xaa\xb5\xba\xc0-\xd6\xd8-\xf6\xf8-\xff"
_OCTETS = {
    "\\w": r"0-9_" + _LETTER, "\\W": r"\x00-/:-@\[-\^`{-\xa9\xab-\xb4\xb6-\xb9\xbb-\xbf\xd7\xf7", "\\s": r"\t-\r ",
    "\\S": r"\x00-\x08\x0e-\x1f!-\xff", "\\h": r"\t \xa0", "\\v": r"\n-\r\x85", "[:alpha:]": _LETTER, "[:alnum:]": "0-9" + _LETTER,
    "[:word:]": "0-9_" + _LETTER, "[:upper:]": r"A-Z\xc0-\xd6\xd8-\xde", "[:lower:]": r"a-z\xaa\xb5\xba\xdf-\xf6\xf8-\xff",
    "[:punct:]": r"!-/:-@\[-`{-~\xa0-\xa9\xab-\xb4\xb6-\xb9\xbb-\xbf\xd7\xf7", "[:space:]": r"\t-\r ", "[:print:]": r" -~\xa0-\xff",
    "[:graph:]": r"!-~\xa0-\xff", "[:cntrl:]": r"\x00-\x1f\x7f-\x9f", "[:blank:]": r"\t ",
}  # fmt: skip
"""The members of each class of octets: the reference reads them as Latin-1."""


_INNER = re.compile(r"\\.|\[:\^?[a-z]+:\]", re.S)
_TOKEN = r"\\Q(.*?)(?:\\E|\Z)|\\.|\[\^?\]?(?:\\.|\[:\^?[a-z]+:\]|[^\]\\])*\]"


def _translated(pattern: str, letters: str) -> str:
    """The expression as the package spells it: other escapes, and classes of octets written out."""
    members = _WIDE if "u" in letters else _OCTETS

    def change(found: re.Match[str]) -> str:
        token = found[0]
        if token[0] == "[":
            return _INNER.sub(lambda inner: members.get(inner[0], inner[0]), token)
        if token.startswith("\\Q"):
            return re.escape(found[1])
        return f"[{members[token]}]" if token in members else _OUTSIDE.get(token, token)

    made = re.sub(_TOKEN + (r"|(?<!\(\?)#[^\n]*" if "x" in letters else ""), change, pattern, flags=re.S)
    if "U" in letters:
        made = re.sub(r"(\\.)|(?<![(\\])([*+?]|\{\d+,?\d*\})(\?)?", _turn_greed, made, flags=re.S)
    return made


def _turn_greed(found: re.Match[str]) -> str:
    if found[1]:
        return found[1]
    return found[2] if found[3] else found[2] + "?"


def _subject(re_: Regex, s: Any) -> str:
    if re_.unicode:
        if s.__class__ is not str:
            raise ArgumentError("argument error")
        return s
    return octets(s).decode("latin-1")


def _binary(re_: Regex, part: str | None) -> Any:
    if part is None:
        return ""
    if part.isascii():
        return part
    return part if re_.unicode else make_binary(part.encode("latin-1"))


def _span(re_: Regex, subject: str, found: Any, group: Any) -> Any:
    start, end = found.span(group)
    if start < 0:
        return (-1, 0)
    if re_.unicode:
        return (len(subject[:start].encode()), len(subject[start:end].encode()))
    return (start, end - start)


def _groups(found: Any) -> list[int]:
    """All group numbers up to the last one that took part."""
    most = max((i for i in range(1, found.re.groups + 1) if found.span(i)[0] >= 0), default=0)
    return list(range(most + 1))


def _captured(re_: Regex, subject: str, found: Any, capture: Any, index: bool) -> list[Any]:
    if capture is ALL:
        chosen: list[Any] = _groups(found)
    elif capture is FIRST:
        chosen = [0]
    elif capture is BUT_FIRST:
        chosen = _groups(found)[1:]
    elif capture is NONE:
        chosen = []
    elif capture is ALL_NAMES:
        chosen = sorted(found.re.groupindex)
    else:
        chosen = [c if c.__class__ is int else getattr(c, "name", c) for c in capture]
    if index:
        return [_span(re_, subject, found, c) for c in chosen]
    return [_binary(re_, _group(found, c)) for c in chosen]


def _group(found: Any, name: Any) -> str | None:
    try:
        return found.group(name)
    except (IndexError, error_type()):
        return None


def error_type() -> type[Exception]:
    """The package's own error class."""
    import regex

    return regex.error


def _regex(term: Any, name: str, arity: int) -> Regex:
    if isinstance(term, Regex):
        return term
    if isinstance(term, Struct) and term.module is REGEX:
        letters = _letters(term.fields[Atom("opts")])
        return Regex(term.fields[Atom("source")], letters)
    raise no_clause("Regex", name, arity)


# ----------------------------------------------------------------------------------------------------- functions


def _letters(options: Any) -> str:
    if is_binary(options):
        return str(options)
    return "".join(dict.fromkeys(_NAMES.get(o.name, "") for o in options if o.__class__ is Atom))[::-1]


def _unknown_letters(options: Any) -> str:
    """The rest of a text of modifiers from the first one that is none."""
    known = re.match("[ismxufU]*", options) if is_binary(options) else None
    return "" if known is None else str(options[known.end() :])


@ex("compile/1", "compile/2")
def compile_(source: Any, options: Any = "") -> Any:
    unknown = _unknown_letters(options)
    if unknown:
        return (ERROR, (INVALID_OPTION, unknown))
    try:
        made = Regex(source, _letters(options), options if options.__class__ is list else None)
        _ = made.compiled
    except BadRegex as bad:
        return (ERROR, ([ord(c) for c in bad.text], bad.place))
    return (OK, made)


@ex("compile!/1", "compile!/2")
def compile_bang(source: Any, options: Any = "") -> Regex:
    unknown = _unknown_letters(options)
    if unknown:
        raise make("Regex.CompileError", f"invalid_option at position {unknown}")
    try:
        made = Regex(source, _letters(options), options if options.__class__ is list else None)
        _ = made.compiled
    except BadRegex as bad:
        raise make("Regex.CompileError", f"{bad.text} at position {bad.place}") from None
    return made


@ex("recompile!/1")
def recompile_bang(re_: Any) -> Any:
    return re_


@ex("recompile/1")
def recompile(re_: Any) -> Any:
    return (OK, re_)


@ex("regex?/1")
def regex_q(term: Any) -> bool:
    return isinstance(term, Struct) and term.module is REGEX


@ex("source/1")
def source(re_: Any) -> Any:
    return _regex(re_, "source", 1).source


@ex("opts/1")
def opts(re_: Any) -> Any:
    return _regex(re_, "opts", 1).fields[Atom("opts")]


@ex("names/1")
def names(re_: Any) -> list[Any]:
    return sorted(_regex(re_, "names", 1).compiled.groupindex)


@ex("escape/1")
def escape(s: Any) -> Any:
    need(is_binary(s), "Regex", "escape", 1)
    return re.sub(r"([.^$*+?()\[{\\|\s#\-\]}&~:=!<>,/]|(?<=\\)\n)", _escape_one, s)


def _escape_one(found: re.Match[str]) -> str:
    c = found[0]
    return c if c in "&~:=!<>,/" else "\\" + c


@ex("match?/2")
def match_q(re_: Any, s: Any) -> bool:
    re_ = _regex(re_, "match?", 2)
    need(is_binary(s), "Regex", "match?", 2)
    return re_.compiled.search(_subject(re_, s)) is not None


def _shape(options: Any) -> tuple[Any, bool]:
    """What of a match is wanted, and whether as places."""
    capture, shape = option(options, "capture", ALL), option(options, "return", BINARY)
    known = capture.__class__ is list or capture in (ALL, FIRST, BUT_FIRST, ALL_NAMES, NONE)
    if not known or (shape is not BINARY and shape is not INDEX):
        raise ArgumentError("argument error")
    return capture, shape is INDEX


@ex("run/2", "run/3")
def run(re_: Any, s: Any, options: Any = ()) -> Any:
    re_ = _regex(re_, "run", 3)
    need(is_binary(s), "Regex", "run", 3)
    subject = _subject(re_, s)
    found = re_.compiled.search(subject, option(options, "offset", 0))
    if found is None:
        return None
    return _captured(re_, subject, found, *_shape(options))


@ex("scan/2", "scan/3")
def scan(re_: Any, s: Any, options: Any = ()) -> list[Any]:
    re_ = _regex(re_, "scan", 3)
    need(is_binary(s), "Regex", "scan", 3)
    subject = _subject(re_, s)
    capture, index = _shape(options)
    if capture is NONE or (capture is ALL_NAMES and not re_.compiled.groupindex):
        return []
    matches = re_.compiled.finditer(subject, option(options, "offset", 0))
    return [_captured(re_, subject, m, capture, index) for m in matches]


@ex("named_captures/2", "named_captures/3")
def named_captures(re_: Any, s: Any, options: Any = ()) -> Any:
    re_ = _regex(re_, "named_captures", 3)
    need(is_binary(s), "Regex", "named_captures", 3)
    subject = _subject(re_, s)
    found = re_.compiled.search(subject)
    if found is None:
        return None
    index = option(options, "return") is INDEX
    wanted = sorted(found.re.groupindex)
    return dict(zip(wanted, _captured(re_, subject, found, ALL_NAMES, index), strict=True))


_REFERENCE = re.compile(r"\\(\d+)|\\g\{(\d+)\}|\\\\")
_OPEN_REFERENCE = re.compile(r"(?:[^\\]|\\\\|\\(?!\\|g\{)|\\g\{\d+\})*?\\g\{(\d*)(?!\d*\})(.*)", re.S)


@ex("replace/3", "replace/4")
def replace(re_: Any, s: Any, replacement: Any, options: Any = ()) -> Any:
    re_ = _regex(re_, "replace", 4)
    need(is_binary(s), "Regex", "replace", 4)
    need(is_binary(replacement) or is_function(replacement), "Regex", "precompile_replacement", 1)
    count = 0 if option(options, "global", True) is not False else 1
    unclosed = _OPEN_REFERENCE.fullmatch(replacement) if is_binary(replacement) and "\\g{" in replacement else None
    if unclosed is not None:
        raise MatchError(([ord(c) for c in unclosed[1]], unclosed[2]))

    def made(found: Any) -> str:
        if not is_function(replacement):
            return _REFERENCE.sub(lambda m: _referred(found, m), _subject(re_, replacement))
        arity = arity_of(replacement)
        groups = [_binary(re_, found.group(i) if i <= found.re.groups else None) for i in range(arity)]
        return _subject(re_, txt.to_string(call(replacement, groups)))

    out = re_.compiled.sub(made, _subject(re_, s), count=count)
    if re_.unicode:
        return make_binary(out.encode("utf-8", "surrogateescape"))
    return out if out.isascii() else make_binary(out.encode("latin-1"))


def _referred(found: Any, reference: re.Match[str]) -> str:
    if reference[0] == "\\\\":
        return "\\"
    number = int(reference[1] or reference[2])
    return (found.group(number) or "") if number <= found.re.groups else ""


@ex("split/2", "split/3")
def split(re_: Any, s: Any, options: Any = ()) -> list[Any]:
    re_ = _regex(re_, "split", 3)
    need(is_binary(s), "Regex", "split", 3)
    if s == "":
        return [] if truthy(option(options, "trim", False)) else [""]
    subject = _subject(re_, s)
    parts = option(options, "parts", UNSET)
    need(parts is UNSET or parts is Atom("infinity") or (parts.__class__ is int and parts > 0), "Regex", "parts_to_index", 1)
    limit = parts if parts.__class__ is int else 0
    with_captures, trim = (truthy(option(options, name, False)) for name in ("include_captures", "trim"))
    on = option(options, "on", FIRST)
    pieces: list[str] = []
    start = cuts = 0
    for found in re_.compiled.finditer(subject):
        if limit and cuts >= limit - 1:
            break
        spans = [found.span()] if on is FIRST else [found.span(_name(g)) for g in _wanted(on, found)]
        for low, high in spans:
            if low < start or (trim and low == start and not with_captures and low == high):
                continue
            if not (trim and low == start):
                pieces.append(subject[start:low])
            cuts += with_captures or not (trim and low == start)
            if with_captures:
                pieces.append(subject[low:high])
            start = high
    pieces.append(subject[start:])
    return [_binary(re_, p) for p in pieces if p or not trim]


def _wanted(on: Any, found: Any) -> list[Any]:
    if on is ALL:
        return _groups(found)
    if on is BUT_FIRST:
        return _groups(found)[1:]
    if on is NONE:
        return []
    return on if on.__class__ is list else [0]


def _name(group: Any) -> Any:
    return getattr(group, "name", group)


@ex("re_pattern/1")
def re_pattern(re_: Any) -> Any:
    """The compiled expression as ``:re`` takes it."""
    return _regex(re_, "re_pattern", 1).pattern


def from_pattern(pattern: Any) -> Regex:
    """The expression of a compiled one."""
    letters, _, code = octets(pattern[4]).partition(b"/")
    return Regex(make_binary(code), letters.decode())


@ex("version/0")
def version() -> str:
    return "8.44 2020-02-12"


MODULE = native_module("Regex", globals(), info={"struct": [(Atom(k), None) for k in ("opts", "re_pattern", "re_version", "source")]})
