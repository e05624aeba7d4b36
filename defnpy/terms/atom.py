"""Atoms: interned names, compared by identity.

``true``, ``false`` and ``nil`` are atoms in Elixir; here they are Python's ``True``, ``False`` and ``None``,
so :func:`to_atom` (not the class) is the way from a name to its atom.
"""

from __future__ import annotations

from typing import Any, ClassVar

_WORDS: dict[str, Any] = {"true": True, "false": False, "nil": None}


class Atom:
    """An interned name. ``Atom("ok") is Atom("ok")``; aliases carry their ``Elixir.`` prefix."""

    __slots__ = ("__weakref__", "name")
    _interned: ClassVar[dict[str, Atom]] = {}
    name: str

    def __new__(cls, name: str) -> Atom:
        found = cls._interned.get(name)
        if found is not None:
            return found
        made = super().__new__(cls)
        made.name = name
        # setdefault is atomic: two threads interning one name get one atom.
        return cls._interned.setdefault(name, made)

    def __repr__(self) -> str:
        return f"Atom({self.name!r})"

    def __reduce__(self) -> tuple[type[Atom], tuple[str]]:
        return (Atom, (self.name,))

    def __copy__(self) -> Atom:
        return self

    def __deepcopy__(self, memo: object) -> Atom:
        return self


def to_atom(name: str) -> Any:
    """The atom called *name*: ``True``/``False``/``None`` for the three words, an :class:`Atom` otherwise."""
    return _WORDS[name] if name in _WORDS else Atom(name)


MISSING: Any = object()


def existing_atom(name: str) -> Any:
    """The atom called *name* if there is one, else ``MISSING``: nothing is interned."""
    return _WORDS[name] if name in _WORDS else Atom._interned.get(name, MISSING)


def is_atom(term: Any) -> bool:
    """Whether *term* is an atom in Elixir's sense (``true``, ``false`` and ``nil`` included)."""
    return term.__class__ is Atom or term is None or term is True or term is False


def atom_name(atom: Any) -> str:
    """The text of an atom without the colon: ``"nil"``, ``"ok"``, ``"Elixir.Enum"``."""
    if atom.__class__ is Atom:
        return str(atom.name)
    return "nil" if atom is None else ("true" if atom is True else "false")


def alias(name: str) -> Atom:
    """The atom of the module ``name`` (``alias("Nx.Defn")`` is ``:"Elixir.Nx.Defn"``)."""
    return Atom("Elixir." + name)
