"""Where every native module lives: the tables of the floors, joined."""

from __future__ import annotations

import importlib
from importlib.util import find_spec

from defnpy.terms.atom import Atom
from defnpy.terms.module import Module

REFLECT = {
    "Elixir.Code": "defnpy.host.reflect.code",
    "Elixir.Macro": "defnpy.host.reflect.macro",
    "Elixir.Macro.Env": "defnpy.host.reflect.macro_env",
    "Elixir.Module": "defnpy.host.reflect.module",
    "Elixir.Protocol": "defnpy.host.reflect.protocol",
    "Elixir.Kernel.Utils": "defnpy.host.reflect.utils",
    "Elixir.Mix": "defnpy.host.reflect.mix",
}
_FLOORS = ("defnpy.stdlib", "defnpy.nx.modules", "defnpy.nx.defn_modules", "defnpy.compilers.modules", "defnpy.axon.modules")
_tables: list[dict[str, str]] = []
# Modules that exist for their macros only.
MACRO_ONLY = ("Elixir.Nx.Defn.Kernel.Macros", "Elixir.Kernel.SpecialForms", "Elixir.Application", "Elixir.Supervisor")


def tables() -> dict[str, str]:
    """Elixir module name to the Python module that provides it."""
    if not _tables:
        merged = dict(REFLECT)
        for floor in _FLOORS:
            if find_spec(floor) is not None:
                table = importlib.import_module(floor)
                merged.update(getattr(table, "MODULES", {}))
        _tables.append(merged)
    return _tables[0]


def load_native(name: str) -> Module | None:
    """The native module called *name*, or None."""
    path = tables().get(name)
    if path is None:
        if name in MACRO_ONLY:
            made = Module(Atom(name))
            made.defined = made.native = True
            return made
        return None
    python = importlib.import_module(path)
    found = getattr(python, "MODULES_BY_NAME", None)
    module: Module = found[name] if found is not None and name in found else python.MODULE
    module.defined = module.native = True
    return module
