"""Golden cases of the real Elixir, Nx and Axon: a sample by default, all of them on every compiler in the long run."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.reference.compare import counted, passes
from tests.reference.run import outcomes, read

CASES = Path(__file__).parent / "cases"
AREAS = ("language", "nx", "defn", "axon")
FILES = [p for area in AREAS for p in sorted((CASES / area).glob("*.jsonl"))]
GAPS: dict[str, dict[str, str]] = json.loads((Path(__file__).parent / "gaps.json").read_text())
LONG = os.environ.get("DEFNPY_TEST_LONG") == "1"
STEP = 1 if LONG else 12


def failures(cases: list[dict[str, Any]], compiler: str) -> list[str]:
    """Ids of the cases that fail without standing in gaps.json, with what came out."""
    chosen = [c for c in cases if ("value" in c or "error" in c) and counted(c) and c["id"] not in GAPS[compiler]]
    name = None if compiler == "evaluator" else compiler
    got = list(outcomes(chosen, name, [], 60.0))
    for i, one in enumerate(got):
        # A machine under load may stop a case: it gets more time.
        if one.get("error", {}).get("type") == "timeout":
            got[i] = next(outcomes([chosen[i]], name, [], 180.0))
    return [
        f"{c['id']}: want {c.get('value', c.get('error'))}, got {one.get('value', one.get('error'))}"
        for c, one in zip(chosen, got, strict=True)
        if not passes(c, one)
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_evaluator(path: Path) -> None:
    assert failures(read(str(path))[::STEP], "evaluator") == []


@pytest.mark.parametrize("path", [p for p in FILES if p.parent.name != "language"], ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_exla(path: Path) -> None:
    step = 1 if LONG else 40
    assert failures(read(str(path))[::step], "exla") == []


def test_gaps_name_real_cases() -> None:
    known = {json.loads(line)["id"] for p in FILES for line in p.read_text().splitlines()}
    for compiler, gaps in GAPS.items():
        assert set(gaps) <= known, compiler
        assert all(gaps.values()), "a gap needs its reason"
