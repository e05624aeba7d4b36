"""Types of gradients, and operations through which none goes."""

from __future__ import annotations

import pytest

from tests.nx.helpers import outcome

CASES = [
    ("Nx.Defn.grad(Nx.tensor([1, 2, 3], type: :f64), &Nx.sum(Nx.take(&1, Nx.tensor([0, 2, 2])))).type", "{:f, 64}"),
    ("Nx.Defn.grad(Nx.tensor([1, 2, 3], type: :bf16), &Nx.sum(Nx.take(&1, Nx.tensor([0, 2, 2])))).type", "{:f, 32}"),
    ("Nx.Defn.grad(Nx.tensor([1, 2, 3], type: :u8), &Nx.sum(Nx.take(&1, Nx.tensor([0, 2, 2])))).type", "{:f, 32}"),
    ("Nx.Defn.grad(Nx.tensor([1, 2, 3], type: :c64), &Nx.sum(Nx.take(&1, Nx.tensor([0, 2, 2])))).type", "{:c, 64}"),
    ("Nx.Defn.grad(Nx.tensor([1, 2], type: :f64), &Nx.sum/1).type", "{:f, 32}"),
    ("Nx.Defn.grad(Nx.tensor([1, 2], type: :f64), &Nx.exp/1).type", "{:f, 64}"),
    ("Nx.Defn.grad(Nx.tensor([1, 2], type: :f64), &Nx.negate/1).type", "{:f, 32}"),
    ("Nx.Defn.grad(Nx.tensor([1, 2], type: :f64), fn _ -> Nx.tensor(1.0) end).type", "{:f, 32}"),
    ("Nx.Defn.grad(Nx.tensor([1, 2], type: :c128), fn _ -> Nx.tensor(1.0) end).type", "{:f, 32}"),
    (
        "Nx.Defn.grad(Nx.tensor(1.5), &Nx.floor/1)",
        "ArgumentError: gradient not yet implemented for Nx.floor/1.\n\nPlease open up an issue so we can implement the m"
        "issing gradient\n",
    ),
    (
        "Nx.Defn.grad(Nx.tensor([1.5]), &Nx.greater(&1, 1))",
        "ArgumentError: gradient not yet implemented for Nx.greater/2.\n\nPlease open up an issue so we can implement the"
        " missing gradient\n",
    ),
    (
        "Nx.Defn.grad(Nx.tensor([1.5]), &Nx.argmax/1)",
        "ArgumentError: gradient not yet implemented for Nx.argmax/2.\n\nPlease open up an issue so we can implement the "
        "missing gradient\n",
    ),
    (
        "Nx.Defn.grad(Nx.tensor([1.5]), &Nx.sum(Nx.logical_not(&1)))",
        "ArgumentError: gradient not yet implemented for Nx.equal/2.\n\nPlease open up an issue so we can implement the m"
        "issing gradient\n",
    ),
    ("Nx.Defn.grad(Nx.tensor([1.5]), fn x -> Nx.sum(Nx.floor(x)) end) |> Nx.to_list()", "[0.0]"),
    ("Nx.Defn.grad(Nx.tensor([1.5]), fn x -> Nx.sum(Nx.add(Nx.sign(x), x)) end) |> Nx.to_list()", "[1.0]"),
    ("Nx.Defn.grad(Nx.tensor([3]), fn x -> Nx.sum(Nx.floor(x)) end) |> Nx.to_list()", "[1.0]"),
    ("Nx.Defn.grad(Nx.tensor([1.5]), fn _ -> Nx.floor(Nx.tensor(2.5)) end) |> Nx.to_list()", "[0.0]"),
    (
        "defmodule GradTypesWhole do\n  import Nx.Defn\n  defn f(a), do: while(acc = a, i <- 1..3, do: acc * i)\nend\n\nNx.D"
        "efn.grad(Nx.tensor(-2), &GradTypesWhole.f/1)",
        "#Nx.Tensor<\n  f32\n  6.0\n>",
    ),
    (
        "defmodule GradTypesFlat do\n  import Nx.Defn\n  defn f(a), do: if(Nx.sum(a) > 0, do: Nx.floor(a), else: a)\nend\n\n"
        "Nx.Defn.grad(Nx.tensor([1.5]), &Nx.sum(GradTypesFlat.f(&1)))",
        "ArgumentError: gradient not yet implemented for Nx.floor/1.\n\nPlease open up an issue so we can implement the m"
        "issing gradient\n",
    ),
]


@pytest.mark.parametrize(("code", "expected"), CASES)
def test_gradient(code: str, expected: str) -> None:
    assert outcome(code) == expected
