"""``:maps``."""

from __future__ import annotations

from typing import Any

from defnpy.stdlib import map as emap
from defnpy.stdlib.calls import fun1, fun2, fun3
from defnpy.stdlib.util import ERROR, OK, need_map, truthy
from defnpy.terms import map as maps
from defnpy.terms.atom import Atom
from defnpy.terms.errors import KeyError_
from defnpy.terms.module import ex, native_module

NONE = Atom("none")


@ex("get/2", "get/3")
def get(key: Any, m: Any, *default: Any) -> Any:
    if default:
        return emap.get(m, key, default[0])
    answer = emap.fetch(m, key)
    if answer is ERROR:
        raise KeyError_(key, m)
    return answer[1]


@ex("find/2")
def find(key: Any, m: Any) -> Any:
    answer = emap.fetch(m, key)
    return (OK, answer[1]) if answer is not ERROR else ERROR


@ex("put/3")
def put(key: Any, value: Any, m: Any) -> Any:
    return emap.put(m, key, value)


@ex("update/3")
def update(key: Any, value: Any, m: Any) -> Any:
    return emap.replace_bang(m, key, value)


@ex("update_with/3", "update_with/4")
def update_with(key: Any, fun: Any, initial: Any, m: Any = None) -> Any:
    if m is None:
        return emap.update_bang(initial, key, fun)
    return emap.update(m, key, initial, fun)


@ex("remove/2")
def remove(key: Any, m: Any) -> Any:
    return emap.delete(m, key)


@ex("take/2")
def take(key: Any, m: Any) -> Any:
    answer = emap.fetch(m, key)
    return ERROR if answer is ERROR else (answer[1], emap.delete(m, key))


@ex("is_key/2")
def is_key(key: Any, m: Any) -> bool:
    return emap.has_key_q(m, key)


@ex("keys/1")
def keys(m: Any) -> list[Any]:
    return emap.keys(m)


@ex("values/1")
def values(m: Any) -> list[Any]:
    return emap.values(m)


@ex("to_list/1")
def to_list(m: Any) -> list[Any]:
    return emap.to_list(m)


@ex("from_list/1")
def from_list(items: Any) -> Any:
    return emap.from_items(items)


@ex("from_keys/2")
def from_keys(names: Any, value: Any) -> Any:
    return emap.from_keys(names, value)


@ex("new/0")
def new() -> Any:
    return {}


@ex("size/1")
def size(m: Any) -> int:
    return len(need_map(m))


@ex("merge/2")
def merge(a: Any, b: Any) -> Any:
    return emap.merge(a, b)


@ex("merge_with/3")
def merge_with(fun: Any, a: Any, b: Any) -> Any:
    return emap.merge(a, b, fun)


@ex("map/2")
def map_(fun: Any, m: Any) -> Any:
    f = fun2(fun)
    return {maps.key(k): f(k, v) for k, v in maps.items(need_map(m))}


@ex("filter/2")
def filter_(fun: Any, m: Any) -> Any:
    f = fun2(fun)
    return {maps.key(k): v for k, v in maps.items(need_map(m)) if truthy(f(k, v))}


@ex("filtermap/2")
def filtermap(fun: Any, m: Any) -> Any:
    f = fun2(fun)
    out: dict[Any, Any] = {}
    for k, v in maps.items(need_map(m)):
        answer = f(k, v)
        if answer is True:
            out[maps.key(k)] = v
        elif answer.__class__ is tuple:
            out[maps.key(k)] = answer[1]
    return out


@ex("foreach/2")
def foreach(fun: Any, m: Any) -> Any:
    f = fun2(fun)
    for k, v in maps.items(need_map(m)):
        f(k, v)
    return OK


@ex("fold/3")
def fold(fun: Any, acc: Any, m: Any) -> Any:
    f = fun3(fun)
    for k, v in maps.items(need_map(m)):
        acc = f(k, v, acc)
    return acc


@ex("with/2")
def with_(wanted: Any, m: Any) -> Any:
    return emap.take(m, wanted)


@ex("without/2")
def without(gone: Any, m: Any) -> Any:
    return emap.drop(m, gone)


@ex("intersect/2")
def intersect(a: Any, b: Any) -> Any:
    return emap.intersect(a, b)


@ex("intersect_with/3")
def intersect_with(fun: Any, a: Any, b: Any) -> Any:
    return emap.intersect(a, b, fun)


@ex("iterator/1")
def iterator(m: Any) -> Any:
    return list(maps.items(need_map(m)))


@ex("next/1")
def next_(rows: Any) -> Any:
    return (*rows[0], rows[1:] or NONE) if rows.__class__ is list and rows else NONE


@ex("groups_from_list/2", "groups_from_list/3")
def groups_from_list(fun: Any, second: Any, third: Any = None) -> Any:
    from defnpy.stdlib.enum import group_by

    return group_by(second, fun) if third is None else group_by(third, fun, fun1(second))


MODULE = native_module("maps", globals(), erlang=True)
