"""``to_string``: golden texts, and parse(print(tree)) = tree."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from defnpy.syntax import ParseError, parse
from defnpy.syntax.formatter import to_string
from defnpy.terms.atom import Atom
from tests.syntax.helpers import golden, without_meta

TEXTS = {
    "if(a, do: b, else: c)": "if a do\n  b\nelse\n  c\nend",
    "fn x, y -> x + y end": "fn x, y -> x + y end",
    "%{m | a: 1}": "%{m | a: 1}",
    "x |> f() |> g(1)": "x |> f() |> g(1)",
    "a.b.c(1)[:k]": "a.b.c(1)[:k]",
    "&(&1 + 1)": "&(&1 + 1)",
    "<<x::32-float-native>>": "<<x::32-float-native>>",
    "not a and b or c": "(not a and b) or c",
    "not (a in b)": "a not in b",
    "(a + b) * c": "(a + b) * c",
}


DEFINITION = "def run(x) when x > 0 do\n  y = x * 2\n  {:ok, y}\nend"
TEXTS[DEFINITION] = DEFINITION


@pytest.mark.parametrize("code", TEXTS)
def test_text(code: str) -> None:
    assert to_string(parse(code)) == TEXTS[code]


# An alias atom prints as the alias, which parses as __aliases__.
@pytest.mark.parametrize(
    "case", [c for c in golden() if "ast" in c and ':"Elixir.' not in c["code"]], ids=lambda c: c["id"]
)
def test_round_trip(case: dict[str, Any]) -> None:
    tree = parse(case["code"])
    assert strip(parse(to_string(tree))) == strip(tree)


def strip(tree: Any) -> Any:
    def chars(term: Any) -> Any:
        if isinstance(term, list):
            if term and all(isinstance(item, tuple) and item[0] == "int" for item in term):
                return ["chars"]
            return [chars(item) for item in term]
        return tuple(chars(item) for item in term) if isinstance(term, tuple) else term

    return chars(without_meta(tree))


NAMES = st.sampled_from(["a", "b", "foo", "x1", "ok?"])
LEAVES = st.one_of(
    st.integers(0, 10**9),
    st.floats(0, 1e300),
    st.text(max_size=5),
    st.sampled_from([None, True, False, Atom("ok"), Atom("a b"), Atom("+")]),
    NAMES.map(lambda name: (Atom(name), [], None)),
)
BINARY = st.sampled_from(
    [
        "+",
        "-",
        "*",
        "/",
        "**",
        "|>",
        "++",
        "<>",
        "==",
        "and",
        "or",
        "&&",
        "||",
        "=",
        "<-",
        "::",
        "|",
        "in",
        "..",
        "<<<",
    ]
)


def nodes(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    some = st.lists(inner, max_size=3)
    name = NAMES.map(Atom)
    return st.one_of(
        st.tuples(BINARY.map(Atom), st.just([]), st.tuples(inner, inner).map(list)),
        st.tuples(
            st.sampled_from(["-", "!", "not", "^"]).map(Atom), st.just([]), inner.map(lambda t: [t])
        ),
        st.tuples(st.just(Atom("@")), st.just([]), st.tuples(name, st.just([]), st.just(None)).map(lambda t: [t])),
        st.tuples(name, st.just([]), some),
        st.tuples(
            st.tuples(st.just(Atom(".")), st.just([]), st.tuples(inner, name).map(list)), st.just([]), some
        ),
        st.tuples(st.just(Atom("%{}")), st.just([]), st.lists(st.tuples(inner, inner), max_size=2)),
        st.tuples(inner, inner),
        some,
        st.lists(st.tuples(name, inner), min_size=1, max_size=2),
        st.tuples(name, st.just([]), st.tuples(inner, inner.map(lambda t: [(Atom("do"), t)])).map(list)),
    )


@settings(max_examples=150, deadline=None)
@given(st.recursive(LEAVES, nodes, max_leaves=12))
def test_generated_trees_round_trip(tree: Any) -> None:
    text = to_string(tree)
    try:
        again = parse(text)
    except ParseError as error:
        raise AssertionError(text) from error
    # Printing is a normal form: what was read back prints the same.
    assert to_string(again) == text
