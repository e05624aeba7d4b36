"""From outputs to an order of evaluation: scopes of nodes, with the branches of ``cond`` as scopes of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from defnpy.nx import expr as nodes
from defnpy.nx.control import clauses_of
from defnpy.nx.expr import COND, METADATA, Expr
from defnpy.nx.tensor import Tensor, template


class Choice:
    """A ``cond`` with one predicate: the scope that runs if it holds, and the other one."""

    __slots__ = ("other", "test", "then")

    def __init__(self, test: Expr, then: Scope, other: Scope) -> None:
        self.test = test
        self.then = then
        self.other = other


class Scope:
    """Nodes in order, operands first; nodes of enclosing scopes are not repeated."""

    __slots__ = ("choices", "nodes", "outputs")

    def __init__(self, nodes: list[Expr], outputs: list[Expr]) -> None:
        self.nodes = nodes
        self.outputs = outputs
        self.choices: dict[Expr, Choice] = {}


def real(e: Expr) -> Expr:
    """The node behind metadata."""
    while True:
        if e.op is METADATA:
            e = e.operands[0].data
        elif e.op is nodes.ELEM and e.operands[0].data.op is METADATA:
            e = e.operands[0].data.operands[e.params].data
        else:
            return e


def inputs(e: Expr) -> list[Expr]:
    """The nodes that *e* needs, those of branches included."""
    return [real(t.data) for t in e.operands]


def _direct(e: Expr) -> list[Expr]:
    """The nodes that *e* needs before a branch is chosen."""
    return [real(e.operands[0].data)] if e.op is COND else inputs(e)


def _reach(roots: Iterable[Expr], known: set[Expr], step: Callable[[Expr], list[Expr]]) -> set[Expr]:
    seen: set[Expr] = set()
    stack = list(roots)
    while stack:
        e = stack.pop()
        if e in seen or e in known:
            continue
        seen.add(e)
        stack.extend(step(e))
    return seen


def _captured(e: Expr, own: set[Expr], at: Callable[[Expr], Expr] | None = None, all_of: Any = None) -> list[Expr]:
    """The nodes of *own* that the branches of a ``cond`` use."""
    at, all_of = at or real, all_of or inputs
    found: dict[Expr, None] = {}
    seen: set[Expr] = set()
    stack = [at(t.data) for t in reversed(e.operands[1:])]
    while stack:
        one = stack.pop()
        if one in own:
            found[one] = None
        elif one not in seen:
            seen.add(one)
            stack.extend(reversed(all_of(one)))
    return list(found)


def _postorder(roots: Sequence[Expr], own: set[Expr], step: Callable[[Expr], list[Expr]]) -> list[Expr]:
    made: list[Expr] = []
    seen: set[Expr] = set()
    stack: list[tuple[Expr, bool]] = [(e, False) for e in reversed(roots)]
    while stack:
        e, done = stack.pop()
        if done:
            made.append(e)
        elif e in own and e not in seen:
            seen.add(e)
            stack.append((e, True))
            stack.extend((one, False) for one in reversed(step(e)))
    return made


def _rest(e: Expr) -> list[Expr]:
    """What a ``cond`` gives if its first predicate does not hold."""
    clauses, last = clauses_of(e)
    if len(clauses) == 1:
        return [real(t.data) for t in last]
    kept = e.operands[e.params + len(last) :]
    rest = Expr(COND, e.out, (*e.operands[1 : e.params], *kept), e.params - 1, e.context)
    if e.out.__class__ is not tuple:
        return [rest]
    whole = Tensor(e.out[0].type, e.out[0].shape, e.out[0].names, rest)
    return [Expr(nodes.ELEM, template(o.type, o.shape), (whole,), i, e.context) for i, o in enumerate(e.out)]


Step = Callable[[Expr], list[Expr]]


def _hoist(own: set[Expr], known: set[Expr], at: Callable[[Expr], Expr], all_of: Step, direct: Step) -> None:
    """Add to *own* what both branches of a ``cond`` compute anyway, so that it is planned once."""
    pending = [e for e in own if e.op is COND]
    blocked = known | own if pending else own
    while pending:
        e = pending.pop()
        clauses, last = clauses_of(e)
        then = [at(t.data) for t in clauses[0][1]]
        rest = [at(clauses[1][0].data)] if len(clauses) > 1 else [at(t.data) for t in last]
        common = _reach(then, blocked, direct) & _reach(rest, blocked, direct)
        if not common and len(clauses) == 1:
            shared = _reach(then, blocked, all_of) & _reach(rest, blocked, all_of)
            if len(shared) > _MANY and not any(one.op in _EFFECTS for one in shared):
                common = shared
        if common:
            own |= common
            blocked |= common
            pending.append(e)
            pending.extend(one for one in common if one.op is COND)


def frontier(roots: Sequence[Expr], all_of: Step) -> dict[Expr, list[Expr]]:
    """For each ``cond`` that runs in any case: the nodes outside of its branches that these use."""

    def direct(e: Expr) -> list[Expr]:
        return [e.operands[0].data] if e.op is COND else all_of(e)

    own = _reach(roots, set(), direct)
    _hoist(own, set(), lambda e: e, all_of, direct)
    return {e: _captured(e, own, lambda one: one, all_of) for e in own if e.op is COND}


_MANY = 64
_EFFECTS = (nodes.IO_CALL, nodes.RUNTIME_CALL)


def scope(outputs: Sequence[Tensor]) -> Scope:
    """The plan of a graph or sub-graph."""
    return _scope([real(t.data) for t in outputs], set())


def _scope(outputs: list[Expr], known: set[Expr]) -> Scope:
    own = _reach(outputs, known, _direct)
    _hoist(own, known, real, inputs, _direct)
    held = {e: _captured(e, own) for e in own if e.op is COND}

    def step(e: Expr) -> list[Expr]:
        return [*_direct(e), *held[e]] if e.op is COND else inputs(e)

    made = Scope(_postorder(outputs, own, step), outputs)
    if held:
        inner = known | own
        for e in made.nodes:
            if e.op is COND:
                clauses, _ = clauses_of(e)
                then = _scope([real(t.data) for t in clauses[0][1]], inner)
                made.choices[e] = Choice(real(clauses[0][0].data), then, _scope(_rest(e), inner))
    return made


def used_parameters(graph: Any) -> set[int]:
    """The positions of the parameters that the outputs of a graph need."""
    reached = _reach([t.data for t in graph.outputs], set(), inputs)
    return {i for i, t in enumerate(graph.params) if t.data in reached}
