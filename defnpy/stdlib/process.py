"""Process."""

from __future__ import annotations

import contextvars
import threading
import time
from typing import Any

from defnpy.stdlib import processes
from defnpy.stdlib.kernel import apply
from defnpy.stdlib.util import OK, UNSET, badarg, need, option
from defnpy.terms import map as maps
from defnpy.terms.atom import Atom, is_atom
from defnpy.terms.errors import ArgumentError
from defnpy.terms.inspect import inspect
from defnpy.terms.module import ex, native_module
from defnpy.terms.process import Pid, Reference, current
from defnpy.terms.runtime import runtime

INFINITY = Atom("infinity")
_LABEL = Atom("$process_label")
# How many nanoseconds of a thread count as one reduction of the BEAM.
REDUCTION = 200


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
    _need_pid(pid)
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


@ex("flag/3")
def flag_of(pid: Any, name: Any, value: Any) -> Any:
    """Only ``:save_calls`` can be set of another process."""
    if name is not Atom("save_calls"):
        raise badarg((2, "invalid process flag"))
    return 0


@ex("flag/2")
def flag(name: Any, value: Any) -> Any:
    me = current()
    if name is Atom("trap_exit"):
        old, me.trap_exit = me.trap_exit, value is True
        return old
    old = me.state.get(f"flag_{name.name}", Atom("normal") if name is Atom("priority") else False)
    me.state[f"flag_{name.name}"] = value
    return old


@ex("whereis/1")
def whereis(name: Any) -> Any:
    if not is_atom(name):
        raise badarg((1, "not an atom"))
    found = runtime().registered.get(name)
    return found.pid if found is not None else None


@ex("register/2")
def register(pid: Any, name: Any) -> bool:
    need(name.__class__ is Atom and name is not Atom("undefined"), "Process", "register", 2)
    if pid.__class__ is not Pid or name in runtime().registered:
        raise ArgumentError(
            f"could not register {inspect(pid)} with name {inspect(name)} because it is not alive, the name is already "
            "taken, or it has already been given another name"
        )
    runtime().registered[name] = pid.process
    return True


@ex("unregister/1")
def unregister(name: Any) -> bool:
    if not is_atom(name) or runtime().registered.pop(name, None) is None:
        raise badarg((1, "not a pid"))
    return True


@ex("registered/0")
def registered() -> list[Any]:
    return list(runtime().registered)


@ex("send/3")
def send(target: Any, message: Any, options: Any) -> Any:
    if Atom("noconnect") in options and processes.other_node(target) is not None:
        return Atom("noconnect")
    processes.send(target, message)
    return OK


class _Timer:
    """A message that is sent at *due* (monotonic seconds)."""

    def __init__(self, target: Any, message: Any, due: float) -> None:
        self.due = due
        context = contextvars.copy_context()
        self.thread = threading.Timer(max(due - time.monotonic(), 0), context.run, (processes.send, target, message))
        self.thread.daemon = True
        self.thread.start()

    @property
    def left(self) -> Any:
        """Milliseconds until the message, or false when it was sent."""
        return max(int((self.due - time.monotonic()) * 1000), 0) if self.thread.is_alive() else False


def _timers() -> dict[Reference, _Timer]:
    found: dict[Reference, _Timer] = runtime().options.setdefault("timers", {})
    return found


@ex("send_after/3", "send_after/4")
def send_after(target: Any, message: Any, milliseconds: Any, options: Any = ()) -> Reference:
    need(milliseconds.__class__ is int, "Process", "send_after", 4)
    start = 0.0 if option(options, "abs") is True else time.monotonic()
    reference = Reference()
    _timers()[reference] = _Timer(target, message, start + milliseconds / 1000)
    return reference


@ex("read_timer/1")
def read_timer(reference: Any) -> Any:
    _need_reference(reference)
    found = _timers().get(reference)
    return found.left if found is not None else False


@ex("cancel_timer/1", "cancel_timer/2")
def cancel_timer(reference: Any, options: Any = ()) -> Any:
    _need_reference(reference)
    found = _timers().pop(reference, None)
    left = found.left if found is not None else False
    if found is not None:
        found.thread.cancel()
    if option(options, "async") is True:
        if option(options, "info", True) is True:
            processes.deliver(current(), (Atom("cancel_timer"), reference, left))
        return OK
    return left if option(options, "info", True) is True else OK


@ex("set_label/1")
def set_label(label: Any) -> Any:
    current().dictionary[_LABEL] = label
    return OK


@ex("get_label/1")
def get_label(pid: Any) -> Any:
    return pid.process.dictionary.get(_LABEL)


@ex("monitor/1", "monitor/2")
def monitor(target: Any, options: Any = ()) -> Reference:
    if target.__class__ is not tuple and not is_atom(target):
        _need_pid(target, 2)
    mode = option(options, "alias")
    reference = Reference(current() if mode is not None else None, mode in (Atom("demonitor"), Atom("reply_demonitor")))
    return processes.monitor(target, reference, option(options, "tag", processes.DOWN))


@ex("demonitor/1", "demonitor/2")
def demonitor(reference: Any, options: Any = ()) -> bool:
    _need_reference(reference)
    was = processes.demonitor(reference, flush=Atom("flush") in options)
    return was if Atom("info") in options else True


@ex("alias/0", "alias/1")
def alias(options: Any = ()) -> Reference:
    return Reference(current(), Atom("reply") in options)


@ex("unalias/1")
def unalias(reference: Any) -> bool:
    _need_reference(reference)
    was = reference.alias is current()
    reference.alias = None if was else reference.alias
    return was


def _need_pid(pid: Any, place: int = 1) -> None:
    if pid.__class__ is not Pid:
        raise badarg((place, "not a pid"))


def _need_reference(reference: Any) -> None:
    if reference.__class__ is not Reference:
        raise badarg((1, "not a reference"))


@ex("link/1")
def link(pid: Any) -> bool:
    _need_pid(pid)
    return processes.link(pid)


@ex("unlink/1")
def unlink(pid: Any) -> bool:
    _need_pid(pid)
    return processes.unlink(pid)


@ex("exit/2")
def exit_(pid: Any, reason: Any) -> bool:
    _need_pid(pid)
    return processes.exit_process(pid, reason)


@ex("group_leader/0")
def group_leader() -> Any:
    return current().group.pid


@ex("group_leader/2")
def set_group_leader(pid: Any, leader: Any) -> bool:
    from defnpy.stdlib import devices

    _need_pid(leader)
    pid.process.group = leader.process
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
        "reductions": time.thread_time_ns() // REDUCTION,
        "current_stacktrace": [],
        "registered_name": next((n for n, p in runtime().registered.items() if p is process), []),
        "group_leader": process.group.pid,
        "priority": process.state.get("flag_priority", Atom("normal")),
        "parent": process.parent.pid if process.parent else Atom("undefined"),
        "label": process.dictionary.get(_LABEL, Atom("undefined")),
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
