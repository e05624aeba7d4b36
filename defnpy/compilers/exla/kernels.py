"""``TABLE``: for each primitive ``kernel(out, params, *arrays)`` on JAX arrays."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from math import prod
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from defnpy.compilers.exla.cast import computing, to_type, wide
from defnpy.nx.dtype import E4M3, F16, F32, DType
from defnpy.nx.ops import create, index, linear, order, reduce, shape, window
from defnpy.nx.ops import elementwise as ew

Kernel = Callable[..., Any]
HIGHEST = lax.Precision.HIGHEST


def _operand(x: Any, kind: DType) -> Any:
    return to_type(x, kind) if kind.exact or kind.small else to_type(x, F32)


def _finish(x: Any, kind: DType) -> Any:
    return x if x.dtype == kind.numpy and not kind.small else to_type(x, kind)


def _spread(x: Any, out: Any) -> Any:
    return x if x.shape == out.shape else jnp.broadcast_to(x, out.shape)


# -- elementwise ----------------------------------------------------------------------------------------------------------


def _binary(function: Callable[[Any, Any], Any]) -> Kernel:
    def kernel(out: Any, params: Any, a: Any, b: Any) -> Any:
        kind = out.type
        return _spread(_finish(function(_operand(a, kind), _operand(b, kind)), kind), out)

    return kernel


def _unary(function: Callable[[Any], Any]) -> Kernel:
    def kernel(out: Any, params: Any, a: Any) -> Any:
        kind = out.type
        return _finish(function(_operand(a, kind)), kind)

    return kernel


def _compare(function: Callable[[Any, Any], Any]) -> Kernel:
    def kernel(out: Any, params: Any, a: Any, b: Any) -> Any:
        return _spread(function(wide(a), wide(b)).astype(jnp.uint8), out)

    return kernel


def _test(function: Callable[[Any], Any]) -> Kernel:
    def kernel(out: Any, params: Any, a: Any) -> Any:
        if jnp.issubdtype(a.dtype, jnp.integer):
            return jnp.zeros(a.shape, jnp.uint8)
        return function(wide(a)).astype(jnp.uint8)

    return kernel


def _round(x: Any) -> Any:
    whole = jnp.trunc(x)
    return jnp.where(jnp.abs(x - whole) >= 0.5, whole + jnp.sign(x), whole)


def _whole(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda x: x if jnp.issubdtype(x.dtype, jnp.integer) else function(x)


def _sign(x: Any) -> Any:
    return jnp.sign(x)


def _cbrt(x: Any) -> Any:
    return jnp.power(x, 1 / 3) if jnp.issubdtype(x.dtype, jnp.complexfloating) else jnp.cbrt(x)


def _pow(a: Any, b: Any) -> Any:
    return jnp.power(a, b)


def _abs(out: Any, params: Any, a: Any) -> Any:
    return _finish(jnp.abs(wide(a)), out.type)


def _real(out: Any, params: Any, a: Any) -> Any:
    return to_type(jnp.real(a) if jnp.issubdtype(a.dtype, jnp.complexfloating) else a, out.type)


def _imag(out: Any, params: Any, a: Any) -> Any:
    return jnp.imag(a) if jnp.issubdtype(a.dtype, jnp.complexfloating) else jnp.zeros(a.shape, out.type.numpy)


def _bits(a: Any, kind: DType) -> Any:
    raw = lax.bitcast_convert_type(a, np.dtype(f"u{a.dtype.itemsize}"))
    return raw & ((1 << kind.bits) - 1) if kind.small else raw


def _population_count(out: Any, params: Any, a: Any) -> Any:
    return lax.population_count(_bits(a, out.type)).astype(out.type.numpy)


def _leading_zeros(out: Any, params: Any, a: Any) -> Any:
    raw = _bits(a, out.type)
    return (lax.clz(raw).astype(jnp.int32) - (8 - out.type.bits if out.type.small else 0)).astype(out.type.numpy)


def _select(out: Any, params: Any, test: Any, a: Any, b: Any) -> Any:
    return _spread(jnp.where(wide(test) != 0, to_type(a, out.type), to_type(b, out.type)), out)


def _clip(out: Any, params: Any, a: Any, lo: Any, hi: Any) -> Any:
    kind = out.type
    return _finish(jnp.minimum(jnp.maximum(_operand(a, kind), _operand(lo, kind)), _operand(hi, kind)), kind)


def _bitcast(out: Any, params: Any, a: Any) -> Any:
    return lax.bitcast_convert_type(a, out.type.numpy)


_BINARY: dict[str, Any] = {
    "add": jnp.add, "subtract": jnp.subtract, "multiply": jnp.multiply, "divide": jnp.divide, "atan2": jnp.arctan2,
    "pow": _pow, "remainder": lax.rem, "quotient": lax.div, "min": jnp.minimum, "max": jnp.maximum,
    "bitwise_and": jnp.bitwise_and, "bitwise_or": jnp.bitwise_or, "bitwise_xor": jnp.bitwise_xor,
    "left_shift": jnp.left_shift, "right_shift": jnp.right_shift,
}  # fmt: skip
_BROADCAST_FIRST = ("remainder", "quotient")
_COMPARE: dict[str, Any] = {
    "equal": jnp.equal, "not_equal": jnp.not_equal, "greater": jnp.greater, "less": jnp.less,
    "greater_equal": jnp.greater_equal, "less_equal": jnp.less_equal,
    "logical_and": lambda a, b: (a != 0) & (b != 0), "logical_or": lambda a, b: (a != 0) | (b != 0),
    "logical_xor": lambda a, b: (a != 0) ^ (b != 0),
}  # fmt: skip
_UNARY: dict[str, Any] = {
    "exp": jnp.exp, "expm1": jnp.expm1, "log": jnp.log, "log1p": jnp.log1p, "sigmoid": lambda x: 1 / (1 + jnp.exp(-x)),
    "cos": jnp.cos, "sin": jnp.sin, "tan": jnp.tan, "cosh": jnp.cosh, "sinh": jnp.sinh, "tanh": jnp.tanh,
    "acosh": jnp.arccosh, "asinh": jnp.arcsinh, "atanh": jnp.arctanh, "acos": jnp.arccos, "asin": jnp.arcsin,
    "atan": jnp.arctan, "sqrt": jnp.sqrt, "rsqrt": lambda x: 1 / jnp.sqrt(x), "cbrt": _cbrt, "erf": lax.erf,
    "erfc": lax.erfc, "erf_inv": lax.erf_inv, "negate": jnp.negative, "sign": _sign, "floor": _whole(jnp.floor),
    "ceil": _whole(jnp.ceil), "round": _whole(_round), "bitwise_not": jnp.bitwise_not,
}  # fmt: skip


def _even(function: Any) -> Any:
    """lax operations want operands of one shape."""
    return lambda a, b: function(*jnp.broadcast_arrays(a, b))


# -- reductions -----------------------------------------------------------------------------------------------------------


def _accumulate(function: Any) -> Kernel:
    def kernel(out: Any, params: Any, a: Any) -> Any:
        kind = out.type
        inner = np.dtype(np.float32) if kind is F16 else computing(kind)
        return _finish(function(_cast(a, inner), axis=params["axes"], keepdims=params["keep_axes"], dtype=inner), kind)

    return kernel


def _cast(a: Any, inner: Any) -> Any:
    return a.astype(inner)


def _extreme(function: Any) -> Kernel:
    return lambda out, params, a: _finish(function(wide(a), axis=params["axes"], keepdims=params["keep_axes"]), out.type)


def _truth(function: Any) -> Kernel:
    return lambda out, params, a: function(wide(a) != 0, axis=params["axes"], keepdims=params["keep_axes"]).astype(jnp.uint8)


def _arg(function: Any) -> Kernel:
    def kernel(out: Any, params: Any, a: Any) -> Any:
        axis = params["axis"]
        a = wide(a)
        if axis is None:
            a, axis = a.reshape(-1), 0
        high = params["tie_break"] == "high"
        last = a.shape[axis] - 1
        made = last - function(jnp.flip(a, axis), axis) if high else function(a, axis)
        if jnp.issubdtype(a.dtype, jnp.floating) and not high:
            nan = jnp.isnan(a)
            made = jnp.where(nan.any(axis), last - jnp.argmax(jnp.flip(nan, axis), axis), made)
        return made.astype(out.type.numpy).reshape(out.shape)

    return kernel


# -- moving elements ------------------------------------------------------------------------------------------------------


def _reshape(out: Any, params: Any, a: Any) -> Any:
    return a.reshape(out.shape)


def _broadcast(out: Any, params: Any, a: Any) -> Any:
    sizes = [1] * len(out.shape)
    for axis, n in zip(params["axes"], a.shape, strict=True):
        sizes[axis] = n
    return jnp.broadcast_to(a.reshape(sizes), out.shape)


def _pad(out: Any, params: Any, a: Any, value: Any) -> Any:
    return lax.pad(to_type(a, out.type), to_type(value, out.type), params["config"])


def _concatenate(out: Any, params: Any, *arrays: Any) -> Any:
    return jnp.concatenate([to_type(a, out.type) for a in arrays], params["axis"])


def _stack(out: Any, params: Any, *arrays: Any) -> Any:
    return jnp.stack([to_type(a, out.type) for a in arrays], params["axis"])


def _starts(params: Any, dynamic: Any, sizes: Any, lengths: Any) -> list[Any]:
    given = iter(dynamic)
    made = []
    for s, n, m in zip(params["starts"], sizes, lengths, strict=True):
        made.append(jnp.clip(next(given).astype(jnp.int32), 0, n - m) if s is None else np.int32(min(max(s, 0), n - m)))
    return made


def _slice(out: Any, params: Any, a: Any, *dynamic: Any) -> Any:
    lengths, strides = params["lengths"], params["strides"]
    starts = _starts(params, dynamic, a.shape, lengths)
    if not dynamic:
        return lax.slice(a, [int(s) for s in starts], [int(s) + n for s, n in zip(starts, lengths, strict=True)], strides)
    made = lax.dynamic_slice(a, starts, lengths)
    return lax.slice(made, [0] * made.ndim, made.shape, strides) if any(s != 1 for s in strides) else made


def _put_slice(out: Any, params: Any, a: Any, part: Any, *dynamic: Any) -> Any:
    kind = out.type
    return lax.dynamic_update_slice(to_type(a, kind), to_type(part, kind), _starts(params, dynamic, a.shape, part.shape))


def _columns(indices: Any, axes: Any, sizes: Any) -> tuple[Any, ...]:
    return tuple(jnp.clip(indices[..., k], 0, sizes[axis] - 1).astype(jnp.int32) for k, axis in enumerate(axes))


def _gather(out: Any, params: Any, a: Any, indices: Any) -> Any:
    axes = params["axes"]
    return jnp.moveaxis(a, axes, range(len(axes)))[_columns(indices, axes, a.shape)]


def _indexed(add: bool) -> Kernel:
    def kernel(out: Any, params: Any, a: Any, indices: Any, updates: Any) -> Any:
        axes, kind = params["axes"], out.type
        inner = computing(kind)
        target = jnp.moveaxis(to_type(a, kind).astype(inner), axes, range(len(axes)))
        columns = _columns(indices, axes, a.shape)
        part = to_type(updates, kind).astype(inner)
        made = target.at[columns].add(part) if add else target.at[columns].set(part)
        return _finish(jnp.moveaxis(made, range(len(axes)), axes), kind)

    return kernel


# -- linear algebra -------------------------------------------------------------------------------------------------------


def _inner(kind: DType) -> Any:
    return np.dtype(np.float32) if kind is F16 else computing(kind)


def _dot(out: Any, params: Any, a: Any, b: Any) -> Any:
    kind = out.type
    inner = _inner(kind)
    a, b = to_type(a, kind).astype(inner), to_type(b, kind).astype(inner)
    numbers = ((params["left"], params["right"]), (params["left_batch"], params["right_batch"]))
    return _finish(lax.dot_general(a, b, numbers, precision=HIGHEST), kind)


def _conv(out: Any, params: Any, a: Any, kernel: Any) -> Any:
    kind = out.type
    inner = _inner(kind)
    x = to_type(a, kind).astype(inner).transpose(params["input_permutation"])
    k = to_type(kernel, kind).astype(inner).transpose(params["kernel_permutation"])
    made = lax.conv_general_dilated(
        x, k, params["strides"], params["padding"], params["input_dilation"], params["kernel_dilation"],
        feature_group_count=params["feature_group_size"], batch_group_count=params["batch_group_size"], precision=HIGHEST,
    )  # fmt: skip
    return _finish(jnp.transpose(made, np.argsort(params["output_permutation"])), kind)


def _triangular_solve(out: Any, params: Any, a: Any, b: Any) -> Any:
    kind = out.type
    inner = _inner(kind)
    a, b = to_type(a, kind).astype(inner), to_type(b, kind).astype(inner)
    vector = b.ndim == a.ndim - 1
    left = params["left_side"] or vector
    transpose = (params["transform_a"] == "transpose") != (vector and not params["left_side"])
    made = lax.linalg.triangular_solve(
        a, b[..., None] if vector else b, left_side=left, lower=params["lower"], transpose_a=transpose
    )
    return _finish(made[..., 0] if vector else made, kind)


# -- order ----------------------------------------------------------------------------------------------------------------


def _sort(out: Any, params: Any, a: Any) -> Any:
    made = jnp.sort(wide(a), axis=params["axis"], stable=True)
    return _finish(jnp.flip(made, params["axis"]) if params["direction"] == "desc" else made, out.type)


def _argsort(out: Any, params: Any, a: Any) -> Any:
    axis = params["axis"]
    a = wide(a)
    if params["direction"] == "desc":
        back = jnp.argsort(jnp.flip(a, axis), axis=axis, stable=True)
        return (a.shape[axis] - 1 - jnp.flip(back, axis)).astype(out.type.numpy)
    return jnp.argsort(a, axis=axis, stable=True).astype(out.type.numpy)


def _fourier(function: Any) -> Kernel:
    def kernel(out: Any, params: Any, a: Any) -> Any:
        made = function(a.astype(out.type.numpy), n=params["length"], axis=params["axis"])
        eps = params["eps"]
        re, im = made.real, made.imag
        return lax.complex(jnp.where(jnp.abs(re) <= eps, 0, re), jnp.where(jnp.abs(im) <= eps, 0, im)).astype(out.type.numpy)

    return kernel


# -- windows --------------------------------------------------------------------------------------------------------------


def _lowest(kind: DType) -> Any:
    return kind.min if kind.is_integer or kind is E4M3 else -np.inf


def _highest(kind: DType) -> Any:
    return kind.max if kind.is_integer or kind is E4M3 else np.inf


def _window(combine: Any, start: Any) -> Kernel:
    def kernel(out: Any, params: Any, a: Any) -> Any:
        kind = out.type
        inner = _inner(kind)
        dilations = params.get("window_dilations") or (1,) * a.ndim
        made = lax.reduce_window(
            a.astype(inner), np.array(start(kind), inner), combine, params["window"], params["strides"],
            tuple(map(tuple, params["padding"])), None, tuple(dilations),
        )  # fmt: skip
        return _finish(made, kind)

    return kernel


def positions(a: Any, out_shape: Any, params: Any) -> list[Any]:
    """For each position in the window, the elements that stand there for all outputs."""
    dilations = params.get("window_dilations") or (1,) * a.ndim
    made = []
    for offsets in itertools.product(*map(range, params["window"])):
        starts = [o * d for o, d in zip(offsets, dilations, strict=True)]
        ends = [s + (n - 1) * k + 1 for s, n, k in zip(starts, out_shape, params["strides"], strict=True)]
        made.append(lax.slice(a, starts, ends, params["strides"]))
    return made


def padded(a: Any, params: Any, value: Any) -> Any:
    """*a* with the padding of a window operation."""
    return lax.pad(a, jnp.asarray(value, a.dtype), [(lo, hi, 0) for lo, hi in params["padding"]])


def _scatter(best: Any) -> Kernel:
    def kernel(out: Any, params: Any, a: Any, source: Any, init: Any) -> Any:
        kind = out.type
        inner = computing(kind)
        values = wide(a)
        grown = padded(values, params, init.astype(values.dtype))
        places = jnp.arange(grown.size).reshape(grown.shape)
        parts = jnp.stack(positions(grown, source.shape, params))
        at = jnp.stack(positions(places, source.shape, params))
        last = parts.shape[0] - 1 - best(jnp.flip(parts, 0), axis=0)
        chosen = jnp.take_along_axis(at, last[None], axis=0)[0].reshape(-1)
        blank = jnp.full(grown.size, to_type(init, kind).astype(inner))
        made = blank.at[chosen].add(to_type(source, kind).astype(inner).reshape(-1)).reshape(grown.shape)
        inside = tuple(slice(lo, lo + n) for n, (lo, _) in zip(a.shape, params["padding"], strict=True))
        return _finish(made[inside], kind)

    return kernel


# -- creation -------------------------------------------------------------------------------------------------------------


def _constant(out: Any, params: Any) -> Any:
    from defnpy.nx.convert import scalar_array

    return jnp.full(out.shape, scalar_array(params["value"], out.type), out.type.numpy)


def _iota(out: Any, params: Any) -> Any:
    axis = params["axis"]
    if axis is None:
        return to_type(jnp.arange(prod(out.shape)), out.type).reshape(out.shape)
    return to_type(lax.broadcasted_iota(jnp.int32, out.shape, axis), out.type)


def _eye(out: Any, params: Any) -> Any:
    *_, rows, cols = out.shape
    return jnp.broadcast_to(to_type(jnp.eye(rows, cols, dtype=jnp.int8), out.type), out.shape)


TABLE: dict[Any, Kernel] = {
    **{ew.BINARY[n]: _binary(_even(f) if n in _BROADCAST_FIRST else f) for n, f in _BINARY.items()},
    **{ew.BINARY[n]: _compare(f) for n, f in _COMPARE.items()},
    **{ew.UNARY[n]: _unary(f) for n, f in _UNARY.items()},
    ew.UNARY["abs"]: _abs, ew.UNARY["real"]: _real, ew.UNARY["imag"]: _imag,
    ew.UNARY["conjugate"]: lambda out, params, a: jnp.conj(to_type(a, out.type)),
    ew.UNARY["population_count"]: _population_count, ew.UNARY["count_leading_zeros"]: _leading_zeros,
    ew.UNARY["is_nan"]: _test(jnp.isnan), ew.UNARY["is_infinity"]: _test(jnp.isinf),
    ew.SELECT: _select, ew.CLIP: _clip, ew.AS_TYPE: lambda out, params, a: to_type(a, out.type), ew.BITCAST: _bitcast,
    reduce.SUM: _accumulate(jnp.sum), reduce.PRODUCT: _accumulate(jnp.prod),
    reduce.REDUCE_MAX: _extreme(jnp.max), reduce.REDUCE_MIN: _extreme(jnp.min),
    reduce.ALL: _truth(jnp.all), reduce.ANY: _truth(jnp.any), reduce.ARGMAX: _arg(jnp.argmax), reduce.ARGMIN: _arg(jnp.argmin),
    shape.RESHAPE: _reshape, shape.SQUEEZE: _reshape, shape.BROADCAST: _broadcast,
    shape.TRANSPOSE: lambda out, params, a: a.transpose(params["axes"]), shape.PAD: _pad,
    shape.REVERSE: lambda out, params, a: jnp.flip(a, params["axes"]), shape.CONCATENATE: _concatenate, shape.STACK: _stack,
    index.SLICE: _slice, index.PUT_SLICE: _put_slice, index.GATHER: _gather, index.INDEXED_ADD: _indexed(True),
    index.INDEXED_PUT: _indexed(False), linear.DOT: _dot, linear.CONV: _conv, linear.TRIANGULAR_SOLVE: _triangular_solve,
    order.SORT: _sort, order.ARGSORT: _argsort, order.FFT: _fourier(jnp.fft.fft), order.IFFT: _fourier(jnp.fft.ifft),
    window.WINDOW_SUM: _window(lax.add, lambda t: 0), window.WINDOW_PRODUCT: _window(lax.mul, lambda t: 1),
    window.WINDOW_MAX: _window(lax.max, _lowest), window.WINDOW_MIN: _window(lax.min, _highest),
    window.WINDOW_SCATTER_MAX: _scatter(jnp.argmax), window.WINDOW_SCATTER_MIN: _scatter(jnp.argmin),
    create.CONSTANT: _constant, create.IOTA: _iota, create.EYE: _eye,
}  # fmt: skip
GAPS: dict[str, str] = {
    "integer division by zero": "XLA gives a value where the host kernels raise ArithmeticError",
    "indices out of bounds": "gather and indexed operations clamp where the host kernels raise ArgumentError",
    "negative shifts": "XLA gives a value where the host kernels raise ArgumentError",
}
"""What XLA does otherwise than the host kernels, and why."""


# -- blocks ---------------------------------------------------------------------------------------------------------------


def _fields(tag: Any) -> dict[str, Any]:
    return {k.name: v for k, v in tag.fields.items()}


def _cumulative(function: Any) -> Kernel:
    def kernel(out: Any, tag: Any, a: Any) -> Any:
        fields, kind = _fields(tag), out.type
        line = a.astype(computing(kind))
        return _finish(function(line, axis=fields["axis"], reverse=bool(fields["reverse"])), kind)

    return kernel


def _float_parts(kind: DType) -> Any:
    return kind.numpy if kind.bits >= 32 else np.dtype(np.float32)


def _solve(out: Any, tag: Any, a: Any, b: Any) -> Any:
    inner = _float_parts(out.type)
    a, b = to_type(a, out.type).astype(inner), to_type(b, out.type).astype(inner)
    vector = b.ndim < a.ndim
    made = jnp.linalg.solve(a, b[..., None] if vector else b)
    return _finish(made[..., 0] if vector else made, out.type)


def _qr(out: Any, tag: Any, a: Any) -> Any:
    kind = out[0].type
    q, r = jnp.linalg.qr(to_type(a, kind).astype(_float_parts(kind)), mode=_fields(tag)["mode"].name)
    return _finish(q, kind), _finish(r, kind)


def _eigh(out: Any, tag: Any, a: Any) -> Any:
    kind = out[1].type
    w, v = jnp.linalg.eigh(to_type(a, kind).astype(_float_parts(kind)), symmetrize_input=False)
    return _finish(jnp.flip(w, -1), out[0].type), _finish(jnp.flip(v, -1), kind)


def _svd(out: Any, tag: Any, a: Any) -> Any:
    kind = out[0].type
    full = bool(_fields(tag)["full_matrices?"])
    made = jnp.linalg.svd(to_type(a, kind).astype(_float_parts(kind)), full_matrices=full)
    return tuple(_finish(part, t.type) for part, t in zip(made, out, strict=True))


BLOCKS: dict[str, Kernel] = {
    "Elixir.Nx.Block.CumulativeSum": _cumulative(lax.cumsum),
    "Elixir.Nx.Block.CumulativeProduct": _cumulative(lax.cumprod),
    "Elixir.Nx.Block.CumulativeMax": _cumulative(lax.cummax),
    "Elixir.Nx.Block.CumulativeMin": _cumulative(lax.cummin),
    "Elixir.Nx.Block.LinAlg.Solve": _solve,
    "Elixir.Nx.Block.LinAlg.QR": _qr,
    "Elixir.Nx.Block.LinAlg.Eigh": _eigh,
    "Elixir.Nx.Block.LinAlg.SVD": _svd,
}
