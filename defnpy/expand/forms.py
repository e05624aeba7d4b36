"""The special forms. Each handler takes the node and the environment and gives the expanded node."""

from __future__ import annotations

import os
from typing import Any

from defnpy.expand import expander as ex
from defnpy.expand import lint
from defnpy.expand.env import Env, MacroEnv, line_of
from defnpy.terms import map as maps
from defnpy.terms.atom import Atom, atom_name, is_atom
from defnpy.terms.errors import EXCEPTION, ArgumentError, KeyError_
from defnpy.terms.runtime import runtime


def match(tree: Any, env: Env) -> Any:
    from defnpy.expand.patterns import NO_GUARD, expand_pattern

    form, meta, (left, right) = tree
    if env.context == "guard":
        raise env.fail(meta, NO_GUARD.format("="))
    if env.defn:
        from defnpy.expand.defn import check_match

        check_match(left, env, meta)
    value = ex.expand(right, env)
    return (form, meta, [expand_pattern(left, env), value])


def pin(tree: Any, env: Env) -> Any:
    raise env.fail(tree[1], f"misplaced operator ^{ex._show(tree[2][0])}\n\nThe pin operator ^ is supported only inside matches or inside custom "
                   "macros. Make sure you are inside a match or all necessary macros have been required")


def block(tree: Any, env: Env) -> Any:
    trees = tree[2]
    if not trees:
        return None
    if len(trees) == 1:
        return ex.expand(trees[0], env)
    done = []
    for t in trees[:-1]:
        done.append(ex.expand(t, env))
        lint.useless(t, done[-1], tree[1], env)
    done.append(ex.expand(trees[-1], env))
    return (ex.BLOCK, tree[1], done)


def aliases(tree: Any, env: Env) -> Any:
    return ex.expand_alias(tree, env)


def tuple_(tree: Any, env: Env) -> Any:
    items = ex.expand_args(tree[2], env) if tree[2] else []
    return (items[0], items[1]) if len(items) == 2 else (ex.TUPLE, tree[1], items)


def map_(tree: Any, env: Env) -> Any:
    form, meta, pairs = tree
    if len(pairs) == 1 and ex.is_node(pairs[0], ex.BAR):
        _, bar_meta, (base, changes) = pairs[0]
        ex.check_pairs(changes, meta, env)
        parts = ex.expand_args([base, *(x for pair in changes for x in pair)], env)
        return (form, meta, [(ex.BAR, bar_meta, [parts[0], _pairs(parts[1:])])])
    ex.check_pairs(pairs, meta, env)
    parts = ex.expand_args([x for pair in pairs for x in pair], env) if pairs else []
    lint.repeated_keys(_pairs(parts), meta, env)
    return (form, meta, _pairs(parts))


def _pairs(flat: list[Any]) -> list[Any]:
    return list(zip(flat[::2], flat[1::2], strict=True))


def struct(tree: Any, env: Env) -> Any:
    form, meta, (name, fields) = tree
    module = ex.expand(name, env)
    if module.__class__ is not Atom:
        raise env.fail(meta, f"expected struct name to be a compile time atom or alias, got: {ex._show(name)}")
    if not ex.is_node(fields, ex.MAP):
        raise env.fail(meta, f"expected struct to be followed by a map, got: {ex._show(fields)}")
    pairs = fields[2]
    if len(pairs) == 1 and ex.is_node(pairs[0], ex.BAR):
        bar_form, bar_meta, (base, changes) = pairs[0]
        ex.check_pairs(changes, meta, env)
        changes = own_fields(changes, meta, env)
        known_fields(module, meta, env, changes)
        return (form, meta, [module, map_((fields[0], fields[1], [(bar_form, bar_meta, [base, changes])]), env)])
    ex.check_pairs(pairs, meta, env)
    pairs = own_fields(pairs, meta, env)
    info = struct_info(module, meta, env, pairs)
    if info is not None:
        _check_fields(module, info, pairs)
    return (form, meta, [module, map_((fields[0], fields[1], pairs), env)])


def own_fields(pairs: list[Any], meta: Any, env: Env) -> list[Any]:
    """The pairs of a struct without one that names the struct once more."""
    left = [pair for pair in pairs if pair[0] is not STRUCT_NAME]
    if len(left) != len(pairs):
        env.warn_of_clause(meta, "key :__struct__ is ignored when using structs")
    for key, _ in left:
        if not is_atom(key):
            env.error(meta, f"invalid key {ex._show(key)} for struct, struct keys must be atoms, got: ")
    return left


STRUCT_NAME = Atom("__struct__")


def _check_fields(module: Any, info: dict[str, Any], pairs: list[Any]) -> None:
    """What ``__struct__/1`` says of the fields that a program gives when it builds a struct."""
    names = {maps.unkey(k) for k, _ in info["struct"]}
    for key, _ in pairs:
        if is_atom(key) and key not in names:
            raise KeyError_(key, None, message=None)
    given = {k for k, _ in pairs if k.__class__ is Atom}
    missing = [k for k in info.get("enforce_keys", ()) if k not in given]
    if missing:
        from defnpy.terms.inspect import inspect

        raise ArgumentError(f"the following keys must also be given when building struct {inspect(module)}: {inspect(missing)}")


