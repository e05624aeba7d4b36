"""Compile-time warnings of code that is valid: clauses that never match, scattered clauses, callbacks, unused aliases and imports."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from defnpy.expand import expander as ex
from defnpy.expand.env import LINE, Diagnostic, Env, Unit, Var, column_of, line_of
from defnpy.terms.atom import Atom, atom_name
from defnpy.terms.inspect import inspect

if TYPE_CHECKING:
    from defnpy.expand.module import Definition, ModuleState


MARK = Atom("generated")
"""What stands in the metadata of what a macro makes, so that nothing warns of it."""


def written(meta: Any) -> bool:
    """Whether a node stands in the source; what macros make is not checked."""
    return bool(column_of(meta)) and ex.meta_get(meta, ex.CONTEXT) is None and not ex.meta_get(meta, MARK)


# -- clauses --------------------------------------------------------------------------------------------------------------


UNDERSCORED_TWICE = (
    'the underscored variable "{0}" appears more than once in a match. This means the pattern will only match if all "{0}" bind to the same value. '
    "If this is the intended behaviour, please remove the leading underscore from the variable name, otherwise give the variables different names"
)
UNDERSCORED_USED = (
    'the underscored variable "{0}" is used after being set. A leading underscore indicates that the value of the variable should be ignored. '
    "If this is intended please rename the variable to remove the underscore"
)


def scattered(found: Definition, last: Definition | None, env: Env, meta: Any, *, head: bool) -> None:
    """Warn of a clause that does not follow the others of its function, and of a *head* that comes after them."""
    if last is None or not found.clauses or found.defn or not written(meta) or not written(found.meta):
        return
    if last is found:
        if head:
            env.warn_of_clause(meta, LATE_HEAD.format(f"{found.kind} {found.signature}"))
        return
    same = "the same name" if last.name == found.name else "the same name and arity (number of arguments)"
    where = f"{found.file.removeprefix(os.getcwd() + os.sep)}:{line_of(found.meta)}"
    env.warn_of_clause(meta, f'clauses with {same} should be grouped together, "{found.kind} {found.signature}" was previously defined ({where})')


LATE_HEAD = (
    "function head for {} must come at the top of its direct implementation. Instead of:\n\n"
    "    def add(a, b), do: a + b\n    def add(a, b)\n\none should write:\n\n    def add(a, b)\n    def add(a, b), do: a + b\n"
)
DOCUMENTED_TWICE = (
    "redefining @doc attribute previously set at line {}.\n\nPlease remove the duplicate docs. If instead you want to override a previously defined "
    "@doc, attach the @doc attribute to a function head (the function signature not followed by any do-block). For example:\n\n"
    '    @doc """\n    new docs\n    """\n    def {}(...)\n'
)
MIXED_DEFAULTS = (
    "{} has multiple clauses and also declares default values. In such cases, the default values should be defined in a header. Instead of:\n\n"
    "    def foo(:first_clause, b \\\\ :default) do ... end\n    def foo(:second_clause, b) do ... end\n\none should write:\n\n"
    "    def foo(a, b \\\\ :default)\n    def foo(:first_clause, b) do ... end\n    def foo(:second_clause, b) do ... end\n"
)


def mark_names(tree: Any, env: Env) -> None:
    """The aliases and imports that code names which is expanded later, if ever, are used."""
    mark_aliases(tree, env)
    stack = [tree]
    while stack:
        t = stack.pop()
        if t.__class__ is tuple and len(t) == 3 and t[0].__class__ is Atom:
            signature = f"{t[0].name}/{len(t[2]) if t[2].__class__ is list else 0}"
            for table in (env.functions, env.macros):
                if signature in table:
                    env.unit.used_imports.add((table[signature], signature))
        if t.__class__ is tuple or t.__class__ is list:
            stack.extend(t)


def useless(tree: Any, expanded: Any, meta: Any, env: Env) -> None:
    """Warn of a literal, an attribute or a variable that stands in a block and is not its value."""
    if tree.__class__ in (str, bytes, int, float):
        env.warn_in_block(meta, f"code block contains unused literal {inspect(tree)} (remove the literal or assign it to _ to avoid warnings)")
        return
    if tree.__class__ is not tuple or len(tree) != 3 or tree[0].__class__ is not Atom or not written(tree[1]):
        return
    if tree[2].__class__ is list and env.function is not None and not env.defn and env.state is not None:
        _ignored_operator(tree, env)
    if tree[2].__class__ is not list:
        if expanded.__class__ is tuple and expanded[2].__class__ is Var:
            env.warn(tree[1], f"variable {tree[0].name} in code block has no effect as it is never returned "
                     "(remove the variable or assign it to _ to avoid warnings)")
    elif ex.is_node(tree, Atom("@")) and tree[2][0].__class__ is tuple and not tree[2][0][2]:
        env.warn(tree[1], f"module attribute @{tree[2][0][0].name} in code block has no effect as it is never returned "
                 "(remove the attribute or assign it to _ to avoid warnings)")


COMPARISONS = frozenset(("==/2", "!=/2", "===/2", "!==/2", "</2", ">/2", "<=/2", ">=/2"))
OPERATORS = frozenset(("+/2", "-/2", "*/2", "//2", "+/1", "-/1", "++/2", "--/2", "not/1", "rem/2", "div/2"))


def _ignored_operator(tree: Any, env: Env) -> None:
    """Note an operator of Kernel whose value nobody takes, to be told when the module is sound."""
    name, meta, args = tree
    signature = f"{name.name}/{len(args)}"
    if signature in COMPARISONS:
        text = f"use of operator {name.name} has no effect"
    elif signature in OPERATORS:
        text = (f"the result of evaluating operator '{name.name}'/{len(args)} is ignored (suppress the warning by assigning the expression to the _ "
                "variable)")
    else:
        return
    if env.functions.get(signature) is ex.KERNEL:
        env.state.late.append((1, Diagnostic("warning", text, env.file, *env.position(meta))))


def backwards(shown: str, meta: Any, env: Env) -> None:
    """Warn of a literal range that counts down without saying so."""
    env.warn_with_stack(line_of(meta), f"{shown} has a default step of -1, please write {shown}//-1 instead")


def unmatched_else(steps: list[Any], meta: Any, env: Env) -> None:
    """Warn of the ``else`` of a ``with`` in which nothing can fail."""
    from defnpy.expand.shadow import takes_all

    if all(kind == "do" or (takes_all(pattern) and not guards) for kind, _, pattern, guards, _ in steps):
        env.warn_of_clause(meta, '"else" clauses will never match because all patterns in "with" will always match')


COUNTED = {
    "==": 'do not use "length({0}) == 0" to check if a list is empty since length always traverses the whole list. Prefer to pattern match on an empty '
          'list or use "{0} == []" as a guard',
    ">": 'do not use "length({0}) > 0" to check if a list is not empty since length always traverses the whole list. Prefer to pattern match on a '
         'non-empty list, such as [_ | _], or use "{0} != []" as a guard',
}


def length_in_guard(guard: Any, env: Env) -> None:
    """Warn of a guard that counts a list only to know whether it is empty."""
    if guard.__class__ is not tuple or len(guard) != 3 or guard[2].__class__ is not list or len(guard[2]) != 2 or guard[0].__class__ is not Atom:
        return
    left, right = guard[2]
    if guard[0].name in COUNTED and right.__class__ is int and right == 0 and ex.is_node(left, Atom("length")) and len(left[2]) == 1:
        env.warn_of_clause(guard[1], COUNTED[guard[0].name].format(ex._show(left[2][0])))


def unused_uniq(tree: Any, env: Env) -> None:
    """Warn of a comprehension whose values nobody takes but that keeps them apart."""
    while ex.is_node(tree, Atom("=")) and tree[2][0].__class__ is tuple and tree[2][0][0] is Atom("_"):
        tree = tree[2][1]
    if ex.is_node(tree, Atom("for")) and tree[2] and tree[2][-1].__class__ is list:
        options = tree[2][-1]
        for part in (options, tree[2][-2] if len(tree[2]) > 1 else []):
            if part.__class__ is list and any(pair.__class__ is tuple and len(pair) == 2 and pair[0] is Atom("uniq") and pair[1] is True for pair in part):
                env.warn_of_clause(tree[1], "the :uniq option has no effect since the result of the for comprehension is not used")
                return


def unused_defaults(found: Definition, least: int, env: Env) -> None:
    """Warn of the defaults of a private function that is called with *least* arguments at least."""
    left = found.arity - least
    what = (f"default values for the optional arguments in {found.signature} are" if not left
            else f"the default value for the last optional argument in {found.signature} is" if left == 1
            else f"the default values for the last {left} optional arguments in {found.signature} are")
    env.warn(found.meta, f"{what} never used")


def order_of_try(blocks: list[str], origin: str, meta: Any, env: Env) -> None:
    """Warn of a ``try`` whose only clauses are those of ``else``, and of ``catch`` before ``rescue``."""
    if blocks == ["do", "else"]:
        env.warn_of_clause(meta, f'"else" shouldn\'t be used as the only clause in "{origin}", use "case" instead')
    elif "catch" in blocks and "rescue" in blocks and blocks.index("catch") < blocks.index("rescue"):
        env.warn_of_clause(meta, f'"catch" should always come after "rescue" in {origin}')


def repeated_keys(pairs: list[Any], meta: Any, env: Env) -> None:
    """Warn of literal keys that stand twice in a map or struct."""
    seen: set[Any] = set()
    for key, _ in pairs:
        if key.__class__ not in (Atom, int, str, float):
            continue
        kept = (key.__class__, key)
        if kept in seen and written(meta):
            env.warn_of_clause(meta, f"key {inspect(key)} will be overridden in map")
        seen.add(kept)


# -- protocols -----------------------------------------------------------------------------------------------------------


def protocol_without_functions(protocol: Atom, meta: Any, env: Env) -> None:
    """Warn of a protocol that asks for nothing."""
    inside = env.fork()
    inside.module, inside.function = protocol, None
    inside.warn([], "protocols must define at least one function, but none was defined", line_of(meta))


def in_protocol(form: Any, env: Env) -> None:
    """Warn of callbacks that a protocol's body declares."""
    if not ex.is_node(form, Atom("@")) or form[2][0].__class__ is not tuple or form[2][0][2].__class__ is not list:
        return
    name, _, args = form[2][0]
    if name.name == "optional_callbacks":
        env.warn(form[1], "cannot define @optional_callbacks inside protocol, all of the protocol definitions are required")
    elif name.name in ("callback", "macrocallback") and args:
        spec = args[0][2][0] if ex.is_node(args[0], ex.WHEN) else args[0]
        head = spec[2][0] if ex.is_node(spec, Atom("::")) else spec
        if head.__class__ is tuple:
            arity = len(head[2]) if head[2].__class__ is list else 0
            env.warn(form[1], f"cannot define @{name.name} {atom_name(head[0])}/{arity} inside protocol, use def/1 to outline your protocol "
                     "definition")


