"""Every example runs, and its transpiled module gives the same by itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
PROGRAMS = sorted(p for p in EXAMPLES.iterdir() if p.suffix in (".defn", ".exs"))


def output(*command: object) -> str:
    return subprocess.run([sys.executable, *map(str, command)], capture_output=True, text=True, check=True, timeout=300).stdout


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda p: p.name)
def test_transpiled_example_gives_the_same(path: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.py"
    output("-m", "defnpy", "transpile", path, "-o", out)
    show = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import out\n"
    if path.suffix == ".defn":
        show += "from defnpy.terms.inspect import inspect\nprint(inspect(out.RESULT, pretty=True))"
    assert output("-c", show) == output("-m", "defnpy", "run", path)


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda p: p.name)
def test_example_gives_the_same_on_exla(path: Path) -> None:
    from tests.reference.compare import same_text

    assert same_text(output("-m", "defnpy", "run", path), output("-m", "defnpy", "run", "--compiler", "exla", path))


def test_founding_notebook() -> None:
    text = output("-m", "defnpy", "run", EXAMPLES / "acceleration.livemd")
    assert "[0.27114367, 0.20867479, 0.8550657, 0.9538747" in text
    assert "[56197195, 1801093307]" in text
    assert "Comparison:" in text
