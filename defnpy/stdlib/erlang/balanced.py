"""``:gb_trees`` and ``:gb_sets``: Andersson's general balanced trees.

A tree is ``{size, node}``; a node of a tree is ``{key, value, smaller, bigger}``, one of a set ``{key, smaller, bigger}``, the empty one nil.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from functools import reduce
from typing import Any

from defnpy.stdlib.calls import fun1, fun2
from defnpy.stdlib.erlang.ordered import folded, kept, ordset
from defnpy.terms.atom import Atom
from defnpy.terms.errors import ErlangError, FunctionClauseError
from defnpy.terms.module import Module, native_module
from defnpy.terms.order import compare

NONE, VALUE, ERROR = Atom("none"), Atom("value"), Atom("error")
EMPTY = (0, None)
Entry = tuple[Any, ...]
"""Key and value, or the key alone."""
Tree = tuple[int, Any]


# ------------------------------------------------------------------------------------------------------------ nodes


def _entries(node: Any) -> Iterator[Entry]:
    """Keys and values in order."""
    path: list[Any] = []
    while path or node is not None:
        while node is not None:
            path.append(node)
            node = node[-2]
        node = path.pop()
        yield node[:-2]
        node = node[-1]


def _balanced(entries: Iterator[Entry], size: int) -> Any:
    """A node of the next *size* entries; the smaller half has one more."""
    if size == 0:
        return None
    bigger = (size - 1) // 2
    left = _balanced(entries, size - 1 - bigger)
    entry = next(entries)
    return (*entry, left, _balanced(entries, bigger))


def _balanced_from_end(entries: Iterator[Entry], size: int) -> Any:
    """The same from entries that come from the end on; the bigger half has one more."""
    if size == 0:
        return None
    smaller = (size - 1) // 2
    right = _balanced_from_end(entries, size - 1 - smaller)
    entry = next(entries)
    return (*entry, _balanced_from_end(entries, smaller), right)


def _of(entries: Iterable[Entry]) -> Tree:
    listed = list(entries)
    return len(listed), _balanced(iter(listed), len(listed))


def _from_end(entries: list[Entry]) -> Tree:
    return len(entries), _balanced_from_end(reversed(entries), len(entries))


def _find(key: Any, node: Any) -> Any:
    """The node of a key, or nil."""
    while node is not None:
        order = compare(key, node[0])
        if order == 0:
            return node
        node = node[-2] if order < 0 else node[-1]
    return None


def _weight(node: Any) -> tuple[int, int]:
    """Two to the height, and the size."""
    if node is None:
        return 1, 0
    (h1, s1), (h2, s2) = _weight(node[-2]), _weight(node[-1])
    return (1, 1) if s1 == s2 == 0 else (2 * max(h1, h2), s1 + s2 + 1)


def _grown(entry: Entry, node: Any, budget: int) -> tuple[Any, int, int]:
    """The node with an entry more; where the path was too long and no balance is found yet, two to its height and its size, otherwise zeros."""
    if node is None:
        return ((*entry, None, None), 1, 1) if budget == 0 else ((*entry, None, None), 0, 0)
    order = compare(entry[0], node[0])
    if order == 0:
        raise ErlangError((Atom("key_exists"), entry[0]))
    below, other = (node[-2], node[-1]) if order < 0 else (node[-1], node[-2])
    inner, height, size = _grown(entry, below, budget // 2)
    made = (*node[:-2], inner, other) if order < 0 else (*node[:-2], other, inner)
    if not height:
        return made, 0, 0
    other_height, other_size = _weight(other)
    height, size = 2 * max(height, other_height), size + other_size + 1
    return (_balanced(_entries(made), size), 0, 0) if height > size * size else (made, height, size)


def _insert(entry: Entry, tree: Tree) -> Tree:
    size = tree[0] + 1
    return size, _grown(entry, tree[1], size * size)[0]


def _replaced(entry: Entry, node: Any, missing: Callable[[], Exception]) -> Any:
    if node is None:
        raise missing()
    order = compare(entry[0], node[0])
    if order == 0:
        return (*entry, *node[-2:])
    if order < 0:
        return (*node[:-2], _replaced(entry, node[-2], missing), node[-1])
    return (*node[:-1], _replaced(entry, node[-1], missing))


def _without_end(node: Any, last: bool) -> tuple[Entry, Any]:
    """The first or last entry of a node, and the rest."""
    if node[-1 if last else -2] is None:
        return node[:-2], node[-2 if last else -1]
    entry, rest = _without_end(node[-1 if last else -2], last)
    return entry, (*node[:-1], rest) if last else (*node[:-2], rest, node[-1])


def _without(key: Any, node: Any) -> Any:
    """A node without a key that it has."""
    order = compare(key, node[0])
    if order < 0:
        return (*node[:-2], _without(key, node[-2]), node[-1])
    if order > 0:
        return (*node[:-1], _without(key, node[-1]))
    smaller, bigger = node[-2:]
    if smaller is None or bigger is None:
        return bigger if smaller is None else smaller
    entry, rest = _without_end(bigger, False)
    return (*entry, smaller, rest)


def _path(node: Any, path: list[Any], start: Any = NONE) -> list[Any]:
    """The nodes down to the first key (not below *start*), the deepest in front: an iterator."""
    while node is not None:
        if start is not NONE and compare(node[0], start) < 0:
            node = node[-1]
        else:
            path = [node, *path]
            node = node[-2]
    return path


# ---------------------------------------------------------------------------------------------------------- modules


def _missing(module: str, name: str, arity: int) -> FunctionClauseError:
    return FunctionClauseError(Atom(module), Atom(name), arity)


def _shared(module: str) -> dict[str, Callable[..., Any]]:
    """What trees and sets have in common."""

    def delete(key: Any, tree: Tree) -> Tree:
        if _find(key, tree[1]) is None:
            raise _missing(module, "delete_1", 2)
        return tree[0] - 1, _without(key, tree[1])

    def end(name: str, last: bool, entry: bool = False) -> Callable[[Tree], Any]:
        def found(tree: Tree) -> Any:
            if tree[1] is None:
                raise _missing(module, name, 1)
            first, rest = _without_end(tree[1], last)
            if not entry:
                return (*first, (tree[0] - 1, rest))
            return first if len(first) > 1 else first[0]

        return found

    def following(path: list[Any]) -> Any:
        return (*path[0][:-2], _path(path[0][-1], path[1:])) if path else NONE

    return {
        "empty/0": lambda: EMPTY, "size/1": lambda t: t[0], "is_empty/1": lambda t: t[0] == 0, "delete/2": delete,
        "delete_any/2": lambda k, t: t if _find(k, t[1]) is None else delete(k, t), "balance/1": lambda t: _of(_entries(t[1])),
        "iterator/1": lambda t: _path(t[1], []), "iterator_from/2": lambda k, t: _path(t[1], [], k), "next/1": following,
        "smallest/1": end("smallest_1", False, True), "largest/1": end("largest_1", True, True),
        "take_smallest/1": end("take_smallest1", False), "take_largest/1": end("take_largest1", True),
    }  # fmt: skip


def _trees() -> Module:
    made = native_module("gb_trees", {}, erlang=True)
    shared = _shared("gb_trees")

    def value(key: Any, t: Tree, name: str = "get_1", arity: int = 2) -> Any:
        node = _find(key, t[1])
        if node is None:
            raise _missing("gb_trees", name, arity)
        return node[1]

    def lookup(key: Any, t: Tree) -> Any:
        node = _find(key, t[1])
        return NONE if node is None else (VALUE, node[1])

    def update(key: Any, new: Any, t: Tree) -> Tree:
        return t[0], _replaced((key, new), t[1], lambda: _missing("gb_trees", "update_1", 3))

    def enter(key: Any, new: Any, t: Tree) -> Tree:
        return _insert((key, new), t) if _find(key, t[1]) is None else update(key, new, t)

    def take(key: Any, t: Tree) -> Any:
        return (value(key, t, "take_1", 2), shared["delete/2"](key, t))

    def mapped(fun: Any, t: Tree) -> Tree:
        f = fun2(fun)
        return t[0], _mapped(f, t[1])

    made.functions.update({
        **shared, "from_orddict/1": _of, "to_list/1": lambda t: list(_entries(t[1])), "get/2": value, "lookup/2": lookup,
        "insert/3": lambda k, v, t: _insert((k, v), t), "enter/3": enter, "update/3": update, "map/2": mapped, "take/2": take,
        "keys/1": lambda t: [k for k, _ in _entries(t[1])], "values/1": lambda t: [v for _, v in _entries(t[1])],
        "is_defined/2": lambda k, t: _find(k, t[1]) is not None, "take_any/2": lambda k, t: ERROR if _find(k, t[1]) is None else take(k, t),
    })  # fmt: skip
    return made


def _mapped(f: Callable[[Any, Any], Any], node: Any) -> Any:
    return None if node is None else (node[0], f(node[0], node[1]), _mapped(f, node[2]), _mapped(f, node[3]))


def _united(a: Tree, b: Tree) -> Tree:
    """The smaller set's members join the bigger one, or both are put together anew where that is less work."""
    small, big = (b, a) if b[0] < a[0] else (a, b)
    if big[0] < 10 or big[0] < small[0] * round(1.46 * math.log(big[0])):
        return _from_end([(x,) for x in ordset([*_members(small), *_members(big)])])
    return reduce(lambda t, x: _add(x, t), _members(small), big)


