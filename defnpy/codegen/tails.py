"""Tail position: which calls are the last thing that a function does.

A call of the function itself there goes on with its loop. Where there is no loop to go on with (functions that call each other, a
``receive`` that waits for the next message) the function *bounces*: its body returns a description of the call, and the
function proper makes one such call after the other, so that the stack does not grow.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import Any

from defnpy.expand.module import Definition
from defnpy.terms.atom import Atom

_IF, _BLOCK, _CASE, _COND, _WITH, _RECEIVE, _LOCAL = (Atom(n) for n in ("%if", "__block__", "case", "cond", "with", "receive", "%local"))
LAZY = {Atom(n) for n in ("%and", "%or", "%&&", "%||")}
"""The operators whose right side, if it is evaluated, is their value."""


def is_local_call(node: Any, name: Any, arity: int) -> bool:
    """Whether *node* calls the function of this name (an atom) in the same module."""
    return node.__class__ is tuple and len(node) == 3 and node[0] is name and node[2].__class__ is list and len(node[2]) == arity


def tails(node: Any, before: list[Any], *, values: bool = False) -> Iterator[Any]:
    """The nodes in tail position; what is evaluated earlier is added to *before*.

    With *values* a ``with`` or a lazy operator is one leaf: it may also end with a value of its first part.
    """
    while True:
        if node.__class__ is not tuple or len(node) != 3 or node[0].__class__ is not Atom or node[2].__class__ is not list:
            yield node
            return
        form, _, args = node
        if form is _BLOCK and args:
            before.extend(args[:-1])
            node = args[-1]
            continue
        if form is _IF:
            before.append(args[0])
            yield from tails(args[1], before, values=values)
            yield from tails(args[2], before, values=values)
        elif form is _CASE:
            before.append(args[0])
            for clause in args[1]:
                before.extend(clause.guards)
                yield from tails(clause.body, before, values=values)
        elif form is _COND:
            for _, test, body in args:
                before.append(test)
                yield from tails(body, before, values=values)
        elif form is _WITH and not values:
            steps, body, other = args
            before.append(steps)
            yield from tails(body, before)
            for clause in other or ():
                before.extend(clause.guards)
                yield from tails(clause.body, before)
        elif form in LAZY and not values:
            before.append(args[0])
            node = args[1]
            continue
        else:
            yield node
        return


def called(node: Any) -> tuple[str, list[Any]] | None:
    """``name/arity`` and the arguments of what may be a local call."""
    if node.__class__ is not tuple or len(node) != 3 or node[0].__class__ is not Atom or node[2].__class__ is not list:
        return None
    form, _, args = node
    return (args[0], args[1:]) if form is _LOCAL else (f"{form.name}/{len(args)}", args)


def calls_any(node: Any, wanted: Container[str]) -> bool:
    """Whether *node* calls one of the local functions *wanted* in tail position."""
    return any((call := called(leaf)) is not None and call[0] in wanted for leaf in tails(node, []))


def _calls(node: Any, received: bool = False) -> Iterator[tuple[str, bool]]:
    """What *node* may call in tail position, and whether a message comes first."""
    for leaf in tails(node, []):
        if leaf.__class__ is tuple and len(leaf) == 3 and leaf[0] is _RECEIVE:
            parts = leaf[2][0]
            bodies = [clause.body for clause in parts.get("do") or ()]
            for body in [*bodies, *([parts["after"][1]] if "after" in parts else [])]:
                yield from _calls(body, True)
        elif (call := called(leaf)) is not None:
            yield call[0], received


def bouncing(definitions: list[Definition]) -> dict[str, frozenset[str]]:
    """The functions that bounce, and for each the calls in tail position that do."""
    plain = {d.signature: d for d in definitions if d.caller is None and d.defn not in ("defn", "defnp")}
    calls = {s: {(called, r) for c in d.clauses for called, r in _calls(c.body) if called in plain} for s, d in plain.items()}
    waiting = {s for s, found in calls.items() if (s, True) in found}
    others = _in_cycles({s: {called for called, _ in found if called != s} for s, found in calls.items()})
    groups: dict[str, frozenset[str]] = {}
    for s in waiting | set(others):
        reached = _reached(s, others)
        groups[s] = frozenset({s, *(g for g in reached if s in _reached(g, others))})
    return {s: group for s, group in groups.items() if len(group) > 1 or s in waiting}


def _in_cycles(edges: dict[str, set[str]]) -> dict[str, set[str]]:
    """The part of a graph where every node has a way in and a way out: cycles and what lies between them."""
    while True:
        entered = {called for found in edges.values() for called in found}
        left = {s: {g for g in found if edges.get(g)} for s, found in edges.items() if found and s in entered}
        if left == edges:
            return left
        edges = left


def _reached(start: str, edges: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    todo = [start]
    while todo:
        for called in edges.get(todo.pop(), ()):
            if called not in found:
                found.add(called)
                todo.append(called)
    return found
