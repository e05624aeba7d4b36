"""Pages made from tables are fresh; the README's commands and files exist."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_supported_page_is_fresh() -> None:
    from defnpy.host.supported import text

    assert (ROOT / "docs" / "supported.md").read_text() == text(), "python -m defnpy.host.supported > docs/supported.md"


def test_readme_names_files_that_exist() -> None:
    text = (ROOT / "README.md").read_text()
    for name in re.findall(r"`((?:docs|examples)/[\w./-]+)`", text):
        assert (ROOT / name).exists(), name


def test_every_catalogued_module_loads() -> None:
    from defnpy.host.catalog import load_native, tables

    for name in tables():
        module = load_native(name)
        assert module is not None
        assert module.functions, name
