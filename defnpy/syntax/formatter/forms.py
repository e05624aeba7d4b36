"""The dispatch: which construct a term is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.syntax.formatter import clauses, containers, strings
from defnpy.syntax.formatter.calls import local, remote, target_doc
from defnpy.syntax.formatter.clauses import CLAUSE_ARGS
from defnpy.syntax.formatter.layout import (
    commas,
    fitting_break,
    guarded,
    guarded_binary,
    in_parens,
    surround,
)  # fmt: skip
from defnpy.syntax.formatter.migrate import without_unless
from defnpy.syntax.formatter.multiline import may_open
from defnpy.syntax.formatter.operators import attribute, binary, capture, split, unary
from defnpy.syntax.formatter.state import Context, Formatter
from defnpy.syntax.formatter.strings import SEGMENT
from defnpy.syntax.formatter.tree import (
    ACCESS,
    DELIMITER,
    FIRST_LINE,
    GET,
    IN,
    LAST_LINE,
    LIST,
    MAP,
    TO_CHARLIST,
    TOKEN,
    UNQUOTE_SPLICING,
    closing_line,
    dot_parts,
    has_clauses,
    is_atom_call,
    is_call,
    is_interpolated,
    is_key,
    is_pairs,
    is_unary_operator,
    is_wrapped,
    line_of,
    look,
)  # fmt: skip
from defnpy.terms.algebra import NIL, ON_BREAK, Doc, concat, glue, group, nest, string
from defnpy.terms.atom import Atom, atom_name, is_atom
from defnpy.terms.names import key_text

Form = Callable[[Formatter, Any, Context], "Doc | None"]


def dispatch(f: Formatter, term: Any, context: Context) -> Doc:
    kind = term.__class__
    if kind is tuple:
        if len(term) == 3:
            return node(f, term, context)
        if len(term) == 2:
            return pair(f, term, context)
    if kind is list and term:
        return commas(f, term, context)
    return unknown(term)


Formatter.dispatch = staticmethod(dispatch)


def unknown(term: Any) -> Doc:
    """Values that no source text makes: they show as ``inspect`` shows them."""
    from defnpy.terms.inspect import inspect

    return inspect(term)


def node(f: Formatter, term: Any, context: Context) -> Doc:
    form, meta, args = term
    if args.__class__ is not list:
        return f.colored(string(atom_name(form)), "variable") if is_atom(form) else unknown(term)
    if form.__class__ is Atom:
        special = FORMS.get(form.name)
        made = special(f, term, context) if special is not None else None
        return plain_call(f, term, context) if made is None else made
    if form is CLAUSE_ARGS:
        return clauses.guarded_arguments(f, args[0])
    if form is SEGMENT:
        return strings.segment(f, args[0], -1, args[1])
    if is_atom(form):
        return local(f, atom_name(form), meta, args, context)
    made = parser_call(f, term, context)
    return remote(f, form, meta, args, context) if made is None else made


def plain_call(f: Formatter, term: Any, context: Context) -> Doc:
    """A sigil, an operator, or a call of a local function."""
    form, meta, args = term
    if form.name.startswith("sigil_"):
        made = strings.sigil_doc(f, form.name[6:], meta, args)
        if made is not None:
            return made
    if is_unary_operator(term):
        return unary(f, form.name, args[0], context)
    if split(term) is not None:
        return binary(f, form.name, meta, args[0], args[1], context)
    return local(f, form.name, meta, args, context)


def parser_call(f: Formatter, term: Any, context: Context) -> Doc | None:
    """Remote calls that the parser makes of other notations."""
    form, meta, args = term
    parts = dot_parts(form)
    if parts is None or len(parts) != 2:
        return None
    if parts[0] is ACCESS and parts[1] is GET and len(args) == 2:
        key = args[1] if is_pairs(args[1]) else [args[1]]
        return concat(target_doc(f, args[0]), containers.list_doc(f, meta, key))
    if parts[0] is LIST and parts[1] is TO_CHARLIST and len(args) == 1:
        return strings.charlist_call(f, meta, args[0])
    if is_atom_call(term) and is_interpolated(args[0][2]):
        return strings.holes(f, args[0][2], '"', ':"', '"')
    return None


def pair(f: Formatter, term: Any, context: Context) -> Doc:
    """``key: value`` or ``key => value``."""
    key, value = term
    if is_key(key):
        left, arrow = key_doc(f, key), ""
        right = f.doc(value, context)
    else:
        left, arrow = f.doc(key, context), " =>"
        right = f.doc(value, context)
        left = guarded_binary(left, key)
    return fitting_break(
        may_open(f, value),
        right,
        lambda doc: concat(group(left), group(nest(glue(arrow, group(doc)), 2, ON_BREAK))),
    )


def key_doc(f: Formatter, key: Any) -> Doc:
    if is_wrapped(key):
        return f.colored(string(key_text(atom_name(key[2][0]), strings.quotes_escaped)), "atom")
    return strings.holes(f, key[2][0][2], '"', '"', '":')


# ---- special forms


def block_form(f: Formatter, term: Any, context: Context) -> Doc:
    """A literal, or expressions in parentheses."""
    _, meta, args = term
    if not args:
        return f.colored("nil", "nil")
    if len(args) > 1:
        return surround("(", clauses.block(f, term, line_of(meta), closing_line(meta)), ")")
    value = args[0]
    if value.__class__ is tuple:
        if len(value) == 2:
            return containers.tuple_doc(f, meta, list(value))
        if is_call(value) and value[0] is UNQUOTE_SPLICING and len(value[2]) == 1:
            return in_parens(local(f, "unquote_splicing", value[1], value[2], context))
        return f.doc(value, context)
    if value.__class__ is list:
        return _list_value(f, meta, value)
    if is_atom(value):
        return strings.atom_doc(f, value, meta)
    if isinstance(value, str | bytes):
        return strings.string_doc(f, value, meta)
    if value.__class__ is int:
        return strings.integer_doc(f, look(meta, TOKEN))
    if value.__class__ is float:
        return strings.float_doc(f, look(meta, TOKEN))
    return f.doc(value, context)


def _list_value(f: Formatter, meta: list[Any], value: list[Any]) -> Doc:
    if has_clauses(value):
        return clauses.paren_clauses(f, value, LAST_LINE, FIRST_LINE)
    if look(meta, DELIMITER) in ("'", "'''"):
        return strings.charlist_doc(f, value, meta)
    return containers.list_doc(f, meta, value)


def alias_form(f: Formatter, term: Any, context: Context) -> Doc:
    head, *tail = term[2]
    doc: Doc = head.name if head.__class__ is Atom else guarded(f.doc(head, context), head)
    for part in tail:
        doc = concat(doc, "." + atom_name(part))
    return f.colored(doc, "atom")


def struct_form(f: Formatter, term: Any, context: Context) -> Doc | None:
    if len(term[2]) != 2 or not (is_call(term[2][1]) and term[2][1][0] is MAP):
        return None
    name, (_, meta, entries) = term[2]
    return containers.map_doc(f, meta, f.doc(name, Context.PARENS), entries)


def not_form(f: Formatter, term: Any, context: Context) -> Doc | None:
    """``not (a in b)`` is written ``a not in b``."""
    args = term[2]
    if len(args) != 1 or not (is_call(args[0]) and args[0][0] is IN and len(args[0][2]) == 2):
        return None
    left, right = args[0][2]
    return binary(f, "not in", term[1], left, right, context)


def range_form(f: Formatter, term: Any, context: Context) -> Doc | None:
    if term[2]:
        return None
    return "(..)" if context in (Context.NO_PARENS, Context.NO_PARENS_ONE) else ".."


def step_form(f: Formatter, term: Any, context: Context) -> Doc | None:
    if len(term[2]) != 3:
        return None
    first, last, step = term[2]
    return binary(f, "//", term[1], (Atom(".."), term[1], [first, last]), step, context)


def fn_form(f: Formatter, term: Any, context: Context) -> Doc | None:
    _, meta, arms = term
    if not has_clauses(arms):
        return None
    return clauses.fn_doc(f, arms, line_of(meta), closing_line(meta), f.broken(meta))


def unless_form(f: Formatter, term: Any, context: Context) -> Doc | None:
    made = without_unless(term) if f.migrate_unless else None
    return None if made is None else f.doc(made, context)


def macro_form(f: Formatter, term: Any, context: Context) -> Doc | None:
    """``defmacro unless``: the one place where ``unless`` is not migrated."""
    args = term[2]
    if not f.migrate_unless or len(args) != 2 or not (is_call(args[0]) and args[0][0] is Atom("unless")):
        return None
    f.migrate_unless = False
    try:
        return f.doc(term, context)
    finally:
        f.migrate_unless = True


FORMS: dict[str, Form] = {
    "__block__": block_form,
    "__aliases__": alias_form,
    "<<>>": lambda f, term, context: strings.bits_doc(f, term[1], term[2]),
    "{}": lambda f, term, context: containers.tuple_doc(f, term[1], term[2]),
    "%{}": lambda f, term, context: containers.map_doc(f, term[1], NIL, term[2]),
    "%": struct_form,
    "&": lambda f, term, context: capture(f, term[2][0], context) if len(term[2]) == 1 else None,
    "@": lambda f, term, context: attribute(f, term[1], term[2][0], context) if len(term[2]) == 1 else None,
    "not": not_form,
    "..": range_form,
    "...": lambda f, term, context: None if term[2] else "...",
    "..//": step_form,
    "fn": fn_form,
    "unless": unless_form,
    "|>": unless_form,
    "defmacro": macro_form,
    "defmacrop": macro_form,
}
