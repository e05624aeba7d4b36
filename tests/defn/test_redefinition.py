"""A module that is defined anew: programs traced with its old functions are forgotten."""

from __future__ import annotations

import pytest

from defnpy.host.setup import ensure_runtime
from defnpy.terms.inspect import inspect
from tests.stdlib.support import shown

PROGRAM = """
defmodule Again.Inner do
  import Nx.Defn
  defn f(x), do: x + 1
end
defmodule Again.Outer do
  import Nx.Defn
  defn g(x), do: Again.Inner.f(x) * 10
end
jitted = Nx.Defn.jit(fn x -> Again.Inner.f(x) end, opts)
captured = Nx.Defn.jit(&Again.Inner.f/1, opts)
one = fn ->
  {Nx.to_number(Again.Outer.g(3)), Nx.to_number(jitted.(3)), Nx.to_number(captured.(3)), Nx.to_number(Nx.Defn.grad(3.0, &Again.Inner.f/1))}
end
all = fn -> Task.await(Task.async(fn -> Nx.Defn.default_options(opts); one.() end), 60_000) end
first = [all.(), all.()]
defmodule Again.Inner do
  import Nx.Defn
  defn f(x), do: x * 2
end
second = [all.(), all.()]
first ++ second
"""


@pytest.mark.parametrize("opts", ["[]", "[compiler: EXLA]"])
def test_programs_are_traced_again(opts: str) -> None:
    made = ensure_runtime().evaluator.run_text(f"opts = {opts}\n{PROGRAM}", "case.exs")
    assert inspect(made) == "[{40, 4, 4, 1.0}, {40, 4, 4, 1.0}, {60, 6, 6, 2.0}, {60, 6, 6, 2.0}]"


def test_the_options_of_a_process_live_in_its_dictionary() -> None:
    """Under the reference's key, which programs put and delete."""
    code = """
key = {Nx.Defn, :default_compiler}
Nx.Defn.default_options(tag: :put)
held = Process.get(key)
Process.delete(key)
{held[:tag], Nx.Defn.default_options()}
"""
    assert shown(code) == "{:put, []}"
