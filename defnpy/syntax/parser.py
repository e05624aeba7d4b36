"""From tokens to the quoted tree: a tight shift/reduce loop over Lark's LALR tables.

Chains of alternatives that only rename (``base -> acc -> primary -> run ...``) are followed once per
(state, symbol, next token) and remembered, so an operand costs a shift and at most one reduction.
"""

from __future__ import annotations

import gc
from typing import Any

from defnpy.syntax import build
from defnpy.syntax import terminals as t
from defnpy.syntax.describe import describe_unexpected
from defnpy.syntax.errors import ParseError
from defnpy.syntax.tables import Tables, tables
from defnpy.syntax.tokenizer import Tokenizer
from defnpy.terms.atom import Atom

FOLDED = 1 << 20
GC_FROM = 20_000


class Machine:
    """The tables in the form the loop wants: one per process."""

    def __init__(self, made: Tables) -> None:
        self.actions = made.actions
        self.rules = made.rules
        self.start = made.start
        self.end = made.end
        self.symbols = made.symbols
        self.width = len(made.symbols)
        self.builders = [build.BUILDERS[rule.builder] if rule.builder else None for rule in made.rules]
        self.sizes = [rule.size for rule in made.rules]
        self.lefts = [rule.symbol for rule in made.rules]
        self.renames = [rule.size == 1 and rule.builder in ("", "fold") for rule in made.rules]
        self.folds = [rule.builder == "fold" for rule in made.rules]
        self.jumps: dict[int, int] = {}

    def jump(self, state: int, symbol: int, following: int, key: int) -> int:
        """The state after *symbol* in *state* and all renamings *following* allows; FOLDED if one folds."""
        target = self.actions[state][symbol]
        folded = 0
        while True:
            action = self.actions[target].get(following)
            if action is None or action >= 0 or not self.renames[-1 - action]:
                break
            rule = -1 - action
            if self.folds[rule]:
                folded = FOLDED
            target = self.actions[state][self.lefts[rule]]
        self.jumps[key] = target | folded
        return target | folded


_machine: Machine | None = None


def machine() -> Machine:
    """The one machine (tables come from the cache or are built at the first parse)."""
    global _machine
    if _machine is None:
        _machine = Machine(tables())
    return _machine


class Unexpected(Exception):
    """The token at ``index`` does not fit; ``states`` are the parser's."""

    def __init__(self, index: int, states: list[int], values: list[Any], places: list[int]) -> None:
        self.index = index
        self.states = states
        self.values = values
        self.places = places


def drive(engine: Machine, kinds: list[int], token_values: list[Any], token_places: list[int]) -> Any:
    """The shift/reduce loop."""
    actions = engine.actions
    builders = engine.builders
    sizes = engine.sizes
    lefts = engine.lefts
    jumps = engine.jumps
    width = engine.width
    run_class = build.Run
    fold_run = build.fold_run
    states = [engine.start]
    values: list[Any] = []
    places: list[int] = []
    state = engine.start
    index = 0
    kind = kinds[0]
    while True:
        action = actions[state].get(kind)
        if action is None:
            raise Unexpected(index, states, values, places)
        if action >= 0:
            if kind == 0:
                return values[0]
            values.append(token_values[index])
            places.append(token_places[index])
            index += 1
            following = kinds[index]
            key = (state * width + kind) * width + following
            kind = following
            target = jumps.get(key)
            if target is None:
                target = engine.jump(state, kinds[index - 1], following, key)
            if target >= FOLDED:
                target -= FOLDED
                # A token alone is never an operator chain.
            states.append(target)
            state = target
            continue
        rule = -1 - action
        size = sizes[rule]
        builder = builders[rule]
        value = builder(values, places) if builder is not None else values[-1]
        if size == 1:
            values[-1] = value
            state = states[-2]
        elif size:
            del values[-size:]
            values.append(value)
            if size == 2:
                places.pop()
            else:
                del places[1 - size :]
            del states[1 - size :]
            state = states[-2]
        else:
            values.append(value)
            places.append(token_places[index])
            states.append(0)
        left = lefts[rule]
        key = (state * width + left) * width + kind
        target = jumps.get(key)
        if target is None:
            if left not in actions[state]:
                raise Unexpected(index, states, values, places)
            target = engine.jump(state, left, kind, key)
        if target >= FOLDED:
            target -= FOLDED
            if value.__class__ is run_class:
                values[-1] = fold_run(value)
        if target == engine.end and kind == 0:
            return values[-1]
        states[-1] = target
        state = target


