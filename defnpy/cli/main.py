"""The ``defnpy`` command: one file for each subcommand, loaded when it is used."""

from __future__ import annotations

import importlib
from typing import Any

import click

from defnpy import __version__

COMMANDS = {
    "run": "Run a program: a .defn, .exs or .ex file or a .livemd notebook.",
    "test": "Run ExUnit tests and doctests.",
    "parse": "Print the syntax trees of files.",
    "transpile": "Print the Python module that a program becomes.",
    "format": "Lay out source files as mix format does.",
    "repl": "An interactive session, as iex.",
    "config": "Show which compiler options are in force and which scope decided.",
}


class Commands(click.Group):
    """Finds a subcommand in the module of its name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"defnpy.cli.{cmd_name}").command
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        from defnpy.base.nearest import nearest

        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = nearest(args[0], COMMANDS) if args else None
            if near:
                raise click.UsageError(f"{error.message} Did you mean {near!r}?", ctx) from None
            raise

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="defnpy", message="%(prog)s %(version)s")
def main() -> None:
    """Run Elixir's numerical programs in Python.

    defnpy reads Nx `defn` modules, Axon models and Livebook notebooks, and runs them interpreted on NumPy or compiled by XLA.

    \b
    Examples:
      defnpy run model.defn
      defnpy run notebook.livemd --compiler exla
      defnpy run model.defn --call Model.predict inputs.npy -o out.npy
      defnpy test test/model_test.exs
      defnpy transpile model.defn -o model.py
    """
