"""From an operation and its operands to a result: the output template is known before any backend runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from defnpy.nx import backend as backends
from defnpy.nx.tensor import TEMPLATE, Tensor, Traced
from defnpy.terms.atom import alias
from defnpy.terms.struct import Struct

_ndarray = np.ndarray


def pick(operands: Sequence[Tensor]) -> backends.Backend:
    """The backend of an operation: the one that is not Nx.BinaryBackend wins, two different ones are an error."""
    found: backends.Backend | None = None
    for t in operands:
        if t.data.__class__ is _ndarray:
            continue
        own = t.data.backend
        if isinstance(t.data, Traced):
            return own
        if found is not None and own != found:
            if t.data is TEMPLATE and not any(o.shape for o in operands if o is not t):
                # A number became a tensor of the default backend; the template refuses.
                return own
            if found is TEMPLATE.backend and not t.shape:
                continue
            from defnpy.nx.lib.structs import incompatible

            raise incompatible(found.name, own.name)
        found = own
    return found if found is not None else backends.binary()


def run(op: Any, out: Any, operands: Sequence[Tensor], params: Any = None) -> Any:
    """Run *op* on the backend of its operands; *out* is filled and returned."""
    return pick(operands).run(op, out, operands, params)


def create(op: Any, out: Tensor, params: Any, backend: Any = None) -> Tensor:
    """Run an operation without operands (``iota``, ``eye``) on *backend* (an Elixir term; None: the default one)."""
    if backend is None:
        return backends.default().run(op, out, (), params)
    name, options = backends.parse(backend, ":")
    found = backends.find(name, op.name, 3)
    return found.using(found.init(options)).run(op, out, (), params)


def apply(op: Any, *operands: Tensor, **params: Any) -> Any:
    """Infer the output of *op* and run it: ``apply(TRANSPOSE, t, axes=(1, 0))``."""
    return pick(operands).run(op, op.infer(params, *operands), operands, params)


def tag(name: str, **fields: Any) -> Struct:
    """The struct ``%Nx.Block.Name{...}`` that names a block."""
    from defnpy.terms.atom import Atom

    return Struct(alias(f"Nx.Block.{name}"), {Atom(k.rstrip("_")): v for k, v in fields.items()})


def block(name: Any, out: Any, operands: Sequence[Tensor], default: Callable[..., Any]) -> Any:
    """One named node for the tracer, a kernel of its own where the backend has one, else ``default(*operands)``."""
    return pick(operands).block(name, out, operands, default)
