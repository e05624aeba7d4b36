"""Task and Task.Supervisor."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from defnpy.stdlib import enumerable, processes
from defnpy.stdlib.calls import fun0, fun1
from defnpy.stdlib.function import capture
from defnpy.stdlib.function import info as function_info
from defnpy.stdlib.lazy import Stream
from defnpy.stdlib.util import INFINITY, OK, UNSET, option
from defnpy.terms.atom import Atom, alias
from defnpy.terms.binary import NOMATCH
from defnpy.terms.errors import ArgumentError, Exit, RuntimeError_
from defnpy.terms.function import call as call_term
from defnpy.terms.inspect import inspect
from defnpy.terms.module import Module, ex, native_module
from defnpy.terms.process import Process, Reference, current
from defnpy.terms.struct import Struct

TASK, SUPERVISED = alias("Task"), alias("Task.Supervised")
MFA, OWNER, PID, REF = Atom("mfa"), Atom("owner"), Atom("pid"), Atom("ref")
EXIT, TIMEOUT, DOWN, KILL_TASK = Atom("exit"), Atom("timeout"), Atom("DOWN"), Atom("kill_task")
SHUTDOWN, KILL, KILLED, BRUTAL_KILL = Atom("shutdown"), Atom("kill"), Atom("killed"), Atom("brutal_kill")
NOPROC, NOCONNECTION = Atom("noproc"), Atom("noconnection")
CALLERS, ANCESTORS, INITIAL_CALL = Atom("$callers"), Atom("$ancestors"), Atom("$initial_call")
_NONE: Any = object()


def _callers(owner: Process) -> list[Any]:
    """``$callers`` of a process that *owner* starts."""
    before = owner.dictionary.get(CALLERS)
    return [owner.pid, *(before if before.__class__ is list else ())]


class _Job:
    """What a task runs: *function*, which is *mfa*, with *args*."""

    def __init__(self, function: Any, args: list[Any], mfa: Any) -> None:
        self.function = function
        self.args = args
        self.mfa = mfa

    def body(self) -> Any:
        return call_term(self.function, self.args)


_APPLY = (Atom("erlang"), Atom("apply"), 2)


def _job(args: tuple[Any, ...]) -> _Job:
    """The work that ``(fun)`` or ``(module, name, args)`` describe."""
    if len(args) == 1:
        fun0(args[0])
        return _Job(args[0], [], _APPLY)
    module, name, given = args
    return _Job(capture(module, name, len(given)), given, (module, name, len(given)))


def _work(job: _Job, owner: Process) -> Callable[[], Any]:
    """*job* as the work of a process that the log calls a task."""
    callers = _callers(owner)

    def run() -> Any:
        me = current()
        parent = me.parent or owner
        before = parent.dictionary.get(ANCESTORS)
        ancestors = [parent.pid, *(before if before.__class__ is list else ())]
        me.dictionary.update({CALLERS: callers, ANCESTORS: ancestors, INITIAL_CALL: initial_call(job)})
        rest = f"\nFunction: {inspect(job.function)}\n    Args: {inspect(job.args)}"
        me.state["report"] = lambda: (f"Task {inspect(me.pid)} started from {inspect(owner.pid)} terminating", rest)
        try:
            return job.body()
        except Exit as exited:
            if not isinstance(exited, processes.ExitSignal) and not processes.is_normal(exited.reason):
                processes.report_stop(me, exited.reason)
            raise

    return run


def initial_call(job: _Job) -> Any:
    """What ``:proc_lib`` calls the first function of a task's process."""
    if job.mfa is not _APPLY:
        return job.mfa
    facts = dict(function_info(job.function))
    return tuple(facts[Atom(name)] for name in ("module", "name", "arity"))


def _start(job: _Job, link: bool = False, launch: Callable[..., Any] = processes.spawn) -> Struct:
    """Run *job* in a process that answers its owner with ``{ref, result}``."""
    owner = current()
    reference = Reference(owner, once=True)
    work = _work(job, owner)
    made = launch(lambda: processes.answer(reference, (reference, work())), link=link, monitor=reference, owner=owner)
    return Struct(TASK, {MFA: job.mfa, OWNER: owner.pid, PID: made.pid, REF: reference})


