"""Containers of tensors: tuples, maps, structs that derive or implement Nx.Container, and Nx.LazyContainer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from defnpy.nx.convert import constant, from_numpy, python_number
from defnpy.nx.dtype import infer
from defnpy.nx.show import text
from defnpy.nx.tensor import TEMPLATE, Tensor
from defnpy.terms import map as maps
from defnpy.terms.atom import Atom, alias
from defnpy.terms.errors import ArgumentError, KeyError_, ProtocolUndefinedError
from defnpy.terms.function import Closure
from defnpy.terms.protocol import find_impl, target_of
from defnpy.terms.runtime import runtime
from defnpy.terms.struct import Struct

CONTAINER, LAZY = "Nx.Container", "Nx.LazyContainer"
_CONTAINERS, _KEEP = Atom("containers"), Atom("keep")

Step = Callable[[Any, Any], tuple[Any, Any]]


def is_leaf(term: Any) -> bool:
    """Whether *term* is a tensor or stands for a scalar one."""
    kind = term.__class__
    if kind is Tensor or kind is int or kind is float:
        return True
    if kind is Atom or isinstance(term, Struct):
        return kind is not Atom and term.module.name == "Elixir.Complex" or python_number(term) is not None
    return isinstance(term, (np.ndarray, np.generic)) and kind is not bool


def leaf(term: Any) -> Tensor:
    """The tensor that a leaf stands for."""
    if term.__class__ is Tensor:
        return term
    if isinstance(term, np.ndarray):
        return from_numpy(term)
    number = python_number(term)
    return constant(number, infer(number))


def derived(term: Any) -> tuple[list[Any], list[Any]] | None:
    """The ``containers:`` and ``keep:`` fields that the module of a struct derives, or None."""
    module = runtime().modules.get(term.module)
    if module is None:
        return None
    for protocol, opts in module.info.get("derive", ()):
        if protocol.name == "Elixir." + CONTAINER:
            given = {k.name: v for k, v in opts or []}
            return given.get("containers", []), given.get("keep", [])
    return None


def check_derive(module: Atom, fields: list[Any], opts: Any) -> None:
    """Called when a struct derives Nx.Container: its options must name fields of the struct."""
    given = {k.name: v for k, v in opts or []}
    if "containers" not in given:
        raise KeyError_(_CONTAINERS, opts or [])
    for names in (given["containers"], given.get("keep", [])):
        if names.__class__ is not list:
            raise ProtocolUndefinedError(alias("Enumerable"), names)
    for field in (*given["containers"], *given.get("keep", [])):
        if field not in fields:
            name = module.name.removeprefix("Elixir.")
            raise ArgumentError(
                f"cannot derive Nx.Container for struct {name} because it does not have field {text(field)}"
            )


def _defaults(term: Any) -> dict[Any, Any]:
    module = runtime().modules.get(term.module)
    fields = module.info.get("struct") if module is not None else None
    return dict(fields) if fields else dict(term.fields)


def traverse(term: Any, acc: Any, fun: Step) -> tuple[Any, Any]:
    """``Nx.Container.traverse/3``: *fun* on every child, in order; answers the new container."""
    kind = term.__class__
    if kind is tuple:
        made = []
        for child in term:
            new, acc = fun(child, acc)
            made.append(new)
        return tuple(made), acc
    if kind is dict:
        out: dict[Any, Any] = {}
        for k in maps.sorted_keys(term):
            out[k], acc = fun(term[k], acc)
        return out, acc
    if is_leaf(term):
        return fun(term, acc)
    if isinstance(term, Struct):
        own = find_impl(CONTAINER, term)
        if own is not None and "traverse/3" in own.functions:
            return own.functions["traverse/3"](term, acc, Closure(2, fun))
        found = derived(term)
        if found is not None:
            return _traverse_struct(term, found, acc, fun)
    raise ProtocolUndefinedError(alias(CONTAINER), term)


def _traverse_struct(term: Any, found: tuple[list[Any], list[Any]], acc: Any, fun: Step) -> tuple[Any, Any]:
    containers, keep = found
    fields = _defaults(term)
    for name in keep:
        fields[name] = term.fields[name]
    for name in containers:
        fields[name], acc = fun(term.fields[name], acc)
    return Struct(term.module, fields), acc


def reduce(term: Any, acc: Any, fun: Callable[[Any, Any], Any]) -> Any:
    """``Nx.Container.reduce/3``."""
    if isinstance(term, Struct) and not is_leaf(term):
        own = find_impl(CONTAINER, term)
        if own is not None and "reduce/3" in own.functions:
            return own.functions["reduce/3"](term, acc, Closure(2, fun))

    def step(child: Any, so_far: Any) -> tuple[Any, Any]:
        return child, fun(child, so_far)

    return traverse(term, acc, step)[1]


def container_map(term: Any, fun: Callable[[Tensor], Any]) -> Any:
    """*fun* on every tensor of a (nested) container; numbers count as tensors."""
    if is_leaf(term):
        return fun(leaf(term))
    return traverse(term, None, lambda child, _: (container_map(child, fun), None))[0]


def container_each(term: Any, fun: Callable[[Tensor], Any]) -> None:
    """As :func:`container_map` for the effect only."""
    if is_leaf(term):
        fun(leaf(term))
        return
    reduce(term, None, lambda child, _: container_each(child, fun))


Lazy = Callable[[Tensor, Callable[[], Tensor], Any], tuple[Any, Any]]


def lazy_traverse(term: Any, acc: Any, fun: Lazy) -> tuple[Any, Any]:
    """``Nx.LazyContainer.traverse/3``: ``fun(template, tensor_function, acc)`` on every tensor."""
    if is_leaf(term):
        t = leaf(term)
        return fun(t.like(data=TEMPLATE), lambda: t, acc)
    own = getattr(term, "lazy_traverse", None)
    if own is not None:
        return own(acc, fun)
    impl = find_impl(LAZY, term) if isinstance(term, Struct) else None
    if impl is not None and "traverse/3" in impl.functions:
        made = Closure(3, lambda t, f, a: fun(t, f, a))
        return impl.functions["traverse/3"](term, acc, made)
    if term.__class__ in (tuple, dict) or isinstance(term, Struct):
        if isinstance(term, Struct) and derived(term) is None and find_impl(CONTAINER, term) is None:
            raise not_lazy(term)
        return traverse(term, acc, lambda child, so_far: lazy_traverse(child, so_far, fun))
    raise not_lazy(term)


def not_lazy(term: Any) -> ProtocolUndefinedError:
    """The error for a term that is no container, with the reference's advice."""
    kind = term.__class__
    if kind is list:
        advice = (
            "lists are not valid tensors (and therefore not supported as defn inputs). "
            "However, you can convert them to tensors using Nx.tensor/1"
        )
    elif kind is bool:
        advice = (
            "booleans are not valid tensors (and therefore not supported as defn inputs). "
            "However, you can convert them to tensors using Nx.tensor/1"
        )
    elif kind is Atom or term is None:
        advice = ""
    else:
        advice = "data-structures given to defn/Nx must implement either Nx.LazyContainer or Nx.Container"
    return ProtocolUndefinedError(alias(LAZY), term, advice)


