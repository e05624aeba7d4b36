"""The founding notebook's model called from Python, against the same function written by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

import defnpy
from benchmarks.timing import paired

BATCHES = (2, 128, 4096)
BARS = {"exla": 1.05, "bound": 0.9, "evaluator": 1.1, "init": 1.1}


def parameters() -> dict[str, Any]:
    rng = np.random.default_rng(0)
    return {
        "dense_0": {"bias": np.zeros(32, np.float32), "kernel": rng.uniform(-0.3, 0.3, (18, 32)).astype(np.float32)},
        "dense_1": {"bias": np.zeros(1, np.float32), "kernel": rng.uniform(-0.4, 0.4, (32, 1)).astype(np.float32)},
    }


def hand_jax(params: dict[str, Any], x: Any) -> Any:
    h = jnp.maximum(x @ params["dense_0"]["kernel"] + params["dense_0"]["bias"], 0)
    z = h @ params["dense_1"]["kernel"] + params["dense_1"]["bias"]
    e = jnp.exp(z - jnp.max(z, axis=-1, keepdims=True))
    return e / jnp.sum(e, axis=-1, keepdims=True)


def hand_numpy(params: dict[str, Any], x: Any) -> Any:
    h = np.maximum(x @ params["dense_0"]["kernel"] + params["dense_0"]["bias"], 0)
    z = h @ params["dense_1"]["kernel"] + params["dense_1"]["bias"]
    e = np.exp(z - np.max(z, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


def hand_init() -> Any:
    """The same initialisers written in JAX: glorot uniform kernels of one key each, zero biases."""

    def glorot(key: Any, shape: tuple[int, int]) -> Any:
        bound = jnp.sqrt(6.0 / (shape[0] + shape[1]))
        return jax.random.uniform(key, shape, jnp.float32, -bound, bound)

    @jax.jit
    def init() -> Any:
        key = jax.random.key(42)
        return {
            "dense_0": {"bias": jnp.zeros(32), "kernel": glorot(jax.random.fold_in(key, 1), (18, 32))},
            "dense_1": {"bias": jnp.zeros(1), "kernel": glorot(jax.random.fold_in(key, 2), (32, 1))},
        }

    return init


def measure() -> list[dict[str, Any]]:
    """One row for each comparison."""
    from defnpy.host import embed

    model = defnpy.load(Path(__file__).with_name("model.defn")).model
    rows: list[dict[str, Any]] = []
    params = parameters()
    _, predict = embed.build(model)
    exla_init, exla_predict = embed.build(model, compiler="exla", seed=42)
    jitted = jax.jit(hand_jax)
    placed = jax.tree.map(jnp.asarray, params)
    rng = np.random.default_rng(1)
    for batch in BATCHES:
        x = rng.uniform(size=(batch, 18)).astype(np.float32)
        put = jnp.asarray(x)
        np.testing.assert_allclose(predict(params, x), hand_numpy(params, x), rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(exla_predict(placed, put), jitted(placed, put), rtol=1e-5, atol=1e-6)
        rows.append({"name": f"predict, EXLA, batch {batch} / jax.jit", "bar": BARS["exla"],
                     **paired(lambda p=put: exla_predict(placed, p).block_until_ready(), lambda p=put: jitted(placed, p).block_until_ready())})
        rows.append({"name": f"predict, Evaluator, batch {batch} / NumPy", "bar": BARS["evaluator"],
                     **paired(lambda x=x: predict(params, x), lambda x=x: hand_numpy(params, x))})
    x = jnp.asarray(rng.uniform(size=(2, 18)).astype(np.float32))
    bound = exla_predict.bind(placed)
    rows.append({"name": "predict, EXLA, parameters bound, batch 2 / jax.jit", "bar": BARS["bound"],
                 **paired(lambda: bound(x).block_until_ready(), lambda: jitted(placed, x).block_until_ready())})
    by_hand = hand_init()
    rows.append({"name": "init, EXLA / jax.jit", "bar": BARS["init"],
                 **paired(lambda: jax.block_until_ready(exla_init(x, {})), lambda: jax.block_until_ready(by_hand()))})
    return rows
