"""Enum."""

from __future__ import annotations

import functools
import itertools
import operator
from collections.abc import Callable
from typing import Any

from defnpy.stdlib import enumerable, io, kernel, sorting
from defnpy.stdlib.calls import fun0, fun1, fun2, fun3
from defnpy.stdlib.chunking import chunk, chunk_by, chunk_every, chunk_while, chunked, chunks, runs
from defnpy.stdlib.enumerable import as_list, iterate
from defnpy.stdlib.sampling import random, shuffle, take_random
from defnpy.stdlib.util import ERROR, OK, UNSET, is_int, need, no_clause, truthy
from defnpy.terms import map as maps
from defnpy.terms import text
from defnpy.terms.atom import Atom, is_atom
from defnpy.terms.errors import ArgumentError, ArithmeticError_, EnumEmptyError, EnumOutOfBoundsError, MatchError
from defnpy.terms.function import is_function
from defnpy.terms.inspect import inspect
from defnpy.terms.module import ex, native_module
from defnpy.terms.order import strict_equal
from defnpy.terms.range import Range
from defnpy.terms.struct import Struct

CONT, HALT, DISCARD, ASC = Atom("cont"), Atom("halt"), Atom("discard"), Atom("asc")
_NONE: Any = object()


def _true(x: Any) -> bool:
    return x is not None and x is not False


# ------------------------------------------------------------------------------------------------- predicates


@ex("all?/1", "all?/2")
def all_q(items: Any, fun: Any = None) -> bool:
    if fun is None:
        return all(_true(x) for x in iterate(items))
    test = fun1(fun)
    return all(_true(test(x)) for x in iterate(items))


@ex("any?/1", "any?/2")
def any_q(items: Any, fun: Any = None) -> bool:
    if fun is None:
        return any(_true(x) for x in iterate(items))
    test = fun1(fun)
    return any(_true(test(x)) for x in iterate(items))


@ex("member?/2")
def member_q(items: Any, wanted: Any) -> bool:
    return enumerable.member(items, wanted)


@ex("empty?/1")
def empty_q(items: Any) -> bool:
    if items.__class__ in (list, dict):
        return not items
    for _ in iterate(items):
        return False
    return True


@ex("count/1", "count/2")
def count(items: Any, fun: Any = UNSET) -> int:
    if fun is UNSET:
        return enumerable.count(items)
    test = fun1(fun)
    return sum(1 for x in iterate(items) if _true(test(x)))


@ex("count_until/2", "count_until/3")
def count_until(items: Any, fun: Any, limit: Any = UNSET) -> int:
    if limit is UNSET:
        need(is_int(fun) and fun > 0, "Enum", "count_until", 2)
        return sum(1 for _ in itertools.islice(iterate(items), fun))
    test = fun1(fun)
    need(is_int(limit) and limit > 0, "Enum", "count_until", 3)
    return sum(1 for _ in itertools.islice((x for x in iterate(items) if _true(test(x))), limit))


# --------------------------------------------------------------------------------------------------- elements


def _locate(items: Any, index: int) -> Any:
    if index < 0:
        found = as_list(items)
        return found[index] if -index <= len(found) else _NONE
    if items.__class__ is list:
        return items[index] if index < len(items) else _NONE
    return next(itertools.islice(iterate(items), index, None), _NONE)


@ex("at/2", "at/3")
def at(items: Any, index: Any, default: Any = None) -> Any:
    if items.__class__ is list and index.__class__ is int and 0 <= index < len(items):
        return items[index]
    need(is_int(index), "Enum", "at", 3)
    found = _locate(items, index)
    return default if found is _NONE else found


@ex("fetch/2")
def fetch(items: Any, index: Any) -> Any:
    need(is_int(index), "Enum", "fetch", 2)
    found = _locate(items, index)
    return ERROR if found is _NONE else (OK, found)


@ex("fetch!/2")
def fetch_bang(items: Any, index: Any) -> Any:
    need(is_int(index), "Enum", "fetch!", 2)
    found = _locate(items, index)
    if found is _NONE:
        raise EnumOutOfBoundsError()
    return found


@ex("find/2", "find/3")
def find(items: Any, default: Any, fun: Any = UNSET) -> Any:
    if fun is UNSET:
        default, fun = None, default
    test = fun1(fun)
    return next((x for x in iterate(items) if _true(test(x))), default)


