"""What a guard tells of a value is used, and never believed where the guard does not hold."""

from __future__ import annotations

import pytest

from tests.conftest import Session

VALUES = "[0, 1, 5, -7, 9, 1.5, -2.0, true, nil, :a, \"5\", [1], {1}, 12345678901234567890]"

FUNCTIONS = """
  def a(x, _) when is_integer(x), do: {:int, x + 1, x * x - 3, rem(x, 4), div(x, 4), x < 5, x == 5}
  def a(x, y), do: {:other, plain(x, y)}
  def b(x, y) when x in 0..9 and y > 2, do: x * 10 + y - x
  def b(x, y) when is_integer(x) and is_integer(y) and x + y > 0, do: x + y * x
  def b(x, y), do: plain(x, y)
  def c(x, y) when is_integer(x) or is_float(y), do: plain(x, y)
  def c(x, y) when is_integer(x) when is_integer(y), do: plain(y, x)
  def c(x, y), do: {x, y}
  def d(x, y) when x in [1, 5, :a] and is_integer(y), do: plain(x, y)
  def d(x, y) when x in [0, -7], do: x - 1 - (y |> number())
  def d(x, _), do: x
  def e(x, y), do: (case {x, y} do
    {n, m} when is_integer(n) and m != 0 -> (n + 1) * 2 - number(m)
    {n, m} when is_integer(m) -> m * 2 + number(n)
    _ -> :none
  end)
  def f(x, y), do: is_integer(x) and x + 1 > number(y)
  def g(x, acc) when is_integer(x) and x > 0 and x < 100, do: g(x - 1, acc + x)
  def g(x, acc), do: {x, acc}
  def h(x, y) when is_integer(x), do: (x = number(y); fn z -> {x + 1, z} end).(x * 2)
  def h(_, y), do: y
  def number(n) when is_number(n), do: n
  def number(_), do: 0.5
  def plain(x, y), do: {number(x) + number(y), number(x) * 2}
"""


@pytest.mark.parametrize("name", list("abcdefgh"))
def test_guards_that_tell_of_integers_change_no_result(session: Session, name: str) -> None:
    hidden = FUNCTIONS.replace("is_integer(", "whole(").replace("x in 0..9", "within(x)")
    guards = """
  defguard whole(x) when is_integer(x) or (is_integer(x) and x == {:never})
  defguard within(x) when (is_integer(x) and x >= 0 and x <= 9) or x == {:never}
"""
    code = f"""
defmodule Told do{FUNCTIONS}end
defmodule Untold do{guards}{hidden}end
run = fn module -> for x <- {VALUES}, y <- {VALUES}, do: (try do apply(module, :{name}, [x, y]) rescue e -> e end) end
told = run.(Told)
{{told === run.(Untold), told |> Enum.uniq() |> length()}}
"""
    same, kinds = session.run(code)
    assert same is True
    assert kinds >= (2 if name == "f" else 10)
