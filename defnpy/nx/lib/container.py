"""``Nx.Container`` and ``Nx.LazyContainer`` as modules."""

from __future__ import annotations

from typing import Any

from defnpy.nx import containers
from defnpy.nx.api.serialize import parts_of
from defnpy.nx.tensor import Tensor
from defnpy.terms.atom import alias
from defnpy.terms.errors import ProtocolUndefinedError
from defnpy.terms.function import Closure
from defnpy.terms.module import ex, native_module


@ex("traverse/3")
def traverse(container: Any, acc: Any, fun: Any) -> Any:
    """*fun* on every child; answers the new container and the accumulator."""
    return containers.traverse(container, acc, fun)


@ex("reduce/3")
def reduce(container: Any, acc: Any, fun: Any) -> Any:
    """*fun* on every child, for the accumulator."""
    return containers.reduce(container, acc, fun)


@ex("serialize/1")
def serialize(container: Any) -> Any:
    """A module, key and child pairs, and metadata."""
    return parts_of(container)


@ex("impl_for/1")
def impl_for(term: Any) -> Any:
    """The module that makes *term* a container, or nil."""
    return containers.implementation(containers.CONTAINER, term)


@ex("impl_for!/1")
def impl_for_bang(term: Any) -> Any:
    """As ``impl_for/1``; raises for what is no container."""
    found = impl_for(term)
    if found is None:
        raise ProtocolUndefinedError(alias(containers.CONTAINER), term)
    return found


MODULE = native_module("Nx.Container", globals(), info={"protocol": True})


@ex("traverse/3")
def lazy_traverse(container: Any, acc: Any, fun: Any) -> Any:
    """``fun(template, function, acc)`` on every tensor."""

    def step(template: Tensor, make: Any, so_far: Any) -> Any:
        return fun(template, Closure(0, make), so_far)

    return containers.lazy_traverse(container, acc, step)


@ex("impl_for/1")
def lazy_impl_for(term: Any) -> Any:
    """The module that makes *term* a lazy container, or nil."""
    return containers.implementation(containers.LAZY, term)


@ex("impl_for!/1")
def lazy_impl_for_bang(term: Any) -> Any:
    """As ``impl_for/1``; raises with the reference's advice."""
    found = lazy_impl_for(term)
    if found is None:
        raise containers.not_lazy(term)
    return found


LAZY = native_module(
    "Nx.LazyContainer",
    {"traverse": lazy_traverse, "impl_for": lazy_impl_for, "impl_for_bang": lazy_impl_for_bang},
    info={"protocol": True},
)
