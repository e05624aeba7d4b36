"""``Nx.Floating``: numbers to and from the bytes of the small float types."""

from __future__ import annotations

from typing import Any

from defnpy.nx import dtype as dtypes
from defnpy.nx.bytes import array_of, binary_term, octets, pack
from defnpy.nx.convert import float_term, python_number, scalar_array
from defnpy.nx.dtype import DType
from defnpy.terms.atom import Atom, alias
from defnpy.terms.errors import FunctionClauseError
from defnpy.terms.module import ex, native_module


def _dump(number: Any, kind: DType) -> Any:
    value = python_number(number)
    if value is None or value.__class__ is complex:
        raise FunctionClauseError(alias("Nx.Floating"), Atom(f"dump_{kind.name}"), 1)
    return binary_term(*pack(scalar_array(value, kind), kind))


def _load(data: Any, kind: DType) -> Any:
    raw, bits = octets(data)
    if bits != kind.bits:
        raise FunctionClauseError(alias("Nx.Floating"), Atom(f"load_{kind.name}"), 1)
    return float_term(float(array_of(raw, kind, (1,))[0]))


@ex("dump_bf16/1")
def dump_bf16(number: Any) -> Any:
    """The bytes of *number* as bf16."""
    return _dump(number, dtypes.BF16)


@ex("load_bf16/1")
def load_bf16(data: Any) -> Any:
    """The number that bf16 bytes hold."""
    return _load(data, dtypes.BF16)


@ex("dump_f8/1")
def dump_f8(number: Any) -> Any:
    """The byte of *number* as f8."""
    return _dump(number, dtypes.F8)


@ex("load_f8/1")
def load_f8(data: Any) -> Any:
    """The number that an f8 byte holds."""
    return _load(data, dtypes.F8)


@ex("dump_f8_e4m3fn/1")
def dump_f8_e4m3fn(number: Any) -> Any:
    """The byte of *number* as f8_e4m3fn."""
    return _dump(number, dtypes.E4M3)


@ex("load_f8_e4m3fn/1")
def load_f8_e4m3fn(data: Any) -> Any:
    """The number that an f8_e4m3fn byte holds."""
    return _load(data, dtypes.E4M3)


MODULE = native_module("Nx.Floating", globals())