@ex("find_index/2")
def find_index(items: Any, fun: Any) -> Any:
    test = fun1(fun)
    return next((i for i, x in enumerate(iterate(items)) if _true(test(x))), None)


@ex("find_value/2", "find_value/3")
def find_value(items: Any, default: Any, fun: Any = UNSET) -> Any:
    if fun is UNSET:
        default, fun = None, default
    test = fun1(fun)
    for x in iterate(items):
        found = test(x)
        if _true(found):
            return found
    return default


# ------------------------------------------------------------------------------------------ map, filter, reduce


@ex("to_list/1")
def to_list(items: Any) -> list[Any]:
    return as_list(items)


@ex("map/2")
def map_(items: Any, fun: Any) -> list[Any]:
    f = fun1(fun)
    return [f(x) for x in (items if items.__class__ is list else iterate(items))]


@ex("each/2")
def each(items: Any, fun: Any) -> Any:
    f = fun1(fun)
    for x in iterate(items):
        f(x)
    return OK


@ex("filter/2")
def filter_(items: Any, fun: Any) -> list[Any]:
    test = fun1(fun)
    return _select(items, test, True)


def _select(items: Any, test: Callable[[Any], Any], wanted: bool) -> list[Any]:
    kept: list[Any] = []
    for x in iterate(items):
        answer = test(x)
        if (answer is not None and answer is not False) is wanted:
            kept.append(x)
    return kept


@ex("reject/2")
def reject(items: Any, fun: Any) -> list[Any]:
    return _select(items, fun1(fun), False)


@ex("split_with/2")
def split_with(items: Any, fun: Any) -> Any:
    test = fun1(fun)
    yes: list[Any] = []
    no: list[Any] = []
    for x in iterate(items):
        (yes if _true(test(x)) else no).append(x)
    return (yes, no)


@ex("reduce/2", "reduce/3")
def reduce(items: Any, acc: Any, fun: Any = UNSET) -> Any:
    source = iterate(items)
    if fun is UNSET:
        fun = acc
        acc = next(source, _NONE)
        if acc is _NONE:
            raise EnumEmptyError()
    f = fun2(fun)
    for x in source:
        acc = f(x, acc)
    return acc


@ex("reduce_while/3")
def reduce_while(items: Any, acc: Any, fun: Any) -> Any:
    f = fun2(fun)
    for x in iterate(items):
        answer = f(x, acc)
        if answer.__class__ is not tuple or len(answer) != 2 or (answer[0] is not CONT and answer[0] is not HALT):
            raise no_clause("Enumerable.Range", "reduce", 5) if items.__class__ is Range else no_clause("Enumerable.List", "reduce", 3)
        acc = answer[1]
        if answer[0] is HALT:
            break
    return acc


@ex("map_reduce/3")
def map_reduce(items: Any, acc: Any, fun: Any) -> Any:
    f = fun2(fun)
    out: list[Any] = []
    for x in iterate(items):
        made, acc = _two(f(x, acc))
        out.append(made)
    return (out, acc)


def _two(answer: Any) -> Any:
    if answer.__class__ is tuple and len(answer) == 2:
        return answer
    from defnpy.terms.errors import MatchError

    raise MatchError(answer)


@ex("flat_map/2")
def flat_map(items: Any, fun: Any) -> list[Any]:
    f = fun1(fun)
    out: list[Any] = []
    for x in iterate(items):
        made = f(x)
        out.extend(made if made.__class__ is list else iterate(made))
    return out


@ex("flat_map_reduce/3")
def flat_map_reduce(items: Any, acc: Any, fun: Any) -> Any:
    f = fun2(fun)
    out: list[Any] = []
    for x in iterate(items):
        made, after = f(x, acc)
        if made is HALT:
            return (out, after)
        out.extend(iterate(made))
        acc = after
    return (out, acc)


@ex("map_every/3")
def map_every(items: Any, nth: Any, fun: Any) -> list[Any]:
    need(is_int(nth) and nth >= 0, "Enum", "map_every", 3)
    if nth == 0:
        return as_list(items)
    f = fun1(fun)
    return [x if i % nth else f(x) for i, x in enumerate(iterate(items))]


