"""``:string``: functions of chardata, and the old ones of lists of characters."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

from defnpy.stdlib.parsing import float_prefix, integer_prefix
from defnpy.stdlib.util import badarg, is_binary
from defnpy.terms import text as txt
from defnpy.terms.atom import Atom
from defnpy.terms.errors import ArgumentError, FunctionClauseError
from defnpy.terms.list import ImproperList
from defnpy.terms.module import Module, native_module

NOMATCH, ERROR, LEADING, TRAILING, BOTH, ALL = (Atom(n) for n in "nomatch error leading trailing both all".split())
INFINITY, NONE = Atom("infinity"), Atom("none")
_SPACE = " \t\n\r\v\f\x85\u200e\u200f\u2028\u2029"


def text_of(data: Any) -> str:
    """Chardata as text."""
    made = data if is_binary(data) else txt.list_to_string(data)
    return made if made.__class__ is str else made.decode("latin-1")


def like(source: Any, made: str) -> Any:
    """*made* as a binary or a list, as *source* is."""
    return made if is_binary(source) else [ord(c) for c in made]


def _no_clause(name: str, arity: int) -> FunctionClauseError:
    return FunctionClauseError(Atom("string"), Atom(name), arity)


def _cluster(grapheme: str) -> Any:
    return ord(grapheme) if len(grapheme) == 1 else [ord(c) for c in grapheme]


def _clusters(data: Any) -> list[str]:
    return list(txt.graphemes(text_of(data)))


# ----------------------------------------------------------------------------------------------- parts of chardata


def _slice(data: Any, start: Any, size: Any = INFINITY) -> Any:
    if start.__class__ is not int or start < 0:
        raise _no_clause("slice", 2 if size is INFINITY else 3)
    return like(data, "".join(_clusters(data)[start : None if size is INFINITY else start + size]))


def _split(data: Any, pattern: Any, where: Any = LEADING) -> list[Any]:
    text, wanted = text_of(data), text_of(pattern)
    if not wanted:
        return [data]
    parts = text.split(wanted) if where is ALL else text.rsplit(wanted, 1) if where is TRAILING else text.split(wanted, 1)
    return [like(data, part) for part in parts]


def _replace(data: Any, pattern: Any, new: Any, where: Any = LEADING) -> list[Any]:
    out: list[Any] = []
    for part in _split(data, pattern, where):
        out += [new, part] if out else [part]
    return out


def _find(data: Any, pattern: Any, where: Any = LEADING) -> Any:
    text, wanted = text_of(data), text_of(pattern)
    index = text.rfind(wanted) if where is TRAILING else text.find(wanted)
    return NOMATCH if index < 0 else like(data, text[index:])


def _prefix(data: Any, prefix: Any) -> Any:
    text, wanted = text_of(data), text_of(prefix)
    return like(data, text[len(wanted) :]) if text.startswith(wanted) else NOMATCH


def _separators(chars: Any, name: str, arity: int) -> set[str]:
    if chars.__class__ is not list:
        raise _no_clause(name, arity)
    return {chr(c) if c.__class__ is int else text_of(c) for c in chars}


def _trim(data: Any, where: Any = BOTH, chars: Any = None) -> Any:
    gone = set(_SPACE) | {"\r\n"} if chars is None else _separators(chars, "trim", 3)
    parts = _clusters(data)
    low, high = 0, len(parts)
    while where is not TRAILING and low < high and parts[low] in gone:
        low += 1
    while where is not LEADING and high > low and parts[high - 1] in gone:
        high -= 1
    return like(data, "".join(parts[low:high]))


def _pad(data: Any, size: int, where: Any = TRAILING, char: Any = 32) -> list[Any]:
    missing = max(size - len(_clusters(data)), 0)
    if where is LEADING:
        return [[char] * missing, data]
    if where is BOTH:
        half = [char] * (missing // 2)
        return [half, data, half, char] if missing % 2 else [half, data, half]
    return [data, *[char] * missing]


def _lexemes(data: Any, separators: Any, name: str = "lexemes", arity: int = 2) -> list[Any]:
    gone = _separators(separators, name, arity)
    out = [""]
    for part in _clusters(data):
        if part not in gone:
            out[-1] += part
        elif out[-1]:
            out.append("")
    return [like(data, part) for part in out if part]


def _nth_lexeme(data: Any, n: int, separators: Any) -> Any:
    found = _lexemes(data, separators, "nth_lexeme", 3)
    return found[n - 1] if 0 < n <= len(found) else like(data, "")


def _taken(data: Any, chars: Any, others: Any = False, where: Any = LEADING) -> Any:
    if chars.__class__ is not list:
        raise badarg((2, "not a list"))
    wanted, parts = _separators(chars, "take", 4), _clusters(data)
    if where is TRAILING:
        parts.reverse()
    count = next((i for i, part in enumerate(parts) if (part in wanted) is (others is True)), len(parts))
    ends = parts[:count], parts[count:]
    if where is TRAILING:
        ends = ends[1][::-1], ends[0][::-1]
    return tuple(like(data, "".join(part)) for part in ends)


def _next(data: Any, parts: list[str]) -> Any:
    if not parts:
        return []
    rest = like(data, "".join(parts[1:]))
    return [_cluster(parts[0]), *rest] if rest.__class__ is list else ImproperList([_cluster(parts[0])], rest)


def _number(read: Callable[[str], Any], kind: str) -> Callable[[Any], Any]:
    def number(data: Any) -> Any:
        found = read(text_of(data))
        return (ERROR, Atom(f"no_{kind}")) if found is None else (found[0], like(data, found[1]))

    return number


def _equal(a: Any, b: Any, fold: Any = False, form: Any = NONE) -> bool:
    left, right = text_of(a), text_of(b)
    if form is not NONE:
        left, right = (unicodedata.normalize(form.name.upper(), s) for s in (left, right))
    return left.casefold() == right.casefold() if fold is True else left == right


# --------------------------------------------------------------------------------------------- lists of characters


def _concat(a: Any, b: Any) -> list[Any]:
    if a.__class__ is not list:
        raise ArgumentError("argument error")
    return [*a, *b]


def _join(parts: Any, separator: list[Any]) -> list[Any]:
    out: list[Any] = []
    for index, part in enumerate(parts):
        out += [*(separator if index else []), *part]
    return out


def _fixed(place: str) -> Callable[..., list[Any]]:
    def fixed(chars: list[Any], size: int, char: int = 32) -> list[Any]:
        missing = size - len(chars)
        if missing <= 0:
            low = -missing // 2 if place == "centre" else -missing if place == "right" else 0
            return chars[low : low + size]
        before = missing // 2 if place == "centre" else missing if place == "right" else 0
        return [char] * before + chars + [char] * (missing - before)

    return fixed


def _strip(chars: list[Any], where: Any = BOTH, char: int = 32) -> list[Any]:
    text, gone = "".join(map(chr, chars)), chr(char)
    made = text.lstrip(gone) if where is Atom("left") else text.rstrip(gone) if where is Atom("right") else text.strip(gone)
    return [ord(c) for c in made]


def _position(last: bool) -> Callable[[Any, Any], int]:
    def position(chars: Any, wanted: Any) -> int:
        text, part = text_of(chars), chr(wanted) if wanted.__class__ is int else text_of(wanted)
        return (text.rfind(part) if last else text.find(part)) + 1

    return position


def _part(chars: list[Any], start: int, size: Any = None) -> list[Any]:
    return chars[start - 1 : None if size is None else start - 1 + size]


def _run(chars: Any, wanted: Any, inside: bool) -> int:
    return next((i for i, c in enumerate(chars) if (c in wanted) is not inside), len(chars))


def _string() -> Module:
    made = native_module("string", {}, erlang=True)
    integer, floating = _number(integer_prefix, "integer"), _number(float_prefix, "float")
    table: dict[str, Callable[..., Any]] = {
        "length": lambda s: txt.length(text_of(s)), "is_empty": lambda s: not text_of(s), "uppercase": lambda s: like(s, text_of(s).upper()),
        "lowercase": lambda s: like(s, text_of(s).lower()), "casefold": lambda s: like(s, text_of(s).casefold()),
        "titlecase": lambda s: like(s, text_of(s)[:1].title() + text_of(s)[1:]), "reverse": lambda s: [_cluster(g) for g in reversed(_clusters(s))],
        "to_graphemes": lambda s: [_cluster(g) for g in _clusters(s)], "next_grapheme": lambda s: _next(s, _clusters(s)),
        "next_codepoint": lambda s: _next(s, list(text_of(s))), "to_integer": integer, "to_float": floating, "list_to_integer": integer,
        "list_to_float": floating, "chomp": lambda s: like(s, text_of(s).rstrip("\r\n")), "to_upper": lambda s: like(s, text_of(s).upper()),
        "to_lower": lambda s: like(s, text_of(s).lower()), "len": len, "words": lambda s, c=32: len(_lexemes(s, [c])),
    }  # fmt: skip
    made.functions.update({f"{name}/1": table[name] for name in table})
    several: list[tuple[Callable[..., Any], str, tuple[int, ...]]] = [
        (_slice, "slice", (2, 3)), (_split, "split", (2, 3)), (_replace, "replace", (3, 4)), (_find, "find", (2, 3)), (_trim, "trim", (1, 2, 3)),
        (_pad, "pad", (2, 3, 4)), (_lexemes, "lexemes", (2,)), (_lexemes, "tokens", (2,)), (_nth_lexeme, "nth_lexeme", (3,)),
        (_taken, "take", (2, 3, 4)), (_equal, "equal", (2, 3, 4)), (_prefix, "prefix", (2,)), (_concat, "concat", (2,)), (_join, "join", (2,)),
        (_strip, "strip", (1, 2, 3)), (_part, "substr", (2, 3)), (table["words"], "words", (2,)),
        (lambda s, start, stop=None: s[start - 1 : stop], "sub_string", (2, 3)), (_position(False), "str", (2,)), (_position(True), "rstr", (2,)),
        (_position(False), "chr", (2,)), (_position(True), "rchr", (2,)), (lambda s, w: _run(s, w, True), "span", (2,)),
        (lambda s, w: _run(s, w, False), "cspan", (2,)), (lambda c, n, tail=(): [c] * n + list(tail), "chars", (2, 3)),
        (lambda s, n: s * n, "copies", (2,)), *((_fixed(place), place, (2, 3)) for place in ("left", "right", "centre")),
    ]  # fmt: skip
    for function, name, arities in several:
        made.functions.update({f"{name}/{arity}": function for arity in arities})
    return made


MODULES_BY_NAME = {"string": _string()}
