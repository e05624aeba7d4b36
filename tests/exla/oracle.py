"""What each primitive computes, said once more in plain NumPy: floats in double precision, integers without limits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import special

Oracle = Callable[[Any, Any, Any], Any]


def plain(array: Any) -> Any:
    """Elements as Python integers, doubles or double complex numbers."""
    array = np.asarray(array)
    kind = np.dtype(array.dtype).kind
    if kind in "iub" or "int" in array.dtype.name:
        return np.vectorize(int, otypes=[object])(array) if array.size else array.astype(object)
    return array.astype(np.complex128 if kind == "c" else np.float64)


def wrap(value: Any, kind: Any) -> Any:
    """Integers cut to the bits of their type."""
    low = int(kind.min)
    return np.vectorize(lambda n: (int(n) - low) % (1 << kind.bits) + low, otypes=[object])(np.asarray(value, object))


def away(x: Any) -> Any:
    return np.sign(x) * np.floor(np.abs(x) + 0.5)


def bits(n: int, kind: Any) -> int:
    return n & ((1 << kind.bits) - 1)


def _float(fun: Any) -> Oracle:
    return lambda out, p, t: fun(wide(t[0]))


def wide(array: Any) -> Any:
    """Numbers as doubles."""
    return array.astype(np.float64) if array.dtype == object else array


def _sign(x: Any) -> Any:
    return np.where(np.abs(x) == 0, x, x / np.where(x == 0, 1, np.abs(x))) if np.iscomplexobj(x) else np.sign(x)


UNARY: dict[str, Oracle] = {
    **{n: _float(getattr(np, n)) for n in ("exp", "expm1", "log", "log1p", "cos", "sin", "tan", "cosh", "sinh", "tanh", "sqrt", "cbrt")},
    **{n: _float(getattr(np, "arc" + n[1:])) for n in ("acosh", "asinh", "atanh", "acos", "asin", "atan")},
    "sigmoid": _float(lambda x: 1 / (1 + np.exp(-x))), "rsqrt": _float(lambda x: 1 / np.sqrt(x)), "erf": _float(special.erf),
    "erfc": _float(special.erfc), "erf_inv": _float(special.erfinv), "floor": _float(np.floor), "ceil": _float(np.ceil), "round": _float(away),
    "negate": lambda out, p, t: -t[0], "abs": lambda out, p, t: abs(t[0]), "sign": lambda out, p, t: _sign(wide(t[0])),
    "conjugate": _float(np.conj), "real": _float(np.real), "imag": _float(np.imag),
    "is_nan": _float(np.isnan), "is_infinity": _float(lambda x: np.isinf(x.real) | np.isinf(np.imag(x))),
    "bitwise_not": lambda out, p, t: ~t[0],
    "population_count": lambda out, p, t: np.vectorize(lambda n: bits(n, out.type).bit_count(), otypes=[object])(t[0]),
    "count_leading_zeros": lambda out, p, t: np.vectorize(lambda n: out.type.bits - bits(n, out.type).bit_length(), otypes=[object])(t[0]),
}  # fmt: skip


def _same(fun: Any) -> Oracle:
    """Integers stay integers."""
    return lambda out, p, t: fun(*t) if out.type.is_integer else fun(*map(wide, t))


def _nan(fun: Any) -> Any:
    def pick(a: Any, b: Any) -> Any:
        if a.dtype == object and b.dtype == object:
            return np.vectorize(min if fun is np.minimum else max, otypes=[object])(a, b)
        return fun(wide(a), wide(b))

    return pick


def _each(fun: Any) -> Oracle:
    return lambda out, p, t: np.vectorize(fun, otypes=[object])(*t)


def _cut(a: int, b: int) -> int:
    return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


def _remainder(a: Any, b: Any) -> Any:
    if a.dtype == object and b.dtype == object:
        return np.vectorize(lambda x, y: x - y * _cut(x, y), otypes=[object])(a, b)
    return np.fmod(wide(a), wide(b))


BINARY: dict[str, Oracle] = {
    "add": _same(np.add), "subtract": _same(np.subtract), "multiply": _same(np.multiply), "pow": _same(np.power), "remainder": _same(_remainder),
    "divide": lambda out, p, t: wide(t[0]) / wide(t[1]), "atan2": lambda out, p, t: np.arctan2(wide(t[0]), wide(t[1])),
    "max": lambda out, p, t: _nan(np.maximum)(*t), "min": lambda out, p, t: _nan(np.minimum)(*t), "quotient": _each(_cut),
    "bitwise_and": _each(lambda a, b: a & b), "bitwise_or": _each(lambda a, b: a | b), "bitwise_xor": _each(lambda a, b: a ^ b),
    "left_shift": _each(lambda a, b: a << b), "right_shift": _each(lambda a, b: a >> b),
    "equal": lambda out, p, t: wide(t[0]) == wide(t[1]), "not_equal": lambda out, p, t: wide(t[0]) != wide(t[1]),
    "less": lambda out, p, t: wide(t[0]) < wide(t[1]), "less_equal": lambda out, p, t: wide(t[0]) <= wide(t[1]),
    "greater": lambda out, p, t: wide(t[0]) > wide(t[1]), "greater_equal": lambda out, p, t: wide(t[0]) >= wide(t[1]),
    "logical_and": lambda out, p, t: (t[0] != 0) & (t[1] != 0), "logical_or": lambda out, p, t: (t[0] != 0) | (t[1] != 0),
    "logical_xor": lambda out, p, t: (t[0] != 0) ^ (t[1] != 0),
}  # fmt: skip


def _reduction(fun: Any) -> Oracle:
    return lambda out, p, t: fun(t[0], axis=p["axes"], keepdims=p["keep_axes"])


def _arg(high: bool) -> Oracle:
    def run(out: Any, p: Any, t: Any) -> Any:
        a, axis = (t[0].reshape(-1), 0) if p["axis"] is None else (t[0], p["axis"])

        def one(row: Any) -> int:
            values = [float(x) for x in row]
            nans = [i for i, x in enumerate(values) if x != x]
            if nans:
                return nans[-1]
            best = max(values) if high else min(values)
            found = [i for i, x in enumerate(values) if x == best]
            return found[0] if p["tie_break"] == "low" else found[-1]

        made = np.apply_along_axis(one, axis, a)
        return np.expand_dims(made, axis) if p["keep_axis"] and p["axis"] is not None else made

    return run


def _windows(a: Any, out: Any, p: Any, fill: Any) -> Any:
    """The elements of each window, one row for each output element."""
    a = np.pad(a, p["padding"], constant_values=fill)
    dilations = p.get("window_dilations") or (1,) * a.ndim
    for at in np.ndindex(*out):
        yield at, a[tuple(slice(i * s, i * s + (w - 1) * d + 1, d) for i, s, w, d in zip(at, p["strides"], p["window"], dilations))]


def _window(fun: Any, fill: Callable[[Any], Any]) -> Oracle:
    def run(out: Any, p: Any, t: Any) -> Any:
        made = np.empty(out.shape, t[0].dtype)
        for at, part in _windows(t[0], out.shape, p, fill(out.type)):
            made[at] = fun(part)
        return made

    return run


def _scatter(high: bool) -> Oracle:
    def run(out: Any, p: Any, t: Any) -> Any:
        a, source, start = t
        low = [lo for lo, _ in p["padding"]]
        made = np.full(tuple(n + lo + hi for n, (lo, hi) in zip(a.shape, p["padding"])), start.item(), a.dtype)
        # The initial value stands in the padding, and what falls there is lost.
        for at, part in _windows(a, source.shape, p, start.item()):
            best = part.max() if high else part.min()
            inside = np.argwhere(part == best)[-1]
            made[tuple(i * s + k for i, s, k in zip(at, p["strides"], inside))] += source[at]
        return made[tuple(slice(lo, lo + n) for lo, n in zip(low, a.shape))]

    return run


def _dot(out: Any, p: Any, t: Any) -> Any:
    a, b = t
    letters = iter("abcdefghijklmnop")
    left = [next(letters) for _ in range(a.ndim)]
    right = [next(letters) for _ in range(b.ndim)]
    for i, j in zip((*p["left"], *p["left_batch"]), (*p["right"], *p["right_batch"])):
        right[j] = left[i]
    gone = {left[i] for i in p["left"]}
    lead = [left[i] for i in p["left_batch"]]
    free = [x for x in left if x not in gone and x not in lead] + [x for x in right if x not in gone and x not in lead]
    return np.einsum(f"{''.join(left)},{''.join(right)}->{''.join(lead + free)}", a, b)


def _dilate(a: Any, rates: Any) -> Any:
    made = np.zeros((*a.shape[:2], *((n - 1) * r + 1 for n, r in zip(a.shape[2:], rates))), a.dtype)
    made[(slice(None), slice(None), *(slice(None, None, r) for r in rates))] = a
    return made


def _conv(out: Any, p: Any, t: Any) -> Any:
    a = _dilate(wide(t[0]).transpose(p["input_permutation"]), p["input_dilation"])
    k = _dilate(wide(t[1]).transpose(p["kernel_permutation"]), p["kernel_dilation"])
    cut = [slice(max(-lo, 0), n - max(-hi, 0)) for n, (lo, hi) in zip(a.shape[2:], p["padding"])]
    a = np.pad(a[(slice(None), slice(None), *cut)], [(0, 0), (0, 0), *((max(lo, 0), max(hi, 0)) for lo, hi in p["padding"])])
    shape = [out.shape[i] for i in p["output_permutation"]]
    made = np.zeros(shape, a.dtype)
    f, b = p["feature_group_size"], p["batch_group_size"]
    rows = a.shape[0] // b
    for n, c, *at in np.ndindex(*shape):
        group = c // (k.shape[0] // f)
        batch = c // (k.shape[0] // b)
        window = tuple(slice(i * s, i * s + w) for i, s, w in zip(at, p["strides"], k.shape[2:]))
        made[(n, c, *at)] = (a[(batch * rows + n, slice(group * k.shape[1], (group + 1) * k.shape[1]), *window)] * k[c]).sum()
    back = np.empty(out.shape, made.dtype)
    back[...] = made.transpose(np.argsort(p["output_permutation"]))
    return back


def _solve(out: Any, p: Any, t: Any) -> Any:
    a, b = np.tril(t[0]) if p["lower"] else np.triu(t[0]), t[1]
    a = a.T if p["transform_a"] == "transpose" else a
    return np.linalg.solve(a, b) if p["left_side"] else np.linalg.solve(a.T, b.T).T


def _broadcast(out: Any, p: Any, t: Any) -> Any:
    sizes = [1] * len(p["shape"])
    for i, axis in enumerate(p["axes"]):
        sizes[axis] = t[0].shape[i]
    return np.broadcast_to(t[0].reshape(sizes), p["shape"])


def _pad(out: Any, p: Any, t: Any) -> Any:
    made = np.full(out.shape, t[1].item(), t[0].dtype)
    for at in np.ndindex(*t[0].shape):
        to = tuple(lo + i * (mid + 1) for i, (lo, _, mid) in zip(at, p["config"]))
        if all(0 <= i < n for i, n in zip(to, out.shape)):
            made[to] = t[0][at]
    return made


def _starts(p: Any, given: list[Any], sizes: Any, shape: Any) -> list[int]:
    rest = iter(given)
    starts = [int(next(rest)) if s is None else s for s in p["starts"]]
    return [min(max(s, 0), n - size) for s, size, n in zip(starts, sizes, shape)]


def _slice(out: Any, p: Any, t: Any) -> Any:
    starts = _starts(p, t[1:], p["lengths"], t[0].shape)
    return t[0][tuple(slice(s, s + n, k) for s, n, k in zip(starts, p["lengths"], p["strides"]))]


def _put_slice(out: Any, p: Any, t: Any) -> Any:
    made = t[0].copy()
    starts = _starts(p, t[2:], t[1].shape, t[0].shape)
    made[tuple(slice(s, s + n) for s, n in zip(starts, t[1].shape))] = t[1]
    return made


def _moved(a: Any, axes: Any) -> Any:
    rest = [i for i in range(a.ndim) if i not in axes]
    return a.transpose((*axes, *rest))


def _gather(out: Any, p: Any, t: Any) -> Any:
    a, indices = _moved(t[0], p["axes"]), t[1]
    made = [a[tuple(int(i) for i in row)] for row in indices.reshape(-1, indices.shape[-1])]
    return np.array(made, t[0].dtype).reshape(out.shape)


def _indexed(add: bool) -> Oracle:
    def run(out: Any, p: Any, t: Any) -> Any:
        made = t[0].copy()
        a = _moved(made, p["axes"])
        for row, value in zip(t[1].reshape(-1, t[1].shape[-1]), t[2]):
            at = tuple(int(i) for i in row)
            a[at] = a[at] + value if add else value
        return made

    return run


def _order(indices: bool) -> Oracle:
    def run(out: Any, p: Any, t: Any) -> Any:
        down = p["direction"] == "desc"

        def one(row: Any) -> Any:
            keys = [(x != x, 0.0 if x != x else float(x)) for x in row]
            made = sorted(range(len(row)), key=lambda i: keys[i])
            if down:
                made = sorted(range(len(row)), key=lambda i: (not keys[i][0], -keys[i][1]))
            return np.array(made if indices else [row[i] for i in made], dtype=object if row.dtype == object or indices else row.dtype)

        return np.apply_along_axis(one, p["axis"], t[0])

    return run


def _cast(out: Any, p: Any, t: Any) -> Any:
    if out.type.name == "f8_e4m3fn":
        return np.clip(np.real(wide(t[0])), -448, 448)
    if not out.type.is_integer:
        return wide(t[0]) if out.type.is_complex else np.real(wide(t[0]))

    def one(x: Any) -> int:
        x = x.real if isinstance(x, complex) else x
        if x != x:
            return 0
        if x in (np.inf, -np.inf):
            return int(out.type.max if x > 0 else out.type.min)
        return int(x)

    return np.vectorize(one, otypes=[object])(t[0])


def _iota(out: Any, p: Any, t: Any) -> Any:
    if p["axis"] is None:
        return np.arange(out.size).reshape(out.shape).astype(object)
    return np.indices(out.shape)[p["axis"]].astype(object)


TABLE: dict[str, Oracle] = {
    **UNARY, **BINARY,
    "sum": _reduction(np.sum), "product": _reduction(np.prod), "reduce_max": _reduction(np.max), "reduce_min": _reduction(np.min),
    "all": lambda out, p, t: np.all(t[0] != 0, axis=p["axes"], keepdims=p["keep_axes"]),
    "any": lambda out, p, t: np.any(t[0] != 0, axis=p["axes"], keepdims=p["keep_axes"]), "argmax": _arg(True), "argmin": _arg(False),
    "window_sum": _window(np.sum, lambda k: 0), "window_product": _window(np.prod, lambda k: 1),
    "window_max": _window(np.max, lambda k: k.min if k.is_integer else -np.inf),
    "window_min": _window(np.min, lambda k: k.max if k.is_integer else np.inf),
    "window_scatter_max": _scatter(True), "window_scatter_min": _scatter(False), "dot": _dot, "conv": _conv, "triangular_solve": _solve,
    "reshape": lambda out, p, t: t[0].reshape(p["shape"]), "squeeze": lambda out, p, t: t[0].squeeze(p["axes"]), "broadcast": _broadcast,
    "transpose": lambda out, p, t: t[0].transpose(p["axes"]), "pad": _pad, "reverse": lambda out, p, t: np.flip(t[0], p["axes"]),
    "concatenate": lambda out, p, t: np.concatenate([*map(wide, t)] if out.type.is_float else t, p["axis"]),
    "stack": lambda out, p, t: np.stack(t, p["axis"]), "slice": _slice, "put_slice": _put_slice, "gather": _gather,
    "indexed_add": _indexed(True), "indexed_put": _indexed(False), "sort": _order(False), "argsort": _order(True),
    "fft": lambda out, p, t: np.fft.fft(wide(t[0]), p["length"], p["axis"]), "ifft": lambda out, p, t: np.fft.ifft(wide(t[0]), p["length"], p["axis"]),
    "as_type": _cast, "select": lambda out, p, t: np.where(t[0] != 0, *(t[1:] if out.type.is_integer else map(wide, t[1:]))),
    "clip": lambda out, p, t: np.minimum(np.maximum(t[0], t[1]), t[2]), "iota": _iota,
    "constant": lambda out, p, t: np.full(out.shape, int(p["value"]) if out.type.is_integer else p["value"], object if out.type.is_integer else None),
    "eye": lambda out, p, t: np.broadcast_to(np.eye(*out.shape[-2:]).astype(int).astype(object), out.shape),
}  # fmt: skip


def expected(op: Any, out: Any, params: Any, arrays: list[Any]) -> Any:
    """The result of *op* in full precision; integers wrapped as their type does."""
    if op.name == "bitcast":
        return plain(np.asarray(arrays[0]).view(out.type.numpy))
    with np.errstate(all="ignore"):
        made = TABLE[op.name](out, params, [plain(a) for a in arrays])
    return wrap(made, out.type) if out.type.is_integer else wide(np.asarray(made))
