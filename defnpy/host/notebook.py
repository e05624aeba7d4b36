"""Livebook notebooks: cells run one after the other in one environment, each value shown."""

from __future__ import annotations

import sys
from typing import Any


def run_notebook(file: str, *, keep_going: bool = False) -> Any:
    """Run every Elixir cell of a notebook and print its value as Livebook shows it.

    A cell that fails ends the run, unless it says ``continue_on_error`` or *keep_going* holds: then its error is reported, the
    other cells run, and the run ends with SystemExit.
    """
    from defnpy.host import report
    from defnpy.host.evaluator import deep_recursion
    from defnpy.host.loader import read_source
    from defnpy.host.repl.session import documented
    from defnpy.host.source import parse_program
    from defnpy.stdlib.kino import shown
    from defnpy.syntax.livemd import split_cells
    from defnpy.syntax.parser import decode
    from defnpy.terms.runtime import runtime

    text = decode(read_source(file), file, 1)
    compilation = runtime().evaluator.compilation(file)
    value, failed = None, False
    with deep_recursion():
        # Cells see what iex offers: h, i, v ...
        compilation.run(parse_program("import IEx.Helpers", file))
        for cell in split_cells(text):
            if cell.kind != "elixir":
                continue
            known = compilation.env.vars
            try:
                value = compilation.run(documented(parse_program(cell.source, file, line=cell.line)))
                compilation.report_warnings()
            except Exception as error:
                if not keep_going and not cell.attributes.get("continue_on_error"):
                    raise
                # What the cell did not get to bind is not there for the others.
                compilation.env.vars = known
                failed = failed or not cell.attributes.get("continue_on_error")
                sys.stdout.flush()
                sys.stderr.write(report.report(error) + "\n")
                continue
            output = shown(value)
            if output is not None:
                sys.stdout.write(output + "\n")
                sys.stdout.flush()
    if failed:
        raise SystemExit(1)
    return value
