"""What generated code calls to define things."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FunctionType
from typing import Any

from defnpy.terms import errors
from defnpy.terms import map as maps
from defnpy.terms.atom import Atom, atom_name, is_atom
from defnpy.terms.module import FunctionTable, Module
from defnpy.terms.runtime import runtime
from defnpy.terms.struct import Struct

EXCEPTION, MESSAGE = errors.EXCEPTION, errors.MESSAGE
STRUCT_NAME = Atom("__struct__")


def define_module(name: Atom, functions: dict[str, Any], macros: dict[str, Any], info: dict[str, Any],
                  private: dict[str, Any]) -> Module:
    """Register a compiled module."""
    made = runtime().module(name)
    if made.defined:
        _forget_programs()
    if made.native and made.defined:
        made = runtime().modules[name] = Module(name)
    table = FunctionTable(made)
    made.functions = table
    made.native = False
    made.info = dict(info)
    made.info["private"] = private
    table.update(functions)
    made.macros = dict(macros)
    _generated(made)
    made.defined = True
    return made


def _forget_programs() -> None:
    """A module is defined anew: numerical programs that used it are stale."""
    traced = sys.modules.get("defnpy.nx.defn")
    if traced is not None:
        traced.forget_programs()


def _generated(made: Module) -> None:
    """The functions that every module, struct and exception has."""
    table, info, name = made.functions, made.info, made.name
    user = sorted((k.rpartition("/")[0], int(k.rpartition("/")[2])) for k in table)
    if "struct" in info:
        _struct_functions(made)
    if info.get("exception"):
        _exception_functions(made)

    def about(key: Any) -> Any:
        kind = atom_name(key)
        if kind == "functions":
            extra = [("__struct__", 0), ("__struct__", 1)] if "struct" in info else []
            return [(Atom(n), a) for n, a in sorted(set(user + extra))]
        if kind == "macros":
            return [(Atom(k.rpartition("/")[0]), int(k.rpartition("/")[2])) for k in sorted(made.macros)]
        if kind == "module":
            return name
        if kind == "struct":
            if "struct" not in info:
                return None
            return [{Atom("field"): maps.unkey(k), Atom("required"): k in (info.get("enforce_keys") or []), Atom("default"): v} for k, v in info["struct"]]
        if kind == "attributes":
            return list(info.get("attributes", []))
        if kind == "deprecated":
            pairs = (signature.rpartition("/") for signature in sorted(info.get("deprecated", {})))
            return [((Atom(n), int(a)), info["deprecated"][f"{n}/{a}"]) for n, _, a in pairs]
        if kind in ("compile", "md5", "exports_md5"):
            return []
        raise errors.FunctionClauseError(name, Atom("__info__"), 1, [key])

    def module_info(key: Any = None) -> Any:
        exports = [(Atom(n), a) for n, a in user]
        facts = {"module": name, "exports": exports, "functions": exports, "attributes": about(Atom("attributes")), "compile": []}
        if key is None:
            return [(Atom(k), v) for k, v in facts.items()]
        return facts[atom_name(key)]

    table.setdefault("__info__/1", about)
    table.setdefault("module_info/0", lambda: module_info())
    table.setdefault("module_info/1", module_info)
    if info.get("callbacks"):
        def behaviour_info(key: Any) -> Any:
            return list(info["callbacks"]) if atom_name(key) == "callbacks" else list(info.get("optional_callbacks", []))

        table.setdefault("behaviour_info/1", behaviour_info)


def _struct_functions(made: Module) -> None:
    fields = made.info["struct"]
    name = made.name
    defaults = dict(fields)

    def blank() -> Struct:
        return Struct(name, dict(defaults))

    def filled(given: Any) -> Struct:
        from defnpy.stdlib.kernel import build_struct, field_pairs

        return build_struct(made, field_pairs(given, name, "__struct__/1"))

    made.functions.setdefault("__struct__/0", blank)
    made.functions.setdefault("__struct__/1", filled)


def _exception_functions(made: Module) -> None:
    defaults = dict(made.info["struct"])
    name = made.name

    def exception(given: Any) -> Struct:
        fields = dict(defaults)
        if (given.__class__ is str or given.__class__ is bytes) and MESSAGE in fields:
            fields[MESSAGE] = given
            return Struct(name, fields)
        if given.__class__ is not list:
            raise errors.FunctionClauseError(name, Atom("exception"), 1)
        from defnpy.stdlib.kernel import field_pairs

        for k, v in field_pairs(given, name, "__struct__/1"):
            if k not in fields:
                raise errors.KeyError_(k, None)
            fields[k] = v
        return Struct(name, fields)

    made.functions.setdefault("exception/1", exception)
    if MESSAGE in defaults:
        made.functions.setdefault("message/1", lambda e: e.fields[MESSAGE])


# -- defn -----------------------------------------------------------------------------------------------------------------


def defn(module: Atom, name: str, arity: int, body: Callable[..., Any], options: tuple[int, ...], public: bool) -> Any:
    """The callable of a defn: traces inside a trace, compiles and runs outside."""
    from defnpy.nx.defn import make_defn

    return make_defn(module, name, arity, body, options, public)


def defn_remote(module: Any, signature: str, args: list[Any]) -> Any:
    """A call of another module's function from inside a defn."""
    from defnpy.nx.defn import call_remote

    return call_remote(module, signature, args)


# -- module bodies --------------------------------------------------------------------------------------------------------


def _state(module: Atom, asked: str = "get_attribute/2") -> Any:
    """The module that is being compiled, for the function *asked* of ``Module``."""
    state = runtime().evaluator.open.get(module)
    if state is None:
        from defnpy.terms.inspect import inspect

        hint = "" if asked.split("/")[0] not in READS else ". Use the Module.__info__/1 callback or Code.fetch_docs/1 instead"
        raise errors.ArgumentError(f"could not call Module.{asked} because the module {inspect(module)} is already compiled{hint}")
    return state


