"""The builders of the grammar: each turns the top of the parser's stacks into one quoted term.

A builder gets the stack of values and the stack of places (a symbol's place is its first token's) and reads
from their ends. ``grammar/elixir.lark`` names the builder of every alternative that has one.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, NamedTuple

from defnpy.syntax import lint
from defnpy.syntax.errors import ParseError
from defnpy.syntax.terminals import BINARY, NOT_IN, Operator, quoted_name
from defnpy.terms.atom import Atom, atom_name

Values = list[Any]
Places = list[int]
Builder = Callable[[Values, Places], Any]

_LINE = Atom("line")
_COLUMN = Atom("column")
_BLOCK = Atom("__block__")
_ALIASES = Atom("__aliases__")
_DOT = Atom(".")
_FN = Atom("fn")
_ARROW = Atom("->")
_WHEN = Atom("when")
_BAR = Atom("|")
_TUPLE = Atom("{}")
_MAP = Atom("%{}")
_STRUCT = Atom("%")
_BITS = Atom("<<>>")
_TYPE = Atom("::")
_BINARY = Atom("binary")
_IN = Atom("in")
_NOT = Atom("not")
_BANG = Atom("!")
_CAPTURE = Atom("&")
_AMBIGUOUS = Atom("ambiguous_op")
_RANGE = Atom("..")
_STEP = Atom("//")
_RANGE_STEP = Atom("..//")
_DIVIDE = Atom("/")
_DO = Atom("do")
_GET = Atom("get")
_ACCESS = Atom("Elixir.Access")
_KERNEL = Atom("Elixir.Kernel")
_LIST = Atom("Elixir.List")
_TO_STRING = Atom("to_string")
_TO_CHARLIST = Atom("to_charlist")
_ERLANG = Atom("erlang")
_TO_ATOM = Atom("binary_to_atom")
_UTF8 = Atom("utf8")
_NO_PARENS = (Atom("no_parens"), True)
_FROM_BRACKETS = (Atom("from_brackets"), True)
_FROM_INTERPOLATION = (Atom("from_interpolation"), True)
_ASSOC = Atom("assoc")
_DELIMITER = Atom("delimiter")
_INDENTATION = Atom("indentation")
_UNQUOTE_SPLICING = Atom("unquote_splicing")

_BAR_LEVEL = BINARY["|"].precedence
_MASK = (1 << 32) - 1


def _meta(place: int) -> list[tuple[Atom, Any]]:
    return [(_LINE, place >> 32), (_COLUMN, place & _MASK)]


class Run:
    """An operator chain being read: operands and the operators that still wait for their right side."""

    __slots__ = ("operands", "operators")

    def __init__(self, operands: list[Any], operators: list[tuple[Operator, int, bool]]) -> None:
        self.operands = operands
        self.operators = operators  # (operator, place, is it unary)


class Callee(tuple[Any, int]):
    """``left.name`` about to be called: the dot node and the place of the name."""

    __slots__ = ()


NOTICED: ContextVar[dict[int, str] | None] = ContextVar("NOTICED", default=None)
"""What the text being read is warned of, by place."""


def notice(place: int, message: str) -> None:
    """Warn of something that only its place in a term tells."""
    found = NOTICED.get()
    if found is not None:
        found[place] = message


class EmptyParens(tuple[Any, Any, Any]):
    """``()``: a block of nothing, or no arguments before ``->``."""

    place: int


class Keywords(list[Any]):
    """Elements that end in a keyword tail; ``tail`` of them are pairs."""

    __slots__ = ("tail",)

    def __init__(self, items: list[Any], tail: int) -> None:
        super().__init__(items)
        self.tail = tail


class Clause(tuple[Any, Any, Any]):
    """One ``->`` in a block: left sides, the arrow's metadata, first expression (or NOTHING)."""

    __slots__ = ()


class Refused(Exception):
    """What is on the stack is no program, though the tables let it through: the next token is one too many."""


NOTHING: Any = object()


def syntax_error(description: str, place: int) -> ParseError:
    return ParseError("SyntaxError", description, place >> 32, place & _MASK)