def known_fields(module: Any, meta: Any, env: Env, pairs: list[Any]) -> None:
    """Refuse fields that a struct does not have in a match or an update."""
    info = struct_info(module, meta, env, None)
    if info is None:
        return
    from defnpy.terms.inspect import inspect

    names = {maps.unkey(k) for k, _ in info["struct"]}
    for key, _ in pairs:
        if is_atom(key) and key not in names:
            message = f"unknown key {ex._show(key)} for struct {inspect(module)}"
            if env.function is None:
                raise env.fail(meta, message)
            env.error(meta, message)


def struct_info(module: Any, meta: Any, env: Env, built: list[Any] | None) -> dict[str, Any] | None:
    """The fields of the struct of *module*; None after a report. *built* are the pairs of a struct that is built, None elsewhere."""
    # A module around this one may have defined its struct already.
    state = env.state if env.state is not None and env.state.name is module else runtime().evaluator.open.get(module)
    info: Any = None
    if state is not None:
        if built is None or state is not env.state or env.function is not None:
            info = state.struct_info()
    else:
        found = ex.module_of(module)
        if found is not None and "struct" in found.info:
            info = found.info
        elif found is not None and built is not None and "__struct__/1" in found.functions:
            return _own_struct(module, found, meta, env, built)
        else:
            from defnpy.terms.inspect import struct_fields as exception_fields

            known = exception_fields(module)
            info = {"struct": [*known, (EXCEPTION, True)]} if known is not None else None
    if info is not None:
        return dict(info)
    from defnpy.terms.inspect import inspect

    shown = inspect(module)
    if env.function is None and (module in env.context_modules or (env.state is not None and env.state.name is module)):
        raise env.fail(meta, f"cannot access struct {shown}, the struct was not yet defined or the struct is being accessed in the "
                       "same context that defines it")
    raise env.fail(meta, f"{shown}.__struct__/1 is undefined, cannot expand struct {shown}. Make sure the struct name is correct. If the "
                   "struct name exists and is correct but it still cannot be found, you likely have cyclic module usage in your code",
                   runtime().why_missing(module))


def _own_struct(module: Any, found: Any, meta: Any, env: Env, pairs: list[Any]) -> dict[str, Any]:
    """What a ``__struct__/1`` written by hand makes."""
    from defnpy.terms.inspect import struct_fault

    made = found.functions["__struct__/1"](pairs)
    fault = struct_fault(made, module, 1)
    if fault is not None:
        raise env.fail(meta, fault)
    return {"struct": list(made.fields.items())}


def bits(tree: Any, env: Env) -> Any:
    from defnpy.expand.binaries import expand_segments

    return (ex.BITS, tree[1], expand_segments(tree[2], env, match=False))


def fn(tree: Any, env: Env) -> Any:
    from defnpy.expand.clauses import expand_clause, split_when

    form, meta, clauses = tree
    done = []
    arity = None
    for clause in clauses:
        if not ex.is_node(clause, ex.ARROW):
            raise env.fail(meta, "expected -> clauses in fn")
        _, clause_meta, (head, body) = clause
        params, _ = split_when(head)
        if any(ex.is_node(p, Atom("\\\\")) for p in params):
            raise env.fail(meta, "anonymous functions cannot have optional arguments")
        if arity is not None and len(params) != arity:
            raise env.fail(clause_meta, "cannot mix clauses with different arities in anonymous functions")
        arity = len(params)
        done.append(expand_clause(head, body, clause_meta, env))
    return (form, meta, done)


def case(tree: Any, env: Env) -> Any:
    from defnpy.expand.clauses import clauses_of

    form, meta, args = tree
    if len(args) != 2:
        return ex.local_call(form, meta, args, env)
    subject, options = args
    options = _blocks(options, ("do",), "case", meta, env)
    value = ex.expand(subject, env)
    if env.defn and options["do"].__class__ is list:
        from defnpy.expand.defn import check_case

        check_case([c for c in options["do"] if ex.is_node(c, ex.ARROW)], env)
        value = ex.rt_call("defn_case", meta, [value])
    return (form, meta, [value, clauses_of(options["do"], "case", "do", 1, env, meta)])


def _blocks(options: Any, allowed: tuple[str, ...], form: str, meta: Any, env: Env) -> dict[str, Any]:
    if not ex.is_keyword(options):
        raise env.fail(meta, f'invalid arguments for "{form}"' if options else f'missing :do option in "{form}"')
    found = ex.keyword(options)
    if "do" not in found:
        raise env.fail(meta, f'missing :do option in "{form}"')
    for name in found:
        if name not in allowed:
            raise env.fail(meta, f'unexpected option :{name} in "{form}"')
    if len(found) != len(options):
        names = [name.name for name, _ in options]
        raise env.fail(meta, f'duplicate :{next(n for n in names if names.count(n) > 1)} clauses given for "{form}"')
    return found


def known_options(tree: Any, known: frozenset[str], form: str, meta: Any, env: Env) -> dict[str, Any]:
    """The options given to ``alias``, ``import``, ``require`` or ``quote``."""
    if not ex.is_keyword(tree):
        raise env.fail(meta, f"invalid options for {form}, expected a keyword list, got: {ex._show(tree)}")
    found = ex.keyword(tree)
    for name in found:
        if name not in known:
            raise env.fail(meta, f"unsupported option :{name} given to {form}")
    return found


ALIAS_OPTIONS = frozenset(("as", "warn"))
IMPORT_OPTIONS = frozenset(("only", "except", "warn"))


