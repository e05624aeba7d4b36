"""GenServer, Agent and the specifications of children."""

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
from defnpy.terms.errors import ElixirError, Exit, RuntimeError_, Throw
from defnpy.terms.inspect import inspect
from defnpy.terms.module import Module, native_module
from defnpy.terms.process import current
from defnpy.terms.runtime import runtime

CALL, CAST, STOP_MESSAGE = Atom("$gen_call"), Atom("$gen_cast"), Atom("$gen_stop")
REPLY, NOREPLY, STOP, IGNORE, CONTINUE = Atom("reply"), Atom("noreply"), Atom("stop"), Atom("ignore"), Atom("continue")
NORMAL, NOPROC, TIMEOUT, ERROR = Atom("normal"), Atom("noproc"), Atom("timeout"), Atom("error")
DOWN, EXIT, SHUTDOWN, SYSTEM = Atom("DOWN"), Atom("EXIT"), Atom("shutdown"), Atom("system")
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
            self.last = TIMEOUT if message is None else message[0]
            if self.step(lambda: self.handle(self.last)):
                return

    def step(self, work: Callable[[], Any]) -> bool:
        """Run a callback and take over its answer; ``terminate/2`` hears of what it raised. True when the server stops."""
        try:
            try:
                answer = work()
            except Throw as thrown:
                answer = thrown.value
            return self.after(answer)
        except Stopped:
            raise
        except (ElixirError, Exit) as error:
            if isinstance(error, processes.ExitSignal):
                raise
            self.terminate(processes.reason_of(error))
            if isinstance(error, Exit) and not _expected(error.reason):
                self.report_stop(error.reason)
            raise

    def handle(self, message: Any) -> Any:
        if message.__class__ is tuple and message and message[0] is CALL and len(message) == 3:
            return self.call("handle_call/3", message[2], message[1], self.state)
        if message.__class__ is tuple and message and message[0] is CAST and len(message) == 2:
            return self.call("handle_cast/2", message[1], self.state)
        if message.__class__ is tuple and message and message[0] is STOP_MESSAGE:
            return (STOP, message[1], self.state)
        if message.__class__ is tuple and message and message[0] is SYSTEM:
            return self.system(message[1], message[2])
        if message.__class__ is tuple and len(message) == 3 and message[0] is EXIT and message[1] is self.parent:
            return (STOP, message[2], self.state)
        if self.find("handle_info/2") is None:
            self.unexpected(message)
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
        if answer.__class__ is not tuple or not answer:
            return answer
        if name == "handle_call/3" and answer[0] is REPLY:
            reply(args[1], answer[1])
            answer = (NOREPLY, *answer[2:])
        elif name == "handle_call/3" and answer[0] is STOP and len(answer) == 4:
            self.stopping_reply = (args[1], answer[2])
            answer = (STOP, answer[1], answer[3])
        return answer

    stopping_reply: Any = None
    parent: Any = None
    last: Any = None

    def system(self, client: Any, request: Any) -> Any:
        """A request of ``:sys``: the state, or a function that makes a new one."""
        if request is not None:
            self.state = request(self.state)
        reply(client, self.state)
        return (NOREPLY, self.state)

    def after(self, answer: Any) -> bool:
        """Take over the new state; true when the server stops."""
        kind = answer[0] if answer.__class__ is tuple and len(answer) in (2, 3) else None
        if kind is NOREPLY:
            self.state = answer[1]
            self.wait = INFINITY
            if len(answer) == 3:
                if answer[2].__class__ is tuple and answer[2][0] is CONTINUE:
                    return self.after(self.call("handle_continue/2", answer[2][1], self.state))
                self.wait = answer[2] if answer[2].__class__ is int else INFINITY
            return False
        if kind is STOP and len(answer) == 3:
            self.state = answer[2]
            self.finish(answer[1])
            return True
        raise Exit((Atom("bad_return_value"), answer))

    def terminate(self, reason: Any) -> None:
        terminate = self.find("terminate/2")
        if terminate is not None:
            terminate(reason, self.state)

    def finish(self, reason: Any) -> None:
        self.terminate(reason)
        if self.stopping_reply is not None:
            reply(*self.stopping_reply)
        if reason is not NORMAL:
            if not _expected(reason):
                self.report_stop(reason)
            raise Stopped(reason)

    # -- what the log says --

    def title(self) -> str:
        names = [name for name, process in runtime().registered.items() if process is current()]
        return f"GenServer {inspect(names[0] if names else current().pid)} terminating"

    def facts(self) -> str:
        """The last message and the state, for the report of a crash."""
        last, sender = self.last, ""
        if last.__class__ is tuple and last and last[0] is CALL:
            sender, last = f" (from {inspect(last[1][0])})", last[2]
        elif last.__class__ is tuple and last and last[0] is CAST:
            last = (CAST, last[1])
        return f"\nLast message{sender}: {inspect(last)}\nState: {inspect(self.state)}"

    def report_stop(self, reason: Any) -> None:
        from defnpy.stdlib.logger import emit
        from defnpy.terms.exception import format_exit

        emit(ERROR, f"{self.title()}\n** (stop) {format_exit(reason)}{self.facts()}")

    def unexpected(self, message: Any) -> None:
        """The log line of a message that no ``handle_info/2`` takes."""
        from defnpy.stdlib.logger import emit

        if self.label.__class__ is Atom and self.label is not AGENT:
            emit(ERROR, f"{inspect(self.label)} {inspect(current().pid)} received unexpected message in handle_info/2: {inspect(message)}")


