"""List."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from defnpy.stdlib import parsing, sorting
from defnpy.stdlib.calls import fun1, fun2
from defnpy.stdlib.util import UNSET, badarg, is_int, need, truthy
from defnpy.terms import text
from defnpy.terms.atom import MISSING, Atom, existing_atom, to_atom
from defnpy.terms.errors import ArgumentError, FunctionClauseError, KeyError_
from defnpy.terms.function import is_function
from defnpy.terms.inspect import inspect, is_ascii_printable
from defnpy.terms.list import ImproperList
from defnpy.terms.module import ex, native_module
from defnpy.terms.order import equal, strict_equal, term_order

EQ, DEL, INS, DIFF = Atom("eq"), Atom("del"), Atom("ins"), Atom("diff")
INFINITY = Atom("infinity")


def _is_list(term: Any) -> bool:
    return term.__class__ is list


@ex("first/1", "first/2")
def first(items: Any, default: Any = None) -> Any:
    if items.__class__ is ImproperList:
        return items.head[0]
    need(_is_list(items), "List", "first", 2)
    return items[0] if items else default


@ex("last/1", "last/2")
def last(items: Any, default: Any = None) -> Any:
    need(_is_list(items), "List", "last", 2)
    return items[-1] if items else default


@ex("duplicate/2")
def duplicate(item: Any, count: Any) -> list[Any]:
    if not is_int(count) or count < 0:
        raise FunctionClauseError(Atom("lists"), Atom("duplicate"), 2)
    return [item] * count


@ex("wrap/1")
def wrap(term: Any) -> Any:
    if term.__class__ is list or term.__class__ is ImproperList:
        return term
    return [] if term is None else [term]


@ex("flatten/1", "flatten/2")
def flatten(items: Any, tail: Any = ()) -> list[Any]:
    if not _is_list(items):
        raise _flatten_error(tail)
    out: list[Any] = []
    _flatten(items, out)
    if tail != () and not _is_list(tail):
        raise _flatten_error(tail)
    return out + list(tail)


def _flatten_error(tail: Any) -> Exception:
    return FunctionClauseError(Atom("lists"), Atom("flatten"), 1 if tail == () else 2)


def _flatten(items: list[Any], out: list[Any]) -> None:
    for item in items:
        if item.__class__ is list:
            _flatten(item, out)
        else:
            out.append(item)


@ex("delete/2")
def delete(items: Any, wanted: Any) -> list[Any]:
    need(_is_list(items), "List", "delete", 2)
    for index, item in enumerate(items):
        if strict_equal(item, wanted):
            return items[:index] + items[index + 1 :]
    return items


def _place(items: list[Any], index: Any) -> int:
    return index + len(items) if index < 0 else index


@ex("delete_at/2")
def delete_at(items: Any, index: Any) -> list[Any]:
    need(_is_list(items) and is_int(index), "List", "delete_at", 2)
    place = _place(items, index)
    return items[:place] + items[place + 1 :] if 0 <= place < len(items) else items


@ex("pop_at/2", "pop_at/3")
def pop_at(items: Any, index: Any, default: Any = None) -> Any:
    need(_is_list(items) and is_int(index), "List", "pop_at", 3)
    place = _place(items, index)
    if 0 <= place < len(items):
        return (items[place], items[:place] + items[place + 1 :])
    return (default, items)


@ex("insert_at/3")
def insert_at(items: Any, index: Any, value: Any) -> list[Any]:
    need(_is_list(items) and is_int(index), "List", "insert_at", 3)
    place = max(index + len(items) + 1, 0) if index < 0 else index
    return [*items[:place], value, *items[place:]]


@ex("replace_at/3")
def replace_at(items: Any, index: Any, value: Any) -> list[Any]:
    need(_is_list(items) and is_int(index), "List", "replace_at", 3)
    place = _place(items, index)
    return [*items[:place], value, *items[place + 1 :]] if 0 <= place < len(items) else items


@ex("update_at/3")
def update_at(items: Any, index: Any, fun: Any) -> list[Any]:
    need(_is_list(items) and is_int(index), "List", "update_at", 3)
    f = fun1(fun, ("List", "update_at", 3))
    place = _place(items, index)
    if not 0 <= place < len(items):
        return items
    return [*items[:place], f(items[place]), *items[place + 1 :]]


@ex("foldl/3")
def foldl(items: Any, acc: Any, fun: Any) -> Any:
    need(_is_list(items) and is_function(fun), "List", "foldl", 3)
    f = fun2(fun)
    for item in items:
        acc = f(item, acc)
    return acc


@ex("foldr/3")
def foldr(items: Any, acc: Any, fun: Any) -> Any:
    need(_is_list(items) and is_function(fun), "List", "foldr", 3)
    f = fun2(fun)
    for item in reversed(items):
        acc = f(item, acc)
    return acc


@ex("zip/1")
def zip_(lists: Any) -> list[Any]:
    for part in lists:
        need(part.__class__ in (list, tuple), "List", "to_list", 1)
    return list(zip(*lists, strict=False))


# --------------------------------------------------------------------------------------------- lists of tuples


def _has(row: Any, key: Any, place: int) -> bool:
    return row.__class__ is tuple and len(row) > place and equal(row[place], key)


def _index(rows: Any, key: Any, place: int) -> int | None:
    if not _is_list(rows):
        raise badarg((3, "not a proper list" if rows.__class__ is ImproperList else "not a list"))
    return next((i for i, row in enumerate(rows) if _has(row, key, place)), None)


def _need_place(place: Any, name: str, arity: int) -> None:
    """What is asked for with a built-in function: the position is the second argument there."""
    need(is_int(place), "List", name, arity)
    if place < 0:
        raise badarg((2, "out of range"))


def _need_row_place(rows: Any, place: Any, name: str, arity: int) -> None:
    """What is done by ``:lists``: another list or position is no clause there."""
    need(is_int(place), "List", name, arity)
    if not _is_list(rows) or place < 0:
        raise FunctionClauseError(Atom("lists"), Atom(name), arity)


@ex("keyfind/3", "keyfind/4")
def keyfind(rows: Any, key: Any, place: Any, default: Any = None) -> Any:
    _need_place(place, "keyfind", 4)
    index = _index(rows, key, place)
    return default if index is None else rows[index]


@ex("keyfind!/3")
def keyfind_bang(rows: Any, key: Any, place: Any) -> Any:
    _need_place(place, "keyfind!", 3)
    index = _index(rows, key, place)
    if index is None:
        raise KeyError_(key, rows, f"key {inspect(key)} at position {place} not found in: {inspect(rows)}")
    return rows[index]


@ex("keymember?/3")
def keymember_q(rows: Any, key: Any, place: Any) -> bool:
    _need_place(place, "keymember?", 3)
    return _index(rows, key, place) is not None


@ex("keyreplace/4")
def keyreplace(rows: Any, key: Any, place: Any, new: Any) -> list[Any]:
    _need_row_place(rows, place, "keyreplace", 4)
    index = _index(rows, key, place)
    return rows if index is None else [*rows[:index], new, *rows[index + 1 :]]


@ex("keystore/4")
def keystore(rows: Any, key: Any, place: Any, new: Any) -> list[Any]:
    _need_row_place(rows, place, "keystore", 4)
    index = _index(rows, key, place)
    return [*rows, new] if index is None else [*rows[:index], new, *rows[index + 1 :]]


@ex("keydelete/3")
def keydelete(rows: Any, key: Any, place: Any) -> list[Any]:
    _need_row_place(rows, place, "keydelete", 3)
    index = _index(rows, key, place)
    return rows if index is None else rows[:index] + rows[index + 1 :]


@ex("keytake/3")
def keytake(rows: Any, key: Any, place: Any) -> Any:
    _need_row_place(rows, place, "keytake", 3)
    index = _index(rows, key, place)
    return None if index is None else (rows[index], rows[:index] + rows[index + 1 :])


@ex("keysort/2", "keysort/3")
def keysort(rows: Any, place: Any, sorter: Any = sorting.ASC) -> list[Any]:
    need(_is_list(rows) and is_int(place), "List", "keysort", 3)
    return sorting.sort_with(rows, [_column(row, place) for row in rows], sorter)


def _column(row: Any, place: int) -> Any:
    if row.__class__ is not tuple:
        raise badarg((2, "not a tuple"))
    if not 0 <= place < len(row):
        raise badarg((1, "out of range"))
    return row[place]


# -------------------------------------------------------------------------------------------------- predicates


@ex("starts_with?/2")
def starts_with_q(items: Any, prefix: Any) -> bool:
    need(_is_list(items) and _is_list(prefix), "List", "starts_with?", 2)
    return strict_equal(items[: len(prefix)], prefix)


@ex("ends_with?/2")
def ends_with_q(items: Any, suffix: Any) -> bool:
    for place, term in enumerate((suffix, items), 1):
        if not _is_list(term):
            raise badarg((place, "not a list"))
    return not suffix or strict_equal(items[-len(suffix) :], suffix)


@ex("improper?/1")
def improper_q(items: Any) -> bool:
    if items.__class__ is ImproperList:
        return True
    need(_is_list(items), "List", "improper?", 1)
    return False


@ex("ascii_printable?/1", "ascii_printable?/2")
def ascii_printable_q(items: Any, limit: Any = INFINITY) -> bool:
    if items.__class__ is ImproperList:
        return limit is not INFINITY and limit <= len(items) and is_ascii_printable(items.head[:limit])
    need(_is_list(items) and (limit is INFINITY or (is_int(limit) and limit >= 0)), "List", "ascii_printable?", 2)
    return is_ascii_printable(items if limit is INFINITY else items[:limit])


@ex("max/1", "max/2")
def max_(items: Any, default: Any = UNSET) -> Any:
    if not items and default is not UNSET:
        return default
    return max(items, key=term_order)


@ex("min/1", "min/2")
def min_(items: Any, default: Any = UNSET) -> Any:
    if not items and default is not UNSET:
        return default
    return min(items, key=term_order)


# -------------------------------------------------------------------------------------------------- conversions


@ex("to_tuple/1")
def to_tuple(items: Any) -> tuple[Any, ...]:
    if not _is_list(items):
        raise badarg((1, "not a list"))
    return tuple(items)


@ex("to_string/1")
def to_string(items: Any) -> Any:
    need(_is_list(items) or items.__class__ is ImproperList, "List", "to_string", 1)
    return text.list_to_string(items)


@ex("to_charlist/1")
def to_charlist(items: Any) -> list[Any]:
    need(_is_list(items), "List", "to_charlist", 1)
    try:
        return [ord(c) for c in text.list_to_string(items)]
    except ArgumentError:
        raise ArgumentError(
            "cannot convert the given list to a charlist.\n\nTo be converted to a charlist, a list must contain only:\n\n"
            "  * strings\n  * integers representing Unicode code points\n  * or a list containing one of these three elements\n\n"
            f"Please check the given list or call inspect/1 to get the list representation, got:\n\n{inspect(items)}\n"
        ) from None


@ex("to_atom/1")
def to_atom_(items: Any) -> Any:
    return to_atom(_chars(items))


@ex("to_existing_atom/1")
def to_existing_atom(items: Any) -> Any:
    found = existing_atom(_chars(items))
    if found is MISSING:
        raise badarg((1, "not an already existing atom"))
    return found


def _chars(items: Any, otherwise: str = "not a list of characters") -> str:
    if not _is_list(items):
        raise badarg((1, "not a list"))
    if not all(is_int(c) and 0 <= c < 0x110000 and not 0xD800 <= c < 0xE000 for c in items):
        raise badarg((1, otherwise))
    return "".join(map(chr, items))


@ex("to_integer/1", "to_integer/2")
def to_integer(items: Any, base: Any = 10) -> int:
    return parsing.integer_exact(_chars(items, "not a textual representation of an integer"), base)


@ex("to_float/1")
def to_float(items: Any) -> float:
    return parsing.float_exact(_chars(items, "not a textual representation of a float"))


# -------------------------------------------------------------------------------------------- Myers' difference


Path = tuple[int, list[Any], list[Any], list[tuple[Atom, Any]]]
"""Steps down, what is left of both lists, and the edits so far."""


@ex("myers_difference/2", "myers_difference/3")
def myers_difference(a: Any, b: Any, script: Any = None) -> list[Any]:
    """The shortest edit script as ``[eq: .., del: .., ins: ..]``; *script* may give an inner one for two elements."""
    need(_is_list(a) and _is_list(b) and (script is None or is_function(script)), "List", "myers_difference", 2 if script is None else 3)
    return edits(a, b, None if script is None else fun2(script))


def edits(a: list[Any], b: list[Any], script: Any = None) -> list[Any]:
    """The script of two lists; used for strings too."""
    return _compact(_edits(a, b, script))


def _edits(a: list[Any], b: list[Any], script: Any) -> list[tuple[Atom, Any]]:
    """Follows the furthest paths of Myers' algorithm, one more edit in each round; the first path that arrives counts."""
    paths = [_snake((0, a, b, []))]
    while True:
        for path in paths:
            if not path[1] and not path[2]:
                return path[3]
        moves: list[Path] = []
        for move in _moves(paths, script):
            moves.append(_snake(move))
            if not moves[-1][1] and not moves[-1][2]:
                return moves[-1][3]
        paths = moves


