"""A module while it is being compiled: definitions, attributes, struct."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from defnpy.base.nearest import nearest
from defnpy.expand import expander as ex
from defnpy.expand import lint, shadow, signatures
from defnpy.expand.clauses import Clause, split_when
from defnpy.expand.env import LINE, Env, MacroEnv, Var, column_of, line_of
from defnpy.expand.patterns import expand_guard, expand_patterns
from defnpy.terms.atom import Atom, atom_name, is_atom, to_atom
from defnpy.terms.errors import ArgumentError, CompileError
from defnpy.terms.runtime import runtime

DEFAULT = Atom("\\\\")
ACCUMULATED = ("behaviour", "derive", "before_compile", "after_compile", "on_definition", "callback", "macrocallback",
               "spec", "type", "typep", "opaque", "optional_callbacks", "compile", "dialyzer", "external_resource",
               "after_verify")
HOOKS = ("before_compile", "after_compile", "on_definition", "after_verify")
UNREAD = ("spec", "type", "typep", "opaque", "callback", "macrocallback")


@dataclass(slots=True)
class Definition:
    """A function or macro: ``kind`` is def, defp, defmacro or defmacrop; ``defn`` is None, "defn" or "deftransform"."""

    kind: str
    name: str
    arity: int
    clauses: list[Clause] = field(default_factory=list)
    meta: Any = field(default_factory=list)
    file: str = ""
    defaults: int = 0
    wrapper: bool = False
    defn: str | None = None
    option_positions: tuple[int, ...] = ()
    caller: Any = None
    # Whether the clause that gave the defaults has a body.
    with_body: bool = False
    # Whether its first clause has unquote fragments.
    fragments: bool = False
    # The local calls of its clauses: those of a definition that is overridden do not count.
    calls: list[Any] = field(default_factory=list)

    @property
    def signature(self) -> str:
        return f"{self.name}/{self.arity}"

    @property
    def public(self) -> bool:
        return self.kind in ("def", "defmacro")


class ModuleState:
    """Definitions and attributes of the module that is being compiled."""

    def __init__(self, name: Atom, env: Env, meta: Any) -> None:
        self.name = name
        self.env = env
        self.meta = meta
        self.attributes: dict[str, Any] = {}
        self.accumulating: set[str] = set(ACCUMULATED)
        # The attributes that the source sets, with the place, and those that something read.
        self.written_attributes: dict[str, Any] = {}
        self.read_attributes: set[str] = set()
        # Where the source sets what documents or marks the next definition, until one takes it.
        self.waiting: dict[str, int] = {}
        self.deprecated: dict[str, str] = {}
        self.persisted: set[str] = set()
        self.registered: set[str] = set()
        self.definitions: dict[str, Definition] = {}
        self.import_calls: list[tuple[str, Any, Any]] = []
        self.local_calls: list[tuple[str, Any, bool, str, Any]] = []
        self.overridable: dict[str, Definition | None] = {}
        self.super_count = 0
        self.struct: dict[str, Any] | None = None
        self.struct_line = 0
        # Whether @derive was set and no defstruct has come since.
        self.derive_left = False
        self.types: set[str] = set()
        # The private types, with their lines, and the types that others, specifications and callbacks name.
        self.private_types: dict[str, int] = {}
        self.used_types: set[str] = set()
        self.type_problems: list[Any] = []
        # The functions that @spec names, and where.
        self.specs: dict[str, int] = {}
        self.info: dict[str, Any] = {}
        # What @moduledoc and @doc said: (kind, name, arity, line, text, false or None, metadata, parameters or specification); and what waits for its function.
        self.docs: list[tuple[str, str, int, int, Any, list[Any], Any]] = []
        self.doc_line = 0
        self.pending_doc: tuple[int, Any, list[Any]] | None = None
        self.callbacks: list[Any] = []
        self.optional_callbacks: list[Any] = []
        # The definitions that @impl stands before, with its value.
        self.impls: list[tuple[Definition, Any, Any]] = []
        self.last: Definition | None = None
        self.compiled: dict[str, Any] = {}
        # The defstruct that is being expanded, and whether a module that it needs had it evaluated ahead.
        self.awaited_struct: Any = None
        self.struct_ahead = False
        self.pending_defn: str | None = None
        # The definition whose clause is being made, once its head is understood; whether there was one whose head was not.
        self.defining: Definition | None = None
        self.incomplete = False
        # Callbacks that a macro of a native module stands for.
        self.provided: set[str] = set()
        # What is told when all definitions are sound, with its rank.
        self.late: list[tuple[int, Any]] = []
        # Whether the definition being made has unquote fragments: nothing warns of the order of such clauses.
        self.fragments = False

    def calls_by_name(self, signature: str) -> None:
        """Note a function that the module's users call through its facts, as the callbacks of tests."""
        self.local_calls.append((signature, self.meta, False, self.env.file, None))

    # -- attributes --

    def get_attribute(self, name: str, default: Any = None) -> Any:
        self.read_attributes.add(name)
        self.waiting.pop(name, None)
        if name in self.attributes:
            return self.attributes[name]
        return [] if name in self.accumulating else default

    def put_attribute(self, name: str, value: Any) -> None:
        if name in UNREAD:
            raise ArgumentError("attributes type, typep, opaque, spec, callback, and macrocallback must be set directly via the @ notation")
        if name == "deprecated" and value.__class__ is not str:
            raise ArgumentError("@deprecated is a built-in module attribute for annotating a definition as deprecated. It should be a string with "
                                f"the reason for the deprecation, got: {_show(value)}")
        if name == "file" and not (value.__class__ is str or (value.__class__ is tuple and len(value) == 2 and value[0].__class__ is str)):
            raise ArgumentError("@file is a built-in module attribute for annotating the file and line the next definition comes from, it should be a "
                                f"string or {{string, line}} tuple as value, got: {_show(value)}")
        if name in ("impl", "deprecated"):
            self._set_again(name)
        if name == "impl" and (value is None or not is_atom(value)):
            raise ArgumentError("@impl is a built-in module attribute that marks the next definition as a callback implementation, it should be a "
                                f"module or a boolean, got: {_show(value)}")
        if name == "compile":
            self._no_warnings(value)
        if name == "fallback_to_any" and "__protocol__" in self.attributes:
            self.attributes["__protocol__"] = [(Atom(name), value)]
        if name == "derive":
            self.derive_left = True
        if name == "optional_callbacks":
            self.optional_callbacks.extend(value)
        if name in HOOKS:
            value = value if value.__class__ is tuple else (value, Atom("__" + name + "__"))
        if name in self.accumulating:
            self.attributes[name] = [value, *self.attributes.get(name, [])]
        else:
            self.attributes[name] = value

    def put_doc(self, name: str, value: Any) -> None:
        """``@moduledoc``, ``@doc`` and ``@typedoc``, written at ``doc_line``; a keyword list is metadata."""
        is_meta = value.__class__ is list
        if not is_meta:
            self.attributes[name] = value
            self._set_again(name)
        if name == "moduledoc":
            if value is False or value.__class__ is str:
                self.docs.append(("module", "", 0, self.doc_line, value, [], ""))
        elif name == "doc":
            line, text, meta = self.pending_doc or (self.doc_line, None, [])
            self.pending_doc = (line, text, [*meta, *value]) if is_meta else (self.doc_line, value, meta)

    def note_attribute(self, name: str, meta: Any) -> None:
        """The source sets an attribute."""
        self.doc_line = line_of(meta)
        if lint.written(meta):
            self.written_attributes[name] = meta

    def _set_again(self, name: str) -> None:
        """Warn of what was to document or mark the next definition and is set once more."""
        before = self.waiting.get(name)
        if self.env.function is None and name in self.written_attributes and line_of(self.written_attributes[name]) == self.doc_line:
            if before is not None:
                self.env.warn([], f"redefining @{name} attribute previously set at line {before}", self.doc_line)
            self.waiting[name] = self.doc_line

    def _no_warnings(self, value: Any) -> None:
        """``@compile {:no_warn_undefined, names}``."""
        for option in value if value.__class__ is list else [value]:
            if option.__class__ is tuple and len(option) == 2 and option[0] is NO_WARN:
                self.env.unit.not_warned.extend(option[1] if option[1].__class__ is list else [option[1]])

    def _deprecate(self, found: Definition) -> None:
        if "deprecated" in self.attributes:
            reason = self.attributes.pop("deprecated")
            self.waiting.pop("deprecated", None)
            for n in range(found.defaults + 1):
                self.deprecated[f"{found.name}/{found.arity - n}"] = reason

    def _impl(self, found: Definition, meta: Any) -> None:
        if "impl" in self.attributes:
            value = self.attributes.pop("impl")
            self.waiting.pop("impl", None)
            if all(d is not found for d, _, _ in self.impls):
                self.impls.append((found, value, meta))

    def _document(self, found: Definition, params: list[Any], defaults: dict[int, Any], env: Env, *, head: bool) -> None:
        """Remember a public function with its parameters; the documentation that waits is its own."""
        line, text, meta = self.pending_doc or (line_of(found.meta), None, [])
        waited, self.pending_doc = self.pending_doc is not None, None
        self.waiting.pop("doc", None)
        if waited and not found.public and text is not None and text is not False and lint.written(found.meta):
            self._place((found.name, found.arity), self.env.file).warn(
                [], f"{found.kind} {found.signature} is private, @doc attribute is always discarded for private functions/macros/types", line)
        if not found.public or (found.name.startswith("__") and not waited):
            return
        key = ("macro" if found.kind == "defmacro" else "function", found.name, found.arity)
        at = next((i for i, entry in enumerate(self.docs) if entry[:3] == key), None)
        if at is None:
            self.docs.append((*key, line, text, meta, signatures.parts(params, defaults, env)))
            return
        was = self.docs[at]
        if waited:
            if was[4].__class__ is str and text.__class__ is str and not head and not found.defn and lint.written(found.meta):
                self._place((found.name, found.arity), self.env.file).warn([], lint.DOCUMENTED_TWICE.format(was[3], found.name), line)
            was = self.docs[at] = (*key, line, text, meta, was[6])
        if not all(part.sure for part in was[6]):
            self.docs[at] = (*was[:6], signatures.merged(was[6], signatures.parts(params, defaults, env)))

    def declare(self, kind: str, name: str, arity: int, spec: Any, meta: Any) -> None:
        """A callback of the module: ``kind`` is callback or macrocallback."""
        line, text, more = self.pending_doc or (line_of(meta), None, [])
        self.pending_doc = None
        self.waiting.pop("doc", None)
        self.callbacks.append((Atom(name), arity) if kind == "callback" else (Atom("MACRO-" + name), arity + 1))
        self.docs.append((kind, name, arity, line, text, more, signatures.bare(spec)))

    def remembered_docs(self) -> list[Any]:
        """The documentation as the compiled module keeps it."""
        return [(*entry[:6], signatures.recorded(entry[6])) if entry[0] in ("function", "macro") else entry for entry in self.docs]

    def register_attribute(self, name: str, *, accumulate: bool, persist: bool) -> None:
        self.registered.add(name)
        if accumulate:
            self.accumulating.add(name)
            self.attributes.setdefault(name, [])
        if persist:
            self.persisted.add(name)

    # -- struct --

    def struct_info(self) -> dict[str, Any] | None:
        return self.struct

    def set_struct(self, fields: list[tuple[Any, Any]], enforce: list[Any]) -> None:
        self.struct = {"struct": fields, "enforce_keys": enforce}
        self.derive_left = False
        # The documentation that waits is that of __struct__.
        self.pending_doc = None
        self.waiting.pop("doc", None)
        self.struct_line = self.doc_line or self.env.line

    # -- definitions --

    def define(self, kind: str, head: Any, options: Any, env: Env, meta: Any) -> Any:
        """Store one clause of a function or macro; gives ``{name, arity}``."""
        self.defining = None
        (call,), guards = split_when([head]) if not ex.is_node(head, ex.WHEN) else ([head[2][0]], _guards(head))
        name, args = _name_and_args(kind, call, env, meta)
        if call.__class__ is tuple and column_of(call[1]) and lint.written(meta):
            # A definition is where its name is.
            meta = call[1]
        defn = self.pending_defn
        arity = len(args)
        plain, defaults = _split_defaults(args)
        signature = f"{name}/{arity}"
        found = self.definitions.get(signature)
        scope = self._scope(env, name, arity, meta)
        _check_name(kind, name, args, scope, meta)
        if "file" in self.attributes:
            given = self.attributes.pop("file")
            scope.file = given[0] if given.__class__ is tuple else given
        if defn in ("defn", "defnp"):
            from defnpy.expand.macros.nx_defn import import_kernel

            scope.defn = True
            import_kernel(scope)
        if signature in self.overridable and found is not None and found is self.overridable[signature]:
            if found.kind.startswith("defmacro") != kind.startswith("defmacro"):
                kinds = {True: "macro (defmacro, defmacrop)", False: "function (def, defp)"}
                was = found.kind.startswith("defmacro")
                raise env.fail(meta, f"cannot override {kinds[was]} {signature} in module {_show(self.name)} as a {kinds[not was]}")
            dropped = {id(call) for call in found.calls}
            self.local_calls = [call for call in self.local_calls if id(call) not in dropped]
            found = None
            del self.definitions[signature]
        if found is not None and found.wrapper:
            owner = next(d for d in self.definitions.values() if d.name == name and d.defaults and d.arity > arity)
            raise _Conflict(self, scope, meta, f"{kind} {signature} conflicts with defaults from {owner.signature}")
        if found is not None and found.kind != kind:
            raise scope.fail_in_file(meta, f"{kind} {signature} already defined as {found.kind} in {found.file}:{line_of(found.meta)}")
        anew = found is None
        if found is None:
            found = Definition(kind, name, arity, meta=meta, file=scope.file, defn=defn)
            self.definitions[signature] = found
        self.defining = found
        self._impl(found, meta)
        self._document(found, plain, defaults, scope, head=options is None)
        if defaults:
            self._defaults(found, plain, defaults, scope, env, meta, anew=anew)
        if not self.fragments:
            if not found.fragments:
                lint.scattered(found, self.last, env, meta, head=options is None)
            self.last = found
        elif not found.clauses:
            found.fragments = True
        self._deprecate(found)
        if "on_definition" in self.attributes:
            self._on_definition(found, plain, guards, options, env)
        answer = True if found.defn in ("defn", "defnp") else (Atom(name), arity)
        if options is None:
            if guards:
                raise scope.fail(meta, f'missing :do option in "{kind}"')
            if any(p.__class__ is not tuple or len(p) != 3 or p[2].__class__ is list for p in plain):
                scope.module_error(meta, INVALID_HEAD)
            return answer
        if found.defaults and not defaults and len(found.clauses) == 1 and found.clauses[0].source is not None and found.with_body:
            env.warn_of_clause(meta, lint.MIXED_DEFAULTS.format(f"{kind} {signature}"))
        found.with_body = bool(defaults)
        before = len(self.local_calls)
        clause = self._clause(found, plain, guards, options, scope, meta)
        found.clauses.append(clause)
        found.calls.extend(self.local_calls[before:])
        return answer

    def _scope(self, env: Env, name: str, arity: int, meta: Any) -> Env:
        scope = env.fork()
        scope.function = (name, arity)
        scope.vars = {}
        scope.context = None
        scope.match = None
        scope.rescuing = False
        scope.line = line_of(meta) or env.line
        return scope

    def _clause(self, found: Definition, params: list[Any], guards: list[Any], options: Any, scope: Env, meta: Any) -> Clause:
        if found.kind in ("defmacro", "defmacrop"):
            if found.caller is None:
                found.caller = Var("__CALLER__", None)
            scope.vars = {("__CALLER__", None): found.caller}
        if scope.defn:
            from defnpy.expand.defn import check_head

            check_head(self, found, found.defn or "defn", params, guards, scope, meta)
        since = len(scope.unit.bindings)
        patterns = expand_patterns(params, scope)
        held = [expand_guard(g, scope) for g in guards]
        body = _function_body(options, found.kind, meta, scope)
        made = Clause(patterns, held, ex.expand(body, scope), meta, (params, guards, body))
        scope.unit.warn_unused(since, whole=True)
        return made

    def _on_definition(self, found: Definition, params: list[Any], guards: list[Any], body: Any, env: Env) -> None:
        """Call the hooks that ``@on_definition`` names."""
        for module, function in self.attributes.get("on_definition", ()):
            inner = env.fork()
            inner.function = None
            runtime().module(module).functions[f"{atom_name(function)}/6"](
                MacroEnv(inner), Atom(found.kind), to_atom(found.name), params, guards, body)

    def _defaults(self, found: Definition, plain: list[Any], defaults: dict[int, Any], scope: Env, env: Env, meta: Any, *,
                  anew: bool) -> None:
        signature = found.signature
        if not anew:
            if found.defaults:
                raise scope.fail_in_file(meta, _MULTIPLE_DEFAULTS.format(kind=found.kind, signature=signature))
            env.warn_of_clause(meta, lint.MIXED_DEFAULTS.format(f"{found.kind} {signature}"))
        found.defaults = len(defaults)
        positions = sorted(defaults)
        found.option_positions = tuple(positions)
        for given in range(len(positions)):
            arity = found.arity - len(positions) + given
            short = f"{found.name}/{arity}"
            existing = self.definitions.get(short)
            if existing is not None and existing.defaults:
                raise _Conflict(self, scope, meta, f"{found.kind} {signature} defaults conflicts with {short}")
            missing = set(positions[given:])
            wrapper_scope = self._scope(env, found.name, arity, meta)
            params: list[Any] = []
            call_args: list[Any] = []
            for i in range(found.arity):
                if i in missing:
                    call_args.append(ex.expand(defaults[i], wrapper_scope))
                else:
                    base = plain[i][0].name if _is_variable(plain[i]) else f"x{i}"
                    var = Var(base, Atom("%default"))
                    params.append((Atom(base), meta, var))
                    call_args.append((Atom(base), meta, var))
            # A function of that arity that is there already gets one more clause.
            wrapper = existing or Definition(found.kind, found.name, arity, meta=meta, file=env.file, wrapper=True, defn=found.defn)
            if found.kind in ("defmacro", "defmacrop") and wrapper.caller is None:
                wrapper.caller = Var("__CALLER__", None)
                target: Any = (Atom("%local"), meta, [found.signature, (Atom("__CALLER__"), meta, wrapper.caller), *call_args])
            else:
                target = (Atom("%local"), meta, [found.signature, *call_args])
            wrapper.clauses.append(Clause(params, [], target, meta))
            wrapper.option_positions = tuple(i for i, p in enumerate(p for p in range(found.arity) if p not in missing) if p in positions)
            self.definitions[short] = wrapper

    def ready_macro(self, signature: str) -> Definition | None:
        """The macro *signature* of this module, once a clause of it is complete."""
        own = self.definitions.get(signature)
        if own is None or own.kind not in ("defmacro", "defmacrop") or not own.clauses:
            return None
        if own.wrapper and not any(d.clauses for d in self.definitions.values() if d.name == own.name and d.defaults and d.arity > own.arity):
            return None
        return own

    def local_macro(self, definition: Definition) -> Any:
        """The callable of a macro of this very module; compiled when first used."""
        return runtime().evaluator.local_macro(self, definition)

    # -- overriding --

    def make_overridable(self, signatures: list[str], env: Env, meta: Any) -> None:
        for signature in signatures:
            found = self.definitions.get(signature)
            if found is None:
                raise ArgumentError(f"cannot make function {signature} overridable because it was not defined")
            self.overridable[signature] = found

    def super_name(self, function: tuple[str, int], meta: Any, env: Env) -> str:
        """Move the overridden definition aside under a name of its own; gives that name."""
        signature = f"{function[0]}/{function[1]}"
        old = self.overridable.get(signature)
        if old is None:
            raise env.fail(meta, f"no super defined for {signature} in module {_show(self.name)}. Overridable functions available are: "
                           + ", ".join(self.overridable))
        if old.name.startswith("super "):
            return old.name
        self.super_count += 1
        self.local_calls.extend(old.calls)
        moved = Definition("defp", f"super {old.name} {self.super_count}", old.arity, old.clauses, old.meta, old.file, defn=old.defn)
        self.definitions[moved.signature] = moved
        self.overridable[signature] = moved
        return moved.name

    # -- checks --

    def check_numerical_calls(self) -> None:
        """Refuse calls in numerical definitions of what is none."""
        for signature, meta, in_defn, file, function in self.local_calls:
            if in_defn:
                from defnpy.expand.defn import check_local_call

                try:
                    check_local_call(self, signature, meta, file)
                except CompileError as failure:
                    if not self.env.unit.recovering:
                        raise
                    self._place(function, file).recover(failure, (None, meta, []))

    def check_locals(self, *, sound: bool = True) -> None:
        """Report calls of functions that the module does not have; what is unused in it only where the module is *sound* so far."""
        names = [d.name for d in self.definitions.values()]
        if sound:
            for d in self.definitions.values():
                if not d.clauses and not d.defn:
                    self.env.module_error(d.meta, f"implementation not provided for predefined {d.kind} {d.signature}")
            lint.unused_derive(self)
            self._warn_unused()
            self.env.unit.compiled.append(self)
            self._check_inline()
            lint.unused_types(self)
            self._check_specs()
            for d in self.definitions.values():
                shadow.check(d.clauses, self.env, d.signature)
            self.late.sort(key=lambda told: (told[0], told[1].line, told[1].column))
            self.env.unit.diagnostics.extend(told for _, told in self.late)
            lint.unread_attributes(self)
        imported = {signature: module for signature, module, _ in self.import_calls}
        for signature, module in imported.items():
            if signature in self.definitions:
                self.env.module_error(self.definitions[signature].meta, f"imported {_show(module)}.{signature} conflicts with local function")
        for signature, meta, in_defn, file, function in sorted(self.local_calls, key=lambda call: call[4] or ("", 0), reverse=True):
            if in_defn and not sound:
                continue
            found = self.definitions.get(signature)
            inner = self._place(function, file)
            name = signature.rpartition("/")[0]
            length = len(name) if function is not None else 1
            if found is not None:
                if found.kind in ("defmacro", "defmacrop"):
                    inner.module_error(meta, f"cannot invoke macro {signature} before its definition", length=length)
                continue
            if signature in IMPLICIT:
                inner.module_error(meta, f"undefined function {signature} (this function is auto-generated by the compiler and must always be called as a "
                                  f"remote, as in __MODULE__.{signature})")
                continue
            hint = None
            same = [s for s in self.definitions if s.rpartition("/")[0] == name]
            if same:
                hint = "did you mean:\n\n" + "\n".join(f"      * {s}" for s in same)
            else:
                near = nearest(name, names)
                if near:
                    hint = "did you mean:\n\n" + "\n".join(f"      * {s}" for s in self.definitions if s.rpartition("/")[0] == near)
            inner.module_error(meta, f"undefined function {signature} (expected {_show(self.name)} to define such a function or for it to be "
                           "imported, but none are available)", hint, length)

    def _place(self, function: Any, file: str) -> Env:
        """The environment of what one of the functions says."""
        inner = self.env.fork()
        inner.function, inner.file = function, file
        return inner

    def _check_specs(self) -> None:
        """Specifications are of functions that the module has."""
        if "__protocol__" in self.attributes:
            return
        for signature, line in self.specs.items():
            if signature not in self.definitions and signature not in SPECIFIED and signature not in self.provided:
                raise self.env.fail_in_file([(LINE, line)], f"spec for undefined function {signature}")

    def _check_inline(self) -> None:
        """``@compile {:inline, functions}`` names functions of the module."""
        place = [(LINE, line_of(self.meta) or self.env.line)]
        for value in self.attributes.get("compile", ()):
            for option in value if value.__class__ is list else [value]:
                if option.__class__ is not tuple or len(option) != 2 or option[0] is not INLINE:
                    continue
                for pair in option[1] if option[1].__class__ is list else [option[1]]:
                    if pair.__class__ is not tuple or len(pair) != 2 or not is_atom(pair[0]):
                        continue
                    name, arity = pair
                    found = self.definitions.get(f"{atom_name(name)}/{arity}")
                    if found is None:
                        self.env.module_error(place, f"undefined function {atom_name(name)}/{arity} given to @compile :inline")
                    elif found.kind in ("defmacro", "defmacrop"):
                        self.env.module_error(place, f"macro {found.signature} given to @compile :inline (only functions are supported)")

    def _reachable(self) -> set[str]:
        """The functions that public ones call, themselves or through others."""
        private = {id(call) for d in self.definitions.values() if d.kind == "defp" and not d.defn for call in d.calls}
        waiting = [call[0] for call in self.local_calls if id(call) not in private]
        found: set[str] = set()
        owners = {f"{d.name}/{d.arity - n}": d for d in self.definitions.values() if not d.wrapper for n in range(d.defaults + 1)}
        while waiting:
            signature = waiting.pop()
            if signature not in found:
                found.add(signature)
                d = owners.get(signature)
                waiting.extend(call[0] for call in (d.calls if d is not None else []))
        return found

    def _warn_unused(self) -> None:
        """Warn of private functions that nothing calls."""
        called = self._reachable()
        for d in sorted(self.definitions.values(), key=lambda d: (d.name, d.arity), reverse=True):
            if d.kind not in ("defp", "defmacrop") or d.wrapper or d.defn or d.name.startswith("super ") or not line_of(d.meta):
                continue
            reached = [d.arity - n for n in range(d.defaults + 1) if f"{d.name}/{d.arity - n}" in called]
            if reached and reached[-1] > d.arity - d.defaults and d.kind == "defp":
                lint.unused_defaults(d, reached[-1], self.env)
            if not reached:
                if d.kind == "defmacrop" and (d.signature in self.compiled or not lint.written(d.meta)):
                    continue
                self.env.warn(d.meta, f"{'macro' if d.kind == 'defmacrop' else 'function'} {d.signature} is unused")


