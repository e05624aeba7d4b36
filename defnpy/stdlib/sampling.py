"""Random elements of enumerables, drawn as the reference draws them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from defnpy.stdlib import rand
from defnpy.stdlib.enumerable import as_list, iterate
from defnpy.stdlib.util import is_int, need
from defnpy.terms.errors import EnumEmptyError
from defnpy.terms.module import ex
from defnpy.terms.range import Range
from defnpy.terms.struct import Struct


@ex("random/1")
def random(items: Any) -> Any:
    found = items if isinstance(items, Range) else None
    if found is not None:
        # len() of Python's range has an end.
        size = (found.last - found.first) // found.step + 1
        if size <= 0:
            raise EnumEmptyError()
        return found.first + (rand.uniform(size) - 1) * found.step
    if items.__class__ is list or not isinstance(items, Struct) or hasattr(items, "ex_count"):
        listed = as_list(items)
        if not listed:
            raise EnumEmptyError()
        return listed[rand.uniform(len(listed)) - 1]
    one = take_random(items, 1)
    if not one:
        raise EnumEmptyError()
    return one[0]


@ex("shuffle/1")
def shuffle(items: Any) -> list[Any]:
    drawn = [(rand.uniform(), x) for x in iterate(items)]
    drawn.reverse()
    drawn.sort(key=lambda pair: pair[0])
    return [x for _, x in drawn]


@ex("take_random/2")
def take_random(items: Any, count: Any) -> list[Any]:
    need(is_int(count) and count >= 0, "Enum", "take_random", 2)
    if count == 0:
        return []
    if count == 1:
        return _one_random(iterate(items))
    sample: list[Any] = []
    weight, wanted = 1.0, count - 1
    for index, x in enumerate(iterate(items)):
        if index < count:
            place = rand.uniform(index + 1) - 1 if index else 0
            sample.append(sample[place] if place < index else x)
            sample[place] = x
            if index == wanted:
                wanted, weight = _next_pick(index, weight, count)
        elif index == wanted:
            place = rand.uniform(count) - 1
            wanted, weight = _next_pick(index, weight, count)
            sample[place] = x
    return sample


def _next_pick(index: int, weight: float, count: int) -> tuple[int, float]:
    """Reservoir sampling by skips (algorithm L): the next index that enters the sample, and the new weight."""
    weight *= math.exp(math.log(rand.uniform()) / count)
    return index + math.floor(math.log(rand.uniform()) / math.log(1 - weight)) + 1, weight


def _one_random(source: Iterator[Any]) -> list[Any]:
    chosen: list[Any] = []
    weight, wanted = 1.0, 0
    for index, x in enumerate(source):
        if index == wanted:
            wanted, weight = _next_pick(index, weight, 1)
            chosen = [x]
    return chosen
