"""``:timer``: waiting, measuring, and what happens later or again and again."""

from __future__ import annotations

import contextvars
import threading
import time
from collections.abc import Callable
from typing import Any
from weakref import WeakValueDictionary

from defnpy.stdlib import clocks, kernel, processes
from defnpy.stdlib.calls import fun0
from defnpy.stdlib.util import ERROR, OK
from defnpy.terms.atom import Atom
from defnpy.terms.errors import ElixirError
from defnpy.terms.exception import error_of
from defnpy.terms.function import call as call_function
from defnpy.terms.module import ex, native_module
from defnpy.terms.process import Pid, Reference, current
from defnpy.terms.runtime import runtime

ONCE, INTERVAL, CANCEL, BADARG, KILL = Atom("once"), Atom("interval"), Atom("cancel"), Atom("badarg"), Atom("kill")


@ex("tc/1", "tc/2", "tc/3", "tc/4")
def tc(fun: Any, *rest: Any) -> Any:
    named = bool(rest) and rest[-1].__class__ is Atom
    unit, args = (rest[-1], rest[:-1]) if named else (Atom("microsecond"), rest)
    if unit.name not in clocks.ERLANG:
        raise error_of(BADARG)
    begin = time.perf_counter_ns()
    if not args:
        value = fun0(fun)()
    elif len(args) == 1:
        value = call_function(fun, args[0])
    else:
        value = kernel.apply(fun, args[0], args[1])
    spent = time.perf_counter_ns() - begin
    return (spent * clocks.ERLANG[unit.name] // 10**9, value)


@ex("start/0")
def start() -> Atom:
    """The timers need no start."""
    return Atom("ok")


@ex("sleep/1")
def sleep(milliseconds: Any) -> Any:
    from defnpy.stdlib.process import sleep as wait

    return wait(milliseconds)


@ex("seconds/1")
def seconds(n: int) -> int:
    return n * 1000


@ex("minutes/1")
def minutes(n: int) -> int:
    return n * 60_000


@ex("hours/1")
def hours(n: int) -> int:
    return n * 3_600_000


@ex("hms/3")
def hms(hours_: int, minutes_: int, seconds_: int) -> int:
    return ((hours_ * 60 + minutes_) * 60 + seconds_) * 1000


@ex("now_diff/2")
def now_diff(a: Any, b: Any) -> int:
    return ((a[0] - b[0]) * 10**6 + (a[1] - b[1])) * 10**6 + (a[2] - b[2])


# -- later -------------------------------------------------------------------------------------------------------------


class _Timer(threading.Thread):
    """Does something after a time, once or again and again while *owner* lives."""

    def __init__(self, milliseconds: int, act: Callable[[], Any], again: bool, owner: Any = None) -> None:
        super().__init__(daemon=True)
        self.wait = milliseconds / 1000
        self.act = act
        self.again = again
        self.owner = owner
        self.ended = threading.Event()
        self.context = contextvars.copy_context()
        self.start()

    def run(self) -> None:
        due = time.monotonic()
        while True:
            due += self.wait
            if self.ended.wait(max(due - time.monotonic(), 0)) or (self.owner is not None and not self.owner.process.alive):
                return
            try:
                self.context.run(self.act)
            except ElixirError:
                # A message to a name that nobody has.
                return
            if not self.again:
                return


def _timers() -> WeakValueDictionary[Reference, _Timer]:
    """The timers that still run."""
    found: WeakValueDictionary[Reference, _Timer] = runtime().options.setdefault("erlang_timers", WeakValueDictionary())
    return found


def _started(milliseconds: Any, act: Callable[[], Any], again: bool = False, owner: Any = None) -> Any:
    if milliseconds.__class__ is not int or milliseconds < 0:
        return (ERROR, BADARG)
    reference = Reference()
    _timers()[reference] = _Timer(milliseconds, act, again, owner)
    return (OK, (INTERVAL if again else ONCE, reference))


@ex("send_after/2", "send_after/3")
def send_after(milliseconds: Any, target: Any, *message: Any) -> Any:
    """``send_after(Time, Message)`` and ``send_after(Time, Pid, Message)``."""
    to, what = (target, message[0]) if message else (current().pid, target)
    return _started(milliseconds, lambda: processes.send(to, what))


@ex("send_interval/2", "send_interval/3")
def send_interval(milliseconds: Any, target: Any, *message: Any) -> Any:
    to, what = (target, message[0]) if message else (current().pid, target)
    return _started(milliseconds, lambda: processes.send(to, what), True, to if to.__class__ is Pid else current().pid)


@ex("apply_after/4")
def apply_after(milliseconds: Any, module: Any, function: Any, args: Any) -> Any:
    return _started(milliseconds, lambda: kernel.spawn(module, function, args))


@ex("apply_interval/4")
def apply_interval(milliseconds: Any, module: Any, function: Any, args: Any) -> Any:
    return _started(milliseconds, lambda: kernel.spawn(module, function, args), True, current().pid)


@ex("exit_after/2", "exit_after/3")
def exit_after(milliseconds: Any, target: Any, *reason: Any) -> Any:
    who, why = (target, reason[0]) if reason else (current().pid, target)
    return _started(milliseconds, lambda: processes.exit_process(who, why))


@ex("kill_after/1", "kill_after/2")
def kill_after(milliseconds: Any, target: Any = None) -> Any:
    return exit_after(milliseconds, current().pid if target is None else target, KILL)


@ex("cancel/1")
def cancel(timer: Any) -> Any:
    if timer.__class__ is not tuple or len(timer) != 2:
        return (ERROR, BADARG)
    found = _timers().pop(timer[1], None)
    if found is not None:
        found.ended.set()
    return (OK, CANCEL)


MODULE = native_module("timer", globals(), erlang=True)
