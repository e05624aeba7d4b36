"""The process of a serving: it gathers requests into batches and runs each in a process of its own."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from defnpy.nx.lib.batch import Batch
from defnpy.nx.lib.batch import merge_all as merge_batches
from defnpy.nx.lib.batch import split as split_batch
from defnpy.nx.lib.serving_parts import BATCH_KEYS, SERVING, execute, field, handle_batch, hooks_of, init, with_hooks
from defnpy.stdlib import genserver, processes
from defnpy.stdlib import supervisor as supervisors
from defnpy.stdlib.process import cancel_timer, send_after
from defnpy.stdlib.util import OK
from defnpy.terms import map as maps
from defnpy.terms.atom import Atom, alias
from defnpy.terms.errors import ArgumentError, Exit, UndefinedFunctionError
from defnpy.terms.inspect import inspect
from defnpy.terms.process import Process, Reference, current
from defnpy.terms.runtime import runtime
from defnpy.terms.struct import Struct

Client = tuple[Process, Reference]
NOREPLY, NOPROC, DOWN, PROCESS, EXIT = Atom("noreply"), Atom("noproc"), Atom("DOWN"), Atom("process"), Atom("EXIT")


@dataclass(frozen=True)
class Setup:
    """What ``start_link/1`` was given."""

    name: Atom
    serving: Struct
    limit: int
    timeout: int
    keys: list[Any]
    partitioned: bool


@dataclass(frozen=True)
class Config:
    """What clients need to know of a running serving."""

    serving: Struct
    limit: int
    keys: list[Any]
    hooks: list[Any] | None


@dataclass(frozen=True, eq=False)
class Request:
    """A batch of a client. *also* is told when it is done, beside the client."""

    client: Client
    also: Client | None
    batch: Batch


@dataclass(frozen=True, eq=False)
class _Timeout:
    key: Any
    reference: Reference


@dataclass(frozen=True, eq=False)
class _Done:
    reference: Reference


@dataclass
class _Stack:
    """Requests that wait for more of the same batch key."""

    requests: list[Request]
    count: int = 0
    timer: tuple[Reference, Reference] | None = None
    timed_out: bool = False


@dataclass
class _Entry:
    """A batch ready to run: whose rows it has, and where."""

    batch: Batch
    shares: list[tuple[Request, int, int]]


@dataclass
class _Task:
    partition: int
    shares: list[tuple[Request, int, int]]


def config_of(name: Any) -> Config | None:
    """The configuration of the serving that was started as *name*."""
    found = runtime().options.get("nx_servings", {}).get(name)
    return found


def start(setup: Setup) -> Any:
    """Start supervisor and process; answers as ``Supervisor.start_link/2``."""
    supervisor = alias(f"{inspect(setup.name).removeprefix(':')}.Supervisor")

    def begin() -> Any:
        server = _Server(setup)
        return genserver.start_server(server, server.begin, [(Atom("name"), setup.name)], link=True)

    child = {Atom("id"): SERVING, Atom("start"): begin}
    return supervisors.start([child], [(Atom("name"), supervisor), (Atom("max_restarts"), 0)])


class _Server(genserver.Server):
    def __init__(self, setup: Setup) -> None:
        super().__init__(lambda name: None, SERVING)
        self.setup = setup
        self.module = field(setup.serving, "module")
        self.module_state: Any = None
        self.stacks = {maps.key(key): _Stack([]) for key in setup.keys}
        self.pending: dict[Any, deque[_Entry]] = {maps.key(key): deque() for key in setup.keys}
        self.waiting: deque[Any] = deque()
        self.free: deque[int] = deque()
        self.tasks: dict[Reference, _Task] = {}
        self.shares: dict[int, list[tuple[Request, int, int]]] = {}
        self.hooks = hooks_of(setup.serving)

    def begin(self) -> Any:
        """``init``: compile for every partition."""
        current().trap_exit = True
        setup = self.setup
        partitions = _partitions(setup)
        self.free.extend(range(len(partitions)))
        if self.hooks:
            partitions = [with_hooks(p, self._tellers(i)) for i, p in enumerate(partitions)]
        partitions = [[(BATCH_KEYS, setup.keys), *(p for p in options if p[0] is not BATCH_KEYS)] for options in partitions]
        self.module_state = init(self.module, "process", field(setup.serving, "arg"), partitions)
        config = Config(setup.serving, setup.limit, setup.keys, self.hooks)
        runtime().options.setdefault("nx_servings", {})[setup.name] = config
        return (OK, None)

    def _tellers(self, partition: int) -> dict[Any, Callable[[Any], Any]]:
        def teller(hook: Any) -> Callable[[Any], Any]:
            def tell(value: Any) -> None:
                for request, start_at, size in self.shares[partition]:
                    _tell(request.client, ("hook", start_at, size, value, hook))

            return tell

        return {maps.key(hook): teller(hook) for hook in self.hooks or ()}

    # -- messages ---------------------------------------------------------------------------------------------------------

    def handle(self, message: Any) -> Any:
        kind = message.__class__
        if kind is Request:
            self._accept(message)
        elif kind is _Timeout:
            self._timed_out(message)
        elif kind is _Done:
            self._finished(message.reference, None)
        elif kind is tuple and len(message) == 5 and message[0] is DOWN:
            self._finished(message[1], message[4])
        elif kind is tuple and len(message) == 3 and message[0] is EXIT:
            return self._exit(message[2])
        elif kind is tuple and message and message[0] is genserver.STOP_MESSAGE:
            return (genserver.STOP, message[1], None)
        return (NOREPLY, None)

    def _exit(self, reason: Any) -> Any:
        """An exit signal; a normal one of another process means nothing."""
        return (NOREPLY, None) if reason is genserver.NORMAL else (genserver.STOP, reason, None)

    def _accept(self, request: Request) -> None:
        key, limit = maps.key(request.batch.key), self.setup.limit
        stack = self.stacks[key]
        if request.batch.size == limit or (self.hooks and request.batch.size + stack.count > limit):
            # A whole batch, or one that must not be cut because its hooks are streamed.
            self._flush(key)
        batch = request.batch
        while batch.size + self.stacks[key].count > limit:
            part, batch = split_batch(batch, limit - self.stacks[key].count)
            self._push(key, Request(request.client, request.also, part))
            self._flush(key)
        if batch.size == 0:
            return
        self._push(key, Request(request.client, request.also, batch))
        if self.stacks[key].count == limit:
            self._flush(key)
        elif self.stacks[key].timer is None and not self.stacks[key].timed_out:
            reference = Reference()
            timer = send_after(current().pid, _Timeout(key, reference), self.setup.timeout)
            self.stacks[key].timer = (reference, timer)

    def _push(self, key: Any, request: Request) -> None:
        self.stacks[key].requests.append(request)
        self.stacks[key].count += request.batch.size

    def _timed_out(self, message: _Timeout) -> None:
        stack = self.stacks[message.key]
        if stack.timer is None or stack.timer[0] is not message.reference:
            return
        if self.free:
            self._flush(message.key)
        else:
            # Every partition is busy, so the batch may still grow while it waits for its turn.
            stack.timer, stack.timed_out = None, True
            self.waiting.append(message.key)

    # -- running ----------------------------------------------------------------------------------------------------------

    def _flush(self, key: Any) -> None:
        """Put what was gathered for *key* in the queue."""
        if not self.stacks[key].count:
            return
        queued = self.stacks[key].timed_out
        self.pending[key].append(self._take(key))
        if not queued:
            self.waiting.append(key)
        self._run_next()

    def _take(self, key: Any) -> _Entry:
        stack, self.stacks[key] = self.stacks[key], _Stack([])
        if stack.timer is not None:
            cancel_timer(stack.timer[1])
        shares, at = [], 0
        for request in stack.requests:
            shares.append((request, at, request.batch.size))
            at += request.batch.size
        return _Entry(merge_batches([r.batch for r in stack.requests]), shares)

    def _run_next(self) -> None:
        if not self.free or not self.waiting:
            return
        key = self.waiting.popleft()
        entry = self.pending[key].popleft() if self.pending[key] else self._take(key)
        partition = self.free.popleft()
        work, self.module_state = handle_batch(self.module, entry.batch, partition, self.module_state)
        self.shares[partition] = entry.shares
        reference, server, module = Reference(), current(), self.module

        def share(output: Any, metadata: Any) -> None:
            for request, start_at, size in entry.shares:
                _tell(request.client, ("batch", start_at, size, output, metadata))
                if request.also is not None:
                    _tell(request.also, ("size", size))

        def run() -> None:
            execute(module, work, share)
            processes.deliver(server, _Done(reference))

        self.tasks[reference] = _Task(partition, entry.shares)
        processes.spawn(run, monitor=reference)

    def _finished(self, reference: Reference, reason: Any) -> None:
        task = self.tasks.pop(reference, None)
        if task is None:
            return
        if reason is not None:
            _tell_down(task.shares, reason)
        self.free.append(task.partition)
        self._run_next()

    def finish(self, reason: Any) -> None:
        """The end: those who wait hear of it, running batches are waited for."""
        for entries in self.pending.values():
            for entry in entries:
                _tell_down(entry.shares, NOPROC)
        for stack in self.stacks.values():
            _tell_down([(request, 0, 0) for request in stack.requests], NOPROC)
        while self.tasks:
            message = processes.receive(current(), lambda m: (m,))[0]
            if message.__class__ is _Done:
                self.tasks.pop(message.reference, None)
            elif message.__class__ is tuple and len(message) == 5 and message[1] in self.tasks:
                _tell_down(self.tasks.pop(message[1]).shares, message[4])
        if reason is not genserver.NORMAL:
            raise Exit(reason)


def _tell(client: Client, answer: Any) -> None:
    processes.deliver(client[0], (client[1], answer))


def _tell_down(shares: list[tuple[Request, int, int]], reason: Any) -> None:
    """To clients, as if the process they watch were gone."""
    for request, _, _ in shares:
        process, reference = request.client
        processes.deliver(process, (DOWN, reference, PROCESS, current().pid, reason))


def _partitions(setup: Setup) -> list[Any]:
    """The compiler options of every partition."""
    options = field(setup.serving, "defn_options")
    if not setup.partitioned:
        return [options]
    compiler = next((v for k, v in options if k is Atom("compiler")), alias("Nx.Defn.Evaluator"))
    try:
        return runtime().module(compiler).functions["__partitions_options__/1"](options)
    except UndefinedFunctionError as error:
        if error.term.fields[Atom("module")] is not compiler:
            raise
        raise ArgumentError(
            "the expected compiler callback __partitions_options__/1 is missing. Please check that the module "
            f"{inspect(compiler)} is an Nx.Defn.Compiler"
        ) from None
