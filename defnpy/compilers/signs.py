"""What factorisations leave open: LAPACK's choice changed into the reference's, for NumPy and for jax.numpy arrays."""

from __future__ import annotations

from typing import Any


def signed_qr(xp: Any, a: Any, q: Any, r: Any, eps: float) -> tuple[Any, Any]:
    """*q* and *r* of the matrices *a*, real ones as Householder reflections onto the positive axes give them.

    Every reflected column has a positive diagonal element in *r*. The last column of a square or wide matrix is not reflected:
    its sign keeps the determinant of *q*. Leading columns that are upper triangular already are not reflected either.
    Elements up to *eps* become zero.
    """
    if a.dtype.kind != "c":
        q, r = _reflected(xp, a, q, r, eps)
    return xp.where(xp.abs(q) <= eps, 0, q), xp.where(xp.abs(r) <= eps, 0, r)


def _reflected(xp: Any, a: Any, q: Any, r: Any, eps: float) -> tuple[Any, Any]:
    m, n = a.shape[-2:]
    k = min(m, n)
    sign = xp.where(xp.diagonal(r, axis1=-2, axis2=-1)[..., :k] < 0, -1.0, 1.0).astype(r.dtype)
    below = xp.sum(xp.tril(a, -1) ** 2, axis=-2)[..., :k]
    sign = xp.where(xp.cumsum(below >= eps, axis=-1) == 0, xp.ones_like(sign), sign)
    if m <= n:
        sign = xp.concatenate([sign[..., :-1], xp.prod(sign[..., :-1], axis=-1, keepdims=True)], axis=-1)
    full = xp.concatenate([sign, xp.ones((*sign.shape[:-1], r.shape[-2] - k), sign.dtype)], axis=-1)
    return q * full[..., None, :], r * full[..., :, None]


def without_null_space(xp: Any, u: Any, s: Any, vt: Any) -> tuple[Any, Any, Any]:
    """A thin decomposition whose vectors of the larger side are zero where the singular value is only rounding.

    The reference divides by the singular values to find those vectors and leaves out the values that are noise.
    """
    k = s.shape[-1]
    top = s[..., :1]
    kept = ((s > k * 1.1920929e-07 * top) | (top == 0)).astype(s.dtype)
    if u.shape[-2] >= vt.shape[-1]:
        return u * kept[..., None, :], s, vt
    return u, s, vt * kept[..., :, None]
