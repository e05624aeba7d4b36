"""Small tensors of single precision print the digits of results that are rounded once, on the Evaluator."""

from __future__ import annotations

import pytest

from tests.stdlib.support import shown

CASES = {
    "Nx.cos(Nx.tensor([0.1, 1.3, 2.9]))": "0.9950042, 0.26749888, -0.9709582",
    "Nx.exp(Nx.tensor([-1.7, 0.3, 5.5]))": "0.18268351, 1.3498589, 244.69193",
    "Nx.sigmoid(Nx.tensor([-4.2, 0.7, 3.1]))": "0.014774035, 0.6681878, 0.9568927",
    "Nx.rsqrt(Nx.tensor([3.0, 7.0, 0.3]))": "0.57735026, 0.37796447, 1.8257418",
    "Nx.pow(Nx.tensor([1.1, 2.3, 0.7]), 2.7)": "1.2934817, 9.476875, 0.38173738",
    "Nx.erf_inv(Nx.tensor([-0.99999, 0.3, 0.9999]))": "-3.1232054, 0.27246276, 2.7510355",
    "Nx.sum(Nx.tensor([[0.1, 0.2, 0.3, 1.0e4, 0.4]]), axes: [1])": "10001.0",
}


@pytest.mark.parametrize("code", CASES)
def test_digits(code: str) -> None:
    assert f"[{CASES[code]}]" in shown(code)
    call, _, rest = code.partition("(")
    traced = f"Nx.Defn.jit_apply(fn -> {call}({rest} end, [], compiler: Nx.Defn.Evaluator)"
    assert f"[{CASES[code]}]" in shown(traced)
