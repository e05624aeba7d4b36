"""``:orddict`` and ``:proplists``: lists of pairs; ``:dict``, which keeps such a list to itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.stdlib import list as lists
from defnpy.stdlib.calls import fun1, fun2, fun3
from defnpy.stdlib.enum import flat_map
from defnpy.stdlib.util import truthy
from defnpy.terms import map as maps
from defnpy.terms.atom import Atom, is_atom
from defnpy.terms.errors import ArgumentError, FunctionClauseError
from defnpy.terms.module import Module, native_module
from defnpy.terms.order import compare, strict_equal

ERROR, OK, NONE, UNDEFINED = Atom("error"), Atom("ok"), Atom("none"), Atom("undefined")
Rows = list[tuple[Any, Any]]

# --------------------------------------------------------------------------------------------------------- orddict


def place(key: Any, rows: Rows) -> tuple[int, bool]:
    """Where *key* belongs, and whether it is there."""
    for index, row in enumerate(rows):
        order = compare(row[0], key)
        if order >= 0:
            return index, order == 0
    return len(rows), False


def store(key: Any, value: Any, rows: Rows) -> Rows:
    """*rows* with *value* under *key*."""
    index, there = place(key, rows)
    return [*rows[:index], (key, value), *rows[index + there :]]


def _from_list(pairs: Rows) -> Rows:
    rows: Rows = []
    for key, value in pairs:
        rows = store(key, value, rows)
    return rows


def _fetch(key: Any, rows: Rows, name: str = "fetch", arity: int = 2) -> Any:
    index, there = place(key, rows)
    if not there:
        raise FunctionClauseError(Atom("orddict"), Atom(name), arity)
    return rows[index][1]


def _find(key: Any, rows: Rows) -> Any:
    index, there = place(key, rows)
    return (OK, rows[index][1]) if there else ERROR


def erase(key: Any, rows: Rows) -> Rows:
    """*rows* without *key*."""
    index, there = place(key, rows)
    return rows[:index] + rows[index + 1 :] if there else rows


def _take(key: Any, rows: Rows) -> Any:
    index, there = place(key, rows)
    return (rows[index][1], rows[:index] + rows[index + 1 :]) if there else ERROR


def _update(key: Any, fun: Any, rows: Rows) -> Rows:
    return store(key, fun1(fun)(_fetch(key, rows, "update", 3)), rows)


def _update_or(key: Any, fun: Any, initial: Any, rows: Rows) -> Rows:
    index, there = place(key, rows)
    return store(key, fun1(fun)(rows[index][1]) if there else initial, rows)


def _append(key: Any, values: list[Any], rows: Rows) -> Rows:
    index, there = place(key, rows)
    return store(key, (rows[index][1] if there else []) + values, rows)


def _fold(fun: Any, acc: Any, rows: Rows) -> Any:
    f = fun3(fun)
    for key, value in rows:
        acc = f(key, value, acc)
    return acc


def _merge(fun: Any, left: Rows, right: Rows) -> Rows:
    f = fun3(fun)
    for key, value in right:
        index, there = place(key, left)
        left = store(key, f(key, left[index][1], value) if there else value, left)
    return left


def _orddict() -> Module:
    made = native_module("orddict", {}, erlang=True)
    made.functions.update({
        "new/0": list, "from_list/1": _from_list, "to_list/1": lambda d: d, "store/3": store, "fetch/2": _fetch, "find/2": _find,
        "erase/2": erase, "take/2": _take, "is_key/2": lambda k, d: place(k, d)[1], "fetch_keys/1": lambda d: [k for k, _ in d],
        "size/1": len, "is_empty/1": lambda d: not d, "update/3": _update, "update/4": _update_or,
        "update_counter/3": lambda k, n, d: _update_or(k, lambda v: v + n, n, d), "append/3": lambda k, v, d: _append(k, [v], d),
        "append_list/3": _append, "fold/3": _fold, "map/2": lambda f, d: [(k, fun2(f)(k, v)) for k, v in d],
        "filter/2": lambda f, d: [(k, v) for k, v in d if truthy(fun2(f)(k, v))], "merge/3": _merge,
    })  # fmt: skip
    return made


# ------------------------------------------------------------------------------------------------------------ dict

DICT = Atom("dict")
_READING = ("fetch/2", "find/2", "is_key/2", "fetch_keys/1", "size/1", "is_empty/1", "to_list/1")
_WRITING = ("new/0", "from_list/1", "store/3", "erase/2", "update/3", "update/4", "update_counter/3", "append/3", "append_list/3", "map/2",
            "filter/2", "merge/3")


def _rows(term: Any) -> Any:
    """What a ``:dict`` holds; any other argument as it is."""
    return term[1] if term.__class__ is tuple and len(term) == 2 and term[0] is DICT and term[1].__class__ is list else term


def _of_dict(function: Callable[..., Any], last: int, makes: bool) -> Callable[..., Any]:
    """A function of ``:orddict`` for dictionaries, its last *last* arguments; a key that is missing is a bad argument."""
    def called(*args: Any) -> Any:
        split = len(args) - last
        try:
            answer = function(*args[:split], *map(_rows, args[split:]))
        except FunctionClauseError:
            raise ArgumentError("argument error") from None
        return (DICT, answer) if makes else answer

    return called


def _dict(ordered: Module) -> Module:
    made = native_module("dict", {}, erlang=True)
    for names, makes in ((_READING, False), (_WRITING, True)):
        for name in names:
            last = 0 if name in ("new/0", "from_list/1") else 2 if name == "merge/3" else 1
            made.functions[name] = _of_dict(ordered.functions[name], last, makes)

    def take(key: Any, term: Any) -> Any:
        found = _take(key, _rows(term))
        return found if found is ERROR else (found[0], (DICT, found[1]))

    made.functions["take/2"] = take
    made.functions["fold/3"] = lambda fun, acc, term: _fold(fun, acc, _rows(term)[::-1])
    return made


# ------------------------------------------------------------------------------------------------------- proplists


def _entry(item: Any, key: Any) -> Any:
    """*item* as a tuple when it belongs to *key*; an atom alone stands for ``{atom, true}``."""
    if is_atom(item):
        return (item, True) if strict_equal(item, key) else None
    return item if item.__class__ is tuple and item and strict_equal(item[0], key) else None


def _all(key: Any, items: list[Any]) -> list[Any]:
    return [found for item in items if (found := _entry(item, key)) is not None]


def _lookup(key: Any, items: list[Any]) -> Any:
    found = _all(key, items)
    return found[0] if found else NONE


def _value(key: Any, items: list[Any], default: Any = UNDEFINED) -> Any:
    found = _lookup(key, items)
    return default if found is NONE or len(found) != 2 else found[1]


def _keys(items: list[Any]) -> list[Any]:
    found: dict[Any, Any] = {maps.key(i if is_atom(i) else i[0]): [] for i in items if is_atom(i) or (i.__class__ is tuple and i)}
    return maps.keys(found)


def _to_map(items: list[Any]) -> Any:
    made: dict[Any, Any] = {}
    for item in items:
        pair = (item, True) if is_atom(item) else item
        if pair.__class__ is tuple and len(pair) == 2:
            made.setdefault(maps.key(pair[0]), pair[1])
    return made


def _property(key: Any, value: Any = True) -> Any:
    return key if value is True and is_atom(key) else (key, value)


def _compact(items: list[Any]) -> list[Any]:
    return [_property(*i) if i.__class__ is tuple and len(i) == 2 else i for i in items]


def _append_values(key: Any, items: list[Any]) -> list[Any]:
    return flat_map([row[1] for row in _all(key, items) if len(row) == 2], lists.wrap)


def _split(items: list[Any], keys: list[Any]) -> Any:
    def of(key: Any) -> list[Any]:
        return [item for item in items if _entry(item, key) is not None]

    return ([of(key) for key in keys], [item for item in items if all(_entry(item, key) is None for key in keys)])


def _proplists() -> Module:
    made = native_module("proplists", {}, erlang=True)
    made.functions.update({
        "get_value/2": _value, "get_value/3": _value, "get_all_values/2": lambda k, p: [row[1] for row in _all(k, p) if len(row) == 2],
        "lookup/2": _lookup, "lookup_all/2": _all, "get_keys/1": _keys, "is_defined/2": lambda k, p: bool(_all(k, p)),
        "get_bool/2": lambda k, p: _value(k, p) is True, "delete/2": lambda k, p: [i for i in p if _entry(i, k) is None],
        "to_map/1": _to_map, "from_map/1": lambda m: list(maps.items(m)), "unfold/1": lambda p: [(i, True) if is_atom(i) else i for i in p],
        "compact/1": _compact, "property/1": lambda row: _property(*row), "property/2": _property, "append_values/2": _append_values,
        "split/2": _split,
    })  # fmt: skip
    return made


_ORDDICT = _orddict()
MODULES_BY_NAME = {"orddict": _ORDDICT, "dict": _dict(_ORDDICT), "proplists": _proplists()}
