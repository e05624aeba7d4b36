"""ExUnit's exceptions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from defnpy.stdlib.kernel import build_struct, native_exception
from defnpy.stdlib.util import UNSET
from defnpy.terms.atom import Atom, alias
from defnpy.terms.errors import EXCEPTION, ElixirError, from_struct
from defnpy.terms.exception import format_banner, message_of
from defnpy.terms.inspect import inspect
from defnpy.terms.module import Module
from defnpy.terms.runtime import runtime
from defnpy.terms.struct import Struct

NO_VALUE = Atom("ex_unit_no_meaningful_value")
LEFT, RIGHT, MESSAGE, EXPR, ARGS, DOCTEST, CONTEXT = (Atom(n) for n in "left right message expr args doctest context".split())
EQUAL = Atom("==")
ASSERTION, MULTI, TIMEOUT = alias("ExUnit.AssertionError"), alias("ExUnit.MultiError"), alias("ExUnit.TimeoutError")


def assertion(**given: Any) -> ElixirError:
    """An ``ExUnit.AssertionError`` with the fields *given*."""
    fields = {EXCEPTION: True, **dict.fromkeys((LEFT, RIGHT, MESSAGE, EXPR, ARGS, DOCTEST), NO_VALUE), CONTEXT: EQUAL}
    fields.update((Atom(k), v) for k, v in given.items())
    return from_struct(Struct(ASSERTION, fields))


def quoted(code: str) -> Any:
    """The tree of an assertion's code, which travels as text until it fails."""
    try:
        return runtime().module(alias("Code")).functions["string_to_quoted!/1"](code)
    except ElixirError:
        return code


def fail(**given: Any) -> NoReturn:
    """Raise an ``ExUnit.AssertionError``."""
    raise assertion(**given)


def _assertion_message(term: Any) -> str:
    from defnpy.stdlib.exunit.format import format_assertion

    return "\n\n" + format_assertion(term)


def _multi_message(term: Any) -> str:
    shown = (format_banner(kind, reason) for kind, reason, _ in term.fields[Atom("errors")])
    return "got the following errors:\n\n" + "\n\n".join(shown)


def _timeout_message(term: Any) -> str:
    kind, limit = term.fields[Atom("type")], term.fields[Atom("timeout")]
    return (
        f"{kind} timed out after {limit}ms. You can change the timeout:\n\n"
        "  1. per test by setting \"@tag timeout: x\" (accepts :infinity)\n"
        "  2. per test module by setting \"@moduletag timeout: x\" (accepts :infinity)\n"
        "  3. globally via \"ExUnit.start(timeout: x)\" configuration\n"
        "  4. by running \"mix test --timeout x\" which sets timeout\n"
        "  5. or by running \"mix test --trace\" which sets timeout to infinity\n"
        "     (useful when using IEx.pry/0)\n\n"
        "where \"x\" is the timeout given as integer in milliseconds (defaults to 60_000).\n"
    )


def _doctest_message(term: Any) -> str:
    module, line, file = (term.fields[Atom(k)] for k in ("module", "line", "file"))
    where = file if file is not None else inspect(module)
    return f"{where}:{line}: {term.fields[MESSAGE]}" if line is not None else str(term.fields[MESSAGE])


def _exception(name: str, fields: dict[str, Any], message: Callable[[Any], str] = UNSET) -> Module:
    atom = alias(name)
    made = Module(atom)
    made.native = made.defined = True
    known = [(Atom(k), v) for k, v in fields.items()]
    made.info.update(struct=[*known, (EXCEPTION, True)], exception=True)
    made.functions.update({
        "exception/1": lambda given: native_exception(atom, known, given),
        "message/1": message_of if message is UNSET else message,
        "__struct__/0": lambda: Struct(atom, dict(made.info["struct"])),
        "__struct__/1": lambda given: build_struct(made, given),
    })  # fmt: skip
    return made


_ASSERTION_FIELDS = {"left": NO_VALUE, "right": NO_VALUE, "message": NO_VALUE, "expr": NO_VALUE, "args": NO_VALUE, "doctest": NO_VALUE,
                     "context": EQUAL}

MODULES_BY_NAME = {f"Elixir.{name}": made for name, made in {
    "ExUnit.AssertionError": _exception("ExUnit.AssertionError", _ASSERTION_FIELDS, _assertion_message),
    "ExUnit.MultiError": _exception("ExUnit.MultiError", {"errors": []}, _multi_message),
    "ExUnit.TimeoutError": _exception("ExUnit.TimeoutError", {"timeout": None, "type": None}, _timeout_message),
    "ExUnit.DocTest.Error": _exception("ExUnit.DocTest.Error", {"line": None, "file": None, "message": None, "module": None},
                                       _doctest_message),
}.items()}
MODULES_BY_NAME["Elixir.ExUnit.AssertionError"].functions["no_value/0"] = lambda: NO_VALUE
MODULE = MODULES_BY_NAME["Elixir.ExUnit.AssertionError"]
