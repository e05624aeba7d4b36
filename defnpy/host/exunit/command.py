"""``defnpy test``: finds and loads test files, runs them, gives the exit status."""

from __future__ import annotations

import os
import random
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from defnpy.host.exunit import api, docs, filters
from defnpy.host.exunit.reporter import Reporter
from defnpy.host.project import Project
from defnpy.host.report import report
from defnpy.host.runner import choose_compiler, guarded
from defnpy.stdlib.exunit.settings import settings
from defnpy.terms.atom import Atom
from defnpy.terms.errors import make
from defnpy.terms.runtime import Runtime, runtime

HELPER, PROJECT = "test_helper.exs", "mix.exs"
TEST = Atom("test")
DOCUMENTS = (".ex", ".md", ".livemd", ".defn")


@dataclass(slots=True)
class Plan:
    """What the command line asks for."""

    files: list[str]
    paths: list[str] = field(default_factory=list)
    only: list[str] = field(default_factory=list)
    include: list[str] = field(default_factory=list)
    exclude: list[str] = field(default_factory=list)
    seed: int | None = None
    trace: bool = False
    max_failures: int | None = None
    slowest: int = 0
    timeout: int | None = None
    compiler: str | None = None
    json: str | None = None
    colour: bool | None = None
    trust: bool = False
    allow_read: list[str] = field(default_factory=list)
    allow_write: list[str] = field(default_factory=list)
    allow_env: bool = False
    verbose: bool = False


def run_tests(plan: Plan) -> int:
    """0 when all tests pass, 2 when some fail, 1 when they cannot be run."""
    failed: list[int] = []

    def work() -> None:
        failed.append(_run(plan))

    status = guarded(work, verbose=plan.verbose)
    sys.stdout.flush()
    return status or failed[0]


def _run(plan: Plan) -> int:
    from defnpy.host.setup import make_runtime
    from defnpy.terms.runtime import use_runtime

    made = make_runtime()
    use_runtime(made)
    found, lines = _locate(plan.files or ["test"])
    root = _root(found)
    made.options["mix_env"] = "test"
    made.grants = _grants(plan, root)
    _configure(plan, lines)
    if plan.compiler is not None:
        choose_compiler(plan.compiler)
    _load_sources(plan, root, made)
    for helper in dict.fromkeys(h for path in found if (h := _helper(path)) is not None):
        _load(helper)
    broken = _load_all(found)
    colour = plan.colour if plan.colour is not None else sys.stdout.isatty()
    with open(plan.json, "w", encoding="utf-8") if plan.json else open(os.devnull, "w") as out:
        reporter = Reporter(colour=colour, json_out=out if plan.json else None)
        for path, text in broken:
            reporter.file_failed(path, text)
        suite = api.run_suite(reporter)
    if plan.only and suite.tests and all(t.state == "excluded" for t in suite.tests):
        sys.stderr.write('The --only option was given to "defnpy test" but no test was executed\n')
        return 1
    if broken:
        return 1
    return int(settings()["exit_status"]) if suite.failed else 0


# -- files ---------------------------------------------------------------------------------------------------------------


def _locate(named: list[str]) -> tuple[list[str], list[Any]]:
    """The files to load and the filters of ``FILE:LINE``."""
    found: list[str] = []
    lines = []
    for text in named:
        path, line = filters.location(text)
        if line is not None:
            lines.append(line)
        if os.path.isdir(path):
            found.extend(sorted(str(p) for p in Path(path).rglob("*_test.exs")))
        elif os.path.isfile(path):
            found.append(path)
        else:
            raise make("Code.LoadError", f"could not load {path}. Reason: no such file or directory", file=path)
    return list(dict.fromkeys(found)), lines


def _root(found: list[str]) -> Path:
    """The folder of the project: the nearest one with a mix.exs above the first test file, else the current folder."""
    for folder in Path(os.path.abspath(found[0])).parents if found else ():
        if (folder / PROJECT).is_file():
            return folder
    return Path.cwd()


def _helper(path: str) -> str | None:
    """The test_helper.exs of the nearest folder above a test file, not above its project."""
    folder = Path(path).parent
    for above in [folder, *folder.parents]:
        if (above / HELPER).is_file():
            return str(above / HELPER)
        if (above / PROJECT).is_file():
            return None
    return None


