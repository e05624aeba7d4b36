"""Kernels of the blocks of Nx.LinAlg: the factorisations that XLA has."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from defnpy.compilers.exla.kernels.cast import to_type
from defnpy.compilers.signs import signed_qr, without_null_space


def _wide(a: Any) -> Any:
    """f32 at least."""
    if a.dtype.name in ("float64", "complex64", "complex128"):
        return a
    return a.astype(np.float32)


def _fields(tag: Any) -> dict[str, Any]:
    return {k.name: v for k, v in tag.fields.items()}


def _cast(made: Any, outs: Any) -> Any:
    return tuple(to_type(part, t.type) for part, t in zip(made, outs, strict=True))


def _cholesky(out: Any, tag: Any, a: Any) -> Any:
    return to_type(lax.linalg.cholesky(_wide(a), symmetrize_input=False), out.type)


def _solve(out: Any, tag: Any, a: Any, b: Any) -> Any:
    kind = jnp.promote_types(_wide(a).dtype, _wide(b).dtype)
    a, b = a.astype(kind), b.astype(kind)
    vector = b.ndim < a.ndim
    made = jnp.linalg.solve(a, b[..., None] if vector else b)
    return to_type(made.reshape(out.shape), out.type)


def _determinant(out: Any, tag: Any, a: Any) -> Any:
    return to_type(jnp.linalg.det(_wide(a)), out.type)


def _qr(out: Any, tag: Any, a: Any) -> Any:
    a = _wide(a)
    fields = _fields(tag)
    q, r = jnp.linalg.qr(a, mode=fields["mode"].name)
    return _cast(signed_qr(jnp, a, q, r, fields["eps"]), out)


def _lu(out: Any, tag: Any, a: Any) -> Any:
    packed, _, order = lax.linalg.lu(_wide(a))
    n = a.shape[-1]
    lower = jnp.tril(packed, -1) + jnp.eye(n, dtype=packed.dtype)
    swaps = (jnp.arange(n, dtype=np.int32)[:, None] == order[..., None, :]).astype(np.float32)
    return _cast((swaps, lower, jnp.triu(packed)), out)


def _eigh(out: Any, tag: Any, a: Any) -> Any:
    v, w = lax.linalg.eigh(_wide(a), symmetrize_input=False, sort_eigenvalues=True)
    order = jnp.argsort(-jnp.abs(w), axis=-1, stable=True)
    return _cast((jnp.take_along_axis(w, order, -1), jnp.take_along_axis(v, order[..., None, :], -1)), out)


def _svd(out: Any, tag: Any, a: Any) -> Any:
    full = bool(_fields(tag)["full_matrices?"])
    made = jnp.linalg.svd(_wide(a), full_matrices=full)
    return _cast(made if full else without_null_space(jnp, *made), out)


BLOCKS = {
    "LinAlg.Cholesky": _cholesky,
    "LinAlg.Solve": _solve,
    "LinAlg.Determinant": _determinant,
    "LinAlg.QR": _qr,
    "LinAlg.LU": _lu,
    "LinAlg.Eigh": _eigh,
    "LinAlg.SVD": _svd,
}
