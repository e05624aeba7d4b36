"""Failures as ExUnit prints them: banner or assertion, code, stack trace."""

from __future__ import annotations

import os

from defnpy.host import report
from defnpy.host.exunit.outcome import Failure, Test
from defnpy.stdlib.exunit.errors import ASSERTION
from defnpy.stdlib.exunit.format import PADDING, Paint, format_assertion, pad_lines
from defnpy.terms.atom import Atom
from defnpy.terms.errors import ElixirError, Exit, Throw
from defnpy.terms.exception import blame, blame_error, format_banner
from defnpy.terms.inspect import inspect, inspect_call
from defnpy.terms.module import Module

FILE, LINE, DOCTEST, NOT_IMPLEMENTED = Atom("file"), Atom("line"), Atom("doctest"), Atom("not_implemented")
WIDTH = 80


def relative(file: str) -> str:
    """*file* as seen from the current folder when it lies below it."""
    path = os.path.relpath(file)
    return file if path.startswith("..") else path


def numbered(number: int, text: str) -> str:
    return f"{f'{number})':>4} {text}"


def test_failure(test: Test, number: int, paint: Paint) -> str:
    """The block of a failed test."""
    title = numbered(number, f"{test.name.name} ({inspect(test.module.name)})")
    parameters = f"{PADDING}Parameters: {inspect(test.parameters)}\n" if test.parameters else ""
    where = f"{relative(test.tags[FILE])}:{test.tags[LINE]}"
    return f"{paint('test_info', title)}\n{parameters}{PADDING}{paint('location_info', where)}\n{failures(test, test.failures, paint)}"


def module_failure(module: Module, listed: list[Failure], number: int, paint: Paint) -> str:
    """The block of a module whose ``setup_all`` failed."""
    title = numbered(number, f"{inspect(module.name)}: failure on setup_all callback, all tests have been invalidated")
    return f"{paint('test_module_info', title)}\n{failures(None, listed, paint)}"


def failures(test: Test | None, listed: list[Failure], paint: Paint) -> str:
    """What happened, each failure under a heading of its own when there are several."""
    out = []
    for index, failure in enumerate(listed, 1):
        heading = f"\n{PADDING}Failure #{index}\n" if len(listed) > 1 else ""
        try:
            text = _failure(test, failure, paint)
        except (ElixirError, Throw, Exit, RecursionError) as error:
            # A value that cannot be inspected must not end the run.
            text = f"{PADDING}{pad_lines(report.banner(error), len(PADDING))}\n"
        out.append(heading + text)
    return "".join(out)


def _failure(test: Test | None, failure: Failure, paint: Paint) -> str:
    frames = _frames(test, failure)
    code = _code(test, failure)
    if failure.kind == "error" and failure.reason.module is ASSERTION:
        body = format_assertion(failure.reason, width=WIDTH, paint=paint, padding=PADDING, code=code)
    else:
        body = PADDING + pad_lines(paint("error_info", _banner(failure)), len(PADDING)) + "\n"
        body += _notes(failure)
        if code is not None:
            body += f"{PADDING}{paint('extra_info', 'code:')} {code}\n"
    if not frames:
        return body
    return f"{body}{PADDING}{paint('extra_info', 'stacktrace:')}\n" + "".join(f"       {frame}\n" for frame in frames)


def _banner(failure: Failure) -> str:
    if failure.kind == "error":
        made = blame_error(failure.error) if isinstance(failure.error, ElixirError) else blame(failure.reason)
        return format_banner(Atom("error"), made)
    if failure.kind == "EXIT":
        return format_banner((Atom("EXIT"), failure.pid), failure.reason)
    return format_banner(Atom(failure.kind), failure.reason)


def _notes(failure: Failure) -> str:
    """What defnpy adds to an error: compile problems and notes."""
    error = failure.error
    diagnostics = getattr(error, "diagnostics", None)
    lines = report.show_diagnostics(diagnostics).rstrip().splitlines() if diagnostics else []
    lines += [line for note in getattr(error, "__notes__", []) for line in note.splitlines()]
    return "".join(f"{PADDING}{line}".rstrip() + "\n" for line in lines)


def _places(test: Test | None, failure: Failure) -> list[report.Place]:
    """The Elixir frames, innermost first; none for a test that has no body."""
    if test is not None and test.tags.get(NOT_IMPLEMENTED) is True:
        return []
    return list(reversed(report.places(failure.error.__traceback__))) if failure.error is not None else []


def _frames(test: Test | None, failure: Failure) -> list[str]:
    given = getattr(failure.error, "doctest_place", None)
    if given is not None:
        return [given]
    out = []
    for place in _places(test, failure):
        mine = test is not None and _is_test(test, place)
        file = relative(place.file)
        if mine and test is not None and DOCTEST in test.tags:
            source = getattr(test.module, "info", {})["ex_unit"].get("doctest_files", {}).get(test.name.name)
            file = f"(for doctest at) {source}" if source else file
        out.append(f"{file}:{place.line}: {'(test)' if mine else place.function}")
    return out


def _is_test(test: Test, place: report.Place) -> bool:
    return place.function == f"{inspect(test.module.name)}.{inspect_call(test.name.name)}/1"


def _code(test: Test | None, failure: Failure) -> str | None:
    """The source line of the test that led to the failure."""
    if test is None or DOCTEST in test.tags:
        return None
    for place in _places(test, failure):
        if _is_test(test, place):
            text = report.source_line(place.file, place.line)
            return text.strip() if text is not None else None
    return None
