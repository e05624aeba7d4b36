"""The lexical environment of expansion, and the compilation unit that problems and names belong to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from defnpy.terms.atom import Atom
from defnpy.terms.errors import CompileError
from defnpy.terms.struct import Struct

LINE, COLUMN = Atom("line"), Atom("column")


NOT_USED = "if the variable is not meant to be used, prefix it with an underscore"
COULD_BE_PINNED = ("there is a variable with the same name in the context, use the pin operator (^) to match on it or prefix this variable with "
                   "underscore if it is not meant to be used")


class Var:
    """One binding of a variable. Every rebinding is a new Var, so closures capture values."""

    __slots__ = ("context", "hides", "in_loop", "name", "owner", "pending", "python", "used")

    def __init__(self, name: str, context: Any) -> None:
        self.name = name
        self.context = context
        self.python: str | None = None
        self.owner: Any = None
        self.in_loop = False
        # The Python name holds the elements collected so far (codegen.loops).
        self.pending = False
        self.used = False
        # Whether a clause binds it where a variable of that name could have been pinned.
        self.hides = False

    def __repr__(self) -> str:
        return f"<var {self.name}>"


@dataclass(slots=True)
class Diagnostic:
    """A compile-time problem: ``severity`` is "error" or "warning"."""

    severity: str
    message: str
    file: str
    line: int
    column: int
    hint: str | None = None
    # The function or module that it stands in, as Elixir prints it.
    where: str = ""
    # How many characters from the column on it is about.
    length: int = 1
    # Whether it is told with others of the same message, and behind what stands at other places.
    shared: bool = False
    # Whether its place stands below it as in a stack trace, without the source.
    stack: bool = False
    late: bool = False


UNDEFINED_PIN = 'undefined variable ^{0}. No variable "{0}" has been defined before the current pattern'


def is_compiler_name(name: str) -> bool:
    """Whether a name looks like ``__MODULE__``: nobody means such a variable."""
    return len(name) > 2 and name[0] == name[-1] == "_" and all(c == "_" or "A" <= c <= "Z" for c in name)


class CompileFailure(Exception):
    """Expansion cannot go on; ``diagnostic`` says why. Turned into CompileError by the unit that owns the environment."""

    def __init__(self, diagnostic: Diagnostic, in_file: bool = False) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic
        self.in_file = in_file  # the error that follows names no module


@dataclass(slots=True)
class Unit:
    """One file (or evaluated string) being compiled."""

    file: str
    diagnostics: list[Diagnostic] = field(default_factory=list)
    counter: int = 0
    # Whether problems are told with their columns: evaluated text has lines only.
    columns: bool = True
    # Whether it is evaluated: what stands outside of modules may be for text that comes later.
    evaluated: bool = False
    used_modules: set[Any] = field(default_factory=set)
    pure: bool = True
    # The variables that the source binds, to be asked in the end whether something reads them.
    bindings: list[tuple[Var, Any, Env]] = field(default_factory=list)

    # The aliases and imports that the source makes, and those that something used.
    aliases: list[tuple[str, Any, Any, Env]] = field(default_factory=list)
    used_aliases: set[tuple[str, Any]] = field(default_factory=set)
    imports: list[tuple[Any, frozenset[str], bool, Any, Env]] = field(default_factory=list)
    used_imports: set[tuple[Any, str]] = field(default_factory=set)

    # Calls of functions of other modules: module, function, arity, metadata and the environment; asked for in the end.
    remote_calls: list[tuple[Atom, str, int, Any, Env]] = field(default_factory=list)
    # What ``@compile {:no_warn_undefined, ...}`` names.
    not_warned: list[Any] = field(default_factory=list)
    # The modules that were compiled, whose behaviours are looked at in the end.
    compiled: list[Any] = field(default_factory=list)

    # Whether expansion goes on behind an error that ends it elsewhere, so that one run names all problems of a file.
    recovering: bool = False
    # The first error it went on behind, and the names that may be unbound because of such errors.
    failure: CompileFailure | CompileError | None = None
    lost: frozenset[str] = frozenset()

    def warn_unused(self, since: int = 0, *, whole: bool = False) -> None:
        """Warn of the variables of a scope that nothing reads, by name: those bound after the first *since*.

        What a definition, a module or a file binds outside of clauses is marked as a *whole* name.
        """
        found = self.bindings[since:]
        if not found:
            return
        del self.bindings[since:]
        for var, meta, env in sorted(found, key=lambda binding: binding[0].name):
            if not var.used and is_compiler_name(var.name):
                env.warn(meta, f'unknown compiler variable "{var.name}" (expected one of __MODULE__, __ENV__, __DIR__, __CALLER__, __STACKTRACE__)',
                         length=len(var.name) if whole else 1)
            elif not var.used:
                env.warn(meta, f'variable "{var.name}" is unused ({COULD_BE_PINNED if var.hides else NOT_USED})', length=len(var.name) if whole else 1)

    def next(self) -> int:
        self.counter += 1
        return self.counter


class Env:
    """What a form can see. Tables are replaced, never changed in place, so :meth:`fork` is cheap."""

    __slots__ = (
        "aliases",
        "ambiguous",
        "capture",
        "context",
        "context_modules",
        "defn",
        "file",
        "function",
        "functions",
        "line",
        "macro_aliases",
        "macros",
        "match",
        "module",
        "requires",
        "rescuing",
        "state",
        "unit",
        "vars",
    )

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.file = unit.file
        self.line = 1
        self.module: Atom | None = None
        self.function: tuple[str, int] | None = None
        self.context: str | None = None
        self.aliases: dict[str, Atom] = {}
        self.macro_aliases: dict[tuple[str, Any], Atom] = {}
        self.requires: frozenset[Atom] = frozenset()
        self.functions: dict[str, Atom] = {}
        # What two modules were imported for: the newer and the older one.
        self.ambiguous: dict[str, tuple[Atom, Atom]] = {}
        self.macros: dict[str, Atom] = {}
        self.vars: dict[tuple[str, Any], Var] = {}
        self.context_modules: list[Atom] = []
        self.state: Any = None
        self.capture: Any = None
        self.match: dict[tuple[str, Any], Var] | None = None
        self.defn = False
        # Whether the code stands in a rescue or catch clause.
        self.rescuing = False

    def fork(self) -> Env:
        """A copy that can be changed without the original seeing it."""
        made = Env.__new__(Env)
        for slot in Env.__slots__:
            setattr(made, slot, getattr(self, slot))
        return made

    def fail(self, meta: Any, message: str, hint: str | None = None, length: int = 1) -> CompileFailure:
        """The exception that ends this expansion with *message* at the place of *meta*."""
        return CompileFailure(self.diagnostic("error", meta, message, hint, length))

    def fail_in_file(self, meta: Any, message: str) -> CompileFailure:
        """Like :meth:`fail`, of a problem that names the file but no module."""
        return CompileFailure(Diagnostic("error", message, self.file, *self.position(meta)), in_file=True)

    def error(self, meta: Any, message: str, hint: str | None = None, length: int = 1) -> None:
        """Record an error and go on, so that one run names all problems of a module's functions; elsewhere the first may end it."""
        if self.function is not None:
            self.module_error(meta, message, hint, length)
        elif self.unit.recovering:
            self.recover(self.fail(meta, message, hint, length))
        else:
            raise self.fail(meta, message, hint, length)

    def recover(self, failure: CompileFailure | CompileError, tree: Any = None) -> None:
        """Record what kept *tree* from being expanded; the variables that it names are neither undefined nor unused later."""
        unit = self.unit
        if isinstance(failure, CompileError):
            file, line, description = (failure.term.fields[Atom(key)] for key in ("file", "line", "description"))
            meta = tree[1] if tree.__class__ is tuple and line_of(tree[1]) == line else []
            unit.diagnostics.append(Diagnostic("error", description, file or self.file, line or self.line, column_of(meta), where=self.where()))
        else:
            unit.diagnostics.append(failure.diagnostic)
        unit.failure = unit.failure or failure
        unit.lost = unit.lost.union(_names(tree))
        for (name, _), var in self.vars.items():
            var.used = var.used or name in unit.lost

    def module_error(self, meta: Any, message: str, hint: str | None = None, length: int = 1) -> None:
        """Record an error of a whole module."""
        self.unit.diagnostics.append(self.diagnostic("error", meta, message, hint, length))

    def warn(self, meta: Any, message: str, line: int = 0, length: int = 1) -> None:
        """Record a warning, at *line* when it has no column."""
        self.unit.diagnostics.append(self.diagnostic("warning", [(LINE, line)] if line else meta, message, length=length))

    def warn_in_block(self, meta: Any, message: str) -> None:
        """Record a warning of something that has no place itself, only what it stands in, if that has."""
        column = column_of(meta) if self.unit.columns else 0
        self.unit.diagnostics.append(Diagnostic("warning", message, self.file, line_of(meta), column, where=self.where()))

    def warn_with_stack(self, line: int, message: str) -> None:
        """Record a warning that shows the call it stands in instead of the source."""
        self.unit.diagnostics.append(Diagnostic("warning", message, self.file, line or self.line, 0, where=self.where() or "(file)", stack=True))

    def warn_of_clause(self, meta: Any, message: str) -> None:
        """Record a warning that says by itself which function it is about."""
        self.unit.diagnostics.append(Diagnostic("warning", message, self.file, *self.position(meta)))

    def diagnostic(self, severity: str, meta: Any, message: str, hint: str | None = None, length: int = 1) -> Diagnostic:
        """A problem at the place of *meta*."""
        return Diagnostic(severity, message, self.file, *self.position(meta), hint, self.where(), length)

    def where(self) -> str:
        """``Module.function/arity``, ``Module (module)`` or nothing at the top of a file."""
        if self.module is None:
            return ""
        from defnpy.terms.exception import format_mfa
        from defnpy.terms.inspect import inspect

        return format_mfa(self.module, Atom(self.function[0]), self.function[1]) if self.function else f"{inspect(self.module)} (module)"

    def position(self, meta: Any) -> tuple[int, int]:
        """Line and column of a node's metadata (column 0 where unknown)."""
        return line_of(meta) or self.line, column_of(meta) if self.unit.columns else 0


