"""EEx.Engine and EEx.SmartEngine: how texts and expressions become the code of a template.

The state of these engines is a map: ``binary`` has the segments of the text and ``dynamic`` the expressions before it, last first.
"""

from __future__ import annotations

from typing import Any

from defnpy.stdlib.access import fetch
from defnpy.stdlib.enumerable import iterate
from defnpy.stdlib.io import warn
from defnpy.stdlib.util import OK, pairs
from defnpy.terms.atom import Atom, alias, is_atom
from defnpy.terms.errors import make
from defnpy.terms.inspect import inspect
from defnpy.terms.module import ex, native_module

ENGINE = alias("EEx.Engine")
BINARY, DYNAMIC, COUNT = Atom("binary"), Atom("dynamic"), Atom("vars_count")
BLOCK, DOT, ALIASES = Atom("__block__"), Atom("."), Atom("__aliases__")


@ex("init/1")
def init(options: Any) -> Any:
    """The state of an empty template."""
    return {BINARY: [], DYNAMIC: [], COUNT: 0}


@ex("handle_begin/1")
def handle_begin(state: Any) -> Any:
    """The state of an empty section; its variables go on counting."""
    return {**state, BINARY: [], DYNAMIC: []}


@ex("handle_end/1", "handle_body/1")
def handle_body(state: Any) -> Any:
    """The block that gives the text."""
    text: Any = (Atom("<<>>"), [], state[BINARY][::-1])
    return (BLOCK, [], [*state[DYNAMIC][::-1], text])


@ex("handle_text/3")
def handle_text(state: Any, meta: Any, text: Any) -> Any:
    return {**state, BINARY: [text, *state[BINARY]]}


@ex("handle_expr/3")
def handle_expr(state: Any, marker: Any, expr: Any) -> Any:
    """``<%= %>`` binds the text of the expression to a variable; ``<% %>`` only evaluates it."""
    if marker == "":
        return {**state, DYNAMIC: [expr, *state[DYNAMIC]]}
    if marker != "=":
        raise make("EEx.SyntaxError", f"unsupported EEx syntax <%{marker} %> (the syntax is valid but not supported by the current EEx engine)",
                   file=None, line=None, column=None, snippet=None)
    var: Any = (Atom(f"arg{state[COUNT]}"), [], ENGINE)
    string = (ALIASES, pairs(alias=False), [Atom("String"), Atom("Chars")])
    bound: Any = (Atom("="), [], [var, ((DOT, [], [string, Atom("to_string")]), [], [expr])])
    segment: Any = (Atom("::"), [], [var, (BINARY, [], ENGINE)])
    return {BINARY: [segment, *state[BINARY]], DYNAMIC: [bound, *state[DYNAMIC]], COUNT: state[COUNT] + 1}


@ex("handle_assign/1")
def handle_assign(node: Any) -> Any:
    """``@name`` as a look-up in the variable ``assigns``; anything else as it is."""
    if node.__class__ is not tuple or len(node) != 3 or node[0] is not Atom("@"):
        return node
    meta, args = node[1], node[2]
    if args.__class__ is not list or len(args) != 1 or args[0].__class__ is not tuple or len(args[0]) != 3:
        return node
    name, _, context = args[0]
    if not is_atom(name) or not is_atom(context):
        return node
    line = [pair for pair in meta if pair[0] is Atom("line")][:1]
    engine = (ALIASES, [*line, *pairs(alias=False)], [Atom("EEx"), Atom("Engine")])
    imports = [(1, alias("Kernel")), (2, alias("Kernel"))]
    assigns = (Atom("var!"), [*line, *pairs(context=ENGINE, imports=imports)], [(Atom("assigns"), line, ENGINE)])
    return ((DOT, line, [engine, Atom("fetch_assign!")]), line, [assigns, name])


@ex("fetch_assign!/2")
def fetch_assign(assigns: Any, key: Any) -> Any:
    """The value of an assign; a missing one is ``nil``, with a warning."""
    found = fetch(assigns, key)
    if found.__class__ is tuple and found[0] is OK:
        return found[1]
    names = inspect([pair[0] for pair in iterate(assigns)])
    warn(f"assign @{key.name} not available in EEx template. Please ensure all assigns are given as options. Available assigns: {names}")
    return None


def _with_assigns(tree: Any) -> Any:
    """*tree* with every ``@name`` looked up in ``assigns``."""
    tree = handle_assign(tree)
    if tree.__class__ is list:
        return [_with_assigns(item) for item in tree]
    return tuple(_with_assigns(item) for item in tree) if tree.__class__ is tuple else tree


@ex("handle_expr/3")
def handle_expr_with_assigns(state: Any, marker: Any, expr: Any) -> Any:
    return handle_expr(state, marker, _with_assigns(expr))


def _shared(*functions: Any) -> dict[str, Any]:
    return {f.__name__: f for f in functions}


_COMMON = _shared(init, handle_begin, handle_body, handle_text)
MODULES_BY_NAME = {
    "Elixir.EEx.Engine": native_module(
        "EEx.Engine", {**_COMMON, **_shared(handle_expr, handle_assign, fetch_assign)}),
    "Elixir.EEx.SmartEngine": native_module(
        "EEx.SmartEngine", {**_COMMON, **_shared(handle_expr_with_assigns)}, info={"behaviour": [ENGINE]}),
}
