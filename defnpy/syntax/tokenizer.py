"""From text to tokens.

One compiled expression finds the next token; :class:`Tokenizer` decides what it is from what stands before
and after it, as Elixir's tokenizer does: ``f(`` and ``f [`` and ``f -1`` are three different identifiers.
Line breaks that cannot end an expression are dropped here, so the grammar never sees them. A string with
interpolation becomes flat tokens (start, parts, the tokens of the holes, end): nothing here is recursive.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any

from defnpy.base.integers import decimal_value
from defnpy.syntax import lint, quotes
from defnpy.syntax import terminals as t
from defnpy.syntax.errors import ParseError
from defnpy.syntax.notes import Notes
from defnpy.syntax.terminals import LINE
from defnpy.terms.atom import Atom, to_atom

KEYWORDS = {
    "do", "end", "fn", "true", "false", "nil", "and", "or", "not", "in", "when", "else", "after", "rescue",
    "catch",
}  # fmt: skip
OPERATOR_NAMES = sorted(set(t.BINARY) | set(t.UNARY) | {"->", "."}, key=len, reverse=True)
_OPERATORS = "|".join(re.escape(name) for name in OPERATOR_NAMES if not name[0].isalpha() and name != ".")
_ATOM_OPERATORS = "|".join(
    re.escape(name)
    for name in ["..//", "...", "<<>>", "%{}", "{}", "%", *OPERATOR_NAMES]
    if not name[0].isalpha()
)

MASTER = re.compile(
    r"(?:[ \t]+|\\\r?\n)*(?:"
    r"(?P<name>[^\W\dA-Z][\w\u0300-\u036f]*[?!]?)"
    r"|(?P<eol>(?:#[^\n]*)?(?:\r?\n[ \t]*)+|#[^\n]*)"
    r"|(?P<comma>,)"
    r"|(?P<open>[(\[{])"
    r"|(?P<close>[)\]}])"
    r"|(?P<alias>[A-Z][\w]*[?!]?)"
    r"|(?P<number>0x[0-9a-fA-F]+(?:_[0-9a-fA-F]+)*|0b[01]+(?:_[01]+)*|0o[0-7]+(?:_[0-7]+)*"
    r"|[0-9]+(?:_[0-9]+)*(?:\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?)?)"
    r'|(?P<atom>:(?:(?=["\'])|[^\W\d][\w@\u0300-\u036f]*[?!]?|(?:' + _ATOM_OPERATORS + r")))"
    r'|(?P<string>"""|"|' + r"'''|')"
    r"|(?P<opkw>(?:" + _ATOM_OPERATORS + r")(?=:[\s]))"
    r"|(?P<dot>\.(?!\.))"
    r"|(?P<ellipsis>\.\.\.)"
    r"|(?P<rangestep>\.\.//(?=/))"
    r"|(?P<bits><<(?![<~])|>>(?!>))"
    r"|(?P<operator>" + _OPERATORS + r")"
    r"|(?P<percent>%\{?)"
    r"|(?P<semi>;)"
    r"|(?P<char>\?(?:\\[\s\S]|[^\\]))"
    r"|(?P<sigil>~(?:[a-z]|[A-Z][A-Z0-9]*)(?P<delimiter>\"\"\"|'''|[\s\S])?)"
    r"|(?P<finish>\Z))"
)
# The number of each named group: the loop compares integers.
_G = MASTER.groupindex
G_NAME, G_EOL, G_COMMA, G_OPEN, G_CLOSE, G_ALIAS = (_G[n] for n in "name eol comma open close alias".split())
G_NUMBER, G_ATOM, G_STRING, G_OPKW, G_DOT = (_G[n] for n in "number atom string opkw dot".split())
G_ELLIPSIS, G_RANGESTEP, G_BITS, G_OPERATOR = (_G[n] for n in "ellipsis rangestep bits operator".split())
G_PERCENT, G_SEMI, G_CHAR, G_SIGIL, G_FINISH = (_G[n] for n in "percent semi char sigil finish".split())

