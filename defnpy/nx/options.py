"""Keyword lists: checking options and building them."""

from __future__ import annotations

from typing import Any

from defnpy.nx.show import text
from defnpy.terms.atom import Atom
from defnpy.terms.errors import ArgumentError, FunctionClauseError


def keywords(**values: Any) -> list[tuple[Any, Any]]:
    """``[key: value, ...]``."""
    return [(Atom(k), v) for k, v in values.items()]


def _check_list(opts: Any, module: str = "Elixir.Keyword", function: str = "validate!") -> None:
    if opts.__class__ is not list and opts.__class__ is not tuple:
        raise FunctionClauseError(Atom(module), Atom(function), 2)
    for pair in opts:
        if pair.__class__ is not tuple or len(pair) != 2 or pair[0].__class__ is not Atom:
            raise ArgumentError(f"expected a keyword list, but an entry in the list is not valid, got: {text(pair)}")


def fetched(opts: Any, name: str, default: Any = None) -> Any:
    """``opts[name]``; other keys are not looked at."""
    _check_list(opts)
    return next((v for k, v in opts if k.name == name), default)


def keyword(opts: Any, **defaults: Any) -> dict[str, Any]:
    """*opts* over *defaults*, as ``Nx.Shared``'s ``keyword!``: unknown keys are named with the known ones, in order."""
    made = dict(defaults)
    if not opts and (opts.__class__ is list or opts == ()):
        return made
    _check_list(opts, "Elixir.Nx.Defn.Kernel", "keyword!")
    for pair in opts:
        name = pair[0].name
        if name not in defaults:
            known = ", ".join(":" + d for d in defaults)
            raise ArgumentError(f"unknown key :{name} in {text(opts)}, expected one of [{known}]")
    for pair in reversed(opts):
        made[pair[0].name] = pair[1]
    return made


def validated(opts: Any, **defaults: Any) -> dict[str, Any]:
    """*opts* over *defaults*, as ``Keyword.validate!/2``: all unknown keys are listed."""
    _check_list(opts)
    unknown = [p[0] for p in opts if p[0].name not in defaults]
    if unknown:
        known = [Atom(d) for d in defaults]
        raise ArgumentError(f"unknown keys {text(unknown)} in {text(opts)}, the allowed keys are: {text(known)}")
    made = dict(defaults)
    for name, value in reversed(opts):
        made[name.name] = value
    return made
