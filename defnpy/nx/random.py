"""Nx.Random: threefry 2x32 with the counter layout of the reference."""

from __future__ import annotations

import math
from functools import reduce as fold
from typing import Any

from defnpy.nx import dtype as dtypes
from defnpy.nx import shape as shapes
from defnpy.nx.api import compare, convert, creation, fourier, index, linear, order, reduce, shape, stats
from defnpy.nx.api import elementwise as ew
from defnpy.nx.convert import constant, to_tensor
from defnpy.nx.defined import defined
from defnpy.nx.dispatch import block, tag
from defnpy.nx.dtype import U32, DType
from defnpy.nx.options import keyword, keywords
from defnpy.nx.show import text
from defnpy.nx.tensor import Tensor, template
from defnpy.terms.atom import Atom, alias
from defnpy.terms.errors import ArgumentError, FunctionClauseError, RuntimeError_
from defnpy.terms.module import ex, native_module

MODULE_NAME = "Nx.Random"
_MASK = 0xFFFFFFFF
_ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))
_MANTISSA = {"f8": 2, "f8_e4m3fn": 3, "bf16": 7, "f16": 10, "f32": 23, "f64": 52}


def _word(n: int) -> Tensor:
    return constant(n, U32)


# -- bits -----------------------------------------------------------------------------------------------------------------


def _check_key(key: Any) -> Tensor:
    t = to_tensor(key)
    if t.type is not U32:
        raise ArgumentError(f"expected key with 32-bit unsigned integer type, got key with type {text(t.type.elixir)}")
    if t.shape != (2,):
        raise ArgumentError(f"expected key to have shape {{2}}, got tensor with shape {text(t.shape)}")
    return t


def _rotate(x: Tensor, by: int) -> Tensor:
    return ew.bitwise_or(ew.left_shift(x, _word(by)), ew.right_shift(x, _word(32 - by)))


def threefry(k0: Tensor, k1: Tensor, x0: Tensor, x1: Tensor) -> tuple[Tensor, Tensor]:
    """The hash of counters ``x0``, ``x1`` under the key ``k0``, ``k1``."""
    keys = (k0, k1, ew.bitwise_xor(ew.bitwise_xor(k0, k1), _word(0x1BD11BDA)))
    x0, x1 = ew.add(x0, k0), ew.add(x1, k1)
    for i in range(5):
        for by in _ROTATIONS[i % 2]:
            x0 = ew.add(x0, x1)
            x1 = ew.bitwise_xor(x0, _rotate(x1, by))
        x0 = ew.add(x0, keys[(i + 1) % 3])
        x1 = ew.add(ew.add(x1, keys[(i + 2) % 3]), _word(i + 1))
    return x0, x1


def _part(t: Tensor, i: int) -> Tensor:
    return shape.squeeze(index.slice_(t, [i], [1]), keywords(axes=[0]))


def _hash_counts(key: Tensor, n: int) -> Tensor:
    """The words of the counters ``0..n-1``: the first half of the counters is paired with the second."""
    half = (n + 1) // 2
    first = creation.iota((half,), keywords(type=Atom("u32")))
    second = ew.add(first, _word(half))
    if n % 2:
        # The counter that pads an odd count is 0.
        second = compare.select(compare.less(second, _word(n)), second, _word(0))
        second = convert.as_type(second, Atom("u32"))
    x0, x1 = threefry(_part(key, 0), _part(key, 1), first, second)
    words = shape.concatenate([x0, x1])
    return index.slice_(words, [0], [n]) if n % 2 else words


def words(key: Tensor, to: tuple[int, ...]) -> Tensor:
    """Random 32-bit words."""
    n = math.prod(to)
    if n == 0:
        shapes.validate((2, 0))
    if key.vectorized_axes:
        return shape.reshape(_hash_counts(key, n), to)
    made = block(tag("Random.Threefry2x32", size=n), template(U32, (n,)), (key,), lambda k: _hash_counts(k, n))
    return made if to == (n,) else shape.reshape(made, to)