# ---- lists


def list_one(v: Values, p: Places) -> Any:
    return [v[-1]]


def list_more(v: Values, p: Places) -> Any:
    v[-3].append(v[-1])
    return v[-3]


def list_next(v: Values, p: Places) -> Any:
    v[-2].append(v[-1])
    return v[-2]


def list_extend(v: Values, p: Places) -> Any:
    return v[-3] + v[-1]


def drop_comma(v: Values, p: Places) -> Any:
    return v[-2]


def last(v: Values, p: Places) -> Any:
    return v[-1]


def first(v: Values, p: Places) -> Any:
    return v[-2]


def stmts_more(v: Values, p: Places) -> Any:
    v[-3].append(v[-1])
    return v[-3]


stabs_eoe = left_many = bracket = first


def left_one(v: Values, p: Places) -> Any:
    return [v[-2]]


def bracket_comma(v: Values, p: Places) -> Any:
    return v[-3]


def seq_none(v: Values, p: Places) -> Any:
    return []


def body_eoe(v: Values, p: Places) -> Any:
    return []


def pair(v: Values, p: Places) -> Any:
    value = v[-1]
    return (v[-2], fold_run(value) if value.__class__ is Run else _plain(value))


def pair_bare(v: Values, p: Places) -> Any:
    """``key: call a, b``: whose arguments are they?"""
    if v[-2].__class__ is Atom:
        notice(p[-1] >> 32 << 32, lint.BARE_CALL.format(v[-2].name))
    return pair(v, p)


# ---- programs and blocks


def program(v: Values, p: Places) -> Any:
    return v[-1]


def seq_empty(v: Values, p: Places) -> Any:
    return NOTHING


def seq(v: Values, p: Places) -> Any:
    return block(v[-1])


def seq_eoe(v: Values, p: Places) -> Any:
    return block(v[-2])


def block(expressions: list[Any]) -> Any:
    """One expression stands for itself, save those that would be rewritten or spliced."""
    if len(expressions) == 1:
        only = expressions[0]
        if only.__class__ is EmptyParens:
            return tuple(only)
        if only.__class__ is tuple and len(only) == 3 and only[2].__class__ is list and len(only[2]) == 1:
            if only[0] is _UNQUOTE_SPLICING:
                return (_BLOCK, [], expressions)
        return only
    return (_BLOCK, [], plain_arguments(expressions))


def paren(v: Values, p: Places) -> Any:
    stab = build_stab(v[-2])
    if stab and isinstance(stab[0], Clause):
        return finish_clauses(stab)
    if len(stab) == 1:
        only = stab[0]
        if (
            only.__class__ is tuple
            and len(only) == 3
            and (only[0] is _NOT or only[0] is _BANG)
            and (only[2].__class__ is list and len(only[2]) == 1)
        ):
            return (_BLOCK, [], stab)
        return block(stab)
    return (_BLOCK, _meta(p[-3]), plain_arguments(stab))


def empty_paren(v: Values, p: Places) -> Any:
    made = EmptyParens((_BLOCK, [], []))
    made.place = p[-2] if v[-2] == "(" else p[-3]
    notice(made.place, lint.EMPTY_PARENS)
    return made


def build_stab(items: list[Any]) -> list[Any]:
    """Give every ``->`` the expressions that follow it."""
    if not any(item.__class__ is Clause for item in items):
        return items
    if items[0].__class__ is not Clause:
        arrow = next(item for item in items if item.__class__ is Clause)
        raise ParseError(
            "SyntaxError", "unexpected operator ->. If you want to define multiple clauses, the first "
            "expression must "
            "use ->. Syntax error before: '->'", dict(arrow[1])[_LINE], None,
        )  # fmt: skip
    clauses: list[Any] = []
    for item in items:
        if item.__class__ is Clause:
            clauses.append(Clause((item[0], item[1], [] if item[2] is NOTHING else [item[2]])))
        else:
            clauses[-1][2].append(item)
    return clauses


def finish_clauses(clauses: list[Any]) -> list[Any]:
    made = []
    for left, meta, body in clauses:
        made.append((_ARROW, meta, [left, block(body)]))
    return made


