"""Expansion: quoted trees down to the special forms, with every variable, alias, import and macro resolved.

The result is again a tree of ``(form, meta, args)`` nodes with these differences: a variable is ``(name, meta, Var)``; calls of
known functions are remote calls with the module as an atom; and a few internal forms stand for Kernel macros that have a
direct Python counterpart (``%if``, ``%and``, ``%or``, ``%&&``, ``%||``, ``%!``, ``%const``, ``%field``, ``%define`` ...).
"""

from __future__ import annotations

from typing import Any

from defnpy.base.nearest import nearest
from defnpy.expand.env import LINE, CompileFailure, Env, MacroEnv, Var
from defnpy.expand.env import line_of as line_of
from defnpy.expand.env import meta_get as meta_get
from defnpy.terms.atom import Atom, alias, atom_name, is_atom, to_atom
from defnpy.terms.errors import CompileError, ElixirError
from defnpy.terms.module import Module
from defnpy.terms.runtime import runtime

# Annotated: files that are imported at the end of this one use them.
ALIASES: Atom = Atom("__aliases__")
BLOCK, DOT = Atom("__block__"), Atom(".")
TUPLE: Atom = Atom("{}")
MATCH: Atom = Atom("=")
PIN: Atom = Atom("^")
WHEN, ARROW, DO = Atom("when"), Atom("->"), Atom("do")
MAP: Atom = Atom("%{}")
STRUCT: Atom = Atom("%")
BITS: Atom = Atom("<<>>")
BAR, CAPTURE = Atom("|"), Atom("&")
CONST: Atom = Atom("%const")
FIELD, SCOPE = Atom("%field"), Atom("%scope")
KERNEL = alias("Kernel")
_FORM_NAMES = frozenset(map(Atom, "case cond try receive with for fn quote unquote unquote_splicing super".split()))
COUNTER, IMPORTS, ALIAS_META, NO_PARENS = Atom("counter"), Atom("imports"), Atom("alias"), Atom("no_parens")
AMBIGUOUS = Atom("ambiguous_op")
CONTEXT, QUOTE = Atom("context"), Atom("quote")
# What remembers the expansion it came from, so that the aliases of macros are their own.
LEXICAL: frozenset[Any] = frozenset({ALIASES, Atom("alias"), Atom("require"), Atom("import")})


def expand(tree: Any, env: Env) -> Any:
    """Expand one tree; bindings that it makes are added to ``env.vars``."""
    if env.context == "match":
        return patterns.pattern(tree, env)
    kind = tree.__class__
    if kind is tuple:
        if len(tree) == 3:
            return _node(tree, env)
        if len(tree) == 2:
            left, right = expand_args(tree, env)
            return (left, right)
        raise env.fail([], f"invalid quoted expression: {_show(tree)}")
    if kind is list:
        return expand_list(tree, env)
    if kind in _LITERALS or tree is None:
        return tree
    # Any other term got here by unquoting a value; it stands for itself.
    return (CONST, [], [tree])


_LITERALS = frozenset({int, float, str, bytes, Atom, bool})


def _node(tree: Any, env: Env) -> Any:
    form, meta, args = tree
    if form.__class__ is Atom:
        if args.__class__ is list:
            handler = SPECIAL.get(form)
            if handler is not None:
                if env.defn and form in defn.NO_FORMS:
                    raise defn.refuse_form(tree, env)
                if env.context == "guard" and form in patterns.NO_GUARD_FORMS:
                    raise env.fail(meta, patterns.NO_GUARD.format(form.name))
                return handler(tree, env)
            return local_call(form, meta, args, env)
        return variable(tree, env)
    if form.__class__ is tuple and len(form) == 3 and form[0] is DOT:
        return dot_call(form, meta, args, env)
    if form is True or form is False or form is None:
        return local_call(Atom(atom_name(form)), meta, args, env) if args.__class__ is list else form
    if args.__class__ is list and form.__class__ is tuple and len(form) == 3:
        # `(fun)(args)` built by hand: call of the result of an expression.
        raise env.fail(meta, f"invalid call {_show(form)}(...)")
    raise env.fail(meta if meta.__class__ is list else [], f"invalid quoted expression: {_show(tree)}")


