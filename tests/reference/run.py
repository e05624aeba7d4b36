"""``python -m tests.reference.run IN.jsonl OUT.jsonl [--compiler NAME] [--path DIR]...``

Runs golden cases with defnpy and writes one line for each: ``{"id", "value" | "error": {"type", "message"}, "stdout"?}``. A crash
or a hang costs only its own case. A summary by area goes to standard output.
"""

from __future__ import annotations

import argparse
import json
import os
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.reference.compare import counted, passes

ROOT = Path(__file__).resolve().parents[2]


class Worker:
    """A Python process that runs cases; replaced when it dies or hangs."""

    def __init__(self, compiler: str | None, paths: list[str]) -> None:
        read, write = os.pipe()
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.reference.worker", str(write), compiler or "", *paths],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, pass_fds=(write,), cwd=ROOT, env=environment, text=True)
        os.close(write)
        self.answers = os.fdopen(read, "rb", buffering=0)
        self.pending = b""
        self._line(120)

    def _line(self, limit: float) -> dict[str, Any] | None:
        while b"\n" not in self.pending:
            ready, _, _ = select.select([self.answers], [], [], limit)
            if not ready:
                return None
            data = self.answers.read(1 << 20)
            if not data:
                return None
            self.pending += data
        line, _, self.pending = self.pending.partition(b"\n")
        return json.loads(line)  # type: ignore[no-any-return]

    def run(self, case: dict[str, Any], limit: float) -> dict[str, Any] | None:
        """The outcome, or None when the worker died or took too long."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(json.dumps(case) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            return None
        return self._line(limit)

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()
        self.answers.close()


def outcomes(cases: list[dict[str, Any]], compiler: str | None, paths: list[str], limit: float) -> Iterator[dict[str, Any]]:
    """The outcome of every case, in order."""
    worker = Worker(compiler, paths)
    for case in cases:
        got = worker.run(case, limit)
        if got is None:
            reason = "timeout" if worker.process.poll() is None else "crash"
            worker.close()
            worker = Worker(compiler, paths)
            got = {"id": case["id"], "error": {"type": reason, "message": f"{reason} of the case"}}
        yield got
    worker.close()


def summary(cases: list[dict[str, Any]], got: list[dict[str, Any]]) -> list[tuple[str, int, int]]:
    """``(area, passed, counted)`` of each area (the part of the id before the number)."""
    areas: dict[str, list[int]] = {}
    for case, one in zip(cases, got, strict=True):
        if "value" not in case and "error" not in case:
            continue
        if not counted(case):
            continue
        row = areas.setdefault(case["id"].rpartition("-")[0], [0, 0])
        row[0] += passes(case, one)
        row[1] += 1
    return [(area, p, n) for area, (p, n) in sorted(areas.items())]


def read(path: str) -> list[dict[str, Any]]:
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.reference.run", description=__doc__)
    parser.add_argument("input", help="golden cases, JSON lines")
    parser.add_argument("output", help="where the outcomes go, JSON lines")
    parser.add_argument("--compiler", choices=("evaluator", "exla", "torchx"), help="default compiler and backend")
    parser.add_argument("--path", action="append", default=[], help="a library whose sources are loaded first")
    parser.add_argument("--limit", type=float, default=30.0, help="seconds for one case (default 30)")
    parser.add_argument("--failures", action="store_true", help="show the failing cases")
    options = parser.parse_args()
    cases = read(options.input)
    got = []
    with open(options.output, "w", encoding="utf-8") as out:
        for one in outcomes(cases, options.compiler, [str(Path(p).resolve()) for p in options.path], options.limit):
            got.append(one)
            shown = {k: v for k, v in one.items() if k in ("id", "value", "error", "stdout")}
            out.write(json.dumps(shown, ensure_ascii=False) + "\n")
    if options.failures:
        show_failures(cases, got)
    total = [0, 0]
    for area, passed, count in summary(cases, got):
        print(f"{area}: {passed}/{count}")
        total[0] += passed
        total[1] += count
    print(f"total: {total[0]}/{total[1]}")
    return 0


def show_failures(cases: list[dict[str, Any]], got: list[dict[str, Any]]) -> None:
    """Code, expectation and outcome of each failing case."""
    for case, one in zip(cases, got, strict=True):
        if ("value" in case or "error" in case) and counted(case) and not passes(case, one):
            print(f"--- {case['id']}\n{case['code']}\nwant: {case.get('value', case.get('error'))}  {case.get('stdout', '')!r}")
            print(f"got:  {one.get('value', one.get('error'))}  {one.get('stdout', '')!r}\n")


if __name__ == "__main__":
    sys.exit(main())
