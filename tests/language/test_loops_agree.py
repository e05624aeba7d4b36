"""Planned loops give what the same programs give as plain calls: random recursive functions, both ways."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from defnpy.codegen import emit, module, simple, statements
from defnpy.codegen.loops import Plan
from tests.stdlib.support import shown

_counter = itertools.count()

values = st.sampled_from(["nil", "0", "x", "t", "n", "a", "b", "[]", "[x]", "[x | a]", "[n, x | a]", "[x | b]", "a ++ [x]", '"s"', "%{}", "false", ":k"])
texts = st.sampled_from(["s", 's <> "y"', 's <> to_string(x)', '"z"', '"z" <> s', 's <> s'])
maps = st.sampled_from(["m", "Map.put(m, x, n)", "Map.put(m, n, m)", "Map.delete(m, x)", "Map.update(m, x, 1, &[&1])", "%{}", "Map.put_new(m, :k, a)"])
lists = st.sampled_from(["t", "t", "t", "tl([x | t])", "[hd(t ++ [x]) | t] |> tl()"])
tests = st.sampled_from(["rem(n, 2) == 0", "x == 1", "a == nil", "is_list(a) and length(a) > 2", "map_size(m) > 2", "Map.has_key?(m, n)", "s > \"s\"",
                         "b == []", "length(t) > 2"])  # fmt: skip
fronts = st.sampled_from(["[x | {}]", "[x, n] ++ {}", "[x | List.duplicate(n, 2) ++ {}]", "List.wrap(a) ++ (List.wrap(b) ++ {})"])
results = st.sampled_from(["{a, b, s, m}", "a", "[a | b]", "{n, t}", "m", "nil", "s", "{:end, x, b}"])


@st.composite
def calls(draw: Any) -> str:
    name = draw(st.sampled_from(["f", "f", "f", "g"]))
    return f"{name}({draw(lists)}, n - 1, {draw(values)}, {draw(values)}, {draw(texts)}, {draw(maps)})"


@st.composite
def bodies(draw: Any, depth: int = 2) -> str:
    kind = draw(st.sampled_from(["call", "call", "cons", "if", "case", "or", "and", "with", "use", "value", "let"]))
    if depth == 0 or kind == "call":
        return str(draw(calls()))
    inner = bodies(depth=depth - 1)
    if kind == "cons":
        return str(draw(fronts)).format(draw(calls()))
    if kind == "if":
        return f"if {draw(tests)}, do: ({draw(inner)}), else: ({draw(inner)})"
    if kind == "case":
        return f"case {draw(values)} do\n nil -> {draw(inner)}\n [y | _] when y == x -> {draw(inner)}\n a -> {draw(inner)}\n end"
    if kind == "or":
        return f"({draw(tests)} && nil) || ({draw(inner)})"
    if kind == "and":
        return f"({draw(tests)}) && ({draw(inner)})"
    if kind == "with":
        return f"with true <- {draw(tests)}, b = {draw(values)} do\n {draw(inner)}\n else\n false -> {draw(inner)}\n end"
    if kind == "use":
        return f"{{:in, {draw(calls())}}}"
    if kind == "let":
        return f"(a = {draw(values)}; {draw(inner)})"
    return str(draw(results))


@st.composite
def programs(draw: Any) -> str:
    """Two functions that consume a list, and what they give."""
    parts = []
    for name in ("f", "g"):
        parts.append(f"def {name}(_, n, a, b, s, m) when n <= 0, do: {draw(results).replace('t', 'b').replace('x', 'n')}")
        if draw(st.booleans()):
            parts.append(f"def {name}([], n, a, b, s, m), do: {{n, a, b, s, m}}")
            parts.append(f"def {name}([x | t], n, a, b, s, m) do\n {draw(bodies())}\n end")
        else:
            parts.append(f"def {name}(t, n, a, b, s, m) do\n x = rem(n, 3)\n {draw(bodies())}\n end")
    return "\n".join(parts)


def _outcome(name: str, text: str) -> str:
    code = (
        f"defmodule {name} do\n{text}\nend\n"
        f"try do\n {{:ok, {name}.f([1, 2, nil, 1, 3], 7, [], nil, \"s\", %{{}})}}\nrescue\n e -> {{e.__struct__, is_binary(Exception.message(e))}}\nend"
    )
    return shown(code).replace(name, "M")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(programs())
def test_functions(text: str) -> None:
    looped = _outcome(f"LoopsAgree{next(_counter)}", text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "plan", lambda clauses, name, cursors, growing: Plan())
        patch.setattr(module, "cursor_parameters", lambda functions: {})
        patch.setattr(module, "loops", lambda node, name, arity: False)
        patch.setattr(module, "bouncing", lambda definitions: {})
        assert looped == _outcome(f"LoopsAgree{next(_counter)}", text)


steps = st.sampled_from(["{a, b}", "{nil, b}", "{[x | a], b}", "{x, a}", "{[x], [x | b]}", "if(x == 1, do: {a, [x | b]}, else: {[b | a], b})",
                         "case a do\n [] -> {[x], b}\n _ -> {a, nil}\n end", "{a, Map.put(%{}, x, a)}",
                         "(with 1 <- x, do: {b, a}, else: (_ -> {a, b}))"])  # fmt: skip
starts = st.sampled_from(["{[], []}", "{nil, 1}", "{[0], %{}}"])


@settings(max_examples=60, deadline=None, derandomize=True)
@given(steps, steps, starts)
def test_reductions(first: str, second: str, start: str) -> None:
    text = f"def f(l, _, _, _, _, _), do: Enum.reduce(l, {start}, fn\n 2, {{a, b}} -> x = 2\n {first}\n x, {{a, b}} -> {second}\nend)"
    looped = _outcome(f"LoopsAgree{next(_counter)}", text)
    with pytest.MonkeyPatch.context() as patch:
        for place in (emit, simple):
            patch.setattr(place, "reduction", lambda node: None)
        patch.setattr(statements, "accumulation", lambda start, clauses: None)
        assert looped == _outcome(f"LoopsAgree{next(_counter)}", text)
