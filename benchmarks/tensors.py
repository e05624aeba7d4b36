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
  defn distances(a, b) do
    Nx.sum((Nx.new_axis(a, 1) - Nx.new_axis(b, 0)) ** 2, axes: [-1])
  end
end
"""


def hand_chain(x: Any) -> Any:
    return ((((((((((x + 1) * 2) - 3) * x) + 4) / 5) - x) * 6) + 7) * np.float32(0.5))


def measure() -> list[dict[str, Any]]:
    import tempfile
    from pathlib import Path

    import jax
    import jax.numpy as jnp

    import defnpy
    from defnpy.host.border import tensor_of
    from defnpy.terms.atom import alias
    from defnpy.terms.runtime import runtime

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tensors.defn"
        path.write_text(PROGRAM)
        interpreted, compiled = defnpy.load(path), defnpy.load(path, compiler="exla")
    rng = np.random.default_rng(0)
    large = rng.uniform(1, 2, 1_000_000).astype(np.float32)
    small = rng.uniform(1, 2, 4).astype(np.float32)
    add = runtime().module(alias("Nx")).functions["add/2"]
    t_small, t_large = tensor_of(small), tensor_of(large)
    rows = [
        {"name": "Nx.add eager, 4 elements / numpy.add", "bar": 6.0, **paired(lambda: add(t_small, t_small), lambda: np.add(small, small))},
        {"name": "Nx.add eager, 1e6 elements / numpy.add", "bar": 1.05, **paired(lambda: add(t_large, t_large), lambda: np.add(large, large))},
        {"name": "ten elementwise operations, 1e6, Evaluator / NumPy", "bar": 0.9, **paired(lambda: interpreted.chain(large), lambda: hand_chain(large))},
    ]
    matrix = jnp.asarray(rng.uniform(size=(1000, 1000)).astype(np.float32))
    soft = jax.jit(lambda x: (lambda e: e / e.sum(axis=-1, keepdims=True))(jnp.exp(x - x.max(axis=-1, keepdims=True))))
    points = jnp.asarray(rng.uniform(size=(500, 32)).astype(np.float32))
    far = jax.jit(lambda a, b: ((a[:, None] - b[None]) ** 2).sum(axis=-1))
    rows += [
        {"name": "softmax 1000x1000, EXLA / jax.jit", "bar": 1.05,
         **paired(lambda: compiled.softmax(matrix).block_until_ready(), lambda: soft(matrix).block_until_ready())},
        {"name": "pairwise distances 500x500x32, EXLA / jax.jit", "bar": 1.05,
         **paired(lambda: compiled.distances(points, points).block_until_ready(), lambda: far(points, points).block_until_ready())},
    ]
    return rows
