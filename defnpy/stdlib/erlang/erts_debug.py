"""``:erts_debug``: how many words the BEAM has for a term, and whether two terms are one object."""

from __future__ import annotations

from typing import Any

from defnpy.stdlib.util import is_int
from defnpy.terms import map as maps
from defnpy.terms.atom import is_atom
from defnpy.terms.binary import Bits
from defnpy.terms.list import ImproperList
from defnpy.terms.module import ex, native_module
from defnpy.terms.process import Reference
from defnpy.terms.struct import Struct, map_of

SMALL = 1 << 59
# The longest binary that lies on a heap, and the words of a reference to a longer one, to a part of one and to a process's reference.
HEAP_BINARY, FAR_BINARY, PART, REFERENCE = 64, 6, 5, 3
# Keys of the largest map that is a tuple of keys and one of values; larger ones are trees, of which a node has some 16 branches.
FLAT_MAP = 32


@ex("flat_size/1")
def flat_size(term: Any) -> int:
    """The words of a term that shares nothing."""
    return _size(term, None)


@ex("size/1")
def size(term: Any) -> int:
    """The words of a term in which a part that occurs twice counts once."""
    return _size(term, set())


@ex("same/2")
def same(a: Any, b: Any) -> bool:
    return a is b or (a.__class__ is b.__class__ and _size(a, None) == 0 and bool(a == b))


def _size(root: Any, seen: set[int] | None) -> int:
    words = 0
    waiting = [root]
    while waiting:
        term = waiting.pop()
        own, parts = _words(term)
        if seen is not None and own:
            if id(term) in seen:
                continue
            seen.add(id(term))
        words += own
        waiting.extend(parts)
    return words


def _words(term: Any) -> tuple[int, list[Any]]:
    """The words of the term itself, and its parts."""
    kind = term.__class__
    if is_atom(term):
        return 0, []
    if is_int(term):
        return (0 if -SMALL <= term < SMALL else 1 + (abs(term).bit_length() + 63) // 64), []
    if kind is float:
        return 2, []
    if kind is tuple:
        return (len(term) + 1 if term else 0), list(term)
    if kind is list:
        return 2 * len(term), term
    if kind is ImproperList:
        return 2 * len(term.head), [*term.head, term.improper_tail]
    if kind is str or kind is bytes:
        length = len(term.encode("utf-8", "surrogatepass")) if kind is str else len(term)
        return (2 + (length + 7) // 8 if length <= HEAP_BINARY else FAR_BINARY), []
    if kind is dict or isinstance(term, Struct):
        return _map_words(map_of(term))
    if kind is Bits:
        return PART + 2 + (term.size + 63) // 64, []
    return (REFERENCE if kind is Reference else 0), []


def _map_words(found: dict[Any, Any]) -> tuple[int, list[Any]]:
    count = len(found)
    own = 3 if not count else 4 + 2 * count if count <= FLAT_MAP else 2 + 2 * count + 17 * count // 15
    return own, [part for pair in maps.items(found) for part in pair]


MODULE = native_module("erts_debug", globals(), erlang=True)
