"""Tensor operations against NumPy and jax.jit."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.timing import paired

PROGRAM = """
defmodule Tensors do
  import Nx.Defn
  defn chain(x), do: ((((((((((x + 1) * 2) - 3) * x) + 4) / 5) - x) * 6) + 7) * 0.5)
  defn softmax(x) do
    e = Nx.exp(x - Nx.reduce_max(x, axes: [-1], keep_axes: true))
    e / Nx.sum(e, axes: [-1], keep_axes: true)
  end
  defn distances(a, b), do: Nx.sum((Nx.new_axis(a, 1) - Nx.new_axis(b, 0)) ** 2, axes: [-1])
  defn sort(x), do: Nx.sort(x)
  defn argsort(x), do: Nx.argsort(x)
  defn running(x), do: Nx.cumulative_sum(x)
  defn highest(x), do: Nx.cumulative_max(x)
  defn product(a, b), do: Nx.dot(a, b)
  defn conv(x, k), do: Nx.conv(x, k, padding: :same)
end
"""
SMALL = """
defmodule Small do
  def many(x, n), do: Enum.reduce(1..n, x, fn _, acc -> Nx.add(acc, x) end)
  def mixed(x, n), do: Enum.reduce(1..n, x, fn _, acc -> Nx.multiply(Nx.exp(Nx.negate(acc)), Nx.sum(x)) end)
end
"""

Row = dict[str, Any]


def hand_chain(x: Any) -> Any:
    return ((((((((((x + 1) * 2) - 3) * x) + 4) / 5) - x) * 6) + 7) * np.float32(0.5))


def measure() -> list[Row]:
    import tempfile
    from pathlib import Path

    import defnpy

    with tempfile.TemporaryDirectory() as folder:
        path, small = Path(folder) / "tensors.defn", Path(folder) / "small.defn"
        path.write_text(PROGRAM)
        small.write_text(SMALL)
        interpreted, compiled = defnpy.load(path), defnpy.load(path, compiler="exla")
        defnpy.load(small)
    return [*_small(), *_single(interpreted), *_compiled(compiled)]


def _small() -> list[Row]:
    """Operations on 4 elements, 1,000 of them in a program."""
    from defnpy.host.border import tensor_of
    from defnpy.terms.atom import alias
    from defnpy.terms.runtime import runtime

    functions = runtime().module(alias("Small")).functions
    many, mixed = functions["many/2"], functions["mixed/2"]
    small = np.random.default_rng(0).uniform(1, 2, 4).astype(np.float32)
    t = tensor_of(small)

    def hand_many() -> Any:
        made = small
        for _ in range(1000):
            made = np.add(made, small)
        return made

    def hand_mixed() -> Any:
        made = small
        for _ in range(1000):
            made = np.multiply(np.exp(np.negative(made)), np.sum(small))
        return made

    return [
        {"name": "1,000 Nx.add of 4 elements in a program / numpy.add", "bar": 6.0, **paired(lambda: many(t, 1000), hand_many)},
        {"name": "negate, exp, sum, multiply of 4 elements in a program / NumPy", "bar": 6.0, **paired(lambda: mixed(t, 1000), hand_mixed)},
    ]


def _single(interpreted: Any) -> list[Row]:
    """Single operations of the Evaluator on a million elements, and a chain of ten."""
    from defnpy.host.border import tensor_of
    from defnpy.terms.atom import alias
    from defnpy.terms.runtime import runtime

    nx = runtime().module(alias("Nx")).functions
    large = np.random.default_rng(0).uniform(1, 2, 1_000_000).astype(np.float32)
    t = tensor_of(large)
    rows = [{"name": "ten elementwise operations, 1e6, Evaluator / NumPy", "bar": 0.9, **paired(lambda: interpreted.chain(large), lambda: hand_chain(large))}]
    for name, ours, theirs in (
        ("add/2", lambda: nx["add/2"](t, t), lambda: np.add(large, large)), ("exp/1", lambda: nx["exp/1"](t), lambda: np.exp(large)),
        ("sum/1", lambda: nx["sum/1"](t), lambda: np.sum(large)), ("greater/2", lambda: nx["greater/2"](t, t), lambda: np.greater(large, large)),
        ("reduce_max/1", lambda: nx["reduce_max/1"](t), lambda: np.max(large)), ("sqrt/1", lambda: nx["sqrt/1"](t), lambda: np.sqrt(large)),
        ("sort/1", lambda: nx["sort/1"](t), lambda: np.sort(large)), ("cumulative_sum/1", lambda: nx["cumulative_sum/1"](t), lambda: np.cumsum(large)),
        ("argmax/1", lambda: nx["argmax/1"](t), lambda: np.argmax(large)), ("divide/2", lambda: nx["divide/2"](t, t), lambda: np.divide(large, large)),
    ):  # fmt: skip
        rows.append({"name": f"Nx.{name} eager, 1e6 elements / NumPy", "bar": 1.05, **paired(ours, theirs)})
    return rows


def _compiled(compiled: Any) -> list[Row]:
    import jax
    import jax.numpy as jnp

    rng = np.random.default_rng(0)

    def draw(*shape: int) -> Any:
        return jnp.asarray(rng.uniform(size=shape).astype(np.float32))

    def same(x: Any, k: Any) -> Any:
        return jax.lax.conv_general_dilated(x, k, (1, 1), "SAME")

    soft = jax.jit(lambda x: (lambda e: e / e.sum(axis=-1, keepdims=True))(jnp.exp(x - x.max(axis=-1, keepdims=True))))
    far = jax.jit(lambda a, b: ((a[:, None] - b[None]) ** 2).sum(axis=-1))
    million, points, square = draw(1_000_000), draw(500, 32), draw(512, 512)
    images, kernel = draw(64, 3, 32, 32), draw(16, 3, 3, 3)
    rows = []
    for name, ours, theirs, args in (
        ("softmax 1000x1000", compiled.softmax, soft, (draw(1000, 1000),)),
        ("pairwise distances 500x500x32", compiled.distances, far, (points, points)),
        ("sort of 1e6", compiled.sort, jax.jit(jnp.sort), (million,)),
        ("argsort of 1e6", compiled.argsort, jax.jit(jnp.argsort), (million,)),
        ("cumulative sum of 1e6", compiled.running, jax.jit(jnp.cumsum), (million,)),
        ("cumulative max of 1e6", compiled.highest, jax.jit(jax.lax.cummax), (million,)),
        ("matrix product 512x512", compiled.product, jax.jit(jnp.dot), (square, square)),
        ("convolution 64x3x32x32, 16 kernels 3x3", compiled.conv, jax.jit(same), (images, kernel)),
    ):
        rows.append({"name": f"{name}, EXLA / jax.jit", "bar": 1.05, **_ready(ours, theirs, args)})
    return rows


def _ready(ours: Any, theirs: Any, args: tuple[Any, ...]) -> dict[str, float]:
    return paired(lambda: ours(*args).block_until_ready(), lambda: theirs(*args).block_until_ready())
