"""Registry: names and topics of processes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from defnpy.stdlib import genserver, processes
from defnpy.stdlib.calls import fun0, fun1
from defnpy.stdlib.erlang import match_spec
from defnpy.stdlib.genserver import ERROR, EXIT, NOREPLY, Server
from defnpy.stdlib.kernel import apply
from defnpy.stdlib.util import OK, need, option
from defnpy.terms import map as maps
from defnpy.terms.atom import Atom, alias, is_atom
from defnpy.terms.errors import ArgumentError
from defnpy.terms.inspect import inspect
from defnpy.terms.module import ex, native_module
from defnpy.terms.process import Pid, current
from defnpy.terms.runtime import runtime

REGISTRY, UNIQUE, UNDEFINED = alias("Registry"), Atom("unique"), Atom("undefined")
ALREADY = Atom("already_registered")


class Table:
    """The entries of one registry: for each key the ``(pid, value)`` of its processes."""

    def __init__(self, name: Any, unique: bool, listeners: list[Any]) -> None:
        self.name = name
        self.unique = unique
        self.listeners = listeners
        self.owner = current()
        self.entries: dict[Any, list[tuple[Pid, Any]]] = {}
        self.meta: dict[Any, Any] = {}
        self.lock = threading.RLock()
        self.locks: dict[Any, threading.RLock] = {}

    def living(self, key: Any) -> list[tuple[Pid, Any]]:
        """The entries of a key whose processes are alive."""
        stored = maps.key(key)
        found = [entry for entry in self.entries.get(stored, []) if entry[0].process.alive]
        if found:
            self.entries[stored] = found
        else:
            self.entries.pop(stored, None)
        return found

    def rows(self) -> list[tuple[Any, Pid, Any]]:
        """Every ``(key, pid, value)``."""
        return [(maps.unkey(k), pid, value) for k in list(self.entries) for pid, value in self.living(maps.unkey(k))]

    def tell(self, *event: Any) -> None:
        """Let the listeners know."""
        for listener in self.listeners:
            if processes.find(listener) is not None:
                processes.send(listener, event)

    def add(self, key: Any, pid: Pid, value: Any) -> Any:
        """The entry that is in the way, or None when the new one was added; its process and the registry's are linked."""
        with self.lock:
            found = self.living(key)
            if found and self.unique:
                return found[0]
            self.entries[maps.key(key)] = [*found, (pid, value)]
        pid.process.links.add(self.owner)
        self.owner.links.add(pid.process)
        self.tell(Atom("register"), self.name, key, pid, value)
        return None

    def remove(self, key: Any, pid: Pid, chosen: Callable[[Any], bool] = lambda value: True) -> None:
        """Drop the entries of *pid* under *key* whose values are *chosen*."""
        with self.lock:
            listed = self.entries.get(maps.key(key), [])
            gone = [entry for entry in listed if entry[0] is pid and chosen(entry[1])]
            self.entries[maps.key(key)] = [entry for entry in listed if entry not in gone]
            self.living(key)
            if not any(owner is pid for _, owner, _ in self.rows()):
                pid.process.links.discard(self.owner)
                self.owner.links.discard(pid.process)
        for _ in gone:
            self.tell(Atom("unregister"), self.name, key, pid)

    def forget(self, pid: Pid) -> None:
        """Drop the entries of a process that ended."""
        for stored in [k for k, listed in self.entries.items() if any(owner is pid for owner, _ in listed)]:
            self.remove(maps.unkey(stored), pid)


class _RegistryServer(Server):
    """Waits for the ends of the registered processes."""

    def __init__(self) -> None:
        super().__init__(lambda callback: None, REGISTRY)

    def handle(self, message: Any) -> Any:
        if message.__class__ is tuple and len(message) == 3 and message[0] is EXIT and message[1] is not self.parent:
            self.state.forget(message[1])
            return (NOREPLY, self.state)
        return super().handle(message)


def _table(name: Any, function: str, arity: int) -> Table:
    """The registry of that name, which must be an atom to be an argument of *function*."""
    need(is_atom(name), "Registry", function, arity)
    found: Table | None = runtime().options.get("registries", {}).get(name)
    if found is None or not found.owner.alive:
        raise ArgumentError(f"unknown registry: {inspect(name)}")
    return found


def _checked(options: Any) -> tuple[Any, Any, list[Any]]:
    """The name, the kind of keys and the listeners of a new registry."""
    name, keys, listeners = option(options, "name"), option(options, "keys"), option(options, "listeners", [])
    if keys is not UNIQUE and keys is not Atom("duplicate"):
        raise ArgumentError(f"expected :keys to be given and be one of :unique or :duplicate, got: {inspect(keys)}")
    if name is None:
        raise ArgumentError("expected :name option to be present")
    if name.__class__ is not Atom:
        raise ArgumentError(f"expected :name to be an atom, got: {inspect(name)}")
    meta, partitions = option(options, "meta", []), option(options, "partitions", 1)
    if meta.__class__ is not list or not _are_pairs(meta):
        raise ArgumentError(f"expected :meta to be a list of {{key, value}} tuples, got: {inspect(meta)}")
    if partitions.__class__ is not int or partitions < 1:
        raise ArgumentError(f"expected :partitions to be a positive integer, got: {inspect(partitions)}")
    if listeners.__class__ is not list or not all(listener.__class__ is Atom for listener in listeners):
        raise ArgumentError(f"expected :listeners to be a list of named processes, got: {inspect(listeners)}")
    return name, keys, listeners


def _are_pairs(pairs: list[Any]) -> bool:
    """Whether every element is a pair; keys may be any term."""
    return all(pair.__class__ is tuple and len(pair) == 2 for pair in pairs)


