"""Function arguments of library functions: called fast when they fit, with Elixir's errors when they do not."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any

from defnpy.terms import function as fn
from defnpy.terms.errors import BadFunctionError


def fun0(fun: Any) -> Callable[[], Any]:
    """*fun* as a callable of no argument."""
    return checked(fun, 0)


def fun1(fun: Any) -> Callable[[Any], Any]:
    """*fun* as a callable of one argument; a wrong one raises when it is called, as on the BEAM."""
    return checked(fun, 1)


def fun2(fun: Any) -> Callable[[Any, Any], Any]:
    """*fun* as a callable of two arguments."""
    return checked(fun, 2)


def fun3(fun: Any) -> Callable[[Any, Any, Any], Any]:
    """*fun* as a callable of three arguments."""
    return checked(fun, 3)


def checked(fun: Any, arity: int) -> Callable[..., Any]:
    """*fun* as a callable of *arity* arguments; one of another arity, or no function, raises when it is called."""
    kind = fun.__class__
    if kind is FunctionType:
        if fun.__code__.co_argcount == arity:
            return fun
    elif kind is fn.Capture:
        if fun.arity == arity:
            return fun.call
    elif kind is fn.Closure and fun.arity == arity:
        return fun.call

    def wrong(*args: Any) -> Any:
        if not fn.is_function(fun):
            raise BadFunctionError(fun)
        return fn.call(fun, list(args))

    return wrong