@ex("async/1", "async/3")
def async_(*args: Any) -> Struct:
    return _start(_job(args), link=True)


@ex("completed/1")
def completed(result: Any) -> Struct:
    owner, reference = current(), Reference()
    processes.deliver(owner, (reference, result))
    return Struct(TASK, {MFA: (TASK, Atom("completed"), 1), OWNER: owner.pid, PID: None, REF: reference})


def _launch(args: tuple[Any, ...], link: bool) -> Any:
    job = _job(args)
    return (OK, processes.spawn(_work(job, current()), link=link).pid)


@ex("start/1", "start/3")
def start(*args: Any) -> Any:
    return _launch(args, False)


@ex("start_link/1", "start_link/3")
def start_link(*args: Any) -> Any:
    return _launch(args, True)


# ------------------------------------------------------------------------------------------------------- answers


def _check_owner(task: Struct) -> None:
    if task.fields[OWNER] is not current().pid:
        raise ArgumentError(f"task {inspect(task)} must be queried from the owner but was queried from {inspect(current().pid)}")


def _is_reply(message: Any, reference: Reference) -> bool:
    return message.__class__ is tuple and len(message) == 2 and message[0] is reference


def _is_down(message: Any, reference: Reference) -> bool:
    return message.__class__ is tuple and len(message) == 5 and message[0] is DOWN and message[1] is reference


def _wait_any(references: dict[Reference, Any], timeout: Any) -> Any:
    """``(key, "ok", result)`` or ``(key, "down", reason)`` of the first that answers, or _NONE after *timeout*."""

    def match(message: Any) -> Any:
        if message.__class__ is not tuple or len(message) not in (2, 5):
            return NOMATCH
        reference = message[0] if len(message) == 2 else message[1]
        if reference.__class__ is not Reference or reference not in references:
            return NOMATCH
        if len(message) == 2:
            return (references[reference], "ok", message[1])
        return (references[reference], "down", _reason(message[4], message[3])) if message[0] is DOWN else NOMATCH

    found = processes.receive(current(), match, timeout, lambda: _NONE)
    if found is not _NONE and found[1] == "ok":
        processes.demonitor(next(r for r, key in references.items() if key is found[0]), flush=True)
    return found


def _wait(task: Struct, timeout: Any) -> Any:
    """``("ok", result)``, ``("down", reason)``, or _NONE after *timeout*."""
    found = _wait_any({task.fields[REF]: task}, timeout)
    return found if found is _NONE else found[1:]


def _reason(reason: Any, process: Any) -> Any:
    if reason is NOCONNECTION:
        return (Atom("nodedown"), process[1] if process.__class__ is tuple else processes.NO_NODE)
    return reason


def _is_nodedown(found: Any) -> bool:
    reason = found[1] if found is not _NONE and found[0] == "down" else None
    return reason.__class__ is tuple and len(reason) == 2 and reason[0] is Atom("nodedown")


def _fail(reason: Any, name: str, args: list[Any]) -> Exit:
    return Exit((reason, (TASK, Atom(name), args)))


@ex("await/1", "await/2")
def await_(task: Any, timeout: Any = 5000) -> Any:
    _check_owner(task)
    found = _wait(task, timeout)
    if found is not _NONE and found[0] == "ok":
        return found[1]
    processes.demonitor(task.fields[REF])
    raise _fail(TIMEOUT if found is _NONE else found[1], "await", [task, timeout])


