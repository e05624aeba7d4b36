"""``quote``, ``unquote`` and escaping of values."""

from __future__ import annotations

from copy import copy
from typing import Any

from defnpy.expand import expander as ex
from defnpy.expand.env import COLUMN, LINE, Env, Var, meta_get
from defnpy.terms import map as maps
from defnpy.terms.atom import Atom, is_atom
from defnpy.terms.errors import ArgumentError
from defnpy.terms.struct import STRUCT_KEY, Struct, map_of

UNQUOTE, SPLICING = Atom("unquote"), Atom("unquote_splicing")
MISPLACED_SPLICING = (
    "unquote_splicing only works inside arguments and block contexts, wrap it in parens if you want it to work with one-liners"
)
ELIXIR = Atom("Elixir")
DEFINING = frozenset(map(Atom, ("@", "def", "defp", "defmacro", "defmacrop")))
KEEP, GENERATED = Atom("keep"), Atom("generated")
OPTIONS = frozenset(("line", "file", "context", "unquote", "generated", "location", "bind_quoted"))


class Quote:
    """One ``quote``: its environment and options. Methods give ``(is_constant, tree)`` pairs."""

    def __init__(self, env: Env, *, unquote: bool = True, line: Any = False, file: Any = None, context: Any = None,
                 generated: bool = False, hygiene: bool = True) -> None:
        self.env = env
        self.unquote = unquote
        # Line, file and context are values, or nodes of variables that hold them when the quote runs.
        self.line = line
        self.file = file
        self.generated = generated
        self.context = context if context is not None else (env.module or ELIXIR)
        self.variable_context = context if context is not None else env.module
        self.hygiene = hygiene
        self.dynamic = any(option.__class__ is tuple for option in (line, file, context))
        # Metadata is kept as it stands: the code stays in its own file (a definition with unquote fragments).
        self.bare = False

    def build(self, tree: Any) -> Any:
        """An expanded tree that constructs the quoted *tree*."""
        constant, done = self.quote(tree)
        return constant_node(done) if constant else done

    def quote(self, tree: Any) -> tuple[bool, Any]:
        kind = tree.__class__
        if kind is tuple:
            if len(tree) == 3:
                return self._node(tree)
            if len(tree) == 2:
                if self.unquote and any(_is_splicing(part) for part in tree):
                    return self._node((ex.TUPLE, [], list(tree)))
                return self._join(tree, lambda parts: (parts[0], parts[1]), lambda parts: (parts[0], parts[1]))
            return True, tree
        if kind is list:
            return self._list(tree)
        return True, tree

    def _join(self, trees: Any, constant: Any, node: Any) -> tuple[bool, Any]:
        done = [self.quote(t) for t in trees]
        if all(c for c, _ in done):
            return True, constant([t for _, t in done])
        return False, node([constant_node(t) if c else t for c, t in done])

    def _node(self, tree: Any) -> tuple[bool, Any]:
        form, meta, args = tree
        if args.__class__ is list:
            if self.unquote:
                if form is UNQUOTE and len(args) == 1:
                    return False, self._checked(args[0])
                if form is SPLICING and len(args) == 1:
                    raise ArgumentError(MISPLACED_SPLICING)
                if form.__class__ is tuple and form[0] is ex.DOT and len(form[2]) == 2 and _is_unquote(form[2][1]):
                    return self._dot_unquote(form[2][0], form[2][1][2][0], meta, args)
                if _is_remote_unquote(tree):
                    return self._dot_unquote(form[2][0], args[0], meta, None)
                if _is_remote_unquote(form):
                    return self._dot_unquote(form[0][2][0], form[2][0], meta, args)
            if form is ex.QUOTE and 0 < len(args) < 3:
                return self._nested(form, meta, args)
            if form is ex.ALIASES and self.hygiene:
                return self._alias(tree)
            if self.hygiene and args:
                if form is ex.CAPTURE and len(args) == 1:
                    meta = self._captured(args[0], meta)
                elif form.__class__ is Atom and form in DEFINING:
                    args = [self._head(args[0]), *args[1:]]
            return self._call(form, meta, args)
        if form.__class__ is Atom and args is None and self.hygiene:
            meta = self._imports(form, meta)
            args = self.variable_context if self.variable_context is not None else ELIXIR
            if self.dynamic:
                return self._made((True, form), self._meta(meta), (False, _mixed(args)))
        return self._made((True, form), self._meta(meta), (True, args))

    def _checked(self, tree: Any) -> Any:
        """What is unquoted must be code, unless the tree is a term that is escaped."""
        done = ex.expand(tree, self.env)
        if not self.hygiene or is_atom(done) or done.__class__ in (int, float, str):
            return done
        return ex.rt_call("valid_code", [], [done])

    def _made(self, form: tuple[bool, Any], meta: list[Any], args: tuple[bool, Any]) -> tuple[bool, Any]:
        """The node of its parts, constant when they all are."""
        if form[0] and args[0] and not self.dynamic:
            return True, (form[1], meta, args[1])
        return False, (ex.TUPLE, [], [_part(*form), self._meta_node(meta), _part(*args)])

    def _meta_node(self, meta: list[Any]) -> Any:
        """The node of metadata, in which options that the running program gives are nodes already."""
        return _mixed(meta) if self.dynamic else constant_node(meta)

    def _nested(self, form: Any, meta: Any, args: list[Any]) -> tuple[bool, Any]:
        """A ``quote`` inside: what is unquoted in its block belongs to it, what is unquoted in its options to this one."""
        inner = copy(self)
        inner.unquote = False
        done = [*(self.quote(a) for a in args[:-1]), inner.quote(args[-1])]
        constant = all(c for c, _ in done)
        if self.hygiene and meta_get(meta, ex.CONTEXT) is None:
            meta = [*meta, (ex.CONTEXT, self.context)]
        return self._made((True, form), self._meta(meta), (constant, [t if constant else _part(c, t) for c, t in done]))

    def _call(self, form: Any, meta: Any, args: list[Any]) -> tuple[bool, Any]:
        new_meta = self._meta(meta)
        if form.__class__ is Atom and self.hygiene:
            new_meta = self._imports(form, new_meta)
        return self._made((True, form) if form.__class__ is not tuple else self.quote(form), new_meta, self._list(args))

    def _dot_unquote(self, left: Any, inner: Any, meta: Any, args: list[Any] | None) -> tuple[bool, Any]:
        """``left.unquote(name)(args)`` and ``left.unquote(name)``, whose *args* are None."""
        name = ex.expand(inner, self.env)
        args_node = None if args is None else _part(*self._list(args))
        return False, ex.rt_call("quoted_dot", [], [_part(*self.quote(left)), name, args_node, self._meta_node(self._meta(meta))])

    def _list(self, items: list[Any]) -> tuple[bool, Any]:
        if self.unquote and any(_is_splicing(i) or _tail_splice(i) for i in items):
            return False, self._spliced(items)
        return self._join(items, lambda parts: parts, lambda parts: parts)

    def _spliced(self, items: list[Any]) -> Any:
        groups: list[Any] = []
        current: list[Any] = []
        for item in items:
            if _is_splicing(item):
                groups += [current, self._splice(item)]
                current = []
            elif _tail_splice(item):
                # [unquote_splicing(a) | tail]
                _, _, (head, tail) = item
                groups += [current, ex.rt_call("quoted_tail", [], [self._splice(head), _part(*self.quote(tail))])]
                current = []
            else:
                current.append(_part(*self.quote(item)))
        groups.append(current)
        parts = [g for g in groups if g != []]
        if not parts:
            return []
        out = parts[-1]
        for part in reversed(parts[:-1]):
            out = ex.call_node("Kernel", "++", [], [part, out])
        return out

    def _splice(self, item: Any) -> Any:
        done = ex.expand(item[2][0], self.env)
        return ex.rt_call("quoted_list", [], [done]) if self.hygiene else done

    def _alias(self, tree: Any) -> tuple[bool, Any]:
        form, meta, args = tree
        new_meta = [pair for pair in self._meta(meta) if pair[0] is not ex.COUNTER]
        if args and args[0].__class__ is Atom and meta_get(meta, ex.ALIAS_META) is None:
            if args[0] is ELIXIR:
                return self._made((True, form), new_meta, (True, args))
            known = self.env.aliases.get(args[0].name)
            target: Any = False
            if known is not None:
                self.env.unit.used_aliases.add((args[0].name, known))
                target = Atom(known.name + "".join("." + s.name for s in args[1:] if s.__class__ is Atom))
            return self._made((True, form), [(ex.ALIAS_META, target), *new_meta], (True, args))
        return self._made((True, form), new_meta, self._list(args))

    def _head(self, tree: Any) -> Any:
        """The name of an attribute or of a definition remembers where it was quoted."""
        if ex.is_node(tree, ex.WHEN) and tree[2]:
            return (tree[0], tree[1], [self._head(tree[2][0]), *tree[2][1:]])
        if tree.__class__ is tuple and len(tree) == 3 and tree[1].__class__ is list and meta_get(tree[1], ex.CONTEXT) is None:
            return (tree[0], [(ex.CONTEXT, self.context), *tree[1]], tree[2])
        return tree

    def _captured(self, tree: Any, meta: Any) -> Any:
        """The metadata of ``&name/arity`` remembers the import that it means."""
        if ex.is_node(tree, Atom("/")) and tree[2][1].__class__ is int and tree[2][0].__class__ is tuple and tree[2][0][0].__class__ is Atom:
            signature = f"{tree[2][0][0].name}/{tree[2][1]}"
            module = self.env.functions.get(signature) or self.env.macros.get(signature)
            if module is not None:
                return [(ex.CONTEXT, self.context), (ex.IMPORTS, [(tree[2][1], module)]), *meta]
        return meta

    def _imports(self, form: Atom, meta: Any) -> Any:
        if meta_get(meta, ex.IMPORTS) is not None:
            return meta
        found = []
        prefix = form.name + "/"
        for table in (self.env.functions, self.env.macros):
            for i in range(9):
                module = table.get(f"{prefix}{i}")
                if module is not None:
                    found.append((i, module))
                    self.env.unit.used_imports.add((module, f"{prefix}{i}"))
        if found:
            return [(ex.CONTEXT, self.context), (ex.IMPORTS, sorted(found, key=lambda p: p[0])), *meta]
        if meta and meta[0] == (ex.AMBIGUOUS, None):
            return [(ex.AMBIGUOUS, self.context), *meta[1:]]
        if form.name in _LEXICAL:
            return [(ex.CONTEXT, self.context), *meta]
        return meta

    def _meta(self, meta: Any) -> Any:
        if self.bare:
            return meta
        line, out = 0, []
        for pair in meta:
            if pair[0] is LINE:
                line = pair[1]
            elif pair[0] is not COLUMN:
                out.append(pair)
        wanted = line if self.line is True else 0 if self.line is False else self.line
        if self.file is not None:
            out = [(KEEP, (self.file, wanted)), *out]
        elif self.line is not False and wanted != 0:
            out.append((LINE, wanted))
        return [(GENERATED, True), *out] if self.generated else out


