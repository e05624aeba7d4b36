"""Nx.Defn.Graph: an expression cut into stages that run one after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.nx import expr as nodes
from defnpy.nx.expr import Expr, parameter
from defnpy.nx.lib_defn.stage import ARGUMENTS, EXPR, ID, STAGE
from defnpy.nx.ops.create import CONSTANT
from defnpy.nx.structure import concrete_leaves, flatten, rebuild
from defnpy.nx.tensor import Tensor, template
from defnpy.terms.atom import Atom
from defnpy.terms.module import ex, native_module
from defnpy.terms.process import Reference
from defnpy.terms.struct import Struct

_BEFORE, _AFTER, _BOTH = Atom("before"), Atom("after"), Atom("both")
_SOURCE = Atom("source")


def _order(roots: list[Expr]) -> list[Expr]:
    made: list[Expr] = []
    seen: set[Expr] = set()
    stack = [(e, False) for e in reversed(roots)]
    while stack:
        e, done = stack.pop()
        if done:
            made.append(e)
        elif e not in seen:
            seen.add(e)
            stack.append((e, True))
            stack.extend((t.data, False) for t in reversed(e.operands))
    return made


def _free(e: Expr) -> bool:
    """Nodes that every stage may have for itself."""
    return e.op in (CONSTANT, nodes.TENSOR, nodes.PARAMETER)


def _stages(order: list[Expr], choose: Callable[[Expr], Any]) -> tuple[dict[Expr, int], dict[Expr, bool]]:
    """The stage of each node, and whether a stage ends after it."""
    stage: dict[Expr, int] = {}
    ends: dict[Expr, bool] = {}
    for e in order:
        at = max((stage[t.data] + (1 if ends[t.data] else 0) for t in e.operands), default=0)
        where = None if _free(e) or e.out.__class__ is tuple else choose(e)
        if where in (_BEFORE, _BOTH):
            at += 1
        stage[e] = at
        ends[e] = where in (_AFTER, _BOTH)
    return stage, ends


@ex("split/2")
def split(term: Any, fun: Any) -> list[Any]:
    """Cut before, after or on both sides of the nodes that *fun* names."""
    return _split(term, lambda t: fun(t))


@ex("split/3")
def split_3(term: Any, acc: Any, fun: Any) -> list[Any]:
    """As ``split/2`` with an accumulator."""
    state = [acc]

    def choose(t: Tensor) -> Any:
        where, state[0] = fun(t, state[0])
        return where

    return _split(term, choose)


def _tensor(e: Expr) -> Tensor:
    return Tensor(e.out.type, e.out.shape, template(e.out.type, e.out.shape).names, e)


def _split(term: Any, choose: Callable[[Tensor], Any]) -> list[Any]:
    roots = flatten(term)
    order = _order([t.data for t in roots])
    stage, _ = _stages(order, lambda e: choose(_tensor(e)))
    last = max((stage[t.data] for t in roots), default=0)
    outputs: dict[int, list[Expr]] = {i: [] for i in range(last + 1)}
    for e in order:
        for t in e.operands:
            if not _free(t.data) and stage[t.data] < stage[e] and t.data not in outputs[stage[t.data]]:
                outputs[stage[t.data]].append(t.data)
    for t in roots:
        if not _free(t.data) and stage[t.data] < last and t.data not in outputs[stage[t.data]]:
            outputs[stage[t.data]].append(t.data)
    ids = {i: Reference() for i in range(last + 1)}
    made = []
    for i in range(last + 1):
        wanted = roots if i == last else [_tensor(e) for e in outputs[i]]
        built, sources = _build(i, wanted, stage, outputs, ids)
        shown = rebuild(term, built) if i == last else tuple(built)
        made.append(Struct(STAGE, {ARGUMENTS: [{_SOURCE: s} for s in sources], EXPR: shown, ID: ids[i]}))
    return made


def _build(at: int, wanted: list[Tensor], stage: dict[Expr, int], outputs: Any, ids: Any) -> tuple[list[Tensor], list[Any]]:
    """The expressions of one stage, and where its arguments come from."""
    order = [e for e in _order([t.data for t in wanted]) if stage[e] == at or _free(e)]
    inside = {e for e in order if stage[e] == at}
    used = {t.data for e in inside for t in e.operands} | {t.data for t in wanted}
    given = sorted((e for e in used if e.op is nodes.PARAMETER), key=lambda e: e.params)
    crossing = [(i, k, e) for i in range(at) for k, e in enumerate(outputs[i]) if e in used]
    made: dict[Expr, Expr] = {}
    sources: list[Any] = []
    for e in given:
        made[e] = parameter(_tensor(e), len(sources)).data
        sources.append((None, e.params))
    for i, k, e in crossing:
        made[e] = parameter(_tensor(e), len(sources)).data
        sources.append((ids[i], k))
    for e in order:
        if e in made or e not in inside and not _free(e):
            continue
        operands = tuple(t.like(data=made.get(t.data, t.data)) for t in e.operands)
        made[e] = e if not operands else Expr(e.op, e.out, operands, e.params, e.context)
    return [t.like(data=made.get(t.data, t.data)) for t in wanted], sources


class _Graph:
    """One stage as a graph for a compiler."""

    def __init__(self, result: Any, count: int) -> None:
        self.result = result
        self.outputs = flatten(result)
        found = {e.params: e for e in _order([t.data for t in self.outputs]) if e.op is nodes.PARAMETER}
        blank = template(self.outputs[0].type, ())
        self.params = [_tensor(found[i]) if i in found else parameter(blank, i) for i in range(count)]


@ex("run/2", "run/3")
def run(stages: Any, args: Any, opts: Any = ()) -> Any:
    """Run the stages of ``split`` one after the other."""
    from defnpy.nx.defn import settings

    how = settings(list(opts))
    leaves = [t for arg in args for t in concrete_leaves(arg)]
    results: dict[Any, list[Tensor]] = {}
    value: Any = None
    native: Any = how.native
    for one in stages:
        sources = [m[_SOURCE] for m in one.fields[ARGUMENTS]]
        given = [leaves[i] if where is None else results[where][i] for where, i in sources]
        graph = _Graph(one.fields[EXPR], len(sources))
        value = native.compile(graph, how.options())(given)
        results[one.fields[ID]] = concrete_leaves(value)
    return value


MODULE = native_module("Nx.Defn.Graph", globals())
