"""What the run command does, without its options' parsing: returns the exit status."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from contextvars import copy_context
from pathlib import Path
from typing import Any

from defnpy.terms.errors import Exit

STACK = 1536 * 1024 * 1024
RECURSION = 1_100_000


def guarded(work: Callable[[], Any], *, timeout: float | None = None, verbose: bool = False) -> int:
    """Run *work* in a thread with a deep stack; report its error; 0 or 1."""
    outcome: list[BaseException] = []
    # Reports name functions: they need the Runtime that this context carries.
    context = copy_context()

    def body() -> None:
        try:
            work()
        except BaseException as error:
            outcome.append(error)

    old_stack = threading.stack_size(STACK)
    old_limit = sys.getrecursionlimit()
    sys.setrecursionlimit(RECURSION)
    try:
        thread = threading.Thread(target=context.run, args=(body,), daemon=True)
        thread.start()
        try:
            thread.join(timeout)
        except KeyboardInterrupt:
            return 130
    finally:
        threading.stack_size(old_stack)
        sys.setrecursionlimit(old_limit)
    if thread.is_alive():
        return context.copy().run(_timed_out, thread, timeout)
    return context.run(_failed, outcome[0], verbose) if outcome else 0


def _timed_out(thread: threading.Thread, timeout: float | None) -> int:
    """Report where the program is, and end the process, which the thread would keep alive."""
    import os

    from defnpy.host import report

    where = report.position(sys._current_frames().get(thread.ident or 0))
    sys.stdout.flush()
    sys.stderr.write(f"** (timeout) the program was stopped after {timeout:g} seconds (--timeout)\n{where}")
    sys.stderr.flush()
    os._exit(1)


def _failed(error: BaseException, verbose: bool) -> int:
    from defnpy.host import report

    sys.stdout.flush()
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else 1
    if isinstance(error, Exit) and getattr(error, "status", None) is not None:
        return int(error.status)  # type: ignore[attr-defined]
    sys.stderr.write(report.report(error))
    if verbose:
        sys.stderr.write(report.python_traceback(error))
    elif report.is_internal(error):
        sys.stderr.write("    this is a fault of defnpy, not of the program: run again with --verbose for the Python traceback\n")
    return 1


def run_command(file: str, args: list[str], *, compiler: str | None, paths: tuple[str, ...], target: str | None, output: str | None,
                timeout: float | None, trust: bool, allow_read: tuple[str, ...], allow_write: tuple[str, ...], allow_env: bool,
                verbose: bool, keep_going: bool = False) -> int:
    """``defnpy run``."""
    started = time.perf_counter()

    def work() -> None:
        extra = set_up(args, compiler, paths, _grants(trust, allow_read, allow_write, allow_env))
        if target is not None:
            from defnpy.host.calling import call_function

            call_function(file, target, args, output, verbose)
            return
        from defnpy.stdlib.processes import interruptible
        from defnpy.terms.process import current

        with interruptible(current()):
            run_any(file, extra, keep_going=keep_going)

    status = guarded(work, timeout=timeout, verbose=verbose)
    sys.stdout.flush()
    if verbose:
        sys.stderr.write(f"{file}: {time.perf_counter() - started:.3f} s\n")
    return status


def set_up(args: list[str], compiler: str | None, paths: tuple[str, ...], grants: Any) -> bytes:
    """A new Runtime for this thread with its options, folders loaded; gives the text of the folders."""
    from defnpy.host.setup import make_runtime
    from defnpy.terms.runtime import use_runtime

    runtime = make_runtime()
    use_runtime(runtime)
    runtime.options["argv"] = args
    runtime.grants = grants
    if compiler is not None:
        choose_compiler(compiler)
    if not paths:
        return b""
    from defnpy.host.project import load_tree

    return b"".join(load_tree(path) for path in paths)


def prepare(files: list[str], *, compiler: str | None, paths: tuple[str, ...], trust: bool, allow_read: tuple[str, ...],
            allow_write: tuple[str, ...], allow_env: bool) -> None:
    """The Runtime of an interactive session: *files* have run in it."""
    from defnpy.host.loader import run_file

    extra = set_up([], compiler, paths, _grants(trust, allow_read, allow_write, allow_env))
    for file in files:
        run_file(file, extra=extra)


def report_failure(error: BaseException) -> int:
    """Write what a person should see of *error*; the exit status."""
    return _failed(error, False)


def _grants(trust: bool, read: tuple[str, ...], write: tuple[str, ...], env: bool) -> Any:
    from defnpy.terms.grants import Grants

    return Grants(trust=trust, read=[str(Path(p).resolve()) for p in read], write=[str(Path(p).resolve()) for p in write], env=env)


def choose_compiler(name: str) -> None:
    """Make a compiler and its backend the global defaults."""
    from defnpy.host import embed

    embed.choose(name)


def run_any(file: str, extra: bytes = b"", *, keep_going: bool = False) -> None:
    """Run a file by its suffix; a .defn file shows its last value, a notebook that of every cell."""
    from defnpy.host.loader import run_file

    if file.endswith(".livemd"):
        from defnpy.host.notebook import run_notebook

        run_notebook(file, keep_going=keep_going)
        return
    value = run_file(file, extra=extra)
    _run_started_tests()
    if file.endswith(".defn") and not _is_definition(value):
        from defnpy.terms.inspect import inspect

        sys.stdout.write(inspect(value, pretty=True) + "\n")


def _run_started_tests() -> None:
    """A program that called ``ExUnit.start`` ends with a run of its tests."""
    from defnpy.terms.runtime import runtime

    if not runtime().options.get("ex_unit_started"):
        return
    from defnpy.host.exunit.api import run_suite
    from defnpy.host.exunit.reporter import Reporter
    from defnpy.stdlib.exunit.settings import settings

    if settings()["autorun"] and run_suite(Reporter(colour=sys.stdout.isatty())).failed:
        raise SystemExit(settings()["exit_status"])


def _is_definition(value: Any) -> bool:
    """The value of a file that ends in a defmodule is not worth showing."""
    from defnpy.terms.atom import Atom

    return value.__class__ is tuple and len(value) == 4 and value[0] is Atom("module")
