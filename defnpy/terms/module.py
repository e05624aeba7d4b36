"""Modules as terms: tables of functions and macros by ``name/arity``, and how native ones are declared."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, TypeVar

from defnpy.terms.atom import Atom, alias

F = TypeVar("F", bound=Callable[..., Any])


def ex(*signatures: str) -> Callable[[F], F]:
    """Mark a Python function as the Elixir function(s) *signatures* (``@ex("chunk_every/2", "chunk_every/3")``).

    The marker registers nothing; :func:`native_module` collects the marked functions of one file. A native function takes
    its Elixir arguments positionally, defaults being Python defaults.
    """

    def mark(function: F) -> F:
        function.__ex__ = signatures  # type: ignore[attr-defined]
        return function

    return mark


class FunctionTable(dict[str, Callable[..., Any]]):
    """Functions by ``name/arity``; a missing one raises UndefinedFunctionError."""

    __slots__ = ("owner",)

    def __init__(self, owner: Module) -> None:
        super().__init__()
        self.owner = owner

    def __missing__(self, signature: str) -> Callable[..., Any]:
        from defnpy.terms.runtime import runtime

        name, _, arity = signature.rpartition("/")
        if not self.owner.defined:
            runtime().find(self.owner.name)
        now = self.owner.functions
        if now is not self and signature in now:
            return now[signature]  # the module was loaded, or compiled again, since this table was taken
        if signature in self.owner.info.get("older", ()):
            older: Callable[..., Any] = self.owner.info["make_older"](signature)
            return older
        fallback = self.owner.info.get("missing_function")
        if fallback is not None:
            return fallback(signature)

        def undefined(*args: Any) -> Any:
            from defnpy.terms.errors import UndefinedFunctionError

            later = runtime().find(self.owner.name)
            if later is not None and signature in later.functions:
                return later.functions[signature](*args)  # the program has made a module of this name since then
            error = UndefinedFunctionError(self.owner.name, Atom(name), int(arity))
            if self.owner.native:
                error.add_note(f"note: this module is defnpy's own; if the reference has {signature}, defnpy does not have it yet (docs/supported.md)")
            raise error

        return undefined


class Module:
    """A module at run time.

    ``functions`` maps ``"name/arity"`` to a callable, ``macros`` likewise (a macro takes the caller's environment first, then
    quoted arguments). ``info`` holds facts that other modules ask for: ``struct`` (a list of ``(field, default)``),
    ``exception``, ``protocol``, ``attributes``, ``docs`` ...
    """

    __slots__ = ("defined", "functions", "info", "macros", "name", "native")

    def __init__(self, name: Atom) -> None:
        self.name = name
        self.functions: dict[str, Callable[..., Any]] = FunctionTable(self)
        self.macros: dict[str, Callable[..., Any]] = {}
        self.info: dict[str, Any] = {}
        self.defined = False
        self.native = False

    def __repr__(self) -> str:
        return f"<module {self.name.name}>"


def _makes_a_module(file: str) -> bool:
    """Whether the functions of a Python file belong to a native module of its own: another file only calls them."""
    return hasattr(sys.modules.get(file), "MODULE")


def native_module(
    name: str,
    namespace: dict[str, Any],
    *,
    erlang: bool = False,
    info: dict[str, Any] | None = None,
) -> Module:
    """The module *name* (``"Enum"``; with ``erlang=True`` the atom ``:name``) of every function marked by :func:`ex` in *namespace*.

    Called once as the last statement of the module's file: ``MODULE = native_module("Enum", globals())``.
    """
    made = Module(Atom(name) if erlang else alias(name))
    made.native = True
    made.defined = True
    file = namespace.get("__name__")  # a namespace that is put together by hand has none
    for value in list(namespace.values()):
        for signature in getattr(value, "__ex__", ()) if callable(value) else ():
            if file is None or value.__module__ == file or not _makes_a_module(value.__module__):
                made.functions[signature] = value
    made.info.update(info or {})
    return made