def check_pairs(items: list[Any], meta: Any, env: Env) -> None:
    """Fail at an element of a map that is no pair."""
    for item in items:
        if item.__class__ is not tuple or len(item) != 2:
            raise env.fail(meta, f"expected key-value pairs in a map, got: {_show(item)}")


def _show(tree: Any) -> str:
    from defnpy.syntax.formatter import to_string

    try:
        return str(to_string(tree))
    except Exception:
        from defnpy.terms.inspect import inspect

        return inspect(tree)


def expand_args(args: Any, env: Env) -> list[Any]:
    """Expand arguments: each sees the bindings made before the call, all bindings are visible after it."""
    if len(args) == 1:
        return [expand(args[0], env)]
    base = env.vars
    merged = base
    out = []
    for arg in args:
        env.vars = base
        out.append(expand(arg, env))
        if env.vars is not base:
            new = {k: v for k, v in env.vars.items() if base.get(k) is not v}
            if new:
                merged = {**merged, **new}
    env.vars = merged
    return out


def expand_list(items: list[Any], env: Env) -> list[Any]:
    """Expand the elements of a list, whose last one may be ``head | tail``."""
    if not items:
        return items
    last = items[-1]
    if last.__class__ is tuple and len(last) == 3 and last[0] is BAR and last[2].__class__ is list and len(last[2]) == 2:
        parts = expand_args([*items[:-1], *last[2]], env)
        return [*parts[:-2], (BAR, last[1], parts[-2:])]
    return expand_args(items, env)


def scoped(tree: Any, env: Env) -> Any:
    """Expand what is a scope of its own."""
    since = len(env.unit.bindings)
    done = expand(tree, env.fork())
    env.unit.warn_unused(since)
    return done


def expand_or_recover(tree: Any, env: Env) -> Any:
    """Expand one expression of several; where that fails, record why and go on unless the others depend on it."""
    context, match = env.context, env.match
    try:
        return expand(tree, env)
    except (CompileFailure, CompileError) as failure:
        if not recovers(tree):
            raise
        env.recover(failure, tree)
        env.context, env.match = context, match
        return None


def recovers(tree: Any) -> bool:
    """Whether what stands behind an expression can be looked at without it: names that a directive would have made are everywhere."""
    return not (tree.__class__ is tuple and len(tree) == 3 and tree[0].__class__ is Atom and tree[0].name in _NAMING)


_NAMING = frozenset(("alias", "import", "require", "use", "defmacro", "defmacrop", "defstruct", "defexception", "__block__"))


# -- variables ---------------------------------------------------------------------------------------------------------


def variable_key(tree: Any) -> tuple[str, Any]:
    """What tells two variables apart: the name and the hygiene context (or macro expansion counter)."""
    counter = meta_get(tree[1], COUNTER)
    context = tree[2]
    if counter is not None:
        return (tree[0].name, (counter, context))
    return (tree[0].name, context)


def variable(tree: Any, env: Env) -> Any:
    """A variable that is read."""
    name, meta, context = tree
    if context.__class__ is Var:
        context.used = True
        return tree
    found = env.vars.get(variable_key(tree))
    if found is not None:
        if name.name.startswith("_") and context is None and not name.name.startswith("__") and lint.written(meta):
            env.warn(meta, lint.UNDERSCORED_USED.format(name.name))
        found.used = True
        return (name, meta, found)
    if name.name == "_":
        env.error(meta, "invalid use of _. _ can only be used inside patterns to ignore values and cannot be used in "
                  "expressions. Make sure you are inside a pattern or change it accordingly")
        return None
    if name.name in ("__MODULE__", "__ENV__", "__DIR__", "__CALLER__", "__STACKTRACE__"):
        return SPECIAL[name]((name, meta, []), env)
    if meta_get(meta, Atom("if_undefined")) is Atom("apply"):
        return local_call(name, meta, [], env)
    if name.name in env.unit.lost:
        return None
    near = nearest(name.name, [k[0] for k in env.vars])
    env.error(meta, f'undefined variable "{name.name}"', f'did you mean "{near}"?' if near else None, length=len(name.name))
    return None


