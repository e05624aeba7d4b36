"""Losses, activations and layers as functions: types, checks and messages."""

from __future__ import annotations

import pytest

from tests.nx.helpers import outcome

CASES = [
    (
        "Axon.Losses.cosine_similarity(Nx.tensor([1.0]), Nx.tensor([1.0]))",
        "ArgumentError: given axis (1) invalid for shape with rank 1",
    ),
    (
        "Axon.Losses.huber(Nx.tensor([5], type: :u8), Nx.tensor([-1.5], type: :f16), delta: 2)",
        "#Nx.Tensor<\n  f16[1]\n  [11.0]\n>",
    ),
    (
        "Axon.Losses.categorical_cross_entropy(Nx.tensor([0, 0]), Nx.tensor([0.4, 0.61]), sparse: true)",
        "ArgumentError: shapes must have the same number of dimensions. Expected {*}, got: {2, 1}",
    ),
    (
        "Axon.Losses.categorical_cross_entropy(Nx.tensor([0, 1, 1]), Nx.tensor([0.9, 0.8, 0.4]), class_weights: [1, 2, 3])",
        "ArgumentError: given axis (1) invalid for shape with rank 1",
    ),
    (
        "Axon.Losses.poisson(Nx.iota({3, 3}), Nx.iota({2}))",
        "ArgumentError: cannot broadcast tensor of dimensions {2} to {3, 3}",
    ),
    (
        "Axon.Activations.hard_tanh(Nx.tensor([Complex.new(1, 1)]))",
        "ArgumentError: Nx.greater/2 does not support complex inputs",
    ),
    ("Axon.Layers.flatten(Nx.iota({1, 2, 2}), ignore_batch: true).shape", "{1, 4}"),
    (
        "Axon.trace_forward(Axon.input(\"x\") |> Axon.tanh(), Nx.tensor([1.0]), Axon.ModelState.empty())",
        "#Nx.Tensor<\n  f32[1]\n  \n  Nx.Defn.Expr\n  parameter a:0   f32[1]\n  b = tanh a      f32[1]\n>",
    ),
]


@pytest.mark.parametrize(("code", "expected"), CASES)
def test_function(code: str, expected: str) -> None:
    assert outcome(code) == expected


def test_trust_ratios_are_those_of_vectors_and_matrices() -> None:
    code = """
    {init, update} = Polaris.Updates.scale_by_trust_ratio()
    update.(Nx.tensor(1.0), init.(Nx.tensor(2.0)), Nx.tensor(2.0))
    """
    assert outcome(code) == "ArgumentError: expected 1-D or 2-D tensor, got tensor with shape {}"
