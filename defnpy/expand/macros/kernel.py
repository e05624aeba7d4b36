"""Kernel's macros that are not definitions."""

from __future__ import annotations

from typing import Any

from defnpy.expand import expander as ex
from defnpy.expand import lint
from defnpy.expand.env import COLUMN, Env, Var
from defnpy.expand.macros import collect, macro, rewrite, within_module
from defnpy.expand.quoting import attribute_node, escape
from defnpy.terms.atom import Atom, alias, atom_name, is_atom
from defnpy.terms.errors import ArgumentError
from defnpy.terms.range import Range
from defnpy.terms.runtime import runtime

CASE, FN = Atom("case"), Atom("fn")


NO_BRANCHES = 'invalid or duplicate keys for {}, only "do" and an optional "else" are permitted'


def branches(options: Any, form: str, meta: Any, env: Env) -> tuple[Any, Any]:
    """The do and else trees of ``if``/``unless``."""
    if not ex.is_keyword(options):
        raise ArgumentError(NO_BRANCHES.format(form))
    found = ex.keyword(options)
    if "do" not in found or set(found) - {"do", "else"} or len(options) != len(found):
        raise ArgumentError(NO_BRANCHES.format(form))
    return found["do"], found.get("else")


def if_node(meta: Any, test: Any, then: Any, other: Any, env: Env) -> Any:
    condition = ex.expand(test, env)
    return (Atom("%if"), meta, [condition, ex.scoped(then, env), ex.scoped(other, env)])


@macro("if/2")
def if_(meta: Any, args: list[Any], env: Env) -> Any:
    then, other = branches(args[1], "if", meta, env)
    return if_node(meta, args[0], then, other, env)


@macro("unless/2")
def unless(meta: Any, args: list[Any], env: Env) -> Any:
    then, other = branches(args[1], "unless", meta, env)
    return if_node(meta, args[0], other, then, env)


def _lazy(form: str) -> Any:
    name = Atom("%" + form)

    def expanded(meta: Any, args: list[Any], env: Env) -> Any:
        left = ex.expand(args[0], env)
        return (name, meta, [left, ex.scoped(args[1], env)])

    return macro(f"{form}/2")(expanded)


and_ = _lazy("and")
or_ = _lazy("or")
both = _lazy("&&")
either = _lazy("||")


@macro("!/1")
def bang(meta: Any, args: list[Any], env: Env) -> Any:
    return (Atom("%!"), meta, [ex.expand(args[0], env)])


@macro("|>/2")
def pipe(meta: Any, args: list[Any], env: Env) -> Any:
    """A pipeline is unrolled from its left end, so 5,000 steps need no deep recursion."""
    if ex.is_node(args[1], DBG) and ex.is_node(args[0], Atom("|>")):
        # The steps are shown one by one: they must reach dbg as a pipeline.
        return ex.expand((DBG, args[1][1], [args[0], *args[1][2]]), env)
    tree, steps = _unpiped((Atom("|>"), meta, args))
    if len(steps) <= 12:
        value = tree
        for step_meta, step in steps:
            value = pipe_into(value, step, step_meta, env)
        return ex.expand(value, env)
    done = [ex.expand(tree, env)]
    block = []
    for step_meta, step in steps:
        var = Var("piped", Atom("%pipe"))
        node = (Atom("piped"), step_meta, var)
        block.append((ex.MATCH, step_meta, [node, done.pop()]))
        done.append(ex.expand(pipe_into(node, step, step_meta, env), env))
    return (ex.BLOCK, meta, [*block, done[0]])


def _unpiped(tree: Any) -> tuple[Any, list[tuple[Any, Any]]]:
    """The start of a pipeline and its steps with their metadata; a pipeline on the right side is more steps."""
    steps: list[tuple[Any, Any]] = []
    while ex.is_node(tree, Atom("|>")) and len(tree[2]) == 2:
        left, right = tree[2]
        first, more = _unpiped(right) if ex.is_node(right, Atom("|>")) else (right, [])
        steps.extend([*reversed(more), (tree[1], first)])
        tree = left
    steps.reverse()
    return tree, steps


