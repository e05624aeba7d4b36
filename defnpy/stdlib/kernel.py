"""Kernel: the functions and operators that every module sees."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from defnpy.stdlib import access, enumerable, processes
from defnpy.stdlib.operators import _is_number
from defnpy.stdlib.operators import (
    abs_ as abs_,
)
from defnpy.stdlib.operators import (
    add as add,
)
from defnpy.stdlib.operators import (
    and_ as and_,
)
from defnpy.stdlib.operators import (
    bad_boolean as bad_boolean,
)
from defnpy.stdlib.operators import (
    ceil as ceil,
)
from defnpy.stdlib.operators import (
    div as div,
)
from defnpy.stdlib.operators import (
    divide as divide,
)
from defnpy.stdlib.operators import (
    eq as eq,
)
from defnpy.stdlib.operators import (
    floor as floor,
)
from defnpy.stdlib.operators import (
    ge as ge,
)
from defnpy.stdlib.operators import (
    gt as gt,
)
from defnpy.stdlib.operators import (
    le as le,
)
from defnpy.stdlib.operators import (
    lt as lt,
)
from defnpy.stdlib.operators import (
    max_ as max_,
)
from defnpy.stdlib.operators import (
    min_ as min_,
)
from defnpy.stdlib.operators import (
    multiply as multiply,
)
from defnpy.stdlib.operators import (
    ne as ne,
)
from defnpy.stdlib.operators import (
    negate as negate,
)
from defnpy.stdlib.operators import (
    not_ as not_,
)
from defnpy.stdlib.operators import (
    or_ as or_,
)
from defnpy.stdlib.operators import (
    plus as plus,
)
from defnpy.stdlib.operators import (
    power as power,
)
from defnpy.stdlib.operators import (
    rem as rem,
)
from defnpy.stdlib.operators import (
    round_ as round_,
)
from defnpy.stdlib.operators import (
    strict_eq as strict_eq,
)
from defnpy.stdlib.operators import (
    strict_ne as strict_ne,
)
from defnpy.stdlib.operators import (
    subtract as subtract,
)
from defnpy.stdlib.operators import (
    trunc as trunc,
)
from defnpy.stdlib.operators import (
    xor as xor,
)
from defnpy.stdlib.util import UNSET, badarg, is_binary, is_int, need, need_map, no_clause
from defnpy.terms import map as maps
from defnpy.terms import text
from defnpy.terms.atom import Atom, alias, atom_name, is_atom
from defnpy.terms.binary import Bits, build, make_binary, octets
from defnpy.terms.binary import bit_size as bits_of
from defnpy.terms.binary import byte_size as bytes_of
from defnpy.terms.errors import (
    MESSAGE,
    ArgumentError,
    ArithmeticError_,
    BadFunctionError,
    BadMapError,
    ElixirError,
    Exit,
    FunctionClauseError,
    KeyError_,
    RuntimeError_,
    Throw,
    UndefinedFunctionError,
    from_struct,
)
from defnpy.terms.exception import error_of, no_field
from defnpy.terms.exception import is_exception as is_exception_term
from defnpy.terms.function import call as call_function
from defnpy.terms.function import is_function as is_function_term
from defnpy.terms.inspect import inspect as inspect_text
from defnpy.terms.inspect import opts_from, struct_fault, struct_fields
from defnpy.terms.list import ImproperList, cons, tail_of
from defnpy.terms.module import Module, ex, native_module
from defnpy.terms.process import Pid, Reference, current
from defnpy.terms.range import Range
from defnpy.terms.runtime import runtime
from defnpy.terms.struct import STRUCT_KEY, Struct

AND, OR = Atom("and"), Atom("or")





@ex("=~/2")
def match_text(a: Any, b: Any) -> bool:
    """``text =~ pattern``."""
    need(is_binary(a), "Kernel", "=~", 2)
    if is_binary(b):
        return octets(b) in octets(a)
    from defnpy.stdlib import regex

    return regex.match_q(b, a)


def member(item: Any, collection: Any) -> bool:
    """``item in collection``."""
    return enumerable.member(collection, item)


# ----------------------------------------------------------------------------------- lists, tuples, binaries


@ex("++/2")
def concat(a: Any, b: Any) -> Any:
    if a.__class__ is not list:
        raise ArgumentError("argument error")
    if b.__class__ is list:
        return a + b
    return cons(a, b) if a else b


@ex("--/2")
def list_subtract(a: Any, b: Any) -> list[Any]:
    if a.__class__ is not list or b.__class__ is not list:
        raise ArgumentError("argument error")
    if not b:
        return a
    left: dict[Any, int] = {}
    for item in b:
        k = maps.key(item)
        left[k] = left.get(k, 0) + 1
    kept: list[Any] = []
    for item in a:
        k = maps.key(item)
        if left.get(k):
            left[k] -= 1
        else:
            kept.append(item)
    return kept


@ex("<>/2")
def binary_concat(a: Any, b: Any) -> Any:
    if a.__class__ is str and b.__class__ is str:
        return a + b
    for side in (a, b):
        if not is_binary(side):
            if side.__class__ is Bits:
                build([("binary", side, None, None, "big")])
            raise badarg((1, "not a bitstring"))
    return make_binary(octets(a) + octets(b))


@ex("hd/1")
def hd(a: Any) -> Any:
    if a.__class__ is list and a:
        return a[0]
    if a.__class__ is ImproperList:
        return a.head[0]
    raise badarg((1, "not a nonempty list"))


@ex("tl/1")
def tl(a: Any) -> Any:
    if (a.__class__ is list and a) or a.__class__ is ImproperList:
        return tail_of(a)
    raise badarg((1, "not a nonempty list"))


@ex("length/1")
def length(a: Any) -> int:
    if a.__class__ is list:
        return len(a)
    raise badarg((1, "not a list"))


@ex("elem/2")
def elem(t: Any, index: Any) -> Any:
    if t.__class__ is tuple and index.__class__ is int and 0 <= index < len(t):
        return t[index]
    raise place_error(t, index)


def place_error(t: Any, index: Any) -> Exception:
    """What is wrong with the place in a tuple: the built-in functions count from 1, so 1 is added first."""
    if index.__class__ is not int and index.__class__ is not float:
        return ArithmeticError_()
    faults = [] if index.__class__ is int and t.__class__ is tuple else [(1, "not an integer")] if index.__class__ is float else []
    if t.__class__ is not tuple:
        faults.append((2, "not a tuple"))
    return badarg(*faults or [(1, "out of range")])


@ex("put_elem/3")
def put_elem(t: Any, index: Any, value: Any) -> Any:
    if t.__class__ is tuple and index.__class__ is int and 0 <= index < len(t):
        return (*t[:index], value, *t[index + 1 :])
    raise place_error(t, index)


@ex("tuple_size/1")
def tuple_size(t: Any) -> int:
    if t.__class__ is tuple:
        return len(t)
    raise badarg((1, "not a tuple"))


@ex("map_size/1")
def map_size(m: Any) -> int:
    if m.__class__ is dict:
        return len(m)
    if isinstance(m, Struct):
        return len(m.fields) + 1
    raise BadMapError(m)


@ex("is_map_key/2")
def is_map_key(m: Any, k: Any) -> bool:
    if m.__class__ is dict:
        return maps.key(k) in m
    return maps.key(k) in need_map(m)


@ex("byte_size/1")
def byte_size(a: Any) -> int:
    if text.is_bitstring(a):
        return bytes_of(a)
    raise badarg((1, "not a bitstring"))


@ex("bit_size/1")
def bit_size(a: Any) -> int:
    if text.is_bitstring(a):
        return bits_of(a)
    raise badarg((1, "not a bitstring"))


@ex("binary_part/3")
def binary_part(binary: Any, start: Any, size: Any) -> Any:
    problems = []
    if not is_binary(binary):
        problems.append((1, "not a binary"))
    if start.__class__ is not int:
        problems.append((2, "not an integer"))
    if size.__class__ is not int:
        problems.append((3, "not an integer"))
    if problems:
        raise badarg(*problems)
    data = octets(binary)
    if not 0 <= start <= len(data):
        raise badarg((2, "out of range"))
    first, last = (start, start + size) if size >= 0 else (start + size, start)
    if first < 0 or last > len(data):
        raise badarg((3, "out of range"))
    return make_binary(data[first:last])


@ex("binary_slice/2", "binary_slice/3")
def binary_slice(binary: Any, start: Any, size: Any = UNSET) -> Any:
    need(is_binary(binary), "Kernel", "binary_slice", 2 if size is UNSET else 3)
    data = octets(binary)
    if size is UNSET:
        need(isinstance(start, Range), "Kernel", "binary_slice", 2)
        first = start.first + len(data) if start.first < 0 else start.first
        last = start.last + len(data) if start.last < 0 else start.last
        if start.step != 1 and not (start.step > 0):
            raise ArgumentError(
                f"negative steps are not supported in binary_slice/2, pass {start.first}..{start.last}//1 instead"
            )
        return make_binary(data[max(first, 0) : max(last + 1, 0) : start.step])
    need(size.__class__ is int and size >= 0 and start.__class__ is int, "Kernel", "binary_slice", 3)
    first = max(start + len(data), 0) if start < 0 else start
    return make_binary(data[first : first + size])


@ex("to_string/1")
def to_string(a: Any) -> Any:
    return text.to_string(a)


@ex("to_charlist/1")
def to_charlist(a: Any) -> Any:
    return text.to_charlist(a)


@ex("inspect/1", "inspect/2")
def inspect(a: Any, opts: Any = ()) -> str:
    if not opts:
        return inspect_text(a)
    need(opts.__class__ is list, "Kernel", "inspect", 2)
    return inspect_text(a, opts=opts_from(opts))


# ------------------------------------------------------------------------------------------------------ types


@ex("is_atom/1")
def is_atom_q(a: Any) -> bool:
    return is_atom(a)


@ex("is_binary/1")
def is_binary_q(a: Any) -> bool:
    return is_binary(a)


@ex("is_bitstring/1")
def is_bitstring(a: Any) -> bool:
    return text.is_bitstring(a)


@ex("is_boolean/1")
def is_boolean(a: Any) -> bool:
    return a is True or a is False


@ex("is_float/1")
def is_float(a: Any) -> bool:
    return a.__class__ is float


@ex("is_integer/1")
def is_integer(a: Any) -> bool:
    return a.__class__ is int


@ex("is_number/1")
def is_number(a: Any) -> bool:
    return _is_number(a)


@ex("is_list/1")
def is_list(a: Any) -> bool:
    return a.__class__ is list or a.__class__ is ImproperList


@ex("is_tuple/1")
def is_tuple(a: Any) -> bool:
    return a.__class__ is tuple


@ex("is_map/1")
def is_map(a: Any) -> bool:
    return a.__class__ is dict or isinstance(a, Struct)


@ex("is_nil/1")
def is_nil(a: Any) -> bool:
    return a is None


@ex("is_function/1", "is_function/2")
def is_function(a: Any, arity: Any = None) -> bool:
    return is_function_term(a, arity)


@ex("is_pid/1")
def is_pid(a: Any) -> bool:
    return a.__class__ is Pid


@ex("is_port/1")
def is_port(a: Any) -> bool:
    return False


@ex("is_reference/1")
def is_reference(a: Any) -> bool:
    return a.__class__ is Reference


@ex("is_struct/1", "is_struct/2")
def is_struct(a: Any, module: Any = UNSET) -> bool:
    if module is not UNSET and not is_atom(module):
        raise ArgumentError("argument error")
    if isinstance(a, Struct):
        return module is UNSET or a.module is module
    if a.__class__ is dict and STRUCT_KEY in a:
        name = a[STRUCT_KEY]
        return is_atom(name) and (module is UNSET or name is module)
    return False


@ex("is_non_struct_map/1")
def is_non_struct_map(a: Any) -> bool:
    return a.__class__ is dict and not is_struct(a)


@ex("is_exception/1", "is_exception/2")
def is_exception(a: Any, module: Any = UNSET) -> bool:
    if module is not UNSET and not is_atom(module):
        raise ArgumentError("argument error")
    return is_exception_term(a) and (module is UNSET or a.module is module)


# ------------------------------------------------------------------------------------------------------ ranges


def _warn_backwards() -> None:
    from defnpy.stdlib import io

    io.warn_once((alias("Range"), Atom("new")), lambda: (
        "Range.new/2 and first..last default to a step of -1 when last < first. Use Range.new(first, last, -1) or first..last//-1, "
        "or pass 1 if that was your intention"
    ))  # fmt: skip


def range_(first: Any, last: Any) -> Range:
    """``first..last``."""
    if first.__class__ is int and last.__class__ is int:
        if first <= last:
            return Range(first, last, 1)
        _warn_backwards()
        return Range(first, last, -1)
    raise ArgumentError(
        "ranges (first..last) expect both sides to be integers, "
        f"got: {inspect_text(first)}..{inspect_text(last)}"
    )


def range_step(first: Any, last: Any, step: Any) -> Range:
    """``first..last//step``."""
    if first.__class__ is int and last.__class__ is int and step.__class__ is int and step != 0:
        return Range(first, last, step)
    raise ArgumentError(
        "ranges (first..last//step) expect both sides to be integers and the step to be a non-zero integer, "
        f"got: {inspect_text(first)}..{inspect_text(last)}//{inspect_text(step)}"
    )


