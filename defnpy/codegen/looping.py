"""The code of planned loops (codegen.loops): lists as positions, growing values as buffers, maps changed in place."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from defnpy.codegen.arithmetic import class_of
from defnpy.codegen.destinations import RETURN
from defnpy.codegen.loops import KEPT, split_front, split_text, tuple_parts, update_of
from defnpy.codegen.sequences import LIST, Cursor, split_cons
from defnpy.codegen.tails import is_local_call
from defnpy.expand.env import Var
from defnpy.terms.atom import Atom

if TYPE_CHECKING:
    from defnpy.codegen.emit import Emitter


def call_with_lists(em: Emitter, function: ast.expr, first: list[ast.expr], signature: str, meta: Any, args: list[Any], *,
                    leaving: bool = False) -> ast.expr:
    """``function(*first, *args)``, to call *signature*: the rest of a list goes along as a position where that is known.

    When nothing of this function is left to do (*leaving*), a list that it collects goes along as it is collected, and the body
    that is called takes all its positions last.
    """
    places, growing = em.lists.get(signature, {}), em.growing.get(signature, ()) if leaving else ()
    parts: list[tuple[Any, list[Any]]] = []
    positions: dict[str, ast.expr] = dict.fromkeys(places.values(), em.const(0)) if leaving else {}
    handed: set[str] = set()
    for k, arg in enumerate(args):
        rest = _rest(em, arg) if k in places else None
        collected = _collected(em, arg) if k in growing else None
        if rest is not None:
            parts.append((rest[0], []))
            positions[places[k]] = rest[1]
        elif collected is not None and collected[0] not in handed:
            handed.add(collected[0])
            parts.append(collected)
        else:
            parts.append((None, [arg]))
    values = em.exprs([node for _, nodes in parts for node in nodes])
    left = iter([em.spill(value) for value in values] if handed else values)
    passed = []
    for k, (name, nodes) in enumerate(parts):
        new = [next(left) for _ in nodes]
        for value in reversed(new if name.__class__ is str else []):
            _append(em, name, value)
        value = new[0] if name is None else em.name(name) if name.__class__ is str else name
        passed.append(em.call(em.name("Pending"), [value]) if k in growing and name is None else value)
    em.place(meta)
    if leaving:
        return em.call(function, [*first, *passed, *positions.values()])
    made = em.call(function, [*first, *passed])
    made.keywords = [em.at(ast.keyword(name, value)) for name, value in positions.items()]  # type: ignore[attr-defined]
    return made


def _collected(em: Emitter, node: Any) -> tuple[str, list[Any]] | None:
    """The parameter that collects the list *node*, and the elements that *node* adds to it."""
    front, tail = split_cons(node)
    base = node if tail is None else tail
    return next(((em.params[k], front) for k in em.plan.pending - em.plan.texts if _keeps(em, k, base)), None)


def offset(em: Emitter, cursor: Cursor, count: int) -> ast.expr:
    place = em.name(cursor.at)
    return em.at(ast.BinOp(place, ast.Add(), em.const(count))) if count else place


def rest_of(em: Emitter, cursor: Cursor) -> ast.expr:
    """The list or binary that a cursor stands for."""
    array, at = em.name(cursor.array), em.name(cursor.at)
    if cursor.kind != LIST:
        return em.rt("rest_of", [array, at])
    return em.choose(at, em.sub(array, em.at(ast.Slice(at, None, None))), array)


def _rest(em: Emitter, node: Any) -> tuple[ast.expr, ast.expr] | None:
    """The array and the place of what *node* is the rest of."""
    if node.__class__ is tuple and len(node) == 3 and node[2].__class__ is Var and node[2] in em.rests:
        k, count = em.rests[node[2]]
        cursor = em.cursors[k]
        if count is None:
            reader = em.name(str(cursor.reader))
            return em.attr(reader, "source"), em.attr(reader, "place")
        return em.name(cursor.array), offset(em, cursor, count)
    return None


def enter_loop(em: Emitter) -> None:
    """What a planned function does first."""
    if em.plan.consing:
        em.collected = em.names.fresh("out")
        em.assign(em.collected, em.at(ast.List([], ast.Load())))
    for cursor in em.cursors.values():
        if cursor.size is not None:
            _encode(em, cursor)
    given = em.growing.get(str(em.function_name), ()) if em.parent is None else ()
    for k in sorted(em.plan.pending):
        value = em.name(em.params[k])
        if k not in given:  # those come collected
            em.assign(em.params[k], _collector(em, k, value))
    for k in sorted(em.plan.owned):
        em.owners[k] = em.names.fresh(f"own_{em.params[k]}")
        em.assign(em.owners[k], em.const(False))


def _encode(em: Emitter, cursor: Cursor) -> None:
    """The octets of a text that came as a term, and how many there are."""
    array = em.name(cursor.array)
    with em.block() as encoded:
        em.assign(cursor.array, em.call(em.attr(array, "encode"), []))
    em.conditional(em.is_(em.class_of(array), em.name("str")), encoded, [])
    counted = em.call(em.name("len"), [array])
    em.assign(str(cursor.size), em.choose(em.is_(em.class_of(array), em.name("bytes")), counted, em.const(-1)))


def _collector(em: Emitter, k: int, value: ast.expr) -> ast.expr:
    return em.rt("PendingText", [value]) if k in em.plan.texts else em.call(em.name("Pending"), [value])


def next_step(em: Emitter, value: ast.expr) -> None:
    """Go on reducing with an accumulator that was computed as one value."""
    names = em.params[1:]
    if len(names) > 1:
        value = em.spill(value)
    for k, name in enumerate(names, 1):
        part = value if len(names) == 1 else em.sub(value, em.const(k - 1))
        em.assign(name, _collector(em, k, part) if k in em.plan.pending else part)
        if k in em.plan.owned:
            em.assign(em.owners[k], em.const(False))
    em.add(ast.Continue())


def go_back(em: Emitter, args: list[Any], collected: list[tuple[Any, bool]], meta: Any) -> None:
    """The next round of the loop with *args*; *collected* elements (and whole lists) come before its value."""
    wanted: list[tuple[str | None, Any]] = [(None, node) for node, _ in collected]
    after: list[Any] = []
    for k, node in enumerate(args):
        _argument(em, k, node, wanted, after)
    values = em.exprs([node for _, node in wanted])
    em.place(meta)
    renamed = {name for name, _ in wanted if name is not None}
    moved = renamed | {cursor.array for cursor in em.cursors.values()}
    pairs: list[tuple[str, ast.expr]] = []
    loose: list[ast.expr] = []
    alone = not renamed and not after and len(collected) <= 1
    for (name, _), value in zip(wanted, values, strict=True):
        if name is not None:
            pairs.append((name, value))
        elif alone or value.__class__ is ast.Constant or (value.__class__ is ast.Name and value.id not in moved):
            loose.append(value)
        else:
            temp = em.temp()
            pairs.append((temp, value))
            loose.append(em.name(temp))
    for k, cursor in em.cursors.items():
        rest = _rest(em, args[k])
        if rest is not None:
            pairs += [(cursor.array, rest[0]), (cursor.at, rest[1])]
        elif not _keeps(em, k, args[k]):
            pairs.append((cursor.at, em.const(0)))
    pairs = [(n, v) for n, v in pairs if not (v.__class__ is ast.Name and v.id == n)]
    left = iter(loose)
    if alone:
        _collect(em, collected, left)
    if len(pairs) == 1:
        em.assign(*pairs[0])
    elif pairs:
        targets = em.at(ast.Tuple([em.at(ast.Name(n, ast.Store())) for n, _ in pairs], ast.Store()))
        em.add(ast.Assign([targets], em.at(ast.Tuple([v for _, v in pairs], ast.Load()))))
    if not alone:
        _collect(em, collected, left)
    for step in after:
        step(left)
    for cursor in em.cursors.values():
        if cursor.size is not None and any(name == cursor.array for name, _ in pairs):
            _encode(em, cursor)
    unsure = [em.is_(em.class_of(em.name(em.params[k])), em.name(kind)) for k, kind in em.classes.items()
              for name, value in pairs if name == em.params[k] and class_of(em, value) != kind]  # fmt: skip
    if unsure:
        with em.block() as again:
            em.add(ast.Continue())
        em.conditional(em.both(unsure), again, [])
        em.add(ast.Break())
    else:
        em.add(ast.Continue())


def _collect(em: Emitter, collected: list[tuple[Any, bool]], values: Iterator[ast.expr]) -> None:
    for _, whole in collected:
        assert em.collected is not None
        if whole:
            em.add(ast.Expr(em.rt("own_extend", [em.name(em.collected), next(values)])))
        else:
            _append(em, em.collected, next(values))


def _append(em: Emitter, name: str, value: ast.expr) -> None:
    em.add(ast.Expr(em.call(em.attr(em.name(name), "append"), [value])))


def _keeps(em: Emitter, k: int, node: Any) -> bool:
    return node.__class__ is tuple and len(node) == 3 and node[2].__class__ is Var and node[2].python == em.params[k]


def _argument(em: Emitter, k: int, node: Any, wanted: list[tuple[str | None, Any]], after: list[Any]) -> None:
    """How parameter *k* becomes *node*: values to compute, and steps to take once all are computed."""
    name = em.params[k]
    if node is KEPT or (k in em.cursors and _rest(em, node) is not None):
        return
    if k in em.plan.pending:
        front, tail = split_cons(node)
        if _keeps(em, k, node):
            return
        if k not in em.plan.texts and tail is not None and _keeps(em, k, tail):
            wanted.extend((None, one) for one in front)

            def grow(left: Iterator[ast.expr]) -> None:
                for value in reversed([next(left) for _ in front]):
                    _append(em, name, value)

            after.append(grow)
            return
        base, parts = split_text(node)
        if k in em.plan.texts and _keeps(em, k, base):
            wanted.extend((None, one) for one in parts)

            def extend(left: Iterator[ast.expr]) -> None:
                for _ in parts:
                    em.add(ast.Expr(em.call(em.attr(em.name(name), "add"), [next(left)])))

            after.append(extend)
            return
        wanted.append((None, node))
        after.append(lambda left: em.assign(name, _collector(em, k, next(left))))
        return
    if k in em.plan.owned:
        flag = em.owners[k]
        if _keeps(em, k, node):
            return
        helper = update_of(node, node[2][0][2]) if _is_update(em, k, node) else None
        if helper is not None:
            wanted.extend((None, one) for one in node[2][1:])
            count = len(node[2]) - 1

            def change(left: Iterator[ast.expr]) -> None:
                em.assign(name, em.rt(helper, [em.name(name), em.name(flag), *[next(left) for _ in range(count)]]))
                em.assign(flag, em.const(True))

            after.append(change)
            return
        wanted.append((name, node))
        after.append(lambda left: em.assign(flag, em.const(False)))
        return
    wanted.append((name, node))


def _is_update(em: Emitter, k: int, node: Any) -> bool:
    return (
        node.__class__ is tuple and len(node) == 3 and node[0].__class__ is tuple and bool(node[2]) and _keeps(em, k, node[2][0])
    )


def reduce_loop(em: Emitter, found: Any, items: Any) -> ast.expr:
    """``Enum.reduce`` as a local function with a loop over *items*."""
    name = em.names.fresh("items")

    def loop(child: Emitter, step: Callable[[], None]) -> None:
        with child.block() as inside:
            step()
        target = child.at(ast.Name(child.params[0], ast.Store()))
        child.add(ast.For(target, child.rt("each", [child.name(name)]), inside, [], None))

    def failed(child: Emitter, given: list[ast.expr]) -> ast.expr:
        module = child.name(child.unit.atom(child.module)) if child.module is not None else child.const(None)
        return child.rt("fn_clause_failed", [module, child.const(child.function_name), child.at(ast.List(given, ast.Load()))])

    return accumulating(em, found, loop, failed, {name: items})


def accumulating(em: Emitter, found: Any, loop: Callable[[Emitter, Callable[[], None]], None],
                 failed: Callable[[Emitter, list[ast.expr]], ast.expr], arguments: dict[str, Any]) -> ast.expr:
    """A local function of the parts of an accumulator, behind other *arguments*: *loop* emits what calls for its steps."""
    plan, clauses, start = found
    child = type(em)(em.unit, em)
    child.line, child.column = em.line, em.column
    child.plan, child.reducing, child.loops = plan, True, 1
    child.params = child.parameters(clauses)
    child.tail = "%reduce"

    def answer() -> ast.expr:
        parts = [child.rt("whole", [child.name(p)]) if k in plan.pending else child.name(p) for k, p in enumerate(child.params) if k]
        return parts[0] if len(parts) == 1 else child.at(ast.Tuple(parts, ast.Load()))

    def step() -> None:
        with child.block() as none_matched:
            child.add(ast.Expr(failed(child, [child.name(child.params[0]), answer()])))
        child.clause_chain([child.name(p) for p in child.params], clauses, RETURN, none_matched)

    with child.block() as body:
        enter_loop(child)
        loop(child, step)
        child.add(ast.Return(answer()))
    name = em.names.fresh("reduce")
    definition = em.at(ast.FunctionDef(name, em.arguments([*arguments, *child.params[1:]], child), body, [], None))
    definition.type_params = []
    values = em.exprs([*arguments.values(), *start])
    em.body.append(definition)
    return em.call(em.name(name), values)


def tail_value(em: Emitter, node: Any) -> bool:
    """A value that goes on with the loop: the next accumulator, ``[x | f(...)]`` or ``xs ++ f(...)``."""
    if em.reducing:
        parts = [node] if len(em.params) == 2 else tuple_parts(node)
        if len(parts) != len(em.params) - 1:
            return False
        go_back(em, [KEPT, *parts], [], ())
        return True
    front, last = split_front(node)
    name, _, arity = (em.tail or "/0").rpartition("/")
    if not front or not is_local_call(last, Atom(name), int(arity)):
        return False
    go_back(em, last[2], front, last[1])
    return True