def pipe_into(value: Any, step: Any, meta: Any, env: Env) -> Any:
    """*step* with *value* as its first argument."""
    if step.__class__ is tuple and len(step) == 3:
        form, step_meta, args = step
        if form is ex.CAPTURE and args.__class__ is list:
            raise ArgumentError(_pipe_help(value, step))
        if args.__class__ is list and form is not FN and (form.__class__ is tuple or form not in _UNPIPEABLE):
            if form.__class__ is Atom and len(args) == 2 and form.name in _BINARY:
                takes = "one argument" if form.name in "+-" else "two arguments"
                raise ArgumentError(f"cannot pipe {ex._show(value)} into {ex._show(step)}, the :{form.name} operator can only take {takes}")
            return (form, step_meta, [value, *args])
        if form.__class__ is Atom and args.__class__ is not list:
            return (form, step_meta, [value])
    raise ArgumentError(_pipe_help(value, step))


def _pipe_help(value: Any, step: Any) -> str:
    return (f"cannot pipe {ex._show(value)} into {ex._show(step)}, can only pipe into local calls foo(), remote calls Foo.bar() or "
            "anonymous function calls foo.()")


_UNPIPEABLE = frozenset({ex.TUPLE, ex.MAP, ex.STRUCT, ex.BITS, ex.ALIASES, ex.BLOCK})
_BINARY = frozenset("+ - * / ++ -- == != < > <= >= && || and or <> | :: <- = ** .. =~ === !== in".split())


def _no_members(tree: Any) -> ArgumentError:
    return ArgumentError('invalid right argument for operator "in", it expects a compile-time proper list or compile-time range on the right '
                         f"side when used in guard expressions, got: {ex._show(tree)}")


@macro("in/2")
def in_(meta: Any, args: list[Any], env: Env) -> Any:
    base = env.context
    left = ex.expand(args[0], env)
    right_tree = args[1]
    if right_tree.__class__ is list and not (right_tree and ex.is_node(right_tree[-1], ex.BAR)):
        return ex.rt_call("in_list", meta, [left, ex.expand(right_tree, env)])
    if base == "guard" and right_tree.__class__ is tuple and right_tree[2].__class__ is not list:
        raise _no_members(right_tree)
    env.context = None
    try:
        right = ex.expand(right_tree, env)
    finally:
        env.context = base
    if right.__class__ is list or (right.__class__ is tuple and right[0] is ex.CONST and right[2][0].__class__ is list):
        return ex.rt_call("in_list", meta, [left, right])
    if right.__class__ is tuple and len(right) == 3 and right[0] is Atom("%range"):
        return ex.rt_call("in_range", meta, [left, *right[2]])
    if base == "guard" and right.__class__ is tuple and right[0] is ex.CONST and isinstance(right[2][0], Range):
        known = right[2][0]
        return ex.rt_call("in_range", meta, [left, known.first, known.last, known.step])
    if base == "guard":
        raise _no_members(right_tree)
    return ex.call_node("Enum", "member?", meta, [right, left])


@macro("../0")
def full_range(meta: Any, args: list[Any], env: Env) -> Any:
    return (Atom("%range"), meta, [0, -1, 1])


@macro("../2")
def range_(meta: Any, args: list[Any], env: Env) -> Any:
    _check_sides(args, args)
    parts = ex.expand_args(args, env)
    _check_sides(parts, args)
    first, last = (_integer(tree, part) for tree, part in zip(args, parts, strict=True))
    if env.context is None and first.__class__ is int and last.__class__ is int:
        if first > last:
            lint.backwards(f"{first}..{last}", meta, env)
        return (Atom("%range"), meta, [first, last, 1 if first <= last else -1])
    return (Atom("%range"), meta, [*parts, None])