def stab_value(items: list[Any]) -> Any:
    """The value of a do-block's section: its clauses, or its block."""
    stab = build_stab(items)
    if stab and stab[0].__class__ is Clause:
        return finish_clauses(stab)
    return block(stab)


def do_block(v: Values, p: Places) -> Any:
    return [(_DO, stab_value(v[-2]))]


def do_blocks(v: Values, p: Places) -> Any:
    return [(_DO, stab_value(v[-3])), *v[-2]]


def blocks_one(v: Values, p: Places) -> Any:
    return [(v[-2], stab_value(v[-1]))]


def blocks_more(v: Values, p: Places) -> Any:
    v[-3].append((v[-2], stab_value(v[-1])))
    return v[-3]


def fn(v: Values, p: Places) -> Any:
    stab = build_stab(v[-2])
    if not stab or stab[0].__class__ is not Clause:
        raise syntax_error("expected anonymous functions to be defined with -> inside: 'fn'", p[-3])
    return (_FN, _meta(p[-3]), finish_clauses(stab))


def clause_empty(v: Values, p: Places) -> Any:
    notice(p[-1], lint.EMPTY_CLAUSE)
    return Clause((unwrap_when(v[-2]), _meta(p[-1]), None))


def clause(v: Values, p: Places) -> Any:
    return Clause((unwrap_when(v[-3]), _meta(p[-2]), v[-1]))


def clause_bare_empty(v: Values, p: Places) -> Any:
    notice(p[-1], lint.EMPTY_CLAUSE)
    return Clause(([], _meta(p[-1]), None))


def clause_bare(v: Values, p: Places) -> Any:
    return Clause(([], _meta(p[-2]), v[-1]))


class Left(list[Any]):
    """Left sides that are finished: parentheses were around them."""

    __slots__ = ()


def lhs_parens(v: Values, p: Places) -> Any:
    return Left(v[-1])


def lhs_when(v: Values, p: Places) -> Any:
    return Left([(_WHEN, _meta(p[-2]), [*v[-3], v[-1]])])


def unwrap_when(arguments: list[Any]) -> list[Any]:
    """``a, b when c`` guards both arguments: ``[{:when, _, [a, b, c]}]``."""
    if arguments.__class__ is Left:
        return list(arguments)
    final = arguments[-1]
    if len(arguments) == 1 and final.__class__ is EmptyParens:
        _withdraw(final)
        return []
    if final.__class__ is tuple and len(final) == 3 and final[0] is _WHEN and final[2] and len(final[2]) == 2:
        left, guard = final[2]
        if len(arguments) == 1 and left.__class__ is EmptyParens:
            _withdraw(left)
            return [(_WHEN, final[1], [guard])]
        return [(_WHEN, final[1], [*arguments[:-1], left, guard])]
    return arguments


def _withdraw(parens: EmptyParens) -> None:
    found = NOTICED.get()
    if found is not None:
        found.pop(getattr(parens, "place", 0), None)


# ---- operators


def fold(v: Values, p: Places) -> Any:
    value = v[-1]
    return fold_run(value) if value.__class__ is Run else value


def fold_run(run: Run) -> Any:
    operators = run.operators
    operands = run.operands
    while operators:
        _apply(operands, operators.pop())
    return operands[0]


def _apply(operands: list[Any], waiting: tuple[Operator, int, bool]) -> None:
    operator, place, unary = waiting
    if unary:
        operands[-1] = build_unary(operator.atom, place, operands[-1])
    else:
        right = operands.pop()
        operands[-1] = build_binary(operator, place, operands[-1], right)


def push(v: Values, p: Places) -> Any:
    run = v[-2]
    operand = v[-1]
    if operand.__class__ is Run:
        operand = fold_run(operand)
    run.operands.append(operand)
    return run


def prefix_unary(v: Values, p: Places) -> Any:
    return Run([], [(v[-1], p[-1], True)])


def prefix_more(v: Values, p: Places) -> Any:
    v[-2].operators.append((v[-1], p[-1], True))
    return v[-2]


