"""defnpy: Elixir's numerical programs in Python.

``load(path)`` gives a ``.defn`` file's functions as Python callables; ``options``, ``default_options`` and
``global_default_options`` choose the compiler. Everything is imported when first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from defnpy.host.embed import ElixirModule as ElixirModule
    from defnpy.host.embed import bind as bind
    from defnpy.host.embed import build as build
    from defnpy.host.embed import default_options as default_options
    from defnpy.host.embed import global_default_options as global_default_options
    from defnpy.host.embed import load as load
    from defnpy.host.embed import options as options

__version__ = "0.1.0"
_PUBLIC = ("ElixirModule", "bind", "build", "default_options", "global_default_options", "load", "options")
__all__ = ["ElixirModule", "__version__", "bind", "build", "default_options", "global_default_options", "load", "options"]


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        from defnpy.host import embed

        return getattr(embed, name)
    raise AttributeError(f"module 'defnpy' has no attribute {name!r}")
