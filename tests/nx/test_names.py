"""docs/supported.md has every public name of the reference, or the gap is written down with a reason."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from defnpy.host.setup import ensure_runtime
from defnpy.terms.atom import alias
from defnpy.terms.runtime import runtime

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "supported.md"


def _lines(name: str) -> list[tuple[str, str]]:
    made = []
    for line in (HERE / name).read_text().splitlines():
        if line and not line.startswith("#"):
            key, _, rest = line.partition(": ") if ": " in line else (line.rstrip(":"), "", "")
            made.append((key, rest))
    return made


def _spread(words: list[str]) -> set[str]:
    """``all/1,2`` as ``all/1`` and ``all/2``."""
    made = set()
    for word in words:
        name, _, arities = word.rpartition("/")
        made |= {f"{name}/{a}" for a in arities.split(",")}
    return made


REFERENCE = {m: _spread(names.split()) for m, names in _lines("reference_names.txt") if not m.startswith("%")}
STRUCTS = {m[1:]: set(fields.split()) for m, fields in _lines("reference_names.txt") if m.startswith("%")}
GAPS = dict(_lines("reference_gaps.txt"))


def _page() -> dict[str, set[str]]:
    rows = re.findall(r"^\| (\S+) \| (.*) \|$", PAGE.read_text(), re.M)
    return {module: _spread(re.findall(r"`(.+?)`", names.replace("\\|", "|"))) for module, names in rows}


def test_every_gap_has_a_reason() -> None:
    assert [name for name, reason in GAPS.items() if len(reason) < 10] == []


@pytest.mark.parametrize("module", sorted(REFERENCE))
def test_functions(module: str) -> None:
    missing = REFERENCE[module] - _page().get(module, set())
    assert {f"{module}.{name}" for name in missing if module not in GAPS} == {
        gap for gap in GAPS if gap.rpartition("/")[0].rpartition(".")[0] == module and not gap.startswith("%")
    }


def test_gaps_of_whole_modules() -> None:
    whole = {gap for gap in GAPS if "/" not in gap and not gap.startswith("%")}
    assert whole <= set(REFERENCE)
    assert whole & set(_page()) == set()


@pytest.mark.parametrize("module", sorted(STRUCTS))
def test_structs(module: str) -> None:
    ensure_runtime()
    found = runtime().find(alias(module))
    known = {k.name for k, _ in found.info.get("struct", ())} if found is not None and "struct" in found.info else None
    gap = f"%{module}" in GAPS or module in GAPS
    assert (known is None) == gap
    assert gap or known == STRUCTS[module]
