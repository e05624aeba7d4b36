"""``if``, ``cond`` and ``while`` of a trace."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from defnpy.nx.containers import is_leaf, reduce
from defnpy.nx.convert import python_number
from defnpy.nx.dtype import merge
from defnpy.nx.expr import (
    COND,
    PARAMETER,
    TENSOR,
    WHILE,
    Expr,
    Fun,
    constant,
    constant_of,
    context_error,
    elements,
    merge_contexts,
    parameter,
    to_expr,
)
from defnpy.nx.ops.create import CONSTANT
from defnpy.nx.show import text
from defnpy.nx.structure import diff, flatten, plain, rebuild, same_structure, templates
from defnpy.nx.tensor import Tensor, template
from defnpy.nx.trace import run_traced, tracing
from defnpy.nx.vectors import vectorized
from defnpy.terms.atom import Atom
from defnpy.terms.errors import CompileError
from defnpy.terms.process import Reference
from defnpy.terms.range import Range

Clause = tuple[int, Any, Callable[[], Any]]


def fail(file: Any, line: Any, message: str) -> CompileError:
    """A CompileError at a place of the source."""
    return CompileError(message, file, line)


# -- predicates -----------------------------------------------------------------------------------------------------------


def predicate(term: Any, file: Any, line: Any) -> Any:
    """A predicate as True, False or a scalar tensor."""
    if term is True or term is False:
        return term
    if term.__class__ is int or term.__class__ is float:
        return term != 0
    if term.__class__ is Tensor:
        number = constant_of(term)
        if number is not None and not term.shape:
            return number != 0
        return scalar_predicate(term, file, line)
    if term.__class__ is tuple or term.__class__ is dict:
        return to_expr(term)
    number = python_number(term)
    if number is not None:
        return number != 0
    raise fail(
        file, line,
        "cond in defn expects the predicate to be true, false, or a scalar tensor where 0 is false and everything else is "
        f"true. Unsupported value: {text(term)}",
    )  # fmt: skip


def scalar_predicate(term: Any, file: Any, line: Any) -> Tensor:
    """*term* as a scalar expression."""
    if term is True or term is False:
        term = int(term)
    t = to_expr(term)
    if t.shape:
        raise fail(
            file, line,
            f"condition must be a scalar tensor, got: {text(t)}, consider using Nx.all/1 or Nx.any/1 to obtain a scalar "
            "predicate from tensor",
        )  # fmt: skip
    return t


# -- cond -----------------------------------------------------------------------------------------------------------------


def if_(file: Any, line: Any, test: Any, then: Callable[[], Any], other: Callable[[], Any]) -> Any:
    """``if`` inside a defn."""
    return choose(file, [(line, test, then)], other, line)


def cond(file: Any, line: Any, clauses: Sequence[Clause]) -> Any:
    """``cond`` inside a defn; the last clause left must be true."""
    return choose(file, list(clauses), None, line)


def choose(file: Any, clauses: list[Clause], other: Callable[[], Any] | None, line: Any) -> Any:
    """Clauses that are false when traced go away; a true one that comes first wins alone."""
    first_line = clauses[0][0] if clauses else line
    left = []
    for at, test, body in clauses:
        made = predicate(test, file, at)
        if made is not False:
            left.append((at, made, body))
    if other is not None:
        left.append((line, True, other))
    if left and left[0][1] is True:
        return left[0][2]()
    bodies = [(at, test, body()) for at, test, body in left]
    if not bodies or bodies[-1][1] is not True:
        raise fail(file, first_line, "cond/if expects at least one branch to always evaluate to true")
    preds = [(at, to_expr(1) if test is True else test) for at, test, _ in bodies[:-1]]
    return branches(file, preds, [value for _, _, value in bodies], [at for at, _, _ in bodies])


def branches(file: Any, preds: list[tuple[Any, Tensor]], values: list[Any], lines: list[Any]) -> Any:
    """The node of a ``cond`` whose branches are traced; *values* has one more entry than *preds*."""
    first = values[0]
    for i, value in enumerate(values[1:], 1):
        if not _container(first) or not same_structure(first, value):
            shown = diff(first, "First Branch (expected)", value, f"Branch {i}", lambda a, b: True)
            raise fail(file, lines[i], f"cond/if expects all branches to return compatible tensor types.\n\n{shown}\n")
    leaves = [flatten(v) for v in values]
    tests = [t for _, t in preds]
    if any(t.vectorized_axes for t in tests):
        return rebuild(first, _vector_choice(tests, leaves))
    types = [_branch_type(column) for column in zip(*(_raw(v) for v in values), strict=True)]
    columns = [_aligned(column, kind) for column, kind in zip(zip(*leaves, strict=True), types, strict=True)]
    if not columns:
        return first
    outs = [c[0].like(data=None) for c in columns]
    flat = [plain(t) for row in zip(*columns, strict=True) for t in row]
    operands = (*tests, *flat)
    parent = Expr(COND, _outs(outs), operands, len(tests), merge_contexts(operands))
    return rebuild(first, _results(parent, outs))


def _container(term: Any) -> bool:
    try:
        templates(term)
    except Exception:
        return False
    return True


def _outs(outs: list[Tensor]) -> Any:
    made = tuple(template(t.type, t.full_shape) for t in outs)
    return made if len(made) > 1 else made[0]


def _results(parent: Expr, outs: list[Tensor]) -> list[Any]:
    if len(outs) == 1:
        outs[0].data = parent
        return outs
    return list(elements(parent, [*outs])) if all(not t.vectorized_axes for t in outs) else _vector_elements(parent, outs)


def _vector_elements(parent: Expr, outs: list[Tensor]) -> list[Tensor]:
    made = elements(parent, [template(t.type, t.full_shape) for t in outs])
    return [t.like(data=m.data) for t, m in zip(outs, made, strict=True)]


def _raw(value: Any) -> list[Any]:
    """The leaves of a branch, plain numbers as they are."""
    if is_leaf(value):
        return [value]
    out: list[Any] = []
    reduce(value, None, lambda child, _: out.extend(_raw(child)))
    return out


def _branch_type(column: tuple[Any, ...]) -> Any:
    """The type of the same leaf of all branches, the last one first; the value of a plain number counts, as in operations."""
    from defnpy.nx.api.elementwise import binary_type
    from defnpy.nx.dtype import merge_number

    last, *others = (column[-1], *column[:-1])
    kind: Any = None
    for leaf in others:
        if kind is None:
            kind = binary_type(last, leaf)
        else:
            kind = merge_number(kind, leaf) if leaf.__class__ in (int, float) else merge(kind, to_expr(leaf).type)
    return kind


def _aligned(column: tuple[Tensor, ...], kind: Any) -> list[Tensor]:
    """The same leaf of all branches with one type, shape and names."""
    from defnpy.nx.api.convert import as_type
    from defnpy.nx.api.shape import broadcast
    from defnpy.nx.api.vectorize import broadcast_vectors
    from defnpy.nx.shape import binary_broadcast

    typed = [t if t.type is kind else as_type(t, kind.elixir) for t in column]
    if any(t.vectorized_axes for t in typed):
        typed = list(broadcast_vectors(typed))
    shape, names = typed[0].shape, typed[0].names
    for t in typed[1:]:
        shape, names = binary_broadcast(t.shape, t.names, shape, names)
    return [(t if t.shape == shape else to_expr(broadcast(t, shape))).like(names=names) for t in typed]


def _vector_choice(tests: list[Tensor], leaves: list[list[Tensor]]) -> list[Any]:
    """Branches that some element of a vectorised predicate takes, chosen by element."""
    from defnpy.nx.api.compare import select
    from defnpy.nx.api.vectorize import broadcast_vectors

    leaves = _gated(tests, leaves)
    made = []
    for column in zip(*leaves, strict=True):
        # All at once: axes that come in another order would be reshaped when they meet later.
        spread = list(broadcast_vectors([*tests, *column]))
        preds, values = spread[: len(tests)], spread[len(tests) :]
        chosen = values[-1]
        for test, value in zip(reversed(preds), reversed(values[:-1]), strict=True):
            chosen = select(test, value, chosen)
        made.append(chosen)
    return made


def _gated(tests: list[Tensor], leaves: list[list[Tensor]]) -> list[list[Tensor]]:
    """Each branch behind a condition of its own, so that one which no element takes does not run."""
    from defnpy.nx.api.compare import equal, logical_and, not_equal
    from defnpy.nx.api.vectorize import broadcast_vectors

    made = []
    spread = list(broadcast_vectors(tests))
    free: Any = None
    for test, branch in zip([*spread, None], leaves, strict=True):
        if test is None:
            taken = free
        else:
            taken = not_equal(test, 0) if free is None else logical_and(test, free)
            free = equal(test, 0) if free is None else logical_and(equal(test, 0), free)
        made.append(branch if all(_at_hand(t) for t in branch) else _behind(taken, branch))
    return made


def _at_hand(t: Tensor) -> bool:
    return t.data.op in (CONSTANT, PARAMETER, TENSOR)


def _behind(taken: Tensor, branch: list[Tensor]) -> list[Tensor]:
    from defnpy.nx.api.reduce import any_
    from defnpy.nx.api.vectorize import devectorize

    zeros = [vectorized(constant(0, t.type, t.full_shape), t.vectorized_axes) for t in branch]
    test = to_expr(any_(devectorize(taken)))
    return flatten(branches("nofile", [(0, test)], [tuple(branch), tuple(zeros)], [0, 0]))


def clauses_of(e: Expr) -> tuple[list[tuple[Tensor, list[Tensor]]], list[Tensor]]:
    """The clauses of a COND node and its last branch."""
    tests = e.operands[: e.params]
    flat = e.operands[e.params :]
    n = len(flat) // (e.params + 1)
    bodies = [list(flat[i * n : (i + 1) * n]) for i in range(e.params + 1)]
    return list(zip(tests, bodies[:-1], strict=True)), bodies[-1]


# -- while ----------------------------------------------------------------------------------------------------------------


def while_(file: Any, line: Any, initial: Any, how: Any, body: Callable[..., Any], opts: Any) -> Any:
    """``while`` inside a defn: with a condition, or over a range or the first axis of a tensor."""
    kind, source = how
    if kind.name == "condition":
        if opts:
            raise fail(file, line, f"options are not supported on while with conditions, only with generators, got: {text(opts)}")
        return loop(file, line, initial, source, body)
    from defnpy.nx.options import validated

    unroll = validated(opts or [], unroll=False)["unroll"]
    if not (unroll is True or unroll is False or (unroll.__class__ is int and unroll > 0)):
        raise fail(file, line, f":unroll must be a boolean, got: {text(unroll)}")
    if source.__class__ is Range:
        return _over_range(file, line, initial, source, body, unroll)
    if source.__class__ is Tensor:
        if not source.shape:
            raise fail(file, line, "cannot have a scalar tensor as generator")
        return _over_tensor(file, line, initial, source, body, unroll)
    raise fail(file, line, f"generators in while expect a range or a tensor, got: {text(source)}")


def _parts(count: int, unroll: Any) -> tuple[int, int]:
    """How many steps a round of the loop takes and how many rounds there are."""
    size = count if unroll is True else 1 if unroll is False else min(unroll, max(count, 1))
    return size, count // size if size else 0


def _over_range(file: Any, line: Any, initial: Any, source: Range, body: Callable[..., Any], unroll: Any) -> Any:
    from defnpy.nx.api.elementwise import add, multiply

    count = len(source)
    state = _as_tensors(initial)
    if unroll is True or (unroll is not False and unroll >= count):
        for i in source:
            state = _checked(file, line, initial, body(i, state), state)
        return state
    size, rounds = _parts(count, unroll)
    if rounds:
        step, end = source.step, source.first + rounds * size * source.step

        def more(pair: Any) -> Any:
            from defnpy.nx.api.compare import greater, less

            return less(pair[0], end) if step > 0 else greater(pair[0], end)

        def one(pair: Any) -> Any:
            i, value = pair
            for k in range(size):
                value = body(i if k == 0 else add(i, multiply(k, step)), value)
            return add(i, step * size), value

        state = loop(file, line, (source.first, state), more, one, unwrap=lambda t: t[1])[1]
    for i in list(source)[rounds * size :]:
        state = body(i, state)
    return state


def _like_generator(source: Tensor, t: Tensor) -> Tensor:
    """*t* with the vectorised axes of *source* in front and ones up to its rank."""
    from defnpy.nx.api.vectorize import broadcast_vectors
    from defnpy.nx.options import keywords

    return broadcast_vectors([source, t], keywords(align_ranks=True))[1]


def _over_tensor(file: Any, line: Any, initial: Any, source: Tensor, body: Callable[..., Any], unroll: Any) -> Any:
    from defnpy.nx.api.access import fetch
    from defnpy.nx.api.compare import less
    from defnpy.nx.api.elementwise import add

    count = source.shape[0]
    state = _as_tensors(initial)
    if source.vectorized_axes:
        # As in the reference, the state gets the generator's axes and at least its rank.
        state = rebuild(state, [_like_generator(source, t) for t in flatten(state)])
    if unroll is True or (unroll is not False and unroll >= count):
        for i in range(count):
            state = _checked(file, line, initial, body(fetch(source, i), state), state)
        return state
    size, rounds = _parts(count, unroll)

    def one(triple: Any) -> Any:
        i, t, value = triple
        for k in range(size):
            value = body(fetch(t, i if k == 0 else add(i, k)), value)
        return add(i, size), t, value

    if rounds:
        made = loop(file, line, (0, source, state), lambda s: less(s[0], rounds * size), one, unwrap=lambda t: t[2])
        state = made[2]
    for i in range(rounds * size, count):
        state = body(fetch(source, i), state)
    return state


def _as_tensors(term: Any) -> Any:
    from defnpy.nx.containers import container_map

    return container_map(term, to_expr)


def _same(a: Tensor, b: Tensor) -> bool:
    return a.type is b.type and a.shape == b.shape and a.names == b.names and a.vectorized_axes == b.vectorized_axes


def _checked(file: Any, line: Any, initial: Any, made: Any, before: Any) -> Any:
    """The state after a step; it must look like the state before."""
    ok = same_structure(before, made)
    if ok:
        ok = all(_same(a, b) for a, b in zip(flatten(before), flatten(made), strict=True))
    if not ok:
        shown = diff(made, "Body (do-block)", before, "Initial", _same)
        raise fail(
            file, line,
            "the do-block in while must return tensors with the same shape, type, and names as the initial arguments."
            f"\n\n{shown}\n",
        )  # fmt: skip
    return _as_tensors(made)


def loop(
    file: Any, line: Any, initial: Any, condition: Callable[[Any], Any], body: Callable[[Any], Any], unwrap: Any = None
) -> Any:
    """The node of a ``while``. *unwrap* picks the user's part of the state for messages."""
    start = flatten(initial)
    test, step = _traced(file, line, initial, start, condition, body, unwrap)
    if step is None:
        return _vector_loop(file, line, initial, start, test.outputs[0].vectorized_axes, condition, body)
    operands = tuple(plain(t) for t in start)
    outs = [t.like(data=None) for t in start]
    parent = Expr(WHILE, _outs(outs), operands, (test, step), merge_contexts(operands))
    return rebuild(_as_tensors(initial), _results(parent, outs))


