"""Kernels of the blocks of Nx.LinAlg: LAPACK in double precision, rounded to the output type."""

from __future__ import annotations

from typing import Any

import numpy as np

from defnpy.compilers.evaluator.kernels.cast import to_type
from defnpy.compilers.evaluator.kernels.quiet import quiet
from defnpy.compilers.signs import signed_qr, without_null_space
from defnpy.nx.dtype import DType
from defnpy.terms.errors import ArgumentError


def _wide(a: Any) -> Any:
    a = np.asarray(a)
    return a.astype(np.complex128 if a.dtype.kind == "c" else np.float64)


def _cast(a: Any, kind: DType) -> Any:
    return to_type(np.asarray(a), kind)


def _fields(tag: Any) -> dict[str, Any]:
    return {k.name: v for k, v in tag.fields.items()}


def _cholesky(out: Any, tag: Any, a: Any) -> Any:
    """Column by column from the lower triangle; what is not positive definite gives NaN."""
    a = _wide(a)
    made = np.zeros_like(a)
    for j in range(a.shape[-1]):
        left = made[..., j:, :j]
        rest = a[..., j:, j] - (left @ np.conj(made[..., j, :j, None]))[..., 0]
        made[..., j:, j] = rest / np.sqrt(rest[..., :1])
    return _cast(made, out.type)


def _solve(out: Any, tag: Any, a: Any, b: Any) -> Any:
    a, b = _wide(a), _wide(b)
    vector = b.ndim < a.ndim
    try:
        made = np.linalg.solve(a, b[..., None] if vector else b)
    except np.linalg.LinAlgError:
        raise ArgumentError("can't solve for singular matrix") from None
    return _cast(made[..., 0] if vector else made, out.type)


def _determinant(out: Any, tag: Any, a: Any) -> Any:
    a = _wide(a)
    n = a.shape[-1]
    if n == 2:
        made = a[..., 0, 0] * a[..., 1, 1] - a[..., 0, 1] * a[..., 1, 0]
    else:
        made = np.linalg.det(a)
    return _cast(made, out.type)


def _qr(out: Any, tag: Any, a: Any) -> Any:
    a = _wide(a)
    fields = _fields(tag)
    q, r = signed_qr(np, a, *np.linalg.qr(a, mode=fields["mode"].name), fields["eps"])
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
    swaps = np.zeros((n, n))
    swaps[order, np.arange(n)] = 1
    return swaps, lower, np.triu(u)


def _lu(out: Any, tag: Any, a: Any) -> Any:
    flat = _wide(a).reshape(-1, *a.shape[-2:])
    parts = [np.stack(part).reshape(a.shape) for part in zip(*map(_lu_one, flat), strict=True)]
    return tuple(_cast(part, t.type) for part, t in zip(parts, out, strict=True))


def _eigh(out: Any, tag: Any, a: Any) -> Any:
    w, v = np.linalg.eigh(_wide(a))
    return _cast(w[..., ::-1], out[0].type), _cast(v[..., ::-1], out[1].type)


def _svd(out: Any, tag: Any, a: Any) -> Any:
    full = bool(_fields(tag)["full_matrices?"])
    made: Any = np.linalg.svd(_wide(a), full_matrices=full)
    made = made if full else without_null_space(np, *made)
    return tuple(_cast(part, t.type) for part, t in zip(made, out, strict=True))


BLOCKS = {
    "LinAlg.Cholesky": quiet(_cholesky),
    "LinAlg.Solve": quiet(_solve),
    "LinAlg.Determinant": quiet(_determinant),
    "LinAlg.QR": quiet(_qr),
    "LinAlg.LU": quiet(_lu),
    "LinAlg.Eigh": quiet(_eigh),
    "LinAlg.SVD": quiet(_svd),
}
