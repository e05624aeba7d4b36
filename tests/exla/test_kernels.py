"""Every primitive gives on JAX what it gives on NumPy."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import jax
import numpy as np
import pytest

from defnpy.compilers.evaluator.kernels import TABLE as HOST
from defnpy.compilers.exla.kernels import GAPS, TABLE
from defnpy.compilers.exla.types import x64
from defnpy.host.setup import ensure_runtime
from defnpy.nx.dtype import of_numpy
from defnpy.nx.ops import OPS
from defnpy.nx.ops.reduce import REDUCE
from defnpy.nx.ops.window import WINDOW_REDUCE
from tests.exla.samples import cases

TOLERANCE = {"f64": 1e-9, "c128": 1e-9, "f32": 2e-5, "c64": 5e-5, "f16": 5e-3, "bf16": 2e-2, "f8": 0.3, "f8_e4m3fn": 0.15}


def _by_name() -> dict[str, list[Any]]:
    ensure_runtime()
    made: dict[str, list[Any]] = defaultdict(list)
    for op, operands, params in cases():
        made[op.name].append((op, operands, params))
    return made


CASES = _by_name()


def test_every_primitive_is_covered() -> None:
    wanted = {op.name for op in OPS} - {REDUCE.name, WINDOW_REDUCE.name}
    assert wanted == set(CASES)
    assert {op for op in OPS if op not in TABLE} == set(GAPS)


@pytest.mark.parametrize("name", sorted(CASES))
def test_primitive(name: str) -> None:
    wrong = []
    kernels = []
    for op, operands, params in CASES[name]:
        out = op.infer(params, *operands)
        kernels.append((out, params, HOST[op](out, params, *[t.data for t in operands])))

    # One program for all cases: compiling many small ones takes longer.
    def whole(arrays: list[list[Any]]) -> list[Any]:
        return [TABLE[c[0]](k[0], k[1], *a) for c, k, a in zip(CASES[name], kernels, arrays, strict=True)]

    with x64():
        made = jax.jit(whole)([[t.data for t in operands] for _, operands, _ in CASES[name]])
        made = [np.asarray(a) for a in made]
    for (_, operands, params), (out, _, want), got in zip(CASES[name], kernels, made, strict=True):
        want = np.asarray(want).astype(out.type.numpy)
        if got.dtype != out.type.numpy or got.shape != out.shape or not same(want, got):
            wrong.append((operands, params, want, got))
    assert not wrong


def same(want: Any, got: Any) -> bool:
    """Whether two results are equal, floats within the precision of their type."""
    kind = of_numpy(want.dtype)
    if kind.is_integer:
        return bool((want == got).all())
    wide = np.complex128 if kind.is_complex else np.float64
    rtol = TOLERANCE[kind.name]
    return bool(np.allclose(want.astype(wide), got.astype(wide), rtol=rtol, atol=rtol, equal_nan=True))
