"""Quoted code written as Elixir text: what a macro of a native library gives back."""

from __future__ import annotations

from functools import cache
from typing import Any

from defnpy.expand import expander as ex
from defnpy.expand.env import COLUMN, LINE, Env
from defnpy.terms.atom import Atom, alias

UNQUOTE, SPLICING = Atom("unquote"), Atom("unquote_splicing")


@cache
def _parsed(text: str) -> Any:
    from defnpy.syntax.parser import parse

    return parse(text, "template")


class Template:
    """Builds trees of Elixir text at one place; all its texts share their variables, which the caller's code cannot see.

    Module names in a text are absolute: the caller's aliases do not reach them.
    """

    def __init__(self, context: str, meta: Any, env: Env) -> None:
        self.owner = alias(context)
        # The context tells generated nodes from written ones: nothing warns of an import that a macro adds.
        self.place = [(ex.CONTEXT, self.owner), *(pair for pair in meta if pair[0] is LINE or pair[0] is COLUMN)]
        self.fresh = [(ex.COUNTER, env.unit.next()), *self.place]

    def variable(self, name: str) -> Any:
        """The variable that *name* is in a text."""
        return (Atom(name), self.fresh, self.owner)

    def quoted(self, text: str, **parts: Any) -> Any:
        """The tree of *text*; ``unquote(name)`` and ``unquote_splicing(name)`` stand for *parts*."""
        return self._walk(_parsed(text), parts)

    def _walk(self, tree: Any, parts: dict[str, Any]) -> Any:
        if tree.__class__ is list:
            return self._list(tree, parts)
        if tree.__class__ is not tuple:
            return tree
        if len(tree) != 3:
            return tuple(self._walk(part, parts) for part in tree)
        form, _, args = tree
        if form is ex.ALIASES:
            return alias(".".join(segment.name for segment in args))
        if args.__class__ is not list:
            hidden = form.name != "_" and not form.name.startswith("__")
            return (form, self.fresh, self.owner) if hidden else (form, self.place, None)
        if form is UNQUOTE:
            return parts[args[0][0].name]
        if form.__class__ is tuple:
            return (self._walk(form, parts), self.place, self._list(args, parts))
        return (form, self._call_meta(form.name, len(args)), self._list(args, parts))

    def _call_meta(self, name: str, arity: int) -> Any:
        """Kernel's macros are meant even where the caller does not import them."""
        from defnpy.expand.macros import NATIVE

        known = f"{name}/{arity}" in NATIVE[ex.KERNEL]
        return [(ex.IMPORTS, [(arity, ex.KERNEL)]), *self.place] if known else self.place

    def _list(self, items: list[Any], parts: dict[str, Any]) -> list[Any]:
        out: list[Any] = []
        for item in items:
            if ex.is_node(item, SPLICING):
                out.extend(parts[item[2][0][0].name])
            else:
                out.append(self._walk(item, parts))
        return out
