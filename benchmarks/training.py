"""Training with Axon.Loop on EXLA, against a jitted step with donated buffers written by hand."""

from __future__ import annotations

import statistics
import time
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

import defnpy

BATCHES, BATCH, ROUNDS = 50, 128, 3
SHORT, EPOCHS = 5, 20
BAR = 1.15


def hand_step() -> Any:
    """784-128-64-10 with softmax, cross entropy and Adam; the parameters and moments are given away."""

    def loss(params: Any, x: Any, y: Any) -> Any:
        for k, b in params[:-1]:
            x = jnp.maximum(x @ k + b, 0)
        k, b = params[-1]
        return -jnp.mean(jnp.sum(y * jax.nn.log_softmax(x @ k + b), axis=-1))

    def step(state: Any, x: Any, y: Any) -> Any:
        params, mu, nu, count, total = state
        value, grads = jax.value_and_grad(loss)(params, x, y)
        count = count + 1
        mu = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, mu, grads)
        nu = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, nu, grads)
        a, b = 1 - 0.9**count, 1 - 0.999**count
        params = jax.tree.map(lambda p, m, v: p - 1e-3 * (m / a) / (jnp.sqrt(v / b) + 1e-7), params, mu, nu)
        return params, mu, nu, count, total + value

    return jax.jit(step, donate_argnums=0)


def hand_state() -> Any:
    rng = np.random.default_rng(0)
    sizes = [(784, 128), (128, 64), (64, 10)]

    def zeros() -> Any:
        return [(jnp.zeros(s), jnp.zeros(s[1])) for s in sizes]

    params = [(jnp.asarray(rng.uniform(-0.1, 0.1, s), jnp.float32), jnp.zeros(s[1])) for s in sizes]
    return params, zeros(), zeros(), jnp.float32(0), jnp.float32(0)


def batches() -> list[tuple[Any, Any]]:
    rng = np.random.default_rng(1)
    labels = np.eye(10, dtype=np.uint8)[np.arange(BATCH) % 10]
    return [(rng.uniform(size=(BATCH, 784)).astype(np.float32), labels) for _ in range(BATCHES)]


def measure() -> list[dict[str, Any]]:
    """Steady steps: a long run less a short one, which pays for the same compilation."""
    module = defnpy.load(Path(__file__).with_name("training.defn"))
    data, step = batches(), hand_step()

    def ours(epochs: int) -> float:
        begin = time.perf_counter()
        module.train(data, epochs)
        return time.perf_counter() - begin

    def theirs() -> float:
        state = hand_state()
        begin = time.perf_counter()
        for _ in range(EPOCHS):
            for x, y in data:
                state = step(state, x, y)
        jax.block_until_ready(state)
        return (time.perf_counter() - begin) / (EPOCHS * BATCHES)

    theirs()
    left, right = [], []
    for _ in range(ROUNDS):
        short = ours(SHORT)
        left.append((ours(SHORT + EPOCHS) - short) / (EPOCHS * BATCHES))
        right.append(theirs())
    a, b = statistics.median(left), statistics.median(right)
    ratio = statistics.median(x / y for x, y in zip(left, right, strict=True))
    return [{"name": "training step, Axon.Loop on EXLA / jitted JAX", "bar": BAR, "ours_us": a * 1e6, "theirs_us": b * 1e6, "ratio": ratio}]
