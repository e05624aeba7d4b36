"""Input and output devices: standard output, standard error, and strings."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from defnpy.stdlib import processes
from defnpy.terms import process as proc
from defnpy.terms.atom import Atom
from defnpy.terms.binary import make_binary, octets
from defnpy.terms.errors import ArgumentError, ErlangError
from defnpy.terms.process import Pid, Process
from defnpy.terms.runtime import runtime

STDIO = frozenset({Atom("stdio"), Atom("standard_io"), Atom("user")})
STDERR = frozenset({Atom("stderr"), Atom("standard_error")})
EOF, ERROR = Atom("eof"), Atom("error")


class StringDevice:
    """Octets to read and octets that were written; *encoding* says which characters they stand for."""

    folds_ends = True  # CRLF at the end of a line is read as LF.

    def __init__(self, data: Any, prompts: bool = False, encoding: str = "utf-8", charlists: bool = False) -> None:
        self.input = octets(data)
        self.output: list[bytes] = []
        self.prompts = prompts
        self.encoding = encoding
        self.charlists = charlists

    def line(self) -> bytes:
        """The octets of the next line; they are not taken yet."""
        head, newline, _ = self.input.partition(b"\n")
        return head + newline

    def ahead(self, count: int | None) -> bytes:
        """The next *count* octets, or all."""
        return self.input if count is None else self.input[:count]

    def skip(self, count: int) -> None:
        self.input = self.input[count:]

    def put(self, data: bytes) -> None:
        self.output.append(data)

    def encoded(self, text: str) -> bytes:
        """Characters as octets of this device."""
        try:
            return text.encode(self.encoding)
        except UnicodeEncodeError:
            unicode, ours = Atom("unicode"), Atom("latin1" if self.encoding == "latin-1" else "unicode")
            raise ErlangError((Atom("no_translation"), unicode, ours)) from None

    def shown(self, data: bytes, raw: bool) -> Any:
        """What reading gives for octets: a binary or a charlist."""
        if raw:
            return list(data) if self.charlists else make_binary(data)
        text = data.decode(self.encoding)
        return [ord(c) for c in text] if self.charlists else text


class FileDevice(StringDevice):
    """An open file."""

    folds_ends = False

    def __init__(self, handle: Any, encoding: str = "latin-1", charlists: bool = False) -> None:
        super().__init__("", False, encoding, charlists)
        self.handle = handle

    def line(self) -> bytes:
        place = self.handle.tell()
        data = self.handle.readline()
        self.handle.seek(place)
        return bytes(data)

    def ahead(self, count: int | None) -> bytes:
        place = self.handle.tell()
        data = self.handle.read(-1 if count is None else count)
        self.handle.seek(place)
        return bytes(data)

    def skip(self, count: int) -> None:
        self.handle.seek(count, os.SEEK_CUR)

    def put(self, data: bytes) -> None:
        try:
            self.handle.write(data)
        except (io.UnsupportedOperation, ValueError):
            raise ArgumentError("argument error") from None


def open_device(device: StringDevice) -> Pid:
    """A process that stands for *device*."""
    made = Process(proc.current())
    made.state[processes.DEVICE] = device
    return made.pid


def close(device: Any) -> None:
    """End a file device: nothing can be read or written any more."""
    target = of(device)
    if isinstance(target, FileDevice):
        target.handle.close()
        processes.find(device).state.pop(processes.DEVICE)  # type: ignore[union-attr]


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
        target.put(target.encoded(text))


def write_octets(device: Any, data: bytes) -> None:
    """Write octets: on a device of characters each stands for the character of its number."""
    target = None if device in STDIO or device in STDERR or device is None else of(device)
    if target is None:  # a standard device, or none that is open
        write(device, data.decode("utf-8", "replace"))
    else:
        target.put(target.encoded(data.decode("latin-1")))


def prompt(device: Any, text: str) -> None:
    """Show a prompt, unless the device keeps them to itself."""
    target = of(device) if device not in STDIO else None
    if device in STDIO:
        write(device, text)
    elif target is not None and target.prompts:
        target.put(target.encoded(text))


_ERRORS = "captured_errors"


def _error_capture() -> Callable[[str], Any] | None:
    listed: list[list[str]] = runtime().options.get(_ERRORS, [])
    return listed[-1].append if listed else None


def captures_errors() -> bool:
    """Whether something takes what is written to standard error."""
    return _error_capture() is not None


@contextmanager
def capture_errors(out: list[str]) -> Iterator[None]:
    """What is written to standard error goes to *out*."""
    listed = runtime().options.setdefault(_ERRORS, [])
    listed.append(out)
    try:
        yield
    finally:
        listed.remove(out)


def _source(device: Any) -> StringDevice | None:
    if device in STDIO or device is proc.current().group.pid:
        return _leader_input()
    return of(device)


def read_line(device: Any, raw: bool = False) -> Any:
    """A line with its end, or ``:eof``."""
    target = _source(device)
    if target is None:
        return sys.stdin.readline() or EOF
    try:
        data = target.line()
    except (io.UnsupportedOperation, ValueError):
        return (ERROR, Atom("ebadf"))
    if not data:
        return EOF
    if not raw and not _valid(data, target.encoding):
        return (ERROR, Atom("collect_line"))
    target.skip(len(data))
    if target.folds_ends and data.endswith(b"\r\n"):
        data = data[:-2] + b"\n"
    return target.shown(data, raw)


def _valid(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def read_all(device: Any, count: int | None = None, raw: bool = False) -> Any:
    """*count* characters (octets where *raw*) or everything; ``:eof`` when *count* was given and nothing is left."""
    target = _source(device)
    if target is None:
        return sys.stdin.read(-1 if count is None else count) or (EOF if count is not None else "")
    try:
        data = target.ahead(count) if raw or count is None or target.encoding == "latin-1" else _characters(target, count)
    except (io.UnsupportedOperation, ValueError):
        return (ERROR, Atom("ebadf"))
    if not raw and not _valid(data, target.encoding):
        return (ERROR, Atom("invalid_unicode"))
    target.skip(len(data))
    return EOF if not data and count is not None else target.shown(data, raw)


def _characters(target: StringDevice, count: int) -> bytes:
    """The octets of the next *count* characters."""
    data = target.ahead(count * 4)
    text = data.decode(target.encoding, "surrogateescape")
    return text[:count].encode(target.encoding, "surrogateescape")


def _leader_input() -> StringDevice | None:
    return proc.current().state.get("input")
