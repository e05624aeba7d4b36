"""Processes as threads: spawning, messages, exit signals."""

from __future__ import annotations

import contextvars
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from defnpy.stdlib.reaper import Interrupted, raise_in, reap
from defnpy.stdlib.util import INFINITY, badarg
from defnpy.terms import map as maps
from defnpy.terms.atom import Atom
from defnpy.terms.binary import NOMATCH
from defnpy.terms.errors import ElixirError, ErlangError, Exit, Throw
from defnpy.terms.exception import erlang_reason
from defnpy.terms.process import Pid, Process, Reference, current, enter
from defnpy.terms.runtime import runtime

NORMAL, EXIT, DOWN, PROCESS = Atom("normal"), Atom("EXIT"), Atom("DOWN"), Atom("process")
NOPROC, KILL, KILLED = Atom("noproc"), Atom("kill"), Atom("killed")
SHUTDOWN = Atom("shutdown")
VIA, GLOBAL, NO_NODE = Atom("via"), Atom("global"), Atom("nonode@nohost")
DEVICE = "device"


class ExitSignal(Exit):
    """An exit that came from a linked process; it cannot be caught in Elixir code."""


def spawn(fun: Callable[[], Any], *, link: bool = False, monitor: Reference | None = None, owner: Process | None = None) -> Process:
    """Run *fun* in a new process; *owner* (the caller) gets the monitor's message and is linked."""
    parent = current()
    owner = owner or parent
    made = Process(parent)
    made.state["ancestors"] = [parent.pid]
    if link:
        owner.links.add(made)
        made.links.add(owner)
    if monitor is not None:
        made.monitors.append((monitor, owner))
        owner.state.setdefault("monitoring", {})[monitor] = made
    start(made, fun)
    return made


def start(process: Process, fun: Callable[[], Any]) -> threading.Thread:
    """Run *fun* as *process* in a thread of its own."""
    context = contextvars.copy_context()
    thread = threading.Thread(target=context.run, args=(_run, process, fun), daemon=True)
    thread.start()
    return thread


def _run(process: Process, fun: Callable[[], Any]) -> None:
    enter(process)
    try:
        with interruptible(process):
            fun()
        reason: Any = NORMAL
    except Exit as exited:
        reason = exited.reason
    except Interrupted:
        reason = process.exit_reason
    except BaseException as error:
        reason = reason_of(error)
        try:
            report(process, error)
        finally:
            terminate(process, reason)
    _leave(process)
    terminate(process, reason)


@contextmanager
def interruptible(process: Process) -> Iterator[None]:
    """The running thread works for *process*: exit signals end it wherever it is in the program's code."""
    try:
        with process.arrived:
            process.thread = threading.get_ident()
            check_signal(process)
        yield
    except Interrupted:
        raise ExitSignal(process.exit_reason) from None
    finally:
        _leave(process)


def _leave(process: Process) -> None:
    """No signal interrupts the thread from here on; one that was on its way is taken back."""
    while process.thread is not None:
        try:
            with process.arrived:
                process.thread = None
            if "exit_signal" in process.state:
                raise_in(threading.get_ident(), None)
        except Interrupted:
            pass


def reason_of(error: BaseException) -> Any:
    """The exit reason of a process that died of *error*."""
    if isinstance(error, Interrupted):
        return current().exit_reason
    if isinstance(error, Exit):
        return error.reason
    if isinstance(error, ElixirError):
        return (erlang_reason(error), runtime().evaluator.stacktrace(error))
    if isinstance(error, Throw):
        return ((Atom("nocatch"), error.value), runtime().evaluator.stacktrace(error))
    return (erlang_reason(_elixir(error)), runtime().evaluator.stacktrace(error))


def _elixir(error: BaseException) -> ElixirError:
    """The Elixir exception that *error* is, or stands for."""
    if isinstance(error, ElixirError):
        return error
    made: ElixirError = runtime().options["translate_error"](error)
    return made


def report(process: Process, error: BaseException) -> None:
    """The logger's error report of a crashed process."""
    if process.state.get("silent"):
        return
    from defnpy.stdlib.logger import emit
    from defnpy.terms.exception import blame, format_banner, format_stacktrace_entry
    from defnpy.terms.inspect import inspect

    shown, frames = "", ""
    if isinstance(error, Throw):
        shown = format_banner(Atom("error"), ErlangError((Atom("nocatch"), error.value)).term)
    else:
        stack = runtime().evaluator.stacktrace(error)
        shown = format_banner(Atom("error"), blame(_elixir(error).term, stack))
        frames = "".join(f"\n    {format_stacktrace_entry(entry)}" for entry in stack)
    describe = process.state.get("report")
    title, rest = describe() if describe is not None else (f"Process {inspect(process.pid)} raised an exception", "")
    emit(Atom("error"), f"{title}\n{shown}{frames}{rest}")


