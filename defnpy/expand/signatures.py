"""How documentation shows the parameters of a function: names guessed from the patterns of its clauses, and defaults."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from defnpy.expand import expander as ex
from defnpy.expand.quoting import escape
from defnpy.terms.atom import Atom, atom_name, is_atom

if TYPE_CHECKING:
    from defnpy.expand.env import Env

MATCH, STRUCT, MAP, AT, OWN = (Atom(name) for name in ("=", "%", "%{}", "@", "__MODULE__"))
KEPT = frozenset((Atom("delimiter"), Atom("no_parens")))
KINDS: dict[type, str] = {bool: "bool", int: "int", float: "float", str: "binary", bytes: "binary", list: "list", Atom: "atom", type(None): "atom"}
HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
NONE: Any = object()


class Part(NamedTuple):
    """One parameter: *sure* when a variable names it, and its default's tree or NONE."""

    name: str
    sure: bool
    default: Any = NONE


def parts(params: list[Any], defaults: dict[int, Any], env: Env) -> list[Part]:
    """The parameters of one clause; equal guesses are numbered."""
    guessed = [_named(param, env) for param in params]
    counts = Counter(name for name, _, generated in guessed if generated)
    seen: Counter[str] = Counter()
    out = []
    for i, (name, sure, generated) in enumerate(guessed):
        shown = name
        if generated and counts[name] > 1:
            seen[name] += 1
            shown = f"{name}{seen[name]}"
        out.append(Part(shown, sure, _default(defaults[i], env) if i in defaults else NONE))
    return out


def merged(older: list[Part], newer: list[Part]) -> list[Part]:
    """What two clauses say together: a variable's name counts more than a guess; different guesses make none."""
    return [_merged(a, b, i) for i, (a, b) in enumerate(zip(older, newer, strict=True), 1)]


def _merged(older: Part, newer: Part, position: int) -> Part:
    if older.sure or older.name == newer.name:
        return older
    name, sure = (newer.name, True) if newer.sure else (f"arg{position}", False)
    return Part(name, sure, older.default)


def recorded(shown: list[Part]) -> list[Any]:
    """What a module remembers: a name, or a name and its default."""
    return [part.name if part.default is NONE else (part.name, part.default) for part in shown]


def bare(tree: Any) -> Any:
    """A quoted tree without places."""
    if tree.__class__ is tuple:
        if len(tree) == 3 and tree[1].__class__ is list:
            return (bare(tree[0]), [pair for pair in tree[1] if pair.__class__ is tuple and pair[0] in KEPT], bare(tree[2]))
        return tuple(map(bare, tree))
    return [bare(part) for part in tree] if tree.__class__ is list else tree


def _default(tree: Any, env: Env) -> Any:
    """The tree of a default; an attribute stands for its value."""
    if ex.is_node(tree, AT) and tree[2][0].__class__ is tuple and tree[2][0][2].__class__ is not list:
        return bare(escape(env.state.attributes.get(atom_name(tree[2][0][0]))))
    return bare(tree)


def _named(param: Any, env: Env) -> tuple[str, bool, bool]:
    """A name, whether it is sure, and whether it is one of those that are numbered."""
    if ex.is_node(param, MATCH) and len(param[2]) == 2:
        left, right = param[2]
        chosen = left if _is_variable(left) else right
        return (_variable(chosen)[0], True, False) if _is_variable(chosen) else ("arg", False, True)
    if _is_variable(param):
        return _variable(param)
    return _guess(param, env), False, True


def _is_variable(tree: Any) -> bool:
    return tree.__class__ is tuple and len(tree) == 3 and tree[0].__class__ is Atom and tree[2].__class__ is not list


def _variable(tree: Any) -> tuple[str, bool, bool]:
    name = tree[0].name
    return (name[1:] or name, False, False) if name.startswith("_") else (name, True, False)


def _guess(param: Any, env: Env) -> str:
    """What kind of value a pattern takes."""
    if param.__class__ is tuple and len(param) == 3:
        if param[0] is STRUCT:
            return _struct(param[2][0], env)
        return "map" if param[0] is MAP else "arg"
    return KINDS.get(param.__class__, "arg")


def _struct(name: Any, env: Env) -> str:
    """The last part of a struct's name."""
    module = ex.expand(name, env.fork()) if ex.is_node(name, ex.ALIASES) else env.module if _is_variable(name) and name[0] is OWN else name
    return HUMP.sub("_", atom_name(module).rpartition(".")[2]).lower() if is_atom(module) else "struct"
