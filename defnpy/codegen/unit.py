"""The generated module of one file: shared constants, imported functions, unique names."""

from __future__ import annotations

import ast
from typing import Any

from defnpy.codegen.names import Names, python_name
from defnpy.terms.atom import Atom, atom_name
from defnpy.terms.function import Capture
from defnpy.terms.map import Key
from defnpy.terms.range import Range
from defnpy.terms.runtime import runtime
from defnpy.terms.struct import Struct

_WORDS = {
    "Atom", "Struct", "Range", "NOMATCH", "ImproperList", "Bits", "CELLS", "FunctionType", "Pending", "TailCall", "rt", "UNIT", "OBJECTS", "RESULT", "VALUE",
}


class NotConstant(Exception):
    """The term cannot be written as Python source."""


class UnitCode:
    """Names and constants of one generated Python module. ``objects`` holds terms that have no source form."""

    def __init__(self) -> None:
        self.names = Names(set(_WORDS))
        self.prelude: list[ast.stmt] = []
        self.bound: dict[Any, str] = {}
        self.objects: list[Any] = []
        self.literals: dict[str, str] = {}
        self.modules: list[Any] = []
        self.portable = True
        # The place of the source node that is being emitted.
        self.line = 1
        self.column = 0

    def add_module(self, source: Any) -> int:
        """Keep the source of a ``defmodule`` for the moment it runs; gives its index."""
        self.modules.append(source)
        return len(self.modules) - 1

    def take_prelude(self) -> list[ast.stmt]:
        """The definitions needed since the last call."""
        done, self.prelude = self.prelude, []
        return done

    def _define(self, key: Any, wanted: str, value: ast.expr) -> str:
        name = self.names.exact(wanted)
        self.bound[key] = name
        target = self._at(ast.Name(name, ast.Store()))
        self.prelude.append(self._at(ast.Assign([target], value)))
        return name

    def atom(self, atom: Atom) -> str:
        """The global that holds an atom."""
        found = self.bound.get(atom)
        if found is not None:
            return found
        short = python_name(atom.name.removeprefix("Elixir.").replace(".", "_"))
        call = self._call("Atom", [self._const(atom.name)])
        return self._define(atom, "A_" + short, call)

    def function(self, module: Atom, signature: str) -> str:
        """The global that holds a native function."""
        key = (module, signature)
        found = self.bound.get(key)
        if found is not None:
            return found
        name = signature.rpartition("/")[0]
        prefix = "" if module.name.startswith("Elixir.") else "erl_"
        wanted = prefix + module.name.removeprefix("Elixir.").replace(".", "_") + "_" + python_name(name)
        call = self._at(ast.Call(self._attr("rt", "function"), [self._const(module.name), self._const(signature)], []))
        return self._define(key, wanted, call)

    def module(self, module: Atom) -> str:
        """The global that holds the Module object of a user's module."""
        key = ("module", module)
        found = self.bound.get(key)
        if found is not None:
            return found
        wanted = "M_" + python_name(module.name.removeprefix("Elixir.").replace(".", "_"))
        call = self._at(ast.Call(self._attr("rt", "module"), [self._const(module.name)], []))
        return self._define(key, wanted, call)

    def hoisted(self, value: ast.expr) -> str:
        """A global that holds a constant built once."""
        dump = ast.dump(value)
        found = self.literals.get(dump)
        if found is None:
            found = self.literals[dump] = self._define(("literal", dump), "C_" + str(len(self.literals) + 1), value)
        return found

    def object(self, value: Any) -> ast.expr:
        """An expression for a Python object that has no source form; such code cannot be cached or printed."""
        self.portable = False
        self.objects.append(value)
        return self._at(ast.Subscript(self._name("OBJECTS"), self._const(len(self.objects) - 1), ast.Load()))

    def constant(self, value: Any) -> ast.expr:
        """Source for a term."""
        try:
            return self._source(value)
        except NotConstant:
            return self.object(value)

    def _source(self, value: Any) -> ast.expr:
        kind = value.__class__
        if kind is str:
            try:
                value.encode()
            except UnicodeEncodeError as err:
                raise NotConstant from err
            return self._const(value)
        if kind is int or kind is bool or kind is bytes or value is None:
            return self._const(value)
        if kind is float:
            return self._const(value)
        if kind is Atom:
            return self._name(self.atom(value))
        if kind is tuple:
            return self._at(ast.Tuple([self._source(v) for v in value], ast.Load()))
        if kind is list:
            return self._at(ast.List([self._source(v) for v in value], ast.Load()))
        if kind is dict:
            keys: list[ast.expr | None] = [self._key(k) for k in value]
            return self._at(ast.Dict(keys, [self._source(v) for v in value.values()]))
        if kind is Struct:
            return self._call("Struct", [self._source(value.module), self._source(value.fields)])
        if kind is Range:
            return self._call("Range", [self._const(value.first), self._const(value.last), self._const(value.step)])
        if kind is Capture:
            return self.capture(value.module, value.name, value.arity)
        return self._special(value)

    def _special(self, value: Any) -> ast.expr:
        """A native struct that says how it is rebuilt: ``ex_source() -> (module, "name/arity", args)``."""
        own = getattr(value, "ex_source", None)
        if own is None:
            raise NotConstant
        module, signature, args = own()
        return self._at(ast.Call(self._name(self.function(module, signature)), [self._source(a) for a in args], []))

    def _key(self, k: Any) -> ast.expr:
        if k.__class__ is Key:
            return self._at(ast.Call(self._attr("rt", "key"), [self._source(k.term)], []))
        return self._source(k)

    def capture(self, module: Any, name: str, arity: int) -> ast.expr:
        return self._at(ast.Call(
            self._attr("rt", "capture"), [self._const(atom_name(module)), self._const(name), self._const(arity)], []))

    def _at(self, node: Any) -> Any:
        node.lineno = node.end_lineno = self.line
        node.col_offset = node.end_col_offset = self.column
        return node

    def _name(self, name: str) -> ast.expr:
        return self._at(ast.Name(name, ast.Load()))

    def _const(self, value: Any) -> ast.expr:
        return self._at(ast.Constant(value))

    def _attr(self, base: str, name: str) -> ast.expr:
        return self._at(ast.Attribute(self._name(base), name, ast.Load()))

    def _call(self, name: str, args: list[ast.expr]) -> ast.expr:
        return self._at(ast.Call(self._name(name), args, []))


def native(module: Any) -> Any:
    """The native module object of *module*, or None for modules written in Elixir (or unknown ones)."""
    if module.__class__ is not Atom:
        return None
    found = runtime().module(module)
    return found if found.native and found.defined else None