# -- aliases -----------------------------------------------------------------------------------------------------------


def expand_alias(tree: Any, env: Env) -> Any:
    """``__aliases__`` to a module atom, or an expanded call when the first segment is an expression."""
    _, meta, segments = tree
    first = segments[0]
    if first.__class__ is Atom:
        if first.name.startswith("Elixir"):
            if first.name == "Elixir":
                return Atom(".".join(s.name for s in segments))
            if first.name.startswith("Elixir."):
                return Atom(".".join([first.name, *(s.name.removeprefix("Elixir.") for s in segments[1:])]))
        hygienic = meta_get(meta, ALIAS_META)
        if hygienic.__class__ is Atom:
            base = hygienic.name if hygienic.name.startswith("Elixir.") else "Elixir." + hygienic.name
            if len(segments) == 1 or hygienic.name.endswith("." + segments[-1].name):
                return Atom(base)
            return Atom(base + "".join("." + s.name for s in segments[1:]))
        counter = meta_get(meta, COUNTER)
        known = env.macro_aliases.get((first.name, counter)) if counter is not None else None
        if known is None and hygienic is not False:
            known = env.aliases.get(first.name)
        if known is None:
            return alias(".".join(s.name for s in segments))
        env.unit.used_aliases.add((first.name, known))
        if len(segments) > 1 and not known.name.startswith("Elixir."):
            return alias(known.name + "".join("." + s.name for s in segments[1:]))
        return Atom(known.name + "".join("." + s.name for s in segments[1:]))
    head = expand(first, env)
    if head is None:
        # `__MODULE__` outside of modules.
        return alias(".".join(s.name for s in segments[1:]))
    if is_atom(head):
        return Atom(atom_name(head) + "".join("." + s.name.removeprefix("Elixir.") for s in segments[1:]))
    rest = list(segments[1:])
    return ((DOT, meta, [alias("Module"), Atom("concat")]), meta, [[head, *rest]])


def bind_alias(name: str, module: Any, meta: Any, env: Env) -> None:
    """Make *name* stand for a module; an alias that a macro makes is found by the code of the same expansion."""
    env.aliases = {**env.aliases, name: module}
    counter = meta_get(meta, COUNTER)
    if counter is not None:
        env.macro_aliases = {**env.macro_aliases, (name, counter): module}


# -- calls -------------------------------------------------------------------------------------------------------------


