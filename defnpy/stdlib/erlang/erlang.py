"""``:erlang``."""

from __future__ import annotations

import hashlib
import os
import time
import zlib
from typing import Any, NoReturn

from defnpy.stdlib import bitwise, clocks, kernel, parsing
from defnpy.stdlib import tuple as tuples
from defnpy.stdlib.erlang import floats, term_format
from defnpy.stdlib.erlang.hashing import phash2 as hash_of
from defnpy.stdlib.integer import in_base
from defnpy.stdlib.util import UNSET, badarg, is_binary, is_int
from defnpy.terms import text as txt
from defnpy.terms.atom import Atom, atom_name, is_atom, to_atom
from defnpy.terms.binary import build, make_binary, octets
from defnpy.terms.errors import ArgumentError, ArithmeticError_, Exit, Throw, from_struct
from defnpy.terms.exception import error_of, is_exception
from defnpy.terms.inspect import _KERNEL_BIFS, _TO_ERLANG
from defnpy.terms.module import Module, ex, native_module
from defnpy.terms.process import Reference, current

UNDEFINED = Atom("undefined")


def charlist(text: str) -> list[int]:
    """The code points of *text*."""
    return [ord(c) for c in text]


def chars(term: Any) -> str:
    """Text of a charlist."""
    if term.__class__ is not list:
        raise badarg((1, "not a list"))
    return "".join(map(chr, term))


# ---------------------------------------------------------------------------------------------- numbers and text


@ex("yield/0")
def yield_() -> bool:
    time.sleep(0)
    return True


@ex("integer_to_binary/1", "integer_to_binary/2")
def integer_to_binary(n: Any, base: int = 10) -> str:
    if not is_int(n):
        raise badarg((1, "not an integer"))
    return in_base(n, base)


@ex("integer_to_list/1", "integer_to_list/2")
def integer_to_list(n: Any, base: int = 10) -> list[int]:
    return charlist(integer_to_binary(n, base))


@ex("binary_to_integer/1", "binary_to_integer/2")
def binary_to_integer(s: Any, base: int = 10) -> int:
    return parsing.integer_exact(parsing.need_text(s), base)


@ex("list_to_integer/1", "list_to_integer/2")
def list_to_integer(s: Any, base: int = 10) -> int:
    return parsing.integer_exact(chars(s), base)


@ex("binary_to_float/1")
def binary_to_float(s: Any) -> float:
    return parsing.float_exact(parsing.need_text(s))


@ex("list_to_float/1")
def list_to_float(s: Any) -> float:
    return parsing.float_exact(chars(s))


@ex("float_to_binary/1", "float_to_binary/2")
def float_to_binary(x: Any, options: Any = None) -> str:
    if x.__class__ is not float:
        raise badarg((1, "not a float"))
    if options is not None and options.__class__ is not list:
        raise badarg((2, "not a list"))
    return floats.float_text(x, options or ())


@ex("float_to_list/1", "float_to_list/2")
def float_to_list(x: Any, options: Any = None) -> list[int]:
    return charlist(float_to_binary(x, options))


@ex("float/1")
def float_(x: Any) -> float:
    if x.__class__ is float:
        return x
    if not is_int(x):
        raise badarg((1, "not a number"))
    try:
        return float(x)
    except OverflowError:
        raise ArithmeticError_() from None


@ex("atom_to_binary/1", "atom_to_binary/2")
def atom_to_binary(a: Any, encoding: Any = None) -> str:
    if not is_atom(a):
        raise badarg((1, "not an atom"))
    return atom_name(a)


@ex("atom_to_list/1")
def atom_to_list(a: Any) -> list[int]:
    return charlist(atom_to_binary(a))


@ex("binary_to_atom/1", "binary_to_atom/2", "binary_to_existing_atom/1", "binary_to_existing_atom/2")
def binary_to_atom(s: Any, encoding: Any = None) -> Any:
    return to_atom(parsing.need_text(s))


@ex("list_to_atom/1", "list_to_existing_atom/1")
def list_to_atom(s: Any) -> Any:
    return to_atom(chars(s))


