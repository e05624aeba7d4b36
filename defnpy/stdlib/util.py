"""Shared by the modules of the standard library: unset arguments, argument errors, option lists."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, NoReturn

from defnpy.terms.atom import Atom, alias, is_atom
from defnpy.terms.errors import ArgumentError, ArithmeticError_, BadMapError, FunctionClauseError, SystemLimitError
from defnpy.terms.function import is_function
from defnpy.terms.struct import Struct


class _Unset:
    __slots__ = ()

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Any = _Unset()
"""The default of a parameter for which ``nil`` means something."""

OK, ERROR = Atom("ok"), Atom("error")
INFINITY = Atom("infinity")


def badarg(*problems: tuple[int, str]) -> ArgumentError:
    """The error of a built-in function: ``badarg((1, "not a list"))``."""
    return ArgumentError(f"errors were found at the given arguments:\n\n{fault_lines(problems)}")


def fault_lines(problems: Iterable[tuple[int, str]]) -> str:
    """What is wrong with arguments, one a line."""
    return "".join(f"  * {_ordinal(n)} argument: {text}\n" for n, text in problems)


def _ordinal(n: int) -> str:
    return f"{n}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(n, 'th') }"


def no_clause(module: str, name: str, arity: int) -> FunctionClauseError:
    """FunctionClauseError of a native function; Erlang's modules begin with a colon."""
    return FunctionClauseError(Atom(module[1:]) if module[0] == ":" else alias(module), Atom(name), arity)


def need(fine: bool, module: str, name: str, arity: int) -> None:
    """Raise FunctionClauseError unless the arguments were *fine*."""
    if not fine:
        raise no_clause(module, name, arity)


def need_function(fun: Any, arity: int, module: str, name: str, own: int) -> None:
    """Raise FunctionClauseError unless *fun* is a function of that arity."""
    if not is_function(fun, arity):
        raise no_clause(module, name, own)


def need_map(term: Any) -> dict[Any, Any]:
    """The dict of a map or struct; BadMapError for anything else."""
    if term.__class__ is dict:
        return term
    if isinstance(term, Struct):
        from defnpy.terms.struct import map_of

        return map_of(term)
    raise BadMapError(term)


def is_map(term: Any) -> bool:
    """Whether *term* is a map or a struct."""
    return term.__class__ is dict or isinstance(term, Struct)


def is_int(term: Any) -> bool:
    """Whether *term* is an integer."""
    return term.__class__ is int


def is_number(term: Any) -> bool:
    """Whether *term* is a number."""
    return term.__class__ is int or term.__class__ is float


def is_binary(term: Any) -> bool:
    """Whether *term* is a binary."""
    return term.__class__ is str or term.__class__ is bytes


def finite(x: float) -> float:
    """*x* unless it overflowed."""
    if math.isinf(x) or math.isnan(x):
        raise ArithmeticError_()
    return x


def to_float(x: Any) -> float:
    """A number as float; ArithmeticError when it is too large or no number."""
    if x.__class__ is float:
        return x
    if x.__class__ is not int:
        raise ArithmeticError_()
    try:
        return float(x)
    except OverflowError:
        raise ArithmeticError_() from None


def option(options: Any, name: str, default: Any = None) -> Any:
    """The first value of key *name* in a keyword list."""
    for pair in options:
        if pair.__class__ is tuple and pair[0].__class__ is Atom and pair[0].name == name:
            return pair[1]
    return default


def is_keyword(term: Any) -> bool:
    """Whether *term* is a keyword list."""
    if term.__class__ is not list:
        return False
    return all(p.__class__ is tuple and len(p) == 2 and is_atom(p[0]) for p in term)


def pairs(**named: Any) -> list[tuple[Any, Any]]:
    """A keyword list."""
    return [(Atom(k), v) for k, v in named.items()]


def truthy(term: Any) -> bool:
    """Whether *term* is neither ``false`` nor ``nil``."""
    return term is not None and term is not False


def fail(error: Exception) -> NoReturn:
    """Raise *error*; for use in expressions."""
    raise error


MOST_BITS = 1 << 26
"""Larger integers are refused, as the BEAM does (at a smaller size), rather than computed for minutes."""


def power(base: int, exponent: int) -> int:
    """``base ** exponent`` for an exponent from 0. SystemLimitError when the integer would be too large."""
    if exponent > 1 and abs(base) > 1 and base.bit_length() * exponent > MOST_BITS:
        raise SystemLimitError
    return base**exponent


def shift_left(n: int, count: int) -> int:
    """``n << count``, to the right for a negative *count*. SystemLimitError when the integer would be too large."""
    if count <= 0:
        return n >> min(-count, n.bit_length() + 1)
    if n and n.bit_length() + count > MOST_BITS:
        raise SystemLimitError
    return n << count if n else 0
