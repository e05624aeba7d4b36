"""IEx: the settings of the running session."""

from __future__ import annotations

from typing import Any

from defnpy.terms.atom import Atom, atom_name
from defnpy.terms.module import ex, native_module
from defnpy.terms.runtime import runtime


@ex("started?/0")
def started() -> bool:
    return "repl" in runtime().options


@ex("configure/1")
def configure(options: Any) -> Any:
    """``inspect:`` options, ``colors: [enabled: ...]`` and ``width:`` are kept."""
    session: Any = runtime().options.get("repl")
    for key, value in options if session is not None else ():
        name = atom_name(key)
        if name == "inspect":
            session.options.update({atom_name(k): v for k, v in value})
        elif name == "width":
            session.options["width"] = value
        elif name == "colors":
            for k, v in value:
                if atom_name(k) == "enabled":
                    session.use_colors(v is True)
    return Atom("ok")


@ex("dont_display_result/0")
def dont_display_result() -> Any:
    return Atom("do not show this result in output")


@ex("version/0")
def iex_version() -> str:
    from defnpy.stdlib.system import version

    return str(version())


MODULE = native_module("IEx", globals())