SPECIFIED = frozenset(("__struct__/0", "__struct__/1", "exception/1", "message/1", "child_spec/1", "init/1", "module_info/0", "module_info/1"))
"""Functions that macros of native modules make without a definition."""
INVALID_HEAD = (
    "only variables and \\\\ are allowed as arguments in function head.\n\n"
    "If you did not intend to define a function head, make sure your function definition has the proper syntax by wrapping the arguments in "
    "parentheses and using the do instruction accordingly:\n\n    def add(a, b), do: a + b\n\n    def add(a, b) do\n      a + b\n    end\n"
)
_MULTIPLE_DEFAULTS = (
    "{kind} {signature} defines defaults multiple times. Elixir allows defaults to be declared once per definition. Instead of:\n"
    "\n"
    "    def foo(:first_clause, b \\\\ :default) do ... end\n"
    "    def foo(:second_clause, b \\\\ :default) do ... end\n"
    "\n"
    "one should write:\n"
    "\n"
    "    def foo(a, b \\\\ :default)\n"
    "    def foo(:first_clause, b) do ... end\n"
    "    def foo(:second_clause, b) do ... end\n"
)


class _Conflict(Exception):
    """A problem of the module as a whole (the CompileError names the module, not the file)."""

    def __init__(self, state: ModuleState, scope: Env, meta: Any, message: str) -> None:
        super().__init__(message)
        self.state = state
        self.scope = scope
        self.meta = meta
        self.message = message


