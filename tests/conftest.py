"""Shared fixtures: every test has a cache folder and, where it asks for one, a Runtime of its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# The suite draws the same examples every time; HYPOTHESIS_PROFILE=search looks for new ones.
settings.register_profile("suite", derandomize=True)
settings.register_profile("search", max_examples=3000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))


@pytest.fixture(scope="session", autouse=True)
def _cache_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DEFNPY_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(autouse=True)
def _process() -> Iterator[None]:
    """Every test is a process: no mailbox, flag or option of an earlier one."""
    from defnpy.terms.process import Process, enter, leave

    token = enter(Process())
    yield
    leave(token)


class Session:
    """A fresh Runtime and process; ``run`` evaluates a program, ``printed`` is what it wrote."""

    def __init__(self) -> None:
        from defnpy.host.setup import make_runtime
        from defnpy.terms.process import Process, enter
        from defnpy.terms.runtime import use_runtime

        self.runtime = make_runtime()
        self.tokens = (use_runtime(self.runtime),)
        self.process = Process()
        self.lines: list[str] = []
        self.process.leader = self.lines.append
        self.entered = enter(self.process)

    @property
    def printed(self) -> str:
        return "".join(self.lines)

    def run(self, code: str, file: str = "test.exs") -> Any:
        return self.runtime.evaluator.run_text(code, file)

    def shown(self, code: str) -> str:
        from defnpy.terms.inspect import inspect

        return inspect(self.run(code), pretty=True)


@pytest.fixture
def session() -> Iterator[Session]:
    from defnpy.terms.process import leave
    from defnpy.terms.runtime import reset_runtime

    made = Session()
    yield made
    leave(made.entered)
    reset_runtime(made.tokens[0])


@pytest.fixture
def program(tmp_path: Path) -> Callable[[str, str], Path]:
    def write(text: str, name: str = "program.exs") -> Path:
        path = tmp_path / name
        path.write_text(text)
        return path

    return write
