"""Models: graphs, initial values, prediction and training."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from defnpy.host.setup import ensure_runtime
from defnpy.terms.atom import Atom
from defnpy.terms.errors import ArgumentError, ElixirError
from defnpy.terms.inspect import inspect


def run(code: str) -> Any:
    return ensure_runtime().evaluator.run_text(code, "case.exs")


def test_a_model_prints_inputs_output_and_nodes() -> None:
    shown = inspect(run('Axon.input("x", shape: {nil, 3}) |> Axon.dense(2) |> Axon.relu()'))
    assert shown == '#Axon<\n  inputs: %{"x" => {nil, 3}}\n  outputs: "relu_0"\n  nodes: 3\n>'


def test_initial_values_depend_on_seed_and_name_alone() -> None:
    code = """
    init = fn net -> elem(Axon.build(net, seed: 13), 0).(Nx.template({5, 3}, :f32), Axon.ModelState.empty()) end
    a = init.(Axon.input("x") |> Axon.dense(2))
    b = init.(Axon.input("other") |> Axon.tanh() |> Axon.dense(2, name: "dense_0"))
    {a.data["dense_0"]["kernel"], b.data["dense_0"]["kernel"]}
    """
    a, b = run(code)
    assert np.array_equal(a.numpy(), b.numpy())


def test_init_casts_given_values_and_drops_unknown_ones() -> None:
    code = """
    {init, _} = Axon.build(Axon.input("x") |> Axon.dense(1), seed: 6)
    given = Axon.ModelState.new(%{"dense_0" => %{"kernel" => Nx.tensor([[1], [2]])}, "nope" => %{"a" => Nx.tensor(1)}})
    init.(Nx.template({1, 2}, :f32), given).data
    """
    data = run(code)
    assert set(data) == {"dense_0"}
    assert data["dense_0"]["kernel"].numpy().tolist() == [[1.0], [2.0]]
    assert data["dense_0"]["kernel"].type.name == "f32"


def test_a_failing_layer_is_named() -> None:
    with pytest.raises(ElixirError) as caught:
        run('Axon.predict(Axon.input("x") |> Axon.reshape({:batch, 4}, name: "r"), Axon.ModelState.empty(), Nx.iota({2, 6}))')
    term = caught.value.term
    assert term.module.name == "Elixir.Axon.CompileError"
    assert term.fields[Atom("name")] == "r"
    assert "Axon.Layers.reshape/2 named r" in str(caught.value)


def test_missing_input() -> None:
    with pytest.raises(ArgumentError, match="unable to find input b"):
        run('Axon.predict(Axon.add(Axon.input("a"), Axon.input("b")), Axon.ModelState.empty(), %{"a" => Nx.tensor(1)})')


def test_training_lowers_the_loss() -> None:
    code = """
    data = for i <- 1..8, do: {Nx.tensor([[i / 8]]), Nx.tensor([[2 * i / 8 + 1]])}
    net = Axon.input("x") |> Axon.dense(1)
    loop = Axon.Loop.trainer(net, :mean_squared_error, Polaris.Optimizers.sgd(learning_rate: 0.1), seed: 1, log: 0)
    state = Axon.Loop.run(loop, data, Axon.ModelState.empty(), epochs: 60)
    Axon.predict(net, state, Nx.tensor([[0.5]]))
    """
    assert abs(float(run(code).numpy()[0, 0]) - 2.0) < 0.1


def test_frozen_parameters_stay() -> None:
    code = """
    net = Axon.input("x") |> Axon.dense(2, name: "base") |> Axon.dense(1, name: "head")
    {init, _} = Axon.build(net, seed: 9)
    state = init.(Nx.template({1, 2}, :f32), Axon.ModelState.empty()) |> Axon.ModelState.freeze(fn [l | _] -> l == "base" end)
    {Map.keys(Axon.ModelState.trainable_parameters(state)), Map.keys(Axon.ModelState.frozen_parameters(state))}
    """
    assert run(code) == (["head"], ["base"])


@pytest.mark.parametrize("kind", ["lstm", "gru"])
def test_unrolling_statically_and_dynamically_agrees(kind: str) -> None:
    code = f"""
    x = Nx.iota({{2, 4, 3}}, type: :f32) |> Nx.divide(24)
    for how <- [:static, :dynamic] do
      {{out, _}} = Axon.input("x") |> Axon.{kind}(3, unroll: how, recurrent_initializer: :zeros, name: "r")
      {{init, predict}} = Axon.build(out, seed: 7)
      predict.(init.(x, Axon.ModelState.empty()), x)
    end
    """
    a, b = run(code)
    assert np.allclose(a.numpy(), b.numpy(), atol=1e-6)


def test_a_loop_shows_its_metrics_and_handlers() -> None:
    text = inspect(run("Axon.input(\"x\") |> Axon.dense(1) |> Axon.Loop.trainer(:mean_squared_error, :sgd, log: 7)"), pretty=True)
    assert re.sub(r"<[\d.]+/", "</", text).startswith(
        '#Axon.Loop<\n  metrics: %{\n    "loss" => {#Function</3 in Axon.Metrics.running_average/1>,\n     #Function</2 in Axon.Loop.build_loss_fn/1>}\n  },\n'
        "  handlers: %{\n    completed: [],\n    epoch_completed: [\n      {#Function</1 in Axon.Loop.log/3>,\n"
        "       #Function</2 in Axon.Loop.build_filter_fn/1>}\n    ],\n")
    assert text.endswith("    started: []\n  },\n  ...\n>")
