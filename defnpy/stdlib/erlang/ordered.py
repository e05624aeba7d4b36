"""``:sets``, ``:ordsets``, ``:gb_sets`` and ``:gb_trees``."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

from defnpy.stdlib import sorting
from defnpy.stdlib.calls import fun1, fun2
from defnpy.stdlib.erlang import properties
from defnpy.stdlib.erlang.properties import Rows, place
from defnpy.stdlib.util import is_map, truthy
from defnpy.terms import map as maps
from defnpy.terms.atom import Atom
from defnpy.terms.errors import ErlangError, FunctionClauseError
from defnpy.terms.module import Module, native_module
from defnpy.terms.order import compare, equal

NONE, VALUE, ERROR = Atom("none"), Atom("value"), Atom("error")


def _folded(fun: Any, acc: Any, items: Any) -> Any:
    f = fun2(fun)
    for x in items:
        acc = f(x, acc)
    return acc


def _kept(fun: Any, items: list[Any]) -> list[Any]:
    f = fun1(fun)
    return [x for x in items if truthy(f(x))]


def ordset(items: Any) -> list[Any]:
    """*items* in order, each once."""
    out: list[Any] = []
    for item in sorting.sort(list(items)):
        if not out or not equal(out[-1], item):
            out.append(item)
    return out


def _in(x: Any, items: list[Any]) -> bool:
    return any(equal(x, y) for y in items)


def _both(a: list[Any], b: list[Any]) -> list[Any]:
    return [x for x in a if _in(x, b)]


def _ordsets() -> Module:
    made = native_module("ordsets", {}, erlang=True)
    made.functions.update({
        "new/0": list, "from_list/1": ordset, "to_list/1": lambda s: s, "size/1": len, "is_empty/1": lambda s: not s,
        "add_element/2": lambda x, s: ordset([*s, x]), "union/2": lambda a, b: ordset([*a, *b]),
        "union/1": lambda parts: ordset(x for part in parts for x in part), "intersection/2": _both,
        "intersection/1": lambda parts: reduce(_both, parts), "del_element/2": lambda x, s: [y for y in s if not equal(x, y)],
        "subtract/2": lambda a, b: [x for x in a if not _in(x, b)], "is_element/2": _in, "is_disjoint/2": lambda a, b: not _both(a, b),
        "is_subset/2": lambda a, b: all(_in(x, b) for x in a), "fold/3": _folded, "filter/2": _kept,
        "is_set/1": lambda s: s.__class__ is list and all(compare(x, y) < 0 for x, y in zip(s, s[1:], strict=False)),
    })  # fmt: skip
    return made


def _common(a: dict[Any, Any], b: dict[Any, Any]) -> dict[Any, Any]:
    return {k: v for k, v in a.items() if k in b}


def _sets() -> Module:
    made = native_module("sets", {}, erlang=True)
    key = maps.key

    def build(items: Any, options: Any = None) -> Any:
        return {key(x): [] for x in items}

    def union(*parts: Any) -> Any:
        return {k: v for part in parts for k, v in part.items()}

    made.functions.update({
        "new/0": dict, "new/1": lambda options: {}, "from_list/1": build, "from_list/2": build, "to_list/1": maps.keys, "size/1": len,
        "is_element/2": lambda x, s: key(x) in s, "add_element/2": lambda x, s: {**s, key(x): []},
        "del_element/2": lambda x, s: {k: v for k, v in s.items() if k != key(x)}, "union/2": union, "union/1": lambda parts: union(*parts),
        "intersection/2": _common, "intersection/1": lambda parts: reduce(_common, parts), "is_empty/1": lambda s: not s,
        "subtract/2": lambda a, b: {k: v for k, v in a.items() if k not in b}, "is_subset/2": lambda a, b: all(k in b for k in a),
        "is_disjoint/2": lambda a, b: not _common(a, b), "is_set/1": is_map, "fold/3": lambda f, acc, s: _folded(f, acc, maps.keys(s)),
        "filter/2": lambda f, s: build(_kept(f, maps.keys(s))),
    })  # fmt: skip
    return made


class Tree:
    """A sorted association list standing for a balanced tree."""

    __slots__ = ("rows",)

    def __init__(self, rows: Rows) -> None:
        self.rows = rows

    def has(self, key: Any) -> bool:
        return place(key, self.rows)[1]

    def put(self, key: Any, value: Any) -> Tree:
        return Tree(properties.store(key, value, self.rows))

    def without(self, key: Any) -> Tree:
        return Tree(properties.erase(key, self.rows))

    def keys(self) -> list[Any]:
        return [row[0] for row in self.rows]


def _present(name: str, arity: int, module: str = "gb_trees") -> Callable[[Any, Tree], int]:
    """The index of a key; a missing one is no clause of the inner function *name*."""

    def index(key: Any, tree: Tree) -> int:
        found, there = place(key, tree.rows)
        if not there:
            raise FunctionClauseError(Atom(module), Atom(name), arity)
        return found

    return index


def _some(name: str, tree: Tree, module: str) -> Rows:
    if not tree.rows:
        raise FunctionClauseError(Atom(module), Atom(name), 1)
    return tree.rows


def _lookup(key: Any, tree: Tree) -> Any:
    index, there = place(key, tree.rows)
    return (VALUE, tree.rows[index][1]) if there else NONE


def _insert(key: Any, value: Any, tree: Tree) -> Tree:
    if tree.has(key):
        raise ErlangError((Atom("key_exists"), key))
    return tree.put(key, value)


def _take(key: Any, tree: Tree) -> Any:
    index = _present("take_1", 2)(key, tree)
    return (tree.rows[index][1], tree.without(key))


def _update(key: Any, value: Any, tree: Tree) -> Tree:
    _present("update_1", 3)(key, tree)
    return tree.put(key, value)


def _delete(module: str) -> Callable[[Any, Tree], Tree]:
    def delete(key: Any, tree: Tree) -> Tree:
        _present("delete_1", 2, module)(key, tree)
        return tree.without(key)

    return delete


def _mapped(fun: Any, tree: Tree) -> Tree:
    f = fun2(fun)
    return Tree([(k, f(k, v)) for k, v in tree.rows])


def _shared(module: str) -> dict[str, Callable[..., Any]]:
    """What trees and sets have in common."""
    return {
        "balance/1": lambda t: t, "size/1": lambda t: len(t.rows), "is_empty/1": lambda t: not t.rows, "empty/0": lambda: Tree([]),
        "delete/2": _delete(module), "delete_any/2": lambda k, t: t.without(k), "iterator/1": lambda t: t.rows,
        "iterator_from/2": lambda k, t: t.rows[place(k, t.rows)[0] :],
    }


def _trees() -> Module:
    made = native_module("gb_trees", {}, erlang=True)
    here = "gb_trees"
    made.functions.update({
        **_shared(here), "from_orddict/1": lambda rows: Tree(list(rows)), "to_list/1": lambda t: t.rows,
        "get/2": lambda k, t: t.rows[_present("get_1", 2)(k, t)][1], "lookup/2": _lookup, "insert/3": _insert, "map/2": _mapped,
        "enter/3": lambda k, v, t: t.put(k, v), "update/3": _update, "keys/1": lambda t: t.keys(), "values/1": lambda t: [v for _, v in t.rows],
        "is_defined/2": lambda k, t: t.has(k), "take/2": _take, "take_any/2": lambda k, t: _take(k, t) if t.has(k) else ERROR,
        "smallest/1": lambda t: _some("smallest_1", t, here)[0], "largest/1": lambda t: _some("largest_1", t, here)[-1],
        "take_smallest/1": lambda t: (*_some("take_smallest1", t, here)[0], Tree(t.rows[1:])),
        "take_largest/1": lambda t: (*_some("take_largest1", t, here)[-1], Tree(t.rows[:-1])),
        "next/1": lambda rows: (*rows[0], rows[1:]) if rows else NONE,
    })  # fmt: skip
    return made


def _ordered_sets() -> Module:
    """``:gb_sets``: ordered sets, as trees without values."""
    made = native_module("gb_sets", {}, erlang=True)
    here = "gb_sets"

    def build(items: Any) -> Tree:
        return Tree([(x, []) for x in ordset(items)])

    def insert(x: Any, t: Tree) -> Tree:
        return _insert(x, [], t)

    def common(a: Tree, b: Tree) -> Tree:
        return Tree([row for row in a.rows if b.has(row[0])])

    def add(x: Any, t: Tree) -> Tree:
        return t.put(x, [])

    def unite(*sets: Tree) -> Tree:
        return build([x for t in sets for x in t.keys()])

    def subtract(a: Tree, b: Tree) -> Tree:
        return Tree([row for row in a.rows if not b.has(row[0])])

    made.functions.update({
        **_shared(here), "new/0": lambda: Tree([]), "from_list/1": build, "from_ordset/1": build, "to_list/1": lambda t: t.keys(),
        "singleton/1": lambda x: build([x]), "add/2": add, "add_element/2": add, "insert/2": insert, "del_element/2": lambda x, t: t.without(x),
        "is_member/2": lambda x, t: t.has(x), "is_element/2": lambda x, t: t.has(x), "union/2": unite, "union/1": lambda sets: unite(*sets),
        "intersection/2": common, "intersection/1": lambda sets: reduce(common, sets), "difference/2": subtract, "subtract/2": subtract,
        "is_subset/2": lambda a, b: all(b.has(x) for x in a.keys()), "is_disjoint/2": lambda a, b: not common(a, b).rows,
        "is_set/1": lambda t: t.__class__ is Tree, "fold/3": lambda f, acc, t: _folded(f, acc, t.keys()),
        "filter/2": lambda f, t: build(_kept(f, t.keys())), "next/1": lambda rows: (rows[0][0], rows[1:]) if rows else NONE,
        "smallest/1": lambda t: _some("smallest_1", t, here)[0][0], "largest/1": lambda t: _some("largest_1", t, here)[-1][0],
        "take_smallest/1": lambda t: (_some("take_smallest1", t, here)[0][0], Tree(t.rows[1:])),
        "take_largest/1": lambda t: (_some("take_largest1", t, here)[-1][0], Tree(t.rows[:-1])),
    })  # fmt: skip
    return made


MODULES_BY_NAME = {"ordsets": _ordsets(), "sets": _sets(), "gb_trees": _trees(), "gb_sets": _ordered_sets()}
