"""Bare quoted trees as the formatter wants them: literals wrapped, keywords marked, brackets noted."""

from __future__ import annotations

from typing import Any

from defnpy.syntax.formatter.settings import Settings
from defnpy.syntax.formatter.tree import (
    ACCESS,
    ALIASES,
    ARROW,
    AT,
    BAR,
    BITS,
    BLOCK,
    CAPTURE,
    CLOSING,
    DELIMITER,
    DO,
    DOT,
    END,
    FORMAT,
    GET,
    KEYWORD,
    LINE,
    LIST,
    MAP,
    NO_PARENS,
    TO_CHARLIST,
    TOKEN,
    TUPLE,
    TYPE,
    UTF8,
    WHEN,
    dot_parts,
    has_clauses,
    hole,
    is_atom_call,
    is_call,
    is_interpolated,
    is_interpolated_charlist,
    is_node,
    is_wrapped,
    look,
)  # fmt: skip
from defnpy.syntax.terminals import BINARY, UNARY
from defnpy.terms.atom import Atom, atom_name, is_atom
from defnpy.terms.names import classify
from defnpy.terms.text import escape

Meta = list[Any]
INFERRED = Atom("inferred_bitstring_spec")


def normalize(tree: Any, settings: Settings, *, line: int | None = None, escapes: bool = True) -> Any:
    """The annotated form of *tree*; nodes without a line take that of the node around them."""
    return Normalizer(settings, escapes).term(tree, line)


def is_literal_pair(term: Any) -> bool:
    return term.__class__ is tuple and len(term) == 2


def is_keywords(items: list[Any]) -> bool:
    """Whether a list of pairs can be written ``key: value`` throughout."""
    for item in items:
        if not is_literal_pair(item):
            return False
        key = item[0]
        if is_wrapped(key) and is_atom(key[2][0]):
            if look(key[1], FORMAT) is not KEYWORD:
                return False
        elif not is_atom(key) or atom_name(key).startswith("Elixir."):
            return False
    return True


def is_operator(form: Any, arity: int) -> bool:
    if form.__class__ is not Atom:
        return False
    name = form.name
    if arity == 2:
        return name in BINARY and name not in ("=>", "//")
    return arity == 1 and name in UNARY and name not in ("//",)


