"""Tensors with NaN are equal as terms when everything else is: the reference has one NaN."""

from __future__ import annotations

import pytest

from tests.stdlib.support import shown

PAIRS = {
    "Nx.sum(Nx.tensor([:infinity, :neg_infinity])) == Nx.tensor(:nan)": "true",
    "Nx.tensor([:nan, 1.0]) == Nx.negate(Nx.tensor([:nan, -1.0]))": "true",
    "Nx.tensor([:nan, 1.0]) == Nx.tensor([:nan, 2.0])": "false",
    "Nx.tensor([0.0]) == Nx.tensor([-0.0])": "false",
    "Nx.tensor([Complex.new(:nan, 1.0)]) == Nx.tensor([Complex.new(:nan, 1.0)])": "true",
    "Nx.tensor(Complex.new(:nan, 1.0)) == Nx.tensor(Complex.new(:nan, 2.0))": "false",
    "Nx.tensor(:nan, type: :bf16) == Nx.negate(Nx.tensor(:nan, type: :bf16))": "true",
}


@pytest.mark.parametrize("code", PAIRS)
def test_equality(code: str) -> None:
    assert shown(code) == PAIRS[code]
