"""Macros that define things: def, defmodule, defstruct, defprotocol, use ..."""

from __future__ import annotations

from typing import Any

from defnpy.expand import expander as ex
from defnpy.expand import lint
from defnpy.expand.env import Env
from defnpy.expand.macros import collect, macro, rewrite, within_module
from defnpy.expand.patterns import expand_guard, expand_patterns
from defnpy.expand.quoting import Quote, constant_node, escape
from defnpy.terms.atom import Atom, alias, atom_name, is_atom
from defnpy.terms.errors import ArgumentError
from defnpy.terms.range import Range
from defnpy.terms.runtime import runtime

DEF, DEFP = Atom("def"), Atom("defp")
DO = ex.DO


def has_unquote(tree: Any) -> bool:
    """Whether a quoted tree has an ``unquote`` that belongs to the surrounding code."""
    stack = [(tree, 0)]
    while stack:
        t, depth = stack.pop()
        kind = t.__class__
        if kind is list:
            stack.extend((item, depth) for item in t)
        elif kind is tuple and len(t) == 3:
            form, _, args = t
            if form is UNQUOTE or form is SPLICING:
                if depth == 0:
                    return True
                stack.append((args, depth - 1))
            elif form is ex.QUOTE and args.__class__ is list:
                if not (len(args) == 2 and ex.keyword(args[0]).get("unquote") is False):
                    stack.extend((item, depth + 1) for item in args)
            else:
                if form.__class__ is tuple:
                    if depth == 0 and form[0] is ex.DOT and form[2][-1] is UNQUOTE:
                        return True
                    stack.append((form, depth))
                if args.__class__ is list:
                    stack.extend((item, depth) for item in args)
        elif kind is tuple:
            stack.extend((item, depth) for item in t)
    return False


UNQUOTE, SPLICING = Atom("unquote"), Atom("unquote_splicing")


def _define(kind: str, defn: str | None = None) -> Any:
    def expanded(meta: Any, args: list[Any], env: Env) -> Any:
        if env.state is None or env.function is not None:
            where = "outside module" if env.state is None else "inside function/macro"
            raise ArgumentError(f"cannot invoke {kind}/2 {where}")
        head = args[0]
        body = args[1] if len(args) > 1 else None
        lint.mark_names(args, env)
        captured = env.fork()
        quoter = Quote(env, unquote=True, hygiene=False)
        quoter.bare = True
        return ex.rt_call("define", meta, [
            env.module, kind, defn, quoter.build(head), quoter.build(body), (ex.CONST, [], [captured]), constant_node(meta),
        ])

    marked = macro(f"{defn or kind}/1", f"{defn or kind}/2")(expanded)
    marked.define = (kind, defn)
    return marked


def_ = _define("def")
defp = _define("defp")
defmacro = _define("defmacro")
defmacrop = _define("defmacrop")


@macro("defmodule/2")
def defmodule(meta: Any, args: list[Any], env: Env) -> Any:
    name = module_name(args[0], env, meta)
    if name.__class__ is Atom:
        runtime().take_over(name)
    block = ex.keyword(args[1]).get("do")
    captured = env.fork()
    if name.__class__ is Atom:
        env.context_modules = [name, *env.context_modules]
    mentioned = variables_of(block)
    variables = [(k, v) for k, v in env.vars.items() if k[0] in mentioned]
    for _, var in variables:
        var.used = True
    return (Atom("%defmodule"), meta, [name, (block, captured, variables)])


def variables_of(tree: Any) -> set[str]:
    """The names of all variables in a quoted tree."""
    found: set[str] = set()
    stack = [tree]
    while stack:
        t = stack.pop()
        if t.__class__ is tuple:
            if len(t) == 3 and t[0].__class__ is Atom and t[2].__class__ is not list:
                found.add(t[0].name)
            else:
                stack.extend(t)
        elif t.__class__ is list:
            stack.extend(t)
    return found


def module_name(tree: Any, env: Env, meta: Any) -> Any:
    """The expanded name of a module, nested in the current one, with its alias brought in."""
    if ex.is_node(tree, ex.ALIASES) and tree[2] and tree[2][0].__class__ is Atom:
        first = tree[2][0].name
        if env.module is not None and first != "Elixir" and ex.meta_get(tree[1], ex.ALIAS_META) in (None, False):
            name = Atom(env.module.name + "".join("." + s.name for s in tree[2]))
            ex.bind_alias(first, Atom(env.module.name + "." + first), tree[1], env)
            return name
        return ex.expand_alias(tree, env) if first in env.aliases or ex.meta_get(tree[1], ex.ALIAS_META) else (
            alias(".".join(s.name for s in tree[2])) if first != "Elixir" else ex.expand_alias(tree, env))
    return ex.expand(tree, env)


