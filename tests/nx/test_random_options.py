"""Nx.Random: what shapes, types, names and bounds do."""

from __future__ import annotations

import pytest

from tests.nx.helpers import outcome

EMPTY = "ArgumentError: invalid dimension in axis {} found in shape. Each dimension must be a positive integer, got 0 in shape {}"
CASES = [
    ("uniform(k, shape: {0, 3})", EMPTY.format(1, "{2, 0}")),
    ("randint(k, 0, 5, shape: {0, 2})", EMPTY.format(0, "{0, 2}")),
    ("split(k, parts: 0)", EMPTY.format(1, "{2, 0}")),
    ("split(k, 2)", "FunctionClauseError: no function clause matching in Nx.Defn.Kernel.keyword!/2"),
    ("gumbel(k, type: :f64)", "FunctionClauseError: no function clause matching in Nx.Type.float?/1"),
    ("gumbel(k, type: {:c, 64})", "ArgumentError: only floating types are supported, got: {:c, 64}"),
    ("gumbel(k, type: {:s, 32})", "ArgumentError: output type must be floating-point, got: {:s, 32}"),
    ("normal(k, Nx.tensor([1, 2], names: [:q]), 1, shape: {2}, names: [:a])",
     "ArgumentError: cannot merge name :a on axis 0 with name :q on axis 0"),
    ("uniform(k, Nx.tensor([1, 2]), 5)", "ArgumentError: cannot reshape, current shape {2} is not compatible with new shape {}"),
    ("randint(k, Nx.tensor([1, 2]), 5)", "ArgumentError: cannot broadcast tensor of dimensions {2} to {}"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "expected"), CASES)
def test_draws_are_refused(call: str, expected: str) -> None:
    assert outcome(f"k = Nx.Random.key(1)\nNx.Random.{call}") == expected


def test_mean_and_deviation_are_those_of_both_parts_of_complex_numbers() -> None:
    code = """
    k = Nx.Random.key(1)
    plain = Nx.Random.normal_split(k, 0, 1, shape: {3, 2})
    made = Nx.Random.normal_split(k, -5, 100, shape: {3}, type: :c64)
    want = Nx.complex(plain[[.., 0]], plain[[.., 1]]) |> Nx.multiply(100) |> Nx.add(Complex.new(-5, -5))
    Nx.all_close(made, want)
    """
    assert outcome(code) == "#Nx.Tensor<\n  u8\n  1\n>"


def test_names_of_complex_draws_name_their_parts() -> None:
    assert outcome("Nx.Random.uniform_split(Nx.Random.key(1), 0, 1, shape: {2}, type: :c64, names: [:a, :b]).names") == "[:a]"
