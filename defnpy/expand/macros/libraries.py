"""Macros of other modules of the standard library."""

from __future__ import annotations

from typing import Any

from defnpy.expand import expander as ex
from defnpy.expand.env import Env, line_of
from defnpy.expand.macros import macro, rewrite, within_module
from defnpy.expand.macros.template import Template
from defnpy.terms.atom import Atom, alias
from defnpy.terms.errors import RuntimeError_
from defnpy.terms.inspect import inspect

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


def _using_child(module: str, *extra: Any, behaviour: bool = True, hook: bool = False) -> Any:
    """``use GenServer`` and friends: a child_spec/1, which the options of ``use`` change, the behaviour and a hook before compilation."""

    def quoted(meta: Any, args: list[Any], env: Env) -> Any:
        within_module(env)
        here = (Atom("__MODULE__"), meta, None)
        start = (ex.TUPLE, meta, [here, Atom("start_link"), [_var("arg", meta)]])
        spec: Any = (ex.MAP, meta, [(Atom("id"), here), (Atom("start"), start), *extra])
        if args and args[0] != []:
            spec = ((ex.DOT, meta, [alias("Supervisor"), Atom("child_spec")]), meta, [spec, args[0]])
        child = (DEF, meta, [(Atom("child_spec"), meta, [_var("arg", meta)]), [(ex.DO, spec)]])
        over = (Atom("defoverridable"), meta, [[(Atom("child_spec"), 1)]])
        attributes = [name for name, wanted in (("behaviour", behaviour), ("before_compile", hook)) if wanted]
        return (ex.BLOCK, meta, [*(_attribute(name, module, meta) for name in attributes), child, over])

    return rewrite("__using__/1")(quoted)


def _attribute(name: str, module: str, meta: Any) -> Any:
    return (Atom("@"), meta, [(Atom(name), meta, [alias(module)])])


@rewrite("__using__/1")
def using_application(meta: Any, args: list[Any], env: Env) -> Any:
    """The behaviour, and a stop/1 that does nothing."""
    made = Template("Application", meta, env).quoted("def stop(_state), do: :ok\ndefoverridable stop: 1")
    return (ex.BLOCK, meta, [_attribute("behaviour", "Application", meta), made])


NO_INIT = """function init/1 required by behaviour GenServer is not implemented (in module {0}).

We will inject a default implementation for now:

    def init(init_arg) do
      {{:ok, init_arg}}
    end

You can copy the implementation above or define your own that converts the arguments given to GenServer.start_link/3 to the server state.
"""


@rewrite("__before_compile__/1")
def default_init(meta: Any, args: list[Any], env: Env) -> Any:
    """The init/1 of a GenServer that has none, with a warning."""
    if env.state is None or "init/1" in env.state.definitions:
        return Atom("ok")
    env.warn([], NO_INIT.format(inspect(env.module)), line_of(env.state.meta))
    return Template("GenServer", meta, env).quoted("def init(init_arg), do: {:ok, init_arg}")


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


@rewrite("compile_env/2", "compile_env/3")
def compile_env(meta: Any, args: list[Any], env: Env) -> Any:
    """``Application.compile_env(app, key, default)``."""
    return _compile_env("compile_env", "compile_env/3", meta, [*args, None][:3], env)


@rewrite("compile_env!/2")
def compile_env_bang(meta: Any, args: list[Any], env: Env) -> Any:
    return _compile_env("compile_env!", "compile_env!/2", meta, args, env)


def _compile_env(name: str, shown: str, meta: Any, args: list[Any], env: Env) -> Any:
    if env.function is not None:
        raise RuntimeError_(f"Application.{shown} cannot be called inside functions, only in the module body")
    here = (Atom("__ENV__"), meta, None)
    return ((ex.DOT, meta, [alias("Application"), Atom(name)]), meta, [here, *args])


def _config(signature: str, function: str) -> Any:
    """A macro of Config that is a call of one of its functions."""

    def quoted(meta: Any, args: list[Any], env: Env) -> Any:
        return ((ex.DOT, meta, [alias("Config"), Atom(function)]), meta, args)

    return rewrite(signature)(quoted)


CONFIG = {"config_env/0": "__env__!", "config_target/0": "__target__!", "import_config/1": "__import__!"}
TABLES: dict[Any, dict[str, Any]] = {
    alias("Config"): {signature: _config(signature, function) for signature, function in CONFIG.items()},
    alias("Integer"): {"is_odd/1": parity("is_odd"), "is_even/1": parity("is_even")},
    alias("Bitwise"): {"__using__/1": _using_import("Bitwise")},
    alias("GenServer"): {"__using__/1": _using_child("GenServer", hook=True), "__before_compile__/1": default_init},
    alias("Agent"): {"__using__/1": _using_child("Agent", behaviour=False)},
    alias("Task"): {"__using__/1": _using_child("Task", (Atom("restart"), Atom("temporary")), behaviour=False)},
    alias("Supervisor"): {"__using__/1": _using_child("Supervisor", (Atom("type"), Atom("supervisor")))},
    alias("DynamicSupervisor"): {"__using__/1": _using_child("DynamicSupervisor", (Atom("type"), Atom("supervisor")))},
    alias("Application"): {
        "__using__/1": using_application, "compile_env/2": compile_env, "compile_env/3": compile_env, "compile_env!/2": compile_env_bang,
    },
    alias("Protocol"): dict.fromkeys(derive.signatures, derive),
    alias("Logger"): _logger_macros(),
}
