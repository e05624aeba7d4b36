"""Builders of names, calls and access."""

from __future__ import annotations

from typing import Any

from defnpy.syntax.builders.containers import elements
from defnpy.syntax.builders.nodes import LINE, Callee, OpName, Places, Values, meta_at, plain, plain_arguments, syntax_error
from defnpy.terms.atom import Atom

_COLUMN = Atom("column")
_ALIASES = Atom("__aliases__")
_DOT = Atom(".")
_TUPLE = Atom("{}")
_CAPTURE = Atom("&")
_AMBIGUOUS = Atom("ambiguous_op")
_GET = Atom("get")
_ACCESS = Atom("Elixir.Access")
_NO_PARENS = (Atom("no_parens"), True)
_FROM_BRACKETS = (Atom("from_brackets"), True)
_MASK = (1 << 32) - 1


def var(v: Values, p: Places) -> Any:
    place = p[-1]
    return (v[-1], [(LINE, place >> 32), (_COLUMN, place & _MASK)], None)


def nullary(v: Values, p: Places) -> Any:
    return (v[-1].atom, meta_at(p[-1]), [])


def capture(v: Values, p: Places) -> Any:
    return (_CAPTURE, meta_at(p[-1]), [v[-1]])


def alias(v: Values, p: Places) -> Any:
    return (_ALIASES, meta_at(p[-1]), [v[-1]])


def dot_alias(v: Values, p: Places) -> Any:
    left = v[-3]
    if left.__class__ is tuple and len(left) == 3 and left[0] is _ALIASES:
        return (_ALIASES, left[1], [*left[2], v[-1]])
    if left.__class__ is Atom or left is None or left is True or left is False:
        raise syntax_error(
            "atom cannot be followed by an alias. If the '.' was meant to be part of the atom's "
            "name, the atom name "
            "must be quoted. Syntax error before: '.'", p[-1],
        )  # fmt: skip
    return (_ALIASES, meta_at(p[-2]), [plain(left), v[-1]])


def dot(left: Any, place: int, name: Atom) -> Any:
    return (_DOT, meta_at(place), [plain(left), name])


def dot_zero(v: Values, p: Places) -> Any:
    return (dot(v[-3], p[-2], v[-1]), [_NO_PARENS, *meta_at(p[-1])], [])


def dot_tuple_empty(v: Values, p: Places) -> Any:
    return (dot(v[-4], p[-3], _TUPLE), meta_at(p[-3]), [])


def dot_tuple(v: Values, p: Places) -> Any:
    return (dot(v[-5], p[-4], _TUPLE), meta_at(p[-4]), elements(v[-2]))


def remote_callee(v: Values, p: Places) -> Any:
    return Callee((dot(v[-3], p[-2], v[-1]), p[-1]))


def local_call(v: Values, p: Places) -> Any:
    place = p[-2]
    return (v[-2], [(LINE, place >> 32), (_COLUMN, place & _MASK)], v[-1])


def local_call_call(v: Values, p: Places) -> Any:
    return ((v[-3], meta_at(p[-3]), v[-2]), meta_at(p[-3]), v[-1])


def remote_call(v: Values, p: Places) -> Any:
    return (dot(v[-4], p[-3], v[-2]), meta_at(p[-2]), v[-1])


def remote_call_call(v: Values, p: Places) -> Any:
    return ((dot(v[-5], p[-4], v[-3]), meta_at(p[-3]), v[-2]), meta_at(p[-3]), v[-1])


def fun_call(v: Values, p: Places) -> Any:
    return ((_DOT, meta_at(p[-2]), [plain(v[-3])]), meta_at(p[-2]), v[-1])


def fun_call_call(v: Values, p: Places) -> Any:
    return (((_DOT, meta_at(p[-3]), [plain(v[-4])]), meta_at(p[-3]), v[-2]), meta_at(p[-3]), v[-1])


def _call(callee: Any, place: int, arguments: list[Any]) -> Any:
    if callee.__class__ is Callee:
        return (callee[0], meta_at(callee[1]), arguments)
    return (callee, meta_at(place), arguments)


def op_callee(v: Values, p: Places) -> Any:
    return OpName(v[-1])


def np_call(v: Values, p: Places) -> Any:
    if v[-2].__class__ is OpName:
        return _ambiguous(_call(v[-2].name, p[-2], plain_arguments(v[-1])))
    return _call(v[-2], p[-2], plain_arguments(v[-1]))


def _ambiguous(call: Any) -> Any:
    form, meta, arguments = call
    return (form, [(_AMBIGUOUS, None), *meta], arguments) if len(arguments) == 1 else call


def np_call_block(v: Values, p: Places) -> Any:
    name = v[-3].name if v[-3].__class__ is OpName else v[-3]
    return _call(name, p[-3], [*plain_arguments(v[-2]), v[-1]])


def call_block(v: Values, p: Places) -> Any:
    form, meta, arguments = v[-2]
    return (form, meta, [*arguments, v[-1]])


def var_block(v: Values, p: Places) -> Any:
    return (v[-2], meta_at(p[-2]), [v[-1]])


def dot_block(v: Values, p: Places) -> Any:
    return (dot(v[-4], p[-3], v[-2]), meta_at(p[-2]), [v[-1]])


def pargs_none(v: Values, p: Places) -> Any:
    return []


def pargs_one(v: Values, p: Places) -> Any:
    return [v[-2]]


def pargs(v: Values, p: Places) -> Any:
    return plain_arguments(v[-2])


def pargs_last(v: Values, p: Places) -> Any:
    return [*plain_arguments(v[-4]), v[-2]]


def access(v: Values, p: Places) -> Any:
    place = p[-1]
    meta = [_FROM_BRACKETS, *meta_at(place)]
    return ((_DOT, meta, [_ACCESS, _GET]), meta, [plain(v[-2]), plain(v[-1])])
