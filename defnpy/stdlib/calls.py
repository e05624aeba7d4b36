"""Function arguments of library functions: called fast when they fit, with Elixir's errors when they do not."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any

from defnpy.stdlib.util import no_clause
from defnpy.terms import function as fn
from defnpy.terms.errors import BadFunctionError

Owner = tuple[str, str, int]
"""Module, name and arity of a function whose head asks for the function argument."""


def fun0(fun: Any, owner: Owner | None = None) -> Callable[[], Any]:
    """*fun* as a callable of no argument."""
    return checked(fun, 0, owner)


def fun1(fun: Any, owner: Owner | None = None) -> Callable[[Any], Any]:
    """*fun* as a callable of one argument; a wrong one raises when it is called, as on the BEAM."""
    return checked(fun, 1, owner)


def fun2(fun: Any, owner: Owner | None = None) -> Callable[[Any, Any], Any]:
    """*fun* as a callable of two arguments."""
    return checked(fun, 2, owner)


def fun3(fun: Any, owner: Owner | None = None) -> Callable[[Any, Any, Any], Any]:
    """*fun* as a callable of three arguments."""
    return checked(fun, 3, owner)


def checked(fun: Any, arity: int, owner: Owner | None = None) -> Callable[..., Any]:
    """*fun* as a callable of *arity* arguments; one of another arity, or no function, is no clause of *owner*.

    Without an owner it raises when it is called.
    """
    kind = fun.__class__
    if kind is FunctionType:
        if fun.__code__.co_argcount == arity:
            return fun
    elif kind is fn.Capture:
        if fun.arity == arity:
            return fun.call
    elif kind is fn.Closure and fun.arity == arity:
        return fun.call
    if owner is not None:
        raise no_clause(*owner)

    def wrong(*args: Any) -> Any:
        if not fn.is_function(fun):
            raise BadFunctionError(fun)
        return fn.call(fun, list(args))

    return wrong
