"""``:lists``, ``:ordsets``, ``:sets`` and ``:gb_trees``."""

from __future__ import annotations

from typing import Any

from defnpy.stdlib import enum, sorting
from defnpy.stdlib import list as lists
from defnpy.stdlib.calls import fun1, fun2
from defnpy.stdlib.util import truthy
from defnpy.terms import map as maps
from defnpy.terms.atom import Atom
from defnpy.terms.errors import ErlangError, FunctionClauseError
from defnpy.terms.module import Module, ex, native_module
from defnpy.terms.order import equal, strict_equal, term_order


def _clause(name: str, arity: int) -> FunctionClauseError:
    return FunctionClauseError(Atom("lists"), Atom(name), arity)


def _list(term: Any, name: str, arity: int) -> list[Any]:
    if term.__class__ is not list:
        raise _clause(name, arity)
    return term


@ex("map/2")
def map_(fun: Any, items: Any) -> list[Any]:
    f = fun1(fun)
    return [f(x) for x in _list(items, "map", 2)]


@ex("foreach/2")
def foreach(fun: Any, items: Any) -> Any:
    f = fun1(fun)
    for x in _list(items, "foreach", 2):
        f(x)
    return Atom("ok")


@ex("filter/2")
def filter_(fun: Any, items: Any) -> list[Any]:
    f = fun1(fun)
    return [x for x in _list(items, "filter", 2) if truthy(f(x))]


@ex("filtermap/2")
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
    f = fun2(fun)
    for x in _list(items, "foldl", 3):
        acc = f(x, acc)
    return acc


@ex("foldr/3")
def foldr(fun: Any, acc: Any, items: Any) -> Any:
    f = fun2(fun)
    for x in reversed(_list(items, "foldr", 3)):
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
    if step == 0 or (step > 0 and last < first - step) or (step < 0 and last > first - step):
        raise _clause("seq", 2 if step == 1 else 3)
    return list(range(first, last + (1 if step > 0 else -1), step))


@ex("nth/2")
def nth(index: Any, items: Any) -> Any:
    if index.__class__ is not int or not 1 <= index <= len(items):
        raise _clause("nth", 2)
    return items[index - 1]


@ex("nthtail/2")
def nthtail(count: Any, items: Any) -> list[Any]:
    if count > len(items):
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
    return items[:start] if count is None else items[start - 1 : start - 1 + count]


@ex("split/2")
def split(count: int, items: Any) -> Any:
    if count > len(items):
        from defnpy.terms.errors import ArgumentError

        raise ArgumentError("argument error")
    return (items[:count], items[count:])


@ex("duplicate/2")
def duplicate(count: int, item: Any) -> list[Any]:
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


@ex("keysort/2", "ukeysort/2")
def keysort(place: int, rows: Any) -> list[Any]:
    return lists.keysort(rows, place - 1)


@ex("keymap/3")
def keymap(fun: Any, place: int, rows: Any) -> list[Any]:
    f = fun1(fun)
    return [(*row[: place - 1], f(row[place - 1]), *row[place:]) for row in rows]


# ------------------------------------------------------------------------------------------ ordsets, sets, trees


def _ordset(items: Any) -> list[Any]:
    return _without_repeats(sorting.sort(list(items)))


def _ordsets() -> Module:
    made = native_module("ordsets", {}, erlang=True)
    made.functions.update({
        "new/0": list, "from_list/1": _ordset, "to_list/1": lambda s: s, "size/1": len,
        "add_element/2": lambda x, s: _ordset([*s, x]), "union/2": lambda a, b: _ordset([*a, *b]),
        "del_element/2": lambda x, s: [y for y in s if not equal(x, y)],
        "intersection/2": lambda a, b: [x for x in a if any(equal(x, y) for y in b)],
        "subtract/2": lambda a, b: [x for x in a if not any(equal(x, y) for y in b)],
        "is_element/2": lambda x, s: any(equal(x, y) for y in s),
        "is_subset/2": lambda a, b: all(any(equal(x, y) for y in b) for x in a),
    })  # fmt: skip
    return made


def _sets() -> Module:
    made = native_module("sets", {}, erlang=True)
    key = maps.key

    def build(items: Any) -> Any:
        return {key(x): [] for x in items}

    made.functions.update({
        "new/0": dict, "new/1": lambda options: {}, "from_list/1": build, "from_list/2": lambda items, options: build(items),
        "to_list/1": maps.keys, "size/1": len, "is_element/2": lambda x, s: key(x) in s,
        "add_element/2": lambda x, s: {**s, key(x): []},
        "del_element/2": lambda x, s: {k: v for k, v in s.items() if k != key(x)},
        "union/2": lambda a, b: {**a, **b}, "intersection/2": lambda a, b: {k: v for k, v in a.items() if k in b},
        "subtract/2": lambda a, b: {k: v for k, v in a.items() if k not in b},
        "is_subset/2": lambda a, b: all(k in b for k in a), "is_set/1": lambda s: s.__class__ is dict,
    })  # fmt: skip
    return made


