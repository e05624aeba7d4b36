"""Compiled patterns match what a direct reading of the pattern matches: random patterns and terms."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from defnpy.terms.atom import Atom
from defnpy.terms.list import ImproperList
from tests.stdlib.support import run, shown

LITERALS = ["0", "1", "1.0", "-1", "nil", "true", ":a", '"ab"', '"a"', '""', "<<255>>"]
terms = st.recursive(
    st.sampled_from(LITERALS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: "[" + ", ".join(items) + "]"),
        st.lists(inner, max_size=3).map(lambda items: "{" + ", ".join(items) + "}"),
        st.tuples(inner, st.sampled_from(LITERALS)).map(lambda pair: f"[{pair[0]} | {pair[1]}]"),
        st.dictionaries(st.sampled_from(["0", "1", "1.0", ":a", '"ab"', "nil"]), inner, max_size=2).map(
            lambda found: "%{" + ", ".join(f"{k} => {v}" for k, v in found.items()) + "}"
        ),
    ),
    max_leaves=5,
)
leaves = st.sampled_from([("var", "x"), ("var", "y"), ("any",), ("pin", "p"), *(("literal", text) for text in LITERALS)])
patterns = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.tuples(st.just("list"), st.lists(inner, max_size=3)),
        st.tuples(st.just("tuple"), st.lists(inner, max_size=3)),
        st.tuples(st.just("cons"), st.lists(inner, min_size=1, max_size=2), inner),
        st.tuples(st.just("map"), st.dictionaries(st.sampled_from(["0", "1", ":a", '"ab"', "nil"]), inner, max_size=2)),
        st.tuples(st.just("bind"), st.sampled_from(["x", "z"]), inner),
        st.tuples(st.just("prefix"), st.just("a"), st.sampled_from(["x", "y"])),
    ),
    max_leaves=4,
)


def text_of(pattern: Any) -> str:
    kind, *parts = pattern
    if kind in ("var", "literal"):
        return str(parts[0])
    if kind == "any":
        return "_"
    if kind == "pin":
        return "^" + parts[0]
    if kind in ("list", "tuple"):
        inner = ", ".join(map(text_of, parts[0]))
        return f"[{inner}]" if kind == "list" else f"{{{inner}}}"
    if kind == "cons":
        return f"[{', '.join(map(text_of, parts[0]))} | {text_of(parts[1])}]"
    if kind == "map":
        return "%{" + ", ".join(f"{k} => {text_of(v)}" for k, v in parts[0].items()) + "}"
    if kind == "bind":
        return f"({parts[0]} = {text_of(parts[1])})"
    return f'"{parts[0]}" <> {parts[1]}'


_values: dict[str, Any] = {}


def value_of(text: str) -> Any:
    if text not in _values:
        _values[text] = run(text)
    return _values[text]


def same(a: Any, b: Any) -> bool:
    """Strict equality, by the inspected text: it tells 1 from 1.0."""
    from defnpy.terms.inspect import inspect

    return inspect(a) == inspect(b)


def matches(pattern: Any, term: Any, pinned: Any, bound: dict[str, Any]) -> bool:
    kind, *parts = pattern
    if kind == "any":
        return True
    if kind == "pin":
        return same(term, pinned)
    if kind == "literal":
        return same(term, value_of(parts[0]))
    if kind == "var":
        if parts[0] in bound:
            return same(bound[parts[0]], term)
        bound[parts[0]] = term
        return True
    if kind == "bind":
        return matches(("var", parts[0]), term, pinned, bound) and matches(parts[1], term, pinned, bound)
    if kind == "prefix":
        fits = term.__class__ is str and term.startswith(parts[0])
        return fits and matches(("var", parts[1]), term[len(parts[0]) :], pinned, bound)
    if kind in ("list", "tuple"):
        wanted = list if kind == "list" else tuple
        return term.__class__ is wanted and len(term) == len(parts[0]) and _all(parts[0], term, pinned, bound)
    if kind == "cons":
        for one in parts[0]:
            if isinstance(term, ImproperList):
                head, rest = term.head[0], term[1:]
            elif term.__class__ is list and term:
                head, rest = term[0], term[1:]
            else:
                return False
            if not matches(one, head, pinned, bound):
                return False
            term = rest
        return matches(parts[1], term, pinned, bound)
    if term.__class__ is not dict:
        return False
    from defnpy.terms import map as maps

    found = {str(shown_key(k)): v for k, v in maps.items(term)}
    return all(k in found and matches(v, found[k], pinned, bound) for k, v in parts[0].items())


def shown_key(key: Any) -> str:
    from defnpy.terms.inspect import inspect

    return inspect(key)


def _all(wanted: Any, terms_: Any, pinned: Any, bound: dict[str, Any]) -> bool:
    return all(matches(one, term, pinned, bound) for one, term in zip(wanted, terms_, strict=True))


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(patterns, st.lists(terms, min_size=1, max_size=3), terms)
@example(("cons", [("var", "x")], ("prefix", "a", "x")), ['["b" | "ab"]', '["b" | "ac"]'], "0")
def test_case_and_function_heads(pattern: Any, candidates: list[str], pinned: str) -> None:
    text = text_of(pattern)
    fun = run(f"p = {pinned}\nfn {text} -> binding() |> Keyword.take([:x, :y, :z]) |> Enum.sort()\n _ -> :no end")
    choose = run(f"p = {pinned}\nfn v -> case v do\n {text} -> binding() |> Keyword.take([:x, :y, :z]) |> Enum.sort()\n _ -> :no end end")
    for candidate in candidates:
        bound: dict[str, Any] = {}
        fits = matches(pattern, value_of(candidate), value_of(pinned), bound)
        want = sorted(((Atom(k), v) for k, v in bound.items()), key=lambda pair: pair[0].name) if fits else Atom("no")
        for function in (fun, choose):
            assert same(function(value_of(candidate)), want), (text, candidate, pinned)


def test_the_terms_are_what_they_say() -> None:
    assert shown("[1 | 2]") == "[1 | 2]"
