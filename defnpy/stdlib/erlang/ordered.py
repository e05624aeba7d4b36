"""``:sets`` and ``:ordsets``."""

from __future__ import annotations

from functools import reduce
from typing import Any

from defnpy.stdlib import sorting
from defnpy.stdlib.calls import fun1, fun2
from defnpy.stdlib.util import is_map, truthy
from defnpy.terms import map as maps
from defnpy.terms.atom import Atom
from defnpy.terms.module import Module, native_module
from defnpy.terms.order import compare, equal

NONE, VALUE, ERROR = Atom("none"), Atom("value"), Atom("error")


def folded(fun: Any, acc: Any, items: Any) -> Any:
    f = fun2(fun)
    for x in items:
        acc = f(x, acc)
    return acc


def kept(fun: Any, items: list[Any]) -> list[Any]:
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
        "is_subset/2": lambda a, b: all(_in(x, b) for x in a), "fold/3": folded, "filter/2": kept,
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
        "is_disjoint/2": lambda a, b: not _common(a, b), "is_set/1": is_map, "fold/3": lambda f, acc, s: folded(f, acc, maps.keys(s)),
        "filter/2": lambda f, s: build(kept(f, maps.keys(s))),
    })  # fmt: skip
    return made


MODULES_BY_NAME = {"ordsets": _ordsets(), "sets": _sets()}
