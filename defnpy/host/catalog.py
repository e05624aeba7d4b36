"""Where every native module lives: the tables of the floors, joined."""

from __future__ import annotations

import importlib
from functools import partial
from importlib.util import find_spec
from typing import Any

from defnpy.host.callbacks import callbacks_of
from defnpy.stdlib import OLDER
from defnpy.terms.atom import Atom
from defnpy.terms.module import Module

REFLECT = {
    "Elixir.Code": "defnpy.host.reflect.code",
    "Elixir.Config": "defnpy.host.reflect.config",
    "Elixir.Config.Reader": "defnpy.host.reflect.config",
    "Elixir.Macro": "defnpy.host.reflect.macro",
    "Elixir.Macro.Env": "defnpy.host.reflect.macro_env",
    "Elixir.Module": "defnpy.host.reflect.module",
    "Elixir.Protocol": "defnpy.host.reflect.protocol",
    "Elixir.Record": "defnpy.host.reflect.record",
    "Elixir.Kernel.Utils": "defnpy.host.reflect.utils",
    "elixir_quote": "defnpy.host.reflect.quote",
    "Elixir.Mix": "defnpy.host.reflect.mix",
    "Elixir.ExUnit": "defnpy.host.exunit.api",
    "Elixir.ExUnit.DocTest": "defnpy.host.exunit.doctest",
    "Elixir.EEx": "defnpy.host.eex.api",
    "Elixir.EEx.Engine": "defnpy.host.eex.engines",
    "Elixir.EEx.SmartEngine": "defnpy.host.eex.engines",
    "Elixir.IEx": "defnpy.host.repl.iex",
    "Elixir.IEx.Helpers": "defnpy.host.repl.helpers",
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
    module.functions.setdefault("__info__/1", lambda key: _about(module, key))
    module.info.update(callbacks_of(name))
    if name in OLDER:
        module.info.update(older=frozenset(OLDER[name].split()), make_older=partial(_make_older, module))
    if "callbacks" in module.info:
        module.functions.setdefault("behaviour_info/1", lambda key: _callbacks(module, key))
    return module


def _make_older(module: Module, signature: str) -> Any:
    from defnpy.stdlib.older import provide

    return provide(module, signature)


def _callbacks(module: Module, key: Any) -> Any:
    """``behaviour_info/1`` of a native module."""
    from defnpy.terms.errors import FunctionClauseError

    if getattr(key, "name", "") not in ("callbacks", "optional_callbacks"):
        raise FunctionClauseError(module.name, Atom("behaviour_info"), 1, [key])
    return list(module.info.get(key.name, []))


def _about(module: Module, key: Any) -> Any:
    """``__info__/1`` of a native module."""
    from defnpy.expand.macros import NATIVE
    from defnpy.terms.errors import FunctionClauseError

    kind = getattr(key, "name", "")
    macros = {*module.macros, *NATIVE.get(module.name, {})}
    listed = module.info.get("listed", {})
    if kind in listed:
        names = set(listed[kind])
    elif kind == "macros":
        names = macros
    elif kind == "functions":
        names = {s for s in (*module.functions, *module.info.get("older", ())) if s not in macros and s not in ("__info__/1", "behaviour_info/1")}
    elif kind == "module":
        return module.name
    elif kind in ("attributes", "compile", "deprecated"):
        return []
    elif kind == "struct":
        return [{Atom("field"): k, Atom("required"): False} for k, _ in module.info["struct"]] if "struct" in module.info else None
    else:
        raise FunctionClauseError(module.name, Atom("__info__"), 1, [key])
    pairs = [(s.rpartition("/")[0], int(s.rpartition("/")[2])) for s in names if not s.endswith("/*")]
    return [(Atom(n), a) for n, a in sorted(pairs)]