OPERAND_END = frozenset((
    t.T_INT, t.T_FLOAT, t.T_CHAR, t.T_ATOM, t.T_WORD, t.T_STRING, t.T_CHARLIST, t.T_SIGIL, t.T_CAPTURE,
    t.T_ALIAS,
    t.T_IDENT, t.T_PAREN_IDENT, t.T_BRACKET_IDENT, t.T_DO_IDENT, t.T_NULLARY, t.T_ELLIPSIS, t.T_RPAR,
    t.T_RSQB,
    t.T_RBRACE, t.T_RBIN, t.T_END, t.T_STR_END,
))  # fmt: skip
# A line break after one of these means nothing.
NO_EOL_AFTER = frozenset((
    -1, t.T_EOE, t.T_BIN, t.T_BAR, t.T_WHEN, t.T_UN, t.T_AT, t.T_LPAR, t.T_LSQB, t.T_LBRACE, t.T_LBIN,
    t.T_MAP,
    t.T_COMMA, t.T_DOT, t.T_ARROW, t.T_ASSOC, t.T_DO, t.T_FN, t.T_BLOCK, t.T_KW, t.T_INTERP_START,
))  # fmt: skip
CLOSERS = {"(": ")", "[": "]", "{": "}", "<<": ">>", "do": "end", "fn": "end", "%{": "}", "#{": "}"}
PUNCTUATION = {
    "(": t.T_LPAR, "[": t.T_LSQB, "{": t.T_LBRACE, ")": t.T_RPAR, "]": t.T_RSQB, "}": t.T_RBRACE,
    "<<": t.T_LBIN,
    ">>": t.T_RBIN, "end": t.T_END,
}  # fmt: skip
MARKED_KEY = re.compile(r"[\w@]*[?!]?:(?=\s)")
MARKED = re.compile(r"[\w@]*[?!]?")
NO_OP_IDENT = frozenset(" \t\r\n/>")
WORDS = {"true": True, "false": False, "nil": None}
NUMBER_ERROR = (
    'invalid character "{0}" after number {1}. If you intended to write a number, make sure to '
    "separate the number "
    "from the character (using comma, space, etc). If you meant to write a function name or a "
    "variable, note that "
    "identifiers in Elixir cannot start with numbers. Unexpected token: {0}"
)


CAPTURED = re.compile(r"0x[0-9a-fA-F]+|0b[01]+|0o[0-7]+|[0-9]+(?:_[0-9]+)*")
TO_SLASH = re.compile(r"[ \t]*/")
NOT_IN_TAIL = re.compile(r"[ \t]+in(?![\w?!])(?!:\s)")


LONGEST_ATOM = 255


