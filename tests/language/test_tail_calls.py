"""Calls in tail position cost no stack: through lazy operators and `with`, between functions, from message to message."""

from __future__ import annotations

import pytest

from defnpy.host.report import places
from tests.stdlib.support import run, shown

DEPTH = 60_000
"""More than the stack holds."""

BODIES = {
    "or": "def f(n), do: n == 0 or f(n - 1)",
    "and": "def f(n), do: n >= 0 and (n == 0 or f(n - 1))",
    "||": "def f(n), do: (n == 0 && true) || f(n - 1)",
    "&&": "def f(0), do: true\n  def f(n), do: n > 0 && f(n - 1)",
    "with and else": "def f(n) do\n    with true <- n > 0, m = n - 1 do\n      f(m)\n    else\n      false -> true\n    end\n  end",
    "else of with": "def f(n) do\n    with 0 <- n do\n      true\n    else\n      m when m > 0 -> f(m - 1)\n    end\n  end",
    "two functions": "def f(0), do: true\n  def f(n), do: g(n)\n  defp g(n), do: if(n > 5, do: f(n - 1), else: h(n, []))\n  defp h(n, _), do: f(n - 1)",
    "a default": "def f(n, acc \\\\ [])\n  def f(0, _), do: true\n  def f(n, [_]), do: f(n - 1)\n  def f(n, acc), do: f(n, [n | acc])",
}  # fmt: skip


@pytest.mark.parametrize("name", BODIES)
def test_the_stack_does_not_grow(name: str) -> None:
    assert shown(f"defmodule Tail do\n  {BODIES[name]}\nend\nTail.f({DEPTH})") == "true"


def test_the_value_of_a_left_side_stays() -> None:
    code = """
    defmodule TailLeft do
      def f([]), do: nil
      def f([x | rest]), do: x || f(rest)
      def g(x), do: x && g(nil)
      def h(x), do: x or h(true)
    end
    {TailLeft.f([nil, false, 3, 4]), TailLeft.f([false]), TailLeft.g(1), try do TailLeft.h(1) rescue e in BadBooleanError -> e.term end}
    """
    assert shown(code) == "{3, nil, nil, 1}"


def test_a_list_that_grows_behind_a_lazy_operator() -> None:
    code = "defmodule TailCons do\n  def f(n), do: n == 0 && [] || [n | f(n - 1)]\n  def g(n), do: n > 0 && [n | g(n - 1)]\nend\n{TailCons.f(3), TailCons.g(2)}"
    assert shown(code) == "{[3, 2, 1], [2, 1 | false]}"


def test_a_loop_of_messages() -> None:
    code = """
    defmodule TailLoop do
      def on(n) do
        receive do
          :inc -> on(n + 1)
          :off -> off(n)
          {:get, from} -> send(from, n)
        after
          5_000 -> :late
        end
      end
      def off(n) do
        receive do
          :on -> on(n)
        after
          0 -> on(n + 1000)
        end
      end
      def nested(n) do
        case n do
          0 -> :done
          _ ->
            receive do
              x when x < n -> nested(x)
            end
        end
      end
    end
    pid = spawn(fn -> TailLoop.on(0) end)
    for _ <- 1..60_000, do: send(pid, :inc)
    send(pid, :off)
    send(pid, {:get, self()})
    send(self(), 2)
    send(self(), 0)
    {receive(do: (n when n > 5 -> n)), TailLoop.nested(3)}
    """
    assert shown(code) == "{61000, :done}"


def test_functions_that_bounce_are_ordinary_functions() -> None:
    code = """
    defmodule TailEven do
      def even?(0), do: true
      def even?(n), do: odd?(n - 1)
      def odd?(0), do: false
      def odd?(n), do: even?(n - 1)
    end
    f = &TailEven.odd?/1
    {Enum.map(0..3, &TailEven.even?/1), f.(3), is_function(f, 1), Function.info(f, :name), apply(TailEven, :even?, [4])}
    """
    assert shown(code) == "{[true, false, true, false], true, true, {:name, :odd?}, true}"


def test_traces_name_the_functions() -> None:
    code = (
        "defmodule TailBoom do\n  def a(0), do: raise(\"x\")\n  def a(n), do: b(n)\n  def b(n), do: a(n - 1)\n"
        "  def c(n) do\n    r = a(n)\n    {r}\n  end\nend\nTailBoom.c(3)"
    )
    with pytest.raises(RuntimeError) as caught:
        run(code)
    assert [p.function for p in places(caught.value.__traceback__)] == ["(file)", "TailBoom.c/1", "TailBoom.a/1"]
