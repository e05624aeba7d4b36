"""Kernel functions that become Python operators: fast for integers, exact for everything else."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from defnpy.codegen.facts import always_integer, is_boolean
from defnpy.terms.atom import is_atom

if TYPE_CHECKING:
    from defnpy.codegen.emit import Emitter

Maker = Callable[["Emitter", list[Any], Any], ast.expr]


def _split(em: Emitter, value: ast.expr) -> tuple[ast.expr, ast.expr]:
    """First use and later uses of a value."""
    if value.__class__ in (ast.Name, ast.Constant):
        return value, value
    name = em.temp()
    return em.walrus(name, value), em.name(name)


def _literal(node: ast.expr) -> bool:
    return node.__class__ is ast.Constant and node.value.__class__ is int


def _arithmetic(operator: type[ast.operator], helper: str) -> Maker:
    def make(em: Emitter, args: list[Any], meta: Any) -> ast.expr:
        left, right = em.exprs(args)
        em.place(meta)
        node = _fast(em, left, right, lambda a, b: em.at(ast.BinOp(a, operator(), b)), helper)
        return _integer(node) if isinstance(node, ast.IfExp | ast.BinOp) else node

    return make


def _fast(em: Emitter, left: ast.expr, right: ast.expr, operation: Any, helper: str) -> ast.expr:
    """``operation`` when both are integers, the exact helper otherwise."""
    if _literal(left) and _literal(right):
        return em.rt(helper, [left, right])
    depth = 1 + max(getattr(left, "_depth", 0), getattr(right, "_depth", 0))
    known, sure = always_integer(em.integers, left), always_integer(em.integers, right)
    if known and sure:
        node = operation(left, right)
    elif sure and isinstance(left, ast.IfExp) and getattr(left, "_integer", False):
        # The tests of the left side serve for both operations.
        node = em.choose(left.test, operation(left.body, right), em.rt(helper, [left.orelse, right]))
    elif sure:
        first, value = _split(em, left)
        node = em.choose(em.is_(em.class_of(first), em.name("int")), operation(value, right), em.rt(helper, [value, right]))
    elif known:
        first, value = _split(em, right)
        node = em.choose(em.is_(em.class_of(first), em.name("int")), operation(left, value), em.rt(helper, [left, value]))
    elif left.__class__ is not ast.Constant and right.__class__ is not ast.Constant:
        first, left = _split(em, left)
        second, right = _split(em, right)
        kinds = em.at(ast.Compare(em.class_of(first), [ast.Is(), ast.Is()], [em.class_of(second), em.name("int")]))
        node = em.choose(kinds, operation(left, right), em.rt(helper, [left, right]))
    else:
        node = em.rt(helper, [left, right])
    node._depth = depth
    return node


def _integer(node: ast.expr) -> ast.expr:
    """Mark an operation that gives an integer, or a choice whose first branch does."""
    node._integer = True  # type: ignore[attr-defined]
    return node


def _ordering(operator: type[ast.cmpop], helper: str) -> Maker:
    def make(em: Emitter, args: list[Any], meta: Any) -> ast.expr:
        left, right = em.exprs(args)
        em.place(meta)
        return _fast(em, left, right, lambda a, b: em.compare(a, operator(), b), helper)

    return make


def _equality(helper: str, *, negative: bool) -> Maker:
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
        left, right = em.exprs(args)
        em.place(meta)
        operator: ast.cmpop = ast.NotEq() if negative else ast.Eq()
        return _fast(em, left, right, lambda a, b: em.compare(a, operator, b), helper)

    return make


def _division(operator: type[ast.operator], helper: str) -> Maker:
    """``div`` and ``rem`` by a positive literal: Python's operator serves non-negative integers."""

    def make(em: Emitter, args: list[Any], meta: Any) -> ast.expr:
        left, right = em.exprs(args)
        em.place(meta)
        if not (_literal(right) and right.value > 0) or left.__class__ is ast.Constant:  # type: ignore[attr-defined]
            return em.rt(helper, [left, right])
        first, value = _split(em, left)
        test = em.compare(value, ast.GtE(), em.const(0))
        if not always_integer(em.integers, left):
            test = em.both([em.is_(em.class_of(first), em.name("int")), test])
        elif first is not value:
            test = em.compare(first, ast.GtE(), em.const(0))
        return _integer(em.choose(test, em.at(ast.BinOp(value, operator(), right)), em.rt(helper, [value, right])))

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
    "+/2": _arithmetic(ast.Add, "add"),
    "-/2": _arithmetic(ast.Sub, "sub"),
    "*/2": _arithmetic(ast.Mult, "mul"),
    "//2": _helper("div"),
    "div/2": _division(ast.FloorDiv, "int_div"),
    "rem/2": _division(ast.Mod, "rem"),
    "</2": _ordering(ast.Lt, "lt"),
    ">/2": _ordering(ast.Gt, "gt"),
    "<=/2": _ordering(ast.LtE, "le"),
    ">=/2": _ordering(ast.GtE, "ge"),
    "==/2": _equality("eq", negative=False),
    "!=/2": _equality("ne", negative=True),
    "===/2": _equality("strict_equal", negative=False),
    "!==/2": _equality("differ", negative=True),
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