class Normalizer:
    """One pass over one tree; *line* is always the line of the term around."""

    def __init__(self, settings: Settings, escapes: bool) -> None:
        self.settings = settings
        self.escapes = escapes

    # ---- metadata and text

    def placed(self, meta: Meta, line: int | None) -> Meta:
        if line is None or look(meta, LINE) is not None:
            return meta
        return [(LINE, line), *meta]

    def text(self, value: Any) -> Any:
        """A string or an atom with its escapes written out, as the reader without unescaping gives it."""
        if is_atom(value):
            return self.atom(value)
        if isinstance(value, bytes):
            from defnpy.terms.text import escape_octets

            return escape_octets(value, "") if self.escapes else value
        return escape(value, "") if self.escapes else value

    def atom(self, value: Any) -> Any:
        if not self.escapes or value.__class__ is not Atom:
            return value
        escaped = escape(value.name, "")
        return value if escaped == value.name else Atom(escaped)

    # ---- terms

    def term(self, term: Any, line: int | None) -> Any:
        if not is_node(term):
            return self.range(term, line) if _is_range(term) else self.literal(term, [], line)
        form, meta, args = term
        if args.__class__ is not list:
            return term if is_atom(form) and is_atom(args) and meta.__class__ is list else self.literal(term, [], line)
        if meta.__class__ is not list:
            return self.literal(term, [], line)
        special = SPECIAL.get(form) if form.__class__ is Atom else None
        made = special(self, term, line) if special is not None else None
        if made is not None:
            return made
        if form.__class__ is Atom and form.name.startswith("sigil_"):
            made = self.sigil(term, line)
        elif is_atom_call(term):
            made = self.atom_with_holes(term, line)
        elif self._is_charlist(term):
            made = (form, meta, [[self.charlist_part(part, line) for part in args[0]]])
        return self.call(term, line) if made is None else made

    def terms(self, terms: list[Any], line: int | None) -> list[Any]:
        return [self.term(term, line) for term in terms]

    def block(self, term: Any, line: int | None) -> Any:
        form, meta, args = term
        if len(args) == 1 and (args[0].__class__ is not tuple or len(args[0]) == 2):
            return self.literal(args[0], meta, line)
        return (form, meta, self.terms(args, line))

    def aliases(self, term: Any, line: int | None) -> Any:
        form, meta, args = term
        if not args or is_atom(args[0]):
            return term
        meta = self.placed(meta, line)
        return (form, meta, [self.term(args[0], look(meta, LINE)), *args[1:]])

    def capture(self, term: Any, line: int | None) -> Any:
        return (term[0], self.placed(term[1], line), term[2]) if term[2][:1] and term[2][0].__class__ is int else None

    def arrow(self, term: Any, line: int | None) -> Any:
        form, meta, args = term
        if len(args) != 2 or args[0].__class__ is not list:
            return None
        meta = self.placed(meta, line)
        here = look(meta, LINE)
        return (form, meta, [self.terms(args[0], here), self.term(args[1], here)])

    def dot(self, term: Any, line: int | None) -> Any:
        form, meta, args = term
        meta = self.placed(meta, line)
        if len(args) == 2 and args[0] is ACCESS and args[1] is GET:
            return (form, meta, args)
        if len(args) == 2 and is_atom(args[1]):
            return (form, meta, [self.term(args[0], look(meta, LINE)), self.text(args[1])])
        return None

    def map(self, term: Any, line: int | None) -> Any:
        form, meta, args = term
        if not meta:
            meta = [(LINE, line), (CLOSING, [(LINE, line)])] if line is not None else []
        here = look(meta, LINE)
        only: Any = args[0] if len(args) == 1 else None
        if is_call(only) and only[0] is BAR and len(only[2]) == 2 and only[2][1].__class__ is list:
            source, pairs = only[2]
            return (form, meta, [(BAR, only[1], [self.term(source, here), self.entries(pairs, here)])])
        return (form, meta, self.entries(args, here))

    def entries(self, pairs: list[Any], line: int | None) -> list[Any]:
        """What stands in a map: pairs stay pairs."""
        made = self.pairs(pairs, line)
        return [item[2][0] if is_wrapped(item) and is_literal_pair(item[2][0]) else item for item in made]

    def tuple(self, term: Any, line: int | None) -> Any:
        form, meta, args = term
        if len(args) > 1 and args[-1].__class__ is list and args[-1] and is_keywords(args[-1]):
            return (form, meta, [*self.terms(args[:-1], line), *self.pairs(args[-1], line, True)])
        return None

    def attribute(self, term: Any, line: int | None) -> Any:
        form, meta, args = term
        if len(args) != 1 or not (is_call(args[0]) and len(args[0][2]) == 1 and is_atom(args[0][0])):
            return None
        name, inner, (value,) = args[0]
        if value.__class__ is list and value and is_keywords(value):
            made: Any = self.pairs(value, line, True)
        elif value.__class__ is list:
            made = self.literal(value, meta, line)
        else:
            made = self.term(value, line)
        return (form, meta, [(name, inner, [made])])

    def range(self, term: Any, line: int | None) -> Any:
        """A range that is a value, not code."""
        fields = {atom_name(key): value for key, value in _range_fields(term)}
        meta = [] if line is None else [(LINE, line)]
        ends = [self.term(fields["first"], line), self.term(fields["last"], line)]
        if fields["step"] == 1:
            return (Atom(".."), meta, ends)
        return (Atom("..//"), meta, [*ends, self.term(fields["step"], line)])

    # ---- strings

    def bits(self, term: Any, line: int | None, escapes: bool = False) -> Any:
        form, meta, parts = term
        meta = self.placed(meta, line)
        here = look(meta, LINE)
        if is_interpolated(parts):
            return (form, meta, [self.hole(part, here, escapes) for part in parts])
        return (form, meta, [self.segment(part, here) for part in parts])

    def hole(self, part: Any, line: int | None, escapes: bool) -> Any:
        inner = hole(part)
        if inner is None:
            return self.text(part) if escapes else part
        form, meta, ((call, call_meta, _), kind) = part
        return (form, meta, [(call, call_meta, [self.term(inner[0], look(call[1], LINE, line))]), kind])

    def segment(self, part: Any, line: int | None) -> Any:
        if is_call(part) and part[0] is TYPE and len(part[2]) == 2 and look(part[1], INFERRED):
            part = part[2][0]
        return self.term(part, line)

    def atom_with_holes(self, term: Any, line: int | None) -> Any:
        form, meta, (text, encoding) = term
        meta = self.placed(meta, line)
        if text[2] and not is_interpolated(text[2]):
            encoding = self.literal(UTF8, [], line)
        return ((DOT, self.placed(form[1], line), form[2]), meta, [self.bits(text, line, self.escapes), encoding])

    def _is_charlist(self, term: Any) -> bool:
        parts = dot_parts(term[0])
        known = parts is not None and len(parts) == 2 and parts[0] is LIST and parts[1] is TO_CHARLIST
        return known and len(term[2]) == 1 and is_interpolated_charlist(term[2][0])

    def charlist_part(self, part: Any, line: int | None) -> Any:
        if is_call(part):
            return (part[0], part[1], self.terms(part[2], line))
        return self.text(part)

    def sigil(self, term: Any, line: int | None) -> Any:
        form, meta, args = term
        if len(args) != 2 or not (is_call(args[0]) and args[0][0] is BITS and is_interpolated(args[0][2])):
            return None
        if args[1].__class__ is not list or not all(code.__class__ is int and 32 <= code < 127 for code in args[1]):
            return None
        meta = self.placed(meta, line)
        if look(meta, DELIMITER) is None:
            meta = [*meta, (DELIMITER, '"')]
        return (form, meta, [self.term(args[0], look(meta, LINE)), args[1]])

    # ---- calls

    def call(self, term: Any, line: int | None) -> Any:
        form, meta, args = term
        meta = self.placed(meta, line)
        here = look(meta, LINE)
        if not is_atom(form):
            form = self.term(form, here)
        open_ended = all(look(meta, key) is None for key in (NO_PARENS, CLOSING, DO))
        if open_ended and not (is_atom(form) and self.settings.bare(atom_name(form), len(args))):
            meta = [(CLOSING, [(LINE, here)]), *meta]
        if (is_operator(form, len(args)) and not (form is WHEN and len(args) == 2)) or form is TUPLE:
            return (form, meta, self.terms(args, here))
        last = args[-1] if args else None
        if look(meta, DO) is not None and last.__class__ is list:
            return self.with_blocks(form, meta, args)
        if last.__class__ is list and last and is_literal_pair(last[0]) and last[0][0] is DO and is_keywords(last):
            spot = [(LINE, line if line is not None else here)]
            return self.with_blocks(form, [*meta, (DO, spot), (END, spot)], args)
        made = self.terms(args, here)
        if made and form is not DOT:
            made[-1] = self.open_keywords(made[-1])
        return (form, meta, made)

    def open_keywords(self, last: Any) -> Any:
        """Keywords as the last argument stand without brackets."""
        if not (is_wrapped(last) and last[2][0].__class__ is list and last[2][0]):
            return last
        pairs = last[2][0]
        if not (is_literal_pair(pairs[0]) and is_call(pairs[0][0]) and pairs[0][0][0] is BLOCK):
            return last
        if look(pairs[0][0][1], FORMAT) is KEYWORD:
            return pairs
        if all(is_literal_pair(pair) and is_wrapped(pair[0]) and is_atom(pair[0][2][0]) for pair in pairs):
            return [((BLOCK, [(FORMAT, KEYWORD), *key[1]], key[2]), value) for key, value in pairs]
        return last

    def with_blocks(self, form: Any, meta: Meta, args: list[Any]) -> Any:
        here = look(meta, LINE)
        sections = []
        for tag, body in args[-1]:
            made = self.term(body, here)
            if is_call(made) and len(made[2]) == 1 and has_clauses(made[2][0]):
                made = made[2][0]
            key = tag if is_call(tag) and tag[0] is BLOCK else (BLOCK, [] if here is None else [(LINE, here)], [tag])
            sections.append((key, made))
        return (form, meta, [*self.terms(args[:-1], here), sections])

    # ---- literals

    def literal(self, value: Any, meta: Meta, line: int | None) -> Any:
        if (value.__class__ is int or value.__class__ is float) and look(meta, TOKEN) is None:
            from defnpy.terms.inspect import inspect

            meta = [*meta, (TOKEN, inspect(value))]
        meta = self.placed(meta, line)
        if is_atom(value):
            return self.atom_literal(value, meta)
        if isinstance(value, str | bytes):
            return (BLOCK, meta, [self.text(value)])
        if is_literal_pair(value):
            left, right = value
            here = look(meta, LINE)
            kept = right.__class__ is list and right and is_keywords(right)
            made = self.pairs(right, here, True) if kept else self.term(right, here)
            return (BLOCK, meta, [(self.term(left, here), made)])
        if value.__class__ is list:
            return self.list_literal(value, meta, line)
        return (BLOCK, meta, [value])

    def atom_literal(self, value: Any, meta: Meta) -> Any:
        name = atom_name(value)
        if classify(name) == "alias" and look(meta, DELIMITER) is None and value.__class__ is Atom:
            parts = [name] if name == "Elixir" else name.split(".")[1:]
            return (ALIASES, meta, [Atom(part) for part in parts])
        return (BLOCK, meta, [self.text(value)])

    def list_literal(self, value: list[Any], meta: Meta, line: int | None) -> Any:
        from defnpy.terms.inspect import is_ascii_printable

        if value and is_ascii_printable(value):
            text = self.text("".join(map(chr, value)))
            return (Atom("sigil_c"), self.placed([(DELIMITER, '"')], line), [(BITS, [], [text]), []])
        if line is not None:
            closing = [] if look(meta, CLOSING) is not None else [(CLOSING, [(LINE, line)])]
            meta = self.placed([*meta, *closing], line)
        return (BLOCK, meta, [self.pairs(value, line)])

    def pairs(self, items: list[Any], line: int | None, keywords: bool = False) -> list[Any]:
        """Elements of a list: a keyword tail is marked, other pairs are tuples."""
        cut = len(items)
        while cut and is_keywords(items[cut - 1 : cut]):
            cut -= 1
        made: list[Any] = []
        for index, item in enumerate(items):
            if not is_literal_pair(item):
                made.append(self.term(item, line))
                continue
            key, value = item
            tail = keywords or index >= cut
            if is_wrapped(key) and is_atom(key[2][0]):
                made.append(self.wrapped_pair(item, tail, line))
            elif tail:
                marked = [(FORMAT, KEYWORD)] if line is None else [(FORMAT, KEYWORD), (LINE, line)]
                made.append(((BLOCK, marked, [self.text(key)]), self.term(value, line)))
            else:
                pair = (self.term(key, line), self.term(value, line))
                made.append(pair if _marked(pair[0]) else (BLOCK, [] if line is None else [(LINE, line)], [pair]))
        return made

    def wrapped_pair(self, item: Any, tail: bool, line: int | None) -> Any:
        """A pair whose key is wrapped already; one that cannot be a keyword here becomes a tuple."""
        (form, meta, parts), value = item
        if look(meta, FORMAT) is not KEYWORD or tail:
            return item
        rest = [entry for entry in meta if entry[0] is not FORMAT]
        return (BLOCK, [(LINE, look(rest, LINE, line))], [((form, rest, parts), value)])


def _marked(key: Any) -> bool:
    return is_call(key) and key[0] is BLOCK and look(key[1], FORMAT) is KEYWORD


def _is_range(term: Any) -> bool:
    from defnpy.terms.range import RANGE
    from defnpy.terms.struct import Struct

    return isinstance(term, Struct) and term.module is RANGE


def _range_fields(term: Any) -> list[tuple[Any, Any]]:
    return [(Atom(name), getattr(term, name)) for name in ("first", "last", "step")]


SPECIAL = {
    BLOCK: Normalizer.block, ALIASES: Normalizer.aliases, CAPTURE: Normalizer.capture, ARROW: Normalizer.arrow,
    DOT: Normalizer.dot, MAP: Normalizer.map, TUPLE: Normalizer.tuple, AT: Normalizer.attribute, BITS: Normalizer.bits,
}  # fmt: skip
