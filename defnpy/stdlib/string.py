"""String."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from itertools import groupby
from typing import Any

from defnpy.stdlib import casing, io, regex
from defnpy.stdlib.calls import fun1
from defnpy.stdlib.lazy import Stream
from defnpy.stdlib.parsing import float_exact, integer_exact, need_text
from defnpy.stdlib.util import INFINITY, UNSET, badarg, is_binary, is_int, need, no_clause, option
from defnpy.terms import text as txt
from defnpy.terms.atom import Atom, to_atom
from defnpy.terms.binary import make_binary, octets
from defnpy.terms.errors import ArgumentError
from defnpy.terms.function import is_function
from defnpy.terms.inspect import inspect
from defnpy.terms.module import ex, native_module
from defnpy.terms.range import Range
from defnpy.terms.suggest import jaro

_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
_SPLITTING = "".join(c for c in _SPACE if c not in "\xa0\u2007\u202f")
ERROR = Atom("error")
ALL, VALID, PRINTABLE = Atom("all"), Atom("valid"), Atom("printable")


def _text(term: Any, name: str, arity: int) -> str:
    """*term* as Python text; stray octets become lone surrogates."""
    if term.__class__ is str:
        return term
    if term.__class__ is bytes:
        return term.decode("utf-8", "surrogateescape")
    raise no_clause("String", name, arity)


def _back(made: str) -> Any:
    """The binary of text that :func:`_text` gave."""
    if made.isascii():
        return made
    try:
        made.encode()
    except UnicodeEncodeError:
        return make_binary(made.encode("utf-8", "surrogateescape"))
    return made


# ------------------------------------------------------------------------------------------------- properties


@ex("length/1")
def length(s: Any) -> int:
    need(is_binary(s), "String", "length", 1)
    return txt.length(s)


@ex("valid?/1", "valid?/2")
def valid_q(s: Any, mode: Any = None) -> bool:
    need(is_binary(s) and (mode is None or mode in (Atom("default"), Atom("fast_ascii"))), "String", "valid?", 2)
    return s.__class__ is str


@ex("printable?/1", "printable?/2")
def printable_q(s: Any, limit: Any = INFINITY) -> bool:
    need(is_binary(s) and (limit is INFINITY or (is_int(limit) and limit >= 0)), "String", "printable?", 2)
    return txt.is_printable(s, None if limit is INFINITY else limit)


@ex("graphemes/1")
def graphemes(s: Any) -> list[Any]:
    need(is_binary(s), "String", "graphemes", 1)
    return txt.graphemes(s)


@ex("codepoints/1")
def codepoints(s: Any) -> list[Any]:
    return [_back(c) for c in _text(s, "codepoints", 1)]


@ex("next_grapheme/1")
def next_grapheme(s: Any) -> Any:
    found = txt.graphemes(s)
    return (found[0], txt.join(found[1:])) if found else None


@ex("next_grapheme_size/1")
def next_grapheme_size(s: Any) -> Any:
    found = next_grapheme(s)
    if found is None:
        return None
    size = len(octets(found[0]))
    return (size, make_binary(octets(s)[size:]))


@ex("next_codepoint/1")
def next_codepoint(s: Any) -> Any:
    data = _text(s, "next_codepoint", 1)
    return (_back(data[0]), _back(data[1:])) if data else None


@ex("to_charlist/1")
def to_charlist(s: Any) -> Any:
    need(is_binary(s), "String", "to_charlist", 1)
    return txt.to_charlist(s)


@ex("to_integer/1", "to_integer/2")
def to_integer(s: Any, base: Any = 10) -> int:
    return integer_exact(need_text(s), base)


@ex("to_float/1")
def to_float(s: Any) -> float:
    return float_exact(need_text(s))


@ex("to_atom/1")
def to_atom_(s: Any) -> Any:
    return to_atom(need_text(s))


@ex("to_existing_atom/1")
def to_existing_atom(s: Any) -> Any:
    name = need_text(s)
    if name in Atom._interned or name in ("true", "false", "nil"):
        return to_atom(name)
    raise badarg((1, "not an already existing atom"))


# ------------------------------------------------------------------------------------------------------- parts


@ex("at/2")
def at(s: Any, index: Any) -> Any:
    need(is_binary(s) and is_int(index), "String", "at", 2)
    found = txt.graphemes(s)
    return found[index] if -len(found) <= index < len(found) else None


@ex("first/1")
def first(s: Any) -> Any:
    need(is_binary(s), "String", "first", 1)
    return txt.graphemes(s[:64])[0] if s else None


@ex("last/1")
def last(s: Any) -> Any:
    need(is_binary(s), "String", "last", 1)
    return txt.graphemes(s)[-1] if s else None


@ex("slice/2", "slice/3")
def slice_(s: Any, start: Any, size: Any = UNSET) -> Any:
    found = txt.graphemes(s) if is_binary(s) else None
    if size is UNSET:
        need(found is not None and isinstance(start, Range), "String", "slice", 2)
        return txt.join(_slice_range(found, start))  # type: ignore[arg-type]
    need(found is not None and is_int(start) and is_int(size) and size >= 0, "String", "slice", 3)
    first_ = max(start + len(found), 0) if start < 0 else start  # type: ignore[arg-type]
    return txt.join(found[first_ : first_ + size])  # type: ignore[index]


def _slice_range(found: list[Any], span: Range) -> list[Any]:
    step = span.step
    if step == -1 and span.first > span.last:
        io.warn(f"negative steps are not supported in String.slice/2, pass {span.first}..{span.last}//1 instead")
        step = 1
    if step < 0:
        raise ArgumentError(f"String.slice/2 does not accept ranges with negative steps, got: {inspect(span)}")
    size = len(found)
    low = span.first + size if span.first < 0 else span.first
    high = span.last + size if span.last < 0 else span.last
    if low < 0 and high < 0:
        return []
    return found[max(low, 0) : max(high + 1, 0) : step]


@ex("byte_slice/3")
def byte_slice(s: Any, start: Any, size: Any) -> Any:
    """At most *size* octets; code points that the cut takes apart are left out."""
    need(is_binary(s) and is_int(start) and is_int(size) and size >= 0, "String", "byte_slice", 3)
    data = octets(s)
    begin = max(start + len(data), 0) if start < 0 else start
    while begin < len(data) and data[begin] & 0xC0 == 0x80:
        begin += 1
    part = data[begin : begin + size]
    lead = len(part) - 1
    while lead >= 0 and len(part) - lead < 4 and part[lead] & 0xC0 == 0x80:
        lead -= 1
    if lead >= 0 and part[lead] >= 0xC0:
        whole = 2 if part[lead] < 0xE0 else 3 if part[lead] < 0xF0 else 4 if part[lead] < 0xF8 else 1
        return make_binary(part[:lead] if lead + whole > len(part) else part)
    return make_binary(part[: lead + 1])


@ex("split_at/2")
def split_at(s: Any, place: Any) -> Any:
    need(is_binary(s) and is_int(place), "String", "split_at", 2)
    found = txt.graphemes(s)
    cut = max(place + len(found), 0) if place < 0 else place
    return (txt.join(found[:cut]), txt.join(found[cut:]))


@ex("reverse/1")
def reverse(s: Any) -> Any:
    need(is_binary(s), "String", "reverse", 1)
    return txt.join(txt.graphemes(s)[::-1])


@ex("duplicate/2")
def duplicate(s: Any, count: Any) -> Any:
    faults = [] if is_binary(s) else [(1, "not a binary")]
    if not is_int(count) or count < 0:
        faults.append((2, "out of range" if is_int(count) else "not an integer"))
    if faults:
        raise badarg(*faults)
    return s * count if s.__class__ is str else make_binary(s * count)


# ------------------------------------------------------------------------------------------------------- cases


def _casing(name: str, change: Callable[[str, Any], str]) -> Callable[..., Any]:
    def function(s: Any, mode: Any = casing.DEFAULT) -> Any:
        need(mode in casing.MODES, "String", name, 2)
        return _back(change(_text(s, name, 2), mode))

    function.__name__ = name
    return ex(f"{name}/1", f"{name}/2")(function)


upcase = _casing("upcase", casing.upcase)
downcase = _casing("downcase", casing.downcase)
capitalize = _casing("capitalize", casing.capitalize)


# -------------------------------------------------------------------------------------------------------- trim


@ex("trim/1", "trim/2")
def trim(s: Any, chars: Any = UNSET) -> Any:
    if chars is UNSET:
        return _back(_text(s, "trim", 1).strip(_SPACE))
    need(is_binary(s) and is_binary(chars), "String", "trim", 2)
    return trim_trailing(trim_leading(s, chars), chars)


def _trimmed(chars: Any, name: str) -> str:
    gone = _text(chars, name, 2)
    if not gone:
        raise ArgumentError("cannot use an empty string as the match to replace")
    return gone


@ex("trim_leading/1", "trim_leading/2")
def trim_leading(s: Any, chars: Any = UNSET) -> Any:
    data = _text(s, "trim_leading", 1 if chars is UNSET else 2)
    if chars is UNSET:
        return _back(data.lstrip(_SPACE))
    gone = _trimmed(chars, "trim_leading")
    while gone and data.startswith(gone):
        data = data[len(gone) :]
    return _back(data)


@ex("trim_trailing/1", "trim_trailing/2")
def trim_trailing(s: Any, chars: Any = UNSET) -> Any:
    data = _text(s, "trim_trailing", 1 if chars is UNSET else 2)
    if chars is UNSET:
        return _back(data.rstrip(_SPACE))
    gone = _trimmed(chars, "trim_trailing")
    while gone and data.endswith(gone):
        data = data[: -len(gone)]
    return _back(data)


def _padding(s: Any, size: Any, padding: Any, name: str) -> Any:
    need(is_binary(s) and is_int(size) and size >= 0, "String", name, 3)
    if padding.__class__ is not list:
        need(is_binary(padding), "String", name, 3)
        padding = txt.graphemes(padding)
    need(bool(padding), "String", name, 3)
    for part in padding:
        if not is_binary(part):
            raise ArgumentError(f"expected a string padding element, got: {inspect(part)}")
    count = size - txt.length(s)
    if count <= 0:
        return ""
    return txt.join([padding[i % len(padding)] for i in range(count)])


@ex("pad_leading/2", "pad_leading/3")
def pad_leading(s: Any, size: Any, padding: Any = " ") -> Any:
    return txt.join([_padding(s, size, padding, "pad_leading"), s])


@ex("pad_trailing/2", "pad_trailing/3")
def pad_trailing(s: Any, size: Any, padding: Any = " ") -> Any:
    return txt.join([s, _padding(s, size, padding, "pad_trailing")])


# ---------------------------------------------------------------------------------------------------- searching


def _patterns(pattern: Any, name: str) -> list[Any]:
    wanted = pattern if pattern.__class__ is list else [pattern]
    if not all(is_binary(p) for p in wanted):
        if name == "ends_with?" or (name == "starts_with?" and pattern.__class__ is list):
            raise no_clause("String", name, 2)
        raise badarg((2, "not a valid pattern"))
    return wanted


@ex("contains?/2")
def contains_q(s: Any, pattern: Any) -> bool:
    need(is_binary(s), "String", "contains?", 2)
    data = octets(s)
    return any(octets(p) in data for p in _patterns(pattern, "contains?"))


@ex("starts_with?/2")
def starts_with_q(s: Any, prefix: Any) -> bool:
    need(is_binary(s), "String", "starts_with?", 2)
    data = octets(s)
    return any(data.startswith(octets(p)) for p in _patterns(prefix, "starts_with?"))


@ex("ends_with?/2")
def ends_with_q(s: Any, suffix: Any) -> bool:
    need(is_binary(s), "String", "ends_with?", 2)
    data = octets(s)
    return any(data.endswith(octets(p)) for p in _patterns(suffix, "ends_with?"))


@ex("match?/2")
def match_q(s: Any, pattern: Any) -> bool:
    need(is_binary(s), "String", "match?", 2)
    return regex.match_q(pattern, s)


@ex("equivalent?/2")
def equivalent_q(a: Any, b: Any) -> bool:
    return unicodedata.normalize("NFD", a) == unicodedata.normalize("NFD", b)


@ex("normalize/2")
def normalize(s: Any, form: Any) -> Any:
    return _back(unicodedata.normalize(form.name.upper(), _text(s, "normalize", 2)))


@ex("jaro_distance/2")
def jaro_distance(a: Any, b: Any) -> float:
    need(is_binary(a) and is_binary(b), "String", "jaro_distance", 2)
    return jaro(a, b)


@ex("bag_distance/2")
def bag_distance(a: Any, b: Any) -> float:
    left, right = txt.graphemes(a), txt.graphemes(b)
    if not left and not right:
        return 1.0
    from collections import Counter

    x, y = Counter(left), Counter(right)
    apart = max(sum((x - y).values()), sum((y - x).values()))
    return 1 - apart / max(len(left), len(right))


@ex("myers_difference/2")
def myers_difference(a: Any, b: Any) -> list[Any]:
    from defnpy.stdlib.list import edits

    return [(kind, txt.join(parts)) for kind, parts in edits(txt.graphemes(a), txt.graphemes(b))]


# -------------------------------------------------------------------------------------------------------- split


@ex("split/1", "split/2", "split/3")
def split(s: Any, pattern: Any = UNSET, options: Any = ()) -> list[Any]:
    if pattern is UNSET:
        data = need_text(s)
        return [p for p in _split_any(data, _SPLITTING) if p]
    need(is_binary(s), "String", "split", 3)
    trim_ = option(options, "trim", False)
    parts = option(options, "parts", INFINITY)
    limit = None if parts is INFINITY else parts
    if isinstance(pattern, regex.Regex):
        return regex.split(pattern, s, options)
    need(limit is None or (is_int(limit) and limit > 0), "String", "parts_to_index", 1)
    if pattern == "":
        return _split_graphemes(s, limit, trim_)
    _no_empty(pattern)
    found = _split_binary(s, _patterns(pattern, "split"), limit, trim_)
    return [p for p in found if p] if trim_ is True else found


def _no_empty(patterns: Any) -> None:
    if patterns.__class__ is list and "" in patterns:
        raise badarg((2, "not a valid pattern"))


def _split_any(data: str, chars: str) -> list[str]:
    for c in chars:
        if c in data:
            data = data.replace(c, "\n")
    return data.split("\n")


def _split_graphemes(s: Any, limit: int | None, trim_: Any) -> list[Any]:
    found = txt.graphemes(s)
    parts = found if trim_ is True else ["", *found, ""]
    if limit is not None and len(parts) > limit:
        return [*parts[: limit - 1], txt.join(parts[limit - 1 :])]
    return parts


def _split_binary(s: Any, patterns: list[Any], limit: int | None, trim_: Any) -> list[Any]:
    if len(patterns) == 1 and s.__class__ is str and patterns[0].__class__ is str and patterns[0]:
        if limit is None or not trim_:
            return s.split(patterns[0], -1 if limit is None else limit - 1)
    return [make_binary(p) for p in split_octets(octets(s), patterns, limit, trim_ is True)]


def split_octets(data: bytes, patterns: list[Any], limit: int | None, trim_: bool) -> list[bytes]:
    """*data* cut at the first longest of *patterns*, at most *limit* parts."""
    wanted = sorted((octets(p) for p in patterns), key=len, reverse=True)
    parts: list[bytes] = []
    start = 0
    while limit is None or len(parts) < limit - 1:
        spots = [(data.find(p, start), p) for p in wanted if p]
        spots = [spot for spot in spots if spot[0] >= 0]
        if not spots:
            break
        place, found = min(spots, key=lambda spot: (spot[0], -len(spot[1])))
        if place > start or not trim_:
            parts.append(data[start:place])
        start = place + len(found)
    return [*parts, data[start:]]


@ex("splitter/2", "splitter/3")
def splitter(s: Any, pattern: Any, options: Any = ()) -> Stream:
    need(is_binary(s), "String", "splitter", 3)
    _no_empty(pattern)
    return Stream(lambda: iter(split(s, pattern, options)))


# ------------------------------------------------------------------------------------------------------ replace


@ex("replace/3", "replace/4")
def replace(s: Any, pattern: Any, replacement: Any, options: Any = ()) -> Any:
    fits = is_binary(s) and (is_binary(replacement) or is_function(replacement, 1)) and options.__class__ in (list, tuple)
    need(fits, "String", "replace", 4)
    everywhere = option(options, "global", True) is not False
    if isinstance(pattern, regex.Regex):
        return regex.replace(pattern, s, replacement, options)
    patterns = _patterns(pattern, "replace")
    _no_empty(pattern)
    if pattern == "":
        return _replace_between(s, replacement, everywhere)
    if len(patterns) == 1 and s.__class__ is str and replacement.__class__ is str and patterns[0].__class__ is str:
        return s.replace(patterns[0], replacement, -1 if everywhere else 1)
    return make_binary(_replace_octets(octets(s), patterns, replacement, everywhere))


def _replace_between(s: Any, replacement: Any, everywhere: bool) -> Any:
    made = replacement if is_binary(replacement) else make_binary(txt.iodata_bytes(fun1(replacement)("")))
    if not everywhere:
        return txt.join([made, s])
    return txt.join([made, *(x for g in txt.graphemes(s) for x in (g, made))])


def _replace_octets(data: bytes, patterns: list[Any], replacement: Any, everywhere: bool) -> bytes:
    wanted = [octets(p) for p in patterns if p]
    out = bytearray()
    start = 0
    while True:
        spots = [(data.find(p, start), p) for p in wanted]
        spots = [spot for spot in spots if spot[0] >= 0]
        if not spots:
            break
        place, found = min(spots, key=lambda spot: (spot[0], -len(spot[1])))
        made = replacement if is_binary(replacement) else fun1(replacement)(make_binary(found))
        out += data[start:place] + txt.iodata_bytes(made)
        start = place + len(found)
        if not everywhere:
            break
    return bytes(out + data[start:])


@ex("replace_prefix/3")
def replace_prefix(s: Any, match: Any, replacement: Any) -> Any:
    data = _text(s, "replace_prefix", 3)
    return _back(replacement + data[len(match) :]) if data.startswith(match) else s


@ex("replace_suffix/3")
def replace_suffix(s: Any, match: Any, replacement: Any) -> Any:
    data = _text(s, "replace_suffix", 3)
    return _back(data[: len(data) - len(match)] + replacement) if data.endswith(match) else s


@ex("replace_leading/3")
def replace_leading(s: Any, match: Any, replacement: Any) -> Any:
    data = _text(s, "replace_leading", 3)
    if match == "":
        raise ArgumentError("cannot use an empty string as the match to replace")
    count = 0
    while data.startswith(match, count * len(match)):
        count += 1
    return _back(replacement * count + data[count * len(match) :])


@ex("replace_trailing/3")
def replace_trailing(s: Any, match: Any, replacement: Any) -> Any:
    data = _text(s, "replace_trailing", 3)
    if match == "":
        raise ArgumentError("cannot use an empty string as the match to replace")
    count = 0
    while data.endswith(match):
        data = data[: -len(match)]
        count += 1
    return _back(data + replacement * count)


@ex("replace_invalid/1", "replace_invalid/2")
def replace_invalid(s: Any, replacement: Any = "\ufffd") -> Any:
    need(is_binary(s) and is_binary(replacement), "String", "replace_invalid", 2)
    if s.__class__ is str:
        return s
    out: list[Any] = []
    while s:
        try:
            out.append(s.decode("utf-8"))
            break
        except UnicodeDecodeError as bad:
            out += [s[: bad.start].decode("utf-8"), replacement]
            s = s[bad.end :]
    return txt.join(out)


@ex("chunk/2")
def chunk(s: Any, trait: Any) -> list[Any]:
    """Parts that alternate between having the trait (``:valid`` or ``:printable``) and not having it."""
    need(is_binary(s) and trait in (VALID, PRINTABLE), "String", "chunk", 2)
    fits = _is_valid if trait is VALID else _is_printable
    return [_back("".join(part)) for _, part in groupby(_text(s, "chunk", 2), fits)]


def _is_valid(char: str) -> bool:
    return not 0xD800 <= ord(char) <= 0xDFFF


def _is_printable(char: str) -> bool:
    return _is_valid(char) and txt.is_printable_char(ord(char))


MODULE = native_module("String", globals())
