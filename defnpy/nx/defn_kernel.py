"""Nx.Defn.Kernel: the operators and functions in scope inside a defn."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from defnpy.nx import control
from defnpy.nx.api import compare, elementwise
from defnpy.nx.show import text
from defnpy.nx.tensor import Tensor
from defnpy.terms.atom import Atom, alias, is_atom
from defnpy.terms.errors import ArgumentError, ArithmeticError_, FunctionClauseError, RuntimeError_
from defnpy.terms.function import is_function
from defnpy.terms.module import ex, native_module
from defnpy.terms.range import Range

_KERNEL = alias("Nx.Defn.Kernel")


def _is_number(term: Any) -> bool:
    return term.__class__ is int or term.__class__ is float


def _number_operator(symbol: str, fold: Callable[[Any, Any], Any], on_tensors: Callable[[Any, Any], Any], ints: bool = False) -> Any:
    """An operator that works on numbers at once and on anything else as an operation."""

    @ex(f"{symbol}/2")
    def function(left: Any, right: Any) -> Any:
        if _is_number(left) and _is_number(right):
            if not ints or (left.__class__ is int and right.__class__ is int):
                return fold(left, right)
            if symbol in ("rem", "div"):
                raise ArithmeticError_()
        return on_tensors(left, right)

    return function


def _checked(fold: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def safe(a: Any, b: Any) -> Any:
        try:
            return fold(a, b)
        except (ZeroDivisionError, OverflowError):
            raise ArithmeticError_() from None

    return safe


def _quotient(a: int, b: int) -> int:
    made = abs(a) // abs(b)
    return made if (a < 0) == (b < 0) else -made


def _power(a: Any, b: Any) -> Any:
    if a.__class__ is int and b.__class__ is int:
        return a**b if b >= 0 else float(a) ** b
    made = float(a) ** float(b)
    if made.__class__ is complex:
        raise ArithmeticError_()
    return made


add = _number_operator("+", operator.add, elementwise.add)
subtract = _number_operator("-", operator.sub, elementwise.subtract)
multiply = _number_operator("*", operator.mul, elementwise.multiply)
divide = _number_operator("/", _checked(operator.truediv), elementwise.divide)
power = _number_operator("**", _checked(_power), elementwise.pow_)
remainder = _number_operator("rem", _checked(lambda a, b: a - b * _quotient(a, b)), elementwise.remainder, ints=True)
quotient = _number_operator("div", _checked(_quotient), elementwise.quotient, ints=True)
maximum = _number_operator("max", lambda a, b: a if a >= b else b, elementwise.max_)
minimum = _number_operator("min", lambda a, b: a if a <= b else b, elementwise.min_)
band = _number_operator("&&&", operator.and_, elementwise.bitwise_and, ints=True)
bor = _number_operator("|||", operator.or_, elementwise.bitwise_or, ints=True)


def _shift(symbol: str, fold: Callable[[int, int], int], on_tensors: Callable[[Any, Any], Any]) -> Any:
    return _number_operator(symbol, fold, on_tensors, ints=True)


left_shift = _shift("<<<", lambda a, b: a << b if b >= 0 else a >> -b, elementwise.left_shift)
right_shift = _shift(">>>", lambda a, b: a >> b if b >= 0 else a << -b, elementwise.right_shift)


def _bit(term: Any) -> Any:
    return int(term) if term is True or term is False else term


def _tensor_operator(symbol: str, on_tensors: Callable[[Any, Any], Any]) -> Any:
    @ex(f"{symbol}/2")
    def function(left: Any, right: Any) -> Any:
        return on_tensors(_bit(left), _bit(right))

    return function


equal = _tensor_operator("==", compare.equal)
not_equal = _tensor_operator("!=", compare.not_equal)
less = _tensor_operator("<", compare.less)
less_equal = _tensor_operator("<=", compare.less_equal)
greater = _tensor_operator(">", compare.greater)
greater_equal = _tensor_operator(">=", compare.greater_equal)
and_ = _tensor_operator("and", compare.logical_and)
or_ = _tensor_operator("or", compare.logical_or)


@ex("not/1")
def not_(term: Any) -> Any:
    """Logical negation."""
    from defnpy.nx.expr import constant_of

    if _is_number(_bit(term)):
        return compare.equal(_bit(term), 0)
    if term.__class__ is Tensor and constant_of(term) is not None:
        return compare.equal(term, 0)
    return compare.logical_not(term)


@ex("+/1")
def plus(term: Any) -> Any:
    """The same value."""
    if not _is_number(term) and term.__class__ is not Tensor:
        from defnpy.nx.convert import to_tensor

        return to_tensor(term)
    return term


@ex("-/1")
def negate(term: Any) -> Any:
    """The negative."""
    return -term if _is_number(term) else elementwise.negate(term)


@ex("../0")
def full_range() -> Range:
    """``..``"""
    return Range(0, -1, 1)


@ex("../2")
def range_(first: Any, last: Any) -> Range:
    """``first..last``"""
    _range_ends(first, last)
    return Range(first, last, 1 if first <= last else -1)


@ex("..///3")
def stepped(first: Any, last: Any, step: Any) -> Range:
    """``first..last//step``"""
    _range_ends(first, last)
    if step.__class__ is not int or step == 0:
        raise ArgumentError(f"ranges (first..last//step) expect the step to be a non-zero integer, got: {text(first)}..{text(last)}//{text(step)}")
    return Range(first, last, step)


