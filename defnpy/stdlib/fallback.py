"""Python errors inside library functions as Elixir's: a wrong kind of argument is a clause that did not match."""

from __future__ import annotations

import sys
from types import CodeType, FrameType, TracebackType
from typing import Any

from defnpy.stdlib.kernel import apply
from defnpy.stdlib.util import UNSET
from defnpy.terms.atom import Atom
from defnpy.terms.errors import ElixirError, FunctionClauseError
from defnpy.terms.runtime import runtime

_WRONG_ARGUMENT = (TypeError, AttributeError, IndexError, KeyError, ValueError, AssertionError)


def clause_error(exception: BaseException) -> FunctionClauseError | None:
    """FunctionClauseError of the library function that *exception* came through, or None when there was none."""
    if isinstance(exception, ElixirError) or not isinstance(exception, _WRONG_ARGUMENT):
        return None
    found: FunctionClauseError | None = None
    trace: TracebackType | None = exception.__traceback__
    caller: FrameType | None = None
    while trace is not None:
        frame = trace.tb_frame
        named = _named(trace)
        if "CELLS" in frame.f_globals or (named is not None and caller is not None and _called_back(frame.f_code, caller)):
            # What a library function called back: what failed lies further inside.
            found = None
        found = _inner(found, named)
        caller, trace = frame, trace.tb_next
    return found


def _called_back(code: CodeType, caller: FrameType) -> bool:
    """Whether the function with *code* was an argument of the one that called it."""
    return any(getattr(value, "__code__", None) is code for value in caller.f_locals.values())


def _inner(outer: FunctionClauseError | None, inner: FunctionClauseError | None) -> FunctionClauseError | None:
    """The call that is to blame: the last one within the module that was called."""
    if outer is None or inner is None:
        return outer or inner
    module = Atom("module")
    return inner if inner.term.fields[module] is outer.term.fields[module] else outer


def _named(trace: TracebackType) -> FunctionClauseError | None:
    """The error of the Elixir function that a frame runs."""
    code = trace.tb_frame.f_code
    if not str(trace.tb_frame.f_globals.get("__name__", "")).startswith("defnpy."):
        return None
    found = _library().get(code)
    if found is None or code is apply.__code__:
        return None
    module, name, arity = found
    return FunctionClauseError(module, Atom(name), arity, _arguments(trace.tb_frame, arity))


_known: dict[CodeType, tuple[Any, str, int]] = {}
_read: set[Any] = set()


def _library() -> dict[CodeType, tuple[Any, str, int]]:
    """The code of the library functions loaded so far: module, name and largest arity."""
    for module in [m for m in list(runtime().modules.values()) if m.native and m not in _read]:
        _read.add(module)
        for signature, function in list(module.functions.items()):
            code = getattr(function, "__code__", None)
            if code is None:
                continue
            name, _, arity = signature.rpartition("/")
            before = _known.get(code)
            # A function that several modules share is that of its own file's.
            own = getattr(sys.modules.get(function.__module__), "MODULE", None) is module
            if before is None or (own and before[0] is not module.name):
                _known[code] = (module.name, name, int(arity))
            elif before[:2] == (module.name, name):
                _known[code] = (module.name, name, max(before[2], int(arity)))
    return _known


def _arguments(frame: FrameType, arity: int) -> list[Any] | None:
    """The Elixir arguments of a library function's frame, when its parameters are one each."""
    code = frame.f_code
    values = [frame.f_locals.get(name, UNSET) for name in code.co_varnames[: code.co_argcount]]
    if len(values) != arity or any(value is UNSET for value in values):
        return None
    return [[] if value == () and value.__class__ is tuple else value for value in values]