def local_call(name: Atom, meta: Any, args: list[Any], env: Env) -> Any:
    """A call without a module: macro, import or function of this module."""
    arity = len(args)
    if arity == 1 and meta and meta[0][0] is AMBIGUOUS:
        _refuse_ambiguous(name, meta, args[0], env)
    signature = f"{name.name}/{arity}"
    module = imported(signature, arity, meta, env)
    if module is not None:
        own = env.state.definitions.get(signature) if env.state is not None else None
        if own is not None and module is not env.module and not meta_get(meta, IMPORTS):
            _refuse_conflict(signature, name, arity, module, meta, env)
        if env.state is not None and env.function is not None and not env.defn and not meta_get(meta, IMPORTS) and module is not env.module:
            env.state.import_calls.append((signature, module, meta))
        if own is None or meta_get(meta, IMPORTS):
            macro = find_macro(module, signature, env)
            if macro is not None:
                if module is not KERNEL:
                    remotes.warn_of_deprecated(module, signature, meta, env)
                return call_macro(macro, module, name, meta, args, env)
            if module is not KERNEL and env.function is not None:
                env.unit.remote_calls.append((module, name.name, arity, meta, env))
            if signature in env.functions or meta_get(meta, IMPORTS) or module is KERNEL:
                if env.defn and module is KERNEL:
                    shown = Atom("erlang") if signature in patterns.GUARD_FUNCTIONS else KERNEL
                    return rt_call("defn_remote", meta, [shown, signature, expand_args(args, env)])
                return remote_call(module, name, meta, args, env)
    if env.state is not None:
        own = env.state.ready_macro(signature)
        if own is not None:
            return call_macro(env.state.local_macro(own), env.module, name, meta, args, env)
    if env.context == "match" and env.function is not None:
        raise env.fail(meta, f"cannot find or invoke local {signature} inside a match. Only macros can be invoked inside a "
                       "match and they must be defined before their invocation. Called as: " + _show((name, meta, args)))
    if env.context == "guard" and env.function is not None:
        env.error(meta, f"cannot find or invoke local {signature} inside a guard. Only macros can be invoked inside a "
                  "guard and they must be defined before their invocation. Called as: " + _show((name, meta, args)))
        return True
    if env.function is None and not (env.defn and env.state is not None):
        raise env.fail(meta, f"undefined function {signature} (there is no such import)")
    if env.state is not None:
        env.state.local_calls.append((signature, meta, env.defn, env.file, env.function))
    if name in _FORM_NAMES:
        # A function of this module that is called like a form of another arity.
        return (Atom("%local"), meta, [signature, *expand_args(args, env)])
    return (name, meta, expand_args(args, env))


def _refuse_conflict(signature: str, name: Atom, arity: int, module: Any, meta: Any, env: Env) -> None:
    """A call of a macro of this module that is imported as well."""
    if env.function not in (None, (name.name, arity)) and env.state.ready_macro(signature) is not None:
        raise env.fail(meta, f"call to local macro {signature} conflicts with imported {_show(module)}.{signature}, please rename the local macro or "
                       "remove the conflicting import")


def _refuse_ambiguous(name: Atom, meta: Any, arg: Any, env: Env) -> None:
    """``a -1`` where ``a`` is a variable."""
    if (name.name, meta[0][1]) in env.vars:
        shown = _show(arg)
        raise env.fail(meta, f'"{name.name} {shown}" looks like a function call but there is a variable named "{name.name}". If you want to perform a '
                       f"function call, use parentheses:\n\n    {name.name}({shown})\n\nIf you want to perform an operation on the variable "
                       f"{name.name}, use spaces around the unary operator")


def imported(signature: str, arity: int, meta: Any, env: Env) -> Atom | None:
    # What the quoting module imported wins over what the caller imports.
    for pair in meta_get(meta, IMPORTS, ()):
        if pair[0] == arity:
            return pair[1]
    found = env.macros.get(signature) or env.functions.get(signature)
    if found is not None:
        if signature in env.ambiguous:
            first, second = env.ambiguous[signature]
            raise env.fail(meta, f"function {signature} imported from both {_show(first)} and {_show(second)}, call is ambiguous")
        env.unit.used_imports.add((found, signature))
    return found


def find_macro(module: Atom, signature: str, env: Env) -> Any:
    """The macro *signature* of a module: a native handler or a compiled one, or None."""
    from defnpy.expand.macros import NATIVE

    native = NATIVE.get(module)
    if native is not None:
        handler = native.get(signature)
        if handler is not None:
            return handler
        name = signature.rpartition("/")[0]
        return native.get(name + "/*")
    made = runtime().module(module)
    return made.macros.get(signature) if made.macros else None


