"""Supervisor and DynamicSupervisor: processes that start, restart and stop others."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Any

from defnpy.stdlib import genserver, processes
from defnpy.stdlib.genserver import ERROR, GEN_SERVER, IGNORE, NOREPLY, STOP, Server, child_specification
from defnpy.stdlib.kernel import apply
from defnpy.stdlib.util import INFINITY, OK, option
from defnpy.terms import map as maps
from defnpy.terms.atom import Atom, alias
from defnpy.terms.errors import ArgumentError
from defnpy.terms.inspect import inspect
from defnpy.terms.module import Module, native_module
from defnpy.terms.order import strict_equal
from defnpy.terms.process import Pid, Process, current

ID, START, RESTART, SHUTDOWN, TYPE, MODULES = (Atom(n) for n in ("id", "start", "restart", "shutdown", "type", "modules"))
KEYS = (ID, START, RESTART, SHUTDOWN, TYPE, MODULES, Atom("significant"))
PERMANENT, TRANSIENT, TEMPORARY = Atom("permanent"), Atom("transient"), Atom("temporary")
ONE_FOR_ALL, REST_FOR_ONE = Atom("one_for_all"), Atom("rest_for_one")
WORKER, SUPERVISOR, UNDEFINED, NOT_FOUND = Atom("worker"), Atom("supervisor"), Atom("undefined"), Atom("not_found")
BRUTAL_KILL, KILL, EXIT, RUNNING = Atom("brutal_kill"), Atom("kill"), Atom("EXIT"), Atom("running")
CALL = genserver.CALL
DYNAMIC = alias("DynamicSupervisor")
SIGNIFICANT, DYNAMIC_MODULES = Atom("significant"), Atom("dynamic")


class Child:
    """One child: its specification, and its pid while it runs."""

    __slots__ = ("pid", "spec")

    def __init__(self, spec: Any, pid: Any) -> None:
        self.spec = spec
        self.pid = pid

    @property
    def kind(self) -> Any:
        return self.spec.get(TYPE, WORKER)

    @property
    def row(self) -> Any:
        """``{id, pid, type, modules}``."""
        return (self.spec[ID], self.pid, self.kind, self.spec.get(MODULES, [_module_of(self.spec)]))

    def lives_on(self, reason: Any) -> bool:
        """Whether a child that ended for *reason* is started again."""
        restart = self.spec.get(RESTART, PERMANENT)
        return restart is PERMANENT or (restart is TRANSIENT and not processes.is_normal(reason))


def _module_of(spec: Any) -> Any:
    start = spec[START]
    return start[0] if start.__class__ is tuple else spec[ID]


def spec_problem(spec: Any, dynamic: bool) -> Any:
    """What is wrong with a child's specification, as supervisors answer it; None when nothing is."""
    if START not in spec or (ID not in spec and not dynamic):
        return (Atom("invalid_child_spec"), spec) if dynamic else Atom("missing_id" if ID not in spec else "missing_start")
    start, how = spec[START], spec.get(SHUTDOWN, 5000)
    kind, restart, modules = spec.get(TYPE, WORKER), spec.get(RESTART, PERMANENT), spec.get(MODULES, [])
    is_call = start.__class__ is tuple and [part.__class__ for part in start] == [Atom, Atom, list]
    checks: list[tuple[str, Any, bool]] = [
        ("mfa", start, is_call or callable(start)),
        ("restart_type", restart, restart in (PERMANENT, TRANSIENT, TEMPORARY)),
        ("child_type", kind, kind is WORKER or kind is SUPERVISOR),
        ("shutdown", how, how is INFINITY or how is BRUTAL_KILL or (how.__class__ is int and how >= 0)),
        ("significant", spec.get(SIGNIFICANT), spec.get(SIGNIFICANT, False) is False or not dynamic),
        ("modules", modules, modules is DYNAMIC_MODULES or modules.__class__ is list),
    ]
    return next(((Atom(f"invalid_{name}"), value) for name, value, fine in checks if not fine), None)


def _record(spec: Any) -> Any:
    """A child as Erlang's supervisor shows it beside the reason for which it did not start."""
    kind = spec.get(TYPE, WORKER)
    how = spec.get(SHUTDOWN, INFINITY if kind is SUPERVISOR else 5000)
    return (Atom("child"), UNDEFINED, spec[ID], spec[START], spec.get(RESTART, PERMANENT), spec.get(SIGNIFICANT, False), how, kind,
            spec.get(MODULES, [_module_of(spec)]))


