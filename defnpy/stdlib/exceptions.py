"""The built-in exception modules: ``exception/1``, ``message/1`` and their structs."""

from __future__ import annotations

from typing import Any

from defnpy.stdlib.kernel import build_struct, native_exception
from defnpy.stdlib.util import option
from defnpy.terms.atom import Atom, alias
from defnpy.terms.errors import EXCEPTION
from defnpy.terms.exception import FIELDS, message_of
from defnpy.terms.module import Module
from defnpy.terms.struct import Struct


def _module(name: str) -> Module:
    atom = alias(name)
    fields = FIELDS[name]
    made = Module(atom)
    made.native = made.defined = True
    made.info["struct"] = [*fields, (EXCEPTION, True)]
    made.info["exception"] = True

    def exception(arg: Any = ()) -> Struct:
        """The exception of a message or of a keyword list of fields; `raise/2` calls it."""
        return native_exception(atom, fields, arg)

    def inspect_error(arg: Any) -> Struct:
        """The exception that stands for another one, raised while a value was inspected."""
        raised = option(arg, "exception")
        known = [(Atom("exception_module"), raised.module), (Atom("exception_message"), message_of(raised).rstrip("\n"))]
        return native_exception(atom, fields, [*known, *(pair for pair in arg if pair[0] is not Atom("exception"))])

    def struct() -> Struct:
        return Struct(atom, dict(made.info["struct"]))

    def struct_of(given: Any) -> Struct:
        return build_struct(made, given)

    made.functions.update({
        "exception/1": inspect_error if name == "Inspect.Error" else exception,
        "message/1": message_of,
        "__struct__/0": struct,
        "__struct__/1": struct_of,
    })  # fmt: skip
    if name == "KeyError":
        made.functions["message/2"] = lambda key, term: message_of(_key_error(atom, key, term))
    return made


def _key_error(atom: Atom, key: Any, term: Any) -> Struct:
    return Struct(atom, {EXCEPTION: True, Atom("key"): key, Atom("term"): term, Atom("message"): None})


MODULES_BY_NAME = {f"Elixir.{name}": _module(name) for name in FIELDS}
MODULE = MODULES_BY_NAME["Elixir.RuntimeError"]
