"""``import defnpy.importer`` lets Python import ``.defn``, ``.ex`` and ``.exs`` files as modules.

Only these suffixes are looked for, on ``sys.path`` (or a package's path); Python's own import is untouched.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from types import ModuleType

SUFFIXES = (".defn", ".ex", ".exs")


class ElixirLoader(Loader):
    """Runs the file and puts its functions into the module."""

    def __init__(self, path: str) -> None:
        self.path = path

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        from defnpy.host import embed

        loaded = embed.load(self.path)
        module.__file__ = self.path
        module.__dict__.update(loaded.public())
        module.__dict__["__elixir__"] = loaded


class ElixirFinder(MetaPathFinder):
    """Finds ``name.defn`` and friends."""

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        name = fullname.rpartition(".")[2]
        for folder in path if path is not None else sys.path:
            for suffix in SUFFIXES:
                file = os.path.join(folder or ".", name + suffix)
                if os.path.isfile(file):
                    return spec_from_loader(fullname, ElixirLoader(file), origin=file)
        return None


def install() -> None:
    """Add the finder behind Python's own; done once by importing this module."""
    if not any(isinstance(finder, ElixirFinder) for finder in sys.meta_path):
        sys.meta_path.append(ElixirFinder())


install()
