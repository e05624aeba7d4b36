"""Livebook notebooks: cells run one after the other in one environment, each value shown."""

from __future__ import annotations

import sys
from typing import Any

from defnpy.terms.atom import Atom


def run_notebook(file: str) -> Any:
    """Run every Elixir cell of a notebook and print its value as Livebook shows it."""
    from defnpy.host.evaluator import deep_recursion
    from defnpy.host.loader import read_source
    from defnpy.host.source import parse_program
    from defnpy.syntax.livemd import split_cells
    from defnpy.syntax.parser import decode
    from defnpy.terms.runtime import runtime

    text = decode(read_source(file), file, 1)
    compilation = runtime().evaluator.compilation(file)
    value = None
    with deep_recursion():
        for cell in split_cells(text):
            if cell.kind != "elixir":
                continue
            value = compilation.run(parse_program(cell.source, file, line=cell.line))
            compilation.report_warnings()
            shown = show(value)
            if shown is not None:
                sys.stdout.write(shown + "\n")
                sys.stdout.flush()
    return value


def show(value: Any) -> str | None:
    """The text of a cell's value; nothing for ``:"do not show this result in output"``."""
    from defnpy.terms.inspect import inspect

    if value.__class__ is Atom and value.name == "do not show this result in output":
        return None
    return inspect(value, pretty=True)
