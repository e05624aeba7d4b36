"""The typespec that ``NimbleOptions.option_typespec/1`` makes of a schema, as quoted code."""

from __future__ import annotations

from functools import reduce
from typing import Any

from defnpy.stdlib.util import need
from defnpy.terms.atom import Atom, alias, is_atom
from defnpy.terms.errors import CaseClauseError, EnumEmptyError
from defnpy.terms.range import Range

_UNION = Atom("|")
_NAMED = {
    "any": "term", "keyword_list": "keyword", "non_empty_keyword_list": "keyword", "map": "map", "atom": "atom", "integer": "integer",
    "non_neg_integer": "non_neg_integer", "pos_integer": "pos_integer", "float": "float", "string": "binary", "boolean": "boolean",
    "timeout": "timeout", "pid": "pid", "reference": "reference",
}  # fmt: skip


def _call(name: str) -> Any:
    return (Atom(name), [], [])


def _tuple(parts: list[Any]) -> Any:
    return tuple(parts) if len(parts) == 2 else (Atom("{}"), [], parts)


def _union(parts: list[Any]) -> Any:
    if not parts:
        raise EnumEmptyError()
    return reduce(lambda rest, part: (_UNION, [], [part, rest]), reversed(parts))


def _imported(*arities: int) -> list[Any]:
    """The meta data of a call of Kernel in the library's own code."""
    return [(Atom("context"), alias("NimbleOptions.Docs")), (Atom("imports"), [(n, alias("Kernel")) for n in arities])]


def option_typespec(schema: Any) -> Any:
    """The union of ``{name, type}`` of all options."""
    return _union([(key, _spec(spec)) for key, spec in schema])


def _spec(spec: Any) -> Any:
    need(spec.__class__ is list, "Keyword", "get_lazy", 3)
    own = [v for k, v in spec if k is Atom("type_spec")]
    return own[0] if own else typespec(next((v for k, v in spec if k is Atom("type")), None))


def typespec(kind: Any) -> Any:
    """The typespec of an option's type."""
    if kind is None:
        return None
    if is_atom(kind):
        return _basic(kind)
    if kind.__class__ is not tuple or not kind or kind[0].__class__ is not Atom:
        raise CaseClauseError(kind)
    match kind[0].name, kind[1:]:
        case ("fun", (arity,)):
            return [(Atom("->"), [], [[_call("term")] * arity, _call("term")])]
        case ("in", (choices,)):
            return (Atom(".."), _imported(0, 2), [choices.first, choices.last]) if choices.__class__ is Range else _call("term")
        case ("or", (kinds,)):
            return _union([typespec(sub) for sub in kinds])
        case ("list", (sub,)):
            return [typespec(sub)]
        case ("tuple", (kinds,)):
            return _tuple([typespec(sub) for sub in kinds])
        case ("map", (key, value)):
            return (Atom("%{}"), [], [((Atom("optional"), [], [typespec(key)]), typespec(value))])
        case ("struct", (_,)):
            return (Atom("struct"), _imported(1, 2), [])
        case ("custom", _):
            return _call("term")
        case (("keyword_list" | "non_empty_keyword_list" | "map"), (_,)):
            return _call(_NAMED[kind[0].name])
    raise CaseClauseError(kind)


def _basic(kind: Any) -> Any:
    name = kind.name if kind.__class__ is Atom else ""
    if name == "mfa":
        return _tuple([_call("module"), _call("atom"), [_call("term")]])
    if name == "mod_arg":
        return _tuple([_call("module"), [_call("term")]])
    if name not in _NAMED:
        raise CaseClauseError(kind)
    return _call(_NAMED[name])
