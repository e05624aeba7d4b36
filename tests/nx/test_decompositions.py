"""Decompositions: order, signs and small numbers as the reference's algorithms give them; gradients by differences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from defnpy.host.setup import ensure_runtime
from defnpy.terms.errors import ArgumentError
from defnpy.terms.inspect import inspect


def run(code: str) -> Any:
    return ensure_runtime().evaluator.run_text(code, "case.exs")


@pytest.mark.parametrize("compiler", ["Nx.Defn.Evaluator", "EXLA"])
def test_eigenvalues_fall_by_magnitude(compiler: str) -> None:
    made = run(f"Nx.Defn.jit_apply(&Nx.LinAlg.eigh/1, [Nx.tensor([[2.0, 0.0], [0.0, -3.0]])], compiler: {compiler})")
    assert made[0].numpy().tolist() == [-3.0, 2.0]


def test_eigenvalues_of_a_hermitian_matrix_are_complex_tensors() -> None:
    w, v = run("Nx.LinAlg.eigh(Nx.tensor([[1, Complex.new(0, 2)], [Complex.new(0, -2), -3]]))")
    assert w.type.name == "c64"
    a = np.array([[1, 2j], [-2j, -3]])
    assert np.allclose(a @ v.numpy(), v.numpy() * w.numpy(), atol=1e-5)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 7, 12])
def test_eigenvectors_of_a_batch(n: int) -> None:
    a = np.random.default_rng(n).normal(size=(3, n, n))
    a += a.swapaxes(1, 2)
    w, v = run(f"Nx.LinAlg.eigh(Nx.tensor({a.tolist()}, type: :f64), eps: 1.0e-12)")
    w, v = w.numpy(), v.numpy()
    assert np.allclose(a @ v, v * w[:, None, :], atol=1e-3)
    assert (np.diff(np.abs(w)) <= 1e-9).all()


def test_small_elements_of_eigenvectors_are_zero() -> None:
    _, v = run("Nx.LinAlg.eigh(Nx.tensor([[1.0, 1.0e-6], [1.0e-6, 2.0]]))")
    assert v.numpy().tolist() == [[0.0, 1.0], [1.0, 0.0]]


@pytest.mark.parametrize("full", ["true", "false"])
@pytest.mark.parametrize("shape", [(3, 3), (4, 2), (2, 4)])
def test_singular_vectors_rebuild_the_matrix(shape: tuple[int, int], full: str) -> None:
    a = np.random.default_rng(sum(shape)).normal(size=shape)
    u, s, vt = (t.numpy() for t in run(f"Nx.LinAlg.svd(Nx.tensor({a.tolist()}, type: :f64), full_matrices?: {full})"))
    k = min(shape)
    assert np.allclose((u[:, :k] * s) @ vt[:k], a, atol=1e-3)
    assert np.allclose(u.T @ u, np.eye(u.shape[1]), atol=1e-3)


def test_signs_of_singular_vectors() -> None:
    u, s, vt = run("Nx.LinAlg.svd(Nx.tensor([[1, 0, 0], [0, 1, 0], [0, 0, -1]]))")
    assert u.numpy().tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, -1]]
    assert vt.numpy().tolist() == np.eye(3).tolist()


def test_qr_of_a_complex_matrix_reflects_onto_the_opposite_phase() -> None:
    q, r = run("Nx.LinAlg.qr(Nx.tensor([[Complex.new(0, 3), 1], [4, 2]]))")
    assert np.allclose(q.numpy() @ r.numpy(), [[3j, 1], [4, 2]], atol=1e-5)
    assert np.allclose(r.numpy()[0, 0], -5j, atol=1e-5)


def test_cholesky_of_a_singular_matrix_has_zeros() -> None:
    assert run("Nx.LinAlg.cholesky(Nx.tensor([[25, 25], [25, 25]]))").numpy().tolist() == [[5, 0], [5, 0]]


def test_determinants_are_rounded_by_elimination() -> None:
    code = "Nx.LinAlg.determinant(Nx.tensor([[2, 5, 1, 3], [4, 1, 7, 9], [6, 8, 3, 2], [7, 8, 1, 4]]))"
    assert inspect(run(code)) == "#Nx.Tensor<\n  f32\n  630.00006\n>"


def test_unknown_norm() -> None:
    with pytest.raises(ArgumentError, match="unknown ord :other"):
        run("Nx.LinAlg.norm(Nx.iota({2, 2}), ord: :other)")


LOSSES = {
    "qr": "fn a -> {q, r} = Nx.LinAlg.qr(a); Nx.add(Nx.sum(Nx.sin(q)), Nx.sum(Nx.multiply(r, r))) end",
    "complete": "fn a -> {q, r} = Nx.LinAlg.qr(a, mode: :complete); Nx.add(Nx.sum(q), Nx.sum(r)) end",
    "svd": "fn a -> {u, s, vt} = Nx.LinAlg.svd(a); Nx.sum(u) |> Nx.add(Nx.sum(s)) |> Nx.add(Nx.sum(Nx.sin(vt))) end",
    "thin": "fn a -> {u, s, vt} = Nx.LinAlg.svd(a, full_matrices?: false); Nx.sum(u) |> Nx.add(Nx.sum(s)) |> Nx.add(Nx.sum(vt)) end",
    "eigh": "fn a -> {w, v} = Nx.LinAlg.eigh(Nx.add(a, Nx.transpose(a)), eps: 1.0e-9); Nx.add(Nx.sum(Nx.cos(w)), Nx.sum(Nx.multiply(v, v) |> Nx.sin())) end",
    "invert": "fn a -> Nx.sum(Nx.sin(Nx.LinAlg.invert(a))) end",
    "solve": "fn a -> Nx.sum(Nx.sin(Nx.LinAlg.solve(a, Nx.tensor([1.0, 2.0, 3.0])))) end",
    "right": "fn a -> Nx.sum(Nx.sin(Nx.LinAlg.triangular_solve(Nx.tril(a), Nx.tensor([1.0, 2.0, 3.0]), left_side: false))) end",
}
SQUARE = [[2.0, 0.5, 1.0], [0.0, 3.0, 0.7], [0.0, 0.0, 1.5]]
TALL = [[1.0, 2.0], [3.0, 4.5], [5.0, 6.0]]
WIDE = [[1.0, 2.0, 3.5], [4.0, 5.0, 6.0]]
CASES = [
    ("qr", [[2.0, 0.5, 1.0], [1.0, 3.0, 0.7], [0.5, -1.0, 1.5]]), ("qr", TALL), ("qr", WIDE), ("complete", TALL),
    ("svd", SQUARE), ("thin", TALL), ("thin", WIDE), ("eigh", SQUARE),
    ("invert", SQUARE), ("solve", SQUARE), ("right", SQUARE),
]  # fmt: skip


@pytest.mark.parametrize(("name", "matrix"), CASES)
def test_gradients_by_differences(name: str, matrix: Any) -> None:
    start = f"a = Nx.tensor({matrix}, type: :f64)\nf = {LOSSES[name]}\n"
    got = run(start + "Nx.Defn.grad(a, f)").numpy()
    h = 0.0001
    # The reference's svd stops its rotations early, so differences of its values are rough.
    slack = 2e-2 if name in ("svd", "thin") else 1e-4
    for (i, j), g in np.ndenumerate(got):
        up, down = (run(start + f"f.(Nx.indexed_add(a, Nx.tensor([{i}, {j}]), {s * h:.4f}))").numpy() for s in (1, -1))
        assert abs((up - down) / (2 * h) - g) <= slack * max(1, abs(g)), (i, j)
