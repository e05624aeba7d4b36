"""``defnpy repl``."""

from __future__ import annotations

import sys
from typing import Any

import click


@click.command(name="repl")
@click.argument("files", nargs=-1, type=click.Path())
@click.option("--compiler", type=click.Choice(["evaluator", "exla", "torchx"]), help="Global default compiler (and backend for exla, torchx).")
@click.option("--path", "-r", "paths", multiple=True, type=click.Path(), metavar="DIR", help="Load a folder of .ex files first (repeatable).")
@click.option("--trust", is_flag=True, help="Grant everything: files, environment, network, processes.")
@click.option("--allow-read", multiple=True, metavar="DIR", help="Let the session read files below DIR (repeatable).")
@click.option("--allow-write", multiple=True, metavar="DIR", help="Let the session write files below DIR (repeatable).")
@click.option("--allow-env", is_flag=True, help="Let the session read environment variables.")
@click.option("--color/--no-color", "color", default=None, help="Coloured output (on a terminal by default).")
def command(files: tuple[str, ...], color: bool | None, **options: Any) -> None:
    """An interactive session, as iex. FILES are run first; their modules can be used.

    Input goes on while an expression is incomplete (#iex:break leaves it), Tab completes, h shows documentation, Ctrl-C stops an
    evaluation, Ctrl-D leaves. Without a terminal the session reads standard input.

    \b
    Examples:
      defnpy repl
      defnpy repl model.defn --compiler exla
      echo '1 + 1' | defnpy repl
    """
    from defnpy.host.runner import prepare, report_failure

    try:
        from defnpy.host.repl.terminal import run_repl

        status = run_repl(lambda: prepare(list(files), **options), colors=color)
    except Exception as error:
        status = report_failure(error)
    sys.exit(status)
