"""``dot``, ``conv`` and ``triangular_solve``."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from defnpy.compilers.evaluator.kernels.cast import computing, to_type
from defnpy.compilers.evaluator.kernels.few import FEW
from defnpy.compilers.evaluator.kernels.quiet import quiet
from defnpy.compilers.evaluator.kernels.shape import pad
from defnpy.nx.dtype import F16, F32, DType
from defnpy.nx.ops import linear as ops
from defnpy.terms.errors import ArgumentError


def _inner(t: DType) -> Any:
    return np.dtype(np.float32) if t is F16 else computing(t)


def _operand(a: Any, t: DType) -> Any:
    if t.is_integer:
        return a.astype(_inner(t), copy=False)
    return to_type(a, t if t.exact else F32).astype(_inner(t), copy=False)


def _result(made: Any, t: DType) -> Any:
    made = np.asarray(made)
    return made if made.dtype == t.numpy and not t.small else to_type(made, t)


def _dot(out: Any, params: Any, a: Any, b: Any) -> Any:
    lc, lb, rc, rb = params["left"], params["left_batch"], params["right"], params["right_batch"]
    t = out.type
    a, b = _operand(a, t), _operand(b, t)
    if not lb and a.ndim == len(lc) == 1 and b.ndim == len(rc) == 1:
        return _result(small_dot(a, b), t)
    lf = [i for i in range(a.ndim) if i not in lc and i not in lb]
    rf = [i for i in range(b.ndim) if i not in rc and i not in rb]
    batch = tuple(a.shape[i] for i in lb)
    inner = prod(a.shape[i] for i in lc)
    left = a.transpose((*lb, *lf, *lc)).reshape(*batch, prod(a.shape[i] for i in lf), inner)
    right = b.transpose((*rb, *rc, *rf)).reshape(*batch, inner, prod(b.shape[i] for i in rf))
    if t.is_integer and left.size > _SMALL and _fits_double(left, right, inner):
        made = np.matmul(left.astype(np.float64), right.astype(np.float64)).astype(np.int64)
        return to_type(made, t).reshape(out.shape)
    if t is F32 and left.size * right.shape[-1] <= FEW:
        left, right = left.astype(np.float64), right.astype(np.float64)
    return _result(np.matmul(left, right), t).reshape(out.shape)


def small_dot(a: Any, b: Any) -> Any:
    """``np.dot`` of vectors and matrices; few products are summed in double precision."""
    if a.dtype == np.float32 and a.size * (b.shape[-1] if b.ndim > 1 else 1) <= FEW:
        return np.dot(a.astype(np.float64), b.astype(np.float64)).astype(np.float32)
    return np.dot(a, b)


_SMALL = 4096


def _fits_double(left: Any, right: Any, inner: int) -> bool:
    """Whether doubles hold the integer product exactly; NumPy multiplies integer matrices slowly."""
    bounds = [max(abs(int(x.min())), abs(int(x.max()))) for x in (left, right)]
    return bounds[0] * bounds[1] * inner < 1 << 53


def _patches(x: Any, kernel: Any, params: Any) -> tuple[Any, tuple[int, ...]]:
    """What each output position sees, ``(batch, channels, kernel positions, output positions)``, and the output sizes."""
    rank = x.ndim - 2
    dilation = params["kernel_dilation"]
    window = tuple((k - 1) * d + 1 for k, d in zip(kernel.shape[2:], dilation, strict=True))
    seen = np.lib.stride_tricks.sliding_window_view(x, window, axis=tuple(range(2, 2 + rank)))
    steps = tuple(slice(None, None, s) for s in params["strides"])
    holes = tuple(slice(None, None, d) for d in dilation)
    seen = seen[(slice(None), slice(None), *steps, *holes)]
    sizes = seen.shape[2 : 2 + rank]
    order = (0, 1, *range(2 + rank, 2 + 2 * rank), *range(2, 2 + rank))
    return seen.transpose(order).reshape(*x.shape[:2], -1, prod(sizes)), sizes


def _conv(out: Any, params: Any, a: Any, kernel: Any) -> Any:
    t = out.type
    x = _operand(a, t).transpose(params["input_permutation"])
    k = _operand(kernel, t).transpose(params["kernel_permutation"])
    config = [(0, 0, 0), (0, 0, 0)]
    config += [(lo, hi, d - 1) for (lo, hi), d in zip(params["padding"], params["input_dilation"], strict=True)]
    if any(c != (0, 0, 0) for c in config):
        x = _pad_dilated(x, config)
    seen, sizes = _patches(x, k, params)
    n, channels, positions, places = seen.shape
    filters = k.shape[0]
    batches, features = params["batch_group_size"], params["feature_group_size"]
    if batches > 1:
        left = k.reshape(batches, 1, filters // batches, channels * positions)
        right = seen.reshape(batches, n // batches, channels * positions, places)
        made = np.matmul(left, right).swapaxes(0, 1)
    else:
        inner = channels // features * positions
        made = np.matmul(k.reshape(features, filters // features, inner), seen.reshape(n, features, inner, places))
    made = made.reshape(n // batches, filters, *sizes)
    return _result(np.transpose(made, np.argsort(params["output_permutation"])), t)


def _pad_dilated(x: Any, config: Any) -> Any:
    dilated = pad(x, x.dtype.type(0), [(0, 0, mid) for _, _, mid in config])
    return pad(dilated, x.dtype.type(0), [(lo, hi, 0) for lo, hi, _ in config])


def _triangular_solve(out: Any, params: Any, a: Any, b: Any) -> Any:
    t = out.type
    kind = np.complex128 if t.is_complex else np.float64
    a, b = np.asarray(to_type(a, t)).astype(kind), np.asarray(to_type(b, t)).astype(kind)
    a = np.tril(a) if params["lower"] else np.triu(a)
    if params["transform_a"] == "transpose":
        a = np.swapaxes(a, -1, -2)
    if not np.all(np.diagonal(a, axis1=-2, axis2=-1)):
        raise ArgumentError("can't solve for singular matrix")
    vector = b.ndim == a.ndim - 1
    if not params["left_side"]:
        a = np.swapaxes(a, -1, -2)
        b = b if vector else np.swapaxes(b, -1, -2)
    made = np.linalg.solve(a, b[..., None])[..., 0] if vector else np.linalg.solve(a, b)
    if not params["left_side"] and not vector:
        made = np.swapaxes(made, -1, -2)
    return to_type(made, t)


TABLE = {ops.DOT: quiet(_dot), ops.CONV: quiet(_conv), ops.TRIANGULAR_SOLVE: quiet(_triangular_solve)}
