"""Keyword."""

from __future__ import annotations

from typing import Any

from defnpy.stdlib import sorting
from defnpy.stdlib.calls import fun0, fun1, fun3
from defnpy.stdlib.enumerable import iterate
from defnpy.stdlib.util import ERROR, OK, UNSET, badarg, is_keyword, need, no_clause, truthy
from defnpy.terms.atom import Atom, is_atom
from defnpy.terms.errors import ArgumentError, KeyError_, MatchError
from defnpy.terms.inspect import inspect
from defnpy.terms.module import ex, native_module
from defnpy.terms.order import strict_equal

POP = Atom("pop")
_MISSING: Any = object()


def lookup(kw: Any, k: Any, name: str, arity: int) -> Any:
    """The first value of *k*, or a marker; FunctionClauseError of the calling function for other terms."""
    if kw.__class__ is not list or not is_atom(k):
        raise no_clause("Keyword", name, arity)
    for pair in kw:
        if pair.__class__ is tuple and pair and pair[0] is k:
            return pair[1]
    return _MISSING


@ex("keyword?/1")
def keyword_q(term: Any) -> bool:
    return is_keyword(term)


@ex("new/0", "new/1", "new/2")
def new(items: Any = UNSET, fun: Any = UNSET) -> list[Any]:
    if items is UNSET:
        return []
    f = fun1(fun, ("Keyword", "new", 2)) if fun is not UNSET else None
    made = [x if f is None else f(x) for x in iterate(items)]
    for pair in made:
        if pair.__class__ is not tuple or len(pair) != 2 or not is_atom(pair[0]):
            raise MatchError(pair)
    return _last_wins(made)


def _last_wins(made: list[Any]) -> list[Any]:
    seen: set[Any] = set()
    kept: list[Any] = []
    for pair in reversed(made):
        if pair[0] not in seen:
            seen.add(pair[0])
            kept.append(pair)
    kept.reverse()
    return kept


@ex("from_keys/2")
def from_keys(keys: Any, value: Any) -> list[Any]:
    need(keys.__class__ is list, "Keyword", "from_keys", 2)
    return [(k, value) for k in keys]


@ex("get/2", "get/3")
def get(kw: Any, k: Any, default: Any = None) -> Any:
    found = lookup(kw, k, "get", 3)
    return default if found is _MISSING else found


@ex("get_lazy/3")
def get_lazy(kw: Any, k: Any, fun: Any) -> Any:
    f = fun0(fun, ("Keyword", "get_lazy", 3))
    found = lookup(kw, k, "get_lazy", 3)
    return f() if found is _MISSING else found


@ex("fetch/2")
def fetch(kw: Any, k: Any) -> Any:
    found = lookup(kw, k, "fetch", 2)
    return ERROR if found is _MISSING else (OK, found)


@ex("fetch!/2")
def fetch_bang(kw: Any, k: Any) -> Any:
    found = lookup(kw, k, "fetch!", 2)
    if found is _MISSING:
        raise KeyError_(k, kw)
    return found


@ex("get_values/2")
def get_values(kw: Any, k: Any) -> list[Any]:
    lookup(kw, k, "get_values", 2)
    return [v for key, v in kw if key is k]


@ex("has_key?/2")
def has_key_q(kw: Any, k: Any) -> bool:
    return lookup(kw, k, "has_key?", 2) is not _MISSING


@ex("keys/1")
def keys(kw: Any) -> list[Any]:
    need(kw.__class__ is list, "Keyword", "keys", 1)
    return [_pair(p)[0] for p in kw]


def _pair(term: Any) -> Any:
    if term.__class__ is tuple and len(term) == 2 and is_atom(term[0]):
        return term
    raise ArgumentError(
        f"expected a keyword list, but an entry in the list is not a two-element tuple with an atom as its first element, got: {inspect(term)}"
    )


@ex("values/1")
def values(kw: Any) -> list[Any]:
    need(kw.__class__ is list, "Keyword", "values", 1)
    return [_pair(p)[1] for p in kw]