READS = frozenset(("get_attribute", "get_last_attribute", "has_attribute?", "attributes_in", "definitions_in", "overridables_in", "defines?"))


def define(module: Atom, kind: str, kind_of_defn: str | None, head: Any, body: Any, env: Any, meta: Any) -> Any:
    """``def`` that runs (inside ``for``, ``if`` or with unquote fragments)."""
    state = _state(module)
    state.pending_defn = kind_of_defn
    state.fragments = True
    try:
        return state.define(kind, head, body, env.fork(), meta)
    finally:
        state.pending_defn = None
        state.fragments = False


def _warn_of_repeated(given: Any, state: Any) -> None:
    from defnpy.terms.inspect import inspect

    seen: set[Any] = set()
    for key in [item[0] if item.__class__ is tuple else item for item in given] if given.__class__ is list else []:
        if key in seen:
            state.env.warn([], f"duplicate key {inspect(key)} found in struct", state.struct_line)
        seen.add(key)


def _fields(given: Any) -> list[tuple[Any, Any]]:
    from defnpy.terms.inspect import inspect

    if given.__class__ is not list:
        raise errors.ArgumentError(f"struct fields definition must be list, got: {inspect(given)}")
    merged: dict[Any, Any] = {}
    for item in given:
        k, v = item if item.__class__ is tuple and len(item) == 2 else (item, None)
        if not is_atom(k):
            raise errors.ArgumentError(f"struct field names must be atoms, got: {inspect(item)}")
        if k is STRUCT_NAME:
            raise errors.ArgumentError("cannot set :__struct__ in struct definition")
        _check_default(k, v)
        merged[maps.key(k)] = v
    return list(merged.items())


def _check_default(field: Any, value: Any) -> None:
    """A default is written into the module's code: no function can stand there."""
    if value.__class__ not in (list, tuple, dict, FunctionType):
        return
    from defnpy.expand.quoting import escape

    try:
        escape(value)
    except errors.ArgumentError as error:
        raise errors.ArgumentError(f"invalid value for struct field {atom_name(field)}, {error}") from None


def define_struct(module: Atom, given: Any) -> Any:
    state = _state(module)
    if state.struct is not None and state.struct_ahead:
        state.struct_ahead = False
        return Struct(module, dict(state.struct["struct"]))
    if state.struct is not None:
        from defnpy.terms.inspect import inspect

        raise errors.ArgumentError(f"defstruct has already been called for {inspect(module)}, defstruct can only be called once per module")
    enforce = state.get_attribute("enforce_keys") or []
    enforce = enforce if enforce.__class__ is list else [enforce]
    for key in enforce:
        if not is_atom(key):
            from defnpy.terms.inspect import inspect

            raise errors.ArgumentError(f"keys given to @enforce_keys must be atoms, got: {inspect(key)}")
    found = _fields(given)
    names = {k for k, _ in found}
    missing = [key for key in enforce if key not in names]
    if missing:
        from defnpy.terms.inspect import inspect

        raise errors.ArgumentError(f"@enforce_keys required keys ({inspect(missing)}) that are not defined in defstruct: {inspect(found)}")
    state.set_struct(found, enforce)
    _warn_of_repeated(given, state)
    runtime().evaluator.derive(state)
    fields: Any = state.struct
    return Struct(module, dict(fields["struct"]))


def define_exception(module: Atom, given: Any) -> Any:
    state = _state(module)
    state.info["exception"] = True
    state.provided.add("exception/1")
    state.attributes.setdefault("behaviour", []).insert(0, Atom("Elixir.Exception"))
    fields = _fields(given)
    if any(name is MESSAGE for name, _ in fields):
        state.provided.add("message/1")
    state.set_struct(_fields([(EXCEPTION, True), *fields]), [])
    return Atom("ok")


def _callbacks_of(behaviour: Atom, state: Any) -> list[Any]:
    """The callbacks of a behaviour that the module defines."""
    from defnpy.terms.inspect import inspect

    found = runtime().find(behaviour)
    callbacks = found.info.get("callbacks") if found is not None else None
    fault = None
    if found is None:
        fault = "it was not defined"
    elif behaviour not in state.get_attribute("behaviour"):
        fault = f'its corresponding behaviour is missing. Did you forget to add @behaviour {inspect(behaviour)}?'
    elif callbacks is None:
        fault = "it does not define any callbacks"
    if fault is not None:
        raise errors.ArgumentError(f"cannot pass module {inspect(behaviour)} as argument to defoverridable/1 because {fault}")
    found_pairs = [(Atom(n.name.removeprefix("MACRO-")), a - 1) if n.name.startswith("MACRO-") else (n, a) for n, a in callbacks or []]
    return [pair for pair in found_pairs if f"{pair[0].name}/{pair[1]}" in state.definitions]


def make_overridable(module: Atom, listed: Any, env: Any, meta: Any) -> Any:
    state = _state(module, "make_overridable/2")
    if listed.__class__ is Atom:
        listed = _callbacks_of(listed, state)
    state.make_overridable([f"{atom_name(k)}/{v}" for k, v in listed], env, meta)
    return Atom("ok")


def get_attribute(module: Atom, name: str) -> Any:
    return _state(module).get_attribute(name)


def put_attribute(module: Atom, name: str, value: Any) -> Any:
    state = _state(module, "put_attribute/3")
    if name in ("moduledoc", "doc", "typedoc"):
        state.put_doc(name, value)
    elif name == "derive":
        for one in reversed(value if value.__class__ is list else [value]):
            state.put_attribute(name, one)
    else:
        state.put_attribute(name, value)
    return Atom("ok")


