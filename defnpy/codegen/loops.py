"""What lists and maps of a self-recursive function can be kept as, so that each step costs the same.

A list is a Python array: ``[h | t]`` copies. In a loop none of these copies is needed, where nothing but the loop sees the list:

- *cursor*: a parameter taken apart by ``[h | t]`` whose ``t`` goes on to such a parameter, of the same function or of another one
  of the module, is an array and a position in it;
- *pending*: a parameter that grows by ``[x | acc]`` (also on the way through functions that call each other), or by ``acc <> x``,
  collects what is new and joins it when the value is wanted;
- *owned*: a parameter that grows by ``Map.put(acc, k, v)`` and the like is copied once, then changed in place;
- *consing*: a function whose value is ``[x | f(...)]`` or ``xs ++ f(...)`` collects its elements and loops.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from defnpy.codegen.sequences import NO_VARIABLE, split_cons, variable_of
from defnpy.codegen.tails import is_local_call, tails
from defnpy.expand.clauses import Clause
from defnpy.expand.env import Var
from defnpy.terms.atom import Atom, alias

_BAR, FN, _IF, _TUPLE, _RT = Atom("|"), Atom("fn"), Atom("%if"), Atom("{}"), Atom("%rt")
_BLOCK, _CASE, _COND, _WITH, _FIELD = Atom("__block__"), Atom("case"), Atom("cond"), Atom("with"), Atom("%field")
_MAP, _MAPSET, _ENUM, _KERNEL, _ACCESS = alias("Map"), alias("MapSet"), alias("Enum"), alias("Kernel"), alias("Access")

UPDATES = {
    (_MAP, "put", 3): "own_put", (_MAP, "update", 4): "own_update", (_MAP, "put_new", 3): "own_put_new",
    (_MAP, "delete", 2): "own_delete", (_MAPSET, "put", 2): "own_member",
}  # fmt: skip
"""Functions that change an owned map, and the run-time helper that does it in place."""

_READS = {
    (_MAP, name) for name in ("get", "fetch", "fetch!", "has_key?", "keys", "values", "to_list", "get_lazy")
} | {(_MAPSET, "member?"), (_MAPSET, "size"), (_ENUM, "count"), (_ENUM, "empty?"), (_ENUM, "member?"), (_ACCESS, "get"),
     (_KERNEL, "map_size"), (_KERNEL, "is_map_key")}  # fmt: skip
"""Functions that look into a map, their first argument, and do not keep it."""


KEPT: Any = object()
"""The argument of a loop's next round that the loop itself provides (``nil`` is None)."""


@dataclass(slots=True)
class Plan:
    """The representation of each parameter, by position."""

    cursors: set[int] = field(default_factory=set)
    pending: set[int] = field(default_factory=set)
    texts: set[int] = field(default_factory=set)
    owned: set[int] = field(default_factory=set)
    consing: bool = False

    def __bool__(self) -> bool:
        return bool(self.cursors or self.pending or self.owned or self.consing)


def loops(node: Any, name: Any, arity: int) -> bool:
    """Whether *node* calls the local function in tail position, or behind the elements of a list there."""
    return any(is_local_call(leaf, name, arity) or is_local_call(split_front(leaf)[1], name, arity) for leaf in tails(node, []))


def plan(clauses: list[Clause], name: Any, cursors: Iterable[int] = (), growing: Container[int] = ()) -> Plan:
    """The plan of the function *name* (an atom) with these clauses.

    *cursors* and *growing* are its parameters that list_parameters and growing_lists found.
    """
    arity = len(clauses[0].patterns)
    shapes = [_Shape(c, name, arity) for c in clauses]
    made = _parameters(shapes, range(arity), cursors, growing)
    made.consing = any(s.consing for s in shapes)
    return made


def reduction(node: Any) -> tuple[Plan, list[Clause], list[Any]] | None:
    """The plan of ``Enum.reduce(items, start, fn item, acc -> ... end)``, its clauses and the parts of *start*.

    An accumulator ``{a, b}`` that every step builds anew counts as two. None for other calls.
    """
    if _remote(node) != (_ENUM, "reduce") or len(node[2]) != 3:
        return None
    _, start, fun = node[2]
    if fun.__class__ is not tuple or fun[0] is not FN or any(len(c.patterns) != 2 for c in fun[2]):
        return None
    return accumulation(start, fun[2])


