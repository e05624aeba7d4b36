"""Errors as a person reads them: Elixir's banner, the source line with a caret, the Elixir frames."""

from __future__ import annotations

import itertools
import linecache
import os
import traceback
from collections.abc import Iterator
from types import CodeType, FrameType, TracebackType
from typing import Any

from defnpy.terms.errors import ElixirError, ErlangError, Exit, Throw

# The blanks before a source line that are shown.
_MOST_BLANK = 26
# Runs of equal frames that a report shows.
_MOST_FRAMES = 40
_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Place:
    """A position in a source file."""

    __slots__ = ("column", "file", "function", "line")

    def __init__(self, file: str, line: int, column: int, function: str) -> None:
        self.file = file
        self.line = line
        self.column = column
        self.function = function

    def __str__(self) -> str:
        return ":".join([self.file, *(str(at) for at in (self.line, self.column) if at)]) + (f": {self.function}" if self.function else "")


def places(trace: TracebackType | None) -> list[Place]:
    """The Elixir frames of a traceback, outermost first."""
    out = []
    names = _function_names()
    known: dict[tuple[int, int], Place] = {}
    while trace is not None:
        code = trace.tb_frame.f_code
        if is_source(code.co_filename) and names.get(code) != "":
            key = (id(code), trace.tb_lasti)
            if key not in known:
                known[key] = _place(code, trace, names)
            out.append(known[key])
        trace = trace.tb_next
    return out


def _place(code: CodeType, trace: TracebackType, names: dict[Any, str]) -> Place:
    line, column = trace.tb_lineno, 0
    for index, (start, _, start_column, _) in enumerate(code.co_positions()):
        if index * 2 == trace.tb_lasti and start:
            line, column = start, (start_column or 0) + 1
    return Place(code.co_filename, line, column, names.get(code) or _local_name(code, names))


def is_source(file: str) -> bool:
    """Whether a code object's file is Elixir source, not Python."""
    return not file.endswith((".py", ".pyx")) and not file.startswith("<") and not file.startswith(_PACKAGE)


def _local_name(code: Any, names: dict[Any, str]) -> str:
    """The name of a code object that is no function of a module: a file's own or an anonymous function's."""
    outer, nested, _ = code.co_qualname.partition(".<locals>.")
    if not nested:
        return "(file)" if outer == "<module>" else "anonymous fn" if outer == "<lambda>" else str(outer)
    owner = next((name for other, name in names.items() if other.co_qualname == outer and other.co_filename == code.co_filename), None)
    return f"anonymous fn/{code.co_argcount} in {owner}" if owner is not None else "anonymous fn"


def _function_names() -> dict[Any, str]:
    """Code objects of the loaded modules to ``Module.function/arity``."""
    from defnpy.terms.inspect import inspect, inspect_call
    from defnpy.terms.runtime import runtime

    found = {}
    for module in list(runtime().modules.values()):
        if module.native or not module.defined:
            continue
        for table in (module.functions, module.info.get("private", {}), module.macros):
            for signature, function in table.items():
                code = getattr(getattr(function, "defn_body", function), "__code__", None)
                if code is not None:
                    name, _, arity = signature.rpartition("/")
                    step = getattr(function, "step", None)
                    if step is not None:
                        # The function proper only calls its steps.
                        found[code] = ""
                        code = step.__code__
                    found[code] = f"{inspect(module.name)}.{inspect_call(name)}/{arity}"
    return found


def banner(error: BaseException) -> str:
    """``** (KeyError) key :a not found in: %{}``."""
    from defnpy import rt
    from defnpy.stdlib.processes import ExitSignal
    from defnpy.terms.atom import Atom
    from defnpy.terms.exception import blame_error, format_banner, with_arguments
    from defnpy.terms.process import current

    if isinstance(error, Throw):
        return format_banner(Atom("throw"), error.value)
    if isinstance(error, ExitSignal):
        return format_banner((Atom("EXIT"), current().pid), error.reason)
    if isinstance(error, Exit):
        return format_banner(Atom("exit"), error.reason)
    made = rt.translate(error)
    try:
        given = getattr(made, "given", None)
        if given is not None:
            plain = format_banner(Atom("error"), made.term)
            padded = format_banner(Atom("error"), with_arguments(made.term, given))[len(plain) :].replace("\n", "\n    ")
            return f"{plain}    {padded}"
        return format_banner(Atom("error"), blame_error(made))
    except Exception:
        return format_banner(Atom("error"), made.term)


