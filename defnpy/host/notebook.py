"""Livebook notebooks: cells run one after the other in one environment, each value shown."""

from __future__ import annotations

import sys
from typing import Any


def run_notebook(file: str) -> Any:
    """Run every Elixir cell of a notebook and print its value as Livebook shows it."""
    from defnpy.host.evaluator import deep_recursion
    from defnpy.host.loader import read_source
    from defnpy.host.source import parse_program
    from defnpy.stdlib.kino import shown
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
            output = shown(value)
            if output is not None:
                sys.stdout.write(output + "\n")
                sys.stdout.flush()
    return value
