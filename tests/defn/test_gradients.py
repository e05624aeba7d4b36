"""Gradients against differences, for each operation of the table of rules."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from defnpy.nx.expr import SPECIAL
from defnpy.nx.grad.flat import FLAT
from defnpy.nx.grad.rules import RULES
from defnpy.nx.ops import OPS
from tests.defn.helpers import array, run

UNARY = {
    "exp": 0.3, "expm1": 0.3, "log": 1.3, "log1p": 0.4, "sigmoid": 0.2, "cos": 0.7, "sin": 0.7, "tan": 0.5, "cosh": 0.6,
    "sinh": 0.6, "tanh": 0.3, "acosh": 1.7, "asinh": 0.4, "atanh": 0.3, "acos": 0.2, "asin": 0.2, "atan": 0.9, "sqrt": 1.9,
    "rsqrt": 1.9, "cbrt": 1.9, "erf": 0.4, "erfc": 0.4, "erf_inv": 0.3, "negate": 1.0, "abs": -1.2,
}  # fmt: skip
BINARY = ("add", "subtract", "multiply", "divide", "pow", "atan2", "max", "min")
SHAPED = {
    "sum": "Nx.sum(Nx.multiply(x, x), axes: [1])",
    "product": "Nx.product(x, axes: [0])",
    "reduce_max": "Nx.reduce_max(Nx.multiply(x, w))",
    "reduce_min": "Nx.reduce_min(Nx.multiply(x, w), axes: [0])",
    "reshape": "Nx.multiply(Nx.reshape(x, {3, 2}), Nx.reshape(w, {3, 2}))",
    "squeeze": "Nx.squeeze(Nx.reshape(Nx.exp(x), {2, 1, 3}))",
    "broadcast": "Nx.multiply(Nx.broadcast(x, {2, 2, 3}), w)",
    "transpose": "Nx.multiply(Nx.transpose(x), Nx.transpose(w))",
    "pad": "Nx.pow(Nx.pad(x, 0.5, [{1, -1, 0}, {0, 1, 1}]), 2)",
    "reverse": "Nx.multiply(Nx.reverse(x), w)",
    "concatenate": "Nx.pow(Nx.concatenate([x, w, x]), 2)",
    "stack": "Nx.pow(Nx.stack([x, w, x], axis: 1), 3)",
    "slice": "Nx.pow(Nx.slice(x, [0, 1], [2, 2], strides: [2, 1]), 2)",
    "put_slice": "Nx.pow(Nx.put_slice(x, [1, 0], Nx.slice(x, [0, 1], [1, 2])), 2)",
    "gather": "Nx.pow(Nx.gather(x, Nx.tensor([[0, 1], [1, 2], [0, 1]])), 2)",
    "indexed_add": "Nx.pow(Nx.indexed_add(w, Nx.tensor([[0, 0], [1, 2]]), Nx.reshape(Nx.slice(x, [0, 0], [1, 2]), {2})), 2)",
    "indexed_put": "Nx.pow(Nx.indexed_put(x, Nx.tensor([[0, 0], [1, 2]]), Nx.tensor([1.0, 2.0])), 2)",
    "dot": "Nx.dot(Nx.transpose(x), Nx.exp(x))",
    "conv": "Nx.conv(Nx.reshape(Nx.exp(x), {1, 1, 2, 3}), Nx.reshape(x, {1, 1, 2, 3}), padding: [{1, 1}, {0, 2}], strides: [1, 2])",
    "triangular_solve": "Nx.LinAlg.triangular_solve(Nx.tensor([[2.0, 0.0], [1.0, 3.0]]), x)",
    "select": "Nx.select(Nx.greater(x, 1), Nx.exp(x), Nx.sin(x))",
    "clip": "Nx.clip(Nx.multiply(x, 2), 1, 3)",
    "sort": "Nx.multiply(Nx.sort(x, axis: 1), w)",
    "window_sum": "Nx.pow(Nx.window_sum(x, {1, 2}, strides: [1, 1], padding: :same), 2)",
    "window_max": "Nx.window_max(Nx.multiply(x, w), {2, 2})",
    "window_min": "Nx.window_min(Nx.multiply(x, w), {2, 1})",
    "as_type": "Nx.as_type(Nx.exp(x), :f64)",
    "cumulative_sum": "Nx.pow(Nx.cumulative_sum(x, axis: 1, reverse: true), 2)",
    "while": "elem(elem(Nx.Defn.jit(&Grads.loop/1, on_conflict: :reuse).(x), 1), 0)",
}  # fmt: skip
LOOP = """
defmodule Grads do
  import Nx.Defn
  defn loop(x) do
    r = while {y = x, i = 0}, i < 3 do
      {Nx.sin(y) * 1.5, i + 1}
    end
    {0, r}
  end
end
"""


def _check(body: str, start: str) -> None:
    code = f"""
    w = Nx.tensor([[0.3, 1.1, -0.7], [2.0, 0.9, 1.6]], type: :f64)
    f = fn x -> w; Nx.sum({body}) end
    {{&Nx.Defn.grad(&1, f), f, {start}, Nx.Defn.grad({start}, f)}}
    """
    _, f, x, g = run(LOOP + code)
    base = array(x)
    expected = np.zeros_like(base)
    flat, out = base.reshape(-1), expected.reshape(-1)
    for i in range(flat.size):
        moved = []
        for step in (1e-6, -1e-6):
            changed = flat.copy()
            changed[i] += step
            moved.append(float(array(f(x.like(data=changed.reshape(base.shape))))))
        out[i] = (moved[0] - moved[1]) / 2e-6
    np.testing.assert_allclose(array(g), expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", sorted(UNARY))
def test_unary(name: str) -> None:
    _check(f"Nx.{name}(x)", f"Nx.tensor([{UNARY[name]}, {UNARY[name] + 0.1}], type: :f64)")


@pytest.mark.parametrize("name", BINARY)
@pytest.mark.parametrize("order", ("x, w", "w, x"))
def test_binary(name: str, order: str) -> None:
    body = f"Nx.{name}({order.replace('w', 'Nx.tensor([[1.1, 0.4, 2.3]], type: :f64)')})"
    _check(body, "Nx.tensor([[0.3, 1.7, 0.9], [1.2, 0.8, 2.1]], type: :f64)")


@pytest.mark.parametrize("name", sorted(SHAPED))
def test_shaped(name: str) -> None:
    _check(SHAPED[name], "Nx.tensor([[0.3, 1.7, 0.9], [1.2, 0.8, 2.1]], type: :f64)")


def test_every_operation_has_a_rule() -> None:
    from defnpy.nx.expr import COND, ELEM

    special: tuple[Any, ...] = tuple(op for op in SPECIAL if op not in (COND, ELEM))
    assert [op.name for op in (*OPS, *special) if op not in RULES and op not in FLAT] == []


@pytest.mark.parametrize("compiler", ["Nx.Defn.Evaluator", "EXLA"])
def test_powers_of_integers_do_not_wrap_around_in_gradients(compiler: str) -> None:
    code = f"Nx.Defn.jit(Nx.Defn.grad(fn x -> Nx.pow(x, 3) end), compiler: {compiler}).(Nx.tensor(50_000)) |> Nx.to_number()"
    assert run(code) == pytest.approx(7.5e9)