def cond(tree: Any, env: Env) -> Any:
    form, meta, args = tree
    if len(args) != 1:
        return ex.local_call(form, meta, args, env)
    options = _blocks(args[0], ("do",), "cond", meta, env)
    clauses = options["do"]
    if clauses.__class__ is not list or not clauses or not all(ex.is_node(c, ex.ARROW) for c in clauses):
        raise env.fail(meta, 'expected -> clauses for :do in "cond"')
    done = []
    if env.defn:
        from defnpy.expand.macros.nx_defn import cond_clauses

        return cond_clauses(meta, clauses, env)
    for _, clause_meta, (head, body) in clauses:
        if len(head) != 1:
            raise env.fail(meta, 'expected one argument for :do clauses (->) in "cond"')
        if head[0].__class__ is tuple and head[0][0] is Atom("_") and head[0][2].__class__ is not list:
            raise env.fail(meta, 'invalid use of _ inside "cond". If you want the last clause to always match, you probably meant to use: true ->')
        scope = env.fork()
        test = ex.expand(head[0], scope)
        done.append((clause_meta, test, ex.expand(body, scope)))
    return (form, meta, done)


def try_(tree: Any, env: Env) -> Any:
    from defnpy.expand.clauses import clauses_of, expand_clause

    form, meta, args = tree
    options = _blocks(args[0], ("do", "rescue", "catch", "else", "after"), "try", meta, env)
    # The clauses of a definition are named after it.
    origin = str(ex.meta_get(meta, ORIGIN, form).name)
    if origin == "try" and len(options) == 1:
        raise env.fail(meta, 'missing :catch/:rescue/:after option in "try"')
    lint.order_of_try(list(options), origin, meta, env)
    parts: dict[str, Any] = {"do": ex.expand(options["do"], env.fork())}
    handling = env.fork()
    handling.rescuing = True
    if "rescue" in options:
        parts["rescue"] = [_rescue(c, handling) for c in _arrows(options["rescue"], "rescue", origin, meta, env)]
    if "catch" in options:
        parts["catch"] = [
            expand_clause(head, body, clause_meta, handling)
            for _, clause_meta, (head, body) in _arrows(options["catch"], "catch", origin, meta, env)
        ]
        if any(len(clause.patterns) > 2 for clause in parts["catch"]):
            raise env.fail(meta, f'expected one or two args for :catch clauses (->) in "{origin}"')
    if "else" in options:
        parts["else"] = clauses_of(options["else"], origin, "else", 1, env, meta)
    if "after" in options:
        parts["after"] = ex.expand(options["after"], env.fork())
    return (form, meta, [parts])


ORIGIN = Atom("origin")


def _arrows(tree: Any, key: str, form: str, meta: Any, env: Env) -> list[Any]:
    if tree.__class__ is not list or not all(ex.is_node(c, ex.ARROW) for c in tree):
        raise env.fail(meta, f'expected -> clauses for :{key} in "{form}"')
    return tree


INVALID_RESCUE = (
    'invalid "rescue" clause. The clause should match on an alias, a variable or be in the "var in [alias]" format. Got: '
)


def _is_name(tree: Any) -> bool:
    return tree.__class__ is tuple and len(tree) == 3 and tree[0].__class__ is Atom and tree[2].__class__ is not list


def _rescue(clause: Any, env: Env) -> Any:
    """``x in [A, B] ->``, ``A ->``, ``x ->`` as ``(Var or None, modules or None, body)``."""
    from defnpy.expand.patterns import expand_pattern

    _, meta, (head, body) = clause
    if len(head) != 1:
        raise env.fail(meta, 'expected one argument for :rescue clauses (->) in "try"')
    scope = env.fork()
    target = ex.expand_call(head[0], scope)
    modules: Any = None
    if ex.is_node(target, Atom("in")):
        name, listed = target[2]
        if not (_is_name(name) and (listed.__class__ is list or is_atom(listed) or _is_name(listed) or ex.is_node(listed, ex.ALIASES))):
            raise env.fail(meta, INVALID_RESCUE + ex._show(target))
        if listed and not (listed.__class__ is tuple and listed[0] is Atom("_")):
            modules = _exception_modules(ex.expand(listed, scope), meta, env)
        target = name
    elif target.__class__ is list or is_atom(target) or ex.is_node(target, ex.ALIASES):
        modules = _exception_modules(ex.expand(target, scope), meta, env)
        target = None
    elif target.__class__ is tuple and target[0] is Atom("__MODULE__"):
        modules = [env.module]
        target = None
    elif not _is_name(target):
        raise env.fail(meta, INVALID_RESCUE + ex._show(target))
    var = expand_pattern(target, scope) if target is not None else None
    return (meta, var, modules, ex.expand(body, scope))


def _exception_modules(tree: Any, meta: Any, env: Env) -> Any:
    if tree.__class__ is Atom and tree.name == "_":
        return None
    if tree.__class__ is tuple and tree[0] is Atom("_"):
        return None
    return tree if tree.__class__ is list else [tree]


