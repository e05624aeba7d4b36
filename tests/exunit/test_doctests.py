"""Doctests: what is extracted, how examples are compared, how they fail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from defnpy.host.exunit.doctest import MODULEDOC, extract
from defnpy.terms.atom import alias
from defnpy.terms.errors import ElixirError

MODULE = alias("Sample")


def examples(text: str) -> list[list[tuple[str, str, str]]]:
    return [[(e.code, e.kind, e.expected) for e in t.examples] for t in extract(0, text, MODULE, MODULEDOC)]


def test_paragraphs_are_tests_and_prompts_are_expressions() -> None:
    text = "Text\n\n    iex> a = 1\n    iex> a + 1\n    2\n    iex> a\n    1\n\n    iex> f(\n    ...>   1)\n    :ok\n"
    assert examples(text) == [
        [("a = 1\n a + 1".replace("a = 1", " a = 1"), "value", "2"), (" a", "value", "1")],
        [(" f(\n   1)", "value", ":ok")],
    ]


def test_numbered_prompts_fences_and_kinds() -> None:
    text = "```\niex(1)> raise \"x\"\n** (RuntimeError) x\n```\n\n    iex> t\n    #Nx.Tensor<\n      u8\n    >\n\n    iex> s\n    #not a name\n"
    assert examples(text) == [
        [(' raise "x"', "error", "x")],
        [(" t", "inspect", "#Nx.Tensor<\n  u8\n>")],
        [(" s", "value", "#not a name")],
    ]


@pytest.mark.parametrize(("text", "message"), [
    ("    iex> 1 +\n      2\n", "indentation level mismatch on doctest line"),
    ("    iex(1> 1\n", "unknown IEx prompt"),
])
def test_bad_layout_is_an_error_of_the_doctest(text: str, message: str) -> None:
    with pytest.raises(ElixirError, match=message):
        examples(text)


LIBRARY = '''
    defmodule Lib.Set do
      defstruct [:v]
      defimpl Inspect do
        def inspect(%{v: v}, _), do: "#Lib.Set<#{v}>"
      end
    end

    defmodule Lib do
      @moduledoc """
          iex> Lib.one()
          1
      """

      @doc """
      Gives one.

          iex> x = Lib.one()
          iex> x + 1
          2

          iex> Lib.one()
          3

          iex> {:ok, y} = Lib.wrap(5)
          iex> y
          5

          iex> Lib.fail("bad")
          ** (ArgumentError) bad

          iex> Lib.fail("bad")
          ** (ArgumentError) good

          iex> Lib.set()
          #Lib.Set<1>

          iex> Lib.one(
          1
      """
      def one, do: 1
      def wrap(x), do: {:ok, x}
      def fail(text), do: raise ArgumentError, text
      @doc false
      def set, do: %Lib.Set{v: 1}
      @doc ~S"""
          iex> Lib.twice(2)
          4
      """
      defmacro twice(x), do: quote(do: unquote(x) * 2)
    end
'''


def test_doctest_of_a_module(suite: Callable[..., Any]) -> None:
    done = suite({"lib/lib.ex": LIBRARY, "mix.exs": "", "a_test.exs": "defmodule LibTest do\n  use ExUnit.Case\n  doctest Lib\nend"}, "a_test.exs")
    states = list(done.states().items())
    assert [n for n, _ in states[:2]] == ["doctest module Lib (1)", "doctest Lib.one/0 (2)"]
    assert [s for _, s in states] == ["passed", "passed", "failed", "passed", "passed", "failed", "passed", "failed", "passed"], done.out
    error = done.tests["doctest Lib.one/0 (3)"]["error"]
    assert error == (
        "     Doctest failed\n     doctest:\n       iex> Lib.one()\n       3\n     code:  Lib.one() === 3\n     left:  1\n     right: 3\n"
        "     stacktrace:\n       lib/lib.ex:21: Lib (module)\n")
    assert 'Doctest failed: wrong message for ArgumentError' in done.tests["doctest Lib.one/0 (6)"]["error"]
    assert "Doctest did not compile, got: (TokenMissingError)" in done.tests["doctest Lib.one/0 (8)"]["error"]
    assert done.tests["doctest Lib.twice/1 (9)"]["state"] == "passed"
    assert "9 doctests, 3 failures" in done.out


def test_options_of_doctest(suite: Callable[..., Any]) -> None:
    done = suite({"lib/lib.ex": LIBRARY, "mix.exs": "", "a_test.exs": """
        defmodule OnlyTest do
          use ExUnit.Case
          doctest Lib, only: [:moduledoc, twice: 1], import: true, tags: [:docs]
        end
    """}, "a_test.exs")
    assert done.states() == {"doctest module Lib (1)": "passed", "doctest Lib.twice/1 (2)": "passed"}
    assert done.tests["doctest module Lib (1)"]["tags"]["docs"] is True


def test_source_files_and_texts_as_arguments(suite: Callable[..., Any]) -> None:
    done = suite({
        "plain.ex": 'defmodule Plain do\n  @doc """\n      iex> Plain.f(2)\n      3\n  """\n  def f(x), do: x + 1\nend',
        "README.md": "# Title\n\n```elixir\niex> 1 + 1\n2\n```\n\n    iex> 1 + 1\n    3\n",
    }, "plain.ex", "README.md")
    assert done.states() == {"doctest Plain.f/1 (1)": "passed", "doctest README.md (1)": "passed", "doctest README.md (2)": "failed"}


def test_documentation_of_provided_modules_comes_from_their_sources(suite: Callable[..., Any]) -> None:
    done = suite({"mix.exs": "", "lib/nx.ex": '''
        defmodule Nx do
          @doc """
              iex> Nx.add(1, 2)
              #Nx.Tensor<
                s32
                3
              >
          """
          def add(a, b), do: a + b
        end
    ''', "test/nx_test.exs": "defmodule NxDocTest do\n  use ExUnit.Case\n  doctest Nx, except: [sub: 2]\nend"}, "test")
    assert done.states() == {"doctest Nx.add/2 (1)": "passed"}, done.out + done.err
