"""Range."""

from __future__ import annotations

from typing import Any

from defnpy.stdlib.kernel import range_, range_step
from defnpy.stdlib.util import is_int, need
from defnpy.terms.module import ex, native_module
from defnpy.terms.range import Range


def _range(term: Any, name: str, arity: int) -> Range:
    need(isinstance(term, Range), "Range", name, arity)
    return term


@ex("new/2", "new/3")
def new(first: Any, last: Any, step: Any = None) -> Range:
    return range_(first, last) if step is None else range_step(first, last, step)


@ex("size/1")
def size(r: Any) -> int:
    return len(_range(r, "size", 1))


@ex("shift/2")
def shift(r: Any, count: Any) -> Range:
    r = _range(r, "shift", 2)
    need(is_int(count), "Range", "shift", 2)
    return Range(r.first + count * r.step, r.last + count * r.step, r.step)


@ex("split/2")
def split(r: Any, count: Any) -> tuple[Range, Range]:
    r = _range(r, "split", 2)
    need(is_int(count), "Range", "split", 2)
    total = len(r)
    if (r.last - r.first) * r.step < 0:  # An empty range is cut behind an empty part, in the direction of its numbers.
        return (Range(r.first, r.first - r.step, r.step), Range(r.last + r.step, r.last, r.step))
    cut = min(count, total) if count >= 0 else max(total + count, 0)
    middle = r.first + cut * r.step
    return (Range(r.first, middle - r.step, r.step), Range(middle, r.last, r.step))


@ex("disjoint?/2")
def disjoint_q(a: Any, b: Any) -> bool:
    left, right = _range(a, "disjoint?", 2).python(), _range(b, "disjoint?", 2).python()
    small, big = (left, right) if len(left) <= len(right) else (right, left)
    if not small or not big or max(small) < min(big) or max(big) < min(small):
        return True
    return not any(x in big for x in small)


@ex("to_list/1")
def to_list(r: Any) -> list[int]:
    return list(_range(r, "to_list", 1))


MODULE = native_module("Range", globals(), info={"struct": [(k, None) for k in Range(0, 0, 1).fields], "enforce_keys": list(Range(0, 0, 1).fields)})