def _part(constant: bool, tree: Any) -> Any:
    return constant_node(tree) if constant else tree


def _mixed(value: Any) -> Any:
    """The node of a term that has nodes of variables in it."""
    if value.__class__ is list:
        return [_mixed(v) for v in value]
    if value.__class__ is tuple and len(value) == 2:
        return (_mixed(value[0]), _mixed(value[1]))
    return value if value.__class__ is tuple else constant_node(value)


def _is_unquote(tree: Any) -> bool:
    return ex.is_node(tree, UNQUOTE) and len(tree[2]) == 1


def _is_remote_unquote(tree: Any) -> bool:
    """``left.unquote(name)`` as the parser gives it."""
    if tree.__class__ is not tuple or len(tree) != 3 or tree[2].__class__ is not list or len(tree[2]) != 1:
        return False
    return ex.is_node(tree[0], ex.DOT) and len(tree[0][2]) == 2 and tree[0][2][1] is UNQUOTE


def _is_splicing(tree: Any) -> bool:
    return ex.is_node(tree, SPLICING) and len(tree[2]) == 1


def _tail_splice(tree: Any) -> bool:
    return ex.is_node(tree, ex.BAR) and len(tree[2]) == 2 and _is_splicing(tree[2][0])


def constant_node(value: Any) -> Any:
    """A node that stands for a term known at compile time."""
    if value.__class__ in (int, str, float, bytes, bool) or is_atom(value):
        return value
    return (ex.CONST, [], [value])