def _range_ends(first: Any, last: Any) -> None:
    if first.__class__ is not int or last.__class__ is not int:
        raise ArgumentError(f"ranges (first..last) expect both sides to be integers, got: {text(first)}..{text(last)}")


@ex("elem/2")
def elem(term: Any, position: Any) -> Any:
    """One element of a tuple."""
    if term.__class__ is not tuple:
        raise ArgumentError("errors were found at the given arguments:\n\n  * 2nd argument: not a tuple\n")
    if position.__class__ is not int or not 0 <= position < len(term):
        raise ArgumentError("errors were found at the given arguments:\n\n  * 1st argument: out of range\n")
    return term[position]


@ex("inspect/1", "inspect/2")
def inspect_(term: Any, opts: Any = ()) -> Any:
    """``inspect`` at the time of tracing."""
    from defnpy.terms.inspect import inspect

    return inspect(term, **{k.name: v for k, v in opts}) if opts else inspect(term)


@ex("<>/2")
def concat(left: Any, right: Any) -> Any:
    """Joined binaries."""
    if left.__class__ is str and right.__class__ is str:
        return left + right
    raise ArgumentError(f"expected binary argument in <> operator but got: {text(right if left.__class__ is str else left)}")


# -- options --------------------------------------------------------------------------------------------------------------


def _entries(keyword: Any) -> list[Any]:
    if keyword.__class__ is not list:
        raise FunctionClauseError(_KERNEL, Atom("keyword!"), 2)
    return keyword


@ex("keyword!/2")
def keyword_bang(keyword: Any, values: Any) -> Any:
    """Options checked against known keys, with defaults for those that have one."""
    if keyword.__class__ is not list or values.__class__ is not list:
        raise FunctionClauseError(_KERNEL, Atom("keyword!"), 2)
    allowed: dict[Any, Any] = {}
    for entry in values:
        if entry.__class__ is tuple and len(entry) == 2 and is_atom(entry[0]):
            allowed[entry[0]] = entry[1]
        elif is_atom(entry):
            allowed[entry] = _REQUIRED
        else:
            raise ArgumentError(f"keyword!/2 expects the second argument to be a list of atoms or tuples, got: {text(entry)}")
    left, kept = dict(allowed), []
    for pair in keyword:
        if pair[0] not in left:
            raise ArgumentError(f"unknown key {text(pair[0])} in {text(keyword)}, expected one of {text(list(allowed))}")
        del left[pair[0]]
        kept.append(pair)
    missing = [(k, v) for k, v in left.items() if v is not _REQUIRED]
    return [*missing[::-1], *kept[::-1]]


_REQUIRED = object()


@ex("assert_keys/2")
def assert_keys(keyword: Any, keys: Any) -> Any:
    """The options, which must have the given keys."""
    for name in keys:
        if not any(pair[0] is name for pair in keyword):
            raise ArgumentError(f"expected key {text(name)} in keyword list, got: {text(keyword)}")
    return keyword