def prefix_at(v: Values, p: Places) -> Any:
    return Run([], [(v[-2], p[-2], True), (v[-1], p[-1], True)])


def prefix_more_at(v: Values, p: Places) -> Any:
    v[-3].operators.append((v[-2], p[-2], True))
    v[-3].operators.append((v[-1], p[-1], True))
    return v[-3]


def prefix_binary(v: Values, p: Places) -> Any:
    run = v[-2]
    operator = v[-1]
    if run.__class__ is not Run:
        return Run([run], [(operator, p[-1], False)])
    operators = run.operators
    precedence = operator.precedence
    while operators:
        top = operators[-1][0]
        if top.precedence > precedence or (top.precedence == precedence and not operator.right):
            _apply(run.operands, operators.pop())
        else:
            break
    operators.append((operator, p[-1], False))
    return run


def build_binary(operator: Operator, place: int, left: Any, right: Any) -> Any:
    atom = operator.atom
    if left.__class__ is EmptyParens:
        if atom is not _WHEN:
            left = tuple(left)
    if right.__class__ is EmptyParens:
        right = tuple(right)
    if operator is NOT_IN:
        return (_NOT, _meta(place), [(_IN, _meta(place), [left, right])])
    if atom is _IN and left.__class__ is tuple and len(left) == 3 and (left[0] is _NOT or left[0] is _BANG):
        if left[2].__class__ is list and len(left[2]) == 1:
            notice(place, lint.NOT_IN)
            return (left[0], left[1], [(_IN, _meta(place), [left[2][0], right])])
    if atom is _STEP:
        if left.__class__ is tuple and len(left) == 3 and left[0] is _RANGE and left[2] and len(left[2]) == 2:
            return (_RANGE_STEP, left[1], [*left[2], right])
        raise syntax_error(
            "the range step operator (//) must immediately follow the range definition operator "
            "(..), for example: "
            "1..9//2. If you wanted to define a default argument, use (\\\\) instead. Syntax error "
            "before: '//'", place,
        )  # fmt: skip
    return (atom, operator.meta(place), [left, right])


def build_unary(atom: Atom, place: int, operand: Any) -> Any:
    if operand.__class__ is EmptyParens:
        operand = tuple(operand)
    if atom is _STEP:
        return (_DIVIDE, _meta(place + 1), [(_DIVIDE, _meta(place), None), operand])
    return (atom, _meta(place), [operand])


def at(v: Values, p: Places) -> Any:
    operand = tuple(v[-1]) if v[-1].__class__ is EmptyParens else v[-1]
    return (v[-2].atom, _meta(p[-2]), [operand])


# ---- names and calls


def var(v: Values, p: Places) -> Any:
    place = p[-1]
    return (v[-1], [(_LINE, place >> 32), (_COLUMN, place & _MASK)], None)


def nullary(v: Values, p: Places) -> Any:
    return (v[-1].atom, _meta(p[-1]), [])


def capture(v: Values, p: Places) -> Any:
    return (_CAPTURE, _meta(p[-1]), [v[-1]])


def alias(v: Values, p: Places) -> Any:
    return (_ALIASES, _meta(p[-1]), [v[-1]])


def dot_alias(v: Values, p: Places) -> Any:
    left = v[-3]
    if left.__class__ is tuple and len(left) == 3 and left[0] is _ALIASES:
        return (_ALIASES, left[1], [*left[2], v[-1]])
    if left.__class__ is Atom or left is None or left is True or left is False:
        raise syntax_error(
            "atom cannot be followed by an alias. If the '.' was meant to be part of the atom's "
            "name, the atom name "
            "must be quoted. Syntax error before: '.'", p[-1],
        )  # fmt: skip
    return (_ALIASES, _meta(p[-2]), [_plain(left), v[-1]])


def _plain(term: Any) -> Any:
    return tuple(term) if term.__class__ is EmptyParens else term


def dot(left: Any, place: int, name: Atom) -> Any:
    return (_DOT, _meta(place), [_plain(left), name])


def dot_zero(v: Values, p: Places) -> Any:
    return (dot(v[-3], p[-2], v[-1]), [_NO_PARENS, *_meta(p[-1])], [])


