"""Node: this one, which is not alive and knows no other."""

from __future__ import annotations

from typing import Any

from defnpy.stdlib import kernel
from defnpy.terms.atom import Atom
from defnpy.terms.module import ex, native_module

NOCOOKIE, PONG, PANG, IGNORED, THIS = Atom("nocookie"), Atom("pong"), Atom("pang"), Atom("ignored"), Atom("this")


@ex("self/0")
def self_() -> Atom:
    return kernel.node()


@ex("alive?/0")
def alive_q() -> bool:
    return False


@ex("list/0", "list/1")
def list_(kinds: Any = ()) -> list[Any]:
    wanted = kinds if kinds.__class__ is list else [kinds]
    return [self_()] if any(kind in (THIS, Atom("known")) for kind in wanted) else []


@ex("get_cookie/0")
def get_cookie() -> Atom:
    return NOCOOKIE


@ex("ping/1")
def ping(node: Any) -> Atom:
    return PONG if node is self_() else PANG


@ex("connect/1", "disconnect/1")
def connect(node: Any) -> Any:
    return IGNORED


@ex("monitor/2", "monitor/3")
def monitor(node: Any, flag: Any, options: Any = ()) -> bool:
    return True


@ex("spawn/2", "spawn/3", "spawn/4")
def spawn(node: Any, fun: Any, *rest: Any) -> Any:
    return kernel.spawn(fun, *rest[:2]) if len(rest) > 1 else kernel.spawn(fun)


@ex("spawn_link/2", "spawn_link/4")
def spawn_link(node: Any, fun: Any, *rest: Any) -> Any:
    return kernel.spawn_link(fun, *rest)


MODULE = native_module("Node", globals())
