"""A backend written in Elixir: what it defines is called, what it lacks is named."""

from __future__ import annotations

from typing import Any

import pytest

from defnpy.host.setup import ensure_runtime
from defnpy.terms.errors import UndefinedFunctionError
from defnpy.terms.inspect import inspect

BACKEND = """
defmodule LoggingBackend do
  @behaviour Nx.Backend
  defstruct [:state]
  alias Nx.BinaryBackend, as: B

  def init(opts), do: opts
  def from_binary(t, data, opts) do
    send(self(), {:from_binary, opts})
    %{t | data: %__MODULE__{state: data}}
  end
  def constant(t, number, opts), do: t |> B.constant(number, opts) |> wrap()
  def iota(t, axis, opts), do: t |> B.iota(axis, []) |> wrap()
  def to_binary(t, limit), do: t |> bare() |> B.to_binary(limit)
  def backend_transfer(t, backend, opts), do: t |> bare() |> B.backend_transfer(backend, opts)
  def backend_deallocate(_), do: :gone
  def add(out, a, b), do: out |> B.add(bare(a), bare(b)) |> wrap()
  def sum(out, t, opts) do
    send(self(), {:sum, opts})
    out |> B.sum(bare(t), opts) |> wrap()
  end
  def block(%Nx.Block.LinAlg.Determinant{}, out, [t], _fun) do
    send(self(), :determinant)
    t |> bare() |> Nx.LinAlg.determinant() |> wrap()
  end
  def block(struct, _out, args, fun), do: apply(fun, [struct | Enum.map(args, &bare/1)]) |> wrap()

  defp wrap(%{data: %B{state: data}} = t), do: %{t | data: %__MODULE__{state: data}}
  defp bare(%{data: %__MODULE__{state: data}} = t), do: %{t | data: struct(B, state: data)}
  defp bare(t), do: t
end
"""


def run(code: str) -> Any:
    return ensure_runtime().evaluator.run_text(BACKEND + code, "case.exs")


def test_operations_go_to_the_callbacks() -> None:
    code = """
    t = Nx.tensor([[1000, 2000], [3000, 4000]], backend: {LoggingBackend, tag: 1})
    total = t |> Nx.add(t) |> Nx.sum(axes: [0])
    options = receive do {:from_binary, opts} -> opts end
    reduced = receive do {:sum, opts} -> opts end
    {options, reduced, total.data.__struct__, total |> Nx.backend_transfer(Nx.BinaryBackend) |> Nx.to_list()}
    """
    assert inspect(run(code)) == "{[tag: 1], [axes: [0], keep_axes: false], LoggingBackend, [8000, 12000]}"


def test_blocks_go_to_the_backend_also_inside_a_defn() -> None:
    code = """
    t = Nx.tensor([[1.0, 2.0], [3.0, 4.0]], backend: LoggingBackend)
    d = Nx.Defn.jit_apply(&Nx.LinAlg.determinant/1, [t])
    called = receive do :determinant -> true after 0 -> false end
    {called, Nx.to_number(d)}
    """
    assert inspect(run(code)) == "{true, -2.0}"


def test_creation_on_the_default_backend() -> None:
    code = "Nx.with_default_backend(LoggingBackend, fn -> t = Nx.iota({3}); {t.data.__struct__, Nx.to_list(t), Nx.backend_deallocate(t)} end)"
    assert inspect(run(code)) == "{LoggingBackend, [0, 1, 2], :gone}"


def test_missing_callbacks_are_named() -> None:
    with pytest.raises(UndefinedFunctionError, match="function LoggingBackend.exp/2 is undefined or private"):
        run("Nx.exp(Nx.tensor([1.0], backend: LoggingBackend))")


def test_the_behaviour_lists_its_callbacks() -> None:
    assert run("{:dot, 7} in Nx.Backend.behaviour_info(:callbacks)") is True