class SupervisorServer(Server):
    """The loop of a supervisor; *dynamic* ones start without children and give them no ids."""

    def __init__(self, children: Callable[[], Any], dynamic: bool = False) -> None:
        super().__init__(lambda name: None, SUPERVISOR)
        self.describe = children
        self.dynamic = dynamic
        self.children: list[Child] = []
        self.restarts: deque[float] = deque()

    def begin(self) -> Any:
        """``init``: take the flags and start the children in order."""
        answer = self.describe()
        if answer is IGNORE:
            return IGNORE
        flags, specs = answer
        self.strategy = _flag(flags, "strategy", Atom("one_for_one"))
        self.intensity = _flag(flags, "max_restarts", 3)
        self.period = _flag(flags, "max_seconds", 5)
        self.most = _flag(flags, "max_children", INFINITY)
        self.extra = _flag(flags, "extra_arguments", [])
        bad = self.bad_flag()
        if bad is not None:
            return (STOP, (Atom("supervisor_data"), bad))
        current().trap_exit = True
        for spec in [child_specification(spec) for spec in specs]:
            problem = spec_problem(spec, self.dynamic) or self.taken(spec)
            if problem is not None:
                return (STOP, (Atom("start_spec"), problem))
            answer = self.launch(spec)
            if answer[0] is ERROR:
                self.stop_all()
                return (STOP, (SHUTDOWN, (Atom("failed_to_start_child"), spec[ID], answer[1])))
            self.keep(spec, answer[1])
        return (OK, None)

    def taken(self, spec: Any) -> Any:
        """What is wrong with a child whose id another one has."""
        return (Atom("duplicate_child_name"), spec[ID]) if self.find_child(spec[ID]) is not None else None

    def bad_flag(self) -> Any:
        """``{:invalid_..., value}`` of the first flag that is none."""
        strategies = ("one_for_one",) if self.dynamic else ("one_for_one", "one_for_all", "rest_for_one")
        checks: list[tuple[str, Any, bool]] = [
            ("strategy", self.strategy, self.strategy.__class__ is Atom and self.strategy.name in strategies),
            ("intensity", self.intensity, self.intensity.__class__ is int and self.intensity >= 0),
            ("period", self.period, self.period.__class__ is int and self.period > 0),
            ("max_children", self.most, self.most is INFINITY or (self.most.__class__ is int and self.most >= 0)),
            ("extra_arguments", self.extra, self.extra.__class__ is list),
        ]
        return next(((Atom(f"invalid_{name}"), value) for name, value, fine in checks if not fine), None)

    def launch(self, spec: Any) -> Any:
        """``{:ok, pid, ...}`` or ``{:error, reason}`` of a child's start function."""
        start = spec[START]
        try:
            answer = start() if callable(start) else apply(start[0], start[1], [*self.extra, *start[2]])
        except Exception as error:
            reason = processes.reason_of(error)
            return (ERROR, reason if self.dynamic else (EXIT, reason))
        if answer is IGNORE:
            return (OK, UNDEFINED)
        if answer.__class__ is tuple and answer[0] in (OK, ERROR):
            return answer
        return (ERROR, answer)

    def keep(self, spec: Any, pid: Any) -> None:
        if pid is not UNDEFINED or not (self.dynamic or spec.get(RESTART) is TEMPORARY):
            self.children.append(Child(spec, pid))

    # -- requests --

    def handle(self, message: Any) -> Any:
        kind = message.__class__
        if kind is tuple and message and message[0] is CALL:
            name, *args = message[2] if message[2].__class__ is tuple else (message[2],)
            genserver.reply(message[1], getattr(self, f"on_{name.name}")(*args))
            return (NOREPLY, None)
        if kind is tuple and len(message) == 3 and message[0] is EXIT:
            return self.ended(message[1], message[2])
        if kind is tuple and message and message[0] is genserver.STOP_MESSAGE:
            return (STOP, message[1], None)
        return (NOREPLY, None)

    def find_child(self, key: Any) -> Child | None:
        """The child of an id, or of a pid in a dynamic supervisor."""
        for child in self.children:
            if strict_equal(child.pid if self.dynamic else child.spec[ID], key):
                return child
        return None

    def on_start_child(self, given: Any) -> Any:
        spec = child_specification(given)
        problem = spec_problem(spec, self.dynamic)
        if problem is not None:
            return (ERROR, problem)
        if not self.dynamic:
            found = self.find_child(spec[ID])
            if found is not None:
                return (ERROR, Atom("already_present") if found.pid is UNDEFINED else (Atom("already_started"), found.pid))
        elif self.most is not INFINITY and len(self.children) >= self.most:
            return (ERROR, Atom("max_children"))
        answer = self.launch(spec)
        if answer[0] is OK:
            self.keep(spec, answer[1])
            return IGNORE if self.dynamic and answer[1] is UNDEFINED else answer
        return answer if self.dynamic else (ERROR, (answer[1], _record(spec)))

    def on_terminate_child(self, key: Any) -> Any:
        child = self.find_child(key)
        if child is None:
            return (ERROR, NOT_FOUND)
        self.stop(child)
        if self.dynamic or child.spec.get(RESTART) is TEMPORARY:
            self.children.remove(child)
        return OK

    def on_delete_child(self, key: Any) -> Any:
        child = self.find_child(key)
        if child is None:
            return (ERROR, NOT_FOUND)
        if child.pid is not UNDEFINED:
            return (ERROR, RUNNING)
        self.children.remove(child)
        return OK

    def on_restart_child(self, key: Any) -> Any:
        child = self.find_child(key)
        if child is None:
            return (ERROR, NOT_FOUND)
        if child.pid is not UNDEFINED:
            return (ERROR, RUNNING)
        answer = self.launch(child.spec)
        if answer[0] is OK:
            child.pid = answer[1]
        return answer

    def on_which_children(self) -> Any:
        if self.dynamic:
            return [(UNDEFINED, *child.row[1:]) for child in self.children]
        return [child.row for child in reversed(self.children)]

    def on_count_children(self) -> Any:
        supervisors = sum(child.kind is SUPERVISOR for child in self.children)
        counts = {"active": sum(child.pid is not UNDEFINED for child in self.children), "workers": len(self.children) - supervisors,
                  "supervisors": supervisors, "specs": len(self.children)}
        return {Atom(k): v for k, v in counts.items()}

    # -- ends and restarts --

    def ended(self, pid: Any, reason: Any) -> Any:
        """A linked process is over: a child is restarted as the strategy says, the parent takes the supervisor along."""
        child = next((c for c in self.children if c.pid is pid), None)
        if child is None:
            return (STOP, reason, None) if pid is self.parent else (NOREPLY, None)
        if not child.lives_on(reason):
            if self.dynamic or child.spec.get(RESTART) is TEMPORARY:
                self.children.remove(child)
            else:
                child.pid = UNDEFINED
            return (NOREPLY, None)
        child.pid = UNDEFINED
        return (NOREPLY, None) if self.restart(child) else (STOP, SHUTDOWN, None)

    def restart(self, child: Child) -> bool:
        """Start *child* again, with others where the strategy says so; false when that happened too often."""
        while True:
            now = time.monotonic()
            self.restarts.append(now)
            while now - self.restarts[0] > self.period:
                self.restarts.popleft()
            if len(self.restarts) > self.intensity:
                return False
            failed = next((c for c in self.affected(child) if not self.again(c)), None)
            if failed is None:
                return True
            child = failed

    def affected(self, child: Child) -> list[Child]:
        """Those that start anew with *child*, stopped."""
        if self.strategy is not ONE_FOR_ALL and self.strategy is not REST_FOR_ONE:
            return [child]
        place = self.children.index(child) if self.strategy is REST_FOR_ONE else 0
        chosen = self.children[place:]
        for other in reversed(chosen):
            self.stop(other)
        gone = [c for c in chosen if c is not child and c.spec.get(RESTART) is TEMPORARY]
        self.children = [c for c in self.children if c not in gone]
        return [c for c in chosen if c not in gone]

    def again(self, child: Child) -> bool:
        answer = self.launch(child.spec)
        if answer[0] is OK:
            child.pid = answer[1]
            if self.dynamic and child.pid is UNDEFINED:
                self.children.remove(child)
        return bool(answer[0] is OK)

    def stop(self, child: Child) -> None:
        """End a child as its ``:shutdown`` says, and wait for it."""
        pid, child.pid = child.pid, UNDEFINED
        if pid.__class__ is not Pid:
            return
        pid.process.links.discard(current())
        current().links.discard(pid.process)
        how = child.spec.get(SHUTDOWN, INFINITY if child.kind is SUPERVISOR else 5000)
        processes.exit_process(pid, KILL if how is BRUTAL_KILL else SHUTDOWN)
        if how is not BRUTAL_KILL and not await_end(pid.process, how):
            processes.exit_process(pid, KILL)

    def stop_all(self) -> None:
        for child in reversed(self.children):
            self.stop(child)

    def finish(self, reason: Any) -> None:
        self.stop_all()
        super().finish(reason)


