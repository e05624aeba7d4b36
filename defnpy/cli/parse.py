"""``defnpy parse``."""

from __future__ import annotations

import json
import sys

import click


@click.command(name="parse")
@click.argument("files", nargs=-1, required=True, type=click.Path())
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line: {file, ast} or {file, error}.")
def command(files: tuple[str, ...], as_json: bool) -> None:
    """Print the syntax trees of FILES as Elixir's quoted expressions."""
    from defnpy.host.loader import read_source
    from defnpy.syntax import json_form
    from defnpy.syntax.errors import ParseError
    from defnpy.syntax.parser import parse
    from defnpy.terms.errors import ElixirError
    from defnpy.terms.inspect import inspect

    failed = False
    for file in files:
        try:
            text = read_source(file)
            tree = parse(text, "nofile" if as_json else file, columns=not as_json)
        except ParseError as problem:
            failed = True
            click.echo(json.dumps({"file": file, "error": json_form.error_json(problem)}, ensure_ascii=False) if as_json else
                       f"** ({problem.kind}) {problem.message}", err=not as_json)
        except ElixirError as error:
            failed = True
            shown = {"type": error.name or "Code.LoadError", "message": str(error)}
            click.echo(json.dumps({"file": file, "error": shown}, ensure_ascii=False) if as_json else f"** ({shown['type']}) {error}", err=not as_json)
        else:
            click.echo(json.dumps({"file": file, "ast": json_form.to_json(tree)}, ensure_ascii=False) if as_json
                       else inspect(tree, pretty=True, limit=1_000_000))
    sys.exit(1 if failed else 0)
