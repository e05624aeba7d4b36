"""Forms that become Python statements, their value sent to a destination."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from defnpy.codegen.destinations import DISCARD, RETURN, Dest
from defnpy.codegen.expressions import counted, each
from defnpy.codegen.looping import accumulating
from defnpy.codegen.loops import accumulation
from defnpy.codegen.matching import Matcher
from defnpy.codegen.simple import is_simple
from defnpy.expand.clauses import Clause
from defnpy.expand.env import Var
from defnpy.terms.atom import Atom

if TYPE_CHECKING:
    from defnpy.codegen.emit import Emitter


def block(em: Emitter, node: Any, dest: Dest) -> None:
    *first, last = node[2]
    for one in first:
        em.stmt(one, DISCARD)
    em.stmt(last, dest)


def match(em: Emitter, node: Any, dest: Dest) -> None:
    pattern, value = node[2]
    if pattern.__class__ is tuple and len(pattern) == 3 and pattern[2].__class__ is Var:
        name = _bind_fresh(em, pattern[2], value)
        if dest is not DISCARD:
            em.finish(dest, em.name(name))
        return
    if pattern.__class__ is tuple and len(pattern) == 3 and pattern[2] is None:
        em.stmt(value, dest)
        return
    subject = em.atomic(value)
    em.place(node[1])
    matcher = Matcher(em, eager=False)
    if subject.__class__ is ast.Constant:
        name = em.temp()
        em.assign(name, subject)
        subject = em.name(name)
    matcher.match(pattern, subject)
    if matcher.tests:
        failed = em.at(ast.Expr(em.rt("match_failed", [subject])))
        em.conditional(em.negate(em.both(matcher.tests)), [failed], [])
    for name, bound in matcher.bindings:
        em.assign(name, bound)
    if dest is not DISCARD:
        em.finish(dest, subject)


def _bind_fresh(em: Emitter, var: Var, value: Any) -> str:
    """``x = value``: the value is computed before the name exists, so ``x = x + 1`` reads the old one."""
    if is_simple(value):
        done = em.expr(value)
        name = em.bind(var)
        em.assign(name, done)
        em.know(name, done)
        return name
    name = em.bind(var)
    em.stmt(value, ("name", name))
    return name


def if_(em: Emitter, node: Any, dest: Dest) -> None:
    test, then, other = node[2]
    condition = em.truth(test)
    with em.block() as yes:
        em.stmt(then, dest)
    with em.block() as no:
        em.stmt(other, dest)
    em.conditional(condition, yes, no)


def case(em: Emitter, node: Any, dest: Dest) -> None:
    subject, clauses = node[2]
    value = em.expr(subject)
    if value.__class__ is not ast.Name:
        name = em.temp()
        em.assign(name, value)
        value = em.name(name)
    em.place(node[1])
    with em.block() as failed:
        em.add(ast.Expr(em.rt("case_failed", [value])))
    em.clause_chain([value], clauses, dest, failed)


def cond(em: Emitter, node: Any, dest: Dest) -> None:
    """Clauses nest, so that a test which needs statements runs only when the earlier ones failed."""
    _cond_from(em, node[2], dest)


def _cond_from(em: Emitter, clauses: list[Any], dest: Dest) -> None:
    if not clauses:
        em.add(ast.Expr(em.rt("cond_failed", [])))
        return
    (meta, test, body), *rest = clauses
    em.place(meta)
    if test is True or (test.__class__ in (Atom, int, str, float)):
        em.stmt(body, dest)
        return
    condition = em.truth(test)
    with em.block() as yes:
        em.stmt(body, dest)
    if dest is RETURN:
        em.conditional(condition, yes, [])
        _cond_from(em, rest, dest)
        return
    with em.block() as no:
        _cond_from(em, rest, dest)
    em.conditional(condition, yes, no)


def with_(em: Emitter, node: Any, dest: Dest) -> None:
    steps, body, other = node[2]
    inner: Dest = dest
    failed: str | None = None
    if other is not None:
        failed = em.temp("failed")
        em.assign(failed, em.name("NOMATCH"))
        if dest is not RETURN:
            inner = dest
    elif dest is RETURN:
        inner = RETURN
    _with_steps(em, steps, body, inner, failed)
    if failed is not None:
        with em.block() as stmts:
            with em.block() as no_clause:
                em.add(ast.Expr(em.rt("with_failed", [em.name(failed)])))
            em.clause_chain([em.name(failed)], other, dest, no_clause)
        em.conditional(em.compare(em.name(failed), ast.IsNot(), em.name("NOMATCH")), stmts, [])


def _with_steps(em: Emitter, steps: list[Any], body: Any, dest: Dest, failed: str | None) -> None:
    if not steps:
        em.stmt(body, dest)
        return
    (kind, meta, pattern, guards, value), *rest = steps
    if kind == "do":
        em.stmt(value, DISCARD)
        _with_steps(em, rest, body, dest, failed)
        return
    subject = em.expr(value)
    if subject.__class__ is not ast.Name:
        name = em.temp()
        em.assign(name, subject)
        subject = em.name(name)
    em.place(meta)
    matcher = Matcher(em, eager=bool(guards))
    matcher.match(pattern, subject)
    tests = list(matcher.tests)
    if guards:
        tests.append(em.guards(guards))
    if not tests:
        for name, bound in matcher.bindings:
            em.assign(name, bound)
        _with_steps(em, rest, body, dest, failed)
        return
    with em.block() as yes:
        for name, bound in matcher.bindings:
            em.assign(name, bound)
        _with_steps(em, rest, body, dest, failed)
    with em.block() as no:
        if failed is not None:
            em.assign(failed, subject)
        else:
            em.finish(dest, subject)
    em.conditional(em.both(tests), yes, no)


# -- try ----------------------------------------------------------------------------------------------------------------


def try_(em: Emitter, node: Any, dest: Dest) -> None:
    parts = node[2][0]
    with em.no_tail():
        _try(em, parts, dest)


def _try(em: Emitter, parts: dict[str, Any], dest: Dest) -> None:
    has_else = "else" in parts
    result: Any = None
    inner = dest
    if has_else or (dest is RETURN and "after" in parts):
        inner, result = em.new_dest()
    with em.block() as body:
        em.stmt(parts["do"], inner if has_else else inner)
    handlers = []
    outcome = dest if not (dest is RETURN and "after" in parts) else inner
    if "rescue" in parts or "catch" in parts:
        handlers = [_handler(em, parts, outcome)]
    orelse: list[ast.stmt] = []
    if has_else:
        with em.block() as orelse:
            with em.block() as failed:
                em.add(ast.Expr(em.rt("try_failed", [result])))
            em.clause_chain([result], parts["else"], outcome, failed)
    final: list[ast.stmt] = []
    if "after" in parts:
        with em.block() as final:
            with em.block() as cleaning:
                em.stmt(parts["after"], DISCARD)
            # An exit signal ends a process without its cleaning up.
            em.add(ast.If(em.rt("goes_on", []), cleaning or [em.at(ast.Pass())], []))
    if not handlers and not final:
        em.body.extend(body)
        em.body.extend(orelse)
    else:
        em.add(ast.Try(body or [em.at(ast.Pass())], handlers, orelse, final or ([] if handlers else [em.at(ast.Pass())])))
    if dest is RETURN and "after" in parts:
        em.finish(RETURN, result)


def _handler(em: Emitter, parts: dict[str, Any], dest: Dest) -> ast.ExceptHandler:
    caught = em.temp("exc")
    kept = em.temp("caught")
    outer, em.exception = em.exception, kept
    with em.block() as body:
        em.assign(kept, em.rt("caught", [em.name(caught)]))
        arms: list[tuple[ast.expr, list[ast.stmt]]] = []
        if "rescue" in parts:
            arms.extend(_rescue_arm(em, clause, kept, dest) for clause in parts["rescue"])
        if "catch" in parts:
            arms.extend(_catch_arm(em, clause, kept, dest) for clause in parts["catch"])
        other: list[ast.stmt] = [em.at(ast.Raise(None, None))]
        for test, stmts in reversed(arms):
            other = [em.at(ast.If(test, stmts or [em.at(ast.Pass())], other))]
        em.body.extend(other)
    em.exception = outer
    return em.at(ast.ExceptHandler(em.name("Exception"), caught, body))


def _rescue_arm(em: Emitter, clause: Any, kept: str, dest: Dest) -> tuple[ast.expr, list[ast.stmt]]:
    meta, pattern, modules, body = clause
    em.place(meta)
    value = em.attr(em.name(kept), "error")
    if modules is None:
        test = em.compare(value, ast.IsNot(), em.const(None))
    else:
        names = em.at(ast.Tuple([em.expr(m) for m in modules], ast.Load()))
        test = em.call(em.attr(em.name(kept), "is_a"), [names])
    with em.block() as stmts:
        if pattern is not None and pattern[2].__class__ is Var:
            em.assign(em.bind(pattern[2]), value)
        em.stmt(body, dest)
    return test, stmts


def _catch_arm(em: Emitter, clause: Any, kept: str, dest: Dest) -> tuple[ast.expr, list[ast.stmt]]:
    em.place(clause.meta)
    patterns = clause.patterns
    if len(patterns) == 1:
        patterns = [Atom("throw"), *patterns]
    matcher = Matcher(em, eager=True)
    matcher.match(patterns[0], em.attr(em.name(kept), "kind"))
    matcher.match(patterns[1], em.attr(em.name(kept), "value"))
    tests = list(matcher.tests)
    if clause.guards:
        tests.append(em.guards(clause.guards))
    with em.block() as stmts:
        for name, bound in matcher.bindings:
            em.assign(name, bound)
        em.stmt(clause.body, dest)
    return (em.both(tests) if tests else em.const(True)), stmts


# -- receive ------------------------------------------------------------------------------------------------------------


def receive(em: Emitter, node: Any, dest: Dest) -> None:
    """``rt.receive(matcher, timeout, after)``; the matcher gives a thunk of the clause's body, or NOMATCH."""
    from defnpy.codegen.emit import Emitter as Maker

    parts = node[2][0]
    bounces = em.bounces if dest is RETURN and em.collected is None and not em.reducing else {}
    matcher: ast.expr = em.const(None)
    if parts.get("do"):
        child = Maker(em.unit, em)
        child.line, child.column = em.line, em.column
        message = child.names.fresh("message")
        for clause in parts["do"]:
            _receive_clause(child, clause, message, bounces)
        child.add(ast.Return(child.name("NOMATCH")))
        name = em.names.fresh("matching")
        definition = em.at(ast.FunctionDef(name, em.arguments([message], child), child.body, [], None))
        definition.type_params = []
        em.body.append(definition)
        matcher = em.name(name)
    timeout: ast.expr = em.const(None)
    after: ast.expr = em.const(None)
    if "after" in parts:
        limit, body = parts["after"]
        timeout = em.atomic(limit)
        after = _thunk(em, body, "after", bounces)
    em.finish(dest, em.rt("receive", [matcher, timeout, after]))


