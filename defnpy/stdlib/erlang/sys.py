"""``:sys``: looking at a server from outside, changing its state, holding it and ending it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.stdlib.calls import fun1
from defnpy.stdlib.genserver import SYSTEM, Server, call
from defnpy.stdlib.util import OK, pairs
from defnpy.terms import map as maps
from defnpy.terms.atom import Atom, atom_name
from defnpy.terms.errors import ElixirError, ErlangError, Exit
from defnpy.terms.function import is_function
from defnpy.terms.inspect import inspect
from defnpy.terms.module import ex, native_module
from defnpy.terms.process import current
from defnpy.terms.runtime import runtime

SYS, GEN_SERVER = Atom("sys"), Atom("gen_server")
RUNNING, SUSPENDED = Atom("running"), Atom("suspended")


def _ask(name: str, work: Callable[[Server], Any], target: Any, *given: Any) -> Any:
    """The answer of *work* in the server's process; a failure there is the caller's. The last of *given* is the time limit."""
    def tried(server: Server) -> tuple[bool, Any]:
        try:
            return True, work(server)
        except (ElixirError, Exit) as error:
            kind = Atom("error" if isinstance(error, ElixirError) else "exit")
            term = error.term if isinstance(error, ElixirError) else error.reason
            return False, (Atom("callback_failed"), (GEN_SERVER, Atom(f"system_{name}")), (kind, term))

    timeout = given[-1] if given and not is_function(given[-1]) else 5000
    try:
        fine, answer = call(target, tried, timeout, SYS, name, SYSTEM)
    except Exit as gone:
        raise Exit((gone.reason[0], (SYS, Atom(name), [target, *given]))) from None
    if not fine:
        raise ErlangError(answer)
    return answer


@ex("get_state/1", "get_state/2")
def get_state(target: Any, *timeout: Any) -> Any:
    return _ask("get_state", lambda server: server.state, target, *timeout)


@ex("replace_state/2", "replace_state/3")
def replace_state(target: Any, fun: Any, *timeout: Any) -> Any:
    """The state that the function made of the one before."""
    change = fun1(fun)

    def work(server: Server) -> Any:
        server.state = change(server.state)
        return server.state

    return _ask("replace_state", work, target, fun, *timeout)


@ex("get_status/1", "get_status/2")
def get_status(target: Any, *timeout: Any) -> Any:
    """``{:status, pid, {:module, :gen_server}, [dictionary, state, parent, debug, details]}``."""
    return _ask("get_status", _status, target, *timeout)


def _status(server: Server) -> Any:
    process = current()
    names = [name for name, other in runtime().registered.items() if other is process]
    shown = atom_name(names[0]) if names else inspect(process.pid)
    how = SUSPENDED if server.suspended else RUNNING
    facts = [(_chars("Status"), how), (_chars("Parent"), server.parent), (_chars("Logged events"), [])]
    details = [*pairs(header=_chars(f"Status for generic server {shown}"), data=facts), *pairs(data=[(_chars("State"), server.state)])]
    dictionary = [(maps.unkey(key), value) for key, value in process.dictionary.items()]
    return (Atom("status"), process.pid, (Atom("module"), GEN_SERVER), [dictionary, how, server.parent, [], details])


def _chars(text: str) -> list[int]:
    return [ord(char) for char in text]


@ex("suspend/1", "suspend/2")
def suspend(target: Any, *timeout: Any) -> Any:
    """Let the server answer nothing but ``:sys`` until it is resumed."""
    return _hold("suspend", True, target, *timeout)


@ex("resume/1", "resume/2")
def resume(target: Any, *timeout: Any) -> Any:
    return _hold("resume", False, target, *timeout)


def _hold(name: str, suspended: bool, target: Any, *timeout: Any) -> Any:
    def work(server: Server) -> Any:
        server.suspended = suspended
        return OK

    return _ask(name, work, target, *timeout)


@ex("terminate/2", "terminate/3")
def terminate(target: Any, reason: Any, *timeout: Any) -> Any:
    """Ask the server to stop for *reason*."""
    def work(server: Server) -> Any:
        server.ending = (reason,)
        return OK

    return _ask("terminate", work, target, reason, *(timeout or (5000,)))


MODULE = native_module("sys", globals(), erlang=True)