def await_end(process: Process, timeout: Any) -> bool:
    """Wait until *process* is over; false when *timeout* milliseconds are."""
    deadline = processes.deadline_of(timeout)
    with process.arrived:
        while process.alive:
            if not processes.wait(process, deadline):
                return False
    return True


def _flag(flags: Any, name: str, default: Any) -> Any:
    if flags.__class__ is dict:
        value = flags.get(Atom({"max_restarts": "intensity", "max_seconds": "period"}.get(name, name)), default)
    else:
        value = option(flags, name, default)
    return value


# ------------------------------------------------------------------------------------------------------- functions


def start(children: Any, options: Any, dynamic: bool = False) -> Any:
    """Start a supervisor of *children*, linked to the caller; the options are its flags and its name."""
    server = SupervisorServer(lambda: (options, children), dynamic)
    return genserver.start_server(server, server.begin, options, True)


def _start_module(module: Any, arg: Any, options: Any, dynamic: bool) -> Any:
    def describe() -> Any:
        answer = apply(module, Atom("init"), [arg])
        if answer is IGNORE:
            return IGNORE
        flags = answer[1]
        return (flags, []) if dynamic else flags

    server = SupervisorServer(describe, dynamic)
    return genserver.start_server(server, server.begin, options, True)


def start_link(first: Any, second: Any, options: Any = ()) -> Any:
    """``Supervisor.start_link/2,3``: children and flags, or a module with its argument."""
    if first.__class__ is list:
        if option(second, "strategy") is None:
            raise ArgumentError("expected :strategy option to be given")
        return start(first, second)
    return _start_module(first, second, options, False)


