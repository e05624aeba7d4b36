"""QR decompositions by reflections, rounded after every step as in the reference, whose printed digits depend on it."""

from __future__ import annotations

from typing import Any

import numpy as np

LARGEST = 64
"""Larger matrices go to LAPACK."""


def qr(a: Any, eps: float, complete: bool) -> tuple[Any, Any]:
    """The factors of a stack of matrices; elements up to *eps* become zero."""
    m, n = a.shape[-2:]
    r = a
    if m < n:
        r = np.concatenate([a, np.zeros((*a.shape[:-2], n - m, n), a.dtype)], axis=-2)
    size = max(m, n)
    q = np.broadcast_to(np.eye(size, dtype=a.dtype), (*a.shape[:-2], size, size))
    for i in range(n - 1 if m == n else n):
        v, scale = _reflector(np.where(np.arange(size) < i, 0, r[..., :, i]), i, eps)
        scale = scale[..., None, None]
        r = r - scale * (v[..., :, None] * _dot(np.conj(v)[..., None, :], r))
        q = q - scale * (_dot(q, v[..., :, None]) * np.conj(v)[..., None, :])
    q, r = (np.where(np.abs(t) <= eps, 0, t) for t in (q, r))
    if m < n:
        return q[..., :m, :m], r[..., :m, :]
    return (q, r) if complete else (q[..., :n], r[..., :n, :])


def _dot(a: Any, b: Any) -> Any:
    """Sums of products in double precision, rounded once."""
    wide = np.complex128 if a.dtype.kind == "c" else np.float64
    return np.matmul(a.astype(wide), b.astype(wide)).astype(a.dtype)


def _square(x: Any) -> Any:
    return _dot(x[..., None, :], np.conj(x)[..., :, None])[..., 0, 0].real


def _reflector(x: Any, i: int, eps: float) -> tuple[Any, Any]:
    """The vector and the factor of the reflection that clears *x* below place *i*."""
    square = _square(x)
    length, first = np.sqrt(square), x[..., i]
    if x.dtype.kind == "c":
        v = x.copy()
        v[..., i] += np.exp(1j * np.angle(first)) * length
        size = _square(v)
        small = size < eps
        return v / np.where(small, 1, np.sqrt(size))[..., None], np.where(small, 0, 2)
    rest = square - np.abs(first) ** 2
    small = rest < eps
    safe = np.where(first <= 0, 1, first + length)
    head = np.where(small, 1, np.where(first <= 0, first - length, -rest / safe))
    v = x.copy()
    v[..., i] = head
    v = v / head[..., None]
    return v, np.where(small, 0, 2 / np.where(small, 1, _square(v))).astype(x.dtype)
