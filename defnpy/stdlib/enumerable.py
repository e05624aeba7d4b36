"""Enumerable and Collectable: walking any enumerable as a Python iterator, and collecting into any target."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from types import FunctionType
from typing import Any

from defnpy.stdlib.reflection import reflecting
from defnpy.stdlib.util import is_binary
from defnpy.terms import map as maps
from defnpy.terms.atom import Atom, alias
from defnpy.terms.binary import Bits, build
from defnpy.terms.errors import ArgumentError, FunctionClauseError, ProtocolUndefinedError
from defnpy.terms.function import Capture, Closure, arity_of
from defnpy.terms.inspect import inspect
from defnpy.terms.list import ImproperList
from defnpy.terms.module import Module, ex, native_module
from defnpy.terms.order import strict_equal
from defnpy.terms.protocol import find_impl
from defnpy.terms.range import Range
from defnpy.terms.struct import Struct

CONT, HALT, SUSPEND = Atom("cont"), Atom("halt"), Atom("suspend")
DONE, HALTED, SUSPENDED = Atom("done"), Atom("halted"), Atom("suspended")
OK, ERROR = Atom("ok"), Atom("error")
ENUMERABLE, COLLECTABLE = alias("Enumerable"), alias("Collectable")

Collector = tuple[Callable[[Any], Any], Callable[[], Any]]


def iterate(term: Any) -> Iterator[Any]:
    """An iterator over the elements of *term*; Protocol.UndefinedError when it is not enumerable."""
    kind = term.__class__
    if kind is list:
        return iter(term)
    if kind is dict:
        return maps.items(term)
    if kind is Range:
        return iter(term.python())
    hook = getattr(term, "ex_iterate", None)
    if hook is not None:
        return iter(hook())
    if kind is FunctionType or kind is Capture or kind is Closure:
        if arity_of(term) != 2:
            text = "only anonymous functions of arity 2 are enumerable"
            raise ProtocolUndefinedError(ENUMERABLE, term, text)
        if kind is Closure and term.start is not None:
            return term.start()
        return _by_reducing(term)
    if kind is ImproperList:
        return _improper(term)
    impl = _impl(term)

    def reduce(acc: Any, fun: Any) -> Any:
        return impl.functions["reduce/3"](term, acc, fun)

    return _by_reducing(reduce)


def _improper(term: ImproperList) -> Iterator[Any]:
    yield from term.head
    raise FunctionClauseError(alias("Enumerable.List"), Atom("reduce"), 3)


def _impl(term: Any) -> Module:
    impl = find_impl("Enumerable", term)
    if impl is None:
        raise ProtocolUndefinedError(ENUMERABLE, term)
    return impl


def _suspend(item: Any, acc: Any) -> Any:
    return (SUSPEND, [item])


def _by_reducing(reduce: Callable[[Any, Any], Any]) -> Iterator[Any]:
    """The elements that a reducing function passes on, one at a time by suspending it."""
    state = reduce((CONT, []), _suspend)
    finished = False
    try:
        while state[0] is SUSPENDED:
            yield state[1][0]
            state = state[2]((CONT, []))
        finished = True
        if state[1].__class__ is list:
            # A function that reduced without its reducer: its elements are what it answers.
            yield from state[1]
    finally:
        if not finished and state[0] is SUSPENDED:
            state[2]((HALT, None))


def as_list(term: Any) -> list[Any]:
    """All elements as a list; a list is returned as it is."""
    kind = term.__class__
    if kind is list:
        return term
    if kind is dict:
        return list(maps.items(term))
    return list(iterate(term))


def count(term: Any) -> int:
    """``Enum.count/1``."""
    if term.__class__ in (list, dict):
        return len(term)
    if isinstance(term, Range):
        return len(term)
    hook = getattr(term, "ex_count", None)
    if hook is not None:
        return int(hook())
    if isinstance(term, Struct) and not hasattr(term, "ex_iterate"):
        answer = _impl(term).functions["count/1"](term)
        if answer[0] is OK:
            return int(answer[1])
    return sum(1 for _ in iterate(term))


def member(term: Any, wanted: Any) -> bool:
    """``wanted in term`` (strict equality, as ``Enum.member?/2``)."""
    kind = term.__class__
    if kind is list:
        if wanted.__class__ in (Atom, str):
            return any(x.__class__ is wanted.__class__ and x == wanted for x in term)
        if wanted.__class__ is int and wanted not in term:
            return False
        return any(strict_equal(x, wanted) for x in term)
    if kind is Range:
        return wanted.__class__ is int and wanted in term.python()
    if kind is dict:
        if wanted.__class__ is not tuple or len(wanted) != 2:
            return False
        stored = maps.key(wanted[0])
        return stored in term and strict_equal(term[stored], wanted[1])
    hook = getattr(term, "ex_member", None)
    if hook is not None:
        return bool(hook(wanted))
    if isinstance(term, Struct) and not hasattr(term, "ex_iterate"):
        answer = _impl(term).functions["member?/2"](term, wanted)
        if answer[0] is OK:
            return bool(answer[1])
    return any(strict_equal(x, wanted) for x in iterate(term))


# ----------------------------------------------------------------------------------------- the reduce protocol


def reduce_iterator(source: Iterator[Any], acc: Any, fun: Callable[[Any, Any], Any]) -> Any:
    """``Enumerable.reduce`` over a Python iterator: understands ``:cont``, ``:halt`` and ``:suspend``."""
    while True:
        tag = acc[0]
        if tag is HALT:
            close = getattr(source, "close", None)
            if close is not None:
                close()
            return (HALTED, acc[1])
        if tag is SUSPEND:

            def resume(command: Any) -> Any:
                return reduce_iterator(source, command, fun)

            return (SUSPENDED, acc[1], resume)
        try:
            item = next(source)
        except StopIteration:
            return (DONE, acc[1])
        acc = fun(item, acc[1])


@ex("reduce/3")
def reduce(term: Any, acc: Any, fun: Callable[[Any, Any], Any]) -> Any:
    """``Enumerable.reduce/3``."""
    if isinstance(term, Struct) and not isinstance(term, Range) and not hasattr(term, "ex_iterate"):
        return _impl(term).functions["reduce/3"](term, acc, fun)
    if term.__class__ in (FunctionType, Capture, Closure):
        return term(acc, fun)
    return reduce_iterator(iterate(term), acc, fun)


@ex("count/1")
def protocol_count(term: Any) -> Any:
    return (OK, count(term))


@ex("member?/2")
def protocol_member(term: Any, wanted: Any) -> Any:
    return (OK, member(term, wanted)) if term.__class__ is not list else (ERROR, alias("Enumerable.List"))


@ex("slice/1")
def protocol_slice(term: Any) -> Any:
    if term.__class__ in (list, FunctionType, Capture, Closure):
        return (ERROR, alias("Enumerable.List" if term.__class__ is list else "Enumerable.Function"))
    items = as_list(term)

    def part(start: int, length: int, step: int) -> list[Any]:
        return items[start : start + length * step : step]

    return (OK, len(items), part)


# ------------------------------------------------------------------------------------------------- collecting


def collector(target: Any) -> Collector:
    """``(add, done)`` for *target*: ``add(x)`` for each element, then ``done()`` gives the collection."""
    kind = target.__class__
    if kind is list:
        return _list_collector(target)
    if kind is dict:
        return _map_collector(target)
    if is_binary(target) or kind is Bits:
        return _binary_collector(target)
    hook = getattr(target, "ex_collector", None)
    if hook is not None:
        return hook()
    if kind is FunctionType or kind is Closure:
        return _protocol_collector(target, None)
    impl = find_impl("Collectable", target)
    if impl is None:
        raise ProtocolUndefinedError(COLLECTABLE, target)
    return _protocol_collector(*impl.functions["into/1"](target))


def _list_collector(target: list[Any]) -> Collector:
    items = list(target)
    return items.append, lambda: items


def _map_collector(target: dict[Any, Any]) -> Collector:
    made = dict(target)

    def add(pair: Any) -> None:
        if pair.__class__ is not tuple or len(pair) != 2:
            raise ArgumentError(
                "collecting into a map requires {key, value} tuples, got: " + inspect(pair)
            )
        made[maps.key(pair[0])] = pair[1]

    return add, lambda: made


def _binary_collector(target: Any) -> Collector:
    parts: list[Any] = [target]
    kind = "binary" if is_binary(target) else "bitstring"

    def add(part: Any) -> None:
        if not is_binary(part) and part.__class__ is not Bits:
            raise ArgumentError(f"collecting into a {kind} requires a bitstring, got: {inspect(part)}")
        parts.append(part)

    def done() -> Any:
        if all(p.__class__ is str for p in parts):
            return "".join(parts)
        return build([("bits", p, None, None, "big") for p in parts])

    return add, done


def stoppable_collector(target: Any) -> tuple[Callable[[Any], Any], Callable[[], Any], Callable[[], Any]]:
    """``(add, done, stop)``: as :func:`collector`; ``stop()`` ends a collection that is not wanted any more."""
    add, done = collector(target)
    stop = getattr(done, "stop", done)
    return add, done, stop


def _protocol_collector(initial: Any, fun: Any) -> Collector:
    state = [initial]

    def add(item: Any) -> None:
        try:
            state[0] = fun(state[0], (CONT, item))
        except BaseException:
            fun(state[0], HALT)
            raise

    def done() -> Any:
        return fun(state[0], DONE)

    def stop() -> Any:
        return fun(state[0], HALT)

    done.stop = stop  # type: ignore[attr-defined]
    return add, done


def map_of(items: Iterable[Any]) -> dict[Any, Any]:
    made: dict[Any, Any] = {}
    for pair in items:
        if pair.__class__ is not tuple or len(pair) != 2:
            raise ArgumentError("argument error")
        made[maps.key(pair[0])] = pair[1]
    return made


def into(target: Any, items: Iterable[Any]) -> Any:
    """*items* collected into *target*."""
    kind = target.__class__
    if kind is list:
        return [*target, *items]
    if kind is dict and not target:
        return map_of(items)
    add, done = collector(target)
    for item in items:
        add(item)
    return done()


def _collectable() -> Module:
    made = native_module("Collectable", {}, info={"protocol": True})

    def into_(target: Any) -> Any:
        """``Collectable.into/1``: ``{initial, fun}``."""
        if isinstance(target, Struct) and not hasattr(target, "ex_collector"):
            impl = find_impl("Collectable", target)
            if impl is None:
                raise ProtocolUndefinedError(COLLECTABLE, target)
            return impl.functions["into/1"](target)
        add, done = collector(target)

        def step(acc: Any, command: Any) -> Any:
            if command is DONE:
                return done()
            if command is HALT:
                return OK
            add(command[1])
            return acc

        return ([] if target.__class__ is list else [target] if is_binary(target) else target, step)

    made.functions["into/1"] = into_
    return reflecting(made, "BitString List Map MapSet File.Stream IO.Stream")


MODULE = reflecting(
    native_module("Enumerable", globals(), info={"protocol": True}),
    "List Map Function Range MapSet Stream Date.Range File.Stream IO.Stream")
MODULES_BY_NAME = {
    "Elixir.Enumerable": MODULE,
    "Elixir.Collectable": _collectable(),
    **{f"Elixir.Enumerable.{kind}": native_module(f"Enumerable.{kind}", globals()) for kind in ("List", "Map", "Function", "MapSet", "Range", "Stream")},
}
