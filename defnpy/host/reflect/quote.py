"""``:elixir_quote``: what escaped code that unquotes calls when it runs."""

from __future__ import annotations

from typing import Any

from defnpy import rt
from defnpy.expand.macros.definitions import has_unquote
from defnpy.terms.module import ex, native_module


@ex("dot/5")
def dot(meta: Any, left: Any, right: Any, args: Any, context: Any) -> Any:
    return rt.quoted_dot(left, right, args, meta)


@ex("list/2")
def list_(items: Any, rest: Any) -> Any:
    return rt.quoted_list(items) + rest


@ex("tail_list/2")
def tail_list(items: Any, tail: Any) -> Any:
    return rt.quoted_tail(rt.quoted_list(items), tail)


@ex("has_unquotes/1")
def has_unquotes(tree: Any) -> bool:
    return has_unquote(tree)


MODULE = native_module("elixir_quote", globals(), erlang=True)
