"""``:code``: the modules that are loaded."""

from __future__ import annotations

from typing import Any

from defnpy.terms.atom import Atom
from defnpy.terms.module import Module, ex, native_module
from defnpy.terms.runtime import runtime


@ex("purge/1", "soft_purge/1")
def purge(module: Any) -> bool:
    """Old code is never kept: there is nothing to remove."""
    return False


@ex("delete/1")
def delete(module: Any) -> bool:
    """Forget a module that the program defined."""
    found = runtime().modules.get(module)
    if found is None or found.native or not found.defined:
        return False
    blank = Module(module)
    found.functions, found.macros, found.info, found.defined = blank.functions, blank.macros, blank.info, False
    blank.functions.owner = found  # type: ignore[attr-defined]
    return True


@ex("ensure_loaded/1", "load_file/1")
def ensure_loaded(module: Any) -> Any:
    return (Atom("module"), module) if runtime().find(module) is not None else (Atom("error"), Atom("nofile"))


@ex("is_loaded/1")
def is_loaded(module: Any) -> Any:
    found = runtime().modules.get(module)
    return (Atom("file"), []) if found is not None and found.defined else False


@ex("which/1")
def which(module: Any) -> Any:
    return Atom("non_existing") if runtime().find(module) is None else []


@ex("root_dir/0")
def root_dir() -> list[int]:
    """Where a release would be installed; there is none."""
    return [ord(char) for char in "/usr/local/lib/erlang"]


@ex("lib_dir/0", "lib_dir/1", "priv_dir/1")
def lib_dir(app: Any = None) -> Any:
    """The folder of an application: none has one."""
    return [*root_dir(), *b"/lib"] if app is None else (Atom("error"), Atom("bad_name"))


MODULE = native_module("code", globals(), erlang=True)