def receive(tree: Any, env: Env) -> Any:
    from defnpy.expand.clauses import clauses_of

    form, meta, args = tree
    if not ex.is_keyword(args[0]):
        raise env.fail(meta, 'invalid arguments for "receive"')
    options = ex.keyword(args[0])
    parts: dict[str, Any] = {}
    body = options.get("do")
    if body is not None and not (ex.is_node(body, ex.BLOCK) and not body[2]):
        parts["do"] = clauses_of(options["do"], "receive", "do", 1, env, meta)
    if "after" in options:
        after = options["after"]
        if after.__class__ is not list or len(after) != 1 or not ex.is_node(after[0], ex.ARROW):
            raise env.fail(meta, 'expected a single -> clause for :after in "receive"')
        _, _, (head, body) = after[0]
        if len(head) != 1:
            raise env.fail(meta, 'expected one argument for :after clauses (->) in "receive"')
        scope = env.fork()
        parts["after"] = (ex.expand(head[0], scope), ex.expand(body, scope))
    return (form, meta, [parts])


def with_(tree: Any, env: Env) -> Any:
    from defnpy.expand.clauses import clauses_of, split_when
    from defnpy.expand.patterns import expand_guard, expand_patterns

    form, meta, args = tree
    if not args or not ex.is_keyword(args[-1]):
        raise env.fail(meta, 'missing :do option in "with"')
    options = _blocks(args[-1], ("do", "else"), "with", meta, env)
    scope = env.fork()
    steps: list[Any] = []
    for step in args[:-1]:
        if ex.is_node(step, Atom("<-")):
            left, right = step[2]
            value = ex.expand(right, scope)
            params, guards = split_when([left])
            patterns = expand_patterns(params, scope)
            steps.append(("<-", step[1], patterns[0], [expand_guard(g, scope) for g in guards], value))
        else:
            steps.append(("do", [], None, [], ex.expand(step, scope)))
    body = ex.expand(options["do"], scope)
    other = clauses_of(options["else"], "with", "else", 1, env, meta) if "else" in options else None
    return (form, meta, [steps, body, other])


FOR_OPTIONS = ("into", "uniq", "reduce")


NO_REDUCER = (
    "when using :reduce with comprehensions, the do block must be written using acc -> expr clauses, where each clause expects the accumulator as a "
    "single argument"
)


def for_(tree: Any, env: Env) -> Any:
    from defnpy.expand.clauses import clauses_of, split_when
    from defnpy.expand.patterns import expand_guard, expand_patterns

    form, meta, args = tree
    if not args or not ex.is_keyword(args[-1]):
        raise env.fail(meta, 'missing :do option in "for"')
    options = ex.keyword(args[-1])
    qualifiers = list(args[:-1])
    if qualifiers and ex.is_keyword(qualifiers[-1]) and qualifiers[-1] and set(ex.keyword(qualifiers[-1])) <= set(FOR_OPTIONS):
        options = {**ex.keyword(qualifiers.pop()), **options}
    if "do" not in options:
        raise env.fail(meta, 'missing :do option in "for"')
    for name in options:
        if name != "do" and name not in FOR_OPTIONS:
            raise env.fail(meta, f"unsupported option :{name} given to for")
    extra = {k: ex.expand(options[k], env) for k in FOR_OPTIONS if k in options}
    scope = env.fork()
    steps: list[Any] = []
    for step in qualifiers:
        if ex.is_node(step, Atom("<-")):
            left, right = step[2]
            value = ex.expand(right, scope)
            params, guards = split_when([left])
            patterns = expand_patterns(params, scope)
            steps.append(("<-", step[1], patterns[0], [expand_guard(g, scope) for g in guards], value))
        elif ex.is_node(step, ex.BITS) and step[2] and ex.is_node(step[2][-1], Atom("<-")):
            steps.append(_bit_generator(step, scope))
        else:
            steps.append(("filter", [], None, [], ex.expand(step, scope)))
    if not steps or steps[0][0] == "filter":
        raise env.fail(meta, "for comprehensions must start with a generator")
    body: Any
    if "uniq" in extra and extra["uniq"].__class__ is not bool:
        raise env.fail(meta, f":uniq option for comprehensions only accepts a boolean, got: {ex._show(options['uniq'])}")
    if "reduce" in extra:
        if len(extra) > 1:
            raise env.fail(meta, "cannot use :reduce alongside :into/:uniq in comprehension")
        clauses = options["do"]
        if clauses.__class__ is not list or not all(ex.is_node(c, ex.ARROW) and len(c[2][0]) == 1 for c in clauses):
            raise env.fail(meta, NO_REDUCER)
        body = clauses_of(options["do"], "for", "do", 1, scope, meta)
    else:
        if options["do"].__class__ is list and options["do"] and ex.is_node(options["do"][0], ex.ARROW):
            raise env.fail(meta, "the do block was written using acc -> expr clauses but the :reduce option was not given")
        body = ex.expand(options["do"], scope)
    return (form, meta, [steps, extra, body])


def _bit_generator(step: Any, env: Env) -> Any:
    from defnpy.expand.binaries import expand_segments
    from defnpy.expand.patterns import UNDERSCORE  # noqa: F401

    *front, last = step[2]
    left, right = last[2]
    value = ex.expand(right, env)
    outer, env.match = env.match, {}
    context, env.context = env.context, "match"
    try:
        segments = expand_segments([*front, left], env, match=True, generator=True)
    finally:
        bound, env.match, env.context = env.match, outer, context
    env.vars = {**env.vars, **(bound or {})}
    return ("<<>>", step[1], (ex.BITS, step[1], segments), [], value)


# -- capture -----------------------------------------------------------------------------------------------------------


