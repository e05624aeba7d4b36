"""Protocol: dispatch of protocols written in Elixir."""

from __future__ import annotations

from typing import Any

from defnpy.terms import protocol as protocols
from defnpy.terms.atom import Atom, atom_name
from defnpy.terms.errors import ArgumentError, ProtocolUndefinedError
from defnpy.terms.inspect import inspect
from defnpy.terms.module import ex, native_module
from defnpy.terms.runtime import runtime


def _short(module: Atom) -> str:
    return module.name.removeprefix("Elixir.")


def _find(module: Atom, term: Any) -> Any:
    return protocols.find_impl(_short(module), term)


def _undefined(module: Atom, term: Any) -> ProtocolUndefinedError:
    description = runtime().module(module).info.get("undefined_impl_description", "")
    return ProtocolUndefinedError(module, term, description if description.__class__ is str else "")


@ex("__dispatch__/3")
def dispatch(module: Atom, name: Any, args: list[Any]) -> Any:
    """Call ``name`` of the implementation for the first argument."""
    found = _find(module, args[0])
    if found is None:
        raise _undefined(module, args[0])
    return found.functions[f"{atom_name(name)}/{len(args)}"](*args)


@ex("__impl_for__/2")
def impl_for(module: Atom, term: Any) -> Any:
    found = _find(module, term)
    return found.name if found is not None else None


@ex("__impl_for!__/2")
def impl_for_bang(module: Atom, term: Any) -> Any:
    found = _find(module, term)
    if found is None:
        raise _undefined(module, term)
    return found.name


@ex("__protocol__/2")
def protocol_info(module: Atom, key: Any) -> Any:
    kind = atom_name(key)
    if kind == "functions":
        return runtime().module(module).info.get("protocol", [])
    if kind == "module":
        return module
    if kind == "consolidated?":
        return False
    if kind == "impls":
        return Atom("not_consolidated")
    raise ArgumentError(f"unknown key {inspect(key)}")


@ex("__impl_info__/2")
def impl_info(module: Atom, key: Any) -> Any:
    protocol, target = runtime().module(module).info["impl"]
    return {"for": target, "protocol": protocol, "target": module}[atom_name(key)]


@ex("assert_protocol!/1")
def assert_protocol(module: Any) -> Any:
    return _assert(module, "protocol", "a protocol")


@ex("assert_impl!/2")
def assert_impl(module: Any, target: Any) -> Any:
    own = runtime().find(module)
    facts = own.functions.get("__protocol__/1") if own is not None and own.native else None
    if facts is not None and target in facts(Atom("impls"))[1]:
        return Atom("ok")
    return _assert(Atom(f"{module.name}.{_short(target)}"), "impl", "an implementation of a protocol")


def _assert(module: Any, fact: str, text: str) -> Atom:
    """``:ok``; raises unless the module exists and is *text*."""
    found = runtime().find(module)
    if found is None:
        raise ArgumentError(f"could not load module {inspect(module)} due to reason :nofile")
    if fact not in found.info and (fact == "protocol" or not found.native):
        raise ArgumentError(f"{inspect(module)} is not {text}")
    return Atom("ok")


@ex("__derive__/3")
def derive(listed: Any, target: Any, env: Any) -> Any:
    """``Protocol.derive/3``: implementations for a struct that is defined already."""
    from defnpy.stdlib.kernel import new_struct

    evaluator = runtime().evaluator
    for protocol, options in listed:
        tree = evaluator.deriving(protocol, target, dict(new_struct(target).fields), options, env.env)
        if tree is not None:
            evaluator.eval_quoted(tree, [], env.env.file)
    return Atom("ok")


@ex("consolidated?/1")
def consolidated(module: Any) -> bool:
    return False


MODULE = native_module("Protocol", globals())