def _names(tree: Any) -> Iterator[str]:
    """The names of the variables in a tree."""
    if tree.__class__ is tuple:
        if len(tree) == 3 and tree[0].__class__ is Atom and tree[2].__class__ is not list:
            yield tree[0].name
        for part in tree:
            yield from _names(part)
    elif tree.__class__ is list:
        for part in tree:
            yield from _names(part)


def line_of(meta: Any) -> int:
    for k, v in meta:
        if k is LINE:
            return int(v)
    return 0


def column_of(meta: Any) -> int:
    for k, v in meta:
        if k is COLUMN:
            return int(v)
    return 0


def meta_get(meta: Any, key: Atom, default: Any = None) -> Any:
    """The value of *key* in a keyword list."""
    for pair in meta:
        if pair[0] is key:
            return pair[1]
    return default


class MacroEnv(Struct):
    """``%Macro.Env{}``: the struct view of an :class:`Env` (``__ENV__``, ``__CALLER__``)."""

    __slots__ = ("env", "extra")
    module = Atom("Elixir.Macro.Env")

    def __init__(self, env: Env, extra: dict[Any, Any] | None = None) -> None:
        self.env = env
        # Fields that an Env does not have, changed by the program.
        self.extra = extra or {}

    @property
    def fields(self) -> dict[Any, Any]:  # type: ignore[override]
        env = self.env
        return {
            Atom("module"): env.module,
            Atom("function"): (Atom(env.function[0]), env.function[1]) if env.function else None,
            FILE: env.file,
            LINE: env.line,
            Atom("context"): Atom(env.context) if env.context else None,
            Atom("aliases"): [(Atom("Elixir." + k), v) for k, v in env.aliases.items()],
            Atom("requires"): sorted(env.requires, key=lambda a: a.name),
            Atom("functions"): _imports(env.functions),
            Atom("macros"): _imports(env.macros),
            Atom("macro_aliases"): [],
            Atom("context_modules"): list(env.context_modules),
            Atom("versioned_vars"): {_variable(key): i for i, key in enumerate(k for k in env.vars if not k[0].startswith("__"))},
            Atom("lexical_tracker"): None,
            Atom("tracers"): [],
            **self.extra,
        }

    def replace(self, changes: dict[Any, Any]) -> Struct:
        made = self.env.fork()
        extra = dict(self.extra)
        for k, v in changes.items():
            setter = _SETTERS.get(k)
            if setter is None:
                extra[k] = v
            else:
                setattr(made, setter[0], setter[1](v))
        return MacroEnv(made, extra)