def parse_with_warnings(
    text: str | bytes,
    file: str = "nofile",
    line: int = 1,
    column: int = 1,
    *,
    columns: bool = True,
    existing_atoms_only: bool = False,
    token_metadata: bool = False,
    literal_encoder: Any = None,
) -> tuple[Any, list[tuple[int, str]]]:
    """The quoted tree of *text* and the warnings met on the way. Raises only :class:`ParseError`."""
    source = text if isinstance(text, str) else decode(text, file, line)
    tokenizer = Tokenizer(source, line, column)
    pause = len(source) > GC_FROM and gc.isenabled()
    if pause:
        gc.disable()
    try:
        tree = _parse_tokens(tokenizer)
    except ParseError as error:
        raise error.locate(source, file, line) from None
    finally:
        if pause:
            gc.enable()
    if tree is build.NOTHING:
        first = tokenizer.places[0] if tokenizer.places else None
        meta = [] if first is None else [(Atom("line"), first >> 32), (Atom("column"), first & 0xFFFFFFFF)]
        tree = (Atom("__block__"), meta, [])
    if not columns:
        drop_columns(tree)
    return tree, tokenizer.warnings


def parse(
    text: str | bytes,
    file: str = "nofile",
    line: int = 1,
    column: int = 1,
    *,
    columns: bool = True,
    existing_atoms_only: bool = False,
    token_metadata: bool = False,
    literal_encoder: Any = None,
) -> Any:
    """The quoted tree of *text*. Raises :class:`ParseError`, and nothing else, when it is not Elixir."""
    return parse_with_warnings(text, file, line, column, columns=columns)[0]


def _parse_tokens(tokenizer: Tokenizer) -> Any:
    tokenizer.run()
    kinds, values, places = tokenizer.kinds, tokenizer.values, tokenizer.places
    kinds.append(t.T_FINISH)
    values.append(None)
    places.append(places[-1] if places else (tokenizer.line << 32) + 1)
    try:
        tree = drive(machine(), kinds, values, places)
    except Unexpected as problem:
        raise describe_unexpected(machine(), problem, tokenizer) from None
    kinds.pop()
    places.pop()
    return tree


def decode(data: bytes, file: str, line: int) -> str:
    """Source bytes as text; bytes that are not UTF-8 are an error on their line."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as problem:
        before = data[: problem.start]
        bad = data[problem.start : problem.start + 1]
        at = line + before.count(b"\n")
        start = before.rfind(b"\n") + 1
        column = len(before[start:].decode("utf-8", "replace")) + 1
        error = ParseError("SyntaxError", f"invalid encoding starting at <<{bad[0]}>>", at, column)
        raise error.locate(data.decode("utf-8", "replace"), file, line) from None


def drop_columns(tree: Any) -> None:
    """Take ``column`` out of every node's metadata (in place: the tree is fresh)."""
    column = Atom("column")
    todo = [tree]
    while todo:
        term = todo.pop()
        if term.__class__ is list:
            todo.extend(term)
        elif term.__class__ is tuple:
            if len(term) == 3 and term[1].__class__ is list:
                term[1][:] = [entry for entry in term[1] if entry[0] is not column]
                todo.append(term[0])
                if term[2].__class__ is list:
                    todo.append(term[2])
            else:
                todo.extend(term)
