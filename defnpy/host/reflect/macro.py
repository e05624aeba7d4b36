"""Macro: walking, printing and expanding quoted trees."""

from __future__ import annotations

import re
from typing import Any

from defnpy.stdlib.calls import fun1, fun2
from defnpy.stdlib.util import UNSET, is_int, need
from defnpy.syntax.escapes import ESCAPE
from defnpy.terms import text as txt
from defnpy.terms.atom import Atom, atom_name, is_atom
from defnpy.terms.errors import ArgumentError
from defnpy.terms.function import is_function
from defnpy.terms.inspect import inspect
from defnpy.terms.module import ex, native_module
from defnpy.terms.names import call_text, classify, key_text
from defnpy.terms.process import Pid
from defnpy.terms.runtime import runtime

DOT, BLOCK, ALIASES, PIPE = Atom("."), Atom("__block__"), Atom("__aliases__"), Atom("|>")


@ex("to_string/1")
def to_string(tree: Any) -> str:
    from defnpy.syntax.formatter import to_string as printed

    return printed(tree)


@ex("escape/1", "escape/2")
def escape(value: Any, options: Any = ()) -> Any:
    from defnpy.expand.quoting import escape as escaped

    chosen = {k.name: v for k, v in options}
    return escaped(value, unquote=bool(chosen.get("unquote")), prune=chosen.get("prune_metadata") is True)


@ex("var/2")
def var(name: Any, context: Any) -> Any:
    need(is_atom(name) and is_atom(context), "Macro", "var", 2)
    return (name, [], context)


@ex("unique_var/2")
def unique_var(name: Any, context: Any) -> Any:
    return (name, [(Atom("counter"), id(object()))], context)


@ex("generate_arguments/2")
def generate_arguments(count: int, context: Any) -> list[Any]:
    return [(Atom(f"arg{i + 1}"), [], context) for i in range(count)]


@ex("generate_unique_arguments/2")
def generate_unique_arguments(count: int, context: Any) -> list[Any]:
    return [unique_var(Atom(f"arg{i + 1}"), context) for i in range(count)]


def _children(tree: Any, walk: Any, acc: Any) -> tuple[Any, Any]:
    if tree.__class__ is tuple:
        if len(tree) == 3 and tree[1].__class__ is list:
            form, meta, args = tree
            if form.__class__ is tuple:
                form, acc = walk(form, acc)
            if args.__class__ is list:
                done = []
                for a in args:
                    a, acc = walk(a, acc)
                    done.append(a)
                args = done
            return (form, meta, args), acc
        if len(tree) == 2:
            left, acc = walk(tree[0], acc)
            right, acc = walk(tree[1], acc)
            return (left, right), acc
        return tree, acc
    if tree.__class__ is list:
        done = []
        for a in tree:
            a, acc = walk(a, acc)
            done.append(a)
        return done, acc
    return tree, acc


def _traverse(tree: Any, acc: Any, pre: Any, post: Any) -> tuple[Any, Any]:
    def walk(t: Any, a: Any) -> tuple[Any, Any]:
        t, a = pre(t, a)
        t, a = _children(t, walk, a)
        return post(t, a)

    return walk(tree, acc)


def _keep(t: Any, a: Any) -> tuple[Any, Any]:
    return t, a


@ex("prewalk/2", "prewalk/3")
def prewalk(tree: Any, acc_or_fun: Any, fun: Any = UNSET) -> Any:
    if fun is UNSET:
        f = fun1(acc_or_fun, ("Macro", "prewalk", 2))
        return _traverse(tree, None, lambda t, a: (f(t), a), _keep)[0]
    return _traverse(tree, acc_or_fun, fun2(fun, ("Macro", "prewalk", 3)), _keep)


@ex("postwalk/2", "postwalk/3")
def postwalk(tree: Any, acc_or_fun: Any, fun: Any = UNSET) -> Any:
    if fun is UNSET:
        f = fun1(acc_or_fun, ("Macro", "postwalk", 2))
        return _traverse(tree, None, _keep, lambda t, a: (f(t), a))[0]
    return _traverse(tree, acc_or_fun, _keep, fun2(fun, ("Macro", "postwalk", 3)))


@ex("traverse/4")
def traverse(tree: Any, acc: Any, pre: Any, post: Any) -> Any:
    owner = ("Macro", "traverse", 4)
    return _traverse(tree, acc, fun2(pre, owner), fun2(post, owner))


@ex("prewalker/1")
def prewalker(tree: Any) -> list[Any]:
    return _traverse(tree, [], lambda t, a: (t, [*a, t]), _keep)[1]


@ex("postwalker/1")
def postwalker(tree: Any) -> list[Any]:
    return _traverse(tree, [], _keep, lambda t, a: (t, [*a, t]))[1]