def expand_quote(tree: Any, env: Env) -> Any:
    _, meta, args = tree
    if not ex.is_keyword(args[-1]):
        raise env.fail(meta, 'invalid arguments for "quote"' if len(args) == 1 else 'missing :do option in "quote"')
    blocks = ex.keyword(args[-1])
    listed = [pair for pair in args[-1] if pair[0] is not ex.DO] if len(args) == 1 else args[0]
    if "do" not in blocks:
        raise env.fail(meta, 'missing :do option in "quote"')
    options = ex.known_options(listed if ex.is_keyword(listed) else ex.expand(listed, env), OPTIONS, "quote", meta, env)
    prelude: list[Any] = []
    given = {k: _option(k, ex.expand(options[k], env), prelude, meta, env) for k in ("line", "file", "context", "unquote", "generated") if k in options}
    keep = ex.expand(options.get("location"), env) is KEEP
    bind = options.get("bind_quoted")
    maker = Quote(env, unquote=given.get("unquote", bind is None), line=given.get("line", keep), file=given.get("file", env.file if keep else None),
                  context=given.get("context"), generated=given.get("generated", False))
    done = maker.build(blocks["do"])
    if bind is not None:
        done = _bound(bind, done, maker, meta, env)
    return (ex.BLOCK, [], [*prelude, done]) if prelude else done


