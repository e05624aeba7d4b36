"""Python's own exceptions as Elixir's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from defnpy.terms import errors
from defnpy.terms.atom import Atom, alias

if TYPE_CHECKING:
    from defnpy.host.report import Place


def translate(exception: BaseException) -> errors.ElixirError:
    """The Elixir exception that stands for a Python exception raised inside native code."""
    made: errors.ElixirError | None = getattr(exception, "translated", None)
    if made is not None:
        return made
    made = _translated(exception)
    made.__cause__ = exception
    made.__traceback__ = exception.__traceback__
    # The frames that the texts are made of may be gone when it is asked for again.
    exception.translated = made  # type: ignore[attr-defined]
    return made


def _translated(exception: BaseException) -> errors.ElixirError:
    made: errors.ElixirError
    if isinstance(exception, RecursionError):
        made = errors.SystemLimitError("a system limit has been reached due to deep recursion (the call stack is full)")
    elif isinstance(exception, ZeroDivisionError | OverflowError):
        made = errors.ArithmeticError_()
    elif isinstance(exception, MemoryError):
        made = errors.SystemLimitError("a system limit has been reached: not enough memory")
    else:
        from defnpy.stdlib.fallback import clause_error

        found = clause_error(exception)
        if found is not None:
            made = found
        elif isinstance(exception, TypeError) and str(exception).startswith("unsupported operand type(s)"):
            # The arithmetic of a library's anonymous function on what is no number.
            made = errors.ArithmeticError_()
        else:
            made = errors.ErlangError(Atom(type(exception).__name__))
            made.add_note(f"{type(exception).__name__}: {exception}")
    return made


def stacktrace_of(exception: BaseException) -> list[Any]:
    """``__STACKTRACE__``: ``{module, function, arity, location}`` of the Elixir frames, innermost first.

    A call that no clause took comes first, with its arguments in the place of the arity.
    """
    from defnpy.host.report import places

    given = getattr(exception, "stack", None)
    if given is not None:
        return list(given)
    out = [_entry(place) for place in reversed(places(exception.__traceback__)[-_MOST_ENTRIES:])]
    if isinstance(exception, errors.FunctionClauseError | errors.UndefinedFunctionError):
        module, function, arity = (exception.term.fields[Atom(k)] for k in ("module", "function", "arity"))
        args = getattr(exception, "given", None)
        if out and out[0][:3] == (module, function, arity):
            location = out.pop(0)[3]
        else:
            location = []
        out.insert(0, (module, function, arity if args is None else args, location))
    call = getattr(exception, "call", None)
    if call is not None:
        out.insert(0, (Atom("erlang"), Atom(call[0]), call[1], [(Atom("error_info"), {Atom("module"): Atom("erl_erts_errors")})]))
    return out


# The BEAM keeps 8; its tail calls leave no entries.
_MOST_ENTRIES = 20
_NAMED = re.compile(r"(.+?)\.([^.\"]+|\".*\"|\.+)/(\d+)\Z")
_ANONYMOUS = re.compile(r"anonymous fn(?:/(\d+) in (.+))?\Z")


def _entry(place: Place) -> Any:
    location = [(Atom("file"), [ord(c) for c in place.file]), (Atom("line"), place.line)]
    anonymous = _ANONYMOUS.match(place.function)
    owner = anonymous[2] if anonymous else place.function
    named = _NAMED.match(owner or "")
    if named is None:
        return (Atom("elixir_compiler_0"), Atom("__FILE__"), 1, location)
    module = alias(named[1]) if named[1][0] != ":" else Atom(named[1][1:])
    name = named[2].strip('"')
    if anonymous:
        return (module, Atom(f"-{name}/{named[3]}-fun-0-"), int(anonymous[1]), location)
    return (module, Atom(name), int(named[3]), location)