@ex("to_list/1")
def to_list(kw: Any) -> list[Any]:
    need(kw.__class__ is list, "Keyword", "to_list", 1)
    return kw


@ex("put/3")
def put(kw: Any, k: Any, value: Any) -> list[Any]:
    need(kw.__class__ is list and is_atom(k), "Keyword", "put", 3)
    return [(k, value), *(p for p in kw if p[0] is not k)]


@ex("put_new/3")
def put_new(kw: Any, k: Any, value: Any) -> list[Any]:
    return kw if lookup(kw, k, "put_new", 3) is not _MISSING else [(k, value), *kw]


@ex("put_new_lazy/3")
def put_new_lazy(kw: Any, k: Any, fun: Any) -> list[Any]:
    f = fun0(fun, ("Keyword", "put_new_lazy", 3))
    return kw if lookup(kw, k, "put_new_lazy", 3) is not _MISSING else [(k, f()), *kw]


def _replaced(kw: list[Any], k: Any, change: Any) -> list[Any]:
    out: list[Any] = []
    done = False
    for pair in kw:
        if pair[0] is not k:
            out.append(pair)
        elif not done:
            out.append((k, change(pair[1])))
            done = True
    return out


@ex("replace/3")
def replace(kw: Any, k: Any, value: Any) -> list[Any]:
    need(kw.__class__ is list and is_atom(k), "Keyword", "replace", 3)
    return _replaced(kw, k, lambda _: value)


@ex("replace!/3")
def replace_bang(kw: Any, k: Any, value: Any) -> list[Any]:
    if lookup(kw, k, "replace!", 3) is _MISSING:
        raise KeyError_(k, kw)
    return _replaced(kw, k, lambda _: value)


@ex("replace_lazy/3")
def replace_lazy(kw: Any, k: Any, fun: Any) -> list[Any]:
    need(kw.__class__ is list and is_atom(k), "Keyword", "replace_lazy", 3)
    return _replaced(kw, k, fun1(fun, ("Keyword", "replace_lazy", 3)))


@ex("update/4")
def update(kw: Any, k: Any, default: Any, fun: Any) -> list[Any]:
    f = fun1(fun, ("Keyword", "update", 4))
    if lookup(kw, k, "update", 4) is _MISSING:
        return [*kw, (k, default)]
    return _replaced(kw, k, f)


@ex("update!/3")
def update_bang(kw: Any, k: Any, fun: Any) -> list[Any]:
    f = fun1(fun, ("Keyword", "update!", 3))
    if lookup(kw, k, "update!", 3) is _MISSING:
        raise KeyError_(k, kw)
    return _replaced(kw, k, f)


@ex("delete/2")
def delete(kw: Any, k: Any) -> list[Any]:
    need(kw.__class__ is list and is_atom(k), "Keyword", "delete", 2)
    return [p for p in kw if p[0] is not k]


@ex("delete_first/2")
def delete_first(kw: Any, k: Any) -> list[Any]:
    need(kw.__class__ is list and is_atom(k), "Keyword", "delete_first", 2)
    for index, pair in enumerate(kw):
        if pair[0] is k:
            return kw[:index] + kw[index + 1 :]
    return kw


def _keys(keys_: Any, name: str) -> list[Any]:
    need(keys_.__class__ is list, "Keyword", name, 2)
    return keys_


@ex("take/2")
def take(kw: Any, wanted: Any) -> list[Any]:
    need(kw.__class__ is list, "Keyword", "take", 2)
    chosen = _keys(wanted, "take")
    return [p for p in kw if any(p[0] is k for k in chosen)]


@ex("drop/2")
def drop(kw: Any, gone: Any) -> list[Any]:
    need(kw.__class__ is list, "Keyword", "drop", 2)
    chosen = _keys(gone, "drop")
    return [p for p in kw if not any(p[0] is k for k in chosen)]