ModuleConflict = _Conflict


def _guards(head: Any) -> list[Any]:
    from defnpy.expand.clauses import split_guards

    return split_guards(head[2][1])


def _show(module: Any) -> str:
    from defnpy.terms.inspect import inspect

    return inspect(module)


def _is_variable(tree: Any) -> bool:
    return tree.__class__ is tuple and len(tree) == 3 and tree[0].__class__ is Atom and tree[2].__class__ is not list and (
        tree[0].name != "_"
    )


def _name_and_args(kind: str, call: Any, env: Env, meta: Any) -> tuple[str, list[Any]]:
    if call.__class__ is tuple and len(call) == 3:
        name, _, args = call
        if name.__class__ is Atom:
            return name.name, args if args.__class__ is list else []
        if name is None or name is True or name is False:
            return atom_name(name), args if args.__class__ is list else []
    if call.__class__ is Atom:
        return call.name, []
    raise env.fail([(LINE, line_of(meta) or env.line)], f"invalid syntax in {kind} {ex._show(call)}")


IMPLICIT = frozenset(("behaviour_info/1", "module_info/0", "module_info/1", "__info__/1"))
GENERATED = {("__info__", 1): "Elixir", ("module_info", 0): "Erlang", ("module_info", 1): "Erlang"}
"""The functions that every module has, and who makes them."""


