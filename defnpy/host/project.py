"""Trees of source files: modules are loaded in the order in which they need each other."""

from __future__ import annotations

import functools
import hashlib
import os
import re
from collections.abc import Callable
from pathlib import Path

from defnpy.host import loader, recovery
from defnpy.terms.atom import Atom
from defnpy.terms.errors import CompileError, make
from defnpy.terms.runtime import Runtime, runtime

_DEFMODULE = re.compile(rb"^\s*(?:defmodule|defprotocol)\s+([A-Z][\w.]*)", re.MULTILINE)
# Libraries that defnpy has a part of: the library itself, where a project brings it, takes its place.
_PARTIAL = frozenset(("VegaLite", "Jason", "Benchee"))
_DEFIMPL = re.compile(rb"^\s*defimpl\s", re.MULTILINE)


class Project:
    """The source files below one folder; a file is compiled when one of its modules is first needed."""

    def __init__(self, folder: str, owner: Runtime) -> None:
        self.folder = folder
        self.owner = owner
        self.sources: dict[str, bytes] = {}
        self.owners: dict[str, str] = {}
        self.state: dict[str, str] = {}
        self.digest = b""
        # The files that are being compiled, each needed by the one before.
        self.loading: list[str] = []
        # Files that belong to a library whose main modules defnpy provides.
        self.internal: set[str] = set()

    def scan(self) -> None:
        """Read all files and note which modules they define."""
        digest = hashlib.sha256()
        for path in _files(self.folder):
            text = loader.read_source(path)
            self.sources[path] = text
            digest.update(path.encode() + b"\0" + hashlib.sha256(text).digest())
            outer: list[str] = []
            for found in _DEFMODULE.finditer(text):
                name = found[1].decode()
                self.owners.setdefault("Elixir." + name, path)
                if outer:
                    self.owners.setdefault(f"Elixir.{outer[0]}.{name}", path)
                else:
                    outer.append(name)
        self.digest = digest.digest()
        for name in self.owners:
            if name.split(".")[1] in _PARTIAL:
                self.owner.take_over(Atom(name))

    def load_module(self, name: Atom) -> bool:
        """A loader of the Runtime: compile the file that defines *name*."""
        path = self.owners.get(name.name)
        if path is None or self.state.get(path) is not None:
            return False
        self.load_file(path)
        return True

    def knows(self, name: Atom) -> bool:
        """Whether a file here defines *name*."""
        return name.name in self.owners

    def why_missing(self, name: Atom) -> str | None:
        """The cycle that *name* is part of, when its file is being compiled."""
        path = self.owners.get(name.name)
        if path is None or path not in self.loading:
            return None
        cycle = [*self.loading[self.loading.index(path) :], path]
        return "these files need each other while they are compiled: " + " -> ".join(cycle)

    def load_file(self, path: str) -> None:
        if self.state.get(path) is not None:
            return
        self.state[path] = "loading"
        self.loading.append(path)
        try:
            loader.run_source(self.sources[path], path, extra=self.digest, library=True)
        finally:
            self.loading.pop()
        self.state[path] = "loaded"

    def leave_out(self, provided: Callable[[str], bool]) -> None:
        """Forget the files that define a module for which *provided* holds; what lies within such a module is loaded only when it is needed."""
        for path in {path for name, path in self.owners.items() if provided(name)}:
            self.sources.pop(path, None)
        self.owners = {name: path for name, path in self.owners.items() if path in self.sources}
        self.internal = {path for name, path in self.owners.items() if any(provided(above) for above in _above(name))}

    def load_implementations(self) -> None:
        """Load the files with protocol implementations, which nothing asks for by name."""
        for path, text in self.sources.items():
            if path not in self.internal and _DEFIMPL.search(text):
                self.load_file(path)

    def load_all(self) -> None:
        """Load every file; when one does not compile, the error that is raised also names the problems of those behind it."""
        waiting = [functools.partial(self.load_file, path) for path in self.sources if path not in self.internal]
        for index, load in enumerate(waiting):
            try:
                load()
            except CompileError as error:
                if error.diagnostics:
                    recovery.collect(error, waiting[index + 1 :], self._unfinished)
                raise

    def _unfinished(self) -> list[Atom]:
        """The modules of the files that were begun and did not compile."""
        return [Atom(name) for name, path in self.owners.items() if self.state.get(path) == "loading"]


def _above(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:n]) for n in range(2, len(parts))]


def _files(folder: str) -> list[str]:
    if os.path.isfile(folder):
        return [folder]
    found = [str(p) for p in Path(folder).rglob("*.ex") if p.is_file()]
    return sorted(found)


def load_tree(folder: str) -> bytes:
    """Load every ``.ex`` file below a folder; gives a digest of their contents."""
    if not os.path.exists(folder):
        raise make("Code.LoadError", f"could not load {folder}. Reason: no such file or directory", file=folder)
    owner = runtime()
    project = Project(folder, owner)
    project.scan()
    owner.loaders.append(project)
    project.load_all()
    return project.digest