def _receive_clause(em: Emitter, clause: Any, message: str, bounces: dict[str, str]) -> None:
    em.place(clause.meta)
    matcher = Matcher(em, eager=True)
    matcher.match(clause.patterns[0], em.name(message))
    tests = list(matcher.tests)
    if clause.guards:
        tests.append(em.guards(clause.guards))
    with em.block() as stmts:
        for name, bound in matcher.bindings:
            em.assign(name, bound)
        em.finish(RETURN, em.rt("later", [_thunk(em, clause.body, "body", bounces)]))
    em.conditional(em.both(tests) if tests else em.const(True), stmts, [])


def _thunk(em: Emitter, body: Any, wanted: str, bounces: dict[str, str]) -> ast.expr:
    """A function of no arguments for *body*, whose value is that of the function around where *bounces* says so."""
    def never(child: Emitter, params: list[str]) -> ast.expr:
        return child.const(None)

    return em.function([Clause([], [], body, [])], wanted, never, bounces)


# -- for ----------------------------------------------------------------------------------------------------------------


def for_(em: Emitter, node: Any, dest: Dest) -> None:
    steps, extra, body = node[2]
    with em.no_tail():
        if "reduce" in extra:
            _for_reduce(em, steps, extra["reduce"], body, dest)
            return
        if dest is DISCARD and not extra:
            _for_steps(em, steps, lambda: em.stmt(body, DISCARD))
            return
        if not extra and _is_comprehension(steps, body):
            made = _comprehension(em, steps, body)
            if made is not None:
                em.finish(dest, made)
                return
        into: ast.expr | None = None
        if "into" in extra:
            into = em.atomic(extra["into"])
        results = em.temp("results")
        em.assign(results, em.at(ast.List([], ast.Load())))

        def collect() -> None:
            value = em.expr(body)
            em.add(ast.Expr(em.call(em.attr(em.name(results), "append"), [value])))

        _for_steps(em, steps, collect)
        value: ast.expr = em.name(results)
        if extra.get("uniq") not in (None, False):
            value = em.rt("uniq", [value, em.expr(extra["uniq"])])
        if into is not None:
            value = em.rt("into_text", [value]) if extra["into"] == "" else em.rt("into", [value, into])
        em.finish(dest, value)


