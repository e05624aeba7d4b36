"""Input and output devices: standard output, standard error, and strings."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from defnpy.stdlib import processes
from defnpy.terms import process as proc
from defnpy.terms.atom import Atom
from defnpy.terms.errors import ErlangError
from defnpy.terms.process import Pid, Process
from defnpy.terms.runtime import runtime

STDIO = frozenset({Atom("stdio"), Atom("standard_io"), Atom("user")})
STDERR = frozenset({Atom("stderr"), Atom("standard_error")})
EOF = Atom("eof")


class StringDevice:
    """Text to read and text that was written."""

    def __init__(self, text: str, prompts: bool = False) -> None:
        self.input = text
        self.output: list[str] = []
        self.prompts = prompts

    def line(self) -> str:
        head, newline, rest = self.input.partition("\n")
        self.input = rest
        return head + newline

    def take(self, count: int | None) -> str:
        part = self.input if count is None else self.input[:count]
        self.input = self.input[len(part) :]
        return part


class FileDevice(StringDevice):
    """An open file; its output is written through."""

    def __init__(self, handle: Any) -> None:
        super().__init__("")
        self.handle = handle

    def line(self) -> str:
        return str(self.handle.readline())

    def take(self, count: int | None) -> str:
        return str(self.handle.read() if count is None else self.handle.read(count))


def open_device(device: StringDevice) -> Pid:
    """A process that stands for *device*."""
    made = Process(proc.current())
    made.state[processes.DEVICE] = device
    return made.pid


def of(device: Any) -> StringDevice | None:
    """The string or file behind a pid or name; None for the standard devices."""
    process = processes.find(device)
    return process.state.get(processes.DEVICE) if process is not None else None


def write(device: Any, text: str) -> None:
    """Print *text* on a device."""
    if device in STDIO or device is None:
        proc.write(text)
    elif device in STDERR:
        (_error_capture() or sys.stderr.write)(text)
    else:
        target = of(device)
        if target is None:
            process = processes.find(device)
            if process is not None and process.leader is not None:
                process.leader(text)
                return
            raise ErlangError(Atom("terminated"))
        if isinstance(target, FileDevice):
            target.handle.write(text)
        else:
            target.output.append(text)


_ERRORS = "captured_errors"


def _error_capture() -> Callable[[str], Any] | None:
    listed: list[list[str]] = runtime().options.get(_ERRORS, [])
    return listed[-1].append if listed else None


@contextmanager
def capture_errors(out: list[str]) -> Iterator[None]:
    """What is written to standard error goes to *out*."""
    listed = runtime().options.setdefault(_ERRORS, [])
    listed.append(out)
    try:
        yield
    finally:
        listed.remove(out)


def read_line(device: Any) -> Any:
    """A line with its end, or ``:eof``."""
    target = of(device) if device not in STDIO else _leader_input()
    text = target.line() if target is not None else sys.stdin.readline()
    return text if text else EOF


def read_all(device: Any, count: int | None = None) -> Any:
    """*count* characters or everything; ``:eof`` when *count* was given and nothing is left."""
    target = of(device) if device not in STDIO else _leader_input()
    text = target.take(count) if target is not None else sys.stdin.read(-1 if count is None else count)
    return text if text or count is None else EOF


def _leader_input() -> StringDevice | None:
    return proc.current().state.get("input")
