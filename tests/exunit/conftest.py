"""Running suites written in a test."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest


@dataclass
class Outcome:
    """What ``defnpy test`` gave: exit status, output, and the JSON object of each test by its name."""

    status: int
    out: str
    err: str
    tests: dict[str, dict[str, Any]]

    def states(self) -> dict[str, str]:
        return {name: test["state"] for name, test in self.tests.items()}


@pytest.fixture
def suite(tmp_path: Path) -> Callable[..., Outcome]:
    """``suite(text or {file: text}, *arguments)`` runs the files in a folder of their own, in the order of definition."""

    def run(files: Any, *arguments: str) -> Outcome:
        for name, text in (files if isinstance(files, dict) else {"a_test.exs": files}).items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
        named = [a for a in arguments if not a.startswith("-")]
        command = [sys.executable, "-m", "defnpy", "test", *(arguments if named else (*arguments, "a_test.exs")), "--json", "out.jsonl"]
        if "--seed" not in " ".join(arguments):
            command.append("--seed=0")
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=tmp_path, check=False)
        lines = (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines() if (tmp_path / "out.jsonl").exists() else []
        found = [json.loads(line) for line in lines]
        return Outcome(done.returncode, done.stdout, done.stderr, {t["name"] or t["file"]: t for t in found})

    return run