ex("../2")(range_)
ex("..///3")(range_step)

# ---------------------------------------------------------------------------------------- calls and modules


def find_function(module: Any, name: Any, arity: int) -> Callable[..., Any]:
    """The function ``module.name/arity``; UndefinedFunctionError when there is none."""
    if not is_atom(module):
        raise not_a_module(module, name, arity)
    found = runtime().find(module)
    function = found.functions.get(f"{atom_name(name)}/{arity}") if found is not None else None
    if function is None:
        raise UndefinedFunctionError(module, name, arity)
    return function


def not_a_module(target: Any, name: Any, arity: int) -> ArgumentError:
    """The error of a call on what is no module."""
    if arity and is_atom(name) and is_map(target):
        return ArgumentError(
            f"you attempted to apply a function named {inspect_text(name)} on a map/struct. If you are using Kernel.apply/3, make sure the module is an "
            f"atom. If you are using the dot syntax, ensure there are no parentheses after the field name, such as map.{atom_name(name)}"
        )
    shown = inspect_text(target)
    if not is_atom(name) or arity:
        return ArgumentError(f"you attempted to apply a function on {shown}. Modules (the first argument of apply) must always be an atom")
    return ArgumentError(
        f"you attempted to apply a function named {inspect_text(name)} on {shown}. If you are using Kernel.apply/3, make sure "
        "the module is an atom. If you are using the dot syntax, such as module.function(), make sure the left-hand side of the dot "
        "is an atom representing a module"
    )


