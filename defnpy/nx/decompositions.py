"""Decompositions of Nx.LinAlg: QR, LU, eigenvalues of symmetric matrices and singular values."""

from __future__ import annotations

from typing import Any

from defnpy.nx import dtype as dtypes
from defnpy.nx.api import compare, convert, creation, index, reduce, shape
from defnpy.nx.api import elementwise as ew
from defnpy.nx.convert import to_tensor
from defnpy.nx.expr import to_expr
from defnpy.nx.matrices import (
    at_least_matrix,
    batched,
    column_of,
    dagger,
    diagonal,
    entry_of,
    floating,
    identity,
    outputs,
    product,
    real_only,
    square,
    turned,
)  # fmt: skip
from defnpy.nx.options import keyword, keywords
from defnpy.nx.show import text
from defnpy.nx.tensor import Tensor
from defnpy.terms.atom import Atom
from defnpy.terms.errors import ArgumentError


def qr_body(tensor: Any, opts: Any) -> tuple[Tensor, Tensor]:
    """An orthogonal and an upper triangular factor."""
    given = keyword(opts, mode=Atom("reduced"), eps=1.0e-10)
    t = to_tensor(tensor)
    at_least_matrix(t)
    mode = given["mode"]
    if mode not in (Atom("reduced"), Atom("complete")):
        raise ArgumentError(f"invalid :mode received. Expected one of [:reduced, :complete], received: {text(mode)}")

    def outs(p: Tensor) -> Any:
        *batch, m, n = p.shape
        k = m if mode is Atom("complete") else min(m, n)
        kind = dtypes.to_floating(p.type)
        return outputs(kind, *batch, m, k), outputs(kind, *batch, k, n)

    return batched("QR", t, outs, lambda p: _qr(p, mode is Atom("complete")), eps=given["eps"], mode=mode)


def _qr(p: Tensor, complete: bool) -> tuple[Tensor, Tensor]:
    """Householder reflections."""
    r = floating(p)
    *_, m, n = r.shape
    rank = len(r.shape)
    q = identity(m, r)
    for j in range(min(m - 1, n)):
        column = column_of(r, j)
        rows = creation.iota(column.shape, keywords(axis=rank - 2))
        x = compare.select(compare.greater_equal(rows, j), column, 0.0)
        length = ew.sqrt(reduce.sum_(_squared(x), keywords(axes=[rank - 2], keep_axes=True)))
        pivot = index.slice_along_axis(column, j, 1, keywords(axis=rank - 2))
        below = reduce.sum_(ew.abs_(compare.select(compare.greater(rows, j), column, 0.0)), keywords(axes=[rank - 2], keep_axes=True))
        # Real columns are reflected onto the positive axis.
        phase = _phase(pivot) if r.type.is_complex else -1.0
        v = ew.add(x, ew.multiply(compare.select(compare.equal(rows, j), 1.0, 0.0), ew.multiply(phase, length)))
        norm = reduce.sum_(_squared(v), keywords(axes=[rank - 2], keep_axes=True))
        scale = compare.select(compare.equal(below, 0), 0.0, ew.divide(2.0, compare.select(compare.equal(norm, 0), 1.0, norm)))
        r = ew.subtract(r, ew.multiply(scale, product(v, product(dagger(v), r))))
        q = ew.subtract(q, ew.multiply(scale, product(product(q, v), dagger(v))))
    r = creation.triu(r)
    if complete or m <= n:
        return q, r
    return (
        index.slice_along_axis(q, 0, n, keywords(axis=rank - 1)),
        index.slice_along_axis(r, 0, n, keywords(axis=rank - 2)),
    )


def _squared(x: Tensor) -> Tensor:
    return ew.real(ew.multiply(x, ew.conjugate(x))) if x.type.is_complex else ew.multiply(x, x)


def _phase(x: Tensor) -> Tensor:
    if x.type.is_complex:
        size = ew.abs_(x)
        return compare.select(compare.equal(size, 0), 1.0, ew.divide(x, compare.select(compare.equal(size, 0), 1.0, size)))
    return compare.select(compare.greater_equal(x, 0), 1.0, -1.0)


def lu_body(tensor: Any) -> tuple[Tensor, Tensor, Tensor]:
    """A permutation, a lower and an upper triangular factor."""
    t = to_tensor(tensor)
    square(t)

    def outs(p: Tensor) -> Any:
        kind = dtypes.to_floating(p.type)
        return outputs(p.type, *p.shape), outputs(kind, *p.shape), outputs(kind, *p.shape)

    return batched("LU", t, outs, _lu, eps=1.0e-10)


