"""Match patterns and match specifications, as ETS and Registry take them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from defnpy.stdlib.kernel import apply
from defnpy.terms.atom import Atom
from defnpy.terms.errors import ElixirError
from defnpy.terms.order import strict_equal

ERLANG, CONST = Atom("erlang"), Atom("const")
Found = dict[str, Any]


def _variable(pattern: Any) -> bool:
    return pattern.__class__ is Atom and pattern.name[:1] == "$" and pattern.name[1:].isdigit()


def fits(pattern: Any, term: Any, found: Found) -> bool:
    """Whether *term* has the shape of *pattern*; what its variables (``:"$1"``) stand for goes to *found*."""
    if pattern.__class__ is Atom and pattern.name == "_":
        return True
    if _variable(pattern):
        return strict_equal(found.setdefault(pattern.name, term), term)
    if pattern.__class__ in (tuple, list) and term.__class__ is pattern.__class__:
        return len(pattern) == len(term) and all(fits(p, t, found) for p, t in zip(pattern, term, strict=True))
    if pattern.__class__ is dict and term.__class__ is dict:
        return all(k in term and fits(v, term[k], found) for k, v in pattern.items())
    return strict_equal(pattern, term)


def variables(found: Found) -> list[Any]:
    """The values of the variables in the order of their numbers."""
    return [found[name] for name in sorted(found, key=lambda n: int(n[1:]))]


def _logic(name: str, args: list[Any], value: Callable[[Any], Any]) -> Any:
    if name == "andalso":
        return all(value(arg) is True for arg in args)
    if name == "orelse":
        return any(value(arg) is True for arg in args)
    return value(args[0])


def evaluate(body: Any, found: Found, row: Any) -> Any:
    """The value of a guard or body expression."""

    def value(term: Any) -> Any:
        return evaluate(term, found, row)

    if _variable(body):
        return found.get(body.name, body)
    if body.__class__ is Atom:
        return row if body.name == "$_" else variables(found) if body.name == "$$" else body
    if body.__class__ is list:
        return [value(item) for item in body]
    if body.__class__ is dict:
        return {k: value(v) for k, v in body.items()}
    if body.__class__ is not tuple or not body:
        return body
    if len(body) == 1 and body[0].__class__ is tuple:
        return tuple(value(item) for item in body[0])
    if body[0] is CONST and len(body) == 2:
        return body[1]
    if body[0].__class__ is not Atom:
        return body
    if body[0].name in ("andalso", "orelse"):
        return _logic(body[0].name, list(body[1:]), value)
    return apply(ERLANG, body[0], [value(item) for item in body[1:]])


def select(rows: Iterable[Any], spec: Any) -> list[Any]:
    """The results of the first clause of *spec* that takes each row; rows without one are left out."""
    out = []
    for row in rows:
        for pattern, guards, body in spec:
            found: Found = {}
            if fits(pattern, row, found) and _pass(guards, found, row):
                out.append([evaluate(part, found, row) for part in body][-1])
                break
    return out


def _pass(guards: Any, found: Found, row: Any) -> bool:
    try:
        return all(evaluate(guard, found, row) is True for guard in guards)
    except ElixirError:
        return False
