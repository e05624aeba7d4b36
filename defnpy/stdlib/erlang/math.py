"""``:math``."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from defnpy.stdlib.util import badarg, finite, to_float
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
        value = _number(x)
        try:
            return finite(function(value))
        except (ValueError, OverflowError):
            raise ArithmeticError_() from None

    return call


def _two(function: Callable[[float, float], float]) -> Callable[[Any, Any], float]:
    def call(x: Any, y: Any) -> float:
        a, b = _number(x), _number(y, 2)
        try:
            return finite(function(a, b))
        except (ValueError, OverflowError, ZeroDivisionError):
            raise ArithmeticError_() from None

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
