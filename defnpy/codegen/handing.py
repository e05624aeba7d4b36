"""Lists that the functions of a module hand on to each other.

A list that functions take apart is an array and a position in it on its whole way (*cursor*); one that grows by ``[x | acc]`` while
functions call each other in tail position is collected (*growing*).
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any

from defnpy.codegen.loops import FN, NO_VARIABLE, in_head, is_var, occurrences, rest_variable, split_cons, variable_of
from defnpy.codegen.tails import called, tails
from defnpy.expand.clauses import Clause
from defnpy.expand.env import Var
from defnpy.terms.atom import Atom

Place = tuple[str, int]
"""A parameter: ``name/arity`` of the function, and the index."""
Lists = Mapping[str, Container[int]]
"""Parameters by ``name/arity``."""


class Uses:
    """How often each variable of a clause is used, and the parameters of calls that it is the argument for."""

    __slots__ = ("count", "given")

    def __init__(self, clause: Clause) -> None:
        self.count: dict[Var, int] = {}
        self.given: dict[Var, list[Place]] = {}
        self._walk([clause.patterns, clause.guards, clause.body], self.given)
        for var in {var for var, _ in occurrences(clause.patterns, False)}:
            self.count[var] -= 1  # its place in the head is no use

    def _walk(self, stack: list[Any], given: dict[Var, list[Place]] | None) -> None:
        count = self.count
        while stack:
            n = stack.pop()
            kind = n.__class__
            if kind is Var:
                count[n] = count.get(n, 0) + 1
            elif kind is list:
                stack.extend(n)
            elif kind is tuple:
                if len(n) == 3 and n[0].__class__ is Atom:
                    if n[0] is FN:
                        self._walk(list(n), None)  # what a function made here calls, it calls later
                        continue
                    if given is not None and n[2].__class__ is list:
                        for k, arg in enumerate(n[2]):
                            if arg.__class__ is tuple and len(arg) == 3 and arg[2].__class__ is Var:
                                given.setdefault(arg[2], []).append((f"{n[0].name}/{len(n[2])}", k))
                stack.extend(n)
            elif kind is dict:
                stack.extend(n.values())
            elif kind is Clause:
                stack.extend((n.patterns, n.guards, n.body))

    def places(self, var: Any, lists: Lists) -> list[Place]:
        """The parameters among *lists* that *var* is handed to, when it is used for nothing else."""
        found = [place for place in self.given.get(var, ()) if place[1] in lists.get(place[0], ())]
        return found if len(found) == self.count.get(var, 0) else []


def list_parameters(functions: dict[str, list[Clause]]) -> dict[str, set[int]]:
    """The parameters of a module's functions that are cursors.

    Each takes lists apart and hands their rest to a cursor, or is handed such a rest and hands it on; those that do neither go,
    until nothing changes.
    """
    kinds = {s: {k: kind for k in range(len(clauses[0].patterns)) if (kind := _list_kind(clauses, k))} for s, clauses in functions.items()}
    if not any("apart" in listed.values() for listed in kinds.values()):
        return {}
    found = {s: set(listed) for s, listed in kinds.items() if listed}
    uses = {s: [Uses(c) for c in functions[s]] for s in found}
    while True:
        handed = {place for s, listed in found.items() for k in listed
                  for c, u in zip(functions[s], uses[s], strict=True) for place in u.places(_list_variable(c.patterns[k]), found)}  # fmt: skip
        left = {s: {k for k in listed if _is_cursor(functions[s], uses[s], k, found, (s, k) in handed)} for s, listed in found.items()}
        if left == found:
            return {s: listed for s, listed in found.items() if listed}
        found = left


def _list_kind(clauses: list[Clause], k: int) -> str:
    """``apart`` for a parameter that some clause takes apart as a list, ``whole`` for one that all clauses name, else nothing."""
    patterns = [c.patterns[k] for c in clauses]
    lists = [p for p in patterns if p.__class__ is list]
    tails_ = [tail for p in lists if (tail := split_cons(p)[1]) is not None]
    if any(variable_of(p) is NO_VARIABLE for p in [*(p for p in patterns if p.__class__ is not list), *tails_]):
        return ""
    return "apart" if any(variable_of(tail) is not None for tail in tails_) else "" if lists else "whole"


def _is_cursor(clauses: list[Clause], uses: list[Uses], k: int, found: Lists, handed: bool) -> bool:
    """Whether parameter *k* hands on what it is given: the rest of the list in some clause, or the whole list in all that name it."""
    rest = [(u, v) for c, u in zip(clauses, uses, strict=True) if c.patterns[k].__class__ is list and (v := rest_variable(c.patterns[k])) is not None]
    if rest:
        return any(u.places(v, found) for u, v in rest)
    named = [(u, v) for c, u in zip(clauses, uses, strict=True) if (v := variable_of(c.patterns[k])) is not None]
    return handed and bool(named) and all(u.places(v, found) for u, v in named)


def _list_variable(pattern: Any) -> Any:
    """The variable of a clause that is the list that a cursor stands for, or its rest."""
    return rest_variable(pattern) if pattern.__class__ is list else variable_of(pattern)


def rests(clause: Clause, cursors: Iterable[int], lists: Lists) -> dict[Var, tuple[int, int]]:
    """The variables of a clause that are positions only: the parameter, and how many elements stand before."""
    uses = Uses(clause) if cursors else None
    found: dict[Var, tuple[int, int]] = {}
    for k in cursors:
        var = _list_variable(clause.patterns[k])
        if uses is not None and var is not None and uses.places(var, lists):
            found[var] = (k, len(split_cons(clause.patterns[k])[0]))
    return found


def growing_lists(groups: Mapping[str, Iterable[str]], functions: dict[str, list[Clause]], cursors: Lists) -> dict[str, set[int]]:
    """The parameters by which functions that call each other in tail position (*groups*) hand on a list that grows."""
    found = {(s, k) for s in groups if s in functions for k in _may_grow(functions[s]) if k not in cursors.get(s, ())}
    edges = {edge for s, group in groups.items() if s in functions for clause in functions[s] for edge in _handed(s, clause, group, found)}
    while True:
        edges = {(a, b, grows) for a, b, grows in edges if a in found and b in found}
        left = {a for a, _, _ in edges} & {b for _, b, _ in edges}
        if left == found:
            break
        found = left
    reached = {place for a, b, grows in edges if grows for place in (a, b)}
    while more := {place for a, b, _ in edges if a in reached or b in reached for place in (a, b)} - reached:
        reached |= more
    return {s: {k for other, k in reached if other == s} for s, _ in reached}


def _may_grow(clauses: list[Clause]) -> list[int]:
    """The parameters that every clause names and none uses in its head or in an anonymous function."""
    named = [k for k in range(len(clauses[0].patterns)) if all(variable_of(c.patterns[k]) is not NO_VARIABLE for c in clauses)]
    for clause in clauses if named else ():
        kept = {var for var, inner in occurrences(clause.body, False) if inner}
        named = [k for k in named if (var := variable_of(clause.patterns[k])) is None or not (var in kept or in_head(clause, var, k))]
    return named


def _handed(name: str, clause: Clause, group: Iterable[str], found: set[Place]) -> Iterator[tuple[Place, Place, bool]]:
    """From which parameter to which one the calls in tail position hand a list on, and whether it grows there."""
    for leaf in tails(clause.body, []):
        call = called(leaf)
        for j, arg in enumerate(call[1] if call is not None and call[0] in group else ()):
            _, tail = split_cons(arg)
            base = arg if tail is None else tail
            for k, pattern in enumerate(clause.patterns):
                if call is not None and (name, k) in found and is_var(base, variable_of(pattern)):
                    yield (name, k), (call[0], j), tail is not None
