"""Threefry 2x32 as JAX has it: the same words."""

from __future__ import annotations

from typing import Any

import numpy as np
from jax import lax
from jax.extend.random import threefry_2x32


def _words(out: Any, tag: Any, key: Any) -> Any:
    return threefry_2x32(key, lax.iota(np.uint32, out.shape[0]))


BLOCKS = {"Random.Threefry2x32": _words}
