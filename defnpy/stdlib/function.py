"""Function."""

from __future__ import annotations

from typing import Any

from defnpy.stdlib.kernel import find_function
from defnpy.stdlib.util import need
from defnpy.terms.atom import Atom, alias
from defnpy.terms.function import Capture, arity_of, is_function
from defnpy.terms.inspect import erlang_name, file_of, maker_of
from defnpy.terms.module import ex, native_module

_KEYS = ("module", "name", "arity", "env", "type")


@ex("identity/1")
def identity(x: Any) -> Any:
    return x


@ex("capture/3")
def capture(module: Any, name: Any, arity: Any) -> Capture:
    return Capture(module, name.name, arity, lambda *args: find_function(module, name, arity)(*args))


def facts(fun: Any) -> dict[str, Any]:
    """What ``Function.info`` says of a function."""
    if fun.__class__ is Capture:
        module, name = erlang_name(fun.module, fun.name, fun.arity)
        return {"module": module, "name": Atom(name), "arity": fun.arity, "env": [], "type": Atom("local" if fun.local else "external")}
    evaluated = (Atom("erl_eval"), "expr", 6) if file_of(fun) is None else (Atom("elixir_compiler_0"), "__FILE__", 1)
    owner, name, arity = _labelled(fun) or maker_of(fun) or evaluated
    local = Atom(f"-{name}/{arity}-fun-0-")
    return {"module": owner, "name": local, "arity": arity_of(fun), "env": [], "type": Atom("local")}


def _labelled(fun: Any) -> tuple[Atom, str, int] | None:
    """The maker that a native function shows as its own."""
    label: str = getattr(fun, "label", "")
    module, _, rest = label.rpartition(".")
    name, _, arity = rest.partition("/")
    return (alias(module), name, int(arity)) if arity else None


@ex("info/1", "info/2")
def info(fun: Any, item: Any = None) -> Any:
    need(is_function(fun), "Function", "info", 1 if item is None else 2)
    known = facts(fun)
    if item is None:
        return [(Atom(k), known[k]) for k in _KEYS]
    return (item, known.get(item.name, Atom("undefined")))


MODULE = native_module("Function", globals())
