"""Complex: the hex package's numbers, their functions and texts."""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from typing import Any

from defnpy.base.branches import inverses
from defnpy.base.giles import CENTRAL, TAIL, polynomial
from defnpy.stdlib.parsing import float_prefix
from defnpy.stdlib.util import ERROR, is_number, no_clause, to_float
from defnpy.terms.atom import Atom, alias
from defnpy.terms.errors import ArithmeticError_
from defnpy.terms.float_text import float_inspect
from defnpy.terms.module import Module, ex, native_module
from defnpy.terms.struct import Struct

COMPLEX = alias("Complex")
RE, IM = Atom("re"), Atom("im")
NAN, INF, NEG_INF = Atom("nan"), Atom("infinity"), Atom("neg_infinity")
_SPECIAL: dict[Any, float] = {NAN: math.nan, INF: math.inf, NEG_INF: -math.inf}


def make(re: Any, im: Any) -> Struct:
    """``%Complex{}``."""
    return Struct(COMPLEX, {IM: im, RE: re})


def is_complex(term: Any) -> bool:
    """Whether *term* is a ``%Complex{}``."""
    return isinstance(term, Struct) and term.module is COMPLEX


def number(term: Any) -> Any:
    """A term as a Python number; integers stay integers."""
    if is_number(term):
        return term
    if term.__class__ is Atom and term in _SPECIAL:
        return _SPECIAL[term]
    if is_complex(term):
        return complex(number(term.fields[RE]), number(term.fields[IM]))
    raise no_clause("Complex", "as_complex", 1)


def part(x: float) -> Any:
    """A Python float as a term."""
    if x - x == 0.0:
        return x
    return NAN if x != x else INF if x > 0 else NEG_INF


def term(value: Any) -> Any:
    """A Python number as a term."""
    if value.__class__ is complex:
        return make(part(value.real), part(value.imag))
    return part(value) if value.__class__ is float else value


def _parts(z: Any) -> tuple[Any, Any]:
    return (z.fields[RE], z.fields[IM]) if is_complex(z) else (z, 0)


# ----------------------------------------------------------------------------------------------------------- text


def _component(x: Any) -> tuple[str, str]:
    """Sign and digits of a part."""
    if x.__class__ is Atom:
        return {"nan": ("+", "NaN"), "infinity": ("+", "Inf"), "neg_infinity": ("-", "Inf")}[x.name]
    value = float(x)
    negative = math.copysign(1.0, value) < 0
    return ("-" if negative else "+", float_inspect(abs(value)))


@ex("to_string/1")
def to_string(z: Any) -> str:
    re, im = _parts(z)
    (sign, digits), (other, more) = _component(re), _component(im)
    return f"{'-' if sign == '-' else ''}{digits}{other}{more}i"


@ex("parse/1")
def parse(s: Any) -> Any:
    first = float_prefix(s)
    if first is None:
        return ERROR
    re, rest = first
    if rest.startswith("i"):
        return (make(0.0, re), rest[1:])
    if rest[:2] in ("+i", "-i"):
        return (make(re, 1.0 if rest[0] == "+" else -1.0), rest[2:])
    second = float_prefix(rest)
    if second is None or not second[1].startswith("i"):
        return ERROR
    return (make(re, second[0]), second[1][1:])


# --------------------------------------------------------------------------------------------------- construction


@ex("new/1", "new/2")
def new(re: Any, im: Any = 0) -> Struct:
    """The parts become floats; ``:nan`` and the infinities stay."""
    return make(_part(re), _part(im))


def _part(value: Any) -> Any:
    return value if value.__class__ is Atom and value in _SPECIAL else to_float(value)


@ex("from_polar/1", "from_polar/2")
def from_polar(radius: Any, angle: Any = None) -> Struct:
    if angle is None:
        radius, angle = radius
    return make(radius * math.cos(angle), radius * math.sin(angle))


@ex("to_polar/1")
def to_polar(z: Any) -> tuple[Any, Any]:
    return (abs_(z), phase(z))


@ex("real/1")
def real(z: Any) -> Any:
    return z.fields[RE] if is_complex(z) else z * 1.0 if is_number(z) else z


