"""Access: ``container[key]`` and the paths of ``get_in`` and friends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.stdlib.util import OK, is_int, need, no_clause
from defnpy.terms import function as fn
from defnpy.terms import map as maps
from defnpy.terms import versions
from defnpy.terms.atom import Atom, is_atom
from defnpy.terms.errors import ArgumentError, BadMapError, KeyError_, RuntimeError_, UndefinedFunctionError
from defnpy.terms.inspect import inspect
from defnpy.terms.module import ex, native_module
from defnpy.terms.range import Range
from defnpy.terms.runtime import runtime
from defnpy.terms.struct import Struct

ERROR, POP = Atom("error"), Atom("pop")
GET, GET_AND_UPDATE = Atom("get"), Atom("get_and_update")
_MISSING: Any = object()
_INDEX = (
    "the Access module does not support accessing lists by index, got: {}\n\nAccessing a list by index is typically "
    "discouraged in Elixir, instead we prefer to use the Enum module to manipulate lists as a whole. If you really must "
    "{} a list element by index, you can use {} or the functions in the List module"
)


def find(container: Any, key: Any) -> Any:
    """The value of *key*, or ``_MISSING``."""
    kind = container.__class__
    if kind is dict:
        return container.get(maps.key(key), _MISSING)
    if kind is list:
        return _find_in_list(container, key)
    if container is None:
        return _MISSING
    if isinstance(container, Struct):
        return _find_in_struct(container, key)
    raise no_clause("Access", "get", 3)


def _find_in_list(container: list[Any], key: Any) -> Any:
    if key.__class__ is Atom or is_atom(key):
        for pair in container:
            if pair.__class__ is tuple and len(pair) == 2 and pair[0] is key:
                return pair[1]
        return _MISSING
    if key.__class__ is int:
        raise ArgumentError(_INDEX.format(key, "access", "Enum.at/2"))
    raise ArgumentError(
        f"the Access module supports only keyword lists (with atom keys), got: {inspect(key)}\n\n"
        "If you want to search lists of tuples, use List.keyfind/3"
    )


def _find_in_struct(container: Struct, key: Any) -> Any:
    hook = getattr(container, "ex_fetch", None)
    if hook is not None:
        try:
            return hook(key)
        except KeyError as missing:
            if isinstance(missing, KeyError_):
                raise
            return _MISSING
    answer = _behaviour(container, "fetch", container, key)
    return answer[1] if answer.__class__ is tuple and answer[0] is OK else _MISSING


def _behaviour(container: Struct, name: str, *args: Any) -> Any:
    module = runtime().find(container.module)
    function = module.functions.get(f"{name}/{len(args)}") if module is not None else None
    if function is None:
        raise UndefinedFunctionError(
            container.module,
            Atom(name),
            len(args),
            f"{inspect(container.module)} does not implement the Access behaviour\n\nYou can use the \"struct.field\" "
            "syntax to access struct fields. You can also use Access.key!/1 to access struct fields dynamically inside "
            "get_in/put_in/update_in",
        )
    return function(*args)


@ex("get/2", "get/3")
def get(container: Any, key: Any, default: Any = None) -> Any:
    """``container[key]``."""
    found = find(container, key)
    return default if found is _MISSING else found


def _need_atom(container: Any, key: Any) -> None:
    """``fetch`` takes indices neither, and says so in words of its own; nor what is no container."""
    kind = container.__class__
    if kind is not dict and kind is not list and container is not None and not isinstance(container, Struct):
        raise no_clause("Access", "fetch", 2)
    if kind is list and not is_atom(key):
        raise ArgumentError(f"the Access calls for keywords expect the key to be an atom, got: {inspect(key)}")


@ex("fetch/2")
def fetch(container: Any, key: Any) -> Any:
    _need_atom(container, key)
    found = find(container, key)
    return ERROR if found is _MISSING else (OK, found)


@ex("fetch!/2")
def fetch_bang(container: Any, key: Any) -> Any:
    _need_atom(container, key)
    found = find(container, key)
    if found is _MISSING:
        raise KeyError_(key, container)
    return found


@ex("get_and_update/3")
def get_and_update(container: Any, key: Any, fun: Callable[[Any], Any]) -> Any:
    """``Access.get_and_update/3``: *fun* gives ``{got, new}`` or ``:pop``."""
    kind = container.__class__
    if kind is dict:
        stored = maps.key(key)
        now = container.get(stored)
        answer = fun(now)
        if answer is POP:
            return (now, versions.without(container, stored))
        got, new = _pair(answer)
        return (got, versions.put(container, stored, new))
    if kind is list:
        return _list_get_and_update(container, key, fun)
    if isinstance(container, Struct):
        hook = getattr(container, "ex_get_and_update", None)
        if hook is not None:
            return hook(key, fun)
        return _behaviour(container, "get_and_update", container, key, fun)
    if container is None:
        raise ArgumentError(f"could not put/update key {inspect(key)} on a nil value")
    raise no_clause("Access", "get_and_update", 3)


def _pair(answer: Any) -> tuple[Any, Any]:
    if answer.__class__ is tuple and len(answer) == 2:
        return answer
    raise RuntimeError_(f"the given function must return a two-element tuple or :pop, got: {inspect(answer)}")


def _list_get_and_update(container: list[Any], key: Any, fun: Callable[[Any], Any]) -> Any:
    if not is_atom(key):
        if key.__class__ is int:
            raise ArgumentError(_INDEX.format(key, "modify", "Access.at/1"))
        raise ArgumentError(f"the Access module supports only keyword lists (with atom keys), got: {inspect(key)}")
    for index, pair in enumerate(container):
        if pair[0] is key:
            answer = fun(pair[1])
            if answer is POP:
                return (pair[1], [p for p in container if p[0] is not key])
            got, new = _pair(answer)
            rest = [p for p in container[index + 1 :] if p[0] is not key]
            return (got, [*container[:index], (key, new), *rest])
    answer = fun(None)
    if answer is POP:
        return (None, container)
    got, new = _pair(answer)
    return (got, [(key, new), *container])


@ex("pop/2")
def pop(container: Any, key: Any) -> Any:
    if container.__class__ is list and not is_atom(key):
        raise no_clause("Keyword", "pop", 3)
    if container.__class__ is dict or container.__class__ is list:
        found = find(container, key)
        if found is _MISSING:
            return (None, container)
        if container.__class__ is dict:
            stored = maps.key(key)
            return (found, {k: v for k, v in container.items() if k != stored})
        return (found, [p for p in container if p[0] is not key])
    if isinstance(container, Struct):
        own = getattr(container, "ex_pop", None)
        if own is not None:
            return own(key)
        hook = getattr(container, "ex_get_and_update", None)
        return hook(key, lambda _: POP) if hook is not None else _behaviour(container, "pop", container, key)
    if container is None:
        raise ArgumentError(f"could not pop key {inspect(key)} on a nil value")
    raise no_clause("Access", "pop", 2)


# ------------------------------------------------------------------------------------------------------- paths


def get_in(data: Any, path: Any) -> Any:
    """``get_in/2``."""
    need(path.__class__ is list and bool(path), "Kernel", "get_in", 2)
    for position, step in enumerate(path):
        if fn.is_function(step, 3):
            rest = path[position + 1 :]
            return None if data is None else step(GET, data, _getter(rest))
        data = get(data, step)
    return data


def _getter(rest: list[Any]) -> Callable[[Any], Any]:
    def next_(data: Any) -> Any:
        return get_in(data, rest) if rest else data

    return next_


def get_and_update_in(data: Any, path: Any, fun: Callable[[Any], Any]) -> Any:
    """``get_and_update_in/3``."""
    if path.__class__ is not list or not path:
        raise no_clause("Kernel", "get_and_update_in", 3)
    step, rest = path[0], path[1:]

    def deeper(value: Any) -> Any:
        return get_and_update_in(value, rest, fun) if rest else fun(value)

    if fn.is_function(step, 3):
        return step(GET_AND_UPDATE, data, deeper)
    return get_and_update(data, step, deeper)


def put_in(data: Any, path: Any, value: Any) -> Any:
    """``put_in/3``."""
    need(path.__class__ is list and bool(path), "Kernel", "put_in", 3)

    def put(_: Any) -> Any:
        return (None, value)

    return get_and_update_in(data, path, put)[1]


def update_in(data: Any, path: Any, fun: Callable[[Any], Any]) -> Any:
    """``update_in/3``."""
    need(path.__class__ is list and bool(path) and fn.is_function(fun), "Kernel", "update_in", 3)

    def update(old: Any) -> Any:
        return (None, fun(old))

    return get_and_update_in(data, path, update)[1]


def pop_in(data: Any, path: Any) -> Any:
    """``pop_in/2``; a nil on the way ends the walk."""
    need(path.__class__ is list and bool(path), "Kernel", "pop_in", 2)
    if data is None:
        raise ArgumentError(f"could not pop key {inspect(path[0])} on a nil value")
    return _pop(data, path)


def _pop(data: Any, path: list[Any]) -> Any:
    step, rest = path[0], path[1:]
    if not rest:
        if fn.is_function(step, 3):
            return step(GET_AND_UPDATE, data, _always_pop)
        return (None, None) if data is None else pop(data, step)
    if data is None:
        return (None, None)

    missing = (None, None) if getattr(step, "of_maps", False) else POP

    def deeper(value: Any) -> Any:
        return missing if value is None else _pop(value, rest)

    return step(GET_AND_UPDATE, data, deeper) if fn.is_function(step, 3) else get_and_update(data, step, deeper)


def _always_pop(_: Any) -> Any:
    return POP


# ----------------------------------------------------------------------------------------------------- accessors


@ex("key/1", "key/2")
def key(name: Any, default: Any = None) -> Any:
    def access(op: Any, data: Any, next_: Any) -> Any:
        container = {} if data is None and op is GET else data
        value = _get_key(container, name, default)
        if op is GET:
            return next_(value)
        if data is None:
            raise _not_map(data)
        answer = next_(value)
        if answer is POP:
            return (value, _without(data, name))
        got, new = answer
        return (got, _with(data, name, new))

    return access


def _not_map(data: Any) -> Exception:
    from defnpy.terms.errors import BadMapError

    return BadMapError(data)


def _get_key(data: Any, name: Any, default: Any) -> Any:
    if data.__class__ is dict:
        return data.get(maps.key(name), default)
    if isinstance(data, Struct):
        return data.fields.get(maps.key(name), default)
    if data is None:
        return default
    raise _not_map(data)


def _with(data: Any, name: Any, value: Any) -> Any:
    if isinstance(data, Struct):
        return data.replace({maps.key(name): value})
    return versions.put(data, maps.key(name), value)


def _without(data: Any, name: Any) -> Any:
    from defnpy.terms.struct import map_of

    stored = maps.key(name)
    return {k: v for k, v in map_of(data).items() if k != stored}


@ex("__field__/1")
def field(name: Any) -> Any:
    """The step ``.name`` of a path: only of maps, and nil is a value like others."""
    inner = key_bang(name)

    def access(op: Any, data: Any, next_: Any) -> Any:
        if data.__class__ is not dict and not isinstance(data, Struct):
            raise BadMapError(data)
        return inner(op, data, next_)

    access.of_maps = True  # type: ignore[attr-defined]
    return access


@ex("key!/1")
def key_bang(name: Any) -> Any:
    def access(op: Any, data: Any, next_: Any) -> Any:
        if data.__class__ is not dict and not isinstance(data, Struct):
            raise _wrong(f"Access.key!/1 expected a map/struct, got: {inspect(data)}")
        fields = data.fields if isinstance(data, Struct) else data
        stored = maps.key(name)
        if stored not in fields:
            raise KeyError_(name, data)
        value = fields[stored]
        if op is GET:
            return next_(value)
        answer = next_(value)
        if answer is POP:
            return (value, _without(data, name))
        return (answer[0], _with(data, name, answer[1]))

    return access


def _wrong(text: str) -> Exception:
    """A RuntimeError."""
    return RuntimeError_(text)


@ex("elem/1")
def elem(index: Any) -> Any:
    need(is_int(index) and index >= 0, "Access", "elem", 1)

    def access(op: Any, data: Any, next_: Any) -> Any:
        if data.__class__ is not tuple:
            raise _wrong(f"Access.elem/1 expected a tuple, got: {inspect(data)}")
        from defnpy.stdlib import kernel

        value = kernel.elem(data, index)
        if op is GET:
            return next_(value)
        answer = next_(value)
        if answer is POP:
            raise _wrong("cannot pop data from a tuple")
        return (answer[0], (*data[:index], answer[1], *data[index + 1 :]))

    return access


@ex("all/0")
def all_() -> Any:
    def access(op: Any, data: Any, next_: Any) -> Any:
        if data.__class__ is not list:
            raise _wrong(f"Access.all/0 expected a list, got: {inspect(data)}")
        return _each(op, data, next_, lambda item: True)

    return access


def _each(op: Any, data: list[Any], next_: Any, chosen: Callable[[Any], Any]) -> Any:
    if op is GET:
        return [next_(item) for item in data if chosen(item)]
    got: list[Any] = []
    updated: list[Any] = []
    for item in data:
        if not chosen(item):
            updated.append(item)
            continue
        answer = next_(item)
        if answer is POP:
            got.append(item)
        else:
            got.append(answer[0])
            updated.append(answer[1])
    return (got, updated)


@ex("filter/1")
def filter_(fun: Any) -> Any:
    need(fn.is_function(fun, 1), "Access", "filter", 1)

    def access(op: Any, data: Any, next_: Any) -> Any:
        if data.__class__ is not list:
            raise _wrong(f"Access.filter/1 expected a list, got: {inspect(data)}")
        return _each(op, data, next_, lambda item: fun(item) not in (None, False))

    return access


@ex("find/1")
def find_(fun: Any) -> Any:
    need(fn.is_function(fun, 1), "Access", "find", 1)

    def access(op: Any, data: Any, next_: Any) -> Any:
        if data is None and op is GET:
            return next_(None)
        if data.__class__ is not list:
            raise _wrong(f"Access.find/1 expected a list, got: {inspect(data)}")
        index = next((i for i, item in enumerate(data) if fun(item) not in (None, False)), -1)
        return _at(op, data, next_, index)

    return access


def _at(op: Any, data: list[Any], next_: Any, index: int) -> Any:
    inside = 0 <= index < len(data)
    value = data[index] if inside else None
    if op is GET:
        return next_(value)
    if not inside:
        return (None, data)
    answer = next_(value)
    if answer is POP:
        return (value, data[:index] + data[index + 1 :])
    return (answer[0], [*data[:index], answer[1], *data[index + 1 :]])


@ex("at/1")
def at(index: Any) -> Any:
    need(is_int(index), "Access", "at", 1)

    def access(op: Any, data: Any, next_: Any) -> Any:
        if data is None and op is GET:
            return next_(None)
        if data.__class__ is not list:
            raise _wrong(f"Access.at/1 expected a list, got: {inspect(data)}")
        return _at(op, data, next_, index + len(data) if index < 0 else index)

    return access


@ex("at!/1")
def at_bang(index: Any) -> Any:
    need(is_int(index), "Access", "at!", 1)

    def access(op: Any, data: Any, next_: Any) -> Any:
        if data.__class__ is not list:
            raise _wrong(f"Access.at!/1 expected a list, got: {inspect(data)}")
        place = index + len(data) if index < 0 else index
        if not 0 <= place < len(data):
            from defnpy.terms.errors import EnumOutOfBoundsError

            raise EnumOutOfBoundsError()
        return _at(op, data, next_, place)

    return access


@ex("slice/1")
def slice_(span: Any) -> Any:
    need(isinstance(span, Range), "Access", "slice", 1)
    if span.step <= 0:
        raise ArgumentError(f"Access.slice/1 does not accept ranges with negative steps, got: {inspect(span)}")

    def access(op: Any, data: Any, next_: Any) -> Any:
        if data.__class__ is not list:
            raise ArgumentError(f"Access.slice/1 expected a list, got: {inspect(data)}")
        size = len(data)
        first = span.first + size if span.first < 0 else span.first
        last = span.last + size if span.last < 0 else span.last
        wanted = set(range(max(first, 0), last + 1, span.step))
        if op is GET:
            return [next_(item) for i, item in enumerate(data) if i in wanted]
        got: list[Any] = []
        updated: list[Any] = []
        for i, item in enumerate(data):
            if i not in wanted:
                updated.append(item)
                continue
            answer = next_(item)
            got.append(item if answer is POP else answer[0])
            if answer is not POP:
                updated.append(answer[1])
        return (got, updated)

    return access


@ex("values/0")
def values() -> Any:
    def access(op: Any, data: Any, next_: Any) -> Any:
        if data.__class__ is list:
            items = data
        elif data.__class__ is dict:
            items = list(maps.items(data))
        else:
            raise _wrong(f"Access.values/0 expected a map or a keyword list, got: {inspect(data)}")
        if op is GET:
            return [next_(v) for _, v in items]
        got: list[Any] = []
        kept: list[Any] = []
        for k, v in items:
            answer = next_(v)
            got.append(v if answer is POP else answer[0])
            if answer is not POP:
                kept.append((k, answer[1]))
        return (got, kept if data.__class__ is list else maps.from_pairs(kept))

    return access


MODULE = native_module("Access", globals())
