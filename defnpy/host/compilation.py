"""Compiles one source text: expand, emit, execute; module bodies form by form."""

from __future__ import annotations

import ast
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from defnpy.codegen.emit import Emitter
from defnpy.codegen.module import emit_definitions, registration
from defnpy.codegen.unit import UnitCode
from defnpy.expand import expander as ex
from defnpy.expand import lint, remotes
from defnpy.expand.env import LINE, CompileFailure, Env, Unit, Var, line_of
from defnpy.expand.macros import NATIVE, definitions
from defnpy.expand.module import ModuleConflict, ModuleState
from defnpy.host import recovery, replay
from defnpy.stdlib import devices
from defnpy.terms.atom import Atom, alias, atom_name, is_atom
from defnpy.terms.errors import ArgumentError, CompileError, ElixirError, UndefinedFunctionError

if TYPE_CHECKING:
    from defnpy.host.evaluator import Evaluator

_recursion = threading.Lock()
_RECURSION_LIMIT = 40_000
_raised: list[int] = []
"""The limits to go back to, one for each compilation that is under way."""


@contextmanager
def deep_recursion() -> Any:
    """Room for deeply nested trees while compiling (Python frames need no C stack); the limit found is put back afterwards."""
    with _recursion:
        found = sys.getrecursionlimit()
        _raised.append(_raised[0] if _raised else found)
        if found < _RECURSION_LIMIT:
            sys.setrecursionlimit(_RECURSION_LIMIT)
    try:
        yield
    finally:
        with _recursion:
            before = _raised.pop()
            if not _raised and sys.getrecursionlimit() == _RECURSION_LIMIT and before < _RECURSION_LIMIT:
                sys.setrecursionlimit(before)


