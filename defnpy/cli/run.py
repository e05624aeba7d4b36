"""``defnpy run``."""

from __future__ import annotations

import sys
from typing import Any

import click


@click.command(name="run", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": True})
@click.argument("file", type=click.Path())
@click.argument("args", nargs=-1)
@click.option("--compiler", type=click.Choice(["evaluator", "exla"]), help="Global default compiler (and backend for exla).")
@click.option("--path", "-r", "paths", multiple=True, type=click.Path(), metavar="DIR", help="Load a folder of .ex files first (repeatable).")
@click.option("--call", "target", metavar="MOD.FUN", help="Call one function of the file; the arguments are input files or JSON values.")
@click.option("-o", "--output", type=click.Path(), help="With --call: where the result goes (.npy, .npz, .safetensors or .json).")
@click.option("--keep-going", "-k", is_flag=True, help="Run the other cells of a notebook when one fails; the exit status is 1.")
@click.option("--timeout", type=float, metavar="SECONDS", help="Stop the program after this time.")
@click.option("--trust", is_flag=True, help="Grant everything: files, environment, network, processes.")
@click.option("--allow-read", multiple=True, metavar="DIR", help="Let the program read files below DIR (repeatable).")
@click.option("--allow-write", multiple=True, metavar="DIR", help="Let the program write files below DIR (repeatable).")
@click.option("--allow-env", is_flag=True, help="Let the program read environment variables.")
@click.option("--verbose", "-v", is_flag=True, help="Show timings, and Python tracebacks of internal errors.")
def command(file: str, args: tuple[str, ...], **options: Any) -> None:
    """Run a program: a .defn, .exs or .ex file or a .livemd notebook.

    An .exs or .ex file prints what it prints; a .defn file also shows its last value, a notebook the value of every cell. ARGS are what
    System.argv() gives.

    \b
    Examples:
      defnpy run model.defn
      defnpy run notebook.livemd --compiler exla
      defnpy run -r lib script.exs
      defnpy run model.defn --call Model.predict inputs.npy -o out.npy
    """
    if file.startswith("-"):
        # Behind the file such words are the program's own.
        raise click.NoSuchOption(file)
    from defnpy.host.runner import run_command

    sys.exit(run_command(file, list(args), **options))
