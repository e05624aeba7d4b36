"""Run-time support of generated code: the only names it may use besides Python's operators.

Generated modules begin with ``from defnpy import rt`` and reach Elixir modules through :func:`function` and :func:`module`.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any, NoReturn

from defnpy.host import definitions as _definitions
from defnpy.host.setup import ensure_runtime
from defnpy.stdlib import debug as _debug
from defnpy.stdlib import enumerable as _enumerable
from defnpy.stdlib import kernel as _kernel
from defnpy.stdlib import lazy as _lazy
from defnpy.stdlib import map as _map
from defnpy.stdlib import mapset as _mapset
from defnpy.stdlib import processes as _processes
from defnpy.stdlib import quoted as _quoted
from defnpy.stdlib.calls import fun1 as _fun1
from defnpy.stdlib.reaper import Interrupted as _Interrupted
from defnpy.stdlib.util import UNSET
from defnpy.terms import binary as _binary
from defnpy.terms import errors as _errors
from defnpy.terms import exception as _exception
from defnpy.terms import map as _maps
from defnpy.terms import order as _order
from defnpy.terms import process as _process
from defnpy.terms import text as _text
from defnpy.terms import versions as _versions
from defnpy.terms.atom import Atom, atom_name, is_atom, to_atom
from defnpy.terms.binary import NOMATCH, Bits, Reader, build, is_bits, make_binary, segment_error
from defnpy.terms.binary import reader as reader
from defnpy.terms.function import Capture, Closure
from defnpy.terms.list import ImproperList, cons
from defnpy.terms.module import Module
from defnpy.terms.range import Range
from defnpy.terms.runtime import runtime
from defnpy.terms.struct import Struct, map_of
from defnpy.terms.struct import is_map as is_map

CELLS = frozenset({list, ImproperList})
_BADKEY = Atom("badkey")
key = _maps.key
_STRUCT = Atom("__struct__")
strict_equal = _order.strict_equal
eq = _order.equal
is_atom = is_atom  # noqa: PLW0127
add, sub, mul, div = _kernel.add, _kernel.subtract, _kernel.multiply, _kernel.divide
first_octet, after_octet, after_text = _binary.first_octet, _binary.after_octet, _binary.after_text
first_character, after_character = _binary.first_character, _binary.after_character
is_binary = _text.is_binary
int_div, rem = _kernel.div, _kernel.rem
lt, gt, le, ge = _kernel.lt, _kernel.gt, _kernel.le, _kernel.ge
not_ = _kernel.not_
later = _processes.later
make_range_2, make_range_3 = _kernel.range_, _kernel.range_step

__all__ = ["Bits", "Closure", "NAMES", "build", "cons"]
ensure_runtime()


def namespace(name: str) -> dict[str, Any]:
    """The globals of a new generated module."""
    return {"__name__": name, "rt": sys.modules[__name__], **NAMES}


# -- modules and functions ------------------------------------------------------------------------------------------------


def function(module: str, signature: str) -> Any:
    """The native function of a module."""
    return runtime().module(Atom(module)).functions[signature]


def module(name: str) -> Module:
    """The module object, defined or not."""
    return runtime().module(Atom(name))


def remote(target: Any, signature: str) -> Any:
    """The function of a module known only at run time."""
    if target.__class__ is Atom:
        found = runtime().find(target) or runtime().module(target)
        return found.functions[signature]
    name, _, arity = signature.rpartition("/")
    if target is None or target is True or target is False:
        raise _errors.UndefinedFunctionError(target, Atom(name), int(arity))
    if arity == "0" and is_map(target):
        fields = target if target.__class__ is dict else target.fields
        if Atom(name) in fields:  # a field, written like a call
            return lambda: fields[Atom(name)]
    raise _kernel.not_a_module(target, Atom(name), int(arity))


def capture(module: str, name: str, arity: int) -> Capture:
    """``&Module.name/arity``."""
    target = Atom(module)

    def call(*args: Any) -> Any:
        found = runtime().find(target) or runtime().module(target)
        return found.functions[f"{name}/{arity}"](*args)

    found = runtime().module(target)
    if found.native and f"{name}/{arity}" in found.functions:
        return Capture(target, name, arity, found.functions[f"{name}/{arity}"])
    return Capture(target, name, arity, call)


def capture_dynamic(module: Any, name: str, arity: int) -> Capture:
    return capture(atom_name(module), name, arity)


def capture_local(module: Atom, name: str, arity: int, call: Any) -> Capture:
    """``&name/arity`` inside its module."""
    return Capture(module, name, arity, call, local=True)


def fun(f: Any, arity: int) -> Any:
    """*f* as a callable of *arity* arguments; what cannot be called raises when it is."""
    kind = f.__class__
    if kind is Capture or kind is Closure:
        if f.arity == arity:
            return f.call
    elif kind is FunctionType and f.__code__.co_argcount == arity:
        return f

    def wrong(*args: Any) -> NoReturn:
        if kind is Capture or kind is Closure or kind is FunctionType:
            raise _errors.BadArityError(f, list(args))
        raise _errors.BadFunctionError(f)

    return wrong


def missing_local(signature: str, *args: Any) -> NoReturn:
    name, _, arity = signature.rpartition("/")
    raise _errors.UndefinedFunctionError(None, Atom(name), int(arity))


def apply(module: Any, name: Any, args: list[Any]) -> Any:
    return _kernel.apply(module, name, args)


# -- values ---------------------------------------------------------------------------------------------------------------


def ne(a: Any, b: Any) -> bool:
    return not _order.equal(a, b)


def differ(a: Any, b: Any) -> bool:
    return not _order.strict_equal(a, b)


def as_map(term: Any) -> Any:
    """The fields of a struct as a dict (for map patterns), None for anything else but maps."""
    if term.__class__ is dict:
        return term
    return map_of(term) if isinstance(term, Struct) else None


def soft_field(term: Any, name: Any) -> Any:
    """A step of ``get_in(a.b)``."""
    return None if term is None else field(term, name)


def _rare_field(term: Any, fields: Any, name: Any) -> Any:
    """A field named true, false or nil; otherwise there is none of that name."""
    named = to_atom(atom_name(name))
    value = fields.get(_maps.key(named), UNSET)
    if value is UNSET:
        raise _errors.KeyError_(named, term, reason=(_BADKEY, named, term)) from None
    return value


def field(term: Any, name: Any) -> Any:
    """``term.name``: a field, or the function of a module."""
    if term.__class__ is dict:
        try:
            return term[name]
        except KeyError:
            return _rare_field(term, term, name)
    if isinstance(term, Struct):
        fields = term.fields
        if name in fields:
            return fields[name]
        if atom_name(name) == "__struct__":
            return term.module
        return _rare_field(term, fields, name)
    if term.__class__ is Atom:
        return remote(term, f"{atom_name(name)}/0")()
    raise _kernel.missing_field(term, name)


def update_map(term: Any, changes: dict[Any, Any], named: Any = None) -> Any:
    """``%{term | k: v}``; *named* is what a KeyError shows (nothing in the code of a module, as on the BEAM)."""
    if term.__class__ is dict:
        for k in changes:
            if k not in term:
                raise _errors.KeyError_(_maps.unkey(k), named, reason=(_BADKEY, _maps.unkey(k)))
        if len(term) < _versions.LARGE:
            return {**term, **changes}
        for k, value in changes.items():
            term = _versions.put(term, k, value)
        return term
    if isinstance(term, Struct):
        known = map_of(term)
        for k in changes:
            if k not in known:
                raise _errors.KeyError_(_maps.unkey(k), named, reason=(_BADKEY, _maps.unkey(k)))
        return term.replace(changes)
    raise _errors.BadMapError(term)


def update_map_naming_it(term: Any, changes: dict[Any, Any]) -> Any:
    """As :func:`update_map`, for evaluated code outside modules."""
    return update_map(term, changes, term)


def with_struct(fields: dict[Any, Any]) -> Any:
    """``%{__struct__: module, ...}`` written as a map is a struct."""
    module = fields.get(_STRUCT)
    if module.__class__ is not Atom:
        return fields
    rest = {k: v for k, v in fields.items() if k is not _STRUCT}
    found = runtime().find(module)
    if found is not None and found.native:
        return _kernel.new_struct(module).replace(rest)
    return Struct(module, rest)


def macro_exported(module: Any, name: Any, arity: Any) -> bool:
    from defnpy.expand.macros import NATIVE

    signature = f"{atom_name(name)}/{arity}"
    found = runtime().find(module)
    return signature in NATIVE.get(module, {}) or (found is not None and signature in found.macros)


def update_struct(module: Atom, term: Any, changes: dict[Any, Any]) -> Any:
    """``%Module{term | k: v}``."""
    if not isinstance(term, Struct) or term.module is not module:
        raise _errors.BadStructError(module, term)
    return term.replace(changes)


def new_struct(module: Atom, fields: dict[Any, Any]) -> Any:
    """``%Module{k: v}``; the field names were checked when the code was compiled."""
    try:
        made = _kernel.new_struct(module)
    except _errors.UndefinedFunctionError:
        state = runtime().evaluator.open.get(module)
        if state is None or state.struct is None:
            raise
        made = Struct(module, dict(state.struct["struct"]))  # a module that is being compiled needs this very module
    return made.replace(fields) if fields else made


def make_range(first: Any, last: Any, step: Any = None) -> Range:
    return _kernel.range_(first, last) if step is None else _kernel.range_step(first, last, step)


def interpolate(*parts: Any) -> Any:
    """The text of ``"a#{b}"``."""
    done = [p if p.__class__ is str else _text.to_string(p) for p in parts]
    try:
        return "".join(done)
    except TypeError:
        from defnpy.terms.binary import make_binary, octets

        return make_binary(b"".join(map(octets, done)))


def concat(*parts: Any) -> Any:
    """``a <> b <> c`` in code outside of functions, which the reference evaluates."""
    out = parts[-1]
    if out.__class__ is str and all(p.__class__ is str for p in parts):
        return "".join(parts)
    for part in reversed(parts[:-1]):
        out = _kernel.binary_concat(part, out)
    return out


def joined(*parts: Any) -> Any:
    """``a <> b <> c`` in a compiled function: it says which part is no binary."""
    out = parts[-1]
    if out.__class__ is str and all(p.__class__ is str for p in parts):
        return "".join(parts)
    for number, part in enumerate(parts, 1):
        if not is_bits(part):
            raise segment_error(number, "binary", "expected a binary but got: ", part)
    return build([("binary", part, None, None, "big") for part in parts])


TailCall = functools.partial
"""A call that a function leaves to its caller, so that the stack does not grow. No term is one."""


def bouncing(function: Any, step: Any) -> None:
    """Note that *step* is the body of *function*: stack traces name it so."""
    function.step = step


class Pending(list[Any]):
    """A list that grows at its front: the new elements in reverse order, and the list behind them."""

    __slots__ = ("behind",)

    def __init__(self, behind: Any) -> None:
        self.behind = behind

    def value(self) -> Any:
        """The whole list."""
        if self:
            self.behind = cons(self[::-1], self.behind)
            self.clear()
        return self.behind


class PendingText(list[Any]):
    """A text that grows at its end: the text so far, and what is to be joined to it."""

    __slots__ = ("before",)

    def __init__(self, before: Any) -> None:
        self.before = before

    def add(self, part: Any) -> None:
        """``text <> part``; what is no binary raises at once."""
        if part.__class__ is str and self.before.__class__ is str:
            self.append(part)
        else:
            self.before = joined(self.value(), part)

    def value(self) -> Any:
        """The whole text."""
        if self:
            self.before += "".join(self)
            self.clear()
        return self.before


NAMES = {
    "Atom": Atom, "Struct": Struct, "Range": Range, "NOMATCH": NOMATCH, "ImproperList": ImproperList, "Bits": Bits,
    "CELLS": CELLS, "FunctionType": FunctionType, "Pending": Pending, "TailCall": TailCall,
}
"""What every generated module has as globals, next to ``rt`` itself."""


def stream(items: Any, steps: Callable[[Iterator[Any]], Iterator[Any]], name: str) -> Any:
    """A stream of what *steps*, that of ``Stream.name``, makes of the elements; it starts anew each time it is walked."""
    return _lazy.Stream(lambda: steps(_enumerable.iterate(items)), items, name)


def whole(term: Any) -> Any:
    """*term*, or what it collects."""
    return term.value() if term.__class__ is Pending or term.__class__ is PendingText else term


def onto(front: list[Any], tail: Any) -> Any:
    """``[... | tail]`` of collected elements."""
    return cons(front, tail) if front else tail


def own_extend(front: list[Any], more: Any) -> None:
    """The left side of ``more ++ ...`` after collected elements."""
    front.extend(_kernel.concat(more, []))


def own_put(m: Any, own: bool, k: Any, value: Any) -> Any:
    """``Map.put/3`` of a map that only a loop sees: in place once it was copied (*own*)."""
    if type(m) is not dict or (not own and len(m) >= _versions.LARGE):
        return _map.put(m, k, value)
    if not own:
        m = dict(m)
    m[_maps.key(k)] = value
    return m


def own_update(m: Any, own: bool, k: Any, initial: Any, fun: Any) -> Any:
    """``Map.update/4`` of such a map."""
    if type(m) is not dict or (not own and len(m) >= _versions.LARGE):
        return _map.update(m, k, initial, fun)
    if not own:
        m = dict(m)
    place = k if k.__class__ is Atom or k.__class__ is str else _maps.key(k)
    old = m.get(place, NOMATCH)
    if old is NOMATCH:
        m[place] = initial
    elif fun.__class__ is FunctionType and fun.__code__.co_argcount == 1:
        m[place] = fun(old)
    else:
        m[place] = _fun1(fun)(old)
    return m


def own_put_new(m: Any, own: bool, k: Any, value: Any) -> Any:
    """``Map.put_new/3`` of such a map."""
    if type(m) is not dict or (not own and len(m) >= _versions.LARGE):
        return _map.put_new(m, k, value)
    if not own:
        m = dict(m)
    m.setdefault(_maps.key(k), value)
    return m


def own_delete(m: Any, own: bool, k: Any) -> Any:
    """``Map.delete/2`` of such a map."""
    if type(m) is not dict or (not own and len(m) >= _versions.LARGE):
        return _map.delete(m, k)
    if not own:
        m = dict(m)
    m.pop(_maps.key(k), None)
    return m


def own_member(s: Any, own: bool, term: Any) -> Any:
    """``MapSet.put/2`` of such a set."""
    if s.__class__ is not _mapset.MapSet or type(s.items) is not dict or (not own and len(s.items) >= _versions.LARGE):
        return _mapset.put(s, term)
    if not own:
        s = _mapset.MapSet(dict(s.items))
    s.items[_maps.key(term)] = []
    return s


def in_list(term: Any, items: list[Any]) -> bool:
    return any(_order.strict_equal(term, i) for i in items)


def in_range(term: Any, first: Any, last: Any, step: Any) -> bool:
    if term.__class__ is not int or first.__class__ is not int or last.__class__ is not int:
        return False
    if step is None:
        return first <= term <= last if first <= last else last <= term <= first
    return term in range(first, last + (1 if step > 0 else -1), step)


def is_odd(term: Any) -> bool:
    return term.__class__ is int and term & 1 == 1


def is_even(term: Any) -> bool:
    return term.__class__ is int and term & 1 == 0


def is_true(term: Any, operator: str) -> bool:
    if term is True or term is False:
        return bool(term)
    raise _errors.BadBooleanError(term, Atom(operator))


def bad_boolean(term: Any, operator: str) -> NoReturn:
    raise _errors.BadBooleanError(term, Atom(operator))


def guard(test: Any) -> bool:
    """A guard that raises does not hold."""
    try:
        return test() is True
    except Exception:
        return False


def tap(value: Any, f: Any) -> Any:
    fun(f, 1)(value)
    return value


def defn_case(term: Any) -> Any:
    """The subject of a ``case`` inside a defn: it runs while tracing, on terms that a trace decides."""
    if term.__class__ in (tuple, int, float, bool) or is_atom(term) or isinstance(term, Struct):
        return term
    from defnpy.terms.inspect import inspect

    raise _errors.ArgumentError(
        f"only tuples, atoms, numbers, and structs are allowed as arguments to case/2 inside defn.\nGot: {inspect(term)}\n\n"
        "Consider using deftransform/2 or deftransformp/2 if you need to handle more complex cases\n"
    )


def each(term: Any) -> Any:
    """What a generator iterates over."""
    return term if term.__class__ is list else _enumerable.iterate(term)


def uniq(items: list[Any], wanted: Any) -> list[Any]:
    if wanted is None or wanted is False:
        return items
    seen: dict[Any, Any] = {}
    for i in items:
        seen.setdefault(key(i), i)
    return list(seen.values())


def into(items: list[Any], target: Any) -> Any:
    return _enumerable.into(target, items)


def into_text(items: list[Any]) -> Any:
    """What ``for`` with ``into: ""`` collects."""
    for item in items:
        if not is_bits(item):
            from defnpy.terms.inspect import inspect

            raise _errors.ArgumentError(f"argument error: {inspect(item)}")
    return _enumerable.into("", items)


def rest_of(array: Any, at: int) -> Any:
    """The list or binary that stands at a place of another, whose octets may be what is known of it."""
    if array.__class__ is bytes:
        return make_binary(array[at:])
    return array[at:] if at else array


def bit_reader(term: Any) -> Reader:
    if not is_bits(term):
        raise _errors.ErlangError((Atom("bad_generator"), term))
    return Reader(term)


# -- failures -------------------------------------------------------------------------------------------------------------


def match_failed(term: Any) -> NoReturn:
    raise _errors.MatchError(term)


def case_failed(term: Any) -> NoReturn:
    raise _errors.CaseClauseError(term)


def with_failed(term: Any) -> NoReturn:
    raise _errors.WithClauseError(term)


def try_failed(term: Any) -> NoReturn:
    raise _errors.TryClauseError(term)


def cond_failed() -> NoReturn:
    raise _errors.CondClauseError()


def clause_failed(module: Atom, name: str, arity: int, args: list[Any]) -> NoReturn:
    raise _errors.FunctionClauseError(module, Atom(name), arity, args)


def fn_clause_failed(module: Any, function: str | None, args: list[Any]) -> NoReturn:
    """No clause of an anonymous function matches; *function* is the ``name/arity`` around it."""
    if function is None and "__file__" in sys._getframe(1).f_globals:
        module, function = Atom("elixir_compiler_0"), "__FILE__/1"
    if function is None:
        raise _errors.FunctionClauseError(Atom("erl_eval"), Atom("-inside-an-interpreted-fun-"), len(args), args)
    raise _errors.FunctionClauseError(module, Atom(f"-{function}-fun-0-"), len(args), args)


def raise_(what: Any, options: Any = UNSET) -> NoReturn:
    raise _kernel.make_exception(what, options)


def reraise(what: Any, second: Any, third: Any = UNSET) -> NoReturn:
    made, stack = (_kernel.make_exception(what), second) if third is UNSET else (_kernel.make_exception(what, second), third)
    if stack.__class__ is list:
        made.stack = stack  # type: ignore[attr-defined]
    raise made


class Caught:
    """A caught exception: ``kind`` (:error, :throw, :exit), ``value``, and ``error``, the struct when the kind is :error."""

    __slots__ = ("error", "exception", "kind", "value")

    def __init__(self, exception: Exception) -> None:
        if isinstance(exception, _processes.ExitSignal):
            raise exception
        self.exception = exception
        self.error: Any = None
        if isinstance(exception, _errors.Throw):
            self.kind, self.value = Atom("throw"), exception.value
        elif isinstance(exception, _errors.Exit):
            self.kind, self.value = Atom("exit"), exception.reason
        else:
            self.kind = Atom("error")
            made = translate(exception)
            self.error = made.term
            self.value = _exception.erlang_reason(made)
        _exception.release(exception.__traceback__)

    def is_a(self, modules: tuple[Any, ...]) -> bool:
        """Whether the error is one of these exception modules."""
        if self.error is None:
            return False
        for one in modules:
            if one.__class__ is list:
                if any(self.error.module is m for m in one):
                    return True
            elif self.error.module is one:
                return True
        return False


def caught(exception: Exception) -> Caught:
    return Caught(exception)


def goes_on() -> bool:
    """Whether no exit signal is ending the process (asked by ``after``)."""
    return not isinstance(sys.exc_info()[1], _processes.ExitSignal | _Interrupted)


def translate(exception: BaseException) -> _errors.ElixirError:
    """The Elixir exception that a Python exception stands for."""
    if isinstance(exception, _errors.ElixirError):
        return exception
    from defnpy.host.translate import translate as by_kind

    return by_kind(exception)


def stacktrace(kept: Any) -> list[Any]:
    from defnpy.host.translate import stacktrace_of

    return stacktrace_of(kept.exception) if kept is not None else []


def receive(matcher: Any, timeout: Any, after: Any) -> Any:
    if matcher is None:
        def matcher(message: Any) -> Any:
            return NOMATCH
    return _processes.receive(_process.current(), matcher, timeout, after)


# -- quoting and debugging ------------------------------------------------------------------------------------------------

bind_quoted, quote_option, quoted_dot = _quoted.bind_quoted, _quoted.quote_option, _quoted.quoted_dot
quoted_list, quoted_tail, valid_code = _quoted.quoted_list, _quoted.quoted_tail, _quoted.valid_code
dbg, dbg_parts, dbg_pipe, dbg_with = _debug.dbg, _debug.dbg_parts, _debug.dbg_pipe, _debug.dbg_with


# -- definitions ----------------------------------------------------------------------------------------------------------

define_module = _definitions.define_module
defn = _definitions.defn
defn_remote = _definitions.defn_remote
define = _definitions.define
define_struct = _definitions.define_struct
define_exception = _definitions.define_exception
make_overridable = _definitions.make_overridable
get_attribute = _definitions.get_attribute
put_attribute = _definitions.put_attribute
