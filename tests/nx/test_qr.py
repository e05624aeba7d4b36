"""The signs of QR: Householder reflections onto the positive axes, on both compilers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from defnpy.host.setup import ensure_runtime


def _householder(a: Any) -> Any:
    """R by the textbook, one reflection a column but the last of a square or wide matrix."""
    r = a.astype(np.float64).copy()
    m, n = r.shape
    for j in range(min(m - 1, n)):
        x = r[j:, j]
        if np.abs(x[1:]).sum() < 1e-5:
            continue
        v = x.copy()
        v[0] -= np.linalg.norm(x)
        r[j:] -= 2 * np.outer(v, v @ r[j:]) / (v @ v)
    return r


@pytest.mark.parametrize("compiler", ["Nx.Defn.Evaluator", "EXLA"])
@pytest.mark.parametrize("shape", [(2, 2), (3, 3), (5, 5), (4, 2), (2, 4), (3, 5), (6, 5)])
def test_r_has_the_signs_of_reflections(shape: tuple[int, int], compiler: str) -> None:
    a = np.random.default_rng(sum(shape)).normal(size=shape).astype(np.float32)
    text = f"Nx.tensor({a.tolist()})"
    run = ensure_runtime().evaluator.run_text
    q, r = run(f"Nx.Defn.jit(&Nx.LinAlg.qr(&1, mode: :complete), compiler: {compiler}).({text})", "case.exs")
    np.testing.assert_allclose(np.asarray(r.numpy()), _householder(a), atol=1e-5)
    np.testing.assert_allclose(np.asarray(q.numpy()) @ np.asarray(r.numpy()), a, atol=1e-5)


def test_a_triangular_matrix_stays_as_it_is() -> None:
    q, r = ensure_runtime().evaluator.run_text("Nx.LinAlg.qr(Nx.tensor([[-3.0, 1.0], [0.0, -2.0]]))", "case.exs")
    assert q.numpy().tolist() == [[1.0, 0.0], [0.0, 1.0]]
    assert r.numpy().tolist() == [[-3.0, 1.0], [0.0, -2.0]]