FILE = Atom("file")


def _variable(key: tuple[str, Any]) -> tuple[Atom, Any]:
    name, context = key
    return (Atom(name), context[0] if context.__class__ is tuple else context)


def _flat(grouped: list[Any]) -> dict[str, Atom]:
    return {f"{name.name}/{arity}": module for module, pairs in grouped for name, arity in pairs}


_SETTERS: dict[Atom, tuple[str, Any]] = {
    LINE: ("line", lambda v: v),
    FILE: ("file", lambda v: v),
    Atom("module"): ("module", lambda v: v),
    Atom("function"): ("function", lambda v: None if v is None else (v[0].name, v[1])),
    Atom("context"): ("context", lambda v: None if v is None else v.name),
    Atom("aliases"): ("aliases", lambda v: {k.name.removeprefix("Elixir."): module for k, module in v}),
    Atom("requires"): ("requires", frozenset),
    Atom("functions"): ("functions", _flat),
    Atom("macros"): ("macros", _flat),
    Atom("context_modules"): ("context_modules", list),
}
"""The fields that an :class:`Env` has itself: its slot, and what makes the slot's value of a term."""


def _imports(table: dict[str, Atom]) -> list[Any]:
    grouped: dict[Atom, list[Any]] = {}
    for signature, module in table.items():
        name, _, arity = signature.rpartition("/")
        grouped.setdefault(module, []).append((Atom(name), int(arity)))
    return [(module, sorted(pairs, key=lambda p: (p[0].name, p[1]))) for module, pairs in grouped.items()]
