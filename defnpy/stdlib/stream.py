"""Stream."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from defnpy.stdlib import enum as enums
from defnpy.stdlib import enumerable
from defnpy.stdlib.calls import fun0, fun1, fun2
from defnpy.stdlib.enumerable import iterate
from defnpy.stdlib.lazy import Stream
from defnpy.stdlib.process import sleep
from defnpy.stdlib.util import OK, UNSET, is_int, need
from defnpy.terms import map as maps
from defnpy.terms.atom import Atom
from defnpy.terms.errors import ArgumentError
from defnpy.terms.function import is_function
from defnpy.terms.module import ex, native_module
from defnpy.terms.order import strict_equal

HALT, INFINITY = Atom("halt"), Atom("infinity")
_NONE: Any = object()


@ex("map/2")
def map_(items: Any, fun: Any) -> Stream:
    f = fun1(fun)
    return Stream(lambda: map(f, iterate(items)))


@ex("filter/2")
def filter_(items: Any, fun: Any) -> Stream:
    f = fun1(fun)
    return Stream(lambda: (x for x in iterate(items) if (t := f(x)) is True or (t is not False and t is not None)))


@ex("reject/2")
def reject(items: Any, fun: Any) -> Stream:
    f = fun1(fun)
    return Stream(lambda: (x for x in iterate(items) if (t := f(x)) is False or t is None))


@ex("each/2")
def each(items: Any, fun: Any) -> Stream:
    f = fun1(fun)

    def walk() -> Iterator[Any]:
        for x in iterate(items):
            f(x)
            yield x

    return Stream(walk)


@ex("flat_map/2")
def flat_map(items: Any, fun: Any) -> Stream:
    f = fun1(fun)
    return Stream(lambda: (y for x in iterate(items) for y in iterate(f(x))))


@ex("concat/1", "concat/2")
def concat(items: Any, more: Any = UNSET) -> Stream:
    if more is not UNSET:
        return Stream(lambda: (y for part in (items, more) for y in iterate(part)))
    return Stream(lambda: (y for part in iterate(items) for y in iterate(part)))


@ex("take/2")
def take(items: Any, count: Any) -> Any:
    need(is_int(count), "Stream", "take", 2)
    if count >= 0:
        return Stream(lambda: _first(items, count))
    return Stream(lambda: iter(deque(iterate(items), -count)))


def _first(items: Any, count: int) -> Iterator[Any]:
    """Stops right after the last element, without asking for another one."""
    if count == 0:
        return
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
        return Stream(lambda: itertools.islice(iterate(items), count, None))

    def walk() -> Iterator[Any]:
        held: deque[Any] = deque()
        for x in iterate(items):
            held.append(x)
            if len(held) > -count:
                yield held.popleft()

    return Stream(walk)


@ex("take_while/2")
def take_while(items: Any, fun: Any) -> Stream:
    f = fun1(fun)
    return Stream(lambda: itertools.takewhile(lambda x: (t := f(x)) is not False and t is not None, iterate(items)))


@ex("drop_while/2")
def drop_while(items: Any, fun: Any) -> Stream:
    f = fun1(fun)
    return Stream(lambda: itertools.dropwhile(lambda x: (t := f(x)) is not False and t is not None, iterate(items)))


@ex("take_every/2")
def take_every(items: Any, nth: Any) -> Stream:
    need(is_int(nth) and nth >= 0, "Stream", "take_every", 2)
    return Stream(lambda: itertools.islice(iterate(items), 0, None, nth) if nth else iter(()))


@ex("drop_every/2")
def drop_every(items: Any, nth: Any) -> Any:
    need(is_int(nth) and nth >= 0, "Stream", "drop_every", 2)
    return Stream(lambda: (x for i, x in enumerate(iterate(items)) if not nth or i % nth))


@ex("map_every/3")
def map_every(items: Any, nth: Any, fun: Any) -> Stream:
    need(is_int(nth) and nth >= 0, "Stream", "map_every", 3)
    f = fun1(fun)
    return Stream(lambda: (f(x) if nth and i % nth == 0 else x for i, x in enumerate(iterate(items))))


@ex("with_index/1", "with_index/2")
def with_index(items: Any, offset: Any = 0) -> Stream:
    if is_function(offset):
        f = fun2(offset)
        return Stream(lambda: (f(x, i) for i, x in enumerate(iterate(items))))
    need(is_int(offset), "Stream", "with_index", 2)
    return Stream(lambda: ((x, i) for i, x in enumerate(iterate(items), offset)))


@ex("chunk_every/2", "chunk_every/3", "chunk_every/4")
def chunk_every(items: Any, count: Any, step: Any = UNSET, leftover: Any = ()) -> Stream:
    if step is UNSET:
        step = count
    need(is_int(count) and count > 0 and is_int(step) and step > 0, "Stream", "chunk_every", 4)
    return Stream(lambda: enums.chunks(iterate(items), count, step, leftover))


@ex("chunk_by/2")
def chunk_by(items: Any, fun: Any) -> Stream:
    f = fun1(fun)
    return Stream(lambda: enums.runs(iterate(items), f))


@ex("chunk_while/4")
def chunk_while(items: Any, acc: Any, chunk: Any, after: Any) -> Stream:
    f, g = fun2(chunk), fun1(after)
    return Stream(lambda: enums.chunked(iterate(items), acc, f, g))


@ex("dedup/1")
def dedup(items: Any) -> Stream:
    return _deduped(items, lambda x: x)


@ex("dedup_by/2")
def dedup_by(items: Any, fun: Any) -> Stream:
    return _deduped(items, fun1(fun))


def _deduped(items: Any, by: Callable[[Any], Any]) -> Stream:
    def walk() -> Iterator[Any]:
        last = _NONE
        for x in iterate(items):
            k = by(x)
            if last is _NONE or not strict_equal(k, last):
                yield x
            last = k

    return Stream(walk)


@ex("uniq/1")
def uniq(items: Any) -> Stream:
    return uniq_by(items, _same)


def _same(x: Any) -> Any:
    return x


@ex("uniq_by/2")
def uniq_by(items: Any, fun: Any) -> Stream:
    f = fun1(fun)

    def walk() -> Iterator[Any]:
        seen: set[Any] = set()
        for x in iterate(items):
            k = maps.key(f(x))
            if k not in seen:
                seen.add(k)
                yield x

    return Stream(walk)


@ex("intersperse/2")
def intersperse(items: Any, separator: Any) -> Stream:
    def walk() -> Iterator[Any]:
        for i, x in enumerate(iterate(items)):
            if i:
                yield separator
            yield x

    return Stream(walk)


@ex("scan/2", "scan/3")
def scan(items: Any, acc: Any, fun: Any = UNSET) -> Stream:
    if fun is UNSET:
        f = fun2(acc)
        return Stream(lambda: itertools.accumulate(iterate(items), lambda a, x: f(x, a)))
    g = fun2(fun)

    def walk() -> Iterator[Any]:
        now = acc
        for x in iterate(items):
            now = g(x, now)
            yield now

    return Stream(walk)


@ex("zip/1", "zip/2")
def zip_(items: Any, other: Any = UNSET) -> Stream:
    if other is not UNSET:
        return Stream(lambda: zip(iterate(items), iterate(other), strict=False))
    return Stream(lambda: zip(*[iterate(x) for x in iterate(items)], strict=False))


@ex("zip_with/2", "zip_with/3")
def zip_with(items: Any, other: Any, fun: Any = UNSET) -> Stream:
    if fun is UNSET:
        f = fun1(other)
        return Stream(lambda: (f(list(row)) for row in zip(*[iterate(x) for x in iterate(items)], strict=False)))
    g = fun2(fun)
    return Stream(lambda: map(g, iterate(items), iterate(other)))


# --------------------------------------------------------------------------------------------------- generators


@ex("cycle/1")
def cycle(items: Any) -> Stream:
    if enums.empty_q(items):
        raise ArgumentError("cannot cycle over an empty enumerable")

    def walk() -> Iterator[Any]:
        while True:
            yield from iterate(items)

    return Stream(walk)


@ex("iterate/2")
def iterate_(start: Any, fun: Any) -> Stream:
    f = fun1(fun)

    def walk() -> Iterator[Any]:
        now = start
        while True:
            yield now
            now = f(now)

    return Stream(walk)


@ex("repeatedly/1")
def repeatedly(fun: Any) -> Stream:
    need(is_function(fun, 0), "Stream", "repeatedly", 1)
    f = fun0(fun)

    def walk() -> Iterator[Any]:
        while True:
            yield f()

    return Stream(walk)


@ex("duplicate/2")
def duplicate(item: Any, count: Any) -> Stream:
    need(is_int(count) and count >= 0, "Stream", "duplicate", 2)
    return Stream(lambda: itertools.repeat(item, count))


@ex("from_index/0", "from_index/1")
def from_index(start: Any = 0) -> Stream:
    need(is_int(start) or is_function(start, 1), "Stream", "from_index", 1)
    return Stream(lambda: itertools.count(start)) if is_int(start) else Stream(lambda: map(fun1(start), itertools.count(0)))


@ex("unfold/2")
def unfold(start: Any, fun: Any) -> Stream:
    f = fun1(fun)

    def walk() -> Iterator[Any]:
        now = start
        while True:
            answer = f(now)
            if answer is None:
                return
            item, now = answer
            yield item

    return Stream(walk)


@ex("resource/3")
def resource(start: Any, next_: Any, after: Any) -> Stream:
    begin, step, finish = fun0(start), fun1(next_), fun1(after)

    def walk() -> Iterator[Any]:
        acc = begin()
        try:
            while True:
                answer, acc = step(acc)
                if answer is HALT:
                    return
                yield from iterate(answer)
        finally:
            finish(acc)

    return Stream(walk)


@ex("transform/3", "transform/4", "transform/5")
def transform(items: Any, acc: Any, reducer: Any, third: Any = UNSET, fourth: Any = UNSET) -> Stream:
    """``transform/4`` and ``/5`` take a start function, an optional last function and an after function."""
    f = fun2(reducer)
    begin = fun0(acc) if third is not UNSET else None
    last = fun1(third) if fourth is not UNSET else None
    finish = fun1(fourth if fourth is not UNSET else third) if third is not UNSET else None

    def walk() -> Iterator[Any]:
        now = begin() if begin is not None else acc
        try:
            for x in iterate(items):
                answer, now = f(x, now)
                if answer is HALT:
                    return
                yield from iterate(answer)
            if last is not None:
                answer, now = last(now)
                yield from iterate(answer if answer is not HALT else [])
        finally:
            if finish is not None:
                finish(now)

    return Stream(walk)


@ex("interval/1")
def interval(milliseconds: Any) -> Stream:
    need(milliseconds is INFINITY or (is_int(milliseconds) and milliseconds >= 0), "Stream", "interval", 1)

    def walk() -> Iterator[Any]:
        for n in itertools.count():
            sleep(milliseconds)
            yield n

    return Stream(walk)


@ex("timer/1")
def timer(milliseconds: Any) -> Stream:
    return Stream(lambda: _first(interval(milliseconds), 1))


@ex("run/1")
def run(items: Any) -> Any:
    for _ in iterate(items):
        pass
    return OK


@ex("into/2", "into/3")
def into(items: Any, target: Any, fun: Any = UNSET) -> Stream:
    f = fun1(fun) if fun is not UNSET else _same

    def walk() -> Iterator[Any]:
        add, done = enumerable.collector(target)
        try:
            for x in iterate(items):
                add(f(x))
                yield x
        except GeneratorExit:  # Whoever stops taking elements ends the collection.
            done()
            raise
        done()

    return Stream(walk)


MODULE = native_module("Stream", globals(), info={"struct": list(Stream(lambda: iter(())).fields.items())})