def _bound(bind: Any, done: Any, maker: Quote, meta: Any, env: Env) -> Any:
    """The quoted tree after the bindings of ``bind_quoted``."""
    pairs = ex.expand(bind, env)
    if pairs.__class__ is tuple and pairs[0] is ex.CONST:
        pairs = [(k, constant_node(v)) for k, v in pairs[2][0]]
    if not ex.is_keyword(pairs):
        raise env.fail(meta, "invalid :bind_quoted for quote, expected a keyword list of variable names, got: " + ex._show(bind))
    place = [pair for pair in meta if pair[0] is not COLUMN]
    return ex.rt_call("bind_quoted", meta, [pairs, done, maker.context, constant_node(place)])


def _option(name: str, value: Any, prelude: list[Any], meta: Any, env: Env) -> Any:
    """The value of an option when the source says it, else a variable that *prelude* sets when the quote runs."""
    if name in ("unquote", "generated"):
        if value.__class__ is not bool:
            raise env.fail(meta, f"invalid :{name} for quote, expected a boolean")
        return value
    if name == "context" and value is None:
        raise env.fail(meta, "invalid :context for quote, expected non-nil compile time atom or alias, got: nil")
    if _says(name, value):
        return value
    node = (Atom("quoted"), meta, Var("quoted", Atom("%quote")))
    prelude.append((ex.MATCH, meta, [node, ex.rt_call("quote_option", meta, [name, value])]))
    return node


def _says(name: str, value: Any) -> bool:
    kind = value.__class__
    return {"line": kind is bool or kind is int, "file": kind is str or value is None, "context": kind is Atom}[name]


# -- escape ------------------------------------------------------------------------------------------------------------


def attribute_node(value: Any) -> Any:
    """The tree that stands for the value of a module attribute; a native struct (a range, a tensor) stays what it is."""
    kind = value.__class__
    if kind is list:
        return [attribute_node(v) for v in value]
    if kind is tuple:
        parts = [attribute_node(v) for v in value]
        return tuple(parts) if len(parts) == 2 else (ex.TUPLE, [], parts)
    if isinstance(value, Struct) and kind is not Struct:
        return (ex.CONST, [], [value])
    return escape(value)


