"""``:queue`` and ``:array``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.stdlib.calls import fun1, fun2, fun3
from defnpy.stdlib.util import truthy
from defnpy.terms import versions
from defnpy.terms.atom import Atom
from defnpy.terms.errors import ArgumentError, ErlangError
from defnpy.terms.module import Module, native_module
from defnpy.terms.order import equal

EMPTY, VALUE, UNDEFINED = Atom("empty"), Atom("value"), Atom("undefined")
Queue = tuple[list[Any], list[Any]]
"""What came last, from the end on, and what comes first: as the reference keeps and prints it."""

# ---------------------------------------------------------------------------------------------------------- queues


def _from_front(items: list[Any]) -> Queue:
    """A queue of *items*; the later half waits at the rear."""
    half = max(len(items) // 2, 1) if items else 0
    return ([], []) if not items else (list(items), []) if len(items) == 1 else (items[half:][::-1], items[:half])


def _from_rear(items: list[Any]) -> Queue:
    """A queue of *items*, which come from the end on."""
    front, rear = _from_front(items)
    return rear, front


def _halves(q: Any) -> Queue:
    if q.__class__ is not tuple or len(q) != 2 or q[0].__class__ is not list or q[1].__class__ is not list:
        raise ArgumentError("argument error")
    return q


def _items(q: Any) -> list[Any]:
    rear, front = _halves(q)
    return front + rear[::-1]


def _in(x: Any, q: Any) -> Queue:
    rear, front = _halves(q)
    return ([x], rear) if len(rear) == 1 and not front else ([x, *rear], front)


def _in_r(x: Any, q: Any) -> Queue:
    front, rear = _in(x, (q[1], q[0]))
    return rear, front


def _out(q: Any) -> Any:
    rear, front = _halves(q)
    return ((VALUE, front[0] if front else rear[-1]), _dropped(q)) if front or rear else (EMPTY, q)


def _out_r(q: Any) -> Any:
    found, left = _out((q[1], q[0]))
    return (found, (left[1], left[0]))


def _dropped(q: Queue) -> Queue:
    """A queue, which is not empty, without its first element."""
    rear, front = q
    if not front:
        return ([], []) if len(rear) == 1 else (rear[:1], rear[1:][::-1][1:])
    return (rear, front[1:]) if len(front) > 1 else _from_rear(rear)


def _end(q: Any, place: int) -> Any:
    items = _items(q)
    if not items:
        raise ErlangError(EMPTY)
    return items[place]


def _without(q: Any, place: int) -> Queue:
    _end(q, place)
    if place == 0:
        return _dropped(q)
    front, rear = _dropped((q[1], q[0]))
    return rear, front


def _filtered(fun: Any, q: Any) -> Queue:
    f = fun1(fun)
    out: list[Any] = []
    for x in _items(q):
        answer = f(x)
        out += answer if answer.__class__ is list else [x] if answer is True else []
    return _from_front(out)


def _filtermapped(fun: Any, q: Any) -> Queue:
    f = fun1(fun)
    out: list[Any] = []
    for x in _items(q):
        answer = f(x)
        out += [answer[1]] if answer.__class__ is tuple else [x] if answer is True else []
    return _from_front(out)


def _deleted(fits: Callable[[Any], bool], q: Any) -> Queue:
    items = _items(q)
    index = next((i for i, x in enumerate(items) if fits(x)), None)
    return q if index is None else _from_front(items[:index] + items[index + 1 :])


def _fold(fun: Any, acc: Any, q: Any) -> Any:
    f = fun2(fun)
    for x in _items(q):
        acc = f(x, acc)
    return acc


def _joined(a: Any, b: Any) -> Queue:
    if not _items(a) or not _items(b):
        return a if _items(a) else b
    return (b[0], _items(a) + b[1])


def _split(count: int, q: Any) -> tuple[Queue, Queue]:
    items = _items(q)
    if not 0 <= count <= len(items):
        raise ArgumentError("argument error")
    return _from_front(items[:count]), _from_front(items[count:])


def _peek(place: int) -> Callable[[Any], Any]:
    def peek(q: Any) -> Any:
        items = _items(q)
        return (VALUE, items[place]) if items else EMPTY

    return peek


def _queue() -> Module:
    made = native_module("queue", {}, erlang=True)
    first, last = (lambda q: _end(q, 0)), (lambda q: _end(q, -1))
    tail, init = (lambda q: _without(q, 0)), (lambda q: _without(q, -1))
    made.functions.update({
        "new/0": lambda: ([], []), "in/2": _in, "in_r/2": _in_r, "cons/2": _in_r, "snoc/2": lambda q, x: _in(x, q),
        "out/1": _out, "out_r/1": _out_r, "to_list/1": _items, "from_list/1": _from_front, "len/1": lambda q: sum(map(len, _halves(q))),
        "is_empty/1": lambda q: not any(_halves(q)), "is_queue/1": lambda q: q.__class__ is tuple and len(q) == 2,
        "reverse/1": lambda q: (q[1], q[0]), "peek/1": _peek(0), "peek_r/1": _peek(-1), "get/1": first, "head/1": first, "get_r/1": last,
        "last/1": last, "daeh/1": last, "drop/1": tail, "tail/1": tail, "drop_r/1": init, "init/1": init, "liat/1": init, "lait/1": init,
        "join/2": _joined, "member/2": lambda x, q: any(equal(x, y) for y in _items(q)), "split/2": _split, "fold/3": _fold,
        "filter/2": _filtered, "filtermap/2": _filtermapped, "any/2": lambda f, q: any(truthy(fun1(f)(x)) for x in _items(q)),
        "all/2": lambda f, q: all(truthy(fun1(f)(x)) for x in _items(q)), "delete/2": lambda x, q: _deleted(lambda y: equal(x, y), q),
        "delete_with/2": lambda f, q: _deleted(lambda y: truthy(fun1(f)(y)), q),
    })  # fmt: skip
    return made


# ---------------------------------------------------------------------------------------------------------- arrays


class Array:
    """An array with a default for what was never set; one of a fixed size has no other places.

    The places that were set are a map, so that setting one costs the same in an array of any size.
    """

    __slots__ = ("cells", "default", "fixed", "size")

    def __init__(self, cells: dict[int, Any], size: int, default: Any = UNDEFINED, fixed: bool = False) -> None:
        self.cells = cells
        self.size = size
        self.default = default
        self.fixed = fixed

    def check(self, index: Any) -> bool:
        """Whether *index* is a place that the array has; places behind the end of one that grows are missing."""
        if index.__class__ is not int or index < 0 or (self.fixed and index >= self.size):
            raise ArgumentError("argument error")
        return index < self.size

    def get(self, index: Any) -> Any:
        return self.cells.get(index, self.default) if self.check(index) else self.default

    def put(self, index: Any, value: Any) -> Array:
        self.check(index)
        return Array(versions.put(self.cells, index, value), max(self.size, index + 1), self.default, self.fixed)

    def resized(self, size: int) -> Array:
        kept = self.cells if size >= self.size else {i: x for i, x in self.cells.items() if i < size}
        return Array(kept, size, self.default, self.fixed)

    def rows(self, sparse: bool = False) -> list[tuple[int, Any]]:
        return [(i, x) for i, x in enumerate(self.items()) if not (sparse and equal(x, self.default))]

    def items(self) -> list[Any]:
        get, default = self.cells.get, self.default
        return [get(i, default) for i in range(self.size)]


def _listed(items: Any, default: Any = UNDEFINED) -> Array:
    return Array(dict(enumerate(items)), len(items), default)


def _new(size: Any = 0, options: Any = ()) -> Array:
    default: Any = UNDEFINED
    given = size if size.__class__ is list else options if options.__class__ in (list, tuple) and options != () else []
    if size.__class__ is tuple or options.__class__ is tuple and options:
        given = [size if size.__class__ is tuple else options]
    fixed = size.__class__ is int and size > 0
    count = size if size.__class__ is int else 0
    for option in given:
        name, value = (option[0].name, option[1]) if option.__class__ is tuple else (getattr(option, "name", ""), True)
        if name == "default":
            default = value
        elif name == "size":
            count, fixed = value, True
        elif name == "fixed":
            fixed = value is True
        elif option.__class__ is int:
            count, fixed = option, True
        else:
            raise ArgumentError("argument error")
    return Array({}, count, default, fixed)


def _array_fold(backwards: bool, sparse: bool) -> Callable[[Any, Any, Array], Any]:
    def fold(fun: Any, acc: Any, a: Array) -> Any:
        f = fun3(fun)
        rows = a.rows(sparse)
        for i, x in reversed(rows) if backwards else rows:
            acc = f(i, x, acc)
        return acc

    return fold


def _mapped(sparse: bool) -> Callable[[Any, Array], Array]:
    def mapped(fun: Any, a: Array) -> Array:
        f = fun2(fun)
        cells = {i: x if sparse and equal(x, a.default) else f(i, x) for i, x in enumerate(a.items())}
        return Array(cells, a.size, a.default, a.fixed)

    return mapped


def _from_orddict(rows: list[tuple[int, Any]], default: Any = UNDEFINED) -> Array:
    made = Array({}, 0, default)
    for index, value in rows:
        made = made.put(index, value)
    return made


def _array() -> Module:
    made = native_module("array", {}, erlang=True)
    made.functions.update({
        "new/0": _new, "new/1": _new, "new/2": _new, "from_list/1": _listed, "from_list/2": _listed, "from_orddict/1": _from_orddict,
        "from_orddict/2": _from_orddict,
        "to_list/1": lambda a: a.items(), "sparse_to_list/1": lambda a: [x for _, x in a.rows(True)],
        "get/2": lambda i, a: a.get(i), "set/3": lambda i, v, a: a.put(i, v),
        "reset/2": lambda i, a: a.put(i, a.default) if a.check(i) else a, "size/1": lambda a: a.size,
        "sparse_size/1": lambda a: max((i + 1 for i, _ in a.rows(True)), default=0), "default/1": lambda a: a.default,
        "resize/1": lambda a: a.resized(max((i + 1 for i, _ in a.rows(True)), default=0)), "resize/2": lambda n, a: a.resized(n),
        "map/2": _mapped(False), "sparse_map/2": _mapped(True), "to_orddict/1": lambda a: a.rows(), "sparse_to_orddict/1": lambda a: a.rows(True),
        "foldl/3": _array_fold(False, False), "foldr/3": _array_fold(True, False), "sparse_foldl/3": _array_fold(False, True),
        "sparse_foldr/3": _array_fold(True, True), "is_array/1": lambda a: a.__class__ is Array, "is_fix/1": lambda a: a.fixed,
        "fix/1": lambda a: Array(a.cells, a.size, a.default, True), "relax/1": lambda a: Array(a.cells, a.size, a.default),
    })  # fmt: skip
    return made


MODULES_BY_NAME = {"queue": _queue(), "array": _array()}
