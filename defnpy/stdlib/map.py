"""Map."""

from __future__ import annotations

from typing import Any

from defnpy.stdlib.calls import fun0, fun1, fun3
from defnpy.stdlib.enumerable import iterate
from defnpy.stdlib.util import ERROR, OK, UNSET, badarg, is_map, need, need_map, truthy
from defnpy.terms import map as maps
from defnpy.terms import versions
from defnpy.terms.atom import Atom
from defnpy.terms.errors import ArgumentError, BadMapError, BadStructError, KeyError_, RuntimeError_
from defnpy.terms.inspect import inspect
from defnpy.terms.map import key as stored
from defnpy.terms.module import ex, native_module
from defnpy.terms.struct import STRUCT_KEY, Struct, map_of

POP = Atom("pop")
_MISSING: Any = object()


def from_dict(made: dict[Any, Any], like: Any) -> Any:
    """*made* as a map, or as the struct that *like* is when it still has its module and fields."""
    if not isinstance(like, Struct):
        return made
    fields = {k: v for k, v in made.items() if k is not STRUCT_KEY}
    if made.get(STRUCT_KEY) is like.module and fields.keys() == like.fields.keys():
        return like.replace(fields)
    return made


def lookup(m: Any, k: Any) -> Any:
    """The value of *k*, or a marker that no term is."""
    if m.__class__ is dict:
        return m.get(stored(k), _MISSING)
    if isinstance(m, Struct):
        if k is STRUCT_KEY:
            return m.module
        return m.fields.get(stored(k), _MISSING)
    raise BadMapError(m)


@ex("new/0", "new/1", "new/2")
def new(items: Any = (), fun: Any = None) -> Any:
    if items.__class__ is tuple and not items and fun is None:
        return {}
    if fun is not None:
        f = fun1(fun, ("Map", "new_from_enum", 2))
        return from_items(f(x) for x in iterate(items))
    if items.__class__ is dict:
        return items
    return from_items(iterate(items))


def from_items(items: Any) -> dict[Any, Any]:
    """A map of two-element tuples."""
    made: dict[Any, Any] = {}
    for pair in items:
        if pair.__class__ is not tuple or len(pair) != 2:
            raise ArgumentError("argument error")
        made[stored(pair[0])] = pair[1]
    return made


@ex("from_struct/1")
def from_struct(struct: Any) -> Any:
    if struct.__class__ is Atom:
        from defnpy.stdlib.kernel import new_struct

        struct = new_struct(struct)
    if not isinstance(struct, Struct):
        from defnpy.stdlib.util import no_clause

        raise no_clause("Map", "from_struct", 1)
    return dict(struct.fields)


@ex("from_keys/2")
def from_keys(keys: Any, value: Any) -> Any:
    if keys.__class__ is not list:
        raise badarg((1, "not a list"))
    return {stored(k): value for k in keys}


@ex("get/2", "get/3")
def get(m: Any, k: Any, default: Any = None) -> Any:
    found = lookup(m, k)
    return default if found is _MISSING else found


@ex("get_lazy/3")
def get_lazy(m: Any, k: Any, fun: Any) -> Any:
    f = fun0(fun, ("Map", "get_lazy", 3))
    found = lookup(m, k)
    return f() if found is _MISSING else found


@ex("fetch/2")
def fetch(m: Any, k: Any) -> Any:
    found = lookup(m, k)
    return ERROR if found is _MISSING else (OK, found)


@ex("fetch!/2")
def fetch_bang(m: Any, k: Any) -> Any:
    found = lookup(m, k)
    if found is _MISSING:
        raise KeyError_(k, m)
    return found


@ex("has_key?/2")
def has_key_q(m: Any, k: Any) -> bool:
    return lookup(m, k) is not _MISSING


@ex("put/3")
def put(m: Any, k: Any, value: Any) -> Any:
    if m.__class__ is dict:
        return versions.put(m, stored(k), value)
    return from_dict({**need_map(m), stored(k): value}, m)


@ex("put_new/3")
def put_new(m: Any, k: Any, value: Any) -> Any:
    return m if lookup(m, k) is not _MISSING else put(m, k, value)


@ex("put_new_lazy/3")
def put_new_lazy(m: Any, k: Any, fun: Any) -> Any:
    f = fun0(fun, ("Map", "put_new_lazy", 3))
    return m if lookup(m, k) is not _MISSING else put(m, k, f())


@ex("replace/3")
def replace(m: Any, k: Any, value: Any) -> Any:
    return m if lookup(m, k) is _MISSING else put(m, k, value)


@ex("replace!/3")
def replace_bang(m: Any, k: Any, value: Any) -> Any:
    if lookup(m, k) is _MISSING:
        raise KeyError_(k, m)
    return put(m, k, value)


@ex("replace_lazy/3")
def replace_lazy(m: Any, k: Any, fun: Any) -> Any:
    f = fun1(fun, ("Map", "replace_lazy", 3))
    need(is_map(m), "Map", "replace_lazy", 3)
    found = lookup(m, k)
    return m if found is _MISSING else put(m, k, f(found))


@ex("update/4")
def update(m: Any, k: Any, initial: Any, fun: Any) -> Any:
    f = fun1(fun, ("Map", "update", 4))
    found = lookup(m, k)
    return put(m, k, initial if found is _MISSING else f(found))


@ex("update!/3")
def update_bang(m: Any, k: Any, fun: Any) -> Any:
    f = fun1(fun, ("Map", "update!", 3))
    found = lookup(m, k)
    if found is _MISSING:
        raise KeyError_(k, m)
    return put(m, k, f(found))