@rewrite("use/1", "use/2")
def use(meta: Any, args: list[Any], env: Env) -> Any:
    from defnpy.expand.directives import multi_alias

    options = args[1] if len(args) > 1 else []
    many = multi_alias(args[0], env)
    named = not (args[0].__class__ is tuple and len(args[0]) == 3 and args[0][2].__class__ is not list) or args[0][0] is Atom("__MODULE__")
    modules = many if many is not None else [ex.expand(args[0], env) if named else args[0]]
    out: list[Any] = []
    for module in modules:
        if not is_atom(module):
            raise ArgumentError(f"invalid arguments for use, expected a compile time atom or alias, got: {ex._show(args[0])}")
        out.append((Atom("require"), meta, [module]))
        out.append(((ex.DOT, meta, [module, Atom("__using__")]), meta, [options]))
    return (ex.BLOCK, meta, out)


@macro("defstruct/1")
def defstruct(meta: Any, args: list[Any], env: Env) -> Any:
    if env.state is None:
        raise ArgumentError("errors were found at the given arguments:\n\n  * 2nd argument: not a key that exists in the table\n")
    env.state.doc_line = ex.line_of(meta)
    env.state.awaited_struct = (Atom("defstruct"), meta, args)
    try:
        return ex.rt_call("define_struct", meta, [env.module, ex.expand(args[0], env)])
    finally:
        env.state.awaited_struct = None


@macro("defexception/1")
def defexception(meta: Any, args: list[Any], env: Env) -> Any:
    within_module(env)
    return ex.rt_call("define_exception", meta, [env.module, ex.expand(args[0], env)])


@macro("defoverridable/1")
def defoverridable(meta: Any, args: list[Any], env: Env) -> Any:
    captured = env.fork()
    return ex.rt_call("make_overridable", meta, [env.module, ex.expand(args[0], env), (ex.CONST, [], [captured]), constant_node(meta)])


@rewrite("defdelegate/2")
def defdelegate(meta: Any, args: list[Any], env: Env) -> Any:
    within_module(env)
    options = ex.keyword(args[1])
    heads = args[0] if args[0].__class__ is list else [args[0]]
    out: list[Any] = []
    made = []
    for head in heads:
        if ex.is_node(head, ex.WHEN):
            raise ArgumentError(f"guards are not allowed in defdelegate/2, got: when {ex._show(head[2][1])}")
        name, head_meta, params = head
        params = params if params.__class__ is list else []
        target = options.get("as", name)
        passed = [p[2][0] if ex.is_node(p, Atom("\\\\")) else p for p in params]
        for p in passed:
            if p.__class__ is not tuple or len(p) != 3 or (p[2].__class__ is list and p[0] is not Atom("unquote")):
                raise ArgumentError(f"defdelegate/2 only accepts function parameters, got: {ex._show(p)}")
        if "as" not in options and not has_unquote(options["to"]) and ex.expand(options["to"], env.fork()) is env.module:
            raise ArgumentError("defdelegate function is calling itself, which will lead to an infinite loop. You should either change the value "
                                "of the :to option or specify the :as option")
        call = ((ex.DOT, meta, [options["to"], target]), meta, passed)
        out.append((DEF, meta, [(name, head_meta, params), [(DO, call)]]))
        made.append((name, len(params)))
    return (ex.BLOCK, meta, [*out, made] if all(is_atom(name) for name, _ in made) else out)


