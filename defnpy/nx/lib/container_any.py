"""``Nx.Container.Any``: what ``@derive Nx.Container`` checks."""

from __future__ import annotations

from typing import Any

from defnpy.nx.containers import check_derive
from defnpy.terms.module import native_module


def _deriving(env: Any, module: Any, struct: Any, opts: Any) -> None:
    """``__deriving__``: nothing is defined, the options are kept with the struct's module."""
    check_derive(module, list(struct.fields), opts)


MODULE = native_module("Nx.Container.Any", globals())
MODULE.macros["__deriving__/3"] = _deriving
