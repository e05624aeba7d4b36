"""Arithmetic and comparison: Python's operators where all operands are integers, or all floats; elsewhere the exact helpers.

An expression of operators (``a * b + c < d``) is taken as a whole: one test of its operands' classes decides for all of it. Floats
beyond the range are what Elixir refuses, so a float result is asked once whether it is finite.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from defnpy.codegen.facts import BITWISE, KERNEL, kernel_call
from defnpy.expand.env import Var

if TYPE_CHECKING:
    from defnpy.codegen.emit import Emitter

Maker = Callable[["Emitter", list[Any], Any], ast.expr]

_MOST_LEAVES = 12
_MOST_TESTED = 2  # leaves that are evaluated by the test itself: all of a comparison's chain behind the second may stay unevaluated
_EXACT = 2**53
_LONGEST_SHIFT = 1024


@dataclass(slots=True)
class _Op:
    """An operator of Python, its exact helper, and the operands."""

    operator: Any
    helper: str
    operands: list[Any]
    meta: Any


@dataclass(slots=True)
class _Leaf:
    """An operand that is no arithmetic: its node, then its first and its later uses in Python."""

    node: Any
    first: Any = None
    value: Any = None


_BINARY: dict[str, tuple[Any, str]] = {"+/2": (ast.Add, "add"), "-/2": (ast.Sub, "sub"), "*/2": (ast.Mult, "mul"), "//2": (ast.Div, "div")}
_BITS: dict[str, tuple[Any, str]] = {
    "&&&/2": (ast.BitAnd, "band"), "|||/2": (ast.BitOr, "bor"), "^^^/2": (ast.BitXor, "bxor"), "<<</2": (ast.LShift, "bsl"), ">>>/2": (ast.RShift, "bsr"),
}  # fmt: skip
_WHOLE: dict[str, tuple[Any, str]] = {
    "div/2": (ast.FloorDiv, "int_div"), "rem/2": (ast.Mod, "rem"), **_BITS, **{f"{found[1]}/2": found for found in _BITS.values()},
}  # fmt: skip
_OF_INTEGERS = frozenset(helper for _, helper in _WHOLE.values())
_ORDER: dict[str, tuple[Any, str]] = {
    "</2": (ast.Lt, "lt"), ">/2": (ast.Gt, "gt"), "<=/2": (ast.LtE, "le"), ">=/2": (ast.GtE, "ge"), "==/2": (ast.Eq, "eq"),
    "!=/2": (ast.NotEq, "ne"), "===/2": (ast.Eq, "strict_equal"), "!==/2": (ast.NotEq, "differ"),
}  # fmt: skip
_FOLDS: dict[str, Any] = {"add": operator.add, "sub": operator.sub, "mul": operator.mul}
_IDENTICAL = frozenset(("strict_equal", "differ"))


def literal(node: Any) -> Any:
    """The number that a node is, ``-1`` being a call in Elixir; None for others."""
    if node.__class__ is int or node.__class__ is float:
        return node
    if kernel_call(node) == "-/1" and (node[2][0].__class__ is int or node[2][0].__class__ is float):
        return -node[2][0]
    return None


def operator_of(node: Any) -> str | None:
    """``name/arity`` of an arithmetic operator's call."""
    signature = kernel_call(node)
    return signature if signature in _BINARY or signature in _WHOLE else None


def is_whole_operation(signature: str) -> bool:
    """Whether an operator is for integers only."""
    return signature in _WHOLE


def class_of(em: Emitter, node: ast.expr) -> str | None:
    """The class that a Python expression always has: ``int``, ``float`` or not known."""
    if node.__class__ is ast.Name:
        return "int" if node.id in em.integers else "float" if node.id in em.floats else None
    if node.__class__ is ast.Constant:
        return node.value.__class__.__name__ if node.value.__class__ in (int, float) else None
    found: str | None = getattr(node, "_class", None)
    return found