@ex("stop_grad/1")
def stop_grad(term: Any) -> Any:
    """The value, constant for gradients."""
    from defnpy.nx.containers import container_map
    from defnpy.nx.expr import metadata

    return container_map(term, lambda t: metadata(t, "stop_grad"))


@ex("custom_grad/3")
def custom_grad(term: Any, inputs: Any, fun: Any) -> Any:
    """The value with a gradient given by *fun*."""
    from defnpy.nx.expr import to_expr
    from defnpy.nx.grad.custom import custom

    if inputs.__class__ is not list or not is_function(fun, 1):
        raise FunctionClauseError(_KERNEL, Atom("custom_grad"), 3)
    return custom(term, [to_expr(t) for t in inputs], fun)


@ex("hook/2", "io_call/2")
def hook(term: Any, name_or_fun: Any) -> Any:
    """Call a host function with the value when the graph runs."""
    from defnpy.nx import hooks

    return hooks.io_call(term, name_or_fun)


@ex("hook/3", "io_call/3")
def hook_3(term: Any, name: Any, fun: Any) -> Any:
    """As ``hook/2`` with a name that options can give another function for."""
    from defnpy.nx import hooks

    return hooks.io_call(term, name, fun)


def _labelled(opts: Any) -> list[Any]:
    return [*opts] if opts else []


@ex("print_value/1", "print_value/2", "print_value/3")
def print_value(term: Any, fun_or_opts: Any = (), opts: Any = ()) -> Any:
    """Print the value when the graph runs."""
    from defnpy.nx import hooks

    change = None
    if is_function(fun_or_opts):
        change = fun_or_opts
    else:
        opts = fun_or_opts

    def show(value: Any) -> Any:
        _io_inspect(value if change is None else change(value), opts)
        return value

    return hooks.io_call(term, show)


@ex("print_expr/1", "print_expr/2")
def print_expr(term: Any, opts: Any = ()) -> Any:
    """Print the expression when it is traced."""
    _io_inspect(term, opts)
    return term


def _io_inspect(term: Any, opts: Any) -> None:
    """``IO.inspect(term, opts)``."""
    from defnpy.terms.runtime import runtime

    io = runtime().find(alias("IO"))
    if io is not None:
        io.functions["inspect/2"](term, _labelled(opts))


# -- control flow ---------------------------------------------------------------------------------------------------------


def _outside(name: str, arity: int) -> None:
    from defnpy.nx.trace import tracing

    if tracing() is None:
        raise RuntimeError_(f"cannot invoke Nx.Defn.Kernel.{name}/{arity} because you are not inside a defn")


@ex("__if__/5")
def if_(file: Any, line: Any, test: Any, then: Any, other: Any) -> Any:
    """``if``"""
    _outside("if", 2)
    return control.if_(file, line, test, then, other)


@ex("__cond__/3")
def cond(file: Any, line: Any, clauses: Any) -> Any:
    """``cond``"""
    _outside("cond", 1)
    return control.cond(file, line, clauses)


@ex("__while__/6")
def while_(file: Any, line: Any, initial: Any, how: Any, body: Any, opts: Any) -> Any:
    """``while``"""
    _outside("while", 4)
    return control.while_(file, line, initial, how, body, opts)


# How the reference divides its names; here most operators are functions and special forms are the expander's.
_FUNCTIONS = (
    "&&&/2 */2 **/2 +/2 -/2 ../0 ../2 ..///3 //2 <<</2 >>>/2 assert_keys/2 custom_grad/3 div/2 elem/2 hook/2 hook/3 inspect/1 inspect/2 "
    "io_call/2 io_call/3 keyword!/2 max/2 min/2 print_expr/1 print_expr/2 print_value/1 print_value/2 print_value/3 rem/2 stop_grad/1 |||/2"
)
_MACROS = (
    "!=/2 +/1 -/1 </2 <=/2 <>/2 ==/2 >/2 >=/2 @/1 alias/1 alias/2 and/2 case/2 cond/1 if/2 import/1 import/2 not/1 or/2 raise/1 raise/2 "
    "require/1 require/2 tap/2 then/2 while/3 while/4 |>/2"
)
_LISTED = {"functions": _FUNCTIONS.split(), "macros": _MACROS.split()}

MODULE = native_module("Nx.Defn.Kernel", globals(), info={"listed": _LISTED})
