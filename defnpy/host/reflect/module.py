"""Module: names of modules, and attributes and definitions of the one being compiled."""

from __future__ import annotations

from typing import Any

from defnpy.expand.expander import linify
from defnpy.host import definitions
from defnpy.stdlib.util import UNSET, is_binary, need
from defnpy.terms.atom import Atom, atom_name, is_atom, to_atom
from defnpy.terms.errors import ArgumentError
from defnpy.terms.inspect import inspect
from defnpy.terms.module import ex, native_module
from defnpy.terms.runtime import runtime
from defnpy.terms.struct import Struct


def _state(module: Any, asked: str = "get_attribute/2") -> Any:
    return definitions._state(module, asked)


def _segment(part: Any) -> str:
    name = part if part.__class__ is str else ("" if part is None else atom_name(part))
    return name.removeprefix("Elixir.").lstrip(".")


@ex("concat/1", "concat/2")
def concat(first: Any, second: Any = UNSET) -> Atom:
    """``Module.concat(A, B)`` is ``A.B``."""
    named = [s for s in map(_segment, _parts("concat", first, second)) if s and s != "Elixir"]
    return Atom(".".join(("Elixir", *named)))


def _parts(name: str, first: Any, second: Any) -> list[Any]:
    """The parts of a name: a list of them, or two."""
    if second is UNSET:
        need(first.__class__ is list, "Module", name, 1)
        return first
    need(all(is_atom(part) or is_binary(part) for part in (first, second)), "Module", name, 2)
    return [first, second]


@ex("safe_concat/1", "safe_concat/2")
def safe_concat(first: Any, second: Any = UNSET) -> Any:
    """As ``concat``, for atoms that there are."""
    from defnpy.host.catalog import tables
    from defnpy.stdlib.string import to_existing_atom

    name = ".".join(("Elixir", *(s for s in map(_segment, _parts("safe_concat", first, second)) if s and s != "Elixir")))
    return Atom(name) if name in tables() else to_existing_atom(name)


@ex("split/1")
def split(module: Any) -> list[str]:
    need(is_atom(module) or is_binary(module), "Module", "split", 1)
    name = module if module.__class__ is str else atom_name(module)
    if not name.startswith("Elixir."):
        raise ArgumentError(f"expected an Elixir module, got: {inspect(module)}")
    return name.removeprefix("Elixir.").split(".")


@ex("get_attribute/2", "get_attribute/3")
def get_attribute(module: Any, name: Any, default: Any = None) -> Any:
    return _state(module, "get_attribute/2").get_attribute(atom_name(name), default)


@ex("put_attribute/3")
def put_attribute(module: Any, name: Any, value: Any) -> Any:
    definitions.put_attribute(module, atom_name(name), value)
    return Atom("ok")


@ex("delete_attribute/2")
def delete_attribute(module: Any, name: Any) -> Any:
    return _state(module, "delete_attribute/2").attributes.pop(atom_name(name), None)


@ex("get_last_attribute/2", "get_last_attribute/3")
def get_last_attribute(module: Any, name: Any, default: Any = None) -> Any:
    """The value put last, also where values accumulate."""
    state = _state(module, "get_last_attribute/2")
    found = state.get_attribute(atom_name(name), default)
    if atom_name(name) in state.accumulating:
        return found[0] if found else default
    return found


@ex("has_attribute?/2")
def has_attribute(module: Any, name: Any) -> bool:
    state = _state(module, "has_attribute?/2")
    return atom_name(name) in state.attributes or atom_name(name) in state.registered


@ex("attributes_in/1")
def attributes_in(module: Any) -> list[Any]:
    state = _state(module, "attributes_in/1")
    return [Atom(k) for k in {**state.attributes, **dict.fromkeys(sorted(state.registered))}]


@ex("register_attribute/3")
def register_attribute(module: Any, name: Any, options: Any) -> Any:
    chosen = {k.name: v for k, v in options}
    _state(module, "register_attribute/3").register_attribute(atom_name(name), accumulate=bool(chosen.get("accumulate")), persist=bool(chosen.get("persist")))
    return Atom("ok")


@ex("open?/1")
def open_q(module: Any) -> bool:
    return module in runtime().evaluator.open


@ex("defines?/2", "defines?/3")
def defines(module: Any, pair: Any, kind: Any = None) -> bool:
    found = _state(module, "defines?/2").definitions.get(f"{atom_name(pair[0])}/{pair[1]}")
    return found is not None and (kind is None or found.kind == atom_name(kind))


@ex("definitions_in/1", "definitions_in/2")
def definitions_in(module: Any, kind: Any = None) -> list[Any]:
    state = _state(module, "definitions_in/1")
    listed = [d for s, d in state.definitions.items() if not d.name.startswith("super ") and state.overridable.get(s) is not d]
    return [(to_atom(d.name), d.arity) for d in listed if kind is None or d.kind == atom_name(kind)]


@ex("overridables_in/1")
def overridables_in(module: Any) -> list[Any]:
    pairs = (signature.rpartition("/") for signature in _state(module, "overridables_in/1").overridable)
    return [(to_atom(name), int(arity)) for name, _, arity in pairs]


@ex("defines_type?/2")
def defines_type(module: Any, pair: Any) -> bool:
    return f"{atom_name(pair[0])}/{pair[1]}" in _state(module, "defines_type?/2").types


@ex("delete_definition/2")
def delete_definition(module: Any, pair: Any) -> bool:
    return _state(module, "delete_definition/2").definitions.pop(f"{atom_name(pair[0])}/{pair[1]}", None) is not None


