"""System and Application."""

from __future__ import annotations

import os
import sys
from typing import Any, NoReturn

from defnpy.stdlib import clocks, commands, grants
from defnpy.stdlib.erlang import erlang
from defnpy.stdlib.util import ERROR, OK, UNSET, no_clause
from defnpy.terms import text as txt
from defnpy.terms.atom import Atom, alias
from defnpy.terms.errors import EXCEPTION, ArgumentError, from_struct
from defnpy.terms.inspect import inspect
from defnpy.terms.module import ex, native_module
from defnpy.terms.runtime import runtime
from defnpy.terms.struct import Struct

# The version of the language that defnpy reproduces.
LANGUAGE_VERSION = "1.18.4"


@ex("version/0")
def version() -> str:
    return LANGUAGE_VERSION


@ex("otp_release/0")
def otp_release() -> str:
    return "25"


@ex("build_info/0")
def build_info() -> Any:
    texts = {"build": f"{LANGUAGE_VERSION} (compiled with Erlang/OTP 25)", "date": "", "otp_release": "25", "revision": "", "version": LANGUAGE_VERSION}
    return {Atom(k): v for k, v in texts.items()}


def _clock(nanoseconds: int, unit: Any) -> int:
    return nanoseconds if unit is None else nanoseconds * clocks.per_second(unit) // 10**9


@ex("system_time/0", "system_time/1", "os_time/0", "os_time/1")
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
    return clocks.convert(value, clocks.per_second(source), clocks.per_second(target))


@ex("unique_integer/0", "unique_integer/1")
def unique_integer(options: Any = ()) -> int:
    return erlang.unique_integer(options)


@ex("schedulers/0", "schedulers_online/0")
def schedulers_online() -> int:
    return os.cpu_count() or 1


@ex("get_env/0", "get_env/1", "get_env/2")
def get_env(name: Any = UNSET, default: Any = None) -> Any:
    if name is UNSET:
        grants.need("env")
        return dict(os.environ)
    grants.need("env", name)
    return os.environ.get(name, default)


@ex("fetch_env/1")
def fetch_env(name: str) -> Any:
    found = get_env(name)
    return ERROR if found is None else (OK, found)


@ex("fetch_env!/1")
def fetch_env_bang(name: str) -> Any:
    found = get_env(name)
    if found is None:
        raise from_struct(Struct(alias("System.EnvError"), {EXCEPTION: True, Atom("env"): name}))
    return found


@ex("put_env/1", "put_env/2")
def put_env(name: Any, value: Any = UNSET) -> Any:
    grants.need("env", name if value is not UNSET else None)
    if value is not UNSET and (name.__class__ is not str or value.__class__ is not str):
        raise no_clause("System", "put_env", 2)
    if value is not UNSET and "=" in name:
        raise ArgumentError(f'cannot execute System.put_env/2 for key with "=", got: {inspect(name)}')
    given = [(name, value)] if value is not UNSET else _items(name)
    for key, text in given:
        k = str(txt.to_string(key))
        if text is None:
            os.environ.pop(k, None)
        else:
            os.environ[k] = text
    return OK


def _items(term: Any) -> Any:
    return term.items() if term.__class__ is dict else term


@ex("delete_env/1")
def delete_env(name: str) -> Any:
    grants.need("env", name)
    os.environ.pop(name, None)
    return OK


@ex("endianness/0", "compiled_endianness/0")
def endianness() -> Any:
    return Atom(sys.byteorder)


@ex("cwd/0")
def cwd() -> str:
    grants.need("read", ".")
    return os.getcwd()


@ex("cwd!/0")
def cwd_bang() -> str:
    return cwd()


@ex("tmp_dir/0", "tmp_dir!/0")
def tmp_dir() -> str:
    import tempfile

    return tempfile.gettempdir()


@ex("user_home/0", "user_home!/0")
def user_home() -> str:
    grants.need("env", "HOME")
    return os.path.expanduser("~")


@ex("argv/0")
def argv() -> list[Any]:
    return list(runtime().options.get("argv", []))


@ex("halt/0", "halt/1")
def halt(status: Any = 0) -> NoReturn:
    raise SystemExit(status if status.__class__ is int else 1)


@ex("stop/0", "stop/1")
def stop(status: Any = 0) -> NoReturn:
    halt(status)


@ex("pid/0")
def pid() -> str:
    return str(os.getpid())


@ex("find_executable/1")
def find_executable(name: str) -> Any:
    import shutil

    grants.need("run", name)
    return shutil.which(name)


@ex("at_exit/1")
def at_exit(fun: Any) -> Any:
    runtime().options.setdefault("at_exit", []).append(fun)
    return OK


MODULE = native_module("System", {**vars(commands), **globals()})
