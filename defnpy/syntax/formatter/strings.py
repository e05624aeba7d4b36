"""Literals, strings with holes, sigils and bitstrings."""

from __future__ import annotations

import re
from typing import Any

from defnpy.syntax.formatter.containers import sequence
from defnpy.syntax.formatter.layout import flat_text, in_parens, operand_free, surround
from defnpy.syntax.formatter.state import Context, Formatter
from defnpy.syntax.formatter.tree import (
    DELIMITER,
    FIRST_LINE,
    GENERATOR,
    LAST_LINE,
    LINE,
    TYPE,
    hole,
    is_call,
    is_interpolated,
    is_interpolated_charlist,
    is_node,
    look,
)  # fmt: skip
from defnpy.terms.algebra import RESET, Doc, concat, force_unfit, group, line, nest, no_limit, string
from defnpy.terms.atom import Atom, atom_name
from defnpy.terms.names import is_bare

HEREDOCS = ('"""', "'''")
SIGIL_CLOSERS = {"(": ")", "[": "]", "{": "}", "<": ">", '"': '"', "'": "'", "|": "|", "/": "/"}
OUTER_LINE = nest(line(), RESET)
SEGMENT = object()  # the form of a bitstring segment that stands left of <-
SPEC_NAMES = frozenset(
    "big little native signed unsigned integer float binary bytes bitstring bits utf8 utf16 utf32".split()
)

# ---- plain literals


def atom_doc(f: Formatter, atom: Any, meta: list[Any]) -> Doc:
    name = atom_name(atom)
    if atom is True or atom is False:
        return f.colored(name, "boolean")
    if atom is None:
        return f.colored("nil", "nil")
    if name == "\\\\" and look(meta, DELIMITER) == '"':
        return f.colored(':"\\\\"', "atom")
    if is_bare(name):
        return f.colored(string(":" + name), "atom")
    return f.colored(string(':"' + quotes_escaped(name) + '"'), "atom")


def quotes_escaped(name: str) -> str:
    """The text of a quoted atom, read without unescaping: only the quotes lost their backslash."""
    return name.replace('"', '\\"')


def integer_doc(f: Formatter, text: str) -> Doc:
    if text.startswith("0x"):
        text = "0x" + text[2:].upper()
    elif not text.startswith(("0b", "0o", "?")):
        text = underscored(text)
    return f.colored(text, "number")


def float_doc(f: Formatter, text: str) -> Doc:
    whole, _, rest = text.partition(".")
    return f.colored(f"{underscored(whole)}.{rest.lower()}", "number")


def underscored(digits: str) -> str:
    """Groups of three from six digits on, unless the user has grouped them."""
    sign, digits = ("-", digits[1:]) if digits.startswith("-") else ("", digits)
    if "_" in digits or len(digits) < 6:
        return sign + digits
    head = len(digits) % 3
    groups = [digits[:head]] if head else []
    groups += [digits[at : at + 3] for at in range(head, len(digits), 3)]
    return sign + "_".join(groups)


def _text(part: Any) -> str:
    if isinstance(part, bytes):
        return part.decode("utf-8", "surrogateescape")
    return str(part)


def string_doc(f: Formatter, value: Any, meta: list[Any]) -> Doc:
    value = _text(value)
    if look(meta, DELIMITER) == '"""':
        return force_unfit(f.colored(heredoc('"""', value, '"""'), "string"))
    return f.colored(concat(concat('"', content(value, '"')), '"'), "string")


def charlist_doc(f: Formatter, codes: list[int], meta: list[Any]) -> Doc:
    """``'...'``: written with the user's quotes, or as ``~c`` where a migration is asked for."""
    text = "".join(map(chr, codes))
    if look(meta, DELIMITER) == "'''":
        opening, closing = charlist_quotes(f, None)
        return force_unfit(heredoc(opening, text, closing))
    opening, closing = charlist_quotes(f, [text])
    return concat(concat(opening, content(text, closing)), closing)


def charlist_quotes(f: Formatter, parts: list[Any] | None) -> tuple[str, str]:
    """Opening and closing quotes; *parts* is None for a heredoc."""
    if not f.settings.migrate_charlists_as_sigils:
        return ("'''", "'''") if parts is None else ("'", "'")
    if parts is None:
        return '~c"""', '"""'
    if any(isinstance(part, str) and '"' in part for part in parts):
        return "~c'", "'"
    return '~c"', '"'


def heredoc(opening: str, text: str, closing: str) -> Doc:
    return concat(concat(opening, lines_doc(["", *text.replace(closing, "\\" + closing).split("\n")])), closing)


def lines_doc(rows: list[str]) -> Doc:
    """Lines of a heredoc: empty ones are not indented."""
    made: list[Doc] = []
    for index, row in enumerate(rows):
        if index:
            empty = row in ("", "\r") and index < len(rows) - 1
            made.append(OUTER_LINE if empty else line())
        if row:
            made.append(string(row))
    return concat(made)


def content(text: str, closing: str) -> Doc:
    """The inside of a string; its line breaks stay at the left margin except in heredocs."""
    rows = text.replace(closing, "\\" + closing).split("\n")
    if len(closing) == 3:
        return lines_doc(rows)
    made: list[Doc] = []
    for index, row in enumerate(rows):
        made += [OUTER_LINE, string(row)] if index else [string(row)]
    return concat(made)


# ---- holes


