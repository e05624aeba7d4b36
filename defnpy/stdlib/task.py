"""Task and Task.Supervisor."""

from __future__ import annotations

import functools
import os
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from defnpy.stdlib import enumerable, processes
from defnpy.stdlib.calls import fun0, fun1
from defnpy.stdlib.kernel import apply
from defnpy.stdlib.lazy import Stream
from defnpy.stdlib.util import INFINITY, OK, UNSET, option
from defnpy.terms.atom import Atom, alias
from defnpy.terms.binary import NOMATCH
from defnpy.terms.errors import Exit, make
from defnpy.terms.inspect import inspect
from defnpy.terms.module import Module, ex, native_module
from defnpy.terms.process import Process, Reference, current
from defnpy.terms.struct import Struct

TASK = alias("Task")
MFA, OWNER, PID, REF = Atom("mfa"), Atom("owner"), Atom("pid"), Atom("ref")
EXIT, TIMEOUT, DOWN, KILL_TASK = Atom("exit"), Atom("timeout"), Atom("DOWN"), Atom("kill_task")
_NONE: Any = object()


def _reporting(body: Callable[[], Any], owner: Process, function: Any = None) -> Callable[[], Any]:
    """*body* as the work of a process that the log calls a task."""

    def run() -> Any:
        me = current()
        rest = f"\nFunction: {inspect(function)}\n    Args: []" if function is not None else ""
        me.state["report"] = lambda: (f"Task {inspect(me.pid)} started from {inspect(owner.pid)} terminating", rest)
        return body()

    return run


def _start(body: Callable[[], Any], silent: bool = False, link: bool = False, function: Any = None) -> Struct:
    """Run *body* in a process that sends ``{ref, result}`` to its owner."""
    owner, reference = current(), Reference()
    work = _reporting(body, owner, function)

    def run() -> None:
        current().state["silent"] = silent
        result = work()
        processes.deliver(owner, (reference, result))

    made = processes.spawn(run, monitor=reference, link=link)
    mfa = (Atom("erlang"), Atom("apply"), 2)
    return Struct(TASK, {MFA: mfa, OWNER: owner.pid, PID: made.pid, REF: reference})


def _body(args: tuple[Any, ...]) -> Callable[[], Any]:
    if len(args) == 1:
        return fun0(args[0])
    return lambda: apply(args[0], args[1], args[2])


@ex("async/1", "async/3")
def async_(*args: Any) -> Struct:
    return _start(_body(args), link=True, function=args[0] if len(args) == 1 else None)


@ex("completed/1")
def completed(result: Any) -> Struct:
    task = _start(lambda: None)
    reference = Reference()
    processes.deliver(current(), (reference, result))
    return task.replace({REF: reference})


@ex("start/1", "start/3")
def start(*args: Any) -> Any:
    return (OK, processes.spawn(_reporting(_body(args), current())).pid)


@ex("start_link/1", "start_link/3")
def start_link(*args: Any) -> Any:
    return (OK, processes.spawn(_reporting(_body(args), current()), link=True).pid)


def _check_owner(task: Struct, name: str) -> None:
    if task.fields[OWNER] is not current().pid:
        raise make(
            "ArgumentError",
            f"task {inspect(task)} must be queried from the owner but was queried from {inspect(current().pid)}",
        )


def _wait(task: Struct, timeout: Any) -> Any:
    """``("ok", result)``, ``("down", reason)``, or _NONE after *timeout*."""
    reference = task.fields[REF]

    def match(message: Any) -> Any:
        if message.__class__ is tuple and len(message) == 2 and message[0] is reference:
            return ("ok", message[1])
        if message.__class__ is tuple and len(message) == 5 and message[0] is DOWN and message[1] is reference:
            return ("down", message[4])
        return NOMATCH

    found = processes.receive(current(), match, timeout, lambda: _NONE)
    if found is not _NONE and found[0] == "ok":
        _forget(reference)
    return found


