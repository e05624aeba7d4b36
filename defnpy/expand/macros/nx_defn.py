"""Macros of Nx.Defn and Nx.Defn.Kernel."""

from __future__ import annotations

from typing import Any

from defnpy.expand import expander as ex
from defnpy.expand.env import Env, line_of
from defnpy.expand.macros import collect, definitions, macro, rewrite
from defnpy.expand.macros.kernel import branches, concat, full_range, match_q, pipe, range_, stepped_range
from defnpy.terms.atom import Atom, alias
from defnpy.terms.errors import ArgumentError

KERNEL = alias("Nx.Defn.Kernel")

defn = definitions._define("def", "defn")
defnp = definitions._define("defp", "defnp")
deftransform = definitions._define("def", "deftransform")
deftransformp = definitions._define("defp", "deftransformp")


def _thunk(tree: Any, meta: Any, env: Env) -> Any:
    """``fn -> tree end`` expanded in a scope of its own."""
    from defnpy.expand.clauses import Clause

    return (Atom("fn"), meta, [Clause([], [], ex.scoped(tree, env), meta)])


def cond_call(meta: Any, clauses: list[tuple[Any, Any, Any]], env: Env) -> Any:
    """``Nx.Defn.Kernel.__cond__(file, line, [{line, pred, fn -> body end}])``; predicates are expanded trees."""
    listed = [(ex.TUPLE, m, [line_of(m), test, body]) for m, test, body in clauses]
    return ex.call_node("Nx.Defn.Kernel", "__cond__", meta, [env.file, line_of(meta), listed])


def cond_clauses(meta: Any, clauses: list[Any], env: Env) -> Any:
    """``cond`` inside a defn; what a condition binds its body sees."""
    done = []
    for _, at, (head, body) in clauses:
        since = len(env.unit.bindings)
        scope = env.fork()
        test = ex.expand(head[0], scope)
        done.append((at, test, _thunk(body, at, scope)))
        env.unit.warn_unused(since)
    return cond_call(meta, done, env)


@macro("if/2")
def if_(meta: Any, args: list[Any], env: Env) -> Any:
    if not any(pair[0] is ex.DO for pair in args[1] if pair.__class__ is tuple):
        raise ArgumentError(f'expected second argument to "if" to be a do/else block, got: {ex._show(args[1])}')
    then, other = branches(args[1], "if", meta, env)
    test = ex.expand(args[0], env)
    missing = not any(pair[0] is Atom("else") for pair in args[1])
    last = _thunk(0 if missing else other, meta, env)
    return ex.call_node("Nx.Defn.Kernel", "__if__", meta, [env.file, line_of(meta), test, _thunk(then, meta, env), last])


@rewrite("unless/2")
def unless(meta: Any, args: list[Any], env: Env) -> Any:
    then, other = branches(args[1], "unless", meta, env)
    return (Atom("if"), meta, [args[0], [(ex.DO, other if other is not None else 0), (Atom("else"), then)]])


@macro("while/3", "while/4")
def while_(meta: Any, args: list[Any], env: Env) -> Any:
    """``while pattern, condition do ... end``; ``while pattern, i <- range, opts do ... end``."""
    from defnpy.expand.clauses import Clause
    from defnpy.expand.patterns import expand_patterns

    initial_tree, condition, *rest = args
    options = rest[0] if len(rest) == 2 else []
    written = rest[-1].__class__ is list and all(p.__class__ is tuple and len(p) == 2 for p in rest[-1])
    blocks = ex.keyword(rest[-1]) if written else {}
    if len(rest) == 1 and written:
        options = [p for p in rest[-1] if p[0] is not ex.DO]
    if "do" not in blocks:
        raise ArgumentError(f'expected last argument of "while" to be a do-block, got: {ex._show(rest[-1])}')
    pattern, initial = _split_initial(initial_tree, meta, env)
    bound = len(env.unit.bindings)
    value = ex.expand(initial, env)
    del env.unit.bindings[bound:]

    def function(params: list[Any], body: Any) -> Any:
        since = len(env.unit.bindings)
        scope = env.fork()
        expanded = expand_patterns(params, scope)
        # Condition and body bind the same names: neither has to read all.
        del env.unit.bindings[since:]
        return (Atom("fn"), meta, [Clause(expanded, [], ex.expand(body, scope), meta)])

    opts = ex.expand(options, env)
    if ex.is_node(condition, Atom("<-")):
        generator_pattern, generator = condition[2]
        source = ex.expand(generator, env)
        body = function([generator_pattern, pattern], blocks["do"])
        return ex.call_node("Nx.Defn.Kernel", "__while__", meta, [env.file, line_of(meta), value, (Atom("generator"), source), body, opts])
    test = function([pattern], condition)
    body = function([pattern], blocks["do"])
    return ex.call_node("Nx.Defn.Kernel", "__while__", meta, [env.file, line_of(meta), value, (Atom("condition"), test), body, opts])


