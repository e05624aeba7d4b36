"""The session on a terminal or a pipe: reading lines, history, completion, Ctrl-C."""

from __future__ import annotations

import contextlib
import ctypes
import os
import queue
import shutil
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from defnpy.host.repl.complete import complete
from defnpy.host.repl.session import Session
from defnpy.host.version import VERSION
from defnpy.terms.process import Process, current

STACK = 512 * 1024 * 1024
RECURSION = 400_000
Reader = Callable[[str], str]
BANNER = f"Interactive defnpy ({VERSION}, Elixir 1.18) - press Ctrl+D to exit (type h() ENTER for help)\n"


class Worker(threading.Thread):
    """One thread that evaluates: it has a deep stack, and the main thread stays free for Ctrl-C."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.jobs: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.finished = threading.Event()
        self.process: Process | None = None

    def run(self) -> None:
        self.process = current()
        while True:
            # An interrupt may arrive when the job has just ended.
            with contextlib.suppress(KeyboardInterrupt):
                job, box = self.jobs.get()
                if job is None:
                    return
                try:
                    box.append((True, job()))
                except BaseException as error:
                    box.append((False, error))
                self.finished.set()

    def call(self, job: Callable[[], Any]) -> Any:
        """The value of *job*; Ctrl-C here raises KeyboardInterrupt in the thread, a second one in vain leaves."""
        box: list[tuple[bool, Any]] = []
        self.finished.clear()
        # The limit holds for all threads, the deep stack only for this one: while it runs, this one waits.
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(max(limit, RECURSION))
        try:
            self.jobs.put((job, box))
            self.wait(box)
        finally:
            sys.setrecursionlimit(limit)
        worked, value = box[0]
        if not worked:
            raise value
        return value

    def wait(self, box: list[tuple[bool, Any]]) -> None:
        asked = False
        while not (box and self.finished.is_set()):
            try:
                self.finished.wait(0.5)
            except KeyboardInterrupt:
                if asked:
                    raise SystemExit(130) from None
                asked = True
                self.interrupt()

    def stop(self) -> None:
        """End the thread."""
        self.jobs.put((None, []))

    def interrupt(self) -> None:
        if self.ident is not None:
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self.ident), ctypes.py_object(KeyboardInterrupt))
        if self.process is not None:
            # It may be waiting for a message; the exception arrives when it runs again.
            with self.process.arrived:
                self.process.arrived.notify_all()


def start_worker() -> Worker:
    old_stack = threading.stack_size(STACK)
    try:
        worker = Worker()
        worker.start()
    finally:
        threading.stack_size(old_stack)
    return worker


def run_repl(make: Callable[[], None], *, colors: bool | None = None) -> int:
    """A session until the input ends; *make* prepares the Runtime in the thread that evaluates."""
    interactive = sys.stdin.isatty()
    worker = start_worker()
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 80

    def write(text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()

    def open_session() -> Session:
        make()
        return Session(write, colors=sys.stdout.isatty() if colors is None else colors, width=width)

    session: Session = worker.call(open_session)
    write(BANNER)
    read = terminal_reader(session, worker) if interactive else piped_reader(write)
    return loop(session, worker, read, write)


def loop(session: Session, worker: Worker, read: Reader, write: Callable[[str], None]) -> int:
    while session.status is None:
        try:
            line = read(session.prompt)
        except EOFError:
            worker.call(session.finish)
            write("\n")
            break
        except KeyboardInterrupt:
            session.abandon()
            write("\n")
            continue
        worker.call(lambda text=line: session.feed(text))  # type: ignore[misc]
    return session.status or 0


# ---- where lines come from


def piped_reader(write: Callable[[str], None]) -> Reader:
    """Lines of standard input, with prompts, as ``iex < file`` shows them."""

    def read(prompt: str) -> str:
        write(prompt)
        line = sys.stdin.readline()
        if not line:
            raise EOFError
        return line

    return read


def terminal_reader(session: Session, worker: Worker) -> Reader:
    """prompt_toolkit where it is installed, else readline, else bare input()."""
    try:
        # The two keep their histories in different formats.
        return toolkit_reader(session, worker, history_file("history.toolkit"))
    except ImportError:
        return readline_reader(session, worker, history_file())


def history_file(name: str = "history") -> Path | None:
    """``defnpy/history`` in the user's state folder, readable by that user only."""
    base = os.environ.get("XDG_STATE_HOME")
    folder = (Path(base) if base else Path.home() / ".local" / "state") / "defnpy"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / name
        path.touch(mode=0o600)
    except OSError:
        return None
    return path


def toolkit_reader(session: Session, worker: Worker, history: Path | None) -> Reader:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import Completer, Completion
    from prompt_toolkit.history import FileHistory

    class Names(Completer):
        def get_completions(self, document: Any, complete_event: Any) -> Any:
            word, found = worker.call(lambda: complete(session, document.text_before_cursor))
            for candidate in found:
                yield Completion(candidate.text, start_position=-len(word), display=candidate.shown)

    prompts: Any = PromptSession(
        history=FileHistory(str(history)) if history is not None else None, completer=Names(), complete_while_typing=False,
    )
    return lambda prompt: str(prompts.prompt(prompt)) + "\n"


def readline_reader(session: Session, worker: Worker, history: Path | None) -> Reader:
    try:
        import readline
    except ImportError:
        return lambda prompt: input(prompt) + "\n"
    if history is not None:
        with contextlib.suppress(OSError):
            readline.read_history_file(history)
    found: list[str] = []

    def matches(text: str, index: int) -> str | None:
        if index == 0:
            before = readline.get_line_buffer()[: readline.get_endidx()]
            word, candidates = worker.call(lambda: complete(session, before))
            head = text[: len(text) - len(word)]
            found[:] = dict.fromkeys(head + candidate.text for candidate in candidates)
        return found[index] if index < len(found) else None

    readline.set_completer(matches)
    readline.set_completer_delims(" \t\n`~!@#$%^&*()-=+[{]}\\|;'\",<>/?")
    readline.parse_and_bind("tab: complete")

    def read(prompt: str) -> str:
        line = input(prompt)
        if history is not None:
            with contextlib.suppress(OSError):
                readline.write_history_file(history)
        return line + "\n"

    return read