def _moves(paths: list[Path], script: Any) -> Iterator[Path]:
    yield _down(paths[0], script)
    for lower, upper in zip(paths, paths[1:], strict=False):
        yield _right(lower, script) if lower[0] > upper[0] else _down(upper, script)
    yield _right(paths[-1], script)


def _snake(path: Path) -> Path:
    y, a, b, done = path
    i = 0
    while i < len(a) and i < len(b) and strict_equal(a[i], b[i]):
        i += 1
    return (y + i, a[i:], b[i:], done + [(EQ, x) for x in a[:i]]) if i else path


def _inner(path: Path, script: Any) -> Path | None:
    """The path behind two elements for which *script* has edits of their own."""
    y, a, b, done = path
    if script is None or not a or not b:
        return None
    found = script(a[0], b[0])
    return (y + 1, a[1:], b[1:], [*done, (DIFF, found)]) if truthy(found) else None


def _right(path: Path, script: Any) -> Path:
    y, a, b, done = path
    return _inner(path, script) or ((y, a, b[1:], [*done, (INS, b[0])]) if b else path)


def _down(path: Path, script: Any) -> Path:
    y, a, b, done = path
    return _inner(path, script) or ((y + 1, a[1:], b, [*done, (DEL, a[0])]) if a else (y + 1, a, b, done))


def _compact(steps: list[tuple[Atom, Any]]) -> list[Any]:
    """Runs of one kind become one entry; an insertion between equal parts moves to the front where it can."""
    out: list[tuple[Atom, Any]] = []  # from the end to the front
    for kind, item in reversed(steps):
        if kind is DIFF:
            out.append((kind, item))
            continue
        if out and out[-1][0] is kind:
            out[-1][1].append(item)
            continue
        if len(out) > 2 and [k for k, _ in out[-3:]] == [EQ, INS, EQ] and strict_equal(out[-1][1], out[-2][1]):
            (_, after), _, (_, same) = out[-3:]
            out[-3:] = [(EQ, after + same), (INS, list(same))]
            if kind is INS:
                out[-1][1].append(item)
                continue
        out.append((kind, [item]))
    return [(kind, item if kind is DIFF else item[::-1]) for kind, item in reversed(out)]


MODULE = native_module("List", globals())