def _integer(tree: Any, part: Any) -> Any:
    """An expanded side of a range, the number itself where ``-1`` is written."""
    return -tree[2][0] if ex.is_node(tree, Atom("-")) and len(tree[2]) == 1 and tree[2][0].__class__ is int else part


def _literal(tree: Any) -> bool:
    """Whether a tree is a literal that is no integer."""
    return is_atom(tree) or tree.__class__ in (float, str, bytes, list)


def _check_sides(parts: list[Any], args: list[Any]) -> None:
    if _literal(parts[0]) or _literal(parts[1]):
        raise ArgumentError(f"ranges (first..last//step) expect both sides to be integers, got: {ex._show((Atom('..'), [], args[:2]))}")


@macro("..///3")
def stepped_range(meta: Any, args: list[Any], env: Env) -> Any:
    _check_sides(args, args)
    parts = ex.expand_args(args, env)
    _check_sides(parts, args)
    if parts[2] == 0 or _literal(parts[2]):
        raise ArgumentError(f"ranges (first..last//step) expect the step to be a non-zero integer, got: {ex._show(parts[2])}")
    return (Atom("%range"), meta, parts)


@macro("<>/2")
def concat(meta: Any, args: list[Any], env: Env) -> Any:
    from defnpy.expand.binaries import concat_pattern

    if env.context == "match":
        return concat_pattern((Atom("<>"), meta, args), env)
    parts = []
    tree: Any = (Atom("<>"), meta, args)
    while ex.is_node(tree, Atom("<>")) and len(tree[2]) == 2:
        parts.append(tree[2][0])
        tree = tree[2][1]
    parts.append(tree)
    for part in parts:
        if part.__class__ in (int, float, list) or is_atom(part):
            from defnpy.terms.inspect import inspect

            raise ArgumentError(f"expected binary argument in <> operator but got: {inspect(part)}")
    return ex.rt_call("concat" if env.function is None else "joined", meta, ex.expand_args(parts, env))


@macro("match?/2")
def match_q(meta: Any, args: list[Any], env: Env) -> Any:
    # Without a column: nothing warns of the second clause where the pattern takes everything.
    place = [pair for pair in meta if pair[0] is not COLUMN]
    clauses = [
        (ex.ARROW, place, [[args[0]], True]),
        (ex.ARROW, place, [[(Atom("_"), place, None)], False]),
    ]
    return ex.scoped((CASE, meta, [args[1], [(ex.DO, clauses)]]), env)


@macro("raise/1", "raise/2")
def raise_(meta: Any, args: list[Any], env: Env) -> Any:
    return ex.rt_call("raise_", meta, ex.expand_args(args, env))


@macro("reraise/2", "reraise/3")
def reraise(meta: Any, args: list[Any], env: Env) -> Any:
    return ex.rt_call("reraise", meta, ex.expand_args(args, env))


@macro("macro_exported?/3")
def macro_exported(meta: Any, args: list[Any], env: Env) -> Any:
    return ex.rt_call("macro_exported", meta, ex.expand_args(args, env))


@rewrite("then/2")
def then(meta: Any, args: list[Any], env: Env) -> Any:
    return ((ex.DOT, meta, [args[1]]), meta, [args[0]])


@macro("tap/2")
def tap(meta: Any, args: list[Any], env: Env) -> Any:
    return ex.rt_call("tap", meta, ex.expand_args(args, env))


@macro("binding/0", "binding/1")
def binding(meta: Any, args: list[Any], env: Env) -> Any:
    context = ex.expand(args[0], env) if args else None
    pairs = [(Atom(name), (Atom(name), meta, var)) for (name, ctx), var in sorted(env.vars.items(), key=lambda p: p[0][0])
             if ctx is context and not name.startswith("__")]
    for _, (_, _, var) in pairs:
        var.used = True
    return pairs


