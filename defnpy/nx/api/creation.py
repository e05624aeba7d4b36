"""Functions that make tensors: from terms, filled, triangular, diagonals, ranges."""

from __future__ import annotations

from typing import Any

import numpy as np

from defnpy.nx import backend as backends
from defnpy.nx import dtype as dtypes
from defnpy.nx import shape as shapes
from defnpy.nx.api.compare import greater_equal, select
from defnpy.nx.api.elementwise import add, binary_type, divide, multiply, subtract
from defnpy.nx.convert import complex_term, float_term, python_number, to_tensor
from defnpy.nx.dispatch import create
from defnpy.nx.dtype import DType
from defnpy.nx.literal import list_array, scalar_literal
from defnpy.nx.ops import create as ops
from defnpy.nx.options import keyword, keywords, validated
from defnpy.nx.show import text
from defnpy.nx.tensor import TEMPLATE, Tensor
from defnpy.nx.vectors import devectorized, vectorized
from defnpy.terms.atom import Atom, alias
from defnpy.terms.errors import ArgumentError, ArithmeticError_, FunctionClauseError, RuntimeError_
from defnpy.terms.module import ex, native_module
from defnpy.terms.process import current


@ex("tensor/1", "tensor/2")
def tensor(term: Any, opts: Any = ()) -> Tensor:
    """A tensor of a number, a boolean or (nested) lists of them."""
    if term.__class__ is Tensor:
        return _from_tensor(term, opts)
    given = keyword(opts, type=None, names=None, backend=None)
    kind = None if given["type"] is None else dtypes.normalize(given["type"])
    if given["backend"] is not None:
        backends.parse(given["backend"], ":")
    if term.__class__ is list:
        if not term and kind is not None:
            raise RuntimeError_("cannot build empty tensor")
        array, kind = list_array(term, kind)
    elif (isinstance(term, (bool, np.bool_))) or python_number(term) is not None:
        if term.__class__ is float and kind is not None and kind.is_integer and "nx_trace" in current().state:
            raise ArgumentError(f"value {text(term)} is not valid for constant of type {text(kind.elixir)}")
        array, kind = scalar_literal(term, kind)
        if given["backend"] is None and not given["names"]:
            return _scalar(term, array, kind)
    elif isinstance(term, np.ndarray):
        array = term
        kind = kind or dtypes.of_numpy(term.dtype)
        array = array.view(np.uint8) if array.dtype == np.bool_ else array
    else:
        raise ArgumentError(f"invalid value given to Nx.tensor/1, got: {text(term)}")
    out = Tensor(kind, array.shape, shapes.named(given["names"], array.shape))
    return backends.place(out, array, given["backend"])


def _scalar(term: Any, array: Any, kind: DType) -> Tensor:
    out = Tensor(kind, (), ())
    backend = backends.default()
    if backend is backends.binary():
        out.data = array
        return out
    number = int(term) if term.__class__ is bool else python_number(term)
    return backend.run(ops.CONSTANT, out, (), {"value": number, "type": kind, "shape": (), "names": ()})


def _from_tensor(t: Tensor, opts: Any) -> Tensor:
    given = keyword(opts, type=None, names=None, backend=None)
    if given["type"] is not None and dtypes.normalize(given["type"]) is not t.type:
        raise ArgumentError(
            f"Nx.tensor/2 expects a tensor with type {text(given['type'])} but it was given a tensor of type "
            f"{text(t.type.elixir)}"
        )
    names = shapes.named(given["names"], t.shape)
    if given["names"] is not None:
        names = shapes.merge_names(t.names, names)
    made = t.like(names=names)
    if given["backend"] is None:
        return made
    from defnpy.nx.api.backend import copy_to

    return copy_to(made, given["backend"], ":")


def _typed(name: str) -> Any:
    kind = Atom(name)

    @ex(f"{name}/1")
    def function(term: Any) -> Tensor:
        return tensor(term, keywords(type=kind))

    function.__name__ = function.__qualname__ = name
    return function


s2, s4, s8, s16, s32, s64 = (_typed(n) for n in ("s2", "s4", "s8", "s16", "s32", "s64"))
u2, u4, u8, u16, u32, u64 = (_typed(n) for n in ("u2", "u4", "u8", "u16", "u32", "u64"))
f8, bf16, f16, f32, f64 = (_typed(n) for n in ("f8", "bf16", "f16", "f32", "f64"))
f8_e4m3fn, c64, c128 = (_typed(n) for n in ("f8_e4m3fn", "c64", "c128"))


