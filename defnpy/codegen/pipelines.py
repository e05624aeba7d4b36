"""``Enum.map``, ``filter`` and ``reject`` (and those of Stream) with a literal function as Python comprehensions: no call for each element."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from defnpy.codegen.expressions import counted
from defnpy.codegen.simple import is_simple
from defnpy.codegen.unit import native
from defnpy.expand.env import Var
from defnpy.terms.atom import Atom, alias

if TYPE_CHECKING:
    from defnpy.codegen.emit import Emitter

_ENUM, _STREAM, _FN = alias("Enum"), alias("Stream"), Atom("fn")
_STEPS = frozenset({"map", "filter", "reject"})
_MOST_CLAUSES = 4


def comprehension(em: Emitter, module: Any, name: str, args: list[Any]) -> ast.expr | None:
    """The step as a comprehension; None for other calls."""
    if name not in _STEPS or len(args) != 2 or (module is not _ENUM and module is not _STREAM):
        return None
    clauses = _clauses(args[1])
    if not clauses or native(module) is None:
        return None
    source = em.expr(args[0])
    if _assigns(source):
        # Python allows no assignment in what a comprehension walks through.
        return _called(em, module, name, source, args[1])
    if module is _STREAM and not _takes_all(clauses):
        return _called(em, module, name, source, args[1])
    em.loops += 1
    item, answer = _applied(em, clauses, args[0], truth=name != "map")
    value, tests = (answer, []) if name == "map" else (em.name(item), [answer if name == "filter" else em.negate(answer)])
    em.loops -= 1
    if module is _STREAM and (_assigns(value) or any(map(_assigns, tests))):
        # A name assigned in a generator belongs to the function around it, and several processes may walk one stream.
        return _called(em, module, name, source, args[1])
    target = em.at(ast.Name(item, ast.Store()))
    depth = 1 + max(getattr(n, "_depth", 0) for n in (source, value, *tests))
    made: ast.expr
    if module is _ENUM:
        made = em.at(ast.ListComp(value, [ast.comprehension(target, em.rt("each", [source]), tests, 0)]))
    else:
        items = em.temp("items")
        steps = em.at(ast.GeneratorExp(value, [ast.comprehension(target, em.name(items), tests, 0)]))
        taken = ast.arguments(posonlyargs=[], args=[em.at(ast.arg(items))], kwonlyargs=[], kw_defaults=[], defaults=[])
        made = em.rt("stream", [source, em.at(ast.Lambda(taken, steps)), em.const(f"{name}/2")])
    made._depth = depth  # type: ignore[attr-defined]
    return made


def _called(em: Emitter, module: Any, name: str, source: ast.expr, function: Any) -> ast.expr:
    return em.call(em.name(em.unit.function(module, f"{name}/2")), [source, em.expr(function)])


def _clauses(node: Any) -> list[Any]:
    """The clauses of a literal function of one argument whose bodies are expressions."""
    if node.__class__ is not tuple or len(node) != 3 or node[0] is not _FN or len(node[2]) > _MOST_CLAUSES:
        return []
    return node[2] if all(len(clause.patterns) == 1 and is_simple(clause.body) for clause in node[2]) else []


def _takes_all(clauses: list[Any]) -> bool:
    """Whether a function is one clause that matches anything."""
    pattern = clauses[0].patterns[0]
    return not clauses[0].guards and pattern.__class__ is tuple and len(pattern) == 3 and (pattern[2].__class__ is Var or pattern[2] is None)


def _applied(em: Emitter, clauses: list[Any], source: Any, *, truth: bool) -> tuple[str, ast.expr]:
    """The name of an element of *source*, and the value (or its *truth*) that the function has for it."""
    if _takes_all(clauses):
        pattern, body = clauses[0].patterns[0], clauses[0].body
        item = em.bind(pattern[2]) if pattern[2].__class__ is Var else em.temp("_")
        with em.where([], counted(pattern, source)):
            return item, em.truth(body) if truth else em.expr(body)
    item = em.temp("item")
    parts: list[tuple[ast.expr | None, ast.expr]] = []
    for clause in clauses:
        em.place(clause.meta)
        test = em.eager_head([em.name(item)], clause)
        with em.where(clause.guards):
            parts.append((test, em.truth(clause.body) if truth else em.expr(clause.body)))
        if test is None:
            break
    if parts[-1][0] is None:
        answer = parts.pop()[1]
    else:
        module = em.name(em.unit.atom(em.module)) if em.module is not None else em.const(None)
        answer = em.rt("fn_clause_failed", [module, em.const(em.function_name), em.at(ast.List([em.name(item)], ast.Load()))])
    for test, value in reversed(parts):
        assert test is not None
        answer = em.choose(test, value, answer)
    return item, answer


def _assigns(node: ast.expr) -> bool:
    return any(n.__class__ is ast.NamedExpr for n in ast.walk(node))
