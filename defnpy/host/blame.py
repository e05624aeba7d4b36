"""Why no clause of a function took its arguments: the heads and guards of its source, each part tried on its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any, NamedTuple

from defnpy.terms.atom import Atom, alias
from defnpy.terms.order import strict_equal
from defnpy.terms.runtime import runtime

MATCH, NODE = Atom("match?"), Atom("node")
_DEFINITIONS = ("def", "defp", "defmacro", "defmacrop", "defn", "defnp")
_DIRECTIVES = ("alias", "import", "require")
Tree = Any


class _Head(NamedTuple):
    """The head of one clause, with the directives that are in force there."""

    kind: str
    name: str
    args: list[Tree]
    guards: list[Tree]
    directives: list[Tree]


def clauses(module: Any, function: Any, args: list[Any]) -> tuple[Any, list[Any]] | None:
    """The kind and the clauses of a function as ``Exception.blame_mfa/3`` gives them; None when its source is not known.

    As in the reference only compiled files count, not modules that a script or notebook defines.
    """
    file = _file(module, function, len(args))
    if file is None or not file.endswith(".ex") or not os.path.exists(file):
        return None
    from defnpy.host.loader import read_source
    from defnpy.host.source import parse_program

    found = list(_heads(parse_program(read_source(file).decode(), file), (), module, []))
    listed = [head for head in found if head.name == function.name and len(head.args) == len(args)]
    if not listed:
        return None
    return Atom(listed[0].kind), [_Clause(args, head.directives).blame(head.args, head.guards) for head in listed]


def _file(module: Any, function: Any, arity: int) -> str | None:
    """The source file of a function of a program's module."""
    found = runtime().find(module)
    if found is None or found.native:
        return None
    signature = f"{function.name}/{arity}"
    tables: list[dict[str, Any]] = [found.functions, found.info.get("private", {}), found.macros]
    made: Any = next((table[signature] for table in tables if signature in table), None)
    code = getattr(getattr(made, "defn_body", made), "__code__", None)
    return code.co_filename if code is not None else None


def _forms(tree: Tree) -> list[Tree]:
    return list(tree[2]) if _is_call(tree, "__block__") else [tree]


def _is_call(tree: Tree, name: str) -> bool:
    return tree.__class__ is tuple and len(tree) == 3 and tree[0].__class__ is Atom and tree[0].name == name and tree[2].__class__ is list


def _heads(tree: Tree, path: tuple[str, ...], module: Any, above: list[Tree]) -> Iterator[_Head]:
    """The clauses that *module* defines."""
    directives = list(above)
    for form in _forms(tree):
        if form.__class__ is not tuple or len(form) != 3 or form[0].__class__ is not Atom or form[2].__class__ is not list:
            continue
        name = form[0].name
        if name in _DIRECTIVES:
            directives.append(_expanded(form, module))
        elif name == "defmodule" and _is_call(form[2][0], "__aliases__"):
            inner = (*path, *(part.name for part in form[2][0][2] if part.__class__ is Atom))
            yield from _heads(_body(form), inner, module, directives)
            if path:
                directives.append((Atom("alias"), [], [(Atom("__aliases__"), [], [Atom(part) for part in inner])]))
        elif name in _DEFINITIONS and path and alias(".".join(path)) is module:
            yield from _definition(name, form[2][0], directives)


def _body(form: Tree) -> Tree:
    block = form[2][-1]
    return dict(block).get(Atom("do")) if block.__class__ is list else None


def _definition(kind: str, head: Tree, directives: list[Tree]) -> Iterator[_Head]:
    guards: list[Tree] = []
    if _is_call(head, "when"):
        head, guard = head[2]
        while _is_call(guard, "when"):
            guards.append(guard[2][0])
            guard = guard[2][1]
        guards.append(guard)
    if head.__class__ is tuple and len(head) == 3 and head[0].__class__ is Atom:
        heads = head[2] if head[2].__class__ is list else []
        args = [part[2][0] if _is_call(part, "\\\\") else part for part in heads]
        yield _Head(kind, head[0].name, args, guards, list(directives))


