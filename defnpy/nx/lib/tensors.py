"""``Nx.Tensor``, ``Nx.TemplateBackend`` and ``Nx.Heatmap`` as modules."""

from __future__ import annotations

from typing import Any

from defnpy.nx.api.access import fetch as fetch_part
from defnpy.terms.atom import Atom
from defnpy.terms.module import ex, native_module


@ex("fetch/2")
def fetch(tensor: Any, key: Any) -> Any:
    """``{:ok, tensor[key]}``."""
    return (Atom("ok"), fetch_part(tensor, key))


@ex("get_and_update/3")
def get_and_update(tensor: Any, key: Any, fun: Any) -> Any:
    """Refused."""
    return tensor.ex_get_and_update(key, fun)


@ex("pop/2")
def pop(tensor: Any, key: Any) -> Any:
    """Refused."""
    return tensor.ex_pop(key)


_FIELDS = ("data", "type", "shape", "names", "vectorized_axes", "donatable?")
_EMPTY: dict[str, Any] = {"vectorized_axes": [], "donatable?": False}

MODULE = native_module(
    "Nx.Tensor", globals(), info={"struct": [(Atom(name), _EMPTY.get(name)) for name in _FIELDS]}
)
