"""``Enum.map``, ``filter`` and ``reject`` (and those of Stream) with a literal function as Python comprehensions: no call for each element."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from defnpy.codegen.simple import is_simple
from defnpy.codegen.unit import native
from defnpy.expand.env import Var
from defnpy.terms.atom import Atom, alias

if TYPE_CHECKING:
    from defnpy.codegen.emit import Emitter

_ENUM, _STREAM, _FN = alias("Enum"), alias("Stream"), Atom("fn")
_STEPS = frozenset({"map", "filter", "reject"})


def comprehension(em: Emitter, module: Any, name: str, args: list[Any]) -> ast.expr | None:
    """The step as a comprehension; None for other calls."""
    if name not in _STEPS or len(args) != 2 or (module is not _ENUM and module is not _STREAM):
        return None
    clause = _plain_function(args[1])
    if clause is None or native(module) is None:
        return None
    source = em.expr(args[0])
    if _assigns(source):
        # Python allows no assignment in what a comprehension walks through.
        return _called(em, module, name, source, args[1])
    em.loops += 1
    pattern = clause.patterns[0]
    item = em.bind(pattern[2]) if pattern[2].__class__ is Var else em.temp("_")
    value: ast.expr = em.name(item)
    tests: list[ast.expr] = []
    if name == "map":
        value = em.expr(clause.body)
    else:
        test = em.truth(clause.body)
        tests = [test if name == "filter" else em.negate(test)]
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


def _plain_function(node: Any) -> Any:
    """The clause of ``fn x -> expression end``."""
    if node.__class__ is not tuple or len(node) != 3 or node[0] is not _FN or len(node[2]) != 1:
        return None
    clause = node[2][0]
    if clause.guards or len(clause.patterns) != 1 or not is_simple(clause.body):
        return None
    pattern = clause.patterns[0]
    plain = pattern.__class__ is tuple and len(pattern) == 3 and (pattern[2].__class__ is Var or pattern[2] is None)
    return clause if plain else None


def _assigns(node: ast.expr) -> bool:
    return any(n.__class__ is ast.NamedExpr for n in ast.walk(node))
