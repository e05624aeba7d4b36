"""Source text to quoted trees, syntax problems as Elixir's exceptions."""

from __future__ import annotations

from typing import Any

from defnpy.terms.atom import Atom, alias
from defnpy.terms.errors import EXCEPTION, ElixirError, from_struct
from defnpy.terms.struct import Struct


def parse_program(text: str | bytes, file: str, line: int = 1) -> Any:
    """The quoted tree of a file."""
    return read_program(text, file, line)[0]


def read_program(text: str | bytes, file: str, line: int = 1) -> tuple[Any, bool]:
    """The quoted tree of a file, and whether the reader warned of something."""
    from defnpy.syntax.errors import ParseError
    from defnpy.syntax.parser import parse_with_warnings

    try:
        tree, warnings = parse_with_warnings(text, file, line)
    except ParseError as problem:
        raise syntax_error(problem) from None
    if warnings:
        report_warnings(warnings, file)
    return tree, bool(warnings)


def report_warnings(warnings: list[tuple[int, str]], file: str) -> None:
    """Warnings of the reader: to whoever collects diagnostics, else to standard error."""
    from defnpy.expand.env import Diagnostic
    from defnpy.host.report import log
    from defnpy.terms.runtime import runtime

    found = [Diagnostic("warning", message, file, place >> 32, place & 0xFFFFFFFF) for place, message in warnings]
    evaluator = runtime().evaluator
    if evaluator is not None and evaluator.collector is not None:
        evaluator.collector.extend(found)
    else:
        log(found)


def syntax_error(problem: Any) -> ElixirError:
    """The exception of a syntax problem: SyntaxError, TokenMissingError or MismatchedDelimiterError."""
    from defnpy.terms.exception import FIELDS

    known = {
        "file": problem.file, "line": problem.line, "column": problem.column, "description": problem.description, "snippet": problem.snippet,
        "end_line": problem.end_line, "end_column": problem.end_column, "opening_delimiter": _delimiter(problem.opening),
        "expected_delimiter": _delimiter(problem.expected), "closing_delimiter": _delimiter(problem.closing),
    }  # fmt: skip
    fields = {key: known[key.name] for key, _ in FIELDS[problem.kind]}
    return from_struct(Struct(alias(problem.kind), {EXCEPTION: True, **fields}))


def _delimiter(text: str | None) -> Atom | None:
    return None if text is None else Atom(text)