def holes(f: Formatter, parts: list[Any], closing: str, opening: Doc, end: Doc) -> Doc:
    """Text and holes between *opening* and *end*; *closing* is escaped in the text."""
    made: list[Doc] = [opening]
    for part in parts:
        inner = hole(part)
        if inner is None and not isinstance(part, str | bytes):
            inner = (part[2][0],)  # of a charlist
        made.append(content(_text(part), closing) if inner is None else hole_doc(f, inner[0]))
    return concat([*made, end])


def hole_doc(f: Formatter, term: Any) -> Doc:
    from defnpy.syntax.formatter.clauses import block

    with f.without_newlines():
        doc = block(f, term, LAST_LINE, FIRST_LINE)
    return no_limit(surround("#{", doc, "}"))


def _below(parts: list[Any]) -> list[Any]:
    """Heredoc parts: their text starts on the next line."""
    if parts and isinstance(parts[0], str | bytes):
        return ["\n" + _text(parts[0]), *parts[1:]]
    return ["\n", *parts]


def bits_doc(f: Formatter, meta: list[Any], parts: list[Any]) -> Doc:
    """``<<...>>``, or a string with holes."""
    if not parts:
        return "<<>>"
    if not is_interpolated(parts):
        return bitstring(f, meta, parts)
    if look(meta, DELIMITER) == '"""':
        return force_unfit(holes(f, _below(parts), '"""', '"""', '"""'))
    return holes(f, parts, '"', '"', '"')


def charlist_call(f: Formatter, meta: list[Any], parts: Any) -> Doc | None:
    if not is_interpolated_charlist(parts):
        return None
    if look(meta, DELIMITER) == "'''":
        opening, closing = charlist_quotes(f, None)
        return force_unfit(holes(f, _below(parts), closing, opening, closing))
    opening, closing = charlist_quotes(f, parts)
    return holes(f, parts, closing, opening, closing)


def sigil_doc(f: Formatter, name: str, meta: list[Any], args: list[Any]) -> Doc | None:
    """``~name"..."``; None when the call only looks like one."""
    opening = look(meta, DELIMITER)
    if len(args) != 2 or opening is None or not (is_call(args[0]) and args[0][0] is Atom("<<>>")):
        return None
    if args[1].__class__ is not list:
        return None
    parts, modifiers = args[0][2], "".join(map(chr, args[1]))
    plugin = f.settings.sigils.get(name)
    if plugin is not None and parts and isinstance(parts[0], str):
        options = [(Atom("file"), f.settings.file), (LINE, look(meta, LINE)), (Atom("sigil"), Atom(name)),
                   (Atom("modifiers"), args[1]), (Atom("opening_delimiter"), opening)]  # fmt: skip
        parts = [plugin(parts[0], options)]
    if opening in HEREDOCS:
        return force_unfit(holes(f, _below(parts), opening, f"~{name}{opening}", opening + modifiers))
    closing = SIGIL_CLOSERS.get(opening, opening)
    return holes(f, parts, closing, f"~{name}{opening}", closing + modifiers)


# ---- bitstrings


def bitstring(f: Formatter, meta: list[Any], parts: list[Any]) -> Doc:
    final = len(parts) - 1
    places = {id(part): index for index, part in enumerate(parts)}
    docs, join = sequence(
        f, parts, meta, "line" if f.broken(meta) else "flex", lambda part: segment(f, part, places[id(part)], final)
    )
    if join == "flex":
        return group(concat(nest(concat("<<", docs), 2), ">>"))
    return surround("<<", docs, ">>")


def segment(f: Formatter, part: Any, index: int, final: int) -> Doc:
    """One segment; at the edges what would run into the angle brackets gets parentheses."""
    if is_call(part) and part[0] is GENERATOR and len(part[2]) == 2:
        left, right = part[2]
        held = (SEGMENT, part[1], [left, final])
        return edge(f.doc((GENERATOR, part[1], [held, right]), Context.PARENS), index, final)
    if is_call(part) and part[0] is TYPE and len(part[2]) == 2:
        value, spec = part[2]
        typed = spec_doc(f, spec, f.settings.migrate_bitstring_modifiers, "::")
        if typed.__class__ is str and typed.startswith(":"):
            typed = f"({typed})"
        if index == final:
            typed = edge(typed, index, final)
        return concat(concat(edge(f.doc(value, Context.PARENS), index, -1), "::"), typed)
    return edge(f.doc(part, Context.PARENS), index, final)


def edge(doc: Doc, index: int, final: int) -> Doc:
    if index not in (0, final):
        return doc
    text = flat_text(doc)
    if (index == 0 and text.startswith(("~", "<<"))) or (index == final and text.endswith(">>")):
        return in_parens(doc)
    return doc


def spec_doc(f: Formatter, spec: Any, normalize: bool, parent: str) -> Doc:
    """``size(8)-unit(2)``: joined without spaces."""
    if is_call(spec) and len(spec[2]) == 2 and spec[0] in (Atom("-"), Atom("*")):
        name = spec[0].name
        normalize = normalize and name != "*"
        doc = concat(concat(spec_doc(f, spec[2][0], normalize, name), name), spec_part(f, spec[2][1], normalize))
        return in_parens(doc) if parent == "*" else doc
    return spec_part(f, spec, normalize)


def spec_part(f: Formatter, spec: Any, normalize: bool) -> Doc:
    if normalize and is_node(spec) and spec[0].__class__ is Atom and not spec[2]:
        own = spec[0].name in SPEC_NAMES or spec[0].name == "_"
        spec = (spec[0], spec[1], None if own else [])
    return operand_free(f, spec, Context.PARENS)


INTEGER_START = re.compile("[0-9]")
