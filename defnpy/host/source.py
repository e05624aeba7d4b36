"""Source text to quoted trees, syntax problems as Elixir's exceptions."""

from __future__ import annotations

from typing import Any

from defnpy.terms.errors import ElixirError, make


def parse_program(text: str | bytes, file: str, line: int = 1) -> Any:
    """The quoted tree of a file."""
    from defnpy.syntax.errors import ParseError
    from defnpy.syntax.parser import parse

    try:
        return parse(text, file, line)
    except ParseError as problem:
        raise syntax_error(problem) from None


def syntax_error(problem: Any) -> ElixirError:
    """The exception of a syntax problem: SyntaxError, TokenMissingError or MismatchedDelimiterError."""
    made = make(problem.kind, problem.message, file=problem.file, line=problem.line, column=problem.column, description=problem.description)
    made.problem = problem  # type: ignore[attr-defined]
    return made
