"""Atom."""

from __future__ import annotations

from typing import Any

from defnpy.stdlib.util import badarg
from defnpy.terms.atom import atom_name, is_atom
from defnpy.terms.module import ex, native_module


@ex("to_string/1")
def to_string(atom: Any) -> str:
    if not is_atom(atom):
        raise badarg((1, "not an atom"))
    return atom_name(atom)


@ex("to_charlist/1")
def to_charlist(atom: Any) -> list[int]:
    return [ord(c) for c in to_string(atom)]


MODULE = native_module("Atom", globals())