def accumulation(start: Any, clauses: list[Clause]) -> tuple[Plan, list[Clause], list[Any]] | None:
    """As :func:`reduction`, of clauses that take an element and the accumulator."""
    size = _width(start, clauses)
    if size is not None:
        clauses = [Clause([c.patterns[0], *tuple_parts(c.patterns[1])], c.guards, c.body, c.meta) for c in clauses]
    shapes = [_Step(c, size) for c in clauses]
    if any(back is None for s in shapes for back in s.back):
        return None
    made = _parameters(shapes, range(1, len(clauses[0].patterns)))
    return made, clauses, [start] if size is None else tuple_parts(start)


def _width(start: Any, clauses: list[Clause]) -> int | None:
    """The size of the tuples that the accumulator is, None for other accumulators."""
    size = len(tuple_parts(start))
    every = size and all(len(tuple_parts(c.patterns[1])) == size for c in clauses)
    return size if every else None


def tuple_parts(node: Any) -> list[Any]:
    """The elements of a tuple literal or pattern; none for other nodes."""
    if node.__class__ is not tuple:
        return []
    if len(node) == 2:
        return list(node)
    return node[2] if node[0] is _TUPLE else []


def _parameters(shapes: list[Any], positions: Any, cursors: Iterable[int] = (), growing: Container[int] = ()) -> Plan:
    made = Plan(set(cursors))
    for k in positions:
        if k in growing:
            made.pending.add(k)
        if k in made.cursors or k in growing:
            continue
        if all(variable_of(s.clause.patterns[k]) is not NO_VARIABLE for s in shapes):
            if _is_pending(shapes, k, lambda node: split_cons(node)[1]):
                made.pending.add(k)
            elif _is_pending(shapes, k, lambda node: split_text(node)[0]):
                made.pending.add(k)
                made.texts.add(k)
            elif _is_owned(shapes, k):
                made.owned.add(k)
    return made


class _Shape:
    """One clause: the calls of the function itself in tail position, and what runs before the leaves."""

    def __init__(self, clause: Clause, name: Any, arity: int) -> None:
        self.clause = clause
        self.name, self.arity = name, arity
        self.back: list[list[Any]] = []
        self.before: list[Any] = []
        self.consing = False
        self._walk(clause.body)

    @cached_property
    def captured(self) -> set[Var]:
        """The variables that anonymous functions see."""
        return {var for var, inner in occurrences([self.before, self.back], False) if inner}

    def _walk(self, node: Any) -> None:
        for leaf in tails(node, self.before):
            own = self.call_of(leaf)
            front, last = split_front(leaf)
            if own is not None:
                self.back.append(own)
            elif front and self.call_of(last) is not None:
                self.consing = True
                self.before.extend(node for node, _ in front)
                self.back.append(last[2])

    def call_of(self, node: Any) -> list[Any] | None:
        """The arguments of a call of the function itself."""
        return node[2] if is_local_call(node, self.name, self.arity) else None


class _Step(_Shape):
    """A clause of a reducing function: the value of every leaf is the accumulator of the next step."""

    def __init__(self, clause: Clause, size: int | None) -> None:
        self.size = size
        super().__init__(clause, None, -1)

    def _walk(self, node: Any) -> None:
        for leaf in tails(node, self.before, values=True):
            parts = [leaf] if self.size is None else tuple_parts(leaf)
            self.back.append([KEPT, *parts] if len(parts) == (self.size or 1) else None)  # type: ignore[arg-type]


def split_front(node: Any) -> tuple[list[tuple[Any, bool]], Any]:
    """What stands before the last part of ``[a | xs ++ last]`` (a node, and whether it is a list of its own), and that part."""
    parts: list[tuple[Any, bool]] = []
    while True:
        front, tail = split_cons(node)
        if tail is not None:
            parts.extend((one, False) for one in front)
            node = tail
        elif _remote(node) == (_KERNEL, "++") and len(node[2]) == 2:
            left, node = node[2]
            plain = left.__class__ is list and split_cons(left)[1] is None
            parts.extend(((one, False) for one in left) if plain else [(left, True)])
        else:
            return parts, node


