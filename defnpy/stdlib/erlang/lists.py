"""``:lists``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.stdlib import enum, sorting
from defnpy.stdlib import list as lists
from defnpy.stdlib.calls import fun1, fun2, fun3
from defnpy.stdlib.util import badarg, is_int, truthy
from defnpy.terms.atom import Atom
from defnpy.terms.errors import ArgumentError, ArithmeticError_, CaseClauseError, ErlangError, FunctionClauseError
from defnpy.terms.module import ex, native_module
from defnpy.terms.order import equal, strict_equal


def _clause(name: str, arity: int) -> FunctionClauseError:
    return FunctionClauseError(Atom("lists"), Atom(name), arity)


def _list(term: Any, name: str, arity: int) -> list[Any]:
    if term.__class__ is not list:
        raise _clause(name, arity)
    return term


@ex("map/2")
def map_(fun: Any, items: Any) -> list[Any]:
    f = fun1(fun, (":lists", "map", 2))
    if items.__class__ is not list:
        raise CaseClauseError(items)
    return [f(x) for x in items]


@ex("foreach/2")
def foreach(fun: Any, items: Any) -> Any:
    f = fun1(fun, (":lists", "foreach", 2))
    for x in _list(items, "foreach_1", 2):
        f(x)
    return Atom("ok")


@ex("filter/2")
def filter_(fun: Any, items: Any) -> list[Any]:
    f = fun1(fun, (":lists", "filter", 2))
    out: list[Any] = []
    if items.__class__ is not list:
        raise ErlangError((Atom("bad_generator"), items))
    for x in items:
        answer = f(x)
        if answer is True:
            out.append(x)
        elif answer is not False:
            raise ErlangError((Atom("bad_filter"), answer))
    return out


@ex("filtermap/2", "zf/2")
def filtermap(fun: Any, items: Any) -> list[Any]:
    f = fun1(fun)
    out: list[Any] = []
    for x in items:
        answer = f(x)
        if answer is True:
            out.append(x)
        elif answer.__class__ is tuple:
            out.append(answer[1])
    return out


@ex("flatmap/2")
def flatmap(fun: Any, items: Any) -> list[Any]:
    f = fun1(fun)
    return [y for x in items for y in f(x)]


@ex("partition/2")
def partition(fun: Any, items: Any) -> Any:
    return enum.split_with(items, fun)


@ex("foldl/3")
def foldl(fun: Any, acc: Any, items: Any) -> Any:
    f = fun2(fun, (":lists", "foldl", 3))
    if items.__class__ is not list:
        raise CaseClauseError(items)
    for x in items:
        acc = f(x, acc)
    return acc


@ex("foldr/3")
def foldr(fun: Any, acc: Any, items: Any) -> Any:
    f = fun2(fun, (":lists", "foldr", 3))
    for x in reversed(_list(items, "foldr_1", 3)):
        acc = f(x, acc)
    return acc


@ex("mapfoldl/3")
def mapfoldl(fun: Any, acc: Any, items: Any) -> Any:
    return enum.map_reduce(items, acc, fun)


@ex("mapfoldr/3")
def mapfoldr(fun: Any, acc: Any, items: Any) -> Any:
    made, acc = enum.map_reduce(items[::-1], acc, fun)
    return (made[::-1], acc)


@ex("all/2")
def all_(fun: Any, items: Any) -> bool:
    return enum.all_q(items, fun)


@ex("any/2")
def any_(fun: Any, items: Any) -> bool:
    return enum.any_q(items, fun)


@ex("takewhile/2")
def takewhile(fun: Any, items: Any) -> list[Any]:
    return enum.take_while(items, fun)


@ex("dropwhile/2")
def dropwhile(fun: Any, items: Any) -> list[Any]:
    return enum.drop_while(items, fun)


@ex("splitwith/2")
def splitwith(fun: Any, items: Any) -> Any:
    return enum.split_while(items, fun)


@ex("search/2")
def search(fun: Any, items: Any) -> Any:
    f = fun1(fun)
    return next(((Atom("value"), x) for x in items if truthy(f(x))), False)


@ex("reverse/1", "reverse/2")
def reverse(items: Any, tail: Any = ()) -> list[Any]:
    return _list(items, "reverse", 1)[::-1] + list(tail)


@ex("append/1", "append/2")
def append(items: Any, more: Any = None) -> list[Any]:
    return [x for part in items for x in part] if more is None else items + more


@ex("concat/1")
def concat(items: Any) -> list[int]:
    from defnpy.terms.text import to_string

    return [ord(c) for x in items for c in to_string(x)]


@ex("flatten/1", "flatten/2")
def flatten(items: Any, tail: Any = ()) -> list[Any]:
    return lists.flatten(items, tail)


@ex("seq/2", "seq/3")
def seq(first: int, last: int, step: int = 1) -> list[int]:
    if not is_int(first) or not is_int(last) or (step == 1 and last < first - 1):
        raise _clause("seq", 2)
    if step > 0 and last < first - step:
        raise badarg((3, "not a negative increment"))
    if step == 0 and first != last or step < 0 and last > first - step:
        raise badarg((3, "not a positive increment"))
    if step == 0:
        return [first]
    return list(range(first, last + (1 if step > 0 else -1), step))


@ex("nth/2")
def nth(index: Any, items: Any) -> Any:
    if not is_int(index):
        raise ArithmeticError_()
    if items.__class__ is not list or not 1 <= index <= len(items):
        raise _clause("nth", 2)
    return items[index - 1]


@ex("nthtail/2")
def nthtail(count: Any, items: Any) -> list[Any]:
    if not 0 <= count <= len(items):
        raise _clause("nthtail", 2)
    return items[count:]


@ex("last/1")
def last(items: Any) -> Any:
    if not items:
        raise _clause("last", 1)
    return items[-1]


@ex("droplast/1")
def droplast(items: Any) -> list[Any]:
    if not items:
        raise _clause("droplast", 1)
    return items[:-1]


@ex("sublist/2", "sublist/3")
def sublist(items: Any, start: int, count: int | None = None) -> list[Any]:
    if count is None:
        if items.__class__ is not list or start < 0:
            raise _clause("sublist" if start >= 0 else "sublist_2", 2)
        return items[:start]
    if start < 1 or count < 0:
        raise _clause("sublist", 3)
    return items[start - 1 : start - 1 + count]


@ex("split/2")
def split(count: int, items: Any) -> Any:
    if not is_int(count) or items.__class__ is not list or not 0 <= count <= len(items):
        raise ArgumentError("argument error")
    return (items[:count], items[count:])


@ex("duplicate/2")
def duplicate(count: int, item: Any) -> list[Any]:
    if not is_int(count) or count < 0:
        raise _clause("duplicate", 2)
    return [item] * count


@ex("member/2")
def member(item: Any, items: Any) -> bool:
    return any(strict_equal(item, x) for x in items)


@ex("delete/2")
def delete(item: Any, items: Any) -> list[Any]:
    return lists.delete(items, item)


@ex("subtract/2")
def subtract(a: Any, b: Any) -> list[Any]:
    from defnpy.stdlib.kernel import list_subtract

    return list_subtract(a, b)


@ex("prefix/2")
def prefix(a: Any, b: Any) -> bool:
    return lists.starts_with_q(b, a)


@ex("suffix/2")
def suffix(a: Any, b: Any) -> bool:
    return lists.ends_with_q(b, a)


@ex("sum/1")
def sum_(items: Any) -> Any:
    return enum.add_up(_list(items, "sum", 1))


@ex("max/1")
def max_(items: Any) -> Any:
    if not items:
        raise _clause("max", 1)
    return enum.max_(items)


@ex("min/1")
def min_(items: Any) -> Any:
    if not items:
        raise _clause("min", 1)
    return enum.min_(items)


@ex("sort/1", "sort/2")
def sort(fun: Any, items: Any = None) -> list[Any]:
    return sorting.sort(fun) if items is None else sorting.sort_with(items, items, fun)


@ex("usort/1", "usort/2")
def usort(items: Any, more: Any = None) -> list[Any]:
    if more is not None:
        return _without_repeats(sort(items, more))
    return _without_repeats(sorting.sort(items))


def _without_repeats(items: list[Any]) -> list[Any]:
    return [x for i, x in enumerate(items) if i == 0 or not equal(x, items[i - 1])]


@ex("uniq/1", "uniq/2")
def uniq(fun: Any, items: Any = None) -> list[Any]:
    return enum.uniq(fun) if items is None else enum.uniq_by(items, fun)


@ex("merge/2")
def merge(a: Any, b: Any) -> list[Any]:
    return sorting.sort(a + b)


@ex("zip/2")
def zip_(a: Any, b: Any) -> list[Any]:
    if len(a) != len(b):
        raise _clause("zip", 2)
    return list(zip(a, b, strict=True))


@ex("zip3/3")
def zip3(a: Any, b: Any, c: Any) -> list[Any]:
    return list(zip(a, b, c, strict=True))


@ex("zipwith/3")
def zipwith(fun: Any, a: Any, b: Any) -> list[Any]:
    f = fun2(fun)
    return [f(x, y) for x, y in zip(a, b, strict=True)]


@ex("unzip/1")
def unzip(items: Any) -> Any:
    return ([x for x, _ in items], [y for _, y in items])


@ex("unzip3/1")
def unzip3(items: Any) -> Any:
    return tuple([row[i] for row in items] for i in range(3))


@ex("enumerate/1", "enumerate/2")
def enumerate_(start: Any, items: Any = None) -> list[Any]:
    return list(enumerate(start, 1)) if items is None else list(enumerate(items, start))


@ex("join/2")
def join(separator: Any, items: Any) -> list[Any]:
    return enum.intersperse(items, separator)


# ------------------------------------------------------------------------------------------------- keyed tuples


@ex("keyfind/3")
def keyfind(key: Any, place: int, rows: Any) -> Any:
    return lists.keyfind(rows, key, place - 1, False)


@ex("keymember/3")
def keymember(key: Any, place: int, rows: Any) -> bool:
    return lists.keymember_q(rows, key, place - 1)


@ex("keydelete/3")
def keydelete(key: Any, place: int, rows: Any) -> list[Any]:
    return lists.keydelete(rows, key, place - 1)


@ex("keyreplace/4")
def keyreplace(key: Any, place: int, rows: Any, new: Any) -> list[Any]:
    return lists.keyreplace(rows, key, place - 1, new)


@ex("keystore/4")
def keystore(key: Any, place: int, rows: Any, new: Any) -> list[Any]:
    return lists.keystore(rows, key, place - 1, new)


@ex("keytake/3")
def keytake(key: Any, place: int, rows: Any) -> Any:
    found = lists.keytake(rows, key, place - 1)
    return False if found is None else (Atom("value"), *found)


@ex("keysearch/3")
def keysearch(key: Any, place: int, rows: Any) -> Any:
    found = lists.keyfind(rows, key, place - 1, False)
    return False if found is False else (Atom("value"), found)


@ex("keysort/2")
def keysort(place: int, rows: Any) -> list[Any]:
    return lists.keysort(rows, place - 1)


@ex("keymap/3")
def keymap(fun: Any, place: int, rows: Any) -> list[Any]:
    f = fun1(fun)
    return [(*row[: place - 1], f(row[place - 1]), *row[place:]) for row in rows]


@ex("merge/1")
def merge_all(parts: Any) -> list[Any]:
    return sorting.sort([x for part in parts for x in part])


def umerge(*parts: Any) -> list[Any]:
    return _without_repeats(sorting.sort([x for part in parts for x in part]))


ex("umerge/2", "umerge3/3")(umerge)


@ex("umerge/1")
def umerge_all(parts: Any) -> list[Any]:
    return umerge(*parts)


@ex("merge/3")
def merge_by(fun: Any, a: Any, b: Any) -> list[Any]:
    f = fun2(fun)
    out: list[Any] = []
    left, right = list(a), list(b)
    while left and right:
        out.append((left if truthy(f(left[0], right[0])) else right).pop(0))
    return out + left + right


@ex("merge3/3")
def merge3(a: Any, b: Any, c: Any) -> list[Any]:
    return merge_all([a, b, c])


@ex("keymerge/3")
def keymerge(place: int, a: Any, b: Any) -> list[Any]:
    return lists.keysort([*a, *b], place - 1)


@ex("ukeysort/2")
def ukeysort(place: int, rows: Any) -> list[Any]:
    out: list[Any] = []
    for row in lists.keysort(rows, place - 1):
        if not out or not equal(out[-1][place - 1], row[place - 1]):
            out.append(row)
    return out


@ex("ukeymerge/3")
def ukeymerge(place: int, a: Any, b: Any) -> list[Any]:
    return ukeysort(place, [*a, *b])


def _backwards(merge: Callable[..., list[Any]]) -> Callable[..., list[Any]]:
    """The merge of lists that are sorted from the last on."""

    def merged(*args: Any) -> list[Any]:
        *place, a, b = args
        return merge(*place, a[::-1], b[::-1])[::-1]

    return merged


rmerge = ex("rmerge/2")(_backwards(lambda a, b: merge_all([a, b])))
rumerge = ex("rumerge/2")(_backwards(umerge))
rkeymerge = ex("rkeymerge/3")(_backwards(keymerge))
rukeymerge = ex("rukeymerge/3")(_backwards(ukeymerge))


@ex("flatlength/1")
def flatlength(items: Any) -> int:
    return len(lists.flatten(items))


@ex("zipwith3/4")
def zipwith3(fun: Any, a: Any, b: Any, c: Any) -> list[Any]:
    f = fun3(fun)
    if not len(a) == len(b) == len(c):
        raise _clause("zipwith3", 4)
    return [f(x, y, z) for x, y, z in zip(a, b, c, strict=True)]


MODULE = native_module("lists", globals(), erlang=True)
