"""Threefry 2x32 on whole arrays of counters."""

from __future__ import annotations

from typing import Any

import numpy as np

_ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))


def threefry(key: Any, x0: Any, x1: Any) -> None:
    """Hash the counters in place."""
    k0, k1 = np.uint32(key[0]), np.uint32(key[1])
    keys = (k0, k1, np.uint32(k0 ^ k1 ^ np.uint32(0x1BD11BDA)))
    spare = np.empty_like(x1)
    x0 += k0
    x1 += k1
    for i in range(5):
        for by in _ROTATIONS[i % 2]:
            x0 += x1
            np.right_shift(x1, np.uint32(32 - by), out=spare)
            np.left_shift(x1, np.uint32(by), out=x1)
            x1 |= spare
            x1 ^= x0
        x0 += keys[(i + 1) % 3]
        x1 += np.uint32((int(keys[(i + 2) % 3]) + i + 1) & 0xFFFFFFFF)


def _words(out: Any, tag: Any, key: Any) -> Any:
    n = out.shape[0]
    half = (n + 1) // 2
    made = np.arange(2 * half, dtype=np.uint32)
    if n % 2:
        made[n] = 0
    threefry(key, made[:half], made[half:])
    return made[:n]


BLOCKS = {"Random.Threefry2x32": _words}
