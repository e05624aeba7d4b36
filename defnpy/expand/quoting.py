"""``quote``, ``unquote`` and escaping of values."""

from __future__ import annotations

from typing import Any

from defnpy.expand import expander as ex
from defnpy.expand.env import COLUMN, LINE, Env, meta_get
from defnpy.terms import map as maps
from defnpy.terms.atom import Atom, is_atom
from defnpy.terms.errors import ArgumentError
from defnpy.terms.struct import STRUCT_KEY, Struct, map_of

UNQUOTE, SPLICING = Atom("unquote"), Atom("unquote_splicing")
ELIXIR = Atom("Elixir")


class Quote:
    """One ``quote``: its environment and options. Methods give ``(is_constant, tree)`` pairs."""

    def __init__(self, env: Env, *, unquote: bool = True, line: Any = None, keep: bool = False, context: Any = None,
                 hygiene: bool = True) -> None:
        self.env = env
        self.unquote = unquote
        self.line = line
        self.keep = keep
        self.context = context if context is not None else (env.module or ELIXIR)
        self.variable_context = context if context is not None else env.module
        self.hygiene = hygiene
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
                    return False, ex.expand(args[0], self.env)
                if form.__class__ is tuple and form[0] is ex.DOT and len(form[2]) == 2 and _is_unquote(form[2][1]):
                    return self._dot_unquote(form[2][0], form[2][1][2][0], meta, args)
                if _is_remote_unquote(tree):
                    return self._dot_unquote(form[2][0], args[0], meta, [])
                if _is_remote_unquote(form):
                    return self._dot_unquote(form[0][2][0], form[2][0], meta, args)
            if form is Atom("quote") and self.unquote and args:
                # Inside a nested quote, unquote belongs to the inner one.
                inner = Quote(self.env, unquote=False, line=self.line, keep=self.keep, context=self.context)
                return True, (form, self._meta(meta), [inner.quote(a)[1] for a in args])
            if form is ex.ALIASES and self.hygiene:
                return self._alias(tree)
            if form is ex.CAPTURE and self.hygiene and len(args) == 1 and ex.is_node(args[0], Atom("/")):
                return self._call(form, meta, args)
            return self._call(form, meta, args)
        if form.__class__ is Atom and args is None and self.hygiene:
            return True, (form, self._meta(meta), self.variable_context if self.variable_context is not None else ELIXIR)
        return True, (form, self._meta(meta), args)

    def _call(self, form: Any, meta: Any, args: list[Any]) -> tuple[bool, Any]:
        new_meta = self._meta(meta)
        if form.__class__ is Atom and self.hygiene:
            new_meta = self._imports(form, new_meta, len(args))
        form_constant, new_form = (True, form) if form.__class__ is not tuple else self.quote(form)
        args_constant, new_args = self._list(args)
        if form_constant and args_constant:
            return True, (new_form, new_meta, new_args)
        return False, (ex.TUPLE, [], [
            constant_node(new_form) if form_constant else new_form,
            constant_node(new_meta),
            constant_node(new_args) if args_constant else new_args,
        ])

    def _dot_unquote(self, left: Any, inner: Any, meta: Any, args: list[Any]) -> tuple[bool, Any]:
        """``left.unquote(name)(args)`` and ``left.unquote(name)``."""
        name = ex.expand(inner, self.env)
        lc, new_left = self.quote(left)
        ac, new_args = self._list(args)
        left_node = constant_node(new_left) if lc else new_left
        args_node = constant_node(new_args) if ac else new_args
        return False, ex.rt_call("quoted_dot", [], [left_node, name, args_node, constant_node(self._meta(meta))])

    def _list(self, items: list[Any]) -> tuple[bool, Any]:
        if self.unquote and any(_is_splicing(i) or _tail_splice(i) for i in items):
            return False, self._spliced(items)
        return self._join(items, lambda parts: parts, lambda parts: parts)

    def _spliced(self, items: list[Any]) -> Any:
        groups: list[Any] = []
        current: list[Any] = []
        for item in items:
            if _is_splicing(item):
                groups.append(current)
                current = []
                groups.append(ex.expand(item[2][0], self.env))
            elif _tail_splice(item):
                # [unquote_splicing(a) | tail]
                _, _, (head, tail) = item
                groups.append(current)
                spliced = ex.expand(head[2][0], self.env)
                constant, done = self.quote(tail)
                groups.append(ex.call_node("Kernel", "++", [], [spliced, constant_node(done) if constant else done]))
                current = []
            else:
                constant, done = self.quote(item)
                current.append(constant_node(done) if constant else done)
        groups.append(current)
        parts = [g for g in groups if g != []]
        if not parts:
            return []
        out = parts[-1]
        for part in reversed(parts[:-1]):
            out = ex.call_node("Kernel", "++", [], [part, out])
        return out

    def _alias(self, tree: Any) -> tuple[bool, Any]:
        form, meta, args = tree
        new_meta = self._meta(meta)
        if args and args[0].__class__ is Atom and meta_get(meta, ex.ALIAS_META) is None:
            known = self.env.aliases.get(args[0].name)
            target: Any = False
            if known is not None:
                self.env.unit.used_aliases.add((args[0].name, known))
                target = Atom(known.name + "".join("." + s.name for s in args[1:] if s.__class__ is Atom))
            new_meta = [(ex.ALIAS_META, target), *new_meta]
            return True, (form, new_meta, args)
        constant, done = self._list(args)
        if constant:
            return True, (form, new_meta, done)
        return False, (ex.TUPLE, [], [form, constant_node(new_meta), done])

    def _imports(self, form: Atom, meta: Any, arity: int) -> Any:
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
        if form.name in _LEXICAL:
            return [(ex.CONTEXT, self.context), *meta]
        return meta

    def _meta(self, meta: Any) -> Any:
        if self.bare:
            return meta
        out = [p for p in meta if p[0] is not LINE and p[0] is not COLUMN]
        if self.keep:
            return [(Atom("keep"), (self.env.file, ex.line_of(meta))), *out]
        if self.line is not None and self.line is not False:
            return [*out, (LINE, self.line if self.line is not True else ex.line_of(meta))]
        return out


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
    options: dict[str, Any] = {}
    if len(args) == 2:
        options = ex.keyword(args[0])
        blocks = ex.keyword(args[1])
    else:
        blocks = ex.keyword(args[0])
        options = {k: v for k, v in blocks.items() if k != "do"}
    if "do" not in blocks:
        raise env.fail(meta, 'missing :do option in "quote"')
    body = blocks["do"]
    bind = options.get("bind_quoted")
    unquote = options.get("unquote", bind is None)
    unquote = ex.expand(unquote, env)
    location = options.get("location")
    line = ex.expand(options["line"], env) if "line" in options else None
    context = ex.expand(options["context"], env) if "context" in options else None
    if line.__class__ is tuple or line.__class__ is bool:
        line = None
    maker = Quote(env, unquote=bool(unquote), line=line, keep=location is Atom("keep") and False,
                  context=context if context.__class__ is Atom else None)
    done = maker.build(body)
    if bind is not None:
        pairs = ex.expand(bind, env)
        if pairs.__class__ is tuple and pairs[0] is ex.CONST:
            pairs = [(k, constant_node(v)) for k, v in pairs[2][0]]
        return ex.rt_call("bind_quoted", meta, [pairs, done, env.module if env.module is not None else ELIXIR])
    return done


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