class _Expression:
    """An expression of operators over leaves."""

    def __init__(self, em: Emitter, signature: str, args: list[Any], meta: Any) -> None:
        self.em = em
        self.meta = meta
        self.leaves: list[_Leaf] = []
        self.top = self._operation(signature, args, meta, self._operand)
        if len(self.leaves) > _MOST_LEAVES or sum(not is_name(leaf.node) for leaf in self.leaves) > _MOST_TESTED:
            self.leaves = []
            self.top = self._operation(signature, args, meta, self._leaf)
        for leaf, value in zip(self.leaves, em.exprs([leaf.node for leaf in self.leaves]), strict=True):
            leaf.first = leaf.value = value
        em.place(meta)

    def _operation(self, signature: str, args: list[Any], meta: Any, operand: Callable[[Any], Any]) -> Any:
        python, helper = _BINARY.get(signature) or _WHOLE.get(signature) or _ORDER[signature]
        made = _Op(python, helper, [operand(arg) for arg in args], meta)
        return made if signature not in _BINARY or (number := _folded(made)) is None else number

    def _operand(self, node: Any) -> Any:
        signature = kernel_call(node)
        if signature in _BINARY or signature in _WHOLE:
            return self._operation(str(signature), node[2], node[1], self._operand)
        return self._leaf(node)

    def _leaf(self, node: Any) -> Any:
        number = literal(node)
        if number is not None:
            return number
        self.leaves.append(_Leaf(node))
        return self.leaves[-1]

    # -- code --

    def emit(self) -> ast.expr:
        em = self.em
        numbers = _numbers(self.top)
        whole = bool(self.leaves) and not _has_division(self.top) and not any(number.__class__ is float for number in numbers)
        known = [class_of(em, leaf.value) for leaf in self.leaves]
        unsure = [leaf for leaf, found in zip(self.leaves, known, strict=True) if found != "int"]
        tests: list[ast.expr] = []
        if whole and not unsure:
            made = self._native(self.top, tests)
            return self._known("int", made, tests)
        if self.leaves and not _is_whole(self.top) and self.top.helper not in _IDENTICAL and all(
                leaf.value.__class__ is ast.Name and found == "float" for leaf, found in zip(self.leaves, known, strict=True)):
            made = self._floating(tests)
            return self._known("float", made, tests)
        floats = len(unsure) == len(self.leaves) and self._may_be_float(numbers)
        if not whole and not floats:
            return self._exactly()
        for leaf in self.leaves:
            if leaf.value.__class__ is not ast.Name:
                name = em.temp()
                leaf.first, leaf.value = em.walrus(name, leaf.value), em.name(name)
        node = self._exactly()
        if floats:
            tests = [self._all("float", self.leaves, first=not whole)]
            made = self._floating(tests)
            node = em.choose(em.both(tests), made, node)
        if whole:
            tests = [self._all("int", [leaf for leaf in self.leaves if leaf in unsure or leaf.first is not leaf.value], first=True)]
            made = self._native(self.top, tests)
            node = em.choose(em.both(tests), made, node)
        return node

    def _known(self, kind: str, made: ast.expr, tests: list[ast.expr]) -> ast.expr:
        """The expression for operands whose class needs no test; its result is of that class, unless it is a comparison's."""
        node = self.em.choose(self.em.both(tests), made, self._exactly()) if tests else made
        if self.top.operator not in _COMPARES:
            node._class = kind  # type: ignore[attr-defined]
        return node

    def _may_be_float(self, numbers: list[Any]) -> bool:
        """Whether a branch for floats is worth its code, and right: Python's integers in it are small."""
        if not self.leaves or self.top.helper in _IDENTICAL or _is_whole(self.top):
            return False
        if self.top.helper in ("eq", "ne") and not any(operand.__class__ is _Op for operand in self.top.operands):
            return False
        return len(self.leaves) > 1 or _has_division(self.top) or any(number.__class__ is float for number in numbers)

    def _exactly(self) -> ast.expr:
        """By the helpers, at the place of each operator."""
        em = self.em
        node = self._exact(self.top)
        em.place(self.meta)
        if not em.guarding:
            return node
        names = list({leaf.value.id: None for leaf in self.leaves})
        given = [em.at(ast.arg(name)) for name in names]
        arguments = ast.arguments(posonlyargs=[], args=given, kwonlyargs=[], kw_defaults=[], defaults=[em.name(name) for name in names])
        return em.rt("guard", [em.at(ast.Lambda(arguments, node))])

    def _all(self, kind: str, leaves: list[_Leaf], *, first: bool) -> ast.expr:
        """The test that all *leaves* are of a class; the *first* one evaluates those that are no names."""
        em = self.em
        values = [leaf.first for leaf in leaves if leaf.first is not leaf.value] if first else []
        seen = {leaf.value.id for leaf in leaves if leaf.first is not leaf.value} if first else set()
        for leaf in leaves:
            if leaf.value.id not in seen:
                seen.add(leaf.value.id)
                values.append(leaf.value)
        left, *more = [em.class_of(value) for value in values]
        return em.at(ast.Compare(left, [ast.Is() for _ in values], [*more, em.name(kind)]))

    def _native(self, part: Any, tests: list[ast.expr]) -> ast.expr:
        """By Python's operators; *tests* gets what integers must hold for ``div`` and ``rem`` to be Python's."""
        em = self.em
        if part.__class__ is _Leaf:
            return part.value
        if part.__class__ is not _Op:
            return em.const(part)
        left, right = (self._native(operand, tests) for operand in part.operands)
        python = part.operator()
        if isinstance(python, ast.cmpop):
            return em.compare(left, python, right)
        if part.helper in ("int_div", "rem"):
            left, right = self._bound(left, ast.GtE(), tests), self._bound(right, ast.Gt(), tests)
        elif part.helper in ("bsl", "bsr"):
            right = self._bound(right, ast.GtE(), tests)
            if part.helper == "bsl":
                tests.append(em.compare(right, ast.LtE(), em.const(_LONGEST_SHIFT)))
        elif part.helper == "div":
            if right.__class__ is ast.BinOp:
                # One over infinity is finite.
                right = self._finite(right, tests)
            right = self._bound(right, ast.NotEq(), tests)
        made = em.at(ast.BinOp(left, python, right))
        made._depth = 1 + max(getattr(left, "_depth", 0), getattr(right, "_depth", 0))
        return made

    def _bound(self, value: ast.expr, order: ast.cmpop, tests: list[ast.expr]) -> ast.expr:
        """Add the test that an operand is not negative, or positive; gives its later uses."""
        em = self.em
        number = getattr(value, "value", None) if value.__class__ is ast.Constant else None
        if number is not None and number > 0:
            return value
        again = value
        if value.__class__ not in (ast.Name, ast.Constant):
            name = em.temp()
            value, again = em.walrus(name, value), em.name(name)
        tests.append(em.compare(value, order, em.const(0)))
        return again

    def _floating(self, tests: list[ast.expr]) -> ast.expr:
        """By Python's operators on floats; *tests* gets the checks that no result is beyond the range."""
        if self.top.operator in _COMPARES:
            left, right = (self._checked(operand, tests) for operand in self.top.operands)
            return self.em.compare(left, self.top.operator(), right)
        return self._checked(self.top, tests)

    def _checked(self, part: Any, tests: list[ast.expr]) -> ast.expr:
        value = self._native(part, tests)
        return self._finite(value, tests) if part.__class__ is _Op else value

    def _finite(self, value: ast.expr, tests: list[ast.expr]) -> ast.expr:
        em = self.em
        name = em.temp()
        difference = em.at(ast.BinOp(em.walrus(name, value), ast.Sub(), em.name(name)))
        tests.append(em.compare(difference, ast.Eq(), em.const(0.0)))
        return em.name(name)

    def _exact(self, part: Any) -> ast.expr:
        em = self.em
        if part.__class__ is _Leaf:
            return part.value
        if part.__class__ is not _Op:
            return em.const(part)
        operands = [self._exact(operand) for operand in part.operands]
        em.place(part.meta)
        if part.helper in _BIT_FUNCTIONS:
            return em.call(em.name(em.unit.function(BITWISE, f"{part.helper}/2")), operands)
        return em.rt(part.helper, operands)


