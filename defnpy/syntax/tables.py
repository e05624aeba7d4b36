"""The parse tables of ``grammar/elixir.lark``, from the user's cache or made by Lark.

Lark is imported only when the cache has no tables for this grammar, Lark and Python.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import sys
import tempfile
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NamedTuple

from defnpy.base.cachedir import cache_dir
from defnpy.syntax.terminals import TERMINALS

FORMAT = 1


class Rule(NamedTuple):
    """One alternative: its nonterminal's number, its length, its builder's name ("" for none)."""

    symbol: int
    size: int
    builder: str


class Tables(NamedTuple):
    """``actions[state]`` maps a symbol to a state (shift, goto) or to ``-1 - rule`` (reduce)."""

    actions: list[dict[int, int]]
    rules: list[Rule]
    start: int
    end: int
    symbols: list[str]


def grammar_path() -> Path:
    """The grammar file: beside the package in an installed wheel, at the top of a checkout otherwise."""
    package = Path(__file__).resolve().parent.parent
    shipped = package / "_grammar" / "elixir.lark"
    return shipped if shipped.exists() else package.parent / "grammar" / "elixir.lark"


@cache
def tables() -> Tables:
    """The tables, made once in a process."""
    text = grammar_path().read_bytes()
    key = _key(text)
    try:
        path = cache_dir() / f"grammar-{key}.tables"
    except OSError:
        return _build(text.decode("utf-8"))
    return _read(path) or _write(path, _build(text.decode("utf-8")))


def _key(text: bytes) -> str:
    try:
        lark = version("lark")
    except PackageNotFoundError:
        lark = "none"
    about = f"{FORMAT} {lark} {sys.version} {' '.join(TERMINALS)}".encode()
    return hashlib.sha256(about + b"\0" + text).hexdigest()[:32]


def _read(path: Path) -> Tables | None:
    """Tables from the cache; None when the file is missing, short or altered."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    digest, body = data[:32], data[32:]
    if hashlib.sha256(body).digest() != digest:
        return None
    actions, rules, start, end, symbols = marshal.loads(body)
    return Tables(actions, [Rule(*rule) for rule in rules], start, end, symbols)


def _write(path: Path, made: Tables) -> Tables:
    body = marshal.dumps(
        (made.actions, [tuple(rule) for rule in made.rules], made.start, made.end, made.symbols)
    )
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(hashlib.sha256(body).digest() + body)
        os.replace(temporary, path)
    except OSError:
        if temporary is not None and os.path.exists(temporary):
            os.unlink(temporary)
    return made


def _build(text: str) -> Tables:
    """Let Lark make the tables (strict: a conflict in the grammar is an error)."""
    from lark import Lark
    from lark.lexer import Lexer
    from lark.parsers.lalr_analysis import Shift

    class NoLexer(Lexer):
        """The tokenizer is ours; Lark only makes the tables."""

        def __init__(self, conf: Any) -> None:
            pass

        def lex(self, lexer_state: Any, parser_state: Any) -> Any:
            return iter(())

    lark = Lark(text, parser="lalr", lexer=NoLexer, strict=True, maybe_placeholders=False)
    table = lark.parser.parser._parse_table
    symbols = list(TERMINALS)
    numbers = {name: number for number, name in enumerate(symbols)}
    rules: list[Rule] = []
    places: dict[Any, int] = {}

    def symbol(name: str) -> int:
        if name not in numbers:
            numbers[name] = len(symbols)
            symbols.append(str(name))
        return numbers[name]

    def rule_number(rule: Any) -> int:
        if rule not in places:
            places[rule] = len(rules)
            origin = symbol(rule.origin.name)
            rules.append(Rule(origin, len(rule.expansion), str(rule.alias or "")))
        return places[rule]

    actions: list[dict[int, int]] = [{} for _ in range(max(table.states) + 1)]
    for state, row in table.states.items():
        for name, (action, argument) in row.items():
            target = argument if action is Shift else -1 - rule_number(argument)
            actions[state][symbol(name)] = target
    unknown = [name for name in symbols[len(TERMINALS) :] if name.isupper()]
    assert not unknown, unknown
    return Tables(actions, rules, table.start_states["start"], table.end_states["start"], symbols)
