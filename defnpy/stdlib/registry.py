"""Registry: names and topics of processes."""

from __future__ import annotations

from typing import Any

from defnpy.stdlib import genserver
from defnpy.stdlib.calls import fun1
from defnpy.stdlib.erlang import match_spec
from defnpy.stdlib.genserver import ERROR, Server
from defnpy.stdlib.kernel import apply
from defnpy.stdlib.util import OK, option
from defnpy.terms import map as maps
from defnpy.terms.atom import Atom, alias
from defnpy.terms.errors import ArgumentError
from defnpy.terms.inspect import inspect
from defnpy.terms.module import ex, native_module
from defnpy.terms.process import Pid, current
from defnpy.terms.runtime import runtime

REGISTRY, UNIQUE, UNDEFINED = alias("Registry"), Atom("unique"), Atom("undefined")
ALREADY = Atom("already_registered")


class Table:
    """The entries of one registry: for each key the ``(pid, value)`` of its processes."""

    def __init__(self, unique: bool) -> None:
        self.unique = unique
        self.entries: dict[Any, list[tuple[Pid, Any]]] = {}
        self.meta: dict[Any, Any] = {}

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


def _table(name: Any) -> Table:
    found: Table | None = runtime().options.get("registries", {}).get(name)
    if found is None:
        raise ArgumentError(f"unknown registry: {inspect(name)}")
    return found


@ex("start_link/1")
def start_link(options: Any) -> Any:
    name, keys = option(options, "name"), option(options, "keys")
    if keys is not UNIQUE and keys is not Atom("duplicate"):
        raise ArgumentError(f"expected :keys to be given and be one of :unique or :duplicate, got: {inspect(keys)}")

    def begin() -> Any:
        made = Table(keys is UNIQUE)
        made.meta.update({maps.key(k): v for k, v in option(options, "meta", [])})
        runtime().options.setdefault("registries", {})[name] = made
        return (OK, None)

    return genserver.start_server(Server(lambda callback: None, REGISTRY), begin, options, True)


@ex("child_spec/1")
def child_spec(options: Any) -> Any:
    return {Atom("id"): option(options, "name", REGISTRY), Atom("start"): (REGISTRY, Atom("start_link"), [options]),
            Atom("type"): Atom("supervisor")}


@ex("register/3")
def register(name: Any, key: Any, value: Any) -> Any:
    table, me = _table(name), current()
    found = table.living(key)
    if found and (table.unique):
        return (ERROR, (ALREADY, found[0][0]))
    table.entries[maps.key(key)] = [*found, (me.pid, value)]
    registry = runtime().registered.get(name)
    return (OK, registry.pid if registry is not None else me.pid)


@ex("unregister/2")
def unregister(name: Any, key: Any) -> Any:
    table = _table(name)
    table.entries[maps.key(key)] = [entry for entry in table.living(key) if entry[0] is not current().pid]
    return OK


@ex("lookup/2")
def lookup(name: Any, key: Any) -> list[Any]:
    return list(_table(name).living(key))


@ex("keys/2")
def keys(name: Any, pid: Any) -> list[Any]:
    return [key for key, owner, _ in _table(name).rows() if owner is pid]


@ex("values/3")
def values(name: Any, key: Any, pid: Any) -> list[Any]:
    return [value for owner, value in _table(name).living(key) if owner is pid]


@ex("count/1")
def count(name: Any) -> int:
    return len(_table(name).rows())


@ex("dispatch/3", "dispatch/4")
def dispatch(name: Any, key: Any, body: Any, options: Any = ()) -> Any:
    found = list(_table(name).living(key))
    if found:
        if body.__class__ is tuple:
            apply(body[0], body[1], [found, *body[2]])
        else:
            fun1(body)(found)
    return OK


@ex("update_value/3")
def update_value(name: Any, key: Any, body: Any) -> Any:
    table = _table(name)
    for place, (pid, value) in enumerate(table.living(key)):
        if pid is current().pid:
            new = fun1(body)(value)
            table.entries[maps.key(key)][place] = (pid, new)
            return (new, value)
    return ERROR


@ex("unregister_match/3")
def unregister_match(name: Any, key: Any, pattern: Any) -> Any:
    table, me = _table(name), current().pid
    gone = [entry for entry in table.living(key) if entry[0] is me and _fits(pattern, entry[1])]
    table.entries[maps.key(key)] = [entry for entry in table.living(key) if entry not in gone]
    return OK


@ex("match/3")
def match(name: Any, key: Any, pattern: Any) -> list[Any]:
    return [entry for entry in _table(name).living(key) if _fits(pattern, entry[1])]


@ex("count_match/3")
def count_match(name: Any, key: Any, pattern: Any) -> int:
    return len(match(name, key, pattern))


def _fits(pattern: Any, value: Any) -> bool:
    return match_spec.fits(pattern, value, {})


@ex("select/2")
def select(name: Any, spec: Any) -> list[Any]:
    return match_spec.select(_table(name).rows(), spec)


@ex("put_meta/3")
def put_meta(name: Any, key: Any, value: Any) -> Any:
    _table(name).meta[maps.key(key)] = value
    return OK


@ex("meta/2")
def meta(name: Any, key: Any) -> Any:
    stored = maps.key(key)
    table = _table(name)
    return (OK, table.meta[stored]) if stored in table.meta else ERROR


# -- {:via, Registry, {registry, key}} -----------------------------------------------------------------------------------


@ex("whereis_name/1")
def whereis_name(given: Any) -> Any:
    found = _table(given[0]).living(given[1])
    return found[0][0] if found else UNDEFINED


@ex("register_name/2")
def register_name(given: Any, pid: Any) -> Any:
    name, key = given[:2]
    table = _table(name)
    if table.living(key):
        return Atom("no")
    table.entries[maps.key(key)] = [(pid, given[2] if len(given) == 3 else None)]
    return Atom("yes")


@ex("unregister_name/1")
def unregister_name(given: Any) -> Any:
    return unregister(given[0], given[1])


@ex("send/2")
def send(given: Any, message: Any) -> Any:
    from defnpy.stdlib import processes

    found = whereis_name(given)
    return processes.send(found, message) if found.__class__ is Pid else message


MODULE = native_module("Registry", globals())
