"""Kernel functions that become Python operators: fast for integers, exact for everything else."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from defnpy.codegen.arithmetic import OPERATIONS, Maker, is_name
from defnpy.codegen.facts import is_boolean
from defnpy.codegen.loops import tuple_parts
from defnpy.terms.atom import is_atom

if TYPE_CHECKING:
    from defnpy.codegen.emit import Emitter


def _split(em: Emitter, value: ast.expr) -> tuple[ast.expr, ast.expr]:
    """First use and later uses of a value."""
    if value.__class__ in (ast.Name, ast.Constant):
        return value, value
    name = em.temp()
    return em.walrus(name, value), em.name(name)


def _same_places(args: list[Any]) -> list[tuple[Any, Any]]:
    """The elements to compare of two tuples written down with as many names and literals."""
    left, right = (tuple_parts(arg) for arg in args)
    if len(left) != len(right) or not all(part.__class__ in (int, str) or is_atom(part) or is_name(part) for part in (*left, *right)):
        return []
    return list(zip(left, right, strict=True))


def _equality(signature: str, *, negative: bool) -> Maker:
    """Atoms and texts are compared as such; tuples, lists and maps are no numbers."""

    def make(em: Emitter, args: list[Any], meta: Any) -> ast.expr:
        for one, other in (args, args[::-1]):
            if is_atom(one):
                value = em.expr(other)
                em.place(meta)
                return em.compare(value, ast.IsNot() if negative else ast.Is(), em.expr(one))
            if one.__class__ is str:
                value = em.expr(other)
                em.place(meta)
                return em.compare(value, ast.NotEq() if negative else ast.Eq(), em.const(one))
        parts = _same_places(args)
        if parts:
            tests = [make(em, list(pair), meta) for pair in parts]
            return em.any_of(tests) if negative else em.both(tests)
        return OPERATIONS[signature](em, args, meta)

    return make


def _not(em: Emitter, args: list[Any], meta: Any) -> ast.expr:
    if is_boolean(args[0]):
        return em.negate(em.expr(args[0]))
    return em.rt("not_", [em.expr(args[0])])


def _kind(*classes: str) -> Maker:
    def make(em: Emitter, args: list[Any], meta: Any) -> ast.expr:
        first, value = _split(em, em.expr(args[0]))
        uses = [first] + [value] * (len(classes) - 1)
        return em.any_of([em.is_(em.class_of(u), em.name(c)) for u, c in zip(uses, classes, strict=True)])

    return make


def _constants(*values: Any) -> Maker:
    def make(em: Emitter, args: list[Any], meta: Any) -> ast.expr:
        first, value = _split(em, em.expr(args[0]))
        uses = [first] + [value] * (len(values) - 1)
        return em.any_of([em.is_(u, em.const(c)) for u, c in zip(uses, values, strict=True)])

    return make


def _helper(name: str) -> Maker:
    def make(em: Emitter, args: list[Any], meta: Any) -> ast.expr:
        values = em.exprs(args)
        em.place(meta)
        return em.rt(name, values)

    return make


def _is_list(em: Emitter, args: list[Any], meta: Any) -> ast.expr:
    return em.compare(em.class_of(em.expr(args[0])), ast.In(), em.name("CELLS"))


def _in_range(em: Emitter, args: list[Any]) -> ast.expr | None:
    first, last, step = args[1:]
    if first.__class__ is not int or last.__class__ is not int or step not in (None, 1, -1) or step is True:
        return None
    low, high = (last, first) if step == -1 or (step is None and first > last) else (first, last)
    value, again = _split(em, em.expr(args[0]))
    within = em.at(ast.Compare(em.const(low), [ast.LtE(), ast.LtE()], [again, em.const(high)]))
    return em.both([em.is_(em.class_of(value), em.name("int")), within])


def _in_list(em: Emitter, args: list[Any]) -> ast.expr | None:
    items = args[1]
    if items.__class__ is not list or not 0 < len(items) <= 8 or not all(is_atom(i) or i.__class__ in (int, str) for i in items):
        return None
    atoms, ints, texts = [i for i in items if is_atom(i)], [i for i in items if i.__class__ is int], [i for i in items if i.__class__ is str]
    value, again = _split(em, em.expr(args[0]))
    tests: list[ast.expr] = []
    for atom in atoms:
        tests.append(em.is_(value if not tests else again, em.expr(atom)))
    for kind, found in (("int", ints), ("str", texts)):
        if found:
            listed = em.at(ast.Tuple([em.const(i) for i in found], ast.Load()))
            of_kind = em.is_(em.class_of(value if not tests else again), em.name(kind))
            tests.append(em.both([of_kind, em.compare(again, ast.In(), listed)]))
    return em.any_of(tests)


MEMBERSHIP = {"in_range": _in_range, "in_list": _in_list}
"""What ``in`` means for literal ranges and lists; None where the helper must look."""

OPERATORS: dict[str, Maker] = {
    **OPERATIONS,
    **{name: _equality(name, negative=name[0] == "!") for name in ("==/2", "!=/2", "===/2", "!==/2")},
    "not/1": _not,
    "is_integer/1": _kind("int"),
    "is_float/1": _kind("float"),
    "is_number/1": _kind("int", "float"),
    "is_tuple/1": _kind("tuple"),
    "is_binary/1": _kind("str", "bytes"),
    "is_list/1": _is_list,
    "is_nil/1": _constants(None),
    "is_boolean/1": _constants(True, False),
    "is_map/1": _helper("is_map"),
    "is_atom/1": _helper("is_atom"),
}
