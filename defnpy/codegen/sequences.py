"""Parameters that are taken apart from the front: lists by ``[h | t]``, binaries by ``<<b, rest::binary>>``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from defnpy.expand.binaries import Segment
from defnpy.expand.env import Var
from defnpy.terms.atom import Atom

_BAR, _BITS, _MATCH = Atom("|"), Atom("<<>>"), Atom("=")

_LITERAL = Segment("binary", None, None, False, "big")
LIST, TEXT, OCTETS = "list", "text", "octets"
NO_VARIABLE: Any = object()


@dataclass(slots=True, frozen=True)
class Cursor:
    """A parameter kept as a list or binary and a place in it: the names of both, and what it goes through.

    TEXT has the name of its Reader, OCTETS that of their number, which is -1 for what is no binary.
    """

    array: str
    at: str
    kind: str = LIST
    reader: str | None = None
    size: str | None = None


@dataclass(slots=True, frozen=True)
class Front:
    """What a pattern takes from the front of a parameter.

    ``kind`` is LIST, TEXT or nothing for a name; ``rest`` is the variable of what is left (None where there is none), ``whole`` that of
    all; ``pattern`` is the pattern without the latter. ``items`` are the patterns of the elements, or of the octets of a binary, where
    that is all it asks for; ``ends`` says whether nothing may follow.
    """

    kind: str
    pattern: Any
    items: list[Any] | None = None
    ends: bool = False
    rest: Var | None = None
    whole: Var | None = None


def variable_of(pattern: Any) -> Any:
    """The variable that a pattern is, None for ``_``, a marker for other patterns."""
    if pattern.__class__ is tuple and len(pattern) == 3 and (pattern[2].__class__ is Var or pattern[2] is None):
        return pattern[2]
    return NO_VARIABLE


def split_cons(node: Any) -> tuple[list[Any], Any]:
    """The elements and the tail of ``[a, b | tail]``; the tail is None for other nodes."""
    if node.__class__ is list and node and node[-1].__class__ is tuple and len(node[-1]) == 3 and node[-1][0] is _BAR:
        head, tail = node[-1][2]
        return [*node[:-1], head], tail
    return [], None


def front_of(pattern: Any) -> Front | None:
    """What a parameter's pattern takes from its front; None for patterns that look at it in another way."""
    name = variable_of(pattern)
    if name is not NO_VARIABLE:
        return Front("", pattern, whole=name)
    if pattern.__class__ is tuple and len(pattern) == 3 and pattern[0] is _MATCH:
        for one, other in (pattern[2], pattern[2][::-1]):
            found, name = front_of(one), variable_of(other)
            if found is not None and found.kind and found.whole is None and name is not NO_VARIABLE:
                return replace(found, whole=name)
        return None
    if pattern.__class__ is list:
        front, tail = split_cons(pattern)
        rest = variable_of(tail) if tail is not None else None
        return None if rest is NO_VARIABLE else Front(LIST, pattern, pattern if tail is None else front, tail is None, rest)
    if pattern.__class__ is str:
        return Front(TEXT, (_BITS, [], [(pattern, _LITERAL)] if pattern else []), list(pattern.encode()), True)
    if pattern.__class__ is tuple and len(pattern) == 3 and pattern[0] is _BITS:
        return _binary(pattern)
    return None


def octets(subjects: Sequence[Any], patterns: list[Any]) -> list[Var]:
    """The variables of a clause's patterns that are octets of binaries."""
    found = []
    for subject, pattern in zip(subjects, patterns, strict=True):
        front = front_of(pattern) if subject.__class__ is Cursor and subject.kind == OCTETS else None
        if front is not None:
            found += [item[2] for item in front.items or [] if item.__class__ is tuple and item[2] is not None]
    return found


def _binary(pattern: Any) -> Front | None:
    segments = pattern[2]
    if not segments or segments[-1][1].type not in ("binary", "bits") or segments[-1][1].size is not None or segments[-1][0].__class__ in (str, bytes):
        return Front(TEXT, pattern, _octets(segments), True)
    value, spec = segments[-1]
    rest = variable_of(value)
    if spec.type == "bits" or spec.unit not in (None, 8) or rest is NO_VARIABLE:
        return None
    return Front(TEXT, (_BITS, pattern[1], segments[:-1]), _octets(segments[:-1]), False, rest)


def _octets(segments: list[Any]) -> list[Any] | None:
    """The patterns of octets that segments are; None where one is something else."""
    found: list[Any] = []
    for value, spec in segments:
        if value.__class__ is str and spec.type == "binary":
            found.extend(value.encode())
        elif spec.type == "integer" and not spec.signed and spec.size in (None, 8) and spec.unit in (None, 1) and _is_octet(value):
            found.append(value)
        else:
            return None
    return found


def _is_octet(value: Any) -> bool:
    return variable_of(value) is not NO_VARIABLE or (value.__class__ is int and 0 <= value < 256)