# -- attributes that nothing reads ----------------------------------------------------------------------------------------


def unused_derive(state: ModuleState) -> None:
    """Warn of a ``@derive`` that no struct took."""
    if state.derive_left:
        why = "never used (it must come before defstruct)" if state.struct is None else (
            "after defstruct, all @derive calls must come before defstruct")
        state.env.warn([], f"warning: module attribute @derive was set {'but ' if state.struct is None else ''}{why}", line_of(state.meta))


def unread_attributes(state: ModuleState) -> None:
    """Warn of the attributes that the source sets and nothing reads, and of documentation that documents nothing."""
    for name, meta in state.written_attributes.items():
        if name in state.read_attributes or name in state.persisted or name in state.accumulating:
            continue
        if name in ("impl", "deprecated"):
            if name in state.attributes:
                state.env.warn([], f"module attribute @{name} was set but no definition follows it", line_of(meta))
        elif name == "doc":
            if state.pending_doc is not None:
                state.env.warn([], "module attribute @doc was set but no definition follows it", line_of(meta))
        elif name not in RESERVED:
            state.env.warn([], f"module attribute @{name} was set but never used", line_of(meta))


RESERVED = frozenset("""after_compile after_verify before_compile behaviour enforce_keys fallback_to_any undefined_impl_description for protocol
    on_definition impl compile deprecated moduledoc doc typedoc dialyzer external_resource file on_load vsn type typep opaque spec callback
    macrocallback optional_callbacks derive nifs default_defn_compiler defn_compiler tag moduletag describetag""".split())


