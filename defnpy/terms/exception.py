"""Exception.message/1 and banners: the texts of Elixir's exceptions."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any

from defnpy.terms.atom import Atom, alias, atom_name, is_atom
from defnpy.terms.errors import (
    EXCEPTION,
    MESSAGE,
    ArgumentError,
    ArithmeticError_,
    BadArityError,
    BadBooleanError,
    BadFunctionError,
    BadMapError,
    CaseClauseError,
    CondClauseError,
    ElixirError,
    ErlangError,
    FunctionClauseError,
    KeyError_,
    MatchError,
    SystemLimitError,
    TryClauseError,
    UndefinedFunctionError,
    WithClauseError,
    from_struct,
)
from defnpy.terms.function import arity_of
from defnpy.terms.inspect import inspect, inspect_atom, inspect_call, inspect_error_text
from defnpy.terms.runtime import runtime
from defnpy.terms.struct import Struct, is_map
from defnpy.terms.suggest import alias_hint, key_hint, undefined_hint
from defnpy.terms.text import to_string


def _fields(*names: str, **defaults: Any) -> list[tuple[Any, Any]]:
    return [(Atom(n), None) for n in names] + [(Atom(k), v) for k, v in defaults.items()]


FIELDS: dict[str, list[tuple[Any, Any]]] = {
    "ArgumentError": _fields(message="argument error"),
    "ArithmeticError": _fields(message="bad argument in arithmetic expression"),
    "RuntimeError": _fields(message="runtime error"),
    "SystemLimitError": _fields(message="a system limit has been reached"),
    "KeyError": _fields("key", "term", "message"),
    "MatchError": _fields("term"),
    "CaseClauseError": _fields("term"),
    "WithClauseError": _fields("term"),
    "TryClauseError": _fields("term"),
    "CondClauseError": [],
    "BadMapError": _fields("term"),
    "BadBooleanError": _fields("term", "operator"),
    "BadStructError": _fields("struct", "term"),
    "BadFunctionError": _fields("term"),
    "BadArityError": _fields("function", "args"),
    "FunctionClauseError": _fields("module", "function", "arity", "kind", "args", "clauses"),
    "UndefinedFunctionError": _fields("module", "function", "arity", "reason", "message"),
    "Protocol.UndefinedError": [*_fields("protocol", "value"), (Atom("description"), "")],
    "ErlangError": _fields("original", "reason"),
    "Enum.EmptyError": _fields(message="empty error"),
    "Enum.OutOfBoundsError": _fields(message="out of bounds error"),
    "CompileError": [(Atom("file"), None), (Atom("line"), None), (Atom("description"), "expression error")],
    "SyntaxError": [*_fields("file", "line", "column", "snippet"), (Atom("description"), "syntax error")],
    "TokenMissingError": [
        *_fields("file", "line", "column", "end_line", "end_column", "snippet", "opening_delimiter", "expected_delimiter"),
        (Atom("description"), "expression is incomplete"),
    ],
    "MismatchedDelimiterError": _fields(
        "file", "line", "column", "end_line", "end_column", "opening_delimiter", "closing_delimiter",
        "expected_delimiter", "snippet", description="mismatched delimiter error",
    ),
    "File.Error": [*_fields("reason", "path"), (Atom("action"), "")],
    "File.CopyError": _fields("reason", "source", "destination", on="", action=""),
    "File.RenameError": _fields("reason", "source", "destination", on="", action=""),
    "File.LinkError": _fields("reason", "existing", "new", action=""),
    "IO.StreamError": _fields("reason", "message"),
    "Code.LoadError": _fields("file", "message", "reason"),
    "Regex.CompileError": _fields(message="regex could not be compiled"),
    "UnicodeConversionError": _fields("encoded", "message"),
    "System.EnvError": _fields("env"),
    "MissingApplicationsError": [(Atom("apps"), []), (Atom("description"), "missing applications found")],
    "Inspect.Error": _fields("exception_module", "exception_message", "stacktrace", "inspected_struct", "message"),
    "Version.InvalidVersionError": _fields("version"),
    "Version.InvalidRequirementError": _fields("requirement"),
    "Access.Error": _fields("message"),
    "NimbleOptions.ValidationError": [*_fields("message", "key", "value"), (Atom("keys_path"), [])],
    "OptionParser.ParseError": _fields("message"),
    "URI.Error": _fields("action", "reason", "part"),
    "JSON.DecodeError": _fields("message", "offset", "data"),
    "Calendar.TimeZoneDatabaseError": _fields("message"),
    "Jason.EncodeError": _fields("message"),
    "EEx.SyntaxError": _fields("file", "line", "column", "snippet", message="syntax error"),
}  # fmt: skip

_NAMES = {f"Elixir.{name}": name for name in FIELDS}


def message_of(term: Any) -> str:
    """``Exception.message(term)``."""
    name = _NAMES.get(term.module.name)
    make = _MESSAGES.get(name) if name is not None else None
    if make is not None:
        return make(*(term.fields.get(k) for k, _ in FIELDS[name]))  # type: ignore[index]
    if name is None:
        return _by_module(term)
    message = term.fields.get(MESSAGE)
    return message if message.__class__ is str else _bad_message(term, message)


def _by_module(term: Any) -> str:
    module = runtime().find(term.module)
    function = module.functions.get("message/1") if module is not None else None
    try:
        if function is None and module is not None:
            raise UndefinedFunctionError(term.module, Atom("message"), 1)
        message = term.fields.get(MESSAGE) if function is None else function(term)
    except ElixirError as caught:
        return (
            f"got {inspect(caught.term.module)} with message {inspect(caught.text)} "
            f"while retrieving Exception.message/1 for {inspect(term)}. Stacktrace:\n"
        )
    if message.__class__ is str or message.__class__ is bytes:
        return message  # type: ignore[return-value]
    return _bad_message(term, message)


def _bad_message(term: Any, message: Any) -> str:
    return (
        f"got {inspect(message)} while retrieving Exception.message/1 for {inspect(term)} (expected a string)"
    )


# ------------------------------------------------------------------------------------------------ built-in texts


def _key_error(key: Any, term: Any, message: Any) -> str:
    if message is not None:
        return str(message)
    if term is None:
        return f"key {inspect(key)} not found"
    if term.__class__ is list or is_map(term):
        return f"key {inspect(key)} not found in: {inspect(term, pretty=True)}"
    return no_field(key, term)


def no_field(key: Any, term: Any) -> str:
    """The text of ``term.key`` for a term that is no map."""
    return (
        f"key {inspect(key)} not found in: {inspect(term, pretty=True)}\n\n"
        "If you are using the dot syntax, such as map.field, make sure the left-hand side of the dot is a map"
    )


def _bad_arity(function: Any, args: Any) -> str:
    shown = ", ".join(inspect(a) for a in args)
    count = len(args)
    called = "no arguments" if not count else f"{count} argument{'s' if count > 1 else ''} ({shown})"
    return f"{inspect(function)} with arity {arity_of(function)} called with {called}"


def _function_clause(module: Any, function: Any, arity: Any, kind: Any, args: Any, clauses: Any) -> str:
    if function is None:
        return "no function clause matches"
    return f"no function clause matching in {format_mfa(module, function, arity)}{_given(module, function, arity, args, kind, clauses)}"


def _given(module: Any, function: Any, arity: Any, args: Any, kind: Any, clauses: Any) -> str:
    """What a FunctionClauseError says of its arguments and of the clauses that did not take them, once they are known."""
    if args.__class__ is not list:
        return ""
    shown = [inspect(arg, pretty=True).replace("\n", "\n    ") for arg in args]
    listed = "".join(f"\n    # {place}\n    {text}\n" for place, text in enumerate(shown, 1))
    tried = _attempted(kind, function, clauses) if clauses.__class__ is list and clauses else ""
    return f"\n\nThe following arguments were given to {format_mfa(module, function, arity)}:\n{listed}{tried}"


_MOST_CLAUSES = 10
_PRECEDENCE = {"or": 1, "and": 2}


def _attempted(kind: Any, function: Any, clauses: list[Any]) -> str:
    lines = []
    for args, guards in clauses[:_MOST_CLAUSES]:
        head = f"    {atom_name(kind)} {atom_name(function)}({', '.join(_tried(arg, 0) for arg in args)})"
        lines.append(head + "".join(f" when {_tried(guard, 0)}" for guard in guards) + "\n")
    left = len(clauses) - len(lines)
    more = f"    ...\n    ({left} clause{'s' if left > 1 else ''} not shown)\n" if left > 0 else ""
    return f"\nAttempted function clauses (showing {len(lines)} out of {len(clauses)}):\n\n{''.join(lines)}{more}"


def _tried(part: Any, parent: int) -> str:
    """A part of a clause; what did not match stands between minus signs."""
    if part.__class__ is dict:
        text = str(runtime().module(alias("Macro")).functions["to_string/1"](part[Atom("node")]))
        return text if part[Atom("match?")] is True else f"-{text}-"
    operator, (left, right) = part[0].name, part[2]
    own = _PRECEDENCE[operator]
    text = f"{_tried(left, own)} {operator} {_tried(right, own)}"
    return f"({text})" if parent > own else text


def _undefined(module: Any, function: Any, arity: Any, reason: Any, message: Any) -> str:
    if message is not None:
        return str(message)
    if function is None or arity is None:
        return "undefined function" + (alias_hint(module) if module is not None else "")
    name = format_mfa(module, function, arity)
    if module is None:
        return f"function {name} is undefined"
    if reason is None:
        loaded = runtime().find(module) is not None
        reason = Atom("function not exported" if loaded else "module could not be loaded")
    if reason.__class__ is not Atom:
        return f"function {name} is undefined ({reason}){alias_hint(module)}"
    if reason.name == "module could not be loaded":
        return f"function {name} is undefined (module {inspect(module)} is not available){alias_hint(module)}"
    if reason.name == "function not exported":
        return f"function {name} is undefined or private"
    return f"function {name} is undefined ({reason.name}){alias_hint(module)}"


def _protocol_undefined(protocol: Any, value: Any, description: Any) -> str:
    from defnpy.terms.protocol import target_of

    kind = f"{inspect(value.module)} (a struct)" if isinstance(value, Struct) else target_of(value)
    shown = re.sub(r"\n(?!\n)", "\n    ", inspect(value, pretty=True))
    more = f", {description}" if description else ""
    return f"protocol {inspect(protocol)} not implemented for type {kind}{more}\n\nGot value:\n\n    {shown}\n"


def _located(file: Any, line: Any, description: Any) -> str:
    if file is None:
        return str(description)
    return f"{file}:{line}: {description}" if line else f"{file}: {description}"


def _file_error(reason: Any, path: Any, action: Any) -> str:
    return f"could not {action} {inspect(path)}: {posix_text(reason)}"


def _copy_error(reason: Any, source: Any, destination: Any, on: Any, action: Any) -> str:
    place = f". {on}" if on else ""
    return f"could not {action} from {inspect(source)} to {inspect(destination)}{place}: {posix_text(reason)}"


_POSIX = {
    "enoent": "no such file or directory",
    "eacces": "permission denied",
    "eexist": "file already exists",
    "enotdir": "not a directory",
    "eisdir": "illegal operation on a directory",
    "eperm": "not owner",
    "enotempty": "directory is not empty",
    "enospc": "no space left on device",
    "einval": "invalid argument",
}


def posix_text(reason: Any) -> str:
    """``:file.format_error(reason)``."""
    return _POSIX.get(getattr(reason, "name", ""), "unknown POSIX error: " + getattr(reason, "name", str(reason)))


def _inspect_error(module: Any, message: Any, stack: Any, shown: Any, text: Any) -> str:
    return str(text) if text is not None else inspect_error_text(module, str(message), str(shown))


def _missing_applications(apps: Any, description: Any) -> str:
    from defnpy.terms.text import to_string

    listed = "".join(f'\n  {{{inspect(name)}, "{to_string(wanted)}"}}' for name, wanted in apps)
    return f"{description}\n\nTo address this, include these applications as your dependencies:\n{listed}"


def _uri_error(action: Any, reason: Any, part: Any) -> str:
    return f"cannot {atom_name(action)} due to reason {atom_name(reason)}: {inspect(part)}"


def _syntax_error(file: Any, line: Any, column: Any, snippet: Any, description: Any) -> str:
    from defnpy.terms.syntax_text import syntax_message

    return syntax_message("SyntaxError", file, line, column, snippet, description)


def _token_missing(
    file: Any, line: Any, column: Any, end_line: Any, end_column: Any, snippet: Any, opening: Any, expected: Any, description: Any
) -> str:
    from defnpy.terms.syntax_text import delimiter_message, syntax_message

    if end_line is None:
        return syntax_message("TokenMissingError", file, line, column, snippet, description)
    return delimiter_message("TokenMissingError", file, (line, column), (end_line, end_column), expected, snippet, description)


def _mismatched(
    file: Any, line: Any, column: Any, end_line: Any, end_column: Any, opening: Any, closing: Any, expected: Any, snippet: Any, description: Any
) -> str:
    from defnpy.terms.syntax_text import delimiter_message

    return delimiter_message("MismatchedDelimiterError", file, (line, column), (end_line, end_column), expected, snippet, description)


def _template_error(file: Any, line: Any, column: Any, snippet: Any, message: Any) -> str:
    place = f"{file}:{line}:{column}: " if file is not None and line is not None else ""
    return f"{place}{message}{snippet or ''}"


_MESSAGES: dict[str | None, Callable[..., str]] = {
    "KeyError": _key_error,
    "MatchError": lambda term: f"no match of right hand side value: {inspect(term)}",
    "CaseClauseError": lambda term: f"no case clause matching: {inspect(term)}",
    "WithClauseError": lambda term: f"no with clause matching: {inspect(term)}",
    "TryClauseError": lambda term: f"no try clause matching: {inspect(term)}",
    "CondClauseError": lambda: "no cond clause evaluated to a truthy value",
    "BadMapError": lambda term: f"expected a map, got: {inspect(term)}",
    "BadBooleanError": lambda term, operator: (
        f'expected a boolean on left-side of "{atom_name(operator)}", got: {inspect(term)}'
    ),
    "BadStructError": lambda struct, term: f"expected a struct named {inspect(struct)}, got: {inspect(term)}",
    "BadFunctionError": lambda term: f"expected a function, got: {inspect(term)}",
    "BadArityError": _bad_arity,
    "FunctionClauseError": _function_clause,
    "UndefinedFunctionError": _undefined,
    "Protocol.UndefinedError": _protocol_undefined,
    "ErlangError": lambda original, reason: f"Erlang error: {inspect(original)}{reason or ''}",
    "CompileError": _located,
    "SyntaxError": _syntax_error,
    "TokenMissingError": _token_missing,
    "MismatchedDelimiterError": _mismatched,
    "File.Error": _file_error,
    "File.CopyError": _copy_error,
    "File.RenameError": _copy_error,
    "File.LinkError": lambda reason, existing, new, action: _copy_error(reason, existing, new, "", action),
    "System.EnvError": lambda env: f"could not fetch environment variable {inspect(env)} because it is not set",
    "MissingApplicationsError": _missing_applications,
    "Inspect.Error": _inspect_error,
    "URI.Error": _uri_error,
    "EEx.SyntaxError": _template_error,
    "Version.InvalidVersionError": lambda version: f"invalid version: {inspect(version)}",
    "Version.InvalidRequirementError": lambda requirement: f"invalid requirement: {inspect(requirement)}",
    "NimbleOptions.ValidationError": lambda message, key, value, path: (
        f"{message} (in options {inspect(path)})" if path else str(message)
    ),
}


# ---------------------------------------------------------------------------------------------- formatting

_ANONYMOUS = re.compile(r"-(.+)/(\d+)-fun-\d+-\Z")


def format_mfa(module: Any, function: Any, arity: Any) -> str:
    """``Exception.format_mfa/3``; *arity* may be the list of arguments."""
    name = atom_name(function)
    shown = f"({', '.join(map(inspect, arity))})" if arity.__class__ is list else f"/{arity}"
    found = _ANONYMOUS.match(name)
    if found:
        return f"anonymous fn{shown} in {inspect_atom(module)}.{inspect_call(found[1])}/{found[2]}"
    return f"{inspect_atom(module)}.{inspect_call(name)}{shown}"


def format_fa(fun: Any, arity: Any) -> str:
    """``Exception.format_fa/2``."""
    shown = f"({', '.join(map(inspect, arity))})" if arity.__class__ is list else f"/{arity}"
    return f"{inspect(fun)}{shown}"


def format_file_line_column(file: Any, line: Any, column: Any, suffix: Any = "") -> str:
    """``Exception.format_file_line_column/4``."""
    if not file or not line or not column:
        return format_file_line(file, line, suffix)
    return f"{to_string(file)}:{to_string(line)}:{to_string(column)}:{to_string(suffix)}"


def format_file_line(file: Any, line: Any, suffix: Any = "") -> str:
    """``Exception.format_file_line/3``."""
    if not file:
        return ""
    return f"{to_string(file)}:{to_string(line)}:{to_string(suffix)}" if line else f"{to_string(file)}:{to_string(suffix)}"


def format_stacktrace_entry(entry: Any) -> str:
    """``Exception.format_stacktrace_entry/1``."""
    *call, location = entry
    facts = dict(location)
    file = facts.get(Atom("file"))
    name = "".join(map(chr, file)) if file.__class__ is list else file
    place = format_file_line(name, facts.get(Atom("line")), " ")
    if call[-1] == 1 and call[-2] is Atom("__FILE__"):
        return f"{place}(file)"
    if call[-1] in (0, 1) and call[-2] is Atom("__MODULE__"):
        return f"{place}(module)" if call[-1] else f"{place}{inspect_atom(call[0])} (module)"
    return f"{place}{format_fa(*call)}" if len(call) == 2 else f"{place}{format_mfa(*call)}"


def format_banner(kind: Any, payload: Any) -> str:
    """``Exception.format_banner(kind, payload)``; the kind of an exit signal is ``{:EXIT, pid}``."""
    if kind.__class__ is tuple:
        return f"** (EXIT from {inspect(kind[1])}) {format_exit(payload)}"
    name = atom_name(kind)
    if name == "error":
        made = normalize(payload)
        return f"** ({inspect_atom(made.module)}) {message_of(made)}"
    if name == "throw":
        return f"** (throw) {inspect(payload)}"
    return f"** (exit) {format_exit(payload)}"


_EXITS = {
    "calling_self": "process attempted to call itself",
    "timeout": "time out",
    "killed": "killed",
    "noconnection": "no connection",
    "noproc": "no process: the process is not alive or there's no process currently associated with the given name, "
    "possibly because its application isn't started",
    "normal": "normal",
    "shutdown": "shutdown",
}


def _bad_specification(problem: Any) -> str:
    """What a supervisor says of a child specification that it refuses."""
    if problem.__class__ is tuple and len(problem) == 2 and is_atom(problem[0]):
        return f"{atom_name(problem[0]).replace('_', ' ')}: {inspect(problem[1])}"
    return f"got: {inspect(problem)}"


def format_exit(reason: Any) -> str:
    """``Exception.format_exit(reason)``."""
    if reason.__class__ is Atom and reason.name in _EXITS:
        return _EXITS[reason.name]
    if reason.__class__ is tuple and len(reason) == 2:
        first, second = reason
        if first is Atom("shutdown"):
            if second.__class__ is tuple and len(second) == 3 and second[0] is Atom("failed_to_start_child"):
                return f"shutdown: failed to start child: {inspect(second[1])}\n    ** (EXIT) {format_exit(_child_reason(second[2]))}"
            return f"shutdown: {inspect(second)}"
        if first is Atom("nodedown") and is_atom(second):
            return f"no connection to {atom_name(second)}"
        if first is Atom("bad_return_value"):
            return f"bad return value: {inspect(second)}"
        if first is Atom("already_started"):
            return f"already started: {inspect(second)}"
        if first is Atom("bad_call"):
            return f"bad call: {inspect(second)}"
        if first is Atom("bad_cast"):
            return f"bad cast: {inspect(second)}"
        if first is Atom("start_spec"):
            return f"bad child specification, {_bad_specification(second)}"
        if first is Atom("supervisor_data"):
            return f"bad supervisor configuration, {_bad_specification(second)}"
        if second.__class__ is list and second and all(e.__class__ is tuple and len(e) == 4 for e in second):
            made = normalize(first, second)
            frames = "".join(f"\n        {format_stacktrace_entry(entry)}" for entry in second)
            return f"an exception was raised:\n    ** ({inspect_atom(made.module)}) {message_of(made)}{frames}"
        if second.__class__ is tuple and len(second) == 3 and is_atom(second[0]) and second[2].__class__ is list:
            return f"exited in: {format_mfa(*second)}\n    ** (EXIT) {format_exit(first)}"
    return inspect(reason)


def _child_reason(reason: Any) -> Any:
    """Why a child did not start, without the mark of an exit."""
    return reason[1] if reason.__class__ is tuple and len(reason) == 2 and reason[0] is Atom("EXIT") else reason


def is_exception(term: Any) -> bool:
    """Whether *term* is an exception struct."""
    return isinstance(term, Struct) and term.fields.get(EXCEPTION) is True


_PLAIN_REASONS: dict[str, Callable[[], ElixirError]] = {
    "badarg": lambda: ArgumentError("argument error"),
    "badarith": ArithmeticError_,
    "cond_clause": CondClauseError,
    "system_limit": SystemLimitError,
    "undef": lambda: UndefinedFunctionError(None, None, None),  # type: ignore[arg-type]
}
_TUPLE_REASONS: dict[str, Callable[[Any], ElixirError]] = {
    "badmatch": MatchError,
    "case_clause": CaseClauseError,
    "with_clause": WithClauseError,
    "try_clause": TryClauseError,
    "badmap": BadMapError,
    "badfun": BadFunctionError,
    "badkey": lambda key: KeyError_(key, reason=(Atom("badkey"), key)),
    "badarg": lambda given: ArgumentError(f"argument error: {inspect(given)}"),
}


def error_of(reason: Any) -> ElixirError:
    """The Python exception for ``:erlang.error(reason)``."""
    if is_exception(reason):
        return from_struct(reason)
    if reason.__class__ is Atom and reason.name in _PLAIN_REASONS:
        return _PLAIN_REASONS[reason.name]()
    if reason.__class__ is tuple and reason and reason[0].__class__ is Atom:
        name = reason[0].name
        if len(reason) == 2 and name in _TUPLE_REASONS:
            return _TUPLE_REASONS[name](reason[1])
        if len(reason) == 2 and name == "badarity":
            return BadArityError(*reason[1])
        if len(reason) == 3 and name == "badkey":
            return KeyError_(reason[1], reason[2], reason=reason)
        if len(reason) == 3 and name == "badbool":
            return BadBooleanError(reason[2], reason[1])
    return ErlangError(reason)


def normalize(payload: Any, stack: Any = ()) -> Any:
    """``Exception.normalize(:error, payload)``: the exception struct of any error term; the stack trace tells which call failed."""
    if is_exception(payload):
        return payload
    kind = {"undef": UndefinedFunctionError, "function_clause": FunctionClauseError}.get(getattr(payload, "name", ""))
    if kind is not None and stack and stack[0].__class__ is tuple and len(stack[0]) == 4:
        module, function, given = stack[0][:3]
        return kind(module, function, len(given) if given.__class__ is list else given).term
    return error_of(payload).term


def erlang_reason(error: ElixirError) -> Any:
    """The reason by which Erlang knows an error of the runtime, which ``catch :error, reason`` sees; else the struct."""
    fields = error.term.fields
    if not error.raw:
        return error.term
    made = _REASONS.get(error.__class__)
    if made is not None:
        return made(fields)
    message = fields.get(MESSAGE)
    if isinstance(error, ArithmeticError_) and message == "bad argument in arithmetic expression":
        return Atom("badarith")
    if isinstance(error, ArgumentError) and (message == "argument error" or str(message).startswith("errors were found at the given arguments:")):
        return Atom("badarg")
    if isinstance(error, UndefinedFunctionError) and message is None:
        return Atom("undef")
    if isinstance(error, KeyError_) and error.reason is not None:
        return error.reason
    return error.term


def _tagged(name: str, *keys: str) -> Callable[[Any], Any]:
    return lambda fields: (Atom(name), *(fields[Atom(key)] for key in keys))


_REASONS: dict[type[ElixirError], Callable[[Any], Any]] = {
    MatchError: _tagged("badmatch", "term"),
    CaseClauseError: _tagged("case_clause", "term"),
    WithClauseError: _tagged("with_clause", "term"),
    TryClauseError: _tagged("try_clause", "term"),
    BadMapError: _tagged("badmap", "term"),
    BadFunctionError: _tagged("badfun", "term"),
    BadBooleanError: _tagged("badbool", "operator", "term"),
    BadArityError: lambda fields: (Atom("badarity"), (fields[Atom("function")], fields[Atom("args")])),
    CondClauseError: lambda fields: Atom("cond_clause"),
    FunctionClauseError: lambda fields: Atom("function_clause"),
    SystemLimitError: lambda fields: Atom("system_limit"),
    ErlangError: lambda fields: fields[Atom("original")],
}


def blame(term: Any, stack: Any = ()) -> Any:
    """``Exception.blame/3`` on the struct.

    KeyError and UndefinedFunctionError gain their "Did you mean" hints, FunctionClauseError the arguments that the stack trace names first.
    """
    name = _NAMES.get(term.module.name)
    if name is None:
        return own_blame(term, stack)[0]
    if name == "KeyError" and term.fields.get(MESSAGE) is None:
        key, where = term.fields.get(Atom("key")), term.fields.get(Atom("term"))
        return term.replace({MESSAGE: _key_error(key, where, None) + key_hint(key, where)})
    if name == "UndefinedFunctionError" and term.fields.get(MESSAGE) is None:
        module, function, arity = (term.fields.get(Atom(k)) for k in ("module", "function", "arity"))
        text, hint = message_of(term), undefined_hint(module, function, arity)
        if hint and module is not None:
            text = text.removesuffix(alias_hint(module))
        text += hint
        return term.replace({MESSAGE: text})
    if name == "ArithmeticError" and stack and stack[0][0] is Atom("erlang") and stack[0][2].__class__ is list:
        return with_operation(term, atom_name(stack[0][1]), stack[0][2])
    if name == "FunctionClauseError" and stack:
        called, args = stack[0][:2], stack[0][2]
        if args.__class__ is list and called == (term.fields.get(Atom("module")), term.fields.get(Atom("function"))):
            return with_arguments(term, args)
    return term


def own_blame(term: Any, stack: Any) -> Any:
    """The struct and the stack trace after the ``blame/2`` of the exception's own module, where it has one."""
    module = runtime().find(term.module)
    function = None if module is None else module.functions.get("blame/2")
    return (term, stack) if function is None else function(term, list(stack))


