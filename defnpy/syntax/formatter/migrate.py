"""``unless`` written as ``if``, for those who ask for it (``migrate_unless``)."""

from __future__ import annotations

from typing import Any

from defnpy.syntax.formatter.tree import BANG, CLOSING, DOT, KERNEL, NOT, is_call
from defnpy.terms.atom import Atom

IF, UNLESS, PIPE = Atom("if"), Atom("unless"), Atom("|>")
OPPOSITES = {"==": "!=", "!=": "==", "===": "!==", "!==": "==="}
BOOLEAN = frozenset("> >= < <= in".split())
GUARDS = frozenset(
    "is_atom is_boolean is_nil is_number is_integer is_float is_binary is_map is_struct is_non_struct_map "
    "is_exception is_list is_tuple is_function is_reference is_pid is_port".split()
)


def without_unless(term: Any) -> Any:
    """*term* (``unless c, ...`` or ``c |> unless(...)``) with ``if`` and the opposite condition, or None."""
    form, meta, args = term
    if len(args) != 2:
        return None
    if form is UNLESS:
        return (IF, meta, [opposite(args[0]), args[1]])
    condition, target = args
    if not (is_call(target) and target[0] is UNLESS and len(target[2]) == 1):
        return None
    if is_call(condition) and condition[0] is PIPE and len(condition[2]) == 2:
        negation: Any = ((DOT, [], [KERNEL, BANG]), [(CLOSING, [])], [])
        negated: Any = (PIPE, [], [condition, negation])
    else:
        negated = opposite(condition)
    return (PIPE, meta, [negated, (IF, target[1], target[2])])


def opposite(condition: Any) -> Any:
    """The condition that holds when *condition* does not, as simply written as it can be."""
    if is_call(condition) and condition[0].__class__ is Atom:
        form, meta, args = condition
        if form in (BANG, NOT) and len(args) == 1:
            return args[0]
        if len(args) == 2 and form.name in OPPOSITES:
            return (Atom(OPPOSITES[form.name]), meta, args)
        if (len(args) == 2 and form.name in BOOLEAN) or (args and form.name in GUARDS):
            return (NOT, [], [condition])
    return (BANG, [], [condition])
