"""The manual that ``h`` shows: its articles are about functions that exist, and its examples give what they say."""

from __future__ import annotations

import pytest

from defnpy.host import catalog
from defnpy.host.docs import entries, module_doc
from defnpy.host.manual import Page, page, written
from defnpy.host.setup import ensure_runtime
from defnpy.terms.atom import alias
from defnpy.terms.inspect import inspect
from defnpy.terms.module import Module
from defnpy.terms.runtime import runtime


def loaded(name: str) -> Module:
    ensure_runtime()
    found = catalog.load_native(name[1:] if name.startswith(":") else alias(name).name)
    assert found is not None
    return found


def examples(shown: Page) -> list[tuple[str, str]]:
    """Each expression after ``iex>`` with the lines that follow it."""
    found: list[tuple[str, str]] = []
    for text in (shown.text, *(article.text for article in shown.articles)):
        for block in (text or "").split("\n\n"):
            lines = [line[4:] for line in block.split("\n") if line.startswith("    ")]
            if lines and lines[0].startswith("iex> "):
                found.append((lines[0].removeprefix("iex> "), "\n".join(lines[1:])))
    return found


@pytest.mark.parametrize("name", written())
def test_examples(name: str) -> None:
    ensure_runtime()
    for expression, expected in examples(page(name)):
        value = runtime().evaluator.run_text(expression.encode(), "manual")
        assert inspect(value, pretty=True, width=72) == expected, expression


@pytest.mark.parametrize("name", written())
def test_every_function_has_a_text(name: str) -> None:
    module = loaded(name)
    assert module_doc(module)
    listed = entries(module)
    about = {(entry.name, entry.arity) for entry in listed}
    for article in page(name).articles:
        assert (article.name, article.arities[-1]) in about, f"{article.signature} does not exist"
        assert next(e.doc for e in listed if (e.name, e.arity) == (article.name, article.arities[-1])), article.signature
