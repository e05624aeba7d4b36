"""Training in windows on EXLA: the same values, counts and handler calls as one iteration at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from defnpy.axon.loop import ahead
from defnpy.axon.loop.ahead import Ahead
from defnpy.host.setup import ensure_runtime
from defnpy.terms.inspect import inspect

PROGRAM = """
data = for i <- 1..40 do
  x = Nx.tensor([[0.1 * i, 0.2], [-0.3, 0.1 * i]])
  {x, Nx.sum(x, axes: [1], keep_axes: true)}
end
model = Axon.input("x", shape: {nil, 2}) |> Axon.dense(4, activation: :tanh) |> Axon.batch_norm() |> Axon.dense(1)
seen = fn s -> {:continue, put_in(s.handler_metadata[s.event_counts.iteration_completed.total], s.iteration)} end
loop = model |> Axon.Loop.trainer(:mean_squared_error, :adam, seed: 1, log: 0) |> Axon.Loop.metric(:mean_absolute_error)
loop = Axon.Loop.handle_event(loop, :iteration_completed, seen, every: 25)
loop = FILTER
s = %{loop | output_transform: & &1} |> Axon.Loop.run(data, Axon.ModelState.empty(), epochs: 3, iterations: MOST, compiler: EXLA)
{s.handler_metadata, s.event_counts, s.iteration, s.epoch, s.metrics, s.step_state.model_state.data, s.step_state.i}
"""
SPY = "Axon.Loop.handle_event(loop, :iteration_started, fn s -> {:continue, s} end, fn _, _ -> true end)"


def train(filter_: str, most: int) -> Any:
    return ensure_runtime().evaluator.run_text(PROGRAM.replace("FILTER", filter_).replace("MOST", str(most)), "case.exs")


@pytest.mark.parametrize("most", [-1, 33])
def test_windows_change_nothing(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    windows: list[int] = []
    after = ahead._after
    monkeypatch.setattr(ahead, "_FIRST", 2)
    monkeypatch.setattr(ahead, "_after", lambda *args: windows.append(1) or after(*args))
    by_window = train("loop", most)
    used = len(windows)
    one_by_one = train(SPY, most)
    assert used >= 3
    assert len(windows) == used, "a filter that is a function sees every state"
    assert inspect(by_window[:4]) == inspect(one_by_one[:4])
    assert sorted(by_window[0]) == list(range(1, 1 + (120 if most == -1 else 99), 25))
    left, right = by_window[5]["dense_0"]["kernel"], one_by_one[5]["dense_0"]["kernel"]
    np.testing.assert_allclose(left.numpy(), right.numpy(), rtol=1e-5, atol=1e-6)
    assert inspect(by_window[6]) == inspect(one_by_one[6])


def test_batches_of_another_form_end_the_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    code = """
    data = for i <- 1..40, do: {Nx.broadcast(0.1 * i, {if(i == 30, do: 3, else: 2), 1}), Nx.broadcast(1.0, {if(i == 30, do: 3, else: 2), 1})}
    model = Axon.input("x") |> Axon.dense(1)
    Axon.Loop.run(Axon.Loop.trainer(model, :mean_squared_error, :sgd, seed: 1, log: 0), data, Axon.ModelState.empty(), compiler: EXLA)
    """
    monkeypatch.setattr(ahead, "_FIRST", 2)
    with pytest.raises(Exception, match="is not compatible with compiled function template"):
        ensure_runtime().evaluator.run_text(code, "case.exs")


def test_batches_are_put_back_in_order() -> None:
    source = Ahead(range(6))
    assert next(source) == 0
    taken = source.take(3)
    assert taken == [1, 2, 3]
    source.put_back(taken)
    assert source.take(9) is None
    assert list(source) == [1, 2, 3, 4, 5]