@ex("list_to_binary/1", "iolist_to_binary/1")
def list_to_binary(data: Any) -> Any:
    return make_binary(txt.iodata_bytes(data))


@ex("iolist_size/1")
def iolist_size(data: Any) -> int:
    return len(txt.iodata_bytes(data))


@ex("list_to_bitstring/1")
def list_to_bitstring(data: Any) -> Any:
    return build(_segments(data))


def _segments(data: Any) -> list[Any]:
    out: list[Any] = []
    for item in data:
        if item.__class__ is list:
            out.extend(_segments(item))
        elif is_int(item):
            out.append(("integer", item, 8, None, "big"))
        else:
            out.append(("bits", item, None, None, "big"))
    return out


@ex("binary_to_list/1", "binary_to_list/3", "bitstring_to_list/1")
def binary_to_list(s: Any, start: int | None = None, stop: int | None = None) -> list[int]:
    data = octets(s)
    return list(data if start is None else data[start - 1 : stop])


@ex("split_binary/2")
def split_binary(s: Any, place: int) -> Any:
    data = octets(s)
    return (make_binary(data[:place]), make_binary(data[place:]))


# ------------------------------------------------------------------------------------------------ tuples, lists


@ex("element/2")
def element(index: Any, t: Any) -> Any:
    if not is_int(index) or t.__class__ is not tuple:
        problems = ((1, "not an integer", is_int(index)), (2, "not a tuple", t.__class__ is tuple))
        raise badarg(*((n, text) for n, text, fine in problems if not fine))
    if not 1 <= index <= len(t):
        raise badarg((1, "out of range"))
    return t[index - 1]


@ex("setelement/3")
def setelement(index: Any, t: Any, value: Any) -> Any:
    element(index, t)
    return (*t[: index - 1], value, *t[index:])


@ex("make_tuple/2")
def make_tuple(size: int, value: Any) -> Any:
    return (value,) * size


@ex("append_element/2")
def append_element(t: Any, value: Any) -> Any:
    return tuples.append(t, value)


@ex("insert_element/3")
def insert_element(index: int, t: Any, value: Any) -> Any:
    return tuples.insert_at(t, index - 1, value)


@ex("delete_element/2")
def delete_element(index: int, t: Any) -> Any:
    return tuples.delete_at(t, index - 1)


@ex("tuple_to_list/1")
def tuple_to_list(t: Any) -> list[Any]:
    return tuples.to_list(t)


@ex("list_to_tuple/1")
def list_to_tuple(items: Any) -> Any:
    if items.__class__ is not list:
        raise badarg((1, "not a list"))
    return tuple(items)


@ex("size/1")
def size(term: Any) -> int:
    return len(term) if term.__class__ is tuple else kernel.byte_size(term)


@ex("map_get/2")
def map_get(key: Any, m: Any) -> Any:
    from defnpy.stdlib.map import fetch_bang

    return fetch_bang(m, key)


@ex("is_record/2")
def is_record(term: Any, tag: Any) -> bool:
    return term.__class__ is tuple and bool(term) and term[0] is tag


# ---------------------------------------------------------------------------------------------------- hash, terms


@ex("phash2/1", "phash2/2")
def phash2(term: Any, most: int = 1 << 27) -> int:
    return hash_of(term) % most if most != 1 << 27 else hash_of(term) & ((1 << 27) - 1)


@ex("crc32/1")
def crc32(data: Any) -> int:
    return zlib.crc32(txt.iodata_bytes(data))


@ex("adler32/1")
def adler32(data: Any) -> int:
    return zlib.adler32(txt.iodata_bytes(data))


@ex("md5/1")
def md5(data: Any) -> Any:
    return make_binary(hashlib.md5(txt.iodata_bytes(data), usedforsecurity=False).digest())


@ex("term_to_binary/1", "term_to_binary/2")
def term_to_binary(term: Any, options: Any = ()) -> Any:
    return make_binary(term_format.encode(term, term_format.level_of(options)))


