"""ExUnit.Callbacks: what setups and tests call while they run, and how callbacks are run."""

from __future__ import annotations

from typing import Any

from defnpy.stdlib import genserver, processes
from defnpy.stdlib import supervisor as supervisors
from defnpy.stdlib.calls import fun0
from defnpy.stdlib.exunit import case
from defnpy.stdlib.genserver import STOP_MESSAGE
from defnpy.stdlib.util import INFINITY, OK, UNSET
from defnpy.terms import map as maps
from defnpy.terms.atom import Atom
from defnpy.terms.errors import ArgumentError, RuntimeError_
from defnpy.terms.exception import format_exit
from defnpy.terms.inspect import inspect
from defnpy.terms.module import Module, ex, native_module
from defnpy.terms.order import strict_equal
from defnpy.terms.process import Pid, Process, Reference, current, enter, leave
from defnpy.terms.runtime import runtime
from defnpy.terms.struct import Struct, is_map, map_of

EXITS, SUPERVISOR = "ex_unit_on_exit", "ex_unit_supervisor"
KEPT = frozenset(Atom(n) for n in ("case", "file", "line", "test", "async", "registered", "describe"))
SHUTDOWN, EXIT, KILLED, CALLERS = Atom("shutdown"), Atom("EXIT"), Atom("killed"), Atom("$callers")
STOP_SECONDS = 5.0


def run_callbacks(module: Module, kind: str, context: dict[Any, Any]) -> dict[Any, Any]:
    """The context after all ``setup`` (or ``setup_all``) callbacks of a test module; those of a describe block come last."""
    suite = module.info["ex_unit"]
    describe = context.get(Atom("describe"))
    ordered = [c for c in suite[kind] if c[1] is None]
    if describe is not None:
        ordered += [c for c in suite[kind] if c[1] == describe]
    for name, _ in ordered:
        context = _run(module, kind, name, context)
    return context


def _run(module: Module, kind: str, name: Any, context: dict[Any, Any]) -> dict[Any, Any]:
    if name.__class__ is tuple:
        owner = runtime().find(name[0]) or runtime().module(name[0])
        if name[1].name == kind and "ex_unit" in owner.info:
            return run_callbacks(owner, kind, context)
        function = owner.functions[f"{name[1].name}/1"]
    else:
        signature = f"{name.name}/1"
        function = module.info["private"].get(signature) or module.functions[signature]
    return _merged(module.name, kind, context, function(context))


def _merged(module: Any, kind: str, context: dict[Any, Any], answer: Any) -> dict[Any, Any]:
    if answer is OK:
        return context
    value = answer[1] if answer.__class__ is tuple and len(answer) == 2 and answer[0] is OK else answer
    keyed = value.__class__ is list and all(p.__class__ is tuple and len(p) == 2 for p in value)
    if isinstance(value, Struct) or not (keyed or is_map(value)):
        raise RuntimeError_(f"expected ExUnit {kind} callback in {inspect(module)} to return the atom :ok, a keyword, or a map, "
                            f"got {inspect(answer)} instead")
    pairs = [(maps.key(k), v) for k, v in value] if value.__class__ is list else list(map_of(value).items())
    for key, new in pairs:
        if key in KEPT and key in context and not strict_equal(context[key], new):
            raise RuntimeError_(f"ExUnit {kind} callback in {inspect(module)} is trying to set reserved field {inspect(key)} to {inspect(new)}")
    return {**context, **dict(pairs)}


# -- on_exit -------------------------------------------------------------------------------------------------------------


@ex("on_exit/1", "on_exit/2")
def on_exit(name: Any, callback: Any = UNSET) -> Any:
    """Run *callback* when the test is over; a later one of the same name replaces it."""
    if callback is UNSET:
        name, callback = Reference(), name
    listed = current().state.get(EXITS)
    if listed is None:
        raise ArgumentError("on_exit/2 callback can only be invoked from the test process")
    for index, (other, _) in enumerate(listed):
        if strict_equal(other, name):
            listed[index] = (name, callback)
            return OK
    listed.append((name, callback))
    return OK


