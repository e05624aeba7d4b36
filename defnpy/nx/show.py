"""Printing tensors: the text between ``#Nx.Tensor<`` and ``>``."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import numpy as np

from defnpy.nx import dtype as dtypes
from defnpy.nx.dtype import DType
from defnpy.terms.atom import Atom, atom_name, is_atom

INFINITY = Atom("infinity")


def text(term: Any) -> str:
    """``inspect(term)`` for messages; numbers, plain atoms, tuples and lists of them without loading the inspector."""
    kind = term.__class__
    if kind is int:
        return str(term)
    if kind is tuple:
        if all(t.__class__ is int for t in term):
            return "{" + ", ".join(map(str, term)) + "}"
    elif is_atom(term) and (kind is not Atom or _plain_name(term.name)):
        return atom_name(term) if kind is not Atom else ":" + term.name
    from defnpy.terms.inspect import inspect

    return inspect(term)


def _plain_name(name: str) -> bool:
    return name.isidentifier() and name.isascii()


def header(tensor: Any) -> str:
    """``f32[rows: 2][3]``."""
    axes = zip(tensor.shape, tensor.names, strict=True)
    return tensor.type.name + "".join(f"[{n}]" if name is None else f"[{_key(name)}: {n}]" for n, name in axes)


def _key(name: Any) -> str:
    shown = text(name)
    return shown.removeprefix(":")


def lines(tensor: Any, limit: int | None = 50) -> tuple[list[str], int | None]:
    """The lines of a tensor's text, and what the elements left of *limit* (None: no limit)."""
    made = []
    if tensor.vectorized_axes:
        made.append("vectorized" + "".join(f"[{_key(name)}: {n}]" for name, n in tensor.vectorized_axes))
    made.append(header(tensor) + (" [donatable]" if tensor.donatable else ""))
    if tensor.data.__class__ is np.ndarray:
        body, limit = body_lines(tensor, tensor.data, limit)
        return made + body, limit
    own = tensor.data.backend
    shown = getattr(own, "show", None)
    if shown is not None:
        body, limit = shown(tensor, limit)
        return made + body, limit
    name = own.name.name.removeprefix("Elixir.")
    if name == "Nx.TemplateBackend":
        return [*made, name], limit
    body, limit = body_lines(tensor, own.to_numpy(tensor), limit)
    return [*made, name, *body], limit


def body_lines(tensor: Any, array: Any, limit: int | None) -> tuple[list[str], int | None]:
    """The elements as lines."""
    shape = tensor.full_shape
    take = array.size if limit is None or not shape else min(array.size, limit)
    shown = elements(np.asarray(array).reshape(-1)[:take], tensor.type)
    if not shape:
        return shown, (None if limit is None else max(limit - 1, 0))
    out: list[str] = []
    _rows(out, shown, shape, 0, 0, "", array.size if limit is None else limit)
    out[-1] = out[-1].removesuffix(",")
    return out, (None if limit is None else limit - take)


def _rows(out: list[str], shown: list[str], shape: tuple[int, ...], axis: int, at: int, indent: str, limit: int) -> None:
    """Append the lines of the sub-tensor that starts at element *at*."""
    if axis == len(shape) - 1:
        row = shown[at : at + shape[axis]]
        if len(row) < shape[axis]:
            row = [*row, "..."]
        out.append(f"{indent}[{', '.join(row)}],")
        return
    step = 1
    for d in shape[axis + 1 :]:
        step *= d
    out.append(indent + "[")
    for i in range(shape[axis]):
        if at + i * step >= limit:
            out.append(indent + "  ...")
            break
        _rows(out, shown, shape, axis + 1, at + i * step, indent + "  ", limit)
    out[-1] = out[-1].removesuffix(",")
    out.append(indent + "],")


def elements(flat: Any, dtype: DType) -> list[str]:
    """The texts of elements."""
    if dtype.is_integer:
        return [str(n) for n in flat.tolist()]
    one = double if dtype.name in ("f64", "c128") else _short_of(dtype)
    if dtype.is_complex:
        return [complex_text(one, z.real, z.imag) for z in flat]
    return [one(x) for x in flat]


