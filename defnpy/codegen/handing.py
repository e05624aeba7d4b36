"""Lists and binaries that the functions of a module hand on to each other.

One that functions take apart is an array and a place in it on its whole way (*cursor*); a list that grows by ``[x | acc]`` while
functions call each other in tail position is collected (*growing*).
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any

from defnpy.codegen.loops import FN, in_head, is_var, occurrences
from defnpy.codegen.sequences import NO_VARIABLE, OCTETS, TEXT, Front, front_of, split_cons, variable_of
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

    def only_handed(self, var: Var, lists: Lists) -> bool:
        """Whether nothing else than such parameters sees *var*."""
        return not self.count.get(var) or bool(self.places(var, lists))


class _Parameter:
    """A parameter that is taken apart from the front, or only named, in all clauses of its function."""

    def __init__(self, fronts: list[Front], uses: list[Uses]) -> None:
        self.fronts = fronts
        self.uses = uses
        self.kinds = {front.kind for front in fronts if front.kind}

    def apart(self) -> bool:
        """Whether a clause leaves a rest that it names."""
        return any(front.rest is not None for front in self.fronts)

    def handed_to(self, lists: Lists) -> Iterator[Place]:
        """The parameters among *lists* that get this one, or its rest."""
        for front, uses in zip(self.fronts, self.uses, strict=True):
            for var in (front.rest, front.whole):
                if var is not None:
                    yield from uses.places(var, lists)

    def is_cursor(self, lists: Lists, handed: bool) -> bool:
        """Whether it hands on what it is given: the rest in some clause, or all of it in those that name it."""
        pairs = list(zip(self.fronts, self.uses, strict=True))
        if any(front.kind and front.whole is not None and u.count.get(front.whole) and not u.places(front.whole, lists) for front, u in pairs):
            return False  # a name next to a pattern would be a copy in each step
        if self.apart():
            return any(front.rest is not None and u.places(front.rest, lists) for front, u in pairs)
        named = [(front, u) for front, u in pairs if front.whole is not None]
        return handed and bool(named) and all(u.places(front.whole, lists) for front, u in named)


def cursor_parameters(functions: dict[str, list[Clause]]) -> dict[str, dict[int, str]]:
    """The parameters of a module's functions that are cursors, with what they go through: LIST, TEXT, or OCTETS where
    functions ask for nothing but the octets of a binary; nothing where a list or text is only named.

    Each takes a list or binary apart and hands the rest to a cursor, or is handed such a rest and hands it on; those that do neither
    go, until nothing changes.
    """
    all_uses: dict[str, list[Uses]] = {}
    made: dict[Place, _Parameter] = {}
    for s, clauses in functions.items():
        for k in range(len(clauses[0].patterns)):
            fronts = [front_of(c.patterns[k]) for c in clauses]
            known = [front for front in fronts if front is not None]
            if len(known) == len(fronts) and len({front.kind for front in known if front.kind}) < 2:
                made[s, k] = _Parameter(known, all_uses.setdefault(s, []))
    if not any(parameter.apart() for parameter in made.values()):
        return {}
    for s, uses in all_uses.items():
        uses.extend(Uses(c) for c in functions[s])
    made = {place: p for place, p in made.items() if p.apart() or not p.kinds}
    while True:
        lists = _by_function(made)
        handed = {place for p in made.values() for place in p.handed_to(lists)}
        left = {place: p for place, p in made.items() if p.is_cursor(lists, place in handed)}
        if len(left) == len(made):
            return _families(made, lists)
        made = left


def _by_function(places: Iterable[Place]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for s, k in places:
        found.setdefault(s, set()).add(k)
    return found


def _families(made: dict[Place, _Parameter], lists: Lists) -> dict[str, dict[int, str]]:
    """The parameters that hand something on to each other, where all of it is of one kind."""
    near: dict[Place, set[Place]] = {place: set() for place in made}
    for place, p in made.items():
        for other in p.handed_to(lists):
            near[place].add(other)
            near[other].add(place)
    found: dict[str, dict[int, str]] = {}
    waiting = set(made)
    while waiting:
        family, todo = set(), [waiting.pop()]
        while todo:
            place = todo.pop()
            family.add(place)
            todo.extend(near[place] - family)
        waiting -= family
        kinds = {kind for place in family for kind in made[place].kinds}
        if len(kinds) == 1:
            octets = kinds == {TEXT} and all(front.items is not None for place in family for front in made[place].fronts if front.kind)
            for s, k in sorted(family):
                found.setdefault(s, {})[k] = OCTETS if octets else next(iter(made[s, k].kinds), "")
    return found


def rests(clause: Clause, cursors: Mapping[int, str], lists: Lists) -> dict[Var, tuple[int, int | None]]:
    """The variables of a clause that are places only: the parameter, and how many elements of it stand before (None: its Reader knows).

    *cursors* says what each parameter goes through.
    """
    uses = Uses(clause) if cursors else None
    found: dict[Var, tuple[int, int | None]] = {}
    for k, kind in cursors.items():
        front = front_of(clause.patterns[k])
        assert front is not None and uses is not None
        if front.rest is not None and uses.only_handed(front.rest, lists):
            found[front.rest] = (k, None if kind == TEXT else len(front.items or ()))
        if front.whole is not None and uses.only_handed(front.whole, lists):
            found[front.whole] = (k, 0)
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
