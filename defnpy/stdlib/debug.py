"""What ``dbg`` prints."""

from __future__ import annotations

import os
from typing import Any

from defnpy.stdlib.kernel import inspect
from defnpy.terms.atom import Atom
from defnpy.terms.process import write


def dbg(place: str, options: Any, text: str, value: Any) -> Any:
    """``dbg(expression)``: *place* is the line of the file, function included."""
    return dbg_parts(place, options, [["", text, value]])


def dbg_pipe(place: str, options: Any, texts: list[str], values: list[Any]) -> Any:
    """``dbg`` of a pipeline: each step with its value."""
    return dbg_parts(place, options, [["", f"{'|> ' if i else ''}{text}", values[i]] for i, text in enumerate(texts)])


def dbg_parts(place: str, options: Any, parts: list[Any]) -> Any:
    """``dbg`` of a form with parts: ``[heading, text, value]`` each; the numbered clauses of case and cond come as tuples."""
    given = [(k, v) for k, v in options if k.name != "print_location"]
    settings = [*given, (Atom("pretty"), True), (Atom("width"), 80)]
    out = [] if (Atom("print_location"), False) in options else [f"[{place.removeprefix(os.getcwd() + os.sep)}]\n"]
    for heading, text, value in parts:
        shown = value
        if heading == "Cond clause":
            clause, truth, value, index = value
            out.append(f"Cond clause (clause #{index + 1} matched):\n{clause} #=> {inspect(truth, settings)}\n\nCond expression:\n")
        elif heading == "Case expression":
            value, index = shown
            out.append(f"Case expression (clause #{index + 1} matched):\n")
        else:
            out.append(heading)
        out.append(f"{text} #=> {inspect(value, settings)}\n" + ("\n" if heading == "Case argument:\n" or heading == "If condition:\n" else ""))
    if parts[0][0].startswith("Code block"):
        out.append(")\n")
    write("".join(out) + "\n")
    return value


def dbg_with(place: str, options: Any, notes: list[Any], text: str, value: Any) -> Any:
    """``dbg`` of a ``with``: *notes* are the clauses that were reached with their values."""
    clauses = [["" if i else "With clauses:\n", clause, shown] for i, (clause, shown) in enumerate(notes)]
    return dbg_parts(place, options, [*clauses, ["\nWith expression:\n", text, value]])
