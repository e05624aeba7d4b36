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


NUMBERS = ("[0, 1, -3, 2.5, -0.0, 0.0, 1.0e308, 1.0e-320, 9007199254740993, 123456789012345678901234567890, Integer.pow(10, 400), true, nil, "
           "\"x\", [1], {1}]")

EXPRESSIONS = {
    "a / (b * c)": "div(a, mul(b, c))", "a * b + c": "add(mul(a, b), c)", "-a * 2.0 + b - 1": "sub(add(mul(neg(a), 2.0), b), 1)",
    "a * b > c": "gt(mul(a, b), c)", "{a == b * 1.0, a === b, a != c + 0}": "{eq(a, mul(b, 1.0)), same(a, b), ne(a, add(c, 0))}",
    "rem(a, b) + div(a, 3) * rem(b + 1, 5)": "add(rm(a, b), mul(dv(a, 3), rm(add(b, 1), 5)))",
    "{max(a, b), min(b, a), abs(a)}": "{mx(a, b), mn(b, a), mg(a)}", "{a, b} == {b, 1}": "same_pairs(a, b)",
    "(a - b) / 2 + 60 * 60 * 1.5": "add(div(sub(a, b), 2), 5400.0)", "2 * a - 3 * b < 4.0 * c": "lt(sub(mul(2, a), mul(3, b)), mul(4.0, c))",
}  # fmt: skip

HELPERS = """
  def add(a, b), do: apply(Kernel, :+, [a, b])
  def sub(a, b), do: apply(Kernel, :-, [a, b])
  def mul(a, b), do: apply(Kernel, :*, [a, b])
  def div(a, b), do: apply(Kernel, :/, [a, b])
  def neg(a), do: apply(Kernel, :-, [a])
  def gt(a, b), do: apply(Kernel, :>, [a, b])
  def lt(a, b), do: apply(Kernel, :<, [a, b])
  def eq(a, b), do: apply(Kernel, :==, [a, b])
  def ne(a, b), do: apply(Kernel, :!=, [a, b])
  def same(a, b), do: apply(Kernel, :===, [a, b])
  def rm(a, b), do: apply(Kernel, :rem, [a, b])
  def dv(a, b), do: apply(Kernel, :div, [a, b])
  def mx(a, b), do: apply(Kernel, :max, [a, b])
  def mn(a, b), do: apply(Kernel, :min, [a, b])
  def mg(a), do: apply(Kernel, :abs, [a])
  def same_pairs(a, b), do: eq(a, b) and eq(b, 1)
"""


@pytest.mark.parametrize("written", EXPRESSIONS)
def test_operators_are_the_functions(session: Session, written: str) -> None:
    """On integers, floats, both, results out of range and operands that are no numbers."""
    code = f"""
defmodule Operators do
  import Kernel, except: [div: 2]
  {HELPERS}
  def called(a, b, c), do: (_ = {{a, b, c}}; {EXPRESSIONS[written]})
end
defmodule Written do
  def of(a, b, c), do: (_ = {{a, b, c}}; {written})
end
outcome = fn f -> try do f.() rescue e -> e.__struct__ end end
values = {NUMBERS}
for a <- values, b <- values, c <- [0, 2, -1.5, nil, Integer.pow(10, 400)] do
  one = outcome.(fn -> Written.of(a, b, c) end)
  other = outcome.(fn -> Operators.called(a, b, c) end)
  if inspect(one) != inspect(other), do: {{a, b, c, one, other}}
end
|> Enum.reject(&is_nil/1)
"""
    assert session.shown(code) == "[]"


BITS = {
    "a &&& b": "band", "a ||| b": "bor", "bxor(a, b)": "bxor", "a <<< b": "bsl", "a >>> b": "bsr", "Bitwise.band(a, b)": "band", ":erlang.bsl(a, b)": "bsl",
}  # fmt: skip


@pytest.mark.parametrize("written", BITS)
def test_bits(session: Session, written: str) -> None:
    code = f"""
defmodule WrittenBits do
  import Bitwise
  def of(a, b), do: {{{written}, 0}}
  def even(a, b) when (({written}) &&& 1) == 0, do: true
  def even(_, _), do: false
end
outcome = fn f -> try do f.() rescue e -> {{e.__struct__, Exception.message(e)}} end end
values = [0, 1, 5, -7, 70, -3, 123456789012345678901234567890, 1.5, nil, true, "x"]
for a <- values, b <- values -- [123456789012345678901234567890] do
  one = outcome.(fn -> elem(WrittenBits.of(a, b), 0) end)
  other = outcome.(fn -> apply(Bitwise, :{BITS[written]}, [a, b]) end)
  if one !== other or WrittenBits.even(a, b) != (is_integer(other) and rem(other, 2) == 0), do: {{a, b, one, other}}
end
|> Enum.reject(&is_nil/1)
"""
    assert session.shown(code) == "[]"


def test_comparisons_of_integers_are_no_integers(session: Session) -> None:
    code = """
defmodule Compared do
  def f(n) when is_integer(n) do
    b = n > 3
    c = b
    {(try do c + 1 rescue e -> e.__struct__ end), (case b do 1 -> :one; true -> :yes; _ -> :no end)}
  end
  def g(n, t) when rem(n, 2) == 0 and {n, t} > 1.5 and n === 2, do: :big
  def g(_, _), do: :no
  def h(0, x, k), do: {x, k}
  def h(n, x, k), do: h(n - 1, x * 0.5, if(is_boolean(k), do: k, else: n > k + 1))
end
{Compared.f(5), Compared.g(2, 3), Compared.g(:a, 1), Compared.h(3, 1.0, 1)}
"""
    assert session.shown(code) == "{{ArithmeticError, :yes}, :big, :no, {0.125, true}}"