@ex("split/2")
def split(kw: Any, wanted: Any) -> Any:
    need(kw.__class__ is list and wanted.__class__ is list, "Keyword", "split", 2)
    return (take(kw, wanted), drop(kw, wanted))


@ex("pop/2", "pop/3")
def pop(kw: Any, k: Any, default: Any = None) -> Any:
    found = lookup(kw, k, "pop", 3)
    return (default, kw) if found is _MISSING else (found, delete(kw, k))


@ex("pop!/2")
def pop_bang(kw: Any, k: Any) -> Any:
    found = lookup(kw, k, "pop!", 2)
    if found is _MISSING:
        raise KeyError_(k, kw)
    return (found, delete(kw, k))


@ex("pop_first/2", "pop_first/3")
def pop_first(kw: Any, k: Any, default: Any = None) -> Any:
    found = lookup(kw, k, "pop_first", 3)
    return (default, kw) if found is _MISSING else (found, delete_first(kw, k))


@ex("pop_lazy/3")
def pop_lazy(kw: Any, k: Any, fun: Any) -> Any:
    f = fun0(fun, ("Keyword", "pop_lazy", 3))
    found = lookup(kw, k, "pop_lazy", 3)
    return (f(), kw) if found is _MISSING else (found, delete(kw, k))


@ex("pop_values/2")
def pop_values(kw: Any, k: Any) -> Any:
    need(kw.__class__ is list and is_atom(k), "Keyword", "pop_values", 2)
    return (get_values(kw, k), delete(kw, k))


@ex("merge/2", "merge/3")
def merge(a: Any, b: Any, fun: Any = UNSET) -> list[Any]:
    arity = 2 if fun is UNSET else 3
    need(a.__class__ is list and b.__class__ is list, "Keyword", "merge", arity)
    f = None if fun is UNSET else fun3(fun, ("Keyword", "merge", 3))
    if f is None and (not a or not b):
        return a or b
    for place, side in (("second", b), ("first", a)):
        if not is_keyword(side):
            raise ArgumentError(f"expected a keyword list as the {place} argument, got: {inspect(side)}")
    if f is None:
        taken = {k for k, _ in b}
        return [p for p in a if p[0] not in taken] + b
    return _merge_with(a, b, f)


def _merge_with(a: list[Any], b: list[Any], f: Any) -> list[Any]:
    taken = {k for k, _ in b}
    rest = [p for p in a if p[0] in taken]
    out = [p for p in a if p[0] not in taken]
    for k, v in b:
        index = next((i for i, p in enumerate(rest) if p[0] is k), None)
        if index is None:
            out.append((k, v))
        else:
            out.append((k, f(k, rest[index][1], v)))
            del rest[index]
    return out


def _select(kw: Any, fun: Any, wanted: bool, name: str) -> list[Any]:
    need(kw.__class__ is list, "Keyword", name, 2)
    f = fun1(fun, ("Keyword", name, 2))
    return [p for p in kw if truthy(f(p)) is wanted]


@ex("filter/2")
def filter_(kw: Any, fun: Any) -> list[Any]:
    return _select(kw, fun, True, "filter")


@ex("reject/2")
def reject(kw: Any, fun: Any) -> list[Any]:
    return _select(kw, fun, False, "reject")


@ex("split_with/2")
def split_with(kw: Any, fun: Any) -> Any:
    from defnpy.stdlib.enum import split_with as split_list

    need(kw.__class__ is list, "Keyword", "split_with", 2)
    fun1(fun, ("Keyword", "split_with", 2))
    return split_list(kw, fun)


@ex("map/2")
def map_(kw: Any, fun: Any) -> list[Any]:
    need(kw.__class__ is list, "Keyword", "map", 2)
    f = fun1(fun)
    return [(k, f((k, v))) for k, v in kw]