# -- types -----------------------------------------------------------------------------------------------------------------


def use_types(tree: Any, state: ModuleState) -> None:
    """Note the types that a type or specification names."""
    stack = [tree]
    while stack:
        t = stack.pop()
        if t.__class__ is tuple and len(t) == 3 and t[0].__class__ is Atom:
            state.used_types.add(f"{t[0].name}/{len(t[2]) if t[2].__class__ is list else 0}")
        if t.__class__ is tuple or t.__class__ is list:
            stack.extend(t)


def specified(tree: Any, state: ModuleState) -> None:
    """Note the function that a specification is of."""
    spec = tree[2][0] if ex.is_node(tree, ex.WHEN) else tree
    head = spec[2][0] if ex.is_node(spec, Atom("::")) else None
    if head.__class__ is tuple and len(head) == 3 and head[0].__class__ is Atom and head[0].name != "unquote" and written(head[1]):
        state.specs[f"{head[0].name}/{len(head[2]) if head[2].__class__ is list else 0}"] = state.doc_line


def declared_type(kind: str, signature: str, tree: Any, state: ModuleState) -> None:
    """Note a type that the module declares, and warn of what says nothing."""
    use_types(tree, state)
    line = state.doc_line
    documented = state.waiting.pop("typedoc", None)
    if kind == "typep":
        state.private_types[signature] = line
        if documented is not None:
            state.type_problems.append(_of_file(state, f"type {signature} is private, @typedoc's are always discarded for private types", documented))
    elif kind == "opaque" and signature.endswith("/0") and tree.__class__ is tuple and tree[0] in (Atom("term"), Atom("any")) and not tree[2]:
        text = f"@opaque type {signature} is underspecified and therefore meaningless"
        state.type_problems.append(state.env.diagnostic("warning", [(LINE, line)], text))


