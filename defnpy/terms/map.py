"""Maps: Python dicts whose keys keep Elixir's strict equality.

Python holds ``1``, ``1.0`` and ``True`` for one dict key and cannot hash lists; Elixir tells them apart and takes any
term. So a key that is not an ``int``, ``str``, ``bytes``, ``Atom``, ``None`` or a tuple of those is wrapped in a :class:`Key`.
A map is never changed in place: functions here return new dicts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import FunctionType
from typing import Any

from defnpy.terms.atom import Atom

Map = dict[Any, Any]

_PLAIN = frozenset({int, str, bytes, Atom, type(None)})


class Key:
    """A wrapped map key: equal to another when the terms are strictly equal (``===``)."""

    __slots__ = ("code", "term")

    def __init__(self, term: Any) -> None:
        self.term = term
        self.code = term_hash(term)

    def __hash__(self) -> int:
        return self.code

    def __eq__(self, other: object) -> bool:
        from defnpy.terms.order import strict_equal

        return other.__class__ is Key and self.code == other.code and strict_equal(self.term, other.term)

    def __repr__(self) -> str:
        return f"Key({self.term!r})"


def term_hash(term: Any) -> int:
    """A hash that is equal for strictly equal terms."""
    kind = term.__class__
    if kind in _PLAIN or kind is bool or kind is float:
        return hash((kind.__name__, term))
    if kind is tuple or kind is list:
        return hash((kind.__name__, *map(term_hash, term)))
    if kind is dict:
        return hash(frozenset((hash(k), term_hash(v)) for k, v in term.items()))
    if kind is FunctionType:
        return hash(term.__code__)
    if hasattr(term, "module") and hasattr(term, "fields"):
        fields = term.fields
        return hash((id(term.module), frozenset((hash(k), term_hash(v)) for k, v in fields.items())))
    return hash(term)


def key(term: Any) -> Any:
    """The dict key that stands for *term*."""
    kind = term.__class__
    if kind in _PLAIN:
        return term
    if kind is tuple:
        for part in term:
            if part.__class__ not in _PLAIN:
                break
        else:
            return term
        if _is_plain(term):
            return term
    return Key(term)


def _is_plain(parts: tuple[Any, ...]) -> bool:
    """Whether Python compares a tuple as Elixir does."""
    for part in parts:
        kind = part.__class__
        if kind not in _PLAIN and (kind is not tuple or not _is_plain(part)):
            return False
    return True


def unkey(k: Any) -> Any:
    """The term that a dict key stands for."""
    return k.term if k.__class__ is Key else k


def from_pairs(pairs: Iterable[tuple[Any, Any]]) -> Map:
    """A map of ``(term, value)`` pairs; later pairs win."""
    return {(k if k.__class__ in _PLAIN else key(k)): v for k, v in pairs}


def sorted_keys(m: Map) -> list[Any]:
    """The dict keys of *m* in Elixir's iteration order: term order (integers before floats) up to 32 keys."""
    if len(m) < 2:
        return list(m)
    if len(m) > 32:
        return list(m)
    kinds = {k.__class__ for k in m}
    if len(kinds) == 1:
        kind = next(iter(kinds))
        if kind is Atom:
            return sorted(m, key=_name)
        if kind is str:
            return sorted(m, key=_utf8)
        if kind is int:
            return sorted(m)
    from defnpy.terms.order import map_key_order

    return sorted(m, key=lambda k: map_key_order(unkey(k)))


def _name(atom: Atom) -> str:
    return atom.name


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def items(m: Map) -> Iterator[tuple[Any, Any]]:
    """``(term, value)`` pairs in Elixir's iteration order."""
    for k in sorted_keys(m):
        yield (k.term if k.__class__ is Key else k), m[k]


def keys(m: Map) -> list[Any]:
    """The keys as terms, in Elixir's iteration order."""
    return [unkey(k) for k in sorted_keys(m)]


def values(m: Map) -> list[Any]:
    """The values in the iteration order of their keys."""
    return [m[k] for k in sorted_keys(m)]