def init(children: Any, options: Any) -> Any:
    """``Supervisor.init/2``."""
    flags = {Atom(key): option(options, name, default) for key, name, default in
             (("strategy", "strategy", None), ("intensity", "max_restarts", 3), ("period", "max_seconds", 5),
              ("auto_shutdown", "auto_shutdown", Atom("never")))}
    return (OK, (flags, [child_specification(child) for child in children]))


def child_spec(child: Any, overrides: Any) -> Any:
    """``Supervisor.child_spec/2``."""
    spec = dict(child_specification(child))
    for key, value in overrides:
        if key not in KEYS:
            raise ArgumentError(f"unknown key {inspect(key)} in child specification override")
        spec[maps.key(key)] = value
    return spec


def _request(name: str) -> Callable[..., Any]:
    def ask(supervisor: Any, *args: Any) -> Any:
        return genserver.call(supervisor, (Atom(name), *args) if args else Atom(name), INFINITY)

    return ask


def _start_dynamic_child(supervisor: Any, given: Any) -> Any:
    """``DynamicSupervisor.start_child/2``: the caller checks the specification."""
    spec = child_specification(given)
    problem = spec_problem(spec, True)
    return (ERROR, problem) if problem is not None else genserver.call(supervisor, (Atom("start_child"), spec), INFINITY)


def _own_spec(module: Any) -> Callable[[Any], Any]:
    def spec(arg: Any) -> Any:
        name = option(arg, "name", module) if arg.__class__ is list else module
        return {ID: name, START: (module, Atom("start_link"), [arg]), TYPE: SUPERVISOR}

    return spec


def stop(supervisor: Any, reason: Any = genserver.NORMAL, timeout: Any = INFINITY) -> Any:
    """``Supervisor.stop/1..3``."""
    return genserver.stop(supervisor, reason, timeout, GEN_SERVER)


def start_dynamic(options: Any) -> Any:
    """``DynamicSupervisor.start_link/1``."""
    return start([], options, True)


def _dynamic_init(options: Any) -> Any:
    flags = {Atom(key): option(options, name, default) for key, name, default in (
        ("strategy", "strategy", Atom("one_for_one")), ("intensity", "max_restarts", 3), ("period", "max_seconds", 5),
        ("max_children", "max_children", INFINITY), ("extra_arguments", "extra_arguments", []))}
    return (OK, flags)


def _supervisor() -> Module:
    made = native_module("Supervisor", {})
    made.functions.update({
        "start_link/2": start_link, "start_link/3": start_link, "init/2": init, "child_spec/2": child_spec,
        **{f"stop/{n}": stop for n in (1, 2, 3)},
    })  # fmt: skip
    for name, arity in (("start_child", 2), ("terminate_child", 2), ("delete_child", 2), ("restart_child", 2), ("which_children", 1),
                        ("count_children", 1)):
        made.functions[f"{name}/{arity}"] = _request(name)
    return made


def _dynamic() -> Module:
    made = native_module("DynamicSupervisor", {})
    made.functions.update({
        "start_link/1": start_dynamic, "start_link/2": lambda module, arg: _start_module(module, arg, (), True),
        "start_link/3": lambda module, arg, options: _start_module(module, arg, options, True),
        "init/1": _dynamic_init, "child_spec/1": _own_spec(DYNAMIC), **{f"stop/{n}": stop for n in (1, 2, 3)},
    })  # fmt: skip
    made.functions["start_child/2"] = _start_dynamic_child
    for name, arity in (("terminate_child", 2), ("which_children", 1), ("count_children", 1)):
        made.functions[f"{name}/{arity}"] = _request(name)
    return made


MODULE = _supervisor()
MODULES_BY_NAME = {"Elixir.Supervisor": MODULE, "Elixir.DynamicSupervisor": _dynamic()}