def _lu(p: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Elimination with partial pivoting."""
    u = floating(p)
    n, rank = u.shape[-1], len(u.shape)
    rows = creation.iota((*u.shape[:-1], 1), keywords(axis=rank - 2))
    swaps = identity(n, u)
    lower = ew.multiply(0.0, identity(n, u))
    for j in range(n):
        column = column_of(u, j)
        best = reduce.argmax(compare.select(compare.greater_equal(rows, j), ew.abs_(column), -1.0), keywords(axis=rank - 2, keep_axis=True))
        order = compare.select(compare.equal(rows, j), best, compare.select(compare.equal(rows, best), j, rows))
        columns = creation.iota(u.shape, keywords(axis=rank - 1))
        swap = convert.as_type(compare.equal(order, columns), u.type.atom)
        u, swaps, lower = product(swap, u), product(swap, swaps), product(swap, lower)
        pivot = index.slice_along_axis(column_of(u, j), j, 1, keywords(axis=rank - 2))
        safe = compare.select(compare.equal(pivot, 0), 1.0, pivot)
        factor = compare.select(compare.greater(rows, j), ew.divide(column_of(u, j), safe), 0.0)
        row = index.slice_along_axis(u, j, 1, keywords(axis=rank - 2))
        u = ew.subtract(u, product(factor, row))
        at = convert.as_type(compare.equal(columns, j), u.type.atom)
        lower = ew.add(lower, ew.multiply(factor, at))
    return convert.as_type(turned(swaps), p.type.atom), ew.add(lower, identity(n, u)), creation.triu(u)


def eigh_body(tensor: Any, opts: Any) -> tuple[Tensor, Tensor]:
    """Eigenvalues, those of largest magnitude first, and eigenvectors of a symmetric matrix."""
    given = keyword(opts, max_iter=1000, eps=1.0e-4)
    if given["max_iter"] is None:
        raise ArgumentError("missing option :max_iter")
    t = to_tensor(tensor)
    square(t)

    def outs(p: Tensor) -> Any:
        kind = dtypes.to_floating(p.type)
        return outputs(kind, *p.shape[:-1]), outputs(kind, *p.shape)

    return batched("Eigh", t, outs, _eigh, max_iter=given["max_iter"], eps=given["eps"])


def _eigh(p: Tensor) -> tuple[Tensor, Tensor]:
    """Jacobi rotations over all pairs, a fixed number of sweeps."""

    a = to_expr(floating(p))
    n, rank = a.shape[-1], len(a.shape)
    v = identity(n, a)
    for _ in range(8):
        for i in range(n - 1):
            for j in range(i + 1, n):
                turn = _rotation(a, i, j)
                a, v = product(turned(turn), product(a, turn)), product(v, turn)
    w = diagonal(a)
    from defnpy.nx.api.order import argsort

    order = argsort(ew.abs_(w), keywords(axis=rank - 2, direction=Atom("desc")))
    wide = shape.broadcast(shape.new_axis(order, rank - 2), v.shape)
    return index.take_along_axis(w, order, keywords(axis=rank - 2)), index.take_along_axis(v, wide, keywords(axis=rank - 1))


def _rotation(a: Tensor, i: int, j: int) -> Tensor:
    x, y, off = entry_of(a, i, i), entry_of(a, j, j), entry_of(a, i, j)
    angle = ew.multiply(0.5, ew.atan2(ew.multiply(2.0, off), ew.subtract(x, y)))
    c, s = ew.cos(angle), ew.sin(angle)
    n, rank = a.shape[-1], len(a.shape)
    made = identity(n, a)

    def cell(r: int, k: int) -> Tensor:
        size = a.shape
        row = compare.equal(creation.iota(size, keywords(axis=rank - 2)), r)
        here = compare.logical_and(row, compare.equal(creation.iota(size, keywords(axis=rank - 1)), k))
        return convert.as_type(here, a.type.atom)

    def spread(t: Tensor) -> Tensor:
        return shape.reshape(t, (*t.shape, 1, 1))

    made = ew.add(made, ew.multiply(spread(ew.subtract(c, 1.0)), ew.add(cell(i, i), cell(j, j))))
    return ew.add(made, ew.multiply(spread(s), ew.subtract(cell(j, i), cell(i, j))))


def svd_body(tensor: Any, opts: Any) -> tuple[Tensor, Tensor, Tensor]:
    """Left vectors, singular values (largest first) and right vectors."""
    given = _svd_options(opts)
    t = to_tensor(tensor)
    at_least_matrix(t)
    real_only(t, "svd", 2)
    full = bool(given["full"])

    def outs(p: Tensor) -> Any:
        *batch, m, n = p.shape
        k = min(m, n)
        kind = dtypes.to_floating(p.type)
        return outputs(kind, *batch, m, m if full else k), outputs(kind, *batch, k), outputs(kind, *batch, n if full else k, n)

    fields = {"max_iter": given["max_iter"], "full_matrices?": full}
    return batched("SVD", t, outs, lambda p: _svd(p, full), **fields)


def _svd_options(opts: Any) -> dict[str, Any]:
    made = keyword(opts, **{"max_iter": 100, "full_matrices?": True})
    return {"max_iter": made["max_iter"], "full": made["full_matrices?"]}


def _svd(p: Tensor, full: bool) -> tuple[Tensor, Tensor, Tensor]:
    """From the eigenvectors of the smaller product; an orthogonal basis fills up the rest."""
    a = floating(p)
    *_, m, n = a.shape
    if m < n:
        u, s, vt = _svd(turned(a), full)
        return turned(vt), s, turned(u)
    w, v = eigh_body(product(turned(a), a), [])
    s = ew.sqrt(ew.max_(w, 0.0))
    rank = len(a.shape)
    av = product(a, v)
    q, r = qr_body(av, keywords(mode=Atom("complete" if full else "reduced")))
    sign = compare.select(compare.less(diagonal(r), 0.0), -1.0, 1.0)
    if full and m > n:
        sign = shape.pad(sign, 1.0, [*[(0, 0, 0)] * (rank - 2), (0, m - n, 0)])
    return ew.multiply(q, shape.new_axis(sign, rank - 2)), s, turned(v)
