"""Livebook notebooks: cells run one after the other in one environment, each value shown."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from defnpy.syntax.livemd import Cell
from defnpy.terms.process import current

if TYPE_CHECKING:
    from defnpy.expand.env import Env
    from defnpy.host.compilation import Compilation

    _Place = tuple[Env, dict[Any, Any], dict[str, Any]]


def run_notebook(file: str, *, keep_going: bool = False) -> Any:
    """Run every Elixir cell of a notebook and print its value as Livebook shows it.

    A cell that fails ends the run, unless it says ``continue_on_error`` or *keep_going* holds: then its error is reported, the
    other cells run, and the run ends with SystemExit.
    """
    from defnpy.host import report
    from defnpy.host.compilation import deep_recursion
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
        sections = Sections(compilation)
        for cell in split_cells(text):
            if cell.kind != "elixir":
                continue
            sections.enter(cell)
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


class Sections:
    """What the cells of each section see: the main flow goes on from section to section, and branches that begin at the end of
    their parents are seen by nothing else. Modules are everybody's.
    """

    def __init__(self, compilation: Compilation) -> None:
        self.compilation = compilation
        self.here: tuple[int, int | None] = (-1, None)
        # The end of each section so far, and of the last one in the main flow.
        self.ends: dict[int | None, _Place] = {}
        self.main = self._place()

    def enter(self, cell: Cell) -> None:
        """Before a cell runs: go to where its section begins."""
        if (cell.section, cell.parent) == self.here:
            return
        section, parent = self.here
        ended = self.ends[section] = self._place()
        if parent is None:
            self.main = ended
        for without_cells in range(section + 1, cell.section):
            self.ends[without_cells] = self.main
        self.here = (cell.section, cell.parent)
        env, dictionary, state = self.ends.get(cell.parent, self.main)
        self.compilation.env = env.fork()
        process = current()
        process.dictionary, process.state = dict(dictionary), dict(state)

    def _place(self) -> _Place:
        process = current()
        return self.compilation.env, process.dictionary, process.state