@ex("path/2")
def path(tree: Any, fun: Any) -> Any:
    f = fun1(fun, ("Macro", "path", 2))

    def search(t: Any, trail: list[Any]) -> Any:
        trail = [t, *trail]
        if f(t) not in (None, False):
            return trail
        parts: list[Any] = []
        if t.__class__ is tuple:
            parts = [*([t[0]] if t[0].__class__ is tuple else []), *(t[2] if len(t) == 3 and t[2].__class__ is list else [])] if len(t) == 3 else list(t)
        elif t.__class__ is list:
            parts = t
        for part in parts:
            found = search(part, trail)
            if found is not None:
                return found
        return None

    return search(tree, [])


def _env(env: Any) -> Any:
    return env.env.fork()


@ex("expand_once/2")
def expand_once(tree: Any, env: Any) -> Any:
    return _expand_once(tree, _env(env))[0]


def _expand_once(tree: Any, env: Any) -> tuple[Any, bool]:
    from defnpy.expand import expander

    if tree.__class__ is not tuple or len(tree) != 3 or tree[2].__class__ is not list:
        if tree.__class__ is tuple and len(tree) == 3 and tree[0] is Atom("__MODULE__"):
            return env.module, True
        return tree, False
    head, meta, args = tree
    if head is ALIASES:
        made = expander.expand_alias(tree, env)
        return (made, True) if is_atom(made) else (tree, False)
    if head is Atom("__MODULE__"):
        return env.module, True
    if head.__class__ is Atom:
        if head in expander.SPECIAL:
            return tree, False
        signature = f"{head.name}/{len(args)}"
        module = expander.imported(signature, len(args), meta, env)
    elif head.__class__ is tuple and head[0] is DOT and len(head[2]) == 2:
        module = expander.expand(head[2][0], env.fork()) if not is_atom(head[2][0]) else head[2][0]
        if module.__class__ is not Atom:
            return tree, False
        signature = f"{atom_name(head[2][1])}/{len(args)}"
    else:
        return tree, False
    macro = expander.find_macro(module, signature, env) if module is not None else None
    if macro is None:
        signed = head in _SIGNS and len(args) == 1 and args[0].__class__ is int and module is expander.KERNEL
        return (_SIGNS[head] * args[0], True) if signed else (tree, False)
    if not getattr(macro, "native_macro", False):
        return expander.run_macro(macro, module, meta, args, env), True
    if macro.rewrites:
        return macro.quoted(meta, args, env), True
    return _known_expansion(head, meta, args, tree)


# The signs before a whole number, which expand to a number.
_SIGNS = {Atom("-"): -1, Atom("+"): 1}


def _known_expansion(head: Any, meta: Any, args: list[Any], tree: Any) -> tuple[Any, bool]:
    """What Kernel's own macros expand to, for those that defnpy compiles directly."""
    name = head.name if head.__class__ is Atom else ""
    if name == "|>":
        return pipe(args[0], args[1], 0), True
    if name in ("||", "&&"):
        kernel = Atom("Elixir.Kernel")
        x = (Atom("x"), [(Atom("counter"), -1)], kernel)
        test: Any = ((DOT, [], [kernel, Atom("in")]), [], [x, [False, None]])
        falsy, truthy = (args[1], x) if name == "||" else (x, args[1])
        arrow = Atom("->")
        rest = x if name == "||" else (Atom("_"), [], kernel)
        clauses: list[Any] = [(arrow, [], [[(Atom("when"), [], [x, test])], falsy]), (arrow, [], [[rest], truthy])]
        return (Atom("case"), [], [args[0], [(Atom("do"), clauses)]]), True
    if name in ("if", "unless"):
        options = {k.name: v for k, v in args[1]}
        yes, no = options.get("do"), options.get("else")
        if name == "unless":
            yes, no = no, yes
        x = (Atom("x"), [*meta, (Atom("counter"), -1)], Atom("Elixir.Kernel"))
        test = (Atom("in"), [(Atom("context"), Atom("Elixir.Kernel")), (Atom("imports"), [(2, Atom("Elixir.Kernel"))])], [x, [False, None]])
        arrow = Atom("->")
        clauses = [(arrow, meta, [[(Atom("when"), meta, [x, test])], no]), (arrow, meta, [[(Atom("_"), meta, Atom("Elixir.Kernel"))], yes])]
        return (Atom("case"), [(Atom("optimize_boolean"), True), *meta], [args[0], [(Atom("do"), clauses)]]), True
    return tree, False


@ex("expand/2")
def expand(tree: Any, env: Any) -> Any:
    inner = _env(env)
    changed = True
    while changed:
        tree, changed = _expand_once(tree, inner)
    return tree