def _dbg_place(meta: Any, env: Env) -> str:
    """What dbg says of the place of a call: file, line and the function around it."""
    from defnpy.terms.exception import format_mfa

    where = "(file)"
    if env.module is not None:
        where = format_mfa(env.module, Atom(env.function[0]), env.function[1]) if env.function else f"{ex._show(env.module)} (module)"
    return f"{env.file}:{ex.line_of(meta)}: {where}"


def _dbg_parts(tree: Any, meta: Any, env: Env) -> tuple[list[Any], list[Any]]:
    """The statements of a form whose parts dbg shows, and ``{heading, text, value}`` of each part; no parts for other forms."""
    block: list[Any] = []
    shown: list[Any] = []

    def keep(heading: str, text: str, quoted: Any) -> Any:
        var = Var("dbg", Atom("%dbg"))
        node = (Atom("dbg"), meta, var)
        block.append((ex.MATCH, meta, [node, ex.expand(quoted, env)]))
        shown.append((heading, text, node))
        return node

    if tree.__class__ is not tuple or len(tree) != 3 or tree[0].__class__ is not Atom or tree[2].__class__ is not list:
        return block, shown
    name, args = tree[0].name, tree[2]
    if name in _DBG_LOGIC and len(args) == 2:
        chain = [tree]
        while any(ex.is_node(chain[-1], Atom(op)) and len(chain[-1][2]) == 2 for op in _DBG_LOGIC):
            chain.append(chain[-1][2][0])
        node = keep("", ex._show(chain[-1]), chain[-1])
        for part in reversed(chain[:-1]):
            node = keep("", ex._show(part), (part[0], part[1], [node, part[2][1]]))
    elif name == "__block__" and len(args) > 1:
        for i, part in enumerate(args):
            keep("  " if i else "Code block:\n(\n  ", ex._show(part), part)
    elif name == "if" and len(args) == 2:
        node = keep("If condition:\n", ex._show(args[0]), args[0])
        keep("If expression:\n", ex._show(tree), (tree[0], tree[1], [node, args[1]]))
    elif name == "case" and len(args) == 2 and "do" in ex.keyword(args[1]):
        node = keep("Case argument:\n", ex._show(args[0]), args[0])
        numbered = [(arrow, m, [left, (right, i)]) for i, (arrow, m, (left, right)) in enumerate(ex.keyword(args[1])["do"])]
        keep("Case expression", ex._show(tree), (tree[0], tree[1], [node, [(Atom("do"), numbered)]]))
    elif name == "cond" and len(args) == 1 and "do" in ex.keyword(args[0]):
        value = (Atom("dbg_value"), meta, Atom("dbg"))
        numbered = [(arrow, m, [[(ex.MATCH, m, [value, left])], (Atom("{}"), m, [ex._show(left), value, right, i])])
                    for i, (arrow, m, ((left,), right)) in enumerate(ex.keyword(args[0])["do"])]
        keep("Cond clause", ex._show(tree), (tree[0], tree[1], [[(Atom("do"), numbered)]]))
    return block, shown


def _dbg_with(tree: Any, location: list[Any], meta: Any, env: Env) -> Any:
    """``dbg`` of a ``with``: the value of each clause that was reached, then the whole."""
    notes = (Atom("notes"), meta, Var("dbg", Atom("%dbg")))
    note = (ex.DOT, meta, [alias("Kernel.Utils"), Atom("dbg_note")])

    def noted(step: Any) -> Any:
        if ex.is_node(step, Atom("<-")) or ex.is_node(step, ex.MATCH):
            form, step_meta, (left, right) = step
            return (form, step_meta, [left, (note, meta, [notes, ex._show(right), right])])
        return step

    *steps, options = tree[2]
    empty = ex.call_node("Kernel.Utils", "dbg_notes", meta, [])
    value = ex.expand((tree[0], tree[1], [*map(noted, steps), options]), env)
    return (ex.BLOCK, meta, [(ex.MATCH, meta, [notes, empty]), ex.rt_call("dbg_with", meta, [*location, notes, ex._show(tree), value])])


