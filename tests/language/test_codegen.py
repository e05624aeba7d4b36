"""Generated code: loops, closures, positions, evaluation order, deep programs."""

from __future__ import annotations

import ast
import traceback
from typing import Any

import pytest

from tests.conftest import Session


def test_self_tail_calls_run_in_constant_stack(session: Session) -> None:
    code = """
    defmodule Loop do
      def count(0, acc), do: acc
      def count(n, acc) do
        case rem(n, 2) do
          0 -> count(n - 1, acc + 1)
          _ -> if n > 0, do: count(n - 1, acc), else: acc
        end
      end
    end
    Loop.count(1_000_000, 0)
    """
    assert session.run(code) == 500_000


def test_closures_made_in_loops_keep_their_values(session: Session) -> None:
    code = """
    defmodule Closures do
      def make(0, acc), do: acc
      def make(n, acc), do: make(n - 1, [fn -> n end | acc])
    end
    a = Enum.map(Closures.make(3, []), & &1.())
    b = for(i <- 1..3, do: fn -> fn -> i * 10 end end) |> Enum.map(& &1.().())
    {a, b}
    """
    assert session.run(code) == ([1, 2, 3], [10, 20, 30])


def test_rebinding_is_a_new_variable(session: Session) -> None:
    assert session.run("x = 1\nf = fn -> x end\nx = 2\n{f.(), x}") == (1, 2)


def test_arguments_run_from_left_to_right(session: Session) -> None:
    session.run("""
    say = fn x -> IO.write(x); x end
    {say.("a"), case say.("b") do "b" -> say.("c") end, say.("d")}
    """)
    assert session.printed == "abcd"


def test_long_pipes_and_deep_nesting(session: Session) -> None:
    pipe = "0" + "".join(" |> then(&(&1 + 1))" for _ in range(5000))
    assert session.run(pipe) == 5000
    assert session.run("(" * 1000 + "7" + ")" * 1000) == 7
    assert session.run(" + ".join("1" for _ in range(1000))) == 1000
    value = session.run("[" * 1000 + "]" * 1000)
    depth = 0
    while value:
        value, depth = value[0], depth + 1
    assert depth == 999


@pytest.mark.parametrize("code", ["1 + :a", '"a" + "b"', "true + 1", "[1] * 2", "1.0e308 * 10", "1 / 0", "rem(5, 0)"])
def test_arithmetic_is_exact_about_its_arguments(session: Session, code: str) -> None:
    with pytest.raises(ArithmeticError):
        session.run(code)


def test_numbers_and_booleans_stay_apart(session: Session) -> None:
    assert session.shown("{1 == 1.0, 1 === 1.0, true == 1, %{1 => :a, 1.0 => :b, true => :c}}") == (
        "{true, false, false, %{1 => :a, 1.0 => :b, true => :c}}"
    )


def test_tracebacks_show_source_lines(session: Session) -> None:
    code = "\ndefmodule Where do\n  def f(m) do\n    a = m.a\n    a + m.b\n  end\nend\n\nWhere.f(%{a: 1})\n"
    with pytest.raises(KeyError) as caught:
        session.run(code, "where.exs")
    frames = [(f.filename, f.lineno) for f in traceback.extract_tb(caught.value.__traceback__) if f.filename == "where.exs"]
    assert frames == [("where.exs", 9), ("where.exs", 5)]


def test_every_node_has_a_position_inside_the_file(session: Session) -> None:
    from defnpy.host.source import parse_program

    code = "\ndefmodule Place do\n  def f(x) when x > 1 do\n    for y <- [x], do: {y, fn z -> z + y end}\n  end\nend\nPlace.f(2)\n"
    compilation = session.runtime.evaluator.compilation("place.exs")
    compilation.run(parse_program(code, "place.exs"))
    lines = code.count("\n")
    for statement in [*compilation.statements, *(s for c in compilation.module_code.values() for s in c)]:
        for node in ast.walk(statement):
            if hasattr(node, "lineno"):
                assert 2 <= node.lineno <= lines, ast.dump(node)


def test_all_problems_of_a_file_are_named_at_once(session: Session) -> None:
    with pytest.raises(Exception, match="cannot compile module Bad") as caught:
        session.run("defmodule Bad do\n  def f, do: nope\n  def g, do: nothing\nend")
    found: list[Any] = caught.value.diagnostics  # type: ignore[attr-defined]
    assert [d.message.split("(")[0] for d in found] == ['undefined variable "nope"', 'undefined variable "nothing"']