def dot_tuple_empty(v: Values, p: Places) -> Any:
    return (dot(v[-4], p[-3], _TUPLE), _meta(p[-3]), [])


def dot_tuple(v: Values, p: Places) -> Any:
    return (dot(v[-5], p[-4], _TUPLE), _meta(p[-4]), elements(v[-2]))


def remote_callee(v: Values, p: Places) -> Any:
    return Callee((dot(v[-3], p[-2], v[-1]), p[-1]))


def local_call(v: Values, p: Places) -> Any:
    place = p[-2]
    return (v[-2], [(_LINE, place >> 32), (_COLUMN, place & _MASK)], v[-1])


def local_call_call(v: Values, p: Places) -> Any:
    return ((v[-3], _meta(p[-3]), v[-2]), _meta(p[-3]), v[-1])


def remote_call(v: Values, p: Places) -> Any:
    return (dot(v[-4], p[-3], v[-2]), _meta(p[-2]), v[-1])


def remote_call_call(v: Values, p: Places) -> Any:
    return ((dot(v[-5], p[-4], v[-3]), _meta(p[-3]), v[-2]), _meta(p[-3]), v[-1])


def fun_call(v: Values, p: Places) -> Any:
    return ((_DOT, _meta(p[-2]), [_plain(v[-3])]), _meta(p[-2]), v[-1])


def fun_call_call(v: Values, p: Places) -> Any:
    return (((_DOT, _meta(p[-3]), [_plain(v[-4])]), _meta(p[-3]), v[-2]), _meta(p[-3]), v[-1])


def _call(callee: Any, place: int, arguments: list[Any]) -> Any:
    if callee.__class__ is Callee:
        return (callee[0], _meta(callee[1]), arguments)
    return (callee, _meta(place), arguments)


class OpName(NamedTuple):
    """A name before an operator that may be unary: ``a -1``."""

    name: Atom


def op_callee(v: Values, p: Places) -> Any:
    return OpName(v[-1])


def np_call(v: Values, p: Places) -> Any:
    if v[-2].__class__ is OpName:
        return _ambiguous(_call(v[-2].name, p[-2], plain_arguments(v[-1])))
    return _call(v[-2], p[-2], plain_arguments(v[-1]))


def _ambiguous(call: Any) -> Any:
    form, meta, arguments = call
    return (form, [(_AMBIGUOUS, None), *meta], arguments) if len(arguments) == 1 else call


def np_call_block(v: Values, p: Places) -> Any:
    name = v[-3].name if v[-3].__class__ is OpName else v[-3]
    return _call(name, p[-3], [*plain_arguments(v[-2]), v[-1]])


def call_block(v: Values, p: Places) -> Any:
    form, meta, arguments = v[-2]
    return (form, meta, [*arguments, v[-1]])


def var_block(v: Values, p: Places) -> Any:
    return (v[-2], _meta(p[-2]), [v[-1]])


def dot_block(v: Values, p: Places) -> Any:
    return (dot(v[-4], p[-3], v[-2]), _meta(p[-2]), [v[-1]])


def plain_arguments(arguments: list[Any]) -> list[Any]:
    """``()`` among arguments is an empty block."""
    for index, argument in enumerate(arguments):
        if argument.__class__ is EmptyParens:
            arguments[index] = tuple(argument)
    return arguments


def pargs_none(v: Values, p: Places) -> Any:
    return []


def pargs_one(v: Values, p: Places) -> Any:
    return [v[-2]]


def pargs(v: Values, p: Places) -> Any:
    return plain_arguments(v[-2])


def pargs_last(v: Values, p: Places) -> Any:
    return [*plain_arguments(v[-4]), v[-2]]


def access(v: Values, p: Places) -> Any:
    place = p[-1]
    meta = [_FROM_BRACKETS, *_meta(place)]
    return ((_DOT, meta, [_ACCESS, _GET]), meta, [_plain(v[-2]), _plain(v[-1])])


# ---- containers


def container_kw(v: Values, p: Places) -> Any:
    return Keywords(v[-1], len(v[-1]))