@ex("await_many/1", "await_many/2")
def await_many(tasks: Any, timeout: Any = 5000) -> list[Any]:
    tasks = enumerable.as_list(tasks)
    for task in tasks:
        _check_owner(task)
    deadline = processes.deadline_of(timeout)
    waiting = {task.fields[REF]: place for place, task in enumerate(tasks)}
    out: list[Any] = [None] * len(tasks)
    while waiting:
        found = _wait_any(waiting, _left(deadline))
        if found is _NONE or found[1] == "down":
            for reference in waiting:
                processes.demonitor(reference, flush=True)
            raise _fail(TIMEOUT if found is _NONE else found[2], "await_many", [tasks, timeout])
        out[found[0]] = found[2]
        del waiting[tasks[found[0]].fields[REF]]
    return out


def _left(deadline: float | None) -> Any:
    return INFINITY if deadline is None else max(deadline - time.monotonic(), 0) * 1000


@ex("yield/1", "yield/2")
def yield_(task: Any, timeout: Any = 5000) -> Any:
    _check_owner(task)
    found = _wait(task, timeout)
    if _is_nodedown(found):
        raise _fail(found[1], "yield", [task, timeout])
    return _yielded(found)


def _yielded(found: Any) -> Any:
    if found is _NONE:
        return None
    return (OK, found[1]) if found[0] == "ok" else (EXIT, found[1])


@ex("yield_many/1", "yield_many/2")
def yield_many(tasks: Any, options: Any = 5000) -> list[Any]:
    timeout = option(options, "timeout", 5000) if options.__class__ is list else options
    chosen = options if options.__class__ is list else ()
    at_end = option(chosen, "on_timeout", Atom("nothing")).name
    most = option(chosen, "limit")
    for task in tasks:
        _check_owner(task)
    deadline = processes.deadline_of(timeout)
    waiting = {task.fields[REF]: place for place, task in enumerate(tasks)}
    out: dict[int, Any] = {}
    late: Callable[[Any], Any] = lambda task: None  # noqa: E731
    while waiting and (most is None or len(out) < most):
        found = _wait_any(waiting, _left(deadline))
        if found is _NONE:
            late = _AT_END[at_end]
            break
        if _is_nodedown(found[1:]):
            raise _fail(found[2], "yield_many", [tasks, timeout])
        out[found[0]] = _yielded(found[1:])
        del waiting[tasks[found[0]].fields[REF]]
    return [(task, out[place] if place in out else late(task)) for place, task in enumerate(tasks)]


# ------------------------------------------------------------------------------------------------------- shutdown


@ex("shutdown/1", "shutdown/2")
def shutdown(task: Any, timeout: Any = 5000) -> Any:
    pid, reference = task.fields[PID], task.fields[REF]
    _check_owner(task)
    if pid is None:
        answered = _reply_in_mailbox(reference)
        reason = _await_down(reference, 0) if answered is None else None
        return answered or (EXIT, NOPROC if reason is _NONE else reason)
    brutal = timeout is BRUTAL_KILL
    watch = processes.monitor(pid)
    processes.unlink(pid)
    processes.exit_process(pid, KILL if brutal else SHUTDOWN)
    reason = _await_down(watch, INFINITY if brutal else timeout)
    expected = KILLED if brutal else SHUTDOWN
    if reason is _NONE:
        processes.exit_process(pid, KILL)
        reason = _await_down(watch, INFINITY)
    if reason is NOPROC:
        reason = _await_down(reference, 0)
        reason = NOPROC if reason is _NONE else reason
    processes.demonitor(reference, flush=True)
    if reason.__class__ is tuple and len(reason) == 2 and reason[0] is Atom("nodedown"):
        raise _fail(reason, "shutdown", [task, timeout])
    return _reply_in_mailbox(reference) or (None if reason is expected else (EXIT, reason))


def _reply_in_mailbox(reference: Reference) -> Any:
    return processes.receive(current(), lambda message: (OK, message[1]) if _is_reply(message, reference) else NOMATCH, 0)


def _await_down(watch: Reference, timeout: Any) -> Any:
    match = lambda message: _reason(message[4], message[3]) if _is_down(message, watch) else NOMATCH  # noqa: E731
    return processes.receive(current(), match, timeout, lambda: _NONE)


