"""Gradients of ``cond`` and ``while``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from defnpy.nx import control
from defnpy.nx.api import elementwise as ew
from defnpy.nx.api.compare import greater_equal, less
from defnpy.nx.containers import container_map
from defnpy.nx.dtype import S32
from defnpy.nx.expr import METADATA, Expr, Fun, constant, constant_of, merge_contexts, metadata, parameter, to_expr
from defnpy.nx.grad.tools import Pairs, bare, like
from defnpy.nx.graph import real
from defnpy.nx.structure import flatten, plain
from defnpy.nx.tensor import Tensor

_OPEN = {"less": lambda i, end: i < end, "less_equal": lambda i, end: i <= end, "greater": lambda i, end: i > end,
         "greater_equal": lambda i, end: i >= end, "not_equal": lambda i, end: i != end}  # fmt: skip
_MOST_KEPT = 1 << 22


def pull_cond(e: Expr, g: Any, marks: list[Expr]) -> list[tuple[Expr, Tensor]]:
    """The gradients of *marks* through a ``cond``: each branch is differentiated by itself."""
    from defnpy.nx.grad.transform import vjp

    clauses, last = control.clauses_of(e)
    given = g if g.__class__ is dict else {0: g}
    bodies = [body for _, body in clauses] + [last]
    made = [vjp([(body[i].data, part) for i, part in given.items()], marks) for body in bodies]
    reached = [i for i in range(len(marks)) if any(row[i] is not None for row in made)]
    if not reached:
        return []
    values = []
    for row in made:
        parts = []
        for i in reached:
            kind = next(t.type for t in (r[i] for r in made) if t is not None)
            part = row[i]
            parts.append(constant(0, kind, marks[i].out.shape) if part is None else like(part, marks[i].out.shape))
        values.append(tuple(parts))
    tests = [(0, p) for p, _ in clauses]
    result = control.branches("nofile", tests, values, [0] * len(values))
    return [(marks[i], bare(t)) for i, t in zip(reached, flatten(result), strict=True)]


def replay(fun: Fun, tensors: list[Tensor]) -> list[Tensor]:
    """The nodes of a sub-graph again, on other parameters."""
    return _copy(fun.outputs, {p.data: t.data for p, t in zip(fun.params, tensors, strict=True)}, fun.context)


def _copy(outputs: Sequence[Tensor], made: dict[Expr, Expr], context: Any) -> list[Tensor]:
    """Nodes with some of those below them replaced; *made* has the replacements and gets the copies."""
    stack = [(t.data, False) for t in outputs]
    while stack:
        e, done = stack.pop()
        if e in made:
            continue
        inputs = e.params["inputs"] if _is_custom(e) else ()
        if not done:
            stack.append((e, True))
            stack.extend((t.data, False) for t in (*e.operands, *inputs))
        elif all(made[t.data] is t.data for t in (*e.operands, *inputs)):
            made[e] = e
        else:
            operands = tuple(t.like(data=made[t.data]) for t in e.operands)
            params = e.params
            if inputs:
                there = [t.like(data=made[t.data]) for t in inputs]
                params = {**params, "inputs": there, "fun": _moved(params["fun"], made, context)}
            made[e] = Expr(e.op, e.out, operands, params, merge_contexts(operands))
    return [t.like(data=made[t.data]) for t in outputs]


def _is_custom(e: Expr) -> bool:
    return e.op is METADATA and e.params["kind"] == "custom_grad"


def _moved(fun: Callable[[Any], Any], made: dict[Expr, Expr], context: Any) -> Callable[[Any], Any]:
    """The function of a ``custom_grad`` for the copy of its node: the values it captured are replaced in its results."""

    def call(g: Any) -> Any:
        here = dict(made)

        def stand_in(t: Tensor) -> Tensor:
            slot = parameter(t.like(), len(here), context)
            here[slot.data] = to_expr(t).data
            return slot

        result = fun(container_map(g, stand_in))
        if result.__class__ is not list:
            return result
        return _copy([plain(to_expr(t)) for t in result], here, context)

    return call


def trips(e: Expr) -> int | None:
    """How often a counting loop runs, where that is plain from its counter."""
    test, body = e.params
    check = real(test.outputs[0].data)
    if check.op.name not in _OPEN or len(check.operands) != 2:
        return None
    counter, end = real(check.operands[0].data), constant_of(check.operands[1])
    position = next((i for i, p in enumerate(test.params) if p.data is counter), None)
    if position is None or end is None:
        return None
    start = constant_of(e.operands[position])
    step = real(body.outputs[position].data)
    if start is None or step.op.name != "add" or real(step.operands[1].data) is not body.params[position].data:
        return None
    by = constant_of(step.operands[0])
    if by is None or by == 0:
        return None
    n, i = 0, start
    while _OPEN[check.op.name](i, end):
        i, n = i + by, n + 1
        if n > 100_000:
            return None
    return n


def pull_while(e: Expr, g: Any) -> Pairs:
    """The states of the loop are kept (or computed again) and its steps are walked backwards."""
    given = g if g.__class__ is dict else {0: g}
    start = [bare(t) for t in e.operands]
    count = trips(e)
    flows = [i for i, t in enumerate(start) if t.type.is_float or constant_of(t) is None]
    if not flows:
        return []
    seeds = [like(given[i], start[i].shape) if i in given else constant(0, start[i].type, start[i].shape) for i in flows]
    seeds = [_typed(s, start[i]) for s, i in zip(seeds, flows, strict=True)]
    if count is not None and sum(t.size for t in start) * max(count, 1) <= _MOST_KEPT:
        made = _kept(e, start, count, flows, seeds)
    else:
        made = _again(e, start, flows, seeds)
    return [(e.operands[i], t) for i, t in zip(flows, made, strict=True)]


def _typed(g: Tensor, t: Tensor) -> Tensor:
    from defnpy.nx.api.convert import as_type
    from defnpy.nx.dtype import F32, merge

    kind = merge(t.type, F32) if not t.type.is_complex else t.type
    return g if g.type is kind else to_expr(as_type(g, kind.elixir))


def _step_back(body: Fun, state: list[Tensor], flows: list[int], seeds: list[Tensor]) -> list[Tensor]:
    """The cotangents before a step from those after it."""
    from defnpy.nx.grad.transform import vjp

    marks = [metadata(t, "mark") for t in state]
    outs = replay(body, marks)
    made = vjp([(outs[i].data, g) for i, g in zip(flows, seeds, strict=True)], [marks[i].data for i in flows])
    back = []
    for i, g, before in zip(flows, made, seeds, strict=True):
        g = constant(0, before.type, state[i].shape) if g is None else like(g, state[i].shape)
        back.append(_typed(g, before))
    return back


def _kept(e: Expr, start: list[Tensor], count: int, flows: list[int], seeds: list[Tensor]) -> list[Tensor]:
    """All states are kept in one buffer each."""
    from defnpy.nx.api.index import put_slice
    from defnpy.nx.api.shape import new_axis

    body = e.params[1]
    if count == 0:
        return seeds
    buffers = [constant(0, t.type, (count, *t.shape)) for t in start]

    def forward(state: Any) -> Any:
        k, now, kept = state
        kept = tuple(to_expr(put_slice(b, [k, *[0] * len(t.shape)], new_axis(t, 0))) for b, t in zip(kept, now, strict=True))
        return ew.add(k, 1), tuple(replay(body, list(now))), kept

    first = constant(0, S32)
    made = control.loop("nofile", 0, (first, tuple(start), tuple(buffers)), lambda s: less(s[0], count), forward)

    def backward(state: Any) -> Any:
        k, cotangents, kept = state
        now = [_row(b, k) for b in kept]
        return ew.subtract(k, 1), tuple(_step_back(body, now, flows, list(cotangents))), kept

    last = constant(count - 1, S32)
    back = control.loop("nofile", 0, (last, tuple(seeds), made[2]), lambda s: greater_equal(s[0], 0), backward)
    return [bare(t) for t in back[1]]


def _row(buffer: Tensor, k: Tensor) -> Tensor:
    from defnpy.nx.api.index import slice_
    from defnpy.nx.api.shape import reshape

    shape = buffer.shape[1:]
    return to_expr(reshape(slice_(buffer, [k, *[0] * len(shape)], [1, *shape]), shape))


def _again(e: Expr, start: list[Tensor], flows: list[int], seeds: list[Tensor]) -> list[Tensor]:
    """The number of steps is counted; before each step back the state is computed again from the start."""
    test, body = e.params

    def more(state: Any) -> Any:
        return replay(test, list(state[1]))[0]

    def count(state: Any) -> Any:
        return ew.add(state[0], 1), tuple(replay(body, list(state[1])))

    steps = control.loop("nofile", 0, (constant(0, S32), tuple(start)), more, count)[0]

    def backward(state: Any) -> Any:
        k, cotangents, initial = state
        made = control.loop(
            "nofile", 0, (constant(0, S32), tuple(initial), k), lambda s: less(s[0], s[2]),
            lambda s: (ew.add(s[0], 1), tuple(replay(body, list(s[1]))), s[2]),
        )  # fmt: skip
        now = [bare(t) for t in made[1]]
        return ew.subtract(k, 1), tuple(_step_back(body, now, flows, list(cotangents))), initial

    last = ew.subtract(steps, 1)
    back = control.loop("nofile", 0, (last, tuple(seeds), tuple(start)), lambda s: greater_equal(s[0], 0), backward)
    return [bare(t) for t in back[1]]
