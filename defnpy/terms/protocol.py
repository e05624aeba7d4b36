"""Protocol dispatch: from a value to the module that implements a protocol for it."""

from __future__ import annotations

from typing import Any

from defnpy.terms.atom import Atom, alias, atom_name, is_atom
from defnpy.terms.binary import Bits
from defnpy.terms.errors import ProtocolUndefinedError
from defnpy.terms.function import is_function
from defnpy.terms.list import ImproperList
from defnpy.terms.module import Module
from defnpy.terms.process import Pid, Reference
from defnpy.terms.runtime import runtime
from defnpy.terms.struct import STRUCT_KEY, Struct

_TARGETS: dict[type, str] = {
    int: "Integer",
    float: "Float",
    str: "BitString",
    bytes: "BitString",
    Bits: "BitString",
    Atom: "Atom",
    bool: "Atom",
    type(None): "Atom",
    list: "List",
    ImproperList: "List",
    tuple: "Tuple",
    dict: "Map",
    Pid: "PID",
    Reference: "Reference",
}


def target_of(term: Any) -> str:
    """The name behind ``for:`` that fits *term*: ``Integer``, ``Map``, or the struct's module."""
    if isinstance(term, Struct):
        return term.module.name.removeprefix("Elixir.")
    if term.__class__ is dict and STRUCT_KEY in term and is_atom(term[STRUCT_KEY]):
        return atom_name(term[STRUCT_KEY]).removeprefix("Elixir.")
    found = _TARGETS.get(term.__class__)
    if found is not None:
        return found
    return "Function" if is_function(term) else "Any"


def find_impl(protocol: str, term: Any) -> Module | None:
    """The implementing module written in Elixir or native, or None; native behaviour of native terms is not asked for."""
    world = runtime()
    found = world.find(alias(f"{protocol}.{target_of(term)}"))
    if found is not None:
        return found
    module = world.modules.get(alias(protocol))
    falls_back = module is not None and bool(module.info.get("fallback_to_any"))
    if falls_back or derives(protocol, term):
        return world.find(alias(f"{protocol}.Any"))
    return None


def derives(protocol: str, term: Any) -> bool:
    """Whether the module of a struct names *protocol* in ``@derive``."""
    if not isinstance(term, Struct):
        return False
    module = runtime().modules.get(term.module)
    name = "Elixir." + protocol
    return module is not None and any(p.name == name for p, _ in module.info.get("derive", ()))


def impl_for(protocol: str, term: Any) -> Module | None:
    """As :func:`find_impl`; the answer of ``Protocol.impl_for/1``."""
    return find_impl(protocol, term)


def dispatch(protocol: str, signature: str, term: Any, args: list[Any]) -> Any:
    """Call the function *signature* (``"go/2"``) of the implementation for *term*."""
    impl = find_impl(protocol, term)
    if impl is None:
        raise ProtocolUndefinedError(alias(protocol), term)
    function = impl.functions.get(signature)
    if function is None:
        from defnpy.terms.errors import UndefinedFunctionError

        name, _, arity = signature.rpartition("/")
        raise UndefinedFunctionError(impl.name, Atom(name), int(arity))
    return function(*args)