@ex("term_to_iovec/1", "term_to_iovec/2")
def term_to_iovec(term: Any, options: Any = ()) -> list[Any]:
    return [term_to_binary(term, options)]


@ex("binary_to_term/1", "binary_to_term/2")
def binary_to_term(data: Any, options: Any = ()) -> Any:
    if not is_binary(data):
        raise badarg((1, "not a binary"))
    made, used = term_format.decode(octets(data), options)
    return (made, used) if any(o is Atom("used") for o in options) else made


@ex("external_size/1")
def external_size(term: Any) -> int:
    return len(term_format.encode(term))


# ---------------------------------------------------------------------------------------------------- processes


@ex("error/1", "error/2", "error/3")
def error(reason: Any, args: Any = None, options: Any = None) -> NoReturn:
    if is_exception(reason):
        raise from_struct(reason)
    raise error_of(reason)


@ex("raise/3")
def raise_(kind: Any, reason: Any, stack: Any) -> NoReturn:
    if kind is Atom("throw"):
        raise Throw(reason)
    if kind is Atom("exit"):
        raise Exit(reason)
    raise error_of(reason)


def _clock(nanoseconds: int, unit: Any) -> int:
    return nanoseconds if unit is None else nanoseconds * clocks.erlang_per_second(unit) // 10**9


@ex("system_time/0", "system_time/1")
def system_time(unit: Any = None) -> int:
    return _clock(clocks.system_time(), unit)


@ex("monotonic_time/0", "monotonic_time/1")
def monotonic_time(unit: Any = None) -> int:
    return _clock(clocks.monotonic_time(), unit)


@ex("time_offset/0", "time_offset/1")
def time_offset(unit: Any = None) -> int:
    return _clock(clocks.time_offset(), unit)


@ex("convert_time_unit/3")
def convert_time_unit(value: int, source: Any, target: Any) -> int:
    return clocks.convert(value, clocks.erlang_per_second(source, 2), clocks.erlang_per_second(target, 3))