DBG = Atom("dbg")
_DBG_LOGIC = ("and", "or", "&&", "||")


@macro("dbg/0", "dbg/1", "dbg/2")
def dbg(meta: Any, args: list[Any], env: Env) -> Any:
    options = ex.expand(args[1], env) if len(args) == 2 else []
    location = [_dbg_place(meta, env), options]
    if not args:
        return ex.rt_call("dbg", meta, [*location, "binding()", binding(meta, [], env)])
    tree = args[0]
    if ex.is_node(tree, Atom("with")) and len(tree[2]) > 1:
        return _dbg_with(tree, location, meta, env)
    block, shown = _dbg_parts(tree, meta, env)
    if shown:
        return (ex.BLOCK, meta, [*block, ex.rt_call("dbg_parts", meta, [*location, [list(part) for part in shown]])])
    if ex.is_node(tree, Atom("|>")):
        steps = []
        texts = []
        while ex.is_node(tree, Atom("|>")) and len(tree[2]) == 2:
            steps.append(tree[2][1])
            tree = tree[2][0]
        texts.append(ex._show(tree))
        values = []
        var = Var("dbg", Atom("%dbg"))
        node = (Atom("dbg"), meta, var)
        block = [(ex.MATCH, meta, [node, ex.expand(tree, env)])]
        values.append(node)
        for step in reversed(steps):
            texts.append(ex._show(step))
            expanded = ex.expand(pipe_into(node, step, meta, env), env)
            var = Var("dbg", Atom("%dbg"))
            node = (Atom("dbg"), meta, var)
            block.append((ex.MATCH, meta, [node, expanded]))
            values.append(node)
        return (ex.BLOCK, meta, [*block, ex.rt_call("dbg_pipe", meta, [*location, texts, values])])
    return ex.rt_call("dbg", meta, [*location, ex._show(tree), ex.expand(tree, env)])


@macro("var!/1", "var!/2")
def var_bang(meta: Any, args: list[Any], env: Env) -> Any:
    if not (args[0].__class__ is tuple and len(args[0]) == 3 and args[0][0].__class__ is Atom and args[0][2].__class__ is not list):
        raise ArgumentError(f"expected a variable to be given to var!, got: {ex._show(args[0])}")
    name, var_meta, _ = args[0]
    context = ex.expand(args[1], env) if len(args) == 2 else None
    plain = [p for p in var_meta if p[0] is not ex.COUNTER]
    return ex.expand((name, plain, context), env)


@macro("alias!/1")
def alias_bang(meta: Any, args: list[Any], env: Env) -> Any:
    form, alias_meta, segments = args[0]
    return ex.expand((form, [p for p in alias_meta if p[0] is not ex.ALIAS_META], segments), env)


@rewrite("destructure/2")
def destructure(meta: Any, args: list[Any], env: Env) -> Any:
    kernel = (ex.DOT, meta, [alias("Kernel.Utils"), Atom("destructure")])
    return (ex.MATCH, meta, [args[0], (kernel, meta, [args[1], len(args[0])])])


# -- paths ---------------------------------------------------------------------------------------------------------------


def _path(tree: Any, meta: Any, env: Env, form: str) -> tuple[Any, list[Any]]:
    """``a.b[c]`` as its base and a list of quoted access keys."""
    keys: list[Any] = []
    access = alias("Access")
    while tree.__class__ is tuple and len(tree) == 3:
        target, _, args = tree
        if target.__class__ is not tuple or target[0] is not ex.DOT or len(target[2]) != 2:
            break
        left, name = target[2]
        if left is access and name is Atom("get") and len(args) == 2:
            keys.append(args[1])
            tree = args[0]
        elif not args and left.__class__ is tuple and left[0] is not ex.ALIASES and left[0] is not Atom("__MODULE__"):
            keys.append(((ex.DOT, meta, [access, Atom("__field__")]), meta, [name]))
            tree = left
        else:
            break
    if not keys:
        raise ArgumentError(f"expected expression given to {form} to access at least one element, got: {ex._show(tree)}")
    if not _starts_path(tree):
        raise ArgumentError(f"expression given to {form} must start with a variable, local or remote call and be followed by an element "
                            f"access, got: {ex._show(tree)}")
    keys.reverse()
    return tree, keys


