"""What to say about a token that does not fit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from defnpy.syntax import terminals as t
from defnpy.syntax.errors import ParseError
from defnpy.syntax.lint import MISPLACED_DO
from defnpy.syntax.terminals import quoted_name
from defnpy.syntax.tokenizer import OPERAND_END
from defnpy.terms.atom import atom_name

if TYPE_CHECKING:
    from defnpy.syntax.parser import Machine, Unexpected
    from defnpy.syntax.tokenizer import Tokenizer

_MASK = (1 << 32) - 1
RESERVED = (
    'syntax error before: {0}. "{0}" is a reserved word in Elixir and therefore its usage is '
    "limited. For instance, "
    "it can't be used as a variable or be defined nor invoked as a regular function"
)
RESERVED_WORDS = frozenset("true false nil when and or not in end catch else after".split())
CHARACTER = re.compile(r"\?(?:\\.|.)")
_STARTS = (t.T_STR_START, t.T_KWSTR_START, t.T_LIST_START, t.T_ATOM_START, t.T_SIGIL_START)
BLANK_TAIL = re.compile(r"([ \t]*)(?:#[^\n]*)?\r?\n(?:[ \t]*(?:#[^\n]*)?(?:\r?\n|\Z))*\Z")
NUMBER = re.compile(r"0x[0-9a-fA-F_]+|0b[01_]+|0o[0-7_]+|[0-9_]+(?:\.[0-9_]+(?:[eE][-+]?[0-9_]+)?)?")


def describe_unexpected(engine: Machine, problem: Unexpected, tokenizer: Tokenizer) -> ParseError:
    """The error for the first token that no alternative takes."""
    pending = _pending_error(engine, problem)
    if pending is not None:
        return pending
    index = problem.index
    kind = tokenizer.kinds[index]
    place = tokenizer.places[index]
    line, column = place >> 32, place & _MASK
    if kind == t.T_FINISH:
        line, column = _last_token(place, tokenizer)
        return ParseError("TokenMissingError", "syntax error: expression is incomplete", line, column)
    value = tokenizer.values[index]
    if kind == t.T_EOE and value == "\n":
        return ParseError(
            "SyntaxError",
            "unexpectedly reached end of line. The current expression is invalid or incomplete", line,
            column,
        )  # fmt: skip
    if kind == t.T_KW and index and tokenizer.kinds[index - 1] in OPERAND_END:
        if atom_name(value) == "do":
            return ParseError("SyntaxError", "unexpected keyword: do:" + MISPLACED_DO, line, column)
        return ParseError("SyntaxError", f"syntax error before: '{atom_name(value)}:'", line, column)
    text = token_text(kind, value, place, tokenizer)
    if kind in _STARTS:
        # A text with interpolation is named by what comes before the first hole.
        follows = index + 1 < len(tokenizer.kinds) and tokenizer.kinds[index + 1] == t.T_STR_PART
        first = tokenizer.values[index + 1] if follows else ""
        if kind == t.T_SIGIL_START:
            text += f" starting with content '{first}'"
        elif first:
            text = f'"{_printable(first)}"'
    if text.strip("'") in RESERVED_WORDS:
        return ParseError("SyntaxError", RESERVED.format(text.strip("'")), line, column)
    return ParseError("SyntaxError", f"syntax error before: {text}", line, column)


def _last_token(place: int, tokenizer: Tokenizer) -> tuple[int, int]:
    """Where the last token is: the one at *place*, or the line break after it."""
    line, column = place >> 32, place & _MASK
    rest = tokenizer.text.split("\n", line - tokenizer_first_line(tokenizer))[-1]
    found = BLANK_TAIL.search(rest, column - 1)
    return (line, column) if found is None else (line, found.end(1) + 1)


def _pending_error(engine: Machine, problem: Unexpected) -> ParseError | None:
    """An alternative that is itself an error and is complete here says more than the token does."""
    row = engine.actions[problem.states[-1]]
    rules = {-1 - action for action in row.values() if action < 0}
    if len(rules) == 1:
        rule = rules.pop()
        builder = engine.builders[rule]
        if engine.rules[rule].builder.startswith("bad_") and builder is not None:
            try:
                builder(problem.values, problem.places)
            except ParseError as error:
                return error
    return None


def token_text(kind: int, value: Any, place: int, tokenizer: Tokenizer) -> str:
    """A token as the reference's messages write it: names bare, operators in quotes, numbers as strings."""
    if kind in (t.T_INT, t.T_FLOAT):
        return f'"{source_number(place, tokenizer)}"'
    if kind == t.T_CAPTURE:
        return "'&'"
    if kind == t.T_CHAR:
        return _written(CHARACTER, place, tokenizer)
    if kind == t.T_STRING:
        return '"' + _printable(value) + '"' if isinstance(value, str) else '"'
    if kind in (t.T_STR_START, t.T_KWSTR_START, t.T_LIST_START, t.T_ATOM_START):
        return '"'
    if kind == t.T_CHARLIST:
        return '"' + _printable("".join(map(chr, value))) + '"'
    if kind == t.T_SIGIL:
        quote, content, _, _ = value
        return f"sigil ~{quote.sigil} starting with content '{content}'"
    if kind == t.T_SIGIL_START:
        quote = value[0] if isinstance(value, tuple) else value
        return f"sigil ~{quote.sigil}"
    if kind in (t.T_UN, t.T_BIN, t.T_BAR, t.T_WHEN, t.T_AT, t.T_ELLIPSIS, t.T_NULLARY):
        return quoted_name(value.atom.name)
    if kind in (t.T_FN, t.T_DO):
        return str(value)
    if kind in (t.T_WORD, t.T_ATOM, t.T_BLOCK, t.T_KW, t.T_ALIAS):
        return quoted_name(atom_name(value))
    if isinstance(value, str):
        return quoted_name(value)
    return quoted_name(atom_name(value))


def _printable(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def source_number(place: int, tokenizer: Tokenizer) -> str:
    """The digits as they were written."""
    return _written(NUMBER, place, tokenizer)


def _written(pattern: re.Pattern[str], place: int, tokenizer: Tokenizer) -> str:
    lines = tokenizer.text.split("\n")
    first = tokenizer_first_line(tokenizer)
    row = lines[(place >> 32) - first] if 0 <= (place >> 32) - first < len(lines) else ""
    found = pattern.match(row, (place & _MASK) - 1)
    return found.group() if found else ""


def tokenizer_first_line(tokenizer: Tokenizer) -> int:
    """The number of the text's first line."""
    return tokenizer.line - tokenizer.text.count("\n")
