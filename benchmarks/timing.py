"""Timing two callables against each other."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any


def once(work: Callable[[], Any], count: int) -> float:
    """Seconds of one call, over *count* calls."""
    started = time.perf_counter()
    for _ in range(count):
        work()
    return (time.perf_counter() - started) / count


def paired(ours: Callable[[], Any], theirs: Callable[[], Any], *, rounds: int = 15, budget: float = 0.05) -> dict[str, float]:
    """Medians of both in microseconds and their ratio; rounds alternate, each about *budget* seconds long."""
    ours()
    theirs()
    count = max(1, int(budget / max(once(theirs, 3), 1e-7)))
    left, right = [], []
    for _ in range(rounds):
        left.append(once(ours, count))
        right.append(once(theirs, count))
    a, b = statistics.median(left), statistics.median(right)
    return {"ours_us": a * 1e6, "theirs_us": b * 1e6, "ratio": statistics.median(x / y for x, y in zip(left, right, strict=True))}