def escape(value: Any, *, unquote: bool = False, prune: bool = False) -> Any:
    """The quoted tree that evaluates to *value* (``Macro.escape/2``)."""
    kind = value.__class__

    def inner(part: Any) -> Any:
        return escape(part, unquote=unquote, prune=prune)

    if kind is tuple:
        if unquote and len(value) == 3 and value[2].__class__ is list:
            made = _escape_unquoted(value, prune)
            if made is not None:
                return made
        if prune and len(value) == 3 and value[1].__class__ is list:
            kept = [p for p in value[1] if p.__class__ is tuple and p[0].__class__ is Atom and p[0].name in ("no_parens", "line", "delimiter")]
            return (ex.TUPLE, [], [inner(value[0]), kept, inner(value[2])])
        if len(value) == 2:
            return (inner(value[0]), inner(value[1]))
        return (ex.TUPLE, [], [inner(v) for v in value])
    if kind is list:
        return _escape_spliced(value, prune) if unquote and any(_is_splicing(v) or _tail_splice(v) for v in value) else [inner(v) for v in value]
    if kind is dict or isinstance(value, Struct):
        if hasattr(value, "ex_source"):
            return (ex.CONST, [], [value])
        plain = map_of(value)
        return (ex.MAP, [], [(escape(k), inner(v)) for k, v in _ordered(plain)])
    if kind in (int, float, str, bytes, bool) or value is None or kind is Atom:
        return value
    if kind.__name__ == "ImproperList":
        head = [inner(v) for v in value.head]
        return [*head[:-1], (ex.BAR, [], [head[-1], inner(value.improper_tail)])]
    if kind.__name__ in ("Capture", "Bits"):
        return (ex.CONST, [], [value])
    if callable(value):
        from defnpy.terms.inspect import inspect

        raise ArgumentError(f"cannot escape {inspect(value)}. The supported values are: lists, tuples, maps, atoms, numbers, bitstrings, "
                            "PIDs and remote functions in the format &Mod.fun/arity")
    return (ex.CONST, [], [value])


def _escape_unquoted(value: Any, prune: bool) -> Any:
    """The tree of a node that unquotes, or None: ``unquote(x)``, ``left.unquote(name)``, ``left.unquote(name)(args)``, ``quote``."""
    form, meta, args = value
    if form is UNQUOTE and len(args) == 1:
        return args[0]
    if form is ex.QUOTE and 0 < len(args) < 3:
        options = [escape(a, unquote=True, prune=prune) for a in args[:-1]]
        return (ex.TUPLE, [], [form, escape(meta), [*options, escape(args[-1], prune=prune)]])
    remote, given = (form, args) if _is_remote_unquote(form) else (value, None) if _is_remote_unquote(value) else (None, None)
    if remote is None:
        return None
    dot: Any = (ex.DOT, [], [Atom("elixir_quote"), Atom("dot")])
    shown = None if given is None else escape(given, unquote=True, prune=prune)
    return (dot, [], [escape(meta), escape(remote[0][2][0], unquote=True, prune=prune), remote[2][0], shown, None])


def _escape_spliced(items: list[Any], prune: bool) -> Any:
    """The tree of a list some elements of which are spliced."""
    out: Any = []
    for item in reversed(items):
        if _is_splicing(item):
            out = ((ex.DOT, [], [Atom("elixir_quote"), Atom("list")]), [], [item[2][0], out])
        elif _tail_splice(item):
            tail = escape(item[2][1], unquote=True, prune=prune)
            out = ((ex.DOT, [], [Atom("elixir_quote"), Atom("tail_list")]), [], [item[2][0][2][0], tail])
        elif out.__class__ is list:
            out = [escape(item, unquote=True, prune=prune), *out]
        else:
            out = [(ex.BAR, [], [escape(item, unquote=True, prune=prune), out])]
    return out


def _ordered(m: dict[Any, Any]) -> Any:
    if STRUCT_KEY in m:
        yield STRUCT_KEY, m[STRUCT_KEY]
    for k, v in maps.items(m):
        if k is not STRUCT_KEY:
            yield k, v


# Directives that remember the module whose quote made them.
_LEXICAL = ("alias", "import", "require")