def unused_types(state: ModuleState) -> None:
    """Warn of the private types that nothing names, and of what was seen of others."""
    state.env.unit.diagnostics.extend(state.type_problems)
    for signature, line in state.private_types.items():
        if "__protocol__" not in state.attributes and signature not in state.used_types:
            state.env.unit.diagnostics.append(_of_file(state, f"type {signature} is unused", line))


def _of_file(state: ModuleState, message: str, line: int) -> Diagnostic:
    """A warning whose place names no module."""
    return Diagnostic("warning", message, state.env.file, line, 0, where="(file)")


# -- names that nothing uses ----------------------------------------------------------------------------------------------


def note_alias(name: str, module: Any, meta: Any, env: Env, options: dict[str, Any]) -> None:
    """Remember an alias that the source makes, to be asked in the end whether something used it."""
    if written(meta) and options.get("warn") is not False:
        env.unit.aliases.append((name, module, meta, env.fork()))


def note_import(module: Any, signatures: set[str], meta: Any, env: Env, options: dict[str, Any]) -> None:
    """Remember an import that the source makes."""
    if written(meta) and options.get("warn") is not False and module is not ex.KERNEL:
        env.unit.imports.append((module, frozenset(signatures), options.get("only").__class__ is list, meta, env.fork()))


def imports_nothing(module: Any, missing: set[str], options: dict[str, Any], meta: Any, env: Env) -> None:
    """Warn of names that an import lists and the module does not have."""
    if options.get("warn") is not False:
        for signature in sorted(missing):
            env.warn(meta, f"cannot import {inspect(module)}.{signature} because it is undefined or private")


def mark_aliases(tree: Any, env: Env) -> None:
    """The aliases that a type names are used."""
    if tree.__class__ is list:
        for item in tree:
            mark_aliases(item, env)
    elif tree.__class__ is tuple:
        if len(tree) == 3 and tree[0] is ex.ALIASES and tree[2].__class__ is list and tree[2] and tree[2][0].__class__ is Atom:
            name = tree[2][0].name
            env.unit.used_aliases.add((name, env.aliases.get(name)))
        for item in tree:
            mark_aliases(item, env)


def unused(unit: Unit) -> None:
    """Warn of the aliases and imports of a whole file that nothing used, by name."""
    for name, module, meta, env in sorted(unit.aliases, key=lambda noted: noted[0]):
        if (env.module is not None or not unit.evaluated) and (name, module) not in unit.used_aliases:
            env.warn_of_clause(meta, f"unused alias {name}")
    for module, signatures, only, meta, env in sorted(unit.imports, key=lambda noted: noted[0].name):
        if unit.evaluated and env.module is None:
            continue
        left = sorted(s for s in signatures if (module, s) not in unit.used_imports)
        if len(left) == len(signatures) and left:
            env.warn_of_clause(meta, f"unused import {inspect(module)}")
        elif only:
            for signature in left:
                env.warn_of_clause(meta, f"unused import {inspect(module)}.{signature}")
    unit.aliases, unit.imports = [], []