def capture(tree: Any, env: Env) -> Any:
    form, meta, (body,) = tree
    if body.__class__ is int:
        raise env.fail(meta, f"capture argument &{body} must be used within the capture operator &")
    if ex.is_node(body, Atom("/")) and len(body[2]) == 2 and body[2][1].__class__ is int:
        found = _function_capture(body[2][0], body[2][1], meta, env)
        if found is not None:
            return found
    if body.__class__ is list or body.__class__ is tuple:
        return _placeholder_capture(body, meta, env)
    raise env.fail(meta, _CAPTURE_HELP + ex._show(body))


_CAPTURE_HELP = (
    "invalid args for &, expected one of:\n\n"
    "  * &Mod.fun/arity to capture a remote function, such as &Enum.map/2\n"
    "  * &fun/arity to capture a local or imported function, such as &is_atom/1\n"
    "  * &some_code(&1, ...) containing at least one argument as &1, such as &List.flatten(&1)\n\n"
    "Got: "
)


def _function_capture(target: Any, arity: int, meta: Any, env: Env) -> Any:
    names = [Atom(f"arg{i + 1}") for i in range(arity)]
    params = [(n, meta, Atom("%capture")) for n in names]
    if target.__class__ is not tuple or len(target) != 3:
        return None
    inner, target_meta, args = target
    if inner.__class__ is tuple and inner[0] is ex.DOT and len(inner[2]) == 2 and not args:
        receiver = ex.expand(inner[2][0], env)
        name = inner[2][1]
        if arity == 0 and lint.written(meta) and ex.meta_get(target_meta, ex.NO_PARENS) is None:
            shown = f"&{ex._show(inner[2][0])}.{atom_name(name)}"
            env.warn_of_clause(meta, f"extra parentheses on a remote function capture {shown}()/0 have been deprecated. "
                               f"Please remove the parentheses: {shown}/0")
        if receiver.__class__ is Atom and ex.find_macro(receiver, f"{atom_name(name)}/{arity}", env) is not None:
            call: Any = ((ex.DOT, target_meta, [receiver, name]), target_meta, params)
            return ex.expand((Atom("fn"), meta, [(ex.ARROW, meta, [params, call])]), env)
        if receiver.__class__ is Atom and env.function is not None:
            env.unit.remote_calls.append((receiver, atom_name(name), arity, meta, env))
        return (ex.CAPTURE, meta, [receiver, name, arity])
    if inner.__class__ is Atom and (args.__class__ is not list or not args):
        call = (inner, target_meta, params)
        if inner.name == "super" and env.function is not None and arity != env.function[1]:
            raise env.fail(meta, SUPER_ARITY)
        signature = f"{inner.name}/{arity}"
        for pair in (*_meta_imports(meta), *_meta_imports(target_meta)):
            if pair[0] == arity and ex.find_macro(pair[1], signature, env) is None:
                return (ex.CAPTURE, meta, [pair[1], inner, arity])
        own = env.state.definitions.get(signature) if env.state is not None else None
        if own is None or own.kind in ("defmacro", "defmacrop"):
            module = ex.imported(signature, arity, target_meta, env) and env.functions.get(signature)
            env.unit.used_imports.add((env.macros.get(signature) or module, signature))
            if module is not None and signature not in env.macros:
                return (ex.CAPTURE, meta, [module, inner, arity])
            if signature in env.macros or inner in SPECIAL or (own is not None and env.state.ready_macro(signature) is not None):
                return ex.expand((Atom("fn"), meta, [(ex.ARROW, meta, [params, call])]), env)
            for pair in _meta_imports(target_meta):
                if pair[0] == arity:
                    return (ex.CAPTURE, meta, [pair[1], inner, arity])
        if env.function is None and not (env.defn and env.state is not None):
            raise env.fail(meta, f"undefined function {signature} (there is no such import)")
        if env.state is not None:
            # A capture inside a defn may be of any function: it is called while tracing.
            env.state.local_calls.append((signature, target_meta, False, env.file, env.function))
        return (Atom("%local_capture"), meta, [inner, arity])
    return None


def _meta_imports(meta: Any) -> Any:
    from defnpy.expand.env import meta_get

    return meta_get(meta, ex.IMPORTS, ())


def _sequential(body: Any) -> Any:
    """``f(&1, &2)`` as the bare ``f`` and its arity: such a capture is ``&f/2``."""
    if body.__class__ is not tuple or len(body) != 3 or body[2].__class__ is not list or not body[2]:
        return None
    form, meta, args = body
    if any(not ex.is_node(a, ex.CAPTURE) or a[2] != [i] for i, a in enumerate(args, 1)):
        return None
    if form.__class__ is tuple and form[0] is ex.DOT and len(form[2]) == 2 and (ex.is_node(form[2][0], ex.ALIASES) or is_atom(form[2][0])):
        return (form, meta, []), len(args)
    if form.__class__ is Atom and form not in SPECIAL:
        return (form, meta, None), len(args)
    return None