@ex("start_link/1")
def start_link(options: Any) -> Any:
    name, keys, listeners = _checked(options)

    def begin() -> Any:
        current().trap_exit = True
        made = Table(name, keys is UNIQUE, listeners)
        made.meta.update({maps.key(k): v for k, v in option(options, "meta", [])})
        runtime().options.setdefault("registries", {})[name] = made
        return (OK, made)

    return genserver.start_server(_RegistryServer(), begin, options, True)


@ex("child_spec/1")
def child_spec(options: Any) -> Any:
    return {Atom("id"): option(options, "name", REGISTRY), Atom("start"): (REGISTRY, Atom("start_link"), [options]),
            Atom("type"): Atom("supervisor")}


@ex("register/3")
def register(name: Any, key: Any, value: Any) -> Any:
    table, me = _table(name, "register", 3), current()
    taken = table.add(key, me.pid, value)
    return (ERROR, (ALREADY, taken[0])) if taken is not None else (OK, table.owner.pid)


@ex("unregister/2")
def unregister(name: Any, key: Any) -> Any:
    _table(name, "unregister", 2).remove(key, current().pid)
    return OK


@ex("lock/3")
def lock(name: Any, key: Any, fun: Any) -> Any:
    with _table(name, "lock", 3).locks.setdefault(maps.key(key), threading.RLock()):
        return fun0(fun)()


@ex("lookup/2")
def lookup(name: Any, key: Any) -> list[Any]:
    return list(_table(name, "lookup", 2).living(key))


@ex("keys/2")
def keys(name: Any, pid: Any) -> list[Any]:
    return [key for key, owner, _ in _table(name, "keys", 2).rows() if owner is pid]


@ex("values/3")
def values(name: Any, key: Any, pid: Any) -> list[Any]:
    return [value for owner, value in _table(name, "values", 3).living(key) if owner is pid]


@ex("count/1")
def count(name: Any) -> int:
    return len(_table(name, "count", 1).rows())


@ex("dispatch/3", "dispatch/4")
def dispatch(name: Any, key: Any, body: Any, options: Any = ()) -> Any:
    found = list(_table(name, "dispatch", 4).living(key))
    if found:
        if body.__class__ is tuple:
            apply(body[0], body[1], [found, *body[2]])
        else:
            fun1(body)(found)
    return OK


@ex("update_value/3")
def update_value(name: Any, key: Any, body: Any) -> Any:
    table = _table(name, "update_value", 3)
    for place, (pid, value) in enumerate(table.living(key)):
        if pid is current().pid:
            new = fun1(body)(value)
            table.entries[maps.key(key)][place] = (pid, new)
            return (new, value)
    return ERROR


@ex("unregister_match/3", "unregister_match/4")
def unregister_match(name: Any, key: Any, pattern: Any, guards: Any = ()) -> Any:
    _table(name, "unregister_match", 4).remove(key, current().pid, lambda value: _fits(pattern, guards, value))
    return OK


@ex("match/3", "match/4")
def match(name: Any, key: Any, pattern: Any, guards: Any = ()) -> list[Any]:
    return [entry for entry in _table(name, "match", 4).living(key) if _fits(pattern, guards, entry[1])]


@ex("count_match/3", "count_match/4")
def count_match(name: Any, key: Any, pattern: Any, guards: Any = ()) -> int:
    return len(match(name, key, pattern, guards))


def _fits(pattern: Any, guards: Any, value: Any) -> bool:
    return bool(match_spec.select([value], [(pattern, guards, [True])]))


def _check_spec(spec: Any, function: str) -> None:
    for part in spec:
        if not (part.__class__ is tuple and len(part) == 3 and part[0].__class__ is tuple and len(part[0]) == 3):
            raise ArgumentError(f"invalid match specification in Registry.{function}/2: {inspect(spec)}")


@ex("select/2")
def select(name: Any, spec: Any) -> list[Any]:
    _check_spec(spec, "select")
    return match_spec.select(_table(name, "select", 2).rows(), spec)


@ex("count_select/2")
def count_select(name: Any, spec: Any) -> int:
    _check_spec(spec, "count_select")
    return sum(found is True for found in match_spec.select(_table(name, "count_select", 2).rows(), spec))


@ex("delete_meta/2")
def delete_meta(name: Any, key: Any) -> Any:
    _table(name, "delete_meta", 2).meta.pop(maps.key(key), None)
    return OK


@ex("put_meta/3")
def put_meta(name: Any, key: Any, value: Any) -> Any:
    _table(name, "put_meta", 3).meta[maps.key(key)] = value
    return OK


@ex("meta/2")
def meta(name: Any, key: Any) -> Any:
    stored = maps.key(key)
    table = _table(name, "meta", 2)
    return (OK, table.meta[stored]) if stored in table.meta else ERROR


# -- {:via, Registry, {registry, key}} -----------------------------------------------------------------------------------


def _via(name: Any) -> Table:
    table = _table(name, "whereis_name", 1)
    if not table.unique:
        raise ArgumentError(":via is not supported for duplicate registries")
    return table


@ex("whereis_name/1")
def whereis_name(given: Any) -> Any:
    found = _via(given[0]).living(given[1])
    return found[0][0] if found else UNDEFINED


@ex("register_name/2")
def register_name(given: Any, pid: Any) -> Any:
    name, key = given[:2]
    taken = _via(name).add(key, pid, given[2] if len(given) == 3 else None)
    return Atom("yes" if taken is None else "no")


@ex("unregister_name/1")
def unregister_name(given: Any) -> Any:
    return unregister(given[0], given[1])


@ex("send/2")
def send(given: Any, message: Any) -> Any:
    found = whereis_name(given)
    return processes.send(found, message) if found.__class__ is Pid else message


MODULE = native_module("Registry", globals())
