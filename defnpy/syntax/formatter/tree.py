"""Questions about annotated trees: every literal is ``{:__block__, meta, [value]}``, metadata has lines."""

from __future__ import annotations

from typing import Any

from defnpy.syntax.terminals import BINARY, UNARY
from defnpy.terms.atom import Atom, is_atom
from defnpy.terms.names import classify

FIRST_LINE, LAST_LINE = 0, 1 << 30

BLOCK, DOT, ARROW, FN = Atom("__block__"), Atom("."), Atom("->"), Atom("fn")
ALIASES, MODULE, TUPLE, MAP, STRUCT = Atom("__aliases__"), Atom("__MODULE__"), Atom("{}"), Atom("%{}"), Atom("%")
BITS, TYPE, WHEN, IN, NOT, BANG, CAPTURE, AT = map(Atom, ("<<>>", "::", "when", "in", "not", "!", "&", "@"))
KERNEL, LIST, ACCESS, ERLANG = Atom("Elixir.Kernel"), Atom("Elixir.List"), Atom("Elixir.Access"), Atom("erlang")
TO_STRING, TO_CHARLIST, TO_ATOM, GET = map(Atom, ("to_string", "to_charlist", "binary_to_atom", "get"))
BINARY_TYPE, UTF8, GENERATOR, BAR = Atom("binary"), Atom("utf8"), Atom("<-"), Atom("|")
UNQUOTE_SPLICING = Atom("unquote_splicing")
LINE, CLOSING, NEWLINES, DELIMITER = Atom("line"), Atom("closing"), Atom("newlines"), Atom("delimiter")
TOKEN, FORMAT, KEYWORD, EOE, DO, END = map(Atom, ("token", "format", "keyword", "end_of_expression", "do", "end"))
NO_PARENS = Atom("no_parens")


def look(meta: list[Any], key: Atom, default: Any = None) -> Any:
    """The value of *key* in metadata."""
    for name, value in meta:
        if name is key:
            return value
    return default


def line_of(meta: list[Any], default: int = LAST_LINE) -> int:
    found = look(meta, LINE)
    return default if found is None else found


def closing_line(meta: list[Any]) -> int:
    """The line of the closing bracket."""
    return line_of(look(meta, CLOSING) or [], FIRST_LINE)


def end_line(meta: list[Any]) -> int:
    """The line of ``end``."""
    return line_of(look(meta, END) or [], FIRST_LINE)


def is_node(term: Any) -> bool:
    return term.__class__ is tuple and len(term) == 3


def is_call(term: Any) -> bool:
    return is_node(term) and term[2].__class__ is list


def is_wrapped(term: Any) -> bool:
    """``{:__block__, meta, [value]}``."""
    return is_call(term) and term[0] is BLOCK and len(term[2]) == 1


def is_pairs(term: Any) -> bool:
    """A list of pairs only (keywords or ``key => value``); the empty list too."""
    return term.__class__ is list and all(item.__class__ is tuple and len(item) == 2 for item in term)


def has_clauses(term: Any) -> bool:
    """A non-empty list of ``->``."""
    return term.__class__ is list and bool(term) and is_call(term[0]) and term[0][0] is ARROW


def dot_parts(form: Any) -> list[Any] | None:
    """``[left, name]`` of ``left.name``, ``[left]`` of ``left.()``."""
    return form[2] if is_call(form) and form[0] is DOT else None


def is_remote(term: Any, module: Any, name: Atom, arity: int) -> bool:
    """A call of ``module.name`` with the module as a bare atom: made by the parser, not written."""
    if not is_call(term) or len(term[2]) != arity:
        return False
    parts = dot_parts(term[0])
    if parts is None or len(parts) != 2 or parts[1] is not name:
        return False
    left = parts[0]
    if is_call(left) and left[0] is ALIASES:
        return "Elixir." + ".".join(getattr(part, "name", "") for part in left[2]) == module.name
    return left is module


def hole(part: Any) -> Any:
    """The expression of ``#{...}`` in a string as a one-tuple, None for anything else."""
    if not (is_call(part) and part[0] is TYPE and len(part[2]) == 2):
        return None
    value, kind = part[2]
    if not (is_node(kind) and kind[0] is BINARY_TYPE and is_remote(value, KERNEL, TO_STRING, 1)):
        return None
    return (value[2][0],)


def is_interpolated(parts: list[Any]) -> bool:
    return all(isinstance(part, str | bytes) or hole(part) is not None for part in parts)


def is_interpolated_charlist(parts: Any) -> bool:
    return parts.__class__ is list and all(
        isinstance(part, str | bytes) or is_remote(part, KERNEL, TO_STRING, 1) for part in parts
    )


def is_atom_call(term: Any) -> bool:
    """``:"a#{b}"``: a call of ``:erlang.binary_to_atom`` that the parser made."""
    if not is_remote(term, ERLANG, TO_ATOM, 2):
        return False
    text, encoding = term[2]
    return encoding is UTF8 and is_call(text) and text[0] is BITS


def is_key(term: Any) -> bool:
    """Whether a pair with this left side is written ``key: value``."""
    if is_wrapped(term):
        return is_atom(term[2][0]) and look(term[1], FORMAT) is KEYWORD
    return is_atom_call(term) and look(term[1], FORMAT) is KEYWORD


def binary_level(name: str) -> tuple[bool, int] | None:
    """Whether the operator associates to the right, and its precedence."""
    if name == "=>":
        return None
    found = BINARY.get(name)
    return None if found is None else (found.right, found.precedence)


def is_binary_operator(term: Any) -> bool:
    if not is_call(term) or term[0].__class__ is not Atom:
        return False
    name, count = term[0].name, len(term[2])
    return (count == 3 and name == "..//") or (count == 2 and binary_level(name) is not None)


def is_unary_operator(term: Any) -> bool:
    return (
        is_call(term)
        and len(term[2]) == 1
        and term[0].__class__ is Atom
        and term[0].name in UNARY
        and term[0].name != "//"
    )


def needs_parens(term: Any) -> bool:
    """Whether a term is an operator that loses its meaning beside another."""
    while is_wrapped(term):
        term = term[2][0]
    if is_unary_operator(term):
        inner = term[2][0]
        if term[0] is AT and is_node(inner) and inner[2].__class__ is not list:
            return not (inner[0].__class__ is Atom and classify(inner[0].name) == "identifier")
        return not (term[0] is CAPTURE and inner.__class__ is int)
    return is_binary_operator(term)