class Compilation:
    """One file, cell sequence or evaluated string: its environment, generated code and namespace."""

    def __init__(self, evaluator: Evaluator, file: str) -> None:
        from defnpy import rt

        self.evaluator = evaluator
        self.unit = Unit(file)
        self.code = UnitCode()
        self.namespace = rt.namespace(f"defnpy:{file}")
        self.namespace["OBJECTS"] = self.code.objects
        self.namespace["UNIT"] = self
        self.top = Emitter(self.code, None, top=True)
        self.env = kernel_env(self.unit)
        self.modules = self.code.modules
        self.preludes: list[ast.stmt] = []
        self.statements: list[ast.stmt] = []
        self.module_code: dict[int, list[ast.stmt]] = {}
        # Code of the modules nested in the one being compiled, to be placed before its own.
        self.nested: list[list[ast.stmt]] = []
        # False once something ran while compiling that a cached load could not leave out.
        self.replayable = True
        # What the whole program expanded to, the modules begun, and the error that ended a compilation.
        self.expanded: Any = None
        self.begun: set[Any] = set()
        self.failure: CompileError | None = None
        # Whether the file is part of a library: what its modules compute is computed once, when they are compiled.
        self.library = False
        # How many diagnostics were shown, and whether a warning was among them.
        self.reported = 0
        self.warned = False

    # -- running --

    def run_whole(self, tree: Any) -> Any:
        """Run a tree that is all of a program: no later one can read its variables, and one error names all its problems."""
        self.unit.recovering = True
        try:
            return self.run(tree, whole=True)
        except CompileError as error:
            if error is self.failure:
                recovery.name_all(self, error)
                self.unit.diagnostics = [d for d in self.unit.diagnostics if not any(d is told for told in error.diagnostics)]
            raise

    def run(self, tree: Any, *, name: str = "RESULT", whole: bool = False) -> Any:
        """Expand a program, then run it; gives the value of its last expression."""
        expanded = self.expand(tree)
        if whole:
            if self.unit.file.endswith(".defn"):
                # Python programs read the variables of a model file.
                for var in self.env.vars.values():
                    var.used = True
            self.unit.warn_unused(whole=True)
            self.report_warnings()
        prelude, statements = self.emit(expanded, name)
        self.statements.extend(statements)
        value = self.execute([*prelude, *statements], name)
        if whole:
            lint.unused(self.unit)
            remotes.check(self.unit, self.evaluator.provides)
            self.report_warnings()
        return value

    def expand(self, tree: Any) -> Any:
        """Expand a whole program; its problems raise one CompileError."""
        mark = len(self.unit.diagnostics)
        try:
            self.expanded = expanded = ex.expand(tree, self.env)
        except CompileFailure as failure:
            self.unit.diagnostics.append(failure.diagnostic)
            raise self.compile_error(mark) from None
        except Exception:
            # What goes wrong behind a recorded error may be its consequence.
            if self.unit.failure is None:
                raise
            raise self.compile_error(mark) from None
        if self.failed_since(mark):
            raise self.compile_error(mark)
        return expanded

    def failed_since(self, mark: int) -> bool:
        """Whether an error was recorded since there were *mark* diagnostics."""
        return any(d.severity == "error" for d in self.unit.diagnostics[mark:])

    def compile_only(self, tree: Any) -> None:
        """Compile a program and its top-level modules without running its other statements."""
        prelude, statements = self.emit(self.expand(tree), "RESULT")
        self.statements.extend(statements)
        self.execute(prelude, None)
        for statement in statements:
            index = replay.module_index(statement)
            if index is not None:
                self.execute([statement], None)

    def report_warnings(self) -> None:
        """Write the warnings collected so far to standard error, as the Elixir compiler does."""
        warnings = [d for d in self.unit.diagnostics[self.reported :] if d.severity == "warning"]
        self.reported = len(self.unit.diagnostics)
        if warnings:
            self.warned = True
            from defnpy.host.report import log

            if self.evaluator.collector is not None:
                self.evaluator.collector.extend(warnings)
            else:
                log(warnings)

    def emit(self, expanded: Any, name: str | None) -> tuple[list[ast.stmt], list[ast.stmt]]:
        """The constants newly needed, and the statements."""
        with self.top.block() as body:
            self.top.stmt(expanded, ("name", name) if name else "discard")
        return self.prelude(), body

    def prelude(self) -> list[ast.stmt]:
        new = self.code.take_prelude()
        self.preludes.extend(new)
        return new

    def execute(self, statements: list[ast.stmt], name: str | None) -> Any:
        module = ast.Module(body=statements, type_ignores=[])
        exec(compile(module, self.unit.file, "exec", dont_inherit=True), self.namespace)
        return self.namespace.get(name) if name else None

    def evaluate(self, expanded: Any) -> Any:
        """The value of one expanded expression of a module body."""
        if expanded is None or expanded.__class__ in (int, str, bool, float) or expanded.__class__ is Atom:
            return expanded
        watched = self.replayable and not replay.is_pure(expanded)
        if watched and not self.library:
            watched = self.replayable = False
        prelude, statements = self.emit(expanded, "VALUE")
        if not watched:
            return self.execute([*prelude, *statements], "VALUE")
        with self.evaluator.effects(self) as seen:
            value = self.execute([*prelude, *statements], "VALUE")
        self.replayable = not seen
        return value

    def artifact(self) -> ast.Module | None:
        """The whole program as one Python module, or None when it cannot be replayed from a cache."""
        return replay.artifact(self.preludes, self.statements, self.module_code) if self.replayable else None

    def compile_error(self, mark: int, module: Atom | None = None) -> CompileError:
        from defnpy.terms.inspect import inspect

        what = f"module {inspect(module)}" if module is not None else "file"
        made = CompileError(f"cannot compile {what} (errors have been logged)", self.unit.file, 0)
        made.diagnostics = list(self.unit.diagnostics[mark:])
        if self.evaluator.collector is not None:
            self.evaluator.collector.extend(made.diagnostics)
            self.reported = len(self.unit.diagnostics)
        self.failure = made
        return made

    @contextmanager
    def logging(self) -> Iterator[None]:
        """Problems of code that a running program compiles are written at once: the program may rescue the error."""
        try:
            yield
        except CompileError as error:
            if self.evaluator.collector is None and not hasattr(error, "logged"):
                from defnpy.host.report import log

                self.reported = len(self.unit.diagnostics)
                log(error.diagnostics)
                error.logged = True  # type: ignore[attr-defined]
            raise
        finally:
            lint.unused(self.unit)
            remotes.check(self.unit, self.evaluator.provides)
            self.report_warnings()

    # -- modules --

    def defmodule(self, index: int, name: Any, values: list[Any]) -> Any:
        """Run a ``defmodule``: called by generated code."""
        block, env, meta, variables = self.modules[index]
        if self.evaluator.watching is not self:
            self.evaluator.compiled += 1
        if index in self.module_code:
            self.replayable = False
        inner = env.fork()
        if variables:
            self._bind_globals(inner, variables, values)
        if not devices.captures_errors():
            return self.define_module(name, block, inner, meta, index)
        with self.logging():
            return self.define_module(name, block, inner, meta, index)

    def _bind_globals(self, env: Env, variables: list[Any], values: list[Any]) -> None:
        """Make the values of an enclosing function's variables visible to a module body."""
        table = dict(env.vars)
        for (key, var), value in zip(variables, values, strict=True):
            if var.owner is self.top:
                continue
            made = Var(var.name, var.context)
            made.python = self.code.names.fresh(f"outer_{len(self.code.names.taken)}")
            made.owner = self.top
            self.namespace[made.python] = value
            table[key] = made
        env.vars = table

    def define_module(self, name: Any, block: Any, env: Env, meta: Any, index: int = -1) -> Any:
        """Compile and register a module; gives ``{:module, name, binary, last value}``."""
        if name.__class__ is not Atom or "/" in name.name or "\\" in name.name:
            from defnpy.terms.inspect import inspect

            raise ArgumentError(f"invalid module name: {inspect(name)}")
        outer_state = self.evaluator.open.get(name)
        if outer_state is not None:
            from defnpy.terms.inspect import inspect

            place = f"{outer_state.env.file}:{line_of(outer_state.meta) or outer_state.env.line}"
            raise env.fail([(LINE, line_of(meta) or env.line)], f"cannot define module {inspect(name)} because it is currently being defined in {place}")
        state = ModuleState(name, env, meta)
        env.module = name
        env.state = state
        env.function = None
        env.context_modules = [name, *env.context_modules]
        mark, since = len(self.unit.diagnostics), len(self.unit.bindings)
        failure, self.unit.failure = self.unit.failure, None
        self.begun.add(name)
        evaluator = self.evaluator
        evaluator.open[name] = state
        state.compilation = self  # type: ignore[attr-defined]
        outer, self.nested = self.nested, []
        try:
            value = self._body(block, env)
            if self.unit.failure is None:
                self._before_compile(state, env)
            self._warn_of_body(mark, since)
            state.check_numerical_calls()
            sound = not self.failed_since(mark)
            if sound or (self.unit.recovering and not state.incomplete):
                state.check_locals(sound=sound)
            if self.failed_since(mark):
                raise self._module_error(mark, name)
            self._finish(state, index)
        except ModuleConflict as conflict:
            self.unit.diagnostics.append(conflict.scope.diagnostic("error", conflict.meta, conflict.message))
            raise self._module_error(mark, name) from None
        except CompileFailure as problem:
            env.recover(problem)
            raise self._module_error(mark, name) from None
        except Exception as error:
            if self.unit.failure is not None and error is not self.failure:
                raise self._module_error(mark, name) from None
            if isinstance(error, UndefinedFunctionError):
                _own_function(error, name)
            raise
        finally:
            self.unit.failure = failure
            evaluator.open.pop(name, None)
            inner, self.nested = self.nested, outer
            if index in self.module_code:
                self.module_code[index] = [s for part in inner for s in part] + self.module_code[index]
                self.nested.append(self.module_code[index])
        for module, function in reversed(state.get_attribute("after_compile")):
            found = ex.module_of(module)
            if found is not None and f"{function.name}/2" in found.functions:
                from defnpy.expand.env import MacroEnv

                found.functions[f"{function.name}/2"](MacroEnv(env), "")
        for module, function in reversed(state.get_attribute("after_verify")):
            self.evaluator.runtime.module(module).functions[f"{function.name}/1"](name)
        return (Atom("module"), name, b"\x7f\xff", value)

    def _warn_of_body(self, mark: int, since: int) -> None:
        """What a module's body binds and does not read is said before what its definitions gave rise to."""
        diagnostics = self.unit.diagnostics
        end = len(diagnostics)
        self.unit.warn_unused(since, whole=True)
        at = max(mark, self.reported)
        found = diagnostics[end:]
        diagnostics[end:] = []
        diagnostics[at:at] = found

    def _module_error(self, mark: int, name: Atom) -> CompileError:
        """The error that ends a module: that of the first problem behind which compilation went on only to find others."""
        failure = self.unit.failure
        if isinstance(failure, CompileError):
            failure.diagnostics = self.unit.diagnostics[mark:]
            self.failure = failure
            return failure
        return self.compile_error(mark, None if failure is not None and failure.in_file else name)

    def _body(self, block: Any, env: Env) -> Any:
        if not ex.is_node(block, ex.BLOCK):
            return self.form(block, env)
        value = None
        for form in block[2]:
            if form is not block[2][-1]:
                lint.useless(form, None, block[1], env)
            value = self.form(form, env)
        return value

    def form(self, form: Any, env: Env) -> Any:
        """One form of a module body, definitions handled without generating code."""
        while True:
            if ex.is_node(form, ex.BLOCK):
                return self._body(form, env)
            if ex.is_node(form, ex.SCOPE):
                return self._body(form[2][0], env.fork())
            macro, meta, args, module, name = self._macro_of(form, env)
            if macro is None:
                break
            if module is not ex.KERNEL:
                remotes.warn_of_deprecated(module, f"{name}/{len(args)}", meta, env)
            if not getattr(macro, "native_macro", False):
                form = ex.run_macro(macro, module, meta, args, env)
                continue
            if macro.rewrites:
                form = macro.quoted(meta, args, env)
                continue
            define = getattr(macro, "define", None)
            if define is not None and not definitions.has_unquote(args) and env.function is None:
                return self._define(define, args, env, meta)
            if name == "@" and self._plain_attribute(args, env, meta):
                return Atom("ok")
            break
        mark = len(self.unit.diagnostics)
        expanded = ex.expand_or_recover(form, env) if self.unit.recovering else ex.expand(form, env)
        return self.evaluate(expanded) if not self.failed_since(mark) else None

    def _macro_of(self, form: Any, env: Env) -> Any:
        nothing = (None, None, None, None, None)
        if form.__class__ is not tuple or len(form) != 3 or form[2].__class__ is not list:
            return nothing
        head, meta, args = form
        if head.__class__ is Atom:
            if head in ex.SPECIAL:
                return nothing
            signature = f"{head.name}/{len(args)}"
            module = env.macros.get(signature)
            if module is None:
                for arity, owner in ex.meta_get(meta, ex.IMPORTS, ()):
                    if arity == len(args):
                        module = owner
            if module is None:
                own = env.state.ready_macro(signature)
                if own is not None:
                    return env.state.local_macro(own), meta, args, env.module, head.name
                return nothing
            self.unit.used_imports.add((module, signature))
            return ex.find_macro(module, signature, env), meta, args, module, head.name
        if head.__class__ is tuple and head[0] is ex.DOT and len(head[2]) == 2:
            left, name = head[2]
            if ex.is_node(left, ex.ALIASES) or is_atom(left):
                module = ex.expand(left, env)
                if module.__class__ is Atom and name.__class__ is Atom:
                    signature = f"{name.name}/{len(args)}"
                    macro = ex.find_macro(module, signature, env)
                    if macro is not None and (module in env.requires or module is ex.KERNEL):
                        return macro, meta, args, module, name.name
                    if macro is None and name.name == "__using__":
                        raise _no_using(module)
        return nothing

    def _define(self, define: Any, args: list[Any], env: Env, meta: Any) -> Any:
        kind, kind_of_defn = define
        state = env.state
        state.pending_defn = kind_of_defn
        lost = self.unit.lost
        try:
            return state.define(kind, args[0], args[1] if len(args) > 1 else None, env, meta)
        except (CompileFailure, CompileError) as failure:
            if not self.unit.recovering or kind.startswith("defmacro"):
                raise
            env.recover(failure)
            state.incomplete = state.incomplete or state.defining is None
        finally:
            state.pending_defn = None
            self.unit.lost = lost

    def _plain_attribute(self, args: list[Any], env: Env, meta: Any) -> bool:
        """``@name literal`` needs no generated code."""
        tree = args[0]
        if tree.__class__ is not tuple or tree[2].__class__ is not list or len(tree[2]) != 1 or tree[0].__class__ is not Atom or tree[0] is ex.ALIASES:
            return False
        name, value = tree[0].name, tree[2][0]
        from defnpy.expand.macros.kernel import _record_type
        from defnpy.expand.module import UNREAD

        if name in UNREAD:
            env.state.doc_line = line_of(meta)
            _record_type(name, value, env)
            return True
        if value.__class__ in (int, str, float, bool) or (value.__class__ is Atom):
            from defnpy.host.definitions import put_attribute

            env.state.note_attribute(name, meta)
            put_attribute(env.state.name, name, value)
            return True
        return False

    def _before_compile(self, state: ModuleState, env: Env) -> None:
        for module, function in reversed(state.get_attribute("before_compile")):
            meta = state.meta
            found = ex.module_of(module) if module is not state.name else None
            signature = f"{function.name}/1"
            if found is not None and (signature in found.macros or f"{function.name}/*" in NATIVE.get(module, {})
                                      or signature in NATIVE.get(module, {})):
                env.requires = env.requires | {module}
                from defnpy.expand.env import MacroEnv

                macro = ex.find_macro(module, signature, env)
                if getattr(macro, "native_macro", False):
                    self.form(macro.quoted(meta, [MacroEnv(env)], env), env)
                else:
                    self.form(ex.run_macro(macro, module, meta, [MacroEnv(env.fork())], env), env)
            elif found is not None and signature in found.functions:
                from defnpy.expand.env import MacroEnv

                result = found.functions[signature](MacroEnv(env))
                if result is not None:
                    self.form(result, env)

    def _finish(self, state: ModuleState, index: int) -> None:
        listed = [d for d in state.definitions.values() if d.clauses]
        statements, names = emit_definitions(self.code, state.name, listed)
        register = registration(self.code, state.name, listed, names, module_info(state, self.unit.file), line_of(state.meta) or 1)
        self.execute([*self.prelude(), *statements, register], None)
        self.module_code[index] = [*statements, register]


