"""Macros of other modules of the standard library."""

from __future__ import annotations

from typing import Any

from defnpy.expand import expander as ex
from defnpy.expand.env import Env
from defnpy.expand.macros import macro, rewrite
from defnpy.expand.macros.template import Template
from defnpy.terms.atom import Atom, alias

DEF = Atom("def")


def parity(name: str) -> Any:
    def expanded(meta: Any, args: list[Any], env: Env) -> Any:
        return ex.rt_call(name, meta, ex.expand_args(args, env))

    return macro(f"{name}/1")(expanded)


def _using_import(module: str) -> Any:
    def quoted(meta: Any, args: list[Any], env: Env) -> Any:
        return (Atom("import"), meta, [alias(module)])

    return rewrite("__using__/1")(quoted)


def _var(name: str, meta: Any) -> Any:
    return (Atom(name), meta, Atom("Elixir.GenServer"))


PROVIDED = {"GenServer": ("init/1",), "Application": ("stop/1",)}
"""The callbacks that ``use`` stands for."""


def _using_behaviour(module: str, *extra: Any) -> Any:
    """``use GenServer`` and friends: the behaviour and a child_spec/1, which the options of ``use`` change."""

    def quoted(meta: Any, args: list[Any], env: Env) -> Any:
        if env.state is not None:
            env.state.provided.update(PROVIDED.get(module, ()))
        here = (Atom("__MODULE__"), meta, None)
        start = (ex.TUPLE, meta, [here, Atom("start_link"), [_var("arg", meta)]])
        spec: Any = (ex.MAP, meta, [(Atom("id"), here), (Atom("start"), start), *extra])
        if args and args[0] != []:
            spec = ((ex.DOT, meta, [alias("Supervisor"), Atom("child_spec")]), meta, [spec, args[0]])
        child = (DEF, meta, [(Atom("child_spec"), meta, [_var("arg", meta)]), [(ex.DO, spec)]])
        over = (Atom("defoverridable"), meta, [[(Atom("child_spec"), 1)]])
        behaviour = (Atom("@"), meta, [(Atom("behaviour"), meta, [alias(module)])])
        return (ex.BLOCK, meta, [behaviour, child, over])

    return rewrite("__using__/1")(quoted)


def _logger(level: str | None) -> Any:
    """A macro that evaluates its message and metadata only when they are logged; without *level* it is the first argument."""

    def quoted(meta: Any, args: list[Any], env: Env) -> Any:
        chosen, message, *rest = args if level is None else [Atom(level), *args]
        return Template("Elixir.Logger", meta, env).quoted(
            "case Logger.__should_log__(unquote(level), __MODULE__) do\n"
            "  nil -> :ok\n"
            "  level -> Logger.__do_log__(level, unquote(message), %{unquote_splicing(location)}, unquote(metadata))\n"
            "end",
            level=chosen, message=message, metadata=rest[0] if rest else [], location=_location(meta, env))

    names = ("log/2", "log/3") if level is None else (f"{level}/1", f"{level}/2")
    return rewrite(*names)(quoted)


def _location(meta: Any, env: Env) -> list[Any]:
    """Where a message is logged, as metadata; nothing outside of functions."""
    if env.function is None:
        return []
    module, (name, arity) = env.module, env.function
    function = (ex.TUPLE, meta, [module, Atom(name), arity])
    line = next((value for key, value in meta if key.name == "line"), 0)
    return [(Atom("mfa"), function), (Atom("file"), [ord(char) for char in env.file]), (Atom("line"), line)]


LEVELS = ("debug", "info", "notice", "warning", "error", "critical", "alert", "emergency", "warn")


def _logger_macros() -> dict[str, Any]:
    made = {f"{level}/{n}": made for level in LEVELS for made in (_logger(level),) for n in (1, 2)}
    return {**made, "log/2": (general := _logger(None)), "log/3": general}


@rewrite("derive/2", "derive/3")
def derive(meta: Any, args: list[Any], env: Env) -> Any:
    """``Protocol.derive(protocol, module, options)``."""
    options = args[2] if len(args) == 3 else []
    here = (Atom("__ENV__"), meta, None)
    return ((ex.DOT, meta, [alias("Protocol"), Atom("__derive__")]), meta, [[(args[0], options)], args[1], here])


TABLES: dict[Any, dict[str, Any]] = {
    alias("Integer"): {"is_odd/1": parity("is_odd"), "is_even/1": parity("is_even")},
    alias("Bitwise"): {"__using__/1": _using_import("Bitwise")},
    alias("GenServer"): {"__using__/1": _using_behaviour("GenServer")},
    alias("Agent"): {"__using__/1": _using_behaviour("Agent")},
    alias("Task"): {"__using__/1": _using_behaviour("Task", (Atom("restart"), Atom("temporary")))},
    alias("Supervisor"): {"__using__/1": _using_behaviour("Supervisor", (Atom("type"), Atom("supervisor")))},
    alias("DynamicSupervisor"): {"__using__/1": _using_behaviour("DynamicSupervisor", (Atom("type"), Atom("supervisor")))},
    alias("Application"): {"__using__/1": _using_behaviour("Application")},
    alias("Protocol"): dict.fromkeys(derive.signatures, derive),
    alias("Logger"): _logger_macros(),
}