def _placeholder_capture(body: Any, meta: Any, env: Env) -> Any:
    # The arguments of one capture are not those of another that a macro puts inside it.
    own = [(ex.COUNTER, env.unit.next())]
    named = _sequential(body)
    if named is not None:
        target, arity = named
        found = _function_capture(target, arity, meta, env)
        if found is not None:
            return found
    seen: set[int] = set()

    def walk(t: Any) -> Any:
        kind = t.__class__
        if kind is tuple:
            if len(t) == 3:
                if t[0] is ex.CAPTURE and t[2].__class__ is list and len(t[2]) == 1:
                    index = t[2][0]
                    if index.__class__ is int:
                        if index < 1:
                            raise env.fail(t[1], f"capture argument &{index} must be numbered between 1 and 255")
                        seen.add(index)
                        return (Atom(f"&{index}"), [*own, *t[1]], Atom("%capture"))
                    if _names(t):
                        return t
                    raise env.fail(t[1], "nested captures are not allowed. You cannot define a function using the capture operator & "
                                   f"inside another function defined via &. Got invalid nested capture: {ex._show(t)}")
                if t[2].__class__ is list:
                    return (walk(t[0]) if t[0].__class__ is tuple else t[0], t[1], [walk(a) for a in t[2]])
                return t
            return tuple(walk(a) for a in t)
        if kind is list:
            return [walk(a) for a in t]
        return t

    replaced = walk(body)
    if not seen:
        if ex.is_node(body, ex.BLOCK):
            raise env.fail(meta, "block expressions are not allowed inside the capture operator &, got: " + ex._show(body))
        raise env.fail(meta, _CAPTURE_HELP + ex._show(body))
    for i in range(1, max(seen) + 1):
        if i not in seen:
            raise env.fail(meta, f"capture argument &{max(seen)} cannot be defined without &{i} (you cannot skip arguments, all arguments must be numbered)")
    params = [(Atom(f"&{i + 1}"), [*own, *meta], Atom("%capture")) for i in range(max(seen))]
    return ex.expand((Atom("fn"), meta, [(ex.ARROW, meta, [params, replaced])]), env)


def _names(t: Any) -> bool:
    """Whether ``&...`` captures a named function (allowed inside another capture)."""
    inner = t[2][0]
    return ex.is_node(inner, Atom("/")) and len(inner[2]) == 2 and inner[2][1].__class__ is int


# -- modules and names --------------------------------------------------------------------------------------------------


def _module_name(tree: Any, env: Env, meta: Any, what: str) -> Any:
    name = ex.expand(tree, env)
    if not is_atom(name):
        raise env.fail(meta, f"invalid argument for {what}, expected a compile time atom or alias, got: {ex._show(tree)}")
    return name


def _multi(tree: Any, env: Env, what: str = "use", meta: Any = ()) -> list[Any] | None:
    """``A.{B, C}`` as a list of alias trees."""
    if tree.__class__ is tuple and len(tree) == 3 and tree[0].__class__ is tuple and tree[0][0] is ex.DOT:
        inner = tree[0][2]
        if len(inner) == 2 and inner[1] is ex.TUPLE:
            base = ex.expand(inner[0], env)
            out = []
            for item in tree[2]:
                if not is_atom(item) and not ex.is_node(item, ex.ALIASES):
                    raise env.fail(meta or tree[1], f"invalid argument for {what}, expected a compile time atom or alias, got: {ex._show(item)}")
                segments = item[2] if ex.is_node(item, ex.ALIASES) else [item]
                out.append(Atom(atom_name(base) + "".join("." + s.name.removeprefix("Elixir.") for s in segments)))
            return out
    return None


def alias_(tree: Any, env: Env) -> Any:
    form, meta, args = tree
    options = known_options(args[1], ALIAS_OPTIONS, "alias", meta, env) if len(args) > 1 else {}
    many = _multi(args[0], env, "alias", meta)
    if many is not None:
        if "as" in options:
            raise env.fail(meta, ":as option is not supported by multi-alias call")
        for module in many:
            lint.note_alias(_add_alias(module, _INFERRED, env, meta), module, meta, env, options)
        return many
    module = _module_name(args[0], env, meta, "alias")
    as_ = options.get("as", _INFERRED)
    if as_ is _INFERRED and not atom_name(module).startswith("Elixir."):
        raise env.fail(meta, f"alias cannot be inferred automatically for module: {ex._show(module)}, please use the :as option. Implicit aliasing is "
                       "only supported with Elixir modules")
    name = _add_alias(module, as_, env, meta)
    # An alias of a module to its own name does nothing, as in Elixir.
    if "Elixir." + name != atom_name(module):
        lint.note_alias(name, module, meta, env, options)
    return module


_INFERRED = object()


def _add_alias(module: Any, as_: Any, env: Env, meta: Any) -> str:
    if as_ is _INFERRED:
        name = atom_name(module).rpartition(".")[2]
    else:
        target = as_
        if ex.is_node(as_, ex.ALIASES):
            if len(as_[2]) != 1:
                raise env.fail(meta, f"invalid value for option :as, expected a simple alias, got nested alias: {ex._show(as_)}")
            name = as_[2][0].name
        else:
            if as_.__class__ is not Atom or not as_.name.startswith("Elixir."):
                if _is_name(as_):
                    ex.expand(as_, env)
                raise env.fail(meta, f"invalid value for option :as, expected an alias, got: {ex._show(as_)}")
            name = atom_name(target).removeprefix("Elixir.")
    ex.bind_alias(name, module, meta, env)
    return name


def require(tree: Any, env: Env) -> Any:
    form, meta, args = tree
    options = known_options(args[1], ALIAS_OPTIONS, "require", meta, env) if len(args) > 1 else {}
    many = _multi(args[0], env, "require", meta)
    for module in many if many is not None else [_module_name(args[0], env, meta, "require")]:
        _loaded(module, meta, env)
        env.requires = env.requires | {module}
        if "as" in options:
            _add_alias(module, options["as"], env, meta)
    return many if many is not None else module


