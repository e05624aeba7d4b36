"""Loops over floats: which parameters of a function that calls itself hold floats, by what its arithmetic does with them.

Such a function is emitted twice: for the classes found here, which then hold in every round, and for all others.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from defnpy.codegen.arithmetic import is_whole_operation, literal, operator_of
from defnpy.codegen.sequences import variable_of
from defnpy.expand.clauses import Clause
from defnpy.expand.env import Var
from defnpy.terms.atom import Atom

_MATCH = Atom("=")


class _Sum:
    """One expression of operators: its variables, and whether it is of floats or of integers by what is written in it."""

    def __init__(self, node: Any) -> None:
        self.variables: list[Var] = []
        self.others = self.floating = self.whole = False
        self._add(node)

    def _add(self, node: Any) -> None:
        number = literal(node)
        if number is not None:
            self.floating = self.floating or number.__class__ is float
            return
        signature = operator_of(node)
        if signature is not None:
            self.whole = self.whole or is_whole_operation(signature)
            self.floating = self.floating or signature == "//2"
            for arg in node[2]:
                self._add(arg)
        elif node.__class__ is tuple and len(node) == 3 and node[2].__class__ is Var:
            self.variables.append(node[2])
        else:
            self.others = True


def _sums(node: Any) -> Iterator[tuple[Any, _Sum]]:
    """Every expression of operators in a tree, with the variable that it is bound to."""
    stack = [(node, None)]
    while stack:
        n, bound = stack.pop()
        kind = n.__class__
        if kind is tuple and operator_of(n) is not None:
            yield bound, _Sum(n)
        if kind is tuple and len(n) == 3 and n[0] is _MATCH and n[2].__class__ is list:
            stack.append((n[2][1], variable_of(n[2][0])))
        elif kind is tuple or kind is list:
            stack.extend((part, None) for part in n)
        elif kind is dict:
            stack.extend((part, None) for part in n.values())
        elif kind is Clause:
            stack.append(((n.guards, n.body), None))


def classes(clauses: list[Clause]) -> dict[int, str]:
    """The parameters that hold floats, and those next to them that hold integers; none where nothing tells of floats."""
    sums = [found for clause in clauses for found in _sums((clause.guards, clause.body))]
    places = {var: k for clause in clauses for k, pattern in enumerate(clause.patterns) if (var := variable_of(pattern)).__class__ is Var}
    floats: set[Any] = set()
    while True:
        before = len(floats)
        for bound, found in sums:
            if not found.whole and (found.floating or any(places.get(var, var) in floats for var in found.variables)):
                floats.update(places.get(var, var) for var in found.variables)
                if bound.__class__ is Var:
                    floats.add(bound)
        if len(floats) == before:
            break
    made = {k: "float" for k in floats if k.__class__ is int}
    if not made:
        return {}
    for k in range(len(clauses[0].patterns)):
        counted = [found for _, found in sums if k in [places.get(var) for var in found.variables]]
        literals = {clause.patterns[k].__class__ for clause in clauses if variable_of(clause.patterns[k]).__class__ is not Var}
        if k not in made and (literals & {int} or counted) and all(set(found.variables) <= {v for v, place in places.items() if place == k}
                                                                   and not found.others for found in counted):  # fmt: skip
            made[k] = "int"
    return made
