"""``custom_grad`` and ``stop_grad`` inside of loops."""

from __future__ import annotations

import pytest

from defnpy.host.setup import ensure_runtime

PROGRAM = """
defmodule LoopGrads do
  import Nx.Defn
  defn square(x), do: custom_grad(x * x, [x], fn g -> [g * 100] end)
  defn three_squares(x) do
    {_, y} = while {i = 0, y = x}, i < 3, do: {i + 1, square(y)}
    y
  end
  defn until_large(x) do
    while y = x, y < 100, do: custom_grad(y * 2, [y], fn g -> [g * y] end)
  end
  defn stopped(x) do
    {_, y} = while {i = 0, y = x}, i < 2, do: {i + 1, stop_grad(y) * y}
    y
  end
  defn pairs(x) do
    {a, b} = while {a = x, b = x * 2}, _i <- 0..1 do
      custom_grad({a + b, a * b}, [a, b], fn {ga, gb} -> [ga * b, gb + ga * a] end)
    end
    a + b
  end
  defn branches(x) do
    while y = x, i <- 0..1 do
      if i == 0, do: square(y), else: custom_grad(y + 1, [y], fn g -> [g * y] end)
    end
  end
end
"""


def _pairs(a: float, b: float) -> float:
    ga, gb = 1.0, 1.0
    for one, two in ((a + b, a * b), (a, b)):
        ga, gb = ga * two, gb + ga * one
    return ga + 2 * gb


@pytest.mark.parametrize("compiler", ["Nx.Defn.Evaluator", "EXLA"])
@pytest.mark.parametrize(("name", "at", "want"), [
    ("three_squares", 2.0, 1e6), ("until_large", 3.0, 3.0 * 6 * 12 * 24 * 48 * 96), ("stopped", 3.0, 27.0),
    ("pairs", 2.0, _pairs(2.0, 4.0)), ("branches", 2.0, 4.0 * 100),
])  # fmt: skip
def test_loops(compiler: str, name: str, at: float, want: float) -> None:
    code = f"{PROGRAM}\nNx.Defn.jit(fn x -> Nx.Defn.grad(x, &LoopGrads.{name}/1) end, compiler: {compiler}).({at}) |> Nx.to_number()"
    assert ensure_runtime().evaluator.run_text(code, "case.exs") == pytest.approx(want)
