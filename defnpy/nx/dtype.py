"""Tensor types: ``DType`` objects, their Elixir forms and the rules that merge them."""

from __future__ import annotations

from typing import Any

import ml_dtypes
import numpy as np

from defnpy.terms.atom import Atom
from defnpy.terms.errors import ArgumentError

_NUMPY: dict[str, Any] = {
    "s2": np.int8, "s4": np.int8, "s8": np.int8, "s16": np.int16, "s32": np.int32, "s64": np.int64,
    "u2": np.uint8, "u4": np.uint8, "u8": np.uint8, "u16": np.uint16, "u32": np.uint32, "u64": np.uint64,
    "f8": ml_dtypes.float8_e5m2, "f8_e4m3fn": ml_dtypes.float8_e4m3fn, "bf16": ml_dtypes.bfloat16,
    "f16": np.float16, "f32": np.float32, "f64": np.float64, "c64": np.complex64, "c128": np.complex128,
}  # fmt: skip


class DType:
    """One tensor type; there is exactly one object per type, so compare with ``is``.

    ``kind`` is ``s u f bf f8_e4m3fn c``, ``bits`` the width of an element, ``numpy`` the dtype that holds it (2- and
    4-bit integers live in bytes), ``exact`` whether NumPy rounds and wraps to this type as the reference does.
    """

    __slots__ = (
        "atom", "bits", "elixir", "exact", "is_complex", "is_float", "is_integer", "kind", "max", "min", "name", "numpy",
        "signed", "small",
    )  # fmt: skip

    def __init__(self, name: str, kind: str, bits: int) -> None:
        self.name = name
        self.kind = kind
        self.bits = bits
        self.elixir = (Atom(kind), bits)
        self.atom = Atom(name)
        self.numpy: np.dtype[Any] = np.dtype(_NUMPY[name])
        self.is_integer = kind in ("s", "u")
        self.is_complex = kind == "c"
        self.is_float = not self.is_integer
        self.signed = kind != "u"
        self.small = self.is_integer and bits < 8
        self.exact = not self.small and name not in ("bf16", "f8", "f8_e4m3fn")
        self.min, self.max = _bounds(name, kind, bits)

    def __repr__(self) -> str:
        return self.name

    def __reduce__(self) -> str | tuple[Any, ...]:
        return (of_name, (self.name,))

    @property
    def byte_size(self) -> int:
        """Whole bytes per element (0 for types below a byte)."""
        return self.bits // 8


def _bounds(name: str, kind: str, bits: int) -> tuple[Any, Any]:
    if kind == "u":
        return 0, (1 << bits) - 1
    if kind == "s":
        return -(1 << (bits - 1)), (1 << (bits - 1)) - 1
    if kind == "c":
        return None, None
    top = float(ml_dtypes.finfo(_NUMPY[name]).max)
    return -top, top


def _make() -> dict[str, DType]:
    made = {}
    for name in _NUMPY:
        kind = "f8_e4m3fn" if name == "f8_e4m3fn" else name.rstrip("0123456789")
        bits = 8 if name == "f8_e4m3fn" else int(name[len(kind) :])
        made[name] = DType(name, kind, bits)
    return made


BY_NAME: dict[str, DType] = _make()
_BY_ELIXIR: dict[tuple[str, int], DType] = {(t.kind, t.bits): t for t in BY_NAME.values()}
_BY_NUMPY: dict[Any, DType] = {t.numpy: t for t in BY_NAME.values() if not t.small}
_BY_NUMPY[np.dtype(np.bool_)] = BY_NAME["u8"]
TYPES: tuple[DType, ...] = tuple(BY_NAME.values())

S32, S64, U8, U32, U64 = (BY_NAME[n] for n in ("s32", "s64", "u8", "u32", "u64"))
F8, E4M3, BF16, F16, F32, F64 = (BY_NAME[n] for n in ("f8", "f8_e4m3fn", "bf16", "f16", "f32", "f64"))
C64, C128 = BY_NAME["c64"], BY_NAME["c128"]


def of_name(name: str) -> DType:
    """The type called *name* (``"f32"``)."""
    return BY_NAME[name]


