"""Tensors for tests, and what NumPy says about them in double precision."""

from __future__ import annotations

from typing import Any

import numpy as np

from defnpy.nx.convert import host_cast
from defnpy.nx.dtype import TYPES, DType
from defnpy.nx.tensor import Tensor, unnamed

REAL = tuple(t for t in TYPES if not t.is_complex)
INTEGERS = tuple(t for t in TYPES if t.is_integer)
FLOATS = tuple(t for t in REAL if t.is_float)
TOLERANCE = {"f8": 0.3, "f8_e4m3fn": 0.13, "bf16": 0.02, "f16": 3e-3, "f32": 2e-5, "f64": 1e-12, "c64": 2e-5, "c128": 1e-12}


def tensor(array: Any, kind: DType) -> Tensor:
    """*array* as a tensor of *kind*."""
    made = host_cast(np.asarray(array), kind)
    return Tensor(kind, made.shape, unnamed(made.ndim), made)


def sample(shape: tuple[int, ...], kind: DType, seed: int = 0, low: float = -2.0, high: float = 2.0) -> Tensor:
    """Random elements that *kind* holds."""
    draw = np.random.default_rng(seed)
    if kind.is_integer:
        return tensor(draw.integers(max(kind.min, -50), min(kind.max, 50) + 1, shape), kind)
    if kind.is_complex:
        return tensor(draw.uniform(low, high, shape) + 1j * draw.uniform(low, high, shape), kind)
    return tensor(draw.uniform(low, high, shape), kind)


def wide(t: Tensor) -> Any:
    """The elements in double precision."""
    return t.numpy().astype(np.complex128 if t.type.is_complex else np.float64)


def close(got: Tensor, want: Any, slack: float = 1.0) -> None:
    """The elements of *got* are those of *want* within the precision of their type."""
    tolerance = TOLERANCE.get(got.type.name, 0.0) * slack
    np.testing.assert_allclose(wide(got), want, rtol=tolerance, atol=tolerance)


def outcome(code: str) -> str:
    """The inspected value of a program, or type and message of its error."""
    from defnpy.host.setup import ensure_runtime
    from defnpy.terms.errors import ElixirError
    from defnpy.terms.inspect import inspect

    try:
        return inspect(ensure_runtime().evaluator.run_text(code, "case.exs"), pretty=True)
    except ElixirError as error:
        return f"{inspect(error.term.module)}: {error}"