@ex("expand_literals/2")
def expand_literals(tree: Any, env: Any) -> Any:
    return expand_literals_with(tree, None, lambda node, acc: (expand(node, env), acc))[0]


@ex("expand_literals/3")
def expand_literals_with(tree: Any, acc: Any, fun: Any) -> Any:
    """``{tree, acc}``: *fun* expands the aliases in literals; calls keep theirs."""
    kind = tree.__class__
    if kind is list or (kind is tuple and len(tree) == 2):
        done = []
        for item in tree:
            made, acc = expand_literals_with(item, acc, fun)
            done.append(made)
        return (done if kind is list else tuple(done), acc)
    if kind is tuple and len(tree) == 3:
        form, meta, args = tree
        if form is ALIASES or form is Atom("__MODULE__"):
            return fun2(fun)(tree, acc)
        if form in (Atom("%{}"), Atom("{}"), Atom("%")):
            made, acc = expand_literals_with(args, acc, fun)
            return ((form, meta, made), acc)
    return (tree, acc)


@ex("decompose_call/1")
def decompose_call(tree: Any) -> Any:
    if tree.__class__ is tuple and len(tree) == 3:
        head, _, args = tree
        if head.__class__ is tuple and head[0] is DOT and len(head[2]) == 2:
            return (head[2][0], head[2][1], args)
        if head.__class__ is Atom and head not in NO_CALLS:
            return (head, args if args.__class__ is list else [])
    return Atom("error")


NO_CALLS = frozenset({Atom("{}")})


@ex("pipe/3")
def pipe(value: Any, call: Any, position: int) -> Any:
    from defnpy.expand.macros.kernel import pipe_into

    made = pipe_into(value, call, [], None)  # type: ignore[arg-type]
    if position == 0:
        return made
    head, meta, (_, *args) = made
    at = position if position > 0 else len(args) + 1 + position
    return (head, meta, [*args[:at], value, *args[at:]])


@ex("unpipe/1")
def unpipe(tree: Any) -> list[Any]:
    out: list[Any] = []
    while tree.__class__ is tuple and len(tree) == 3 and tree[0] is PIPE:
        out.append((tree[2][1], 0))
        tree = tree[2][0]
    out.append((tree, 0))
    return out[::-1]


@ex("validate/1")
def validate(tree: Any) -> Any:
    bad = _invalid(tree)
    return Atom("ok") if bad is None else (Atom("error"), bad[0])


def _invalid(tree: Any) -> Any:
    kind = tree.__class__
    if kind in (int, float, str, bytes, Pid) or is_atom(tree) or is_function(tree):
        return None
    if kind is list:
        return next((b for b in map(_invalid, tree) if b), None)
    if kind is tuple and len(tree) == 2:
        return _invalid(tree[0]) or _invalid(tree[1])
    if kind is tuple and len(tree) == 3 and tree[1].__class__ is list:
        if is_atom(tree[2]) and is_atom(tree[0]):
            return None
        if tree[2].__class__ is list:
            return (None if is_atom(tree[0]) else _invalid(tree[0])) or _invalid(tree[2])
    return (tree,)


@ex("quoted_literal?/1")
def quoted_literal(tree: Any) -> bool:
    kind = tree.__class__
    if kind in (int, float, str, bytes) or is_atom(tree):
        return True
    if kind is list or (kind is tuple and len(tree) == 2):
        return all(map(quoted_literal, tree))
    if kind is tuple and len(tree) == 3:
        if tree[0] is ALIASES:
            return all(is_atom(s) for s in tree[2])
        if tree[0] in (Atom("%{}"), Atom("{}"), Atom("%")) and tree[2].__class__ is list:
            return all(map(quoted_literal, tree[2]))
        if tree[0] in (Atom("+"), Atom("-")) and tree[2].__class__ is list and len(tree[2]) == 1:
            return tree[2][0].__class__ in (int, float)
    return False


@ex("operator?/2")
def operator(name: Any, arity: Any) -> bool:
    need(is_atom(name) and is_int(arity), "Macro", "operator?", 2)
    if arity == 0:
        return atom_name(name) in ("..", "...")
    unary = {"&", "!", "^", "not", "+", "-", "~~~", "@", "..."}
    binary = set(("= <- \\\\ | :: when => && || &&& ||| and or == != =~ === !== < > <= >= in |> <<< >>> <<~ ~>> <~ ~> <~> "
                  "++ -- +++ --- .. <> + - * / ** . <|> ^^^").split())
    return atom_name(name) in (unary if arity == 1 else binary if arity == 2 else {"..//"})


