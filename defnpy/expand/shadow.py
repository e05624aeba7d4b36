"""Warnings about clauses that never match because one before them takes all that they do.

As in the reference a clause is told when a decision tree, built column by column from left to right, reaches it behind one that asks
for nothing more.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, NamedTuple

from defnpy.expand import expander as ex
from defnpy.expand import lint
from defnpy.expand.env import Diagnostic, Env, Var, line_of
from defnpy.terms.atom import Atom

UNDERSCORE = Atom("_")
MATCH = Atom("=")
STRUCT_KEY = Atom("__struct__")


class Test(NamedTuple):
    """What a pattern asks of a value, and the patterns for its parts."""

    kind: Hashable
    parts: list[Any]
    of_map: bool = False


@dataclass(slots=True)
class Row:
    """A clause in the decision tree: the patterns that are still to be looked at."""

    clause: Any
    certain: bool
    patterns: list[Any]


def check(clauses: list[Any], env: Env, signature: str | None = None) -> None:
    """Warn, when the module is complete, of the clauses of a function or expression that come behind one which takes what they do."""
    if len(clauses) < 2 or env.state is None or not all(lint.written(clause.meta) for clause in clauses):
        return
    rows = [Row(clause, _certain(clause), clause.patterns) for clause in clauses]
    last = next((i for i, row in enumerate(rows) if _always(row)), len(rows))
    subject = f"this clause for {signature}" if signature else "this clause"
    for row in rows[last + 1 :]:
        _tell(subject, row.clause, clauses[last], env)
    _search(rows[: last + 1], lambda clause, first: _tell("this clause", clause, first, env))


def _tell(subject: str, clause: Any, first: Any, env: Env) -> None:
    text = f"{subject} cannot match because a previous clause at line {line_of(first.meta)} always matches"
    env.state.late.append((1, Diagnostic("warning", text, env.file, *env.position(clause.meta))))


def _certain(clause: Any) -> bool:
    """Whether a clause is taken when its shape fits: it has no guard and compares no variables."""
    if clause.guards and not any(guard is True for guard in clause.guards):
        return False
    seen: set[Var] = set()
    stack = list(clause.patterns)
    while stack:
        p = stack.pop()
        if p.__class__ is tuple and len(p) == 3 and p[2].__class__ is Var:
            if p[2] in seen:
                return False
            seen.add(p[2])
        elif ex.is_node(p, ex.PIN):
            return False
        elif p.__class__ is tuple or p.__class__ is list:
            stack.extend(p)
    return True


def _always(row: Row) -> bool:
    return row.certain and all(_test(pattern) is None for pattern in row.patterns)


def _search(rows: list[Row], tell: Callable[[Any, Any], None]) -> None:
    """Look at the first column of *rows*, then at the others below each of its tests."""
    if len(rows) < 2:
        return
    if _always(rows[0]) or not rows[0].patterns:
        if rows[0].certain:
            tell(rows[1].clause, rows[0].clause)
        else:
            _search(rows[1:], tell)
        return
    tested = [(row, _test(row.patterns[0])) for row in rows]
    for free, run in groupby(tested, key=lambda one: one[1] is None):
        if free:
            _search([replace(row, patterns=row.patterns[1:]) for row, _ in run], tell)
            continue
        for branch in _branches([(row, test) for row, test in run if test is not None]):
            _search(branch, tell)


def _branches(run: list[tuple[Row, Test]]) -> list[list[Row]]:
    """The rows of each test, with the patterns for the parts in front; maps of several kinds only where they are neighbours and literal."""
    mixed = len({test.kind for _, test in run if test.of_map}) > 1
    found: dict[Hashable, list[Row]] = {}
    before: Hashable = None
    for row, test in run:
        if mixed and test.of_map and (before != test.kind or not _literal(test.parts)):
            found.pop(test.kind, None)
        before = test.kind
        found.setdefault(test.kind, []).append(replace(row, patterns=[*test.parts, *row.patterns[1:]]))
    return list(found.values())


def _literal(patterns: list[Any]) -> bool:
    return all(p.__class__ not in (tuple, list) for p in patterns)


def _test(pattern: Any) -> Test | None:
    """What an expanded pattern asks; nothing when it is a variable."""
    while ex.is_node(pattern, MATCH):
        left, right = pattern[2]
        pattern = right if _test(left) is None else left
    if pattern.__class__ is list:
        return _list_test(pattern)
    if pattern.__class__ is not tuple:
        return Test((pattern.__class__, pattern), [])
    if len(pattern) == 2:
        return Test(("tuple", 2), list(pattern))
    form, _, args = pattern
    if args.__class__ is not list:
        return None if form is UNDERSCORE or args.__class__ is Var else Test(id(pattern), [])
    if form is ex.PIN:
        return None
    if form is ex.TUPLE:
        return Test(("tuple", len(args)), args)
    if form is ex.MAP:
        return _map_test(args) or Test(id(pattern), [])
    if form is ex.STRUCT and args[0].__class__ is Atom:
        return _map_test([(STRUCT_KEY, args[0]), *args[1][2]]) or Test(id(pattern), [])
    return Test(id(pattern), [])


def takes_all(pattern: Any) -> bool:
    """Whether an expanded pattern is a variable."""
    return _test(pattern) is None


def _list_test(items: list[Any]) -> Test:
    if not items:
        return Test("nil", [])
    if ex.is_node(items[0], ex.BAR):
        return Test("cons", items[0][2])
    return Test("cons", [items[0], items[1:]])


def _map_test(pairs: list[Any]) -> Test | None:
    """Maps with the same literal keys ask the same."""
    if any(key.__class__ not in (Atom, int, str, float, bool) for key, _ in pairs):
        return None
    listed = sorted(pairs, key=lambda pair: (pair[0].__class__.__name__, str(pair[0])))
    return Test(tuple((key.__class__, key) for key, _ in listed), [value for _, value in listed], of_map=True)