@ex("ignore/1")
def ignore(task: Any) -> Any:
    _check_owner(task)
    found = _wait(task, 0)
    if _is_nodedown(found):
        raise _fail(found[1], "ignore", [task])
    if found is _NONE:
        if task.fields[PID] is not None:
            processes.unlink(task.fields[PID])
        processes.demonitor(task.fields[REF])
    return _yielded(found)


_AT_END: dict[str, Callable[[Any], Any]] = {
    "nothing": lambda task: None, "ignore": ignore, "kill_task": lambda task: shutdown(task, BRUTAL_KILL),
}  # fmt: skip


# ------------------------------------------------------------------------------------------------------- streams


class _StreamOptions:
    """The checked options of ``async_stream``."""

    def __init__(self, options: Any) -> None:
        self.width = option(options, "max_concurrency", os.cpu_count() or 1)
        self.timeout = option(options, "timeout", 5000)
        at_end = option(options, "on_timeout", EXIT)
        self.killing = at_end is KILL_TASK
        self.ordered = option(options, "ordered", True) is not False
        self.zipped = option(options, "zip_input_on_exit", False) is True
        if self.width.__class__ is not int or self.width <= 0:
            raise ArgumentError(":max_concurrency must be an integer greater than zero")
        if at_end is not EXIT and at_end is not KILL_TASK:
            raise ArgumentError(":on_timeout must be either :exit or :kill_task")
        if self.timeout is not INFINITY and (self.timeout.__class__ is not int or self.timeout < 0):
            raise ArgumentError(":timeout must be either a positive integer or :infinity")


class _Run:
    """One element of a stream that is being worked on."""

    __slots__ = ("deadline", "item", "place", "task")

    def __init__(self, place: int, item: Any, task: Struct, deadline: float | None) -> None:
        self.place = place
        self.item = item
        self.task = task
        self.deadline = deadline


def _stream(items: Any, job: Callable[[Any], _Job], options: Any, linked: bool, launch: Callable[..., Any] = processes.spawn) -> Stream:
    chosen = _StreamOptions(options)

    def walk() -> Iterator[Any]:
        running: dict[Reference, _Run] = {}
        ready: dict[int, Any] = {}
        source = enumerate(enumerable.iterate(items))
        delivered, more = 0, True
        try:
            while True:
                while more and len(running) < chosen.width:
                    step = next(source, None)
                    more = step is not None
                    if step is not None:
                        task = _start(job(step[1]), launch=launch)
                        running[task.fields[REF]] = _Run(*step, task, processes.deadline_of(chosen.timeout))
                if not running:
                    return
                place, outcome = _next_outcome(running, chosen, linked)
                if not chosen.ordered:
                    yield outcome
                    continue
                ready[place] = outcome
                while delivered in ready:
                    yield ready.pop(delivered)
                    delivered += 1
        finally:
            for run in running.values():
                _abandon(run.task)

    return Stream(walk)


def _next_outcome(running: dict[Reference, _Run], chosen: _StreamOptions, linked: bool) -> tuple[int, Any]:
    """The place and the result of the next element that is done, or late."""
    limit = min((run.deadline for run in running.values() if run.deadline is not None), default=None)
    found = _wait_any(running, _left(limit))
    if found is _NONE:
        run = min((run for run in running.values() if run.deadline is not None), key=lambda r: r.deadline or 0)
        if not chosen.killing:
            raise Exit((TIMEOUT, (SUPERVISED, Atom("stream"), [chosen.timeout])))
        _abandon(run.task)
        reason = TIMEOUT
    else:
        run, kind, reason = found
        if kind == "down" and linked and not current().trap_exit:
            raise processes.ExitSignal(reason)
    del running[run.task.fields[REF]]
    if found is not _NONE and found[1] == "ok":
        return run.place, (OK, reason)
    return run.place, (EXIT, (run.item, reason) if chosen.zipped else reason)