def _split_initial(tree: Any, meta: Any, env: Env) -> tuple[Any, Any]:
    """``{i = 0, x}`` as the pattern ``{i, x}`` and the value; the assignments in it hold after the loop too."""
    if ex.is_node(tree, ex.MATCH):
        return tree[2][0], tree
    if tree.__class__ is tuple:
        if len(tree) == 2:
            left, right = (_split_initial(t, meta, env) for t in tree)
            return (left[0], right[0]), (left[1], right[1])
        if tree[0] is ex.TUPLE:
            parts = [_split_initial(t, meta, env) for t in tree[2]]
            return (ex.TUPLE, tree[1], [p for p, _ in parts]), (ex.TUPLE, tree[1], [v for _, v in parts])
        if tree[0] is ex.MAP:
            parts = [(k, _split_initial(t, meta, env)) for k, t in tree[2]]
            return (ex.MAP, tree[1], [(k, p) for k, (p, _) in parts]), (ex.MAP, tree[1], [(k, v) for k, (_, v) in parts])
        if tree[0].__class__ is Atom and tree[2].__class__ is not list:
            return tree, tree
    raise ArgumentError(_INITIAL_HELP.format(got=ex._show(tree)))


_INITIAL_HELP = """\
invalid initial argument for "while". Expected a variable, a variable assignment, or a tuple of the same. For example:

    while x = 0, Nx.less(x, 10) do
      x + 1
    end

Or when using tuples:

    x = 0

    {{x, y}} =
      while {{x, y = 10}}, Nx.not_equal(x, y) do
        {{x + 1, y - 1}}
      end

Got: {got}
"""


@macro("@/1")
def attribute(meta: Any, args: list[Any], env: Env) -> Any:
    from defnpy.expand.macros import kernel

    return kernel.attribute(meta, args, env)


@macro("raise/1", "raise/2")
def raise_(meta: Any, args: list[Any], env: Env) -> Any:
    return ex.rt_call("raise_", meta, ex.expand_args(args, env))


@rewrite("__using__/1")
def using_kernel(meta: Any, args: list[Any], env: Env) -> Any:
    return (ex.BLOCK, meta, [
        (Atom("import"), meta, [alias("Kernel"), [(Atom("only"), [])]]),
        (Atom("import"), meta, [KERNEL]),
    ])


def import_kernel(env: Env) -> None:
    """``use Nx.Defn.Kernel``: Kernel's imports go, those of Nx.Defn.Kernel come."""
    from defnpy.expand.directives import import_module

    kernel = ex.KERNEL
    env.functions = {k: v for k, v in env.functions.items() if v is not kernel}
    env.macros = {k: v for k, v in env.macros.items() if v is not kernel}
    import_module(KERNEL, {}, [], env)


_OWN = ("if_", "unless", "while_", "attribute", "raise_", "using_kernel")
KERNEL_MACROS = collect({k: v for k, v in globals().items() if k in _OWN})
KERNEL_MACROS.update({s: f for f in (pipe, range_, stepped_range, full_range, concat, match_q) for s in f.signatures})
from defnpy.expand.macros import kernel as _kernel  # noqa: E402

KERNEL_MACROS.update({s: f for f in (_kernel.then, _kernel.tap, _kernel.sigil_s, _kernel.sigil_upper_s) for s in f.signatures})

DEFN_MACROS = {s: f for f in (defn, defnp, deftransform, deftransformp) for s in f.signatures}
TABLES: dict[Any, dict[str, Any]] = {alias("Nx.Defn"): DEFN_MACROS, KERNEL: KERNEL_MACROS}

