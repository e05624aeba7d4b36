"""Builders of operators: a run of operands is folded by precedence when its end is known."""

from __future__ import annotations

from typing import Any

from defnpy.syntax import lint
from defnpy.syntax.builders.nodes import EmptyParens, Places, Run, Values, meta_at, notice, syntax_error
from defnpy.syntax.terminals import NOT_IN, Operator
from defnpy.terms.atom import Atom

_WHEN = Atom("when")
_IN = Atom("in")
_NOT = Atom("not")
_BANG = Atom("!")
_RANGE = Atom("..")
_STEP = Atom("//")
_RANGE_STEP = Atom("..//")
_DIVIDE = Atom("/")


def fold(v: Values, p: Places) -> Any:
    value = v[-1]
    return fold_run(value) if value.__class__ is Run else value


def fold_run(run: Run) -> Any:
    operators = run.operators
    operands = run.operands
    while operators:
        _apply(operands, operators.pop())
    return operands[0]


def _apply(operands: list[Any], waiting: tuple[Operator, int, bool]) -> None:
    operator, place, unary = waiting
    if unary:
        operands[-1] = build_unary(operator.atom, place, operands[-1])
    else:
        right = operands.pop()
        operands[-1] = build_binary(operator, place, operands[-1], right)


def push(v: Values, p: Places) -> Any:
    run = v[-2]
    operand = v[-1]
    if operand.__class__ is Run:
        operand = fold_run(operand)
    run.operands.append(operand)
    return run


def prefix_unary(v: Values, p: Places) -> Any:
    return Run([], [(v[-1], p[-1], True)])


def prefix_more(v: Values, p: Places) -> Any:
    v[-2].operators.append((v[-1], p[-1], True))
    return v[-2]


def prefix_at(v: Values, p: Places) -> Any:
    return Run([], [(v[-2], p[-2], True), (v[-1], p[-1], True)])


def prefix_more_at(v: Values, p: Places) -> Any:
    v[-3].operators.append((v[-2], p[-2], True))
    v[-3].operators.append((v[-1], p[-1], True))
    return v[-3]


def prefix_binary(v: Values, p: Places) -> Any:
    run = v[-2]
    operator = v[-1]
    if run.__class__ is not Run:
        return Run([run], [(operator, p[-1], False)])
    operators = run.operators
    precedence = operator.precedence
    while operators:
        top = operators[-1][0]
        if top.precedence > precedence or (top.precedence == precedence and not operator.right):
            _apply(run.operands, operators.pop())
        else:
            break
    operators.append((operator, p[-1], False))
    return run


def build_binary(operator: Operator, place: int, left: Any, right: Any) -> Any:
    atom = operator.atom
    if left.__class__ is EmptyParens:
        if atom is not _WHEN:
            left = tuple(left)
    if right.__class__ is EmptyParens:
        right = tuple(right)
    if operator is NOT_IN:
        return (_NOT, meta_at(place), [(_IN, meta_at(place), [left, right])])
    if atom is _IN and left.__class__ is tuple and len(left) == 3 and (left[0] is _NOT or left[0] is _BANG):
        if left[2].__class__ is list and len(left[2]) == 1:
            notice(place, lint.NOT_IN)
            return (left[0], left[1], [(_IN, meta_at(place), [left[2][0], right])])
    if atom is _STEP:
        if left.__class__ is tuple and len(left) == 3 and left[0] is _RANGE and left[2] and len(left[2]) == 2:
            return (_RANGE_STEP, left[1], [*left[2], right])
        raise syntax_error(
            "the range step operator (//) must immediately follow the range definition operator "
            "(..), for example: "
            "1..9//2. If you wanted to define a default argument, use (\\\\) instead. Syntax error "
            "before: '//'", place,
        )  # fmt: skip
    return (atom, operator.meta(place), [left, right])


def build_unary(atom: Atom, place: int, operand: Any) -> Any:
    if operand.__class__ is EmptyParens:
        operand = tuple(operand)
    if atom is _STEP:
        return (_DIVIDE, meta_at(place + 1), [(_DIVIDE, meta_at(place), None), operand])
    return (atom, meta_at(place), [operand])


def at(v: Values, p: Places) -> Any:
    operand = tuple(v[-1]) if v[-1].__class__ is EmptyParens else v[-1]
    return (v[-2].atom, meta_at(p[-2]), [operand])