@ex("delete/2")
def delete(m: Any, k: Any) -> Any:
    gone = stored(k)
    data = need_map(m)
    return versions.without(data, gone) if gone in data else m


@ex("drop/2")
def drop(m: Any, keys: Any) -> Any:
    gone = {stored(k) for k in iterate(keys)}
    return from_dict({k: v for k, v in need_map(m).items() if k not in gone}, m)


@ex("take/2")
def take(m: Any, keys: Any) -> Any:
    data = need_map(m)
    wanted = [stored(k) for k in iterate(keys)]
    return from_dict({k: data[k] for k in wanted if k in data}, m)


@ex("split/2")
def split(m: Any, keys: Any) -> Any:
    return (take(m, keys), drop(m, keys))


@ex("pop/2", "pop/3")
def pop(m: Any, k: Any, default: Any = None) -> Any:
    found = lookup(m, k)
    return (default, m) if found is _MISSING else (found, delete(m, k))


@ex("pop!/2")
def pop_bang(m: Any, k: Any) -> Any:
    found = lookup(m, k)
    if found is _MISSING:
        raise KeyError_(k, m)
    return (found, delete(m, k))


@ex("pop_lazy/3")
def pop_lazy(m: Any, k: Any, fun: Any) -> Any:
    f = fun0(fun, ("Map", "pop_lazy", 3))
    found = lookup(m, k)
    return (f(), m) if found is _MISSING else (found, delete(m, k))


@ex("keys/1")
def keys(m: Any) -> list[Any]:
    return maps.keys(need_map(m))


@ex("values/1")
def values(m: Any) -> list[Any]:
    return maps.values(need_map(m))


@ex("to_list/1")
def to_list(m: Any) -> list[Any]:
    return list(maps.items(need_map(m)))


def _merged(left: Any, right: Any) -> Any:
    if len(left) < versions.LARGE or len(right) * 4 > len(left):
        return {**left, **right}
    for k, v in right.items():
        left = versions.put(left, k, v)
    return left


@ex("merge/2", "merge/3")
def merge(a: Any, b: Any, fun: Any = UNSET) -> Any:
    f = None if fun is UNSET else fun3(fun, ("Map", "merge", 3))
    left, right = need_map(a), need_map(b)
    if f is None:
        return from_dict(_merged(left, right), a)
    made = dict(left)
    for k, v in maps.items(right):
        s = stored(k)
        made[s] = f(k, left[s], v) if s in left else v
    return from_dict(made, a)


@ex("intersect/2", "intersect/3")
def intersect(a: Any, b: Any, fun: Any = UNSET) -> Any:
    f = None if fun is UNSET else fun3(fun, ("Map", "intersect", 3))
    left, right = need_map(a), need_map(b)
    if f is None:
        return {k: right[k] for k in left if k in right}
    return {k: f(maps.unkey(k), left[k], right[k]) for k in left if k in right}


def _pairs(m: Any, fun: Any, wanted: bool, name: str) -> Any:
    need(is_map(m), "Map", name, 2)
    f = fun1(fun, ("Map", name, 2))
    return {stored(k): v for k, v in maps.items(need_map(m)) if truthy(f((k, v))) is wanted}


@ex("filter/2")
def filter_(m: Any, fun: Any) -> Any:
    return _pairs(m, fun, True, "filter")


@ex("reject/2")
def reject(m: Any, fun: Any) -> Any:
    return _pairs(m, fun, False, "reject")


@ex("split_with/2")
def split_with(m: Any, fun: Any) -> Any:
    need(is_map(m), "Map", "split_with", 2)
    f = fun1(fun, ("Map", "split_with", 2))
    yes: dict[Any, Any] = {}
    no: dict[Any, Any] = {}
    for k, v in maps.items(need_map(m)):
        (yes if truthy(f((k, v))) else no)[stored(k)] = v
    return (yes, no)


@ex("map/2")
def map_(m: Any, fun: Any) -> Any:
    need(is_map(m), "Map", "map", 2)
    f = fun1(fun)
    return maps.from_pairs((k, f((k, v))) for k, v in maps.items(map_of(m)))


@ex("get_and_update/3")
def get_and_update(m: Any, k: Any, fun: Any) -> Any:
    f = fun1(fun, ("Map", "get_and_update", 3))
    now = get(m, k)
    answer = f(now)
    if answer is POP:
        return (now, delete(m, k))
    if answer.__class__ is tuple and len(answer) == 2:
        return (answer[0], put(m, k, answer[1]))
    raise RuntimeError_(f"the given function must return a two-element tuple or :pop, got: {inspect(answer)}")


@ex("get_and_update!/3")
def get_and_update_bang(m: Any, k: Any, fun: Any) -> Any:
    fun1(fun, ("Map", "get_and_update!", 3))
    fetch_bang(m, k)
    return get_and_update(m, k, fun)


@ex("equal?/2")
def equal_q(a: Any, b: Any) -> bool:
    from defnpy.terms.order import strict_equal

    need_map(a), need_map(b)
    return strict_equal(a, b)


def update_existing(m: Any, changes: list[tuple[Any, Any]]) -> Any:
    """``%{m | k: v}``: all keys must exist."""
    data = need_map(m)
    for k, _ in changes:
        if stored(k) not in data:
            raise KeyError_(k, m)
    if isinstance(m, Struct):
        return m.replace({stored(k): v for k, v in changes})
    return _merged(data, {stored(k): v for k, v in changes})


def update_struct(module: Atom, term: Any, changes: list[tuple[Any, Any]]) -> Any:
    """``%Module{term | k: v}``."""
    if not isinstance(term, Struct) or term.module is not module:
        raise BadStructError(module, term)
    return update_existing(term, changes)


MODULE = native_module("Map", globals())
