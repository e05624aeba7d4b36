"""What a tree tells of its value without being evaluated."""

from __future__ import annotations

from typing import Any

from defnpy.expand.env import Var
from defnpy.terms.atom import Atom, alias

KERNEL, ERLANG, BITWISE = alias("Kernel"), Atom("erlang"), alias("Bitwise")
OPERATING = frozenset((KERNEL, ERLANG, BITWISE))
"""The modules of the operators."""

_BOOLEAN = frozenset(
    "==/2 !=/2 ===/2 !==/2 </2 >/2 <=/2 >=/2 not/1 is_atom/1 is_binary/1 is_bitstring/1 is_boolean/1 is_float/1 is_function/1 "
    "is_function/2 is_integer/1 is_list/1 is_map/1 is_map_key/2 is_nil/1 is_number/1 is_pid/1 is_reference/1 is_struct/1 is_struct/2 "
    "is_tuple/1 is_exception/1 is_exception/2 =:=/2 =/=/2 function_exported?/3".split()
)
_SAFE = _BOOLEAN - {"not/1", "is_map_key/2", "is_function/2"}
_RT_BOOLEAN = frozenset({"in_list", "in_range", "is_odd", "is_even"})
_AND, _RT = Atom("%and"), Atom("%rt")
_LAZY = frozenset((_AND, Atom("%or")))


def kernel_call(node: Any) -> str | None:
    """``name/arity`` of a call of a function of Kernel or Bitwise."""
    if node.__class__ is tuple and len(node) == 3 and node[0].__class__ is tuple and node[2].__class__ is list:
        parts = node[0][2]
        if len(parts) == 2 and parts[0].__class__ is Atom and parts[0] in OPERATING and parts[1].__class__ is Atom:
            return f"{parts[1].name}/{len(node[2])}"
    return None


def is_boolean(node: Any) -> bool:
    """Whether a node can only give true or false."""
    if node is True or node is False:
        return True
    if node.__class__ is tuple and len(node) == 3:
        signature = kernel_call(node)
        if signature is not None:
            return signature in _BOOLEAN
        if node[0].__class__ is not Atom:
            return False
        if node[0] in _LAZY:
            return is_boolean(node[2][0]) and is_boolean(node[2][1])
        if node[0] is Atom("%!"):
            return True
        if node[0] is Atom("%rt"):
            return node[2][0] in _RT_BOOLEAN
    return False


def is_safe_guard(node: Any) -> bool:
    """Whether evaluating a guard cannot raise."""
    kind = node.__class__
    if kind is not tuple:
        return True
    if len(node) != 3:
        return all(is_safe_guard(n) for n in node)
    signature = kernel_call(node)
    if signature in ("is_struct/2", "is_exception/2") and node[2][1].__class__ is not Atom:
        return False
    if signature is not None:
        return signature in _SAFE and all(is_safe_guard(a) for a in node[2])
    form = node[0]
    if form.__class__ is not Atom:
        return False
    if form in _LAZY:
        return all(is_boolean(a) and is_safe_guard(a) for a in node[2])
    if form is Atom("%rt"):
        return node[2][0] in ("in_list", "in_range") and all(is_safe_guard(a) for a in node[2][1:] if a.__class__ is tuple)
    return node[2].__class__ is not list or form is Atom("%const") or (form is Atom("{}") and all(is_safe_guard(a) for a in node[2]))


def conjuncts(guard: Any) -> list[Any]:
    """The parts that ``and`` joins."""
    if guard.__class__ is tuple and len(guard) == 3 and guard[0] is _AND:
        return [part for side in guard[2] for part in conjuncts(side)]
    return [guard]


def integers(guard: Any, owner: Any) -> frozenset[str]:
    """The Python names of variables of *owner* that hold integers where *guard* is true."""
    if guard.__class__ is not tuple or len(guard) != 3 or guard[2].__class__ is not list:
        return frozenset()
    form, _, args = guard
    if form is _AND:
        return integers(args[0], owner) | integers(args[1], owner)
    value = None
    if form is _RT and (args[0] == "in_range" or (args[0] == "in_list" and _all_integers(args[2]))):
        value = args[1]
    elif kernel_call(guard) == "is_integer/1":
        value = args[0]
    var = value[2] if value.__class__ is tuple and len(value) == 3 else None
    return frozenset((var.python,)) if var.__class__ is Var and var.python is not None and var.owner is owner else frozenset()


def _all_integers(items: Any) -> bool:
    return items.__class__ is list and all(item.__class__ is int for item in items)