@ex("scan/2", "scan/3")
def scan(items: Any, acc: Any, fun: Any = UNSET) -> list[Any]:
    if fun is UNSET:
        f = fun2(acc)
        return list(itertools.accumulate(iterate(items), lambda a, x: f(x, a)))
    g = fun2(fun)
    out: list[Any] = []
    for x in iterate(items):
        acc = g(x, acc)
        out.append(acc)
    return out


@ex("with_index/1", "with_index/2")
def with_index(items: Any, offset: Any = 0) -> list[Any]:
    if is_int(offset):
        return [(x, i) for i, x in enumerate(iterate(items), offset)]
    if is_function(offset):
        f = fun2(offset, ("Enum", "with_index", 2))
        return [f(x, i) for i, x in enumerate(iterate(items))]
    raise no_clause("Enum", "with_index", 2)


@ex("into/2", "into/3")
def into(items: Any, target: Any, fun: Any = UNSET) -> Any:
    source = iterate(items) if fun is UNSET else map(fun1(fun), iterate(items))
    if target.__class__ is dict and isinstance(items, Struct):
        add, done = enumerable.collector(target)
        for item in source:
            add(item)
        return done()
    if target.__class__ is dict and target and items.__class__ is list:
        return {**target, **(enumerable.map_of(source) if fun is UNSET else maps.from_pairs(map(_matched_pair, source)))}
    return enumerable.into(target, source)


def _matched_pair(term: Any) -> tuple[Any, Any]:
    if term.__class__ is not tuple or len(term) != 2:
        raise MatchError(term)
    return term


@ex("concat/1", "concat/2")
def concat(items: Any, more: Any = UNSET) -> list[Any]:
    if more is not UNSET:
        return [*iterate(items), *iterate(more)]
    return [x for part in iterate(items) for x in iterate(part)]


@ex("reverse/1", "reverse/2")
def reverse(items: Any, tail: Any = ()) -> list[Any]:
    turned = as_list(items)[::-1]
    return turned + as_list(tail) if tail != () else turned


@ex("reverse_slice/3")
def reverse_slice(items: Any, start: Any, size: Any) -> list[Any]:
    need(is_int(start) and start >= 0 and is_int(size) and size >= 0, "Enum", "reverse_slice", 3)
    found = as_list(items)
    return found[:start] + found[start : start + size][::-1] + found[start + size :]


# ---------------------------------------------------------------------------------------------- numbers, extremes


@ex("sum/1")
def sum_(items: Any) -> Any:
    if items.__class__ is Range:
        size = len(items)
        return size * (2 * items.first + (size - 1) * items.step) // 2
    return add_up(as_list(items))


def add_up(found: list[Any]) -> Any:
    """The sum of a list."""
    kinds = set(map(type, found))
    if kinds <= {int}:
        return sum(found)
    return _folded(found, kinds, operator.add, kernel.add, 0)


def _folded(found: list[Any], kinds: set[type], fast: Any, checked: Any, start: int) -> Any:
    """*found* combined from the left: at C speed when all are numbers, checked step by step otherwise."""
    # Not sum(): newer Pythons compensate rounding errors, the BEAM does not.
    if kinds <= {int, float} and found:
        try:
            total = functools.reduce(fast, found)
        except OverflowError:
            raise ArithmeticError_() from None
        if total - total != 0:
            raise ArithmeticError_()
        return total
    total = start
    for x in found:
        total = checked(x, total)
    return total


@ex("sum_by/2")
def sum_by(items: Any, fun: Any) -> Any:
    fun1(fun, ("Enum", "sum_by", 2))
    return add_up(map_(items, fun))


@ex("product/1")
def product(items: Any) -> Any:
    found = as_list(items)
    return _folded(found, set(map(type, found)), operator.mul, kernel.multiply, 1)


@ex("product_by/2")
def product_by(items: Any, fun: Any) -> Any:
    fun1(fun, ("Enum", "product_by", 2))
    return product(map_(items, fun))


def _options(sorter: Any, empty: Any, name: str) -> tuple[Any, Any]:
    """The sorter and the function for nothing of the arguments of ``max``, ``min`` and their like."""
    if sorter is UNSET:
        return None, None
    if is_function(sorter, 0):
        return None, sorter
    if not is_atom(sorter) and not is_function(sorter, 2):
        raise no_clause("Enum", f"{name}_sort_fun", 1)
    return sorter, empty


