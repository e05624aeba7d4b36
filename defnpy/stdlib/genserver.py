"""GenServer, Agent and the specifications of children."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from defnpy.stdlib import processes
from defnpy.stdlib.calls import fun0, fun1
from defnpy.stdlib.kernel import apply
from defnpy.stdlib.util import INFINITY, OK, option
from defnpy.terms import map as maps
from defnpy.terms.atom import Atom, alias
from defnpy.terms.binary import NOMATCH
from defnpy.terms.errors import ArgumentError, ElixirError, Exit, RuntimeError_, Throw
from defnpy.terms.inspect import inspect
from defnpy.terms.module import Module, native_module
from defnpy.terms.order import strict_equal
from defnpy.terms.process import Reference, current
from defnpy.terms.runtime import runtime

CALL, CAST, STOP_MESSAGE = Atom("$gen_call"), Atom("$gen_cast"), Atom("$gen_stop")
REPLY, NOREPLY, STOP, IGNORE, CONTINUE = Atom("reply"), Atom("noreply"), Atom("stop"), Atom("ignore"), Atom("continue")
NORMAL, NOPROC, TIMEOUT, ERROR = Atom("normal"), Atom("noproc"), Atom("timeout"), Atom("error")
DOWN, EXIT, SHUTDOWN, SYSTEM = Atom("DOWN"), Atom("EXIT"), Atom("shutdown"), Atom("system")
ANCESTORS, INITIAL_CALL = Atom("$ancestors"), Atom("$initial_call")
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
            message = processes.receive(me, self.wanted, self.wait, lambda: None)
            self.last = TIMEOUT if message is None else message[0]
            if self.step(lambda: self.take(self.last)):
                return

    def wanted(self, message: Any) -> Any:
        """While it is suspended, a server takes nothing but requests of ``:sys``."""
        return NOMATCH if self.suspended and not _is_system(message) else (message,)

    def take(self, message: Any) -> Any:
        return self.system(message[1], message[2]) if _is_system(message) else self.handle(message)

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
            if isinstance(error, Exit) and not processes.is_normal(error.reason):
                processes.report_stop(current(), error.reason)
            raise

    def handle(self, message: Any) -> Any:
        if message.__class__ is tuple and message and message[0] is CALL and len(message) == 3:
            return self.call("handle_call/3", message[2], message[1], self.state)
        if message.__class__ is tuple and message and message[0] is CAST and len(message) == 2:
            return self.call("handle_cast/2", message[1], self.state)
        if message.__class__ is tuple and message and message[0] is STOP_MESSAGE:
            return (STOP, message[1], self.state)
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
    initial: Any = None
    suspended = False
    ending: Any = None  # the reason for which :sys ends the server, in a tuple

    def system(self, client: Any, work: Callable[[Server], Any]) -> Any:
        """A request of ``:sys``: a function of the server."""
        reply(client, work(self))
        return (NOREPLY, self.state) if self.ending is None else (STOP, self.ending[0], self.state)

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
            if not processes.is_normal(reason):
                processes.report_stop(current(), reason)
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

    def unexpected(self, message: Any) -> None:
        """The log line of a message that no ``handle_info/2`` takes."""
        from defnpy.stdlib.logger import emit

        if self.label.__class__ is Atom and self.label is not AGENT:
            emit(ERROR, f"{inspect(self.label)} {inspect(current().pid)} received unexpected message in handle_info/2: {inspect(message)}")


def _is_system(message: Any) -> bool:
    return message.__class__ is tuple and len(message) == 3 and message[0] is SYSTEM


class Stopped(Exit):
    """The end of a server whose callback asked for it."""


def reply(client: Any, value: Any) -> Any:
    """``GenServer.reply/2``."""
    pid, reference = client
    if reference.__class__ is Reference and reference.once:
        processes.answer(reference, (reference, value))
    else:
        processes.send(pid, (reference, value))
    return OK


def _callbacks(module: Any) -> Callable[[str], Handler | None]:
    def find(name: str) -> Handler | None:
        found = runtime().find(module)
        return found.functions.get(name) if found is not None else None

    return find


def _check_name(name: Any) -> None:
    fine = name is None or name.__class__ is Atom
    if name.__class__ is tuple and name:
        fine = (len(name) == 2 and name[0] is processes.GLOBAL) or (len(name) == 3 and name[0] is processes.VIA and name[1].__class__ is Atom)
    if not fine:
        raise ArgumentError(
            "expected :name option to be one of the following:\n\n  * nil\n  * atom\n  * {:global, term}\n  * {:via, module, term}\n\n"
            f"Got: {inspect(name)}\n"
        )


def start_server(server: Server, begin: Callable[[], Any], options: Any, link: bool) -> Any:
    """Run *begin* (``init``) in a new process and wait for its answer."""
    name = option(options, "name")
    _check_name(name)
    if name is not None:
        taken = processes.find(name)
        if taken is not None and taken.alive:
            return (ERROR, (Atom("already_started"), taken.pid))
    ready = threading.Event()
    answers: list[Any] = []
    parent = current()
    server.parent = parent.pid
    initial = server.initial or (server.label, Atom("init"), 1)

    def run() -> None:
        me = current()
        me.state["at_end"] = [ready.set]
        before = parent.dictionary.get(ANCESTORS)
        me.dictionary[ANCESTORS] = [parent.pid, *(before if before.__class__ is list else ())]
        me.dictionary[INITIAL_CALL] = initial
        priority = option(option(options, "spawn_opt", ()), "priority")
        if priority is not None:
            me.state["flag_priority"] = priority
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
    away = processes.other_node(target)
    if away is not None:
        raise _fail((Atom("nodedown"), away), owner, name, shown)
    if process is None or not process.alive:
        raise _fail(NOPROC, owner, name, shown)
    if process is current():
        raise _fail(Atom("calling_self"), owner, name, shown)
    # As an alias the reference refuses answers that come after the time limit.
    reference = processes.monitor(process.pid, Reference(current(), once=True))
    processes.deliver(process, (tag, (current().pid, reference), request))

    def match(message: Any) -> Any:
        if message.__class__ is tuple and len(message) == 2 and message[0] is reference:
            return (True, message[1])
        if message.__class__ is tuple and len(message) == 5 and message[0] is DOWN and message[1] is reference:
            return (False, message[4])
        return NOMATCH

    found = processes.receive(current(), match, timeout, lambda: None)
    if found is None:
        processes.demonitor(reference, flush=True)
        raise _fail(TIMEOUT, owner, name, shown)
    if not found[0]:
        raise _fail(found[1], owner, name, shown)
    return found[1]


def cast(target: Any, request: Any) -> Any:
    """``GenServer.cast/2``: what nobody receives is no error."""
    try:
        process = processes.find(target)
    except ElixirError:
        return OK
    if process is not None:
        processes.deliver(process, (CAST, request))
    return OK


def abcast(*args: Any) -> Any:
    """``GenServer.abcast/2,3``: a cast on each node; only this one exists."""
    nodes, name, request = args if len(args) == 3 else ([processes.NO_NODE], *args)
    if processes.NO_NODE in nodes:
        cast(name, request)
    return Atom("abcast")


def multi_call(*args: Any) -> Any:
    """``GenServer.multi_call/2..4``: the answers of the nodes, and the nodes without one."""
    nodes, name, request, timeout = ([processes.NO_NODE], *args, INFINITY) if len(args) == 2 else (*args, INFINITY)[:4]
    answers, missing = [], []
    for node in nodes:
        try:
            answers.append((node, call((name, node), request, timeout)))
        except Exit:
            missing.append(node)
    return (answers, missing)


def stop(target: Any, reason: Any = NORMAL, timeout: Any = INFINITY, owner: Any = GEN_SERVER) -> Any:
    """``GenServer.stop/1..3``."""
    shown = [target, reason, timeout]
    process = processes.find(target)
    if process is None or not process.alive:
        raise _fail(NOPROC, owner, "stop", shown)
    if process is current():
        raise _fail(Atom("calling_self"), owner, "stop", shown)
    watch = processes.monitor(process.pid)
    processes.deliver(process, (STOP_MESSAGE, reason))
    match = lambda m: (m[4],) if m.__class__ is tuple and len(m) == 5 and m[0] is DOWN and m[1] is watch else NOMATCH  # noqa: E731
    ended = processes.receive(current(), match, timeout)
    if ended is None:
        processes.demonitor(watch, flush=True)
        raise _fail(TIMEOUT, owner, "stop", shown)
    if not strict_equal(ended[0], reason):
        raise _fail(ended[0], owner, "stop", shown)
    return OK


def whereis(target: Any) -> Any:
    """``GenServer.whereis/1``."""
    if processes.other_node(target) is not None:
        return target
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


def _first_call(fun: Any) -> Any:
    from defnpy.stdlib.function import info

    facts = dict(info(fun))
    return tuple(facts[Atom(key)] for key in ("module", "name", "arity"))


def _agent_start(link: bool) -> Callable[..., Any]:
    def begin(*args: Any) -> Any:
        options = args[-1] if len(args) in (2, 4) else ()
        body = fun0(args[0]) if len(args) <= 2 else (lambda: apply(args[0], args[1], args[2]))
        server = _AgentServer()
        server.initial = args[:2] + (len(args[2]),) if len(args) > 2 else _first_call(args[0])
        return start_server(server, lambda: (OK, body()), options, link)

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


_CHILD_KEYS = tuple(Atom(name) for name in ("id", "start", "restart", "shutdown", "type", "modules"))
_NO_SPEC = """The module {module} was given as a child to a supervisor
but it does not implement child_spec/1.