@ex("timestamp/0", "now/0")
def timestamp() -> Any:
    now = time.time_ns() // 1000
    return (now // 10**12, now // 10**6 % 10**6, now % 10**6)


@ex("unique_integer/0", "unique_integer/1")
def unique_integer(options: Any = ()) -> int:
    serial = Reference().ex_serial
    return int(serial) if options else -(1 << 62) + int(serial)


@ex("garbage_collect/0", "garbage_collect/1")
def garbage_collect(pid: Any = None) -> bool:
    return True


@ex("system_info/1")
def system_info(item: Any) -> Any:
    facts = {
        "schedulers": os.cpu_count() or 1,
        "schedulers_online": os.cpu_count() or 1,
        "logical_processors": os.cpu_count() or 1,
        "otp_release": charlist("25"),
        "wordsize": 8,
        "endian": Atom("little"),
        "system_architecture": charlist("x86_64-pc-linux-gnu"),
        "process_count": 1,
        "version": charlist("13.2"),
        "os_monotonic_time_source": _source_of_time("CLOCK_MONOTONIC", time.monotonic_ns()),
        "os_system_time_source": _source_of_time("CLOCK_REALTIME", time.time_ns()),
    }
    if item.__class__ is tuple:
        item = item[0]
    if item.name not in facts:
        raise ArgumentError("argument error")
    return facts[item.name]


def _source_of_time(name: str, now: int) -> list[Any]:
    """What Erlang says of a clock of the system."""
    facts = {"function": Atom("clock_gettime"), "clock_id": Atom(name), "resolution": 10**9, "extended": Atom("no"), "parallel": Atom("yes"), "time": now}
    return [(Atom(key), value) for key, value in facts.items()]


@ex("memory/0", "memory/1")
def memory(item: Any = None) -> Any:
    import resource

    total = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return total if item is not None else [(Atom("total"), total)]


@ex("whereis/1")
def whereis(name: Any) -> Any:
    from defnpy.stdlib.process import whereis as find

    found = find(name)
    return Atom("undefined") if found is None else found


@ex("is_process_alive/1")
def is_process_alive(pid: Any) -> bool:
    return bool(pid.process.alive)


@ex("put/2")
def put(key: Any, value: Any) -> Any:
    from defnpy.stdlib.process import put as store

    old = store(key, value)
    return Atom("undefined") if old is None else old


@ex("get/1")
def get(key: Any) -> Any:
    from defnpy.stdlib.process import get as fetch

    return fetch(key, Atom("undefined"))


@ex("fun_info/2")
def fun_info(fun: Any, item: Any) -> Any:
    from defnpy.stdlib.function import info

    return info(fun, item)


@ex("not/1")
def not_(a: Any) -> bool:
    return kernel.not_(a)


@ex("and/2")
def and_(a: Any, b: Any) -> bool:
    return kernel.not_(kernel.not_(a)) and not kernel.not_(b)


@ex("or/2")
def or_(a: Any, b: Any) -> bool:
    return not (kernel.not_(a) and kernel.not_(b))


@ex("function_exported/3")
def function_exported(module: Any, name: Any, arity: int) -> bool:
    return kernel.function_exported(module, name, arity)


@ex("fun_to_list/1", "pid_to_list/1", "ref_to_list/1")
def opaque_to_list(term: Any) -> list[int]:
    from defnpy.terms.inspect import inspect

    return charlist(inspect(term))


def _of_processes() -> dict[str, Any]:
    """Functions that Process has under the same or another name."""
    from defnpy.stdlib import process

    def erased(key: Any = UNSET) -> Any:
        if key is UNSET:
            found = process.get()
            current().dictionary.clear()
            return found
        value = process.get(key, UNDEFINED)
        process.delete(key)
        return value

    return {
        "get/0": process.get, "get_keys/0": process.get_keys, "get_keys/1": process.get_keys, "erase/0": erased, "erase/1": erased,
        "group_leader/0": process.group_leader, "exit/2": process.exit_, "unregister/1": process.unregister, "registered/0": process.registered,
        "register/2": lambda name, pid: process.register(pid, name),
        "send_after/3": lambda after, target, message: process.send_after(target, message, after),
        "send_after/4": lambda after, target, message, options: process.send_after(target, message, after, options),
    }  # fmt: skip


@ex("append/2")
def append(a: Any, b: Any) -> Any:
    return kernel.MODULE.functions["++/2"](a, b)


@ex("subtract/2")
def subtract(a: Any, b: Any) -> Any:
    return kernel.MODULE.functions["--/2"](a, b)


@ex("binary_part/2")
def binary_part(data: Any, part: Any) -> Any:
    return kernel.binary_part(data, *part)


@ex("make_tuple/3")
def make_tuple_of(size: Any, default: Any, pairs: Any) -> Any:
    made = [default] * size
    for place, value in pairs:
        made[place - 1] = value
    return tuple(made)


@ex("date/0")
def date() -> Any:
    return tuple(time.localtime()[:3])


@ex("crc32/2")
def crc32_from(before: Any, data: Any) -> int:
    return zlib.crc32(txt.iodata_bytes(data), before)


@ex("adler32/2")
def adler32_from(before: Any, data: Any) -> int:
    return zlib.adler32(txt.iodata_bytes(data), before)


@ex("is_map_key/2")
def is_map_key(key: Any, m: Any) -> bool:
    return kernel.is_map_key(m, key)


def _module() -> Module:
    made = native_module("erlang", globals(), erlang=True)
    for signature in _KERNEL_BIFS:
        name, _, arity = signature.rpartition("/")
        made.functions.setdefault(f"{_TO_ERLANG.get(name, name)}/{arity}", kernel.MODULE.functions[signature])
    for name in ("band/2", "bor/2", "bxor/2", "bnot/1", "bsl/2", "bsr/2"):
        made.functions[name] = bitwise.MODULE.functions[name]
    made.functions.update(_of_processes())
    made.functions["xor/2"] = kernel.xor
    return made


MODULE = _module()