def _empty(fallback: Any) -> Any:
    if fallback is None or fallback is UNSET:
        raise EnumEmptyError()
    return fun0(fallback)()


def _extreme(items: Any, by: Any, sorter: Any, fallback: Any, largest: bool) -> Any:
    found = as_list(items)
    if not found:
        return _empty(fallback)
    keys = found if by is None else [by(x) for x in found]
    return found[sorting.best(found, keys, sorter, largest)]


@ex("max/1", "max/2", "max/3")
def max_(items: Any, sorter: Any = UNSET, empty: Any = None) -> Any:
    return _extreme(items, None, *_options(sorter, empty, "max"), True)


@ex("min/1", "min/2", "min/3")
def min_(items: Any, sorter: Any = UNSET, empty: Any = None) -> Any:
    return _extreme(items, None, *_options(sorter, empty, "min"), False)


@ex("max_by/2", "max_by/3", "max_by/4")
def max_by(items: Any, fun: Any, sorter: Any = UNSET, empty: Any = None) -> Any:
    return _extreme(items, fun1(fun, ("Enum", "max_by", 4)), *_options(sorter, empty, "max"), True)


@ex("min_by/2", "min_by/3", "min_by/4")
def min_by(items: Any, fun: Any, sorter: Any = UNSET, empty: Any = None) -> Any:
    return _extreme(items, fun1(fun, ("Enum", "min_by", 4)), *_options(sorter, empty, "min"), False)


@ex("min_max/1", "min_max/2")
def min_max(items: Any, empty: Any = None) -> Any:
    if empty is not None:
        fun0(empty, ("Enum", "min_max", 2))
    found = as_list(items)
    if not found:
        return _empty(empty)
    return (min_(found), max_(found))


@ex("min_max_by/2", "min_max_by/3", "min_max_by/4")
def min_max_by(items: Any, fun: Any, sorter: Any = UNSET, empty: Any = None) -> Any:
    own = ("Enum", "min_max_by", 4)
    fun1(fun, own)
    order, fallback = _options(sorter, empty, "max")
    need((is_atom(order) or is_function(order, 2)) and (fallback is None or is_function(fallback, 0)), *own)
    found = as_list(items)
    if not found:
        return _empty(fallback)
    keys = map_(found, fun)
    if order is None or not is_function(order):
        return tuple(found[sorting.best(found, keys, order, largest)] for largest in (False, True))
    before = fun2(order)
    low = high = 0
    for i in range(1, len(found)):
        if truthy(before(keys[i], keys[low])):
            low = i
        elif truthy(before(keys[high], keys[i])):
            high = i
    return (found[low], found[high])


# --------------------------------------------------------------------------------------------------------- sort


@ex("sort/1", "sort/2")
def sort(items: Any, sorter: Any = ASC) -> list[Any]:
    found = as_list(items)
    return sorting.sort(found) if sorter is ASC else sorting.sort_with(found, found, sorter)


@ex("sort_by/2", "sort_by/3")
def sort_by(items: Any, fun: Any, sorter: Any = ASC) -> list[Any]:
    fun1(fun, ("Enum", "sort_by", 3))
    found = as_list(items)
    return sorting.sort_with(found, map_(found, fun), sorter)


@ex("uniq/1")
def uniq(items: Any) -> list[Any]:
    found = as_list(items)
    kinds = set(map(type, found))
    if kinds <= {int} or kinds <= {str} or kinds <= {Atom}:
        return list(dict.fromkeys(found))
    return _uniq(found, found)


def _uniq(found: list[Any], keys: list[Any]) -> list[Any]:
    seen: set[Any] = set()
    out: list[Any] = []
    for x, k in zip(found, keys, strict=True):
        stored = maps.key(k)
        if stored not in seen:
            seen.add(stored)
            out.append(x)
    return out


@ex("uniq_by/2", "uniq/2")
def uniq_by(items: Any, fun: Any) -> list[Any]:
    found = as_list(items)
    return _uniq(found, map_(found, fun))


@ex("dedup/1")
def dedup(items: Any) -> list[Any]:
    found = as_list(items)
    return [x for i, x in enumerate(found) if i == 0 or not strict_equal(x, found[i - 1])]