def _load_all(found: list[str]) -> list[tuple[str, str]]:
    """Load the test files; gives those that could not be loaded, with their errors. The others run all the same."""
    broken = []
    for path in found:
        try:
            _load(path) if path.endswith(".exs") else _load_documents(path)
        except Exception as error:
            if getattr(error, "status", None) is not None:
                raise
            broken.append((path, report(error)))
    return broken


def _load(path: str) -> None:
    from defnpy.host.loader import run_file

    run_file(path, extra=runtime().options.get("sources_digest", b""))


def _load_documents(path: str) -> None:
    """A test module for the examples of a source file or a text."""
    evaluator = runtime().evaluator
    title = re.sub(r"\W+", "_", os.path.relpath(path)).strip("_").title().replace("_", "")
    if path.endswith((".md", ".livemd")):
        body = f"doctest_file {_quoted(path)}"
    else:
        known = docs.read_file(path)
        table = runtime()
        if any(table.find(m) is None for m in known):
            _load(path)
        folders = table.options.setdefault(docs.FOLDERS, [])
        folders.append(os.path.dirname(path))
        body = "\n".join(f"doctest {m.name}" for m in known if known[m] or not table.module(m).native)
    evaluator.run_text(f"defmodule {title}Doctest do\nuse ExUnit.Case\n{body}\nend", path)


def _quoted(text: str) -> str:
    from defnpy.terms.inspect import inspect

    return inspect(text)


def _load_sources(plan: Plan, root: Path, owner: Runtime) -> None:
    """Libraries named on the command line at once; ``lib`` and ``test/support`` of a mix project as they are needed.

    Files whose modules defnpy provides itself are left out; their documentation is known all the same.
    """
    folders = [(path, True) for path in plan.paths]
    if (root / PROJECT).is_file():
        folders += [(str(root / name), False) for name in ("lib", "test/support") if (root / name).is_dir()]
    given = {os.path.realpath(path) for path in plan.paths}
    owner.options[docs.FOLDERS] = [path for path, _ in folders]
    digest = b""
    for path, whole in folders:
        if not whole and os.path.realpath(path) in given:
            continue
        if not os.path.exists(path):
            raise make("Code.LoadError", f"could not load {path}. Reason: no such file or directory", file=path)
        project = Project(path, owner)
        project.scan()
        project.leave_out(lambda name: owner.module(Atom(name)).native)
        owner.loaders.append(project)
        digest += project.digest
        owner.options["sources_digest"] = digest
        if whole:
            project.load_all()
        else:
            project.load_implementations()


# -- options -------------------------------------------------------------------------------------------------------------


def _configure(plan: Plan, lines: list[Any]) -> None:
    """Options of the command line; what a test_helper sets later does not override them."""
    given: dict[str, Any] = {"autorun": False}
    include = [filters.parse(f) for f in [*plan.include, *plan.only]] + lines
    exclude = [filters.parse(f) for f in plan.exclude] + ([TEST] if plan.only or lines else [])
    given["include"], given["exclude"] = include, exclude
    given["seed"] = plan.seed if plan.seed is not None else random.randrange(api.HIGHEST_SEED)
    for name in ("max_failures", "timeout"):
        value = getattr(plan, name)
        if value is not None:
            given[name] = value
    if plan.trace:
        given["trace"] = True
    if plan.slowest:
        given["slowest"] = plan.slowest
    runtime().options["ex_unit_command"] = given
    settings().update({k: list(v) if v.__class__ is list else v for k, v in given.items()})


def _grants(plan: Plan, root: Path) -> Any:
    """A test may read and write its project and the folder for temporary files, and read the environment; the rest needs a grant."""
    import tempfile

    from defnpy.terms.grants import Grants

    def real(paths: list[str]) -> list[str]:
        return [str(Path(p).resolve()) for p in paths]

    own = real([str(root), os.getcwd(), tempfile.gettempdir()])
    return Grants(trust=plan.trust, read=[*own, *real(plan.allow_read)], write=[*own, *real(plan.allow_write)], env=True)


