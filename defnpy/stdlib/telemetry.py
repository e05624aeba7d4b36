""":telemetry: events, the handlers attached to them, and spans."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from defnpy.stdlib import processes
from defnpy.stdlib.util import OK, badarg
from defnpy.terms.atom import Atom
from defnpy.terms.errors import ElixirError, Exit, Throw
from defnpy.terms.exception import erlang_reason
from defnpy.terms.function import Capture, is_function
from defnpy.terms.function import call as call_term
from defnpy.terms.inspect import inspect
from defnpy.terms.module import Module, ex, native_module
from defnpy.terms.order import strict_equal
from defnpy.terms.process import Reference, current
from defnpy.terms.runtime import runtime

ERROR, INFO, WARNING = Atom("error"), Atom("info"), Atom("warning")
CONTEXT = Atom("telemetry_span_context")
_LOCAL = (
    "The function passed as a handler with ID {id} is a local function.\nThis means that it is either an anonymous function or a capture "
    "of a function without a module specified. That may cause a performance penalty when calling that handler. For more details see the "
    "note in `telemetry:attach/4` documentation.\n\nhttps://hexdocs.pm/telemetry/telemetry.html#attach/4"
)


@dataclass(frozen=True, eq=False)
class Handler:
    """A function that hears of the event *name*."""

    id: Any
    name: list[Any]
    function: Any
    config: Any

    @property
    def row(self) -> dict[Any, Any]:
        return {Atom("id"): self.id, Atom("event_name"): self.name, Atom("function"): self.function, Atom("config"): self.config}


def _handlers() -> list[Handler]:
    found: list[Handler] = runtime().options.setdefault("telemetry_handlers", [])
    return found


def _check_name(name: Any, place: int, prefix: bool = False) -> None:
    if name.__class__ is not list or (not name and not prefix) or not all(part.__class__ is Atom for part in name):
        raise badarg((place, "not a list of atoms"))


@ex("attach/4")
def attach(identifier: Any, name: Any, function: Any, config: Any) -> Any:
    return attach_many(identifier, [name], function, config)


@ex("attach_many/4")
def attach_many(identifier: Any, names: Any, function: Any, config: Any) -> Any:
    if names.__class__ is not list:
        raise badarg((2, "not a list"))
    for name in names:
        _check_name(name, 2)
    if not is_function(function, 4):
        raise badarg((3, "not a function of arity 4"))
    if function.__class__ is not Capture or function.local:
        _log(INFO, _LOCAL.format(id=inspect(identifier)))
    if any(strict_equal(other.id, identifier) for other in _handlers()):
        return (ERROR, Atom("already_exists"))
    runtime().options["telemetry_handlers"] = [*_handlers(), *(Handler(identifier, name, function, config) for name in names)]
    return OK


@ex("detach/1")
def detach(identifier: Any) -> Any:
    kept = [handler for handler in _handlers() if not strict_equal(handler.id, identifier)]
    if len(kept) == len(_handlers()):
        return (ERROR, Atom("not_found"))
    runtime().options["telemetry_handlers"] = kept
    return OK


@ex("list_handlers/1")
def list_handlers(prefix: Any) -> list[Any]:
    _check_name(prefix, 1, prefix=True)
    return [handler.row for handler in _handlers() if handler.name[: len(prefix)] == prefix]


@ex("persist/0")
def persist() -> Any:
    return OK


@ex("execute/2", "execute/3")
def execute(name: Any, measurements: Any, metadata: Any = None) -> Any:
    if measurements.__class__ in (int, float):
        _log(WARNING, "Using execute/3 with a single event value is deprecated. Use a measurement map instead.")
        measurements = {Atom("value"): measurements}
    for handler in [handler for handler in _handlers() if handler.name == name]:
        try:
            call_term(handler.function, [name, measurements, {} if metadata is None else metadata, handler.config])
        except processes.ExitSignal:
            raise
        except Exception as error:
            _failed(handler, error)
    return OK


def _kind(error: Exception) -> tuple[Any, Any, list[Any]]:
    """What Erlang knows of an exception: its class, reason and stack."""
    stack = runtime().evaluator.stacktrace(error)
    if isinstance(error, Throw):
        return Atom("throw"), error.value, stack
    if isinstance(error, Exit):
        return Atom("exit"), error.reason, stack
    reason = erlang_reason(error) if isinstance(error, ElixirError) else processes.reason_of(error)[0]
    return ERROR, reason, stack


def _failed(handler: Handler, error: Exception) -> None:
    """A handler that raises is detached, and the log and whoever asks hear of it."""
    kind, reason, stack = _kind(error)
    detach(handler.id)
    facts = {"event_name": handler.name, "handler_id": handler.id, "handler_config": handler.config, "kind": kind, "reason": reason,
             "stacktrace": stack}
    execute([Atom("telemetry"), Atom("handler"), Atom("failure")], _now(), {Atom(k): v for k, v in facts.items()})
    _log(ERROR, f"Handler {inspect(handler.id)} has failed and has been detached. Class={inspect(kind)}\nReason={inspect(reason)}\n"
                f"Stacktrace={inspect(stack)}\n")


def _log(level: Any, text: str) -> None:
    from defnpy.stdlib import logger

    logger.log(level, text)


def _now() -> dict[Any, Any]:
    return {Atom("monotonic_time"): time.monotonic_ns(), Atom("system_time"): time.time_ns()}


@ex("span/3")
def span(prefix: Any, metadata: Any, work: Any) -> Any:
    """Run *work* between a ``:start`` and a ``:stop`` (or ``:exception``) event; gives its result."""
    started = _now()
    context = Reference()

    def tell(event: str, measurements: dict[Any, Any], facts: dict[Any, Any]) -> None:
        execute([*prefix, Atom(event)], measurements, {CONTEXT: context, **facts})

    def ended() -> dict[Any, Any]:
        now = time.monotonic_ns()
        return {Atom("duration"): now - started[Atom("monotonic_time")], Atom("monotonic_time"): now}

    tell("start", started, metadata)
    try:
        answer = call_term(work, [])
    except processes.ExitSignal:
        raise
    except Exception as error:
        kind, reason, stack = _kind(error)
        tell("exception", ended(), {**metadata, Atom("kind"): kind, Atom("reason"): reason, Atom("stacktrace"): stack})
        raise
    result, *more, facts = answer
    tell("stop", {**(more[0] if more else {}), **ended()}, facts)
    return result


def traced(name: str, metadata: dict[str, Any], work: Callable[[], tuple[Any, dict[str, Any]]]) -> Any:
    """The result of *work* as a span of ``[:nx, :serving, name]``, where anybody listens; *work* also gives the metadata of the end."""
    if not _handlers():
        return work()[0]

    def run() -> Any:
        result, facts = work()
        return (result, {Atom(k): v for k, v in facts.items()})

    return span([Atom("nx"), Atom("serving"), Atom(name)], {Atom(k): v for k, v in metadata.items()}, run)


# -- :telemetry_test -----------------------------------------------------------------------------------------------------


def _attach_event_handlers(pid: Any, names: Any) -> Reference:
    """Send ``{event, ref, measurements, metadata}`` for each event to *pid*; the reference is the handler's id."""
    reference = Reference()

    def forward(name: Any, measurements: Any, metadata: Any, config: Any) -> None:
        processes.send(pid, (name, reference, measurements, metadata))

    runtime().options["telemetry_handlers"] = [*_handlers(), *(Handler(reference, name, forward, current().pid) for name in names)]
    return reference


def _testing() -> Module:
    made = native_module("telemetry_test", {}, erlang=True)
    made.functions["attach_event_handlers/2"] = _attach_event_handlers
    return made


MODULE = native_module("telemetry", globals(), erlang=True)
MODULES_BY_NAME = {"telemetry": MODULE, "telemetry_test": _testing()}