@ex("dedup_by/2")
def dedup_by(items: Any, fun: Any) -> list[Any]:
    found = as_list(items)
    keys = map_(found, fun)
    return [x for i, x in enumerate(found) if i == 0 or not strict_equal(keys[i], keys[i - 1])]


# ------------------------------------------------------------------------------------------------------- slices


@ex("take/2")
def take(items: Any, amount: Any) -> list[Any]:
    need(is_int(amount), "Enum", "take", 2)
    if amount < 0:
        return as_list(items)[amount:]
    if items.__class__ is list:
        return items[:amount]
    return list(itertools.islice(iterate(items), amount))


@ex("drop/2")
def drop(items: Any, amount: Any) -> list[Any]:
    need(is_int(amount), "Enum", "drop", 2)
    found = as_list(items)
    return found[amount:] if amount >= 0 else found[:amount]


@ex("take_while/2")
def take_while(items: Any, fun: Any) -> list[Any]:
    test = fun1(fun)
    return list(itertools.takewhile(lambda x: _true(test(x)), iterate(items)))


@ex("drop_while/2")
def drop_while(items: Any, fun: Any) -> list[Any]:
    test = fun1(fun)
    return list(itertools.dropwhile(lambda x: _true(test(x)), iterate(items)))


@ex("take_every/2")
def take_every(items: Any, nth: Any) -> list[Any]:
    need(is_int(nth) and nth >= 0, "Enum", "take_every", 2)
    return as_list(items)[::nth] if nth else []


@ex("drop_every/2")
def drop_every(items: Any, nth: Any) -> list[Any]:
    need(is_int(nth) and nth >= 0, "Enum", "drop_every", 2)
    found = as_list(items)
    return [x for i, x in enumerate(found) if i % nth] if nth else found


@ex("split/2")
def split(items: Any, amount: Any) -> Any:
    need(is_int(amount), "Enum", "split", 2)
    found = as_list(items)
    cut = amount if amount >= 0 else max(len(found) + amount, 0)
    return (found[:cut], found[cut:])


@ex("split_while/2")
def split_while(items: Any, fun: Any) -> Any:
    test = fun1(fun)
    found = as_list(items)
    cut = next((i for i, x in enumerate(found) if not _true(test(x))), len(found))
    return (found[:cut], found[cut:])


@ex("slice/2", "slice/3")
def slice_(items: Any, start: Any, amount: Any = UNSET) -> list[Any]:
    if amount is UNSET:
        need(isinstance(start, Range), "Enum", "slice", 2)
        return _slice_range(items, start)
    need(is_int(start) and is_int(amount) and amount >= 0, "Enum", "slice", 3)
    if start >= 0 and items.__class__ is not list:
        return list(itertools.islice(iterate(items), start, start + amount))
    found = as_list(items)
    first = start if start >= 0 else max(start + len(found), 0)
    return found[first : first + amount]


def _slice_range(items: Any, span: Range) -> list[Any]:
    step = span.step
    if step == -1 and span.first > span.last:
        io.warn(f"negative steps are not supported in Enum.slice/2, pass {span.first}..{span.last}//1 instead")
        step = 1
    if step < 0:
        raise ArgumentError(f"Enum.slice/2 does not accept ranges with negative steps, got: {inspect(span)}")
    if items.__class__ is not list and 0 <= span.first <= span.last:
        return list(itertools.islice(iterate(items), span.first, span.last + 1, step))
    found = as_list(items)
    first, last = _normal(span, len(found))
    return found[first : max(last + 1, 0) : step]


def _normal(span: Range, size: int) -> tuple[int, int]:
    """First and last index of a range on *size* elements; negative ones count from the end."""
    return (span.first if span.first >= 0 else max(span.first + size, 0), span.last if span.last >= 0 else span.last + size)


@ex("slide/3")
def slide(items: Any, start: Any, to: Any) -> list[Any]:
    span = Range(start, start, 1) if is_int(start) else start
    need(isinstance(span, Range) and is_int(to), "Enum", "slide", 3)
    if span.step != 1:
        raise ArgumentError(f"Enum.slide/3 does not accept ranges with custom steps, got: {inspect(span)}")
    found = as_list(items)
    first, last = _normal(span, len(found))
    target = to if to >= 0 else to + len(found)
    if target == first or (min(span.first, span.last, to) < 0 and first >= len(found)):
        return found
    if first < target <= last:
        raise ArgumentError(
            f"insertion index for slide must be outside the range being moved (tried to insert {first}..{last} at {target})"
        )
    if first > last:
        return found
    moved, rest = found[first : last + 1], found[:first] + found[last + 1 :]
    place = max(target, 0) if target < first else target - len(moved) + 1
    return rest[:place] + moved + rest[place:]




