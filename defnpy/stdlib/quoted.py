"""Trees that ``quote`` builds while a program runs, and what it checks of the parts that are unquoted."""

from __future__ import annotations

from typing import Any

from defnpy.terms.atom import Atom, atom_name, is_atom
from defnpy.terms.binary import Bits
from defnpy.terms.errors import ArgumentError
from defnpy.terms.inspect import inspect
from defnpy.terms.list import ImproperList
from defnpy.terms.process import Reference
from defnpy.terms.struct import Struct

_ALIASES, _NO_PARENS = Atom("__aliases__"), Atom("no_parens")


def quoted_dot(left: Any, name: Any, args: Any, meta: Any) -> Any:
    """``left.unquote(name)(args)`` inside quote; ``left.unquote(name)`` has None for *args*."""
    if name.__class__ is tuple and len(name) == 3:
        form, _, inner = name
        if args is None and form is _ALIASES:
            return (form, meta, [left, *inner])
        if is_atom(form):
            dot = (Atom("."), meta, [left, form])
            if inner.__class__ is list:
                return (dot, meta, [*inner, *(args or [])])
            return (dot, [(_NO_PARENS, True), *meta], []) if args is None else (dot, meta, args)
    elif is_atom(name):
        if args is not None:
            return ((Atom("."), meta, [left, name]), meta, args)
        if atom_name(name).startswith("Elixir."):
            return (_ALIASES, meta, [left, name])
        return ((Atom("."), meta, [left, name]), [(_NO_PARENS, True), *meta], [])
    wanted = "after dot to return an atom, an alias or a quoted call" if args is None else "after dot with args to return an atom or a quoted call"
    raise ArgumentError(f"expected unquote {wanted}, got: {inspect(name)}")


def quote_option(name: str, value: Any) -> Any:
    """An option of ``quote`` that is known only when it runs."""
    if value.__class__ is {"line": int, "file": str, "context": Atom}[name]:
        return value
    raise ArgumentError(f"invalid runtime value for option :{name} in quote, got: {inspect(value)}")


def bind_quoted(pairs: Any, body: Any, context: Any, meta: Any) -> Any:
    """The tree that ``quote bind_quoted: pairs`` gives."""
    return (Atom("__block__"), [], [*((Atom("="), [], [(k, meta, context), v]) for k, v in pairs), body])


def valid_code(tree: Any) -> Any:
    """What ``unquote`` puts in its place must look like code, as far as its first level shows."""
    if _looks_like_code(tree):
        return tree
    raise ArgumentError(f"tried to unquote invalid AST: {inspect(tree)}\nDid you forget to escape term using Macro.escape/1?")


def _looks_like_code(tree: Any) -> bool:
    return all(map(_is_code, tree)) if tree.__class__ is list else tree.__class__ is not ImproperList and _is_code(tree)


def _is_code(tree: Any) -> bool:
    if tree.__class__ is not tuple:
        return not isinstance(tree, dict | Struct | Bits | Reference)
    if len(tree) == 2:
        return _is_code(tree[0]) and _is_code(tree[1])
    if len(tree) != 3 or tree[1].__class__ is not list:
        return False
    form, _, args = tree
    if args.__class__ is list:
        return is_atom(form) or _looks_like_code(form)
    # A variable may be bound already (the Var of an expanded tree, whose class this floor does not load).
    return is_atom(form) and (is_atom(args) or args.__class__.__name__ == "Var")


def quoted_list(items: Any) -> Any:
    """What ``unquote_splicing`` puts in must be a list of code."""
    if items.__class__ is list and all(map(_is_code, items)):
        return items
    raise ArgumentError(f"expected a list with quoted expressions in unquote_splicing/1, got: {inspect(items)}")


def quoted_tail(items: list[Any], tail: Any) -> list[Any]:
    """``[unquote_splicing(items) | tail]``."""
    return items + tail if tail.__class__ is list else [*items[:-1], (Atom("|"), [], [items[-1], tail])]