def _no_using(module: Any) -> ElixirError:
    from defnpy.terms.errors import UndefinedFunctionError
    from defnpy.terms.inspect import inspect

    if ex.module_of(module) is None:
        return UndefinedFunctionError(module, Atom("__using__"), 1)
    return UndefinedFunctionError(module, Atom("__using__"), 1, message=f"function {inspect(module)}.__using__/1 is undefined or private")


def module_info(state: ModuleState, file: str) -> dict[str, Any]:
    """What a compiled module remembers."""
    info: dict[str, Any] = dict(state.info)
    info["file"] = file
    info["line"] = line_of(state.meta)
    if state.struct is not None:
        info.update(state.struct)
    if state.callbacks:
        info["callbacks"] = _listed_callbacks(state.callbacks)
        optional = set(state.optional_callbacks)
        info["optional_callbacks"] = [c for c in info["callbacks"] if _written(c) in optional]
    for name in ("behaviour", "fallback_to_any", "undefined_impl_description"):
        value = state.attributes.get(name)
        if value not in (None, []):
            info[name] = value
    if state.deprecated:
        info["deprecated"] = dict(state.deprecated)
    if state.docs:
        info["docs"] = state.remembered_docs()
    derived = [d if d.__class__ is tuple else (d, []) for d in state.get_attribute("derive")]
    if derived:
        info["derive"] = derived
    kept = [(Atom(k), value if value.__class__ is list else [value]) for k in sorted(state.persisted | {"behaviour", "vsn"}) if k in state.attributes
            for value in (reversed(state.attributes[k]) if k in state.accumulating else [state.attributes[k]])]
    if kept:
        info["attributes"] = kept
    defns = [d.signature for d in state.definitions.values() if d.defn in ("defn", "defnp")]
    if defns:
        info["defn"] = defns
    transforms = [d.signature for d in state.definitions.values() if d.defn in ("deftransform", "deftransformp")]
    if transforms:
        info["deftransform"] = transforms
    return info


