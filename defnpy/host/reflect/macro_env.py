"""Macro.Env: questions about an environment, and changed environments."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from defnpy.expand import expander
from defnpy.expand.env import CompileFailure, Env, MacroEnv, Unit, line_of
from defnpy.expand.macros.definitions import DEF
from defnpy.terms.atom import Atom, alias, atom_name, is_atom
from defnpy.terms.module import ex, native_module
from defnpy.terms.runtime import runtime

OK, ERROR = Atom("ok"), Atom("error")


@ex("__struct__/0", "__struct__/1")
def blank(given: Any = ()) -> MacroEnv:
    """``%Macro.Env{}``: an environment in which nothing is imported."""
    made = MacroEnv(Env(Unit("nofile")), {Atom("line"): 0})
    return made.replace(dict(given.items() if given.__class__ is dict else given))  # type: ignore[return-value]


@ex("location/1")
def location(env: Any) -> Any:
    return [(Atom("file"), env.env.file), (Atom("line"), env.env.line)]


@ex("stacktrace/1")
def stacktrace(env: Any) -> list[Any]:
    inner = env.env
    file = os.path.relpath(inner.file) if os.path.isabs(inner.file) and inner.file.startswith(os.getcwd() + os.sep) else inner.file
    place = [(Atom("file"), list(map(ord, file))), (Atom("line"), inner.line)]
    if inner.module is None:
        return [(Atom("elixir_compiler"), Atom("__FILE__"), 1, place)]
    name, arity = inner.function or ("__MODULE__", 0)
    return [(inner.module, Atom(name), arity, place)]


@ex("in_match?/1")
def in_match(env: Any) -> bool:
    return bool(env.env.context == "match")


@ex("in_guard?/1")
def in_guard(env: Any) -> bool:
    return bool(env.env.context == "guard")


@ex("to_match/1")
def to_match(env: Any) -> Any:
    return env.replace({Atom("context"): Atom("match")})


@ex("to_guard/1")
def to_guard(env: Any) -> Any:
    return env.replace({Atom("context"): Atom("guard")})


@ex("has_var?/2")
def has_var(env: Any, pair: Any) -> bool:
    return (atom_name(pair[0]), pair[1]) in env.env.vars


@ex("vars/1")
def vars_(env: Any) -> list[Any]:
    return list(env.fields[Atom("versioned_vars")])


@ex("required?/2")
def required(env: Any, module: Any) -> bool:
    return module in env.env.requires


@ex("fetch_alias/2")
def fetch_alias(env: Any, name: Any) -> Any:
    found = env.env.aliases.get(atom_name(name).removeprefix("Elixir."))
    return (OK, found) if found is not None else ERROR


@ex("fetch_macro_alias/2")
def fetch_macro_alias(env: Any, name: Any) -> Any:
    return ERROR


@ex("lookup_alias_as/2")
def lookup_alias_as(env: Any, module: Any) -> list[Any]:
    return [alias(name) for name, target in env.env.aliases.items() if target is module]


@ex("prune_compile_info/1")
def prune(env: Any) -> Any:
    return env.replace({Atom("lexical_tracker"): None, Atom("tracers"): []})


@ex("prepend_tracer/2")
def prepend_tracer(env: Any, tracer: Any) -> Any:
    return env.replace({Atom("tracers"): [tracer, *env.fields[Atom("tracers")]]})


@ex("lookup_import/2")
def lookup_import(env: Any, pair: Any) -> list[Any]:
    signature = f"{atom_name(pair[0])}/{pair[1]}"
    out = []
    if signature in env.env.functions:
        out.append((Atom("function"), env.env.functions[signature]))
    if signature in env.env.macros:
        out.append((Atom("macro"), env.env.macros[signature]))
    return out


# -- directives ----------------------------------------------------------------------------------------------------------


def _changed(env: Any, work: Callable[[Env], Any]) -> Any:
    made = env.env.fork()
    try:
        work(made)
    except CompileFailure as failure:
        return (ERROR, failure.diagnostic.message)
    return (OK, MacroEnv(made, env.extra))


def _directive(options: Any) -> list[Any]:
    return [(k, v) for k, v in options if atom_name(k) not in ("trace", "emit_warnings")]


@ex("define_alias/3", "define_alias/4")
def define_alias(env: Any, meta: Any, module: Any, options: Any = ()) -> Any:
    return _changed(env, lambda made: expander.SPECIAL[Atom("alias")]((Atom("alias"), meta, [module, _directive(options)]), made))


@ex("define_require/3", "define_require/4")
def define_require(env: Any, meta: Any, module: Any, options: Any = ()) -> Any:
    def work(made: Env) -> None:
        made.requires = made.requires | {module}
        if any(atom_name(k) == "as" for k, _ in options):
            expander.SPECIAL[Atom("alias")]((Atom("alias"), meta, [module, _directive(options)]), made)

    return _changed(env, work)


@ex("define_import/3", "define_import/4")
def define_import(env: Any, meta: Any, module: Any, options: Any = ()) -> Any:
    return _changed(env, lambda made: expander.SPECIAL[Atom("import")]((Atom("import"), meta, [module, _directive(options)]), made))


# -- expansion -----------------------------------------------------------------------------------------------------------


@ex("expand_alias/3", "expand_alias/4")
def expand_alias(env: Any, meta: Any, segments: Any, options: Any = ()) -> Any:
    if not segments or segments[0].__class__ is not Atom or segments[0].name not in env.env.aliases:
        return ERROR
    return (Atom("alias"), expander.expand_alias((expander.ALIASES, meta, segments), env.env))


def _expander(macro: Any, module: Any, name: Any, env: Any) -> Any:
    def expanded(meta: Any, args: Any) -> Any:
        if getattr(macro, "native_macro", False):
            from defnpy.host.reflect.macro import expand_once

            return expand_once(((Atom("."), meta, [module, name]), meta, args), env)
        inner = env.env.fork()
        inner.line = line_of(meta) or inner.line
        return expander.linify(macro(MacroEnv(inner), *args), line_of(meta), module, inner.unit.next(), meta)

    return (Atom("macro"), module, expanded)


@ex("expand_require/5", "expand_require/6")
def expand_require(env: Any, meta: Any, module: Any, name: Any, arity: int, options: Any = ()) -> Any:
    inner = env.env
    known = module in inner.requires or module is inner.module or expander.meta_get(meta, Atom("required")) is True
    made = runtime().find(module)
    macro = expander.find_macro(module, f"{atom_name(name)}/{arity}", inner) if known and made is not None else None
    return ERROR if macro is None else _expander(macro, module, name, env)


@ex("expand_import/4", "expand_import/5")
def expand_import(env: Any, meta: Any, name: Any, arity: int, options: Any = ()) -> Any:
    missing = (ERROR, Atom("not_found"))
    signature = f"{atom_name(name)}/{arity}"
    if name in expander.SPECIAL and name is not DEF:
        return missing
    module = expander.imported(signature, arity, meta, env.env)
    if module is None or not is_atom(module):
        return missing
    macro = expander.find_macro(module, signature, env.env)
    return (Atom("function"), module, name) if macro is None else _expander(macro, module, name, env)


FIELDS = sorted(MacroEnv(Env(Unit("nofile")), {Atom("line"): 0}).fields.items(), key=lambda f: f[0].name)
SHOWN = [k for k, _ in FIELDS if k.name not in ("tracers", "versioned_vars")]
MODULE = native_module("Macro.Env", globals(), info={"struct": FIELDS, "derive": [(alias("Inspect"), [(Atom("only"), SHOWN)])]})