If you own the given module, please define a child_spec/1 function
that receives an argument and returns a child specification as a map.
For example:

    def child_spec(opts) do
      %{{
        id: __MODULE__,
        start: {{__MODULE__, :start_link, [opts]}},
        type: :worker,
        restart: :permanent,
        shutdown: 500
      }}
    end

Note that "use Agent", "use GenServer" and so on automatically define
this function for you.

However, if you don't own the given module and it doesn't implement
child_spec/1, instead of passing the module name directly as a supervisor
child, you will have to pass a child specification as a map:

    %{{
      id: {module},
      start: {{{module}, :start_link, [arg1, arg2]}}
    }}

See the Supervisor documentation for more information
"""
_NO_CHILD = """supervisors expect each child to be one of the following:

  * a module
  * a {{module, arg}} tuple
  * a child specification as a map with at least the :id and :start fields
  * or a tuple with 6 elements generated by Supervisor.Spec (deprecated)

Got: {given}
"""


def child_specification(child: Any) -> Any:
    """The specification of a child given as one, as a tuple of its parts, as a module or as ``{module, arg}``."""
    if child.__class__ is Atom:
        child = (child, [])
    if child.__class__ is tuple and len(child) == 6:
        return dict(zip(_CHILD_KEYS, child, strict=True))
    if child.__class__ is tuple and len(child) == 2 and child[0].__class__ is Atom:
        module, arg = child
        found = runtime().find(module)
        if found is None:
            raise ArgumentError(f"The module {inspect(module)} was given as a child to a supervisor but it does not exist")
        spec = found.functions.get("child_spec/1")
        if spec is None and not found.native:
            raise ArgumentError(_NO_SPEC.format(module=inspect(module)))
        return spec(arg) if spec is not None else _child_spec(module)(arg)
    if child.__class__ is not dict:
        raise ArgumentError(_NO_CHILD.format(given=inspect(child)))
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
        "stop/1": stop, "stop/2": stop, "stop/3": stop, "abcast/2": abcast, "abcast/3": abcast,
        **{f"multi_call/{n}": multi_call for n in (2, 3, 4)},
    })  # fmt: skip
    return made


def _proc_lib() -> Module:
    """``:proc_lib``: what a process started with, and its label."""
    made = native_module("proc_lib", {}, erlang=True)
    label = Atom("$process_label")
    made.functions.update({
        "translate_initial_call/1": lambda pid: pid.process.dictionary.get(INITIAL_CALL),
        "initial_call/1": lambda pid: pid.process.dictionary.get(INITIAL_CALL, False),
        "get_label/1": lambda pid: pid.process.dictionary.get(label, Atom("undefined")),
        "set_label/1": lambda value: current().dictionary.update({label: value}) or OK,
    })  # fmt: skip
    return made


def _global() -> Module:
    """``:global`` on the one node that there is."""
    made = native_module("global", {}, erlang=True)

    def whereis_name(name: Any) -> Any:
        found = processes.find((processes.GLOBAL, name))
        return found.pid if found is not None else Atom("undefined")

    def send(name: Any, message: Any) -> Any:
        found = whereis_name(name)
        if found is Atom("undefined"):
            raise Exit((Atom("badarg"), (name, message)))
        processes.send(found, message)
        return found

    def register_name(name: Any, pid: Any) -> Any:
        return Atom("yes" if processes.register((processes.GLOBAL, name), pid.process) else "no")

    def unregister_name(name: Any) -> Any:
        runtime().options.get("global_names", {}).pop(maps.key(name), None)
        return OK

    made.functions.update({
        "whereis_name/1": whereis_name, "register_name/2": register_name, "unregister_name/1": unregister_name,
        "send/2": send,
        "registered_names/0": lambda: [maps.unkey(name) for name in runtime().options.get("global_names", {})],
    })  # fmt: skip
    return made


MODULE = _gen_server()
MODULES_BY_NAME = {
    "Elixir.GenServer": MODULE,
    "Elixir.Agent": _agent(),
    "proc_lib": _proc_lib(),
    "global": _global(),
}