def bits(key: Tensor, to: tuple[int, ...], width: int) -> Tensor:
    """Random unsigned integers of 8 to 64 bits."""
    if width == 32:
        return words(key, to)
    n = math.prod(to)
    if width == 64:
        both = words(key, (2, n))
        wide = convert.as_type(both, Atom("u64"))
        high = ew.left_shift(_row(wide, 0), constant(32, dtypes.U64))
        return shape.reshape(ew.bitwise_or(high, _row(wide, 1)), to)
    return convert.as_type(words(key, to), Atom(f"u{width}"))


def _row(t: Tensor, i: int) -> Tensor:
    return shape.squeeze(index.slice_along_axis(t, i, 1, keywords(axis=0)), keywords(axes=[0]))


# -- keys -----------------------------------------------------------------------------------------------------------------


def _key(seed: Any) -> Tensor:
    if seed.__class__ is int:
        from defnpy.nx.api.creation import tensor

        return tensor([(seed >> 32) & _MASK, seed & _MASK], keywords(type=Atom("u32")))
    t = seed
    kind = Atom(f"u{t.type.bits}")
    wide = convert.bitcast(t, kind) if t.type.signed else t
    low = convert.as_type(ew.bitwise_and(wide, constant(_MASK, wide.type)), Atom("u32"))
    if t.type.bits == 64:
        high = convert.as_type(ew.right_shift(wide, constant(32, wide.type)), Atom("u32"))
    else:
        high = ew.multiply(low, _word(0))
    return shape.stack([high, low])


_key_of = defined(MODULE_NAME, "key", _key, 1)
_key_of_number = defined(MODULE_NAME, "key", _key, 1, (0,))


@ex("key/1")
def key(seed: Any) -> Tensor:
    """The key of a seed."""
    if seed.__class__ is int:
        return _key_of_number(seed)
    if seed.__class__ is Tensor and seed.type in (dtypes.U64, dtypes.S64):
        return _key_of(seed)
    raise ArgumentError(f"expected seed to be an integer, u64 tensor or s64 tensor, got: {text(seed)}")


def _split(key: Any, opts: Any) -> Tensor:
    k = _check_key(key)
    return words(k, (keyword(opts, parts=2)["parts"], 2))


_split_of = defined(MODULE_NAME, "split", _split, 2, (1,))


@ex("split/1", "split/2")
def split(key: Any, opts: Any = ()) -> Tensor:
    """Several keys of one."""
    return _split_of(key, _given(opts))


def _two(key: Tensor) -> tuple[Tensor, Tensor]:
    pair = words(key, (2, 2))
    return _row(pair, 0), _row(pair, 1)


def _fold_in(key: Any, data: Any) -> Tensor:
    k = _check_key(key)
    seed = to_tensor(data)
    low = convert.as_type(seed, Atom("u32"))
    if seed.type.bits == 64:
        high = convert.as_type(ew.right_shift(seed, 32), Atom("u32"))
    else:
        high = convert.as_type(compare.select(compare.less(seed, 0), _word(_MASK), _word(0)), Atom("u32"))
    x0, x1 = threefry(_part(k, 0), _part(k, 1), high, low)
    return shape.stack([x0, x1], keywords(axis=len(low.shape)))


def _concat(counts: Any, key: Any) -> Tensor:
    """The words of two rows of counters."""
    x, k = to_tensor(counts), to_tensor(key)
    return shape.concatenate(list(threefry(_row(k, 0), _row(k, 1), _row(x, 0), _row(x, 1))))


_fold_in_of = defined(MODULE_NAME, "fold_in", _fold_in, 2)
_concat_of = defined(MODULE_NAME, "threefry2x32_20_concat", _concat, 2)


@ex("fold_in/2")
def fold_in(key: Any, data: Any) -> Tensor:
    """A key of a key and a number."""
    return _fold_in_of(key, data)


@ex("threefry2x32_20_concat/2")
def threefry2x32_20_concat(counts: Any, key: Any) -> Tensor:
    """The hash of two rows of counters under a key, one behind the other."""
    return _concat_of(counts, key)


# -- draws ----------------------------------------------------------------------------------------------------------------


def _named(t: Tensor, names: Any) -> Tensor:
    return t.like(names=shapes.named(names, t.shape)) if names is not None else t


