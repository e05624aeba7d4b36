"""Loops that are emitted for floats give what they give for all terms."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from defnpy.codegen import module
from tests.stdlib.support import shown

_counter = itertools.count()

STARTS = "[0.5, 1.0, -0.0, 3, 0, 1.0e200, 1.0e-300, 12345678901234567890, nil, :a]"

leaves = st.sampled_from(["x", "y", "n", "1.5", "2", "0.25", "z", "x", "y", "number(x)", "-x", "abs(y)"])
operators = st.sampled_from(["+", "-", "*", "/", "+", "*"])
tests = st.sampled_from(["x > y", "n > 2", "x * y < 3.0", "rem(n, 2) == 0", "x == 1.0", "is_float(x) and x < 9", "n == 1"])


@st.composite
def sums(draw: Any, depth: int = 2) -> str:
    if depth == 0:
        return str(draw(leaves))
    return f"({draw(sums(depth=draw(st.integers(0, depth - 1))))} {draw(operators)} {draw(sums(depth=draw(st.integers(0, depth - 1))))})"


@st.composite
def calls(draw: Any) -> str:
    new = draw(st.sampled_from(["x", "z", "7", "max(x, y)", "y", ":done"])) if draw(st.integers(0, 3)) == 0 else draw(sums())
    return f"loop({new}, {draw(st.one_of(sums(), st.just('y'), st.just('z')))}, n - 1)"


@st.composite
def programs(draw: Any) -> str:
    parts = ["def loop(x, y, 0), do: {x, y}"]
    if draw(st.booleans()):
        parts.append(f"def loop(x, y, n) when {draw(tests)} do\n z = {draw(sums())}\n {draw(calls())}\n end".replace("z)", "z)"))
    body = f"if {draw(tests)}, do: {draw(calls())}, else: {draw(calls())}" if draw(st.booleans()) else draw(calls())
    parts.append(f"def loop(x, y, n) do\n z = {draw(sums())}\n w = z * 0.5\n _ = w\n {body}\n end")
    return "\n".join(part.replace("z = (z", "z = (x").replace(" z)", " y)", 1) if part.count("z =") else part for part in parts)


def _outcome(text: str) -> str:
    name = f"FloatLoops{next(_counter)}"
    code = (
        f"defmodule {name} do\n{text}\ndef number(x) when is_number(x), do: x\ndef number(_), do: 1\nend\n"
        f"for x <- {STARTS}, y <- {STARTS}, n <- [4, 5] do\n"
        f"try do\n {name}.loop(x, y, n)\nrescue\n e -> {{e.__struct__, Exception.message(e)}}\nend\nend"
    )
    return shown(code).replace(name, "M")


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(programs())
def test_functions(text: str) -> None:
    try:
        fast = _outcome(text)
    except Exception:
        # The random text may name what is not bound.
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "classes", lambda clauses: {})
        assert fast == _outcome(text)


def test_a_loop_over_floats_leaves_it_for_other_numbers() -> None:
    code = """
defmodule FloatLoop do
  def grow(x, n) when n > 3, do: {x, n}
  def grow(x, n), do: grow(if(n == 2, do: 7, else: x * 1.5), n + 1)
  def root(x, _, 0), do: x
  def root(x, a, n), do: root((x + a / x) / 2, a, n - 1)
  def big(x, n) when n > 400, do: x
  def big(x, n), do: big(x * 10.0, n + 1)
end
{FloatLoop.grow(2.0, 0), FloatLoop.grow(3, 1), FloatLoop.root(1.0, 2.0, 20), FloatLoop.root(1, 2, 5),
 for(x <- [1.0, 1], do: (try do FloatLoop.big(x, 0) rescue e -> e.__struct__ end)),
 for(x <- [0.0, :a], do: (try do FloatLoop.root(x, 1.0, 3) rescue e -> e.__struct__ end))}
"""
    assert shown(code) == (
        "{{10.5, 4}, {10.5, 4}, 1.414213562373095, 1.414213562373095, [ArithmeticError, ArithmeticError], [ArithmeticError, ArithmeticError]}"
    )