def lazy_map(term: Any, fun: Callable[[Tensor], Any]) -> Any:
    """*fun* on the template of every tensor of a lazy container."""
    return lazy_traverse(term, None, lambda template, _, acc: (_each(template, fun), acc))[0]


def eager_map(term: Any, fun: Callable[[Tensor], Any]) -> Any:
    """*fun* on every tensor of a lazy container."""
    return lazy_traverse(term, None, lambda _, make, acc: (_each(make(), fun), acc))[0]


def _each(term: Any, fun: Callable[[Tensor], Any]) -> Any:
    """*fun* on what an implementation of Nx.LazyContainer handed over: a tensor, or a container of tensors."""
    return fun(term) if term.__class__ is Tensor else container_map(term, fun)


def to_single_tensor(term: Any) -> Tensor:
    """The tensor of a lazy container that is exactly one."""
    if term.__class__ not in (tuple, dict):
        made = eager_map(term, lambda t: t)
        if made.__class__ is Tensor:
            return made
    else:
        eager_map(term, lambda t: t)
    raise ArgumentError(
        f"cannot convert {text(term)} to tensor because it represents a collection of tensors, "
        "use Nx.stack/2 or Nx.concatenate/2 instead"
    )


def flatten_list(terms: Any) -> list[Tensor]:
    """All tensors of a list of containers, or of one container."""
    found: list[Tensor] = []

    def collect(t: Tensor) -> Tensor:
        found.append(t)
        return t

    for term in terms if terms.__class__ is list else [terms]:
        if term.__class__ is dict:
            from defnpy.stdlib.io import warn

            warn(_UNORDERED)
        eager_map(term, collect)
    return found


_UNORDERED = (
    "a map has been given to stack/concatenate. Maps do not have a predefined order "
    "and therefore there is no guarantee over of the stack/concatenated tensors"
)


def implementation(protocol: str, term: Any) -> Any:
    """``Nx.Container.impl_for/1`` and ``Nx.LazyContainer.impl_for/1``: the module that implements *protocol*, or nil."""
    written = find_impl(protocol, term) if isinstance(term, Struct) else None
    if written is not None:
        return written.name
    known = is_leaf(term) or term.__class__ in (tuple, dict) or (isinstance(term, Struct) and derived(term) is not None)
    if known:
        return alias(f"{protocol}.{target_of(term)}")
    if protocol == LAZY and (isinstance(term, Struct) and find_impl(CONTAINER, term) is not None):
        return alias(f"{protocol}.Any")
    return None


def compatible(left: Any, right: Any) -> bool:
    """``Nx.compatible?/2``."""
    if is_leaf(left) or is_leaf(right):
        if not (is_leaf(left) and is_leaf(right)):
            return False
        return tensors_compatible(leaf(left), leaf(right))
    if isinstance(left, Struct) or isinstance(right, Struct):
        if not (isinstance(left, Struct) and isinstance(right, Struct)) or left.module is not right.module:
            return False
        if implementation(CONTAINER, left) is None:
            left, right = (lazy_map(side, lambda t: t.like(data=TEMPLATE)) for side in (left, right))
        return _same_children(left, right)
    if left.__class__ is not right.__class__:
        return False
    if left.__class__ is dict and left.keys() != right.keys():
        return False
    return _same_children(left, right)


def _same_children(left: Any, right: Any) -> bool:
    a: list[Any] = reduce(left, [], lambda child, acc: [*acc, child])
    b: list[Any] = reduce(right, [], lambda child, acc: [*acc, child])
    return len(a) == len(b) and all(compatible(x, y) for x, y in zip(a, b, strict=True))


def tensors_compatible(a: Tensor, b: Tensor) -> bool:
    """Same type, shape and vectorised axes, and names that do not contradict."""
    if a.type is not b.type or a.shape != b.shape or a.vectorized_axes != b.vectorized_axes:
        return False
    return all(x is None or y is None or x is y for x, y in zip(a.names, b.names, strict=True))