def _written(callback: Any) -> Any:
    """Name and arity of a callback as its module declares them."""
    name, arity = callback
    return (Atom(atom_name(name)[6:]), arity - 1) if atom_name(name).startswith("MACRO-") else callback


def _listed_callbacks(declared: list[Any]) -> list[Any]:
    """Callbacks as ``behaviour_info/1`` lists them: by the names that were written, from the last on."""
    by_name = {(atom_name(name), arity): callback for callback in declared for name, arity in [_written(callback)]}
    return [by_name[key] for key in sorted(by_name, reverse=True)]


def kernel_env(unit: Unit) -> Env:
    """The environment of a new file: Kernel is imported."""
    env = Env(unit)
    found = ex.module_of(alias("Kernel"))
    assert found is not None
    macros = dict.fromkeys(NATIVE[ex.KERNEL], ex.KERNEL)
    env.macros = macros
    env.functions = {s: ex.KERNEL for s in found.functions if s not in macros and not s.startswith("__")}
    env.requires = frozenset({ex.KERNEL, alias("Application")})
    return env


def _own_function(error: UndefinedFunctionError, module: Atom) -> None:
    """A function that the module being compiled does not have yet is not available: the module itself is no matter."""
    fields = error.term.fields
    if fields[Atom("module")] in (None, module) and fields[Atom("function")] is not None and fields[Atom("reason")] is None:
        fields[Atom("module")], fields[Atom("reason")] = module, Atom("function not available")
