"""Tests and what became of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from defnpy.terms.errors import ElixirError, Exit, Throw
from defnpy.terms.module import Module


@dataclass(slots=True)
class Failure:
    """What ended a test.

    ``kind`` is error, exit, throw or EXIT (a signal to the process ``pid``), ``reason`` the exception struct or term, ``error`` the
    Python exception.
    """

    kind: str
    reason: Any
    error: BaseException | None = None
    pid: Any = None


@dataclass(slots=True)
class Test:
    """One test. ``state`` is "" before it ran, then passed, failed, skipped, excluded or invalid; ``time`` is in microseconds."""

    module: Module
    name: Any
    tags: dict[Any, Any]
    parameters: dict[Any, Any] = field(default_factory=dict)
    state: str = ""
    why: str = ""
    failures: list[Failure] = field(default_factory=list)
    time: int = 0
    logs: str = ""


def elixir_error(error: BaseException) -> ElixirError:
    """The Elixir exception that an exception is or stands for."""
    from defnpy.host.translate import translate

    return error if isinstance(error, ElixirError) else translate(error)


def failures_of(error: BaseException) -> list[Failure]:
    """The failures that an exception stands for; a MultiError stands for several."""
    from defnpy.stdlib.exunit.errors import MULTI
    from defnpy.terms.atom import Atom
    from defnpy.terms.exception import normalize

    if isinstance(error, Throw):
        return [Failure("throw", error.value, error)]
    if isinstance(error, Exit):
        from defnpy.stdlib.processes import ExitSignal

        # A signal from another process has no stack of its own.
        return [Failure("EXIT", error.reason)] if isinstance(error, ExitSignal) else [Failure("exit", error.reason, error)]
    made = elixir_error(error)
    if made.term.module is MULTI:
        listed = made.term.fields[Atom("errors")]
        return [Failure(kind.name, normalize(reason) if kind.name == "error" else reason) for kind, reason, _ in listed]
    return [Failure("error", made.term, made)]
