"""What to say about a token that does not fit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from defnpy.syntax import terminals as t
from defnpy.syntax.builders import BUILDERS
from defnpy.syntax.errors import ParseError
from defnpy.syntax.lint import INVISIBLE, MISPLACED_DO
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
END_OF_LINE = "unexpectedly reached end of line. The current expression is invalid or incomplete"
RESERVED_WORDS = frozenset("true false nil when and or not in end catch else after rescue fn".split())
_STARTS = (t.T_STR_START, t.T_KWSTR_START, t.T_LIST_START, t.T_ATOM_START, t.T_SIGIL_START)
BLANK_TAIL = re.compile(r"([ \t]*)(?:#[^\n]*)?\r?\n(?:[ \t]*(?:#[^\n]*)?(?:\r?\n|\Z))*\Z")
OPENERS = {
    t.T_LPAR: t.T_RPAR, t.T_LSQB: t.T_RSQB, t.T_LBRACE: t.T_RBRACE, t.T_MAP: t.T_RBRACE, t.T_LBIN: t.T_RBIN,
}  # fmt: skip
CLOSERS = frozenset((t.T_RPAR, t.T_RSQB, t.T_RBRACE, t.T_RBIN, t.T_END, t.T_INTERP_END))
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
    closer = OPENERS.get(_opener(index, tokenizer))
    try:
        complete = _accepts(engine, problem, t.T_EOE if closer is None else closer)
    except ParseError as error:
        return error
    if kind == t.T_FINISH:
        broken = None if tokenizer.last == t.T_DOT else _break_after(place, tokenizer)
        line, column = (line, column) if broken is None else broken
        return ParseError("TokenMissingError", "syntax error: expression is incomplete", line, column)
    value = tokenizer.values[index]
    if kind == t.T_EOE and value == "\n" and complete and closer is not None:
        # A line may break before the bracket that closes: what does not fit is what stands there instead.
        index += 1
        kind, value, place = tokenizer.kinds[index], tokenizer.values[index], tokenizer.places[index]
        line, column = place >> 32, place & _MASK
    elif kind == t.T_EOE and value == "\n":
        return ParseError("SyntaxError", END_OF_LINE, line, column)
    before = tokenizer.kinds[index - 1] if index else -1
    if (kind == t.T_END or (kind == t.T_BLOCK and _opener(index, tokenizer) == t.T_DO)) and before in OPERAND_END:
        broken = _break_after(tokenizer.places[index - 1], tokenizer, place)  # dropped before a word that closes
        if broken is not None:
            return ParseError("SyntaxError", END_OF_LINE, *broken)
    if kind == t.T_KW and before in OPERAND_END and before != t.T_NULLARY:
        if atom_name(value) == "do":
            return ParseError("SyntaxError", "unexpected keyword: do:" + MISPLACED_DO, line, column)
        return ParseError("SyntaxError", f"syntax error before: '{atom_name(value)}:'", line, column)
    text = token_text(kind, value, place, tokenizer)
    if kind in _STARTS:
        # A text with interpolation is named by what comes before the first hole.
        follows = index + 1 < len(tokenizer.kinds) and tokenizer.kinds[index + 1] == t.T_STR_PART
        first = tokenizer.values[index + 1] if follows else ""
        if kind == t.T_SIGIL_START:
            text += f" starting with content '{_bytes(first)}'"
        elif first:
            text = _shown(first)
    if text.strip("'") in RESERVED_WORDS:
        return ParseError("SyntaxError", RESERVED.format(text.strip("'")), line, column)
    return ParseError("SyntaxError", f"syntax error before: {text}", line, column)


def _opener(index: int, tokenizer: Tokenizer) -> int:
    """The kind of the bracket or word that is open at a token; -1 if none is."""
    depth = 0
    for kind in reversed(tokenizer.kinds[:index]):
        if kind in CLOSERS:
            depth += 1
        elif kind in OPENERS or kind in (t.T_DO, t.T_FN, t.T_INTERP_START):
            if not depth:
                return kind
            depth -= 1
    return -1


def _accepts(engine: Machine, problem: Unexpected, kind: int) -> bool:
    """Whether a token of this kind would be taken instead; raises when a keyword list before the last argument shows first."""
    states, places = list(problem.states), list(problem.places)
    while (action := engine.actions[states[-1]].get(kind)) is not None:
        if action >= 0:
            return True
        rule = engine.rules[-1 - action]
        if rule.builder.startswith("bad_kw"):
            BUILDERS[rule.builder]([], places)
        del states[len(states) - rule.size :]
        del places[len(places) - rule.size + 1 :]
        if not rule.size:
            places.append(0)
        states.append(engine.actions[states[-1]][rule.symbol])
    return False


def _break_after(place: int, tokenizer: Tokenizer, until: int | None = None) -> tuple[int, int] | None:
    """Line and column of the line break after the token at *place*, if nothing else stands before *until* (or the end)."""
    text = tokenizer.text
    found = BLANK_TAIL.search(text, _offset(place, tokenizer), len(text) if until is None else _offset(until, tokenizer))
    if found is None:
        return None
    end = found.end(1)
    return tokenizer_first_line(tokenizer) + text.count("\n", 0, end), end - text.rfind("\n", 0, end) - tokenizer.margin + 1


def _offset(place: int, tokenizer: Tokenizer) -> int:
    """Where in the text a place is."""
    lines = tokenizer.text.split("\n", (place >> 32) - tokenizer_first_line(tokenizer))
    return len(tokenizer.text) - len(lines[-1]) + (place & _MASK) - 2 + tokenizer.margin


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
        return f"?{INVISIBLE[value][0] if value in INVISIBLE else chr(value)}"
    if kind == t.T_STRING:
        return _shown(value) if isinstance(value, str) else '"'
    if kind in (t.T_STR_START, t.T_KWSTR_START, t.T_LIST_START, t.T_ATOM_START):
        return '"'
    if kind == t.T_CHARLIST:
        return _shown("".join(map(chr, value)))
    if kind == t.T_SIGIL:
        quote, content, _, _ = value
        return f"sigil ~{quote.sigil} starting with content '{_bytes(content)}'"
    if kind == t.T_SIGIL_START:
        quote = value[0] if isinstance(value, tuple) else value
        return f"sigil ~{quote.sigil}"
    if kind in (t.T_UN, t.T_BIN, t.T_BAR, t.T_WHEN, t.T_AT, t.T_ELLIPSIS, t.T_NULLARY):
        return quoted_name(value.atom.name)
    if kind in (t.T_FN, t.T_DO):
        return str(value)
    if kind in (t.T_WORD, t.T_ATOM, t.T_BLOCK, t.T_KW, t.T_ALIAS):
        return quoted_name(atom_name(value))
    if kind == t.T_MAP:
        return "'%{}'"
    if isinstance(value, str):
        return quoted_name(value)
    return quoted_name(atom_name(value))


def _shown(text: str) -> str:
    """A text in quotes, nothing escaped."""
    return f'"{_bytes(text)}"'


def _bytes(text: str) -> str:
    """A text as the reference shows it: byte by byte, if that gives characters one can see."""
    shown = text.encode().decode("latin-1")
    return shown if all(char.isprintable() or char in "\n\t\xa0\xad" for char in shown) else text


def source_number(place: int, tokenizer: Tokenizer) -> str:
    """The digits as they were written."""
    return _written(NUMBER, place, tokenizer)


def _written(pattern: re.Pattern[str], place: int, tokenizer: Tokenizer) -> str:
    lines = tokenizer.text.split("\n")
    first = tokenizer_first_line(tokenizer)
    row = lines[(place >> 32) - first] if 0 <= (place >> 32) - first < len(lines) else ""
    found = pattern.match(row, (place & _MASK) - 2 + tokenizer.margin)
    return found.group() if found else ""


def tokenizer_first_line(tokenizer: Tokenizer) -> int:
    """The number of the text's first line."""
    return tokenizer.line - tokenizer.text.count("\n")