_NOTHING: Any = (Atom("_"), [], None)


def _for_reduce(em: Emitter, steps: list[Any], initial: Any, clauses: list[Any], dest: Dest) -> None:
    found = accumulation(initial, [Clause([_NOTHING, *c.patterns], c.guards, c.body, c.meta) for c in clauses])
    if found is not None:

        def failed(child: Emitter, given: list[ast.expr]) -> ast.expr:
            return child.rt("case_failed", given[1:])

        em.finish(dest, accumulating(em, found, lambda child, step: _for_steps(child, steps, step), failed, {}))
        return
    name = em.temp("acc")
    em.assign(name, em.expr(initial))

    def step() -> None:
        with em.block() as failed:
            em.add(ast.Expr(em.rt("case_failed", [em.name(name)])))
        em.clause_chain([em.name(name)], clauses, ("name", name), failed)

    _for_steps(em, steps, step)
    em.finish(dest, em.name(name))


def is_plain(pattern: Any) -> bool:
    """A variable, or ``_``."""
    return pattern.__class__ is tuple and len(pattern) == 3 and (pattern[2].__class__ is Var or pattern[2] is None)


def _for_steps(em: Emitter, steps: list[Any], innermost: Any) -> None:
    if not steps:
        innermost()
        return
    (kind, meta, pattern, guards, value), *rest = steps
    em.place(meta)
    if kind == "filter":
        condition = em.truth(value)
        with em.block() as inside:
            _for_steps(em, rest, innermost)
        em.conditional(condition, inside, [])
        return
    if kind == "<<>>":
        _bit_loop(em, pattern, value, rest, innermost)
        return
    source = each(em, value)
    em.loops += 1
    if pattern.__class__ is tuple and len(pattern) == 3 and pattern[2].__class__ is Var and not guards:
        item = em.bind(pattern[2])
        with em.block() as inside, em.where([], counted(pattern, value)):
            _for_steps(em, rest, innermost)
    else:
        item = em.temp("item")
        with em.block() as inside:
            matcher = Matcher(em, eager=bool(guards))
            matcher.match(pattern, em.name(item))
            tests = list(matcher.tests)
            if guards:
                tests.append(em.guards(guards))
            with em.block() as matched:
                for name, bound in matcher.bindings:
                    em.assign(name, bound)
                _for_steps(em, rest, innermost)
            if tests:
                em.conditional(em.both(tests), matched, [])
            else:
                em.body.extend(matched)
    em.loops -= 1
    target = em.at(ast.Name(item, ast.Store()))
    em.add(ast.For(target, source, inside or [em.at(ast.Pass())], [], None))


