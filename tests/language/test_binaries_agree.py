"""Binaries that are taken apart from the front are places in them; the same programs with copies give the same."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from defnpy.codegen import module
from tests.stdlib.support import shown

_counter = itertools.count()

INPUTS = '["", "abc", "abab é ü!", "€uro", <<1, 2, 3>>, <<255, 97, 98, 0>>, <<97, 98, 3::4>>, <<2, "xyé", 1, "z">>, <<0, 1, 0, 2, 5>>, nil, ["a"]]'

heads = st.sampled_from([
    "<<>>", '""', "<<x, r::binary>>", "<<x::utf8, r::binary>>", "<<x::16, r::binary>>", '"ab" <> r', "<<x, y, r::binary>>",
    "<<x::binary-size(2), r::binary>>", "<<k, x::binary-size(k), r::binary>>", "<<x, _::binary>> = r", "r", "<<x::4, _::4, r::binary>>",
    "<<x>>", '"é" <> r', "<<x, r::binary>> = w", "w = <<x::signed-little-16, r::binary>>", "<<x::4, r::bits>>", "<<?a, x, _rest::binary>> = r",
    "<<x::float-16, r::binary>>", '"abc"', "_",
])  # fmt: skip
guards = st.sampled_from(["", "", "", " when n > 2", " when is_integer(x) and x > 97", " when byte_size(r) > 1", " when w == r"])
bodies = st.sampled_from([
    "f(r, n - 1, [x | acc])", "g(r, n - 1, acc)", "{x, f(r, n - 1, acc)}", "r", "{x, r}", "f(w, n - 1, [x | acc])", "[x | g(r, n - 1, acc)]",
    "if byte_size(r) > 2, do: f(r, n - 1, acc), else: {r, acc}", "f(<<r::binary, n>>, n - 1, acc)", 'f("b" <> r, n - 1, [x | acc])',
    "(fn -> f(r, n - 1, [n | acc]) end).()",
    "case r do\n <<y, s::binary>> -> g(s, n - 1, [y | acc])\n _ -> f(r, n - 1, acc)\n end", "h(r, n - 1)", "acc",
])  # fmt: skip


@st.composite
def programs(draw: Any) -> str:
    parts = []
    for name in ("f", "g"):
        parts.append(f"def {name}(b, n, acc) when n < 0, do: {{b, acc}}")
        for _ in range(draw(st.integers(1, 3))):
            head, guard, body = draw(heads), draw(guards), draw(bodies)
            for var in ("x", "r", "w"):
                # What the head does not bind is something else.
                if not any(mark in head for mark in (f"{var}::", f"{var},", f"{var}>", f"<> {var}", f"= {var}", f"{var} =")) and head != var:
                    body = body.replace(f"{var},", "n,").replace(f"({var})", "(acc)").replace(f"{var} |", "n |").replace(f"{var}::", '"q"::')
                    body = body.replace(f"{var}}}", "n}").replace(f"case {var}", "case acc")
                    body = "n" if body == var else body
                    guard = "" if var in guard.replace("when", "").replace("byte", "").replace("size", "").replace("integer", "") else guard
            parts.append(f"def {name}({head}, n, acc){guard} do\n _ = {{n, acc}}\n {body}\n end")
        parts.append(f"def {name}(other, _, acc), do: {{:end, other, acc}}")
    return "\n".join([*parts, "def h(<<x, r::binary>>, n), do: [x | f(r, n, [])]", "def h(other, _), do: [other]"])


def _outcome(text: str) -> str:
    name = f"BinariesAgree{next(_counter)}"
    code = (
        f"defmodule {name} do\n{text}\nend\nfor b <- {INPUTS}, fun <- [&{name}.f/3, &{name}.g/3] do\n"
        "try do\n fun.(b, 6, [])\nrescue\n e -> {e.__struct__, Exception.message(e)}\nend\nend"
    )
    return shown(code).replace(name, "M")


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(programs())
def test_functions(text: str) -> None:
    placed = _outcome(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "cursor_parameters", lambda functions: {})
        assert placed == _outcome(text)


def test_octets_go_on_with_another_binary() -> None:
    code = """
defmodule Anew do
  def f(<<>>, acc), do: acc
  def f(<<?a, rest::binary>>, acc), do: f("b" <> rest, acc)
  def f(<<x, rest::binary>>, acc), do: f(rest, acc + x)
  def g(<<?a, rest::binary>>, acc), do: h("b" <> rest, acc)
  def g(<<x, rest::binary>>, acc), do: h(rest, acc + x)
  def g(<<>>, acc), do: acc
  def h(<<?c, rest::binary>>, acc), do: g(rest, acc * 2)
  def h(other, acc), do: g(other, acc)
end
{Anew.f("aaaéb", 0), Anew.g("abcab", 1), (try do Anew.f(:no, 1) rescue e -> e.__struct__ end)}
"""
    assert shown(code) == "{756, 590, FunctionClauseError}"


def test_a_binary_of_a_quarter_of_a_million_octets_is_read_in_a_moment() -> None:
    code = """
defmodule Long do
  def sum(<<>>, acc), do: acc
  def sum(<<b, rest::binary>>, acc), do: sum(rest, acc + b)
  def words(<<?\\s, rest::binary>>, w, acc), do: words(rest, "", [w | acc])
  def words(<<c::utf8, rest::binary>>, w, acc), do: words(rest, w <> <<c::utf8>>, acc)
  def words("", w, acc), do: length([w | acc])
  def pairs(<<a::16, rest::binary>>, acc), do: other(rest, acc + a)
  def pairs(<<>>, acc), do: acc
  def other(<<a::little-16, rest::binary>>, acc), do: pairs(rest, acc + a)
end
text = String.duplicate("ab é ", 40_000)
{Long.sum(text, 0), Long.words(text, "", []), Long.pairs(:binary.copy(<<1, 0, 1, 0>>, 100_000), 0)}
"""
    assert shown(code) == "{24920000, 80001, 25700000}"
