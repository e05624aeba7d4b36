"""Kernels of the blocks of Nx.LinAlg: double precision, rounded to the output type."""

from __future__ import annotations

from typing import Any

import numpy as np

from defnpy.compilers.evaluator.kernels import householder, jacobi
from defnpy.compilers.evaluator.kernels.cast import to_type
from defnpy.compilers.evaluator.kernels.quiet import quiet
from defnpy.compilers.signs import signed_qr
from defnpy.nx.dtype import DType
from defnpy.terms.errors import ArgumentError


def _wide(a: Any) -> Any:
    a = np.asarray(a)
    return a.astype(np.complex128 if a.dtype.kind == "c" else np.float64)


def _own(a: Any) -> Any:
    """Single precision where the tensor has no more, so that every step is rounded as in the reference."""
    wide = _wide(a)
    return wide if wide.dtype.kind == "c" or a.dtype == np.float64 else wide.astype(np.float32)


def _cast(a: Any, kind: DType) -> Any:
    return to_type(np.asarray(a), kind)


def _fields(tag: Any) -> dict[str, Any]:
    return {k.name: v for k, v in tag.fields.items()}


def _cholesky(out: Any, tag: Any, a: Any) -> Any:
    """Column by column from the lower triangle; what is not positive definite gives NaN."""
    a = _own(a)
    made, eps = np.zeros_like(a), a.dtype.type(1.0e-10)
    for j in range(a.shape[-1]):
        left = _wide(made[..., j:, :j])
        rest = a[..., j:, j] - (left @ np.conj(left[..., :1, :].swapaxes(-1, -2)))[..., 0].astype(a.dtype)
        pivot = np.sqrt(rest[..., :1])
        made[..., j:, j] = np.concatenate([pivot, rest[..., 1:] / (pivot + eps)], axis=-1)
    return _cast(np.where(np.abs(made) <= eps, 0, made), out.type)


def _solve(out: Any, tag: Any, a: Any, b: Any) -> Any:
    vector = b.ndim < a.ndim
    kind = np.result_type(_own(a), _own(b))
    right = _wide(b[..., None] if vector else b)
    try:
        if a.shape[-1] <= householder.LARGEST:
            swaps, lower, upper = (_wide(part) for part in _lu_parts(_own(a)))
            made = np.linalg.solve(lower, swaps.swapaxes(-1, -2) @ right).astype(kind)
            made = np.linalg.solve(upper, _wide(made))
        else:
            made = np.linalg.solve(_wide(a), right)
    except np.linalg.LinAlgError:
        raise ArgumentError("can't solve for singular matrix") from None
    return _cast(made[..., 0] if vector else made, out.type)


def _determinant(out: Any, tag: Any, a: Any) -> Any:
    own, a = _own(a), _wide(a)
    n = a.shape[-1]
    if n == 2:
        made = a[..., 0, 0] * a[..., 1, 1] - a[..., 0, 1] * a[..., 1, 0]
    else:
        made = np.linalg.det(a)
    if 3 < n <= householder.LARGEST:
        swaps, _, upper = _lu_parts(own)
        made = _wide(np.diagonal(upper, axis1=-2, axis2=-1)).prod(axis=-1) * np.linalg.det(_wide(swaps).real).round()
    return _cast(made, out.type)


def _factors(a: Any, eps: float, mode: str) -> tuple[Any, Any]:
    if max(a.shape[-2:]) <= householder.LARGEST:
        return householder.qr(_own(a), eps, mode == "complete")
    a = _wide(a)
    made = np.linalg.qr(a, mode="complete" if mode == "complete" else "reduced")
    return signed_qr(np, a, made[0], made[1], eps)


def _qr(out: Any, tag: Any, a: Any) -> Any:
    fields = _fields(tag)
    q, r = _factors(a, fields["eps"], fields["mode"].name)
    return _cast(q, out[0].type), _cast(r, out[1].type)


