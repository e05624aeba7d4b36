"""Builders of strings, charlists, interpolated atoms and sigils."""

from __future__ import annotations

from typing import Any

from defnpy.syntax.builders.nodes import NOTHING, Hole, Places, Values, meta_at
from defnpy.syntax.builders.operators import prefix_binary
from defnpy.terms.atom import Atom

BLOCK = Atom("__block__")
_DOT = Atom(".")
_BITS = Atom("<<>>")
_TYPE = Atom("::")
_BINARY = Atom("binary")
_KERNEL = Atom("Elixir.Kernel")
_LIST = Atom("Elixir.List")
_TO_STRING = Atom("to_string")
_TO_CHARLIST = Atom("to_charlist")
_ERLANG = Atom("erlang")
_TO_ATOM = Atom("binary_to_atom")
_UTF8 = Atom("utf8")
_FROM_INTERPOLATION = (Atom("from_interpolation"), True)
_DELIMITER = Atom("delimiter")
_INDENTATION = Atom("indentation")


def interpolation(v: Values, p: Places) -> Any:
    place = p[-3]
    inner = v[-2]
    value = (BLOCK, [], []) if inner is NOTHING else inner
    return Hole((value, place, []))


def _interpolated(hole: Hole) -> Any:
    value, place, more = hole
    meta = meta_at(place)
    return ((_DOT, meta, [_KERNEL, _TO_STRING]), [_FROM_INTERPOLATION, *more, *meta], [value])


def bits(place: int, parts: list[Any]) -> Any:
    made = []
    for part in parts:
        if part.__class__ is Hole:
            at_ = part[1]
            made.append((_TYPE, meta_at(at_), [_interpolated(part), (_BINARY, meta_at(at_), None)]))
        else:
            made.append(part)
    return (_BITS, meta_at(place), made)


def string(v: Values, p: Places) -> Any:
    return bits(p[-3], v[-2])


def when_keywords(v: Values, p: Places) -> Any:
    """``... when a: b``: keywords as the right side of ``when``, and of nothing else."""
    run = prefix_binary(v[:-1], p[:-1])
    run.operands.append(v[-1])
    return run


def charlist(v: Values, p: Places) -> Any:
    place = p[-3]
    parts = [_interpolated(part) if part.__class__ is Hole else part for part in v[-2]]
    return ((_DOT, meta_at(place), [_LIST, _TO_CHARLIST]), meta_at(place), [parts])


def atom_interpolated(v: Values, p: Places) -> Any:
    place = p[-3]
    call = (_DOT, meta_at(place), [_ERLANG, _TO_ATOM])
    return (call, meta_at(place), [bits(place, v[-2]), _UTF8])


def _sigil(quote: Any, place: int, parts: list[Any], modifiers: str, indentation: int) -> Any:
    inner = meta_at(place)
    if quote.heredoc:
        inner = [(_INDENTATION, indentation), *inner]
    meta = [(_DELIMITER, quote.opening), *meta_at(place)]
    flags = [ord(char) for char in modifiers]
    return (Atom("sigil_" + quote.sigil), meta, [(_BITS, inner, bits(place, parts)[2]), flags])


def sigil(v: Values, p: Places) -> Any:
    quote, indentation = v[-3]
    return _sigil(quote, p[-3], v[-2], v[-1], indentation)


def sigil_whole(v: Values, p: Places) -> Any:
    quote, content, modifiers, indentation = v[-1]
    return _sigil(quote, p[-1], [content], modifiers, indentation)


kw_interpolated = atom_interpolated
