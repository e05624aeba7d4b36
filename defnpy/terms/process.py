"""Processes: a dictionary, a mailbox and a group leader for each Python thread or task context."""

from __future__ import annotations

import itertools
import threading
from collections import deque
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

_serial = itertools.count(100)


class Pid:
    """``#PID<0.N.0>``."""

    __slots__ = ("ex_serial", "process")
    ex_rank = 5

    def __init__(self, process: Process) -> None:
        self.process = process
        self.ex_serial = next(_serial)


class Reference:
    """``make_ref()``. As an *alias* it stands for its process: a destination of messages until it is given up.

    ``once`` says that the first message that it takes gives it up.
    """

    __slots__ = ("alias", "ex_serial", "once")
    ex_rank = 2

    def __init__(self, alias: Process | None = None, once: bool = False) -> None:
        self.ex_serial = next(_serial)
        self.alias = alias
        self.once = once


class Process:
    """One Elixir process. ``leader`` writes output (``leader(text)``); None means standard output."""

    def __init__(self, parent: Process | None = None) -> None:
        self.pid = Pid(self)
        self.parent = parent
        self.dictionary: dict[Any, Any] = {}
        self.mailbox: deque[Any] = deque()
        self.arrived = threading.Condition()
        self.leader: Callable[[str], None] | None = parent.leader if parent else None
        # The process that its output goes through; the first one of a program is its own.
        self.group: Process = parent.group if parent else self
        self.alive = True
        # The thread that runs the program's code as this process; None where nothing may interrupt it.
        self.thread: int | None = None
        self.trap_exit = False
        self.links: set[Process] = set()
        self.monitors: list[tuple[Reference, Process]] = []
        self.exit_reason: Any = None
        self.state: dict[str, Any] = {}


_current: ContextVar[Process] = ContextVar("defnpy_process")


def current() -> Process:
    """The process of the running thread or task; made on first use."""
    try:
        return _current.get()
    except LookupError:
        made = Process()
        _current.set(made)
        return made


def enter(process: Process) -> Any:
    """Make *process* the current one; returns the token for :func:`leave`."""
    return _current.set(process)


def leave(token: Any) -> None:
    """Undo :func:`enter`."""
    _current.reset(token)


def write(text: str) -> None:
    """Print *text* through the group leader of the current process."""
    leader = current().leader
    if leader is not None:
        leader(text)
    else:
        import sys

        sys.stdout.write(text)