def _expanded(tree: Tree, module: Any) -> Tree:
    """*tree* with the module's name for ``__MODULE__``."""
    if tree.__class__ is tuple and len(tree) == 3 and tree[0] is Atom("__MODULE__"):
        return module
    if tree.__class__ is tuple:
        return tuple(_expanded(part, module) for part in tree)
    return [_expanded(part, module) for part in tree] if tree.__class__ is list else tree


class _Clause:
    """One clause that is tried part by part; what the patterns bind is known to the guards."""

    def __init__(self, args: list[Any], directives: list[Tree]) -> None:
        self.args = args
        self.directives = directives
        self.bound: dict[Any, Any] = {}
        self.names = dict(pair for form in directives if form[0].name == "alias" for pair in _aliases(form[2]))

    def blame(self, heads: list[Tree], guards: list[Tree]) -> Any:
        """``{args, guards}`` with each part in a map that says whether it matched."""
        tried = [_wrap(self.matches(head, arg), self.in_full(head)) for head, arg in zip(heads, self.args, strict=True)]
        return (tried, [self.guard(_plain(guard)) for guard in guards])

    def run(self, tree: Tree, bindings: list[tuple[Any, Any]]) -> Any:
        return runtime().evaluator.eval_quoted((Atom("__block__"), [], [*self.directives, tree]), bindings, logged=False)[:2]

    def matches(self, pattern: Tree, arg: Any) -> bool:
        given = Atom("defnpy_argument")
        try:
            _, bindings = self.run((Atom("="), [], [pattern, (given, [], None)]), [(given, arg)])
        except Exception:
            return False
        new = {name: value for name, value in bindings if name is not given}
        if any(name in self.bound and not strict_equal(self.bound[name], value) for name, value in new.items()):
            return False
        self.bound.update(new)
        return True

    def guard(self, tree: Tree) -> Any:
        if _is_call(tree, "and") or _is_call(tree, "or"):
            return (tree[0], [], [self.guard(part) for part in tree[2]])
        try:
            fits = self.run(tree, list(self.bound.items()))[0] is True
        except Exception:
            fits = False
        return _wrap(fits, self.in_full(tree))

    def in_full(self, tree: Tree) -> Tree:
        """*tree* with the full names of modules, as the compiler knows them."""
        if _is_call(tree, "__aliases__") and tree[2][0] in self.names:
            return (tree[0], tree[1], [*self.names[tree[2][0]], *tree[2][1:]])
        if tree.__class__ is tuple:
            return tuple(self.in_full(part) for part in tree)
        return [self.in_full(part) for part in tree] if tree.__class__ is list else tree


def _aliases(args: list[Tree]) -> Iterator[tuple[Any, list[Any]]]:
    """The short names that an ``alias`` makes, with the parts of the full ones."""
    target = args[0]
    if _is_call(target, "__aliases__"):
        given = dict(args[1]).get(Atom("as")) if len(args) > 1 else None
        yield (given[2][0] if given is not None else target[2][-1]), target[2]
    elif target.__class__ is tuple and len(target) == 3 and target[0].__class__ is tuple:
        base = target[0][2][0]
        for part in target[2]:
            if _is_call(base, "__aliases__") and _is_call(part, "__aliases__"):
                yield part[2][-1], [*base[2], *part[2]]


def _wrap(fits: bool, tree: Tree) -> dict[Any, Any]:
    return {MATCH: fits, NODE: tree}


def _plain(tree: Tree) -> Tree:
    """A guard without the macros that the compiler takes away: ``x in list`` is a chain of comparisons, ``is_nil`` one."""
    if tree.__class__ is not tuple or len(tree) != 3 or tree[2].__class__ is not list:
        return tree
    if _is_call(tree, "is_nil") and len(tree[2]) == 1:
        return (Atom("=="), [], [tree[2][0], None])
    if _is_call(tree, "in") and tree[2][1].__class__ is list and tree[2][1]:
        tests: list[Tree] = [(Atom("==="), [], [tree[2][0], item]) for item in tree[2][1]]
        made = tests[0]
        for test in tests[1:]:
            made = (Atom("or"), [], [made, test])
        return made
    return (tree[0], tree[1], [_plain(part) for part in tree[2]])
