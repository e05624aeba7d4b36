"""``defnpy config``."""

from __future__ import annotations

import click


@click.command(name="config")
def command() -> None:
    """Show which compiler options are in force and which scope decided, the versions and the cache folder."""
    import importlib.metadata as metadata

    from defnpy import __version__
    from defnpy.base.cachedir import cache_dir
    from defnpy.host import embed

    scope, options = embed.options_in_force()
    click.echo(f"defnpy     {__version__}")
    click.echo(f"compiler   {options.get('compiler', 'evaluator')} ({scope})")
    click.echo(f"cache      {cache_dir()}")
    for package in ("jax", "numpy", "lark"):
        try:
            click.echo(f"{package:<10} {metadata.version(package)}")
        except metadata.PackageNotFoundError:
            click.echo(f"{package:<10} not installed")
