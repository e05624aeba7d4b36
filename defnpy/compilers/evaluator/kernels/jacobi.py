"""Eigenvalues by the parallel Jacobi method of Brent and Luk (1985), whose order of rotations decides the signs of the vectors."""

from __future__ import annotations

from typing import Any

import numpy as np

LARGEST = 128
"""The rounds of larger matrices would take seconds: LAPACK has them."""


def eigh(a: Any, eps: float, max_iter: int) -> tuple[Any, Any]:
    """Eigenvalues by falling magnitude, and vectors, of a stack of Hermitian matrices; what is at most *eps* becomes zero."""
    shape, n = a.shape, a.shape[-1]
    if n == 1:
        return a[..., 0].real, np.ones_like(a)
    if n > LARGEST:
        w, v = np.linalg.eigh(a)
    else:
        w, v = _rotated(a.reshape(-1, n, n), eps, max_iter)
        w, v = w.reshape(shape[:-1]), v.reshape(shape)
    order = np.argsort(-np.abs(w), axis=-1, kind="stable")
    w = np.take_along_axis(w, order, -1)
    v = np.take_along_axis(v, order[..., None, :], -1)
    return np.where(np.abs(w) <= eps, 0, w), np.where(np.abs(v) <= eps, 0, v)


def _rotated(a: Any, eps: float, max_iter: int) -> tuple[Any, Any]:
    """Sweeps over each matrix until its elements off the diagonal are small."""
    count, n = a.shape[:2]
    size = n + n % 2
    work = np.zeros((count, size, size), a.dtype)
    work[:, :n, :n] = a
    turns = np.broadcast_to(np.eye(size, dtype=a.dtype), work.shape).copy()
    for _ in range(max_iter):
        squares = np.abs(work) ** 2
        whole = squares.sum(axis=(1, 2))
        squares[:, range(size), range(size)] = 0
        active = np.flatnonzero(squares.sum(axis=(1, 2)) > eps**2 * whole)
        if not len(active):
            break
        part, vectors = work[active], turns[active]
        for _ in range(n):
            part, vectors = _round(part, vectors)
        work[active], turns[active] = part, vectors
    w = np.diagonal(work, axis1=1, axis2=2).real
    return w[:, :n], np.conj(np.swapaxes(turns, 1, 2))[:, :n, :n]


def _round(a: Any, v: Any) -> tuple[Any, Any]:
    """One rotation for each pair of an upper and a lower row; then all rows but the first move on by a place."""
    k = a.shape[-1] // 2
    top, low = np.arange(k), np.arange(k, 2 * k)
    first, second, c, s = _angles(a[:, top, top].real, a[:, top, low], a[:, low, low].real)
    a = _turn(a, c, s)
    a = np.conj(np.swapaxes(_turn(np.conj(np.swapaxes(a, 1, 2)), c, s), 1, 2))
    v = _turn(v, c, s)
    a[:, top, top], a[:, low, low] = first, second
    a[:, top, low] = a[:, low, top] = 0
    places = [0, k, *range(1, k - 1), *range(k + 1, 2 * k), k - 1] if k > 1 else [0, 1]
    return a[:, places][:, :, places], v[:, places]


def _turn(a: Any, c: Any, s: Any) -> Any:
    k = a.shape[-2] // 2
    up, down = a[:, :k], a[:, k:]
    c, s = c[:, :, None], s[:, :, None]
    return np.concatenate([up * c - down * np.conj(s), up * s + down * c], axis=1)


def _angles(x: Any, off: Any, y: Any) -> tuple[Any, Any, Any, Any]:
    """The new diagonal elements, cosine and sine of the rotations that clear *off*."""
    phase: Any = 1.0
    if off.dtype.kind == "c":
        length = np.abs(off)
        phase = np.where(length == 0, 1, np.conj(off) / np.where(length == 0, 1, length))
        off = length
    tau = np.where(off == 0, 0, (y - x) / (2 * np.where(off == 0, 1, off)))
    root = np.sqrt(1 + tau**2)
    t = 1 / (tau + np.where(tau >= 0, root, -root))
    # An element that is small beside its diagonal is cleared without a rotation.
    t = np.where(np.abs(off) <= 1.0e-5 * np.minimum(np.abs(x), np.abs(y)), 0, t)
    c = 1 / np.sqrt(1 + t**2)
    return x - t * off, y + t * off, c, t * c * phase