@ex("apply/2", "apply/3")
def apply(target: Any, args: Any, more: Any = UNSET) -> Any:
    """``apply(fun, args)`` and ``apply(module, name, args)``."""
    if more is UNSET:
        if not is_function_term(target):
            raise BadFunctionError(target)
        if args.__class__ is not list:
            raise badarg((2, "not a list"))
        return call_function(target, args)
    if more.__class__ is not list:
        raise badarg((3, "not a list"))
    if not is_atom(args):
        raise badarg((2, "not an atom"))
    return find_function(target, args, len(more))(*more)


@ex("function_exported?/3")
def function_exported(module: Any, name: Any, arity: Any) -> bool:
    named = [(place, "not an atom") for place, term in ((1, module), (2, name)) if not is_atom(term)]
    faults = named if is_int(arity) else [*named, (3, "not an integer")]
    if faults:
        raise badarg(*faults)
    found = runtime().find(module)
    signature = f"{atom_name(name)}/{arity}"
    return found is not None and (signature in found.functions or signature in found.info.get("older", ()))


@ex("macro_exported?/3")
def macro_exported(module: Any, name: Any, arity: Any) -> bool:
    need(is_atom(module) and is_atom(name) and is_int(arity) and 0 <= arity <= 255, "Kernel", "macro_exported?", 3)
    found = runtime().find(module)
    return found is not None and f"{atom_name(name)}/{arity}" in found.macros