def is_normal(reason: Any) -> bool:
    """Whether an exit for *reason* is none to report: normal, shutdown or ``{:shutdown, term}``."""
    if reason.__class__ is tuple:
        return len(reason) == 2 and reason[0] is SHUTDOWN
    return reason is NORMAL or reason is SHUTDOWN


def report_stop(process: Process, reason: Any) -> None:
    """The logger's report of a process that stopped for a *reason* of its own."""
    from defnpy.stdlib.logger import emit
    from defnpy.terms.exception import format_exit

    title, rest = process.state["report"]()
    emit(Atom("error"), f"{title}\n** (stop) {format_exit(reason)}{rest}")


def terminate(process: Process, reason: Any) -> None:
    """The process is over: tell monitors and links."""
    with process.arrived:
        if not process.alive:
            return
        process.alive = False
        process.exit_reason = reason
        monitors, process.monitors = list(process.monitors), []
        links, process.links = set(process.links), set()
        process.arrived.notify_all()
    _unregister(process)
    for other in links:
        other.links.discard(process)
        signal(other, process.pid, reason)
    for reference, watcher in monitors:
        watched = runtime().options.get("monitored_names", {}).pop(reference, process.pid)
        _tell_end(watcher, reference, watched, reason)
    for told in process.state.pop("at_end", ()):
        told()


def _unregister(process: Process) -> None:
    for names in (runtime().registered, runtime().options.get("global_names", {})):
        for name in [n for n, p in list(names.items()) if p is process]:
            names.pop(name, None)


def signal(process: Process, sender: Pid, reason: Any) -> None:
    """An exit signal: a message when *process* traps exits, else its end unless *reason* is normal."""
    if reason is not KILL and process.trap_exit:
        deliver(process, (EXIT, sender, reason))
    elif reason is not NORMAL:
        end(process, KILLED if reason is KILL else reason)


def end(process: Process, reason: Any) -> None:
    """End *process* from outside: it is dead at once, its thread stops when it can."""
    with process.arrived:
        if not process.alive:
            return
        process.state["exit_signal"] = reason
        process.arrived.notify_all()
        running = process.thread is not None or DEVICE in process.state
    if running:
        terminate(process, reason)
        reap(process)


def check_signal(process: Process) -> None:
    """Raise when an exit signal is waiting."""
    if "exit_signal" in process.state:
        raise ExitSignal(process.state["exit_signal"] if not process.alive else process.state.pop("exit_signal"))


def deliver(process: Process, message: Any) -> None:
    """Put *message* into a mailbox."""
    with process.arrived:
        if process.alive:
            process.mailbox.append(message)
            process.arrived.notify_all()


def answer(reference: Reference, message: Any) -> None:
    """Send *message* to the process that *reference* is an alias of, if it still is one."""
    target = reference.alias
    if target is not None:
        if reference.once:
            reference.alias = None
            watched = target.state.get("monitoring", {}).pop(reference, None)
            if watched is not None:
                _forget_monitor(watched, reference)
        deliver(target, message)


def _forget_monitor(process: Process, reference: Reference) -> None:
    with process.arrived:
        process.monitors = [m for m in process.monitors if m[0] is not reference]


def find(destination: Any) -> Process | None:
    """The process of a pid or registered name."""
    if destination.__class__ is Pid:
        return destination.process
    if destination.__class__ is tuple and len(destination) == 3 and destination[0] is VIA:
        if destination[1] is GLOBAL:
            return find((GLOBAL, destination[2]))
        found = runtime().module(destination[1]).functions["whereis_name/1"](destination[2])
        return found.process if found.__class__ is Pid else None
    if destination.__class__ is tuple and len(destination) == 2:
        if destination[0] is GLOBAL:
            return runtime().options.get("global_names", {}).get(maps.key(destination[1]))
        if other_node(destination) is not None:
            return None
        destination = destination[0]
    if destination.__class__ is Atom:
        return runtime().registered.get(destination)
    return None


def other_node(destination: Any) -> Any:
    """The node of ``{name, node}`` when it is another one; there is none that could be reached."""
    if destination.__class__ is tuple and len(destination) == 2 and destination[0].__class__ is Atom and destination[0] is not GLOBAL:
        return destination[1] if destination[1] is not NO_NODE else None
    return None


def register(name: Any, process: Process) -> bool:
    """Give *process* a name: an atom, ``{:global, term}`` or ``{:via, module, term}``; false when it is taken."""
    if name.__class__ is tuple and name[0] is VIA and name[1] is GLOBAL:
        name = (GLOBAL, name[2])
    if name.__class__ is tuple and name[0] is VIA:
        return runtime().module(name[1]).functions["register_name/2"](name[2], process.pid) is Atom("yes")
    names, key = runtime().registered, name
    if name.__class__ is tuple:
        names, key = runtime().options.setdefault("global_names", {}), maps.key(name[1])
    if key in names and names[key].alive:
        return False
    names[key] = process
    return True


