"""Exception."""

from __future__ import annotations

from typing import Any

from defnpy.stdlib.util import OK
from defnpy.terms import exception as texts
from defnpy.terms.atom import Atom, atom_name
from defnpy.terms.module import ex, native_module
from defnpy.terms.runtime import runtime

ERROR = Atom("error")


@ex("exception?/1")
def exception_q(term: Any) -> bool:
    return texts.is_exception(term)


@ex("message/1")
def message(term: Any) -> Any:
    return texts.message_of(term)


@ex("normalize/2", "normalize/3")
def normalize(kind: Any, payload: Any, stack: Any = None) -> Any:
    return texts.normalize(payload) if kind is ERROR else payload


@ex("format_banner/2", "format_banner/3")
def format_banner(kind: Any, payload: Any, stack: Any = None) -> str:
    return texts.format_banner(kind, payload)


@ex("format/2", "format/3")
def format_(kind: Any, payload: Any, stack: Any = ()) -> str:
    banner = texts.format_banner(kind, payload)
    if kind.__class__ is tuple:
        return banner
    return banner + "\n" + format_stacktrace(stack) if stack else banner


@ex("format_stacktrace/0", "format_stacktrace/1")
def format_stacktrace(stack: Any = ()) -> str:
    if not stack:
        return "\n"
    return "".join(f"    {format_stacktrace_entry(entry)}\n" for entry in stack)


@ex("format_stacktrace_entry/1")
def format_stacktrace_entry(entry: Any) -> str:
    return texts.format_stacktrace_entry(entry)


@ex("format_file_line/2", "format_file_line/3")
def format_file_line(file: Any, line: Any, suffix: Any = "") -> str:
    return texts.format_file_line(file, line, suffix)


@ex("format_file_line_column/3", "format_file_line_column/4")
def format_file_line_column(file: Any, line: Any, column: Any, suffix: Any = "") -> str:
    return texts.format_file_line_column(file, line, column, suffix)


@ex("format_fa/2")
def format_fa(fun: Any, arity: Any) -> str:
    return texts.format_fa(fun, arity)


@ex("format_mfa/3")
def format_mfa(module: Any, function: Any, arity: Any) -> str:
    return texts.format_mfa(module, function, arity)


@ex("format_exit/1")
def format_exit(reason: Any) -> str:
    return texts.format_exit(reason)


@ex("blame/3")
def blame(kind: Any, payload: Any, stack: Any) -> Any:
    if atom_name(kind) != "error":
        return (payload, stack)
    term = texts.blame(texts.normalize(payload), stack)
    if term.fields.get(Atom("args")).__class__ is list and stack and stack[0][2].__class__ is list:
        module, function, args, location = stack[0]
        stack = [(module, function, len(args), location), *stack[1:]]
    return (term, stack)


@ex("blame_mfa/3")
def blame_mfa(module: Any, function: Any, args: Any) -> Any:
    found = runtime().evaluator.blame(module, function, args)
    return (OK, *found) if found is not None else ERROR


MODULE = native_module("Exception", globals())
