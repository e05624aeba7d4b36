"""Strings, charlists, quoted atoms and sigils: from the opening delimiter to the tokens of a quote.

The functions take the tokenizer that reads the text, and give the offset to go on from.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from defnpy.syntax import lint
from defnpy.syntax import terminals as t
from defnpy.syntax.errors import ParseError
from defnpy.syntax.escapes import unescape
from defnpy.syntax.terminals import LINE

if TYPE_CHECKING:
    from defnpy.syntax.tokenizer import Tokenizer

SIGIL_CLOSERS = {"(": ")", "[": "]", "{": "}", "<": ">", "/": "/", "|": "|", '"': '"', "'": "'"}
SIGIL_NAME_ERROR = (
    "invalid sigil name, it should be either a one-letter lowercase letter or an uppercase letter optionally "
    "followed by uppercase letters and digits, got: "
)
DELIMITER_ERROR = (
    'invalid sigil delimiter: "{0}" (column {1}, code point {2}). The available delimiters are: '
    "//, ||, \"\", '', (), [], {{}}, <>"
)
PLAIN = {'"': re.compile(r'[^"\\#]*"'), "'": re.compile(r"[^'\\#]*'")}
MODIFIERS = re.compile(r"[a-zA-Z0-9]*")
HEREDOC_HEAD = re.compile(r"[ \t]*\r?\n")
MISNAMED = re.compile(r"~(?:[a-z]{2}|[A-Z][A-Z0-9]*[a-z])")


class Quote:
    """A string, charlist, atom or sigil being read: where it began, how it ends, what its parts are."""

    __slots__ = ("after_dot", "end", "escapes", "heredoc", "interpolates", "name", "opening", "parts",
    "place",
                 "sigil", "special", "start", "start_kind", "what")  # fmt: skip

    def __init__(self, what: str, start_kind: int, opening: str, end: str, place: int, start: int) -> None:
        self.what = what
        self.start_kind = start_kind
        self.opening = opening
        self.end = end
        self.place = place  # of the delimiter, for errors
        self.start = start  # of the token
        self.heredoc = len(end) == 3
        self.escapes = True
        self.interpolates = True
        self.sigil = ""
        self.name = ""
        self.after_dot = False
        self.parts: list[int] = []
        self.special = re.compile("")


_SPECIALS: dict[tuple[str, bool], re.Pattern[str]] = {}


def _special(end: str, interpolates: bool) -> re.Pattern[str]:
    """What ends a run of plain text: the terminator, an escape, a hole."""
    key = (end, interpolates)
    if key not in _SPECIALS:
        stop = r"(?:(?<=\n)|\A)[ \t]*" + end if len(end) == 3 else re.escape(end)
        hole = r"|\#\{" if interpolates else ""
        _SPECIALS[key] = re.compile(rf"{stop}|\\[\s\S]?{hole}")
    return _SPECIALS[key]


def string(tk: Tokenizer, found: re.Match[str], begin: int, end: int) -> int:
    opening = found.group("string")
    if tk.last == t.T_DOT and len(opening) == 3:  # a quoted name is no heredoc
        opening = opening[0]
        end = begin + 1
    place = tk.place(begin)
    if len(opening) == 1:
        plain = PLAIN[opening].match(tk.text, end)
        if (
            plain
            and opening == '"'
            and not tk.bidirectional
            and tk.last != t.T_DOT
            and tk.text[plain.end() : plain.end() + 1] != ":"
        ):
            content = tk.text[end : plain.end() - 1]
            tk.emit(t.T_STRING, content, place)
            if "\n" in content:
                tk.count_lines(end, plain.end())
            return plain.end()
    double = opening[0] == '"'
    what = "heredoc" if len(opening) == 3 else "string"
    quote = Quote(what, t.T_STR_START if double else t.T_LIST_START, opening, opening, place, place)
    quote.after_dot = tk.last == t.T_DOT and len(opening) == 1
    return read(tk, quote, end)


def sigil(tk: Tokenizer, found: re.Match[str], begin: int, end: int) -> int:
    opening = found.group("delimiter") or ""
    written = found.group("sigil")
    name = written[1 : len(written) - len(opening)]
    if len(opening) < 3 and opening not in SIGIL_CLOSERS:
        if MISNAMED.match(tk.text, begin):
            raise tk.error(SIGIL_NAME_ERROR + tk.text[begin:], begin)
        if not opening:
            raise tk.unexpected(begin)
        column = end - tk.line_start
        raise tk.error(DELIMITER_ERROR.format(opening, column, lint.code_point(opening)), begin)
    place = tk.place(end - len(opening))
    closing = opening if len(opening) == 3 else SIGIL_CLOSERS[opening]
    quote = Quote("sigil", t.T_SIGIL_START, opening, closing, place, tk.place(begin))
    quote.sigil = name
    quote.name = f"~{name[0]}{opening}"  # as errors write it
    quote.escapes = False
    quote.interpolates = name[0].islower()
    return read(tk, quote, end)


def read(tk: Tokenizer, quote: Quote, offset: int) -> int:
    """Start reading after the opening delimiter."""
    quote.special = _special(quote.end, quote.interpolates)
    if quote.heredoc:
        head = HEREDOC_HEAD.match(tk.text, offset)
        if head is None:
            raise tk.error(
                "heredoc allows only whitespace characters followed by a new line after opening "
                "" + quote.end,
                offset,
            )
        tk.count_lines(offset, head.end())
        offset = head.end()
    quote.parts.append(len(tk.kinds))
    tk.emit(quote.start_kind, quote, quote.start)
    return scan(tk, quote, offset)


def scan(tk: Tokenizer, quote: Quote, begin: int) -> int:
    """Read on until the end of *quote* or its next hole; what it leaves are tokens."""
    text = tk.text
    offset = begin
    search = quote.special.search
    while True:
        found = search(text, offset)
        if found is None:
            tk.count_lines(begin, len(text))
            raise missing(tk, quote, len(text))
        char = text[found.start()]
        offset = found.end()
        if char == "\\" and quote.end != "\\":
            continue
        if char == "#" and found.group() == "#{":
            _part(tk, quote, begin, found.start())
            tk.count_lines(begin, found.start())
            place = tk.place(found.start())
            tk.stack.append((quote, place, tk.indentation))
            tk.emit(t.T_INTERP_START, "#{", place)
            return offset
        _part(tk, quote, begin, found.start())
        tk.count_lines(begin, found.start())
        return _end(tk, quote, found.start(), offset)


def _part(tk: Tokenizer, quote: Quote, begin: int, end: int) -> None:
    """The raw text between holes; heredocs are dedented when their end is known."""
    if begin == end:
        return
    if tk.bidirectional:
        tk.check_direction("string", begin, end)
    quote.parts.append(len(tk.kinds))
    first = tk.last == quote.start_kind
    tk.emit(t.T_STR_PART, (tk.text[begin:end], first, begin), tk.place(begin))


def _end(tk: Tokenizer, quote: Quote, begin: int, end: int) -> int:
    """Finish the parts; a quote without holes shrinks to one token."""
    indentation = end - begin - 3 if quote.heredoc else 0
    for index in quote.parts[1:]:
        raw, first, _ = tk.values[index]
        if indentation:
            _lint_heredoc(tk, quote, raw, first, indentation, tk.places[index] // LINE)
        tk.values[index] = _finish(tk, quote, raw, first, indentation)
    if tk.notes is not None:
        tk.notes.quotes[quote.start] = (quote.opening, indentation)
    modifiers = ""
    if quote.sigil:
        found = MODIFIERS.match(tk.text, end)
        assert found is not None
        modifiers = found.group()
    start = quote.parts[0]
    written_end = end
    end += len(modifiers)
    key = (
        not quote.heredoc
        and quote.start_kind in (t.T_STR_START, t.T_LIST_START)
        and tk.keyword_colon(end)
    )
    _lint(tk, quote, start, key)
    if tk.last != t.T_INTERP_END and all(kind == t.T_STR_PART for kind in tk.kinds[start + 1 :]):
        content = (
            "".join(tk.values[start + 1 :])
            if _all_text(tk.values[start + 1 :])
            else tk.values[start + 1]
        )
        del tk.kinds[start:], tk.values[start:], tk.places[start:]
        return _whole(tk, quote, content, modifiers, key, end, indentation)
    if quote.after_dot:
        raise ParseError(
            "SyntaxError", "interpolation is not allowed when calling function/macro. "
            f'Found interpolation in a call starting with: {quote.opening}', quote.start // LINE,
            quote.start % LINE,
        )  # fmt: skip
    tk.emit(t.T_STR_END, modifiers, tk.place(written_end - len(quote.end)))
    if quote.sigil:
        tk.values[start] = (quote, indentation)
    if key:
        tk.kinds[start] = t.T_KWSTR_START
        tk.last = t.T_KW
        return end + 1
    return end


def _lint(tk: Tokenizer, quote: Quote, start: int, key: bool) -> None:
    """Warn of single quotes and of quotes that are not needed."""
    kind = quote.start_kind
    values = tk.values[start + 1 :]
    name = values[0] if len(values) == 1 and isinstance(values[0], str) else ""
    what = "call" if quote.after_dot else "keyword" if key else "atom" if kind == t.T_ATOM_START else ""
    if what and lint.PLAIN_NAME.match(name):
        tk.warn(lint.UNNECESSARY[what].format(name), quote.start)
    elif key and quote.opening == "'":
        tk.warn(lint.QUOTED_KEY, quote.start)
    elif not what and kind == t.T_LIST_START:
        tk.warn(lint.CHARLIST_HEREDOC if quote.heredoc else lint.CHARLIST, quote.start)


def _lint_heredoc(tk: Tokenizer, quote: Quote, raw: str, first: bool, indentation: int, line: int) -> None:
    """Warn of the first line that is indented less than the closing delimiter."""
    for offset, row in enumerate(raw.split("\n")):
        text = row.lstrip(" \t")
        if text.strip("\r") and (offset or first) and len(row) - len(text) < indentation:
            tk.warn(lint.outdented(quote.end), (line + offset) * LINE + quote.place % LINE)
            return


def _whole(tk: Tokenizer, quote: Quote, content: Any, modifiers: str, key: bool, end: int, indentation: int) -> int:
    """A quote without holes."""
    kind = quote.start_kind
    if quote.after_dot:
        following = tk.text[end : end + 1]
        name = (
            t.T_PAREN_IDENT if following == "(" else t.T_BRACKET_IDENT if following == "[" else t.T_IDENT
        )
        tk.emit(name, tk.atom_of(content, quote.start), quote.start)
    elif key:
        tk.emit(t.T_KW, tk.atom_of(content, quote.start), quote.start)
        return end + 1
    elif kind == t.T_STR_START:
        tk.emit(t.T_STRING, content, quote.start)
    elif kind == t.T_LIST_START:
        tk.emit(t.T_CHARLIST, [ord(char) for char in content], quote.start)
    elif kind == t.T_ATOM_START:
        tk.emit(t.T_ATOM, tk.atom_of(content, quote.start), quote.start)
    else:
        tk.emit(t.T_SIGIL, (quote, content, modifiers, indentation), quote.start)
    return end


def _finish(tk: Tokenizer, quote: Quote, raw: str, first: bool, indentation: int) -> Any:
    """Dedent and unescape one part."""
    if indentation:
        raw = re.sub(rf"(\n)[ \t]{{1,{indentation}}}", r"\1", raw)
        if first:
            raw = re.sub(rf"\A[ \t]{{1,{indentation}}}", "", raw)
    if "\\" not in raw:
        return raw
    if not (quote.escapes and tk.unescapes):
        closing = re.escape(quote.end)
        return re.sub(rf"\\(\\|{closing})", lambda m: m.group(1) if m.group(1) != "\\" else "\\\\", raw)
    try:
        return unescape(raw)
    except ValueError as problem:
        # The reference points at the beginning of the text.
        inside = not quote.heredoc and quote.what != "atom"
        raise ParseError("SyntaxError", problem.args[0], quote.start // LINE, quote.start % LINE + inside) from None


def missing(tk: Tokenizer, quote: Quote, offset: int, hole: bool = False) -> ParseError:
    """The text ended inside *quote* (or inside one of its holes)."""
    what = "function name" if quote.after_dot else "heredoc" if quote.heredoc else f"sigil {quote.name}" if quote.sigil else quote.what
    missing = 'missing interpolation terminator: "}"' if hole else f"missing terminator: {quote.end}"
    line = quote.place // LINE
    return ParseError(
        "TokenMissingError", f"{missing} (for {what} starting at line {line})", line, quote.place % LINE,
        end_line=tk.line, end_column=offset - tk.line_start + 1, opening=quote.opening,
        expected=quote.end,
    )  # fmt: skip


def _all_text(values: list[Any]) -> bool:
    return all(isinstance(value, str) for value in values)
