"""Python errors inside library functions as Elixir's: a wrong kind of argument is a clause that did not match."""

from __future__ import annotations

import sys
from types import FrameType, TracebackType
from typing import Any

from defnpy.stdlib.util import UNSET
from defnpy.terms.atom import Atom
from defnpy.terms.errors import ElixirError, FunctionClauseError

# Files whose functions belong to the module of another file.
_PART_OF = {
    "defnpy.stdlib.chunking": "defnpy.stdlib.enum",
    "defnpy.stdlib.sampling": "defnpy.stdlib.enum",
    "defnpy.stdlib.operators": "defnpy.stdlib.kernel",
}
_WRONG_ARGUMENT = (TypeError, AttributeError, IndexError, KeyError, ValueError, AssertionError)


def clause_error(exception: BaseException) -> FunctionClauseError | None:
    """FunctionClauseError of the library function that *exception* came through first, or None when there was none."""
    if isinstance(exception, ElixirError) or not isinstance(exception, _WRONG_ARGUMENT):
        return None
    found: FunctionClauseError | None = None
    trace: TracebackType | None = exception.__traceback__
    while trace is not None:
        if "CELLS" in trace.tb_frame.f_globals:
            # Generated code that a library function called back: what failed lies further inside.
            found = None
        elif found is None:
            found = _named(trace)
        trace = trace.tb_next
    return found


def _named(trace: TracebackType) -> FunctionClauseError | None:
    """The error of the Elixir function that a frame runs."""
    names = trace.tb_frame.f_globals
    python = str(names.get("__name__", ""))
    if not python.startswith("defnpy."):
        return None
    if python in _PART_OF:
        names = vars(sys.modules[_PART_OF[python]])
    code = trace.tb_frame.f_code
    own = names.get("MODULES_BY_NAME", {})
    modules = [names["MODULE"], *own.values()] if "MODULE" in names else []
    for module in modules:
        signatures = [s for s, f in module.functions.items() if getattr(f, "__code__", None) is code]
        if signatures:
            name = signatures[0].rpartition("/")[0]
            arity = max(int(s.rpartition("/")[2]) for s in signatures)
            return FunctionClauseError(module.name, Atom(name), arity, _arguments(trace.tb_frame, arity))
    return None


def _arguments(frame: FrameType, arity: int) -> list[Any] | None:
    """The Elixir arguments of a library function's frame, when its parameters are one each."""
    code = frame.f_code
    values = [frame.f_locals.get(name, UNSET) for name in code.co_varnames[: code.co_argcount]]
    if len(values) != arity or any(value is UNSET for value in values):
        return None
    return [[] if value == () and value.__class__ is tuple else value for value in values]