@ex("template/2", "template/3")
def template(shape: Any, type: Any, opts: Any = ()) -> Tensor:
    """A tensor without data."""
    if shape.__class__ is not tuple:
        raise FunctionClauseError(alias("Nx"), Atom("template"), 3)
    names = keyword(opts, names=None)["names"]
    kind = dtypes.normalize(type)
    made = shapes.validate(shape)
    return Tensor(kind, made, shapes.named(names, made), TEMPLATE)


@ex("to_template/1")
def to_template(container: Any) -> Any:
    """The same container with templates for tensors."""
    from defnpy.nx.containers import lazy_map

    return lazy_map(container, lambda t: t.like(data=TEMPLATE))


def _creation_shape(given: Any) -> tuple[int, ...]:
    if given.__class__ is Tensor:
        raise ArgumentError("vectorization is only supported for shape inputs")
    return shapes.validate(given)


def _vector_axes(axes: Any) -> tuple[Any, ...]:
    return tuple((name, n) for name, n in axes or ())


def _with_vectors(t: Tensor, axes: tuple[Any, ...]) -> Tensor:
    """*t* repeated along new vectorised axes."""
    if not axes:
        return t
    from defnpy.nx.api.shape import broadcast_plain

    sizes = tuple(n for _, n in axes)
    rank = len(t.shape)
    names = shapes.intern_names([*(None,) * len(axes), *t.names])
    spread = broadcast_plain(t, (*sizes, *t.shape), tuple(range(len(axes), len(axes) + rank)), names)
    return vectorized(spread, axes)


@ex("iota/1", "iota/2")
def iota(shape: Any, opts: Any = ()) -> Tensor:
    """Counting numbers, over all elements or along an axis."""
    given = keyword(opts, axis=None, names=None, backend=None, vectorized_axes=None, type=dtypes.S32)
    made = _creation_shape(shape)
    names = shapes.named(given["names"], made)
    kind = dtypes.normalize(given["type"])
    axis = None if given["axis"] is None else shapes.axis_index(made, given["axis"], names)
    params = {"axis": axis, "type": kind, "shape": made, "names": names}
    out = create(ops.IOTA, Tensor(kind, made, names), params, given["backend"])
    axes = _vector_axes(given["vectorized_axes"])
    return _with_vectors(out.like(names=shapes.unnamed(len(made))), axes) if axes else out


def _eye_shape(given: Any) -> tuple[int, ...]:
    if given.__class__ is int and given > 0:
        return (given, given)
    if given.__class__ is tuple:
        return given
    from defnpy.nx.api.shape import shape_of

    return shape_of(given)


@ex("eye/1", "eye/2")
def eye(shape: Any, opts: Any = ()) -> Tensor:
    """The identity matrix (of size n, or of a shape with leading batch axes)."""
    given = keyword(opts, names=None, backend=None, vectorized_axes=None, type=dtypes.S32)
    axes = _vector_axes(given["vectorized_axes"])
    made = _eye_shape(shape)
    names = shapes.named(given["names"], made)
    kind = dtypes.normalize(given["type"])
    if len(made) + len(axes) < 2:
        raise ArgumentError(f"eye/2 expects a shape with at least 2 dimensions or an integer, got: {text(made)}")
    shapes.validate(made)
    full = made if len(made) > 1 else (1,) * (2 - len(made)) + made
    out = Tensor(kind, full, names if full == made else shapes.unnamed(2))
    params = {"type": kind, "shape": full, "names": out.names}
    result = create(ops.EYE, out, params, given["backend"])
    if full != made:
        from defnpy.nx.api.shape import reshape_plain

        result = reshape_plain(result, made, names)
    return _with_vectors(result, axes)


@ex("tri/2", "tri/3")
def tri(rows: int, cols: int, opts: Any = ()) -> Tensor:
    """A matrix of ones at and below a diagonal."""
    k = keyword(opts, k=0)["k"]
    return greater_equal(iota((rows, 1)), subtract(iota((1, cols)), k))


def _matrix(term: Any, name: str) -> Tensor:
    t = to_tensor(term)
    if len(t.shape) < 2:
        raise ArgumentError(f"{name}/2 expects a tensor with at least 2 dimensions, got: {text(term)}")
    return t