def _given(opts: Any) -> Any:
    """Options as a list; what is no list is refused where they are read."""
    return [] if opts == () else opts


def _options(opts: Any) -> dict[str, Any]:
    given = keyword(opts, names=None, type=None, shape=())
    if given["shape"].__class__ is Tensor:
        given["shape"] = given["shape"].shape
    return given


def _float_type(given: Any, *bounds: Tensor) -> DType:
    if given is not None:
        kind = dtypes.normalize(given)
    else:
        kind = dtypes.to_floating(fold(dtypes.merge, (t.type for t in bounds))) if bounds else dtypes.F32
    if not kind.is_float:
        raise ArgumentError(f"expected float or complex type, got type {text(kind.elixir)}")
    return kind


def _unit(key: Tensor, to: tuple[int, ...], kind: DType) -> Tensor:
    """Floats in [0, 1): random bits as the mantissa of numbers in [1, 2)."""
    width = max(kind.bits, 8)
    mantissa = _MANTISSA[kind.name]
    drawn = bits(key, to, width)
    word = drawn.type
    one = {"f8": 0x3C, "f8_e4m3fn": 0x38, "bf16": 0x3F80, "f16": 0x3C00, "f32": 0x3F800000, "f64": 0x3FF0000000000000}[kind.name]
    mixed = ew.bitwise_or(ew.right_shift(drawn, constant(width - mantissa, word)), constant(one, word))
    return ew.subtract(convert.bitcast(mixed, kind.atom), constant(1.0, kind))


def _uniform(key: Tensor, low: Any, high: Any, to: tuple[int, ...], kind: DType, names: Any = None) -> Tensor:
    if kind.is_complex:
        return _complex(_uniform(key, low, high, (*to, 2), dtypes.to_real(kind), names))
    a, b = convert.as_type(low, kind.atom), convert.as_type(high, kind.atom)
    made = ew.max_(ew.add(ew.multiply(_unit(key, to, kind), ew.subtract(b, a)), a), a)
    return shape.reshape(made, to, [] if names is None else keywords(names=names))


def _complex(pair: Tensor) -> Tensor:
    """Complex numbers of the pairs along the last axis."""
    last = len(pair.shape) - 1
    re, im = (shape.squeeze(index.slice_along_axis(pair, i, 1, keywords(axis=last)), keywords(axes=[last])) for i in (0, 1))
    return fourier.complex_(re, im)


def _uniform_split(key: Any, low: Any, high: Any, opts: Any) -> Tensor:
    k = _check_key(key)
    given = _options(opts)
    a, b = to_tensor(low), to_tensor(high)
    return _uniform(k, a, b, given["shape"], _float_type(given["type"], a, b), given["names"])


def _below_one(kind: DType) -> Any:
    """The number after -1 towards 0."""
    return -1.0 + 2.0 ** -(_MANTISSA[kind.name] + 1)


def _normal(key: Tensor, mean: Tensor, deviation: Tensor, to: tuple[int, ...], kind: DType, names: Any) -> Tensor:
    if kind.is_complex:
        # Mean and deviation are those of the real and of the imaginary part.
        return _complex(_normal(key, mean, deviation, (*to, 2), dtypes.to_real(kind), names))
    drawn = _standard(key, to, kind, names)
    return ew.add(ew.multiply(convert.as_type(deviation, kind.atom), drawn), convert.as_type(mean, kind.atom))


def _standard(key: Tensor, to: tuple[int, ...], kind: DType, names: Any = None) -> Tensor:
    u = _uniform(key, constant(_below_one(kind), kind), constant(1.0, kind), to, kind, names)
    return ew.multiply(constant(math.sqrt(2), kind), ew.erf_inv(u))


def _normal_split(key: Any, mean: Any, deviation: Any, opts: Any) -> Tensor:
    k = _check_key(key)
    given = _options(opts)
    m, s = to_tensor(mean), to_tensor(deviation)
    return _normal(k, m, s, given["shape"], _float_type(given["type"], m, s), given["names"])