BEING_DEFINED = (
    "you are trying to use/import/require the module {0} which is currently being defined.\n\n"
    "This may happen if you accidentally override the module you want to use. For example:\n\n"
    "    defmodule MyApp do\n      defmodule Supervisor do\n        use Supervisor\n      end\n    end\n\n"
    "In the example above, the new Supervisor conflicts with Elixir's Supervisor. This may be fixed by using the fully qualified name in the "
    "definition:\n\n"
    "    defmodule MyApp.Supervisor do\n      use Supervisor\n    end\n"
)


def _loaded(module: Any, meta: Any, env: Env, what: str = "require") -> Any:
    found = ex.module_of(module)
    if found is None:
        from defnpy.expand.macros import NATIVE

        if module in NATIVE:
            return runtime().module(module)
        from defnpy.terms.inspect import inspect

        shown = inspect(module)
        if module in env.context_modules or (env.state is not None and env.state.name is module):
            if what == "import":
                raise env.fail(meta, BEING_DEFINED.format(shown))
            return runtime().module(module)
        raise env.fail(meta, f"module {shown} is not loaded and could not be found", runtime().why_missing(module))
    return found


def import_(tree: Any, env: Env) -> Any:
    form, meta, args = tree
    options = known_options(args[1], IMPORT_OPTIONS, "import", meta, env) if len(args) > 1 else {}
    many = _multi(args[0], env, "import", meta)
    modules = many if many is not None else [_module_name(args[0], env, meta, "import")]
    for module in modules:
        import_module(module, options, meta, env)
    return many if many is not None else modules[0]


def _is_signatures(value: Any) -> bool:
    return ex.is_keyword(value) and all(arity.__class__ is int for _, arity in value)


def _listed(pairs: list[Any], option: str, options: dict[str, Any], meta: Any, env: Env) -> set[str]:
    """The signatures that an option of ``import`` lists."""
    found: set[str] = set()
    for name, arity in pairs:
        signature = f"{atom_name(name)}/{arity}"
        if signature in found and options.get("warn") is not False:
            env.warn(meta, f"invalid :{option} option for import, {signature} is duplicated")
        found.add(signature)
    return found