def _mask(t: Tensor, k: int) -> Tensor:
    from defnpy.nx.api.shape import broadcast

    mask = tri(t.shape[-2], t.shape[-1], keywords(k=k))
    return broadcast(mask, t.shape) if len(t.shape) > 2 else mask


@ex("tril/1", "tril/2")
def tril(term: Any, opts: Any = ()) -> Tensor:
    """The lower triangle, zeros elsewhere."""
    k = _integer(opts, "k")
    t = _matrix(term, "tril")
    return select(_mask(t, k).like(names=t.names), t, 0)


@ex("triu/1", "triu/2")
def triu(term: Any, opts: Any = ()) -> Tensor:
    """The upper triangle, zeros elsewhere."""
    k = _integer(opts, "k")
    t = _matrix(term, "triu")
    return select(_mask(t, k - 1).like(names=t.names), 0, t)


def _integer(opts: Any, name: str) -> int:
    found = keyword(opts, **{name: 0})[name]
    if found.__class__ is not int:
        raise ArithmeticError_()
    return found


def diagonal_indices(rows: int, cols: int, offset: int) -> Tensor:
    """Row and column of each element of a diagonal."""
    from defnpy.nx.api.shape import concatenate

    n = shapes.diagonal_length(rows, cols, offset)
    line = iota((n, 1))
    row = subtract(line, offset) if offset < 0 else line
    col = add(line, offset) if offset > 0 else line
    return concatenate([row, col], keywords(axis=1))


@ex("take_diagonal/1", "take_diagonal/2")
def take_diagonal(term: Any, opts: Any = ()) -> Tensor:
    """A diagonal of the last two axes."""
    from defnpy.nx.api.index import gather

    offset = _integer(opts, "offset")
    t = to_tensor(term)
    n = len(t.shape)
    shapes.check_take_diagonal(t.shape)
    rows, cols = t.shape[-2:]
    shapes.check_diagonal(rows, cols, offset)
    indices = diagonal_indices(rows, cols, offset)
    if n == 2:
        return gather(t, indices)
    from defnpy.nx.api.shape import transpose

    made = gather(t, indices, keywords(axes=[n - 2, n - 1]))
    return transpose(made, keywords(axes=[*range(1, n - 1), 0]))


@ex("make_diagonal/1", "make_diagonal/2")
def make_diagonal(term: Any, opts: Any = ()) -> Tensor:
    """A matrix with the given diagonal."""
    from defnpy.nx.api.shape import broadcast

    t = to_tensor(term)
    shapes.check_make_diagonal(t.shape)
    offset = _integer(opts, "offset")
    n = t.shape[0] + abs(offset)
    return put_diagonal(broadcast(0, (n, n)), t, keywords(offset=offset))


@ex("put_diagonal/2", "put_diagonal/3")
def put_diagonal(term: Any, diagonal: Any, opts: Any = ()) -> Tensor:
    """A matrix with one diagonal replaced."""
    from defnpy.nx.api.index import indexed_put

    t, d = to_tensor(term), to_tensor(diagonal)
    offset = _integer(opts, "offset")
    shapes.check_put_diagonal(t.shape, d.shape, offset)
    rows, cols = t.shape
    return indexed_put(t, diagonal_indices(rows, cols, offset), d)


@ex("linspace/3", "linspace/2")
def linspace(start: Any, stop: Any, opts: Any = ()) -> Tensor:
    """*n* evenly spaced numbers from *start* to *stop*."""
    from defnpy.nx.api.convert import as_type
    from defnpy.nx.api.shape import new_axis
    from defnpy.nx.api.vectorize import reshape_vectors

    given = keyword(opts, n=None, name=None, type=dtypes.F32, endpoint=True)
    n = given["n"]
    kind = dtypes.normalize(given["type"])
    a, b = reshape_vectors([as_type(to_tensor(t), kind) for t in (start, stop)], keywords(align_ranks=True))
    if n.__class__ is not int or n < 1:
        raise ArgumentError(f"expected n to be a non-negative integer, got: {text(n)}")
    if a.shape != b.shape:
        raise ArgumentError(
            f"expected start and stop to have the same shape. Got shapes {text(a.shape)} and {text(b.shape)}"
        )
    steps = n - 1 if given["endpoint"] else n
    step = divide(subtract(b, a), max(steps, 1))
    line_shape = (*(1,) * len(a.shape), n)
    line = iota(line_shape, keywords(type=kind.elixir))
    name = given["name"]
    made = add(multiply(line, new_axis(step, -1, name)), new_axis(a, -1, name))
    return as_type(made, kind)


