"""Mix: the little of it that scripts and notebooks use."""

from __future__ import annotations

from typing import Any

from defnpy.terms.atom import Atom, atom_name
from defnpy.terms.errors import make
from defnpy.terms.inspect import inspect
from defnpy.terms.module import ex, native_module
from defnpy.terms.runtime import runtime

PROVIDED = frozenset({
    "nx", "exla", "axon", "polaris", "benchee", "kino", "complex", "nimble_options", "torchx", "safetensors", "table", "telemetry",
    "statistex", "deep_merge", "elixir_make", "xla", "vega_lite", "kino_vega_lite",
})
"""The Hex packages whose modules defnpy provides (or that have nothing to provide)."""


@ex("install/1", "install/2")
def install(packages: Any, options: Any = ()) -> Any:
    """Accepts the packages that defnpy provides, with any requirement; refuses others by name."""
    for item in packages:
        name = atom_name(item[0] if item.__class__ is tuple else item)
        if name not in PROVIDED and not _loaded(name):
            made = make("Mix.Error", f"cannot install {inspect(Atom(name))}: defnpy does not provide this package")
            made.add_note("hint: load a library's sources with `defnpy run --path DIR`; packages that defnpy provides: "
                          + ", ".join(sorted(PROVIDED)))
            raise made
    return Atom("ok")


def _loaded(name: str) -> bool:
    """Whether a folder that was loaded (``--path``) has the modules of the package."""
    root = Atom("Elixir." + "".join(part.capitalize() for part in name.split("_")))
    return any(m.defined and (n is root or n.name.startswith(root.name + ".")) for n, m in list(runtime().modules.items()))


@ex("env/0")
def env() -> Any:
    return Atom(runtime().options.get("mix_env", "dev"))


MODULE = native_module("Mix", globals())
