"""``:ets``, ``:persistent_term``, ``:counters`` and ``:atomics``."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from defnpy.stdlib import sorting
from defnpy.stdlib.calls import fun2
from defnpy.stdlib.erlang import match_spec
from defnpy.stdlib.erlang.hashing import table_hash
from defnpy.stdlib.util import OK, badarg, fault_lines
from defnpy.terms import map as maps
from defnpy.terms.atom import Atom
from defnpy.terms.errors import SystemLimitError
from defnpy.terms.module import Module, ex, native_module
from defnpy.terms.order import strict_equal
from defnpy.terms.process import Reference
from defnpy.terms.runtime import runtime

UNDEFINED, NOT_FOUND = Atom("undefined"), Atom("$end_of_table")
_TABLES = "ets"
LEAST_BUCKETS = 256
_NO_TABLE = "the table identifier does not refer to an existing ETS table"


class Table:
    """Rows by key; bags hold several rows under one key."""

    def __init__(self, kind: str, place: int, name: Any) -> None:
        self.kind = kind
        self.place = place
        self.name = name
        self.rows: dict[Any, list[Any]] = {}
        self.order: dict[Any, None] = {}  # the keys as they were ordered last
        self.hashes: dict[Any, int] = {}  # of the keys, once their order was asked for
        self.lock = threading.RLock()

    def key(self, row: tuple[Any, ...]) -> Any:
        return maps.key(row[self.place])

    def put(self, row: tuple[Any, ...]) -> None:
        found = self.rows.setdefault(self.key(row), [])
        if self.kind in ("set", "ordered_set"):
            found[:] = [row]
        elif self.kind == "duplicate_bag" or not any(strict_equal(row, other) for other in found):
            found.append(row)

    def keys(self) -> list[Any]:
        """The stored keys in the order of ``first`` and ``next``."""
        if self.order.keys() != self.rows.keys():
            if self.kind == "ordered_set":
                self.order = {maps.key(k): None for k in sorting.sort([maps.unkey(k) for k in self.rows])}
            else:
                self.order = dict.fromkeys(sorted(self.rows, key=self.bucket))
        return list(self.order)

    def bucket(self, key: Any) -> int:
        """Where the hash of *key* puts it; a table has a bucket for each row, and 256 at least."""
        found = self.hashes.get(key)
        if found is None:
            found = self.hashes[key] = table_hash(maps.unkey(key))
        count = max(len(self.rows), LEAST_BUCKETS)
        mask = (1 << (count - 1).bit_length()) - 1
        place = found & mask
        return place if place < count else place & mask >> 1

    def all(self) -> list[Any]:
        """The rows from the first key to the last."""
        return [row for key in self.keys() for row in self.rows[key]]

    def listed(self) -> list[Any]:
        """The rows as lists of them show them: a table without order from its last key on."""
        keys = self.keys()
        return [row for key in (keys if self.kind == "ordered_set" else reversed(keys)) for row in self.rows[key]]


def _tables() -> dict[Any, Table]:
    return runtime().options.setdefault(_TABLES, {})


def make_table(kind: str, name: Any, place: int = 0, reference: Any = None) -> Any:
    """The reference of a new table."""
    made = Reference() if reference is None else reference
    _tables()[made] = Table(kind, place, name)
    return made


def drop_table(reference: Any) -> None:
    """Forget a table."""
    del _tables()[reference]


def table_of(reference: Any) -> Table:
    """The table of a reference or name; ArgumentError when it is gone."""
    found = _tables().get(reference)
    if found is None:
        raise badarg((1, _NO_TABLE))
    return found


@ex("new/2")
def new(name: Any, options: Any) -> Any:
    names = [o.name for o in options if o.__class__ is Atom]
    kind = next((n for n in names if n in ("ordered_set", "bag", "duplicate_bag")), "set")
    place = next((o[1] for o in options if o.__class__ is tuple and o[0] is Atom("keypos")), 1) - 1
    reference: Any = name if "named_table" in names else Reference()
    if reference in _tables():
        raise badarg((1, "table name already exists"))
    return make_table(kind, name, place, reference)


@ex("insert/2")
def insert(reference: Any, rows: Any) -> bool:
    table, listed = _to_insert(reference, rows)
    with table.lock:
        for row in listed:
            table.put(row)
    return True


def _to_insert(reference: Any, rows: Any) -> tuple[Table, list[Any]]:
    """The table and the rows of an insertion."""
    table = _tables().get(reference)
    listed = rows if rows.__class__ is list else [rows]
    faults = [] if table is not None else [(1, _NO_TABLE)]
    if any(row.__class__ is not tuple for row in listed):
        faults.append((2, "not a tuple" if rows.__class__ is not list else "not a list of tuples"))
    elif table is not None and any(len(row) <= table.place for row in listed):
        faults.append((2, "the object has no key position"))
    if table is None or faults:
        raise badarg(*faults)
    return table, listed


@ex("insert_new/2")
def insert_new(reference: Any, rows: Any) -> bool:
    table, listed = _to_insert(reference, rows)
    with table.lock:
        if any(table.key(row) in table.rows for row in listed):
            return False
        for row in listed:
            table.put(row)
    return True


@ex("lookup/2")
def lookup(reference: Any, key: Any) -> list[Any]:
    return list(table_of(reference).rows.get(maps.key(key), []))


@ex("lookup_element/3", "lookup_element/4")
def lookup_element(reference: Any, key: Any, place: int, *default: Any) -> Any:
    found = lookup(reference, key)
    if not found:
        if default:
            return default[0]
        raise badarg((2, "not a key that exists in the table"))
    return found[0][place - 1]


@ex("member/2")
def member(reference: Any, key: Any) -> bool:
    return maps.key(key) in table_of(reference).rows


@ex("delete/1", "delete/2")
def delete(reference: Any, *key: Any) -> bool:
    if key:
        table_of(reference).rows.pop(maps.key(key[0]), None)
    else:
        table_of(reference)
        drop_table(reference)
    return True


@ex("delete_all_objects/1")
def delete_all_objects(reference: Any) -> bool:
    table_of(reference).rows.clear()
    return True


@ex("delete_object/2")
def delete_object(reference: Any, row: Any) -> bool:
    table = table_of(reference)
    left = [r for r in table.rows.get(table.key(row), []) if not strict_equal(r, row)]
    if left:
        table.rows[table.key(row)] = left
    else:
        table.rows.pop(table.key(row), None)
    return True


@ex("take/2")
def take(reference: Any, key: Any) -> list[Any]:
    return table_of(reference).rows.pop(maps.key(key), [])


@ex("tab2list/1")
def tab2list(reference: Any) -> list[Any]:
    return table_of(reference).listed()


@ex("first/1")
def first(reference: Any) -> Any:
    keys = table_of(reference).keys()
    return maps.unkey(keys[0]) if keys else NOT_FOUND


@ex("last/1")
def last(reference: Any) -> Any:
    table = table_of(reference)
    keys = table.keys()
    return maps.unkey(keys[-1 if table.kind == "ordered_set" else 0]) if keys else NOT_FOUND


@ex("next/2")
def next_(reference: Any, key: Any) -> Any:
    return _beside(reference, key, 1)


@ex("prev/2")
def prev(reference: Any, key: Any) -> Any:
    return _beside(reference, key, -1)


def _beside(reference: Any, key: Any, step: int) -> Any:
    """The key behind *key* or in front of it."""
    table = table_of(reference)
    keys = table.keys()
    # Without an order, the one in front is the one behind.
    index = keys.index(maps.key(key)) + (step if table.kind == "ordered_set" else 1)
    return maps.unkey(keys[index]) if 0 <= index < len(keys) else NOT_FOUND


@ex("update_counter/3", "update_counter/4")
def update_counter(reference: Any, key: Any, change: Any, *default: Any) -> Any:
    table = table_of(reference)
    with table.lock:
        stored = maps.key(key)
        if stored not in table.rows:
            if not default:
                raise badarg((2, "not a key that exists in the table"))
            row = default[0]
            table.rows[stored] = [(*row[: table.place], key, *row[table.place + 1 :])]
        place, step = (table.place + 2, change) if change.__class__ is int else change[:2]
        row = table.rows[stored][0]
        value = row[place - 1] + step
        if change.__class__ is tuple and len(change) == 4:
            value = change[3] if (step > 0 and value > change[2]) or (step < 0 and value < change[2]) else value
        table.rows[stored] = [(*row[: place - 1], value, *row[place:])]
        return value


@ex("update_element/3")
def update_element(reference: Any, key: Any, change: Any) -> bool:
    table = table_of(reference)
    rows = table.rows.get(maps.key(key))
    if not rows:
        return False
    for place, value in change if change.__class__ is list else [change]:
        rows[0] = (*rows[0][: place - 1], value, *rows[0][place:])
    return True


@ex("foldl/3")
def foldl(fun: Any, acc: Any, reference: Any) -> Any:
    f = fun2(fun)
    for row in table_of(reference).all():
        acc = f(row, acc)
    return acc


@ex("foldr/3")
def foldr(fun: Any, acc: Any, reference: Any) -> Any:
    f, table = fun2(fun), table_of(reference)
    for row in table.all() if table.kind != "ordered_set" else reversed(table.all()):
        acc = f(row, acc)
    return acc


@ex("info/1", "info/2")
def info(reference: Any, item: Any = None) -> Any:
    table = _tables().get(reference)
    if table is None:
        return UNDEFINED
    facts = {"size": sum(map(len, table.rows.values())), "type": Atom(table.kind), "name": table.name, "keypos": table.place + 1}
    return [(Atom(k), v) for k, v in facts.items()] if item is None else facts.get(item.name, UNDEFINED)


@ex("whereis/1")
def whereis(name: Any) -> Any:
    return name if name in _tables() else UNDEFINED


@ex("match_object/2")
def match_object(reference: Any, pattern: Any) -> list[Any]:
    return [row for row in table_of(reference).listed() if match_spec.fits(pattern, row, {})]


@ex("match/2")
def match(reference: Any, pattern: Any) -> list[Any]:
    out = []
    for row in table_of(reference).listed():
        found: dict[str, Any] = {}
        if match_spec.fits(pattern, row, found):
            out.append(match_spec.variables(found))
    return out


@ex("match_delete/2")
def match_delete(reference: Any, pattern: Any) -> bool:
    for row in match_object(reference, pattern):
        delete_object(reference, row)
    return True


@ex("select/2")
def select(reference: Any, spec: Any) -> list[Any]:
    return match_spec.select(table_of(reference).listed(), spec)


@ex("select_count/2")
def select_count(reference: Any, spec: Any) -> int:
    return sum(result is True for result in select(reference, spec))


@ex("select_delete/2")
def select_delete(reference: Any, spec: Any) -> int:
    rows = [row for row in table_of(reference).all() if match_spec.select([row], spec) == [True]]
    for row in rows:
        delete_object(reference, row)
    return len(rows)


# ------------------------------------------------------------------------------------------ persistent terms


def _terms() -> dict[Any, Any]:
    return runtime().options.setdefault("persistent_term", {})


def _term_get(key: Any, *default: Any) -> Any:
    found = _terms()
    if maps.key(key) not in found:
        if default:
            return default[0]
        raise badarg((1, "no persistent term stored with this key"))
    return found[maps.key(key)]


def _term_put(key: Any, value: Any) -> Any:
    _terms()[maps.key(key)] = value
    return OK


def _term_erase(key: Any) -> bool:
    return _terms().pop(maps.key(key), None) is not None


def _persistent_term() -> Module:
    made = native_module("persistent_term", {}, erlang=True)
    made.functions.update({
        "get/1": _term_get, "get/2": _term_get, "put/2": _term_put, "erase/1": _term_erase,
        "get/0": lambda: [(maps.unkey(k), v) for k, v in _terms().items()],
    })  # fmt: skip
    return made


# ------------------------------------------------------------------------------------------------- counters


class Counters:
    """Mutable integers."""

    ex_rank = 2

    def __init__(self, size: int) -> None:
        self.values = [0] * size
        self.lock = threading.Lock()


def _new_counters(size: Any, options: Any) -> Counters:
    if size.__class__ is not int or size < 1:
        raise badarg((1, "not an integer" if size.__class__ is not int else "out of range"))
    if size >= 1 << 61:
        fault = fault_lines([(1, "counters array size reached a system limit")])
        raise SystemLimitError(f"a system limit has been reached due to errors at the given arguments:\n\n{fault}")
    return Counters(size)


def _add(c: Counters, index: int, step: int) -> Any:
    with c.lock:
        c.values[index - 1] += step
        return c.values[index - 1]


def _set(c: Counters, index: int, value: int) -> Any:
    c.values[index - 1] = value
    return OK


def _counting(name: str) -> Module:
    made = native_module(name, {}, erlang=True)

    def quietly(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any) -> Any:
            function(*args)
            return OK

        return call

    made.functions.update({
        "new/2": _new_counters, "get/2": lambda c, i: c.values[i - 1], "put/3": _set,
        "add/3": quietly(_add), "sub/3": quietly(lambda c, i, n: _add(c, i, -n)), "add_get/3": _add,
        "sub_get/3": lambda c, i, n: _add(c, i, -n),
    })  # fmt: skip
    if name == "atomics":
        made.functions.update({"exchange/3": _exchange, "compare_exchange/4": _compare_exchange})
    return made


def _exchange(c: Counters, index: int, value: int) -> Any:
    with c.lock:
        before, c.values[index - 1] = c.values[index - 1], value
    return before


def _compare_exchange(c: Counters, index: int, expected: int, value: int) -> Any:
    with c.lock:
        before = c.values[index - 1]
        if before != expected:
            return before
        c.values[index - 1] = value
    return OK


MODULE = native_module("ets", globals(), erlang=True)
MODULES_BY_NAME = {
    "ets": MODULE,
    "persistent_term": _persistent_term(),
    "counters": _counting("counters"),
    "atomics": _counting("atomics"),
}
