"""Which terms may open on a line and go on below: ``x = %{``, ``f(fn ->``."""

from __future__ import annotations

from typing import Any

from defnpy.syntax.formatter.state import Formatter
from defnpy.syntax.formatter.tree import (
    BITS,
    BLOCK,
    DELIMITER,
    FN,
    LIST,
    MAP,
    STRUCT,
    TO_CHARLIST,
    TUPLE,
    dot_parts,
    is_call,
    is_interpolated,
    is_remote,
    is_wrapped,
    look,
)  # fmt: skip
from defnpy.terms.atom import Atom, is_atom

HEREDOCS = ('"""', "'''")


def may_open(f: Formatter, term: Any) -> bool:
    """Whether *term* counts as fitting when its first line does."""
    if term.__class__ is tuple and len(term) == 2:
        return is_wrapped(term[0]) and is_atom(term[0][2][0]) and may_open(f, term[1])
    if not is_call(term):
        return False
    form, meta, args = term
    delimiter = look(meta, DELIMITER)
    if form is TUPLE:
        return f.broken_or_commented(meta)
    if form is BLOCK and len(args) == 1:
        value = args[0]
        if value.__class__ is tuple and len(value) == 2:
            return f.broken_or_commented(meta)
        if isinstance(value, str | bytes):
            return delimiter == '"""'
        if value.__class__ is list:
            return delimiter != "'"
    if form is BITS and args:
        return delimiter == '"""' or (not is_interpolated(args) and f.broken_or_commented(meta))
    if is_remote(term, LIST, TO_CHARLIST, 1) and args[0].__class__ is list:
        return delimiter == "'''"
    parts = dot_parts(form)
    if parts is not None:
        return len(parts) == 2 and parts[1] is TUPLE
    if args and form in (FN, MAP, STRUCT):
        return True
    return form.__class__ is Atom and form.name.startswith("sigil_") and delimiter in HEREDOCS
