"""GenServer, Agent and plain supervisors."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from defnpy.stdlib import processes
from defnpy.stdlib.calls import fun0, fun1
from defnpy.stdlib.kernel import apply
from defnpy.stdlib.util import INFINITY, OK, option
from defnpy.terms.atom import Atom, alias
from defnpy.terms.binary import NOMATCH
from defnpy.terms.errors import Exit, RuntimeError_
from defnpy.terms.inspect import inspect
from defnpy.terms.module import Module, native_module
from defnpy.terms.process import Process, current
from defnpy.terms.runtime import runtime

CALL, CAST, STOP_MESSAGE = Atom("$gen_call"), Atom("$gen_cast"), Atom("$gen_stop")
REPLY, NOREPLY, STOP, IGNORE, CONTINUE = Atom("reply"), Atom("noreply"), Atom("stop"), Atom("ignore"), Atom("continue")
NORMAL, NOPROC, TIMEOUT, ERROR = Atom("normal"), Atom("noproc"), Atom("timeout"), Atom("error")
DOWN, SHUTDOWN = Atom("DOWN"), Atom("shutdown")
STOP_SECONDS = 5.0
"""How long a process may take to shut down."""
GEN_SERVER, AGENT = alias("GenServer"), alias("Agent")

Handler = Callable[..., Any]


class Server:
    """The loop of one server: *find* gives the callback ``name/arity`` or None."""

    def __init__(self, find: Callable[[str], Handler | None], label: Any) -> None:
        self.find = find
        self.label = label
        self.state: Any = None
        self.wait: Any = INFINITY

    def serve(self) -> None:
        me = current()
        while True:
            message = processes.receive(me, lambda m: (m,), self.wait, lambda: None)
            answer = self.handle(TIMEOUT if message is None else message[0])
            if self.after(answer):
                return

    def handle(self, message: Any) -> Any:
        if message.__class__ is tuple and message and message[0] is CALL and len(message) == 3:
            return self.call("handle_call/3", message[2], message[1], self.state)
        if message.__class__ is tuple and message and message[0] is CAST and len(message) == 2:
            return self.call("handle_cast/2", message[1], self.state)
        if message.__class__ is tuple and message and message[0] is STOP_MESSAGE:
            return (STOP, message[1], self.state)
        if self.find("handle_info/2") is None:
            return (NOREPLY, self.state)
        return self.call("handle_info/2", message, self.state)

    def call(self, name: str, *args: Any) -> Any:
        function = self.find(name)
        if function is None:
            kind = name.partition("/")[0]
            raise RuntimeError_(
                f"attempted to {kind.removeprefix('handle_')} GenServer {inspect(current().pid)} but no {name} clause was provided"
            )
        answer = function(*args)
        if name == "handle_call/3" and answer[0] is REPLY:
            reply(args[1], answer[1])
            answer = (NOREPLY, *answer[2:])
        elif name == "handle_call/3" and answer[0] is STOP and len(answer) == 4:
            self.stopping_reply = (args[1], answer[2])
            answer = (STOP, answer[1], answer[3])
        return answer

    stopping_reply: Any = None

    def after(self, answer: Any) -> bool:
        """Take over the new state; true when the server stops."""
        if answer[0] is NOREPLY:
            self.state = answer[1]
            self.wait = INFINITY
            if len(answer) == 3:
                if answer[2].__class__ is tuple and answer[2][0] is CONTINUE:
                    return self.after(self.call("handle_continue/2", answer[2][1], self.state))
                self.wait = answer[2] if answer[2].__class__ is int else INFINITY
            return False
        if answer[0] is STOP:
            self.state = answer[2]
            self.finish(answer[1])
            return True
        raise Exit((Atom("bad_return_value"), answer))

    def finish(self, reason: Any) -> None:
        terminate = self.find("terminate/2")
        if terminate is not None:
            terminate(reason, self.state)
        if self.stopping_reply is not None:
            reply(*self.stopping_reply)
        if reason is not NORMAL:
            raise Exit(reason)


def reply(client: Any, value: Any) -> Any:
    """``GenServer.reply/2``."""
    pid, reference = client
    processes.deliver(pid.process, (reference, value))
    return OK


def _callbacks(module: Any) -> Callable[[str], Handler | None]:
    def find(name: str) -> Handler | None:
        found = runtime().find(module)
        return found.functions.get(name) if found is not None else None

    return find


def start_server(server: Server, begin: Callable[[], Any], options: Any, link: bool) -> Any:
    """Run *begin* (``init``) in a new process and wait for its answer."""
    name = option(options, "name")
    if name.__class__ is Atom and name in runtime().registered and runtime().registered[name].alive:
        return (ERROR, (Atom("already_started"), runtime().registered[name].pid))
    ready = threading.Event()
    answers: list[Any] = []

    def run() -> None:
        me = current()
        try:
            answer = begin()
        except BaseException as error:
            answers.append((ERROR, processes.reason_of(error)))
            me.state["silent"] = True
            ready.set()
            raise
        if answer.__class__ is tuple and answer[0] is OK:
            if name.__class__ is Atom:
                runtime().registered[name] = me
            answers.append((OK, me.pid))
            ready.set()
            if not server.after((NOREPLY, *answer[1:])):
                server.serve()
            return
        answers.append(IGNORE if answer is IGNORE else (ERROR, answer[1]))
        ready.set()

    processes.spawn(run, link=link)
    ready.wait()
    return answers[0]


def start_link(module: Any, arg: Any, options: Any = ()) -> Any:
    """``GenServer.start_link/2,3``."""
    server = Server(_callbacks(module), module)
    return start_server(server, lambda: server.call("init/1", arg), options, True)


def start(module: Any, arg: Any, options: Any = ()) -> Any:
    """``GenServer.start/2,3``."""
    server = Server(_callbacks(module), module)
    return start_server(server, lambda: server.call("init/1", arg), options, False)


def _fail(reason: Any, owner: Any, name: str, args: list[Any]) -> Exit:
    return Exit((reason, (owner, Atom(name), args)))


def call(target: Any, request: Any, timeout: Any = 5000, owner: Any = GEN_SERVER, name: str = "call") -> Any:
    """``GenServer.call/2,3``."""
    shown = [target, request, timeout]
    process = processes.find(target)
    if process is None or not process.alive:
        raise _fail(NOPROC, owner, name, shown)
    if process is current():
        raise _fail(Atom("calling_self"), owner, name, shown)
    reference = processes.monitor(process.pid)
    processes.deliver(process, (CALL, (current().pid, reference), request))

    def match(message: Any) -> Any:
        if message.__class__ is tuple and len(message) == 2 and message[0] is reference:
            return (True, message[1])
        if message.__class__ is tuple and len(message) == 5 and message[0] is DOWN and message[1] is reference:
            return (False, message[4])
        return NOMATCH

    found = processes.receive(current(), match, timeout, lambda: None)
    if found is None:
        raise _fail(TIMEOUT, owner, name, shown)
    if not found[0]:
        raise _fail(found[1], owner, name, shown)
    process.monitors = [m for m in process.monitors if m[0] is not reference]
    return found[1]


def cast(target: Any, request: Any) -> Any:
    """``GenServer.cast/2``."""
    process = processes.find(target)
    if process is not None:
        processes.deliver(process, (CAST, request))
    return OK


def stop(target: Any, reason: Any = NORMAL, timeout: Any = INFINITY, owner: Any = GEN_SERVER) -> Any:
    """``GenServer.stop/1..3``."""
    process = processes.find(target)
    if process is None or not process.alive:
        raise _fail(NOPROC, owner, "stop", [target, reason, timeout])
    process.links.discard(current())
    current().links.discard(process)
    processes.deliver(process, (STOP_MESSAGE, reason))
    with process.arrived:
        while process.alive:
            process.arrived.wait(0.05)
    return OK


def whereis(target: Any) -> Any:
    """``GenServer.whereis/1``."""
    process = processes.find(target)
    return process.pid if process is not None else None


# --------------------------------------------------------------------------------------------------------- Agent


def _agent_body(args: tuple[Any, ...]) -> Callable[[Any], Any]:
    if len(args) == 1:
        return fun1(args[0])
    return lambda state: apply(args[0], args[1], [state, *args[2]])


class _AgentServer(Server):
    """A server whose requests are functions on its state."""

    def __init__(self) -> None:
        super().__init__(lambda name: None, AGENT)

    def handle(self, message: Any) -> Any:
        if message.__class__ is tuple and message and message[0] is CALL:
            kind, fun = message[2]
            if kind.name == "get":
                reply(message[1], fun(self.state))
                return (NOREPLY, self.state)
            if kind.name == "update":
                new = fun(self.state)
                reply(message[1], OK)
                return (NOREPLY, new)
            answer = fun(self.state)
            if answer.__class__ is not tuple or len(answer) != 2:
                return (STOP, (Atom("bad_return_value"), answer), self.state)
            reply(message[1], answer[0])
            return (NOREPLY, answer[1])
        if message.__class__ is tuple and message and message[0] is CAST:
            return (NOREPLY, message[1](self.state))
        return super().handle(message)


def _agent_start(link: bool) -> Callable[..., Any]:
    def begin(*args: Any) -> Any:
        options = args[-1] if len(args) in (2, 4) else ()
        body = fun0(args[0]) if len(args) <= 2 else (lambda: apply(args[0], args[1], args[2]))
        return start_server(_AgentServer(), lambda: (OK, body()), options, link)

    return begin


def _agent_call(kind: str) -> Callable[..., Any]:
    def request(agent: Any, *args: Any) -> Any:
        timeout = args[-1] if len(args) in (2, 4) else 5000
        body = _agent_body(args[: 3 if len(args) >= 3 else 1])
        return call(agent, (Atom(kind), body), timeout)

    return request


def _agent_cast(agent: Any, *args: Any) -> Any:
    return cast(agent, _agent_body(args))


def _agent_stop(agent: Any, reason: Any = NORMAL, timeout: Any = INFINITY) -> Any:
    return stop(agent, reason, timeout, AGENT)


def _child_spec(module: Any) -> Callable[[Any], Any]:
    def spec(arg: Any) -> Any:
        return {Atom("id"): module, Atom("start"): (module, Atom("start_link"), [arg])}

    return spec


def _agent() -> Module:
    made = native_module("Agent", {})
    for name, link in (("start_link", True), ("start", False)):
        for arity in (1, 2, 3, 4):
            made.functions[f"{name}/{arity}"] = _agent_start(link)
    for name in ("get", "update", "get_and_update"):
        for arity in (2, 3, 4, 5):
            made.functions[f"{name}/{arity}"] = _agent_call(name)
    made.functions.update({"cast/2": _agent_cast, "cast/4": _agent_cast, "child_spec/1": _child_spec(AGENT)})
    made.functions.update({f"stop/{n}": _agent_stop for n in (1, 2, 3)})
    return made


# --------------------------------------------------------------------------------------------------- supervisors


def child_specification(child: Any) -> Any:
    """The specification of a child given as one, as a module or as ``{module, arg}``."""
    if child.__class__ is Atom:
        child = (child, [])
    if child.__class__ is tuple:
        module, arg = child
        found = runtime().find(module)
        spec = found.functions.get("child_spec/1") if found is not None else None
        return spec(arg) if spec is not None else _child_spec(module)(arg)
    return child


def start_child(spec: Any) -> Any:
    """Call the start function of a specification."""
    module, name, args = spec[Atom("start")]
    return apply(module, name, args)


def supervise(children: Any, options: Any = ()) -> Any:
    """``Supervisor.start_link/2``: starts the children in order; crashed ones are not restarted."""
    made = Process(current())
    started: list[Any] = []
    for child in children:
        answer = start_child(child_specification(child))
        if answer.__class__ is tuple and answer[0] is ERROR:
            return (ERROR, (Atom("shutdown"), (Atom("failed_to_start_child"), child, answer[1])))
        started.append(answer)
    made.state["children"] = started
    name = option(options, "name")
    if name.__class__ is Atom:
        runtime().registered[name] = made
    return (OK, made.pid)


def shut_down(process: Process, reason: Any = SHUTDOWN) -> None:
    """Stop a process as its supervisor does: children of a supervisor first, the last one started first."""
    if not process.alive:
        return
    children = process.state.get("children")
    if children is not None:
        for child in reversed(children):
            if child.__class__ is tuple and child[0] is OK:
                shut_down(child[1].process)
        processes.terminate(process, reason)
        return
    if process.trap_exit:
        processes.deliver(process, (STOP_MESSAGE, reason))
    else:
        processes.signal(process, current().pid, reason)
    deadline = processes.deadline_of(STOP_SECONDS * 1000)
    with process.arrived:
        while process.alive and processes.wait(process, deadline):
            pass
    if process.alive:
        processes.terminate(process, reason)


def _stop_supervisor(target: Any, reason: Any = NORMAL, timeout: Any = INFINITY) -> Any:
    """``Supervisor.stop/3``."""
    process = processes.find(target)
    if process is None or not process.alive:
        raise _fail(NOPROC, alias("Supervisor"), "stop", [target, reason, timeout])
    shut_down(process, reason)
    return OK


def _supervisor() -> Module:
    made = native_module("Supervisor", {})

    def with_module(module: Any, arg: Any, options: Any = ()) -> Any:
        if module.__class__ is list:
            return supervise(module, arg)
        found = runtime().find(module)
        assert found is not None
        _, (flags, children) = found.functions["init/1"](arg)
        return supervise(children, options)

    made.functions.update({
        "start_link/2": with_module,
        "start_link/3": with_module,
        "start_link/1": supervise,
        "init/2": lambda children, options: (OK, (options, children)),
        "stop/1": _stop_supervisor,
        "stop/2": _stop_supervisor,
        "stop/3": _stop_supervisor,
        "which_children/1": lambda pid: processes.find(pid).state.get("children", []),  # type: ignore[union-attr]
    })  # fmt: skip
    return made


def _gen_server() -> Module:
    made = native_module("GenServer", {})
    made.functions.update({
        "start_link/2": start_link, "start_link/3": start_link, "start/2": start, "start/3": start,
        "call/2": call, "call/3": call, "cast/2": cast, "reply/2": reply, "whereis/1": whereis,
        "stop/1": stop, "stop/2": stop, "stop/3": stop,
    })  # fmt: skip
    return made


MODULE = _gen_server()
MODULES_BY_NAME = {
    "Elixir.GenServer": MODULE,
    "Elixir.Agent": _agent(),
    "Elixir.Supervisor": _supervisor(),
    "Elixir.DynamicSupervisor": _supervisor(),
}
