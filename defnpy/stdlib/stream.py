"""Stream."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Generator, Iterator
from typing import Any

from defnpy.stdlib import enum as enums
from defnpy.stdlib import enumerable
from defnpy.stdlib.calls import checked, fun0, fun1, fun2
from defnpy.stdlib.enumerable import iterate
from defnpy.stdlib.lazy import Stream, generated
from defnpy.stdlib.process import sleep
from defnpy.stdlib.util import OK, UNSET, is_int, need
from defnpy.terms import map as maps
from defnpy.terms.atom import Atom
from defnpy.terms.errors import ArgumentError, CaseClauseError
from defnpy.terms.function import Closure, is_function
from defnpy.terms.module import ex, native_module
from defnpy.terms.order import strict_equal

HALT, INFINITY = Atom("halt"), Atom("infinity")
_NONE: Any = object()


def _function(fun: Any, arity: int, name: str, name_arity: int) -> Callable[..., Any]:
    """*fun* as a callable; what is no function of that arity matches no clause of ``Stream.name``."""
    return checked(fun, arity, ("Stream", name, name_arity))


@ex("map/2")
def map_(items: Any, fun: Any) -> Stream:
    f = _function(fun, 1, "map", 2)
    return Stream(lambda: map(f, iterate(items)), items, "map/2")


@ex("filter/2")
def filter_(items: Any, fun: Any) -> Stream:
    f = _function(fun, 1, "filter", 2)
    return Stream(lambda: (x for x in iterate(items) if (t := f(x)) is True or (t is not False and t is not None)), items, "filter/2")


@ex("reject/2")
def reject(items: Any, fun: Any) -> Stream:
    f = _function(fun, 1, "reject", 2)
    return Stream(lambda: (x for x in iterate(items) if (t := f(x)) is False or t is None), items, "reject/2")


@ex("each/2")
def each(items: Any, fun: Any) -> Stream:
    f = _function(fun, 1, "each", 2)

    def walk() -> Iterator[Any]:
        for x in iterate(items):
            f(x)
            yield x

    return Stream(walk, items, "each/2")


@ex("flat_map/2")
def flat_map(items: Any, fun: Any) -> Closure:
    f = _function(fun, 1, "flat_map", 2)
    return generated("Stream.transform/3", lambda: (y for x in iterate(items) for y in iterate(f(x))))


@ex("concat/1", "concat/2")
def concat(items: Any, more: Any = UNSET) -> Closure:
    parts = items if more is UNSET else [items, more]
    return generated("Stream.transform/3", lambda: (y for part in iterate(parts) for y in iterate(part)))


@ex("take/2")
def take(items: Any, count: Any) -> Any:
    need(is_int(count), "Stream", "take", 2)
    if count == 0 or _empty(items):
        return _nothing()
    if count > 0:
        return Stream(lambda: _first(items, count), items, "take/2")
    return generated("Stream.take_after_guards/2", lambda: iter(deque(iterate(items), -count)))


def _empty(items: Any) -> bool:
    return items.__class__ is list and not items


def _nothing() -> Stream:
    return Stream(lambda: iter(()), [])


def _first(items: Any, count: int) -> Iterator[Any]:
    """Stops right after the last element, without asking for another one."""
    source = iterate(items)
    for x in source:
        yield x
        count -= 1
        if count == 0:
            break
    close = getattr(source, "close", None)
    if close is not None:
        close()


@ex("drop/2")
def drop(items: Any, count: Any) -> Stream:
    need(is_int(count), "Stream", "drop", 2)
    if count >= 0:
        return Stream(lambda: itertools.islice(iterate(items), count, None), items, "drop/2")

    def walk() -> Iterator[Any]:
        held: deque[Any] = deque()
        for x in iterate(items):
            held.append(x)
            if len(held) > -count:
                yield held.popleft()

    return Stream(walk, items, "drop/2")


@ex("take_while/2")
def take_while(items: Any, fun: Any) -> Stream:
    f = _function(fun, 1, "take_while", 2)
    return Stream(lambda: itertools.takewhile(lambda x: (t := f(x)) is not False and t is not None, iterate(items)), items, "take_while/2")


@ex("drop_while/2")
def drop_while(items: Any, fun: Any) -> Stream:
    f = _function(fun, 1, "drop_while", 2)
    return Stream(lambda: itertools.dropwhile(lambda x: (t := f(x)) is not False and t is not None, iterate(items)), items, "drop_while/2")


@ex("take_every/2")
def take_every(items: Any, nth: Any) -> Stream:
    need(is_int(nth) and nth >= 0, "Stream", "take_every", 2)
    if nth == 0 or _empty(items):
        return _nothing()
    return Stream(lambda: itertools.islice(iterate(items), 0, None, nth), items, "take_every/2")


@ex("drop_every/2")
def drop_every(items: Any, nth: Any) -> Any:
    need(is_int(nth) and nth >= 0, "Stream", "drop_every", 2)
    if nth == 0 or _empty(items):
        return Stream(lambda: iterate(items), items)
    return Stream(lambda: (x for i, x in enumerate(iterate(items)) if i % nth), items, "drop_every/2")


@ex("map_every/3")
def map_every(items: Any, nth: Any, fun: Any) -> Stream:
    need(is_int(nth) and nth >= 0, "Stream", "map_every", 3)
    f = _function(fun, 1, "map_every", 3)
    return Stream(lambda: (f(x) if nth and i % nth == 0 else x for i, x in enumerate(iterate(items))), items, "map_every/3")


@ex("with_index/1", "with_index/2")
def with_index(items: Any, offset: Any = 0) -> Stream:
    if is_function(offset, 2):
        f = fun2(offset)
        return Stream(lambda: (f(x, i) for i, x in enumerate(iterate(items))), items, "with_index/2")
    need(is_int(offset), "Stream", "with_index", 2)
    return Stream(lambda: ((x, i) for i, x in enumerate(iterate(items), offset)), items, "with_index/2")


@ex("chunk_every/2", "chunk_every/3", "chunk_every/4")
def chunk_every(items: Any, count: Any, step: Any = UNSET, leftover: Any = ()) -> Stream:
    if step is UNSET:
        step = count
    need(is_int(count) and count > 0 and is_int(step) and step > 0, "Stream", "chunk_every", 4)
    return Stream(lambda: enums.chunks(iterate(items), count, step, leftover), items, "chunk_while/4")


@ex("chunk_by/2")
def chunk_by(items: Any, fun: Any) -> Stream:
    f = _function(fun, 1, "chunk_by", 2)
    return Stream(lambda: enums.runs(iterate(items), f), items, "chunk_while/4")


@ex("chunk_while/4")
def chunk_while(items: Any, acc: Any, chunk: Any, after: Any) -> Stream:
    f, g = _function(chunk, 2, "chunk_while", 4), _function(after, 1, "chunk_while", 4)
    return Stream(lambda: enums.chunked(iterate(items), acc, f, g), items, "chunk_while/4")


@ex("dedup/1")
def dedup(items: Any) -> Stream:
    return _deduped(items, lambda x: x)


@ex("dedup_by/2")
def dedup_by(items: Any, fun: Any) -> Stream:
    return _deduped(items, _function(fun, 1, "dedup_by", 2))


def _deduped(items: Any, by: Callable[[Any], Any]) -> Stream:
    def walk() -> Iterator[Any]:
        last = _NONE
        for x in iterate(items):
            k = by(x)
            if last is _NONE or not strict_equal(k, last):
                yield x
            last = k

    return Stream(walk, items, "dedup_by/2")


@ex("uniq/1", "uniq/2")
def uniq(items: Any, fun: Any = None) -> Stream:
    return uniq_by(items, _same if fun is None else fun)


def _same(x: Any) -> Any:
    return x


@ex("uniq_by/2")
def uniq_by(items: Any, fun: Any) -> Stream:
    f = _function(fun, 1, "uniq_by", 2)

    def walk() -> Iterator[Any]:
        seen: set[Any] = set()
        for x in iterate(items):
            k = maps.key(f(x))
            if k not in seen:
                seen.add(k)
                yield x

    return Stream(walk, items, "uniq_by/2")


@ex("intersperse/2")
def intersperse(items: Any, separator: Any) -> Closure:
    def walk() -> Iterator[Any]:
        for i, x in enumerate(iterate(items)):
            if i:
                yield separator
            yield x

    return generated("Stream.transform/3", walk)


@ex("scan/2", "scan/3")
def scan(items: Any, acc: Any, fun: Any = UNSET) -> Stream:
    if fun is UNSET:
        f = _function(acc, 2, "scan", 2)
        return Stream(lambda: itertools.accumulate(iterate(items), lambda a, x: f(x, a)), items, "scan/2")
    g = _function(fun, 2, "scan", 3)

    def walk() -> Iterator[Any]:
        now = acc
        for x in iterate(items):
            now = g(x, now)
            yield now

    return Stream(walk, items, "scan/3")


@ex("zip/1", "zip/2")
def zip_(items: Any, other: Any = UNSET) -> Closure:
    parts = items if other is UNSET else [items, other]
    return generated(_zipping(parts), lambda: zip(*[iterate(x) for x in iterate(parts)], strict=False))


@ex("zip_with/2", "zip_with/3")
def zip_with(items: Any, other: Any, fun: Any = UNSET) -> Closure:
    if fun is UNSET:
        f = fun1(other)
        label = _zipping(items)
        return generated(label, lambda: (f(list(row)) for row in zip(*[iterate(x) for x in iterate(items)], strict=False)))
    g = _function(fun, 2, "zip_with", 3)
    return generated(_zipping([items, other]), lambda: map(g, iterate(items), iterate(other)))


def _zipping(parts: Any) -> str:
    """The function of the reference that walks these side by side: two lists have one of their own."""
    lists = parts.__class__ is list and len(parts) == 2 and all(part.__class__ is list for part in parts)
    return "Stream.zip_with/3" if lists else "Stream.Reducers.zip_with/2"


# --------------------------------------------------------------------------------------------------- generators


@ex("cycle/1")
def cycle(items: Any) -> Closure:
    if _empty(items):
        raise ArgumentError("cannot cycle over an empty enumerable")

    def walk() -> Iterator[Any]:
        item = _NONE
        for item in iterate(items):
            yield item
        if item is _NONE:
            raise ArgumentError("cannot cycle over an empty enumerable")
        while True:
            yield from iterate(items)

    return generated("Stream.unfold/2" if items.__class__ is list else "Stream.cycle/1", walk)


@ex("iterate/2")
def iterate_(start: Any, fun: Any) -> Closure:
    f = _function(fun, 1, "iterate", 2)

    def walk() -> Iterator[Any]:
        now = start
        while True:
            yield now
            now = f(now)

    return generated("Stream.unfold/2", walk)


@ex("repeatedly/1")
def repeatedly(fun: Any) -> Closure:
    f = _function(fun, 0, "repeatedly", 1)

    def walk() -> Iterator[Any]:
        while True:
            yield f()

    return generated("Stream.repeatedly/1", walk)


@ex("duplicate/2")
def duplicate(item: Any, count: Any) -> Closure:
    need(is_int(count) and count >= 0, "Stream", "duplicate", 2)
    return generated("Stream.unfold/2", lambda: itertools.repeat(item, count))


@ex("from_index/0", "from_index/1")
def from_index(start: Any = 0) -> Closure:
    need(is_int(start) or is_function(start, 1), "Stream", "from_index", 1)
    if is_int(start):
        return generated("Stream.unfold/2", lambda: itertools.count(start))
    f = fun1(start)
    return generated("Stream.unfold/2", lambda: map(f, itertools.count(0)))


@ex("unfold/2")
def unfold(start: Any, fun: Any) -> Closure:
    f = _function(fun, 1, "unfold", 2)

    def walk() -> Iterator[Any]:
        now = start
        while True:
            answer = f(now)
            if answer is None:
                return
            item, now = _pair(answer)
            yield item

    return generated("Stream.unfold/2", walk)


def _pair(answer: Any) -> Any:
    """What a step answered: ``{items, accumulator}``."""
    if answer.__class__ is not tuple or len(answer) != 2:
        raise CaseClauseError(answer)
    return answer


def _begun(walk: Callable[[], Generator[Any, None, None]]) -> Callable[[], Iterator[Any]]:
    """Runs *walk* up to its first, empty yield: whoever then takes no element still has it closed."""
    def start() -> Iterator[Any]:
        made = walk()
        next(made)
        return made

    return start


@ex("resource/3")
def resource(start: Any, next_: Any, after: Any) -> Closure:
    begin, step, finish = (_function(f, arity, "resource", 3) for f, arity in ((start, 0), (next_, 1), (after, 1)))

    def walk() -> Generator[Any, None, None]:
        acc = begin()
        try:
            yield
            while True:
                answer, acc = _pair(step(acc))
                if answer is HALT:
                    return
                yield from iterate(answer)
        finally:
            finish(acc)

    return generated("Stream.resource/3", _begun(walk))


@ex("transform/3", "transform/4", "transform/5")
def transform(items: Any, acc: Any, reducer: Any, third: Any = UNSET, fourth: Any = UNSET) -> Closure:
    """``transform/4`` and ``/5`` take a start function, an optional last function and an after function."""
    arity = 3 if third is UNSET else 4 if fourth is UNSET else 5
    f = _function(reducer, 2, "transform", arity)
    own = ("Stream", "transform", arity)
    begin = fun0(acc, own) if third is not UNSET else None
    last = fun1(third, own) if fourth is not UNSET else None
    finish = fun1(fourth if fourth is not UNSET else third, own) if third is not UNSET else None

    def walk() -> Generator[Any, None, None]:
        now = begin() if begin is not None else acc
        try:
            yield
            for x in iterate(items):
                answer, now = _pair(f(x, now))
                if answer is HALT:
                    return
                yield from iterate(answer)
            if last is not None:
                answer, now = _pair(last(now))
                yield from iterate(answer if answer is not HALT else [])
        finally:
            if finish is not None:
                finish(now)

    return generated(f"Stream.transform/{arity}", _begun(walk))


@ex("interval/1")
def interval(milliseconds: Any) -> Closure:
    need(milliseconds is INFINITY or (is_int(milliseconds) and milliseconds >= 0), "Stream", "interval", 1)

    def walk() -> Iterator[Any]:
        for n in itertools.count():
            sleep(milliseconds)
            yield n

    return generated("Stream.unfold/2", walk)


@ex("timer/1")
def timer(milliseconds: Any) -> Stream:
    made: Stream = take(interval(milliseconds), 1)
    return made


@ex("run/1")
def run(items: Any) -> Any:
    for _ in iterate(items):
        pass
    return OK


@ex("into/2", "into/3")
def into(items: Any, target: Any, fun: Any = UNSET) -> Closure:
    f = _function(fun, 1, "into", 3) if fun is not UNSET else _same

    def walk() -> Iterator[Any]:
        add, done, stop = enumerable.stoppable_collector(target)
        try:
            for x in iterate(items):
                add(f(x))
                yield x
        except GeneratorExit:  # Whoever stops taking elements ends the collection.
            done()
            raise
        except BaseException:
            stop()
            raise
        done()

    return generated("Stream.into/3", walk)


MODULE = native_module("Stream", globals(), info={"struct": list(Stream(lambda: iter(())).fields.items())})