def report(error: BaseException) -> str:
    """Everything a person needs to see of an uncaught error."""
    parts = []
    diagnostics = getattr(error, "diagnostics", None)
    if diagnostics and not hasattr(error, "logged"):
        parts.append(show_diagnostics(diagnostics))
    parts.append(banner(error) + "\n")
    trail = places(error.__traceback__)
    if not diagnostics and not hasattr(error, "problem"):
        parts.append(_innermost(trail))
    notes = [n for n in getattr(error, "__notes__", []) if n]
    parts.extend(f"    {line}\n" for note in notes for line in note.splitlines())
    parts.extend(_frames(trail))
    return "".join(parts)


def position(frame: FrameType | None) -> str:
    """Where a running program is: the source line and the stack."""
    trace: TracebackType | None = None
    while frame is not None:
        trace = TracebackType(trace, frame, frame.f_lasti, frame.f_lineno)
        frame = frame.f_back
    trail = places(trace)
    return _innermost(trail) + "".join(_frames(trail))


def _innermost(trail: list[Place]) -> str:
    """The source line of the last place."""
    return excerpt(Place(trail[-1].file, trail[-1].line, trail[-1].column, "")) if trail else ""


def _frames(trail: list[Place]) -> Iterator[str]:
    """The lines of the stack, innermost first; a recursion is one line and a count."""
    lines = [f"    {place.file}:{place.line}: {place.function}\n" for place in reversed(trail)]
    runs = [(line, sum(1 for _ in same)) for line, same in itertools.groupby(lines)]
    for line, count in runs[:_MOST_FRAMES]:
        yield line
        if count > 1:
            yield f"      ({count - 1} more time{'s' if count > 2 else ''})\n"
    if len(runs) > _MOST_FRAMES:
        yield f"    ... {sum(count for _, count in runs[_MOST_FRAMES:])} more\n"


def excerpt(place: Place) -> str:
    """The source line with a caret under the column."""
    text = source_line(place.file, place.line)
    return "" if text is None else _snippet(place.line, text, place.column, "^", str(place)) + "\n"


def _snippet(line: int, text: str, column: int, mark: str, place: str) -> str:
    """A source line with *mark* under its column, or under all of it, in Elixir's layout."""
    margin = " " * (max(2, len(str(line))) + 2)
    blank = len(text) - len(text.lstrip(" "))
    if blank > _MOST_BLANK:
        text, column = "..." + " " * 19 + text[blank:], max(column - (blank - 22), 0)
    if column:
        marked = " " * (column - 1) + mark
    else:
        marked = " " * (len(text) - len(text.lstrip())) + mark[0] * len(text.strip())
    return f"{margin}│\n{line:>{len(margin) - 1}} │ {text}\n{margin}│ {marked}".rstrip() + f"\n{margin}│\n{margin}└─ {place}"


def source_line(file: str, line: int) -> str | None:
    """The text of a line of a source file, when it can be read."""
    text = linecache.getline(file, line)
    return text.rstrip("\n") if text else None


def show_diagnostics(diagnostics: list[Any]) -> str:
    """All problems of a file, each with its source line."""
    told: list[list[Any]] = []
    for d in diagnostics:
        if told and d.shared and told[-1][0].shared and told[-1][0].message == d.message:
            told[-1].append(d)
        else:
            told.append([d])
    return "".join(f"{_diagnostic(first, others)}\n\n" for first, *others in told)


def _diagnostic(d: Any, others: list[Any]) -> str:
    """One problem as the Elixir compiler prints it, and the *others* of the same message."""
    text = source_line(d.file, d.line)
    margin = " " * (max(2, len(str(d.line))) + 2)
    place = f"\n{margin if text is not None else ''}└─ ".join(str(Place(o.file, o.line, o.column, o.where)) for o in (d, *others))
    if d.stack:
        return f"{d.severity}: {d.message}\n  {place}"
    message = d.message + (f"\n\nhint: {d.hint}" if d.hint else "")
    if text is None:
        return f"{d.severity}: {message}\n└─ {place}"
    first, *rest = message.split("\n")
    shown = "\n".join([first, *(margin + part if part else part for part in rest)])
    return f"{margin}{d.severity}: {shown}\n" + _snippet(d.line, text, d.column, ("^" if d.severity == "error" else "~") * d.length, place)


def log(diagnostics: list[Any]) -> None:
    """Write problems on standard error, or to whoever captures it."""
    from defnpy.stdlib import devices
    from defnpy.terms.atom import Atom

    if diagnostics:
        devices.write(Atom("stderr"), show_diagnostics(diagnostics))


def python_traceback(error: BaseException) -> str:
    """The full Python traceback (``--verbose``)."""
    return "".join(traceback.format_exception(error))


def is_internal(error: BaseException) -> bool:
    """Whether an error is a fault of defnpy itself rather than of the program."""
    from defnpy.host.translate import translate

    return not isinstance(error, ElixirError | Throw | Exit | SystemExit) and isinstance(translate(error), ErlangError)
