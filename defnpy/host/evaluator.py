"""The language tower as the Runtime sees it: programs, evaluated terms, macros and protocols while they are compiled."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from defnpy.codegen.module import emit_definitions
from defnpy.expand.env import Diagnostic, Env, Var
from defnpy.expand.macros import NATIVE, definitions
from defnpy.expand.module import Definition, ModuleState
from defnpy.host.compilation import Compilation, deep_recursion
from defnpy.terms.atom import Atom, atom_name
from defnpy.terms.errors import ArgumentError
from defnpy.terms.process import Process, current
from defnpy.terms.runtime import Runtime


class Evaluator:
    """The language tower as the Runtime sees it."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.open: dict[Atom, ModuleState] = {}
        # A list that takes the diagnostics of what is compiled (Code.with_diagnostics), or None.
        self.collector: list[Diagnostic] | None = None
        # How many modules and texts were compiled, but for those of files that are loaded meanwhile.
        self.compiled = 0
        # The compilation whose module body runs code that is watched.
        self.watching: Compilation | None = None

    @contextmanager
    def effects(self, compilation: Compilation) -> Iterator[list[str]]:
        """Run code of a module body; afterwards the list says what it did that outlives the module."""
        seen: list[str] = []
        process = current()
        leader = process.leader
        before = self._state(process)

        def write(text: str) -> None:
            seen.append("output")
            (leader or sys.stdout.write)(text)

        process.leader = write
        outer, self.watching = self.watching, compilation
        try:
            yield seen
        finally:
            process.leader = leader
            self.watching = outer
        if before != self._state(process):
            seen.append("state")

    def _state(self, process: Process) -> list[Any]:
        """What differs after code that compiled something, asked for a permission or changed a setting."""
        settings = [(name, id(value)) for table in (self.runtime.options, process.state, process.dictionary) for name, value in table.items()]
        return [self.compiled, self.runtime.asked, *settings]

    def provides(self, name: Atom) -> bool:
        """Whether a module that is not loaded would be there when it is needed, or belongs to a library of defnpy's own."""
        from defnpy.host.catalog import tables

        known = tables()
        return name in NATIVE or name.name in known or ".".join(name.name.split(".")[:2]) in known or any(
            loader.knows(name) for loader in self.runtime.loaders)

    def stacktrace(self, error: BaseException) -> list[Any]:
        """``__STACKTRACE__`` of an exception."""
        from defnpy.host.translate import stacktrace_of

        return stacktrace_of(error)

    def blame(self, module: Any, function: Any, args: list[Any]) -> tuple[Any, list[Any]] | None:
        """The kind and the clauses of a function that took none of *args*."""
        from defnpy.host.blame import clauses

        return clauses(module, function, args)

    def compilation(self, file: str) -> Compilation:
        """A new file or evaluated string."""
        self.compiled += 1
        return Compilation(self, file)

    def run_text(self, text: str | bytes, file: str = "nofile", *, compiled: bool = False) -> Any:
        """The value of a program given as text. Functions of a *compiled* one show its file, those of evaluated text do not."""
        from defnpy.host.source import parse_program

        made = self.compilation(file)
        if compiled:
            made.namespace["__file__"] = file
        with deep_recursion(), made.logging():
            return made.run(parse_program(text, file))

    def eval_quoted(self, tree: Any, bindings: list[tuple[Any, Any]], file: str = "nofile", env: Env | None = None, *,
                    logged: bool = True, columns: bool = True) -> tuple[Any, list[Any], Env]:
        """The value of *tree*, and the bindings and environment afterwards. Problems are written unless *logged* is false."""
        made = self.compilation(file)
        made.unit.columns, made.unit.evaluated = columns, True
        if env is not None:
            keep = made.env.vars
            inner = env.fork()
            inner.unit = made.unit
            inner.vars = keep
            made.env = inner
            if inner.function is not None:
                inner.function = None
        for name, value in bindings:
            key = (name[0].name, name[1]) if name.__class__ is tuple else (name.name, None)
            var = Var(key[0], key[1])
            var.owner = made.top
            var.python = made.code.names.fresh("bound_" + "".join(c if c.isalnum() else "_" for c in key[0]))
            made.namespace[var.python] = value
            made.env.vars = {**made.env.vars, key: var}
        with deep_recursion(), made.logging() if logged else nullcontext():
            value = made.run(tree)
        out = []
        for (name, context), var in made.env.vars.items():
            if var.python in made.namespace and not name.startswith("%"):
                label: Any = Atom(name) if context is None else (Atom(name), context)
                out.append((label, made.namespace[var.python]))
        if tree.__class__ is tuple:  # code that does nothing gives the bindings back as they are
            out.sort(key=lambda p: p[0].name if p[0].__class__ is Atom else p[0][0].name, reverse=True)
        return value, out, made.env

    def local_macro(self, state: ModuleState, definition: Definition) -> Callable[..., Any]:
        """Compile a macro of a module that is still open, with the definitions made so far that it may call."""
        listed = _callable_from(state, definition)
        made_of = [(d, len(d.clauses)) for d in listed]
        found = state.compiled.get(definition.signature)
        if found is not None and len(found[0]) == len(made_of) and all(a is b and m == n for (a, m), (b, n) in zip(found[0], made_of, strict=True)):
            return found[1]
        compilation = state.compilation  # type: ignore[attr-defined]
        statements, names = emit_definitions(compilation.code, state.name, listed)
        compilation.execute([*compilation.prelude(), *statements], None)
        made = compilation.namespace[names[definition.signature]]
        state.compiled[definition.signature] = (made_of, made)
        return made

    def struct_ahead(self, state: ModuleState) -> None:
        """Evaluate the defstruct that a module is at: a module whose struct is a default of its fields needs it in turn."""
        form, state.awaited_struct = state.awaited_struct, None
        state.compilation.form(form, state.env.fork())  # type: ignore[attr-defined]
        state.struct_ahead = state.struct is not None

    def derive(self, state: ModuleState) -> None:
        """Derive the protocols in ``@derive``."""
        listed = [one for item in state.get_attribute("derive") for one in (item if item.__class__ is list else [item])]
        for item in listed:
            protocol, options = item if item.__class__ is tuple else (item, [])
            tree = self.deriving(protocol, state.name, dict(state.struct["struct"]), options, state.env)  # type: ignore[index]
            if tree is not None:
                state.info.setdefault("deriving", []).append((protocol, options))
                state.compilation.form(tree, state.env.fork())  # type: ignore[attr-defined]

    def deriving(self, protocol: Any, target: Atom, fields: dict[Any, Any], options: Any, env: Env) -> Any:
        """The code that derives *protocol* for a struct's module; None where a native protocol needs none."""
        from defnpy.expand.env import MacroEnv
        from defnpy.terms.struct import Struct

        found, any_ = self.runtime.find(protocol), self.runtime.find(Atom(f"{atom_name(protocol)}.Any"))
        if found is not None and "__deriving__/2" in found.macros:
            return found.macros["__deriving__/2"](MacroEnv(env), target, options)
        if any_ is not None and "__deriving__/3" in any_.macros:
            return any_.macros["__deriving__/3"](MacroEnv(env), target, Struct(target, fields), options)
        if found is None or found.native or "protocol" not in found.info:
            return None
        if any_ is None:
            from defnpy.terms.inspect import inspect

            shown = inspect(protocol)
            raise ArgumentError(f"could not load module {shown}.Any due to reason :nofile, cannot derive {shown} for {inspect(target)}")
        return definitions.delegating_impl(protocol, any_.name, target, found.info["protocol"])


def _callable_from(state: ModuleState, definition: Definition) -> list[Definition]:
    """The definitions of a module that *definition* calls, and those that they call; what is overridden is among them."""
    by_name: dict[str, list[Definition]] = {}
    for d in state.definitions.values():
        if d.clauses:
            by_name.setdefault("super" if d.name.startswith("super ") else d.name, []).append(d)
    reached: dict[str, None] = {}
    waiting = [definition.name, "super"]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached[name] = None
            waiting.extend(call[0].rpartition("/")[0] for d in by_name.get(name, ()) for call in d.calls)
    return [d for name in sorted(reached) for d in by_name.get(name, ())]