@ex("imag/1")
def imag(z: Any) -> Any:
    return z.fields[IM] if is_complex(z) else 0.0


@ex("is_complex/1")
def is_complex_q(z: Any) -> bool:
    return is_complex(z)


# ------------------------------------------------------------------------------------------------------ arithmetic


def _add(a: Any, b: Any) -> Any:
    return a + b


def _binary(name: str, plain: Callable[[Any, Any], Any], own: Callable[[Any, Any, Any, Any], Any]) -> Callable[..., Any]:
    def function(a: Any, b: Any) -> Any:
        if is_number(a) and is_number(b):
            return term(plain(a, b))
        if not is_complex(a) and not is_complex(b):
            return term(plain(number(a), number(b)))
        x, y = _parts(a), _parts(b)
        return own(number(x[0]), number(x[1]), number(y[0]), number(y[1]))

    return ex(f"{name}/2")(function)


add = _binary("add", _add, lambda a, b, c, d: make(_t(a + c), _t(b + d)))
subtract = _binary("subtract", lambda a, b: a - b, lambda a, b, c, d: make(_t(a - c), _t(b - d)))
multiply = _binary("multiply", lambda a, b: a * b, lambda a, b, c, d: make(_t(a * c - b * d), _t(a * d + b * c)))


def _t(x: Any) -> Any:
    return part(x) if x.__class__ is float else x


def _quotient(a: Any, b: Any) -> float:
    if b == 0:
        raise ArithmeticError_()
    return a / b


def _divide_parts(a: Any, b: Any, c: Any, d: Any) -> Any:
    """Smith's method: no overflow in between."""
    if c == 0 and d == 0:
        raise ArithmeticError_()
    if d == 0 and c.__class__ is not float and d.__class__ is int:
        return make(part(a / c), part(b / c))
    if abs(c) > abs(d):
        r = d / c
        q = r * d + c
        return make(part((a + b * r) / q), part((b - a * r) / q))
    r = c / d
    q = r * c + d
    return make(part((a * r + b) / q), part((b * r - a) / q))


divide = _binary("divide", _quotient, _divide_parts)


@ex("negate/1")
def negate(z: Any) -> Any:
    if is_complex(z):
        re, im = (number(p) for p in _parts(z))
        return make(_t(-re), _t(-im))
    return term(-number(z))


@ex("conjugate/1")
def conjugate(z: Any) -> Any:
    if not is_complex(z):
        number(z)
        return z
    re, im = _parts(z)
    return make(re, _t(-number(im)))


@ex("abs/1")
def abs_(z: Any) -> Any:
    if is_complex(z):
        return part(math.hypot(*(float(number(p)) for p in _parts(z))))
    return term(abs(number(z)))


@ex("abs_squared/1")
def abs_squared(z: Any) -> Any:
    re, im = (number(p) for p in _parts(z))
    return term(re * re + im * im)


@ex("phase/1")
def phase(z: Any) -> Any:
    re, im = (number(p) for p in _parts(z))
    return part(math.atan2(im, re))


@ex("square/1")
def square(z: Any) -> Any:
    return multiply(z, z)


# ------------------------------------------------------------------------------------------------------- functions


_NOT_A_NUMBER = {"log", "log2", "log10", "sqrt"}
"""Functions that answer ``:nan`` outside of their domain; the others raise."""


def _logarithm(f: Callable[[float], float]) -> Callable[[float], float]:
    return lambda x: f(x) if x else -math.inf


def _lifted(name: str, plain: Callable[[float], float], own: Callable[[complex], complex]) -> Callable[[Any], Any]:
    def function(z: Any) -> Any:
        try:
            if is_complex(z):
                return term(own(complex(number(z))))
            return part(float(plain(number(z))))
        except ValueError:
            if name not in _NOT_A_NUMBER:
                raise ArithmeticError_() from None
            return NAN
        except (OverflowError, ZeroDivisionError):
            raise ArithmeticError_() from None

    return ex(f"{name}/1")(function)


def _cbrt(x: float) -> float:
    return math.copysign(abs(x) ** (1 / 3), x)


def _erf_inv(y: float) -> float:
    """The inverse of the error function."""
    if abs(y) == 1:
        return math.copysign(math.inf, y)
    w = -math.log((1 - y) * (1 + y))
    return float((polynomial(CENTRAL, w - 2.5) if w < 5 else polynomial(TAIL, math.sqrt(w) - 3)) * y)


