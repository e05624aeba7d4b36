"""Process."""

from __future__ import annotations

import time
from typing import Any

from defnpy.stdlib import processes
from defnpy.stdlib.kernel import apply
from defnpy.stdlib.util import OK, UNSET, badarg, need
from defnpy.terms import map as maps
from defnpy.terms.atom import Atom, is_atom
from defnpy.terms.errors import ArgumentError
from defnpy.terms.inspect import inspect
from defnpy.terms.module import ex, native_module
from defnpy.terms.process import Pid, Reference, current
from defnpy.terms.runtime import runtime

INFINITY = Atom("infinity")


@ex("get/0", "get/1", "get/2")
def get(key: Any = UNSET, default: Any = None) -> Any:
    found = current().dictionary
    if key is UNSET:
        return [(maps.unkey(k), v) for k, v in found.items()]
    return found.get(maps.key(key), default)


@ex("get_keys/0", "get_keys/1")
def get_keys(value: Any = UNSET) -> list[Any]:
    from defnpy.terms.order import strict_equal

    found = current().dictionary
    return [maps.unkey(k) for k, v in found.items() if value is UNSET or strict_equal(v, value)]


@ex("put/2")
def put(key: Any, value: Any) -> Any:
    found, stored = current().dictionary, maps.key(key)
    old = found.get(stored)
    found[stored] = value
    return old


@ex("delete/1")
def delete(key: Any) -> Any:
    return current().dictionary.pop(maps.key(key), None)


@ex("alive?/1")
def alive_q(pid: Any) -> bool:
    need(pid.__class__ is Pid, "Process", "alive?", 1)
    return bool(pid.process.alive)


@ex("sleep/1")
def sleep(milliseconds: Any) -> Any:
    need(milliseconds is INFINITY or (milliseconds.__class__ is int and milliseconds >= 0), "Process", "sleep", 1)
    me = current()
    deadline = processes.deadline_of(milliseconds)
    with me.arrived:
        while deadline is None or time.monotonic() < deadline:
            processes.check_signal(me)
            me.arrived.wait(None if deadline is None else max(deadline - time.monotonic(), 0))
    return OK


@ex("flag/2")
def flag(name: Any, value: Any) -> Any:
    me = current()
    if name is Atom("trap_exit"):
        old, me.trap_exit = me.trap_exit, value is True
        return old
    old = me.state.get(f"flag_{name.name}", False)
    me.state[f"flag_{name.name}"] = value
    return old


@ex("whereis/1")
def whereis(name: Any) -> Any:
    found = runtime().registered.get(name)
    return found.pid if found is not None else None


@ex("register/2")
def register(pid: Any, name: Any) -> bool:
    if name in runtime().registered or not is_atom(name) or name is None:
        raise ArgumentError(
            f"could not register {inspect(pid)} with name {inspect(name)} because it is not alive, the name is already "
            "taken, or it has already been given another name"
        )
    runtime().registered[name] = pid.process
    return True


@ex("unregister/1")
def unregister(name: Any) -> bool:
    if runtime().registered.pop(name, None) is None:
        raise badarg((1, "not a registered name"))
    return True


@ex("registered/0")
def registered() -> list[Any]:
    return list(runtime().registered)


@ex("send/3")
def send(target: Any, message: Any, options: Any) -> Any:
    processes.send(target, message)
    return OK


@ex("send_after/3", "send_after/4")
def send_after(target: Any, message: Any, milliseconds: Any, options: Any = ()) -> Reference:
    import threading

    reference = Reference()
    timer = threading.Timer(milliseconds / 1000, processes.send, (target, message))
    timer.daemon = True
    timers = runtime().options.setdefault("timers", {})
    timers[reference] = timer
    timer.start()
    return reference


@ex("cancel_timer/1", "cancel_timer/2")
def cancel_timer(reference: Any, options: Any = ()) -> Any:
    timer = runtime().options.get("timers", {}).pop(reference, None)
    if timer is None or not timer.is_alive():
        return False
    timer.cancel()
    return 0


@ex("monitor/1", "monitor/2")
def monitor(target: Any, options: Any = ()) -> Reference:
    return processes.monitor(target)


@ex("demonitor/1", "demonitor/2")
def demonitor(reference: Any, options: Any = ()) -> bool:
    return processes.demonitor(reference, flush=Atom("flush") in options)


@ex("link/1")
def link(pid: Any) -> bool:
    return processes.link(pid)


@ex("unlink/1")
def unlink(pid: Any) -> bool:
    return processes.unlink(pid)


@ex("exit/2")
def exit_(pid: Any, reason: Any) -> bool:
    return processes.exit_process(pid, reason)


@ex("group_leader/0")
def group_leader() -> Any:
    return current().pid


@ex("group_leader/2")
def set_group_leader(pid: Any, leader: Any) -> bool:
    from defnpy.stdlib import devices

    pid.process.leader = lambda text: devices.write(leader, text)
    return True


@ex("list/0")
def list_() -> list[Any]:
    return [current().pid, *(p.pid for p in runtime().registered.values())]


@ex("info/1", "info/2")
def info(pid: Any, item: Any = None) -> Any:
    process = pid.process
    if not process.alive:
        return None
    facts = {
        "message_queue_len": len(process.mailbox),
        "messages": list(process.mailbox),
        "dictionary": [(maps.unkey(k), v) for k, v in process.dictionary.items()],
        "links": [p.pid for p in process.links],
        "status": Atom("running"),
        "memory": 0,
        "current_stacktrace": [],
        "registered_name": next((n for n, p in runtime().registered.items() if p is process), []),
        "group_leader": pid,
        "trap_exit": process.trap_exit,
    }
    if item is None:
        return [(Atom(k), v) for k, v in facts.items()]
    if item.__class__ is list:
        return [(k, facts.get(k.name)) for k in item]
    return (item, facts.get(item.name))


@ex("spawn/2", "spawn/4")
def spawn_(fun: Any, *rest: Any) -> Any:
    if len(rest) == 1:
        return _spawned(lambda: fun(), rest[0])
    return _spawned(lambda: apply(fun, rest[0], rest[1]), rest[2])


def _spawned(body: Any, options: Any) -> Any:
    if Atom("monitor") in options:
        reference = Reference()
        return (processes.spawn(body, monitor=reference).pid, reference)
    return processes.spawn(body, link=Atom("link") in options).pid


MODULE = native_module("Process", globals())
