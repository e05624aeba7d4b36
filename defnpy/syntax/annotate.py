"""Builders that keep what the plain ones drop: ``token_metadata`` and ``literal_encoder``.

:class:`Annotator` overrides the builders of :mod:`defnpy.syntax.builders` whose results differ; ``builders`` is the
whole table for one parse. With ``metadata`` off only literals are encoded.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defnpy.syntax import terminals as t
from defnpy.syntax.builders import blocks, calls, containers, nodes, texts
from defnpy.syntax.builders.nodes import Builder, Places, Values
from defnpy.syntax.errors import ParseError
from defnpy.syntax.notes import Notes
from defnpy.terms.atom import Atom

Meta = list[tuple[Atom, Any]]
Encoder = Callable[[Any, Meta], Any]

_LINE, _COLUMN = Atom("line"), Atom("column")
_CLOSING, _NEWLINES, _PARENS = Atom("closing"), Atom("newlines"), Atom("parens")
_DO, _END, _EOE = Atom("do"), Atom("end"), Atom("end_of_expression")
_TOKEN, _FORMAT, _DELIMITER = Atom("token"), Atom("format"), Atom("delimiter")
_INDENTATION, _LAST, _KEYWORD, _ATOM = Atom("indentation"), Atom("last"), Atom("keyword"), Atom("atom")
_BLOCK = Atom("__block__")
_MASK = (1 << 32) - 1
_OK = Atom("ok")


class Args(list[Any]):
    """Arguments (or sections) with the metadata their brackets give to the call."""

    __slots__ = ("meta",)

    def __init__(self, items: list[Any], meta: Meta) -> None:
        super().__init__(items)
        self.meta = meta


def is_node(term: Any) -> bool:
    return term.__class__ is tuple and len(term) == 3


def with_meta(node: Any, more: Meta) -> Any:
    """*node* with *more* before its metadata."""
    return (node[0], [*more, *node[1]], node[2]) if more else node


class Annotator:
    """The builders of one parse that wants metadata of tokens, encoded literals, or both."""

    def __init__(self, notes: Notes, *, metadata: bool, columns: bool, encoder: Encoder | None) -> None:
        self.notes = notes
        self.metadata = metadata
        self.columns = columns
        self.encoder = encoder

    def builders(self, plain: dict[str, Builder]) -> dict[str, Builder]:
        """*plain* with this object's builders in their places."""
        made = dict(plain)
        for name in plain:
            own = getattr(self, "list_" if name == "list" else name + "_" if name in ("tuple", "map") else name, None)
            if own is not None:
                made[name] = own
        return made

    # ---- metadata

    def place(self, place: int) -> Meta:
        """Line and column, as the caller of the encoder sees them."""
        return [(_LINE, place >> 32), (_COLUMN, place & _MASK)] if self.columns else [(_LINE, place >> 32)]

    def brackets(self, opening: int, closing: int) -> Meta:
        """What brackets give: line breaks after the opening one, the closing one's place."""
        if not self.metadata:
            return []
        return [*self.newlines(opening), (_CLOSING, self.place(closing))]

    def newlines(self, place: int, before: bool = False) -> Meta:
        if not self.metadata:
            return []
        count = self.notes.after.get(place, 0) or (self.notes.before.get(place, 0) if before else 0)
        return [(_NEWLINES, count)] if count else []

    def parens(self, opening: int, closing: int) -> Meta:
        if not self.metadata:
            return []
        return [(_PARENS, [*self.place(opening), (_CLOSING, self.place(closing))])]

    def literal(self, value: Any, place: int, more: Meta) -> Any:
        """*value*, encoded when there is an encoder."""
        if self.encoder is None:
            return value
        made = self.encoder(value, [*more, *self.place(place)])
        if made.__class__ is tuple and len(made) == 2 and made[0] is _OK:
            return made[1]
        reason = made[1] if made.__class__ is tuple and len(made) == 2 else "invalid literal encoder result"
        raise ParseError("SyntaxError", f"{reason}: literal", place >> 32, place & _MASK)

    def tokens(self, kinds: list[int], values: list[Any], places: list[int]) -> list[Any]:
        """The values of tokens with literals encoded and operators that know their line breaks."""
        made = list(values)
        for index, kind in enumerate(kinds):
            if kind in (t.T_BIN, t.T_BAR, t.T_WHEN):
                count = self.notes.after.get(places[index], 0) or self.notes.before.get(places[index], 0)
                if count and self.metadata and made[index] is not t.NOT_IN:
                    made[index] = t.broken(made[index], count)
            elif kind in LITERALS and self.encoder is not None:
                made[index] = self.literal(values[index], places[index], self.token_meta(kind, values[index], places[index]))
        return made

    def token_meta(self, kind: int, value: Any, place: int) -> Meta:
        """What a literal's own token says: number as written, delimiter, notation."""
        made: Meta = []
        opening, indentation = self.notes.quotes.get(place, ("", 0))
        if kind in (t.T_INT, t.T_FLOAT, t.T_CHAR):
            return [(_TOKEN, self.notes.texts[place])] if self.metadata else []
        if kind == t.T_STRING and not opening:
            opening = '"'
        if opening and self.metadata:
            made.append((_DELIMITER, opening))
            if len(opening) == 3:
                made.append((_INDENTATION, indentation))
        if kind == t.T_KW:
            made.append((_FORMAT, _KEYWORD))
        elif kind == t.T_ATOM and not opening and (value is None or value is True or value is False):
            made.append((_FORMAT, _ATOM))
        return made

    def quote_meta(self, place: int) -> Meta:
        """Delimiter and indentation of a quoted thing with holes."""
        return self.token_meta(t.T_STRING, None, place) if self.metadata else []

    # ---- blocks

    def end_of_expression(self, node: Any, place: int) -> Any:
        """*node* with the place of the line break or ``;`` after it."""
        if node.__class__ is nodes.Clause:
            left, meta, body = node
            return nodes.Clause((left, meta, self.end_of_expression(body, place) if is_node(body) else body))
        if not (self.metadata and node.__class__ in (tuple, nodes.EmptyParens) and len(node) == 3):
            return node
        count = self.notes.ends.get(place)
        if count is None:
            count = self.notes.after.get(place, 0)
        return with_meta(tuple(node), [(_EOE, [(_NEWLINES, count), *self.place(place)])])

    def stmts_more(self, v: Values, p: Places) -> Any:
        items = v[-3]
        items[-1] = self.end_of_expression(items[-1], p[-2])
        items.append(v[-1])
        return items

    def seq_eoe(self, v: Values, p: Places) -> Any:
        v[-2][-1] = self.end_of_expression(v[-2][-1], p[-1])
        return blocks.block(v[-2])

    def stabs_eoe(self, v: Values, p: Places) -> Any:
        v[-2][-1] = self.end_of_expression(v[-2][-1], p[-1])
        return v[-2]

    def paren(self, v: Values, p: Places) -> Any:
        opening, closing = p[-3], p[-1]
        made = blocks.paren(v, p)
        if made.__class__ is list:
            return self.literal(made, opening, self.brackets(opening, closing))
        if not self.metadata or not is_node(made):
            return made
        if made[0] is _BLOCK and made[2] is v[-2]:
            if len(made[2]) == 1 and is_node(made[2][0]) and made[2][0][0] in (Atom("not"), Atom("!")):
                return made
            return (_BLOCK, [(_CLOSING, self.place(closing)), *self.place(opening)], made[2])
        return with_meta(made, self.parens(opening, closing))

    def empty_paren(self, v: Values, p: Places) -> Any:
        made = nodes.EmptyParens((_BLOCK, self.parens(p[-len_of_parens(v)], p[-1]), []))
        made.place = 0
        return made

    # ---- clauses

    def fn(self, v: Values, p: Places) -> Any:
        form, meta, clauses = blocks.fn(v, p)
        if not self.metadata:
            return (form, meta, clauses)
        return (form, [*self.newlines(p[-3]), (_CLOSING, self.place(p[-1])), *meta], clauses)

    def left_many(self, v: Values, p: Places) -> Any:
        return Args(v[-2], self.parens(p[-3], p[-1]))

    def left_one(self, v: Values, p: Places) -> Any:
        return Args([v[-2]], self.parens(p[-3], p[-1]))

    def lhs_parens(self, v: Values, p: Places) -> Any:
        return LeftArgs(v[-1], v[-1].meta)

    def lhs_when(self, v: Values, p: Places) -> Any:
        return LeftArgs(blocks.lhs_when(v, p), v[-3].meta)

    def left_side(self, left: Any) -> tuple[Any, Meta]:
        """The left side of an arrow and the metadata of its parentheses."""
        if left.__class__ is LeftArgs:
            return list(left), left.meta
        meta: Meta = []
        final = left[-1]
        if len(left) == 1 and final.__class__ is nodes.EmptyParens:
            meta = final[1]
        elif len(left) == 1 and is_node(final) and final[0] is Atom("when") and final[2][0].__class__ is nodes.EmptyParens:
            meta = final[2][0][1]
        return blocks.unwrap_when(left), meta

    def arrow(self, left: Any, place: int, body: Any) -> Any:
        arguments, parens = self.left_side(left) if left is not None else ([], [])
        meta = [*parens, *self.newlines(place, before=True), (_LINE, place >> 32), (_COLUMN, place & _MASK)]
        return nodes.Clause((arguments, meta, body))

    def clause_empty(self, v: Values, p: Places) -> Any:
        return self.arrow(v[-2], p[-1], self.literal(None, p[-1], []))

    def clause(self, v: Values, p: Places) -> Any:
        return self.arrow(v[-3], p[-2], v[-1])

    def clause_bare_empty(self, v: Values, p: Places) -> Any:
        return self.arrow(None, p[-1], self.literal(None, p[-1], []))

    def clause_bare(self, v: Values, p: Places) -> Any:
        return self.arrow(None, p[-2], v[-1])

    def do_block(self, v: Values, p: Places) -> Any:
        return self.sections([(_DO, blocks.stab_value(v[-2]))], p[-3], p[-1])

    def do_blocks(self, v: Values, p: Places) -> Any:
        return self.sections([(_DO, blocks.stab_value(v[-3])), *v[-2]], p[-4], p[-1])

    def sections(self, pairs: list[Any], opening: int, closing: int) -> Args:
        key = self.literal(_DO, opening, [])
        meta = [(_DO, self.place(opening)), (_END, self.place(closing))] if self.metadata else []
        return Args([(key, pairs[0][1]), *pairs[1:]], meta)

    # ---- names and calls

    def alias(self, v: Values, p: Places) -> Any:
        made = calls.alias(v, p)
        return with_meta(made, [(_LAST, self.place(p[-1]))]) if self.metadata else made

    def dot_alias(self, v: Values, p: Places) -> Any:
        form, meta, parts = calls.dot_alias(v, p)
        if not self.metadata:
            return (form, meta, parts)
        rest = [entry for entry in meta if entry[0] is not _LAST]
        return (form, [(_LAST, self.place(p[-1])), *rest], parts)

    def dot_zero(self, v: Values, p: Places) -> Any:
        form, meta, arguments = calls.dot_zero(v, p)
        return (form, [meta[0], *self.name_meta(p[-1]), *meta[1:]], arguments)

    def name_meta(self, place: int) -> Meta:
        """The delimiter of a quoted name behind a dot."""
        opening = self.notes.quotes.get(place, ("", 0))[0]
        return [(_DELIMITER, opening)] if opening and self.metadata else []

    def dot_tuple(self, v: Values, p: Places) -> Any:
        return with_meta(calls.dot_tuple(v, p), self.brackets(p[-3], p[-1]))

    def pargs_none(self, v: Values, p: Places) -> Any:
        return Args([], self.brackets(p[-2], p[-1]))

    def pargs_one(self, v: Values, p: Places) -> Any:
        return Args([v[-2]], self.brackets(p[-3], p[-1]))

    def pargs(self, v: Values, p: Places) -> Any:
        return Args(calls.pargs(v, p), self.brackets(p[-3], p[-1]))

    def pargs_last(self, v: Values, p: Places) -> Any:
        return Args(calls.pargs_last(v, p), self.brackets(p[-5], p[-1]))

    def call(self, node: Any, arguments: Args) -> Any:
        return (node[0], [*arguments.meta, *node[1]], list(arguments))

    def local_call(self, v: Values, p: Places) -> Any:
        return self.call(calls.local_call(v, p), v[-1])

    def remote_call(self, v: Values, p: Places) -> Any:
        form, meta, _ = calls.remote_call(v, p)
        return self.call((form, [*self.name_meta(p[-2]), *meta], None), v[-1])

    def fun_call(self, v: Values, p: Places) -> Any:
        return self.call(calls.fun_call(v, p), v[-1])

    def local_call_call(self, v: Values, p: Places) -> Any:
        return self.call_again(calls.local_call_call(v, p), v)

    def remote_call_call(self, v: Values, p: Places) -> Any:
        return self.call_again(calls.remote_call_call(v, p), v)

    def fun_call_call(self, v: Values, p: Places) -> Any:
        return self.call_again(calls.fun_call_call(v, p), v)

    def call_again(self, node: Any, v: Values) -> Any:
        """``f(a)(b)``: the outer call's metadata goes before the inner one's."""
        inner = self.call(node[0], v[-2])
        return self.call((inner, inner[1], None), v[-1])

    def np_call_block(self, v: Values, p: Places) -> Any:
        return with_meta(calls.np_call_block([*v[:-1], list(v[-1])], p), v[-1].meta)

    def call_block(self, v: Values, p: Places) -> Any:
        return with_meta(calls.call_block([*v[-2:-1], list(v[-1])], p), v[-1].meta)

    def var_block(self, v: Values, p: Places) -> Any:
        return with_meta(calls.var_block([*v[-2:-1], list(v[-1])], p), v[-1].meta)

    def dot_block(self, v: Values, p: Places) -> Any:
        form, meta, arguments = calls.dot_block([*v[-4:-1], list(v[-1])], p)
        return (form, [*v[-1].meta, *self.name_meta(p[-2]), *meta], arguments)

    # ---- containers

    def bracket(self, v: Values, p: Places) -> Any:
        return Access((v[-2], self.brackets(p[-3], p[-1])))

    def bracket_comma(self, v: Values, p: Places) -> Any:
        return Access((v[-3], self.brackets(p[-4], p[-1])))

    def access(self, v: Values, p: Places) -> Any:
        key, more = v[-1]
        form, meta, arguments = calls.access([*v[-2:-1], key], p)
        annotated = [meta[0], *more, *meta[1:]]
        return ((form[0], annotated, form[2]), list(annotated), arguments)

    def list_empty(self, v: Values, p: Places) -> Any:
        return self.literal([], p[-2], self.brackets(p[-2], p[-1]))

    def list_(self, v: Values, p: Places) -> Any:
        items = containers.list_(v, p)
        return self.literal(list(items), p[-3], self.brackets(p[-3], p[-1]))

    def tuple_empty(self, v: Values, p: Places) -> Any:
        return with_meta(containers.tuple_empty(v, p), self.brackets(p[-2], p[-1]))

    def tuple_(self, v: Values, p: Places) -> Any:
        return self.container(containers.tuple_(v, p), p)

    def container(self, made: Any, p: Places) -> Any:
        more = self.brackets(p[-3], p[-1])
        return with_meta(made, more) if len(made) == 3 else self.literal(made, p[-3], more)

    def bitstring_empty(self, v: Values, p: Places) -> Any:
        return with_meta(containers.bitstring_empty(v, p), self.brackets(p[-2], p[-1]))

    def bitstring(self, v: Values, p: Places) -> Any:
        return self.container(containers.bitstring(v, p), p)

    def map_(self, v: Values, p: Places) -> Any:
        return self.container(containers.map_(v, p), p)

    def struct(self, v: Values, p: Places) -> Any:
        form, meta, (name, inner) = containers.struct(v, p)
        return (form, meta, [name, self.container(inner, p)])

    def assoc(self, v: Values, p: Places) -> Any:
        key, value, _ = containers.assoc(v, p)
        return nodes.Assoc((key, value, p[-2] if self.metadata else 0))

    # ---- strings

    def interpolation(self, v: Values, p: Places) -> Any:
        value, place, _ = texts.interpolation(v, p)
        return nodes.Hole((value, place, [(_CLOSING, self.place(p[-1]))] if self.metadata else []))

    def string(self, v: Values, p: Places) -> Any:
        return with_meta(texts.string(v, p), self.quote_meta(p[-3]))

    def charlist(self, v: Values, p: Places) -> Any:
        return with_meta(texts.charlist(v, p), self.quote_meta(p[-3]))

    def atom_interpolated(self, v: Values, p: Places) -> Any:
        return with_meta(texts.atom_interpolated(v, p), self.quote_meta(p[-3]))

    def kw_interpolated(self, v: Values, p: Places) -> Any:
        return with_meta(texts.atom_interpolated(v, p), [*self.quote_meta(p[-3]), (_FORMAT, _KEYWORD)])


def len_of_parens(v: Values) -> int:
    """How many symbols ``()`` was: a line break may stand between."""
    return 3 if v[-2] in ("\n", ";") else 2


class LeftArgs(Args):
    """The left side of an arrow, finished: parentheses were around it."""

    __slots__ = ()


class Access(tuple[Any, Meta]):
    """What stood in brackets behind a term, and the brackets' metadata."""

    __slots__ = ()


LITERALS = frozenset(
    (t.T_INT, t.T_FLOAT, t.T_CHAR, t.T_ATOM, t.T_WORD, t.T_STRING, t.T_CHARLIST, t.T_KW, t.T_BLOCK)
)