_BIT_FUNCTIONS = frozenset(helper for _, helper in _BITS.values())
_COMPARES = frozenset(order for order, _ in _ORDER.values())


def is_name(node: Any) -> bool:
    """Whether a node is a variable that a Python name holds."""
    return node.__class__ is tuple and len(node) == 3 and node[2].__class__ is Var and not node[2].pending


def _numbers(part: Any) -> list[Any]:
    """The literals of an expression."""
    if part.__class__ is _Op:
        return [number for operand in part.operands for number in _numbers(operand)]
    return [] if part.__class__ is _Leaf else [part]


def _has_division(part: Any) -> bool:
    """Whether a result is a float whatever the operands are."""
    return part.__class__ is _Op and (part.helper == "div" or any(_has_division(operand) for operand in part.operands))


def _is_whole(part: Any) -> bool:
    """Whether an expression is for integers only."""
    if part.__class__ is _Op:
        return part.helper in _OF_INTEGERS or any(_is_whole(operand) for operand in part.operands)
    return part.__class__ is int and abs(part) > _EXACT


def _folded(made: _Op) -> Any:
    """The value of an operation on literals, None where there are others or it is out of range."""
    left, right = made.operands
    if left.__class__ not in (int, float) or right.__class__ not in (int, float) or _is_whole(left) or _is_whole(right):
        return None
    if made.helper not in _FOLDS:
        return None
    value = _FOLDS[made.helper](left, right)
    return value if value - value == 0 and not _is_whole(value) else None