@ex("get_definition/2", "get_definition/3")
def get_definition(module: Any, pair: Any, options: Any = ()) -> Any:
    """``{:v1, kind, metadata, clauses}``; a clause is ``{metadata, arguments, guards, body}`` as the source has them."""
    state = _state(module, "get_definition/2")
    name, arity = atom_name(pair[0]), pair[1]
    found = state.definitions.get(f"{name}/{arity}")
    if found is None:
        if name == "__struct__" and arity < 2 and state.struct is not None:
            return (Atom("v1"), Atom("def"), [(Atom("line"), state.struct_line)], [])
        return None
    skip = any(k is Atom("skip_clauses") and v is True for k, v in options)
    clauses = [] if skip else [(c.meta, *c.source) for c in found.clauses if c.source is not None]
    return (Atom("v1"), Atom(found.kind), found.meta, clauses)


@ex("make_overridable/2")
def make_overridable(module: Any, listed: Any) -> Any:
    for pair in listed if listed.__class__ is list else []:
        if not (pair.__class__ is tuple and len(pair) == 2 and is_atom(pair[0]) and pair[1].__class__ is int and 0 <= pair[1] <= 255):
            raise ArgumentError("each element in tuple list has to be a {function_name :: atom, arity :: 0..255} tuple, got: " + inspect(pair))
    return definitions.make_overridable(module, listed, _state(module, "make_overridable/2").env, [])


@ex("overridable?/2")
def overridable(module: Any, pair: Any) -> bool:
    return f"{atom_name(pair[0])}/{pair[1]}" in _state(module, "overridable?/2").overridable


@ex("create/3")
def create(module: Any, quoted: Any, options: Any) -> Any:
    """A module from quoted contents."""
    evaluator = runtime().evaluator
    compilation = evaluator.compilation("nofile")
    env = compilation.env
    if isinstance(options, Struct) and hasattr(options, "env"):
        env = options.env.fork()
        env.unit = compilation.unit
        env.vars = {}
        env.function = None
        env.state = None
        env.module = None
    # The code comes from a quote: its variables and aliases are its own.
    return compilation.define_module(module, linify(quoted, env.line, module, env.unit.next()), env, [])


@ex("eval_quoted/2", "eval_quoted/3", "eval_quoted/4")
def eval_quoted(module: Any, quoted: Any, binding: Any = (), options: Any = ()) -> Any:
    state = _state(module if is_atom(module) else module.env.module)
    state.compilation.form(quoted, state.env)
    return (None, [])


@ex("reserved_attributes/0")
def reserved_attributes() -> Any:
    """The attributes that mean something to the compiler, each with what it is for."""
    return {Atom(name): {Atom("doc"): text} for name, text in RESERVED.items()}


RESERVED = {
    "after_compile": "A hook that runs when the module was compiled.",
    "after_verify": "A hook that runs when the module was verified.",
    "before_compile": "A hook that runs before the module is compiled.",
    "behaviour": "Says that the module implements a behaviour.",
    "enforce_keys": "The keys that must be given whenever the module's struct is built.",
    "fallback_to_any": "Inside defprotocol: whether Any implements the protocol for all other terms.",
    "undefined_impl_description": "Inside defprotocol: what a Protocol.UndefinedError says in addition.",
    "for": "Inside defimpl: the module the implementation is for.",
    "protocol": "Inside defimpl: the protocol.",
    "on_definition": "A hook that runs for each definition.",
    "impl": "Says that the next definition implements a callback.",
    "compile": "Options of the module's compilation.",
    "deprecated": "Why the next function is deprecated.",
    "moduledoc": "Documentation of the module.",
    "doc": "Documentation of the next function, macro or callback.",
    "typedoc": "Documentation of the next type.",
    "dialyzer": "Warnings of Dialyzer to request or suppress.",
    "external_resource": "A file that the module was made from.",
    "file": "The file that stack traces name for the next definitions.",
    "on_load": "A function that runs when the module is loaded.",
    "vsn": "The module's version.",
    "type": "A type that other modules can use.",
    "typep": "A private type.",
    "opaque": "A type whose structure is private.",
    "spec": "The specification of a function.",
    "callback": "The specification of a callback.",
    "macrocallback": "The specification of a macro callback.",
    "optional_callbacks": "The callbacks that may be left out.",
    "derive": "The protocols that are derived for the module's struct.",
    "nifs": "Functions that native code implements.",
}


@ex("__protocol_functions__/2")
def protocol_functions(module: Any, functions: Any) -> Any:
    state = _state(module, "__protocol_functions__/2")
    state.info["protocol"] = sorted(functions, key=lambda f: (atom_name(f[0]), f[1]))
    state.persisted.add("__protocol__")
    state.attributes["__protocol__"] = [(Atom("fallback_to_any"), False)]
    state.callbacks.extend(functions)
    return None


@ex("__impl__/3")
def impl(module: Any, protocol: Any, target: Any) -> Any:
    """Record what a ``defimpl`` is for; ``@for`` and ``@protocol`` become readable."""
    state = _state(module, "__impl__/3")
    found = runtime().find(protocol)
    if found is None:
        raise ArgumentError(f"could not load module {inspect(protocol)} due to reason :nofile")
    if not found.native and "protocol" not in found.info:
        raise ArgumentError(f"{inspect(protocol)} is not a protocol")
    state.info["impl"] = (protocol, target)
    state.put_attribute("behaviour", protocol)
    state.persisted.add("__impl__")
    state.attributes["__impl__"] = [(Atom("protocol"), protocol), (Atom("for"), target)]
    state.attributes["for"] = target
    state.attributes["protocol"] = protocol
    return None


@ex("spec_to_callback/2")
def spec_to_callback(module: Any, pair: Any) -> bool:
    return False


MODULE = native_module("Module", globals())