def _lu_one(a: Any) -> tuple[Any, Any, Any]:
    n = len(a)
    u, lower, order = a.copy(), np.eye(n, dtype=a.dtype), np.arange(n)
    for j in range(n):
        best = j + int(np.argmax(np.abs(u[j:, j])))
        if best != j:
            u[[j, best]] = u[[best, j]]
            order[[j, best]] = order[[best, j]]
            lower[[j, best], :j] = lower[[best, j], :j]
        if u[j, j] != 0:
            lower[j + 1 :, j] = u[j + 1 :, j] / u[j, j]
            u[j + 1 :] -= np.outer(lower[j + 1 :, j], u[j])
    swaps = np.zeros((n, n), a.dtype)
    swaps[order, np.arange(n)] = 1
    return swaps, lower, np.triu(u)


def _lu(out: Any, tag: Any, a: Any) -> Any:
    return tuple(_cast(part, t.type) for part, t in zip(_lu_parts(_own(a)), out, strict=True))


def _lu_parts(a: Any) -> list[Any]:
    flat = a.reshape(-1, *a.shape[-2:])
    return [np.stack(part).reshape(a.shape) for part in zip(*map(_lu_one, flat), strict=True)]


def _eigh(out: Any, tag: Any, a: Any) -> Any:
    fields = _fields(tag)
    w, v = jacobi.eigh(_own(a), fields["eps"], fields["max_iter"])
    return _cast(w, out[0].type), _cast(v, out[1].type)


_EIGH_EPS = 1.0e-4


def _svd(out: Any, tag: Any, a: Any) -> Any:
    """From the eigenvectors of the polar factor, without full matrices from those of the smaller product."""
    fields = _fields(tag)
    full = bool(fields["full_matrices?"])
    one = _full_svd if full else _thin_svd
    m, n = a.shape[-2:]
    flat = (_wide if full else _own)(a).reshape(-1, m, n)
    if m < n:
        made = [(v.conj().T, s, u.conj().T) for u, s, v in (_svd_one(x.conj().T, one, full, fields["max_iter"]) for x in flat)]
    else:
        made = [_svd_one(x, one, full, fields["max_iter"]) for x in flat]
    parts = [np.stack(part).reshape(t.shape) for part, t in zip(zip(*made, strict=True), out, strict=True)]
    return tuple(_cast(part, t.type) for part, t in zip(parts, out, strict=True))


def _svd_one(a: Any, one: Any, full: bool, max_iter: int) -> tuple[Any, Any, Any]:
    m, n = a.shape
    if not a.any():
        return np.eye(m, m if full else n), np.zeros(n), np.eye(n)
    if not np.isfinite(a).all():
        return np.full((m, m if full else n), np.nan), np.full(n, np.nan), np.full((n, n), np.nan)
    u, s, v = one(a, max_iter)
    return u, s, v.conj().T


def _full_svd(a: Any, max_iter: int) -> tuple[Any, Any, Any]:
    m, n = a.shape
    basis = None
    if m > n:
        basis, r = signed_qr(np, a, *np.linalg.qr(a, mode="complete"), 1.0e-10)
        a = r[:n]
    left, size, right = np.linalg.svd(a)
    w, v = jacobi.eigh((right.conj().T * size) @ right, _EIGH_EPS, max_iter)
    v, w = np.where(w < 0, -v, v), np.abs(w)
    order = np.argsort(-w, kind="stable")
    u = left @ right @ v[:, order]
    if basis is not None:
        u = np.concatenate([basis[:, :n] @ u, basis[:, n:]], axis=1)
    return u, w[order], v[:, order]


def _thin_svd(a: Any, max_iter: int) -> tuple[Any, Any, Any]:
    kind = a.dtype
    wide = _wide(a)
    w, v = jacobi.eigh((wide.conj().T @ wide).astype(kind), _EIGH_EPS, max_iter)
    s = np.sqrt(np.maximum(w, 0))
    order = np.argsort(-s, kind="stable")
    s, v = s[order], v[:, order]
    usual = s > a.shape[1] * np.finfo(np.float32).eps * s[0]
    return (wide @ v).astype(kind) * np.where(usual, 1 / np.where(usual, s, 1), 0).astype(kind), s, v


BLOCKS = {
    "LinAlg.Cholesky": quiet(_cholesky),
    "LinAlg.Solve": quiet(_solve),
    "LinAlg.Determinant": quiet(_determinant),
    "LinAlg.QR": quiet(_qr),
    "LinAlg.LU": quiet(_lu),
    "LinAlg.Eigh": quiet(_eigh),
    "LinAlg.SVD": quiet(_svd),
}
