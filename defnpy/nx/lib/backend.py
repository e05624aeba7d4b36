"""``Nx.Backend``: what backends share."""

from __future__ import annotations

from typing import Any

from defnpy.nx.bytes import array_of, octets
from defnpy.nx.document import joined, limit_of
from defnpy.nx.show import body_lines
from defnpy.nx.tensor import Tensor
from defnpy.terms.module import ex, native_module


@ex("inspect/3")
def inspect(tensor: Tensor, binary: Any, opts: Any) -> Any:
    """The document of the elements in *binary*, which has the type and shape of *tensor*."""
    array = array_of(octets(binary)[0], tensor.type, tensor.shape)
    plain = Tensor(tensor.type, tensor.shape, tensor.names)
    return joined(body_lines(plain, array, limit_of(opts))[0])


MODULE = native_module("Nx.Backend", globals())