def _starts_path(tree: Any) -> bool:
    if tree.__class__ is not tuple or len(tree) != 3 or tree[0].__class__ is Atom:
        return tree.__class__ is not tuple or len(tree) == 3
    left = tree[0][2][0] if tree[0].__class__ is tuple and tree[0][0] is ex.DOT else None
    return is_atom(left) or (left.__class__ is tuple and left[0] in (ex.ALIASES, Atom("__MODULE__")))


def _path_macro(form: str, arity: int) -> Any:
    def quoted(meta: Any, args: list[Any], env: Env) -> Any:
        base, keys = _path(args[0], meta, env, f"{form}/{arity}")
        return ((ex.DOT, meta, [alias("Kernel"), Atom(form)]), meta, [base, keys, *args[1:]])

    return rewrite(f"{form}/{arity}")(quoted)


put_in = _path_macro("put_in", 2)
update_in = _path_macro("update_in", 2)
get_and_update_in = _path_macro("get_and_update_in", 2)
pop_in = _path_macro("pop_in", 1)


@macro("get_in/1")
def get_in(meta: Any, args: list[Any], env: Env) -> Any:
    """A nil on the way is the answer; a map must have the field that is read with a dot."""
    base, keys = _path(args[0], meta, env, "get_in/1")
    node = ex.expand(base, env)
    for key in keys:
        field = key.__class__ is tuple and len(key) == 3 and key[0].__class__ is tuple and key[0][2][1:] == [Atom("__field__")]
        node = ex.rt_call("soft_field", meta, [node, key[2][0]]) if field else ex.call_node("Access", "get", meta, [node, ex.expand(key, env)])
    return node


# -- sigils --------------------------------------------------------------------------------------------------------------


def _text(tree: Any) -> str | None:
    """The literal text of a sigil's ``<<>>`` when nothing is interpolated."""
    parts = tree[2]
    if len(parts) == 1 and parts[0].__class__ is str:
        return str(parts[0])
    return "" if not parts else None


def unescaped(text: str) -> Any:
    """*text* with its escapes replaced. ArgumentError for one that is none."""
    from defnpy.syntax.escapes import unescape

    try:
        return unescape(text)
    except ValueError as problem:
        raise ArgumentError(str(problem)) from None


def _escaped(tree: Any, transform: Any) -> Any:
    form, meta, parts = tree
    return (form, meta, [transform(p) if p.__class__ is str else p for p in parts])


def _sigil_string(name: str, raw: bool) -> Any:
    def quoted(meta: Any, args: list[Any], env: Env) -> Any:
        tree = args[0]
        text = _text(tree)
        if text is not None:
            return text if raw else unescaped(text)
        return _escaped(tree, unescaped)

    return rewrite(f"sigil_{name}/2")(quoted)


sigil_s = _sigil_string("s", False)
sigil_upper_s = _sigil_string("S", True)


def _sigil_charlist(name: str, raw: bool) -> Any:
    def quoted(meta: Any, args: list[Any], env: Env) -> Any:
        tree = args[0]
        text = _text(tree)
        if text is not None:
            return [ord(c) for c in (text if raw else unescaped(text))]
        return ((ex.DOT, meta, [alias("String"), Atom("to_charlist")]), meta, [_escaped(tree, unescaped)])

    return rewrite(f"sigil_{name}/2")(quoted)