@ex("then/2")
def then(value: Any, fun: Callable[[Any], Any]) -> Any:
    return call_function(fun, [value])


@ex("tap/2")
def tap(value: Any, fun: Callable[[Any], Any]) -> Any:
    call_function(fun, [value])
    return value


@ex("throw/1")
def throw(value: Any) -> NoReturn:
    raise Throw(value)


@ex("exit/1")
def exit_(reason: Any) -> NoReturn:
    raise Exit(reason)


@ex("self/0")
def self_() -> Pid:
    return current().pid


@ex("send/2")
def send(destination: Any, message: Any) -> Any:
    return processes.send(destination, message)


@ex("spawn/1", "spawn/3")
def spawn(fun: Any, name: Any = UNSET, args: Any = UNSET) -> Pid:
    return processes.spawn(_body(fun, name, args)).pid


@ex("spawn_link/1", "spawn_link/3")
def spawn_link(fun: Any, name: Any = UNSET, args: Any = UNSET) -> Pid:
    return processes.spawn(_body(fun, name, args), link=True).pid


@ex("spawn_monitor/1", "spawn_monitor/3")
def spawn_monitor(fun: Any, name: Any = UNSET, args: Any = UNSET) -> Any:
    reference = Reference()
    return (processes.spawn(_body(fun, name, args), monitor=reference).pid, reference)


