"""PartitionSupervisor: a supervisor of several processes of one kind, of which a key chooses one."""

from __future__ import annotations

import os
from typing import Any

from defnpy.stdlib import genserver, processes, supervisor
from defnpy.stdlib.calls import fun2
from defnpy.stdlib.erlang.hashing import phash2
from defnpy.stdlib.genserver import child_specification
from defnpy.stdlib.supervisor import ID, START, SUPERVISOR, TYPE, UNDEFINED, SupervisorServer
from defnpy.stdlib.util import INFINITY, OK, option
from defnpy.terms.atom import Atom, alias
from defnpy.terms.errors import ArgumentError, Exit, RuntimeError_
from defnpy.terms.function import is_function
from defnpy.terms.inspect import inspect
from defnpy.terms.module import ex, native_module
from defnpy.terms.process import current
from defnpy.terms.runtime import runtime

OWNER = alias("PartitionSupervisor")
PARTITIONS = Atom("partitions")


class PartitionServer(SupervisorServer):
    """The supervisor: *count* of its children, numbered from 0, take part; a smaller count stops the others."""

    count = 0

    def begin(self) -> Any:
        answer = super().begin()
        if answer == (OK, None):
            self.count = len(self.children)
            _servers()[current()] = self
        return answer

    def finish(self, reason: Any) -> None:
        _servers().pop(current(), None)
        super().finish(reason)

    def on_resize(self, count: int) -> Any:
        before, self.count = self.count, count
        for number in range(count, before):
            self.on_terminate_child(number)
        for number in range(before, count):
            self.on_restart_child(number)
        return before


def _servers() -> dict[Any, PartitionServer]:
    return runtime().options.setdefault("partition_supervisors", {})


@ex("start_link/1")
def start_link(options: Any) -> Any:
    """Start as many children as ``partitions`` says, or as there are schedulers."""
    if option(options, "child_spec") is None:
        raise ArgumentError("the :child_spec option must be given to PartitionSupervisor")
    if option(options, "name") is None:
        raise ArgumentError("the :name option must be given to PartitionSupervisor")
    count = option(options, "partitions", os.cpu_count() or 1)
    if count.__class__ is not int or count < 1:
        raise ArgumentError(f"the :partitions option must be a positive integer, got: {inspect(count)}")
    change = option(options, "with_arguments")
    if change is not None and not is_function(change, 2):
        raise ArgumentError("the :with_arguments option must be a function that receives two arguments, the current call arguments and the "
                            f"partition, got: {inspect(change)}")
    spec = child_specification(option(options, "child_spec"))
    children = [_numbered(spec, number, change) for number in range(count)]
    flags = [pair for pair in options if pair[0].name in ("strategy", "max_restarts", "max_seconds")]
    server = PartitionServer(lambda: (flags, children))
    return genserver.start_server(server, server.begin, [pair for pair in options if pair[0].name == "name"], True)


def _numbered(spec: Any, number: int, change: Any) -> Any:
    """The specification of one child, its arguments changed by ``with_arguments``."""
    module, function, args = spec[START]
    return {**spec, ID: number, START: (module, function, args if change is None else fun2(change)(args, number))}


@ex("child_spec/1")
def child_spec(options: Any) -> Any:
    name = option(options, "name", OWNER)
    return {ID: OWNER if name is OWNER else name, START: (OWNER, Atom("start_link"), [options]), TYPE: SUPERVISOR}


def _server(name: Any) -> PartitionServer:
    found = _servers().get(processes.find(name))
    if found is None:
        raise Exit((processes.NOPROC, (OWNER, PARTITIONS, [name])))
    return found


@ex("partitions/1")
def partitions(name: Any) -> int:
    return _server(name).count


@ex("resize!/2")
def resize(name: Any, count: Any) -> Any:
    """Use *count* of the children; gives the number that was in use."""
    most = len(_server(name).children)
    if count.__class__ is not int or not 0 <= count <= most:
        raise ArgumentError(f"the number of partitions to resize to must be a number between 0 and {most}, got: {inspect(count)}")
    return genserver.call(name, (Atom("resize"), count), INFINITY)


@ex("which_children/1")
def which_children(name: Any) -> Any:
    return genserver.call(name, Atom("which_children"), INFINITY)


@ex("count_children/1")
def count_children(name: Any) -> Any:
    return genserver.call(name, Atom("count_children"), INFINITY)


# -- {:via, PartitionSupervisor, {name, key}} ----------------------------------------------------------------------------


@ex("whereis_name/1")
def whereis_name(given: Any) -> Any:
    """The process of a key: integers count round, other keys by their hash."""
    name, key = given
    server = _server(name)
    if not server.count:
        return UNDEFINED
    number = abs(key) % server.count if key.__class__ is int else phash2(key) % server.count
    child = server.find_child(number)
    return UNDEFINED if child is None else child.pid


@ex("send/2")
def send(given: Any, message: Any) -> Any:
    return processes.send(whereis_name(given), message)


@ex("register_name/2", "unregister_name/2")
def register_name(given: Any, pid: Any) -> Any:
    raise RuntimeError_("{:via, PartitionSupervisor, _} cannot be given on registration")


@ex("stop/1", "stop/2", "stop/3")
def stop(name: Any, reason: Any = genserver.NORMAL, timeout: Any = INFINITY) -> Any:
    return supervisor.stop(name, reason, timeout)


MODULE = native_module("PartitionSupervisor", globals())
