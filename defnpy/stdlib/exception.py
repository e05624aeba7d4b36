"""Exception."""

from __future__ import annotations

from typing import Any

from defnpy.stdlib.kernel import find_function
from defnpy.stdlib.util import OK, fault_lines, need, option
from defnpy.terms import exception as texts
from defnpy.terms.atom import Atom, alias, atom_name, is_atom
from defnpy.terms.errors import MESSAGE, ElixirError
from defnpy.terms.inspect import inspect
from defnpy.terms.module import ex, native_module
from defnpy.terms.runtime import runtime
from defnpy.terms.text import to_string

ERROR = Atom("error")
_ERLANG_ERROR = alias("ErlangError")
_DEFAULT_REASONS = {
    "badarg": "errors were found at the given arguments",
    "system_limit": "a system limit has been reached due to errors at the given arguments",
}


@ex("exception?/1")
def exception_q(term: Any) -> bool:
    return texts.is_exception(term)


@ex("message/1")
def message(term: Any) -> Any:
    return texts.message_of(term)


@ex("normalize/2", "normalize/3")
def normalize(kind: Any, payload: Any, stack: Any = None) -> Any:
    return _normalized(payload, stack) if kind is ERROR else payload


def _normalized(payload: Any, stack: Any) -> Any:
    """The exception struct of an error term, with what the function that failed says of it (``error_info``)."""
    made = texts.normalize(payload, stack or ())
    said = _details(payload, stack) if not texts.is_exception(payload) else None
    if said is None:
        return made
    reason, details = said
    if made.module is _ERLANG_ERROR:
        return made.replace({Atom("reason"): details})
    default = _DEFAULT_REASONS.get(payload.name) if payload.__class__ is Atom else None
    return made.replace({MESSAGE: (reason if reason is not None else default) + details}) if default is not None else made


def _details(payload: Any, stack: Any) -> tuple[str | None, str] | None:
    """The reason and the faults of arguments that the first stack entry's ``error_info`` function gives."""
    entry: tuple[Any, ...] = stack[0] if stack else ()
    info = option(entry[3], "error_info") if len(entry) == 4 else None
    if info.__class__ is not dict:
        return None
    module = info.get(Atom("module"), entry[0])
    function = info.get(Atom("function"), Atom("format_error"))
    head = (*entry[:3], [(k, {**info, Atom("pretty_printer"): inspect} if k is Atom("error_info") else v) for k, v in entry[3]])
    try:
        extra = find_function(module, function, 2)(payload, [head, *stack[1:]])
    except ElixirError:
        return None
    arity = len(entry[2]) if entry[2].__class__ is list else entry[2]
    faults = [(n, to_string(extra[n])) for n in range(1, arity + 1) if n in extra]
    reason = to_string(extra[Atom("reason")]) if Atom("reason") in extra else None
    if faults:
        return reason, ":\n\n" + fault_lines(faults)
    general = extra.get(Atom("general"))
    return (reason, ": " + to_string(general)) if general is not None else None


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
    term = texts.blame(_normalized(payload, stack), stack)
    if term.fields.get(Atom("args")).__class__ is list and stack and stack[0][2].__class__ is list:
        module, function, args, location = stack[0]
        stack = [(module, function, len(args), location), *stack[1:]]
    return (term, stack)


@ex("blame_mfa/3")
def blame_mfa(module: Any, function: Any, args: Any) -> Any:
    need(is_atom(module) and is_atom(function) and args.__class__ is list, "Exception", "blame_mfa", 3)
    found = runtime().evaluator.blame(module, function, args)
    return (OK, *found) if found is not None else ERROR


MODULE = native_module("Exception", globals())
