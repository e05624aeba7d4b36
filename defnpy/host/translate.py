"""Python's own exceptions as Elixir's."""

from __future__ import annotations

import traceback
from typing import Any

from defnpy.terms import errors
from defnpy.terms.atom import Atom


def translate(exception: BaseException) -> errors.ElixirError:
    """The Elixir exception that stands for a Python exception raised inside native code."""
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
        else:
            made = errors.ErlangError(Atom(type(exception).__name__))
            made.add_note(f"{type(exception).__name__}: {exception}")
    made.__cause__ = exception
    made.__traceback__ = exception.__traceback__
    return made


def stacktrace_of(exception: BaseException) -> list[Any]:
    """``__STACKTRACE__``: ``{module, function, arity, location}`` of the Elixir frames, innermost first."""
    out = []
    for frame in reversed(traceback.extract_tb(exception.__traceback__)):
        if not frame.filename.endswith(".py"):
            location = [(Atom("file"), [ord(c) for c in frame.filename]), (Atom("line"), frame.lineno or 0)]
            out.append((Atom("Elixir.Nofile"), Atom(frame.name), 0, location))
    return out
