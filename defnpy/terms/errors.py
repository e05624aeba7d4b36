"""Elixir's exceptions, throws and exits as Python exceptions.

Every Elixir exception travels as an :class:`ElixirError` whose ``term`` is the exception struct; the built-in ones have
a Python class each, which also derives from the Python exception that fits, so embedding programs can catch it.
"""

from __future__ import annotations

from typing import Any, ClassVar

from defnpy.terms.atom import Atom, alias
from defnpy.terms.struct import Struct

MESSAGE = Atom("message")
EXCEPTION = Atom("__exception__")


class ElixirError(Exception):
    """An exception of kind ``:error``. ``term`` is the struct; ``notes`` are facts that defnpy adds to the text.

    ``stack`` holds the frames of the place that raised first, when an exception was re-raised from Elixir code.
    """

    name: ClassVar[str] = ""
    # Whether the runtime itself raised it, not a program that made the struct.
    raw: bool = True

    def __init__(self, message: str = "", /, **fields: Any) -> None:
        made: dict[Any, Any] = {EXCEPTION: True}
        if message is not _NO_MESSAGE:
            made[MESSAGE] = message
        made.update((Atom(k), v) for k, v in fields.items())
        self.term: Any = Struct(alias(self.name), made)
        super().__init__(message)

    def __str__(self) -> str:
        from defnpy.terms.exception import message_of

        return message_of(self.term)

    @property
    def text(self) -> str:
        """Elixir's message of the exception."""
        return str(self)


_NO_MESSAGE: Any = object()


class _Fields(ElixirError):
    """An exception without a ``message`` field: its text is made of its other fields."""

    def __init__(self, **fields: Any) -> None:
        super().__init__(_NO_MESSAGE, **fields)


class ArgumentError(ElixirError, ValueError):
    name = "ArgumentError"


class ArithmeticError_(ElixirError, ArithmeticError):
    """``call`` is the operation that failed and its operands, where they are known."""

    name = "ArithmeticError"
    call: tuple[str, list[Any]] | None = None

    def __init__(self, message: str = "bad argument in arithmetic expression", **fields: Any) -> None:
        super().__init__(message, **fields)


class RuntimeError_(ElixirError, RuntimeError):
    name = "RuntimeError"

    def __init__(self, message: str = "runtime error", **fields: Any) -> None:
        super().__init__(message, **fields)


class KeyError_(_Fields, KeyError):
    """Fields ``key`` and ``term``; a text of its own may be given as ``message``.

    *reason* is what Erlang calls the error where the runtime itself raises it: ``{:badkey, key, term}``.
    """

    name = "KeyError"
    reason: Any = None

    def __init__(self, key: Any = None, term: Any = None, message: str | None = None, reason: Any = None) -> None:
        super().__init__(key=key, term=term, message=message)
        self.reason = reason


class MatchError(_Fields, ValueError):
    name = "MatchError"

    def __init__(self, term: Any) -> None:
        super().__init__(term=term)


class CaseClauseError(_Fields, ValueError):
    name = "CaseClauseError"

    def __init__(self, term: Any) -> None:
        super().__init__(term=term)


class WithClauseError(_Fields, ValueError):
    name = "WithClauseError"

    def __init__(self, term: Any) -> None:
        super().__init__(term=term)


class TryClauseError(_Fields, ValueError):
    name = "TryClauseError"

    def __init__(self, term: Any) -> None:
        super().__init__(term=term)


class CondClauseError(_Fields, ValueError):
    name = "CondClauseError"

    def __init__(self) -> None:
        super().__init__()


class BadMapError(_Fields, TypeError):
    name = "BadMapError"

    def __init__(self, term: Any) -> None:
        super().__init__(term=term)


class BadBooleanError(_Fields, TypeError):
    """Fields ``term`` and ``operator`` (an atom such as ``:and``)."""

    name = "BadBooleanError"

    def __init__(self, term: Any, operator: Any) -> None:
        super().__init__(term=term, operator=operator)


class BadStructError(_Fields, TypeError):
    name = "BadStructError"

    def __init__(self, struct: Any, term: Any) -> None:
        super().__init__(struct=struct, term=term)


class BadFunctionError(_Fields, TypeError):
    name = "BadFunctionError"

    def __init__(self, term: Any) -> None:
        super().__init__(term=term)


class BadArityError(_Fields, TypeError):
    """Fields ``function`` and ``args``."""

    name = "BadArityError"

    def __init__(self, function: Any, args: list[Any]) -> None:
        super().__init__(function=function, args=args)


