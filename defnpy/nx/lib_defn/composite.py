"""Nx.Defn.Composite: walks over containers whose leaves stay as they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.nx import containers
from defnpy.nx.structure import same_structure
from defnpy.terms.module import ex, native_module


def _walk(term: Any, acc: Any, fun: Callable[[Any, Any], tuple[Any, Any]]) -> tuple[Any, Any]:
    if containers.is_leaf(term):
        return fun(term, acc)
    return containers.traverse(term, acc, lambda child, so_far: _walk(child, so_far, fun))


def _leaves(term: Any) -> list[Any]:
    found: list[Any] = []

    def collect(leaf: Any, acc: Any) -> tuple[Any, Any]:
        found.append(leaf)
        return leaf, acc

    _walk(term, None, collect)
    return found


@ex("count/1")
def count(term: Any) -> int:
    """The number of leaves."""
    return len(_leaves(term))


@ex("traverse/2")
def traverse(term: Any, fun: Any) -> Any:
    """*fun* on every leaf."""
    return _walk(term, None, lambda leaf, acc: (fun(leaf), acc))[0]


@ex("traverse/3")
def traverse_3(term: Any, acc: Any, fun: Any) -> Any:
    """*fun* on every leaf with an accumulator."""
    return _walk(term, acc, fun)


@ex("reduce/3")
def reduce(term: Any, acc: Any, fun: Any) -> Any:
    """Fold the leaves."""
    for leaf in _leaves(term):
        acc = fun(leaf, acc)
    return acc


@ex("flatten_list/1", "flatten_list/2")
def flatten_list(terms: Any, tail: Any = ()) -> list[Any]:
    """The leaves of a list of containers."""
    return [leaf for term in terms for leaf in _leaves(term)] + list(tail)


@ex("compatible?/3")
def compatible_q(left: Any, right: Any, fun: Any) -> bool:
    """Whether two containers have one form and *fun* holds for each pair of leaves."""
    if not same_structure(left, right):
        return False
    return all(fun(a, b) is not False for a, b in zip(_leaves(left), _leaves(right), strict=True))


MODULE = native_module("Nx.Defn.Composite", globals())
