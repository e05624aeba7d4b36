"""The Runtime: the loaded modules and global options of one Elixir world, carried in a context variable."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from typing import Any, Protocol

from defnpy.terms.atom import Atom
from defnpy.terms.module import Module


class Loader(Protocol):
    """Something that defines modules when they are first needed (a project's sources)."""

    def load_module(self, name: Atom) -> bool:
        """Define the module *name*, if it is one of these."""

    def knows(self, name: Atom) -> bool:
        """Whether *name* is one of these, without defining it."""

    def why_missing(self, name: Atom) -> str | None:
        """What is known about a module that could not be defined."""


class Runtime:
    """Everything that is global to a running program; there is no other global mutable state.

    ``load_native`` (set by the host) brings in a module that defnpy provides, or None; ``native_names`` lists these. ``options`` holds the global settings
    (Nx default options and backend, Logger level, ...) by name. ``grants`` holds the permissions.
    """

    def __init__(
        self, load_native: Callable[[str], Module | None] | None = None, native_names: Callable[[], Iterable[str]] = tuple
    ) -> None:
        self.modules: dict[Atom, Module] = {}
        self.load_native = load_native
        self.native_names = native_names
        self.options: dict[str, Any] = {}
        self.grants: Any = None
        # How often a permission was asked for.
        self.asked = 0
        self.make_evaluator: Callable[[Runtime], Any] | None = None
        self._evaluator: Any = None
        self.lock = threading.RLock()
        self.loaders: list[Loader] = []
        self.registered: dict[Atom, Any] = {}

    @property
    def evaluator(self) -> Any:
        """The language tower (parser, expander, code generator), loaded when something must be compiled."""
        if self._evaluator is None and self.make_evaluator is not None:
            self._evaluator = self.make_evaluator(self)
        return self._evaluator

    def module(self, name: Atom) -> Module:
        """The module object called *name*, made empty (``defined`` false) when nobody defined it yet."""
        found = self.modules.get(name)
        if found is not None:
            return found
        with self.lock:
            if name not in self.modules:
                native = self.load_native(name.name) if self.load_native else None
                self.modules[name] = native if native is not None else Module(name)
            return self.modules[name]

    def take_over(self, name: Atom) -> None:
        """Forget the native module *name*: a program defines its own, and its calls must reach that one."""
        if self.module(name).native:
            self.modules[name] = Module(name)

    def find(self, name: Any) -> Module | None:
        """The defined module called *name*, or None; loaders (projects, import paths) are asked first."""
        if name.__class__ is not Atom:
            return None
        found = self.module(name)
        if found.defined:
            return found
        for loader in self.loaders:
            if loader.load_module(name) and found.defined:
                return found
        return None

    def why_missing(self, name: Any) -> str | None:
        """A hint about a module that is needed and not there."""
        return next((hint for loader in self.loaders if (hint := loader.why_missing(name)) is not None), None)


_runtime: ContextVar[Runtime] = ContextVar("defnpy_runtime")
_default: list[Runtime] = []
_make_default: list[Callable[[], Runtime]] = []


def runtime() -> Runtime:
    """The Runtime of the running context; a default one for programs that never made their own."""
    try:
        return _runtime.get()
    except LookupError:
        if not _default:
            _default.append(_make_default[0]() if _make_default else Runtime())
        return _default[0]


def use_runtime(made: Runtime) -> Any:
    """Make *made* the current Runtime of this context; returns a reset token."""
    return _runtime.set(made)


def reset_runtime(token: Any) -> None:
    """Undo :func:`use_runtime`."""
    _runtime.reset(token)


def set_default_factory(make: Callable[[], Runtime]) -> None:
    """Called by the host: how the default Runtime is made; one that was made before, without the host, is given up."""
    if not _make_default:
        _default.clear()
    _make_default[:] = [make]
