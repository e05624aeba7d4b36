"""Warnings about calls of other modules, given when all of a file is compiled: what is missing there, and what is deprecated."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.expand import behaviours, deprecated, lint
from defnpy.expand import expander as ex
from defnpy.expand.env import Diagnostic, Env, Unit, line_of
from defnpy.terms.atom import Atom
from defnpy.terms.exception import format_mfa
from defnpy.terms.inspect import inspect
from defnpy.terms.module import Module
from defnpy.terms.order import strict_equal
from defnpy.terms.runtime import runtime
from defnpy.terms.suggest import undefined_hint

GENERATED = ("__info__", "module_info", "behaviour_info", "__struct__", "__impl__", "impl_for", "impl_for!", "__protocol__")
WHOLE = frozenset("""Access Agent Atom Base Bitwise Complex Date DateTime Enum File Float Function Integer JSON Keyword List Map MapSet NaiveDateTime
    Nx Nx.Constants Nx.LinAlg Nx.Random OptionParser Path Range Regex Stream String Supervisor Task Time Tuple URI Version""".split())
"""Native modules that have every function of the reference's: what they lack does not exist."""


UNREQUIRED = (
    "{} is undefined or private. However, there is a macro with the same name and arity. Be sure to require {} if you intend to invoke this macro"
)


def check(unit: Unit, provided: Callable[[Atom], bool]) -> None:
    """Warn of calls of functions that their modules lack, of modules that nobody defines, of deprecated functions and of behaviours.

    Only modules that are loaded are looked into; *provided* says whether a module can be loaded when it is needed. What is said of one
    module comes together, in the order of its places; a message that holds for several is written once.
    """
    calls, unit.remote_calls = unit.remote_calls, []
    states, unit.compiled = unit.compiled, []
    found: dict[Any, dict[str, list[Diagnostic]]] = {}
    for module, name, arity, meta, env in calls:
        text = _problem(module, name, arity, meta, env, provided)
        if text and not any(strict_equal(n, module) or strict_equal(n, (module, Atom(name), arity)) for n in unit.not_warned):
            told = env.diagnostic("warning", meta, text)
            told.late = ex.meta_get(meta, ex.NO_PARENS) is not None
            told.shared = True
            found.setdefault(env.module, {}).setdefault(text, []).append(told)
    for state in states:
        begin = len(unit.diagnostics)
        behaviours.check(state)
        for told in unit.diagnostics[begin:]:
            found.setdefault(state.name, {}).setdefault(f"{told.message} {told.line}", []).append(told)
        del unit.diagnostics[begin:]
    for groups in found.values():
        for group in groups.values():
            group.sort(key=_order)
        for group in sorted(groups.values(), key=lambda group: _order(group[0])):
            unit.diagnostics.extend(group)


def _order(told: Diagnostic) -> Any:
    return (told.late, told.line, told.column)


def _problem(module: Atom, name: str, arity: int, meta: Any, env: Env, provided: Callable[[Atom], bool]) -> str:
    """What is wrong with a call, or nothing."""
    evaluator = runtime().evaluator
    if not lint.written(meta) or name in GENERATED or module in evaluator.open or not module.name.startswith("Elixir."):
        return ""
    signature = f"{name}/{arity}"
    found = runtime().modules.get(module)
    if found is None or not found.defined:
        return "" if provided(module) else missing_module(module, Atom(name), arity)
    reason = deprecation(found, signature)
    if reason is not None:
        return f"{format_mfa(module, Atom(name), arity)} is deprecated. {reason}"
    if signature in found.macros or ex.find_macro(module, signature, env) is not None:
        return "" if module in env.requires else UNREQUIRED.format(format_mfa(module, Atom(name), arity), inspect(module))
    if signature in found.functions or "missing_function" in found.info:
        return ""
    hint = undefined_hint(module, Atom(name), arity)
    # What another module of defnpy itself lacks may be there in the reference: only what looks like a slip is said.
    known = not found.native or hint or module.name.removeprefix("Elixir.") in WHOLE
    return f"{format_mfa(module, Atom(name), arity)} is undefined or private{hint}" if known else ""


def deprecation(module: Module, signature: str) -> str | None:
    """Why a function or macro of a module is deprecated, or None."""
    if module.native:
        return deprecated.reason(module.name, signature)
    reasons: dict[str, str] = module.info.get("deprecated", {})
    return reasons.get(signature)


def warn_of_deprecated(module: Atom, signature: str, meta: Any, env: Env) -> None:
    """Warn of a deprecated macro, or of a function that is called while its caller is compiled."""
    found = runtime().find(module)
    reason = deprecation(found, signature) if found is not None and found.defined else None
    if reason is not None and lint.written(meta):
        name, _, arity = signature.rpartition("/")
        if name == "__using__":
            env.warn([], f"use {inspect(module)} is deprecated. {reason}", line_of(meta))
        else:
            env.warn(meta, f"{format_mfa(module, Atom(name), int(arity))} is deprecated. {reason}")


def missing_module(module: Atom, name: Atom, arity: int) -> str:
    hint = "" if "." in module.name.removeprefix("Elixir.") else (
        ". Make sure the module name is correct and has been specified in full (or that an alias has been defined)")
    return f"{format_mfa(module, name, arity)} is undefined (module {inspect(module)} is not available or is yet to be defined){hint}"