# -------------------------------------------------------------------------------------------------------- groups


@ex("group_by/2", "group_by/3")
def group_by(items: Any, key_fun: Any, value_fun: Any = None) -> Any:
    f = fun1(key_fun)
    g = fun1(value_fun) if value_fun is not None else None
    groups: dict[Any, list[Any]] = {}
    for x in reversed(as_list(items)):  # the functions see the last element first
        k = maps.key(f(x))
        value = x if g is None else g(x)
        found = groups.get(k)
        if found is None:
            groups[k] = [value]
        else:
            found.append(value)
    for group in groups.values():
        group.reverse()
    return groups


@ex("frequencies/1")
def frequencies(items: Any) -> Any:
    out: dict[Any, int] = {}
    for x in iterate(items):
        k = maps.key(x)
        out[k] = out.get(k, 0) + 1
    return out


@ex("frequencies_by/2")
def frequencies_by(items: Any, fun: Any) -> Any:
    return frequencies(map_(items, fun))


# ---------------------------------------------------------------------------------------------------------- zip


@ex("zip/1", "zip/2")
def zip_(items: Any, other: Any = UNSET) -> list[Any]:
    if other is not UNSET:
        return list(zip(iterate(items), iterate(other), strict=False))
    return list(zip(*[iterate(x) for x in as_list(items)], strict=False))


@ex("zip_with/2", "zip_with/3")
def zip_with(items: Any, other: Any, fun: Any = UNSET) -> list[Any]:
    if fun is UNSET:
        f = fun1(other)
        return [f(list(row)) for row in zip(*[iterate(x) for x in as_list(items)], strict=False)]
    g = fun2(fun, ("Enum", "zip_with", 3))
    return [g(a, b) for a, b in zip(iterate(items), iterate(other), strict=False)]


@ex("zip_reduce/3", "zip_reduce/4")
def zip_reduce(items: Any, other: Any, acc: Any, fun: Any = UNSET) -> Any:
    if fun is UNSET:
        f = fun2(acc, ("Enum", "zip_reduce", 3))
        acc = other
        for row in zip(*[iterate(x) for x in as_list(items)], strict=False):
            acc = f(list(row), acc)
        return acc
    g = fun3(fun, ("Enum", "zip_reduce", 4))
    for a, b in zip(iterate(items), iterate(other), strict=False):
        acc = g(a, b, acc)
    return acc


@ex("unzip/1")
def unzip(items: Any) -> Any:
    left: list[Any] = []
    right: list[Any] = []
    for pair in iterate(items):
        if pair.__class__ is not tuple or len(pair) != 2:
            raise no_clause("Enum", "unzip", 3)
        left.append(pair[0])
        right.append(pair[1])
    return (left, right)


# --------------------------------------------------------------------------------------------------------- text


@ex("join/1", "join/2")
def join(items: Any, joiner: Any = "") -> Any:
    if items.__class__ is list and joiner.__class__ is str:
        try:
            return joiner.join(items)
        except TypeError:
            pass
    need(text.is_binary(joiner), "Enum", "join", 2)
    return text.join([x if x.__class__ is str else text.to_string(x) for x in iterate(items)], joiner)


@ex("map_join/2", "map_join/3")
def map_join(items: Any, joiner: Any, fun: Any = UNSET) -> Any:
    if fun is UNSET:
        joiner, fun = "", joiner
    need(text.is_binary(joiner), "Enum", "map_join", 3)
    return join(map_(items, fun), joiner)


@ex("intersperse/2")
def intersperse(items: Any, separator: Any) -> list[Any]:
    out = [y for x in iterate(items) for y in (separator, x)]
    return out[1:]


@ex("map_intersperse/3")
def map_intersperse(items: Any, separator: Any, fun: Any) -> list[Any]:
    return intersperse(map_(items, fun), separator)




__all__ = ["chunk", "chunk_by", "chunk_every", "chunk_while", "chunked", "chunks", "random", "runs", "shuffle", "take_random"]
MODULE = native_module("Enum", globals())