def _only_real(name: str, f: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """*f* of complex numbers without an imaginary part; there is none of others."""

    def checked(z: complex) -> complex:
        if z.imag:
            raise ArithmeticError_(f"{name} not implemented for non-real numbers")
        return complex(f(z.real))

    return checked


def _inverse(f: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda z: f(1 / z)


def _reciprocal(f: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda z: 1 / f(z)


_OWN = inverses(cmath.sqrt, cmath.log)
_TABLE: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "exp": (math.exp, cmath.exp), "log": (_logarithm(math.log), cmath.log),
    "log10": (_logarithm(math.log10), cmath.log10), "log2": (_logarithm(math.log2), lambda z: cmath.log(z) / math.log(2)),
    "sqrt": (math.sqrt, cmath.sqrt), "cbrt": (_cbrt, lambda z: z ** (1 / 3)),
    "sin": (math.sin, cmath.sin), "cos": (math.cos, cmath.cos), "tan": (math.tan, cmath.tan),
    "asin": (math.asin, _OWN["asin"]), "acos": (math.acos, _OWN["acos"]), "atan": (math.atan, _OWN["atan"]),
    "sinh": (math.sinh, cmath.sinh), "cosh": (math.cosh, cmath.cosh), "tanh": (math.tanh, cmath.tanh),
    "asinh": (math.asinh, _OWN["asinh"]), "acosh": (math.acosh, _OWN["acosh"]), "atanh": (math.atanh, _OWN["atanh"]),
    "cot": (_reciprocal(math.tan), _reciprocal(cmath.tan)), "sec": (_reciprocal(math.cos), _reciprocal(cmath.cos)),
    "csc": (_reciprocal(math.sin), _reciprocal(cmath.sin)), "acot": (_inverse(math.atan), _inverse(_OWN["atan"])),
    "asec": (_inverse(math.acos), _OWN["asec"]), "acsc": (_inverse(math.asin), _inverse(_OWN["asin"])),
    "sech": (_reciprocal(math.cosh), _reciprocal(cmath.cosh)), "csch": (_reciprocal(math.sinh), _reciprocal(cmath.sinh)),
    "coth": (_reciprocal(math.tanh), _reciprocal(cmath.tanh)), "asech": (_inverse(math.acosh), _OWN["asech"]),
    "acsch": (_inverse(math.asinh), _inverse(_OWN["asinh"])), "acoth": (_inverse(math.atanh), _inverse(_OWN["atanh"])),
    "erf": (math.erf, _only_real("erf", math.erf)), "erfc": (math.erfc, _only_real("erfc", math.erfc)),
    "erf_inv": (_erf_inv, _only_real("erf_inv", _erf_inv)),
}  # fmt: skip


@ex("pow/2", "power/2")
def power(a: Any, b: Any) -> Any:
    if is_number(a) and is_number(b):
        if a.__class__ is int and b.__class__ is int and b >= 0:
            return a**b
        try:
            return term(math.pow(a, b))
        except (ValueError, OverflowError):
            raise ArithmeticError_() from None
    return term(complex(number(a)) ** complex(number(b)))


@ex("atan2/2")
def atan2(a: Any, b: Any) -> Any:
    return part(math.atan2(number(a), number(b)))


def _shown(z: Any, opts: Any) -> str:
    return to_string(z)


def _module() -> Module:
    made = native_module("Complex", globals(), info={"struct": [(RE, 0), (IM, 0)]})
    for name, (plain, own) in _TABLE.items():
        made.functions[f"{name}/1"] = _lifted(name, plain, own)
    return made


def _impl(protocol: str, signature: str, function: Callable[..., Any]) -> Module:
    made = native_module(f"{protocol}.Complex", {})
    made.functions[signature] = function
    return made


MODULE = _module()
MODULES_BY_NAME = {
    "Elixir.Complex": MODULE,
    "Elixir.Inspect.Complex": _impl("Inspect", "inspect/2", _shown),
    "Elixir.String.Chars.Complex": _impl("String.Chars", "to_string/1", to_string),
}
