"""A compiled program as one Python module: what the cache stores and ``defnpy transpile`` prints.

The first run of a file evaluates module bodies while it compiles; the artifact holds only their results, each module's functions in
the place of its ``defmodule``.
"""

from __future__ import annotations

import ast
from typing import Any

from defnpy.terms.atom import Atom

_PURE_MODULES = frozenset("Elixir." + m for m in (
    "Access Atom Bitwise Code Complex Enum Float Function Integer Kernel Kernel.Utils Keyword List Macro Map MapSet Module "
    "NimbleOptions Range Regex Stream String String.Chars Tuple Version Protocol Inspect Nx Nx.Type Nx.Constants "
    "ExUnit.Case ExUnit.Callbacks ExUnit.CaseTemplate").split())
_PURE_ERLANG = frozenset("math lists maps binary erlang".split())
_IMPURE = frozenset("spawn/1 spawn/3 send/2 exit/1 self/0 apply/2 apply/3 make_ref/0 eval_string/1 eval_string/2 eval_string/3".split())
_IMPURE_HELPERS = frozenset({"dbg", "dbg_pipe", "receive"})


def is_pure(node: Any) -> bool:
    """Whether leaving out the evaluation of an expanded tree changes nothing but its value."""
    stack = [node]
    while stack:
        t = stack.pop()
        kind = t.__class__
        if kind is list:
            stack.extend(t)
        elif kind is dict:
            stack.extend(t.values())
        elif kind is tuple:
            if len(t) == 3 and t[2].__class__ is list:
                form = t[0]
                if form.__class__ is tuple and len(form) == 3 and len(form[2]) == 2:
                    module, name = form[2]
                    if module.__class__ is not Atom:
                        return False
                    known = module.name in _PURE_MODULES or module.name in _PURE_ERLANG
                    if not known or f"{getattr(name, 'name', name)}/{len(t[2])}" in _IMPURE:
                        return False
                elif form.__class__ is Atom and form.name == "%rt" and t[2][0] in _IMPURE_HELPERS:
                    return False
                if form.__class__ is Atom and form.name == "%const":
                    continue
                if form.__class__ is Atom and form.name == "%defmodule":
                    stack.append(t[2][0])  # the forms of its body are looked at one by one
                    continue
                if form.__class__ is tuple:
                    stack.append(form)
                stack.extend(t[2])
            else:
                stack.extend(t)
        elif hasattr(t, "patterns") and hasattr(t, "body"):
            stack.append(t.body)
    return True


def artifact(preludes: list[ast.stmt], statements: list[ast.stmt], modules: dict[int, list[ast.stmt]]) -> ast.Module | None:
    """Prelude, statements and modules as one Python module; None when the program needs objects that have no source form."""
    body: list[ast.stmt] = []
    for statement in statements:
        index = module_index(statement)
        if index is None:
            body.append(statement)
            continue
        if index not in modules:
            return None
        body.extend(modules[index])
        if statement.__class__ is ast.Assign:
            body.append(ast.copy_location(ast.Assign(statement.targets, _placeholder(statement)), statement))
    wanted = _names(body)
    if "UNIT" in wanted:
        return None
    kept = _needed(preludes, wanted)
    if "OBJECTS" in wanted:
        return None
    return ast.Module(body=[*kept, *body], type_ignores=[])


def module_index(statement: ast.stmt) -> int | None:
    """The index of ``UNIT.defmodule(index, ...)``."""
    value: Any = getattr(statement, "value", None)
    if value.__class__ is not ast.Call or value.func.__class__ is not ast.Attribute:
        return None
    base: Any = value.func.value
    if base.__class__ is ast.Name and base.id == "UNIT":
        index: Any = value.args[0]
        return int(index.value)
    return None


def _placeholder(statement: Any) -> ast.expr:
    """The value of ``defmodule``: ``{:module, name, binary, nil}``."""
    call = statement.value

    def at(node: Any) -> Any:
        return ast.copy_location(node, call)

    maker = at(ast.Call(at(ast.Name("Atom", ast.Load())), [at(ast.Constant("module"))], []))
    return at(ast.Tuple([maker, call.args[1], at(ast.Constant(b"")), at(ast.Constant(None))], ast.Load()))


def _names(nodes: list[ast.stmt]) -> set[str]:
    found: set[str] = set()
    stack: list[Any] = list(nodes)
    while stack:
        node = stack.pop()
        if node.__class__ is ast.Name:
            found.add(node.id)
            continue
        # ast.walk asks every class for its fields, which takes three times as long.
        for value in node.__dict__.values():
            if value.__class__ is list:
                stack.extend([part for part in value if isinstance(part, ast.AST)])
            elif isinstance(value, ast.AST):
                stack.append(value)
    return found


def _needed(preludes: list[ast.stmt], wanted: set[str]) -> list[ast.stmt]:
    """The constants of the names *wanted*, to which their own are added."""
    kept = []
    for statement in reversed(preludes):
        if statement.targets[0].id in wanted:  # type: ignore[attr-defined]
            kept.append(statement)
            wanted |= _names([statement])
    return kept[::-1]