def send(destination: Any, message: Any) -> Any:
    """``send/2``."""
    if destination.__class__ is Reference:
        answer(destination, message)
        return message
    process = find(destination)
    if process is None:
        if destination.__class__ is Atom or destination.__class__ not in (Pid, tuple):
            raise badarg((1, "invalid destination"))
        return message
    deliver(process, message)
    return message


def deadline_of(after_ms: Any) -> float | None:
    """The monotonic time at which a wait of *after_ms* ends; None for ``:infinity``."""
    return None if after_ms is None or after_ms is INFINITY else time.monotonic() + after_ms / 1000


def receive(
    process: Process,
    match: Callable[[Any], Any],
    after_ms: Any = None,
    after_fun: Callable[[], Any] | None = None,
) -> Any:
    """``receive``: the result of *match* on the first message for which it is not NOMATCH.

    *match* is tried on the messages in the order of their arrival; after *after_ms* milliseconds *after_fun* decides.
    """
    deadline = deadline_of(after_ms)
    tried = 0
    while True:
        with process.arrived:
            while len(process.mailbox) <= tried:
                check_signal(process)
                if not wait(process, deadline):
                    return after_fun() if after_fun is not None else None
            # The signal of a link counts before a message that came with it.
            check_signal(process)
            message = process.mailbox[tried]
        result = match(message)
        if result is NOMATCH:
            tried += 1
            continue
        with process.arrived:
            _drop(process, message)
        return result() if result.__class__ is _Later else result


class _Later:
    """A result that must be computed after the message left the mailbox."""

    __slots__ = ("body",)

    def __init__(self, body: Callable[[], Any]) -> None:
        self.body = body

    def __call__(self) -> Any:
        return self.body()


def later(body: Callable[[], Any]) -> Any:
    """Lets *match* postpone the clause's body until its message is taken from the mailbox."""
    return _Later(body)


def _drop(process: Process, message: Any) -> None:
    for index, other in enumerate(process.mailbox):
        if other is message:
            del process.mailbox[index]
            return


def wait(process: Process, deadline: float | None) -> bool:
    """Wait until something happens to *process*, whose ``arrived`` is held; false when *deadline* is over."""
    if deadline is None:
        process.arrived.wait()
        return True
    left = deadline - time.monotonic()
    if left <= 0:
        return False
    process.arrived.wait(left)
    return True


def monitor(target: Any, reference: Reference | None = None, tag: Any = DOWN) -> Reference:
    """``Process.monitor/1``; *tag* takes the place of ``:DOWN`` in its message."""
    reference = reference or Reference()
    process = find(target)
    watcher = current()
    if tag is not DOWN:
        watcher.state.setdefault("monitor_tags", {})[reference] = tag
    # A monitor of a name reports {name, node}.
    shown = (target, NO_NODE) if target.__class__ is Atom else target
    if process is not None:
        with process.arrived:
            if process.alive:
                process.monitors.append((reference, watcher))
                if shown.__class__ is tuple:
                    runtime().options.setdefault("monitored_names", {})[reference] = shown
                watcher.state.setdefault("monitoring", {})[reference] = process
                return reference
    _tell_end(watcher, reference, shown, NOPROC)
    return reference


def _tell_end(watcher: Process, reference: Reference, shown: Any, reason: Any) -> None:
    """The message of a monitor; an alias that goes with the monitor is over."""
    watcher.state.get("monitoring", {}).pop(reference, None)
    tag = watcher.state.get("monitor_tags", {}).pop(reference, DOWN)
    if reference.once:
        reference.alias = None
    deliver(watcher, (tag, reference, PROCESS, shown, reason))


def demonitor(reference: Reference, flush: bool = False) -> bool:
    """``Process.demonitor/2``: forget the monitor; with *flush* also its message. True when there was one."""
    me = current()
    process = me.state.get("monitoring", {}).pop(reference, None)
    if reference.once:
        reference.alias = None
    if process is not None:
        _forget_monitor(process, reference)
    if flush:
        with me.arrived:
            for message in list(me.mailbox):
                if message.__class__ is tuple and len(message) == 5 and message[1] is reference:
                    _drop(me, message)
    return process is not None


def link(target: Any) -> bool:
    """``Process.link/1``."""
    process, me = find(target), current()
    if process is not None and process.alive:
        process.links.add(me)
        me.links.add(process)
    else:
        signal(me, target, NOPROC)
    return True


def unlink(target: Any) -> bool:
    """``Process.unlink/1``."""
    process, me = find(target), current()
    if process is not None:
        process.links.discard(me)
        me.links.discard(process)
    return True


def exit_process(target: Any, reason: Any) -> bool:
    """``Process.exit/2``."""
    process = find(target)
    me = current()
    if process is None or not process.alive:
        return True
    if process is me and not process.trap_exit:
        raise ExitSignal(KILLED if reason is KILL else reason)
    signal(process, me.pid, reason)
    return True
