"""Paths that the grants allow, and the errors of the disk as terms."""

from __future__ import annotations

import errno
from collections.abc import Callable
from typing import Any

from defnpy.stdlib import grants
from defnpy.stdlib.path import text_of
from defnpy.stdlib.util import ERROR, OK
from defnpy.terms.atom import Atom, alias
from defnpy.terms.binary import octets
from defnpy.terms.errors import EXCEPTION, ArgumentError, from_struct
from defnpy.terms.inspect import inspect
from defnpy.terms.struct import Struct


def path_text(path: Any) -> str:
    """A path, or the path of a file stream, as text."""
    made = path.fields[Atom("path")] if isinstance(path, Struct) else text_of(path)
    text = octets(made).decode("utf-8", "surrogateescape")
    if "\0" in text:
        raise ArgumentError(f"cannot execute File function for path with null byte, got: {inspect(made)}")
    return text


def reading(path: Any) -> str:
    """A path that may be read."""
    made = path_text(path)
    grants.need("read", made)
    return made


def writing(path: Any) -> str:
    """A path that may be written."""
    made = path_text(path)
    grants.need("write", made)
    return made


def error(problem: OSError) -> Atom:
    """The reason of a failure: ``:enoent`` and its like."""
    return Atom(errno.errorcode.get(problem.errno or 0, "einval").lower())


def attempt(action: Callable[[], Any]) -> Any:
    """The answer of *action*, ``{:error, reason}`` when the disk refuses."""
    try:
        return action()
    except OSError as problem:
        return (ERROR, error(problem))


def done(action: Callable[[], Any]) -> Any:
    """``:ok`` after *action*."""

    def run() -> Any:
        action()
        return OK

    return attempt(run)


def unwrap(answer: Any, action: str, path: Any) -> Any:
    """The value of an answer; File.Error for an error."""
    if answer.__class__ is tuple and answer and answer[0] is ERROR:
        fields = {EXCEPTION: True, Atom("reason"): answer[1], Atom("path"): path_text(path), Atom("action"): action}
        raise from_struct(Struct(alias("File.Error"), fields))
    return answer[1] if answer.__class__ is tuple and len(answer) == 2 and answer[0] is OK else answer
