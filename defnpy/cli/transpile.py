"""``defnpy transpile``."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.command(name="transpile")
@click.argument("file", type=click.Path())
@click.option("-o", "--output", type=click.Path(), help="Write the Python module here instead of standard output.")
def command(file: str, output: str | None) -> None:
    """Print the Python module that FILE becomes.

    It is the code that really runs; it imports and runs by itself where defnpy is installed.
    """
    from defnpy.host.runner import guarded

    def work() -> None:
        from defnpy.host.loader import read_source, transpile
        from defnpy.host.setup import ensure_runtime

        ensure_runtime()
        text = transpile(read_source(file), file)
        if output is None:
            click.echo(text, nl=False)
        else:
            Path(output).write_text(text, encoding="utf-8")

    sys.exit(guarded(work))