class Tokenizer:
    """One run over one text. After :meth:`run`, ``kinds``, ``values`` and ``places`` are parallel lists.

    A place is ``line * LINE + column``. ``values`` hold atoms, finished literals, operators or text.
    """

    def __init__(
        self,
        text: str,
        line: int = 1,
        column: int = 1,
        *,
        notes: Notes | None = None,
        escapes: bool = True,
        intern: Callable[[str, int], Any] | None = None,
    ) -> None:
        self.text = text
        self.notes = notes  # what the metadata of tokens needs, when it is wanted
        self.unescapes = escapes
        self.intern = intern  # makes the atoms of names, when it is not to_atom
        self.line = line
        self.line_start = 1 - column  # offset of column 1 of the current line
        self.margin = 2 - column  # every line starts at that column
        self.kinds: list[int] = []
        self.values: list[Any] = []
        self.places: list[int] = []
        self.last = -1
        self.indentation = column - 1
        # (opening text, place, indentation of its line) or (Quote, place, 0) for a hole
        self.stack: list[tuple[Any, int, int]] = []
        self.hints: list[tuple[str, int]] = []
        self.warnings: list[tuple[int, str]] = []  # (place, message)
        self.bidirectional = not text.isascii() and lint.BIDIRECTIONAL.search(text) is not None

    def place(self, offset: int) -> int:
        return self.line * LINE + offset - self.line_start + 1

    def error(self, description: str, offset: int) -> ParseError:
        return ParseError("SyntaxError", description, self.line, offset - self.line_start + 1)

    def emit(self, kind: int, value: Any, place: int) -> None:
        self.kinds.append(kind)
        self.values.append(value)
        self.places.append(place)
        self.last = kind

    def atom_of(self, name: str, place: int) -> Any:
        """The atom of a name written at *place*."""
        if len(name) > LONGEST_ATOM:
            raise ParseError("SyntaxError", f"atom length must be less than system limit: {name}", place >> 32, place & 0xFFFFFFFF)
        return to_atom(name) if self.intern is None else self.intern(name, place)

    def warn(self, message: str | None, place: int) -> None:
        if message is not None:
            self.warnings.append((place, message))

    def check_direction(self, what: str, begin: int, end: int) -> None:
        """Refuse characters that reorder text in text[begin:end], which starts on the current line."""
        found = lint.BIDIRECTIONAL.search(self.text, begin, end)
        if found is not None:
            at = begin if what == "comment" else found.start()
            self.count_lines(begin, at)
            raise self.error(lint.bidirectional(what, found.group()), at)

    def drop_eol(self) -> None:
        """Forget a line break before a token that continues or closes an expression (a ``;`` stays)."""
        if self.last == t.T_EOE and self.values[-1] == "\n":
            self.kinds.pop()
            self.values.pop()
            self.places.pop()
            self.last = self.kinds[-1] if self.kinds else -1

    # ---- the loop

    def run(self) -> None:
        """Read the whole text."""
        text = self.text
        match = MASTER.match
        kinds, values, places = self.kinds, self.values, self.places
        notes = self.notes
        offset = 1 if text.startswith("\ufeff") else 0
        if offset:
            self.line_start += 1
        while True:
            found = match(text, offset)
            if found is None:
                raise self.unexpected(offset)
            group = found.lastindex or 0
            begin = found.start(group)
            if begin - offset > 1 and "\n" in text[offset:begin]:
                self.count_lines(offset, begin)
            end = found.end()
            if group == G_NAME:
                offset = self.name(found.group(G_NAME), begin, end)
            elif group == G_EOL:
                count = text.count("\n", begin, end)
                if self.bidirectional and text[begin] == "#":
                    self.check_direction("comment", begin, end)
                if notes is not None:
                    notes.line_break(self, offset, begin, end, count)
                if count:
                    if self.last not in NO_EOL_AFTER:
                        kinds.append(t.T_EOE)
                        values.append("\n")
                        places.append(self.line * LINE + begin - self.line_start + 1)
                        self.last = t.T_EOE
                    self.line += count
                    self.line_start = text.rindex("\n", begin, end) + self.margin
                    self.indentation = end - self.line_start
                offset = end
            elif group == G_COMMA:
                kinds.append(t.T_COMMA)
                values.append(",")
                places.append(self.line * LINE + begin - self.line_start + 1)
                self.last = t.T_COMMA
                offset = end
            elif group == G_OPERATOR:
                offset = self.operator(found.group(group), begin, end)
            elif group == G_OPEN:
                opening = text[begin]
                place = self.line * LINE + begin - self.line_start + 1
                self.stack.append((opening, place, self.indentation))
                if len(self.stack) == DEEP:
                    self.check_depth(end)
                kind = PUNCTUATION[opening]
                kinds.append(kind)
                values.append(opening)
                places.append(place)
                self.last = kind
                offset = end
            elif group == G_CLOSE:
                offset = self.close(text[begin], begin, end)
            elif group == G_DOT:
                self.drop_eol()
                self.emit(t.T_DOT, ".", self.place(begin))
                offset = end
            elif group == G_FINISH:
                break
            else:
                offset = SLOW[group](self, found, begin, end)
        self.finish(len(text))

    def check_depth(self, offset: int) -> None:
        """Very deep already: when too few closers follow for what is open, read no further."""
        text = self.text
        closers = sum(text.count(closer, offset) for closer in (")", "]", "}", ">>", "end"))
        if closers < len(self.stack):
            self.count_lines(offset, len(text))
            self.finish(len(text))

    def count_lines(self, begin: int, end: int) -> None:
        """Line numbers across text[begin:end]."""
        count = self.text.count("\n", begin, end)
        if count:
            self.line += count
            self.line_start = self.text.rindex("\n", begin, end) + self.margin

    def unexpected(self, offset: int) -> ParseError:
        """Nothing matches here: say which character it is."""
        text = self.text
        while offset < len(text):
            if text[offset] in " \t":
                offset += 1
            elif continued := re.compile(r"\\\r?\n").match(text, offset):
                self.count_lines(offset, continued.end())
                offset = continued.end()
            else:
                break
        char = text[offset]
        column = offset - self.line_start + 1
        if text[offset:] in ("\\", "\\\n", "\\\r\n"):
            return ParseError("TokenMissingError", "invalid escape \\ at end of file", self.line, column)
        return self.error(
            f'unexpected token: "{char}" (column {column}, code point {lint.code_point(char)})', offset
        )

    def finish(self, offset: int) -> None:
        """The end of the text: everything opened must be closed."""
        self.drop_eol()
        if not self.stack:
            return
        opening, place, _ = self.stack[-1]
        if isinstance(opening, quotes.Quote):
            raise quotes.missing(self, opening, offset, hole=True)
        expected = CLOSERS[opening]
        hint = ""
        for hinted, hint_place in reversed(self.hints):
            if hinted == opening:
                hint = (f'\nhint: it looks like the "{opening}" on line {hint_place // LINE} '
                        f'does not have a matching "{expected}"')  # fmt: skip
                break
        raise ParseError(
            "TokenMissingError", f"missing terminator: {expected}{hint}", place // LINE, place % LINE,
            end_line=self.line, end_column=offset - self.line_start + 1, opening=opening, expected=expected,
        )  # fmt: skip

    # ---- names, aliases, numbers, atoms

    def keyword_colon(self, end: int) -> bool:
        """Whether a ``:`` here makes what stands before it a keyword key."""
        text = self.text
        return text[end : end + 1] == ":" and text[end + 1 : end + 2].isspace()

    def check_colon(self, name: str, begin: int, end: int) -> None:
        """``a:1`` is an error, ``a::b`` and a final ``a:`` are something else."""
        following = self.text[end + 1 : end + 2]
        if following and following != ":":
            raise self.error(f"keyword argument must be followed by space after: {name}:", begin)

    def name(self, name: str, begin: int, end: int) -> int:
        text = self.text
        place = self.line * LINE + begin - self.line_start + 1
        following = text[end : end + 1]
        last = self.last
        if following > "\x7f":
            end = self.marks(end)
            name, following = text[begin:end], text[end : end + 1]
        if not name.isascii():
            name = self.normalized(name, begin)
            key = self.keyword_colon(end) or (following == "@" and MARKED_KEY.match(text, end))
            if name[0] > "\x7f" and (name[0].isupper() or name[0].istitle()) and not key:
                raise self.unexpected(begin)
        if following == ":":
            if self.keyword_colon(end):
                self.emit(t.T_KW, self.atom_of(name, place), place)
                return end + 1
            self.check_colon(name, begin, end)
        elif following == "@" and name[-1] not in "?!":
            return self.marked(begin, end, "identifier")
        if name in KEYWORDS and last != t.T_DOT:
            return self.keyword(name, begin, end, place)
        if last != t.T_DOT and name in ("__aliases__", "__block__"):
            raise self.error(f"reserved token: {name}", begin)
        if following == "=" and name[-1] in "?!":
            self.warn(lint.before_equals("identifier", name), place)
        if following == "(":
            kind = t.T_PAREN_IDENT
        elif following == "[":
            kind = t.T_BRACKET_IDENT
        else:
            kind = t.T_IDENT
        self.kinds.append(kind)
        self.values.append(Atom(name) if self.intern is None else self.intern(name, place))
        self.places.append(place)
        self.last = kind
        return end

    def normalized(self, name: str, begin: int) -> str:
        """A name with letters beyond ASCII in its composed form; a compatibility form of letters is refused."""
        for index, char in enumerate(name):
            if unicodedata.normalize("NFKC", char) != char != "\u00b5":
                raise self.error(lint.incompatible(name[: index + 1]), begin + index) if index else self.unexpected(begin)
        return unicodedata.normalize("NFC", name.replace("\u00b5", "\u03bc"))

    def marks(self, end: int) -> int:
        """The end of a name that goes on with marks (the vowel signs of Thai, say), which are no word characters of ``re``."""
        text = self.text
        while end < len(text) and ("a" + text[end]).isidentifier():
            end += 1
        return end + (text[end : end + 1] in ("?", "!"))

    def marked(self, begin: int, end: int, what: str) -> int:
        """``a@b``: only a key may be written so."""
        place = self.place(begin)
        found = MARKED_KEY.match(self.text, end)
        if found is None:
            rest = MARKED.match(self.text, end)
            assert rest is not None
            raise self.error(f'invalid character "@" (code point U+0040) in {what}: {self.text[begin : rest.end()]}', begin)
        self.emit(t.T_KW, self.atom_of(self.text[begin : found.end() - 1], place), place)
        return found.end()

    def keyword(self, name: str, begin: int, end: int, place: int) -> int:
        """A reserved word."""
        if name in WORDS:
            self.emit(t.T_WORD, WORDS[name], place)
        elif name == "do":
            if self.text[end : end + 1] == ":" != self.text[end + 1 : end + 2]:
                raise self.unexpected(end)
            self.check_do(begin)
            if self.last == t.T_IDENT:
                self.kinds[-1] = t.T_DO_IDENT
            self.drop_eol()
            self.open_word("do", place)
            self.emit(t.T_DO, "do", place)
        elif name == "end":
            self.close("end", begin, end)
        elif name == "fn":
            self.open_word("fn", place)
            self.emit(t.T_FN, "fn", place)
        elif name in ("else", "after", "rescue", "catch"):
            self.drop_eol()
            self.emit(t.T_BLOCK, Atom(name), place)
        elif TO_SLASH.match(self.text, end):
            self.emit(t.T_IDENT, Atom(name), place)
        elif name == "not":
            return self.word_not(end, place)
        else:
            self.drop_eol()
            self.emit(t.T_WHEN if name == "when" else t.T_BIN, t.BINARY[name], place)
        return end

    def word_not(self, end: int, place: int) -> int:
        """``not``, or ``not in`` after an operand (a line break may stand before it)."""
        tail = NOT_IN_TAIL.match(self.text, end)
        if tail:
            self.drop_eol()
            self.emit(t.T_BIN, t.NOT_IN, place)
            return tail.end()
        self.emit(t.T_UN, t.UNARY["not"], place)
        return end

    def open_word(self, word: str, place: int) -> None:
        """Remember ``do`` or ``fn``; one no deeper than the one around it hints at a missing end."""
        if self.stack:
            opening, before, indentation = self.stack[-1]
            if opening == word and self.indentation <= indentation:
                self.hints.append((word, before))
        self.stack.append((word, place, self.indentation))

    def alias(self, found: re.Match[str], begin: int, end: int) -> int:
        name = found.group(G_ALIAS)
        if not name.isascii():
            self.normalized(name, begin)
        if not name.isascii() or name[-1] in "?!":
            if self.keyword_colon(end):
                self.emit(t.T_KW, self.atom_of(name, self.place(begin)), self.place(begin))
                return end + 1
            odd = (char for char in name if not char.isascii())
            bad = next(odd, None) or next(char for char in name if not char.isalpha() and char != "_")
            raise self.error(
                f'invalid character "{bad}" (code point {lint.code_point(bad)}) in alias '
                f"(only ASCII characters, without punctuation, are allowed): {name}", begin,
            )  # fmt: skip
        if self.text[end : end + 1] == "@":
            return self.marked(begin, end, "alias")
        if self.text[end : end + 1] == ":":
            if self.keyword_colon(end):
                self.emit(t.T_KW, self.atom_of(name, self.place(begin)), self.place(begin))
                return end + 1
            self.check_colon(name, begin, end)
        self.emit(t.T_ALIAS, self.atom_of(name, self.place(begin)), self.place(begin))
        after = end
        while self.text[after : after + 1] in (" ", "\t"):
            after += 1
        if self.text[after : after + 1] == "(":
            raise self.error(lint.called_alias(name), after)
        return end

    def number(self, found: re.Match[str], begin: int, end: int) -> int:
        written = found.group(G_NUMBER)
        place = self.place(begin)
        if self.notes is not None:
            self.notes.texts[place] = written
        if written[:2] in ("0x", "0b", "0o"):
            self.emit(t.T_INT, int(written, 0), place)
            return end
        self.check_number(written, begin, end)
        if "." in written:
            value = float(written)
            if value in (float("inf"), float("-inf")):
                raise self.error(f"invalid float number {written}", begin)
            self.emit(t.T_FLOAT, value, place)
        else:
            self.emit(t.T_INT, decimal_value(written.replace("_", "")), place)
        return end

    def check_number(self, written: str, begin: int, end: int) -> None:
        """Refuse a letter right after a number."""
        following = self.text[end : end + 1]
        if following.isascii() and (following.isalpha() or following == "_"):
            raise self.error(NUMBER_ERROR.format(following, written), begin)

    def capture(self, begin: int, end: int) -> int:
        """``&1``: the number after a capture operator that ends at *end*."""
        found = CAPTURED.match(self.text, end)
        assert found is not None
        written = found.group()
        if written[:2] not in ("0x", "0b", "0o"):
            self.check_number(written, end, found.end())
        value = int(written, 0) if written[0] == "0" and len(written) > 1 and written[1] in "xbo" else int(written)
        self.emit(t.T_CAPTURE, value, self.place(begin))
        return found.end()

    def atom(self, found: re.Match[str], begin: int, end: int) -> int:
        name = found.group(G_ATOM)[1:]
        if name and self.text[end : end + 1] > "\x7f" and (name[0].isalpha() or name[0] == "_"):
            end = self.marks(end)
            name = self.text[begin + 1 : end]
        if not name.isascii():
            name = self.normalized(name, begin)
        if not name:
            quote = self.text[end]
            made = quotes.Quote("atom", t.T_ATOM_START, quote, quote, self.place(end), self.place(begin))
            return quotes.read(self, made, end + 1)
        self.emit(t.T_ATOM, self.atom_of(name, self.place(begin)), self.place(begin))
        return end

    def char(self, found: re.Match[str], begin: int, end: int) -> int:
        written = found.group(G_CHAR)[1:]
        char = ESCAPED_CHARS.get(written[1], written[1]) if written[0] == "\\" else written
        if self.notes is not None:
            self.notes.texts[self.place(begin)] = found.group(G_CHAR)
        self.warn(lint.character(written), self.place(begin))
        self.emit(t.T_CHAR, ord(char), self.place(begin))
        if written[-1] == "\n":
            self.count_lines(begin, end)
        return end

    # ---- operators and punctuation

    def op_kw(self, found: re.Match[str], begin: int, end: int) -> int:
        self.emit(t.T_KW, to_atom(found.group(G_OPKW)), self.place(begin))
        return end + 1

    def ellipsis(self, found: re.Match[str], begin: int, end: int) -> int:
        if self.last == t.T_DOT or TO_SLASH.match(self.text, end):
            return self.operator_name("...", begin, end)
        self.emit(t.T_ELLIPSIS, t.UNARY["..."], self.place(begin))
        return end

    def range_step(self, found: re.Match[str], begin: int, end: int) -> int:
        return self.operator_name("..//", begin, end)

    def operator_name(self, text: str, begin: int, end: int) -> int:
        """An operator used as a name: ``Kernel.+(1, 2)``, ``&+/2``."""
        following = self.text[end : end + 1]
        kind = t.T_IDENT
        if self.last == t.T_DOT:
            kind = (
                t.T_PAREN_IDENT if following == "(" else t.T_BRACKET_IDENT if following == "[" else t.T_IDENT
            )
        self.emit(kind, Atom(text), self.place(begin))
        return end

    def operator(self, text: str, begin: int, end: int) -> int:
        source = self.text
        place = self.line * LINE + begin - self.line_start + 1
        if self.last == t.T_DOT:
            text = text[0] if text in NO_NAMES else text
            return self.operator_name(text, begin, begin + len(text))
        if text in lint.DEPRECATED_OPERATORS:
            self.warn(lint.DEPRECATED_OPERATORS[text], place)
        if text == "->":
            self.drop_eol()
            self.emit(t.T_ARROW, text, place)
            return end
        if text == "=>":
            self.drop_eol()
            self.emit(t.T_ASSOC, text, place)
            return end
        following = source[end : end + 1]
        if text == ".." and source.startswith("//", end):
            raise self.unexpected(begin)
        named = following in "/ \t" and following and text != "//" and TO_SLASH.match(source, end)
        if named and not (text == "&" and source.startswith("//", end)):
            return self.operator_name(text, begin, end)
        if text in "<>=" and (marker := re.compile(r"(<{7}|={7}|>{7}).*").match(source, begin)):
            self.merge_marker(marker, begin)
        if text == "+" or text == "-":
            return self.dual(text, begin, end, place, following)
        if text == "&" and following.isdecimal() and following.isascii():
            return self.capture(begin, end)
        if text == "@":
            self.emit(t.T_AT, t.UNARY["@"], place)
            return end
        if text in UNARY_ONLY:
            self.emit(t.T_UN, t.UNARY[text], place)
            return end
        return self.binary(text, end, place)

    def binary(self, text: str, end: int, place: int) -> int:
        last = self.last
        if last == t.T_EOE and self.values[-1] == "\n":
            last = self.kinds[-2]
        if text == ".." and last not in OPERAND_END:
            self.emit(t.T_NULLARY, t.BINARY[".."], place)
            return end
        if text == "//" and last not in OPERAND_END:
            self.emit(t.T_UN, t.UNARY["//"], place)
            return end
        self.drop_eol()
        self.emit(t.T_BAR if text == "|" else t.T_BIN, t.BINARY[text], place)
        return end

    def dual(self, text: str, begin: int, end: int, place: int, following: str) -> int:
        """``+`` or ``-``: a sign, an operator, or the start of an argument (``a -1``)."""
        last = self.last
        if (
            last == t.T_IDENT
            and self.text[begin - 1] in " \t"
            and following
            and (following != text and following not in NO_OP_IDENT)
        ):
            self.kinds[-1] = t.T_OP_IDENT
            self.emit(t.T_UN, t.UNARY[text], place)
        elif last in OPERAND_END and last != t.T_ELLIPSIS:
            self.emit(t.T_BIN, t.BINARY[text], place)
        else:
            self.emit(t.T_UN, t.UNARY[text], place)
        return end

    def merge_marker(self, marker: re.Match[str], begin: int) -> None:
        """A line left by a version control merge."""
        if begin == self.line_start:
            raise self.error(
                "found an unexpected version control marker, please resolve the conflicts: " + marker.group(),
                begin,
            )

    def bits(self, found: re.Match[str], begin: int, end: int) -> int:
        text = found.group(G_BITS)
        if self.last == t.T_DOT:
            return self.operator_name(text[0], begin, begin + 1)
        if text == ">>":
            if begin == self.line_start and (marker := re.compile(r">{7}.*").match(self.text, begin)):
                self.merge_marker(marker, begin)
            return self.close(text, begin, end)
        place = self.place(begin)
        self.stack.append((text, place, self.indentation))
        self.emit(t.T_LBIN, text, place)
        return end

    def check_do(self, begin: int) -> None:
        """Refuse a ``do`` where no block can begin."""
        if self.last == t.T_FN:
            raise self.error("unexpected reserved word: do" + lint.DO_OF_FN, begin)
        operator = self.values[-1] if self.last in (t.T_BIN, t.T_UN) else None
        if (
            self.last in (t.T_COMMA, t.T_WHEN, t.T_BLOCK)
            or (self.last == t.T_EOE and self.values[-1] == ";")
            or (operator is not None and operator.atom.name in ("not", "and", "or", "in"))
        ):
            raise self.error("unexpected reserved word: do" + lint.MISPLACED_DO, begin)

    def percent(self, found: re.Match[str], begin: int, end: int) -> int:
        place = self.place(begin)
        if end - begin == 2:
            self.stack.append(("{", place, self.indentation))
            self.emit(t.T_MAP, "%{", place)
            return end
        if self.text[end : end + 1] in ("[", "("):
            raise self.error(f"expected %{{ to define a map, got: %{self.text[end]}", begin)
        spaced = re.compile(r"[ \t]+\{").match(self.text, end)
        if spaced:
            raise self.error(
                "unexpected space between % and {\n\nIf you want to define a map, write %{...}, with "
                "no spaces.\n"
                "If you want to define a struct, write %StructName{...}.\n\nSyntax error before: "
                "{", spaced.end() - 1,
            )  # fmt: skip
        self.emit(t.T_PCT, "%", place)
        return end

    def semicolon(self, found: re.Match[str], begin: int, end: int) -> int:
        self.drop_eol()
        if self.last == t.T_EOE:
            raise self.unexpected(begin)
        self.emit(t.T_EOE, ";", self.place(begin))
        return end

    def close(self, text: str, begin: int, end: int) -> int:
        """A closing bracket or ``end``; a ``}`` may end a hole and go on with its string."""
        place = self.place(begin)
        what = "unexpected reserved word: end" if text == "end" else f"unexpected token: {text}"
        if not self.stack:
            for hinted, hint_place in reversed(self.hints):
                if hinted == "end" == text:
                    what += (f'\nhint: the "end" on line {hint_place // LINE} may not have a matching "do" '
                             "defined before it (based on indentation)")  # fmt: skip
                    break
            raise self.error(what, begin)
        opening, opened, indentation = self.stack[-1]
        if isinstance(opening, quotes.Quote):
            if text == "}":
                self.stack.pop()
                self.drop_eol()
                self.emit(t.T_INTERP_END, text, place)
                return quotes.scan(self, opening, end)
            # Elixir reads the hole by itself: nothing is open in there.
            raise self.error(what, begin)
        expected = CLOSERS[opening]
        if expected != text:
            raise ParseError(
                "MismatchedDelimiterError", what, opened // LINE, opened % LINE, end_line=place // LINE,
                end_column=place % LINE, opening=opening, expected=expected, closing=text,
            )  # fmt: skip
        if opening == "do" and self.indentation > indentation:
            self.hints.append(("end", place))
        self.stack.pop()
        self.drop_eol()
        self.emit(PUNCTUATION[text], text, place)
        return end

DEEP = 100_000
NO_NAMES = frozenset(("->", "=>", "//"))  # after a dot, only their first characters are read
UNARY_ONLY = frozenset(("!", "^", "~~~", "&"))
ESCAPED_CHARS = {
    "0": "\0", "a": "\a", "b": "\b", "d": "\x7f", "e": "\x1b", "f": "\f", "n": "\n", "r": "\r", "s": " ",
    "t": "\t",
    "v": "\v",
}  # fmt: skip
SLOW = {
    G_ALIAS: Tokenizer.alias,
    G_NUMBER: Tokenizer.number,
    G_ATOM: Tokenizer.atom,
    G_STRING: quotes.string,
    G_OPKW: Tokenizer.op_kw,
    G_ELLIPSIS: Tokenizer.ellipsis,
    G_RANGESTEP: Tokenizer.range_step,
    G_BITS: Tokenizer.bits,
    G_PERCENT: Tokenizer.percent,
    G_SEMI: Tokenizer.semicolon,
    G_CHAR: Tokenizer.char,
    G_SIGIL: quotes.sigil,
}