def _operation(signature: str) -> Maker:
    def make(em: Emitter, args: list[Any], meta: Any) -> ast.expr:
        made = _Expression(em, signature, args, meta)
        return made.emit() if made.top.__class__ is _Op else em.const(made.top)

    return make


def _negation(em: Emitter, args: list[Any], meta: Any) -> ast.expr:
    number = literal(args[0])
    if number is not None:
        return em.const(-number)
    (first,), (value,) = _named(em, em.exprs(args))
    em.place(meta)
    known = em.any_of([em.is_(em.class_of(first), em.name("int")), em.is_(em.class_of(value), em.name("float"))])
    return em.choose(known, em.at(ast.UnaryOp(ast.USub(), value)), em.call(em.name(em.unit.function(KERNEL, "-/1")), [value]))


def _named(em: Emitter, values: list[ast.expr]) -> tuple[list[ast.expr], list[ast.expr]]:
    """First and later uses of values."""
    first, later = [], []
    for value in values:
        again = value
        if value.__class__ is not ast.Name:
            name = em.temp()
            value, again = em.walrus(name, value), em.name(name)
        first.append(value)
        later.append(again)
    return first, later


def _chosen(signature: str, order: type[ast.cmpop]) -> Maker:
    """``max`` and ``min`` of two integers or two floats; the first of equal ones."""

    def make(em: Emitter, args: list[Any], meta: Any) -> ast.expr:
        first, (left, right) = _named(em, em.exprs(args))
        em.place(meta)
        tests = [em.at(ast.Compare(em.class_of(a), [ast.Is(), ast.Is()], [em.class_of(b), em.name(kind)]))
                 for (a, b), kind in ((first, "int"), ((left, right), "float"))]  # fmt: skip
        picked = em.choose(em.compare(left, order(), right), left, right)
        return em.choose(em.any_of(tests), picked, em.call(em.name(em.unit.function(KERNEL, signature)), [left, right]))

    return make


def _magnitude(em: Emitter, args: list[Any], meta: Any) -> ast.expr:
    (first,), (value,) = _named(em, em.exprs(args))
    em.place(meta)
    known = em.any_of([em.is_(em.class_of(first), em.name("int")), em.is_(em.class_of(value), em.name("float"))])
    size = em.choose(em.compare(value, ast.GtE(), em.const(0)), value, em.at(ast.UnaryOp(ast.USub(), value)))  # that of -0.0 is -0.0
    return em.choose(known, size, em.call(em.name(em.unit.function(KERNEL, "abs/1")), [value]))


def can_guard(node: Any) -> bool:
    """Whether a comparison fails only where its operands are no numbers: a guard tests it without a function of its own."""
    return kernel_call(node) in _ORDER and all(_only_names(arg) for arg in node[2])


def _only_names(node: Any) -> bool:
    signature = kernel_call(node)
    if signature in _BINARY or signature in _WHOLE:
        return all(_only_names(arg) for arg in node[2])
    return literal(node) is not None or is_name(node)


OPERATIONS: dict[str, Maker] = {
    **{name: _operation(name) for name in (*_BINARY, *_WHOLE, *_ORDER)},
    "-/1": _negation, "abs/1": _magnitude, "max/2": _chosen("max/2", ast.GtE), "min/2": _chosen("min/2", ast.LtE),
}  # fmt: skip
