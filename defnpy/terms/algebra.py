"""Inspect.Algebra: documents that know where lines may break, after Wadler and Lindig.

A document is an Elixir term: a string, ``:doc_nil``, ``:doc_line`` or a tagged tuple such as ``{:doc_cons, left, right}``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from defnpy.terms.atom import Atom

NIL = Atom("doc_nil")
LINE = Atom("doc_line")
CONS = Atom("doc_cons")
NEST = Atom("doc_nest")
BREAK = Atom("doc_break")
GROUP = Atom("doc_group")
STRING = Atom("doc_string")
FORCE = Atom("doc_force")
FITS = Atom("doc_fits")
COLLAPSE = Atom("doc_collapse")
COLOR = Atom("doc_color")
LIMIT = Atom("doc_limit")

FLEX, STRICT, ALWAYS = Atom("flex"), Atom("strict"), Atom("always")
SELF, INHERIT, ON_BREAK = Atom("self"), Atom("inherit"), Atom("break")
CURSOR, RESET, INFINITY = Atom("cursor"), Atom("reset"), Atom("infinity")
ENABLED, DISABLED = Atom("enabled"), Atom("disabled")

_FLAT, _BROKEN, _FLAT_NO_BREAK, _BREAK_NO_FLAT = 0, 1, 2, 3
# What may be said of a document that has to stand on the rest of a line.
_FIT, _NO_FIT, _BREAK_NEXT, _UNKNOWN = 0, 1, 2, 3
_STEPS = 500  # how long a group is walked before it is measured as a whole
_NOWHERE = float("-inf")

Doc = Any


def empty() -> Doc:
    """The document that prints nothing."""
    return NIL


def string(text: str) -> Doc:
    """A text whose width is its number of characters, not of bytes."""
    from defnpy.terms.text import length

    return (STRING, text, length(text))


def concat(left: Any, right: Any = None) -> Doc:
    """*left* followed by *right*; one list argument joins all its documents."""
    if right is None:
        made: Doc = NIL
        for doc in reversed(left):
            made = (CONS, doc, made)
        return made
    return (CONS, left, right)


def nest(doc: Doc, level: Any, mode: Atom = ALWAYS) -> Doc:
    """*doc* with its line breaks indented by *level* columns (or ``:cursor``, ``:reset``)."""
    return doc if level == 0 else (NEST, doc, level, mode)


def break_(text: str = " ") -> Doc:
    """*text*, or a new line when the enclosing group does not fit."""
    return (BREAK, text, STRICT)


def flex_break(text: str = " ") -> Doc:
    """*text*, or a new line when what follows up to the next break does not fit."""
    return (BREAK, text, FLEX)


def glue(left: Doc, separator: Any, right: Any = None) -> Doc:
    """*left* and *right* with a break between them: ``glue(a, b)`` or ``glue(a, "-", b)``."""
    if right is None:
        return concat(left, concat(break_(), separator))
    return concat(left, concat(break_(separator), right))


def flex_glue(left: Doc, separator: Any, right: Any = None) -> Doc:
    """As :func:`glue` with a flex break."""
    if right is None:
        return concat(left, concat(flex_break(), separator))
    return concat(left, concat(flex_break(separator), right))


def group(doc: Doc, mode: Atom = SELF) -> Doc:
    """A part that is printed flat when it fits, else with all its strict breaks as new lines."""
    return (GROUP, doc, mode)


def space(left: Doc, right: Doc) -> Doc:
    """*left*, a space, *right*."""
    return concat(left, concat(" ", right))


def line(left: Any = None, right: Any = None) -> Doc:
    """A mandatory new line, alone or between two documents."""
    return LINE if left is None and right is None else concat(left, concat(LINE, right))


def fold(docs: list[Doc], combine: Callable[[Doc, Doc], Doc]) -> Doc:
    """*docs* combined from the right."""
    if not docs:
        return NIL
    made = docs[-1]
    for doc in docs[-2::-1]:
        made = combine(doc, made)
    return made


def force_unfit(doc: Doc) -> Doc:
    """*doc* counted as never fitting on one line."""
    return (FORCE, doc)


def next_break_fits(doc: Doc, mode: Atom = ENABLED) -> Doc:
    """*doc* counted as fitting as soon as its first break is reached."""
    return (FITS, doc, mode)


def collapse_lines(most: int) -> Doc:
    """At most *most* of the new lines that follow immediately."""
    return (COLLAPSE, most)


def no_limit(doc: Doc) -> Doc:
    """*doc* laid out as if the line had no end."""
    return (LIMIT, doc, INFINITY)


def color(doc: Doc, key: Atom, opts: Any) -> Doc:
    """*doc* in the colour that the inspect options give to *key*."""
    colors = opts.syntax_colors
    if not colors:
        return doc
    wanted = next((v for k, v in colors if k is key), None)
    if wanted is None:
        return doc
    after = next((v for k, v in colors if k is RESET), RESET)
    return concat((COLOR, doc, wanted), (COLOR, NIL, after))


def container_doc(
    left: Doc,
    terms: Any,
    right: Doc,
    opts: Any,
    fun: Callable[[Any, Any], Doc],
    *,
    separator: Doc = ",",
    mode: str = "maybe",
) -> Doc:
    """*terms* between *left* and *right*; at most ``opts.limit`` of them. *mode* is ``maybe``, ``flex`` or ``strict``."""
    from defnpy.terms.list import ImproperList

    tail_doc: list[Any] = []
    if terms.__class__ is ImproperList:
        tail_doc = [terms.improper_tail]
        terms = terms.head
    elif not terms:
        return concat(left, right)
    docs, simple = _each(terms, tail_doc, opts, fun, mode == "maybe")
    flex = simple or mode == "flex"
    body = fold(docs, lambda x, y: _join(x, y, flex, separator))
    if flex:
        return group(concat(concat(left, nest(body, 1)), right))
    return group(glue(nest(glue(left, "", body), 2), "", right))


def _each(terms: Any, tail: list[Any], opts: Any, fun: Any, simple: bool) -> tuple[list[Doc], bool]:
    docs: list[Doc] = []
    limit = opts.limit
    last = len(terms) - 1
    for index, term in enumerate(terms):
        if limit == 0:
            docs.append("...")
            return docs, simple
        if limit is not INFINITY:
            limit -= 1
        inner = opts.with_limit(limit)
        doc = fun(term, inner)
        if doc is NIL and limit is not INFINITY:
            limit += 1
        simple = simple and _simple(doc)
        if tail and index == last:
            end = fun(tail[0], inner)
            simple = simple and _simple(end)
            doc = _join(doc, end, simple, " |")
        docs.append(doc)
    return docs, simple


def _join(left: Doc, right: Doc, flex: bool, separator: Doc) -> Doc:
    if left is NIL:
        return right
    if right is NIL:
        return left
    return (flex_glue if flex else glue)(concat(left, separator), right)


def _simple(doc: Doc) -> bool:
    if doc.__class__ is str or doc is NIL:
        return True
    if doc.__class__ is not tuple:
        return False
    tag = doc[0]
    if tag is CONS:
        return _simple(doc[1]) and _simple(doc[2])
    return _simple(doc[1]) if tag is COLOR else tag is STRING


def _size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def _indentation(now: int, column: int, level: Any) -> int:
    if level is CURSOR:
        return column
    return 0 if level is RESET else now + int(level)


def format_parts(doc: Doc, width: Any) -> list[str]:
    """The pieces of text of *doc* laid out for *width* columns (``:infinity`` or None never breaks)."""
    limit = float("inf") if width is None or width is INFINITY else width
    return _Printer(limit).run(doc)


def format(doc: Doc, width: Any) -> str:
    """The text of *doc* laid out for *width* columns."""
    return "".join(format_parts(doc, width))


class Measure(NamedTuple):
    """A document without mandatory breaks, printed flat: its width, the width at the last place that lies behind a break
    of its own group (where it must not be beyond the line), and whether it has a break outside groups."""

    width: int
    reach: float
    breaks: bool


def _combined(tag: Any, doc: Any, parts: list[Measure | None]) -> Measure | None:
    """The measure of a document from those of its parts; None when it may not be printed flat, or not be measured."""
    if tag is STRING:
        return Measure(doc[2], _NOWHERE, False)
    if tag is BREAK:
        return Measure(_size(doc[1]), _size(doc[1]), True)
    if tag is CONS:
        left, right = parts
        if left is None or right is None:
            return None
        behind = right.width if left.breaks else right.reach
        return Measure(left.width + right.width, max(left.reach, left.width + behind), left.breaks or right.breaks)
    if tag in (GROUP, NEST, COLOR) and parts[0] is not None:
        return parts[0]._replace(breaks=False) if tag is GROUP else parts[0]
    return None


class _Printer:
    """Walks a linked stack of ``(indentation, mode, doc, rest)`` entries."""

    def __init__(self, width: float) -> None:
        self.width = width
        self.column = 0
        self.out: list[str] = []
        self.collapsing: list[int] | None = None  # [most, indentation, new lines so far]
        self.measures: dict[int, Measure | None] = {}

    def run(self, doc: Doc) -> list[str]:
        stack: Any = (0, _FLAT, doc, None)
        while stack is not None:
            indent, mode, doc, stack = stack
            if doc.__class__ is str:
                self.write(doc, _size(doc))
            elif doc is NIL or doc == []:
                continue
            elif doc is LINE:
                self.new_line(indent)
            else:
                stack = self.step(indent, mode, doc, stack)
        self.end_collapse()
        return self.out

    def write(self, text: str, size: int) -> None:
        if self.collapsing is not None and text:
            self.end_collapse()
        self.out.append(text)
        self.column += size

    def new_line(self, indent: int) -> None:
        self.column = indent
        if self.collapsing is not None:
            self.collapsing[2] += 1
        else:
            self.out.append("\n" + " " * indent)

    def end_collapse(self) -> None:
        """Write the new lines that were held back."""
        if self.collapsing is not None:
            most, indent, count = self.collapsing
            self.collapsing = None
            self.out.append("\n" * min(most, count) + " " * indent)

    def step(self, indent: int, mode: int, doc: Any, rest: Any) -> Any:
        tag = doc[0]
        if tag is CONS:
            return (indent, mode, doc[1], (indent, mode, doc[2], rest))
        if tag is BREAK:
            self.break_at(indent, mode, doc, rest)
            return rest
        if tag is GROUP:
            return (indent, self.group_mode(indent, mode, doc), doc[1], rest)
        if tag is NEST:
            if doc[3] is ALWAYS or mode == _BROKEN:
                indent = _indentation(indent, self.column, doc[2])
            return (indent, mode, doc[1], rest)
        if tag is STRING:
            self.write(doc[1], doc[2])
            return rest
        if tag is FITS and mode == _FLAT_NO_BREAK and doc[2] is ENABLED:
            mode = _BREAK_NO_FLAT
        elif tag is COLLAPSE:
            self.end_collapse()
            self.collapsing = [doc[1], indent, 0]
            self.column = indent
            return rest
        elif tag is LIMIT:
            if doc[2] is not INFINITY:
                self.width = doc[2]
            elif self.width != float("inf"):
                rest = (indent, mode, (LIMIT, NIL, self.width), rest)
                mode, self.width = _FLAT, float("inf")
        elif tag is COLOR:
            from defnpy.terms.ansi import sequence

            self.out.append(sequence(doc[2]))
        return (indent, mode, doc[1], rest)

    def group_mode(self, indent: int, mode: int, doc: Any) -> int:
        """Whether a group is printed flat or broken."""
        if mode == _BREAK_NO_FLAT or (mode == _BROKEN and doc[2] is INHERIT):
            return _BROKEN
        if self.width == float("inf"):
            return _FLAT
        verdict = self.fits(self.column, False, (indent, _FLAT, doc[1], None), _STEPS)
        if verdict == _UNKNOWN:
            measured = self.measure(doc[1])
            if measured is not None:
                return _FLAT if self.column + measured.reach <= self.width else _BROKEN
            verdict = self.fits(self.column, False, (indent, _FLAT, doc[1], None))
        return (_FLAT, _BROKEN, _FLAT_NO_BREAK)[verdict]

    def measure(self, doc: Doc) -> Measure | None:
        """The measure of *doc*, all parts of which are measured once only."""
        known = self.measures
        todo = [doc]
        while todo:
            term = todo[-1]
            if term.__class__ is not tuple or id(term) in known:
                todo.pop()
                continue
            tag = term[0]
            parts = term[1:] if tag is CONS else (term[1],) if tag in (GROUP, NEST, COLOR) else ()
            missing = [part for part in parts if part.__class__ is tuple and id(part) not in known]
            if missing:
                todo += missing
                continue
            todo.pop()
            known[id(term)] = _combined(tag, term, [self.measured(part) for part in parts])
        return self.measured(doc)

    def measured(self, doc: Doc) -> Measure | None:
        if doc.__class__ is str:
            return Measure(_size(doc), _NOWHERE, False)
        if doc is NIL or doc == []:
            return Measure(0, _NOWHERE, False)
        return self.measures[id(doc)] if doc.__class__ is tuple else None

    def break_at(self, indent: int, mode: int, doc: Any, rest: Any) -> None:
        text = doc[1]
        if doc[2] is FLEX:
            broken = not (
                self.width == float("inf")
                or mode == _FLAT
                or self.fits(self.column + _size(text), True, rest) != _NO_FIT
            )
        else:
            broken = mode == _BROKEN
        if broken:
            self.new_line(indent)
        else:
            self.write(text, _size(text))

    def fits(self, column: int, broke: bool, stack: Any, steps: int = -1) -> int:
        """Whether the text up to the next possible new line fits; a text without any break always does.

        After the first break inside ``next_break_fits`` a failure means: that break has to be taken. After *steps* parts
        the answer is given up.
        """
        width = self.width
        failure = _NO_FIT
        while True:
            if column > width and broke:
                return failure
            if stack is None:
                return _FIT
            steps -= 1
            if steps == 0:
                return _UNKNOWN
            indent, mode, doc, stack = stack
            if mode == -1:
                broke = doc
                continue
            if doc.__class__ is str:
                column += _size(doc)
                continue
            if doc is NIL or doc == []:
                continue
            if doc is LINE:
                if mode == _BROKEN:
                    return _FIT
                if mode == _BREAK_NO_FLAT:
                    failure = _BREAK_NEXT
                column, broke = indent, False
                continue
            tag = doc[0]
            if tag is CONS:
                stack = (indent, mode, doc[1], (indent, mode, doc[2], stack))
            elif tag is STRING:
                column += doc[2]
            elif tag is BREAK:
                if mode == _BROKEN:
                    return _FIT
                if mode == _BREAK_NO_FLAT:
                    failure = _BREAK_NEXT
                column += _size(doc[1])
                broke = True
            elif tag is GROUP:
                inner = _FLAT if mode == _BROKEN else mode
                stack = (indent, inner, doc[1], (0, -1, broke, stack))
            elif tag is NEST:
                if doc[3] is ALWAYS:
                    indent = _indentation(indent, column, doc[2])
                stack = (indent, mode, doc[1], stack)
            elif tag is FORCE:
                if mode != _BREAK_NO_FLAT:
                    return failure
                stack = (indent, mode, doc[1], stack)
            elif tag is FITS:
                held = doc[2] is DISABLED or mode == _FLAT_NO_BREAK
                stack = (indent, _FLAT_NO_BREAK if held else _BREAK_NO_FLAT, doc[1], stack)
            elif tag is COLLAPSE:
                column = indent
            elif tag is LIMIT:
                if doc[2] is not INFINITY:
                    width = doc[2]
                elif width != float("inf"):
                    stack = (indent, mode, (LIMIT, NIL, width), stack)
                    mode, width = _FLAT, float("inf")
                stack = (indent, mode, doc[1], stack)
            else:
                stack = (indent, mode, doc[1], stack)


_DOC_TAGS = re.compile(r"^doc_")


def is_doc(term: Any) -> bool:
    """Whether *term* is a document."""
    if term.__class__ is str or term is NIL or term is LINE:
        return True
    return term.__class__ is tuple and bool(term) and term[0].__class__ is Atom and bool(_DOC_TAGS.match(term[0].name))


def concat_all(docs: Iterable[Doc]) -> Doc:
    """All *docs* one after the other."""
    return concat(list(docs))