class Tree:
    """A sorted association list standing for a balanced tree."""

    __slots__ = ("rows",)

    def __init__(self, rows: list[tuple[Any, Any]]) -> None:
        self.rows = rows

    def find(self, key: Any) -> int | None:
        return next((i for i, (k, _) in enumerate(self.rows) if equal(k, key)), None)

    def put(self, key: Any, value: Any) -> Tree:
        rows = [row for row in self.rows if not equal(row[0], key)]
        return Tree(sorted([*rows, (key, value)], key=lambda row: term_order(row[0])))


def _tree_get(key: Any, tree: Tree) -> Any:
    index = tree.find(key)
    if index is None:
        raise ErlangError((Atom("badkey"), key))
    return tree.rows[index][1]


def _tree_lookup(key: Any, tree: Tree) -> Any:
    index = tree.find(key)
    return Atom("none") if index is None else (Atom("value"), tree.rows[index][1])


def _trees() -> Module:
    made = native_module("gb_trees", {}, erlang=True)
    made.functions.update({
        "empty/0": lambda: Tree([]), "from_orddict/1": lambda rows: Tree(list(rows)), "to_list/1": lambda t: t.rows,
        "get/2": _tree_get, "lookup/2": _tree_lookup, "insert/3": lambda k, v, t: t.put(k, v),
        "enter/3": lambda k, v, t: t.put(k, v), "update/3": lambda k, v, t: t.put(k, v),
        "delete/2": lambda k, t: Tree([row for row in t.rows if not equal(row[0], k)]),
        "delete_any/2": lambda k, t: Tree([row for row in t.rows if not equal(row[0], k)]),
        "keys/1": lambda t: [k for k, _ in t.rows], "values/1": lambda t: [v for _, v in t.rows],
        "size/1": lambda t: len(t.rows), "is_empty/1": lambda t: not t.rows, "is_defined/2": lambda k, t: t.find(k) is not None,
        "smallest/1": lambda t: t.rows[0], "largest/1": lambda t: t.rows[-1],
        "take_smallest/1": lambda t: (*t.rows[0], Tree(t.rows[1:])), "take_largest/1": lambda t: (*t.rows[-1], Tree(t.rows[:-1])),
    })  # fmt: skip
    return made


def _ordered_sets() -> Module:
    """``:gb_sets``: ordered sets, as trees without values."""
    made = native_module("gb_sets", {}, erlang=True)

    def build(items: Any) -> Tree:
        tree = Tree([])
        for item in items:
            tree = tree.put(item, [])
        return tree

    def elements(tree: Tree) -> list[Any]:
        return [row[0] for row in tree.rows]

    def without(key: Any, tree: Tree) -> Tree:
        index = tree.find(key)
        return tree if index is None else Tree(tree.rows[:index] + tree.rows[index + 1 :])

    def union(a: Tree, b: Tree) -> Tree:
        for row in b.rows:
            a = a.put(*row)
        return a

    def smallest(tree: Tree) -> Any:
        return (tree.rows[0][0], Tree(tree.rows[1:]))

    def largest(tree: Tree) -> Any:
        return (tree.rows[-1][0], Tree(tree.rows[:-1]))

    table = made.functions
    for names, function in (
        (("empty/0", "new/0"), lambda: Tree([])), (("from_list/1", "from_ordset/1"), build), (("to_list/1",), elements),
        (("singleton/1",), lambda x: build([x])), (("add/2", "add_element/2", "insert/2"), lambda x, t: t.put(x, [])),
        (("delete/2", "delete_any/2", "del_element/2"), without), (("is_member/2", "is_element/2"), lambda x, t: t.find(x) is not None),
        (("size/1",), lambda t: len(t.rows)), (("is_empty/1",), lambda t: not t.rows), (("union/2",), union),
        (("intersection/2",), lambda a, b: Tree([r for r in a.rows if b.find(r[0]) is not None])),
        (("difference/2", "subtract/2"), lambda a, b: Tree([r for r in a.rows if b.find(r[0]) is None])),
        (("is_subset/2",), lambda a, b: all(b.find(r[0]) is not None for r in a.rows)),
        (("smallest/1",), lambda t: t.rows[0][0]), (("largest/1",), lambda t: t.rows[-1][0]),
        (("take_smallest/1",), smallest), (("take_largest/1",), largest),
    ):  # fmt: skip
        table.update(dict.fromkeys(names, function))
    return made


MODULE = native_module("lists", globals(), erlang=True)
MODULES_BY_NAME = {"lists": MODULE, "ordsets": _ordsets(), "sets": _sets(), "gb_trees": _trees(), "gb_sets": _ordered_sets()}