class FunctionClauseError(_Fields, TypeError):
    """Fields ``module``, ``function``, ``arity``, ``kind``, ``args``, ``clauses``.

    The struct has no arguments until ``Exception.blame`` finds them in the stack trace; ``given`` keeps them for it.
    """

    name = "FunctionClauseError"
    given: list[Any] | None = None

    def __init__(self, module: Any, function: Any, arity: int, args: Any = None) -> None:
        super().__init__(module=module, function=function, arity=arity, kind=None, args=None, clauses=None)
        self.given = args


class UndefinedFunctionError(_Fields, AttributeError):
    """Fields ``module``, ``function``, ``arity``, ``reason``, ``message``."""

    name = "UndefinedFunctionError"  # type: ignore[misc]

    def __init__(self, module: Any, function: Any, arity: int, reason: Any = None, message: str | None = None) -> None:
        super().__init__(module=module, function=function, arity=arity, reason=reason, message=message)


class ProtocolUndefinedError(_Fields, TypeError):
    """Fields ``protocol``, ``value``, ``description``."""

    name = "Protocol.UndefinedError"

    def __init__(self, protocol: Any, value: Any, description: str = "") -> None:
        super().__init__(protocol=protocol, value=value, description=description)


class ErlangError(_Fields, RuntimeError):
    """Field ``original``: any term raised with ``:erlang.error/1``."""

    name = "ErlangError"

    def __init__(self, original: Any) -> None:
        super().__init__(original=original, reason=None)


class SystemLimitError(ElixirError, RuntimeError):
    name = "SystemLimitError"

    def __init__(self, message: str = "a system limit has been reached", **fields: Any) -> None:
        super().__init__(message, **fields)


class EnumEmptyError(ElixirError, ValueError):
    name = "Enum.EmptyError"

    def __init__(self, message: str = "empty error", **fields: Any) -> None:
        super().__init__(message, **fields)


class EnumOutOfBoundsError(ElixirError, IndexError):
    name = "Enum.OutOfBoundsError"

    def __init__(self, message: str = "out of bounds error", **fields: Any) -> None:
        super().__init__(message, **fields)


class CompileError(_Fields, ValueError):
    """Fields ``file``, ``line``, ``description``."""

    name = "CompileError"

    def __init__(self, description: str, file: str | None = None, line: int | None = None) -> None:
        super().__init__(file=file, line=line, description=description)
        # All problems that a compilation found, of which the description is the summary.
        self.diagnostics: list[Any] = []


def bad_arithmetic(operation: str, *operands: Any) -> ArithmeticError_:
    """The error of an operation of the runtime on *operands*."""
    made = ArithmeticError_()
    made.call = (operation, list(operands))
    return made


BUILTIN: dict[str, type[ElixirError]] = {
    cls.name: cls
    for cls in (
        ArgumentError,
        ArithmeticError_,
        RuntimeError_,
        KeyError_,
        MatchError,
        CaseClauseError,
        WithClauseError,
        TryClauseError,
        CondClauseError,
        BadMapError,
        BadBooleanError,
        BadStructError,
        BadFunctionError,
        BadArityError,
        FunctionClauseError,
        UndefinedFunctionError,
        ProtocolUndefinedError,
        ErlangError,
        SystemLimitError,
        EnumEmptyError,
        EnumOutOfBoundsError,
        CompileError,
    )
}


def from_struct(term: Any) -> ElixirError:
    """The Python exception that carries the exception struct *term*."""
    cls = BUILTIN.get(term.module.name.removeprefix("Elixir."), ElixirError)
    made = cls.__new__(cls)
    Exception.__init__(made)
    made.term = term
    made.raw = False
    return made


def make(name: str, message: str, **fields: Any) -> ElixirError:
    """An exception of module *name* (``"File.Error"``) with a ``message`` and other fields."""
    made: dict[Any, Any] = {EXCEPTION: True, MESSAGE: message}
    made.update((Atom(k), v) for k, v in fields.items())
    return from_struct(Struct(alias(name), made))


class Throw(Exception):
    """``throw(value)``."""

    def __init__(self, value: Any) -> None:
        super().__init__(value)
        self.value = value


class Exit(Exception):
    """``exit(reason)``."""

    def __init__(self, reason: Any) -> None:
        super().__init__(reason)
        self.reason = reason