sigil_c = _sigil_charlist("c", False)
sigil_upper_c = _sigil_charlist("C", True)


TRAILING_COMMAS = (
    "the sigils ~w/~W do not allow trailing commas at the end of each word. If the comma is necessary, define a regular list with [...], "
    "otherwise remove the comma."
)


def _sigil_words(name: str, raw: bool) -> Any:
    def quoted(meta: Any, args: list[Any], env: Env) -> Any:
        tree, modifiers = args
        text = _text(tree)
        kind = chr(modifiers[0]) if modifiers else "s"
        if kind not in "sac" or len(modifiers) > 1:
            raise ArgumentError("modifier must be one of: s, a, c")
        if text is not None:
            words = (text if raw else unescaped(text)).split()
            if any(len(word) > 1 and word.endswith(",") for word in words):
                env.warn([], TRAILING_COMMAS, ex.line_of(meta) or env.line)
            if kind == "s":
                return words
            if kind == "a":
                from defnpy.terms.atom import to_atom

                return [to_atom(w) for w in words]
            return [[ord(c) for c in w] for w in words]
        split = ((ex.DOT, meta, [alias("String"), Atom("split")]), meta, [_escaped(tree, unescaped)])
        if kind == "s":
            return split
        target = ("String", "to_atom") if kind == "a" else ("String", "to_charlist")
        fun = (ex.CAPTURE, meta, [(Atom("/"), meta, [((ex.DOT, meta, [alias(target[0]), Atom(target[1])]), [*meta, (ex.NO_PARENS, True)], []), 1])])
        return ((ex.DOT, meta, [alias("Enum"), Atom("map")]), meta, [split, fun])

    return rewrite(f"sigil_{name}/2")(quoted)


sigil_w = _sigil_words("w", False)
sigil_upper_w = _sigil_words("W", True)


def _sigil_regex(name: str) -> Any:
    """The body keeps its escapes: the regular expression compiler understands them."""

    def quoted(meta: Any, args: list[Any], env: Env) -> Any:
        tree, modifiers = args
        text = _text(tree)
        compile_ = (ex.DOT, meta, [alias("Regex"), Atom("compile!")])
        return (compile_, meta, [text if text is not None else tree, "".join(map(chr, modifiers))])

    return rewrite(f"sigil_{name}/2")(quoted)


sigil_r = _sigil_regex("r")
sigil_upper_r = _sigil_regex("R")


def _sigil_calendar(letter: str) -> Any:
    """A date or time; the last word of its text may name a calendar."""

    def quoted(meta: Any, args: list[Any], env: Env) -> Any:
        text = _text(args[0])
        calendar: Any = alias("Calendar.ISO")
        if text.__class__ is str and text.rpartition(" ")[2][:1].isupper() and " " in text:
            text, _, name = text.rpartition(" ")
            calendar = (Atom("__aliases__"), meta, [Atom(part) for part in name.split(".")])
        if env.context == "match" and text.__class__ is str:
            made = runtime().module(alias("Calendar")).functions["__sigil__/3"]
            return escape(made(letter, text, ex.expand(calendar, env)))
        return ((ex.DOT, meta, [alias("Calendar"), Atom("__sigil__")]), meta, [letter, text, calendar])

    return rewrite(f"sigil_{letter}/2")(quoted)


sigil_d, sigil_t, sigil_n, sigil_u = map(_sigil_calendar, "DTNU")


# -- attributes ----------------------------------------------------------------------------------------------------------