def call_macro(macro: Any, module: Any, name: Atom, meta: Any, args: list[Any], env: Env) -> Any:
    """Run a macro and expand what it gives."""
    if getattr(macro, "native_macro", False):
        if env.context is not None and module is KERNEL:
            patterns.check_macro(name.name, meta, env)
        return macro(meta, args, env)
    return expand(run_macro(macro, module, meta, args, env), env)


def expand_call(tree: Any, env: Env) -> Any:
    """What a call of a macro written in Elixir gives, until it is none; any other tree as it is."""
    while tree.__class__ is tuple and len(tree) == 3 and tree[2].__class__ is list:
        form, meta, args = tree
        name, module = form, None
        if is_node(form, DOT) and len(form[2]) == 2 and (is_node(form[2][0], ALIASES) or is_atom(form[2][0])):
            module, name = expand(form[2][0], env.fork()), form[2][1]
        if name.__class__ is not Atom or (module is None and name in SPECIAL):
            return tree
        signature = f"{name.name}/{len(args)}"
        owner = module if module is not None else imported(signature, len(args), meta, env)
        macro = find_macro(owner, signature, env) if owner.__class__ is Atom else None
        if macro is None and module is None and env.state is not None:
            own = env.state.ready_macro(signature)
            if own is not None:
                owner, macro = env.module, env.state.local_macro(own)
        if macro is None or getattr(macro, "native_macro", False):
            return tree
        tree = run_macro(macro, owner, meta, args, env)
    return tree


def run_macro(macro: Any, module: Any, meta: Any, args: list[Any], env: Env) -> Any:
    """The quoted result of a compiled macro, its nodes placed at the line of the call."""
    caller = env.fork()
    caller.line = line_of(meta) or env.line
    try:
        result = macro(MacroEnv(caller), *args)
    except ElixirError as error:
        _note_expansion(error, macro, module, meta, env)
        raise
    return linify(result, caller.line, module, env.unit.next())


def _note_expansion(error: ElixirError, macro: Any, module: Any, meta: Any, env: Env) -> None:
    """Say where the macro that raised was being expanded."""
    from defnpy.terms.inspect import inspect

    line, column = env.position(meta)
    name = next((s for s, m in runtime().module(module).macros.items() if m is macro), "") if module.__class__ is Atom else ""
    where = f" in {inspect(env.module)}.{env.function[0]}/{env.function[1]}" if env.module is not None and env.function is not None else ""
    place = f"{env.file}:{line}:{column}" if column else f"{env.file}:{line}"
    error.add_note(f"expanding macro: {inspect(module)}.{name} at {place}{where}")


def linify(tree: Any, line: int, module: Any, counter: int, extra: Any = None) -> Any:
    """What a macro of *module* gave, placed at the line of its call; its variables are those of this expansion."""
    place = extra if extra is not None else [(LINE, line)]

    def walk(t: Any) -> Any:
        kind = t.__class__
        if kind is tuple:
            if len(t) == 3:
                form, meta, args = t
                if meta.__class__ is list:
                    if not line_of(meta):
                        meta = [*meta, *place]
                    if args.__class__ is list:
                        if form.__class__ is Atom and form in LEXICAL and args and meta_get(meta, COUNTER) is None:
                            meta = [(COUNTER, counter), *meta]
                        elif form is QUOTE and module is not None and meta_get(meta, CONTEXT) is module and meta_get(meta, COUNTER) is None:
                            meta = [(COUNTER, counter), *meta]
                        return (walk(form) if form.__class__ is tuple else form, meta, [walk(a) for a in args])
                    if args is module and args is not None and meta_get(meta, COUNTER) is None:
                        meta = [(COUNTER, counter), *meta]
                    return (form, meta, args)
                return t
            if len(t) == 2:
                return (walk(t[0]), walk(t[1]))
            return t
        if kind is list:
            return [walk(a) for a in t]
        return t

    return walk(tree)


NO_RECEIVERS = frozenset((int, float, str, list))


