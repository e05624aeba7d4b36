"""``->`` clauses and function clauses after expansion."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from defnpy.expand import expander as ex
from defnpy.expand import shadow
from defnpy.expand.env import Env
from defnpy.expand.patterns import expand_guard, expand_patterns


@dataclass(slots=True)
class Clause:
    """Patterns, guards (any of which may hold) and a body."""

    patterns: list[Any]
    guards: list[Any]
    body: Any
    meta: Any = field(default_factory=list)
    # The quoted arguments, guards and body of a definition.
    source: tuple[Any, Any, Any] | None = None


def split_when(head: list[Any]) -> tuple[list[Any], list[Any]]:
    """``[{:when, _, [p1, p2, g]}]`` to patterns and guards (``when a when b`` gives two)."""
    if len(head) == 1 and ex.is_node(head[0], ex.WHEN):
        *params, guard = head[0][2]
        return params, split_guards(guard)
    return head, []


def split_guards(guard: Any) -> list[Any]:
    if ex.is_node(guard, ex.WHEN):
        left, right = guard[2]
        return [left, *split_guards(right)]
    return [guard]


def expand_clause(head: list[Any], body: Any, meta: Any, env: Env) -> Clause:
    """Expand one clause in a scope of its own."""
    since = len(env.unit.bindings)
    scope = env.fork()
    params, guards = split_when(head)
    patterns = expand_patterns(params, scope)
    held = [expand_guard(g, scope) for g in guards]
    made = Clause(patterns, held, ex.expand(body, scope), meta)
    env.unit.warn_unused(since)
    return made


def clauses_of(tree: Any, form: str, key: str, arity: int, env: Env, meta: Any) -> list[Clause]:
    """The expanded clauses under ``key:`` of *form*; each must have *arity* patterns."""
    if tree.__class__ is not list or not tree or not all(ex.is_node(c, ex.ARROW) for c in tree):
        raise env.fail(meta, f'expected -> clauses for :{key} in "{form}"')
    out = []
    for _, clause_meta, (head, body) in tree:
        params, _ = split_when(head)
        if len(params) != arity:
            raise env.fail(clause_meta, f'expected one argument for :{key} clauses (->) in "{form}"')
        out.append(expand_clause(head, body, clause_meta, env))
    if env.function is not None and form != "cond":
        shadow.check(out, env)
    return out
