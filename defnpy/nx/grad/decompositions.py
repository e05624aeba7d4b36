"""Gradients of the blocks of Nx.LinAlg, in closed form (Giles, NA-08-01; Townsend, 2016; Roberts and Roberts, 2020)."""

from __future__ import annotations

from typing import Any

from defnpy.nx import linalg, matrices
from defnpy.nx.api import compare, creation, index, shape
from defnpy.nx.api import elementwise as ew
from defnpy.nx.expr import Expr, constant, elements
from defnpy.nx.grad.tools import Pairs, answer, like, operands
from defnpy.nx.options import keywords
from defnpy.nx.tensor import Tensor, template

_product, _dagger, _turned = matrices.product, matrices.dagger, matrices.turned


def _parts(e: Expr, g: Any) -> tuple[list[Tensor], list[Tensor]]:
    """The outputs of a decomposition and their gradients, zero where none arrived."""
    made = list(elements(e, [template(o.type, o.shape) for o in e.out]))
    grads = [like(g[i], o.shape) if i in g else constant(0, o.type, o.shape) for i, o in enumerate(e.out)]
    return made, grads


def _cut(t: Tensor, start: int, size: int, axis: int) -> Tensor:
    return index.slice_along_axis(t, start, size, keywords(axis=axis))


def _diagonal(t: Tensor) -> Tensor:
    """Vectors as (batches of) diagonal matrices."""
    n = t.shape[-1]
    return compare.select(_unit(t, n), like(shape.new_axis(t, -1), (*t.shape, n)), 0.0)


def _unit(t: Tensor, n: int) -> Tensor:
    return creation.eye((*t.shape[:-1], n, n), keywords(type=t.type.atom))


def _gaps(t: Tensor) -> Tensor:
    """``1 / (t_j - t_i)``, zero on the diagonal."""
    unit = _unit(t, t.shape[-1])
    apart = ew.subtract(shape.new_axis(t, -2), shape.new_axis(t, -1))
    return ew.subtract(ew.divide(1.0, ew.add(unit, apart)), unit)


def cholesky(e: Expr, g: Any) -> Pairs:
    """``L^-T phi(L^T g) conj(L)^-1``, where phi keeps the lower triangle and half of the diagonal; not made symmetric."""
    lower = answer(e)
    inner = creation.tril(_product(_turned(lower), creation.tril(like(g, e.out.shape))))
    half = ew.subtract(inner, ew.multiply(ew.multiply(0.5, matrices.identity(lower.shape[-1], lower)), inner))
    solved = linalg.solve_triangular(lower, half, mode="transpose")
    other = ew.conjugate(lower) if lower.type.is_complex else lower
    return [(e.operands[0], linalg.solve_triangular(other, solved, left=False))]


def solve(e: Expr, g: Any) -> Pairs:
    """``A^-H g`` and minus its product with the solution."""
    a, b = operands(e)
    x, g = answer(e), like(g, e.out.shape)
    back = linalg.solve_body(_dagger(a), g)
    if len(b.shape) < len(a.shape):
        outer = _product(shape.new_axis(back, -1), _dagger(shape.new_axis(x, -1)))
    else:
        outer = _product(back, _dagger(x))
    return [(e.operands[0], ew.negate(outer)), (e.operands[1], back)]


def qr(e: Expr, g: Any) -> Pairs:
    """The gradient of Q and R; wide matrices by their leading square part."""
    (q, r), (gq, gr) = _parts(e, g)
    m, n = r.shape[-2:]
    if m >= n:
        return [(e.operands[0], _square_qr(q, r, gq, gr))]
    right, gright = (_cut(t, m, n - m, -1) for t in (r, gr))
    gq = ew.add(gq, _product(_product(q, right), _dagger(gright)))
    first = _square_qr(q, _cut(r, 0, m, -1), gq, _cut(gr, 0, m, -1))
    return [(e.operands[0], shape.concatenate([first, _product(q, gright)], keywords(axis=-1)))]


def _square_qr(q: Tensor, r: Tensor, gq: Tensor, gr: Tensor) -> Tensor:
    n = r.shape[-1]
    inner = ew.subtract(_product(r, _dagger(gr)), _product(_dagger(gq), q))
    even = ew.add(creation.tril(inner), _dagger(creation.tril(inner, keywords(k=-1))))
    mixed = _cut(ew.add(gq, _product(q, even)), 0, n, -1)
    return _dagger(linalg.solve_triangular(_cut(r, 0, n, -2), _dagger(mixed), lower=False))


def eigh(e: Expr, g: Any) -> Pairs:
    """For distinct eigenvalues; made Hermitian."""
    (w, v), (gw, gv) = _parts(e, g)
    mid = ew.add(_diagonal(gw), ew.multiply(_gaps(w), _product(_dagger(v), gv)))
    made = _product(_product(v, mid), _dagger(v))
    return [(e.operands[0], ew.divide(ew.add(made, _dagger(made)), 2))]


def svd(e: Expr, g: Any) -> Pairs:
    """For distinct singular values; a wide matrix is the transpose of a tall one."""
    (u, s, vt), (gu, gs, gvt) = _parts(e, g)
    if u.shape[-2] >= vt.shape[-1]:
        return [(e.operands[0], _tall_svd(u, s, vt, gu, gs, gvt))]
    return [(e.operands[0], _dagger(_tall_svd(_dagger(vt), s, _dagger(u), _dagger(gvt), gs, _dagger(gu))))]


def _tall_svd(u: Tensor, s: Tensor, vt: Tensor, gu: Tensor, gs: Tensor, gvt: Tensor) -> Tensor:
    k, columns = s.shape[-1], u.shape[-1]
    thin, gthin = _cut(u, 0, k, -1), _cut(gu, 0, k, -1)
    size, inverse, gaps = _diagonal(s), _diagonal(ew.divide(1.0, s)), _gaps(ew.multiply(s, s))
    left, right = _product(_dagger(thin), gthin), _product(vt, _dagger(gvt))
    mid = ew.add(
        ew.add(_product(ew.multiply(gaps, ew.subtract(left, _dagger(left))), size), _diagonal(gs)),
        _product(size, ew.multiply(gaps, ew.subtract(right, _dagger(right)))),
    )
    made = _product(_product(thin, mid), vt)
    # What moves the vectors out of the space that they span.
    outside = _product(ew.subtract(gthin, _product(thin, left)), inverse)
    if columns > k:
        rest, grest = _cut(u, k, columns - k, -1), _cut(gu, k, columns - k, -1)
        outside = ew.subtract(outside, _product(_product(rest, _product(_dagger(grest), thin)), inverse))
    made = ew.add(made, _product(outside, vt))
    beside = ew.subtract(gvt, _product(_product(gvt, _dagger(vt)), vt))
    return ew.add(made, _product(thin, _product(inverse, beside)))


RULES = {
    f"Elixir.Nx.Block.LinAlg.{name}": rule
    for name, rule in (("Cholesky", cholesky), ("Solve", solve), ("QR", qr), ("Eigh", eigh), ("SVD", svd))
}
