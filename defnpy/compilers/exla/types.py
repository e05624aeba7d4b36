"""64-bit types: JAX has them switched off by default, so they are switched on around the programs that need them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import jax

from defnpy.nx.dtype import DType

_WIDE = frozenset(("s64", "u64", "f64", "c128"))


def x64() -> Any:
    """A context in which JAX traces and runs with 64-bit types; nothing outside of it changes."""
    return jax.enable_x64(True)


def is_wide(kind: DType) -> bool:
    """Whether elements of this type need 64 bits."""
    return kind.name in _WIDE


def any_wide(outs: Iterable[Any]) -> bool:
    """Whether a tensor among *outs* (or tuples of them) has such a type."""
    for out in outs:
        if out.__class__ is tuple:
            if any_wide(out):
                return True
        elif out.type.name in _WIDE:
            return True
    return False
