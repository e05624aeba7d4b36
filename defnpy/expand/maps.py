"""Maps and structs: literals, updates and patterns, and the fields that a struct may have."""

from __future__ import annotations

from typing import Any

from defnpy.expand import expander as ex
from defnpy.expand import lint
from defnpy.expand.env import Env
from defnpy.terms import map as maps
from defnpy.terms.atom import Atom, is_atom
from defnpy.terms.errors import EXCEPTION, ArgumentError, KeyError_
from defnpy.terms.runtime import runtime


def map_(tree: Any, env: Env) -> Any:
    form, meta, pairs = tree
    if len(pairs) == 1 and ex.is_node(pairs[0], ex.BAR):
        _, bar_meta, (base, changes) = pairs[0]
        ex.check_pairs(changes, meta, env)
        parts = ex.expand_args([base, *(x for pair in changes for x in pair)], env)
        return (form, meta, [(ex.BAR, bar_meta, [parts[0], _pairs(parts[1:])])])
    ex.check_pairs(pairs, meta, env)
    parts = ex.expand_args([x for pair in pairs for x in pair], env) if pairs else []
    lint.repeated_keys(_pairs(parts), meta, env)
    return (form, meta, _pairs(parts))


def _pairs(flat: list[Any]) -> list[Any]:
    return list(zip(flat[::2], flat[1::2], strict=True))


def struct(tree: Any, env: Env) -> Any:
    form, meta, (name, fields) = tree
    module = ex.expand(name, env)
    if module.__class__ is not Atom:
        raise env.fail(meta, f"expected struct name to be a compile time atom or alias, got: {ex._show(name)}")
    if not ex.is_node(fields, ex.MAP):
        raise env.fail(meta, f"expected struct to be followed by a map, got: {ex._show(fields)}")
    pairs = fields[2]
    if len(pairs) == 1 and ex.is_node(pairs[0], ex.BAR):
        bar_form, bar_meta, (base, changes) = pairs[0]
        ex.check_pairs(changes, meta, env)
        changes = own_fields(changes, meta, env)
        known_fields(module, meta, env, changes)
        return (form, meta, [module, map_((fields[0], fields[1], [(bar_form, bar_meta, [base, changes])]), env)])
    ex.check_pairs(pairs, meta, env)
    pairs = own_fields(pairs, meta, env)
    info = struct_info(module, meta, env, pairs)
    if info is not None:
        _check_fields(module, info, pairs)
    return (form, meta, [module, map_((fields[0], fields[1], pairs), env)])


def own_fields(pairs: list[Any], meta: Any, env: Env) -> list[Any]:
    """The pairs of a struct without one that names the struct once more."""
    left = [pair for pair in pairs if pair[0] is not STRUCT_NAME]
    if len(left) != len(pairs):
        env.warn_of_clause(meta, "key :__struct__ is ignored when using structs")
    for key, _ in left:
        if not is_atom(key):
            env.error(meta, f"invalid key {ex._show(key)} for struct, struct keys must be atoms, got: ")
    return left


STRUCT_NAME = Atom("__struct__")


def _check_fields(module: Any, info: dict[str, Any], pairs: list[Any]) -> None:
    """What ``__struct__/1`` says of the fields that a program gives when it builds a struct."""
    names = {maps.unkey(k) for k, _ in info["struct"]}
    for key, _ in pairs:
        if is_atom(key) and key not in names:
            raise KeyError_(key, None, message=None)
    given = {k for k, _ in pairs if k.__class__ is Atom}
    missing = [k for k in info.get("enforce_keys", ()) if k not in given]
    if missing:
        from defnpy.terms.inspect import inspect

        raise ArgumentError(f"the following keys must also be given when building struct {inspect(module)}: {inspect(missing)}")


def known_fields(module: Any, meta: Any, env: Env, pairs: list[Any]) -> None:
    """Refuse fields that a struct does not have in a match or an update."""
    info = struct_info(module, meta, env, None)
    if info is None:
        return
    from defnpy.terms.inspect import inspect

    names = {maps.unkey(k) for k, _ in info["struct"]}
    for key, _ in pairs:
        if is_atom(key) and key not in names:
            message = f"unknown key {ex._show(key)} for struct {inspect(module)}"
            if env.function is None:
                raise env.fail(meta, message)
            env.error(meta, message)


def struct_info(module: Any, meta: Any, env: Env, built: list[Any] | None) -> dict[str, Any] | None:
    """The fields of the struct of *module*; None after a report. *built* are the pairs of a struct that is built, None elsewhere."""
    # A module around this one may have defined its struct already.
    state = env.state if env.state is not None and env.state.name is module else runtime().evaluator.open.get(module)
    info: Any = None
    if state is not None:
        if state is not env.state and state.struct is None and state.awaited_struct is not None:
            runtime().evaluator.struct_ahead(state)
        if built is None or state is not env.state or env.function is not None:
            info = state.struct_info()
    else:
        found = ex.module_of(module)
        if found is not None and "struct" in found.info:
            info = found.info
        elif found is not None and built is not None and "__struct__/1" in found.functions:
            return _own_struct(module, found, meta, env, built)
        else:
            from defnpy.terms.inspect import struct_fields as exception_fields

            known = exception_fields(module)
            info = {"struct": [*known, (EXCEPTION, True)]} if known is not None else None
    if info is not None:
        return dict(info)
    from defnpy.terms.inspect import inspect

    shown = inspect(module)
    if env.function is None and (module in env.context_modules or (env.state is not None and env.state.name is module)):
        raise env.fail(meta, f"cannot access struct {shown}, the struct was not yet defined or the struct is being accessed in the "
                       "same context that defines it")
    raise env.fail(meta, f"{shown}.__struct__/1 is undefined, cannot expand struct {shown}. Make sure the struct name is correct. If the "
                   "struct name exists and is correct but it still cannot be found, you likely have cyclic module usage in your code",
                   runtime().why_missing(module))


def _own_struct(module: Any, found: Any, meta: Any, env: Env, pairs: list[Any]) -> dict[str, Any]:
    """What a ``__struct__/1`` written by hand makes."""
    from defnpy.terms.inspect import struct_fault

    made = found.functions["__struct__/1"](pairs)
    fault = struct_fault(made, module, 1)
    if fault is not None:
        raise env.fail(meta, fault)
    return {"struct": list(made.fields.items())}