def _forget(reference: Reference) -> None:
    me = current()
    with me.arrived:
        for message in list(me.mailbox):
            if message.__class__ is tuple and len(message) == 5 and message[1] is reference:
                me.mailbox.remove(message)
    me.state.setdefault("done_refs", set()).add(reference)


def _result(task: Struct, found: Any, name: str, args: list[Any]) -> Any:
    if found is _NONE:
        raise Exit((TIMEOUT, (TASK, Atom(name), args)))
    if found[0] == "down":
        raise Exit((found[1], (TASK, Atom(name), args)))
    return found[1]


@ex("await/1", "await/2")
def await_(task: Any, timeout: Any = 5000) -> Any:
    _check_owner(task, "await")
    return _result(task, _wait(task, timeout), "await", [task, timeout])


@ex("await_many/1", "await_many/2")
def await_many(tasks: Any, timeout: Any = 5000) -> list[Any]:
    deadline = processes.deadline_of(timeout)
    out: list[Any] = []
    for task in enumerable.as_list(tasks):
        _check_owner(task, "await_many")
        out.append(_result(task, _wait(task, _left(deadline)), "await_many", [tasks, timeout]))
    return out


def _left(deadline: float | None) -> Any:
    if deadline is None:
        return INFINITY
    import time

    return max(deadline - time.monotonic(), 0) * 1000


@ex("yield/1", "yield/2")
def yield_(task: Any, timeout: Any = 5000) -> Any:
    _check_owner(task, "yield")
    return _yielded(_wait(task, timeout))


def _yielded(found: Any) -> Any:
    if found is _NONE:
        return None
    return (OK, found[1]) if found[0] == "ok" else (EXIT, found[1])


@ex("yield_many/1", "yield_many/2")
def yield_many(tasks: Any, options: Any = 5000) -> list[Any]:
    timeout = option(options, "timeout", 5000) if options.__class__ is list else options
    deadline = processes.deadline_of(timeout)
    out: list[Any] = []
    for task in tasks:
        out.append((task, _yielded(_wait(task, _left(deadline)))))
    return out


@ex("shutdown/1", "shutdown/2")
def shutdown(task: Any, timeout: Any = 5000) -> Any:
    found = _wait(task, 0)
    if found is _NONE:
        processes.terminate(task.fields[PID].process, Atom("shutdown"))
        return None
    return _yielded(found)


@ex("ignore/1")
def ignore(task: Any) -> Any:
    found = _wait(task, 0)
    return _yielded(found)


# ------------------------------------------------------------------------------------------------------- streams


def _stream(items: Any, body: Callable[[Any], Any], options: Any, linked: bool) -> Stream:
    width = option(options, "max_concurrency", os.cpu_count() or 1)
    timeout = option(options, "timeout", 5000)
    killing = option(options, "on_timeout", EXIT) is KILL_TASK
    ordered = option(options, "ordered", True) is not False
    zipped = option(options, "zip_input_on_exit", False) is True

    def outcome(item: Any, task: Struct) -> Any:
        found = _wait(task, timeout)
        if found is _NONE and not killing:
            raise Exit((TIMEOUT, (alias("Task.Supervised"), Atom("stream"), [timeout])))
        if found is not _NONE and found[0] == "ok":
            return (OK, found[1])
        reason = TIMEOUT if found is _NONE else found[1]
        if found is not _NONE and linked and not current().trap_exit:
            raise Exit(reason)
        return (EXIT, (item, reason) if zipped else reason)

    def walk() -> Iterator[Any]:
        running: deque[tuple[Any, Struct]] = deque()
        for item in enumerable.iterate(items):
            if len(running) >= width:
                yield outcome(*_next(running, ordered))
            running.append((item, _start(functools.partial(body, item), silent=not linked)))
        while running:
            yield outcome(*_next(running, ordered))

    return Stream(walk)


def _next(running: deque[tuple[Any, Struct]], ordered: bool) -> tuple[Any, Struct]:
    """The first task, or when order does not matter one that is done already."""
    if not ordered:
        for index, (_, task) in enumerate(running):
            if not task.fields[PID].process.alive:
                found = running[index]
                del running[index]
                return found
    return running.popleft()