@ex("intersect/2", "intersect/3")
def intersect(a: Any, b: Any, fun: Any = UNSET) -> list[Any]:
    need(a.__class__ is list, "Keyword", "intersect", 3)
    if not a:
        return []
    f = fun3(fun, ("Keyword", "intersect", 3)) if fun is not UNSET else None
    out: list[Any] = []
    for k, v in a:
        found = lookup(b, k, "intersect", 3)
        if found is not _MISSING:
            out.append((k, found if f is None else f(k, v, found)))
    return out


@ex("equal?/2")
def equal_q(a: Any, b: Any) -> bool:
    need(a.__class__ is list and b.__class__ is list, "Keyword", "equal?", 2)
    return strict_equal(sorting.sort(a), sorting.sort(b))


@ex("get_and_update/3")
def get_and_update(kw: Any, k: Any, fun: Any) -> Any:
    from defnpy.stdlib.access import get_and_update as update_path

    need(kw.__class__ is list and is_atom(k), "Keyword", "get_and_update", 3)
    return update_path(kw, k, fun1(fun))


@ex("get_and_update!/3")
def get_and_update_bang(kw: Any, k: Any, fun: Any) -> Any:
    fetch_bang(kw, k)
    return get_and_update(kw, k, fun)


# ---------------------------------------------------------------------------------------------------- validate


def _names(allowed: list[Any]) -> list[Any]:
    """The keys that a validation list allows."""
    if any(not is_atom(item) and item.__class__ is not tuple for item in allowed):
        raise badarg((2, "not a tuple"))
    return [item if is_atom(item) else item[0] for item in allowed]


def _default(item: Any) -> list[Any]:
    """What an entry that was not used adds."""
    if is_atom(item):
        return []
    if item.__class__ is tuple and len(item) == 2 and is_atom(item[0]):
        return [item]
    raise ArgumentError("expected the second argument to be a list of atoms or tuples, got: " + inspect(item))


def _check_entries(kw: Any, allowed: Any) -> None:
    need(kw.__class__ is list and allowed.__class__ is list, "Keyword", "validate", 2)
    for pair in kw:
        if pair.__class__ is not tuple or len(pair) != 2 or not is_atom(pair[0]):
            raise ArgumentError(f"expected a keyword list as first argument, got invalid entry: {inspect(pair)}")


def _use(key: Any, ahead: list[Any], behind: list[Any]) -> tuple[list[Any], list[Any]] | None:
    """The allowed entries without the one called *key*: those after it, and those passed on the way in reverse."""
    for index, item in enumerate(ahead):
        if (item[0] if item.__class__ is tuple and len(item) == 2 else item) is key:
            return ahead[index + 1 :], [*reversed(ahead[:index]), *behind]
    return None


@ex("validate/2")
def validate(kw: Any, allowed: Any) -> Any:
    """Used entries leave the list of allowed ones, so a key given twice is a bad key. The order of the answer is Elixir's."""
    _check_entries(kw, allowed)
    ahead: list[Any] = list(allowed)
    behind: list[Any] = []
    kept: list[Any] = []
    bad: list[Any] = []
    for pair in kw:
        found = _use(pair[0], ahead, behind) or _use(pair[0], behind, ahead)
        if found is None:
            bad.insert(0, pair[0])
        else:
            ahead, behind = found
            kept.insert(0, pair)
    if bad:
        return (ERROR, bad)
    for item in [*behind, *ahead]:
        kept[:0] = _default(item)
    return (OK, kept)


@ex("validate!/2")
def validate_bang(kw: Any, allowed: Any) -> list[Any]:
    answer = validate(kw, allowed)
    if answer[0] is OK:
        return answer[1]
    names = _names(allowed)
    unknown = [k for k in answer[1] if k not in names]
    if not unknown:
        raise ArgumentError(f"duplicate keys {inspect(answer[1])} in {inspect(kw)}")
    raise ArgumentError(
        f"unknown keys {inspect(unknown)} in {inspect(kw)}, the allowed keys are: {inspect(names)}"
    )


MODULE = native_module("Keyword", globals())
