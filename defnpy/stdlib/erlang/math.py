"""``:math``."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from defnpy.stdlib.util import badarg, to_float
from defnpy.terms.errors import ArithmeticError_
from defnpy.terms.module import Module, ex, native_module

_ONE: dict[str, Callable[[float], float]] = {
    "sin": math.sin, "cos": math.cos, "tan": math.tan, "asin": math.asin, "acos": math.acos, "atan": math.atan,
    "sinh": math.sinh, "cosh": math.cosh, "tanh": math.tanh, "asinh": math.asinh, "acosh": math.acosh,
    "atanh": math.atanh, "exp": math.exp, "log": math.log, "log2": math.log2, "log10": math.log10, "sqrt": math.sqrt,
    "erf": math.erf, "erfc": math.erfc,
    "ceil": lambda x: float(math.ceil(x)) if abs(x) < 2.0**53 else x,
    "floor": lambda x: float(math.floor(x)) if abs(x) < 2.0**53 else x,
}  # fmt: skip


def _number(x: Any, place: int = 1) -> float:
    if x.__class__ is not int and x.__class__ is not float:
        raise badarg((place, "not a number"))
    return to_float(x)


def _lifted(function: Callable[[float], float]) -> Callable[[Any], float]:
    def call(x: Any) -> float:
        value = x if x.__class__ is float else _number(x)
        try:
            result = function(value)
        except (ValueError, OverflowError):
            raise ArithmeticError_() from None
        if result - result == 0.0:  # nan for infinities and NaN
            return result
        raise ArithmeticError_()

    return call


def _two(function: Callable[[float, float], float]) -> Callable[[Any, Any], float]:
    def call(x: Any, y: Any) -> float:
        a, b = x if x.__class__ is float else _number(x), y if y.__class__ is float else _number(y, 2)
        try:
            result = function(a, b)
        except (ValueError, OverflowError, ZeroDivisionError):
            raise ArithmeticError_() from None
        if result - result == 0.0:
            return result
        raise ArithmeticError_()

    return call


@ex("pi/0")
def pi() -> float:
    return math.pi


@ex("tau/0")
def tau() -> float:
    return math.tau


def _module() -> Module:
    made = native_module("math", globals(), erlang=True)
    for name, function in _ONE.items():
        made.functions[f"{name}/1"] = _lifted(function)
    made.functions["pow/2"] = _two(math.pow)
    made.functions["atan2/2"] = _two(math.atan2)
    made.functions["fmod/2"] = _two(math.fmod)
    return made


MODULE = _module()