def _guard_macro(kind: str, macro_kind: str) -> Any:
    def quoted(meta: Any, args: list[Any], env: Env) -> Any:
        head, guard = args[0][2] if ex.is_node(args[0], ex.WHEN) else (args[0], None)
        if ex.is_node(guard, ex.WHEN):
            raise ArgumentError(f"invalid syntax in defguard {ex._show(head)}, only a single when clause is allowed")
        fault = ArgumentError(f"invalid syntax in defguard {ex._show(head)}")
        if head.__class__ is not tuple or ex.is_node(head[0], ex.DOT):
            raise fault
        params = head[2] if head[2].__class__ is list else []
        plain = [p[2][0] if ex.is_node(p, Atom("\\\\")) else p for p in params]
        if any(p.__class__ is not tuple or len(p) != 3 or p[2].__class__ is list for p in plain):
            raise fault
        if not ex.is_node(args[0], ex.WHEN):
            return (Atom(macro_kind), meta, [head])
        names = {p[0].name for p in plain}
        scope = env.fork()
        if not has_unquote(guard):
            # What guards refuse is refused here, not where the guard is used.
            checked = env.fork()
            checked.function = ("guard", len(plain))
            expand_patterns(plain, checked)
            expand_guard(guard, checked)
            for var in checked.vars.values():
                var.used = True
        scope.context = "guard"
        expanded = _expanded_guard(guard, scope)
        if expanded is None:
            body: Any = None
        else:
            used = [p for p in plain if p[0].name in variables_of(expanded)]
            body = (Atom("case"), meta, [_in_guard(meta), [(DO, [
                (ex.ARROW, meta, [[True], _quoted(_unquoting(expanded, names), meta)]),
                (ex.ARROW, meta, [[False], _quoted(_evaluated_once(used, expanded, meta), meta)]),
            ])]])
        return (Atom(macro_kind), meta, [head, [(DO, body)]])

    return rewrite(f"{kind}/1")(quoted)


def _in_guard(meta: Any) -> Any:
    caller = (Atom("__CALLER__"), meta, None)
    return ((ex.DOT, meta, [alias("Macro.Env"), Atom("in_guard?")]), meta, [caller])


def _quoted(tree: Any, meta: Any) -> Any:
    return (ex.QUOTE, meta, [[(DO, tree)]])


def _evaluated_once(used: list[Any], guard: Any, meta: Any) -> Any:
    """Outside of guards the arguments are evaluated before the guard, each once."""
    if not used:
        return guard
    given: Any = (ex.TUPLE, meta, [(Atom("unquote"), [], [p]) for p in used])
    return (ex.BLOCK, [], [(ex.MATCH, meta, [(ex.TUPLE, meta, used), given]), guard])


def _unquoting(tree: Any, names: set[str]) -> Any:
    """*tree* with its variables called *names* unquoted."""
    if tree.__class__ is list:
        return [_unquoting(a, names) for a in tree]
    if tree.__class__ is not tuple:
        return tree
    if len(tree) != 3:
        return tuple(_unquoting(a, names) for a in tree)
    form, meta, args = tree
    if args.__class__ is not list:
        return (Atom("unquote"), [], [tree]) if form.__class__ is Atom and form.name in names else tree
    if form is Atom("unquote"):
        return tree
    return (_unquoting(form, names) if form.__class__ is tuple else form, meta, _unquoting(args, names))


def _expanded_guard(tree: Any, env: Env) -> Any:
    """A guard with the macros of the program expanded: where it is used, they may be out of sight."""
    if tree.__class__ is list:
        return [_expanded_guard(a, env) for a in tree]
    if tree.__class__ is not tuple:
        return tree
    if len(tree) != 3:
        return tuple(_expanded_guard(a, env) for a in tree)
    if ex.is_node(tree, Atom("@")) and env.state is not None and tree[2][0].__class__ is tuple and tree[2][0][2].__class__ is not list:
        value = env.state.get_attribute(tree[2][0][0].name)
        return (Atom("..//"), tree[1], [value.first, value.last, value.step]) if value.__class__ is Range else escape(value)
    tree = ex.expand_call(tree, env)
    if tree.__class__ is not tuple or len(tree) != 3:
        return _expanded_guard(tree, env)
    form, meta, args = tree
    return (form, meta, _expanded_guard(args, env) if args.__class__ is list else args)


defguard = _guard_macro("defguard", "defmacro")
defguardp = _guard_macro("defguardp", "defmacrop")


# -- protocols -----------------------------------------------------------------------------------------------------------


def _body(block: Any) -> list[Any]:
    if block is None:
        return []
    return list(block[2]) if ex.is_node(block, ex.BLOCK) else [block]