@ex("fill/2", "fill/3")
def fill(term: Any, value: Any, opts: Any = ()) -> Tensor:
    """A tensor of the same shape with every element *value*."""
    from defnpy.nx.api.convert import as_type
    from defnpy.nx.api.shape import broadcast

    given = validated(opts, type=None)["type"]
    t = to_tensor(term)
    kind = dtypes.normalize(given) if given is not None else binary_type(t, value)
    return vectorized(broadcast(as_type(to_tensor(value), kind), devectorized(t)), t.vectorized_axes)


@ex("from_binary/2", "from_binary/3")
def from_binary(binary: Any, type: Any, opts: Any = ()) -> Tensor:
    """A tensor of rank 1 of the elements in *binary*."""
    from defnpy.nx.bytes import array_of, octets

    given = keyword(opts, backend=None)["backend"]
    kind = dtypes.normalize(type)
    data, bits = octets(binary)
    if given is not None:
        backends.parse(given, ":")
    if bits == 0:
        raise ArgumentError("cannot build an empty tensor")
    if bits % kind.bits:
        raise ArgumentError("binary does not match the given size")
    n = bits // kind.bits
    return backends.place(Tensor(kind, (n,), shapes.unnamed(1)), array_of(data, kind, (n,)), given)


def from_text(rows: list[list[str]], modifiers: str, vector: bool) -> Tensor:
    """The tensor of a ``~VEC`` or ``~MAT`` sigil."""
    numbers = [[_parse(word) for word in row] for row in rows]
    opts = []
    if modifiers:
        kind: Any = Atom(modifiers)
        if dtypes.find(kind) is None:
            head = modifiers.rstrip("0123456789")
            kind = (Atom(head), int(modifiers[len(head) :] or 0))
        opts = keywords(type=kind)
        dtypes.normalize(kind)
    if vector and len(numbers) > 1:
        raise ArgumentError("must be one-dimensional")
    return tensor(numbers[0] if vector else numbers, opts)


def _parse(word: str) -> Any:
    named = {"Inf": float("inf"), "-Inf": float("-inf"), "NaN": float("nan")}
    if word in named:
        return float_term(named[word])
    try:
        return int(word)
    except ValueError:
        pass
    try:
        return float(word)
    except ValueError:
        pass
    found = _COMPLEX.fullmatch(word)
    # As Complex.parse/1: a signed imaginary part has digits, unless it follows a real one.
    bare = found is not None and found[2] in ("", "+", "-")
    if found is None or (found[1] is None and found[2] in ("+", "-")):
        raise ArgumentError(f"expected a numerical value for tensor, got {word}")
    return complex_term(float_term(float(found[1] or 0)), float_term(float(found[2] + "1" if bare else found[2])))


def _complex_pattern() -> Any:
    import re

    size = r"(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Inf|NaN)"
    return re.compile(rf"(?:([+-]?{size})(?=[+-]))?([+-]?(?:{size})?)i", re.IGNORECASE)


_COMPLEX = _complex_pattern()


@ex("sigil_VEC/2", "sigil_V/2")
def sigil_vec(content: str, modifiers: Any) -> Tensor:
    """``~VEC[1 2 3]f32``."""
    return from_text(_words(content, "sigil_VEC"), _modifiers(modifiers), True)


@ex("sigil_MAT/2", "sigil_M/2")
def sigil_mat(content: str, modifiers: Any) -> Tensor:
    """``~MAT[1 2; ...]``: a row a line."""
    return from_text(_words(content, "sigil_MAT"), _modifiers(modifiers), False)


def _words(content: Any, sigil: str) -> list[list[str]]:
    if content.__class__ is not str:
        raise FunctionClauseError(alias("Nx"), Atom(sigil), 2)
    return [line.split() for line in content.strip().splitlines()]


def _modifiers(term: Any) -> str:
    return "".join(chr(c) for c in term if c.__class__ is int) if term.__class__ is list else ""


MODULE = native_module("Nx", globals())