def _randint_split(key: Any, low: Any, high: Any, opts: Any) -> Tensor:
    k = _check_key(key)
    given = _options(opts)
    a, b = to_tensor(low), to_tensor(high)
    kind = dtypes.normalize(given["type"]) if given["type"] is not None else dtypes.merge(a.type, b.type)
    if not kind.is_integer:
        raise ArgumentError(f"expected integer type, got type {text(kind.elixir)}")
    to, width = given["shape"], max(kind.bits, 8)
    word = dtypes.of_name(f"u{width}")
    a, b = shape.broadcast(a, to), shape.broadcast(b, to)
    both = bits(k, (2, *to), width)
    high_bits, low_bits = _row(both, 0), _row(both, 1)
    wide = dtypes.U64.atom
    span = convert.as_type(convert.as_type(ew.subtract(b, a), word.atom), wide)
    high_bits, low_bits = convert.as_type(high_bits, wide), convert.as_type(low_bits, wide)
    # The draw is high * 2 ** width + low, reduced to the span.
    factor = ew.remainder(constant(1 << (width // 2), dtypes.U64), span)
    factor = ew.remainder(ew.multiply(factor, factor), span)
    offset = ew.add(ew.multiply(ew.remainder(high_bits, span), factor), ew.remainder(low_bits, span))
    offset = ew.remainder(offset, span)
    return _named(convert.as_type(ew.add(a, offset), kind.atom), given["names"])


def _gumbel_split(key: Any, opts: Any) -> Tensor:
    k = _check_key(key)
    given = keyword(opts, shape=(), type=dtypes.F32.elixir)
    if given["type"].__class__ is not tuple:
        raise FunctionClauseError(alias("Nx.Type"), Atom("float?"), 1)
    kind = dtypes.normalize(given["type"])
    if not kind.is_float:
        raise ArgumentError(f"output type must be floating-point, got: {text(kind.elixir)}")
    if kind.is_complex:
        raise ArgumentError(f"only floating types are supported, got: {text(kind.elixir)}")
    import ml_dtypes

    tiny = float(ml_dtypes.finfo(kind.numpy).tiny)
    u = _uniform(k, constant(tiny, kind), constant(1.0, kind), given["shape"], kind)
    return ew.negate(ew.log(ew.negate(ew.log(u))))


def _shuffle_rounds(n: int) -> int:
    return max(1, math.ceil(3 * math.log(max(n, 1)) / math.log(_MASK)))


def _shuffle(key: Tensor, t: Tensor, axis: int, independent: bool) -> tuple[Tensor, Tensor]:
    """*t* in random order and the next key."""
    to = t.shape if independent else (t.shape[axis],)
    made = t
    for _ in range(_shuffle_rounds(math.prod(to))):
        key, own = _two(key)
        place = order.argsort(words(own, to), keywords(axis=axis if independent else 0, stable=True))
        pick = index.take_along_axis if independent else index.take
        made = pick(made, place, keywords(axis=axis))
    return made.like(names=t.names), key


def _shuffle_both(key: Any, tensor: Any, opts: Any) -> Any:
    k = _check_key(key)
    given = keyword(opts, axis=0, independent=False)
    t = to_tensor(tensor)
    axis = shapes.axis_index(t.shape, given["axis"], t.names)
    return _shuffle(k, t, axis, bool(given["independent"]))


def _choice(key: Any, tensor: Any, weights: Any, opts: Any) -> Any:
    from defnpy.nx.options import validated

    k = _check_key(key)
    given = validated(list(opts), axis=None, samples=1, replace=True)
    t = to_tensor(tensor)
    axis = 0 if given["axis"] is None else shapes.axis_index(t.shape, given["axis"], t.names)
    if not t.shape:
        raise ArgumentError("tensor must have rank 1 or greater")
    if given["axis"] is None:
        t = shape.flatten(t)
    n, samples = t.shape[axis], given["samples"]
    if samples < 1:
        raise RuntimeError_(f"must take at least one sample, got samples={samples}")
    if not given["replace"] and samples > n:
        raise ArgumentError("cannot take more samples than the input size when replace: false")
    p = None if weights is None else _check_weights(to_tensor(weights), n)
    if p is None and not given["replace"]:
        mixed, rest = _shuffle(k, t, axis, False)
        return index.slice_along_axis(mixed, 0, samples, keywords(axis=axis)), rest
    rest, own = _two(k)
    made = _chosen(own, t, axis, samples, bool(given["replace"]), p)
    return made.like(names=(None,) * len(made.shape)), rest


def _check_weights(p: Tensor, n: int) -> Tensor:
    if len(p.shape) != 1:
        raise ArgumentError(f"probability tensor must have rank 1, got: {len(p.shape)}")
    if p.shape[0] != n:
        raise ArgumentError(f"probability tensor of size {p.shape[0]} is expected to have size {n}")
    return p


def _chosen(key: Tensor, t: Tensor, axis: int, samples: int, replace: bool, p: Tensor | None) -> Tensor:
    n = t.shape[axis]
    if p is None:
        places = _randint_split(key, 0, n, keywords(shape=(samples,)))
    elif replace:
        total = stats.cumulative_sum(p)
        last = _part(total, n - 1)
        u = _uniform(key, constant(0.0, dtypes.F32), constant(1.0, dtypes.F32), (samples, 1), dtypes.F32)
        r = ew.multiply(last, ew.subtract(1, u))
        places = reduce.argmin(compare.greater(r, shape.reshape(total, (1, n))), keywords(axis=1))
    else:
        drawn = ew.add(_gumbel_split(key, keywords(shape=(n,))), ew.log(p))
        places = index.slice_(order.argsort(ew.negate(drawn)), [0], [samples])
    return index.take(t, places, keywords(axis=axis))


def _multivariate(key: Any, mean: Any, covariance: Any, opts: Any) -> Tensor:
    from defnpy.nx import decompositions, linalg

    k = _check_key(key)
    given = keyword(opts, names=None, type=None, shape=(), method=Atom("cholesky"))
    m, c = to_tensor(mean), to_tensor(covariance)
    if len(m.shape) != 1:
        raise ArgumentError(f"expected mean to have rank 1, got tensor with rank {len(m.shape)}\n")
    if len(c.shape) != 2:
        raise ArgumentError(f"expected covariance to have rank 2, got tensor with rank {len(c.shape)}\n")
    if m.shape[0] != c.shape[0] or m.shape[0] != c.shape[1]:
        raise ArgumentError(f"expected mean and covariance to have the same dimensions, got {m.shape[0]} and {c.shape[0]}\n")
    kind = _float_type(given["type"], m, c)
    if kind.is_complex:
        raise ArgumentError("Nx.multivariate_normal_split/4 does not support complex inputs")
    n, to, method = m.shape[0], given["shape"], given["method"]
    if method is Atom("cholesky"):
        factor = linalg.cholesky_body(c)
    elif method is Atom("svd"):
        u, s, _ = decompositions.svd_body(c, [])
        factor = ew.multiply(u, ew.sqrt(s))
    elif method is Atom("eigh"):
        w, v = decompositions.eigh_body(c, [])
        factor = ew.multiply(v, ew.sqrt(ew.max_(w, 0)))
    else:
        raise ArgumentError("method must be one of :svd, :eigh, and :cholesky\n")
    drawn = _standard(k, (*to, n), kind)
    made = ew.add(linear.dot_4(drawn, [-1], convert.as_type(factor, kind.atom), [-1]), convert.as_type(m, kind.atom))
    return _named(made, given["names"])


# -- public functions -----------------------------------------------------------------------------------------------------


def _drawing(name: str, body: Any, arity: int, fixed: tuple[int, ...]) -> tuple[Any, Any]:
    """``name_split`` and ``name``, which also gives a new key."""

    def both(key: Any, *rest: Any) -> Any:
        following, own = _two(_check_key(key))
        return body(own, *rest), following

    return defined(MODULE_NAME, name + "_split", body, arity, fixed), defined(MODULE_NAME, name, both, arity, fixed)


_uniform_one, _uniform_both = _drawing("uniform", _uniform_split, 4, (3,))
_normal_one, _normal_both = _drawing("normal", _normal_split, 4, (3,))
_randint_one, _randint_both = _drawing("randint", _randint_split, 4, (3,))
_gumbel_one, _gumbel_both = _drawing("gumbel", _gumbel_split, 2, (1,))
_multivariate_one, _multivariate_both = _drawing("multivariate_normal", _multivariate, 4, (3,))
_shuffle_of = defined(MODULE_NAME, "shuffle", _shuffle_both, 3, (2,))
_choice_of = defined(MODULE_NAME, "choice", lambda k, t, o: _choice(k, t, None, o), 3, (2,))
_choice_weighted = defined(MODULE_NAME, "choice", _choice, 4, (3,))


def _bounds(args: Any, first: Any, second: Any) -> tuple[Any, Any, list[Any]]:
    """``(opts)``, ``(a, b)`` or ``(a, b, opts)``."""
    if len(args) == 0:
        return first, second, []
    if len(args) == 1:
        return first, second, _given(args[0])
    return args[0], args[1], _given(args[2]) if len(args) > 2 else []


@ex("uniform/1", "uniform/2", "uniform/3", "uniform/4")
def uniform(key: Any, *args: Any) -> Any:
    """Uniform floats and a new key."""
    return _uniform_both(key, *_bounds(args, 0.0, 1.0))


@ex("uniform_split/3", "uniform_split/4")
def uniform_split(key: Any, low: Any, high: Any, opts: Any = ()) -> Any:
    """Uniform floats."""
    return _uniform_one(key, low, high, _given(opts))


@ex("normal/1", "normal/2", "normal/3", "normal/4")
def normal(key: Any, *args: Any) -> Any:
    """Normal floats and a new key."""
    return _normal_both(key, *_bounds(args, 0.0, 1.0))


@ex("normal_split/3", "normal_split/4")
def normal_split(key: Any, mean: Any, deviation: Any, opts: Any = ()) -> Any:
    """Normal floats."""
    return _normal_one(key, mean, deviation, _given(opts))


@ex("randint/3", "randint/4")
def randint(key: Any, low: Any, high: Any, opts: Any = ()) -> Any:
    """Integers below *high* and a new key."""
    return _randint_both(key, low, high, _given(opts))


@ex("randint_split/3", "randint_split/4")
def randint_split(key: Any, low: Any, high: Any, opts: Any = ()) -> Any:
    """Integers below *high*."""
    return _randint_one(key, low, high, _given(opts))


@ex("gumbel/1", "gumbel/2")
def gumbel(key: Any, opts: Any = ()) -> Any:
    """Gumbel floats and a new key."""
    return _gumbel_both(key, _given(opts))


@ex("gumbel_split/1", "gumbel_split/2")
def gumbel_split(key: Any, opts: Any = ()) -> Any:
    """Gumbel floats."""
    return _gumbel_one(key, _given(opts))


@ex("shuffle/2", "shuffle/3")
def shuffle(key: Any, tensor: Any, opts: Any = ()) -> Any:
    """A tensor in random order along an axis, and a new key."""
    return _shuffle_of(key, tensor, _given(opts))


@ex("choice/2", "choice/3", "choice/4")
def choice(key: Any, tensor: Any, *args: Any) -> Any:
    """Random parts of a tensor, with or without weights, and a new key."""
    if len(args) == 2 or (args and args[0].__class__ is not list):
        return _choice_weighted(key, tensor, args[0], list(args[1]) if len(args) > 1 else [])
    return _choice_of(key, tensor, _given(args[0]) if args else [])


@ex("multivariate_normal/3", "multivariate_normal/4")
def multivariate_normal(key: Any, mean: Any, covariance: Any, opts: Any = ()) -> Any:
    """Normal vectors and a new key."""
    return _multivariate_both(key, mean, covariance, _given(opts))


@ex("multivariate_normal_split/3", "multivariate_normal_split/4")
def multivariate_normal_split(key: Any, mean: Any, covariance: Any, opts: Any = ()) -> Any:
    """Normal vectors."""
    return _multivariate_one(key, mean, covariance, _given(opts))


MODULE = native_module(MODULE_NAME, globals())
