"""Small arrays of single precision are computed in double precision and rounded once: the reference does so with all, and prints small
ones to the last digit. NumPy's own single precision, several times as fast, is as good for large ones.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

FEW = 1 << 10
"""The most elements, or products that are summed, of a small array."""
ROUNDED = frozenset((
    "exp", "expm1", "log", "log1p", "sigmoid", "cos", "sin", "tan", "cosh", "sinh", "tanh", "acosh", "asinh", "atanh", "acos", "asin", "atan",
    "rsqrt", "cbrt", "erf", "erfc",
))  # fmt: skip
"""Functions whose results depend on the precision that they are computed in."""


def rounded(function: Callable[..., Any]) -> Callable[..., Any]:
    """*function* of arrays of one type, with small arrays of single precision computed in double precision."""

    def run(*arrays: Any) -> Any:
        if arrays[0].dtype == np.float32 and all(a.size <= FEW for a in arrays):
            return function(*(a.astype(np.float64) for a in arrays)).astype(np.float32)
        return function(*arrays)

    return run
