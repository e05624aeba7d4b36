"""What definitions are as expressions, and what functions made by a library show as their maker."""

from __future__ import annotations

import re

import pytest

from tests.stdlib.support import shown

DEFINITIONS = {
    "def f(x), do: x": "{:f, 1}",
    "defp f(x), do: x": "{:f, 1}",
    "defmacro f(x), do: x": "{:f, 1}",
    "defn f(x), do: x": "true",
    "defnp f(x, opts \\\\ []), do: x + opts[:by]": "true",
    "deftransform f(x), do: x": "{:f, 1}",
    "defguard f(x) when x > 1": "{:f, 1}",
    "defdelegate upcase(x), to: String": "[upcase: 1]",
    "defdelegate [upcase(x), slice(x, y)], to: String": "[upcase: 1, slice: 2]",
    "defstruct [:a]": "%ValueOf{a: nil}",
    "defexception [:message]": ":ok",
    "@type t :: integer": ":ok",
    "@callback f(integer) :: integer": ":ok",
    "@f 1": ":ok",
    "@f [1, 2]": ":ok",
    "def f(x), do: x\n defoverridable f: 1": ":ok",
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("form", DEFINITIONS)
def test_the_value_of_a_module_is_that_of_its_last_form(form: str) -> None:
    assert shown(f"{{:module, _, _, value}} = defmodule ValueOf do\n import Nx.Defn\n {form}\nend\nvalue") == DEFINITIONS[form]


def test_the_value_of_an_implementation_is_that_of_its_body() -> None:
    assert shown("""
    defprotocol ValueOf.P do
      def x(a)
    end
    elem(defimpl ValueOf.P, for: Integer do
      def x(a), do: a
    end, 3)
    """) == "{:x, 1}"


MAKERS = {
    "Nx.Defn.jit(& &1)": "/1 in Nx.Defn.Compiler.fun/2",
    "Nx.Defn.compile(& &1, [Nx.tensor(1)])": "/1 in Nx.Defn.Compiler.fun/2",
    "Nx.Defn.grad(& &1)": "/1 in Nx.Defn.grad/1",
    "Nx.Defn.debug_expr(& &1)": "/1 in Nx.Defn.Compiler.fun/2",
    "Axon.Initializers.glorot_uniform()": "/3 in Axon.Initializers.glorot_uniform/1",
    "Axon.Initializers.zeros()": "/2 in Axon.Initializers.zeros/0",
    "elem(Polaris.Optimizers.sgd(), 1)": "/3 in Polaris.Updates.stateful/3",
    "elem(Axon.build(Axon.dense(Axon.input(\"x\"), 1)), 1)": "/2 in Nx.Defn.Compiler.fun/2",
    "Axon.Metrics.running_average(& &1)": "/3 in Axon.Metrics.running_average/1",
}


@pytest.mark.parametrize("code", MAKERS)
def test_functions_show_their_makers(code: str) -> None:
    assert re.sub(r"<[\d.]+", "<", shown(code)) == f"#Function<{MAKERS[code]}>"


def test_code_evaluated_in_an_environment_leaves_one() -> None:
    assert shown("""
    env = Code.env_for_eval(file: "cells")
    cell = &Code.eval_quoted_with_env(Code.string_to_quoted!(&1), &2, &3)
    {_, binding, env} = cell.("import Bitwise; alias Enum, as: E; a = 3", [], env)
    {value, binding, env} = cell.("E.sum([a <<< 1, 1])", binding, env)
    {value, binding, env.file, Macro.Env.fetch_alias(env, :E)}
    """) == '{7, [a: 3], "cells", {:ok, Enum}}'


def test_functions_of_one_place_that_see_equal_values_are_equal() -> None:
    assert shown("""
    defmodule Same do
      def make(n), do: fn x -> x + n end
      def two, do: {fn x -> x end, fn x -> x end}
    end
    {a, b} = Same.two()
    {Same.make(1) == Same.make(1), Same.make([1]) === Same.make([1]), Same.make(1) == Same.make(2), a == b,
     %{f: Same.make(1)} == %{f: Same.make(1)}, length(Enum.uniq([Same.make(1), Same.make(1), Same.make(2)])), List.delete([Same.make(1), 2], Same.make(1))}
    """) == "{true, true, false, false, true, 2, [2]}"