def split_text(node: Any) -> tuple[Any, list[Any]]:
    """What the others are joined to, and the others, of ``base <> a <> b``; None for other nodes."""
    if node.__class__ is tuple and len(node) == 3 and node[0] is _RT and node[2][0] in ("concat", "joined"):
        return node[2][1], node[2][2:]
    return None, []


def uses(node: Any, var: Var) -> int:
    """How often *var* occurs in a tree."""
    return sum(1 for found, _ in occurrences(node, False) if found is var)


def occurrences(node: Any, inside: bool) -> Iterator[tuple[Var, bool]]:
    """Every variable of a tree, and whether it stands in an anonymous function."""
    stack = [(node, inside)]
    while stack:
        n, inner = stack.pop()
        kind = n.__class__
        if kind is Var:
            yield n, inner
        elif kind is tuple or kind is list:
            deeper = inner or (kind is tuple and len(n) == 3 and n[0] is FN)
            stack.extend((part, deeper) for part in n)
        elif kind is dict:
            stack.extend((part, inner) for part in n.values())
        elif kind is Clause:
            stack.extend((part, inner) for part in (n.patterns, n.guards, n.body))


def is_var(node: Any, var: Any) -> bool:
    return node.__class__ is tuple and len(node) == 3 and node[2] is var and var is not None


def _is_pending(shapes: list[_Shape], k: int, base: Callable[[Any], Any]) -> bool:
    grows = False
    for s in shapes:
        var = variable_of(s.clause.patterns[k])
        if var is None:
            continue
        if in_head(s.clause, var, k):
            return False
        for args in s.back:
            grows = grows or is_var(base(args[k]), var)
        # A function made before the loop goes on would see the list of a later step.
        if var in s.captured:
            return False
    return grows


def in_head(clause: Clause, var: Var, k: int) -> bool:
    """Whether the variable of parameter *k* stands in a guard or in another pattern too."""
    return bool(uses(clause.guards, var)) or any(uses(p, var) for i, p in enumerate(clause.patterns) if i != k)


def _is_owned(shapes: list[_Shape], k: int) -> bool:
    grows = False
    for s in shapes:
        var = variable_of(s.clause.patterns[k])
        if var is None or not s.back:
            continue
        if any(uses(p, var) for i, p in enumerate(s.clause.patterns) if i != k) or not all(_only_read(part, var) for part in s.before):
            return False
        for args in s.back:
            change = update_of(args[k], var)
            grows = grows or change is not None
            given = args[k][2][1:] if change is not None else [] if is_var(args[k], var) else [args[k]]
            if not all(_only_read(part, var) for i, part in enumerate([*args[:k], *given, *args[k + 1 :]])):
                return False
    return grows


def update_of(node: Any, var: Any) -> str | None:
    """The helper that does ``Map.put(var, ...)`` and the like in place."""
    call = _remote(node)
    if call is None or not node[2] or not is_var(node[2][0], var):
        return None
    return UPDATES.get((*call, len(node[2])))


def _remote(node: Any) -> tuple[Any, str] | None:
    if node.__class__ is tuple and len(node) == 3 and node[0].__class__ is tuple and node[2].__class__ is list:
        parts = node[0][2]
        if len(parts) == 2 and parts[0].__class__ is Atom and parts[1].__class__ is Atom:
            return parts[0], parts[1].name
    return None


def _only_read(node: Any, var: Var) -> bool:
    """Whether a map is only looked into: nothing of *node* can keep it."""
    kind = node.__class__
    if kind is Var:
        return node is not var
    if kind is tuple and len(node) == 3:
        call = _remote(node)
        if call in _READS and node[2] and is_var(node[2][0], var):
            return all(_only_read(a, var) for a in node[2][1:])
        if node[0] is _FIELD and is_var(node[2][0], var):
            return True
    if kind is tuple or kind is list:
        return all(_only_read(part, var) for part in node)
    if kind is dict:
        return all(_only_read(part, var) for part in node.values())
    if kind is Clause:
        return _only_read(node.guards, var) and _only_read(node.body, var)
    return True
