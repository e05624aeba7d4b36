"""The manual that ``h`` shows: its articles are about functions that exist, and its examples give what they say."""

from __future__ import annotations

import pytest

from defnpy.host import catalog
from defnpy.host.docs import _docstring, covers, docs_chunk, entries, module_doc
from defnpy.host.manual import Page, page, written
from defnpy.host.setup import ensure_runtime
from defnpy.terms.atom import alias
from defnpy.terms.inspect import inspect
from defnpy.terms.module import Module
from defnpy.terms.runtime import runtime

MAIN = """
    Access Agent Application Atom Axon Axon.Activations Axon.Initializers Axon.Layers Axon.Loop Axon.Losses Axon.Metrics Axon.ModelState
    Base Bitwise Calendar Code Complex Date DateTime DynamicSupervisor Enum Exception File Float Function GenServer IO IO.ANSI
    Inspect.Algebra Integer JSON Kernel Kernel.SpecialForms Keyword List Logger Macro Map MapSet Module NaiveDateTime Nx Nx.Batch
    Nx.Constants Nx.Defn.Kernel Nx.LinAlg Nx.Random Nx.Serving Nx.Type OptionParser Path Polaris.Optimizers Polaris.Schedules
    Process Range Regex Registry String StringIO Supervisor System Task.Supervisor Time Tuple URI Version
    :array :atomics :binary :calendar :counters :crypto :erlang :ets :gb_sets :gb_trees :io :lists :maps :math :os :queue :rand :string
    :timer :unicode
""".split()


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
def test_articles_are_about_what_exists(name: str) -> None:
    module = loaded(name)
    assert module_doc(module)
    about = {(entry.name, entry.arity) for entry in entries(module)}
    assert [a.signature for a in page(name).articles if (a.name, a.arities[-1]) not in about] == []
    assert [e.signature for e in entries(module) for a in page(name).articles if (e.name, e.signature) == (a.name, a.signature) and not e.doc] == []


@pytest.mark.parametrize("name", MAIN)
def test_every_function_has_a_text(name: str) -> None:
    assert [f"{e.name}/{e.arity}" for e in entries(loaded(name)) if not e.doc and not e.name.startswith("__")] == []


def test_signatures_cover_the_arities_of_defaults() -> None:
    join = next(entry for entry in entries(loaded("Enum")) if entry.name == "join")
    assert (join.signature, join.arity) == ('join(enumerable, joiner \\\\ "")', 2)
    assert covers(join, 1) and covers(join, 2) and covers(join, None) and not covers(join, 3)


def test_fetch_docs_gives_the_manual() -> None:
    chunk = docs_chunk(loaded("Kernel"))
    listed = {(key[0].name, key[1].name, key[2]): (signature, doc) for key, _, signature, doc, _ in chunk[6]}
    signature, doc = listed["macro", "if", 2]
    assert signature == ["if(condition, clauses)"]
    assert doc["en"].startswith("The value of the `do` block")
    assert isinstance(chunk[4], dict)


def test_a_docstring_stands_in_for_an_article() -> None:
    constants = entries(loaded("Nx.Constants"))
    assert all(entry.doc and "``" not in entry.doc for entry in constants)


def test_docstrings_become_markdown() -> None:
    def made(fun: object) -> None:
        """Call *fun* as :func:`other` does, ``a * b`` times."""

    assert _docstring(made) == "Call `fun` as `other` does, `a * b` times."
    assert _docstring(None) is None
