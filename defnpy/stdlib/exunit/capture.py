"""ExUnit.CaptureIO and ExUnit.CaptureLog: what a function prints and logs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from defnpy.stdlib import devices, io, logger
from defnpy.stdlib.calls import fun0
from defnpy.stdlib.util import option
from defnpy.terms.atom import Atom
from defnpy.terms.function import is_function
from defnpy.terms.module import Module, native_module
from defnpy.terms.process import current
from defnpy.terms.runtime import runtime

STANDARD_ERROR, STDIO = Atom("standard_error"), Atom("stdio")


@contextmanager
def _standard(text: str | None, out: list[str]) -> Iterator[None]:
    """The group leader of this process writes to *out* and reads from *text*."""
    me = current()
    leader, me.leader = me.leader, out.append
    held = me.state.get("input")
    me.state["input"] = devices.StringDevice(text or "")
    try:
        yield
    finally:
        me.leader = leader
        if held is None:
            me.state.pop("input", None)
        else:
            me.state["input"] = held


@contextmanager
def _log(out: list[str]) -> Iterator[None]:
    """What the log's default handler and this process write to ``:user`` goes to *out*."""
    listed = runtime().options.setdefault(io.USER_CAPTURES, [])
    listed.append(out)
    try:
        with _standard(None, out):
            yield
    finally:
        listed.remove(out)


def _captured(args: tuple[Any, ...]) -> tuple[Any, str]:
    """Run the function among *args*; its value and what it printed."""
    fun = next(a for a in args if is_function(a))
    device = next((a for a in args if a.__class__ is Atom), STDIO)
    text = next((a for a in args if a.__class__ is str), None)
    options = next((a for a in args if a.__class__ is list), ())
    text = option(options, "input", text)
    out: list[str] = []
    if device is Atom("user"):
        with _log(out):
            value = fun0(fun)()
        return value, "".join(out)
    where = devices.capture_errors(out) if device in devices.STDERR else _standard(text, out)
    with where:
        value = fun0(fun)()
    return value, "".join(out)


def _logged(args: tuple[Any, ...]) -> tuple[Any, str]:
    options, fun = args if len(args) == 2 else ((), args[0])
    with logger.Capture(option(options, "level"), [pair for pair in options if pair[0] is not Atom("level")]) as capture:
        value = fun0(fun)()
    return value, capture.text


def _module(name: str, run: Callable[[tuple[Any, ...]], tuple[Any, str]], arities: tuple[int, ...]) -> Module:
    made = native_module(f"ExUnit.Capture{name.upper() if name == 'io' else name.title()}", {})
    for arity in arities:
        made.functions[f"capture_{name}/{arity}"] = lambda *args: run(args)[1]
        made.functions[f"with_{name}/{arity}"] = lambda *args: run(args)
    return made


MODULE = _module("io", _captured, (1, 2, 3))
MODULES_BY_NAME = {"Elixir.ExUnit.CaptureIO": MODULE, "Elixir.ExUnit.CaptureLog": _module("log", _logged, (1, 2))}
