"""``%Nx.Tensor{}``: type, shape, names, vectorised axes and data."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from defnpy.nx.dtype import DType
from defnpy.terms.atom import Atom, alias
from defnpy.terms.struct import Struct

TENSOR = alias("Nx.Tensor")
_DATA, _TYPE, _SHAPE, _NAMES = Atom("data"), Atom("type"), Atom("shape"), Atom("names")
_VECTORIZED, _DONATABLE = Atom("vectorized_axes"), Atom("donatable?")

Shape = tuple[int, ...]
Names = tuple[Any, ...]
ndarray = np.ndarray


@cache
def unnamed(rank: int) -> Names:
    """The names of a tensor without names; one tuple per rank, so identity tells."""
    return (None,) * rank


class Traced:
    """Base of the data of expression tensors; ``backend`` is the Backend that builds nodes."""

    __slots__ = ()
    backend: Any


class TemplateData:
    """The data of a tensor that has none (``Nx.template/3``); there is one object, ``TEMPLATE``."""

    __slots__ = ()
    backend: Any = None


TEMPLATE = TemplateData()


def _data_of(t: Tensor, value: Any) -> Any:
    """The data that a term put into the field ``data`` of *t* stands for."""
    if value.__class__ is HostData:
        return value.tensor.data
    if value.__class__ is not Struct:
        return value
    if value.module is alias("Nx.BinaryBackend"):
        from defnpy.nx.bytes import array_of, octets

        return array_of(octets(value.fields[Atom("state")])[0], t.type, t.full_shape)
    if value.module is alias("Nx.TemplateBackend"):
        return TEMPLATE
    from defnpy.nx.elixir_backend import ElixirData

    return ElixirData(value)


class HostData(Struct):
    """``%Nx.BinaryBackend{state: binary}``; the binary is made when someone looks at it."""

    __slots__ = ("tensor",)
    module = alias("Nx.BinaryBackend")

    def __init__(self, tensor: Tensor) -> None:
        self.tensor = tensor

    @property
    def fields(self) -> dict[Any, Any]:  # type: ignore[override]
        from defnpy.nx.bytes import binary_of

        return {Atom("state"): binary_of(self.tensor)}


def _one_nan(array: Any) -> bytes:
    """The bytes of *array* with the same bits for every NaN."""
    parts = np.ascontiguousarray(array)
    parts = parts.view(parts.real.dtype) if parts.dtype.kind == "c" and parts.ndim else parts
    if parts.dtype.kind == "c":
        return _one_nan(np.array([parts.real, parts.imag]))
    return bytes(np.where(parts != parts, parts.dtype.type(np.nan), parts).tobytes())


class Tensor(Struct):
    """A tensor. ``data`` is a NumPy array (Nx.BinaryBackend) or an object whose ``backend`` is a Backend.

    An array has the vectorised sizes before ``shape``. A tensor is never changed once its data is set.
    """

    __slots__ = ("data", "donatable", "names", "shape", "type", "vectorized_axes")
    module = TENSOR

    def __init__(
        self,
        type: DType,
        shape: Shape,
        names: Names,
        data: Any = None,
        vectorized_axes: tuple[tuple[Atom, int], ...] = (),
        donatable: bool = False,
    ) -> None:
        self.type = type
        self.shape = shape
        self.names = names
        self.data = data
        self.vectorized_axes = vectorized_axes
        self.donatable = donatable

    def ex_source(self) -> tuple[Atom, str, list[Any]]:
        """How generated code makes this tensor again (a module attribute that holds one)."""
        from defnpy.nx.api.serialize import serialize
        from defnpy.terms.text import iodata_bytes

        return alias("Nx"), "deserialize/1", [iodata_bytes(serialize(self))]

    def like(self, **changes: Any) -> Tensor:
        """A copy with some slots changed."""
        made = Tensor(self.type, self.shape, self.names, self.data, self.vectorized_axes, self.donatable)
        for name, value in changes.items():
            setattr(made, name, value)
        return made

    @property
    def rank(self) -> int:
        """Number of axes, vectorised ones not counted."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """Number of elements, vectorised axes not counted."""
        n = 1
        for d in self.shape:
            n *= d
        return n

    @property
    def full_shape(self) -> Shape:
        """Vectorised sizes followed by the shape."""
        return (*(n for _, n in self.vectorized_axes), *self.shape) if self.vectorized_axes else self.shape

    @property
    def fields(self) -> dict[Any, Any]:  # type: ignore[override]
        return {
            _DATA: self._data_term(),
            _DONATABLE: self.donatable,
            _NAMES: list(self.names),
            _SHAPE: self.shape,
            _TYPE: self.type.elixir,
            _VECTORIZED: list(self.vectorized_axes),
        }

    def _data_term(self) -> Any:
        if self.data.__class__ is ndarray:
            return HostData(self)
        if self.data is TEMPLATE:
            return Struct(alias("Nx.TemplateBackend"), {})
        own = getattr(self.data, "term", None)
        return own() if callable(own) else self.data

    def replace(self, changes: dict[Any, Any]) -> Struct:
        """``%{tensor | ...}``."""
        from defnpy.nx.dtype import normalize

        made = self.like()
        for key, value in changes.items():
            if key is _TYPE:
                made.type = normalize(value)
            elif key is _NAMES:
                made.names = tuple(value)
            elif key is _SHAPE:
                made.shape = value
            elif key is _VECTORIZED:
                made.vectorized_axes = tuple(value)
            elif key is _DONATABLE:
                made.donatable = value
            elif key is _DATA:
                made.data = _data_of(made, value)
        return made

    def ex_inspect(self, opts: Any) -> Any:
        """The document of ``inspect/2``."""
        from defnpy.nx.show import tensor_document

        return tensor_document(self, opts)

    def ex_fetch(self, key: Any) -> Any:
        """``tensor[key]``."""
        from defnpy.nx.api.access import fetch

        return fetch(self, key)

    def ex_get_and_update(self, key: Any, fun: Any) -> Any:
        """``put_in``, ``update_in`` and friends are refused."""
        from defnpy.terms.errors import RuntimeError_

        raise RuntimeError_("Access.get_and_update/3 is not supported. Please use Nx.put_slice/3 instead")

    def ex_pop(self, key: Any) -> Any:
        """``Access.pop/2`` is refused."""
        from defnpy.terms.errors import RuntimeError_

        raise RuntimeError_("Access.pop/2 is not yet supported by Nx.Tensor")

    def ex_equal(self, other: Any, same: Any) -> bool:
        """Equality of terms: same header and same bytes; NaN is one number, as in the reference, where all have the same bits."""
        if self.type is not other.type or self.shape != other.shape or self.names != other.names:
            return False
        if self.vectorized_axes != other.vectorized_axes or self.donatable != other.donatable:
            return False
        if self.data.__class__ is ndarray and other.data.__class__ is ndarray:
            return self.data.tobytes() == other.data.tobytes() or (self.type.is_float and _one_nan(self.data) == _one_nan(other.data))
        return self.data is other.data or bool(same(self._data_term(), other._data_term()))

    def __hash__(self) -> int:
        return hash((self.type.name, self.shape, self.vectorized_axes))

    def __eq__(self, other: object) -> bool:
        return other.__class__ is Tensor and self.ex_equal(other, lambda a, b: bool(a == b))

    def __repr__(self) -> str:
        from defnpy.nx.show import plain

        return plain(self)

    def numpy(self) -> Any:
        """The elements as a NumPy array (without a copy where the backend allows it)."""
        if self.data.__class__ is ndarray:
            return self.data
        return self.data.backend.to_numpy(self)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return np.array(self.numpy(), dtype=dtype) if copy else np.asarray(self.numpy(), dtype=dtype)

    def __dlpack__(self, **options: Any) -> Any:
        return self._array().__dlpack__(**options)

    def __dlpack_device__(self) -> Any:
        return self._array().__dlpack_device__()

    def _array(self) -> Any:
        """The array of whatever library holds the data."""
        own = getattr(self.data, "array", None)
        return self.numpy() if own is None else own

    def __bool__(self) -> bool:
        # A tensor is a term, and every term but nil and false is true.
        return True

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len() of a scalar tensor")
        return self.shape[0]

    def __float__(self) -> float:
        return float(self.numpy())

    def __int__(self) -> int:
        return int(self.numpy())

    def __getitem__(self, key: Any) -> Any:
        return self.ex_fetch(list(key) if key.__class__ is tuple else key)


def template(type: DType, shape: Shape, names: Names | None = None) -> Tensor:
    """An output template: a tensor whose data is yet to be set."""
    return Tensor(type, shape, unnamed(len(shape)) if names is None else names)