def _stream_body(args: tuple[Any, ...]) -> tuple[Callable[[Any], Any], Any]:
    """The function for one element, and the options: ``(fun, opts?)`` or ``(module, name, args, opts?)``."""
    if len(args) <= 2:
        return fun1(args[0]), args[1] if len(args) == 2 else ()
    module, name, extra = args[:3]
    return (lambda item: apply(module, name, [item, *extra])), args[3] if len(args) == 4 else ()


@ex("async_stream/2", "async_stream/3", "async_stream/4", "async_stream/5")
def async_stream(items: Any, *args: Any) -> Stream:
    body, options = _stream_body(args)
    return _stream(items, body, options, True)


@ex("child_spec/1")
def child_spec(arg: Any) -> Any:
    return {Atom("id"): TASK, Atom("start"): (TASK, Atom("start_link"), [arg]), Atom("restart"): Atom("temporary")}


_FIELDS = [(MFA, UNSET), (OWNER, None), (PID, None), (REF, None)]
MODULE = native_module("Task", globals(), info={"struct": [(k, None) for k, _ in _FIELDS]})


# ---------------------------------------------------------------------------------------------------- supervisor


def _supervisor_start(options: Any = ()) -> Any:
    from defnpy.stdlib import supervisor

    return supervisor.start_dynamic(options)


def _supervised(linked: bool) -> Callable[..., Any]:
    def start_task(supervisor: Any, *args: Any) -> Struct:
        rest = args[:-1] if len(args) in (2, 4) else args
        return _start(_body(rest), link=linked)

    return start_task


def _start_child(supervisor: Any, *args: Any) -> Any:
    """``start_child``: a task that nobody waits for, under the supervisor."""
    from defnpy.stdlib import genserver

    options = args[-1] if len(args) in (2, 4) else ()
    body, owner = _body(args[:-1] if len(args) in (2, 4) else args), current()
    restart = option(options, "restart", Atom("temporary"))
    begin = lambda: (OK, processes.spawn(_reporting(body, owner), link=True).pid)  # noqa: E731
    spec = {Atom("id"): TASK, Atom("start"): begin, Atom("restart"): restart}
    return genserver.call(supervisor, (Atom("start_child"), spec), INFINITY)


def _children(supervisor: Any) -> list[Any]:
    from defnpy.stdlib import genserver

    return [row[1] for row in genserver.call(supervisor, (Atom("which_children"),), INFINITY)]


def _terminate_child(supervisor: Any, pid: Any) -> Any:
    from defnpy.stdlib import genserver

    return genserver.call(supervisor, (Atom("terminate_child"), pid), INFINITY)


def _supervisor_spec(arg: Any) -> Any:
    name = option(arg, "name", alias("Task.Supervisor"))
    return {Atom("id"): name, Atom("start"): (alias("Task.Supervisor"), Atom("start_link"), [arg]), Atom("type"): Atom("supervisor")}


def _supervised_stream(linked: bool) -> Callable[..., Any]:
    def start_stream(supervisor: Any, items: Any, *args: Any) -> Stream:
        body, options = _stream_body(args)
        return _stream(items, body, options, linked)

    return start_stream


def _supervisor() -> Module:
    made = native_module("Task.Supervisor", {})
    table = made.functions
    table.update({"start_link/0": _supervisor_start, "start_link/1": _supervisor_start})
    for name, linked in (("async", True), ("async_nolink", False)):
        for arity in (2, 3, 4, 5):
            table[f"{name}/{arity}"] = _supervised(linked)
    for name, linked in (("async_stream", True), ("async_stream_nolink", False)):
        for arity in (3, 4, 5, 6):
            table[f"{name}/{arity}"] = _supervised_stream(linked)
    table.update({f"start_child/{arity}": _start_child for arity in (2, 3, 4, 5)})
    table.update({"children/1": _children, "terminate_child/2": _terminate_child, "child_spec/1": _supervisor_spec})
    return made


MODULES_BY_NAME = {"Elixir.Task": MODULE, "Elixir.Task.Supervisor": _supervisor()}