def _without(module: Any, ambiguous: dict[str, tuple[Any, Any]], functions: dict[str, Any], macros: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """The names still imported twice when *module* is imported anew; what it had hidden is seen again."""
    left = {}
    for signature, pair in ambiguous.items():
        if module not in pair:
            left[signature] = pair
            continue
        other = pair[0] if pair[1] is module else pair[1]
        if signature not in functions and signature not in macros:
            from defnpy.expand.macros import NATIVE

            of_macros = signature in runtime().module(other).macros or signature in NATIVE.get(other, {})
            (macros if of_macros else functions)[signature] = other
    return left


def import_module(module: Any, options: dict[str, Any], meta: Any, env: Env) -> None:
    """Bring the functions and macros of *module* into the environment."""
    from defnpy.expand.macros import NATIVE

    found = _loaded(module, meta, env, "import")
    env.requires = env.requires | {module}
    functions = set(found.functions)
    macros = set(found.macros) | set(NATIVE.get(module, {}))
    functions -= macros
    only, excluded = options.get("only"), options.get("except")
    if only is not None:
        only = ex.expand(only, env)
        if only is Atom("functions"):
            macros = set()
        elif only is Atom("macros"):
            functions = set()
        elif only is Atom("sigils"):
            functions = {f for f in functions if f.startswith("sigil_")}
            macros = {m for m in macros if m.startswith("sigil_")}
        elif _is_signatures(only) and excluded is not None:
            raise env.fail(meta, ":only and :except can only be given together to import when :only is :functions, :macros, or :sigils")
        elif not _is_signatures(only):
            raise env.fail(meta, "invalid :only option for import, expected value to be an atom :functions, :macros, or a literal keyword list of "
                           f"function names with arity as values, got: {ex._show(options['only'])}")
        else:
            wanted = _listed(only, "only", options, meta, env)
            lint.imports_nothing(module, wanted - functions - macros, options, meta, env)
            functions &= wanted
            macros &= wanted
    else:
        functions = {f for f in functions if not f.startswith("_")}
        macros = {m for m in macros if not m.startswith("_")}
    # A module imported again replaces what it had imported before.
    kept_f = {k: v for k, v in env.functions.items() if v is not module}
    kept_m = {k: v for k, v in env.macros.items() if v is not module}
    ambiguous = _without(module, env.ambiguous, kept_f, kept_m)
    if excluded is not None:
        excluded = ex.expand(excluded, env)
        if not _is_signatures(excluded):
            raise env.fail(meta, "invalid :except option for import, expected value to be a literal keyword list of function names with arity as "
                           f"values, got: {ex._show(options['except'])}")
        dropped = _listed(excluded, "except", options, meta, env)
        functions -= dropped
        macros -= dropped
        if module is not ex.KERNEL:
            earlier = {k for k, v in env.functions.items() if v is module} | {k for k, v in env.macros.items() if v is module}
            if earlier:
                functions &= earlier
                macros &= earlier
    for signature in functions | macros:
        other = kept_f.get(signature) or kept_m.get(signature)
        if other is not None:
            ambiguous[signature] = (other, module) if signature in macros and signature in kept_f else (module, other)
    env.ambiguous = ambiguous
    for signature in macros:
        kept_f.pop(signature, None)
    for signature in functions:
        kept_m.pop(signature, None)
    lint.note_import(module, functions | macros, meta, env, options)
    env.functions = {**kept_f, **dict.fromkeys(functions, module)}
    env.macros = {**kept_m, **dict.fromkeys(macros, module)}


def module_(tree: Any, env: Env) -> Any:
    return env.module


def env_(tree: Any, env: Env) -> Any:
    made = env.fork()
    made.line = line_of(tree[1]) or env.line
    return (ex.CONST, tree[1], [MacroEnv(made)])


def caller(tree: Any, env: Env) -> Any:
    found = env.vars.get(("__CALLER__", None))
    if found is None:
        raise env.fail(tree[1], "__CALLER__ is available only inside defmacro and defmacrop")
    return (Atom("__CALLER__"), tree[1], found)


def dir_(tree: Any, env: Env) -> Any:
    return os.path.dirname(os.path.abspath(env.file)) if env.file not in ("nofile", "iex") else None


def stacktrace(tree: Any, env: Env) -> Any:
    if not env.rescuing:
        env.error(tree[1], "__STACKTRACE__ is available only inside catch and rescue clauses of try expressions")
    return (Atom("%stacktrace"), tree[1], [])


def super_(tree: Any, env: Env) -> Any:
    form, meta, args = tree
    if env.state is None or env.function is None:
        raise env.fail(meta, "cannot invoke super outside module" if env.state is None else "cannot invoke super/0 outside module")
    if len(args) != env.function[1]:
        raise env.fail(meta, SUPER_ARITY)
    name = env.state.super_name(env.function, meta, env)
    return (Atom("%super"), meta, [name, *ex.expand_args(args, env)])


SUPER_ARITY = "super must be called with the same number of arguments as the current definition"


def unquote(tree: Any, env: Env) -> Any:
    raise env.fail(tree[1], "unquote called outside quote")


def unquote_splicing(tree: Any, env: Env) -> Any:
    raise env.fail(tree[1], "unquote_splicing called outside quote")


def stab(tree: Any, env: Env) -> Any:
    raise env.fail(tree[1], "misplaced operator ->\n\nThis typically means invalid syntax or a macro is not available in scope")


def bar(tree: Any, env: Env) -> Any:
    raise env.fail(tree[1], "misplaced operator |/2\n\nThe | operator is typically used between brackets to mark the tail of a list:\n\n"
                   "    [head | tail]\n    [head, middle, ... | tail]\n\nIt is also used to update maps and structs, via the "
                   "%{map | key: value} notation, and in typespecs, such as @type and @spec, to express the union of two types")


def typed(tree: Any, env: Env) -> Any:
    raise env.fail(tree[1], "misplaced operator ::/2\n\nThe :: operator is typically used in bitstrings to specify types and sizes of segments:"
                   "\n\n    <<size::32-integer, letter::utf8, rest::binary>>\n\nIt is also used in typespecs, such as @type and @spec, to "
                   "describe inputs and outputs")


def same(tree: Any, env: Env) -> Any:
    return tree


def quote(tree: Any, env: Env) -> Any:
    from defnpy.expand.quoting import expand_quote

    return expand_quote(tree, env)


def _arity(handler: Any, *arities: int) -> Any:
    """A special form that is only special with these numbers of arguments."""

    def checked(tree: Any, env: Env) -> Any:
        if len(tree[2]) in arities:
            return handler(tree, env)
        return ex.local_call(tree[0], tree[1], tree[2], env)

    return checked


def scope(tree: Any, env: Env) -> Any:
    """Code whose imports, aliases and variables stay its own."""
    return ex.expand(tree[2][0], env.fork())


SPECIAL: dict[Any, Any] = {
    Atom("="): _arity(match, 2),
    Atom("^"): _arity(pin, 1),
    Atom("__block__"): block,
    Atom("__aliases__"): aliases,
    Atom("{}"): tuple_,
    Atom("%{}"): map_,
    Atom("%"): _arity(struct, 2),
    Atom("<<>>"): bits,
    Atom("fn"): fn,
    Atom("&"): _arity(capture, 1),
    Atom("case"): case,
    Atom("cond"): cond,
    Atom("try"): _arity(try_, 1),
    Atom("receive"): _arity(receive, 1),
    Atom("with"): with_,
    Atom("for"): for_,
    Atom("quote"): _arity(quote, 1, 2),
    Atom("unquote"): _arity(unquote, 1),
    Atom("unquote_splicing"): _arity(unquote_splicing, 1),
    Atom("alias"): _arity(alias_, 1, 2),
    Atom("require"): _arity(require, 1, 2),
    Atom("import"): _arity(import_, 1, 2),
    Atom("__MODULE__"): _arity(module_, 0),
    Atom("__ENV__"): _arity(env_, 0),
    Atom("__CALLER__"): _arity(caller, 0),
    Atom("__DIR__"): _arity(dir_, 0),
    Atom("__STACKTRACE__"): _arity(stacktrace, 0),
    Atom("super"): super_,
    Atom("->"): stab,
    Atom("|"): _arity(bar, 2),
    Atom("::"): _arity(typed, 2),
    Atom("%const"): same,
    Atom("%scope"): scope,
    Atom("%expanded"): lambda tree, env: tree[2][0],
}