def _traced(file: Any, line: Any, initial: Any, start: list[Tensor], condition: Any, body: Any, unwrap: Any) -> tuple[Fun, Fun | None]:
    """Condition and body; no body when the condition is vectorised, since the state must be so before the body runs."""
    context = (Atom("while"), Reference())
    params = [parameter(t.like(donatable=False), i, context) for i, t in enumerate(start)]
    structure = rebuild(_as_tensors(initial), params)
    compiler = tracing() or Atom("none")
    scoped = scalar_predicate(run_traced(lambda s: _number(condition(s)), [structure], compiler), file, line)
    if scoped.vectorized_axes:
        return Fun(params, [scoped], context), None
    made = run_traced(body, [structure], compiler)
    pick = unwrap or (lambda t: t)
    if same_structure(structure, made) is False or not all(_same(a, b) for a, b in zip(params, flatten(made), strict=True)):
        _checked(file, line, initial, pick(made), pick(structure))
    outputs = flatten(made)
    for t in (scoped, *outputs):
        own = t.data.context
        if own is not None and own != context:
            raise context_error(own, own)
    return Fun(params, [scoped], context), Fun(params, [plain(t) for t in outputs], context, made)


def _number(term: Any) -> Any:
    return int(term) if term is True or term is False else term


def _vector_loop(file: Any, line: Any, initial: Any, start: list[Tensor], axes: Any, condition: Any, body: Any) -> Any:
    """A vectorised condition: the loop runs while any element asks for it, the others keep their state."""
    from defnpy.nx.api.compare import not_equal, select
    from defnpy.nx.api.reduce import any_
    from defnpy.nx.api.vectorize import broadcast_vectors, devectorize

    widest = to_expr(0).like()
    from defnpy.nx.api.shape import broadcast
    from defnpy.nx.api.vectorize import vectorize

    widest = vectorize(broadcast(widest, tuple(n for _, n in axes)), [name for name, _ in axes])
    spread = [broadcast_vectors([widest, t])[1] for t in start]
    wide = rebuild(_as_tensors(initial), spread)

    def more(state: Any) -> Any:
        return any_(devectorize(condition(state)))

    def step(state: Any) -> Any:
        keep = not_equal(condition(state), 0)
        made, before = flatten(body(state)), flatten(state)
        return rebuild(state, [select(keep, a, b) for a, b in zip(made, before, strict=True)])

    return loop(file, line, wide, more, step)