def _check_name(kind: str, name: str, args: list[Any], env: Env, meta: Any) -> None:
    """Refuse definitions called like an alias or like a function that every module has."""
    if name == "__aliases__" and len(args) == 1 and is_atom(args[0]):
        raise env.fail_in_file(meta, f"function names should start with lowercase characters or underscore, invalid name {atom_name(args[0])}")
    maker = GENERATED.get((name, len(args)))
    if maker is not None:
        raise env.fail_in_file(meta, f"cannot define {kind} {name}/{len(args)} as it is automatically defined by {maker}")


def _split_defaults(args: list[Any]) -> tuple[list[Any], dict[int, Any]]:
    plain = []
    defaults = {}
    for i, arg in enumerate(args):
        if ex.is_node(arg, DEFAULT):
            plain.append(arg[2][0])
            defaults[i] = arg[2][1]
        else:
            plain.append(arg)
    return plain, defaults


def _function_body(options: Any, kind: str, meta: Any, env: Env) -> Any:
    found = ex.keyword(options)
    if "do" not in found:
        raise env.fail(meta, f'missing :do option in "{kind}"')
    if len(found) == 1:
        return found["do"]
    return (Atom("try"), [(Atom("origin"), Atom(kind)), *meta], [options])


INLINE = Atom("inline")
NO_WARN = Atom("no_warn_undefined")
