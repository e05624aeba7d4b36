"""The nearest name for "did you mean" hints, by Jaro distance as Elixir measures it."""

from __future__ import annotations

from collections.abc import Iterable


def jaro(a: str, b: str) -> float:
    """Jaro similarity of two strings, 0.0 to 1.0."""
    if a == b:
        return 1.0
    if not a or not b:
        return 0.0
    reach = max(len(a), len(b)) // 2 - 1
    taken = [False] * len(b)
    hits_a: list[str] = []
    for i, ch in enumerate(a):
        for j in range(max(0, i - reach), min(len(b), i + reach + 1)):
            if not taken[j] and b[j] == ch:
                taken[j] = True
                hits_a.append(ch)
                break
    m = len(hits_a)
    if m == 0:
        return 0.0
    hits_b = [ch for ch, t in zip(b, taken, strict=True) if t]
    swaps = sum(x != y for x, y in zip(hits_a, hits_b, strict=True)) / 2
    return (m / len(a) + m / len(b) + (m - swaps) / m) / 3


def nearest(name: str, candidates: Iterable[str], threshold: float = 0.77) -> str | None:
    """The candidate most like *name*, or None when none is near enough."""
    best, score = None, threshold
    for candidate in candidates:
        s = jaro(name, candidate)
        if s > score or (s == score and best is None):
            best, score = candidate, s
    return best