class Stopped(Exit):
    """The end of a server whose callback asked for it."""


def _expected(reason: Any) -> bool:
    """Whether a stop for *reason* is no fault: normal, shutdown or ``{:shutdown, term}``."""
    return reason is NORMAL or reason is SHUTDOWN or (reason.__class__ is tuple and len(reason) == 2 and reason[0] is SHUTDOWN)


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
    if name is not None:
        taken = processes.find(name)
        if taken is not None and taken.alive:
            return (ERROR, (Atom("already_started"), taken.pid))
    ready = threading.Event()
    answers: list[Any] = []
    server.parent = current().pid

    def run() -> None:
        me = current()
        me.state["at_end"] = [ready.set]
        me.state["report"] = lambda: (server.title(), server.facts())
        if name is not None and not processes.register(name, me):
            answers.append((ERROR, (Atom("already_started"), whereis(name))))
            return
        try:
            answer = begin()
        except BaseException as error:
            answers.append((ERROR, processes.reason_of(error)))
            raise
        if answer.__class__ is tuple and answer[0] is OK:
            answers.append((OK, me.pid))
            ready.set()
            if not server.step(lambda: (NOREPLY, *answer[1:])):
                server.serve()
        elif answer is IGNORE:
            answers.append(IGNORE)
        elif answer.__class__ is tuple and len(answer) == 2 and answer[0] in (STOP, ERROR):
            answers.append((ERROR, answer[1]))
            if answer[0] is STOP:
                raise Exit(answer[1])
        else:
            bad = (Atom("bad_return_value"), answer)
            answers.append((ERROR, bad))
            raise Exit(bad)

    processes.spawn(run, link=link)
    ready.wait()
    if link and answers[0].__class__ is tuple and answers[0][0] is ERROR:
        processes.check_signal(current())
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


def call(target: Any, request: Any, timeout: Any = 5000, owner: Any = GEN_SERVER, name: str = "call", tag: Atom = CALL) -> Any:
    """``GenServer.call/2,3``."""
    shown = [target, request, timeout]
    process = processes.find(target)
    if process is None or not process.alive:
        raise _fail(NOPROC, owner, name, shown)
    if process is current():
        raise _fail(Atom("calling_self"), owner, name, shown)
    reference = processes.monitor(process.pid)
    processes.deliver(process, (tag, (current().pid, reference), request))

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


# ------------------------------------------------------------------------------------------------------- children


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


def _gen_server() -> Module:
    made = native_module("GenServer", {})
    made.functions.update({
        "start_link/2": start_link, "start_link/3": start_link, "start/2": start, "start/3": start,
        "call/2": call, "call/3": call, "cast/2": cast, "reply/2": reply, "whereis/1": whereis,
        "stop/1": stop, "stop/2": stop, "stop/3": stop,
    })  # fmt: skip
    return made


def _system(target: Any, work: Any, timeout: Any) -> Any:
    return call(target, work, timeout, Atom("sys"), "get_state" if work is None else "replace_state", SYSTEM)


def _sys() -> Module:
    """``:sys``: looking at the state of a server from outside."""
    made = native_module("sys", {}, erlang=True)
    made.functions.update({
        "get_state/1": lambda target: _system(target, None, 5000),
        "get_state/2": lambda target, timeout: _system(target, None, timeout),
        "replace_state/2": lambda target, fun: _system(target, fun1(fun), 5000),
        "replace_state/3": lambda target, fun, timeout: _system(target, fun1(fun), timeout),
    })  # fmt: skip
    return made


MODULE = _gen_server()
MODULES_BY_NAME = {
    "Elixir.GenServer": MODULE,
    "Elixir.Agent": _agent(),
    "sys": _sys(),
}