@ex("special_form?/2")
def special_form(name: Any, arity: Any) -> bool:
    need(is_atom(name) and is_int(arity), "Macro", "special_form?", 2)
    from defnpy.expand.forms import SPECIAL

    return name in SPECIAL and not name.name.startswith("%const")


_KINDS = {"operator": "unquoted", "not_callable": "unquoted", "quoted_operator": "quoted", "other": "quoted"}


@ex("classify_atom/1")
def classify_atom(atom: Any) -> Any:
    kind = classify(atom_name(atom))
    return Atom(_KINDS.get(kind, kind))


@ex("inspect_atom/2", "inspect_atom/3")
def inspect_atom(kind: Any, atom: Any, options: Any = ()) -> str:
    """``atom`` as a literal, a key or the name of a remote call; ``:escape`` replaces the usual escapes."""
    chosen = {k.name: v for k, v in options}
    escape = txt.escape if chosen.get("escape") is None else lambda text: fun2(chosen["escape"])(text, ord('"'))
    name = atom_name(atom)
    if atom_name(kind) == "key":
        return key_text(name, escape)
    if atom_name(kind) == "remote_call":
        return call_text(name, escape)
    return f':"{escape(name)}"' if classify(name) in ("quoted_operator", "other") else inspect(atom)


@ex("camelize/1")
def camelize(text: Any) -> str:
    need(text.__class__ is str, "Macro", "camelize", 1)
    parts = text.split("/")
    return ".".join(_camel(p) for p in parts)


def _camel(text: str) -> str:
    if text and text == text.upper() and any(c.isalpha() for c in text):
        return text
    made = re.sub("_+(?=_|$)", "", text.lstrip("_"))
    return re.sub("^[a-z]|_([a-z0-9])", lambda found: found[0][-1].upper(), made)


@ex("underscore/1")
def underscore(text: Any) -> str:
    need(text.__class__ is str or is_atom(text), "Macro", "underscore", 1)
    name = text if text.__class__ is str else atom_name(text).removeprefix("Elixir.")
    # Only ASCII letters count as upper case. A word begins at one that a small letter follows, or that stands behind a small letter or a digit.
    name = re.sub(r"(?<=[^.])[A-Z](?=[^A-Z0-9._])|(?<=[^.A-Z_])[A-Z]", r"_\g<0>", name, flags=re.S)
    return re.sub("[A-Z]+", lambda found: found[0].lower(), name.replace(".", "/"))


@ex("update_meta/2")
def update_meta(tree: Any, fun: Any) -> Any:
    return (tree[0], fun1(fun)(tree[1]), tree[2]) if tree.__class__ is tuple and len(tree) == 3 else tree


@ex("unescape_string/1", "unescape_string/2")
def unescape_string(text: Any, fun: Any = None) -> Any:
    from defnpy.expand.macros.kernel import unescaped

    if fun is None:
        return unescaped(text)
    chosen = fun1(fun)

    def replaced(found: re.Match[str]) -> str:
        """What *fun* makes of an escape: a code point, or whether hexadecimal ones count."""
        char, kind = found["char"], Atom("unicode" if found["long"] or found["short"] else "hex")
        answer = chosen(ord(char) if char else kind if found["byte"] or kind.name == "unicode" else Atom("newline"))
        if answer is True or answer is False or answer is None:
            return str(unescaped(found[0])) if answer else found[0]
        return chr(answer)

    return ESCAPE.sub(replaced, text)


@ex("struct!/2")
def struct_bang(module: Any, env: Any) -> Any:
    from defnpy.stdlib.kernel import new_struct
    from defnpy.terms.struct import Struct

    state = runtime().evaluator.open.get(module)
    if state is not None and state.struct is not None:
        return Struct(module, dict(state.struct["struct"]))
    return new_struct(module)


@ex("struct_info!/2")
def struct_info(module: Any, env: Any) -> Any:
    """``%{field: name, default: value}`` of each field."""
    made = struct_bang(module, env)
    return [{Atom("field"): k, Atom("default"): v} for k, v in made.fields.items()]


@ex("dbg/3")
def dbg(tree: Any, options: Any, env: Any) -> Any:
    """The code that ``dbg`` stands for: it shows *tree* and its value."""
    return ((DOT, [], [Atom("Elixir.Kernel"), Atom("dbg")]), [(Atom("line"), env.env.line)], [tree, options])


@ex("compile_apply/4")
def compile_apply(module: Any, name: Any, args: Any, env: Any) -> Any:
    found = runtime().find(module)
    if found is None:
        raise ArgumentError(f"module {inspect(module)} is not available")
    return found.functions[f"{atom_name(name)}/{len(args)}"](*args)


MODULE = native_module("Macro", globals())