def container_more_kw(v: Values, p: Places) -> Any:
    return Keywords([*v[-3], *v[-1]], len(v[-1]))


def elements(items: list[Any]) -> list[Any]:
    """Elements of a tuple or bitstring: a keyword tail is one list."""
    if items.__class__ is Keywords:
        tail = items.tail
        return [*plain_arguments(items[: len(items) - tail]), items[len(items) - tail :]]
    return plain_arguments(items)


def list_empty(v: Values, p: Places) -> Any:
    return []


def list_(v: Values, p: Places) -> Any:
    return plain_arguments(v[-2] if v[-2].__class__ is list else list(v[-2]))


def tuple_empty(v: Values, p: Places) -> Any:
    return (_TUPLE, _meta(p[-2]), [])


def _refuse_keywords(items: Any, where: str, opening: str, place: int) -> None:
    if items.__class__ is Keywords and items.tail == len(items):
        raise syntax_error(
            f"unexpected keyword list inside {where}. Did you mean to write a map (using %{{...}}) or a list (using [...]) instead? "
            f"Syntax error after: {opening}", place,
        )  # fmt: skip


def tuple_(v: Values, p: Places) -> Any:
    _refuse_keywords(v[-2], "tuple", "'{'", p[-3])
    items = elements(v[-2])
    if len(items) == 2:
        return (items[0], items[1])
    return (_TUPLE, _meta(p[-3]), items)


def bitstring_empty(v: Values, p: Places) -> Any:
    return (_BITS, _meta(p[-2]), [])


def bitstring(v: Values, p: Places) -> Any:
    _refuse_keywords(v[-2], "bitstring", "'<<'", p[-3])
    return (_BITS, _meta(p[-3]), elements(v[-2]))


class Assoc(tuple[Any, Any, int]):
    """``key => value`` with the key's operators not yet applied: ``a | b => c`` is an update.

    The third element is the arrow's place when the key's metadata wants it, else 0."""

    __slots__ = ()


def assoc(v: Values, p: Places) -> Any:
    return Assoc((v[-3], _plain(v[-1]), 0))


def entry(v: Values, p: Places) -> Any:
    """An element of a map that is no pair (the work of ``unquote_splicing``): an operand, maybe after ``map |``."""
    run = v[-1]
    if run.__class__ is not Run:
        return run
    first, _, unary = run.operators[0]
    is_update = first.atom is _BAR and not unary
    if any(not unary or operator.atom is _CAPTURE for operator, _, unary in run.operators[is_update:]):
        raise Refused
    return run if is_update else fold_run(run)


def list_more_assoc(v: Values, p: Places) -> Any:
    if v[-1].__class__ is Run:
        raise Refused
    return list_more(v, p)


def update_kw(v: Values, p: Places) -> Any:
    left = v[-3]
    if left.__class__ is Run:
        if any(operator.precedence <= _BAR_LEVEL for operator, _, _ in left.operators):
            # The | would belong to that operator's right side, and keywords cannot stand there.
            raise syntax_error(f"syntax error before: {quoted_name(atom_name(v[-1][0][0]))}", p[-1])
        left = fold_run(left)
    return [(_BAR, v[-2].meta(p[-2]), [_plain(left), v[-1]])]


def _pair_of(entry: Any) -> Any:
    if entry.__class__ is not Assoc:
        return _plain(entry)
    key, value, place = entry
    key = _plain(fold_run(key)) if key.__class__ is Run else _plain(key)
    if place and key.__class__ is tuple and len(key) == 3:
        key = (key[0], [(_ASSOC, _meta(place)), *key[1]], key[2])
    return (key, value)


def map_entries(items: list[Any]) -> list[Any]:
    if not items:
        return items
    head = items[0]
    run = head[0] if head.__class__ is Assoc else head
    if run.__class__ is Run and run.operators and run.operators[0][0].atom is _BAR and not run.operators[0][2]:
        operator, place, _ = run.operators[0]
        right = _plain(fold_run(Run(run.operands[1:], run.operators[1:])))
        first = Assoc((right, *head[1:])) if head.__class__ is Assoc else right
        pairs = [_pair_of(item) for item in (first, *items[1:])]
        return [(_BAR, operator.meta(place), [_plain(run.operands[0]), pairs])]
    return [_pair_of(item) for item in items]