def finish(owner: Process) -> list[BaseException]:
    """Stop the supervised processes of a test and run its ``on_exit`` callbacks, last first; gives what they raised."""
    supervisor = owner.state.pop(SUPERVISOR, None)
    if supervisor is not None:
        _stop(supervisor)
    problems: list[BaseException] = []
    for _, callback in reversed(owner.state.get(EXITS, [])):
        token = enter(Process(owner))
        try:
            fun0(callback)()
        except Exception as error:
            problems.append(error)
        finally:
            leave(token)
    return problems


# -- supervised processes ------------------------------------------------------------------------------------------------


def _need_test(name: str) -> Process:
    me = current()
    if EXITS not in me.state:
        raise ArgumentError(f"{name} can only be invoked from the test process")
    return me


def supervisor() -> Any:
    """The pid of the test's supervisor, which is made when it is first needed and ends with the test."""
    me = current()
    if SUPERVISOR not in me.state:
        options = [(Atom("strategy"), Atom("one_for_one")), (Atom("max_restarts"), 1_000_000), (Atom("max_seconds"), 1)]
        made = supervisors.start([], options)[1].process
        made.dictionary[CALLERS] = [me.pid]
        processes.unlink(made.pid)
        me.state[SUPERVISOR] = made
    return me.state[SUPERVISOR].pid


def _ask(request: str, *args: Any) -> Any:
    return genserver.call(supervisor(), (Atom(request), *args), INFINITY)


@ex("start_supervised/1", "start_supervised/2")
def start_supervised(child: Any, options: Any = ()) -> Any:
    """Start a process that ends with the test."""
    _need_test("start_supervised/2")
    return _ask("start_child", supervisors.child_spec(child, options))


@ex("start_supervised!/1", "start_supervised!/2")
def start_supervised_bang(child: Any, options: Any = ()) -> Any:
    answer = start_supervised(child, options)
    if answer[0] is OK:
        return answer[1]
    raise RuntimeError_(f"failed to start child with the spec {inspect(child)}.\nReason: {_why(answer[1])}")


def _why(reason: Any) -> str:
    if reason.__class__ is tuple and len(reason) == 2 and reason[1].__class__ is tuple:
        inner = reason[0]
        return format_exit(inner[1] if inner.__class__ is tuple and len(inner) == 2 and inner[0] is EXIT else inner)
    return format_exit((Atom("start_spec"), reason))


@ex("start_link_supervised!/1", "start_link_supervised!/2")
def start_link_supervised_bang(child: Any, options: Any = ()) -> Any:
    pid = start_supervised_bang(child, options)
    processes.link(pid)
    return pid


@ex("stop_supervised/1")
def stop_supervised(key: Any) -> Any:
    me = _need_test("stop_supervised/1")
    pid = next((row[1] for row in _ask("which_children") if strict_equal(row[0], key)), None)
    if pid.__class__ is Pid and pid.process in me.links:
        processes.unlink(pid)
    answer = _ask("terminate_child", key)
    if answer is OK:
        _ask("delete_child", key)
    return answer


@ex("stop_supervised!/1")
def stop_supervised_bang(key: Any) -> Any:
    if stop_supervised(key) is not OK:
        raise RuntimeError_(f"could not stop child ID {inspect(key)} because it was not found")
    return OK


def _stop(process: Process) -> None:
    processes.deliver(process, (STOP_MESSAGE, SHUTDOWN))
    if not supervisors.await_end(process, STOP_SECONDS * 1000):
        processes.end(process, KILLED)


MODULE = native_module("ExUnit.Callbacks", globals())
MODULE.functions.update({
    "__describe__/3": case.describe, "__end_describe__/1": case.end_describe, "__callback__/2": case.callback,
    "__callbacks__/3": case.callbacks,
})  # fmt: skip