def of_numpy(dtype: Any) -> DType:
    """The type that a NumPy dtype holds."""
    found = _BY_NUMPY.get(np.dtype(dtype))
    if found is None:
        raise ArgumentError(f"unsupported array type: {dtype}")
    return found


def find(term: Any) -> DType | None:
    """The type that an Elixir term (``:f32``, ``{:f, 32}``) or a ``DType`` names, or None."""
    if term.__class__ is DType:
        return term
    if term.__class__ is Atom:
        return BY_NAME.get(term.name)
    if term.__class__ is tuple and len(term) == 2 and term[0].__class__ is Atom and term[1].__class__ is int:
        return _BY_ELIXIR.get((term[0].name, term[1]))
    return None


def normalize(term: Any) -> DType:
    """The type that an Elixir term names; raises the reference's ArgumentError."""
    found = find(term)
    if found is None:
        from defnpy.nx.show import text

        raise ArgumentError(f"invalid numerical type: {text(term)} (see Nx.Type docs for all supported types)")
    return found


def merge(a: DType, b: DType) -> DType:
    """The type of an operation on *a* and *b*. Types of 8-bit floats depend on the order, as in the reference."""
    if a is b:
        return a
    if a.kind == b.kind:
        return a if a.bits >= b.bits else b
    if a.is_integer and b.is_integer:
        u, s = (a, b) if a.kind == "u" else (b, a)
        return BY_NAME[f"s{max(min(u.bits * 2, 64), s.bits)}"]
    if a.is_integer:
        return b
    if b.is_integer:
        return a
    if a.is_complex or b.is_complex:
        c, r = (a, b) if a.is_complex else (b, a)
        return C128 if r is F64 else c
    return _merge_floats(a, b)


def _merge_floats(a: DType, b: DType) -> DType:
    """Two different real float kinds: ``f``, ``bf`` and ``f8_e4m3fn``."""
    return a if a is E4M3 or a.kind == "f" else b


def infer(number: Any) -> DType:
    """The type of a Python or Elixir number."""
    kind = number.__class__
    if kind is int:
        return S32
    if kind is bool:
        return U8
    if kind is complex:
        return C64
    return F32


def _unsigned_bits(n: int) -> int:
    for bits, top in ((2, 2), (8, 1 << 8), (16, 1 << 16), (32, 1 << 32)):
        if n < top:
            return bits
    return 64


def _signed_bits(n: int) -> int:
    for bits, half in ((2, 2), (8, 1 << 7), (16, 1 << 15), (32, 1 << 31)):
        if -half <= n < half:
            return bits
    return 64


def merge_number(dtype: DType, number: Any) -> DType:
    """The type of an operation on a tensor of *dtype* and a number, whose value counts."""
    if number.__class__ is int:
        if dtype.is_integer:
            if dtype.kind == "u":
                if number >= 0:
                    bits = _unsigned_bits(number)
                    return dtype if bits <= dtype.bits else BY_NAME[f"u{bits}"]
                return merge(dtype, BY_NAME[f"s{_signed_bits(number)}"])
            bits = 2 if number == 1 else _signed_bits(number)
            return dtype if bits <= dtype.bits else BY_NAME[f"s{bits}"]
        return F32 if dtype is E4M3 else dtype
    if number.__class__ is complex:
        return merge(dtype, C64)
    if dtype.is_integer or dtype is E4M3:
        return F32
    return dtype


def to_floating(dtype: DType) -> DType:
    """Integers become f32, floats stay."""
    return F32 if dtype.is_integer else dtype


def to_complex(dtype: DType) -> DType:
    """The complex type that holds *dtype*."""
    return dtype if dtype.is_complex else (C128 if dtype is F64 else C64)


def to_real(dtype: DType) -> DType:
    """The real float type of the parts of *dtype*."""
    if dtype.is_complex:
        return F64 if dtype is C128 else F32
    return to_floating(dtype)


def to_aggregate(dtype: DType) -> DType:
    """The type that sums and products of *dtype* have."""
    if dtype is U64:
        return S64
    if dtype.kind == "u":
        return U32 if dtype.bits < 64 else U64
    if dtype.kind == "s":
        return S32 if dtype.bits < 64 else S64
    return dtype