def _body(fun: Any, name: Any, args: Any) -> Callable[[], Any]:
    if name is UNSET:
        if not is_function_term(fun, 0):
            raise badarg((1, "not a fun"))
        return lambda: fun()
    return lambda: apply(fun, name, args)


@ex("make_ref/0")
def make_ref() -> Reference:
    return Reference()


@ex("node/0", "node/1")
def node(where: Any = None) -> Atom:
    return Atom("nonode@nohost")


# ---------------------------------------------------------------------------------------------------- structs


def new_struct(module: Any) -> Any:
    """The struct of *module* with its defaults (``module.__struct__()``)."""
    found = runtime().find(module) if module.__class__ is Atom else None
    if found is not None:
        own = found.functions.get("__struct__/0")
        if own is not None:
            return _checked_struct(own(), module, 0)
        if found.info.get("struct") is not None:
            return Struct(module, dict(found.info["struct"]))
    known = struct_fields(module) if module.__class__ is Atom and found is None else None
    if known is not None:
        return Struct(module, {**dict(known), Atom("__exception__"): True})
    raise UndefinedFunctionError(module, Atom("__struct__"), 0)


def _checked_struct(made: Any, module: Any, arity: int) -> Any:
    if made.__class__ is Struct and made.module is module:
        return made
    fault = struct_fault(made, module, arity)
    if fault is not None:
        raise ArgumentError(fault)
    return made


def field_pairs(fields: Any, module: Atom, function: str) -> list[tuple[Any, Any]]:
    """The fields given to *function*, whose anonymous function takes pairs only."""
    found = list(enumerable.iterate(fields))
    if not all(p.__class__ is tuple and len(p) == 2 for p in found):
        raise FunctionClauseError(module, Atom(f"-{function}-fun-0-"), 2)
    return [p for p in found if p[0] is not STRUCT_KEY]


@ex("struct/1", "struct/2")
def struct(module: Any, fields: Any = ()) -> Any:
    """Unknown fields are dropped."""
    need(isinstance(module, Struct) or is_atom(module), "Kernel", "struct", 3)
    made = module if isinstance(module, Struct) else new_struct(module)
    known = made.fields
    changes = {maps.key(k): v for k, v in (field_pairs(fields, alias("Kernel"), "struct/2") if fields else [])}
    chosen = {k: v for k, v in changes.items() if k in known}
    return made.replace(chosen) if chosen else made


@ex("struct!/1", "struct!/2")
def struct_bang(module: Any, fields: Any = ()) -> Any:
    """Unknown fields and missing enforced ones raise."""
    need(isinstance(module, Struct) or is_atom(module), "Kernel", "struct!", 2)
    owner, function = (alias("Kernel"), "struct!/2") if isinstance(module, Struct) else (module, "__struct__/1")
    given = field_pairs(fields, owner, function) if fields else []
    if isinstance(module, Struct):
        for k, _ in given:
            if maps.key(k) not in module.fields:
                raise KeyError_(k, module)
        return module.replace({maps.key(k): v for k, v in given})
    found = runtime().find(module) if module.__class__ is Atom else None
    own = found.functions.get("__struct__/1") if found is not None else None
    if own is not None:
        return _checked_struct(own(given), module, 1)
    if found is None or found.info.get("struct") is None:
        raise UndefinedFunctionError(module, Atom("__struct__"), 1)
    return build_struct(found, given)


