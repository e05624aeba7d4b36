"""From the tokens of a template to a quoted expression, built by an engine.

The code of a block is spread over several tags. Its tags are joined to one text in which a call of ``__EEX__`` stands for
what lies between them; that text is parsed as a whole, and the calls are replaced by what the engine made of the parts.
"""

from __future__ import annotations

from typing import Any

from defnpy.host.eex import tokens as tk
from defnpy.host.eex.tokens import Token
from defnpy.host.reflect.code import string_to_quoted_bang
from defnpy.host.source import report_warnings
from defnpy.stdlib.kernel import find_function
from defnpy.stdlib.util import option, pairs
from defnpy.terms.atom import Atom, alias
from defnpy.terms.errors import ElixirError, make

PLACEHOLDER = Atom("__EEX__")
NO_OUTPUT = 'the contents of this expression won\'t be output unless the EEx block starts with "<%="'
NOT_CLOSED = "expected a closing '<% end %>' for block expression in EEx"


def read(text: str, options: Any) -> tk.Reader:
    """A reader of *text* that has run; what it warns of is shown."""
    line, column, indentation = option(options, "line", 1), option(options, "column", 1), option(options, "indentation", 0)
    reader = tk.Reader(text, line, column, indentation, option(options, "trim", False) is True)
    try:
        reader.run()
    finally:
        if reader.warnings:
            report_warnings(reader.warnings, option(options, "file", "nofile"))
    return reader


def compile_template(text: str, options: Any) -> Any:
    """The quoted expression of a template."""
    file = option(options, "file", "nofile")
    try:
        reader = read(text, options)
    except tk.TemplateError as problem:
        raise _syntax_error(problem, file, None) from None
    try:
        return Compiler(reader.tokens, options, file).template()
    except tk.TemplateError as problem:
        shown = tk.snippet(text, problem.line, problem.column, reader.indentation)
        raise _syntax_error(problem, file, shown) from None


def _syntax_error(problem: tk.TemplateError, file: Any, shown: str | None) -> ElixirError:
    return make("EEx.SyntaxError", problem.message, file=file, line=problem.line, column=problem.column, snippet=shown)


class Engine:
    """The callbacks of an engine, called by name."""

    def __init__(self, module: Any) -> None:
        self.module = module

    def call(self, name: str, *args: Any) -> Any:
        return find_function(self.module, Atom(name), len(args))(*args)


class Compiler:
    """One run over the tokens of a template."""

    def __init__(self, tokens: list[Token], options: Any, file: Any) -> None:
        self.tokens = tokens
        self.position = 0
        self.options = options
        self.file = file
        self.engine = Engine(option(options, "engine") or alias("EEx.SmartEngine"))
        self.parsing = option(options, "parser_options", pairs(columns=True))

    def template(self) -> Any:
        state = self.engine.call("init", self.options)
        state, stop = self.section(state)
        if stop.kind in (tk.MIDDLE, tk.END):
            what = "middle" if stop.kind == tk.MIDDLE else "end"
            raise tk.TemplateError(f"unexpected {what} of expression <%{stop.text}%>", stop.line, stop.column)
        return self.engine.call("handle_body", state)

    def next(self) -> Token:
        token = self.tokens[self.position]
        self.position += 1
        return token

    def section(self, state: Any) -> tuple[Any, Token]:
        """The state after the tokens up to one that this section does not own, and that token."""
        while True:
            token = self.next()
            if token.kind == tk.TEXT:
                place = pairs(line=token.line, column=token.column)
                state = self.engine.call("handle_text", state, place, token.text)
            elif token.kind == tk.EXPR:
                state = self.engine.call("handle_expr", state, token.marker, self.parsed(token, token.text))
            elif token.kind == tk.START:
                if not token.marker:
                    report_warnings([((token.line << 32) + token.column, NO_OUTPUT)], self.file)
                state = self.engine.call("handle_expr", state, token.marker, self.block(token, state))
            elif token.kind != tk.COMMENT:
                return state, token

    def block(self, start: Token, state: Any) -> Any:
        """The quoted expression of a block, whose first tag has just been read."""
        code = [start.text]
        parts: list[Any] = []
        if self.clauses_follow():
            self.skip_blanks(code)
            code.append(self.lines_to(start, code, self.tokens[self.position]) + self.next().text)
        while True:
            state, stop = self.section(self.engine.call("handle_begin", state))
            if stop.kind == tk.EOF:
                raise tk.TemplateError(NOT_CLOSED, *_first_place(start))
            code.append(f"{PLACEHOLDER.name}({len(parts)});")
            parts.append(self.engine.call("handle_end", state))
            code.append(self.lines_to(start, code, stop) + stop.text)
            if stop.kind == tk.END:
                return _filled(self.parsed(start, "".join(code)), parts)

    def clauses_follow(self) -> bool:
        """Whether nothing but blanks and comments stands before the next tag, which goes on with the block."""
        after = self.position
        while self.is_blank(self.tokens[after]):
            after += 1
        return self.tokens[after].kind == tk.MIDDLE

    @staticmethod
    def is_blank(token: Token) -> bool:
        return token.kind == tk.COMMENT or (token.kind == tk.TEXT and not token.text.strip(" \t\r\n"))

    def skip_blanks(self, code: list[str]) -> None:
        """Blanks before the first clause of a block are part of its code."""
        while self.is_blank(token := self.tokens[self.position]):
            self.position += 1
            if token.kind == tk.TEXT:
                code.append(token.text)

    @staticmethod
    def lines_to(start: Token, code: list[str], token: Token) -> str:
        """The line breaks that put *token* on its line of the joined code."""
        return "\n" * (token.line - start.line - sum(part.count("\n") for part in code))

    def parsed(self, token: Token, code: str) -> Any:
        place = pairs(file=self.file, line=token.line, column=_code_column(token))
        return string_to_quoted_bang(code, [*place, *self.parsing])


def _code_column(token: Token) -> int:
    return token.column + 2 + len(token.marker)


def _first_place(token: Token) -> tuple[int, int]:
    """Where the first word of a tag stands."""
    blanks = token.text[: len(token.text) - len(token.text.lstrip())]
    *_, last = blanks.split("\n")
    return token.line + blanks.count("\n"), (1 if "\n" in blanks else _code_column(token)) + len(last)


def _filled(tree: Any, parts: list[Any]) -> Any:
    """*tree* with the parts in the places that stand for them."""
    if tree.__class__ is list:
        return [_filled(item, parts) for item in tree]
    if tree.__class__ is not tuple:
        return tree
    if len(tree) == 3 and tree[0] is PLACEHOLDER:
        return parts[tree[2][0]]
    return tuple(_filled(item, parts) for item in tree)
