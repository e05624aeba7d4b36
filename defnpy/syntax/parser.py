"""From tokens to the quoted tree: a tight shift/reduce loop over Lark's LALR tables.

Chains of alternatives that only rename (``base -> acc -> primary -> run ...``) are followed once per
(state, symbol, next token) and remembered, so an operand costs a shift and at most one reduction.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any, NamedTuple

from defnpy.syntax import terminals as t
from defnpy.syntax.annotate import Annotator
from defnpy.syntax.builders import BUILDERS, nodes
from defnpy.syntax.builders.operators import fold_run
from defnpy.syntax.describe import describe_unexpected
from defnpy.syntax.errors import ParseError
from defnpy.syntax.notes import Comment, Notes
from defnpy.syntax.tables import Tables, tables
from defnpy.syntax.tokenizer import Tokenizer
from defnpy.terms.atom import MISSING, Atom, existing_atom

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
        self.builders = self.with_builders(BUILDERS)
        self.sizes = [rule.size for rule in made.rules]
        self.lefts = [rule.symbol for rule in made.rules]
        self.renames = [rule.size == 1 and rule.builder in ("", "fold") for rule in made.rules]
        self.folds = [rule.builder == "fold" for rule in made.rules]
        self.jumps: dict[int, int] = {}

    def with_builders(self, table: dict[str, nodes.Builder]) -> list[Any]:
        """The builder of each rule, from *table*."""
        return [table[rule.builder] if rule.builder else None for rule in self.rules]

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


def drive(
    engine: Machine,
    kinds: list[int],
    token_values: list[Any],
    token_places: list[int],
    builders: list[Any] | None = None,
) -> Any:
    """The shift/reduce loop, with other *builders* than the plain ones if given."""
    actions = engine.actions
    builders = engine.builders if builders is None else builders
    sizes = engine.sizes
    lefts = engine.lefts
    jumps = engine.jumps
    width = engine.width
    run_class = nodes.Run
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
        try:
            value = builder(values, places) if builder is not None else values[-1]
        except nodes.Refused:
            raise Unexpected(index, states, values, places) from None
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


class Options(NamedTuple):
    """How to read a text; the names are those of ``Code.string_to_quoted/2``."""

    columns: bool = True
    existing_atoms_only: bool = False
    token_metadata: bool = False
    literal_encoder: Any = None  # (value, metadata) -> {:ok, node} | {:error, reason}
    static_atoms_encoder: Any = None  # (name, metadata) -> {:ok, term} | {:error, reason}
    unescape: bool = True
    tree_errors: bool = False  # whether errors that are found in a tree name its column

    @property
    def annotates(self) -> bool:
        """Whether the plain builders are not enough."""
        return self.token_metadata or self.literal_encoder is not None


PLAIN = Options()


class Parsed(NamedTuple):
    """A quoted tree and what else was met on the way."""

    tree: Any
    warnings: list[tuple[int, str]]
    comments: list[Comment]


def parse_all(
    text: str | bytes,
    file: str = "nofile",
    line: int = 1,
    column: int = 1,
    options: Options = PLAIN,
    comments: bool = False,
) -> Parsed:
    """The quoted tree, the warnings and (on request) the comments. Raises only :class:`ParseError`."""
    source = text if isinstance(text, str) else decode(text, file, line)
    notes = Notes() if comments or options.annotates else None
    tokenizer = Tokenizer(
        source, line, column, notes=notes, escapes=options.unescape, intern=_interning(options)
    )
    pause = len(source) > GC_FROM and gc.isenabled()
    if pause:
        gc.disable()
    noticed: dict[int, str] = {}
    outer = nodes.NOTICED.set(noticed)
    try:
        tree = _parse_tokens(tokenizer, options)
    except ParseError as error:
        if error.of_tree and not options.tree_errors:
            error.column = None
        raise error.locate(source, file, line, column) from None
    finally:
        nodes.NOTICED.reset(outer)
        if pause:
            gc.enable()
    tokenizer.warnings.extend(noticed.items())
    if tree is nodes.NOTHING:
        first = tokenizer.places[0] if tokenizer.places else _first_break(source, line, column)
        meta = [] if first is None else [(Atom("line"), first >> 32), (Atom("column"), first & 0xFFFFFFFF)]
        tree = (Atom("__block__"), meta, [])
    if not options.columns:
        drop_columns(tree)
    return Parsed(tree, tokenizer.warnings, notes.comments if notes is not None else [])


def _first_break(text: str, line: int, column: int) -> int | None:
    """The place of the first line break in a text without tokens."""
    if "\n" not in text:
        return None
    row = text.removeprefix("\ufeff")
    return (line << 32) + column + len(row) - len(row.lstrip(" \t"))


def parse_with_warnings(
    text: str | bytes, file: str = "nofile", line: int = 1, column: int = 1, *, columns: bool = True
) -> tuple[Any, list[tuple[int, str]]]:
    """The quoted tree of *text* and the warnings met on the way. Raises only :class:`ParseError`."""
    made = parse_all(text, file, line, column, Options(columns=columns))
    return made.tree, made.warnings


def parse(text: str | bytes, file: str = "nofile", line: int = 1, column: int = 1, *, columns: bool = True) -> Any:
    """The quoted tree of *text*. Raises :class:`ParseError`, and nothing else, when it is not Elixir."""
    return parse_all(text, file, line, column, Options(columns=columns)).tree


def _interning(options: Options) -> Callable[[str, int], Any] | None:
    """How names become atoms, when not simply by making them."""
    encoder = options.static_atoms_encoder
    if encoder is not None:
        return lambda name, place: _encoded_atom(encoder, name, place)
    return _existing_atom if options.existing_atoms_only else None


def _encoded_atom(encoder: Any, name: str, place: int) -> Any:
    meta = [(Atom("line"), place >> 32), (Atom("column"), place & 0xFFFFFFFF)]
    made = encoder(name, meta)
    if made.__class__ is tuple and len(made) == 2 and made[0] is Atom("ok"):
        return made[1]
    reason = made[1] if made.__class__ is tuple and len(made) == 2 else "invalid atom encoder result"
    raise ParseError("SyntaxError", f"{reason}: {name}", place >> 32, place & 0xFFFFFFFF)


def _existing_atom(name: str, place: int) -> Any:
    found = existing_atom(name)
    if found is MISSING:
        raise ParseError(
            "SyntaxError", f"unsafe atom does not exist: {name}", place >> 32, place & 0xFFFFFFFF
        )
    return found


def _parse_tokens(tokenizer: Tokenizer, options: Options) -> Any:
    tokenizer.run()
    kinds, values, places = tokenizer.kinds, tokenizer.values, tokenizer.places
    builders = None
    if options.annotates and tokenizer.notes is not None:
        tokenizer.notes.settle(kinds, values, places)
        annotator = Annotator(
            tokenizer.notes,
            metadata=options.token_metadata,
            columns=options.columns,
            encoder=options.literal_encoder,
        )
        builders = machine().with_builders(annotator.builders(BUILDERS))
        values = annotator.tokens(kinds, values, places)
    kinds.append(t.T_FINISH)
    values.append(None)
    places.append(places[-1] if places else (tokenizer.line << 32) + 1)
    try:
        tree = drive(machine(), kinds, values, places, builders)
    except Unexpected as problem:
        tokenizer.values.append(None)
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
        # What is no text may hold anything: a terminal gets no control characters from it.
        shown = "".join(c if c.isprintable() or c in "\n\t" else "\ufffd" for c in data.decode("utf-8", "replace"))
        raise error.locate(shown, file, line) from None


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