def map_(v: Values, p: Places) -> Any:
    return (_MAP, _meta(p[-3]), map_entries(v[-2]))


def struct(v: Values, p: Places) -> Any:
    inner = (_MAP, _meta(p[-3]), map_entries(v[-2]))
    return (_STRUCT, _meta(p[-5]), [_plain(v[-4]), inner])


def sname_unary(v: Values, p: Places) -> Any:
    if v[-2].atom is _CAPTURE:
        raise syntax_error("syntax error before: '&'", p[-2])
    return build_unary(v[-2].atom, p[-2], v[-1])


# ---- strings


def interpolation(v: Values, p: Places) -> Any:
    place = p[-3]
    inner = v[-2]
    value = (_BLOCK, [], []) if inner is NOTHING else inner
    return Hole((value, place, []))


class Hole(tuple[Any, int, list[Any]]):
    """What ``#{...}`` holds, where, and more metadata of it."""

    __slots__ = ()


def _interpolated(hole: Hole) -> Any:
    value, place, more = hole
    meta = _meta(place)
    return ((_DOT, meta, [_KERNEL, _TO_STRING]), [_FROM_INTERPOLATION, *more, *meta], [value])


def bits(place: int, parts: list[Any]) -> Any:
    made = []
    for part in parts:
        if part.__class__ is Hole:
            at_ = part[1]
            made.append((_TYPE, _meta(at_), [_interpolated(part), (_BINARY, _meta(at_), None)]))
        else:
            made.append(part)
    return (_BITS, _meta(place), made)


def string(v: Values, p: Places) -> Any:
    return bits(p[-3], v[-2])


def when_keywords(v: Values, p: Places) -> Any:
    """``... when a: b``: keywords as the right side of ``when``, and of nothing else."""
    run = prefix_binary(v[:-1], p[:-1])
    run.operands.append(v[-1])
    return run


def charlist(v: Values, p: Places) -> Any:
    place = p[-3]
    parts = [_interpolated(part) if part.__class__ is Hole else part for part in v[-2]]
    return ((_DOT, _meta(place), [_LIST, _TO_CHARLIST]), _meta(place), [parts])


def atom_interpolated(v: Values, p: Places) -> Any:
    place = p[-3]
    call = (_DOT, _meta(place), [_ERLANG, _TO_ATOM])
    return (call, _meta(place), [bits(place, v[-2]), _UTF8])


kw_interpolated = atom_interpolated


def _sigil(quote: Any, place: int, parts: list[Any], modifiers: str, indentation: int) -> Any:
    inner = _meta(place)
    if quote.heredoc:
        inner = [(_INDENTATION, indentation), *inner]
    meta = [(_DELIMITER, quote.opening), *_meta(place)]
    flags = [ord(char) for char in modifiers]
    return (Atom("sigil_" + quote.sigil), meta, [(_BITS, inner, bits(place, parts)[2]), flags])


def sigil(v: Values, p: Places) -> Any:
    quote, indentation = v[-3]
    return _sigil(quote, p[-3], v[-2], v[-1], indentation)


def sigil_whole(v: Values, p: Places) -> Any:
    quote, content, modifiers, indentation = v[-1]
    return _sigil(quote, p[-1], [content], modifiers, indentation)


# ---- alternatives that are errors