def _add(x: Any, t: Tree) -> Tree:
    return t if _find(x, t[1]) is not None else _insert((x,), t)


def _members(t: Tree) -> list[Any]:
    return [x for (x,) in _entries(t[1])]


def _common(a: Tree, b: Tree) -> Tree:
    return _from_end([(x,) for x in _members(a) if _find(x, b[1]) is not None])


def _difference(a: Tree, b: Tree) -> Tree:
    return _from_end([(x,) for x in _members(a) if _find(x, b[1]) is None])


def _sets() -> Module:
    """Ordered sets: trees without values."""
    made = native_module("gb_sets", {}, erlang=True)
    shared = _shared("gb_sets")

    def build(items: Any) -> Tree:
        return _of((x,) for x in ordset(items))

    def member(x: Any, t: Tree) -> bool:
        return _find(x, t[1]) is not None

    made.functions.update({
        **shared, "new/0": lambda: EMPTY, "from_list/1": build, "from_ordset/1": build, "to_list/1": _members,
        "singleton/1": lambda x: build([x]), "add/2": _add, "add_element/2": _add, "insert/2": lambda x, t: _insert((x,), t),
        "del_element/2": shared["delete_any/2"], "is_member/2": member, "is_element/2": member, "union/2": _united,
        "union/1": lambda sets: reduce(_united, sets, EMPTY), "intersection/2": _common, "intersection/1": lambda sets: reduce(_common, sets),
        "difference/2": _difference, "subtract/2": _difference, "is_subset/2": lambda a, b: all(member(x, b) for x in _members(a)),
        "is_disjoint/2": lambda a, b: not any(member(x, b) for x in _members(a)), "fold/3": lambda f, acc, t: folded(f, acc, _members(t)),
        "is_set/1": lambda t: t.__class__ is tuple and len(t) == 2 and t[0].__class__ is int and t[1].__class__ in (tuple, None.__class__),
        "filter/2": lambda f, t: _of((x,) for x in kept(f, _members(t))), "map/2": lambda f, t: build(map(fun1(f), _members(t))),
    })  # fmt: skip
    return made


MODULES_BY_NAME = {"gb_trees": _trees(), "gb_sets": _sets()}