def dot_call(form: Any, meta: Any, args: Any, env: Env) -> Any:
    """``left.name(args)``, ``left.name`` or ``fun.(args)``."""
    inner = form[2]
    if len(inner) == 1:
        if env.context is not None:
            raise env.fail(meta, f"invalid expression in {env.context}")
        parts = expand_args([inner[0], *args], env)
        fun = parts[0]
        if fun is None and is_name(inner[0]):
            # A name that an error left unbound.
            return None
        if is_atom(fun):
            raise env.fail(meta, "invalid function call :" + atom_name(fun) + ".()")
        return ((DOT, form[1], [fun]), meta, parts[1:])
    left, right = inner
    if right.__class__ is tuple and len(right) == 3 and right[0] is TUPLE:
        raise env.fail(meta, "invalid call to {} syntax; use it with alias, import, require or use")
    if left.__class__ is tuple and len(left) == 3 and left[0] is ALIASES:
        receiver = expand_alias(left, env)
    elif is_atom(left) and (left.__class__ is Atom or not meta_get(meta, NO_PARENS)):
        receiver = left
    elif is_atom(left):
        return (FIELD, meta, [left, right])
    else:
        return _dynamic_call(left, right, form, meta, args, env)
    if receiver.__class__ is tuple:
        return _dynamic_expanded(receiver, right, form, meta, args, env)
    return remote_or_macro(receiver, right, meta, args, env)


def _dynamic_call(left: Any, right: Any, form: Any, meta: Any, args: Any, env: Env) -> Any:
    if not args:
        return _dynamic_expanded(expand(left, env), right, form, meta, [], env)
    parts = expand_args([left, *args], env)
    receiver = parts[0]
    if receiver.__class__ is Atom:
        return remote_or_macro(receiver, right, meta, args, env)
    if receiver.__class__ in NO_RECEIVERS:
        raise env.fail(meta, f"invalid call {_show((form, meta, args))}")
    if env.context is not None:
        raise env.fail(meta, f"cannot invoke remote function {_show(left)}.{atom_name(right)}/{len(args)} inside a {env.context}")
    return ((DOT, form[1], [receiver, right]), meta, parts[1:])


def _dynamic_expanded(receiver: Any, right: Any, form: Any, meta: Any, args: list[Any], env: Env) -> Any:
    if receiver.__class__ is Atom:
        return remote_or_macro(receiver, right, meta, args, env)
    if receiver.__class__ in NO_RECEIVERS:
        raise env.fail(meta, f"invalid call {_show((form, meta, args))}")
    if args:
        return ((DOT, form[1], [receiver, right]), meta, expand_args(args, env))
    if meta_get(meta, NO_PARENS):
        return (FIELD, meta, [receiver, right])
    return ((DOT, form[1], [receiver, right]), meta, [])


def remote_or_macro(module: Any, name: Any, meta: Any, args: list[Any], env: Env) -> Any:
    """A call of a function or macro of a known module."""
    if module.__class__ is Atom:
        signature = f"{atom_name(name)}/{len(args)}"
        macro = find_macro(module, signature, env)
        if macro is not None:
            if module is not KERNEL and module not in env.requires and module is not env.module:
                if env.function is not None and env.context is None:
                    module_of(module)
                    env.unit.remote_calls.append((module, atom_name(name), len(args), meta, env))
                what = [(Atom("module"), module), (Atom("function"), name), (Atom("arity"), len(args))]
                missing = call_node("UndefinedFunctionError", "exception", meta, [what])
                return ((DOT, meta, [Atom("erlang"), Atom("error")]), meta, [missing])
            if module is not KERNEL:
                remotes.warn_of_deprecated(module, signature, meta, env)
            return call_macro(macro, module, name, meta, args, env)
        if module is alias("Kernel.SpecialForms"):
            return expand((name, meta, args), env)
        if module is not KERNEL:
            if env.function is not None:
                env.unit.remote_calls.append((module, atom_name(name), len(args), meta, env))
            else:
                remotes.warn_of_deprecated(module, signature, meta, env)
    return remote_call(module, name, meta, args, env)