def complex_text(one: Any, re: Any, im: Any) -> str:
    """``1.0-2.0i``."""
    imag = one(im)
    return f"{one(re)}{imag if imag.startswith('-') else '+' + imag}i"


def double(x: Any) -> str:
    """A 64-bit float as Elixir writes it."""
    x = float(x)
    if x != x:
        return "NaN"
    if x in (np.inf, -np.inf):
        return "Inf" if x > 0 else "-Inf"
    sign, digits, point = _decimal(repr(x))
    if digits == "0":
        return sign + "0.0"
    return sign + _place_double(digits, point, abs(x))


def _place_double(digits: str, point: int, size: float) -> str:
    exp = str(point - 1)
    cost = len(exp) + 1 + (2 if len(digits) == 1 else 1)
    if 0 < point < len(digits):
        return f"{digits[:point]}.{digits[point:]}"
    if point == 0:
        return "0." + digits
    if point < 0 and 2 - point <= cost:
        return "0." + "0" * -point + digits
    if point > 0 and size < 9007199254740992.0 and point - len(digits) + 2 <= cost:
        return digits + "0" * (point - len(digits)) + ".0"
    return f"{digits[0]}.{digits[1:] or '0'}e{exp}"


def _short_of(dtype: DType) -> Any:
    numpy = np.dtype(np.float32) if dtype is dtypes.C64 else dtype.numpy
    digits = np.format_float_scientific if numpy.name == "float32" else _shortest

    def one(x: Any) -> str:
        value = float(x)
        if value != value:
            return "NaN"
        if value in (np.inf, -np.inf):
            return "Inf" if value > 0 else "-Inf"
        sign, shown, point = _decimal(digits(x))
        if shown == "0":
            return sign + "0.0"
        return sign + _place_short(shown, point)

    return one


def _shortest(x: Any) -> str:
    """The coarsest decimal that names this number among those of its type."""
    value, kind = float(x), np.dtype(x.dtype).type
    exact = Decimal(value)
    exponent = exact.adjusted() + 1
    while True:
        unit = Decimal(1).scaleb(exponent)
        near = exact.quantize(unit, ROUND_HALF_EVEN) if exponent < 0 else (exact / unit).to_integral_value() * unit
        with np.errstate(over="ignore"):
            same = near == exact or kind(float(near)) == x
        if same:
            return str(near)
        exponent -= 1


def _place_short(digits: str, point: int) -> str:
    exp = str(point - 1)
    cost = len(exp) + 1 + (2 if len(digits) == 1 else 1)
    if point < -2 or (point >= len(digits) and point - len(digits) + 2 > cost):
        rest = "." + digits[1:] if len(digits) > 1 else ""
        return f"{digits[0]}{rest}e{exp}"
    if point <= 0:
        return "0." + "0" * -point + digits
    if point >= len(digits):
        return digits + "0" * (point - len(digits)) + ".0"
    return f"{digits[:point]}.{digits[point:]}"


def _decimal(shown: str) -> tuple[str, str, int]:
    """Sign, significant digits and the place of the point of a decimal text."""
    sign = "-" if shown.startswith("-") else ""
    mantissa, _, exp = shown.lstrip("-").lower().partition("e")
    whole, _, part = mantissa.partition(".")
    digits = whole + part
    point = len(whole) + int(exp or 0)
    stripped = digits.lstrip("0")
    point -= len(digits) - len(stripped)
    return sign, stripped.rstrip("0") or "0", point


def plain(tensor: Any, limit: int | None = 50) -> str:
    """The whole text."""
    made, _ = lines(tensor, limit)
    return "\n".join(["#Nx.Tensor<", *("  " + line if line else line for line in made), ">"])


def tensor_document(tensor: Any, opts: Any) -> Any:
    """The Inspect.Algebra document of a tensor."""
    from defnpy.nx.document import document

    return document(tensor, opts)
