"""``defnpy test``."""

from __future__ import annotations

import sys
from typing import Any

import click


@click.command(name="test")
@click.argument("files", nargs=-1, metavar="[FILE[:LINE]|DIR]...")
@click.option("--path", "-r", "paths", multiple=True, type=click.Path(), metavar="DIR", help="Load a folder of .ex files first (repeatable).")
@click.option("--only", multiple=True, metavar="TAG[:VALUE]", help="Run only the tests with this tag (repeatable).")
@click.option("--include", multiple=True, metavar="TAG[:VALUE]", help="Run tests with this tag though they are excluded (repeatable).")
@click.option("--exclude", multiple=True, metavar="TAG[:VALUE]", help="Leave out the tests with this tag (repeatable).")
@click.option("--seed", type=click.IntRange(min=0), help="Order of the tests; 0 is the order of their definition.")
@click.option("--trace", is_flag=True, help="One line a test, no time limit.")
@click.option("--max-failures", type=click.IntRange(min=1), help="Stop after so many failures.")
@click.option("--slowest", type=click.IntRange(min=0), default=0, help="Show the N slowest tests.")
@click.option("--timeout", type=click.IntRange(min=1), metavar="MS", help="Time limit of a test in milliseconds (60000).")
@click.option("--compiler", type=click.Choice(["evaluator", "exla"]), help="Global default compiler (and backend for exla).")
@click.option("--json", type=click.Path(dir_okay=False), metavar="OUT", help="Write one JSON object a test to this file.")
@click.option("--color/--no-color", "colour", default=None, help="Colours and coloured differences; default: on a terminal.")
@click.option("--trust", is_flag=True, help="Grant everything: files, network, processes.")
@click.option("--allow-read", multiple=True, metavar="DIR", help="Let the tests read files below DIR (repeatable).")
@click.option("--allow-write", multiple=True, metavar="DIR", help="Let the tests write files below DIR (repeatable).")
@click.option("--allow-env", is_flag=True, help="Reading environment variables, which tests may do anyway.")
@click.option("--verbose", "-v", is_flag=True, help="Show Python tracebacks of internal errors.")
def command(files: tuple[str, ...], **options: Any) -> None:
    """Run ExUnit tests and doctests.

    A folder stands for its *_test.exs files, and no argument for the folder test. The test_helper.exs above a test file runs first; in a
    mix project the modules of lib and test/support are found. A .ex, .md or .livemd file stands for the examples in its documentation.
    Tests may read and write their project and read the environment; the rest must be granted. The exit status is 2 when tests fail.

    \b
    Examples:
      defnpy test
      defnpy test test/model_test.exs:42 --trace
      defnpy test --only slow --compiler exla
      defnpy test --path lib lib/model.ex README.md
    """
    from defnpy.host.exunit.command import Plan, run_tests

    lists: Any = {k: list(v) if v.__class__ is tuple else v for k, v in options.items()}
    sys.exit(run_tests(Plan(list(files), **lists)))
