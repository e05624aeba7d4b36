"""Stops processes that compute: an exit signal reaches them in the middle of their own code."""

from __future__ import annotations

import sys
import threading
import time
from types import FrameType

from defnpy.terms.process import Process

# Modules of defnpy that hold no lock and leave nothing half done when they are interrupted.
_OPEN = frozenset(
    ["defnpy.rt", *(f"defnpy.stdlib.{name}" for name in (
        "access", "calls", "chunking", "enum", "enumerable", "float", "function", "integer", "kernel", "keyword", "lazy", "list", "map",
        "mapset", "operators", "ranges", "sampling", "sorting", "stream", "string", "tuple", "erlang.lists", "erlang.maps", "erlang.math",
    )), *(f"defnpy.terms.{name}" for name in ("function", "inspect", "list", "map", "order", "struct", "text"))]
)  # fmt: skip
_FIRST_PAUSE, _LONGEST_PAUSE = 0.001, 0.05


class Interrupted(BaseException):
    """Raised in a dead process's thread; neither programs nor ``except Exception`` see it."""


_lock = threading.Lock()
_doomed: list[Process] = []
_awake = threading.Event()


def reap(process: Process) -> None:
    """End the thread of *process*, which is dead already, as soon as it runs code of the program."""
    with _lock:
        _doomed.append(process)
        if len(_doomed) == 1:
            threading.Thread(target=_work, daemon=True, name="reaper").start()
    _awake.set()


def _work() -> None:
    pause = _FIRST_PAUSE
    while True:
        _awake.clear()
        with _lock:
            _doomed[:] = [process for process in _doomed if process.thread is not None]
            if not _doomed:
                return
            waiting = list(_doomed)
        # After a wait this thread has just got the interpreter: it keeps it from the look at the frames to the exception.
        for process in waiting:
            time.sleep(0)
            _interrupt(process)
        if _awake.wait(pause):
            pause = _FIRST_PAUSE
        else:
            pause = min(pause * 2, _LONGEST_PAUSE)


def _interrupt(process: Process) -> None:
    with process.arrived:
        thread = process.thread
        if thread is None or thread == threading.get_ident():
            return
        frame = sys._current_frames().get(thread)
        if not in_program(frame):
            return
        raise_in(thread, Interrupted)
        if sys._current_frames().get(thread) is not frame:
            # It went on meanwhile: to be safe the next look decides.
            raise_in(thread, None)


def raise_in(thread: int, error: type[BaseException] | None) -> None:
    """Raise *error* at the next bytecode of *thread*; None takes one back that was not raised yet."""
    import ctypes

    raised = ctypes.py_object(error) if error is not None else None
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), raised)


def in_program(frame: FrameType | None) -> bool:
    """Whether a thread is in code of the program, or in a function of ours that such code called and that may be left anywhere."""
    while frame is not None:
        if not frame.f_code.co_filename.endswith(".py"):
            return not frame.f_code.co_filename.startswith("<")
        if frame.f_globals.get("__name__") not in _OPEN:
            return False
        frame = frame.f_back
    return False
