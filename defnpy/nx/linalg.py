"""Nx.LinAlg."""

from __future__ import annotations

from typing import Any

import ml_dtypes

from defnpy.nx import dtype as dtypes
from defnpy.nx.api import compare, convert, creation, index, linear, reduce, shape
from defnpy.nx.api import elementwise as ew
from defnpy.nx.convert import constant, to_tensor
from defnpy.nx.decompositions import eigh_body, lu_body, qr_body, svd_body
from defnpy.nx.defined import defined
from defnpy.nx.dispatch import apply, block, tag
from defnpy.nx.expr import to_expr
from defnpy.nx.matrices import (
    bare,
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
from defnpy.nx.ops.linear import TRIANGULAR_SOLVE
from defnpy.nx.options import keyword, keywords
from defnpy.nx.show import text
from defnpy.nx.tensor import Tensor, template
from defnpy.nx.vectors import apply_vectorized, together
from defnpy.terms.atom import Atom, alias
from defnpy.terms.errors import ArgumentError, FunctionClauseError
from defnpy.terms.module import ex, native_module

NAME = "Nx.LinAlg"
_NONE, _TRANSPOSE, _CONJUGATE = Atom("none"), Atom("transpose"), Atom("conjugate")


# -- cholesky, triangular_solve, solve, invert ----------------------------------------------------------------------------


def cholesky_body(tensor: Any) -> Tensor:
    """The lower factor."""
    t = to_tensor(tensor)
    square(t)
    return batched("Cholesky", t, lambda p: outputs(dtypes.to_floating(p.type), *p.shape), _cholesky)


def _cholesky(p: Tensor) -> Tensor:
    """Column by column."""
    a = floating(p)
    n = a.shape[-1]
    rank = len(a.shape)
    columns: list[Tensor] = []
    for j in range(n):
        rest = column_of(a, j)
        for done in columns:
            weight = index.slice_along_axis(done, j, 1, keywords(axis=rank - 2))
            rest = ew.subtract(rest, ew.multiply(done, ew.conjugate(weight) if a.type.is_complex else weight))
        pivot = ew.sqrt(index.slice_along_axis(rest, j, 1, keywords(axis=rank - 2)))
        below = compare.greater_equal(creation.iota(rest.shape, keywords(axis=rank - 2)), j)
        columns.append(compare.select(below, ew.divide(rest, pivot), ew.multiply(0.0, pivot)))
    return shape.concatenate(columns, keywords(axis=rank - 1)) if n > 1 else columns[0]


def triangular_solve_body(a: Any, b: Any, opts: Any) -> Tensor:
    """``x`` in ``a x = b`` (or ``x a = b``) for triangular *a*."""
    given = keyword(opts, lower=True, left_side=True, transform_a=_NONE)
    mode = given["transform_a"]
    if mode not in (_NONE, _TRANSPOSE, _CONJUGATE):
        raise ArgumentError(f"invalid value for :transform_a option, expected :none, :transpose, or :conjugate, got: {text(mode)}")
    x, y = bare(to_tensor(a)), bare(to_tensor(b))
    if len(x.shape) < 2 or x.shape[-1] != x.shape[-2]:
        raise ArgumentError(
            f"triangular_solve/3 expected a square matrix or a batch of square matrices, got tensor with shape: {text(x.shape)}"
        )
    left = bool(given["left_side"])
    _check_sides(x, y, left)
    if mode is _CONJUGATE:
        x, mode = (ew.conjugate(x) if x.type.is_complex else x), _NONE
    params = {"lower": bool(given["lower"]), "left_side": left, "transform_a": mode.name}
    if x.vectorized_axes or y.vectorized_axes:
        return together([x, y], lambda ts, k: apply(TRIANGULAR_SOLVE, *ts, **params))
    return apply(TRIANGULAR_SOLVE, x, y, **params)


def _check_sides(a: Tensor, b: Tensor, left: bool) -> None:
    n, batch = a.shape[-1], a.shape[:-2]
    if len(b.shape) == len(a.shape) - 1:
        fits = b.shape == (*batch, n)
    else:
        fits = len(b.shape) == len(a.shape) and b.shape[:-2] == batch and (b.shape[-2] if left else b.shape[-1]) == n
    if not fits:
        raise ArgumentError("incompatible dimensions for a and b on triangular solve")


def solve_triangular(a: Tensor, b: Tensor, lower: bool = True, mode: str = "none", left: bool = True) -> Tensor:
    """A triangular system of plain tensors."""
    return apply(TRIANGULAR_SOLVE, a, b, lower=lower, left_side=left, transform_a=mode)


def solve_body(a: Any, b: Any) -> Tensor:
    """``x`` in ``a x = b``."""
    x, y = bare(to_tensor(a)), bare(to_tensor(b))
    if len(x.shape) < 2 or x.shape[-1] != x.shape[-2]:
        raise ArgumentError(
            f"`a` tensor has incompatible dimensions, expected a square matrix or a batch of square matrices, got: {text(x.shape)}"
        )
    n, batch = x.shape[-1], x.shape[:-2]
    vector = y.shape == (*batch, n)
    if not vector and not (len(y.shape) == len(x.shape) and y.shape[:-1] == (*batch, n)):
        raise ArgumentError(
            f"`b` tensor has incompatible dimensions, expected {text(x.shape)} or {text((*batch, n))}, got: {text(y.shape)}"
        )

    def plain(ts: list[Tensor], _: int) -> Tensor:
        kind = dtypes.merge(dtypes.to_floating(ts[0].type), ts[1].type)
        return block(tag("LinAlg.Solve"), template(kind, ts[1].shape), tuple(ts), _solve)

    return together([x, y], plain)


def _solve(a: Tensor, b: Tensor) -> Tensor:
    """By an orthogonal factor and a triangular one."""
    q, r = qr_body(floating(a), [])
    right = floating(b)
    vector = len(right.shape) < len(a.shape)
    if vector:
        right = shape.new_axis(right, -1)
    made = solve_triangular(r, product(dagger(q), right), lower=False)
    return shape.squeeze(made, keywords(axes=[-1])) if vector else made


def invert_body(tensor: Any) -> Tensor:
    """The inverse."""
    t = to_tensor(tensor)
    if len(t.shape) < 2 or t.shape[-1] != t.shape[-2]:
        raise ArgumentError(f"invert/1 expects a square matrix or a batch of square matrices, got tensor with shape: {text(t.shape)}")

    return apply_vectorized(bare(t), lambda p, _: _invert(p))


def _invert(p: Tensor) -> Tensor:
    """NaN where every matrix is singular, else a system whose rows are scaled by their largest elements."""
    from defnpy.nx.control import branches
    from defnpy.nx.expr import metadata

    a = p if p.type.is_complex else convert.as_type(p, dtypes.merge(p.type, dtypes.F32).atom)
    n, real = a.shape[-1], dtypes.to_real(a.type)
    smallest = float(ml_dtypes.finfo(real.numpy).smallest_normal) * 1.0e3
    singular = reduce.all_(compare.less_equal(ew.abs_(determinant_body(a)), constant(smallest, real)))
    largest = reduce.reduce_max(ew.abs_(a), keywords(axes=[-1], keep_axes=True))
    # The scale cancels out of the answer, and so out of the gradient.
    scale = metadata(to_expr(ew.divide(1, compare.select(compare.equal(largest, 0), 1, largest))), "stop_grad")
    solved = solve_body(ew.multiply(scale, a), ew.multiply(identity(n, a), scale))
    nan = shape.broadcast(constant(float("nan"), solved.type), solved.shape)
    return branches("nofile", [(0, to_expr(singular))], [nan, solved], [0, 0])


# -- determinant ----------------------------------------------------------------------------------------------------------


def determinant_body(tensor: Any) -> Tensor:
    """The determinant."""
    t = to_tensor(tensor)
    if len(t.shape) < 2 or t.shape[-1] != t.shape[-2]:
        raise ArgumentError(f"determinant/1 expects a square tensor, got tensor with shape: {text(list(t.shape))}")
    return batched("Determinant", t, lambda p: outputs(dtypes.to_floating(p.type), *p.shape[:-2]), _determinant)


def _determinant(p: Tensor) -> Tensor:
    t = floating(p)
    n = t.shape[-1]
    if n == 1:
        return entry_of(t, 0, 0)
    if n == 2:
        return ew.subtract(ew.multiply(entry_of(t, 0, 0), entry_of(t, 1, 1)), ew.multiply(entry_of(t, 0, 1), entry_of(t, 1, 0)))
    if n == 3:
        total = None
        for i, sign in ((0, 1), (1, -1), (2, 1)):
            a, b = (j for j in range(3) if j != i)
            minor = ew.subtract(ew.multiply(entry_of(t, 1, a), entry_of(t, 2, b)), ew.multiply(entry_of(t, 1, b), entry_of(t, 2, a)))
            part = ew.multiply(entry_of(t, 0, i), minor)
            total = part if total is None else (ew.add(total, part) if sign > 0 else ew.subtract(total, part))
        assert total is not None
        return total
    pivots, _, upper = lu_body(t)
    axis = len(t.shape) - 2
    return ew.multiply(_parity(pivots), reduce.product(diagonal(upper), keywords(axes=[axis])))


def _parity(p: Tensor) -> Tensor:
    """The sign of permutation matrices: by counting inversions."""
    rank = len(p.shape)
    place = reduce.argmax(p, keywords(axis=rank - 1))
    a, b = shape.new_axis(place, rank - 1), shape.new_axis(place, rank - 2)
    n = p.shape[-1]
    size = (*p.shape[:-2], n, n)
    later = compare.greater(creation.iota(size, keywords(axis=rank - 1)), creation.iota(size, keywords(axis=rank - 2)))
    crossed = compare.logical_and(compare.greater(a, b), later)
    count = convert.as_type(reduce.sum_(crossed, keywords(axes=[rank - 2, rank - 1])), Atom("s32"))
    return ew.subtract(1, ew.multiply(2, ew.remainder(count, 2)))


# -- compositions ---------------------------------------------------------------------------------------------------------


def adjoint_body(tensor: Any) -> Tensor:
    """The conjugate transpose; vectors stay."""
    t = to_tensor(tensor)
    if len(t.shape) < 2:
        return ew.conjugate(t) if t.type.is_complex else t
    made = apply_vectorized(t, lambda p, _: turned(p))
    return ew.conjugate(made) if t.type.is_complex else made


def matrix_power_body(tensor: Any, power: int) -> Tensor:
    """A matrix times itself; negative powers use the inverse."""
    t = to_tensor(tensor)
    if len(t.shape) < 2 or t.shape[-1] != t.shape[-2]:
        raise ArgumentError(
            f"matrix_power/2 expects a square matrix or a batch of square matrices, got tensor with shape: {text(t.shape)}"
        )
    n = t.shape[-1]
    if power == 0:
        return apply_vectorized(bare(t), lambda p, _: creation.eye((*p.shape[:-2], n, n)))
    if power < 0:
        return matrix_power_body(invert_body(t), -power)

    def plain(p: Tensor, _: int) -> Tensor:
        made: Tensor | None = None
        base, left = p, power
        while left:
            if left & 1:
                made = base if made is None else product(made, base)
            left >>= 1
            if left:
                base = product(base, base)
        assert made is not None
        return made

    return apply_vectorized(t, plain)


def matrix_rank_body(tensor: Any, opts: Any) -> Tensor:
    """The number of singular values above the precision."""
    given = keyword(opts, eps=1.0e-7)
    t = to_tensor(tensor)
    real_only(t, "matrix_rank", 2)
    if len(t.shape) != 2:
        raise ArgumentError(f"tensor must have rank 2, got rank {len(t.shape)} with shape {text(t.shape)}")
    s = _singular_values(t)
    limit = ew.multiply(given["eps"] * max(t.shape), reduce.reduce_max(s))
    return reduce.sum_(compare.greater(s, limit))


def pinv_body(tensor: Any, opts: Any) -> Tensor:
    """The Moore-Penrose inverse."""
    given = keyword(opts, eps=1.0e-10)
    eps = given["eps"]
    t = floating(to_tensor(tensor))
    zero, one = constant(0, t.type), constant(1, t.type)
    if not t.shape:
        small = compare.less_equal(ew.abs_(t), eps)
        return compare.select(small, zero, ew.divide(one, compare.select(small, one, t)))
    if len(t.shape) == 1:
        back = adjoint_body(t)
        tiny = reduce.all_(compare.less_equal(ew.abs_(t), eps))
        total = compare.select(tiny, one, reduce.sum_(ew.multiply(t, back)))
        return compare.select(shape.broadcast(tiny, t), zero, ew.divide(back, total))
    t = bare(t)
    u, s, vt = svd_body(t, keywords(**{"full_matrices?": False}))
    small = compare.less(s, eps)
    unit = constant(1, s.type)
    inverse = compare.select(small, constant(0, s.type), ew.divide(unit, compare.select(small, unit, s)))
    made = product(ew.multiply(turned(vt), shape.new_axis(inverse, len(t.shape) - 2)), turned(u))
    if t.vectorized_axes:
        return made
    from defnpy.nx.grad.custom import custom

    return custom(made, [t], lambda g: [_pinv_gradient(t, made, g)])


def _pinv_gradient(a: Tensor, p: Tensor, g: Tensor) -> Tensor:
    m, n = a.shape[-2], a.shape[-1]
    back = turned(p)
    left = ew.subtract(identity(m, a), product(a, p))
    right = ew.subtract(identity(n, a), product(p, a))
    first = product(product(back, g), back)
    second = product(product(left, turned(g)), product(p, back))
    third = product(product(back, p), product(turned(g), right))
    return ew.add(ew.subtract(second, first), third)


def least_squares_body(a: Any, b: Any, opts: Any) -> Tensor:
    """``x`` with the smallest ``|a x - b|``."""
    given = keyword(opts, eps=1.0e-15)
    x, y = to_tensor(a), to_tensor(b)
    for t in (x, y):
        real_only(t, "least_squares", 2)
    for word, t, rank in (("1st", x, 2), ("2nd", y, 1)):
        if len(t.shape) != rank:
            raise ArgumentError(f"tensor of {word} argument must have rank {rank}, got rank {len(t.shape)} with shape {text(t.shape)}")
    if x.shape[0] != y.shape[0]:
        raise ArgumentError(
            "the number of rows of the matrix as the 1st argument and the number of columns of the vector as the 2nd argument "
            f"must be the same, got 1st argument shape {text(x.shape)} and 2nd argument shape {text(y.shape)}"
        )
    return linear.dot(pinv_body(x, keywords(eps=given["eps"])), bare(y))


_INF, _NEG_INF = Atom("inf"), Atom("neg_inf")
_FROBENIUS, _NUCLEAR = Atom("frobenius"), Atom("nuclear")


def norm_body(tensor: Any, opts: Any) -> Tensor:
    """A norm of a vector or matrix."""
    given = keyword(opts, ord=None, axes=None, keep_axes=None)
    t = to_tensor(tensor)
    kind, rank = given["ord"], len(t.shape)
    if rank not in (1, 2):
        raise ArgumentError(f"expected 1-D or 2-D tensor, got tensor with shape {text(t.shape)}")
    options = keywords(axes=given["axes"], keep_axes=bool(given["keep_axes"]))
    if kind is None:
        return _by_powers(t, 2, options)
    if kind is _FROBENIUS:
        if rank == 1:
            raise ArgumentError("expected a 2-D tensor for ord: :frobenius, got a 1-D tensor")
        return _by_powers(t, 2, options)
    if kind is _NUCLEAR:
        if rank == 1:
            raise ArgumentError("nuclear norm not supported for rank != 2")
        return reduce.sum_(_singular_values(t))
    if kind is not _INF and kind is not _NEG_INF and kind.__class__ is not int:
        raise ArgumentError(f"unknown ord {text(kind)}")
    return _vector_norm(t, kind, options) if rank == 1 else _matrix_norm(t, kind, options)


def _singular_values(t: Tensor) -> Tensor:
    return svd_body(t, keywords(**{"full_matrices?": False}))[1]


def _by_powers(t: Tensor, power: int, options: Any) -> Tensor:
    """The root of the sum of powers, scaled by the largest element, so that powers do not overflow."""
    axes, (_, keep) = options
    kept = [axes, (Atom("keep_axes"), True)]
    size = ew.abs_(t)
    top = reduce.reduce_max(size, kept)
    top = compare.select(compare.greater(top, 0), top, 1)
    total = reduce.sum_(ew.pow_(ew.divide(size, top), power), kept)
    made = ew.multiply(ew.pow_(total, constant(1 / power, dtypes.to_real(t.type))), top)
    return made if keep else shape.squeeze(made, [axes])


def _vector_norm(t: Tensor, kind: Any, options: Any) -> Tensor:
    size = floating(ew.abs_(t))
    if kind is _INF:
        return reduce.reduce_max(size, options)
    if kind is _NEG_INF:
        return reduce.reduce_min(size, options)
    if kind == 0:
        return convert.as_type(reduce.sum_(compare.not_equal(t, 0), options), dtypes.to_real(t.type).atom)
    return reduce.sum_(size, options) if kind == 1 else _by_powers(t, kind, options)


def _matrix_norm(t: Tensor, kind: Any, options: Any) -> Tensor:
    """The options concern the sums of rows or columns where the norm is made of these."""
    if kind == 2:
        return _by_powers(t, 2, options)
    if kind == -2:
        return reduce.reduce_min(_singular_values(t), options)
    if kind not in (1, -1, _INF, _NEG_INF):
        raise ArgumentError(f"invalid :ord for 2-D tensor, got: {text(kind)}")
    lines = reduce.sum_(ew.abs_(t), keywords(axes=[0 if kind.__class__ is int else 1]))
    pick = reduce.reduce_max if kind is _INF or kind == 1 else reduce.reduce_min
    return pick(floating(lines), options)


# -- public functions -----------------------------------------------------------------------------------------------------


_cholesky_of = defined(NAME, "cholesky", cholesky_body, 1)
_triangular_of = defined(NAME, "triangular_solve", triangular_solve_body, 3, (2,))
_solve_of = defined(NAME, "solve", solve_body, 2)
_invert_of = defined(NAME, "invert", invert_body, 1)
_determinant_of = defined(NAME, "determinant", determinant_body, 1)
_qr_of = defined(NAME, "qr", qr_body, 2, (1,))
_lu_of = defined(NAME, "lu", lu_body, 1)
_eigh_of = defined(NAME, "eigh", eigh_body, 2, (1,))
_svd_of = defined(NAME, "svd", svd_body, 2, (1,))
_adjoint_of = defined(NAME, "adjoint", adjoint_body, 1)
_power_of = defined(NAME, "matrix_power", matrix_power_body, 2, (1,))
_rank_of = defined(NAME, "matrix_rank", matrix_rank_body, 2, (1,))
_pinv_of = defined(NAME, "pinv", pinv_body, 2, (1,))
_least_of = defined(NAME, "least_squares", least_squares_body, 3, (2,))
_norm_of = defined(NAME, "norm", norm_body, 2, (1,))


@ex("cholesky/1")
def cholesky(tensor: Any) -> Any:
    """The Cholesky factor."""
    return _cholesky_of(tensor)


@ex("triangular_solve/2", "triangular_solve/3")
def triangular_solve(a: Any, b: Any, opts: Any = ()) -> Any:
    """Solve a triangular system."""
    return _triangular_of(a, b, list(opts))


@ex("solve/2")
def solve(a: Any, b: Any) -> Any:
    """Solve a linear system."""
    return _solve_of(a, b)


@ex("invert/1")
def invert(tensor: Any) -> Any:
    """The inverse."""
    return _invert_of(tensor)


@ex("determinant/1")
def determinant(tensor: Any) -> Any:
    """The determinant."""
    return _determinant_of(tensor)


@ex("qr/1", "qr/2")
def qr(tensor: Any, opts: Any = ()) -> Any:
    """The QR decomposition."""
    return _qr_of(tensor, list(opts))


@ex("lu/1")
def lu(tensor: Any) -> Any:
    """The LU decomposition."""
    return _lu_of(tensor)


@ex("eigh/1", "eigh/2")
def eigh(tensor: Any, opts: Any = ()) -> Any:
    """Eigenvalues and eigenvectors."""
    return _eigh_of(tensor, list(opts))


@ex("svd/1", "svd/2")
def svd(tensor: Any, opts: Any = ()) -> Any:
    """The singular value decomposition."""
    return _svd_of(tensor, list(opts))


@ex("adjoint/1")
def adjoint(tensor: Any) -> Any:
    """The conjugate transpose."""
    return _adjoint_of(tensor)


@ex("matrix_power/2")
def matrix_power(tensor: Any, power: Any) -> Any:
    """A power of a matrix."""
    if power.__class__ is not int:
        raise FunctionClauseError(alias(NAME), Atom("matrix_power"), 2)
    return _power_of(tensor, power)


@ex("matrix_rank/1", "matrix_rank/2")
def matrix_rank(tensor: Any, opts: Any = ()) -> Any:
    """The rank."""
    return _rank_of(tensor, list(opts))


@ex("pinv/1", "pinv/2")
def pinv(tensor: Any, opts: Any = ()) -> Any:
    """The pseudo-inverse."""
    return _pinv_of(tensor, list(opts))


@ex("least_squares/2", "least_squares/3")
def least_squares(a: Any, b: Any, opts: Any = ()) -> Any:
    """The least squares solution."""
    return _least_of(a, b, list(opts))


@ex("norm/1", "norm/2")
def norm(tensor: Any, opts: Any = ()) -> Any:
    """A norm."""
    return _norm_of(tensor, list(opts))


MODULE = native_module(NAME, globals())