def with_operation(term: Any, operation: str, operands: list[Any]) -> Any:
    """An ArithmeticError that shows what was computed."""
    shown = [inspect(operand) for operand in operands]
    if operation in _BITWISE:
        text = f"Bitwise.{operation}({', '.join(shown)})"
    elif operation in ("div", "rem") or len(shown) == 1:
        text = f"{operation}({', '.join(shown)})"
    else:
        text = f"{shown[0]} {operation} {shown[1]}"
    return term.replace({MESSAGE: f"{term.fields[MESSAGE]}: {text}"})


_BITWISE = frozenset(("band", "bor", "bxor", "bsl", "bsr", "bnot"))


def blame_error(error: ElixirError) -> Any:
    """The struct of an exception with all that is known of its call."""
    given = getattr(error, "given", None)
    if given is not None:
        return with_arguments(error.term, given)
    call = getattr(error, "call", None)
    return with_operation(error.term, *call) if call is not None else blame(error.term)


def with_arguments(term: Any, args: list[Any]) -> Any:
    """A FunctionClauseError with its arguments and the clauses that did not take them."""
    found = runtime().evaluator.blame(term.fields[Atom("module")], term.fields[Atom("function")], args)
    kind, clauses = found or (None, None)
    return term.replace({Atom("args"): args, Atom("kind"): kind, Atom("clauses"): clauses})


EXCEPTION_MODULES = [alias(name) for name in FIELDS]


def release(trace: TracebackType | None) -> None:
    """Lets go of what the frames below a handler hold, so that the streams they were walking close at once."""
    while trace is not None:
        # The first frame is the handler's own and goes on.
        trace = trace.tb_next
        if trace is not None:
            with suppress(RuntimeError):
                trace.tb_frame.clear()