def escape(value: Any, *, unquote: bool = False) -> Any:
    """The quoted tree that evaluates to *value* (``Macro.escape/2``)."""
    kind = value.__class__
    if kind is tuple:
        if unquote and len(value) == 3 and value[0] is UNQUOTE and value[2].__class__ is list and len(value[2]) == 1:
            return value[2][0]
        if len(value) == 2:
            return (escape(value[0], unquote=unquote), escape(value[1], unquote=unquote))
        return (ex.TUPLE, [], [escape(v, unquote=unquote) for v in value])
    if kind is list:
        return [escape(v, unquote=unquote) for v in value]
    if kind is dict or isinstance(value, Struct):
        if hasattr(value, "ex_source"):
            return (ex.CONST, [], [value])
        plain = map_of(value)
        return (ex.MAP, [], [(escape(k), escape(v, unquote=unquote)) for k, v in _ordered(plain)])
    if kind in (int, float, str, bytes, bool) or value is None or kind is Atom:
        return value
    if kind.__name__ == "ImproperList":
        head = [escape(v) for v in value.head]
        return [*head[:-1], (ex.BAR, [], [head[-1], escape(value.improper_tail)])]
    if kind.__name__ in ("Capture", "Bits"):
        return (ex.CONST, [], [value])
    if callable(value):
        from defnpy.terms.inspect import inspect

        raise ArgumentError(f"cannot escape {inspect(value)}. The supported values are: lists, tuples, maps, atoms, numbers, bitstrings, "
                            "PIDs and remote functions in the format &Mod.fun/arity")
    return (ex.CONST, [], [value])


def _ordered(m: dict[Any, Any]) -> Any:
    if STRUCT_KEY in m:
        yield STRUCT_KEY, m[STRUCT_KEY]
    for k, v in maps.items(m):
        if k is not STRUCT_KEY:
            yield k, v


# Directives that remember the module whose quote made them.
_LEXICAL = ("alias", "import", "require")
