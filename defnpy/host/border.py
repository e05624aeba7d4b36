"""Values that cross between Python and Elixir."""

from __future__ import annotations

import sys
from typing import Any

from defnpy.terms import map as maps
from defnpy.terms.atom import Atom, alias
from defnpy.terms.function import is_function
from defnpy.terms.struct import Struct

COMPLEX = alias("Complex")
_PLAIN = frozenset({int, float, bool, str, bytes, type(None), Atom})


def is_array(value: Any) -> bool:
    """Whether a Python value is an array (NumPy, jax, torch) or a NumPy scalar."""
    return hasattr(value, "dtype") and hasattr(value, "shape")


def to_elixir(value: Any) -> Any:
    """A Python value as an Elixir term: arrays become tensors without a copy, dict keys stay strings."""
    kind = value.__class__
    if kind in _PLAIN:
        return value
    if kind is list:
        return [to_elixir(v) for v in value]
    if kind is tuple:
        return tuple([to_elixir(v) for v in value])
    if kind is dict:
        return maps.from_pairs((to_elixir(k), to_elixir(v)) for k, v in value.items())
    if isinstance(value, Struct) or is_function(value):
        return value
    if is_array(value):
        return tensor_of(value)
    if isinstance(value, bool | int | float | str | bytes):
        base: Any = next(c for c in (bool, int, float, str, bytes) if isinstance(value, c))
        return base(value)
    if isinstance(value, complex):
        return Struct(COMPLEX, {Atom("im"): value.imag, Atom("re"): value.real})
    if hasattr(value, "term"):
        return value.term
    if isinstance(value, tuple | list):
        return type_of_sequence(value)([to_elixir(v) for v in value])
    if callable(value):
        return _callback(value)
    raise TypeError(f"{type(value).__name__} has no counterpart in Elixir; arrays, numbers, text, lists, tuples and dicts have")


def type_of_sequence(value: Any) -> Any:
    return tuple if isinstance(value, tuple) else list


def tensor_of(value: Any) -> Any:
    """An array as a tensor that shares its memory."""
    import numpy as np

    if not isinstance(value, np.ndarray) and type(value).__module__.startswith("jax"):
        from defnpy.compilers.exla.backend import tensor_from_jax

        return tensor_from_jax(value)
    if not isinstance(value, np.ndarray | np.generic) and hasattr(value, "__dlpack__"):
        value = _host_array(value)
    from defnpy.nx import dtype
    from defnpy.nx.tensor import Tensor, unnamed

    array = np.asarray(value)
    if array.dtype == np.bool_:
        array = array.view(np.uint8) if array.ndim else array.astype(np.uint8)
    return Tensor(dtype.of_numpy(array.dtype), array.shape, unnamed(array.ndim), array)


def _host_array(value: Any) -> Any:
    """The memory of a foreign array as a NumPy array; arrays of other devices are copied to the host."""
    import numpy as np

    if type(value).__module__.startswith("torch"):
        value = value.detach().cpu()
        if str(value.dtype) == "torch.bfloat16":
            import ml_dtypes

            # DLPack gives NumPy no bf16, so the bits cross as integers.
            integers = sys.modules["torch"].int16
            return np.from_dlpack(value.view(integers)).view(ml_dtypes.bfloat16)
    return np.from_dlpack(value)


def _callback(function: Any) -> Any:
    """A Python callable given to Elixir code: called with Python values."""
    import inspect

    from defnpy.terms.function import Closure

    count = len([p for p in inspect.signature(function).parameters.values() if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)])
    return Closure(count, lambda *args: to_elixir(function(*[to_python(a) for a in args])), getattr(function, "__name__", "python"))


def to_python(term: Any) -> Any:
    """A term as a Python value: tensors become arrays, atoms text, map keys str."""
    kind = term.__class__
    if kind is Atom:
        return term.name.removeprefix("Elixir.")
    if kind in _PLAIN:
        return term
    if kind is tuple:
        return tuple([to_python(v) for v in term])
    if kind is list:
        if term and all(p.__class__ is tuple and len(p) == 2 and p[0].__class__ is Atom for p in term):
            return {k.name: to_python(v) for k, v in term}
        return [to_python(v) for v in term]
    if kind is dict:
        return {_key(maps.unkey(k)): to_python(v) for k, v in term.items()}
    tensor = sys.modules.get("defnpy.nx.tensor")
    if tensor is not None and kind is tensor.Tensor:
        return array_of(term)
    if isinstance(term, Struct) and term.module is COMPLEX:
        re, im = (term.fields[Atom(part)] for part in ("re", "im"))
        # The infinities and NaN of a Complex are atoms.
        return complex(re, im) if re.__class__ is not Atom and im.__class__ is not Atom else term
    if is_function(term):
        from defnpy.host.embed import wrap_function

        return wrap_function(term, "anonymous function", {})
    return term


def _key(key: Any) -> Any:
    return key.name.removeprefix("Elixir.") if key.__class__ is Atom else to_python(key)


def array_of(tensor: Any) -> Any:
    """The array of a tensor, in the library of its backend, without a copy."""
    import numpy as np

    data = tensor.data
    if data.__class__ is np.ndarray:
        return data
    own = getattr(data, "array", None)
    if own is not None:
        return own
    return tensor.data.backend.to_numpy(tensor)