KW_DATA = (
    "unexpected expression after keyword list. Keyword lists must always come last in lists and "
    "maps. Therefore, this "
    "is not allowed:\n\n    [some: :value, :another]\n    %{some: :value, another => value}\n\n"
    "Instead, reorder it to be the last entry:\n\n    [:another, some: :value]\n"
    "    %{another => value, some: :value}\n\nSyntax error after: ','"
)
KW_CALL = (
    "unexpected expression after keyword list. Keyword lists must always come as the last argument. "
    "Therefore, this is "
    "not allowed:\n\n    function_call(1, some: :option, 2)\n\nInstead, wrap the keyword in brackets:\n\n"
    "    function_call(1, [some: :option], 2)\n\nSyntax error after: ','"
)
CONTAINER_COMMA = (
    "unexpected comma. Parentheses are required to solve ambiguity inside containers.\n\nThis error "
    "may happen when "
    "you forget a comma in a list or other container:\n\n    [a, b c, d]\n\nOr when you have "
    "ambiguous calls:\n\n"
    '    [function a, b, c]\n\nIn the example above, we don\'t know if the values "b" and "c" belongs to '
    "the list or "
    'the function "function". You can solve this by explicitly adding parentheses:\n\n    [one, '
    "function(a, b, c)]\n\n"
    "Elixir cannot compile otherwise. Syntax error before: ','"
)
NESTED_COMMA = (
    "unexpected comma. Parentheses are required to solve ambiguity in nested calls.\n\nThis error "
    "happens when you "
    "have nested function calls without parentheses. For example:\n\n    parent_call a, nested_call "
    "b, c, d\n\n"
    'In the example above, we don\'t know if the parameters "c" and "d" apply to the function '
    '"parent_call" or '
    '"nested_call". You can solve this by explicitly adding parentheses:\n\n'
    "    parent_call a, nested_call(b, c, d)\n\nOr by adding commas (in case a nested call is not "
    "intended):\n\n"
    "    parent_call a, nested_call, b, c, d\n\nElixir cannot compile otherwise. Syntax error before: ','"
)
PARENTHESES = (
    "unexpected parentheses. If you are making a function call, do not insert spaces between the "
    "function name and the "
    "opening parentheses. Syntax error before: '('"
)
ACCESS = (
    "too many arguments when accessing a value. The value[key] notation in Elixir expects either a "
    "single argument or "
    "a keyword list. The following examples are allowed:\n\n    value[one]\n    value[one: 1, two: 2]\n"
    "    value[[one, two, three]]\n\nThese are invalid:\n\n    value[1, 2, 3]\n    value[one, two, three]\n\n"
    "Syntax error after: ','"
)


def bad_kw_data(v: Values, p: Places) -> Any:
    raise syntax_error(KW_DATA, p[-2])


def bad_kw_call(v: Values, p: Places) -> Any:
    raise syntax_error(KW_CALL, p[-2])


def bad_kw_call_3(v: Values, p: Places) -> Any:
    raise syntax_error(KW_CALL, p[-3])


def bad_container(v: Values, p: Places) -> Any:
    raise ParseError("SyntaxError", CONTAINER_COMMA, _call_place(v[-1], p[-1]) >> 32, None)


def bad_nested_call(v: Values, p: Places) -> Any:
    raise ParseError("SyntaxError", NESTED_COMMA, _call_place(v[-1], p[-1]) >> 32, None)


def bad_nested_call_2(v: Values, p: Places) -> Any:
    raise ParseError("SyntaxError", NESTED_COMMA, _call_place(v[-2], p[-2]) >> 32, None)


def _call_place(term: Any, place: int) -> int:
    """The place of the call that took the comma: the last operand of *term*."""
    while True:
        if term.__class__ is Run:
            term = term.operands[-1]
        if not (term.__class__ is tuple and len(term) == 3):
            return place
        meta = dict(term[1])
        if _LINE in meta:
            place = meta[_LINE] << 32
        if (
            term[2].__class__ is list
            and len(term[2]) in (1, 2)
            and term[0].__class__ is Atom
            and not (term[0].name[0].isalpha() or term[0].name[0] == "_")
        ):
            term = term[2][-1]
            continue
        return place


def bad_parens(v: Values, p: Places) -> Any:
    raise syntax_error(PARENTHESES, p[-3])


def bad_access(v: Values, p: Places) -> Any:
    raise syntax_error(ACCESS, p[-3])


BUILDERS: dict[str, Builder] = {
    name: made
    for name, made in list(globals().items())
    if name.islower() and callable(made) and name[0] != "_"
}
BUILDERS |= {"list": list_, "tuple": tuple_, "map": map_}
