"""``defnpy format``."""

from __future__ import annotations

import sys

import click


@click.command(name="format")
@click.argument("files", nargs=-1, type=click.Path(allow_dash=True))
@click.option("--check", "--check-formatted", "check", is_flag=True, help="Change nothing; show what would change and exit with 1.")
@click.option("--line-length", type=click.IntRange(1), metavar="N", help="The width to lay out for (98, or what .formatter.exs says).")
@click.option("--dot-formatter", type=click.Path(exists=True, dir_okay=False), metavar="FILE", help="Take the settings of this file.")
def command(files: tuple[str, ...], check: bool, line_length: int | None, dot_formatter: str | None) -> None:
    """Lay out FILES as mix format does: Elixir files, folders of them, notebooks, or - for standard input.

    Settings come from the nearest .formatter.exs above each file; without FILES its :inputs are formatted. Of notebooks and Markdown files
    the elixir fences are formatted.

    \b
    Examples:
      defnpy format lib test
      defnpy format --check notebook.livemd
      cat model.exs | defnpy format -
    """
    from defnpy.host.runner import guarded

    def work() -> None:
        from defnpy.host.format import format_files

        try:
            status = format_files(files, check=check, line_length=line_length, dot_formatter=dot_formatter, say=click.echo,
                                  complain=lambda text: click.echo(text, err=True))
        except FileNotFoundError as problem:
            click.echo(f"defnpy format: {problem}", err=True)
            status = 2
        sys.exit(status)

    sys.exit(guarded(work))
