"""Functions as terms: any callable with a known arity.

An anonymous function is a plain Python function (its arity is its number of positional parameters; keyword-only
parameters hold captured loop variables). A captured named function is a :class:`Capture`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any

from defnpy.terms.atom import Atom
from defnpy.terms.errors import BadArityError, BadFunctionError


class Capture:
    """``&Module.name/arity``, or the *local* ``&name/arity`` of a module: equal when module, name and arity are."""

    __slots__ = ("arity", "call", "local", "module", "name")

    def __init__(self, module: Atom, name: str, arity: int, call: Callable[..., Any], *, local: bool = False) -> None:
        self.module = module
        self.name = name
        self.arity = arity
        self.call = call
        self.local = local

    def __call__(self, *args: Any) -> Any:
        if len(args) != self.arity:
            raise BadArityError(self, list(args))
        return self.call(*args)

    def __eq__(self, other: object) -> bool:
        return (
            other.__class__ is Capture
            and self.module is other.module
            and self.name == other.name
            and self.arity == other.arity
            and self.local is other.local
        )

    def __hash__(self) -> int:
        return hash((self.module, self.name, self.arity))


class Closure:
    """A native anonymous function with an explicit arity (a compiled defn, a jitted function).

    One that is enumerable may have *start*, which gives a new iterator over its elements.
    """

    __slots__ = ("arity", "call", "label", "start")

    def __init__(
        self, arity: int, call: Callable[..., Any], label: str = "", start: Callable[[], Iterator[Any]] | None = None
    ) -> None:
        self.arity = arity
        self.call = call
        self.label = label
        self.start = start

    def __call__(self, *args: Any) -> Any:
        if len(args) != self.arity:
            raise BadArityError(self, list(args))
        return self.call(*args)


def is_function(term: Any, arity: int | None = None) -> bool:
    """Whether *term* is a function (of that arity)."""
    kind = term.__class__
    if kind is FunctionType:
        return arity is None or term.__code__.co_argcount == arity
    if kind is Capture or kind is Closure:
        return arity is None or term.arity == arity
    return False


def arity_of(term: Any) -> int:
    """The arity of a function term."""
    if term.__class__ is FunctionType:
        return int(term.__code__.co_argcount)
    return int(term.arity)


def call(term: Any, args: list[Any]) -> Any:
    """Apply a function term to a list of arguments; the checked, slow way."""
    kind = term.__class__
    if kind is FunctionType:
        if term.__code__.co_argcount != len(args):
            raise BadArityError(term, args)
        return term(*args)
    if kind is Capture or kind is Closure:
        return term(*args)
    raise BadFunctionError(term)
