"""Structs: a module name and fields. Native structs (ranges, tensors, ...) are subclasses that compute their fields."""

from __future__ import annotations

from typing import Any

from defnpy.terms.atom import Atom

STRUCT_KEY = Atom("__struct__")


class Struct:
    """``%Module{...}``. ``module`` is the alias atom, ``fields`` a dict from Atom to term without ``__struct__``.

    Native subclasses may define hooks that the standard library asks for before any ``defimpl``:
    ``ex_inspect(opts)`` (an Inspect.Algebra document), ``ex_to_string()``, ``ex_iterate()``, ``ex_count()``,
    ``ex_member(term)``, ``ex_fetch(key)`` (the value, or raises KeyError), ``ex_get_and_update(key, fun)``.
    """

    __slots__ = ("fields", "module")
    module: Atom
    fields: dict[Any, Any]

    def __init__(self, module: Atom, fields: dict[Any, Any]) -> None:
        self.module = module
        self.fields = fields

    def replace(self, changes: dict[Any, Any]) -> Struct:
        """A copy with some fields changed (the ``%{s | k: v}`` update; keys are known to exist)."""
        return Struct(self.module, {**self.fields, **changes})

    def __eq__(self, other: object) -> bool:
        from defnpy.terms.order import strict_equal

        return isinstance(other, Struct) and strict_equal(self, other)

    def __hash__(self) -> int:
        from defnpy.terms.map import term_hash

        return term_hash(self)

    def __repr__(self) -> str:
        inside = ", ".join(f"{getattr(k, 'name', k)}={v!r}" for k, v in self.fields.items())
        return f"%{self.module.name.removeprefix('Elixir.')}{{{inside}}}"


def map_of(term: Any) -> dict[Any, Any]:
    """*term* (a map or a struct) as a plain dict, ``__struct__`` included."""
    if term.__class__ is dict:
        return term
    return {STRUCT_KEY: term.module, **term.fields}


def is_map(term: Any) -> bool:
    """Whether *term* is a map or a struct."""
    return term.__class__ is dict or isinstance(term, Struct)