def _abandon(task: Struct) -> None:
    """Kill a task and forget what it may have answered."""
    reference = task.fields[REF]
    processes.end(task.fields[PID].process, KILLED)
    processes.demonitor(reference, flush=True)
    processes.receive(current(), lambda message: True if _is_reply(message, reference) else NOMATCH, 0)


def _stream_body(args: tuple[Any, ...]) -> tuple[Callable[[Any], _Job], Any]:
    """The work for one element, and the options: ``(fun, opts?)`` or ``(module, name, args, opts?)``."""
    if len(args) <= 2:
        fun1(args[0])
        return (lambda item: _Job(args[0], [item], _APPLY)), args[1] if len(args) == 2 else ()
    module, name, extra = args[:3]
    return (lambda item: _job((module, name, [item, *extra]))), args[3] if len(args) == 4 else ()


@ex("async_stream/2", "async_stream/3", "async_stream/4", "async_stream/5")
def async_stream(items: Any, *args: Any) -> Stream:
    job, options = _stream_body(args)
    return _stream(items, job, options, True)


@ex("child_spec/1")
def child_spec(arg: Any) -> Any:
    return {Atom("id"): TASK, Atom("start"): (TASK, Atom("start_link"), [arg]), Atom("restart"): Atom("temporary")}


_FIELDS = [(MFA, UNSET), (OWNER, None), (PID, None), (REF, None)]
MODULE = native_module("Task", globals(), info={"struct": [(k, None) for k, _ in _FIELDS]})


# ---------------------------------------------------------------------------------------------------- supervisor

_TOO_MANY = (
    "reached the maximum number of tasks for this task supervisor. The maximum number of tasks that are allowed to run at the same time "
    "under this supervisor can be configured with the :max_children option passed to Task.Supervisor.start_link/1\n"
)


def _supervisor_start(options: Any = ()) -> Any:
    from defnpy.stdlib import supervisor

    return supervisor.start_dynamic(options)


def _child(supervisor: Any, begin: Callable[[], Any], options: Any, restart: Any = Atom("temporary")) -> Any:
    from defnpy.stdlib import genserver

    spec = {Atom("id"): TASK, Atom("start"): begin, Atom("restart"): restart, Atom("shutdown"): option(options, "shutdown", 5000)}
    return genserver.call(supervisor, (Atom("start_child"), spec), INFINITY)


def _under(supervisor: Any, options: Any) -> Callable[..., Process]:
    """How a task starts under a supervisor: as its child, watched by the caller and perhaps linked to it."""

    def launch(body: Callable[[], Any], *, link: bool, monitor: Reference, owner: Process) -> Process:
        going = threading.Event()

        def wait_and_work() -> None:
            going.wait()
            body()

        answer = _child(supervisor, lambda: (OK, processes.spawn(wait_and_work, link=True).pid), options)
        if answer[0] is not OK:
            raise RuntimeError_(_TOO_MANY)
        made: Process = answer[1].process
        if link:
            processes.link(made.pid)
        processes.monitor(made.pid, monitor)
        going.set()
        return made

    return launch


def _supervised(linked: bool) -> Callable[..., Any]:
    def start_task(supervisor: Any, *args: Any) -> Struct:
        rest, options = (args[:-1], args[-1]) if len(args) in (2, 4) else (args, ())
        return _start(_job(rest), linked, _under(supervisor, options))

    return start_task


def _start_child(supervisor: Any, *args: Any) -> Any:
    """``start_child``: a task that nobody waits for, under the supervisor."""
    options = args[-1] if len(args) in (2, 4) else ()
    job = _job(args[:-1] if len(args) in (2, 4) else args)
    work = _work(job, current())
    return _child(supervisor, lambda: (OK, processes.spawn(work, link=True).pid), options, option(options, "restart", Atom("temporary")))


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
        job, options = _stream_body(args)
        how = option(options, "shutdown", 5000)
        if how is not BRUTAL_KILL and (how.__class__ is not int or how < 0):
            raise ArgumentError(":shutdown must be either a positive integer or :brutal_kill")
        return _stream(items, job, options, linked, _under(supervisor, options))

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