def build_struct(module: Module, given: list[tuple[Any, Any]]) -> Any:
    """``%Module{given}`` checked at run time."""
    made = new_struct(module.name)
    for k, _ in given:
        if maps.key(k) not in made.fields:
            raise KeyError_(k, None)
    present = {maps.key(k) for k, _ in given}
    missing = [k for k in module.info.get("enforce_keys") or [] if k not in present]
    if missing:
        raise ArgumentError(
            "the following keys must also be given when building struct "
            f"{inspect_text(module.name)}: {inspect_text(missing)}"
        )
    return made.replace({maps.key(k): v for k, v in given})


def missing_field(term: Any, name: Any) -> ElixirError:
    """The error of ``term.name`` when there is no such field."""
    if term is None or not (term.__class__ is dict or isinstance(term, Struct)):
        return KeyError_(name, term, no_field(name, term))
    return KeyError_(name, term)


# ------------------------------------------------------------------------------------------------------- raise


def make_exception(arg: Any, opts: Any = UNSET) -> ElixirError:
    """What ``raise arg`` or ``raise arg, opts`` raises."""
    if opts is UNSET:
        if is_binary(arg):
            return RuntimeError_(arg)
        if is_exception_term(arg):
            return from_struct(arg)
        opts = []
    if is_atom(arg):
        made = _exception_of(arg, opts)
        if is_exception_term(made):
            return from_struct(made)
        return ArgumentError(f"expected {inspect_text(arg)}.exception/1 to return an exception, got: {inspect_text(made)}")
    if isinstance(arg, Struct) and is_exception_term(arg):
        return from_struct(arg)
    return ArgumentError(
        "raise/1 and reraise/2 expect a module name, string or exception as the first argument, got: "
        + inspect_text(arg)
    )


def _exception_of(module: Any, opts: Any) -> Any:
    found = runtime().find(module) if module.__class__ is Atom else None
    function = found.functions.get("exception/1") if found is not None else None
    if function is not None:
        return function(opts)
    if found is None and module.__class__ is Atom:
        known = struct_fields(module)
        if known is not None:
            return native_exception(module, known, opts)
    raise UndefinedFunctionError(module, Atom("exception"), 1)


def native_exception(module: Atom, known: list[tuple[Any, Any]], opts: Any) -> Struct:
    """``Module.exception(opts)`` of a built-in exception."""
    fields: dict[Any, Any] = {Atom("__exception__"): True, **dict(known)}
    if is_binary(opts):
        fields[MESSAGE] = opts
        return Struct(module, fields)
    if opts.__class__ is not list and opts != ():
        raise FunctionClauseError(module, Atom("exception"), 1)
    for k, v in field_pairs(opts, module, "__struct__/1"):
        if k not in fields:
            raise KeyError_(k, None)
        fields[k] = v
    return Struct(module, fields)


def erlang_error(reason: Any) -> ElixirError:
    """The exception of ``:erlang.error(reason)``."""
    return error_of(reason)


# -------------------------------------------------------------------------------------------------------- paths


@ex("get_in/2")
def get_in(data: Any, path: Any) -> Any:
    return access.get_in(data, path)


@ex("put_in/3")
def put_in(data: Any, path: Any, value: Any) -> Any:
    return access.put_in(data, path, value)


@ex("update_in/3")
def update_in(data: Any, path: Any, fun: Any) -> Any:
    return access.update_in(data, path, fun)


@ex("get_and_update_in/3")
def get_and_update_in(data: Any, path: Any, fun: Any) -> Any:
    return access.get_and_update_in(data, path, fun)


@ex("pop_in/2")
def pop_in(data: Any, path: Any) -> Any:
    return access.pop_in(data, path)


def no_function(name: str, arity: int) -> Exception:
    """FunctionClauseError of a Kernel function."""
    return no_clause("Kernel", name, arity)


from defnpy.stdlib.timeouts import to_timeout as to_timeout  # noqa: E402

KERNEL = alias("Kernel")
MODULE = native_module("Kernel", globals())
