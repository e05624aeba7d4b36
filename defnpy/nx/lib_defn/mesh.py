"""``%Nx.Mesh{}``."""

from __future__ import annotations

from typing import Any

from defnpy.terms.atom import Atom, alias
from defnpy.terms.module import ex, native_module
from defnpy.terms.struct import Struct

_FIELDS: list[tuple[Any, Any]] = [(Atom("name"), None), (Atom("shape"), None)]


@ex("__struct__/0")
def blank() -> Struct:
    """A mesh without name and shape."""
    return Struct(alias("Nx.Mesh"), dict(_FIELDS))


@ex("__struct__/1")
def make(given: Any) -> Struct:
    """A mesh of some fields."""
    return Struct(alias("Nx.Mesh"), {**dict(_FIELDS), **dict(given)})


MODULE = native_module("Nx.Mesh", globals(), info={"struct": _FIELDS})