def remote_call(module: Any, name: Any, meta: Any, args: list[Any], env: Env) -> Any:
    """A remote call node; inside matches and guards only the allowed functions."""
    if env.context is not None:
        from defnpy.expand.patterns import check_allowed

        rewritten = check_allowed(module, name, meta, args, env)
        if rewritten is not None:
            return rewritten
    if module.__class__ is Atom:
        env.unit.used_modules.add(module)
        if env.defn:
            defn.check_remote(module, atom_name(name), args, meta, env)
            if not args and module is defn.CONSTANTS and atom_name(name) in defn.NUMBERS:
                return defn.number_of(atom_name(name), meta)
            if module is KERNEL and atom_name(name) != "to_string":
                module = defn.NX_KERNEL
        if env.defn and module is not KERNEL and module.name.split(".", 2)[1:2] not in _TRACEABLE:
            return rt_call("defn_remote", meta, [module, f"{atom_name(name)}/{len(args)}", expand_args(args, env)])
        if env.defn and atom_name(name) in defn.CALLBACKS:
            return ((DOT, meta, [module, name]), meta, defn.expand_callbacks(args, env))
    return ((DOT, meta, [module, name]), meta, expand_args(args, env))


# Native modules whose functions take expressions: called directly inside a defn.
_TRACEABLE = (["Nx"], ["Axon"], ["Polaris"], ["Access"], ["Module"])


def call_node(module: str, name: str, meta: Any, args: list[Any]) -> Any:
    """An expanded remote call with expanded arguments."""
    return ((DOT, meta, [alias(module), Atom(name)]), meta, args)


def rt_call(name: str, meta: Any, args: list[Any]) -> Any:
    """An expanded call of a run-time helper (a function of ``defnpy.rt``)."""
    return (Atom("%rt"), meta, [name, *args])


def module_of(name: Any) -> Module | None:
    """The module object of an atom, when it is defined."""
    return runtime().find(name)


def is_name(tree: Any) -> bool:
    return tree.__class__ is tuple and len(tree) == 3 and tree[0].__class__ is Atom and tree[2].__class__ is not list


def is_node(tree: Any, form: Atom) -> bool:
    """Whether *tree* is a call node of *form*."""
    return tree.__class__ is tuple and len(tree) == 3 and tree[0] is form and tree[2].__class__ is list


def keyword(options: Any) -> dict[str, Any]:
    """A quoted keyword list as a Python dict by name (last one wins is never needed: keys are unique)."""
    out: dict[str, Any] = {}
    for pair in options if options.__class__ is list else ():
        if pair.__class__ is tuple and len(pair) == 2 and pair[0].__class__ is Atom:
            out.setdefault(pair[0].name, pair[1])
    return out


def is_keyword(options: Any) -> bool:
    """Whether a quoted term is a literal keyword list."""
    return options.__class__ is list and all(
        p.__class__ is tuple and len(p) == 2 and is_atom(p[0]) for p in options
    )


def known_options(tree: Any, known: frozenset[str], form: str, meta: Any, env: Env) -> dict[str, Any]:
    """The options given to ``alias``, ``import``, ``require`` or ``quote``."""
    if not is_keyword(tree):
        raise env.fail(meta, f"invalid options for {form}, expected a keyword list, got: {_show(tree)}")
    found = keyword(tree)
    for name in found:
        if name not in known:
            raise env.fail(meta, f"unsupported option :{name} given to {form}")
    return found


def make_atom(name: str) -> Any:
    return to_atom(name)


# Filled from the form families below; the only table of special forms.
from defnpy.expand import defn, lint, patterns, remotes  # noqa: E402
from defnpy.expand.forms import SPECIAL as SPECIAL  # noqa: E402