@macro("@/1")
def attribute(meta: Any, args: list[Any], env: Env) -> Any:
    within_module(env)
    tree = args[0]
    if tree.__class__ is not tuple or len(tree) != 3 or tree[0].__class__ is not Atom:
        raise ArgumentError(f"expected 0 or 1 argument for @{ex._show(tree)}, got: {ex._show(tree)}")
    name, _, values = tree
    if name.name == "__aliases__":
        raise ArgumentError("module attributes set via @ cannot start with an uppercase letter")
    if values.__class__ is list and len(values) > 1:
        if len(values) == 2 and ex.is_keyword(values[1]) and values[1] and values[1][0][0] is ex.DO:
            raise ArgumentError(f"expected 0 or 1 argument for @{name.name}, got 2\n\nIt seems you are trying to use the do-syntax with "
                                "@module attributes but the do-block is binding to the attribute name. You probably want to wrap the argument "
                                f"value in parentheses, like this:\n\n    @{name.name}({ex._show(values[0])} do\n      ...\n    end)\n")
        raise ArgumentError(f"expected 0 or 1 argument for @{name.name}, got: {len(values)}")
    if env.context == "match" and (env.function is None or values.__class__ is list and values):
        raise ArgumentError(INVALID_ATTRIBUTE)
    if values.__class__ is list and not values:
        env.warn([], f"the @{name.name}() notation (with parentheses) is deprecated, please use @{name.name} (without parentheses) instead",
                 ex.line_of(meta))
    if values.__class__ is not list or not values:
        return _read_attribute(name.name, meta, env)
    if env.function is not None:
        raise ArgumentError(f"cannot set attribute @{name.name} inside function/macro")
    env.state.note_attribute(name.name, meta)
    return write_attribute(name.name, values[0], meta, env)


INVALID_ATTRIBUTE = (
    "invalid usage of module attributes. Module attributes cannot be used inside pattern matching (and guards) outside of a function. If you "
    "are trying to match on the attribute value, use the pin operator in a function"
)


def _read_attribute(name: str, meta: Any, env: Env) -> Any:
    state = env.state
    if name not in state.attributes and name not in state.accumulating and name not in state.registered and name not in state.written_attributes and (
            env.function is not None or lint.written(meta)):
        state.env.warn([], f"undefined module attribute @{name}, please remove access to @{name} or explicitly set it before access", ex.line_of(meta))
    if env.function is not None or env.context is not None:
        value = state.get_attribute(name)
        outer, env.context = env.context, None
        match, env.match = env.match, None
        try:
            done = ex.expand(escape(value) if match is not None or outer is not None else attribute_node(value), env)
        except ArgumentError as error:
            raise ArgumentError(f"cannot inject attribute @{name} into function/macro because {error}") from None
        finally:
            env.context, env.match = outer, match
        return done
    return ex.rt_call("get_attribute", meta, [env.module, name])


def write_attribute(name: str, tree: Any, meta: Any, env: Env) -> Any:
    from defnpy.expand.module import UNREAD

    if name in UNREAD:
        _record_type(name, tree, env)
        return Atom("ok")
    return ex.rt_call("put_attribute", meta, [env.module, name, ex.expand(tree, env)])


def _record_type(name: str, tree: Any, env: Env) -> None:
    lint.mark_aliases(tree, env)
    if name in ("type", "typep", "opaque") and ex.is_node(tree, Atom("::")) and tree[2][0].__class__ is tuple:
        head = tree[2][0]
        signature = f"{atom_name(head[0])}/{len(head[2]) if head[2].__class__ is list else 0}"
        env.state.types.add(signature)
        lint.declared_type(name, signature, tree[2][1], env.state)
    elif name in ("spec", "callback", "macrocallback"):
        lint.use_types(tree, env.state)
        if name == "spec":
            lint.specified(tree, env.state)
    if name not in ("callback", "macrocallback"):
        return
    spec = tree[2][0] if ex.is_node(tree, ex.WHEN) else tree
    if ex.is_node(spec, Atom("::")):
        head = spec[2][0]
        if head.__class__ is tuple and head[0].__class__ is Atom:
            arity = len(head[2]) if head[2].__class__ is list else 0
            env.state.declare(name, head[0].name, arity, tree, tree[1])


MACROS: dict[str, Any] = collect(globals())
