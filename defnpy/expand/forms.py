"""The special forms. Each handler takes the node and the environment and gives the expanded node."""

from __future__ import annotations

import os
from typing import Any

from defnpy.expand import expander as ex
from defnpy.expand import lint, shadow
from defnpy.expand.capture import SUPER_ARITY, capture
from defnpy.expand.directives import alias_, import_, require
from defnpy.expand.env import Env, MacroEnv, line_of
from defnpy.expand.maps import map_, struct
from defnpy.terms.atom import Atom, is_atom


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
    expand = ex.expand_or_recover if env.unit.recovering else ex.expand
    done = []
    for t in trees[:-1]:
        lint.unused_uniq(t, env)
        done.append(expand(t, env))
        lint.useless(t, done[-1], tree[1], env)
    done.append(expand(trees[-1], env))
    return (ex.BLOCK, tree[1], done)


def aliases(tree: Any, env: Env) -> Any:
    return ex.expand_alias(tree, env)


def tuple_(tree: Any, env: Env) -> Any:
    items = ex.expand_args(tree[2], env) if tree[2] else []
    return (items[0], items[1]) if len(items) == 2 else (ex.TUPLE, tree[1], items)


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
            raise env.fail(meta, "cannot mix clauses with different arities in anonymous functions")
        arity = len(params)
        done.append(expand_clause(head, body, clause_meta, env))
    if env.function is not None:
        shadow.check(done, env)
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
        since = len(env.unit.bindings)
        scope = env.fork()
        test = ex.expand(head[0], scope)
        done.append((clause_meta, test, ex.expand(body, scope)))
        env.unit.warn_unused(since)
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
    parts: dict[str, Any] = {"do": ex.scoped(options["do"], env)}
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
        parts["after"] = ex.scoped(options["after"], env)
    return (form, meta, [parts])


ORIGIN = Atom("origin")


def _arrows(tree: Any, key: str, form: str, meta: Any, env: Env) -> list[Any]:
    if tree.__class__ is not list or not all(ex.is_node(c, ex.ARROW) for c in tree):
        raise env.fail(meta, f'expected -> clauses for :{key} in "{form}"')
    return tree


INVALID_RESCUE = (
    'invalid "rescue" clause. The clause should match on an alias, a variable or be in the "var in [alias]" format. Got: '
)


def _rescue(clause: Any, env: Env) -> Any:
    """``x in [A, B] ->``, ``A ->``, ``x ->`` as ``(Var or None, modules or None, body)``."""
    from defnpy.expand.patterns import expand_pattern

    _, meta, (head, body) = clause
    if len(head) != 1:
        raise env.fail(meta, 'expected one argument for :rescue clauses (->) in "try"')
    since = len(env.unit.bindings)
    scope = env.fork()
    target = ex.expand_call(head[0], scope)
    modules: Any = None
    if ex.is_node(target, Atom("in")):
        name, listed = target[2]
        if not (ex.is_name(name) and (listed.__class__ is list or is_atom(listed) or ex.is_name(listed) or ex.is_node(listed, ex.ALIASES))):
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
    elif not ex.is_name(target):
        raise env.fail(meta, INVALID_RESCUE + ex._show(target))
    var = expand_pattern(target, scope) if target is not None else None
    handler = (meta, var, modules, ex.expand(body, scope))
    env.unit.warn_unused(since)
    return handler


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
        since = len(env.unit.bindings)
        scope = env.fork()
        parts["after"] = (ex.expand(head[0], scope), ex.expand(body, scope))
        env.unit.warn_unused(since)
    return (form, meta, [parts])


def with_(tree: Any, env: Env) -> Any:
    from defnpy.expand.clauses import clauses_of, split_when
    from defnpy.expand.patterns import expand_guard, expand_patterns

    form, meta, args = tree
    if not args or not ex.is_keyword(args[-1]):
        raise env.fail(meta, 'missing :do option in "with"')
    options = _blocks(args[-1], ("do", "else"), "with", meta, env)
    since = len(env.unit.bindings)
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
    env.unit.warn_unused(since)
    other = clauses_of(options["else"], "with", "else", 1, env, meta) if "else" in options else None
    if other is not None:
        lint.unmatched_else(steps, meta, env)
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
    since = len(env.unit.bindings)
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
    env.unit.warn_unused(since)
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
    return ex.scoped(tree[2][0], env)


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
