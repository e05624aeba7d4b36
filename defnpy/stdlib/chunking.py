"""Chunks of enumerables."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

from defnpy.stdlib.calls import fun1, fun2
from defnpy.stdlib.enumerable import iterate
from defnpy.stdlib.util import UNSET, is_int, need
from defnpy.terms.atom import Atom
from defnpy.terms.module import ex
from defnpy.terms.order import strict_equal

DISCARD, HALT = Atom("discard"), Atom("halt")


@ex("chunk_every/2", "chunk_every/3", "chunk_every/4")
def chunk_every(items: Any, count: Any, step: Any = UNSET, leftover: Any = ()) -> list[Any]:
    if step is UNSET:
        step = count
    need(is_int(count) and count > 0 and is_int(step) and step > 0, "Enum", "chunk_every", 4)
    if items.__class__ is list and step == count and leftover == ():
        return [items[at : at + count] for at in range(0, len(items), count)]
    return list(chunks(iterate(items), count, step, leftover))


@ex("chunk/2", "chunk/3", "chunk/4")
def chunk(items: Any, count: Any, step: Any = UNSET, padding: Any = None) -> list[Any]:
    """The deprecated form: what is left over is dropped unless there is padding."""
    return chunk_every(items, count, count if step is UNSET else step, DISCARD if padding is None else padding)


def chunks(source: Iterator[Any], count: int, step: int, leftover: Any) -> Iterator[list[Any]]:
    """Windows of *count* elements, one every *step*; *leftover* fills the last one or is ``:discard``."""
    window: list[Any] = []
    skip = 0
    for x in source:
        if skip:
            skip -= 1
            continue
        window.append(x)
        if len(window) == count:
            yield window
            skip = max(step - count, 0)
            window = window[step:]
    if window and leftover is not DISCARD:
        filling = [] if leftover == () else list(itertools.islice(iterate(leftover), count - len(window)))
        yield window + filling


@ex("chunk_by/2")
def chunk_by(items: Any, fun: Any) -> list[Any]:
    return list(runs(iterate(items), fun1(fun)))


def runs(source: Iterator[Any], by: Callable[[Any], Any]) -> Iterator[list[Any]]:
    """Runs of neighbours whose keys are equal."""
    run: list[Any] = []
    last: Any = None
    for x in source:
        k = by(x)
        if run and not strict_equal(k, last):
            yield run
            run = []
        run.append(x)
        last = k
    if run:
        yield run


@ex("chunk_while/4")
def chunk_while(items: Any, acc: Any, chunk: Any, after: Any) -> list[Any]:
    return list(chunked(iterate(items), acc, fun2(chunk), fun1(after)))


def chunked(source: Iterator[Any], acc: Any, chunk: Any, after: Any) -> Iterator[Any]:
    """Chunks that *chunk* emits; *after* may emit a last one."""
    for x in source:
        answer = chunk(x, acc)
        if answer[0] is HALT:
            acc = answer[1]
            break
        if len(answer) == 3:
            yield answer[1]
        acc = answer[-1]
    answer = after(acc)
    if len(answer) == 3:
        yield answer[1]
