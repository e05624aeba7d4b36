"""``%Nx.Defn.Graph.Stage{}``."""

from __future__ import annotations

from typing import Any

from defnpy.terms.atom import Atom, alias
from defnpy.terms.module import ex, native_module
from defnpy.terms.struct import Struct

STAGE = alias("Nx.Defn.Graph.Stage")
ID, EXPR, ARGUMENTS = Atom("id"), Atom("expr"), Atom("arguments")
_FIELDS: list[tuple[Any, Any]] = [(ARGUMENTS, None), (EXPR, None), (ID, None)]


@ex("__struct__/0")
def blank() -> Struct:
    """An empty stage."""
    return Struct(STAGE, dict(_FIELDS))


@ex("__struct__/1")
def make(given: Any) -> Struct:
    """A stage of some fields."""
    return Struct(STAGE, {**dict(_FIELDS), **dict(given)})


MODULE = native_module("Nx.Defn.Graph.Stage", globals(), info={"struct": _FIELDS})
