"""Equality and order of terms.

number < atom < reference < function < port < pid < tuple < map < list < bitstring.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cmp_to_key
from types import FunctionType
from typing import Any

from defnpy.terms.atom import Atom, atom_name
from defnpy.terms.struct import Struct, map_of

_SIMPLE = frozenset({int, str, bytes, float, Atom})


def equal(a: Any, b: Any) -> bool:
    """``a == b``: numbers by value, everything else structurally."""
    kind = a.__class__
    other = b.__class__
    if kind is other:
        if kind in _SIMPLE:
            return a == b
        if a is None or kind is bool:
            return a is b
        return _same_kind(a, b, equal)
    if (kind is int and other is float) or (kind is float and other is int):
        return a == b
    if isinstance(a, Struct) and isinstance(b, Struct):
        return _same_kind(a, b, equal)
    if (isinstance(a, Struct) and other is dict) or (kind is dict and isinstance(b, Struct)):
        return _maps(map_of(a), map_of(b), equal)
    return False


def strict_equal(a: Any, b: Any) -> bool:
    """``a === b``: as :func:`equal`, but ``1`` and ``1.0`` differ."""
    kind = a.__class__
    other = b.__class__
    if kind is other:
        if kind in _SIMPLE:
            return a == b
        if a is None or kind is bool:
            return a is b
        return _same_kind(a, b, strict_equal)
    if isinstance(a, Struct) and isinstance(b, Struct):
        return _same_kind(a, b, strict_equal)
    if (isinstance(a, Struct) and other is dict) or (kind is dict and isinstance(b, Struct)):
        return _maps(map_of(a), map_of(b), strict_equal)
    return False


def _same_kind(a: Any, b: Any, same: Callable[[Any, Any], bool]) -> bool:
    if a is b:
        return True
    kind = a.__class__
    if kind is list or kind is tuple:
        return len(a) == len(b) and all(map(same, a, b))
    if kind is dict:
        return _maps(a, b, same)
    if isinstance(a, Struct):
        if a.module is not b.module:
            return False
        own = getattr(a, "ex_equal", None)
        if own is not None:
            return bool(own(b, same))
        return _maps(a.fields, b.fields, same)
    if kind is FunctionType:
        return _same_function(a, b, same)
    return bool(a == b)


def _same_function(a: Any, b: Any, same: Callable[[Any, Any], bool]) -> bool:
    """Anonymous functions are equal when they stand at one place of the program and see equal values."""
    if a.__code__ is not b.__code__ or a.__globals__ is not b.__globals__:
        return False
    cells = zip(a.__closure__ or (), b.__closure__ or (), strict=True)
    given, other = a.__kwdefaults__ or {}, b.__kwdefaults__ or {}
    try:
        return all(same(x.cell_contents, y.cell_contents) for x, y in cells) and all(same(v, other.get(k)) for k, v in given.items())
    except ValueError:  # a cell that is not filled yet: a function that knows itself
        return False


def _maps(a: dict[Any, Any], b: dict[Any, Any], same: Callable[[Any, Any], bool]) -> bool:
    if len(a) != len(b):
        return False
    missing = object()
    for k, v in a.items():
        w = b.get(k, missing)
        if w is missing or not same(v, w):
            return False
    return True


def rank(term: Any) -> int:
    """The place of a term's kind in the order of all terms."""
    kind = term.__class__
    if kind is int or kind is float:
        return 0
    if kind is Atom or term is None or kind is bool:
        return 1
    if kind is tuple:
        return 6
    if kind is dict or isinstance(term, Struct):
        return 7
    if kind is list or hasattr(term, "improper_tail"):
        return 8
    if kind is str or kind is bytes or hasattr(term, "bit_length_total"):
        return 9
    own = getattr(term, "ex_rank", None)
    if own is not None:
        return int(own)
    return 3 if callable(term) else 2


def compare(a: Any, b: Any) -> int:
    """-1, 0 or 1 in Elixir's order of all terms (``1`` and ``1.0`` compare equal)."""
    kind = a.__class__
    if kind is b.__class__ and (kind is int or kind is float):
        return (a > b) - (a < b)
    ra, rb = rank(a), rank(b)
    if ra != rb:
        return -1 if ra < rb else 1
    return _COMPARE[ra](a, b)


def _numbers(a: Any, b: Any) -> int:
    return (a > b) - (a < b)


def _atoms(a: Any, b: Any) -> int:
    x, y = atom_name(a), atom_name(b)
    return (x > y) - (x < y)


def _tuples(a: Any, b: Any) -> int:
    if len(a) != len(b):
        return -1 if len(a) < len(b) else 1
    return _sequences(a, b)


def _sequences(a: Any, b: Any) -> int:
    for x, y in zip(a, b, strict=False):
        c = compare(x, y)
        if c:
            return c
    return (len(a) > len(b)) - (len(a) < len(b))


def _maps_order(a: Any, b: Any) -> int:
    from defnpy.terms.map import unkey

    a, b = map_of(a), map_of(b)
    if len(a) != len(b):
        return -1 if len(a) < len(b) else 1
    keys_a = sorted((unkey(k) for k in a), key=map_key_order)
    keys_b = sorted((unkey(k) for k in b), key=map_key_order)
    for x, y in zip(keys_a, keys_b, strict=True):
        c = _key_compare(x, y)
        if c:
            return c
    from defnpy.terms.map import key

    for x in keys_a:
        c = compare(a[key(x)], b[key(x)])
        if c:
            return c
    return 0


def _binaries(a: Any, b: Any) -> int:
    x, y = _octets(a), _octets(b)
    if x == y:
        x, y = _bit_size(a, x), _bit_size(b, y)
    return (x > y) - (x < y)


def _bit_size(term: Any, octets: bytes) -> int:
    return int(getattr(term, "bit_length_total", len(octets) * 8))


def _octets(term: Any) -> Any:
    if term.__class__ is str:
        return term.encode("utf-8", "surrogatepass")
    return term if term.__class__ is bytes else bytes(term)


def _lists(a: Any, b: Any) -> int:
    if a.__class__ is list and b.__class__ is list:
        return _sequences(a, b)
    from defnpy.terms.list import compare_improper

    return compare_improper(a, b)


def _identities(a: Any, b: Any) -> int:
    x, y = getattr(a, "ex_serial", id(a)), getattr(b, "ex_serial", id(b))
    return (x > y) - (x < y)


_COMPARE: dict[int, Callable[[Any, Any], int]] = {
    0: _numbers,
    1: _atoms,
    2: _identities,
    3: _identities,
    4: _identities,
    5: _identities,
    6: _tuples,
    7: _maps_order,
    8: _lists,
    9: _binaries,
}


def _key_compare(a: Any, b: Any) -> int:
    """Map keys order integers before floats, then as terms."""
    if rank(a) == 0 and rank(b) == 0 and a.__class__ is not b.__class__:
        return -1 if a.__class__ is int else 1
    return compare(a, b)


map_key_order = cmp_to_key(_key_compare)
term_order = cmp_to_key(compare)
