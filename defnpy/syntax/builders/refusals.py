"""The alternatives of the grammar that are errors with texts of their own."""

from __future__ import annotations

from typing import Any

from defnpy.syntax.builders.nodes import COLUMN, LINE, MASK, Places, Run, Values, syntax_error
from defnpy.syntax.errors import ParseError
from defnpy.terms.atom import Atom

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
    raise _of_tree(CONTAINER_COMMA, _call_place(v[-1], p[-1]))


def bad_nested_call(v: Values, p: Places) -> Any:
    raise _of_tree(NESTED_COMMA, _call_place(v[-1], p[-1]))


def bad_nested_call_2(v: Values, p: Places) -> Any:
    raise _of_tree(NESTED_COMMA, _call_place(v[-2], p[-2]))


def _of_tree(description: str, place: int) -> ParseError:
    return ParseError("SyntaxError", description, place >> 32, place & MASK, of_tree=True)


def _call_place(term: Any, place: int) -> int:
    """The place of the call that took the comma: the last operand of *term*."""
    while True:
        if term.__class__ is Run:
            term = term.operands[-1]
        if not (term.__class__ is tuple and len(term) == 3):
            return place
        meta = dict(term[1])
        if LINE in meta:
            place = (meta[LINE] << 32) + meta[COLUMN]
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
