"""Macros that are part of defnpy: the tables of Kernel's and the libraries' macros.

A *direct* macro gives an expanded tree; a *rewriting* one gives quoted code that is expanded again. To add one, write a
function under :func:`macro` or :func:`rewrite` in the file of its module.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.terms.atom import Atom
from defnpy.terms.errors import ArgumentError


def macro(*signatures: str) -> Callable[[Any], Any]:
    """Mark a direct macro: ``f(meta, args, env) -> expanded``."""

    def mark(function: Any) -> Any:
        function.native_macro = True
        function.rewrites = False
        function.signatures = signatures
        return function

    return mark


def rewrite(*signatures: str) -> Callable[[Any], Any]:
    """Mark a rewriting macro: ``f(meta, args, env) -> quoted``. Calling it expands the result; ``.quoted`` is the bare function."""

    def mark(function: Any) -> Any:
        from defnpy.expand import expander

        def expanded(meta: Any, args: list[Any], env: Any) -> Any:
            return expander.expand(function(meta, args, env), env)

        expanded.native_macro = True  # type: ignore[attr-defined]
        expanded.rewrites = True  # type: ignore[attr-defined]
        expanded.signatures = signatures  # type: ignore[attr-defined]
        expanded.quoted = function  # type: ignore[attr-defined]
        return expanded

    return mark


def within_module(env: Any) -> None:
    """Refuse what sets attributes where no module is being defined."""
    if env.state is None:
        raise ArgumentError("cannot invoke @/1 outside module")


def collect(namespace: dict[str, Any]) -> dict[str, Any]:
    """The table of the macros marked in a file."""
    return {s: f for f in namespace.values() for s in getattr(f, "signatures", ()) if getattr(f, "native_macro", False)}


from defnpy.expand.macros import definitions, eex, exunit, kernel, libraries, nx_defn, records  # noqa: E402

NATIVE: dict[Any, dict[str, Any]] = {
    Atom("Elixir.Kernel"): {**kernel.MACROS, **definitions.MACROS},
    **libraries.TABLES,
    Atom("Elixir.Record"): records.MACROS,
    Atom("Elixir.EEx"): eex.MACROS,
    **nx_defn.TABLES,
    **exunit.TABLES,
}