def _bit_loop(em: Emitter, pattern: Any, value: Any, rest: list[Any], innermost: Any) -> None:
    """``for <<r::8, g::8 <- bits>>``: a Reader until it no longer matches."""
    reader = em.temp("r")
    em.assign(reader, em.rt("bit_reader", [em.expr(value)]))
    em.loops += 1
    with em.block() as inside:
        matcher = Matcher(em, eager=True)
        matcher.segments(pattern[2], em.name(reader))
        em.conditional(em.negate(em.both(matcher.tests)), [em.at(ast.Break())], [])
        _for_steps(em, rest, innermost)
    em.loops -= 1
    more = em.negate(em.call(em.attr(em.name(reader), "at_end"), []))
    em.add(ast.While(more, inside, []))


def _is_comprehension(steps: list[Any], body: Any) -> bool:
    if not is_simple(body):
        return False
    for kind, _, pattern, guards, value in steps:
        if kind == "<<>>" or guards or not is_simple(value):
            return False
        if kind == "<-" and not is_plain(pattern):
            return False
    return True


def _comprehension(em: Emitter, steps: list[Any], body: Any) -> ast.expr | None:
    """The list comprehension of a ``for``; None when an inner iterable needs an assignment, which Python does not allow there."""
    generators: list[ast.comprehension] = []
    known: list[Var] = []
    em.loops += 1
    for kind, meta, pattern, _, value in steps:
        em.place(meta)
        if kind == "filter":
            with em.where([], known):
                generators[-1].ifs.append(em.truth(value))
            continue
        source = each(em, value)
        if any(n.__class__ is ast.NamedExpr for n in ast.walk(source)):
            if generators:
                em.loops -= 1
                return None
            source = em.spill(source, "source")
        item = em.bind(pattern[2]) if pattern[2].__class__ is Var else em.temp("_")
        known.extend(counted(pattern, value))
        target = em.at(ast.Name(item, ast.Store()))
        generators.append(ast.comprehension(target, source, [], 0))
    with em.where([], known):
        value = em.expr(body)
    em.loops -= 1
    return em.at(ast.ListComp(value, generators))


STATEMENTS: dict[Any, Any] = {
    Atom("__block__"): block,
    Atom("="): match,
    Atom("%if"): if_,
    Atom("case"): case,
    Atom("cond"): cond,
    Atom("with"): with_,
    Atom("try"): try_,
    Atom("receive"): receive,
    Atom("for"): for_,
}