@rewrite("defprotocol/2")
def defprotocol(meta: Any, args: list[Any], env: Env) -> Any:
    forms = []
    functions = []
    protocol = alias("Protocol")
    module = (Atom("__MODULE__"), meta, None)
    for form in _body(ex.keyword(args[1]).get("do")):
        if form.__class__ is tuple and form[0] is DEF and len(form[2]) == 1:
            if form[2][0].__class__ is not tuple or len(form[2][0]) != 3:
                raise ArgumentError("invalid arguments for def inside defprotocol")
            name, head_meta, params = form[2][0]
            arity = len(params) if params.__class__ is list else 0
            if arity == 0:
                raise ArgumentError("protocol functions expect at least one argument")
            variables = [(Atom(f"arg{i}"), meta, Atom("Elixir.Protocol")) for i in range(arity)]
            params = variables if params.__class__ is not list else [
                (p[0], p[1], [v, p[2][1]]) if ex.is_node(p, Atom("\\\\")) else v for p, v in zip(params, variables, strict=True)]
            functions.append((name, arity))
            call = ((ex.DOT, meta, [protocol, Atom("__dispatch__")]), meta, [module, name, variables])
            forms.append((DEF, meta, [(name, head_meta, params), [(DO, call)]]))
        elif form.__class__ is tuple and form[0] is DEF and len(form[2]) == 2:
            raise env.fail(form[1], "undefined function def/2 (there is no such import)")
        else:
            lint.in_protocol(form, env)
            forms.append(form)
    term = (Atom("term"), meta, Atom("Elixir.Protocol"))
    for name in ("impl_for", "impl_for!"):
        call = ((ex.DOT, meta, [protocol, Atom("__" + name + "__")]), meta, [module, term])
        forms.append((DEF, meta, [(Atom(name), meta, [term]), [(DO, call)]]))
    key = (Atom("key"), meta, Atom("Elixir.Protocol"))
    info = ((ex.DOT, meta, [protocol, Atom("__protocol__")]), meta, [module, key])
    forms.append((DEF, meta, [(Atom("__protocol__"), meta, [key]), [(DO, info)]]))
    if not functions:
        lint.protocol_without_functions(module_name(args[0], env, meta), meta, env)
    mark = ((ex.DOT, meta, [alias("Module"), Atom("__protocol_functions__")]), meta, [module, functions])
    return (Atom("defmodule"), meta, [args[0], [(DO, (ex.BLOCK, meta, [mark, *forms]))]])


@rewrite("defimpl/2", "defimpl/3")
def defimpl(meta: Any, args: list[Any], env: Env) -> Any:
    options = {**ex.keyword(args[1]), **(ex.keyword(args[2]) if len(args) > 2 else {})}
    block = options.get("do")
    target = options.get("for")
    if target is None:
        if env.module is None:
            raise ArgumentError("defimpl/3 expects a :for option when declared outside a module")
        target = env.module
    protocol = ex.expand(args[0], env)
    targets = target if target.__class__ is list else [target]
    out = []
    for one in targets:
        known = ex.expand(one, env) if not _dynamic(one, env) else None
        value = known if known is not None else one
        name: Any = Atom(f"{protocol.name}.{atom_name(value).removeprefix('Elixir.')}") if is_atom(value) else (
            (ex.DOT, meta, [alias("Module"), Atom("concat")]), meta, [protocol, value])
        module = (Atom("__MODULE__"), meta, None)
        mark = ((ex.DOT, meta, [alias("Module"), Atom("__impl__")]), meta, [module, protocol, value])
        key = (Atom("key"), meta, Atom("Elixir.Protocol"))
        info = ((ex.DOT, meta, [alias("Protocol"), Atom("__impl_info__")]), meta, [module, key])
        forms = [mark, (DEF, meta, [(Atom("__impl__"), meta, [key]), [(DO, info)]]), *_body(block)]
        out.append((Atom("defmodule"), meta, [name, [(DO, (ex.BLOCK, meta, forms))]]))
    return out[0] if len(out) == 1 else (ex.BLOCK, meta, out)


def delegating_impl(protocol: Atom, any_: Atom, target: Atom, functions: list[Any]) -> Any:
    """The ``defimpl`` that hands all functions of a protocol to its implementation for Any."""
    body: list[Any] = []
    for name, arity in functions:
        params: list[Any] = [(Atom(f"arg{i + 1}"), [], None) for i in range(arity)]
        body.append((DEF, [], [(name, [], params), [(DO, ((ex.DOT, [], [any_, name]), [], params))]]))
    return (Atom("defimpl"), [], [protocol, [(Atom("for"), target)], [(DO, (ex.BLOCK, [], body))]])


def _dynamic(tree: Any, env: Env) -> bool:
    return not (is_atom(tree) or ex.is_node(tree, ex.ALIASES) or (tree.__class__ is tuple and tree[0] is Atom("__MODULE__")))


MACROS: dict[str, Any] = collect(globals())
