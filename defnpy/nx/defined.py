"""Numerical definitions written in Python: public functions that enter the compiler as a ``defn`` does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.nx.defn import make_defn
from defnpy.terms.atom import alias


def defined(module: str, name: str, body: Callable[..., Any], arity: int, options: tuple[int, ...] = ()) -> Callable[..., Any]:
    """The callable of *body*; *options* are the positions of arguments that are no tensors."""
    return make_defn(alias(module), name, arity, body, options, True)
